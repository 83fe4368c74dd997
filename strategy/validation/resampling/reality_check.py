"""White's reality check, Hansen's SPA and StepM on leads over holding the same exposure.

References
----------
White, Econometrica 68, 2000. Hansen, Journal of Business & Economic Statistics
23, 2005. Romano & Wolf, Econometrica 73, 2005 (StepM).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.validation.resampling.blocks import stationary_draws
from strategy.validation.sharpe import FLAT


@dataclass(frozen=True)
class RealityCheck:
    """p-values of 'no variant beats its benchmark' and the variants that survive.

    Attributes
    ----------
    white : float
        White's reality check: the largest mean lead, not studentised.
    lower, consistent, upper : float
        Hansen's three p-values: the largest mean lead over its standard error.
    survivors : tuple of int
        Columns that StepM finds better than their benchmark at `size`.
    observations, variants, reps : int
    block : float
        Mean block length of the stationary bootstrap, in observations.
    size : float
    """

    white: float
    lower: float
    consistent: float
    upper: float
    survivors: tuple[int, ...]
    observations: int
    variants: int
    reps: int
    block: float
    size: float


def reality_check(
    leads: np.ndarray,
    *,
    block: float,
    reps: int = 1000,
    seed: int = 0,
    size: float = 0.05,
) -> RealityCheck:
    """Test whether any variant beats its benchmark, all looked at together.

    Parameters
    ----------
    leads : float64[T, N]
        Return of each variant less that of its benchmark, which holds the same
        exposure without the plan's rules. A variant whose lead does not vary
        is left out: there is nothing to test.
    block : float
        Mean block length, observations; 1 for vintages that do not overlap.
    reps : int
        Bootstrap draws.
    seed : int
    size : float
        Level of StepM.

    Raises
    ------
    ValueError
        Where no variant's lead varies, or one is not finite.

    Notes
    -----
    With blocks of one, each draw is divided by its own standard error (the
    bootstrap's t). Hansen divides all draws by the sample's; with some 60
    vintages that error is itself uncertain, and the largest of many t
    statistics is above the draws in 8 % of worlds without skill, not in 5 %.

    Draws are those of ``arch.bootstrap``; its own ``SPA`` is not used, for its largest mean
    is never divided by the standard error (version 8: ``compute`` reads the
    variances for the recentring only), so that the loudest variant decides.
    Where all errors are equal both agree to the draw.
    """
    leads = np.asarray(leads, dtype=float)
    if not np.isfinite(leads).all():
        raise ValueError("a return is not finite")
    varies = np.flatnonzero(leads.std(axis=0) > FLAT)
    if not len(varies):
        raise ValueError("no variant differs from its benchmark")
    leads = leads[:, varies]
    mean, error = leads.mean(axis=0), np.sqrt(_variance(leads, block))
    drawn, errors = _draws(leads, block, reps, seed, error)
    # Hansen's three recentrings: whether a variant that does badly may still be a good one
    threshold = -error * np.sqrt(2.0 * np.log(np.log(len(leads))))
    centres = {
        "lower": np.maximum(mean, 0.0),
        "consistent": np.where(mean >= threshold, mean, 0.0),
        "upper": mean,
    }
    p = {
        name: _share_above(_largest((drawn - centre) / errors), (mean / error).max())
        for name, centre in centres.items()
    }
    survivors = _survivors(mean / error, (drawn - centres["consistent"]) / errors, size)
    return RealityCheck(
        white=_share_above(_largest(drawn - mean), mean.max()),
        lower=p["lower"],
        consistent=p["consistent"],
        upper=p["upper"],
        survivors=tuple(int(i) for i in varies[survivors]),
        observations=len(leads),
        variants=len(varies),
        reps=reps,
        block=block,
        size=size,
    )


def _draws(
    leads: np.ndarray, block: float, reps: int, seed: int, error: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean lead of each variant in each bootstrap draw, and what it is divided by."""
    n = len(leads)
    counts = np.stack(
        [np.bincount(drawn, minlength=n) for drawn in stationary_draws(n, block, reps, seed)]
    ).astype(float)
    centre = leads.mean(axis=0)
    # deviations, not returns: their squares lose no digits to a common level
    means = counts @ (leads - centre) / n
    if block > 1.0:
        return means + centre, np.broadcast_to(error, means.shape)
    variance = counts @ (leads - centre) ** 2 / n - means**2
    # a draw of one vintage over and over has no spread to divide by
    return means + centre, np.sqrt(np.maximum(variance, _least_variance(leads)) / n)


def _least_variance(leads: np.ndarray) -> np.ndarray:
    """A hundredth of each variant's own variance."""
    return np.asarray(leads.var(axis=0) / 100.0)


def _variance(leads: np.ndarray, block: float) -> np.ndarray:
    """Variance of the mean lead under the stationary bootstrap (Hansen 2005, section 3.1)."""
    n, p = len(leads), 1.0 / block
    centred = leads - leads.mean(axis=0)
    total = (centred**2).sum(axis=0)
    for lag in range(1, n if p < 1.0 else 1):
        share = lag / n
        kernel = (1.0 - share) * (1.0 - p) ** lag + share * (1.0 - p) ** (n - lag)
        total += 2.0 * kernel * (centred[:-lag] * centred[lag:]).sum(axis=0)
    return np.asarray(np.maximum(total, FLAT**2) / n**2)


def _largest(statistics: np.ndarray) -> np.ndarray:
    """Largest statistic of each draw."""
    return np.asarray(statistics.max(axis=1))


def _share_above(largest: np.ndarray, observed: float) -> float:
    """p: how often the draws are above what was observed; 1 where nothing was above zero."""
    return float((np.maximum(largest, 0.0) > max(observed, 0.0)).mean()) if observed > 0.0 else 1.0


def _survivors(statistic: np.ndarray, drawn: np.ndarray, size: float) -> np.ndarray:
    """StepM: what exceeds the critical value of all, then of those that are left, and so on."""
    left = np.ones(len(statistic), dtype=bool)
    while left.any():
        critical = np.quantile(_largest(drawn[:, left]), 1.0 - size)
        better = left & (statistic > max(critical, 0.0))
        if not better.any():
            break
        left &= ~better
    return np.flatnonzero(~left)
