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

from strategy.validation.sharpe import sharpe_ratios

#: More splits than C(16, 8) = 12,870 are refused.
MOST_BLOCKS = 16
#: With fewer blocks than this there are too few splits to speak of a share of them.
FEWEST_BLOCKS = 8
#: Splits computed at once: memory is this times the number of variants times some 60 bytes.
_AT_ONCE = 128


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
        Slope of the out-of-sample on the in-sample Sharpe ratio of the best;
        NaN where the latter does not vary.
    inside, outside : float
        Mean Sharpe ratio of the in-sample best, in and out of sample.
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
    inside: float
    outside: float
    loss_probability: float


def blocks_for(vintages: int) -> int:
    """How many blocks of whole vintages: of 8, 10 .. 16 the number that drops the fewest.

    Of equals the larger. Above 8 a block has at least four vintages, with 8 at
    least two.

    Raises
    ------
    ValueError
        With fewer than 16 vintages.
    """
    if vintages < 2 * FEWEST_BLOCKS:
        raise ValueError(f"{vintages} vintages, at least {2 * FEWEST_BLOCKS} are needed")
    fitting = [
        n
        for n in range(FEWEST_BLOCKS, MOST_BLOCKS + 1, 2)
        if n == FEWEST_BLOCKS or vintages // n >= 4
    ]
    return min(fitting, key=lambda n: (vintages % n, -n))


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
        For an odd number of blocks, more than 16, fewer than two variants,
        fewer than two rows in half of the blocks, or a return that is not
        finite.

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
        raise ValueError("at least two variants that differ are needed")
    size = total // blocks
    n = size * blocks // 2
    if n < 2:
        raise ValueError(f"{total} observations are too few for {blocks} blocks")
    if not np.isfinite(returns).all():
        raise ValueError("a return is not finite")
    kept = returns[total - size * blocks :].reshape(blocks, size, variants)
    sums, squares = kept.sum(axis=1), (kept**2).sum(axis=1)
    chosen = _splits(blocks)

    parts = [
        _out_of_sample(chosen[i : i + _AT_ONCE], sums, squares, n)
        for i in range(0, len(chosen), _AT_ONCE)
    ]
    inside, outside, rank, gain = (np.concatenate(column) for column in zip(*parts, strict=True))
    omega = rank / (variants + 1)
    logits = np.log(omega / (1.0 - omega))
    finite = np.isfinite(inside) & np.isfinite(outside)
    varied = finite.sum() > 1 and np.ptp(inside[finite]) > 0.0
    return Overfitting(
        pbo=float((logits <= 0.0).mean()),
        splits=comb(blocks, blocks // 2),
        blocks=blocks,
        observations=size * blocks,
        variants=variants,
        logits=logits,
        degradation=(_slope(inside[finite], outside[finite]) if varied else float("nan")),
        inside=float(inside[finite].mean()) if finite.any() else float("nan"),
        outside=float(outside[finite].mean()) if finite.any() else float("nan"),
        loss_probability=float((gain < 0.0).mean()),
    )


def _slope(x: np.ndarray, y: np.ndarray) -> float:
    """Of the least squares line of y on x: their covariance over the variance of x."""
    variance, covariance, _, _ = np.cov(x, y, bias=True).flat
    return float(covariance / variance)


def _splits(blocks: int) -> np.ndarray:
    """All choices of half of the blocks, 1.0 where in sample. Shape (splits, blocks)."""
    half = blocks // 2
    out = np.zeros((comb(blocks, half), blocks))
    for row, chosen in enumerate(combinations(range(blocks), half)):
        out[row, list(chosen)] = 1.0
    return out


def _out_of_sample(
    chosen: np.ndarray, sums: np.ndarray, squares: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the in-sample best of each split: ratio in and out of sample, rank and sum there."""
    first = _sharpe(chosen @ sums, chosen @ squares, n)
    rest = (1.0 - chosen) @ sums
    second = _sharpe(rest, (1.0 - chosen) @ squares, n)
    rows = np.arange(len(chosen))
    best = first.argmax(axis=1)
    own = second[rows, best]
    below = (second < own[:, None]).sum(axis=1)
    equal = (second == own[:, None]).sum(axis=1)
    # the mean rank of equals
    return first[rows, best], own, below + (equal + 1) / 2.0, rest[rows, best]


def _sharpe(sums: np.ndarray, squares: np.ndarray, n: int) -> np.ndarray:
    mean = sums / n
    return sharpe_ratios(mean, np.sqrt(np.maximum(squares - n * mean**2, 0.0) / (n - 1)))
