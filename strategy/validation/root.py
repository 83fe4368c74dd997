"""A root between two points by Brent's method, as `scipy.optimize.brentq` finds it, bit for bit.

scipy's own loads all of its optimisers with it, which takes longer than every
root that a run looks for; tests hold the two together.

References
----------
Brent, Algorithms for Minimization Without Derivatives, 1973, chapter 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable

#: Least relative tolerance: four times the distance of 1 and the next number.
RELATIVE = 8.881784197001252e-16
MOST_STEPS = 100


def root_between(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float = 2e-12
) -> float:
    """Where a continuous function is zero.

    Parameters
    ----------
    function : callable
    low, high : float
        The function has opposite signs there.
    tolerance : float, optional
        Largest absolute error left.

    Raises
    ------
    ValueError
        Where the signs are the same.
    RuntimeError
        After `MOST_STEPS` steps.
    """
    before, now = float(low), float(high)
    f_before, f_now = float(function(before)), float(function(now))
    if f_before == 0.0:
        return before
    if f_now == 0.0:
        return now
    if (f_before < 0.0) == (f_now < 0.0):
        raise ValueError("the function has the same sign at both ends")
    other, f_other = 0.0, 0.0
    step_before = step = 0.0
    for _ in range(MOST_STEPS):
        if f_before != 0.0 and f_now != 0.0 and (f_before < 0.0) != (f_now < 0.0):
            other, f_other = before, f_before
            step_before = step = now - before
        if abs(f_other) < abs(f_now):
            before, now, other = now, other, now
            f_before, f_now, f_other = f_now, f_other, f_now
        allowed = (tolerance + RELATIVE * abs(now)) / 2.0
        half = (other - now) / 2.0
        if f_now == 0.0 or abs(half) < allowed:
            return now
        taken = half
        if abs(step_before) > allowed and abs(f_now) < abs(f_before):
            if before == other:
                tried = -f_now * (now - before) / (f_now - f_before)
            else:
                slope = (f_before - f_now) / (before - now)
                slope_other = (f_other - f_now) / (other - now)
                tried = (
                    -f_now
                    * (f_other * slope_other - f_before * slope)
                    / (slope_other * slope * (f_other - f_before))
                )
            if 2.0 * abs(tried) < min(abs(step_before), 3.0 * abs(half) - allowed):
                step_before, taken = step, tried
            else:
                step_before = half
        else:
            step_before = half
        step = taken
        before, f_before = now, f_now
        now += step if abs(step) > allowed else math.copysign(allowed, half)
        f_now = float(function(now))
    raise RuntimeError(f"no root to {tolerance} within {MOST_STEPS} steps")
