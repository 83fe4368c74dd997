"""Paths out of parts: a grid of two sleeves at the price of its rows and columns.

A variant is a chain of parts, each handed one number by the part before
(`strategy.sweep.pieces`). Where the hedge of one vintage is still held when
the next vintage's tactical leg begins, and where the number falls outside the
range that was prepared, that part is walked session by session instead. Both
give what the dense loop gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.sweep.bins import BINS, TAIL, bin_edges, bin_of
from strategy.sweep.compiled import compiled
from strategy.sweep.context import Context
from strategy.sweep.dense import TROUBLED, Paths, path_metrics, tail_size
from strategy.sweep.outcomes import Hedges, Legs, Orders, Tactical
from strategy.sweep.pieces import (
    COST,
    DOWN,
    END,
    EXPOSURE,
    HIGH,
    HIGH_AT,
    LOW,
    LOW_AT,
    MIDDLE,
    PEAK,
    PEAK_AT,
    SHORT_END,
    SUM,
    SUM_2,
    TAIL_SLOPE,
    TROUGH,
    TROUGH_AT,
    TURNOVER,
    Part,
    build_parts,
    enter,
    joined,
    open_part,
)
from strategy.sweep.walk import (
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
    bought,
    extreme,
    start,
    walk,
)
from strategy.sweep.walk import PEAK as HIGHEST
from strategy.sweep.walk import PEAK_AT as HIGHEST_AT

#: How much wider than the sampled range of c the prepared range is.
MARGIN = 0.25
#: Sessions walked at a time when a date is looked up.
STRETCH = 32
#: Variants that one thread takes at a time.
BLOCK = 64
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


# Columns of a part's door: what its first session makes of the core's share.
_FLAT, _SHARE, _LENDS, _BORROWS, _BUYS, _SELLS, _BUY_COST, _SELL_COST, _TRADED = range(9)
_DOOR = 9


@compiled()
def _door(t, bars, fee, slippage, hold, out):
    """The first session of a part as numbers: `enter` without its branches, see `_pass`."""
    previous, now, raw = bars.close[t - 1], bars.close[t], bars.open_[t]
    out[:] = 0.0
    out[_FLAT] = 1.0
    out[_SHARE] = now / previous - 1.0 + bars.dividend[t]
    out[_LENDS] = bars.interest[t]
    out[_BORROWS] = bars.margin[t]
    if hold:
        buy, sell = raw * (1.0 + slippage), raw * (1.0 - slippage)
        out[_BUYS] = (now - buy - buy * fee) / previous
        out[_SELLS] = (sell - now - sell * fee) / previous
        out[_BUY_COST] = (buy * fee + abs(buy - raw)) / previous
        out[_SELL_COST] = (sell * fee + abs(sell - raw)) / previous
        out[_TRADED] = raw / previous


@compiled()
def _pass(doors, v, side, c, core_weight):
    """Equity, cost and turnover of the first session for a core's share of `c`."""
    own = 1.0 - c
    buys, sells = max(core_weight - c, 0.0), max(c - core_weight, 0.0)
    equity = doors[v, side, _FLAT] + c * doors[v, side, _SHARE]
    equity += max(own, 0.0) * doors[v, side, _LENDS] + min(own, 0.0) * doors[v, side, _BORROWS]
    equity += buys * doors[v, side, _BUYS] + sells * doors[v, side, _SELLS]
    cost = buys * doors[v, side, _BUY_COST] + sells * doors[v, side, _SELL_COST]
    return equity, cost, (buys + sells) * doors[v, side, _TRADED]


@compiled(parallel=True)
def _references(
    vintage, segments, reference, base, legs, orders, bars, fee, slippage, core_weight, longest, out
):  # fmt: skip
    """Returns of each tactical outcome at the reference, its first session left out."""
    for outcome in prange(len(vintage)):
        k = np.int64(outcome)
        v = vintage[k]
        a, b = segments.first[v, 0], segments.last[v, 0]
        if a < 0:
            continue
        buffer = np.empty(longest)
        _reference_walk(
            0, k, a, b, reference[v], base[v], np.empty(STATE), np.zeros(SUMS), buffer, legs,
            orders, bars, fee, slippage, core_weight,
        )  # fmt: skip
        out[k, : b - a] = buffer[: b - a]


@compiled(parallel=True)
def _end_shares(
    side, v, rows, segments, lows, highs, bases, legs, orders, bars, fee, slippage, core_weight, out
):  # fmt: skip
    """The core's share at the end of a part, for both ends of the range of y, per outcome."""
    a, b = segments.first[v, side], segments.last[v, side]
    for i in prange(len(rows)):
        k = rows[i]
        leg = k if side == 0 else -1
        state = np.empty(STATE)
        sums = np.zeros(SUMS)
        buffer = np.empty(b - a + 1)
        entry = -1
        if bought(legs, leg):
            entry = a
        for end in range(2):
            order = orders.start[k] if side == 1 else 0
            order_to = orders.start[k + 1] if side == 1 else 0
            made, _, _, order, _ = open_part(
                a, state, bars, fee, slippage, core_weight, entry, legs, leg, orders, order,
                order_to,
            )  # fmt: skip
            state[EQUITY] = bases[v] + (lows[v] if end == 0 else highs[v]) + made
            walk(
                a + 1, b, state, sums, buffer, bars, fee, slippage, core_weight, -1, -1,
                legs, leg,
                orders, order, order_to, 0.0,
            )  # fmt: skip
            out[i, end] = state[CORE] * bars.close[b] / state[EQUITY]


@compiled(parallel=True)
def _histograms(
    side, row, segments, reference, base, legs, orders, bars, fee, slippage, core_weight, longest,
    counts, totals,
):  # fmt: skip
    """Cumulative histogram of each setting's returns at the reference, first sessions left out."""
    for s in prange(row.shape[0]):
        state = np.empty(STATE)
        sums = np.zeros(SUMS)
        buffer = np.empty(longest)
        for v in range(row.shape[1]):
            a, b = segments.first[v, side], segments.last[v, side]
            if a < 0:
                continue
            _reference_walk(
                side, row[s, v], a, b, reference[v], base[v], state, sums, buffer, legs, orders,
                bars, fee, slippage, core_weight,
            )  # fmt: skip
            for t in range(b - a):
                k = bin_of(buffer[t])
                counts[s, k] += 1
                totals[s, k] += buffer[t]
        for k in range(1, BINS):
            counts[s, k] += counts[s, k - 1]
            totals[s, k] += totals[s, k - 1]


@compiled()
def _reference_walk(
    side, k, a, b, y, base, state, sums, buffer, legs, orders, bars, fee, slippage, core_weight
):
    """Returns of an outcome's part after its first session, at the reference, into `buffer`."""
    leg = k if side == 0 else -1
    order = orders.start[k] if side == 1 else 0
    order_to = orders.start[k + 1] if side == 1 else 0
    entry = -1
    if bought(legs, leg):
        entry = a
    made, _, _, order, _ = open_part(
        a, state, bars, fee, slippage, core_weight, entry, legs, leg, orders, order, order_to,
    )  # fmt: skip
    state[EQUITY] = base + y + made
    walk(
        a + 1, b, state, sums, buffer, bars, fee, slippage, core_weight, -1, -1,
        legs, leg,
        orders, order, order_to, 0.0,
    )  # fmt: skip


@compiled()
def _cubic(table, p, at, y):
    return table[p, at] + y * (table[p, at + 1] + y * (table[p, at + 2] + y * table[p, at + 3]))


@compiled()
def _reach(tc, hc, size):
    """First bin at which two cumulative histograms hold `size` returns; the last one otherwise."""
    low, high = 0, BINS - 1
    while low < high:
        middle = (low + high) // 2
        if tc[middle] + hc[middle] >= size:
            high = middle
        else:
            low = middle + 1
    return low


@compiled()
def _tail(tc, tt, hc, ht, bins, values, signs, closest, n, size, edges):
    """Mean of the lowest `size` returns, as `strategy.sweep.dense.tail_mean`, from three sources.

    Two cumulative histograms, and `n` single returns that count once more (sign
    1) or once less (sign -1).
    """
    more, fewer = 0, 0
    for k in range(n):
        if signs[k] > 0:
            more += 1
        else:
            fewer += 1
    # where the histograms alone put the end, whichever way the single returns fall
    low = _reach(tc, hc, size - more)
    high = _reach(tc, hc, size + fewer)
    known, near = 0, 0
    for k in range(n):
        if bins[k] < low:
            known += signs[k]
        elif bins[k] <= high:
            closest[near] = k
            near += 1
    while low < high:
        middle = (low + high) // 2
        count = tc[middle] + hc[middle] + known
        for j in range(near):
            if bins[closest[j]] <= middle:
                count += signs[closest[j]]
        if count >= size:
            high = middle
        else:
            low = middle + 1
    below_count, below = 0, 0.0
    if low > 0:
        below_count = tc[low - 1] + hc[low - 1]
        below = tt[low - 1] + ht[low - 1]
    here_count = tc[low] + hc[low] - below_count
    here = tt[low] + ht[low] - below
    for k in range(n):
        if bins[k] < low:
            below_count += signs[k]
            below += signs[k] * values[k]
        elif bins[k] == low:
            here_count += signs[k]
            here += signs[k] * values[k]
    left = size - below_count
    width = edges[low + 1] - edges[low]
    off = left * (here_count - left) / here_count * width / size
    return (below + left * here / here_count) / size, off


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


@compiled(parallel=True)
def _compose(
    t_index, h_index, t_row, t_reference, t_counts, t_totals, h_row, h_counts, h_totals,
    hedges_from, gains, costs, traded_at_open, nets, left, starts, uppers, table, legs, orders,
    bars, fee, slippage, core_weight, segments, low, high, reference, base,
    first, last, longest, edges, rows, out, vintages,
):  # fmt: skip
    n, n_vintages = len(t_index), segments.first.shape[0]
    sessions = last - first
    size = tail_size(sessions)
    doors = np.empty((n_vintages, 2, _DOOR))
    for v in range(n_vintages):
        for side in range(2):
            if segments.first[v, side] >= 0:
                hold = core_weight > 0.0 and (v > 0 or side == 1)
                _door(segments.first[v, side], bars, fee, slippage, hold, doors[v, side])
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
            start(state, sums, core_weight, bars.close[first], first)
            equity, share, short = 1.0, core_weight, 0.0
            single = 0
            slope, blur = 0.0, 0.0
            sum_1, sum_2, sum_down, exposure, turnover, cost = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            order, order_to, kept = 0, 0, 0.0
            pending = -1
            for v in range(n_vintages):
                at_anchor = equity
                for side in range(2):
                    a, b = segments.first[v, side], segments.last[v, side]
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
                        entered, paid, traded = _pass(doors, v, side, share, core_weight)
                        y = entered - base[v, side]
                        if low[v, side] <= y <= high[v, side]:
                            piece = starts[at]
                            while piece < starts[at + 1] and uppers[piece] < y:
                                piece += 1
                    if piece < starts[at + 1]:
                        dy = y - table[piece, MIDDLE]
                        ratio = entered + gains[at]
                        r = ratio - 1.0
                        now = bars.close[a]
                        units = (core_weight if hold else share) / bars.close[a - 1]
                        down = min(r, 0.0)
                        sum_1 += r + _cubic(table, piece, SUM, dy)
                        sum_2 += r * r + _cubic(table, piece, SUM_2, dy)
                        sum_down += down * down + _cubic(table, piece, DOWN, dy)
                        exposure += (units * now + nets[at]) / ratio + _cubic(
                            table, piece, EXPOSURE, dy
                        )
                        turnover += traded + traded_at_open[at] + _cubic(table, piece, TURNOVER, dy)
                        cost += paid + costs[at] + _cubic(table, piece, COST, dy)
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
                        share = units * bars.close[b] * inverse
                        short = (
                            table[piece, SHORT_END] + table[piece, SHORT_END + 1] * dy
                        ) * inverse
                        equity *= ending
                    else:
                        # the hedge of the vintage before is still on, or y is out of range
                        state[:] = 0.0
                        state[EQUITY] = equity
                        state[CORE] = share * equity / bars.close[a - 1]
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
                            a, b, state, sums, buffer, bars, fee, slippage, core_weight,
                            a if hold else -1, entry, legs, leg, orders, order, order_to, kept,
                        )  # fmt: skip
                        if sums[FALL_LOW_AT] != known_low:
                            pending = -1
                        for t in range(b - a + 1):
                            bins[single], values[single] = bin_of(buffer[t]), buffer[t]
                            signs[single] = 1
                            single += 1
                        equity = state[EQUITY]
                        share = state[CORE] * bars.close[b] / equity
                        short = state[SHORT] / equity
                        # the histogram holds its returns at the reference: take them out
                        if side == 0:
                            buffer[: b - a] = t_reference[k, : b - a]
                        else:
                            _reference_walk(
                                side, k, a, b, reference[v, side], base[v, side], state, scratch,
                                buffer, legs, orders, bars, fee, slippage, core_weight,
                            )  # fmt: skip
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
                if anchors_without(segments, v):
                    vintages[i, v] = np.nan
            if pending >= 0:
                sums[FALL_END_AT] = _back_at(
                    pending, sums[FALL_PEAK], sums[FALL_LOW_AT], opened, t_row[t_index[i]],
                    h_row[h_index[i]], segments, state, scratch, buffer, legs, orders, bars, fee,
                    slippage, core_weight,
                )  # fmt: skip
            sums[0] += sum_1
            sums[1] += sum_2
            sums[2] += sum_down
            sums[3] += exposure
            sums[4] += turnover
            sums[5] += cost
            path_metrics(equity, sums, sessions, last, out[rows[i]])
            tail, off = _tail(
                t_counts[t_index[i]], t_totals[t_index[i]], h_counts[h_index[i]],
                h_totals[h_index[i]], bins, values, signs, closest, single, size,
                edges,
            )  # fmt: skip
            out[rows[i], 8] = tail + slope / size
            out[rows[i], 12] = off + 2.0 * blur / size


@compiled()
def anchors_without(segments, v):
    """Whether the data end at the vintage's anchor."""
    return segments.first[v, 0] < 0 and segments.first[v, 1] < 0


@compiled()
def _back_at(
    pending, level, after, opened, t_row, h_row, segments, state, sums, buffer, legs, orders,
    bars, fee, slippage, core_weight,
):  # fmt: skip
    """Session in which the equity is back at `level`, in the part known to hold it."""
    v, side = pending // 2, pending % 2
    a, b = segments.first[v, side], segments.last[v, side]
    equity, share = opened[pending, 0], opened[pending, 1]
    state[:] = 0.0
    state[EQUITY] = equity
    state[CORE] = share * equity / bars.close[a - 1]
    entry, leg, order, order_to = -1, -1, 0, 0
    if side == 0:
        leg = t_row[v]
        if bought(legs, leg):
            entry = a
    else:
        order, order_to = orders.start[h_row[v]], orders.start[h_row[v] + 1]
    hold = a if core_weight > 0.0 and (v > 0 or side == 1) else -1
    best, best_at = 0.0, b
    for t0 in range(a, b + 1, STRETCH):
        t1 = min(b, t0 + STRETCH - 1)
        walk(
            t0, t1, state, sums, buffer, bars, fee, slippage, core_weight, hold, entry,
            legs, leg,
            orders, order, order_to, 0.0,
        )  # fmt: skip
        while order < order_to and orders.session[order] <= t1:
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


def make_ranges(context: Context, tactical: Tactical, hedges: Hedges) -> Ranges:
    """Prepare for what the settings of a sample hand to each other.

    A number outside its range costs time, not exactness: that part is walked.
    """
    segments = (context.segments.first, context.segments.last)
    n = len(context.anchors)
    low, high, reference, base = (np.zeros((n, 2)) for _ in range(4))
    cost = (context.bars, context.fee, context.slippage, context.core_weight)
    weight = context.core_weight
    shares = (weight, weight)
    for v in range(n):
        for side in range(2):
            a = context.segments.first[v, side]
            if a < 0:
                continue
            hold = weight > 0.0 and (v > 0 or side == 1)
            base[v, side] = enter(weight, a, *cost, hold)[0]
            turns = [c for c in (1.0, weight) if shares[0] < c < shares[1]]
            at = [enter(c, a, *cost, hold)[0] - base[v, side] for c in (*shares, *turns)]
            reference[v, side] = 0.5 * (min(at) + max(at))
            spare = MARGIN * (max(at) - min(at)) + 1e-6
            low[v, side], high[v, side] = min(at) - spare, max(at) + spare
            sleeve = tactical if side == 0 else hedges
            rows = np.flatnonzero(sleeve.vintage == v)
            out = np.empty((len(rows), 2))
            _end_shares(
                side, v, rows, Spans(*segments), low[:, side].copy(), high[:, side].copy(),
                base[:, side].copy(), tactical.legs, hedges.orders, *cost, out,
            )  # fmt: skip
            shares = (float(out.min()), float(out.max()))
    step = context.bars.close[context.first + 1 : context.last + 1]
    moves = weight * (step / context.bars.close[context.first : context.last] - 1.0)
    return Ranges(low, high, reference, base, float(np.quantile(moves, TAIL)))


def make_sleeve(context: Context, ranges: Ranges, side: int, settings: Tactical | Hedges) -> Sleeve:
    """Parts and histograms of one sleeve's settings; `side` is 0 for tactical, 1 for hedge."""
    legs = settings.legs if isinstance(settings, Tactical) else NO_LEGS
    orders = settings.orders if isinstance(settings, Hedges) else NO_ORDERS
    spans = Spans(context.segments.first, context.segments.last)
    cost = (context.bars, context.fee, context.slippage, context.core_weight)
    low, high, base = (
        np.ascontiguousarray(a[:, side]) for a in (ranges.low, ranges.high, ranges.base)
    )
    part = build_parts(
        side, settings.vintage, spans, low, high, base, legs, orders, *cost, ranges.threshold,
    )  # fmt: skip
    n = settings.row.shape[0]
    counts, totals = np.zeros((n, BINS), dtype=np.int32), np.zeros((n, BINS))
    _histograms(
        side, settings.row, spans, np.ascontiguousarray(ranges.reference[:, side]), base,
        legs, orders, *cost, _longest(context), counts, totals,
    )  # fmt: skip
    returns = np.zeros((len(settings.vintage) if side == 0 else 0, _longest(context, 0)))
    if side == 0:
        _references(
            settings.vintage, spans, np.ascontiguousarray(ranges.reference[:, 0]), base,
            legs, orders, *cost, _longest(context), returns,
        )  # fmt: skip
    return Sleeve(settings.row, part, returns, counts, totals)


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
    _compose(
        t_index, h_index, tactical.row, tactical.reference, tactical.counts, tactical.totals,
        hedge.row, hedge.counts, hedge.totals, len(tactical.part.gain), *together, legs, orders,
        context.bars,
        context.fee, context.slippage, context.core_weight,
        Spans(context.segments.first, context.segments.last), ranges.low, ranges.high,
        ranges.reference, ranges.base, context.first, context.last, _longest(context),
        bin_edges(), np.arange(n), out, vintages,
    )  # fmt: skip
    return Paths(out[:, :TROUBLED], vintages, np.zeros((0, 0)), out[:, TROUBLED])


def _longest(context: Context, side: int | None = None) -> int:
    sessions = context.segments.last - context.segments.first + 1
    return int(np.max(sessions if side is None else sessions[:, side]))
