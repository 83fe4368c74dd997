"""The resolver of a general leg: one compiled function that decides every fill of any position.

docs/legs.md in code. Prices are signed by the leg's side, so that a short is a
long on prices below zero: every comparison is written once, and a mirrored
series gives a mirrored result to the last bit. Within a session events come in
this order: the open, the range between open and close, the close.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.reasons import Phase, Reason
from strategy.legs.rules import next_attempt, pays_slippage, round_trip_return
from strategy.legs.terms import EntryKind, Position, Setting, States, StopKind, Terms

# plain integers for the compiled function
_OPEN, _STOP, _GAP = int(Reason.OPEN), int(Reason.STOP), int(Reason.STOP_GAP)
_FAILED, _TIME, _CONDITION = int(Reason.FAILED_BREAKOUT), int(Reason.TIME), int(Reason.CONDITION)
_NO_ROOM, _NO_STOP_ROOM = int(Reason.NO_ROOM), int(Reason.NO_STOP_ROOM)
_NO_ENTRY, _NO_LEVELS = int(Reason.NO_ENTRY), int(Reason.NO_LEVELS)
_T1, _T2, _T3 = int(Reason.TARGET_1), int(Reason.TARGET_2), int(Reason.TARGET_3)
_AT_OPEN, _IN_RANGE, _AT_CLOSE = (int(p) for p in Phase)
_ENTER_OPEN, _THROUGH, _LIMIT = (int(k) for k in EntryKind)
_BY_FRACTION, _BY_LEVEL, _BY_RANGE = (int(k) for k in list(StopKind)[1:])


@compiled(nogil=True, forceinline=True)
def target_reason(part: int) -> int:
    """Reason code of a fill at target `part`, counted from 0."""
    return _T1 + part if part < 2 else _T3 + part - 2


@compiled(nogil=True)
def terms_at(setting: Setting, levels: NDArray[np.float64], first: int, until: int) -> Terms:
    """The terms of a position for one vintage.

    Parameters
    ----------
    setting : Setting
    levels : float64[m]
        The vintage's levels in the market's points, in the leg's order.
    first, until : int
        Sessions of the entry window.
    """
    target = np.full(len(setting.share), np.nan)
    for j in range(len(target)):
        if setting.target_at[j] >= 0:
            target[j] = levels[setting.target_at[j]]
    return Terms(
        setting.side,
        setting.kind,
        levels[setting.level_at] if setting.level_at >= 0 else np.nan,
        first,
        until,
        target,
        setting.gain,
        setting.share,
        setting.stop_kind,
        levels[setting.stop_at] if setting.stop_at >= 0 else setting.stop,
        setting.trail,
        setting.trail_on_extreme,
        setting.even_after,
        levels[setting.near_at] if setting.near_at >= 0 else np.nan,
        levels[setting.far_at] if setting.far_at >= 0 else np.nan,
        setting.within,
        setting.buffer,
        setting.touch,
        setting.target_first,
    )


@compiled(nogil=True)
def position_weight(weight: float, risk_budget: float, position: Position) -> float:
    """Share of equity: min(weight, risk budget / stop distance); a NaN budget is none."""
    if np.isnan(risk_budget):
        return weight
    distance = abs(1.0 - position.stop / position.entry_price)
    return min(weight, risk_budget / distance)


@compiled(nogil=True)
def position_return(position: Position, setting: Setting, fee: float, slippage: float) -> float:
    """Return of a position per unit of its capital, after fees and slippage.

    What is still held is valued at the last close without exit costs.
    """
    total = 0.0
    for j in range(len(setting.share)):
        if position.session[j] < 0:
            continue
        still = position.reason[j] == _OPEN
        total += setting.share[j] * round_trip_return(
            setting.side,
            position.entry_price,
            position.price[j],
            fee,
            slippage if position.market else 0.0,
            slippage if pays_slippage(position.reason[j]) else 0.0,
            0.0 if still else fee,
        )
    return total


@compiled(nogil=True)
def first_fill(prices: Prices, enter: NDArray[np.bool_], terms: Terms) -> tuple[int, int, float]:
    """Session, phase and signed price at which a leg's entry order fills; session -1 for none."""
    s, level = terms.side, terms.side * terms.level
    for t in range(max(terms.first, 1), terms.until + 1):
        if not enter[t - 1]:
            continue
        o = s * prices.open_[t]
        if terms.kind == _ENTER_OPEN:
            return t, _AT_OPEN, o
        if terms.kind == _THROUGH:
            if o >= level:
                return t, _AT_OPEN, o
            if (prices.high[t] if s > 0 else -prices.low[t]) >= level:
                return t, _IN_RANGE, level
        else:
            if o <= level:
                return t, _AT_OPEN, o
            if (prices.low[t] if s > 0 else -prices.high[t]) <= level:
                return t, _IN_RANGE, level
    return -1, _AT_OPEN, np.nan


@compiled(nogil=True)
def first_stop(paid: float, entry: int, states: States, terms: Terms) -> float:
    """Signed stop in force from a fill at the signed price `paid` on; minus infinity for none."""
    s = terms.side
    if terms.stop_kind == _BY_FRACTION:
        return s * (s * paid * (1.0 - s * terms.stop))
    if terms.stop_kind == _BY_LEVEL:
        return s * terms.stop
    if terms.stop_kind == _BY_RANGE:
        distance: float = terms.stop * states.true_range[entry - 1]
        return paid - distance
    return -np.inf


@compiled(nogil=True)
def resolve_position(
    prices: Prices,
    states: States,
    last: NDArray[np.int64],
    timed: NDArray[np.bool_],
    terms: Terms,
) -> Position:
    """Resolve one position, bar by bar.

    Parameters
    ----------
    prices : Prices
        Of the whole series of the traded market.
    states : States
        Of the whole series.
    last : int64[m]
        For an entry in each session of the window, the last session that the
        position may be held.
    timed : bool[m]
        For each of them, whether what is left is sold at the close of `last`.
        False: the data end there and what is held stays open.
    terms : Terms

    Returns
    -------
    Position
    """
    open_, high, low, close = prices.open_, prices.high, prices.low, prices.close
    s = terms.side
    k = len(terms.share)
    session, phase = np.full(k, -1), np.zeros(k, np.int64)
    reason, price = np.zeros(k, np.int64), np.full(k, np.nan)
    target = np.full(k, np.inf)
    held = np.zeros(k, np.bool_)

    entry, entry_phase, paid = first_fill(prices, states.enter, terms)
    stop = -np.inf
    idle = _OPEN
    if entry < 0:
        idle = _NO_ENTRY
    else:
        nearest = np.inf
        for j in range(k):
            if not np.isnan(terms.gain[j]):
                target[j] = s * (s * paid * (1.0 + s * terms.gain[j]))
            elif not np.isnan(terms.target[j]):
                target[j] = s * terms.target[j]
            nearest = min(nearest, target[j])
            held[j] = terms.share[j] > 0.0
        stop = first_stop(paid, entry, states, terms)
        if paid >= nearest:
            idle = _NO_ROOM
        elif np.isnan(stop):
            idle = _NO_LEVELS
        elif stop >= paid:
            idle = _NO_STOP_ROOM
    market = terms.kind != _LIMIT
    if idle != _OPEN:
        reason[:] = idle
        return Position(
            -1, _AT_OPEN, np.nan, market, idle, np.nan, np.nan, -1, session, phase, reason, price,
            0, np.nan, np.nan,
        )  # fmt: skip

    end, by_time = last[entry - terms.first], timed[entry - terms.first]
    began_at = stop
    parts = 0
    for j in range(k):
        parts += held[j]
    ambiguous, attempt, pending = 0, -1, -1
    worst, best, peak = paid, paid, -np.inf
    even = False
    for t in range(entry, end + 1):
        inside = t == entry and entry_phase == _IN_RANGE
        # the open of every session after the entry
        if t > entry:
            o = s * open_[t]
            leave = pending
            if leave < 0 and o <= stop:
                leave = _GAP
            worst = min(worst, o)
            best = max(best, o)
            for j in range(k):
                if not held[j] or (leave < 0 and target[j] > o):
                    continue
                held[j] = False
                parts -= 1
                session[j], phase[j], price[j] = t, _AT_OPEN, open_[t]
                reason[j] = leave if leave >= 0 else target_reason(j)
                even = even or (leave < 0 and j + 1 == terms.even_after)
            if parts == 0:
                break

        # between open and close
        adverse, favourable = (low[t], high[t]) if s > 0 else (-high[t], -low[t])
        stopped = adverse <= stop
        reachable = False
        for j in range(k):
            reachable = reachable or (held[j] and target[j] <= favourable)
        if inside:
            # what came before the fill and what after it is unknown; but a price beyond a limit
            # order's, on the stop's side, came after it
            certain = stopped and terms.kind == _LIMIT
            if reachable or (stopped and not certain):
                ambiguous += 1
            reachable = reachable and terms.target_first
            stopped = certain or (stopped and not terms.target_first)
        elif stopped and reachable:
            ambiguous += 1
        if reachable and (terms.target_first or not stopped):
            for j in range(k):
                if held[j] and target[j] <= favourable:
                    held[j] = False
                    parts -= 1
                    session[j], phase[j], reason[j] = t, _IN_RANGE, target_reason(j)
                    price[j] = s * target[j]
                    best = max(best, target[j])
                    even = even or j + 1 == terms.even_after
        if stopped:
            for j in range(k):
                if held[j]:
                    held[j] = False
                    parts -= 1
                    session[j], phase[j], reason[j] = t, _IN_RANGE, _STOP
                    price[j] = s * stop
                    worst = min(worst, stop)
        if parts == 0:
            break
        worst = min(worst, adverse)
        best = max(best, favourable)

        # the close
        c = s * close[t]
        if t == end:
            for j in range(k):
                if held[j]:
                    session[j], phase[j], price[j] = t, _AT_CLOSE, close[t]
                    reason[j] = _TIME if by_time else _OPEN
        attempt, _, failed = next_attempt(
            attempt, t, favourable, c, s * terms.zone_near, s * terms.zone_far, terms.within,
            s * terms.buffer, terms.touch,
        )  # fmt: skip
        if failed:
            pending = _FAILED
        elif pending < 0 and states.leave[t]:
            pending = _CONDITION
        if not np.isnan(terms.trail):
            peak = max(peak, favourable if terms.trail_on_extreme else c)
            stop = max(stop, s * (s * peak * (1.0 - s * terms.trail)))
        if even:
            stop = max(stop, paid)
    return Position(
        entry, entry_phase, s * paid, market, _OPEN, s * began_at, s * stop, pending, session,
        phase, reason, price, ambiguous, s * (worst / paid - 1.0), s * (best / paid - 1.0),
    )  # fmt: skip
