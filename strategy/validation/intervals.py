"""Exact intervals of a rate and of a median, two-sided; those of means: `validation.means`."""

from __future__ import annotations

import math

import numpy as np

#: Two-sided level of every interval.
CONFIDENCE = 0.95


def hit_interval(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of a rate.

    Parameters
    ----------
    hits, n : float
        Cases that hit, and all of them; they need not be whole (an effective
        number of cases is not).
    confidence : float
        Two-sided level.

    Returns
    -------
    tuple of float
        Low and high end, fractions; NaN, NaN for n = 0.

    Examples
    --------
    >>> tuple(round(x, 4) for x in hit_interval(8, 10))
    (0.4439, 0.9748)
    """
    from scipy.special import betaincinv

    if n == 0:
        return math.nan, math.nan
    tail = (1.0 - confidence) / 2.0
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1.0 - tail)) if hits < n else 1.0
    return low, high


def median_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of a median between two order statistics, exact by the binomial.

    NaN where even the extremes do not reach the confidence (below six values
    at 95 %).

    Examples
    --------
    >>> median_interval(np.arange(1.0, 11.0))  # ranks 2 and 9 of 10: 97.9 %
    (2.0, 9.0)
    """
    from scipy.special import bdtr

    n = len(values)
    rank = 0  # P(fewer than `rank` of n values lie below the median) stays within the tail
    while rank < n and bdtr(rank, n, 0.5) <= (1.0 - confidence) / 2.0:
        rank += 1
    if rank == 0:
        return math.nan, math.nan
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])
