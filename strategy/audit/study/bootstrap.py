"""The stationary bootstrap (Politis and Romano 1994): block lengths, and intervals of a difference.

Block lengths are Politis and White's: `strategy.validation.resampling.blocks`.
"""

from __future__ import annotations

import math
import warnings
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from signals.history.bars import Floats, Ints
from strategy.audit.claims.claim import Figure
from strategy.audit.study.statistics import figure_of
from strategy.validation.intervals import CONFIDENCE
from strategy.validation.resampling.blocks import optimal_block_length


@dataclass(frozen=True)
class Difference:
    """Events less all dates, with its bootstrap interval.

    Attributes
    ----------
    value, low, high : float
        No interval where nothing was resampled.
    block : float
        Mean block length, in dates.
    replications : int
        Resamples that held an event.
    empty : int
        Resamples without one, left out.
    """

    value: float
    low: float
    high: float
    block: float
    replications: int
    empty: int


def block_length(values: Floats, least: float = 1.0) -> float:
    """Politis and White's length for the stationary bootstrap, at least `least`.

    A series too short or constant gives `least`. Never more than a third of
    the series, so that three blocks fit.
    """
    most = max(len(values) / 3.0, 1.0)
    found = math.nan
    if len(values) >= 8 and float(np.ptp(values)) > 0.0:
        with warnings.catch_warnings(), np.errstate(all="ignore"), _one_thread():
            warnings.simplefilter("ignore")
            found = optimal_block_length(values)
    return min(max(found if math.isfinite(found) else 1.0, least, 1.0), most)


def _one_thread() -> AbstractContextManager[object]:
    """One thread for linear algebra: sums do not depend on the machine's cores, and no wait."""
    try:
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
    except ImportError:
        return nullcontext()
    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def stationary_index(rng: np.random.Generator, length: int, pool: int, block: float) -> Ints:
    """Positions in a pool of `pool` rows: blocks of geometric length, wrapped around its end."""
    fresh = rng.random(length) < 1.0 / block
    fresh[0] = True
    start = rng.integers(0, pool, length)
    position = np.arange(length)
    last = np.maximum.accumulate(np.where(fresh, position, 0))
    return (start[last] + position - last) % pool


def difference_interval(
    rng: np.random.Generator,
    figure: Figure,
    all_values: Floats,
    all_hits: Floats,
    event_at: Ints,
    event_values: Floats,
    event_hits: Floats,
    *,
    block: float,
    replications: int,
) -> Difference:
    """Events' figure less that of all dates, dates and events resampled together in blocks.

    Parameters
    ----------
    all_values, all_hits : ndarray
        Outcome and hit of every eligible date, in order of time.
    event_at : ndarray of int
        Position of each event among them.
    event_values, event_hits : ndarray
        Their own outcomes.
    """
    value = figure_of(figure, event_values, event_hits) - figure_of(figure, all_values, all_hits)
    if not len(event_at) or not replications:
        return Difference(value, math.nan, math.nan, block, 0, 0)
    if figure == "median":
        found = _medians(rng, all_values, event_at, event_values, block, replications)
    else:
        base, own = (all_hits, event_hits) if figure == "hit_rate" else (all_values, event_values)
        found = _means(rng, base, event_at, own, block, replications)
    held = found[~np.isnan(found)]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = (
        (float(x) for x in np.quantile(held, [tail, 1.0 - tail]))
        if len(held)
        else (math.nan, math.nan)
    )
    return Difference(value, low, high, block, len(held), replications - len(held))


def _means(
    rng: np.random.Generator,
    base: Floats,
    event_at: Ints,
    own: Floats,
    block: float,
    replications: int,
) -> Floats:
    """Differences of means; sums over blocks are differences of running sums."""
    n = len(base)
    marks, values = np.zeros(n), np.zeros(n)
    marks[event_at], values[event_at] = 1.0, own
    sums = [_running(x) for x in (base, marks, values)]
    out = np.full(replications, math.nan)
    for r in range(replications):
        start, length = _blocks(rng, n, block)
        total, count, event_total = (float((s[start + length] - s[start]).sum()) for s in sums)
        if count > 0.5:
            out[r] = event_total / round(count) - total / n
    return out


def _running(x: Floats) -> Floats:
    """Running sum over the series written twice, so that a block may wrap around."""
    return np.append(0.0, np.cumsum(np.append(x, x)))


def _blocks(rng: np.random.Generator, n: int, block: float) -> tuple[Ints, Ints]:
    """Starts and lengths of blocks that fill n dates."""
    if block <= 1.0:
        return rng.integers(0, n, n), np.ones(n, dtype=np.int64)
    length = rng.geometric(1.0 / block, int(2 * n / block) + 16)
    while length.sum() < n:
        length = np.append(length, rng.geometric(1.0 / block, int(n / block) + 16))
    filled = np.cumsum(length)
    last = int(np.searchsorted(filled, n))
    length = length[: last + 1].copy()
    length[last] -= filled[last] - n
    return rng.integers(0, n, len(length)), np.minimum(length, n)


def _medians(
    rng: np.random.Generator,
    base: Floats,
    event_at: Ints,
    own: Floats,
    block: float,
    replications: int,
) -> Floats:
    n = len(base)
    values = np.full(n, math.nan)
    values[event_at] = own
    out = np.full(replications, math.nan)
    for r in range(replications):
        index = stationary_index(rng, n, n, block)
        events = values[index]
        events = events[~np.isnan(events)]
        if len(events):
            out[r] = np.median(events) - np.median(base[index])
    return out
