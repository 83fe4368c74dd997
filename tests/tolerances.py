"""Tolerances of the tests, each with its reason: how far two right answers may lie apart.

What a test claims by itself (a width of an interval, a share of simulated
worlds) stays beside the claim.
"""

from __future__ import annotations

#: The same operations on numbers near one, grouped differently: a few units of the last place.
LAST_BITS = 1e-15

#: Sums of a handful of terms near one, added in another order.
SHORT_SUMS = 1e-13

#: The same formula over a vintage or a year of sessions, in loops here and in arrays there.
ROUNDING = 1e-12

#: Figures that gather thousands of sessions in two programs (the account and vectorbt's book, the
#: engine of sweeps and single runs, statistics of other libraries): what a run itself allows.
LONG_SUMS = 1e-9


def printed(digits: int) -> float:
    """Half a unit of the last of `digits` decimals: all that a printed figure says."""
    return 0.5 * 10.0**-digits
