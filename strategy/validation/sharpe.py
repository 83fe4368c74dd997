"""Inference for Sharpe ratios: PSR, track record length, deflation by the number of trials.

Sharpe ratios are per period (one vintage, one day), never annualised here;
kurtosis is the full fourth moment, 3 for a normal distribution.

References
----------
Mertens (2002); Lo, Financial Analysts Journal 58(4), 2002: standard error.
Bailey & Lopez de Prado, Journal of Risk 15(2), 2012: PSR, MinTRL.
Bailey & Lopez de Prado, Journal of Portfolio Management 40(5), 2014: DSR.
Bailey, Borwein, Lopez de Prado & Zhu, Notices of the AMS 61(5), 2014: MinBTL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

EULER_GAMMA = 0.5772156649015329
#: A spread of returns below this, a fraction, is rounding and no variation.
FLAT = 1e-9


@dataclass(frozen=True)
class Moments:
    """Sample moments that the Sharpe ratio's error depends on.

    Attributes
    ----------
    n : int
        Observations.
    sharpe : float
        Mean over standard deviation (ddof 1), per period.
    skew, kurtosis : float
        Population moments of the sample; kurtosis is not excess.
    """

    n: int
    sharpe: float
    skew: float
    kurtosis: float


def moments(returns: np.ndarray) -> Moments:
    """Moments of a return sample; NaN values are not allowed.

    Raises
    ------
    ValueError
        With fewer than three returns, a NaN, or no variation.
    """
    returns = np.asarray(returns, dtype=float)
    if returns.ndim != 1 or len(returns) < 3 or not np.isfinite(returns).all():
        raise ValueError("at least three finite returns are needed")
    spread = returns.std(ddof=1)
    if spread <= FLAT:
        raise ValueError("returns do not vary: no Sharpe ratio")
    z = (returns - returns.mean()) / returns.std(ddof=0)
    return Moments(
        len(returns),
        float(returns.mean() / spread),
        float((z**3).mean()),
        float((z**4).mean()),
    )


def sharpe_ratios(mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Mean over standard deviation; the one rule for what does not vary.

    Without spread the ratio is 0 where the mean is 0 too (a lead of nothing is
    no skill), else infinite with the mean's sign.
    """
    mean, spread = np.asarray(mean, dtype=float), np.asarray(spread, dtype=float)
    flat = spread <= FLAT
    ratio = mean / np.where(flat, 1.0, spread)
    certain = np.where(np.abs(mean) <= FLAT, 0.0, np.copysign(np.inf, mean))
    return np.where(flat, certain, ratio)


def sharpe_of_columns(returns: np.ndarray) -> np.ndarray:
    """Sharpe ratio (ddof 1) of each column, per period. Shape (N,)."""
    return sharpe_ratios(returns.mean(axis=0), returns.std(axis=0, ddof=1))


def sharpe_error(m: Moments, at: float | None = None) -> float:
    """Standard error sqrt((1 - g3 SR + (g4 - 1)/4 SR^2) / (n - 1)).

    Parameters
    ----------
    m : Moments
    at : float, optional
        Sharpe ratio to evaluate at; the sample's by default.
    """
    sr = m.sharpe if at is None else at
    variance = 1.0 - m.skew * sr + (m.kurtosis - 1.0) / 4.0 * sr * sr
    return float(np.sqrt(max(variance, 0.0) / (m.n - 1)))


def probabilistic_sharpe(m: Moments, benchmark: float = 0.0) -> float:
    """Probability that the true Sharpe ratio exceeds `benchmark` (per period)."""
    return float(ndtr((m.sharpe - benchmark) / sharpe_error(m)))


def minimum_track_record(m: Moments, benchmark: float = 0.0, confidence: float = 0.95) -> float:
    """Observations needed before PSR reaches `confidence`; infinity where SR <= benchmark."""
    gap = m.sharpe - benchmark
    if gap <= 0.0:
        return float("inf")
    variance = 1.0 - m.skew * m.sharpe + (m.kurtosis - 1.0) / 4.0 * m.sharpe**2
    return float(1.0 + variance * (ndtri(confidence) / gap) ** 2)


def expected_maximum(trials: float) -> float:
    """Expected largest of `trials` standard normal draws, the papers' approximation.

    (1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e)), g Euler's constant. Above
    the exact value by some hundredths for N between 10 and 100. One trial
    selects nothing: 0.
    """
    if trials <= 1.0:
        return 0.0
    return float(
        (1.0 - EULER_GAMMA) * ndtri(1.0 - 1.0 / trials)
        + EULER_GAMMA * ndtri(1.0 - 1.0 / (trials * np.e))
    )


def sharpe_of_luck(variance: float, trials: float) -> float:
    """SR0: the best Sharpe ratio to expect from `trials` skill-less variants.

    Parameters
    ----------
    variance : float
        Variance of the Sharpe ratios across the trials, per period squared.
    trials : float
        Number of (effective) trials.
    """
    return float(np.sqrt(variance) * expected_maximum(trials))


def deflated_sharpe(m: Moments, variance: float, trials: float) -> float:
    """DSR: probability that the true Sharpe ratio exceeds what luck would have found."""
    return probabilistic_sharpe(m, sharpe_of_luck(variance, trials))


def effective_trials(trials: int, mean_correlation: float) -> float:
    """N_eff = rho + (1 - rho) N: how many independent trials correlated ones are worth.

    A negative average correlation counts as none: it cannot make more trials
    than were run.
    """
    rho = min(max(mean_correlation, 0.0), 1.0)
    return rho + (1.0 - rho) * trials


def mean_correlation(returns: np.ndarray) -> float:
    """Average off-diagonal correlation of the columns, without the N x N matrix.

    The sum of a correlation matrix is the squared norm of the sum of the
    standardised columns, so that N = 10^6 needs one pass.

    Parameters
    ----------
    returns : float64[T, N]
        Columns without variation are left out.
    """
    x = np.asarray(returns, dtype=float)
    x = x - x.mean(axis=0)
    norms = np.sqrt((x**2).sum(axis=0))
    varies = norms > FLAT
    x = x[:, varies] / norms[varies]
    n = x.shape[1]
    if n < 2:
        return 1.0
    total = float((x.sum(axis=1) ** 2).sum())
    return float((total - n) / (n * (n - 1)))


def minimum_backtest_length(trials: float, sharpe: float = 1.0) -> float:
    """Years below which the best of `trials` skill-less variants is expected to show `sharpe`.

    Parameters
    ----------
    trials : float
    sharpe : float
        Annual Sharpe ratio.
    """
    return float((expected_maximum(trials) / sharpe) ** 2)
