"""Probability of backtest overfitting by combinatorially symmetric cross-validation (CSCV).

References
----------
Bailey, Borwein, Lopez de Prado & Zhu, Journal of Computational Finance 20(4), 2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy.stats import linregress, rankdata

#: More splits than C(16, 8) = 12,870 are refused.
MOST_BLOCKS = 16


@dataclass(frozen=True)
class Overfitting:
    """Result of CSCV.

    Attributes
    ----------
    pbo : float
        Share of splits in which the in-sample best ranks in the lower half
        out of sample.
    splits, blocks, observations, variants : int
    logits : float64[splits]
        ln(w / (1 - w)), w the out-of-sample rank of the in-sample best.
    degradation : float
        Slope of the out-of-sample on the in-sample performance of the best.
    loss_probability : float
        Share of splits in which the in-sample best loses out of sample.
    """

    pbo: float
    splits: int
    blocks: int
    observations: int
    variants: int
    logits: np.ndarray
    degradation: float
    loss_probability: float


def cscv(returns: np.ndarray, blocks: int) -> Overfitting:
    """Combinatorially symmetric cross-validation on Sharpe ratios.

    Parameters
    ----------
    returns : float64[T, N]
        One row a period (a whole vintage), one column a variant. Rows beyond
        the last full block are dropped from the start, so that the newest
        stay.
    blocks : int
        Even number S of blocks.

    Raises
    ------
    ValueError
        For an odd number of blocks, more than 16, fewer than two variants, or
        fewer than two rows in half of the blocks.

    Notes
    -----
    On skill-less variants the expectation lies slightly above one half,
    because in sample and out of sample are complements: what is high in one
    is low in the other.
    """
    returns = np.asarray(returns, dtype=float)
    total, variants = returns.shape
    if blocks % 2 or not 2 <= blocks <= MOST_BLOCKS:
        raise ValueError(f"blocks must be even and between 2 and {MOST_BLOCKS}, got {blocks}")
    if variants < 2:
        raise ValueError("at least two variants are needed")
    size = total // blocks
    if size * blocks // 2 < 2:
        raise ValueError(f"{total} observations are too few for {blocks} blocks")
    kept = returns[total - size * blocks :].reshape(blocks, size, variants)
    sums = kept.sum(axis=1)
    squares = (kept**2).sum(axis=1)
    all_sums, all_squares = sums.sum(axis=0), squares.sum(axis=0)
    n = size * blocks // 2

    splits = comb(blocks, blocks // 2)
    logits = np.empty(splits)
    inside = np.empty(splits)
    outside = np.empty(splits)
    loses = np.empty(splits, dtype=bool)
    for k, chosen in enumerate(combinations(range(blocks), blocks // 2)):
        s, q = sums[list(chosen)].sum(axis=0), squares[list(chosen)].sum(axis=0)
        first = _sharpe(s, q, n)
        second = _sharpe(all_sums - s, all_squares - q, n)
        best = int(first.argmax())
        omega = rankdata(second)[best] / (variants + 1)
        logits[k] = np.log(omega / (1.0 - omega))
        inside[k], outside[k] = first[best], second[best]
        loses[k] = (all_sums - s)[best] < 0.0
    varied = np.ptp(inside) > 0.0
    return Overfitting(
        pbo=float((logits <= 0.0).mean()),
        splits=splits,
        blocks=blocks,
        observations=size * blocks,
        variants=variants,
        logits=logits,
        degradation=float(linregress(inside, outside).slope) if varied else float("nan"),
        loss_probability=float(loses.mean()),
    )


def _sharpe(sums: np.ndarray, squares: np.ndarray, n: int) -> np.ndarray:
    """Sharpe ratios (ddof 1) from sums; variants without variation rank by their mean's sign."""
    mean = sums / n
    variance = np.maximum(squares - n * mean**2, 0.0) / (n - 1)
    flat = variance <= 1e-24
    out = mean / np.sqrt(np.where(flat, 1.0, variance))
    return np.where(flat, np.sign(mean) * np.where(mean == 0.0, 0.0, 1e6), out)
