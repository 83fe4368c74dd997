"""A straight line through two daily series, with intervals that allow for dependence in time.

The long-run covariance of the scores is the mean of the squares of their first B
cosine transforms, and the intervals are Student's t with B degrees of freedom:
B = 0.4 n^(2/3) (Lazarus, Lewis, Stock & Watson, Journal of Business & Economic
Statistics 36, 2018). Unlike Newey and West's it holds its level in samples of
this size.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategy.validation.intervals import CONFIDENCE

__all__ = ["cosine_waves", "long_run_covariance", "market_model"]

Floats = NDArray[np.float64]


def cosine_waves(n: int) -> int:
    """How many cosine transforms the long-run covariance of n values is taken from."""
    return int(0.4 * n ** (2.0 / 3.0))


def long_run_covariance(scores: Floats, waves: int) -> Floats:
    """Covariance of the mean of dependent scores, times n.

    Parameters
    ----------
    scores : float64[n, k]
        With mean zero.
    waves : int

    Returns
    -------
    float64[k, k]
    """
    from scipy.fft import dct

    # sums of cosines, as a discrete cosine transform has them
    transforms = np.sqrt(0.5 / len(scores)) * dct(scores, axis=0)[1 : waves + 1]
    return _product(transforms.T, transforms) / waves


def _product(left: Floats, right: Floats) -> Floats:
    """Matrix product whose last digits are the same whatever linear algebra a machine has."""
    return np.asarray((left[:, :, None] * right[None, :, :]).sum(axis=1))


def market_model(returns: Floats, market: Floats, year: float) -> dict[str, Any]:
    """Alpha and beta of daily excess returns on the market's, with 95 % intervals.

    Parameters
    ----------
    returns, market : float64[n]
        In excess of bills.
    year : float
        Sessions a year; alpha is a year's.

    Returns
    -------
    dict
        ``n``, ``alpha``, ``alpha_low``, ``alpha_high``, ``beta``,
        ``beta_low``, ``beta_high``; only ``n`` where there are too few days or
        the market never moves.
    """
    from scipy.special import stdtrit

    n = len(returns)
    waves = cosine_waves(n)
    if waves < 2 or not market.std() > 0.0:
        return {"n": n}
    design = np.column_stack([np.ones(n), market])
    moments = _product(design.T, design) / n
    (one, mean), (_, square) = moments
    inverse = np.array([[square, -mean], [-mean, one]]) / (one * square - mean * mean)
    fitted = _product(inverse, _product(design.T, returns[:, None]) / n)[:, 0]
    scores = design * (returns - fitted[0] - market * fitted[1])[:, None]
    covariance = _product(_product(inverse, long_run_covariance(scores, waves)), inverse) / n
    reach = float(stdtrit(waves, 0.5 + CONFIDENCE / 2.0)) * np.sqrt(np.diag(covariance))
    out: dict[str, Any] = {"n": n}
    for i, (name, scale) in enumerate((("alpha", year), ("beta", 1.0))):
        out[name] = float(fitted[i] * scale)
        out[f"{name}_low"] = float((fitted[i] - reach[i]) * scale)
        out[f"{name}_high"] = float((fitted[i] + reach[i]) * scale)
    return out
