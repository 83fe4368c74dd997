"""Runs variants by number: prepares each distinct setting once, then walks or composes the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from market import load
from market.container import Market
from market.errors import InputError
from strategy.decide.admission import admitted
from strategy.decide.calendar import schedule
from strategy.plan import Plan
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.composed.compose import compose
from strategy.sweep.composed.sleeves import Ranges, Sleeve, make_ranges, make_sleeve
from strategy.sweep.dense.loop import dense
from strategy.sweep.engine.context import Context, make_context
from strategy.sweep.engine.held import Held
from strategy.sweep.engine.outcomes import Hedges, Tactical
from strategy.sweep.engine.rows import Rows, rows_of
from strategy.sweep.engine.single import run_single
from strategy.sweep.engine.variants import Recent, Variants
from strategy.sweep.engine.walk import RUINED
from strategy.sweep.file.columns import METRICS
from strategy.sweep.file.grid import CONTEXT, HEDGE, RISK, TACTICAL, Grid
from strategy.sweep.file.settings import first_not_followed, plan_of

#: Settings of one sleeve that are prepared all at once and kept.
KEPT = 2048
#: Settings that the range of what parts hand over is taken from.
SAMPLED = 256
#: Variants in one part of a sweep, by way of computing.
ROWS = {"separable": 65_536, "dense": 16_384, "single": 64}
#: Microseconds on one core, for 16,000 sessions and 63 vintages; see docs/scaling.md.
COST = {"pair": 10.0, "tactical": 200.0, "hedge": 1_300.0, "dense": 90.0, "single": 200_000.0}


@dataclass(frozen=True)
class _Table:
    """Settings of one sleeve, resolved: row of each by number, -1 where it is no valid plan."""

    numbers: np.ndarray
    rows: np.ndarray
    outcomes: Any
    sleeve: Sleeve | None

    def index(self, numbers: np.ndarray) -> np.ndarray:
        at = np.searchsorted(self.numbers, numbers)
        return self.rows[np.minimum(at, len(self.numbers) - 1)]

    def covers(self, numbers: np.ndarray) -> bool:
        return bool(np.isin(numbers, self.numbers).all() and (self.index(numbers) >= 0).all())


@dataclass
class Engine(Variants):
    """Runs variants of a grid.

    Attributes
    ----------
    grid : Grid
    way : str
        ``separable``, ``dense`` or ``single``.
    because : str
        Why that way, for people.
    """

    grid: Grid
    way: str
    because: str
    columns: ClassVar[list[str]] = list(METRICS)
    _markets: Recent = field(default_factory=lambda: Recent(4))
    _contexts: Recent = field(default_factory=lambda: Recent(2))
    _ranges: Recent = field(default_factory=lambda: Recent(2))
    _tables: Recent = field(default_factory=lambda: Recent(4))

    @property
    def rows(self) -> int:
        """Variants in one part of the sweep."""
        if self.way != "separable":
            return ROWS[self.way]
        # no more distinct settings in one part than are kept anyhow
        fewest = min(self.grid.group_size(RISK, HEDGE), ROWS["separable"] // 16)
        return min(ROWS["separable"], KEPT * max(1, fewest))

    def market(self, plan: Any) -> Market:
        """The plan's market, loaded once."""
        key = plan.data.model_dump_json()
        return self._markets.of(key, lambda: admitted(plan, load(plan.data)))

    def context(self, number: int) -> Context:
        """A context by its number in the grid."""

        def make() -> Context:
            plan = plan_of(self.grid, self.grid.group_values(number, CONTEXT))
            return make_context(plan, self.market(plan))

        return self._contexts.of(number, make)

    @cached_property
    def years(self) -> list[int]:
        """Years of all vintages of the sweep, ascending."""
        found: set[int] = set()
        for number in range(self.grid.group_size(CONTEXT)):
            plan = plan_of(self.grid, self.grid.group_values(number, CONTEXT))
            found |= {s.year for s in schedule(self.market(plan).sessions, plan)}
            if not self._calendar_varies:
                break
        return sorted(found)

    @cached_property
    def _calendar_varies(self) -> bool:
        return any(
            key.split(".")[0] in ("data", "anchor", "vintages", "tactical", "hedge")
            for axis, kinds in zip(self.grid.axes, self.grid.kinds, strict=True)
            if CONTEXT in kinds
            for key in axis.keys
        )

    @cached_property
    def held(self) -> Held:
        """What the variants are held against."""
        return Held(self.grid, self.market)

    def _in_context(
        self, number: int, numbers: np.ndarray, digits: np.ndarray, daily: bool
    ) -> Rows:
        context = self.context(number)
        ranges = self._range(context, number) if self.way == "separable" else None
        t_numbers = self.grid.group(digits, RISK, TACTICAL)
        h_numbers = self.grid.group(digits, RISK, HEDGE)
        tactical = self._table(context, number, t_numbers, TACTICAL)
        hedge = self._table(context, number, h_numbers, HEDGE)
        t_index, h_index = tactical.index(t_numbers), hedge.index(h_numbers)
        t_out, h_out = tactical.outcomes, hedge.outcomes
        if ranges is None or tactical.sleeve is None or hedge.sleeve is None or daily:
            paths = dense(context, t_out, h_out, t_index, h_index, paths=daily)
        else:
            sleeves = (tactical.sleeve, hedge.sleeve)
            paths = compose(context, ranges, *sleeves, t_out.legs, h_out.orders, t_index, h_index)
            # a margin call changes what follows: these are walked
            again = np.flatnonzero(paths.trouble)
            if len(again):
                walked = dense(context, t_out, h_out, t_index[again], h_index[again])
                for kept, new in zip(paths, walked, strict=True):
                    if len(kept):
                        kept[again] = new
        rows = rows_of(context, paths, t_out, h_out, t_index, h_index, self.years)
        ruined = np.flatnonzero(paths.trouble == RUINED)
        if len(ruined):
            alone = self._single(numbers[ruined])
            rows.metrics[ruined], rows.vintages[ruined] = alone.metrics, alone.vintages
        return rows

    def _run_single(self, plan: Any) -> tuple[dict[str, float], dict[Any, float]]:
        return run_single(plan, self.market(plan))

    def _range(self, context: Context, number: int) -> Ranges:
        """Ranges of a context, from a sample of its settings that does not depend on the part."""

        def make() -> Ranges:
            tactical = self._resolve(context, number, self._sample(TACTICAL), TACTICAL, True)
            hedge = self._resolve(context, number, self._sample(HEDGE), HEDGE, True)
            return make_ranges(context, tactical.outcomes, hedge.outcomes)

        return self._ranges.of(number, make)

    def _sample(self, kind: str) -> np.ndarray:
        size = self.grid.group_size(RISK, kind)
        return np.unique(np.linspace(0, size - 1, min(size, SAMPLED)).astype(np.int64))

    def _table(self, context: Context, number: int, wanted: np.ndarray, kind: str) -> _Table:
        """The settings that variants need, and more of them where all are few."""
        size = self.grid.group_size(RISK, kind)
        if size <= KEPT:
            table = self._tables.of(
                (number, kind),
                lambda: self._resolve(context, number, np.arange(size), kind, size > 1),
            )
            if table.covers(wanted):
                return table
            # a setting that is no valid plan is wanted after all: say which
        return self._resolve(context, number, np.unique(wanted), kind, False)

    def _resolve(
        self, context: Context, number: int, settings: np.ndarray, kind: str, lenient: bool
    ) -> _Table:
        shared = self.grid.group_values(number, CONTEXT)
        plans: list[Plan] = []
        rows = np.full(len(settings), -1, dtype=np.int64)
        for i, setting in enumerate(settings):
            values = self.grid.group_values(int(setting), RISK, kind)
            try:
                plans.append(plan_of(self.grid, shared | values))
            except InputError:
                # constraints may exclude it
                if not lenient:
                    raise
                continue
            rows[i] = len(plans) - 1
        if not plans:
            plan_of(self.grid, shared | self.grid.group_values(int(settings[0]), RISK, kind))
        outcomes: Tactical | Hedges
        outcomes = context.tactical(plans) if kind == TACTICAL else context.hedges(plans)
        sleeve = None
        if self.way == "separable" and number in self._ranges:
            side = 0 if kind == TACTICAL else 1
            sleeve = make_sleeve(context, self._ranges[number], side, outcomes)
        return _Table(settings, rows, outcomes, sleeve)


def make_engine(grid: Grid, market: Market | None = None) -> Engine:
    """Choose the cheapest way that follows every variant.

    Parameters
    ----------
    grid : Grid
    market : Market, optional
        The base plan's, where it is loaded already.

    Raises
    ------
    InputError
        Where the sweep asks for a way that does not follow it.
    """
    if isinstance(grid.sweep.plan, LegsPlan):
        from strategy.sweep.named.engine import make_legs_engine

        return make_legs_engine(grid)  # type: ignore[return-value]
    wanted = grid.sweep.engine
    odd = first_not_followed(grid)
    engine = Engine(grid, "dense", "")
    if market is not None:
        engine._markets[grid.sweep.plan.data.model_dump_json()] = market
    if odd:
        if wanted in ("dense", "separable"):
            raise InputError(
                f"got {wanted}, which cannot follow {odd}",
                where=f"{grid.sweep.label}: sweep.engine",
                expected="auto or single",
            )
        return Engine(grid, "single", f"{odd} is followed by single runs only")
    if wanted == "single":
        return Engine(grid, "single", "asked for")
    context = engine.context(0)
    overlap = _held_before_the_anchor(grid)
    possible = context.segments.chained and not overlap
    if wanted == "separable" and not possible:
        why = overlap or "the hedge window starts after the next anchor, or is left open by a hole"
        raise InputError(
            f"got separable, but {why}",
            where=f"{grid.sweep.label}: sweep.engine",
            expected="auto or dense",
        )
    if wanted in ("dense", "separable"):
        return Engine(grid, wanted, "asked for", engine._markets, engine._contexts)
    cheaper = possible and separable_cost(grid) < grid.count * COST["dense"]
    if cheaper:
        because = "sleeves follow each other, and there are fewer settings than variants"
    else:
        because = overlap or "there are about as many settings as variants"
        if not context.segments.chained:
            because = "sleeves overlap"
    way = "separable" if cheaper else "dense"
    return Engine(grid, way, because, engine._markets, engine._contexts)


def separable_cost(grid: Grid) -> float:
    """Microseconds on one core that the separable way takes, roughly."""
    contexts = grid.group_size(CONTEXT)
    total = grid.count * COST["pair"]
    for kind in (TACTICAL, HEDGE):
        size = grid.group_size(RISK, kind)
        # what is not kept is prepared for the variants of each part anew
        total += contexts * size * COST[kind] if size <= KEPT else grid.count * COST[kind]
    if grid.group_size(RISK, TACTICAL) > KEPT >= grid.group_size(RISK, HEDGE):
        total -= grid.count * COST[TACTICAL]
        total += contexts * grid.group_size(RISK, TACTICAL) * COST[TACTICAL]
    return total


def _held_before_the_anchor(grid: Grid) -> str:
    """Why the hedge and the long are held together in every vintage; empty where they are not."""
    assert isinstance(grid.sweep.plan, Plan)
    policies: set[Any] = {grid.sweep.plan.hedge.policy}
    for axis in grid.axes:
        for key, values in zip(axis.keys, axis.values, strict=True):
            if key == "hedge.policy":
                policies = set(values)
            if key == "hedge":
                policies |= {v.get("policy") for v in values if isinstance(v, dict)}
    if "hedge_first" in policies:
        return "hedge.policy hedge_first holds the hedge and the long together"
    return ""
