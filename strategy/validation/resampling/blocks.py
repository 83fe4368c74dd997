"""Blocks of the stationary bootstrap (Politis and Romano 1994): their length, and draws of them.

Both give what `arch.bootstrap` gives, to the last bit (tests), without what
`arch` loads beside it: its models of volatility, scipy.stats, matplotlib.

References
----------
Politis & White, Econometric Reviews 23:1, 2004; correction by Patton, Politis &
White, Econometric Reviews 28:4, 2009.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def optimal_block_length(values: NDArray[np.float64]) -> float:
    """Politis and White's mean block length of the stationary bootstrap, in rows.

    Twice the lag after which autocorrelations stay within
    ``2 sqrt(log10(n) / n)`` bounds the window over which autocovariances are
    summed; lags beyond it are not computed.

    Parameters
    ----------
    values : float64[n]

    Returns
    -------
    float
        At most ``ceil(min(3 sqrt(n), n / 3))``; NaN for a constant series.
    """
    x = np.asarray(values, dtype=np.float64)
    n = x.shape[0]
    deviation = x - x.mean(0)
    longest = np.ceil(min(3 * np.sqrt(n), n / 3))
    run = max(5, int(np.log10(n)))
    most = int(np.ceil(np.sqrt(n))) + run
    bound = 2 * np.sqrt(np.log10(n) / n)
    covariance = np.zeros(most + 1)
    correlation = np.zeros(most + 1)
    lags: int | None = None
    for i in range(most + 1):
        product = deviation[i:] @ deviation[: n - i]
        covariance[i] = product / n
        if lags is not None:
            if i >= lags:
                break
            continue
        left = deviation[i + 1 :] @ deviation[i + 1 :]
        right = deviation[: -(i + 1)] @ deviation[: -(i + 1)]
        correlation[i] = np.abs(product) / np.sqrt(left * right)
        if i >= run and np.all(correlation[i - run : i] < bound):
            lags = min(2 * max(i - run, 1), most)
            if i >= lags:
                break
    m = most if lags is None else lags
    moment, variance = 0.0, covariance[0]
    for k in range(1, m + 1):
        weight = 1 if k / m <= 1 / 2 else 2 * (1 - k / m)
        moment += 2 * weight * k * covariance[k]
        variance += 2 * weight * covariance[k]
    length = ((2 * moment**2) / (2 * variance**2)) ** (1 / 3) * n ** (1 / 3)
    return float(min(length, longest))


def stationary_draws(n: int, block: float, reps: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """`reps` resamples of n rows: blocks of geometric length, wrapped around the end.

    Parameters
    ----------
    n : int
    block : float
        Mean length of a block; 1 draws row by row.
    reps, seed : int

    Yields
    ------
    int64[n]
        Positions of the rows drawn.
    """
    generator = np.random.default_rng(seed)
    at = np.arange(n)
    for _ in range(reps):
        start = generator.integers(n, size=n).astype(np.int64)
        fresh = ~(generator.random(n) > 1.0 / block)
        fresh[0] = True
        last = np.maximum.accumulate(np.where(fresh, at, 0))
        yield (start[last] + at - last) % n
