"""A part of the account's life as a function of the one number that it is handed.

A part (a tactical or a hedge segment of a vintage) begins with the session in
which the core is brought back to its weight. Whatever went before reaches it
through two numbers: the equity, by which everything scales, and the core's
share of equity c, which decides what that session's gap, rebalancing and carry
cost. Write y for the difference that c makes to the equity at that session's
close. From there on units are fixed and every order is a share of equity, so
the equity of each later session is an affine function of y, as long as no
decision flips: the sign of the cash balance (interest or margin), the side of
a hedge order. Between such flips the sums of returns, of their squares and so
on are smooth in y and a Taylor polynomial of degree 3 about the middle of a
piece no wider than `WIDEST` is exact to rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.account.rules import fill_price, residue
from strategy.kernels.compiled import compiled
from strategy.sweep.composed.doors import open_part
from strategy.sweep.engine.outcomes import SCALE, SET, Legs, Orders
from strategy.sweep.engine.walk import (
    CORE,
    SHORT,
    STATE,
    TACTICAL_1,
    TACTICAL_2,
    Due,
    Terms,
    due_of,
    fill,
)

#: Widest piece, in units of the equity handed over: the next Taylor term is below 1e-15 a day.
WIDEST = 1e-3
#: More pieces than this, or an equity near zero, and the part is walked session by session.
MOST_PIECES = 40
LEAST_EQUITY = 0.05
#: Differences of y that no result can show.
_HAIR = 1e-12

# Columns of a piece.
MIDDLE = 0
END = 1  # equity at the end, affine
SHORT_END = 3  # hedge units at the end, affine
SUM = 5  # cubic each, over the sessions after the first
SUM_2 = 9
DOWN = 13
EXPOSURE = 17
TURNOVER = 21
COST = 25
TAIL_SLOPE = 29
HIGH, HIGH_AT = 30, 32  # highest equity, affine, and its session
LOW, LOW_AT = 33, 35
PEAK, PEAK_AT = 36, 40  # the worst fall inside: its peak, affine, and its low
TROUGH, TROUGH_AT = 38, 41
COLUMNS = 42


# Columns of what a sleeve's own trades add in a part's first session: equity at its close, fees
# and slippage, value traded, value of the positions beside the core.
GAIN, PAID, TRADED, NET = range(4)


class Part(NamedTuple):
    """Outcomes of one sleeve as parts: rows are outcomes, pieces lie one after the other.

    ``opening`` has the columns named above. ``left`` says whether a hedge
    outlives the part. Pieces of outcome k are ``start[k]`` to before
    ``start[k + 1]``; ``upper`` is where each ends.
    """

    opening: np.ndarray
    left: np.ndarray
    start: np.ndarray
    upper: np.ndarray
    table: np.ndarray


class Asked(NamedTuple):
    """Outcomes of one sleeve that are to become parts.

    Attributes
    ----------
    side : int
        0 tactical, 1 hedge.
    vintage : int64[outcomes]
    first, last : int64[vintages, 2]
        Sessions of the parts.
    low, high, base : float64[vintages]
        Range of y, and equity at the first close for y = 0 without the sleeve.
    threshold : float
        Daily return below which days count as tail days for `TAIL_SLOPE`.
    """

    side: int
    vintage: np.ndarray
    first: np.ndarray
    last: np.ndarray
    low: np.ndarray
    high: np.ndarray
    base: np.ndarray
    threshold: float


class Opened(NamedTuple):
    """A part after its first session.

    Equity at that close is ``base + y + gain``; ``maintenance`` as in `Orders`,
    ``threshold`` as in `Asked`.
    """

    first: int
    last: int
    base: float
    gain: float
    maintenance: float
    threshold: float


@compiled()
def _ratio(n0, n1, d0, d1, row, at):
    """Add the Taylor coefficients of (n0 + n1 y) / (d0 + d1 y) to ``row[at : at + 4]``."""
    q, e = n0 / d0, d1 / d0
    first = n1 / d0 - q * e
    row[at] += q
    row[at + 1] += first
    row[at + 2] -= first * e
    row[at + 3] += first * e * e


@compiled()
def _return(now0, now1, before0, before1, threshold, row):
    """Add one session's return to the sums of a piece."""
    e = before1 / before0
    r0 = (now0 - before0) / before0
    r1 = (now1 - before1) / before0 - r0 * e
    r2 = -r1 * e
    r3 = -r2 * e
    row[SUM] += r0
    row[SUM + 1] += r1
    row[SUM + 2] += r2
    row[SUM + 3] += r3
    s1, s2, s3 = 2.0 * r0 * r1, r1 * r1 + 2.0 * r0 * r2, 2.0 * (r0 * r3 + r1 * r2)
    row[SUM_2] += r0 * r0
    row[SUM_2 + 1] += s1
    row[SUM_2 + 2] += s2
    row[SUM_2 + 3] += s3
    if r0 < 0.0:
        row[DOWN] += r0 * r0
        row[DOWN + 1] += s1
        row[DOWN + 2] += s2
        row[DOWN + 3] += s3
    if r0 < threshold:
        row[TAIL_SLOPE] += r1


@compiled()
def _flip(a0, a1, low, high):
    """Where a0 + a1 y, y counted from `low`, changes its sign below `high`; else `high`."""
    near, far = a0 + a1 * _HAIR, a0 + a1 * (high - low)
    if (near >= 0.0) == (far >= 0.0):
        return high
    root = low - a0 / a1
    return min(max(root, low + _HAIR), high)


@compiled()
def _run(opened, low, high, centre, state, terms, legs, orders, due, taylor, row, marks):
    """Run a part for all y of an interval at once.

    Without `taylor`: find how far above `low` no decision flips, and return
    it. With it: fill `row` about `centre`; return -1 where the extremes of the
    path change hands inside the interval, -2 where the equity comes near zero or
    the margin of a short.
    """
    fee, slippage, leg, order = terms.fee, terms.slippage, due.leg, due.order
    core = state[CORE]
    tactical_1, tactical_2 = state[TACTICAL_1], state[TACTICAL_2]
    at = centre if taylor else low
    e0, e1 = opened.base + at + opened.gain, 1.0
    s0, s1 = state[SHORT], 0.0
    if taylor:
        row[:] = 0.0
        row[MIDDLE] = centre
        marks[:] = 0.0
    left, right = low - centre, high - centre
    for t in range(opened.first + 1, opened.last + 1):
        previous, now = terms.close[t - 1], terms.close[t]
        long = core + (tactical_1 + tactical_2)
        value = long * previous
        own0 = e0 - value
        if taylor:
            positive = own0 >= 0.0
        else:
            high = _flip(own0, e1, low, high)
            positive = own0 + e1 * 0.5 * (high - low) >= 0.0
        rate = terms.interest[t] if positive else terms.margin[t]
        step = now - previous
        g0 = terms.dividend[t] * value + own0 * rate + long * step
        g0 += s0 * (step - previous * terms.short[t])
        g1 = e1 * rate + s1 * (step - previous * terms.short[t])
        b0, b1 = e0, e1
        for j in range(2):
            units = tactical_1 if j == 0 else tactical_2
            if units != 0.0 and legs.exit[leg, j] == t:
                _, made, cost, traded = fill(
                    units, 0.0, legs.price[leg, j], legs.market[leg, j], now, 1.0, fee, slippage
                )
                g0 += made
                if taylor:
                    _ratio(cost, 0.0, b0, b1, row, COST)
                    _ratio(traded, 0.0, b0, b1, row, TURNOVER)
                if j == 0:
                    tactical_1 = 0.0
                else:
                    tactical_2 = 0.0
        while order < due.order_to and orders.session[order] == t:
            kind = orders.kind[order]
            raw = terms.open_[t]
            w0, w1 = 0.0, 0.0
            if kind == SET:
                w0, w1 = -orders.value[order] * b0 / previous, -orders.value[order] * b1 / previous
            elif kind == SCALE:
                w0, w1 = s0 * orders.value[order], s1 * orders.value[order]
            else:
                raw = now
            c0, c1 = w0 - s0, w1 - s1
            order += 1
            if residue(c0, w0, s0):
                continue
            if not taylor:
                high = _flip(c0, c1, low, high)
            bought = c0 > 0.0 if taylor else c0 + c1 * 0.5 * (high - low) > 0.0
            sign = 1.0 if bought else -1.0
            price = fill_price(raw, sign, slippage)
            per_unit = now - price - sign * price * fee
            g0 += c0 * per_unit
            g1 += c1 * per_unit
            if taylor:
                lost = sign * (price * fee + abs(price - raw))
                _ratio(c0 * lost, c1 * lost, b0, b1, row, COST)
                _ratio(sign * c0 * raw, sign * c1 * raw, b0, b1, row, TURNOVER)
            s0, s1 = w0, w1
        if not taylor:
            # a return that changes its sign enters or leaves the sum of squares below zero
            high = _flip(g0, g1, low, high)
        e0 += g0
        e1 += g1
        if taylor:
            least = e0 + min(e1 * left, e1 * right)
            if least < LEAST_EQUITY:
                return -2.0
            sold = s0 + min(s1 * left, s1 * right)
            held = core + (tactical_1 + tactical_2)
            if sold < 0.0 and least < opened.maintenance * (held - sold) * now:
                return -2.0
            _return(e0, e1, b0, b1, opened.threshold, row)
            net = core + (tactical_1 + tactical_2)
            _ratio((net + s0) * now, s1 * now, e0, e1, row, EXPOSURE)
            # the extremes at both ends of the interval, the middle's with their lines
            for k in range(3):
                y = left if k == 0 else right if k == 1 else 0.0
                equity = e0 + e1 * y
                mark = marks[k]
                if t == opened.first + 1 or equity > mark[0]:
                    mark[0] = equity
                    mark[1] = t
                    if k == 2:
                        row[HIGH], row[HIGH + 1], row[HIGH_AT] = e0, e1, t
                if t == opened.first + 1 or equity < mark[2]:
                    mark[2] = equity
                    mark[3] = t
                    if k == 2:
                        row[LOW], row[LOW + 1], row[LOW_AT] = e0, e1, t
                if t == opened.first + 1 or equity < mark[4] * mark[0]:
                    mark[4] = equity / mark[0]
                    mark[5] = mark[1]
                    mark[6] = t
                    if k == 2:
                        row[PEAK], row[PEAK + 1], row[PEAK_AT] = row[HIGH], row[HIGH + 1], mark[1]
                        row[TROUGH], row[TROUGH + 1], row[TROUGH_AT] = e0, e1, t
    if not taylor:
        return high
    row[END], row[END + 1] = e0, e1
    row[SHORT_END], row[SHORT_END + 1] = s0, s1
    for k in range(2):
        for column in (1, 3, 5, 6):
            if marks[k, column] != marks[2, column]:
                return -1.0
    return high


@compiled(parallel=True)
def _build(asked, terms, legs, orders, filling, start, uppers, table, opening, left, counts):
    """Split every outcome into pieces (first call), then fill their columns (second call)."""
    for outcome in prange(len(asked.vintage)):
        k = np.int64(outcome)
        v = asked.vintage[k]
        side = asked.side
        a, b = asked.first[v, side], asked.last[v, side]
        if a < 0:
            continue
        state = np.empty(STATE)
        row = np.empty(COLUMNS)
        marks = np.empty((3, 7))
        due = due_of(side, k, a, legs, orders)
        made = open_part(a, state, terms, legs, orders, due)
        due = Due(-1, due.leg, made.order, due.order_to, False, False)
        opening[k, GAIN], opening[k, PAID], opening[k, TRADED] = made.gain, made.cost, made.turnover
        opening[k, NET] = (state[TACTICAL_1] + state[TACTICAL_2] + state[SHORT]) * terms.close[a]
        left[k] = side == 1 and due.order < due.order_to and orders.session[due.order_to - 1] > b
        kept = orders.maintenance[k] if side == 1 else 0.0
        long = (state[CORE] + state[TACTICAL_1] + state[TACTICAL_2]) * terms.close[a]
        sold = state[SHORT] * terms.close[a]
        base, below, highest = asked.base[v], asked.low[v], asked.high[v]
        if sold < 0.0 and base + below + made.gain < kept * (long - sold):
            continue
        opened = Opened(a, b, base, made.gain, kept, asked.threshold)
        if filling:
            for p in range(start[k], start[k + 1]):
                middle = 0.5 * (below + uppers[p])
                _run(
                    opened, below, uppers[p], middle, state, terms, legs, orders, due, True,
                    table[p], marks,
                )  # fmt: skip
                below = uppers[p]
            continue
        pieces = 0
        while below < highest and pieces >= 0:
            top = min(highest, below + WIDEST)
            top = _run(
                opened, below, top, below, state, terms, legs, orders, due, False, row, marks
            )
            while True:
                found = _run(
                    opened, below, top, 0.5 * (below + top), state, terms, legs, orders, due, True,
                    row, marks,
                )  # fmt: skip
                if found != -1.0 or top - below <= 4.0 * _HAIR:
                    break
                top = 0.5 * (below + top)
            if found == -2.0 or pieces >= MOST_PIECES:
                pieces = -1
            else:
                uppers[k * MOST_PIECES + pieces] = top
                pieces += 1
                below = top
        counts[k] = max(pieces, 0)


def build_parts(asked: Asked, terms: Terms, legs: Legs, orders: Orders) -> Part:
    """Turn the outcomes of one sleeve into parts; those of the other sleeve are not read."""
    n = len(asked.vintage)
    opening = np.zeros((n, 4))
    left = np.zeros(n, dtype=np.bool_)
    counts = np.zeros(n, dtype=np.int64)
    uppers = np.zeros(n * MOST_PIECES)
    start = np.zeros(n + 1, dtype=np.int64)
    given = (asked, terms, legs, orders)
    nothing = np.zeros((0, COLUMNS))
    _build(*given, False, start, uppers, nothing, opening, left, counts)
    np.cumsum(counts, out=start[1:])
    at = np.repeat(np.arange(n) * MOST_PIECES, counts)
    at += np.arange(start[-1]) - np.repeat(start[:-1], counts)
    upper = uppers[at]
    table = np.zeros((int(start[-1]), COLUMNS))
    _build(*given, True, start, upper, table, opening, left, counts)
    return Part(opening, left, start, upper, table)


def joined(tactical: Part, hedge: Part) -> Part:
    """Parts of both sleeves in one table, those of the hedge behind those of the long."""
    start = np.concatenate([tactical.start, hedge.start[1:] + tactical.start[-1]])
    columns = zip(tactical, hedge, strict=True)
    both = Part(*(np.concatenate(pair) for pair in columns))
    return both._replace(start=start)
