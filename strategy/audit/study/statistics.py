"""Statistics of events: episodes, exact intervals, Newey-West, Holm. Arrays in, numbers out."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from signals.history.bars import Bools, Floats, Ints
from strategy.audit.claims.claim import Figure

CONFIDENCE = 0.95


def episodes(start: Ints, end: Ints) -> Ints:
    """Number of the episode that each event belongs to, events in order of their start.

    An episode is opened by the first event whose window begins when the window
    of the episode before is over; events that begin inside it belong to it. So
    the windows of first events never overlap.

    Examples
    --------
    >>> episodes(np.array([0, 3, 5, 9]), np.array([5, 8, 10, 14])).tolist()
    [0, 0, 1, 1]
    """
    number = np.zeros(len(start), dtype=np.int64)
    count, until = -1, -math.inf
    for i, (a, b) in enumerate(zip(start.tolist(), end.tolist(), strict=True)):
        if a >= until:
            count, until = count + 1, b
        number[i] = count
    return number


def first_of(number: Ints) -> Bools:
    """Which events open an episode."""
    return np.diff(number, prepend=-1) > 0


def figure_of(name: Figure, values: Floats, hit: Floats) -> float:
    """Mean, median or hit rate; NaN without events. A rank goes by the mean."""
    array = hit if name == "hit_rate" else values
    if not len(array):
        return math.nan
    return float(np.median(array) if name == "median" else np.mean(array))


def hit_interval(hits: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of a rate.

    Examples
    --------
    >>> tuple(round(x, 4) for x in hit_interval(8, 10))
    (0.4439, 0.9748)
    """
    if n == 0:
        return math.nan, math.nan
    tail = (1.0 - confidence) / 2.0
    low = float(stats.beta.ppf(tail, hits, n - hits + 1)) if hits else 0.0
    high = float(stats.beta.ppf(1.0 - tail, hits + 1, n - hits)) if hits < n else 1.0
    return low, high


def mean_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Student's interval of a mean, n - 1 degrees of freedom; NaN below two values."""
    n = len(values)
    if n < 2:
        return math.nan, math.nan
    half = float(stats.t.ppf(0.5 + confidence / 2.0, n - 1)) * float(values.std(ddof=1)) / n**0.5
    mean = float(values.mean())
    return mean - half, mean + half


def median_interval(values: Floats, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Interval of a median between two order statistics, exact by the binomial.

    NaN where even the extremes do not reach the confidence (below six values
    at 95 %).

    Examples
    --------
    >>> median_interval(np.arange(1.0, 11.0))  # ranks 2 and 9 of 10: 97.9 %
    (2.0, 9.0)
    """
    n = len(values)
    rank = 0  # P(fewer than `rank` of n values lie below the median) stays within the tail
    while rank < n and stats.binom.cdf(rank, n, 0.5) <= (1.0 - confidence) / 2.0:
        rank += 1
    if rank == 0:
        return math.nan, math.nan
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[n - rank])


def newey_west_t(values: Floats, event: Bools, lag: int) -> float:
    """The t statistic of the events' mean less all dates', Newey-West with `lag` lags.

    Regression of the outcome on a constant and the event's indicator; the
    Bartlett kernel makes the overlap of windows of lag + 1 sessions count.
    """
    n, k = len(values), int(event.sum())
    if k < 2 or k == n:
        return math.nan
    x = np.column_stack([np.ones(n), event.astype(np.float64)])
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ (x.T @ values)
    score = x * (values - x @ beta)[:, None]
    middle = score.T @ score
    for j in range(1, min(lag, n - 1) + 1):
        gamma = score[j:].T @ score[:-j]
        middle += (1.0 - j / (lag + 1.0)) * (gamma + gamma.T)
    variance = float((inverse @ middle @ inverse)[1, 1])
    return float(beta[1]) / math.sqrt(variance) if variance > 0.0 else math.nan


def holm(p: dict[str, float]) -> dict[str, float]:
    """Holm's adjusted p-values: the share of runs with any false finding stays below them.

    Examples
    --------
    >>> holm({"a": 0.01, "b": 0.04, "c": 0.03})
    {'a': 0.03, 'b': 0.06, 'c': 0.06}
    """
    ordered = sorted(p, key=lambda name: p[name])
    adjusted: dict[str, float] = {}
    running = 0.0
    for i, name in enumerate(ordered):
        running = max(running, min(1.0, (len(ordered) - i) * p[name]))
        adjusted[name] = running
    return {name: adjusted[name] for name in p}
