"""What an index did between two days: zone touched, stop first, breakout, its failure, its fall.

The same functions judge history and futures, so that a probability and its
base rate mean the same thing. They look at prices alone: whether the plan
still held anything does not matter here.
"""

from __future__ import annotations

from typing import Any

from strategy.kernels.compiled import compiled

TOUCH, ZONE_FIRST, STOP_FIRST, BREAKOUT, FAILURE = range(5)


@compiled(nogil=True)
def tactical_events(
    open_: Any,
    high: Any,
    low: Any,
    close: Any,
    entry: int,
    last: int,
    zone_low: float,
    zone_high: float,
    stop: float,
    within: int,
    buffer: float,
    touch_starts: bool,
    zone_before_stop: bool,
) -> Any:
    """Five truths of the sessions `entry` to `last`.

    Returns
    -------
    touch : bool
        A high at R_lo or above.
    zone_first, stop_first : bool
        R_lo, or the stop level, was met before the other. In a session that
        met both after its open, `zone_before_stop` decides.
    breakout : bool
        An attempt began: a close above R_hi (or a high at R_lo where
        `touch_starts`).
    failure : bool
        An attempt failed: a close below R_lo (1 - buffer) within its sessions.
    """
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
                zone_first = up and (zone_before_stop or not down)
                stop_first = down and not zone_first
        if attempt < 0:
            started = high[t] >= zone_low if touch_starts else close[t] > zone_high
            if started:
                breakout = True
                attempt = t
                if touch_starts and close[t] < zone_low * (1.0 - buffer):
                    failure = True
                if within == 0:
                    attempt = -1
        else:
            if close[t] < zone_low * (1.0 - buffer):
                failure = True
            if t - attempt >= within:
                attempt = -1
    return touch, zone_first, stop_first, breakout, failure


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
