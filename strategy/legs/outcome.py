"""What became of one vintage's tactical leg, as the rest of the program reads it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from signals.price.resistance import Levels
from strategy.decide.calendar import Schedule
from strategy.legs.prices import Prices
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import Exits, LegRules, TrancheOrders
from strategy.legs.resolver import resolve
from strategy.legs.rules import bought, last_exit, net_return, tranche_orders


@dataclass(frozen=True)
class Fill:
    """The exit of one tranche, raw price."""

    tranche: int
    share: float
    session: int
    phase: Phase
    reason: Reason
    price: float


@dataclass(frozen=True)
class Outcome:
    """What became of one vintage's tactical leg.

    Attributes
    ----------
    reason : Reason
        Reason of the exit that came last.
    exits : tuple of Fill
        One per tranche with a share; empty where nothing was bought.
    entry_price, stop : float
        Raw; NaN where nothing was bought.
    ambiguous_bars : int
    max_adverse, max_favourable : float
        Fractions of the entry price.
    """

    reason: Reason
    exits: tuple[Fill, ...] = ()
    entry_price: float = np.nan
    stop: float = np.nan
    ambiguous_bars: int = 0
    max_adverse: float = np.nan
    max_favourable: float = np.nan

    @property
    def traded(self) -> bool:
        return bool(self.exits)

    @property
    def open(self) -> bool:
        """Whether something is still held at the end of the data."""
        return any(fill.reason is Reason.OPEN for fill in self.exits)

    def gross_return(self) -> float:
        """Return on the entry price before costs, open tranches at the last close."""
        if not self.exits:
            return np.nan
        return sum(f.share * (f.price / self.entry_price - 1.0) for f in self.exits)

    def net_return(self, fee: float, slippage: float) -> float:
        """See `strategy.legs.rules.net_return`; NaN where nothing was bought."""
        return float(net_return(self._records(), fee, slippage)) if self.exits else np.nan

    def orders(self, weight: float, at_close: bool) -> list[tuple[int, TrancheOrders]]:
        """Tranche (1, 2) and what it asks of the account: `strategy.legs.rules.tranche_orders`."""
        if not self.exits:
            return []
        records = self._records()
        return [
            (fill.tranche, tranche_orders(records, j, weight, at_close))
            for j, fill in enumerate(self.exits)
        ]

    def _records(self) -> Exits:
        fills = self.exits
        return Exits(
            float(self.entry_price),
            float(self.stop),
            np.array([f.session for f in fills], dtype=np.int64),
            np.array([f.phase for f in fills], dtype=np.int64),
            np.array([f.reason for f in fills], dtype=np.int64),
            np.array([f.price for f in fills], dtype=np.float64),
            np.array([f.share for f in fills], dtype=np.float64),
            self.ambiguous_bars,
            self.max_adverse,
            self.max_favourable,
        )


def unresolved(schedule: Schedule, fill: str, sessions: int) -> Reason | None:
    """Why the calendar alone leaves a vintage without a leg; None where it has one.

    Parameters
    ----------
    schedule : Schedule
    fill : {'next_open', 'next_close'}
        Buying and selling at one and the same close is no leg.
    sessions : int
        Length of the data. Where they end at the anchor the leg is still
        ahead (`Reason.OPEN`), not impossible.
    """
    s = schedule
    no_bar = fill == "next_close" and s.entry == s.last and s.timed
    if s.entry >= 0 and not no_bar:
        return None
    return Reason.OPEN if s.anchor == sessions - 1 else Reason.NO_SESSION


def tactical_outcome(
    prices: Prices, entry: int, last: int, timed: bool, levels: Levels, rules: LegRules
) -> Outcome:
    """Resolve one vintage; see `strategy.legs.resolver.resolve`."""
    exits = resolve(prices, entry, last, timed, levels, rules)
    if not bought(exits):
        return Outcome(Reason(int(exits.reason[0])))
    fills = tuple(
        Fill(
            j + 1,
            float(exits.share[j]),
            int(exits.session[j]),
            Phase(int(exits.phase[j])),
            Reason(int(exits.reason[j])),
            float(exits.price[j]),
        )
        for j in range(2)
        if exits.session[j] >= 0
    )
    return Outcome(
        Reason(int(exits.reason[last_exit(exits)])),
        fills,
        float(exits.entry_price),
        float(exits.stop),
        int(exits.ambiguous),
        float(exits.adverse),
        float(exits.favourable),
    )
