"""What an index did between two days: zone touched, stop first, breakout, its failure, its fall.

The same functions judge history and futures, so that a probability and its
base rate mean the same thing. They look at prices alone: whether the plan
still held anything does not matter here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from signals.price.resistance import Levels
from strategy.kernels.compiled import compiled
from strategy.legs.prices import Prices
from strategy.legs.records import LegRules
from strategy.legs.rules import next_attempt, stop_level


class Events(NamedTuple):
    """Truths of a leg's sessions.

    ``touch``: a high at R_lo or above. ``zone_first``, ``stop_first``: R_lo, or
    the stop level, was met before the other; in a session that met both after
    its open, the rules' ``target_first`` decides. ``breakout``, ``failure``: an
    attempt began, or failed; see `signals.price.breakout`.
    """

    touch: bool
    zone_first: bool
    stop_first: bool
    breakout: bool
    failure: bool


@compiled(nogil=True)
def tactical_events(
    prices: Prices, entry: int, last: int, levels: Levels, rules: LegRules
) -> Events:
    """What happened in the sessions `entry` to `last`.

    Parameters
    ----------
    prices : Prices
    entry, last : int
    levels : Levels
    rules : LegRules
        The stop hangs below the open of `entry`, as if something were bought.

    Returns
    -------
    Events
    """
    open_, high, low, close = prices.open_, prices.high, prices.low, prices.close
    zone_low = levels.zone_low
    stop = stop_level(open_[entry], rules.stop, rules.stop_is_level, levels.scale)
    touch = False
    zone_first = False
    stop_first = False
    breakout = False
    failure = False
    attempt = -1
    for t in range(entry, last + 1):
        if high[t] >= zone_low:
            touch = True
        if not zone_first and not stop_first:
            if open_[t] >= zone_low:
                zone_first = True
            elif open_[t] <= stop:
                stop_first = True
            else:
                up, down = high[t] >= zone_low, low[t] <= stop
                zone_first = up and (rules.target_first or not down)
                stop_first = down and not zone_first
        attempt, began, failed = next_attempt(
            attempt, t, high[t], close[t], zone_low, levels.zone_high, rules.within, rules.buffer,
            rules.touch,
        )  # fmt: skip
        breakout = breakout or began
        failure = failure or failed
    return Events(touch, zone_first, stop_first, breakout, failure)


@compiled(nogil=True)
def deepest_fall(values: Any, first: int, last: int) -> float:
    """Largest fall from a peak, a negative fraction, of ``values[first..last]``."""
    peak = values[first]
    deepest = 0.0
    for t in range(first, last + 1):
        if values[t] > peak:
            peak = values[t]
        deepest = min(deepest, values[t] / peak - 1.0)
    return deepest
