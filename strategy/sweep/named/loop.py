"""The dense walk of plans of named legs: every variant through every session of many markets.

The arithmetic is that of `strategy.legplan.walk.walk_legs`, summed over sleeves: a
variant's holdings of a market are one long and one short number of units
between orders, and sixteen variants step side by side.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from strategy.kernels.compiled import compiled
from strategy.legplan.walk import ENTER, HOLD
from strategy.sweep.engine.bins import BINS, bin_edges, bin_of, tail_mean, tail_size
from strategy.sweep.engine.paths import TROUBLED, path_metrics
from strategy.sweep.engine.walk import (
    COST,
    EXPOSURE,
    FALL,
    PEAK,
    RUINED,
    STATE,
    SUM,
    SUM_2,
    SUM_DOWN,
    SUMS,
    TROUBLE,
    TURNOVER,
    extreme,
    fill,
    start,
)

LANES = 16
# Rows of the lanes' table, then of each market its long and its short units.
_EQUITY, _INVERSE, _RETURN = 0, LANES, 2 * LANES
_SUM, _SUM_2, _DOWN, _EXPOSURE = 3 * LANES, 4 * LANES, 5 * LANES, 6 * LANES
_PEAK, _FALL, _GAIN, _LONG, _WORTH = (
    7 * LANES,
    8 * LANES,
    9 * LANES,
    10 * LANES,
    11 * LANES,
)
_IN, _DAYS_IN = 12 * LANES, 13 * LANES
_UNITS = 14 * LANES


class Course(NamedTuple):
    """What the accounts of all variants have in common.

    Attributes
    ----------
    market_of : int64[columns]
        Market of each holding; the core's come first.
    begun : float64[cores]
        Share of equity of each holding of the core at the start.
    anchors : int64[v]
        Sessions of the calendar; the first is `first`.
    first, last : int
        Sessions of the account.
    fee, slippage : float
        Fractions a fill.
    """

    market_of: NDArray[np.int64]
    begun: NDArray[np.float64]
    anchors: NDArray[np.int64]
    first: int
    last: int
    fee: float
    slippage: float


class Sessions(NamedTuple):
    """What every session costs and pays on one calendar; row t is about the night before t.

    Attributes
    ----------
    close : float64[n, m]
        0 where a market has none yet.
    dividend : float64[n, m]
        Fraction of the value at the close before.
    interest, margin, short : float64[n]
        Of a balance, of a loan, and what a short earns less what it pays.
    stale : bool[n, m]
        Whether a close is too old to hold something on.
    """

    close: NDArray[np.float64]
    dividend: NDArray[np.float64]
    interest: NDArray[np.float64]
    margin: NDArray[np.float64]
    short: NDArray[np.float64]
    stale: NDArray[np.bool_]


class OrderTable(NamedTuple):
    """Orders of all settings, each setting's in a row.

    Attributes
    ----------
    start : int64[settings + 1]
    session, kind, column : int64[k]
    value, side, price : float64[k]
    market : bool[k]
    """

    start: NDArray[np.int64]
    session: NDArray[np.int64]
    kind: NDArray[np.int64]
    column: NDArray[np.int64]
    value: NDArray[np.float64]
    side: NDArray[np.float64]
    price: NDArray[np.float64]
    market: NDArray[np.bool_]


@compiled()
def _earn(lanes: Any, markets: int, before: Any, now: Any, dividend: Any, rates: Any) -> None:
    """What balances and holdings gain from close to close, before trades."""
    interest, margin, short = rates
    for k in range(LANES):
        lanes[_LONG + k] = 0.0
        lanes[_GAIN + k] = 0.0
    for m in range(markets):
        own = _UNITS + 2 * m * LANES
        was, step, paid = before[m], now[m] - before[m], before[m] * dividend[m]
        for k in range(LANES):
            bought, sold = lanes[own + k], lanes[own + LANES + k]
            lanes[_LONG + k] += bought * was
            lanes[_GAIN + k] += (bought - sold) * (step + paid) + sold * was * short
    for k in range(LANES):
        own_cash = lanes[_EQUITY + k] - lanes[_LONG + k]
        lanes[_GAIN + k] += max(own_cash, 0.0) * interest + min(own_cash, 0.0) * margin


@compiled()
def _book(lanes: Any, markets: int, now: Any) -> int:
    """Add gains to equity and returns to sums; 1 where a lane is extreme, 2 where one is ruined."""
    found = np.int64(0)
    for k in range(LANES):
        lanes[_WORTH + k] = 0.0
    for m in range(markets):
        own = _UNITS + 2 * m * LANES
        close = now[m]
        for k in range(LANES):
            lanes[_WORTH + k] += (lanes[own + k] - lanes[own + LANES + k]) * close
    for k in range(LANES):
        gain = lanes[_GAIN + k]
        r = gain * lanes[_INVERSE + k]
        equity = lanes[_EQUITY + k] + gain
        inverse = 1.0 / equity
        down = min(r, 0.0)
        lanes[_EQUITY + k] = equity
        lanes[_INVERSE + k] = inverse
        lanes[_RETURN + k] = r
        lanes[_SUM + k] += r
        lanes[_SUM_2 + k] += r * r
        lanes[_DOWN + k] += down * down
        lanes[_EXPOSURE + k] += lanes[_WORTH + k] * inverse
        lanes[_DAYS_IN + k] += lanes[_IN + k]
        peak = lanes[_PEAK + k]
        found |= np.int64((equity >= peak) | (equity < lanes[_FALL + k] * peak))
        found |= 2 * np.int64(equity <= 0.0)
    return int(found)


@compiled()
def _hold(lanes: Any, k: int, units: Any, market_of: Any, cores: int, markets: int) -> None:
    """Sum a lane's units by market, and note whether a leg is held."""
    for m in range(markets):
        lanes[_UNITS + 2 * m * LANES + k] = 0.0
        lanes[_UNITS + (2 * m + 1) * LANES + k] = 0.0
    held = 0.0
    for c in range(len(market_of)):
        u = units[c]
        row = 2 * market_of[c] + (1 if u < 0.0 else 0)
        lanes[_UNITS + row * LANES + k] += abs(u)
        if c >= cores and u != 0.0:
            held = 1.0
    lanes[_IN + k] = held


@compiled()
def _orders(
    t: int, k: int, lanes: Any, units: Any, pointers: Any, orders: Any, ends: Any, sessions: Any,
    market_of: Any, fee: float, slippage: float, sums: Any,
) -> int:  # fmt: skip
    """Everything that a lane trades in session `t`; the session of its next order."""
    before, gained = lanes[_EQUITY + k], 0.0
    soonest = len(sessions.close)
    for s in range(len(pointers)):
        o = pointers[s]
        while o < ends[s] and orders.session[o] == t:
            c = orders.column[o]
            m, side, raw = market_of[c], orders.side[o], orders.price[o]
            slip = slippage if orders.market[o] else 0.0
            wanted = 0.0
            if orders.kind[o] == HOLD:
                wanted = orders.value[o] * before / sessions.close[t - 1, m]
            elif orders.kind[o] == ENTER:
                # bought for, or sold short for, this share of equity after costs
                at = raw * (1.0 + side * slip) * (1.0 + side * fee)
                wanted = units[c] + side * orders.value[o] * before / at
            change, gain, cost, traded = fill(
                units[c], wanted, raw, orders.market[o], sessions.close[t, m], before, fee, slippage
            )
            if change != 0.0:
                units[c] = wanted
                gained += gain
                sums[COST] += cost
                sums[TURNOVER] += traded
            o += 1
        pointers[s] = o
        if o < ends[s]:
            soonest = min(soonest, orders.session[o])
    lanes[_GAIN + k] += gained
    return soonest


@compiled(parallel=True)
def walk_variants(
    orders: Any, rows: Any, sessions: Any, course: Any, edges: Any, least: float, which: Any,
    paths: Any, out: Any, days_in: Any, vintages: Any,
) -> None:  # fmt: skip
    """Walk the variants `which`: fills rows of `out`, `days_in`, `vintages` and, if any, `paths`.

    Parameters
    ----------
    orders : OrderTable
    rows : int64[n, sources]
        Setting of each source of orders: the core's, then one a leg.
    sessions : Sessions
    course : Course
    """
    # taken out of the record once: a look into a record within the loop counts references
    market_of, begun, anchors = course.market_of, course.begun, course.anchors
    first, last, fee, slippage = course.first, course.last, course.fee, course.slippage
    n, sources, columns = len(which), rows.shape[1], len(market_of)
    markets, cores, n_vintages = sessions.close.shape[1], len(begun), len(anchors)
    length = last - first
    size = tail_size(length)
    keep = paths.shape[0] > 0
    for group in prange((n + LANES - 1) // LANES):
        lanes = np.zeros(_UNITS + 2 * markets * LANES)
        sums = np.zeros((LANES, SUMS))
        units = np.zeros((LANES, columns))
        pointers, ends = np.zeros((LANES, sources), np.int64), np.zeros((LANES, sources), np.int64)
        event = np.full(LANES, last + 1)
        counts = np.zeros((LANES, BINS), np.int32)
        totals = np.zeros((LANES, BINS))
        scratch = np.zeros(STATE)
        offset = group * LANES
        width = min(LANES, n - offset)
        soonest = last + 1
        for k in range(LANES):
            start(scratch, sums[k], 0.0, 1.0, first)
            lanes[_EQUITY + k] = 1.0
            lanes[_INVERSE + k] = 1.0
            lanes[_PEAK + k] = 1.0
            lanes[_FALL + k] = 1.0
            if k >= width:
                continue
            for c in range(cores):
                if begun[c] != 0.0:
                    units[k, c] = begun[c] / sessions.close[first, market_of[c]]
            _hold(lanes, k, units[k], market_of, cores, markets)
            for s in range(sources):
                row = rows[which[offset + k], s]
                o, end = orders.start[row], orders.start[row + 1]
                while o < end and orders.session[o] <= first:
                    o += 1
                pointers[k, s], ends[k, s] = o, end
                if o < end:
                    event[k] = min(event[k], orders.session[o])
            soonest = min(soonest, event[k])
        v = 0
        for t in range(first + 1, last + 1):
            while v < n_vintages and anchors[v] == t - 1:
                for k in range(width):
                    vintages[which[offset + k], v] = lanes[_EQUITY + k]
                v += 1
            now = sessions.close[t]
            rates = (sessions.interest[t], sessions.margin[t], sessions.short[t])
            _earn(lanes, markets, sessions.close[t - 1], now, sessions.dividend[t], rates)
            if t == soonest:
                soonest = last + 1
                for k in range(width):
                    if event[k] == t:
                        event[k] = _orders(
                            t, k, lanes, units[k], pointers[k], orders, ends[k], sessions,
                            market_of, fee, slippage, sums[k],
                        )  # fmt: skip
                        _hold(lanes, k, units[k], market_of, cores, markets)
                    soonest = min(soonest, event[k])
            found = _book(lanes, markets, now)
            if found & 1:
                for k in range(width):
                    equity, peak = lanes[_EQUITY + k], lanes[_PEAK + k]
                    if equity >= peak or equity < lanes[_FALL + k] * peak:
                        extreme(equity, t, sums[k])
                        lanes[_PEAK + k] = sums[k, PEAK]
                        lanes[_FALL + k] = sums[k, FALL]
            if found & 2:
                for k in range(width):
                    if lanes[_EQUITY + k] <= 0.0:
                        sums[k, TROUBLE] = RUINED
            for m in range(markets):
                if sessions.stale[t, m]:
                    for k in range(width):
                        own = _UNITS + 2 * m * LANES + k
                        if lanes[own] + lanes[own + LANES] != 0.0:
                            # a single run says what is wrong
                            sums[k, TROUBLE] = RUINED
            for k in range(width):
                r = lanes[_RETURN + k]
                if r < least:
                    b = bin_of(r)
                    counts[k, b] += 1
                    totals[k, b] += r
            if keep:
                for k in range(width):
                    paths[offset + k, t - first - 1] = lanes[_RETURN + k]
        for k in range(width):
            i = which[offset + k]
            # anchored on the last session, or after it: nothing is held from there on
            for j in range(v, n_vintages):
                vintages[i, j] = lanes[_EQUITY + k]
            for j in range(n_vintages):
                ends_at = vintages[i, j + 1] if j + 1 < n_vintages else lanes[_EQUITY + k]
                lasts = anchors[j + 1] if j + 1 < n_vintages else last
                vintages[i, j] = ends_at / vintages[i, j] - 1.0 if anchors[j] < lasts else np.nan
            sums[k, SUM] = lanes[_SUM + k]
            sums[k, SUM_2] = lanes[_SUM_2 + k]
            sums[k, SUM_DOWN] = lanes[_DOWN + k]
            sums[k, EXPOSURE] = lanes[_EXPOSURE + k]
            days_in[i] = lanes[_DAYS_IN + k]
            path_metrics(lanes[_EQUITY + k], sums[k], length, last, out[i])
            out[i, 8], out[i, 12] = tail_mean(counts[k], totals[k], size, edges)


def empty_paths(n: int, vintages: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arrays that `walk_variants` fills: figures, sessions with a leg, returns by vintage."""
    return np.empty((n, TROUBLED + 1)), np.zeros(n), np.full((n, vintages), np.nan)


__all__ = ["Course", "OrderTable", "Sessions", "bin_edges", "empty_paths", "walk_variants"]
