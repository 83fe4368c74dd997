"""Every hedge setting in every window, by the single run's resolver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.hedge.ratio import RatioRules, resolve_hedge
from strategy.hedge.rules import (
    NO_ORDER,
    SCALE_UNITS,
    SET_RATIO,
    lifted_target,
    ordered,
    reviewed,
    target_ratio,
)
from strategy.kernels.compiled import compiled
from strategy.sweep.engine.outcomes import END, SCALE, SET, Hedges, Orders, distinct, mixed


class HedgeSettings(NamedTuple):
    """Distinct hedge settings as columns; ``falls`` and ``shares`` are padded with ``n_covers``."""

    active: np.ndarray
    window: np.ndarray
    score: np.ndarray
    review: np.ndarray
    max_ratio: np.ndarray
    score_from: np.ndarray
    score_to: np.ndarray
    band: np.ndarray
    steps: np.ndarray
    every: np.ndarray
    when_blind: np.ndarray
    falls: np.ndarray
    shares: np.ndarray
    n_covers: np.ndarray
    maintenance: np.ndarray


class HedgeInputs(NamedTuple):
    """What every hedge setting reads.

    Attributes
    ----------
    close : float64[n]
    scores : float64[k, n]
        Distinct risk scores by session.
    lifted : bool[k, n]
        Sessions at whose close a trigger of that risk setting is true.
    reviews : bool[3, n]
        Sessions of re-evaluation, by kind.
    first, last, timed : int64, int64, bool[policies, vintages]
        First and last session of the window, and whether it ends there.
    complete : bool[vintages]
    at_close : bool
        Fills at the close (``fill: next_close``).
    """

    close: np.ndarray
    scores: np.ndarray
    lifted: np.ndarray
    reviews: np.ndarray
    first: np.ndarray
    last: np.ndarray
    timed: np.ndarray
    complete: np.ndarray
    at_close: bool


def resolve_hedges(inputs: HedgeInputs, settings: HedgeSettings) -> Hedges:
    """Every setting in every window."""
    n, vintages = len(settings.active), inputs.first.shape[1]
    count = np.zeros((n, vintages), dtype=np.int64)
    hedged = np.zeros(n, dtype=np.int64)
    digest = np.zeros((n, vintages), dtype=np.uint64)
    offset = np.zeros((n, vintages), dtype=np.int64)
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    _resolve_hedges(inputs, settings, False, count, hedged, digest, offset, none_i, none_i, none_f)
    row, at, vintage = distinct(digest)
    if not np.array_equal(count, count[at, vintage][row]):
        raise AssertionError("two hedge outcomes share a hash")
    start = np.zeros(len(at) + 1, dtype=np.int64)
    np.cumsum(count[at, vintage], out=start[1:])
    offset[:] = -1
    offset[at, vintage] = start[:-1]
    session = np.zeros(start[-1], dtype=np.int64)
    kind = np.zeros(start[-1], dtype=np.int64)
    value = np.zeros(start[-1])
    _resolve_hedges(inputs, settings, True, count, hedged, digest, offset, session, kind, value)
    maintenance = np.ascontiguousarray(settings.maintenance[at])
    return Hedges(row, vintage, Orders(start, session, kind, value, maintenance), hedged)


@compiled()
def _hedge_window(score, lifted, close, review, settings, s, first, last):
    """One window's schedule by the single run's resolver: ratio, scale, held."""
    # the resolver reads targets at the closes before the window's sessions only
    target = np.empty(last + 1)
    at = np.empty(last + 1, dtype=np.bool_)
    largest = settings.max_ratio[s]
    for t in range(first - 1, last + 1):
        at[t] = reviewed(review[t], lifted[t], lifted[t - 1] if t > 0 else lifted[t])
        own = target_ratio(score[t], settings.score_from[s], settings.score_to[s], largest)
        target[t] = lifted_target(own, lifted[t], largest)
    n = settings.n_covers[s]
    rules = RatioRules(
        settings.falls[s, :n],
        settings.shares[s, :n],
        settings.band[s],
        settings.steps[s],
        settings.every[s],
        settings.when_blind[s],
        largest,
    )
    return resolve_hedge(close, target, at, first, last, close[first - 1], rules)


@compiled(parallel=True)
def _resolve_hedges(
    inputs, settings, filling, count, hedged, digest, offset, session, kind, value
):  # fmt: skip
    close, complete, at_close = inputs.close, inputs.complete, inputs.at_close
    n, vintages = count.shape
    for s in prange(n):
        total = np.int64(0)
        for v in range(vintages):
            window = settings.window[s]
            first, last = inputs.first[window, v], inputs.last[window, v]
            timed = inputs.timed[window, v]
            if not settings.active[s] or first < 1:
                continue
            if filling and offset[s, v] < 0:
                continue
            path = _hedge_window(
                inputs.scores[settings.score[s]], inputs.lifted[settings.score[s]], close,
                inputs.reviews[settings.review[s]], settings, s, first, last,
            )  # fmt: skip
            k = np.int64(0)
            base = offset[s, v]
            mix = np.uint64(1469598103934665603)
            most = 0.0
            for i in range(len(path.ratio)):
                t = first + i
                ends = timed and t == last
                if not (ends and at_close):
                    most = max(most, path.held[i])
                order = ordered(path.ratio[i], path.scale[i], ends, at_close)
                # there is nothing to cover before the first order
                if order == NO_ORDER or (order == SCALE_UNITS and k == 0):
                    continue
                if order == SET_RATIO:
                    what, amount = SET, path.ratio[i]
                else:
                    what, amount = SCALE, path.scale[i]
                if filling:
                    session[base + k], kind[base + k], value[base + k] = t, what, amount
                else:
                    mix = mixed(mixed(mixed(mix, float(t)), float(what)), amount)
                k += 1
            if k > 0 and timed:
                if filling:
                    session[base + k], kind[base + k], value[base + k] = last, END, 0.0
                mix = mixed(mix, float(last))
                k += 1
            if k > 0:
                mix = mixed(mix, settings.maintenance[s])
            if not filling:
                count[s, v] = k
                digest[s, v] = mix
                if complete[v] and most > 0.0:
                    total += 1
        if not filling:
            hedged[s] = total
