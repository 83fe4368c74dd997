"""The dense walk: one account, session by session, that keeps no path.

The arithmetic is that of `strategy.account.account`, whose account starts with the
same units and executes the same instructions; here orders come from compact
tables, and what a path is wanted for is added up on the way. Money is counted
in shares of the starting capital.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from strategy.account.rules import fill_price, residue
from strategy.kernels.compiled import compiled
from strategy.legs.rules import paid
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


class Terms(NamedTuple):
    """What the accounts of a context trade on: prices, carry, costs, the core's weight.

    ``dividend``, ``interest``, ``margin`` and ``short`` are what one unit of
    money in a balance earns (or costs) from the close before to this close;
    ``fee`` and ``slippage`` are fractions a fill.
    """

    open_: np.ndarray
    close: np.ndarray
    dividend: np.ndarray
    interest: np.ndarray
    margin: np.ndarray
    short: np.ndarray
    fee: float
    slippage: float
    core_weight: float


class Due(NamedTuple):
    """What one account has still to do.

    Attributes
    ----------
    entry : int
        Session of the tactical entry; -1: none.
    leg : int
        The tactical outcome in force; -1: none.
    order, order_to : int
        Hedge orders not done yet: from `order` to before `order_to`.
    called : bool
        The close before broke the short's margin: it is bought back whole.
    barred : bool
        It was bought back before: these orders open it no more.
    """

    entry: int
    leg: int
    order: int
    order_to: int
    called: bool
    barred: bool


class Traded(NamedTuple):
    """What a session's trades came to.

    ``gain`` by the close; ``cost`` and ``turnover`` as shares of the equity
    before; ``order`` is the next hedge order, ``barred`` as in `Due`.
    """

    gain: float
    cost: float
    turnover: float
    order: int
    barred: bool


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


@compiled(forceinline=True)
def fill(units, wanted, raw, market, close, before, fee, slippage):
    """One order: change of units, gain by the close, cost and turnover as shares of `before`."""
    change = wanted - units
    if residue(change, wanted, units):
        return 0.0, 0.0, 0.0, 0.0
    price = fill_price(raw, change, slippage) if market else raw
    charged = abs(change) * price * fee
    gain = change * (close - price) - charged
    cost = (charged + abs(change) * abs(price - raw)) / before
    return change, gain, cost, abs(change) * raw / before


@compiled(forceinline=True)
def settle(t, units, before, hold, terms, legs, orders, due):
    """Everything that is traded in session `t`, in the order of the day.

    Parameters
    ----------
    t : int
    units : float64[STATE]
        Read and written; the equity in it is not touched.
    before : float
        Equity at the close before.
    hold : bool
        Bring the core back to its weight.
    terms : Terms
    legs : Legs
    orders : Orders
    due : Due

    Returns
    -------
    Traded
    """
    fee, slippage = terms.fee, terms.slippage
    leg = due.leg
    order, barred = due.order, due.barred
    raw, now, previous = terms.open_[t], terms.close[t], terms.close[t - 1]
    gain, cost, turnover = 0.0, 0.0, 0.0
    if hold:
        wanted = terms.core_weight * before / previous
        change, made, cost_of_it, traded = fill(
            units[CORE], wanted, raw, True, now, before, fee, slippage
        )
        units[CORE] += change
        gain += made
        cost += cost_of_it
        turnover += traded
    for j in range(2 if leg >= 0 else 0):
        if legs.value[leg, j] <= 0.0:
            continue
        slot = TACTICAL_1 + j
        if t == due.entry:
            spent = paid(raw, fee, slippage)
            wanted = legs.value[leg, j] * before / spent
            change, made, cost_of_it, traded = fill(
                0.0, wanted, raw, True, now, before, fee, slippage
            )
            units[slot] = change
            gain += made
            cost += cost_of_it
            turnover += traded
        if t == legs.exit[leg, j]:
            change, made, cost_of_it, traded = fill(
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
            cost += cost_of_it
            turnover += traded
    if due.called and units[SHORT] != 0.0:
        _, made, cost_of_it, traded = fill(units[SHORT], 0.0, raw, True, now, before, fee, slippage)
        units[SHORT] = 0.0
        gain += made
        cost += cost_of_it
        turnover += traded
        barred = True
    while order < due.order_to and orders.session[order] == t:
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
        change, made, cost_of_it, traded = fill(
            units[SHORT], wanted, at, True, now, before, fee, slippage
        )
        if change != 0.0:
            units[SHORT] = wanted
        gain += made
        cost += cost_of_it
        turnover += traded
        order += 1
    return Traded(gain, cost, turnover, order, barred)


@compiled()
def bought(legs, leg):
    """Whether a tactical outcome buys anything."""
    return leg >= 0 and (legs.value[leg, 0] > 0.0 or legs.value[leg, 1] > 0.0)


@compiled(forceinline=True)
def due_of(side, outcome, begin, legs, orders):
    """What an outcome of a sleeve (0 tactical, 1 hedge) asks for from its session `begin` on."""
    k: Any = np.int64(outcome)
    if side == 0:
        return Due(begin if bought(legs, k) else -1, k, 0, 0, False, False)
    return Due(-1, -1, orders.start[k], orders.start[k + 1], False, False)


@compiled(forceinline=True)
def next_event(t, last, hold, hold_late, legs, orders, due):
    """First session from `t` on in which something is done; ``last + 1`` where nothing is."""
    leg = due.leg
    event = last + 1
    if hold >= t:
        event = min(event, hold)
    if hold_late >= t:
        event = min(event, hold_late)
    if due.entry >= t:
        event = min(event, due.entry)
    for j in range(2 if leg >= 0 else 0):
        if legs.value[leg, j] > 0.0 and legs.exit[leg, j] >= t:
            event = min(event, legs.exit[leg, j])
    if due.order < due.order_to:
        event = min(event, orders.session[due.order])
    return event


@compiled()
def walk(first, last, state, sums, returns, hold, terms, legs, orders, due, maintenance):
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
    terms, legs, orders, due
        See `settle`.
    maintenance : float
        Share of all positions below which the equity breaks the short's
        margin. What follows then is the dense loop's business: it is noted in
        `TROUBLE` and not followed.
    """
    t = first
    inverse = 1.0 / state[EQUITY]
    while t <= last:
        event = next_event(t, last, hold, -1, legs, orders, due)
        equity = state[EQUITY]
        short = state[SHORT]
        long = state[CORE] + (state[TACTICAL_1] + state[TACTICAL_2])
        net = long + short
        while t <= min(event, last):
            previous, now = terms.close[t - 1], terms.close[t]
            value = long * previous
            own = equity - value
            rate = terms.interest[t] if own >= 0.0 else terms.margin[t]
            carry = terms.dividend[t] * value - short * previous * terms.short[t] + own * rate
            gain = net * (now - previous) + carry
            if t == event:
                traded = settle(t, state, equity, t == hold, terms, legs, orders, due)
                due = Due(due.entry, due.leg, traded.order, due.order_to, False, False)
                gain += traded.gain
                sums[COST] += traded.cost
                sums[TURNOVER] += traded.turnover
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
