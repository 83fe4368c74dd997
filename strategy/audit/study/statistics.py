"""Statistics of events: episodes, Newey-West, Holm. Arrays in, numbers out."""

from __future__ import annotations

import math

import numpy as np

from signals.history.bars import Bools, Floats, Ints
from strategy.audit.claims.claim import Figure


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
