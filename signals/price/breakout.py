"""When an attempt to break out of the resistance zone begins, fails and ends: one step a session.

Plain arithmetic without arrays, so that the resolver of fills compiles this very function.
"""

from __future__ import annotations


def next_attempt(
    attempt: int,
    t: int,
    high: float,
    close: float,
    zone_low: float,
    zone_high: float,
    within: int,
    buffer: float,
    touch: bool,
) -> tuple[int, bool, bool]:
    """The attempt after the close of session `t` (docs/simulation.md).

    Parameters
    ----------
    attempt : int
        Session at which the running attempt began; -1 where none is running.
    t : int
    high, close : float
        Of session `t`.
    zone_low, zone_high : float
        R_lo, R_hi. Where they are NaN nothing begins and nothing fails.
    within : int
        N, sessions after its first in which an attempt can fail.
    buffer : float
        b: a close below R_lo (1 - b) fails the attempt.
    touch : bool
        An attempt begins with a high at R_lo, and may fail at that very close,
        instead of with a close above R_hi.

    Returns
    -------
    attempt : int
        Session at which the attempt that goes on began; -1 where it is over.
    began, failed : bool
        Whether an attempt began, or failed, at this close.

    Examples
    --------
    >>> next_attempt(-1, 7, 106.0, 105.5, 104.0, 105.0, 3, 0.0, False)
    (7, True, False)
    >>> next_attempt(7, 8, 104.2, 103.5, 104.0, 105.0, 3, 0.0, False)
    (-1, False, True)
    """
    began = False
    if attempt < 0:
        began = high >= zone_low if touch else close > zone_high
        if not began:
            return -1, False, False
        attempt = t
    failed = (touch or not began) and close < zone_low * (1.0 - buffer)
    if failed or t - attempt >= within:
        attempt = -1
    return attempt, began, failed
