"""The tactical leg's resolver: one Numba function that decides every fill of every run and sweep.

docs/simulation.md in code. Within a session events come in this order: the
open, the range between open and close, the close. A stop is live from the
entry session on. Prices are raw: costs are the account's business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.kernels.compiled import compiled
from strategy.legs.reasons import Phase, Reason
from strategy.plan import StopLevel, Tactical

#: Reasons whose fill is a market order and pays slippage. Targets are limit
#: orders: filled at their price, or better at the open without slippage.
MARKET_EXITS = (Reason.STOP, Reason.STOP_GAP, Reason.FAILED_BREAKOUT, Reason.TIME)

# plain integers for the compiled function
_OPEN, _T1, _T2, _STOP, _GAP, _FAILED, _TIME, _NO_ROOM, _NO_STOP = (
    int(r) for r in list(Reason)[:9]
)


@compiled()
def resolve(
    open_,
    high,
    low,
    close,
    entry,
    last,
    timed,
    zone_low,
    zone_high,
    extension_low,
    stop,
    first_share,
    within,
    buffer,
    touch,
    target_first,
):
    """Resolve one vintage's tactical leg, bar by bar.

    Parameters
    ----------
    open_, high, low, close : float64[n]
        Raw prices of the whole series.
    entry : int
        Session E: the position is bought at ``open_[entry]``.
    last : int
        Last session of the leg, ``>= entry``.
    timed : bool
        True: sell at the close of `last`. False: the data end there and what
        is held stays open.
    zone_low, zone_high, extension_low : float
        R_lo, R_hi, E_lo.
    stop : float
        Stop level S.
    first_share : float
        Share of the first tranche (target R_lo); the rest aims at E_lo.
    within : int
        N, sessions in which a breakout attempt can fail.
    buffer : float
        b: a close below R_lo (1 - b) fails the attempt.
    touch : bool
        Attempt begins with a high at R_lo instead of a close above R_hi.
    target_first : bool
        A bar that reaches stop and target fills the target first.

    Returns
    -------
    session, phase, reason : int64[2]
        Exit of each tranche; session -1 where the tranche has no share or
        nothing was bought, reason OPEN where it is still held at `last`.
    price : float64[2]
        Raw exit prices (the last close where still open).
    ambiguous : int
        Bars that reached both the stop and a target of an open tranche.
    adverse, favourable : float
        Lowest and highest price seen while in the market, as return on the
        entry price.
    """
    session = np.full(2, -1, dtype=np.int64)
    phase = np.zeros(2, dtype=np.int64)
    reason = np.zeros(2, dtype=np.int64)
    price = np.full(2, np.nan)
    target = np.array([zone_low, extension_low])
    held = np.array([first_share > 0.0, first_share < 1.0])
    ambiguous = 0
    paid = open_[entry]

    if paid >= zone_low:
        reason[:] = _NO_ROOM
        return session, phase, reason, price, ambiguous, np.nan, np.nan
    if stop >= paid:
        reason[:] = _NO_STOP
        return session, phase, reason, price, ambiguous, np.nan, np.nan

    worst = paid
    best = paid
    attempt = -1
    pending = False

    for t in range(entry, last + 1):
        # the open of every session after the entry
        if t > entry:
            o = open_[t]
            leave = -1
            if pending:
                leave = _FAILED
            elif o <= stop:
                leave = _GAP
            worst = min(worst, o)
            best = max(best, o)
            for j in range(2):
                if not held[j]:
                    continue
                if leave >= 0:
                    why = leave
                elif target[j] <= o:
                    why = _T1 + j
                else:
                    continue
                held[j] = False
                session[j], phase[j], reason[j], price[j] = t, 0, why, o
            if not (held[0] or held[1]):
                break

        # between open and close, the entry session included
        stopped = low[t] <= stop
        reachable = (held[0] and target[0] <= high[t]) or (held[1] and target[1] <= high[t])
        if stopped and reachable:
            ambiguous += 1
        if reachable and (target_first or not stopped):
            for j in range(2):
                if held[j] and target[j] <= high[t]:
                    held[j] = False
                    session[j], phase[j], reason[j], price[j] = t, 1, _T1 + j, target[j]
                    best = max(best, target[j])
        if stopped:
            for j in range(2):
                if held[j]:
                    held[j] = False
                    session[j], phase[j], reason[j], price[j] = t, 1, _STOP, stop
                    worst = min(worst, stop)
        if not (held[0] or held[1]):
            break
        worst = min(worst, low[t])
        best = max(best, high[t])

        # the close
        if t == last:
            for j in range(2):
                if held[j]:
                    session[j], phase[j], price[j] = t, 2, close[t]
                    reason[j] = _TIME if timed else _OPEN
            break
        if attempt < 0:
            started = high[t] >= zone_low if touch else close[t] > zone_high
            if started:
                attempt = t
                if touch and close[t] < zone_low * (1.0 - buffer):
                    pending = True
                if within == 0:
                    attempt = -1
        else:
            if close[t] < zone_low * (1.0 - buffer):
                pending = True
            if t - attempt >= within:
                attempt = -1

    return session, phase, reason, price, ambiguous, worst / paid - 1.0, best / paid - 1.0


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
        """Return per unit of capital given to the leg, after fees and slippage.

        The capital pays for the units and the entry fee. A tranche still open
        at the end of the data is valued at the last close without exit costs.

        Parameters
        ----------
        fee, slippage : float
            Fractions per fill.
        """
        if not self.exits:
            return np.nan
        paid = self.entry_price * (1.0 + slippage) * (1.0 + fee)
        received = 0.0
        for fill in self.exits:
            price = fill.price
            if fill.reason in MARKET_EXITS:
                price *= 1.0 - slippage
            if fill.reason is not Reason.OPEN:
                price *= 1.0 - fee
            received += fill.share * price
        return received / paid - 1.0


def stop_price(entry_price: float, stop: float | StopLevel, scale: float) -> float:
    """Stop level S in index points.

    Parameters
    ----------
    entry_price : float
        P0, raw.
    stop : float or StopLevel
        Fraction d below P0 (S = P0 (1 - d)), or a level in the plan's points.
    scale : float
        Factor from the plan's points to the index's (1 in absolute mode).
    """
    if isinstance(stop, StopLevel):
        return stop.level * scale
    return entry_price * (1.0 - stop)


def tactical_outcome(
    prices: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    entry: int,
    last: int,
    timed: bool,
    zone: tuple[float, float],
    extension_low: float,
    scale: float,
    tactical: Tactical,
    same_bar: str | None = None,
) -> Outcome:
    """Resolve one vintage with the plan's settings.

    Parameters
    ----------
    prices : tuple of float64[n]
        open, high, low, close.
    entry, last, timed
        See `resolve`.
    zone, extension_low, scale
        Levels in index points and the factor for a stop level.
    tactical : Tactical
    same_bar : {'stop_first', 'target_first'}, optional
        Overrides the plan's policy (both are reported).
    """
    entry_price = float(prices[0][entry])
    stop = stop_price(entry_price, tactical.stop, scale)
    session, phase, reason, price, ambiguous, adverse, favourable = resolve(
        *prices,
        entry,
        last,
        timed,
        zone[0],
        zone[1],
        extension_low,
        stop,
        tactical.first_target_share,
        tactical.failed_breakout.within,
        tactical.failed_breakout.buffer,
        tactical.failed_breakout.trigger == "touch",
        (same_bar or tactical.same_bar) == "target_first",
    )
    if not Reason(int(reason.max())).traded:
        return Outcome(Reason(int(reason[0])))
    shares = (tactical.first_target_share, 1.0 - tactical.first_target_share)
    exits = tuple(
        Fill(
            j + 1,
            shares[j],
            int(session[j]),
            Phase(int(phase[j])),
            Reason(int(reason[j])),
            float(price[j]),
        )
        for j in range(2)
        if session[j] >= 0
    )
    # in one bar a stop follows a target, and the second target follows the first
    final = max(exits, key=lambda f: (f.session, f.phase, f.reason in MARKET_EXITS, f.tranche))
    return Outcome(
        final.reason, exits, entry_price, stop, int(ambiguous), float(adverse), float(favourable)
    )
