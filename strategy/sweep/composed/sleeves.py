"""The settings of a sleeve, made ready to be composed: parts, histograms, and what they assume."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.kernels.compiled import compiled
from strategy.sweep.composed.doors import enter, open_part
from strategy.sweep.composed.pieces import Asked, Part, build_parts
from strategy.sweep.engine.bins import BINS, TAIL, bin_of
from strategy.sweep.engine.context import Context
from strategy.sweep.engine.outcomes import Hedges, Legs, Orders, Tactical
from strategy.sweep.engine.walk import CORE, EQUITY, STATE, SUMS, Due, due_of, walk

#: How much wider than the sampled range of c the prepared range is.
MARGIN = 0.25
#: What the other sleeve's tables look like to a sleeve that does not read them.
NO_LEGS = Legs(
    np.zeros((1, 2)), np.full((1, 2), -1), np.zeros((1, 2)), np.zeros((1, 2), dtype=np.bool_)
)
NO_ORDERS = Orders(
    np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros(1)
)


@dataclass(frozen=True)
class Ranges:
    """Per vintage and sleeve: the range of y that parts are prepared for, and its origin.

    ``reference`` is the y at which the histograms of returns are taken,
    ``base`` the equity at the first close for a core at its weight.
    """

    low: np.ndarray
    high: np.ndarray
    reference: np.ndarray
    base: np.ndarray
    threshold: float


@dataclass(frozen=True)
class Sleeve:
    """The settings of one sleeve, ready to be composed: parts, and the histogram of each setting.

    ``counts`` and ``totals`` are cumulative over the bins; ``reference`` holds
    the returns of each tactical outcome that its histograms were made from.
    """

    row: np.ndarray
    part: Part
    reference: np.ndarray
    counts: np.ndarray
    totals: np.ndarray


class Spans(NamedTuple):
    """First and last sessions of the parts, per vintage and sleeve."""

    first: np.ndarray
    last: np.ndarray


def make_ranges(context: Context, tactical: Tactical, hedges: Hedges) -> Ranges:
    """Prepare for what the settings of a sample hand to each other.

    A number outside its range costs time, not exactness: that part is walked.
    """
    segments = (context.segments.first, context.segments.last)
    n = len(context.anchors)
    low, high, reference, base = (np.zeros((n, 2)) for _ in range(4))
    terms, weight = context.terms, context.terms.core_weight
    shares = (weight, weight)
    for v in range(n):
        for side in range(2):
            a = context.segments.first[v, side]
            if a < 0:
                continue
            hold = weight > 0.0 and (v > 0 or side == 1)
            base[v, side] = enter(weight, a, terms, hold)[0]
            turns = [c for c in (1.0, weight) if shares[0] < c < shares[1]]
            at = [enter(c, a, terms, hold)[0] - base[v, side] for c in (*shares, *turns)]
            reference[v, side] = 0.5 * (min(at) + max(at))
            spare = MARGIN * (max(at) - min(at)) + 1e-6
            low[v, side], high[v, side] = min(at) - spare, max(at) + spare
            sleeve = tactical if side == 0 else hedges
            rows = np.flatnonzero(sleeve.vintage == v)
            out = np.empty((len(rows), 2))
            ends = base[v, side] + np.array([low[v, side], high[v, side]])
            _end_shares(
                side, v, rows, Spans(*segments), ends, terms, tactical.legs, hedges.orders, out
            )
            shares = (float(out.min()), float(out.max()))
    step = terms.close[context.first + 1 : context.last + 1]
    moves = weight * (step / terms.close[context.first : context.last] - 1.0)
    return Ranges(low, high, reference, base, float(np.quantile(moves, TAIL)))


def make_sleeve(context: Context, ranges: Ranges, side: int, settings: Tactical | Hedges) -> Sleeve:
    """Parts and histograms of one sleeve's settings; `side` is 0 for tactical, 1 for hedge."""
    legs = settings.legs if isinstance(settings, Tactical) else NO_LEGS
    orders = settings.orders if isinstance(settings, Hedges) else NO_ORDERS
    spans = Spans(context.segments.first, context.segments.last)
    low, high, base = (
        np.ascontiguousarray(a[:, side]) for a in (ranges.low, ranges.high, ranges.base)
    )
    asked = Asked(side, settings.vintage, *spans, low, high, base, ranges.threshold)
    part = build_parts(asked, context.terms, legs, orders)
    given = (longest(context), context.terms, legs, orders)
    start = base + ranges.reference[:, side]
    n = settings.row.shape[0]
    counts, totals = np.zeros((n, BINS), dtype=np.int32), np.zeros((n, BINS))
    _histograms(side, settings.row, spans, start, *given, counts, totals)
    returns = np.zeros((len(settings.vintage) if side == 0 else 0, longest(context, 0)))
    if side == 0:
        _references(settings.vintage, spans, start, *given, returns)
    return Sleeve(settings.row, part, returns, counts, totals)


def longest(context: Context, side: int | None = None) -> int:
    """Sessions of the longest part, of one sleeve or of both."""
    sessions = context.segments.last - context.segments.first + 1
    return int(np.max(sessions if side is None else sessions[:, side]))


@compiled()
def reference_walk(side, k, a, b, start, state, sums, buffer, terms, legs, orders):
    """Returns of an outcome's part after its first session, into `buffer`.

    `start` is the equity at that session's close without the sleeve's trades.
    """
    due = due_of(side, k, a, legs, orders)
    made = open_part(a, state, terms, legs, orders, due)
    state[EQUITY] = start + made.gain
    due = Due(-1, due.leg, made.order, due.order_to, False, False)
    walk(a + 1, b, state, sums, buffer, -1, terms, legs, orders, due, 0.0)


@compiled(parallel=True)
def _references(vintage, spans, start, longest, terms, legs, orders, out):
    """Returns of each tactical outcome at the reference, its first session left out."""
    for outcome in prange(len(vintage)):
        k = np.int64(outcome)
        v = vintage[k]
        a, b = spans.first[v, 0], spans.last[v, 0]
        if a < 0:
            continue
        buffer = np.empty(longest)
        reference_walk(
            0, k, a, b, start[v], np.empty(STATE), np.zeros(SUMS), buffer, terms, legs, orders
        )
        out[k, : b - a] = buffer[: b - a]


@compiled(parallel=True)
def _end_shares(side, v, rows, spans, ends, terms, legs, orders, out):
    """The core's share at the end of a part, for both ends of the range of y, per outcome."""
    a, b = spans.first[v, side], spans.last[v, side]
    for i in prange(len(rows)):
        k = rows[i]
        state = np.empty(STATE)
        sums = np.zeros(SUMS)
        buffer = np.empty(b - a + 1)
        for end in range(2):
            reference_walk(side, k, a, b, ends[end], state, sums, buffer, terms, legs, orders)
            out[i, end] = state[CORE] * terms.close[b] / state[EQUITY]


@compiled(parallel=True)
def _histograms(side, row, spans, start, longest, terms, legs, orders, counts, totals):
    """Cumulative histogram of each setting's returns at the reference, first sessions left out."""
    for s in prange(row.shape[0]):
        state = np.empty(STATE)
        sums = np.zeros(SUMS)
        buffer = np.empty(longest)
        for v in range(row.shape[1]):
            a, b = spans.first[v, side], spans.last[v, side]
            if a < 0:
                continue
            reference_walk(
                side, row[s, v], a, b, start[v], state, sums, buffer, terms, legs, orders
            )
            for t in range(b - a):
                k = bin_of(buffer[t])
                counts[s, k] += 1
                totals[s, k] += buffer[t]
        for k in range(1, BINS):
            counts[s, k] += counts[s, k - 1]
            totals[s, k] += totals[s, k - 1]
