"""What each variant of a sweep is held against: the same exposure without the plan's rules.

The long is bought when the variant buys it and held to its last day, without
stop, targets or failed breakouts; nothing is hedged; and the core is made
smaller (or larger) by so much that the account's mean exposure is the
variant's own. What a stop or a hedge gains by being less invested is then no
merit: holding less does the same.
"""

from __future__ import annotations

import numpy as np

from market.container import Market
from strategy.plan import Plan
from strategy.sweep.engine.engine import Engine
from strategy.sweep.engine.single import run_single
from strategy.sweep.file.settings import plan_of

#: Keys that the held plan does not read: variants that differ in these alone share it.
RULES = (
    *("tactical.stop", "tactical.first_target_share", "tactical.levels.extension"),
    *("tactical.failed_breakout", "tactical.same_bar", "tactical.size.risk_budget", "hedge"),
)
#: More held plans than this are not simulated one by one; the base plan's then stands for all.
MOST_PLANS = 32
#: A span of exposure wider than this needs a third point in between.
NEAR = 0.02
#: Differences of exposure below this are rounding.
_SAME = 1e-9


def held_to_the_end(plan: Plan, core: float | None = None) -> Plan:
    """The same plan without its rules: the long is held from its entry to its last day.

    The same days in the market, no stop, no target, no failed breakout, no
    hedge; and another core weight where one is given.
    """
    values = plan.model_dump(mode="json", by_alias=True)
    tactical = values["tactical"]
    tactical["stop"] = 0.999
    tactical["first_target_share"] = 0.0
    top = 1e3 * tactical["levels"]["extension"][1]
    tactical["levels"] |= {"mode": "ratio", "extension": [top, top]}
    tactical["failed_breakout"] |= {"trigger": "close", "within": 0}
    tactical["size"]["risk_budget"] = None
    values["hedge"]["instrument"] = "none"
    if core is not None:
        values["core"]["weight"] = core
    return Plan.model_validate(values)


def same_exposure(
    engine: Engine, numbers: np.ndarray, exposure: np.ndarray, years: list[int]
) -> tuple[np.ndarray, str]:
    """Vintage returns of holding each variant's exposure.

    Parameters
    ----------
    engine : Engine
    numbers : int64[N]
        Variants.
    exposure : float64[N]
        Mean exposure of each (core, tactical leg and hedge over equity).
    years : list of int
        Vintages.

    Returns
    -------
    returns : float64[len(years), N]
        NaN where a variant's exposure is not known.
    remark : str
        What is not exact about it; empty where all is.
    """
    out = np.full((len(years), len(numbers)), np.nan)
    groups, remark = _groups(engine, numbers)
    for plan, columns in groups:
        out[:, columns] = _at_exposure(plan, engine.market(plan), exposure[columns], years)
    return out, remark


def _at_exposure(plan: Plan, market: Market, wanted: np.ndarray, years: list[int]) -> np.ndarray:
    """Returns of the held plan at other mean exposures than its own. Shape (years, wanted)."""
    core = plan.core.weight
    own, returns = _held(plan, market, core, years)
    points = {own: returns}
    away = wanted[np.isfinite(wanted)] - own
    if len(away) and np.abs(away).max() > _SAME:
        ends = [float(np.clip(core + away.min(), 0.0, 1.0))]
        if np.ptp(away) > NEAR or abs(ends[0] - core) > NEAR:
            ends.append((ends[0] + core) / 2.0)
        if away.max() > NEAR:
            ends.append(float(np.clip(core + away.max(), 0.0, 1.0)))
        if all(abs(end - core) <= _SAME for end in ends):
            # nothing lower to lean on: a slope from a little less
            ends = [max(core - NEAR, 0.0)]
        for end in ends:
            exposure, found = _held(plan, market, end, years)
            if all(abs(exposure - known) > _SAME for known in points):
                points[exposure] = found
    return _between(points, wanted)


def _held(plan: Plan, market: Market, core: float, years: list[int]) -> tuple[float, np.ndarray]:
    """Mean exposure and vintage returns of the held plan."""
    metrics, returns = run_single(held_to_the_end(plan, core), market)
    return metrics["exposure"], np.array([returns.get(year, np.nan) for year in years])


def _between(points: dict[float, np.ndarray], at: np.ndarray) -> np.ndarray:
    """The polynomial through all points, by Lagrange: returns are smooth in the exposure."""
    nodes = list(points)
    out = np.zeros((len(next(iter(points.values()))), len(at)))
    for i, node in enumerate(nodes):
        share = np.where(np.isfinite(at), 1.0, np.nan)
        for j, other in enumerate(nodes):
            if j != i:
                share = share * (at - other) / (node - other)
        out += points[node][:, None] * share
    return out


def _groups(engine: Engine, numbers: np.ndarray) -> tuple[list[tuple[Plan, np.ndarray]], str]:
    """Variants by the plan that they hold without rules."""
    grid = engine.grid
    matter = [key for key in grid.sweep.keys if not _is_rule(key)]
    if not matter:
        return [(grid.sweep.plan, np.arange(len(numbers)))], ""
    found: dict[str, list[int]] = {}
    for i, number in enumerate(numbers):
        values = grid.values(int(number))
        found.setdefault(repr([values[key] for key in matter]), []).append(i)
    if len(found) > MOST_PLANS:
        return [(grid.sweep.plan, np.arange(len(numbers)))], (
            f"{len(found):,} ways to hold it: the base plan's stands for all, "
            "at each variant's own exposure"
        )
    return [
        (plan_of(grid, grid.values(int(numbers[rows[0]]))), np.array(rows))
        for rows in found.values()
    ], ""


def _is_rule(key: str) -> bool:
    return any(f"{key}.".startswith(f"{rule}.") for rule in RULES)
