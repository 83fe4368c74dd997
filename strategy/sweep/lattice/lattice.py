"""A plan on every setting of its sliders: each vintage's outcome, figures with intervals.

The fills are the resolver's, the account's figures the sweep engine's, a
hedge's result that of the vintage's own account: what single runs of plans
written that way say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategy.decide.calendar import Schedule
from strategy.plan import Plan
from strategy.result.yardstick import Measure
from strategy.run.simulation import Simulation
from strategy.sweep.engine.context import Context
from strategy.sweep.engine.engine import Engine, make_engine
from strategy.sweep.engine.outcomes import Tactical
from strategy.sweep.file.axes import Axis
from strategy.sweep.file.columns import METRICS
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import not_followed
from strategy.sweep.file.sweep_file import Sweep
from strategy.sweep.lattice.hedges import hedge_returns
from strategy.sweep.lattice.sliders import RATIO, WITHIN, Slider, sliders_of
from strategy.validation.intervals import hit_interval
from strategy.validation.means import student
from strategy.validation.sharpe import effective_trials, expected_maximum, mean_correlation

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


class Outcomes(NamedTuple):
    """What the leg of one vintage came to, each distinct outcome once.

    Attributes
    ----------
    first : int64[k]
        A setting of the long that leads there.
    net : float64[k]
        Return per unit of the leg's capital, after costs; NaN where nothing
        was bought.
    reason : int64[k]
        Code of `strategy.legs.reasons.Reason`.
    hedge : float64[k, ratios]
        What the hedge of the following year added, share of the equity at the
        anchor; NaN where none was held.
    """

    first: Counts
    net: Floats
    reason: Counts
    hedge: Floats


class LongFigures(NamedTuple):
    """Figures of the long by setting: over complete vintages that bought; NaN where there are none.

    Attributes
    ----------
    n, hits, worst_vintage : int64[settings]
    mean, low, high : float64[settings]
        With Student's t interval.
    hit_low, hit_high : float64[settings]
        Exact interval of the hit rate.
    worst : float64[settings]
    held : float64[settings]
        The same days held without rules.
    lead, lead_low, lead_high : float64[settings]
        The leg less holding.
    """

    n: Counts
    hits: Counts
    worst_vintage: Counts
    mean: Floats
    low: Floats
    high: Floats
    hit_low: Floats
    hit_high: Floats
    worst: Floats
    held: Floats
    lead: Floats
    lead_low: Floats
    lead_high: Floats


class CellFigures(NamedTuple):
    """Figures by setting of the long and hedge ratio. Shape of each (settings, ratios).

    ``n``, ``mean``, ``low`` and ``high`` are the hedge's over complete vintages
    that held one; ``cagr`` and ``max_drawdown`` the whole account's.
    """

    n: Counts
    mean: Floats
    low: Floats
    high: Floats
    cagr: Floats
    max_drawdown: Floats


@dataclass(frozen=True)
class Lattice:
    """Every cell of a plan's sliders.

    Cells are numbered as the product of the sliders, the last one fastest; a
    setting of the long is a cell without its hedge ratio.

    Attributes
    ----------
    sliders : tuple of Slider
    years : int64[vintages]
    complete : bool[vintages]
    outcomes : tuple of Outcomes
        By vintage.
    outcome : int64[settings, vintages]
        Which of its vintage's outcomes a setting leads to.
    long : LongFigures
    cells : CellFigures
    luck : float64[settings]
        How far ahead of holding, a vintage, the best of 1, 2, … settings would
        be by luck alone.
    """

    sliders: tuple[Slider, ...]
    years: Counts
    complete: NDArray[np.bool_]
    outcomes: tuple[Outcomes, ...]
    outcome: Counts
    long: LongFigures
    cells: CellFigures
    luck: Floats

    @property
    def settings(self) -> int:
        """Settings of the long."""
        return len(self.outcome)

    @property
    def ratios(self) -> int:
        """Hedge ratios; 1 where the plan has no slider for it."""
        return int(self.cells.n.shape[1])


def lattice_or_key(simulation: Simulation) -> Lattice | str:
    """A plan on every setting of its sliders; the key that the sweep's kernels do not follow.

    Parameters
    ----------
    simulation : Simulation
        Of the plan as it is written.
    """
    return not_followed(simulation.plan) or make_lattice(simulation)


def make_lattice(simulation: Simulation) -> Lattice:
    """Run a plan, which the sweep's kernels follow, on every setting of its sliders."""
    plan = simulation.plan
    sliders = sliders_of(plan)
    engine = _engine(plan, sliders, simulation)
    grid, context = engine.grid, engine.context(0)
    ratios = next((s.values for s in sliders if s.key == RATIO), (plan.hedge.max_ratio,))
    long = [s for s in sliders if s.key != RATIO]
    plans = _long_plans(plan, long)
    tactical = context.tactical(plans)
    schedules: dict[str, list[Schedule]] = {}
    for one in plans:
        key = one.tactical.exit_by
        if key not in schedules:
            schedules[key] = context.look_up("calendar", key, one)
    found, outcome = _outcomes(tactical)
    held = hedge_returns(
        simulation,
        plans,
        schedules,
        ratios,
        [first for first, _, _ in found],
        [np.isfinite(net) for _, net, _ in found],
    )
    outcomes = tuple(
        Outcomes(first, net, reason, hedge)
        for (first, net, reason), hedge in zip(found, held, strict=True)
    )
    rows = engine.compute(np.arange(grid.count, dtype=np.int64)).metrics
    account = rows.reshape(len(plans), len(ratios), len(METRICS))
    figures, leads = _long_figures(simulation, context, tactical, plans, schedules)
    return Lattice(
        sliders,
        context.years.astype(np.int64),
        np.array([s.complete for s in context.schedules], dtype=bool),
        outcomes,
        outcome,
        figures,
        _cell_figures(context, outcomes, outcome, account),
        _luck(leads, len(plans)),
    )


def _engine(plan: Plan, sliders: tuple[Slider, ...], simulation: Simulation) -> Engine:
    """The sweep of all cells, on the market that the run has read."""
    sweep = Sweep(
        plan=plan,
        content=plan.model_dump(mode="json", by_alias=True),
        axes=tuple(Axis((s.key,), (s.values,)) for s in sliders),
        constraints=(),
        metrics=tuple(METRICS),
        best_by="cagr",
        best=1,
        judge=0,
        sample=None,
        seed=0,
        engine="auto",
        vintages="some",
        label=plan.name,
        places={},
    )
    return make_engine(make_grid(sweep), simulation.market)


def _long_plans(plan: Plan, sliders: list[Slider]) -> list[Plan]:
    """A plan for each setting of the long, the last slider fastest."""
    sizes = [len(s.values) for s in sliders]
    return [
        _moved(plan, {s.key: s.values[i] for s, i in zip(sliders, at, strict=True)})
        for at in np.ndindex(*sizes)
    ]


def _moved(plan: Plan, values: dict[str, Any]) -> Plan:
    """The plan with keys of its long moved; the sweep's grid judges the same values."""
    tactical = plan.tactical
    rule = tactical.failed_breakout
    if WITHIN in values:
        rule = rule.model_copy(update={"within": values[WITHIN]})
    update = {key.split(".")[1]: v for key, v in values.items() if key != WITHIN}
    tactical = tactical.model_copy(update={**update, "failed_breakout": rule})
    return plan.model_copy(update={"tactical": tactical})


def _outcomes(tactical: Tactical) -> tuple[list[tuple[Counts, Floats, Counts]], Counts]:
    """Distinct outcomes by vintage, and which of them each setting leads to."""
    found = []
    outcome = np.empty(tactical.row.shape, dtype=np.int64)
    for v in range(tactical.row.shape[1]):
        # the same fills may have another reason
        both = tactical.row[:, v].astype(np.int64) * 64 + tactical.reason[:, v]
        _, first, outcome[:, v] = np.unique(both, return_index=True, return_inverse=True)
        found.append((first, tactical.net_return[first, v], tactical.reason[first, v]))
    return found, outcome


def _long_figures(
    simulation: Simulation,
    context: Context,
    tactical: Tactical,
    plans: list[Plan],
    schedules: dict[str, list[Schedule]],
) -> tuple[LongFigures, Floats]:
    """Figures of each setting, and its leads by vintage with NaN where there is none."""
    measure = Measure(simulation, context.prices)
    held = {
        key: np.array([measure.hold(s.entry, s.last) if s.complete else np.nan for s in row])
        for key, row in schedules.items()
    }
    complete = {key: np.array([s.complete for s in row]) for key, row in schedules.items()}
    years = context.years
    leads = np.full(tactical.net_return.shape, np.nan)
    rows = []
    for i, plan in enumerate(plans):
        key = plan.tactical.exit_by
        counted = complete[key] & np.isfinite(tactical.net_return[i])
        net, hold = tactical.net_return[i, counted], held[key][counted]
        lead = net - hold
        leads[i, counted] = lead
        n, hits = len(net), int((net > 0.0).sum())
        if not n:
            rows.append((0, 0, 0, *[np.nan] * 10))
            continue
        rows.append(
            (
                n,
                hits,
                int(years[counted][net.argmin()]),
                float(net.mean()),
                *student(net),
                *hit_interval(hits, n),
                float(net.min()),
                float(hold.mean()),
                float(lead.mean()),
                *student(lead),
            )
        )
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return LongFigures(*columns), leads


def _cell_figures(
    context: Context, outcomes: tuple[Outcomes, ...], outcome: Counts, account: Floats
) -> CellFigures:
    complete = [v for v, s in enumerate(context.schedules) if s.complete]
    names = list(METRICS)
    settings, ratios = account.shape[:2]
    figures = np.full((3, settings, ratios), np.nan)
    count = np.zeros((settings, ratios), dtype=np.int64)
    by_vintage = np.full((settings, ratios, len(complete)), np.nan)
    for k, v in enumerate(complete):
        by_vintage[:, :, k] = outcomes[v].hedge[outcome[:, v]]
    for i in range(settings):
        for j in range(ratios):
            values = by_vintage[i, j]
            values = values[np.isfinite(values)]
            count[i, j] = len(values)
            if len(values):
                figures[:, i, j] = values.mean(), *student(values)
    return CellFigures(
        count,
        figures[0],
        figures[1],
        figures[2],
        account[:, :, names.index("cagr")],
        account[:, :, names.index("max_drawdown")],
    )


def _luck(leads: Floats, settings: int) -> Floats:
    """Expected lead of the best of 1, 2, … settings none of which does anything but holding does.

    Largest of so many normal draws, as many as correlated ones are worth, times
    the mean standard error of a setting's lead.
    """
    whole = leads[:, np.isfinite(leads).all(axis=0)].T
    if len(whole) < 2:
        return np.full(settings, np.nan)
    error = float(np.sqrt(whole.var(axis=0, ddof=1).mean() / len(whole)))
    correlation = mean_correlation(whole)
    return np.array(
        [expected_maximum(effective_trials(n, correlation)) * error for n in range(1, settings + 1)]
    )
