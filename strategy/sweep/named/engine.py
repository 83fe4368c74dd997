"""Runs variants of a plan of named legs by number: each setting of a leg once, then the walk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from pydantic import ValidationError

from market.errors import InputError
from strategy.legplan.markets import Markets, load_markets
from strategy.legplan.positions import refuse_overlap
from strategy.legplan.simulation import resolved_vintages
from strategy.plan.leg import Leg
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.engine.bins import TAIL, bin_edges
from strategy.sweep.engine.paths import CVAR, PATH_METRICS, TROUBLED, in_years_of
from strategy.sweep.engine.rows import Rows
from strategy.sweep.engine.variants import Recent, Variants
from strategy.sweep.engine.walk import RUINED
from strategy.sweep.file.columns import LEG_METRICS
from strategy.sweep.file.grid import CONTEXT, Grid, leg_kind
from strategy.sweep.file.settings import plan_of, with_values
from strategy.sweep.named.context import LegsContext, make_legs_context
from strategy.sweep.named.fills import LegFills
from strategy.sweep.named.held import LegsHeld
from strategy.sweep.named.loop import Course, OrderTable, empty_paths, walk_variants
from strategy.sweep.named.single import averages, label_of, leg_metrics, run_single_legs

#: Variants in one part of a sweep, by way of computing.
ROWS = {"dense": 8_192, "single": 64}
#: Settings of a leg that are kept, resolved.
KEPT = 4_096


@dataclass
class LegsEngine(Variants):
    """Runs variants of a grid of a plan of named legs.

    Attributes
    ----------
    grid : Grid
    way : str
        ``dense`` or ``single``.
    because : str
        Why that way, for people.
    """

    grid: Grid
    way: str
    because: str
    columns: ClassVar[list[str]] = list(LEG_METRICS)
    _markets: Recent = field(default_factory=lambda: Recent(4))
    _contexts: Recent = field(default_factory=lambda: Recent(2))
    _fills: Recent = field(default_factory=lambda: Recent(KEPT))

    @property
    def rows(self) -> int:
        """Variants in one part of the sweep."""
        return ROWS[self.way]

    @property
    def plan(self) -> LegsPlan:
        """The base plan."""
        plan = self.grid.sweep.plan
        assert isinstance(plan, LegsPlan)
        return plan

    def market(self, plan: LegsPlan) -> Markets:
        """The plan's markets, loaded once."""
        held = {name: market.model_dump() for name, market in plan.markets.items()}
        key = plan.data.model_dump_json() + json.dumps(held, sort_keys=True)
        return self._markets.of(key, lambda: load_markets(plan))

    def context(self, number: int) -> LegsContext:
        """A context by its number in the grid."""

        def make() -> LegsContext:
            plan = plan_of(self.grid, self.grid.group_values(number, CONTEXT))
            return make_legs_context(plan, self.market(plan))

        return self._contexts.of(number, make)

    @cached_property
    def years(self) -> list[int | str]:
        """Labels of all vintages of the sweep, in order of time."""
        found: dict[int | str, None] = {}
        varies = any(
            key.split(".")[0] in ("data", "vintages", "markets") for key in self.grid.sweep.keys
        )
        for number in range(self.grid.group_size(CONTEXT) if varies else 1):
            context = self.context(number)
            found |= {label_of(context.plan, a.label): None for a in context.anchors}
        return sorted(found, key=str)

    @cached_property
    def held(self) -> LegsHeld:
        """What the variants are held against."""
        return LegsHeld(self.grid, self.market)

    def _in_context(
        self, number: int, numbers: np.ndarray, digits: np.ndarray, daily: bool
    ) -> Rows:
        context = self.context(number)
        n = len(numbers)
        fills: list[LegFills] = []
        places, columns = [], [context.calendar.names.index(c) for c in context.plan.core.shares]
        cores = len(columns)
        rows = np.zeros((n, 1 + len(context.plan.legs)), dtype=np.int64)
        sides: list[float] = []
        bases: list[int] = []
        for s, name in enumerate(context.plan.legs, 1):
            settings = self.grid.group(digits, leg_kind(name))
            distinct, rows[:, s] = np.unique(settings, return_inverse=True)
            rows[:, s] += 1 + len(fills)
            width = 0
            for setting in distinct:
                leg, found = self._setting(context, number, name, int(setting))
                fills.append(found)
                width = max(width, int(found.slot.max(initial=-1)) + 1)
                places.append(context.place(name))
                sides.append(1.0 if leg.side == "long" else -1.0)
                bases.append(len(columns))
            market = context.calendar.names.index(context.plan.market_of(context.plan.legs[name]))
            columns += [market] * width
        table = _orders(context, fills, places, sides, bases)
        metrics, vintages, paths = self._walked(context, table, rows, columns, cores, daily)
        out = np.empty((n, len(LEG_METRICS)))
        names = list(LEG_METRICS)
        for j, name in enumerate(PATH_METRICS):
            out[:, names.index(name)] = metrics[:, j]
        out[:, names.index("leg_sessions")] = metrics[:, TROUBLED + 1]
        per_leg = [f.returns[f.complete & ~np.isnan(f.returns)] for f in fills]
        for i in range(n):
            made = np.concatenate([per_leg[row - 1] for row in rows[i, 1:]])
            for name, value in (leg_metrics(made) | averages(vintages[i])).items():
                out[i, names.index(name)] = value
        labels = [label_of(context.plan, a.label) for a in context.anchors]
        if labels != self.years:
            wide = np.full((n, len(self.years)), np.nan)
            wide[:, [self.years.index(label) for label in labels]] = vintages
            vintages = wide
        result = Rows(out, vintages, paths)
        ruined = np.flatnonzero(metrics[:, TROUBLED] == RUINED)
        if len(ruined):
            alone = self._single(numbers[ruined])
            result.metrics[ruined], result.vintages[ruined] = alone.metrics, alone.vintages
        return result

    def _walked(
        self,
        context: LegsContext,
        table: OrderTable,
        rows: np.ndarray,
        columns: list[int],
        cores: int,
        daily: bool,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Figures of the paths (`PATH_METRICS`, trouble, share with a leg), vintages, returns."""
        n, edges = len(rows), bin_edges()
        out, days_in, vintages = empty_paths(n, len(context.anchors))
        begun = np.array(list(context.plan.core.shares.values()), dtype=np.float64)

        course = Course(
            np.array(columns, dtype=np.int64),
            begun[:cores],
            context.anchor_at,
            context.first,
            context.last,
            context.fee,
            context.slippage,
        )

        def walk(which: np.ndarray, least: float, paths: np.ndarray) -> None:
            walk_variants(
                table, rows, context.sessions, course, edges, least, which, paths, out, days_in,
                vintages,
            )  # fmt: skip

        counted = context.sessions_counted
        if daily:
            paths = np.zeros((n, counted))
            walk(np.arange(n), np.inf, paths)
        else:
            # returns above three times the first one's tail are nobody's tail; where they are,
            # the variant is walked again
            paths = np.zeros((1, counted))
            walk(np.arange(1), np.inf, paths)
            reach = float(np.quantile(paths[0], 3.0 * TAIL))
            least = np.inf
            if reach < 0.0:
                least = float(edges[np.searchsorted(edges, reach, side="right") - 1])
            none = np.zeros((0, 0))
            walk(np.arange(n), least, none)
            again = np.flatnonzero(np.isnan(out[:, CVAR]))
            if len(again):
                walk(again, np.inf, none)
            paths = none
        figures = in_years_of(context.path_sessions, out[:, :TROUBLED])
        share = days_in / (counted + 1)
        return np.column_stack([figures, out[:, TROUBLED], share]), vintages, paths

    def _setting(
        self, context: LegsContext, number: int, name: str, setting: int
    ) -> tuple[Leg, LegFills]:
        def make() -> tuple[Leg, LegFills]:
            leg = self._leg(context, number, name, setting)
            found = context.fills(name, leg)
            if found.overlap and leg.overlap == "refuse":
                legs = {**context.plan.legs, name: leg}
                plan = context.plan.model_copy(update={"legs": legs})
                _, grounds, vintages = resolved_vintages(plan, context.markets)
                refuse_overlap(grounds[name], vintages[name])
            return leg, found

        return self._fills.of((number, name, setting), make)

    def _leg(self, context: LegsContext, number: int, name: str, setting: int) -> Leg:
        """A leg as a setting has it; the whole plan is built where it alone is none."""
        values = self.grid.group_values(setting, leg_kind(name))
        if not values:
            return context.plan.legs[name]
        below = f"legs.{name}."
        own = {key.removeprefix(below): value for key, value in values.items()}
        try:
            return Leg.model_validate(with_values(self.grid.sweep.content["legs"][name], own))
        except ValidationError:
            shared = self.grid.group_values(number, CONTEXT)
            plan: LegsPlan = plan_of(self.grid, shared | values)
            return plan.legs[name]

    def _run_single(self, plan: Any) -> tuple[dict[str, float], dict[Any, float]]:
        return run_single_legs(plan, self.market(plan))


def make_legs_engine(grid: Grid) -> LegsEngine:
    """The way that follows every variant: the dense walk, or single runs where they are asked for.

    Raises
    ------
    InputError
        Where the sweep asks for a way that there is not.
    """
    wanted = grid.sweep.engine
    if wanted == "separable":
        raise InputError(
            "got separable, but the plan has `legs`",
            where=f"{grid.sweep.label}: sweep.engine",
            expected="auto, dense or single",
        )
    if wanted == "single":
        return LegsEngine(grid, "single", "asked for")
    return LegsEngine(grid, "dense", "asked for" if wanted == "dense" else "named legs")


def _orders(
    context: LegsContext,
    fills: list[LegFills],
    places: list[np.ndarray],
    sides: list[float],
    bases: list[int],
) -> OrderTable:
    """The core's orders and those of every setting, in one table."""
    core = list(zip(*context.core, strict=True)) or [()] * 8
    parts = [
        tuple(
            np.array(core[k], dtype=kind)
            for k, kind in ((0, np.int64), (2, np.int64), (3, np.int64), (4, float), (5, float),
                            (6, float), (7, np.bool_))
        )
    ]  # fmt: skip
    # core markets may be brought back on other days: one row in order of time
    order = np.argsort(parts[0][0], kind="stable")
    parts = [tuple(column[order] for column in parts[0])]
    for found, place, side, base in zip(fills, places, sides, bases, strict=True):
        count = len(found.session)
        parts.append(
            (
                place[found.session], found.kind, found.slot + base, found.value,
                np.full(count, side), found.price, found.market,
            )
        )  # fmt: skip
    start = np.cumsum([0, *(len(part[0]) for part in parts)]).astype(np.int64)
    columns = (np.ascontiguousarray(np.concatenate(column)) for column in zip(*parts, strict=True))
    return OrderTable(start, *columns)
