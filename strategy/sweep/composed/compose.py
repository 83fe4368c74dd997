"""Paths out of parts: a grid of two sleeves at the price of its rows and columns.

A variant is a chain of parts, each handed one number by the part before
(`strategy.sweep.composed.pieces`). Where the hedge of one vintage is still held when
the next vintage's tactical leg begins, and where the number falls outside the
range that was prepared, that part is walked session by session instead. Both
give what the dense loop gives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.kernels.compiled import compiled
from strategy.sweep.composed.doors import DOOR, make_door, pass_door
from strategy.sweep.composed.pieces import (
    COST,
    DOWN,
    END,
    EXPOSURE,
    GAIN,
    HIGH,
    HIGH_AT,
    LOW,
    LOW_AT,
    MIDDLE,
    NET,
    PAID,
    PEAK,
    PEAK_AT,
    SHORT_END,
    SUM,
    SUM_2,
    TAIL_SLOPE,
    TRADED,
    TROUGH,
    TROUGH_AT,
    TURNOVER,
    joined,
)
from strategy.sweep.composed.sleeves import Ranges, Sleeve, longest, reference_walk
from strategy.sweep.engine.bins import bin_edges, bin_of, tail_of, tail_size
from strategy.sweep.engine.context import Context
from strategy.sweep.engine.outcomes import Legs, Orders, Pairs
from strategy.sweep.engine.paths import TROUBLED, Paths, in_years_of, path_metrics
from strategy.sweep.engine.walk import (
    CORE,
    EQUITY,
    FALL,
    FALL_END_AT,
    FALL_LOW_AT,
    FALL_PEAK,
    FALL_PEAK_AT,
    SHORT,
    STATE,
    SUMS,
    Due,
    bought,
    due_of,
    extreme,
    start,
    walk,
)
from strategy.sweep.engine.walk import PEAK as HIGHEST
from strategy.sweep.engine.walk import PEAK_AT as HIGHEST_AT

#: Sessions walked at a time when a date is looked up.
STRETCH = 32
#: Variants that one thread takes at a time.
BLOCK = 64


@compiled()
def _cubic(table, p, at, y):
    return table[p, at] + y * (table[p, at + 1] + y * (table[p, at + 2] + y * table[p, at + 3]))


@compiled()
def _interior(table, p, dy, equity, sums):
    """Extremes of a part's later sessions; 1 where the deepest fall so far ended inside, else 0.

    Also -1 where a deeper fall began: the end of an earlier one no longer counts.
    """
    lowest = equity * (table[p, LOW] + table[p, LOW + 1] * dy)
    peak = equity * (table[p, PEAK] + table[p, PEAK + 1] * dy)
    trough = equity * (table[p, TROUGH] + table[p, TROUGH + 1] * dy)
    highest = equity * (table[p, HIGH] + table[p, HIGH + 1] * dy)
    found = 0
    if lowest < sums[FALL] * sums[HIGHEST] or trough < sums[FALL] * peak:
        found = -1
        sums[FALL_END_AT] = -1.0
        outer, inner = lowest / sums[HIGHEST], trough / peak
        if outer < inner:
            sums[FALL] = outer
            sums[FALL_PEAK], sums[FALL_PEAK_AT] = sums[HIGHEST], sums[HIGHEST_AT]
            sums[FALL_LOW_AT] = table[p, LOW_AT]
        else:
            sums[FALL] = inner
            sums[FALL_PEAK], sums[FALL_PEAK_AT] = peak, table[p, PEAK_AT]
            sums[FALL_LOW_AT] = table[p, TROUGH_AT]
    if (
        sums[FALL_END_AT] < 0.0
        and highest >= sums[FALL_PEAK]
        and table[p, HIGH_AT] > sums[FALL_LOW_AT]
    ):
        # in which session is looked up when the path is done
        sums[FALL_END_AT] = 0.0
        found = 1
    higher = highest > sums[HIGHEST]
    sums[HIGHEST] = highest if higher else sums[HIGHEST]
    sums[HIGHEST_AT] = table[p, HIGH_AT] if higher else sums[HIGHEST_AT]
    return found


class Chain(NamedTuple):
    """The parts of a path: their sessions, and the ranges of y they are prepared for.

    Per vintage and sleeve, see `Ranges`; ``begin`` and ``end`` are the sessions
    of the account, ``longest`` those of the longest part.
    """

    first: np.ndarray
    last: np.ndarray
    low: np.ndarray
    high: np.ndarray
    reference: np.ndarray
    base: np.ndarray
    begin: int
    end: int
    longest: int


class Tables(NamedTuple):
    """Parts of both sleeves in one table, those of the hedge behind, and both histograms."""

    hedges_from: int
    opening: np.ndarray
    left: np.ndarray
    start: np.ndarray
    upper: np.ndarray
    table: np.ndarray
    t_reference: np.ndarray
    t_counts: np.ndarray
    t_totals: np.ndarray
    h_counts: np.ndarray
    h_totals: np.ndarray


@compiled(parallel=True)
def _compose(pairs, tables, chain, terms, legs, orders, edges, rows, out, vintages):
    # taken out of their records once: a look into a record within the loop counts references
    t_index, h_index, t_row, h_row = pairs
    hedges_from, opening, left, starts, uppers, table = tables[:6]
    t_reference, t_counts, t_totals, h_counts, h_totals = tables[6:]
    low, high, reference, base = chain.low, chain.high, chain.reference, chain.base
    firsts, lasts = chain.first, chain.last
    first, last, longest = chain.begin, chain.end, chain.longest
    core_weight = terms.core_weight
    n, n_vintages = len(t_index), chain.first.shape[0]
    sessions = last - first
    size = tail_size(sessions)
    doors = np.empty((n_vintages, 2, DOOR))
    for v in range(n_vintages):
        for side in range(2):
            if firsts[v, side] >= 0:
                hold = core_weight > 0.0 and (v > 0 or side == 1)
                make_door(firsts[v, side], terms, hold, doors[v, side])
    for block in prange((n + BLOCK - 1) // BLOCK):
        state = np.empty(STATE)
        sums = np.empty(SUMS)
        scratch = np.zeros(SUMS)
        buffer = np.empty(longest)
        most = 2 * sessions + 2 * n_vintages
        bins = np.empty(most, dtype=np.int32)
        signs = np.empty(most, dtype=np.int32)
        closest = np.empty(most, dtype=np.int32)
        values = np.empty(most)
        opened = np.empty((2 * n_vintages, 2))
        for i in range(BLOCK * block, min(n, BLOCK * (block + 1))):
            start(state, sums, core_weight, terms.close[first], first)
            equity, share, short = 1.0, core_weight, 0.0
            single = 0
            slope, blur = 0.0, 0.0
            sum_1, sum_2, sum_down, exposure, turnover, cost = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            order, order_to, kept = 0, 0, 0.0
            pending = -1
            for v in range(n_vintages):
                at_anchor = equity
                for side in range(2):
                    a, b = firsts[v, side], lasts[v, side]
                    if a < 0:
                        continue
                    k = t_row[t_index[i], v] if side == 0 else h_row[h_index[i], v]
                    # parts of both sleeves lie in one table, those of the hedge behind
                    at = k if side == 0 else hedges_from + k
                    hold = core_weight > 0.0 and (v > 0 or side == 1)
                    opened[2 * v + side, 0], opened[2 * v + side, 1] = equity, share
                    known_low = sums[FALL_LOW_AT]
                    piece = starts[at + 1]
                    y, entered, paid, traded = 0.0, 1.0, 0.0, 0.0
                    if order >= order_to:
                        entered, paid, traded = pass_door(doors, v, side, share, core_weight)
                        y = entered - base[v, side]
                        if low[v, side] <= y <= high[v, side]:
                            piece = starts[at]
                            while piece < starts[at + 1] and uppers[piece] < y:
                                piece += 1
                    if piece < starts[at + 1]:
                        dy = y - table[piece, MIDDLE]
                        ratio = entered + opening[at, GAIN]
                        r = ratio - 1.0
                        now = terms.close[a]
                        units = (core_weight if hold else share) / terms.close[a - 1]
                        down = min(r, 0.0)
                        sum_1 += r + _cubic(table, piece, SUM, dy)
                        sum_2 += r * r + _cubic(table, piece, SUM_2, dy)
                        sum_down += down * down + _cubic(table, piece, DOWN, dy)
                        exposure += (units * now + opening[at, NET]) / ratio + _cubic(
                            table, piece, EXPOSURE, dy
                        )
                        turnover += (
                            traded + opening[at, TRADED] + _cubic(table, piece, TURNOVER, dy)
                        )
                        cost += paid + opening[at, PAID] + _cubic(table, piece, COST, dy)
                        moved = table[piece, TAIL_SLOPE] * (y - reference[v, side])
                        slope += moved
                        blur += abs(moved)
                        bins[single], values[single], signs[single] = bin_of(r), r, 1
                        single += 1
                        level = equity * ratio
                        if level >= sums[HIGHEST] or level < sums[FALL] * sums[HIGHEST]:
                            extreme(level, a, sums)
                            if sums[FALL_LOW_AT] != known_low:
                                pending = -1
                        if b > a:
                            found = _interior(table, piece, dy, equity, sums)
                            if found != 0:
                                pending = 2 * v + side if found > 0 else -1
                        ending = table[piece, END] + table[piece, END + 1] * dy
                        inverse = 1.0 / ending
                        share = units * terms.close[b] * inverse
                        short = (
                            table[piece, SHORT_END] + table[piece, SHORT_END + 1] * dy
                        ) * inverse
                        equity *= ending
                    else:
                        # the hedge of the vintage before is still on, or y is out of range
                        state[:] = 0.0
                        state[EQUITY] = equity
                        state[CORE] = share * equity / terms.close[a - 1]
                        state[SHORT] = short * equity
                        entry, leg = -1, -1
                        if side == 0:
                            leg = k
                            if bought(legs, leg):
                                entry = a
                        else:
                            order, order_to = orders.start[k], orders.start[k + 1]
                            kept = orders.maintenance[k]
                        walk(
                            a,
                            b,
                            state,
                            sums,
                            buffer,
                            a if hold else -1,
                            terms,
                            legs,
                            orders,
                            Due(entry, leg, order, order_to, False, False),
                            kept,
                        )
                        if sums[FALL_LOW_AT] != known_low:
                            pending = -1
                        for t in range(b - a + 1):
                            bins[single], values[single] = bin_of(buffer[t]), buffer[t]
                            signs[single] = 1
                            single += 1
                        equity = state[EQUITY]
                        share = state[CORE] * terms.close[b] / equity
                        short = state[SHORT] / equity
                        # the histogram holds its returns at the reference: take them out
                        if side == 0:
                            buffer[: b - a] = t_reference[k, : b - a]
                        else:
                            begun = base[v, side] + reference[v, side]
                            reference_walk(
                                side, k, a, b, begun, state, scratch, buffer, terms, legs, orders
                            )
                        for t in range(b - a):
                            bins[single], values[single] = bin_of(buffer[t]), buffer[t]
                            signs[single] = -1
                            single += 1
                    order, order_to = 0, 0
                    if side == 1 and left[at]:
                        order, order_to = orders.start[k], orders.start[k + 1]
                        kept = orders.maintenance[k]
                        while orders.session[order] <= b:
                            order += 1
                vintages[i, v] = equity / at_anchor - 1.0
                if firsts[v, 0] < 0 and firsts[v, 1] < 0:  # the data end at the anchor
                    vintages[i, v] = np.nan
            if pending >= 0:
                v, side = pending // 2, pending % 2
                k = t_row[t_index[i], v] if side == 0 else h_row[h_index[i], v]
                due = due_of(side, k, firsts[v, side], legs, orders)
                sums[FALL_END_AT] = _back_at(
                    pending, sums[FALL_PEAK], sums[FALL_LOW_AT], opened[pending], chain, state,
                    scratch, buffer, terms, legs, orders, due,
                )  # fmt: skip
            sums[0] += sum_1
            sums[1] += sum_2
            sums[2] += sum_down
            sums[3] += exposure
            sums[4] += turnover
            sums[5] += cost
            path_metrics(equity, sums, sessions, last, out[rows[i]])
            tail, off = tail_of(
                t_counts[t_index[i]], t_totals[t_index[i]], h_counts[h_index[i]],
                h_totals[h_index[i]], bins, values, signs, closest, single, size,
                edges,
            )  # fmt: skip
            out[rows[i], 8] = tail + slope / size
            out[rows[i], 12] = off + 2.0 * blur / size


@compiled()
def _back_at(
    pending, level, after, opened, chain, state, sums, buffer, terms, legs, orders, due
):  # fmt: skip
    """Session in which the equity is back at `level`, in the part known to hold it."""
    v, side = pending // 2, pending % 2
    a, b = chain.first[v, side], chain.last[v, side]
    equity, share = opened[0], opened[1]
    state[:] = 0.0
    state[EQUITY] = equity
    state[CORE] = share * equity / terms.close[a - 1]
    order = due.order
    hold = a if terms.core_weight > 0.0 and (v > 0 or side == 1) else -1
    best, best_at = 0.0, b
    for t0 in range(a, b + 1, STRETCH):
        t1 = min(b, t0 + STRETCH - 1)
        left = Due(due.entry, due.leg, order, due.order_to, False, False)
        walk(t0, t1, state, sums, buffer, hold, terms, legs, orders, left, 0.0)
        while order < due.order_to and orders.session[order] <= t1:
            order += 1
        for t in range(t0, t1 + 1):
            equity *= 1.0 + buffer[t - t0]
            if t > after:
                if equity >= level:
                    return t
                if equity > best:
                    best, best_at = equity, t
    # a tie that rounding broke: the highest session is the one
    return best_at


def compose(
    context: Context,
    ranges: Ranges,
    tactical: Sleeve,
    hedge: Sleeve,
    legs: Legs,
    orders: Orders,
    t_index: np.ndarray,
    h_index: np.ndarray,
) -> Paths:
    """Compose every pair of a tactical and a hedge setting."""
    n = len(t_index)
    out = np.empty((n, TROUBLED + 1))
    vintages = np.empty((n, len(context.anchors)))
    together = joined(tactical.part, hedge.part)
    segments = context.segments
    _compose(
        Pairs(t_index, h_index, tactical.row, hedge.row),
        Tables(
            len(tactical.part.opening),
            *together,
            *(tactical.reference, tactical.counts, tactical.totals, hedge.counts, hedge.totals),
        ),
        Chain(
            segments.first,
            segments.last,
            ranges.low,
            ranges.high,
            ranges.reference,
            ranges.base,
            context.first,
            context.last,
            longest(context),
        ),
        context.terms,
        legs,
        orders,
        bin_edges(),
        np.arange(n),
        out,
        vintages,
    )
    metrics = in_years_of(context.path_sessions, out[:, :TROUBLED])
    return Paths(metrics, vintages, np.zeros((0, 0)), out[:, TROUBLED])
