"""One account through all vintages, and what it is compared with: core alone, unhedged, derisk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from strategy.account.account import Account, Instructions, Kind, Leg, run_account
from strategy.account.instructions import REBALANCE
from strategy.hedge.instruments import limits_of
from strategy.hedge.instruments.setting import HedgeWindow
from strategy.legs.reasons import Phase
from strategy.run.vintage import Ground, Vintage


@dataclass(frozen=True)
class ChainedAccounts:
    """Accounts from the first anchor on, all ending on the same session.

    Attributes
    ----------
    ground : Ground
    vintages : list of Vintage
        In the order of their anchors.
    whole : Account
        Core, tactical legs and hedges. The others are computed when they are
        asked for.
    """

    ground: Ground
    vintages: list[Vintage]
    whole: Account

    @cached_property
    def core(self) -> Account:
        """The core alone."""
        return self._chain(self._core)

    @cached_property
    def unhedged(self) -> Account:
        """Without the hedges."""
        return self._chain(Instructions(self._core.rows + self._long))

    @cached_property
    def derisk(self) -> Account:
        """With less core instead of the hedges."""
        less = _core_instructions(self.ground, self.vintages, self.whole.last, derisk=True)
        return self._chain(Instructions(less.rows + self._long))

    @cached_property
    def _core(self) -> Instructions:
        return _core_instructions(self.ground, self.vintages, self.whole.last)

    @property
    def _long(self) -> list[Any]:
        return [row for v in self.vintages for row in v.tactical.rows]

    def _chain(self, rows: Instructions) -> Account:
        last = self.whole.last
        return _chained(self.ground, self.whole.first, _until(rows, last), last)


def chained_accounts(ground: Ground, vintages: list[Vintage]) -> ChainedAccounts:
    """Run the vintages one after the other through one account.

    Parameters
    ----------
    ground : Ground
    vintages : list of Vintage
        In the order of their anchors. The accounts end with the data, with
        the last window where the plan names its vintages, or where the equity
        is exhausted.
    """
    plan = ground.plan
    first = vintages[0].schedule.anchor
    last = len(ground.market.sessions) - 1
    if plan.vintages is not None and vintages[-1].schedule.ended:
        last = vintages[-1].schedule.window_last
    core = _core_instructions(ground, vintages, last)
    every = [row for v in vintages for row in v.instructions.rows]
    whole = _chained(ground, first, Instructions(core.rows + every), last)
    return ChainedAccounts(ground, vintages, whole)


def _chained(ground: Ground, first: int, rows: Instructions, last: int) -> Account:
    plan, setting = ground.plan, ground.setting
    return run_account(
        ground.market.sessions,
        ground.prices.close,
        setting.rate,
        first,
        last,
        rows.table(),
        plan.costs,
        capital=plan.capital,
        core_weight=plan.core.weight,
        legs=ground.legs,
        open_=ground.prices.open_,
        limits=limits_of(setting),
        hedge_at=setting.at,
        dividend=setting.dividend,
        days=setting.days,
    )


def _until(instructions: Instructions, last: int) -> Instructions:
    return Instructions([row for row in instructions.rows if row[0] <= last])


def _core_instructions(
    ground: Ground,
    vintages: list[Vintage],
    last: int,
    *,
    derisk: bool = False,
) -> Instructions:
    """The core is brought back to its weight twice a vintage.

    At the first open after the anchor and at the first open of the hedge
    window: dividends and the sleeves' results are invested there, and what
    follows starts from the same holding whatever went before. `derisk`: less
    by the comparator's share while a hedge window runs, whole again at its
    last close.
    """
    plan, prices = ground.plan, ground.prices
    core = Instructions()
    if plan.core.weight == 0.0:
        return core
    at = Phase.OPEN if plan.tactical.entry.fill == "next_open" else Phase.CLOSE
    schedules = [v.schedule for v in vintages]
    starts = {(s.anchor + 1, at): s.year for s in schedules[1:]}
    starts |= {(s.hedge_first, at): s.year for s in schedules if s.hedge_first > 0}
    sold = [(v.hedge.window, v.hedge.derisk.weight) for v in vintages] if derisk else []
    sold = [(window, weight) for window, weight in sold if weight != 0.0]
    for window, _ in sold:
        starts[(window.first, at)] = window.vintage
        if window.timed:
            starts[(window.last, Phase.CLOSE)] = window.vintage
    for (t, phase), year in sorted(starts.items()):
        if t > last:
            continue
        less = sum(weight for window, weight in sold if _runs(window, t, phase))
        core.add(
            t,
            phase,
            Kind.HOLD,
            Leg.CORE,
            prices.open_[t] if phase is Phase.OPEN else prices.close[t],
            value=max(plan.core.weight - less, 0.0),
            reason=REBALANCE,
            vintage=year,
        )
    return core


def _runs(window: HedgeWindow, t: int, phase: Phase) -> bool:
    ends = window.timed and phase is Phase.CLOSE and t == window.last
    return window.first <= t <= window.last and not ends
