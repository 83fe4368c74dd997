"""How sure a mean is: Student's t, the beta-weighted bootstrap-t, an exact sign-flip test, power.

References
----------
Owen, "Better bootstrap t confidence intervals for the mean", arXiv 2508.10083,
2025 (weights from Beta(1/2, 3/2)). Fisher, The Design of Experiments, 1935,
section 21 (sign flips); Phipson & Smyth, Statistical Applications in Genetics
and Molecular Biology 9, 2010 (drawn flips give an exact test when the sample
itself is counted among them).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strategy.validation.intervals import CONFIDENCE
from strategy.validation.root import root_between

__all__ = [
    "Interval",
    "beta_bootstrap_t",
    "detectable",
    "power",
    "ratio_of_means",
    "sign_flip",
    "student",
]

Floats = NDArray[np.float64]

#: Draws of the bootstrap and of sign flips: the error of a 2.5 % quantile is then 0.16 points.
DRAWS = 9_999
#: Up to so many values all sign patterns are looked at.
ENUMERATED = 16


class Interval(NamedTuple):
    """Two-sided 95 % interval of a mean; NaN, NaN where there are too few values."""

    low: float
    high: float


NO_INTERVAL = Interval(float("nan"), float("nan"))


def student(values: Floats) -> Interval:
    """Student's t interval of the mean of independent values.

    Parameters
    ----------
    values : float64[n]
        Without NaN.
    """
    from scipy.special import stdtrit

    n = len(values)
    if n < 2:
        return NO_INTERVAL
    reach = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * float(values.std(ddof=1)) / np.sqrt(n)
    mean = float(values.mean())
    return Interval(mean - reach, mean + reach)


def beta_bootstrap_t(values: Floats, *, draws: int = DRAWS, seed: int = 0) -> Interval:
    """Bootstrap-t interval of the mean with weights from Beta(1/2, 3/2).

    With weights W the pivot is ``t* = √n (m* - m) / s*``, where
    ``m* = Σ W x / Σ W`` and ``s*² = Σ W (x - m*)² / Σ W``; the interval is
    ``[m - q(97.5 %) s / √n, m - q(2.5 %) s / √n]`` with s² = mean (x - m)². The
    weights have mean 1/4, variance 1/16 and skewness 1, the first three moments
    (relative to the mean) of the counts of an ordinary resample; no resample
    consists of one value, so the interval is always finite.

    Parameters
    ----------
    values : float64[n]
        Without NaN.
    draws : int, optional
    seed : int, optional

    Returns
    -------
    Interval
        NaN where there are fewer than three different values.
    """
    n = len(values)
    if n < 3 or len(np.unique(values)) < 3:
        return NO_INTERVAL
    # the pivot does not depend on unit and origin: taken of scaled values it cannot overflow
    mean, spread = float(values.mean()), float(values.std())
    z = (values - mean) / spread
    weights, total = _weights(n, draws, seed)
    means = weights @ z / total
    variance = np.maximum(weights @ (z * z) / total - means * means, 0.0)
    with np.errstate(divide="ignore"):
        pivots = np.sqrt(n) * means / np.sqrt(variance)
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(pivots, (tail, 1.0 - tail))
    unit = spread / np.sqrt(n)
    return Interval(mean - float(high) * unit, mean - float(low) * unit)


@lru_cache(maxsize=2)
def _weights(n: int, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Weights of every draw and their sums: the same for every sample of a size."""
    weights = np.random.default_rng(seed).beta(0.5, 1.5, size=(draws, n))
    return weights, weights.sum(axis=1)


def ratio_of_means(above: Floats, below: Floats) -> Interval:
    """Fieller's interval of mean(above) / mean(below) of paired values.

    The ratios r for which Student's t does not tell mean(above - r below) from
    zero (Fieller, Journal of the Royal Statistical Society B 16, 1954).

    Parameters
    ----------
    above, below : float64[n]
        Without NaN.

    Returns
    -------
    Interval
        NaN, NaN where the mean below may be zero: then no ratio is excluded on
        one side.
    """
    from scipy.special import stdtrit

    n = len(above)
    if n < 3:
        return NO_INTERVAL
    t = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0))
    (aa, ab), (_, bb) = np.cov(above, below) / n
    a, b = float(above.mean()), float(below.mean())
    square, middle, rest = b * b - t * t * bb, a * b - t * t * ab, a * a - t * t * aa
    if not square > 0.0:
        return NO_INTERVAL
    reach = float(np.sqrt(max(middle * middle - square * rest, 0.0)))
    return Interval(float(middle - reach) / square, float(middle + reach) / square)


def sign_flip(values: Floats, *, draws: int = DRAWS, seed: int = 0) -> float:
    """p-value of "the values are as likely as their negatives", two-sided, by the mean.

    All sign patterns are looked at for up to `ENUMERATED` values, else `draws`
    random ones and the sample itself: the test keeps its level exactly either way.

    Parameters
    ----------
    values : float64[n]
        Differences of pairs, without NaN; zeros tell nothing and are left out.
    draws : int, optional
    seed : int, optional

    Returns
    -------
    float
        1 where no value differs from zero.
    """
    told = values[values != 0.0]
    n = len(told)
    if n == 0:
        return 1.0
    size = np.abs(told)
    found = abs(float(told.sum()))
    # a hair of tolerance: the same sum in another order is no smaller
    limit = found * (1.0 - 1e-12)
    if n <= ENUMERATED:
        patterns = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
        sums = np.abs((2 * patterns - 1) @ size)
        return float((sums >= limit).mean())
    signs = np.random.default_rng(seed).integers(0, 2, size=(draws, n), dtype=np.int8)
    sums = np.abs((2.0 * signs - 1.0) @ size)
    return float((1 + (sums >= limit).sum()) / (1 + draws))


def power(effect: float, spread: float, n: int) -> float:
    """Chance that a two-sided t-test at 5 % sees a mean of `effect`.

    Parameters
    ----------
    effect, spread : float
        True mean and standard deviation of one value, same unit.
    n : int
        Independent values.

    Returns
    -------
    float
        From the noncentral t distribution; NaN for n < 2 or a spread of zero.
    """
    from scipy.special import nctdtr, stdtrit

    if n < 2 or not spread > 0.0:
        return float("nan")
    limit = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0))
    shift = abs(effect) / spread * np.sqrt(n)
    seen = float(1.0 - nctdtr(n - 1, shift, limit))
    # beyond this the other side is below 1e-10, where scipy's series does not converge
    return seen + float(nctdtr(n - 1, shift, -limit)) if shift < 5.0 else seen


def detectable(spread: float, n: int, *, chance: float = 0.8) -> float:
    """Smallest true mean that a two-sided t-test at 5 % sees with this chance.

    Parameters
    ----------
    spread : float
        Standard deviation of one value.
    n : int
    chance : float, optional

    Returns
    -------
    float
        In the unit of `spread`; NaN for n < 2 or a spread of zero.
    """
    if n < 2 or not spread > 0.0:
        return float("nan")
    top = 4.0 / np.sqrt(n)
    while power(top, 1.0, n) < chance:
        top *= 2.0
    return root_between(lambda effect: power(effect, 1.0, n) - chance, 0.0, top) * spread
