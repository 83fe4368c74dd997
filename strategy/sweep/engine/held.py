"""What each variant of a sweep is held against: the same exposure without the plan's rules.

The long is bought when the variant buys it and held to its last day, without
stop, targets or failed breakouts; nothing is hedged; and the core is made
smaller (or larger) by so much that the account's mean exposure is the
variant's own. What a stop or a hedge gains by being less invested is then no
merit: holding less does the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategy.plan import Plan
from strategy.sweep.engine.single import run_single
from strategy.sweep.file.grid import Grid
from strategy.sweep.file.settings import plan_of

Floats = NDArray[np.float64]

#: Keys that the held plan does not read: variants that differ in these alone share it.
RULES = (
    *("tactical.stop", "tactical.first_target_share", "tactical.levels.extension"),
    *("tactical.failed_breakout", "tactical.same_bar", "tactical.size.risk_budget", "hedge"),
)
#: More held plans than this are not simulated one by one; the base plan's then stands for all.
MOST_PLANS = 32
#: Core weights at which a held plan is simulated, as shares of its own; a vintage's return is
#: close to linear in the exposure, and most variants are near the plan's own.
SHARES = (1.0, 0.98, 0.75, 0.4)
#: The same for a plan without a core.
WEIGHTS_WITHOUT_CORE = (0.0, 0.25, 0.5)


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


@dataclass(frozen=True)
class Curve:
    """Vintage returns of one held plan by its mean exposure.

    Attributes
    ----------
    years : tuple of int
    exposures : float64[k]
        All different.
    returns : float64[years, k]
    """

    years: tuple[Any, ...]
    exposures: Floats
    returns: Floats

    def at(self, wanted: Floats, years: list[Any]) -> Floats:
        """The polynomial through all points, by Lagrange. Shape (years, wanted)."""
        rows = np.full((len(years), len(self.exposures)), np.nan)
        for i, year in enumerate(years):
            if year in self.years:
                rows[i] = self.returns[self.years.index(year)]
        out = np.zeros((len(years), len(wanted)))
        for i, node in enumerate(self.exposures):
            share = np.where(np.isfinite(wanted), 1.0, np.nan)
            for j, other in enumerate(self.exposures):
                if j != i:
                    share = share * (wanted - other) / (node - other)
            out += rows[:, i][:, None] * share
        return out


@dataclass
class Held:
    """The held plans of a sweep, each simulated when it is first asked for.

    Attributes
    ----------
    grid : Grid
    market : callable
        Market of a plan.
    """

    grid: Grid
    market: Callable[[Any], Any]
    _curves: dict[str, Curve] = field(default_factory=dict)

    @cached_property
    def _axes(self) -> list[int]:
        """Axes that change what is held."""
        axes = enumerate(self.grid.axes)
        return [j for j, axis in axes if not all(self.is_rule(key) for key in axis.keys)]

    @property
    def ways(self) -> int:
        """Ways to hold among the values of the sweep, constraints not counted."""
        return int(np.prod([len(self.grid.axes[j]) for j in self._axes], dtype=float))

    @property
    def remark(self) -> str:
        """What is not exact about the comparison; empty where all is."""
        if self.ways <= MOST_PLANS:
            return ""
        return (
            f"{self.ways:,} ways to hold it: the base plan's stands for all, "
            "at each variant's own exposure"
        )

    def returns(self, numbers: NDArray[np.int64], exposure: Floats, years: list[Any]) -> Floats:
        """Vintage returns of holding each variant's exposure.

        Parameters
        ----------
        numbers : int64[N]
            Variants.
        exposure : float64[N]
            Mean exposure of each (core, tactical leg and hedge over equity).
        years : list of int
            Vintages.

        Returns
        -------
        float64[years, N]
            NaN where a variant's exposure is not known, or there is no such vintage.
        """
        if not self._axes or self.remark:
            return self.curve(self.grid.sweep.plan).at(exposure, years)
        out = np.full((len(years), len(numbers)), np.nan)
        digits = self.grid.digits(numbers)[:, self._axes]
        ways, of = np.unique(digits, axis=0, return_inverse=True)
        for i in range(len(ways)):
            at = np.flatnonzero(of.ravel() == i)
            plan = plan_of(self.grid, self.grid.values(int(numbers[at[0]])))
            out[:, at] = self.curve(plan).at(exposure[at], years)
        return out

    def is_rule(self, key: str) -> bool:
        """Whether what is held does not read a key."""
        return any(f"{key}.".startswith(f"{rule}.") for rule in RULES)

    def curve(self, plan: Any) -> Curve:
        """What holding as a plan does would have made, by exposure."""
        core = plan.core.weight
        weights = [core * s for s in SHARES] if core > 0.0 else list(WEIGHTS_WITHOUT_CORE)
        key = held_to_the_end(plan, core).model_dump_json()
        if key not in self._curves:
            found = [run_single(held_to_the_end(plan, w), self.market(plan)) for w in weights]
            years = tuple(sorted(found[0][1]))
            self._curves[key] = Curve(
                years,
                np.array([metrics["exposure"] for metrics, _ in found]),
                np.array([[returns.get(y, np.nan) for _, returns in found] for y in years]),
            )
        return self._curves[key]


def whole_vintages(years: list[Any]) -> list[Any]:
    """Those that end at the next anchor, not with the data; the only one where there is one."""
    return years[:-1] if len(years) > 1 else years


def mean_lead(vintages: Floats, held: Floats) -> Floats:
    """Mean return of each variant less holding, over the vintages that it has. Shape (N,).

    Parameters
    ----------
    vintages : float64[N, years]
    held : float64[years, N]
    """
    lead = vintages - held.T
    count = np.isfinite(lead).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(lead, axis=1) / np.where(count > 0, count, np.nan))
