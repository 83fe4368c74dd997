"""The dense walk: one account, session by session, that keeps no path.

The arithmetic is that of `strategy.account.account`, whose account starts with the
same units and executes the same instructions; here orders come from compact
tables, and what a path is wanted for is added up on the way. Money is counted
in shares of the starting capital.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.outcomes import SCALE, SET

#: Units below: state of an account at a close.
EQUITY, CORE, TACTICAL_1, TACTICAL_2, SHORT = range(5)
STATE = 5

#: Running figures of a path.
(
    SUM,  # of daily returns
    SUM_2,  # of their squares
    SUM_DOWN,  # of the squares of the negative ones
    EXPOSURE,  # of (core + tactical + hedge) / equity at each close
    TURNOVER,  # of |value traded at raw prices| / equity of the close before
    COST,  # of (fees + slippage) / equity of the close before
    PEAK,  # highest equity so far
    PEAK_AT,  # its session
    FALL,  # lowest equity / peak so far
    FALL_PEAK,  # the peak of that fall
    FALL_PEAK_AT,
    FALL_LOW_AT,
    FALL_END_AT,  # first session back at that peak; -1 while under water
    TROUBLE,  # NO_TROUBLE, or what this walk cannot follow
) = range(14)
SUMS = 14

#: The short's margin was called; the equity is used up.
NO_TROUBLE, CALLED, RUINED = 0.0, 1.0, 2.0


class Bars(NamedTuple):
    """What a context's sessions hold, as arrays for the kernels.

    ``dividend``, ``interest``, ``margin`` and ``short`` are what one unit of
    money in a balance earns (or costs) from the close before to this close.
    """

    open_: np.ndarray
    close: np.ndarray
    dividend: np.ndarray
    interest: np.ndarray
    margin: np.ndarray
    short: np.ndarray


@compiled()
def start(state, sums, core_weight, close, session):
    """Equity 1 at the close of `session`, the core bought without cost."""
    state[:] = 0.0
    state[EQUITY] = 1.0
    state[CORE] = core_weight / close
    sums[:] = 0.0
    sums[PEAK] = 1.0
    sums[PEAK_AT] = session
    sums[FALL] = 1.0
    sums[FALL_PEAK] = 1.0
    sums[FALL_PEAK_AT] = session
    sums[FALL_LOW_AT] = session
    sums[FALL_END_AT] = session


@compiled()
def fill(units, wanted, raw, market, close, before, fee, slippage):
    """One order: change of units, gain by the close, cost and turnover as shares of `before`."""
    change = wanted - units
    # rounding residue is not an order
    if abs(change) <= 1e-12 * max(abs(wanted), abs(units)):
        return 0.0, 0.0, 0.0, 0.0
    price = raw
    if market:
        price = raw * (1.0 + slippage) if change > 0.0 else raw * (1.0 - slippage)
    paid = abs(change) * price * fee
    gain = change * (close - price) - paid
    cost = (paid + abs(change) * abs(price - raw)) / before
    return change, gain, cost, abs(change) * raw / before


@compiled()
def settle(
    t,
    units,
    before,
    bars,
    fee,
    slippage,
    core_weight,
    hold,
    entry,
    legs,
    leg,
    orders,
    order,
    order_to,
    called,
    barred,
):
    """Everything that is traded in session `t`, in the order of the day.

    Parameters
    ----------
    t : int
    units : float64[STATE]
        Read and written; the equity in it is not touched.
    before : float
        Equity at the close before.
    bars : Bars
    fee, slippage, core_weight : float
    hold : bool
        Bring the core back to its weight.
    entry : int
        Session of the tactical entry; -1: none.
    legs : Legs
    leg : int
        The tactical outcome in force; -1: none.
    orders : Orders
    order, order_to : int
        Hedge orders not done yet: from `order` to before `order_to`.
    called : bool
        The close before broke the short's margin: it is bought back whole.
    barred : bool
        It was bought back before: these orders open it no more.

    Returns
    -------
    gain, cost, turnover : float
        By the close; cost and turnover as shares of `before`.
    order : int
        The next hedge order.
    barred : bool
    """
    raw, now, previous = bars.open_[t], bars.close[t], bars.close[t - 1]
    gain, cost, turnover = 0.0, 0.0, 0.0
    if hold:
        wanted = core_weight * before / previous
        change, made, paid, traded = fill(
            units[CORE], wanted, raw, True, now, before, fee, slippage
        )
        units[CORE] += change
        gain += made
        cost += paid
        turnover += traded
    for j in range(2 if leg >= 0 else 0):
        if legs.value[leg, j] <= 0.0:
            continue
        slot = TACTICAL_1 + j
        if t == entry:
            wanted = legs.value[leg, j] * before / (raw * (1.0 + slippage) * (1.0 + fee))
            change, made, paid, traded = fill(0.0, wanted, raw, True, now, before, fee, slippage)
            units[slot] = change
            gain += made
            cost += paid
            turnover += traded
        if t == legs.exit[leg, j]:
            change, made, paid, traded = fill(
                units[slot],
                0.0,
                legs.price[leg, j],
                legs.market[leg, j],
                now,
                before,
                fee,
                slippage,
            )
            units[slot] = 0.0
            gain += made
            cost += paid
            turnover += traded
    if called and units[SHORT] != 0.0:
        _, made, paid, traded = fill(units[SHORT], 0.0, raw, True, now, before, fee, slippage)
        units[SHORT] = 0.0
        gain += made
        cost += paid
        turnover += traded
        barred = True
    while order < order_to and orders.session[order] == t:
        kind = orders.kind[order]
        if barred and kind == SET:
            order += 1
            continue
        at = raw
        wanted = 0.0
        if kind == SET:
            wanted = -orders.value[order] * before / previous
        elif kind == SCALE:
            wanted = units[SHORT] * orders.value[order]
        else:
            at = now
        change, made, paid, traded = fill(
            units[SHORT], wanted, at, True, now, before, fee, slippage
        )
        if change != 0.0:
            units[SHORT] = wanted
        gain += made
        cost += paid
        turnover += traded
        order += 1
    return gain, cost, turnover, order, barred


@compiled()
def bought(legs, leg):
    """Whether a tactical outcome buys anything."""
    return leg >= 0 and (legs.value[leg, 0] > 0.0 or legs.value[leg, 1] > 0.0)


@compiled()
def next_event(t, last, hold, hold_late, entry, legs, leg, orders, order, order_to):
    """First session from `t` on in which something is done; ``last + 1`` where nothing is."""
    event = last + 1
    if hold >= t:
        event = min(event, hold)
    if hold_late >= t:
        event = min(event, hold_late)
    if entry >= t:
        event = min(event, entry)
    for j in range(2 if leg >= 0 else 0):
        if legs.value[leg, j] > 0.0 and legs.exit[leg, j] >= t:
            event = min(event, legs.exit[leg, j])
    if order < order_to:
        event = min(event, orders.session[order])
    return event


@compiled()
def walk(
    first,
    last,
    state,
    sums,
    returns,
    bars,
    fee,
    slippage,
    core_weight,
    hold,
    entry,
    legs,
    leg,
    orders,
    order,
    order_to,
    maintenance,
):
    """Walk the sessions `first` to `last`, one account.

    Parameters
    ----------
    first, last : int
        The state is that of the close of ``first - 1``.
    state, sums : float64[STATE], float64[SUMS]
        Read and written.
    returns : float64[>= last - first + 1]
        Gets the daily returns.
    hold : int
        Session at which the core is brought back to its weight; -1: none.
    bars, fee, slippage, core_weight, entry, legs, leg, orders, order, order_to
        See `settle`.
    maintenance : float
        Share of all positions below which the equity breaks the short's
        margin. What follows then is the dense loop's business: it is noted in
        `TROUBLE` and not followed.
    """
    t = first
    inverse = 1.0 / state[EQUITY]
    while t <= last:
        event = next_event(t, last, hold, -1, entry, legs, leg, orders, order, order_to)
        equity = state[EQUITY]
        short = state[SHORT]
        long = state[CORE] + (state[TACTICAL_1] + state[TACTICAL_2])
        net = long + short
        while t <= min(event, last):
            previous, now = bars.close[t - 1], bars.close[t]
            value = long * previous
            own = equity - value
            rate = bars.interest[t] if own >= 0.0 else bars.margin[t]
            carry = bars.dividend[t] * value - short * previous * bars.short[t] + own * rate
            gain = net * (now - previous) + carry
            if t == event:
                made, cost, traded, order, _ = settle(
                    t, state, equity, bars, fee, slippage, core_weight, t == hold, entry,
                    legs, leg, orders, order, order_to, False, False,
                )  # fmt: skip
                gain += made
                sums[COST] += cost
                sums[TURNOVER] += traded
                long = state[CORE] + (state[TACTICAL_1] + state[TACTICAL_2])
                short = state[SHORT]
                net = long + short
            equity += gain
            if short < 0.0 and equity < maintenance * (long - short) * now:
                sums[TROUBLE] = max(sums[TROUBLE], CALLED)
            if equity <= 0.0:
                sums[TROUBLE] = RUINED
            r = gain * inverse
            returns[t - first] = r
            sums[SUM] += r
            sums[SUM_2] += r * r
            down = min(r, 0.0)
            sums[SUM_DOWN] += down * down
            inverse = 1.0 / equity
            sums[EXPOSURE] += net * now * inverse
            if equity >= sums[PEAK] or equity < sums[FALL] * sums[PEAK]:
                extreme(equity, t, sums)
            t += 1
        state[EQUITY] = equity


@compiled()
def extreme(equity, t, sums):
    """Note a new high, or a fall deeper than all before."""
    if equity >= sums[PEAK]:
        if sums[FALL_END_AT] < 0.0:
            sums[FALL_END_AT] = t
        if equity > sums[PEAK]:
            sums[PEAK] = equity
            sums[PEAK_AT] = t
    else:
        sums[FALL] = equity / sums[PEAK]
        sums[FALL_PEAK] = sums[PEAK]
        sums[FALL_PEAK_AT] = sums[PEAK_AT]
        sums[FALL_LOW_AT] = t
        sums[FALL_END_AT] = -1.0
