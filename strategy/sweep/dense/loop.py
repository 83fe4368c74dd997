"""The dense loop: every variant walks every session, whatever its sleeves do at the same time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import prange

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.bins import BINS, TAIL, bin_edges, bin_of, tail_mean, tail_size
from strategy.sweep.engine.context import Context
from strategy.sweep.engine.outcomes import Hedges, Pairs, Tactical
from strategy.sweep.engine.paths import CVAR, TROUBLED, Paths, in_years_of, path_metrics
from strategy.sweep.engine.walk import (
    CORE,
    COST,
    EXPOSURE,
    FALL,
    PEAK,
    RUINED,
    SHORT,
    STATE,
    SUM,
    SUM_2,
    SUM_DOWN,
    SUMS,
    TACTICAL_1,
    TACTICAL_2,
    TROUBLE,
    TURNOVER,
    Due,
    bought,
    extreme,
    next_event,
    settle,
    start,
)

#: Variants that step through the sessions side by side: one dependency chain each, so that
#: the processor need not wait for one session to end before it works on the next variant's.
LANES = 16
#: Groups of lanes that one thread takes at a time.
GROUPS = 4

# Rows of the lanes' table. One array, so that the compiler sees that rows do not overlap.
_EQUITY = 0
_LONG = 1 * LANES
_NET = 2 * LANES
_SHORT = 3 * LANES
_INVERSE = 4 * LANES
_RETURN = 5 * LANES
_SUM = 6 * LANES
_SUM_2 = 7 * LANES
_DOWN = 8 * LANES
_EXPOSURE = 9 * LANES
_PEAK = 10 * LANES
_FALL = 11 * LANES
_GAIN = 12 * LANES
_MAINTENANCE = 13 * LANES
_ROWS = 14


class Days(NamedTuple):
    """Sessions of the account: of each vintage, and the first and last of all."""

    anchors: np.ndarray
    hedge_first: np.ndarray
    first: int
    last: int


@compiled()
def _earn(lanes, terms, t):
    """What each lane's balances and positions gain from close to close, before trades."""
    previous = terms.close[t - 1]
    step = terms.close[t] - previous
    dividend, interest = terms.dividend[t], terms.interest[t]
    margin, short = terms.margin[t], terms.short[t]
    for k in range(LANES):
        value = lanes[_LONG + k] * previous
        own = lanes[_EQUITY + k] - value
        # without a branch, so that lanes fit into vector registers; one of the two terms is 0
        earned = max(own, 0.0) * interest + min(own, 0.0) * margin
        carry = dividend * value - lanes[_SHORT + k] * previous * short + earned
        lanes[_GAIN + k] = lanes[_NET + k] * step + carry


@compiled()
def _book(lanes, now):
    """Add each lane's gain to its equity and its return to its sums.

    Returns 1 where the equity of any lane is extreme, 2 where any is in
    trouble, 3 for both, else 0.
    """
    found = np.int64(0)
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
        lanes[_EXPOSURE + k] += lanes[_NET + k] * now * inverse
        peak = lanes[_PEAK + k]
        found |= np.int64((equity >= peak) | (equity < lanes[_FALL + k] * peak))
        # below the margin of a short, or nothing left: both are rare
        short = lanes[_SHORT + k]
        needed = lanes[_MAINTENANCE + k] * (lanes[_LONG + k] - short) * now
        found |= 2 * np.int64(((short < 0.0) & (equity < needed)) | (equity <= 0.0))
    return found


@compiled(parallel=True)
def _dense(pairs, days, terms, legs, orders, edges, least, rows, paths, out, vintages):
    t_index, h_index, t_row, h_row = pairs
    anchors, hedge_first, first, last = days
    core_weight = terms.core_weight
    n, n_vintages = len(t_index), len(anchors)
    sessions = last - first
    size = tail_size(sessions)
    keep = paths.shape[0] > 0
    groups = (n + LANES - 1) // LANES
    for block in prange((groups + GROUPS - 1) // GROUPS):
        lanes = np.zeros(_ROWS * LANES)
        state = np.zeros((LANES, STATE))
        sums = np.zeros((LANES, SUMS))
        counts = np.zeros((LANES, BINS), dtype=np.int32)
        totals = np.zeros((LANES, BINS))
        for group in range(block * GROUPS, min(groups, (block + 1) * GROUPS)):
            offset = group * LANES
            width = min(LANES, n - offset)
            lanes[:] = 0.0
            counts[:] = 0
            totals[:] = 0.0
            leg = np.zeros(LANES, dtype=np.int64)
            entry = np.full(LANES, -1)
            order = np.zeros(LANES, dtype=np.int64)
            order_to = np.zeros(LANES, dtype=np.int64)
            wait_from = np.zeros(LANES, dtype=np.int64)
            wait_to = np.zeros(LANES, dtype=np.int64)
            event = np.zeros(LANES, dtype=np.int64)
            called = np.zeros(LANES, dtype=np.bool_)
            barred = np.zeros(LANES, dtype=np.bool_)
            for k in range(LANES):
                start(
                    state[k], sums[k], core_weight if k < width else 0.0, terms.close[first], first
                )
                lanes[_EQUITY + k] = 1.0
                lanes[_INVERSE + k] = 1.0
                lanes[_LONG + k] = state[k, CORE]
                lanes[_NET + k] = state[k, CORE]
                lanes[_PEAK + k] = 1.0
                lanes[_FALL + k] = 1.0
            for v in range(n_vintages):
                begin = anchors[v] + 1
                stop = min(anchors[v + 1] if v + 1 < n_vintages else last, last)
                # the core is held from the first anchor on; later ones bring it back to its weight
                hold = begin if v > 0 and core_weight > 0.0 else -1
                own = hedge_first[v]
                late = hedge_first[v - 1] if v > 0 else -1
                if core_weight == 0.0:
                    own, late = -1, -1
                if not begin <= own <= stop:
                    own = -1
                if not begin <= late <= stop:
                    late = -1
                soonest = stop + 1
                for k in range(width):
                    leg[k] = t_row[t_index[offset + k], v]
                    entry[k] = begin if bought(legs, leg[k]) else -1
                    # what is left of the hedge before comes first, then this vintage's own
                    row = h_row[h_index[offset + k], v]
                    wait_from[k], wait_to[k] = orders.start[row], orders.start[row + 1]
                    if v == 0:
                        order[k], order_to[k] = 0, 0
                    if order[k] >= order_to[k]:
                        order[k], order_to[k] = wait_from[k], wait_to[k]
                        wait_from[k] = wait_to[k]
                        barred[k] = False
                        if order[k] < order_to[k]:
                            lanes[_MAINTENANCE + k] = orders.maintenance[row]
                    event[k] = next_event(
                        begin,
                        stop,
                        hold if own < 0 else min(hold, own) if hold >= 0 else own,
                        late,
                        legs,
                        orders,
                        Due(entry[k], leg[k], order[k], order_to[k], called[k], barred[k]),
                    )
                    if called[k]:
                        event[k] = begin
                    soonest = min(soonest, event[k])
                    vintages[rows[offset + k], v] = lanes[_EQUITY + k]
                for t in range(begin, stop + 1):
                    now = terms.close[t]
                    _earn(lanes, terms, t)
                    if t == soonest:
                        soonest = stop + 1
                        for k in range(width):
                            if event[k] == t:
                                made = settle(
                                    t,
                                    state[k],
                                    lanes[_EQUITY + k],
                                    t in (hold, own, late),
                                    terms,
                                    legs,
                                    orders,
                                    Due(
                                        entry[k],
                                        leg[k],
                                        order[k],
                                        order_to[k],
                                        called[k],
                                        barred[k],
                                    ),
                                )
                                order[k], barred[k] = made.order, made.barred
                                called[k] = False
                                lanes[_GAIN + k] += made.gain
                                sums[k, COST] += made.cost
                                sums[k, TURNOVER] += made.turnover
                                long = state[k, CORE] + (
                                    state[k, TACTICAL_1] + state[k, TACTICAL_2]
                                )
                                lanes[_LONG + k] = long
                                lanes[_SHORT + k] = state[k, SHORT]
                                lanes[_NET + k] = long + state[k, SHORT]
                                if order[k] >= order_to[k] and wait_from[k] < wait_to[k]:
                                    order[k], order_to[k] = wait_from[k], wait_to[k]
                                    wait_from[k] = wait_to[k]
                                    barred[k] = False
                                event[k] = next_event(
                                    t + 1,
                                    stop,
                                    own,
                                    late,
                                    legs,
                                    orders,
                                    Due(-1, leg[k], order[k], order_to[k], False, barred[k]),
                                )
                            soonest = min(soonest, event[k])
                    found = _book(lanes, now)
                    if found & 1:
                        for k in range(width):
                            equity, peak = lanes[_EQUITY + k], lanes[_PEAK + k]
                            if equity >= peak or equity < lanes[_FALL + k] * peak:
                                extreme(equity, t, sums[k])
                                lanes[_PEAK + k] = sums[k, PEAK]
                                lanes[_FALL + k] = sums[k, FALL]
                    if found & 2:
                        for k in range(width):
                            equity, short = lanes[_EQUITY + k], lanes[_SHORT + k]
                            if equity <= 0.0:
                                sums[k, TROUBLE] = RUINED
                            needed = lanes[_MAINTENANCE + k] * (lanes[_LONG + k] - short) * now
                            if short < 0.0 and equity < needed:
                                called[k] = True
                                event[k] = t + 1
                                soonest = min(soonest, event[k])
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
                    i = rows[offset + k]
                    grown = lanes[_EQUITY + k] / vintages[i, v] - 1.0
                    vintages[i, v] = grown if begin <= stop else np.nan
            for k in range(width):
                sums[k, SUM] = lanes[_SUM + k]
                sums[k, SUM_2] = lanes[_SUM_2 + k]
                sums[k, SUM_DOWN] = lanes[_DOWN + k]
                sums[k, EXPOSURE] = lanes[_EXPOSURE + k]
                i = rows[offset + k]
                path_metrics(lanes[_EQUITY + k], sums[k], sessions, last, out[i])
                out[i, 8], out[i, 12] = tail_mean(counts[k], totals[k], size, edges)


def dense(
    context: Context,
    tactical: Tactical,
    hedges: Hedges,
    t_index: np.ndarray,
    h_index: np.ndarray,
    *,
    paths: bool = False,
) -> Paths:
    """Walk every pair of a tactical and a hedge setting.

    Parameters
    ----------
    context : Context
    tactical, hedges
        Resolved settings.
    t_index, h_index : int64[n]
        Their rows, one pair a variant.
    paths : bool, optional
        Keep the daily returns.
    """
    n, sessions = len(t_index), context.sessions_counted
    out = np.empty((n, TROUBLED + 1))
    vintages = np.empty((n, len(context.anchors)))
    daily = np.zeros((n if paths else 0, sessions))
    edges = bin_edges()
    days = Days(context.anchors, context.hedge_first, context.first, context.last)

    def run(which: np.ndarray, least: float, keep: np.ndarray) -> None:
        _dense(
            Pairs(
                np.ascontiguousarray(t_index[which]),
                np.ascontiguousarray(h_index[which]),
                tactical.row,
                hedges.row,
            ),
            days,
            context.terms,
            tactical.legs,
            hedges.orders,
            edges,
            least,
            which,
            keep,
            out,
            vintages,
        )

    run(np.arange(n), _least(context, edges), daily)
    # few falling days: the tail reaches beyond what was counted
    again = np.flatnonzero(np.isnan(out[:, CVAR]))
    if len(again):
        run(again, np.inf, daily[:0])
    metrics = in_years_of(context.path_sessions, out[:, :TROUBLED])
    return Paths(metrics, vintages, daily, out[:, TROUBLED])


def _least(context: Context, edges: np.ndarray) -> float:
    """An edge of a bin that three times the tail of the core's returns lies below."""
    close = context.terms.close[context.first : context.last + 1]
    moves = context.terms.core_weight * (close[1:] / close[:-1] - 1.0)
    reach = float(np.quantile(moves, 3.0 * TAIL))
    return float(edges[np.searchsorted(edges, reach, side="right") - 1]) if reach < 0.0 else np.inf
