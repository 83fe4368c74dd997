"""Every hedge setting in every window, by the single run's resolver."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.hedge.ratio import resolve_hedge
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


def resolve_hedges(
    close: np.ndarray,
    scores: np.ndarray,
    lifted: np.ndarray,
    reviews: np.ndarray,
    settings: HedgeSettings,
    windows: tuple[np.ndarray, np.ndarray, np.ndarray],
    complete: np.ndarray,
    at_close: bool,
) -> Hedges:
    """Every setting in every window.

    Parameters
    ----------
    close : float64[n]
    scores : float64[k, n]
        Distinct risk scores by session.
    lifted : bool[k, n]
        Sessions at whose close a trigger of that risk setting is true.
    reviews : bool[3, n]
        Sessions of re-evaluation, by kind.
    settings : HedgeSettings
    windows : tuple of arrays
        First and last session and whether the window ends there, per policy and vintage.
    complete : bool[vintages]
    at_close : bool
        Fills at the close (``fill: next_close``).
    """
    first, last, timed = windows
    n, vintages = len(settings.active), first.shape[1]
    count = np.zeros((n, vintages), dtype=np.int64)
    hedged = np.zeros(n, dtype=np.int64)
    digest = np.zeros((n, vintages), dtype=np.uint64)
    offset = np.zeros((n, vintages), dtype=np.int64)
    none_i, none_f = np.zeros(0, dtype=np.int64), np.zeros(0)
    arguments = (close, scores, lifted, reviews, settings, first, last, timed, complete, at_close)
    _resolve_hedges(*arguments, count, hedged, digest, offset, False, none_i, none_i, none_f)
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
    _resolve_hedges(*arguments, count, hedged, digest, offset, True, session, kind, value)
    maintenance = np.ascontiguousarray(settings.maintenance[at])
    return Hedges(row, vintage, Orders(start, session, kind, value, maintenance), hedged)


@compiled()
def _hedge_window(score, lifted, close, review, settings, s, first, last):
    """One window's schedule by the single run's resolver: ratio, scale, held."""
    span = settings.score_to[s] - settings.score_from[s]
    # the resolver reads targets at the closes before the window's sessions only
    target = np.empty(last + 1)
    at = np.empty(last + 1, dtype=np.bool_)
    for t in range(first - 1, last + 1):
        # a trigger counts on the session on which it comes or goes, whatever the score
        at[t] = review[t] or (t > 0 and lifted[t] != lifted[t - 1])
        share = (score[t] - settings.score_from[s]) / span
        if not np.isnan(share):
            share = min(max(share, 0.0), 1.0)
            if share < 1e-9:
                share = 0.0
        target[t] = settings.max_ratio[s] if lifted[t] else settings.max_ratio[s] * share
    n = settings.n_covers[s]
    return resolve_hedge(
        close,
        target,
        at,
        first,
        last,
        close[first - 1],
        settings.falls[s, :n],
        settings.shares[s, :n],
        settings.band[s],
        settings.steps[s],
        settings.every[s],
        settings.when_blind[s],
        settings.max_ratio[s],
    )


@compiled(parallel=True)
def _resolve_hedges(
    close, scores, lifted, reviews, settings, firsts, lasts, ends, complete, at_close,
    count, hedged, digest, offset, fill_, session, kind, value,
):  # fmt: skip
    n, vintages = count.shape
    for s in prange(n):
        total = np.int64(0)
        for v in range(vintages):
            first, last = firsts[settings.window[s], v], lasts[settings.window[s], v]
            timed = ends[settings.window[s], v]
            if not settings.active[s] or first < 1:
                continue
            if fill_ and offset[s, v] < 0:
                continue
            ratio, scale, held, _ = _hedge_window(
                scores[settings.score[s]], lifted[settings.score[s]], close,
                reviews[settings.review[s]], settings, s, first, last,
            )  # fmt: skip
            k = np.int64(0)
            base = offset[s, v]
            mix = np.uint64(1469598103934665603)
            most = 0.0
            for i in range(len(ratio)):
                t = first + i
                if t == last and at_close:
                    continue  # the window's end covers all in the same fill
                most = max(most, held[i])
                if not np.isnan(ratio[i]):
                    what, amount = SET, ratio[i]
                elif scale[i] < 1.0 and k > 0:
                    # there is nothing to cover before the first order
                    what, amount = SCALE, scale[i]
                else:
                    continue
                if fill_:
                    session[base + k], kind[base + k], value[base + k] = t, what, amount
                else:
                    mix = mixed(mixed(mixed(mix, float(t)), float(what)), amount)
                k += 1
            if k > 0 and timed:
                if fill_:
                    session[base + k], kind[base + k], value[base + k] = last, END, 0.0
                mix = mixed(mix, float(last))
                k += 1
            if k > 0:
                mix = mixed(mix, settings.maintenance[s])
            if not fill_:
                count[s, v] = k
                digest[s, v] = mix
                if complete[v] and most > 0.0:
                    total += 1
        if not fill_:
            hedged[s] = total
