"""One future at a time through the Python of a run on history: every instrument, at its speed.

The kernel knows the index sold short. Funds and options go through
`strategy.hedge.vintage.protect` itself, on fewer futures, and the output says on how
many. For a short both ways give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.account.account import Account, Instructions
from strategy.hedge.instruments import legs_of
from strategy.hedge.instruments.setting import HedgeWindow, Setting
from strategy.hedge.vintage import HedgeRun, protect
from strategy.legs.outcome import tactical_outcome
from strategy.legs.prices import Prices
from strategy.legs.reasons import Phase
from strategy.legs.rules import size
from strategy.plan import Plan
from strategy.result.metrics import max_drawdown
from strategy.run.leg_orders import leg_instructions
from strategy.scenario.engine.engine import Futures
from strategy.scenario.engine.kernel import cascade_targets
from strategy.scenario.engine.start import Start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.worlds.paths import draw_path
from strategy.scenario.worlds.worlds import World


@dataclass(frozen=True)
class Path:
    """One future, session by session; index 0 is the day it begins."""

    open_: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    vix: np.ndarray
    rate: np.ndarray

    @property
    def bars(self) -> Prices:
        """open, high, low, close."""
        return Prices(self.open_, self.high, self.low, self.close)


def draw_future(start: Start, world: World, i: int) -> Path:
    """Future `i` of a world; all bars reduced to their close under ``fill: next_close``."""
    arrays = tuple(np.empty(start.horizon + 1) for _ in range(6))
    draw_path(i, start.history.table, world.garch, world.draw, *arrays)
    if start.terms.at_close:
        arrays = (arrays[3],) * 4 + arrays[4:]
    return Path(*arrays)


def path_setting(start: Start, world: World, path: Path, plan: Plan) -> Setting:
    """What an instrument is priced with on one future."""
    return Setting(
        start.sessions,
        path.open_,
        path.close,
        world.calendar.days,
        path.rate,
        path.vix,
        Phase.CLOSE if start.terms.at_close else Phase.OPEN,
        plan.hedge,
        plan.costs,
        np.full(len(path.close), start.terms.dividend),
    )


def hedge_future(
    start: Start,
    world: World,
    path: Path,
    plan: Plan,
    tactical: Instructions,
    window: HedgeWindow,
    target: np.ndarray,
    review: np.ndarray,
    *,
    setting: Setting | None = None,
    unhedged: Account | None = None,
) -> HedgeRun:
    """`strategy.hedge.vintage.protect` on one future; what the caller has already is not redone.

    `setting` is the future's under this plan, `unhedged` its account without a hedge.
    """
    setting = path_setting(start, world, path, plan) if setting is None else setting
    return protect(
        plan,
        setting,
        legs_of(setting),
        tactical,
        window,
        target,
        review,
        0,
        start.horizon,
        unhedged=unhedged,
    )


def tactical_rows(start: Start, path: Path) -> Instructions:
    """The tactical leg's instructions on one future."""
    s, terms = start.schedule, start.terms
    if not terms.enter:
        return Instructions()
    outcome = tactical_outcome(path.bars, s.entry, s.last, True, terms.levels, terms.rules)
    if not outcome.traded:
        return Instructions()
    weight = size(terms.size, outcome.entry_price, outcome.stop, terms.score)
    return leg_instructions(outcome, s.entry, weight, terms.at_close)


def hedge_rows(start: Start, futures: Futures, count: int) -> None:
    """Replace the hedge's figures of the first `count` futures by those of the plan's instrument.

    Those of the others become NaN: nobody computed them.
    """
    world = futures.world
    kept = (Figure.TOTAL_RETURN, Figure.TOTAL_FALL, Figure.CORE_PNL, Figure.TACTICAL_PNL)
    new = (Figure.HEDGE_PNL, Figure.HEDGE_COST, Figure.MEAN_RATIO)
    for figure in (*kept, *new, Figure.DERISK_RETURN, Figure.DERISK_FALL):
        futures[figure][:] = np.nan
    futures.fans[1] = np.nan
    for i in range(min(count, len(futures))):
        path = draw_future(start, world, i)
        target, review = world.calendar.target.copy(), world.calendar.review.copy()
        if start.terms.cascade:
            cascade_targets(world.calendar, start.terms, path.close, path.vix, target, review)
        run = hedge_future(
            start,
            world,
            path,
            start.plan,
            tactical_rows(start, path),
            start.window,
            target,
            review,
        )
        equity, pnl = run.account.equity, run.account.pnl[-1]
        held = run.fate.held
        for figure, value in (
            (Figure.TOTAL_RETURN, equity[-1] - 1.0),
            (Figure.TOTAL_FALL, max_drawdown(equity)),
            (Figure.CORE_PNL, pnl[0]),
            (Figure.TACTICAL_PNL, pnl[1]),
            (Figure.HEDGE_PNL, pnl[2]),
            (Figure.HEDGE_COST, run.costs.cost),
            (Figure.MEAN_RATIO, held.mean() if len(held) else 0.0),
        ):
            futures[figure][i] = value
        if i < futures.fans.shape[1]:
            futures.fans[1, i, : len(equity)] = equity
            futures.fans[1, i, len(equity) :] = equity[-1]
