"""What the best of many is worth: intervals that know it was chosen, and the odds of no discovery.

References
----------
Andrews, Kitagawa & McCloskey, "Inference on winners", Quarterly Journal of
Economics 139(1), 2024: conditional and hybrid intervals. Lopez de Prado, Lipton
& Zoonekynd, "How to use the Sharpe ratio", 2025: power and the observed false
discovery rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtri

from strategy.validation.intervals import CONFIDENCE
from strategy.validation.means import Interval
from strategy.validation.root import root_between
from strategy.validation.sharpe import FLAT, Moments, sharpe_error

__all__ = ["Winner", "false_discovery", "winner"]

Floats = NDArray[np.float64]

#: Draws of the largest studentised error: its 99.5 % quantile is then good to 0.03.
DRAWS = 4_000
#: Share of the allowed error that the hybrid interval spends on the simultaneous one.
SHARE = 0.1
#: How far from the estimate, in standard errors, an end of an interval is looked for.
FAR = 60.0


class Winner(NamedTuple):
    """The largest of many means, and where its true mean may lie.

    Attributes
    ----------
    column : int
    mean : float
    naive, simultaneous, conditional, hybrid : Interval
        As if it had not been chosen; wide enough for all means at once; given
        that it won; given that it won and lies in the simultaneous one of a
        tenth of the error.
    median : float
        The hybrid's median unbiased estimate.
    """

    column: int
    mean: float
    naive: Interval
    simultaneous: Interval
    conditional: Interval
    hybrid: Interval
    median: float


def winner(values: Floats, *, seed: int = 0) -> Winner:
    """Inference on the column with the largest mean.

    Means are taken as normal with the sample's covariance. Conditional on the
    part of all means that does not depend on the winner's, that of the winner
    is normal and truncated to where it still wins.

    Parameters
    ----------
    values : float64[T, N]
        Independent rows: leads of N variants in T vintages.
    seed : int
        Of the draws of the simultaneous interval.

    Raises
    ------
    ValueError
        With fewer than three rows, or where the winner never varies.
    """
    n, _ = values.shape
    means = values.mean(axis=0)
    at = int(means.argmax())
    away = (values - means) / np.sqrt(n * (n - 1.0))
    covariance = away.T @ away[:, at]
    error = float(np.sqrt(covariance[at]))
    if n < 3 or error <= FLAT:
        raise ValueError("the best variant does not differ from holding the same exposure")
    best = float(means[at])
    low, high = _where_it_wins(means, covariance, at)

    miss = 1.0 - CONFIDENCE
    reach = float(ndtri(1.0 - miss / 2.0)) * error
    largest = _largest_errors(away, seed)
    all_at_once = float(np.quantile(largest, CONFIDENCE)) * error
    wide = float(np.quantile(largest, 1.0 - SHARE * miss)) * error
    rest = (miss - SHARE * miss) / (1.0 - SHARE * miss)

    def conditional(mean: float) -> float:
        return _truncated(best, mean, error, low, high)

    def hybrid(mean: float) -> float:
        return _truncated(best, mean, error, max(low, mean - wide), min(high, mean + wide))

    inner = (best - wide, best + wide)
    outer = (best - FAR * error, best + FAR * error)
    ends = (1.0 - miss / 2.0, miss / 2.0)
    closer = (1.0 - rest / 2.0, rest / 2.0)
    return Winner(
        at,
        best,
        Interval(best - reach, best + reach),
        Interval(best - all_at_once, best + all_at_once),
        Interval(*(_root(conditional, level, outer) for level in ends)),
        Interval(*(_root(hybrid, level, inner) for level in closer)),
        _root(hybrid, 0.5, inner),
    )


def _where_it_wins(means: Floats, covariance: Floats, at: int) -> tuple[float, float]:
    """Between which values the winner's mean could lie and it would still have won."""
    slope = covariance / covariance[at]
    gap = 1.0 - slope
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = (means - slope * means[at]) / gap
    below, above = gap > FLAT, gap < -FLAT
    low = float(bounds[below].max()) if below.any() else -np.inf
    high = float(bounds[above].min()) if above.any() else np.inf
    # rounding must not put the winner outside of where it won
    return min(low, float(means[at])), max(high, float(means[at]))


def _largest_errors(away: Floats, seed: int) -> Floats:
    """Draws of the largest studentised error of all means. Shape (DRAWS,)."""
    scale = np.sqrt((away**2).sum(axis=0))
    unit = away[:, scale > FLAT] / scale[scale > FLAT]
    rng = np.random.default_rng(seed)
    out = np.empty(DRAWS)
    for first in range(0, DRAWS, 500):
        drawn = rng.standard_normal((min(500, DRAWS - first), len(unit)))
        out[first : first + len(drawn)] = np.abs(drawn @ unit).max(axis=1)
    return out


def _truncated(value: float, mean: float, error: float, low: float, high: float) -> float:
    """P(Y <= value) of a normal truncated to [low, high]; in the tail that keeps digits."""
    a, x, b = ((edge - mean) / error for edge in (low, value, high))
    if a > 0.0:  # all in the upper tail: mirrored
        return 1.0 - _share(-b, -x, -a)
    return _share(a, x, b)


def _share(a: float, x: float, b: float) -> float:
    """(F(x) - F(a)) / (F(b) - F(a)) of the standard normal, by logarithms."""
    base = float(log_ndtr(b))
    low, at = (float(np.exp(log_ndtr(edge) - base)) for edge in (a, x))
    return float(np.clip((at - low) / (1.0 - low), 0.0, 1.0)) if low < 1.0 else 0.5


def _root(function: Callable[[float], float], level: float, within: tuple[float, float]) -> float:
    """Where a falling function takes a level; an end of `within` where it does not."""
    low, high = within
    if function(low) <= level:
        return low
    if function(high) >= level:
        return high
    return root_between(lambda mean: function(mean) - level, low, high, tolerance=1e-12)


def false_discovery(m: Moments, trials: float, *, true: float, prior: float) -> float:
    """Probability that the best of a search is no discovery, given how many were tried.

    Either none of `trials` independent variants has skill, or (with probability
    `prior`) one has the Sharpe ratio `true`. Seen is a best of `m.sharpe`:

        P(none | at least as good) = (1 - prior) P0 / ((1 - prior) P0 + prior P1),
        P0 = 1 - (1 - p)^K,   P1 = 1 - (1 - p)^(K - 1) b

    with p the chance of so good a ratio without skill and b of a worse one with
    it, each by the standard error at its own true ratio.

    Parameters
    ----------
    m : Moments
        Of the best.
    trials : float
        K, effective.
    true : float
        Sharpe ratio of a discovery, per period.
    prior : float
        Share of searches that hold one.
    """
    # by logarithms: far above both, each chance is too small for a number
    luck = float(log_ndtr(-m.sharpe / sharpe_error(m, 0.0)))
    skill = float(log_ndtr((true - m.sharpe) / sharpe_error(m, true)))
    none = _log_of_any(trials, luck)
    one = _log_of_any(trials - 1.0, luck, skill)
    return float(expit(np.log(1.0 - prior) - np.log(prior) + none - one))


def _log_of_any(times: float, chance: float, other: float = -np.inf) -> float:
    """Logarithm of the chance of at least one: `times` tries of exp(`chance`), one of `other`."""
    few = np.logaddexp(np.log(times) + chance if times > 0.0 else -np.inf, other)
    if few < -30.0:
        return float(few)
    missed = (times * _log_of_no(chance) if times > 0.0 else 0.0) + _log_of_no(other)
    return float(np.log(-np.expm1(missed)))


def _log_of_no(chance: float) -> float:
    """Logarithm of the chance that an event of chance exp(`chance`) stays out."""
    happens = float(np.exp(chance))
    return float(np.log1p(-happens)) if happens < 1.0 else -np.inf
