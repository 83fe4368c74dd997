"""The tactical leg's resolver: one compiled function that decides every fill of every door.

docs/simulation.md in code. Within a session events come in this order: the
open, the range between open and close, the close. A stop is live from the
entry session on. Prices are raw: costs are the account's business.
"""

from __future__ import annotations

import numpy as np

from signals.price.resistance import Levels
from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import Exits, LegRules
from strategy.legs.rules import next_attempt, stop_level

# plain integers for the compiled function
_OPEN, _T1, _T2, _STOP, _GAP, _FAILED, _TIME, _NO_ROOM, _NO_STOP = (
    int(r) for r in list(Reason)[:9]
)
_AT_OPEN, _IN_RANGE, _AT_CLOSE = (int(p) for p in Phase)


@compiled(nogil=True)
def resolve(
    prices: Prices, entry: int, last: int, timed: bool, levels: Levels, rules: LegRules
) -> Exits:
    """Resolve one vintage's tactical leg, bar by bar.

    Parameters
    ----------
    prices : Prices
        Of the whole series.
    entry : int
        Session E: the position is bought at ``open_[entry]``.
    last : int
        Last session of the leg, ``>= entry``.
    timed : bool
        True: sell at the close of `last`. False: the data end there and what
        is held stays open.
    levels : Levels
        R_lo, R_hi and E_lo, and the scale of a stop given as a level.
    rules : LegRules

    Returns
    -------
    Exits
        One row a tranche; of the first at R_lo, of the second at E_lo.
    """
    open_, high, low, close = prices.open_, prices.high, prices.low, prices.close
    paid = open_[entry]
    stop = stop_level(paid, rules.stop, rules.stop_is_level, levels.scale)
    # two blocks of memory and not seven: a sweep comes here a million times
    whole, parts = np.zeros((3, 2), dtype=np.int64), np.empty((3, 2))
    session, phase, reason = whole[0], whole[1], whole[2]
    price, share, target = parts[0], parts[1], parts[2]
    session[:] = -1
    price[:] = np.nan
    share[0], share[1] = rules.first_share, 1.0 - rules.first_share
    target[0], target[1] = levels.zone_low, levels.extension_low
    held = np.array([share[0] > 0.0, share[1] > 0.0])
    ambiguous = 0
    worst, best = paid, paid

    idle = _OPEN
    if paid >= levels.zone_low:
        idle = _NO_ROOM
    elif stop >= paid:
        idle = _NO_STOP
    if idle != _OPEN:
        reason[:] = idle
        held[:] = False
        worst, best = np.nan, np.nan

    attempt = -1
    pending = False
    for t in range(entry, last + 1):
        if not (held[0] or held[1]):
            break
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
                session[j], phase[j], reason[j], price[j] = t, _AT_OPEN, why, o
            if not (held[0] or held[1]):
                break

        # between open and close, the entry session included
        stopped = low[t] <= stop
        reachable = (held[0] and target[0] <= high[t]) or (held[1] and target[1] <= high[t])
        if stopped and reachable:
            ambiguous += 1
        if reachable and (rules.target_first or not stopped):
            for j in range(2):
                if held[j] and target[j] <= high[t]:
                    held[j] = False
                    session[j], phase[j], reason[j], price[j] = t, _IN_RANGE, _T1 + j, target[j]
                    best = max(best, target[j])
        if stopped:
            for j in range(2):
                if held[j]:
                    held[j] = False
                    session[j], phase[j], reason[j], price[j] = t, _IN_RANGE, _STOP, stop
                    worst = min(worst, stop)
        if not (held[0] or held[1]):
            break
        worst = min(worst, low[t])
        best = max(best, high[t])

        # the close
        if t == last:
            for j in range(2):
                if held[j]:
                    session[j], phase[j], price[j] = t, _AT_CLOSE, close[t]
                    reason[j] = _TIME if timed else _OPEN
            break
        attempt, _, failed = next_attempt(
            attempt, t, high[t], close[t], levels.zone_low, levels.zone_high, rules.within,
            rules.buffer, rules.touch,
        )  # fmt: skip
        pending = pending or failed

    return Exits(
        paid, stop, session, phase, reason, price, share, ambiguous, worst / paid - 1.0,
        best / paid - 1.0,
    )  # fmt: skip
