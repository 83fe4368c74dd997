"""The compiled walk of an account: units, cash and the cash flow of every leg, session by session.

Legs 0 to 2 are the index (core, two tactical tranches), legs 3 and up are the
hedge's, with prices of their own. In each session come: the carry of the
balances at the previous close; orders at the open; orders within the session;
orders at the close; the close itself. The hedge's orders of an hour come after
the others', because the limits on exposure are checked with all of them done.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from strategy.account.instructions import CAP, MARGIN
from strategy.account.rules import dividends, fill_price, interest, residue
from strategy.kernels.compiled import compiled
from strategy.legs.rules import paid

# Kind as plain integers for the compiled function
_HOLD, _SPEND, _EXIT, _SHORT, _SCALE, _NOTIONAL, _TRIM = range(7)

#: What a limit did in a session.
NO_LIMIT, GROSS_LIMIT, NET_LIMIT, BEYOND_HEDGE = range(4)

#: Reasons of orders that no instruction asked for.
CAP_ORDER, MARGIN_ORDER = CAP, MARGIN


class Index(NamedTuple):
    """The account's index, one value a session.

    Attributes
    ----------
    open_, close : float64[n]
    days : float64[n]
        Calendar days since the session before.
    rate, dividend : float64[n]
        Yearly bill rate and dividend yield known at each close, fractions.
    """

    open_: Any
    close: Any
    days: Any
    rate: Any
    dividend: Any


class HedgeLegs(NamedTuple):
    """The hedge's legs; see `strategy.account.legs.Legs`."""

    open_: Any
    close: Any
    exposure_open: Any
    exposure_close: Any
    slippage: Any
    carry: Any
    financed: bool


class Told(NamedTuple):
    """Instructions, one array a column of `strategy.account.instructions.INSTRUCTION`."""

    session: Any
    phase: Any
    kind: Any
    leg: Any
    value: Any
    price: Any
    market: Any
    reason: Any
    vintage: Any
    base: Any


class Charges(NamedTuple):
    """What trades and balances cost: fee and slippage a fill, spread of a loan, fractions."""

    fee: float
    slippage: float
    margin_spread: float
    cash_earns: bool


class Bounds(NamedTuple):
    """What the account may hold, see `strategy.account.legs.Limits`, and when it is checked."""

    net: float
    gross: float
    maintenance: float
    at_close: bool


class Walked(NamedTuple):
    """What an account did.

    Attributes
    ----------
    equity, cash : float64[n]
    pnl, carry, costs, exposure : float64[n, 3]
        By sleeve.
    held : float64[n, legs]
        Units of the hedge's legs at each close.
    limit, factor : int8[n], float64[n]
        What limits did.
    where : int64[room, 5]
        Session, phase, leg, reason, vintage of each order.
    money : float64[room, 5]
        Units, raw price, price, fee, equity of each order.
    orders : int
        Their number.
    walked : int
        Sessions walked: fewer than asked for where the equity is exhausted.
    """

    equity: Any
    pnl: Any
    carry: Any
    costs: Any
    exposure: Any
    cash: Any
    held: Any
    limit: Any
    factor: Any
    where: Any
    money: Any
    orders: int
    walked: int


@compiled()
def _wanted(
    kind: int, value: float, units: float, before: float, last_close: float, at: float, base: float
) -> float:
    """Units that an instruction asks for; `at` is the fill with its costs."""
    if kind == _HOLD:
        return value * before / last_close
    if kind == _SPEND:
        return value * before / at
    if kind == _SHORT:
        return -value * before / last_close
    if kind == _SCALE:
        return units * value
    if kind == _NOTIONAL:
        return value * before / base
    if kind == _TRIM:
        return units - value * before / last_close
    return 0.0


@compiled()
def _note(row: Any, session: int, phase: int, leg: int, reason: int, vintage: int) -> None:
    """Write an order's place into a row."""
    row[0], row[1], row[2], row[3], row[4] = session, phase, leg, reason, vintage


@compiled()
def _book(row: Any, units: float, raw: float, price: float, fee: float, equity: float) -> None:
    """Write an order's money into a row."""
    row[0], row[1], row[2], row[3], row[4] = units, raw, price, fee, equity


@compiled()
def walk(
    index: Index,
    hedge_legs: HedgeLegs,
    told: Told,
    charges: Charges,
    bounds: Bounds,
    first: int,
    last: int,
    capital: float,
    core_units: float,
) -> Walked:
    """Walk the sessions; see `strategy.account.account.run_account` for the arguments."""
    open_, close, days, rate, dividend = index
    leg_open, leg_close, exposure_open, exposure_close, leg_slippage, short_carry, _ = hedge_legs
    financed = hedge_legs.financed
    ins_session, ins_phase, ins_kind, ins_leg = told.session, told.phase, told.kind, told.leg
    ins_value, ins_price, ins_market = told.value, told.price, told.market
    ins_reason, ins_vintage, ins_base = told.reason, told.vintage, told.base
    fee, slippage, margin_spread, cash_earns = charges
    cap_net, cap_gross, maintenance, hedge_at_close = bounds
    n = last - first + 1
    m = len(ins_session)
    legs = 3 + leg_close.shape[1]
    watched = cap_net < np.inf or cap_gross < np.inf or (maintenance > 0.0 and not financed)
    room = m + (legs - 3) * n if watched else m
    units = np.zeros(legs)
    flow = np.zeros(legs)
    carried = np.zeros(3)
    pnl = np.zeros((n, 3))
    carry = np.zeros((n, 3))
    costs = np.zeros((n, 3))
    exposure = np.zeros((n, 3))
    equity = np.zeros(n)
    cash_path = np.zeros(n)
    held = np.zeros((n, legs - 3))
    limit = np.zeros(n, np.int8)
    factor = np.ones(n)
    o_where = np.zeros((room, 5), np.int64)  # session, phase, leg, reason, vintage
    o_money = np.zeros((room, 5))  # units, raw price, price, fee, equity
    orders = 0
    wanted = np.zeros(legs)
    asked = np.full(legs, -1)

    units[0] = core_units
    flow[0] = -core_units * close[first]
    cash = capital + flow[0]
    equity[0] = capital
    exposure[0, 0] = units[0] * close[first] / capital
    cash_path[0] = cash
    k = 0
    called = False
    barred = -1
    vintage = -1
    walked = n
    for t in range(first + 1, last + 1):
        i = t - first
        before = equity[i - 1]

        # what the balances at the previous close earned or cost overnight
        span = days[t]
        core_value = units[0] * close[t - 1]
        tactical_value = (units[1] + units[2]) * close[t - 1]
        hedge_value = 0.0
        for leg in range(3, legs):
            if units[leg] != 0.0:
                hedge_value += units[leg] * leg_close[t - 1, leg - 3]
        bought = hedge_value if financed else 0.0
        own = before - core_value - tactical_value - bought
        r = rate[t - 1]
        without = interest(own + tactical_value + bought, r, margin_spread, span, cash_earns)
        with_tactical = interest(own + bought, r, margin_spread, span, cash_earns)
        with_all = interest(own, r, margin_spread, span, cash_earns)
        yielded = dividends(dividend[t - 1], span)
        carry[i, 0] = yielded * core_value + without
        carry[i, 1] = yielded * tactical_value + (with_tactical - without)
        carry[i, 2] = with_all - with_tactical
        if not financed:
            carry[i, 2] += -hedge_value * short_carry[t]
        for s in range(3):
            carried[s] += carry[i, s]
            cash += carry[i, s]

        start = k
        while k < m and ins_session[k] == t:
            k += 1
        for hour in range(3):  # open, within the session, close
            hedge_hour = hour == (2 if hedge_at_close else 0)
            some = False
            for j in range(start, k):
                if ins_phase[j] != hour:
                    continue
                leg = ins_leg[j]
                raw = ins_price[j]
                if leg >= 3:
                    opens = ins_kind[j] == _SHORT or ins_kind[j] == _NOTIONAL
                    if opens and ins_vintage[j] == barred:
                        continue
                    now = wanted[leg] if asked[leg] >= 0 else units[leg]
                    wanted[leg] = _wanted(
                        ins_kind[j], ins_value[j], now, before, close[t - 1], raw, ins_base[j]
                    )
                    asked[leg] = j
                    vintage = ins_vintage[j]
                    some = True
                    continue
                goal = _wanted(
                    ins_kind[j],
                    ins_value[j],
                    units[leg],
                    before,
                    close[t - 1],
                    paid(raw, fee, slippage),
                    ins_base[j],
                )
                change = goal - units[leg]
                if not residue(change, goal, units[leg]):
                    price = fill_price(raw, change, slippage) if ins_market[j] else raw
                    charged = abs(change) * price * fee
                    units[leg] = goal
                    flow[leg] -= change * price + charged
                    cash -= change * price + charged
                    costs[i, 0 if leg == 0 else 1] += charged + abs(change) * abs(price - raw)
                    _note(o_where[orders], t, hour, leg, ins_reason[j], ins_vintage[j])
                    _book(o_money[orders], change, raw, price, charged, before)
                    orders += 1

            holds = some
            for leg in range(3, legs):
                if asked[leg] < 0:
                    wanted[leg] = units[leg]
                if units[leg] != 0.0:
                    holds = True
            if not holds:
                continue
            bought_back = False
            scale = 1.0
            if hedge_hour and called:
                called = False
                barred = vintage
                bought_back = True
                for leg in range(3, legs):
                    wanted[leg] = 0.0
            if hedge_hour and watched and (cap_net < np.inf or cap_gross < np.inf):
                index = close[t] if hedge_at_close else open_[t]
                value = cash
                long = 0.0
                for leg in range(3):
                    value += units[leg] * index
                    long += units[leg] * index
                hedge = 0.0
                for leg in range(3, legs):
                    j = leg - 3
                    if units[leg] != 0.0:
                        value += units[leg] * (
                            leg_close[t, j] if hedge_at_close else leg_open[t, j]
                        )
                    if wanted[leg] != 0.0:
                        hedge += wanted[leg] * (
                            exposure_close[t, j] if hedge_at_close else exposure_open[t, j]
                        )
                gross = abs(long) + abs(hedge)
                net = long + hedge
                # a hair of tolerance: a hedge scaled to the limit does not break it
                if gross > cap_gross * value * (1.0 + 1e-12):
                    scale = (
                        min(1.0, max(0.0, (cap_gross * value - abs(long)) / abs(hedge)))
                        if hedge != 0.0
                        else 1.0
                    )
                    limit[i] = GROSS_LIMIT if abs(long) <= cap_gross * value else BEYOND_HEDGE
                if net < -cap_net * value * (1.0 + 1e-12):
                    scale = min(scale, max(0.0, (long + cap_net * value) / -hedge))
                    limit[i] = NET_LIMIT
                elif net > cap_net * value * (1.0 + 1e-12) and limit[i] == NO_LIMIT:
                    limit[i] = BEYOND_HEDGE
                factor[i] = scale
                if scale < 1.0:
                    for leg in range(3, legs):
                        wanted[leg] *= scale

            for leg in range(3, legs):
                j = asked[leg]
                asked[leg] = -1
                if j < 0 and not (bought_back or scale < 1.0):
                    continue
                change = wanted[leg] - units[leg]
                if residue(change, wanted[leg], units[leg]):
                    continue
                market = True
                if j >= 0:
                    raw = ins_price[j]
                    market = ins_market[j]
                else:
                    raw = leg_close[t, leg - 3] if hedge_at_close else leg_open[t, leg - 3]
                reason = MARGIN_ORDER if bought_back else CAP_ORDER
                if j >= 0 and not bought_back:
                    reason = ins_reason[j]
                price = fill_price(raw, change, leg_slippage[leg - 3]) if market else raw
                charged = abs(change) * price * fee
                units[leg] = wanted[leg]
                flow[leg] -= change * price + charged
                cash -= change * price + charged
                costs[i, 2] += charged + abs(change) * abs(price - raw)
                _note(o_where[orders], t, hour, leg, reason, vintage if j < 0 else ins_vintage[j])
                _book(o_money[orders], change, raw, price, charged, before)
                orders += 1

        for leg in range(legs):
            value = flow[leg]
            if leg < 3:
                value += units[leg] * close[t]
            elif units[leg] != 0.0:
                value += units[leg] * leg_close[t, leg - 3]
            pnl[i, 0 if leg == 0 else (1 if leg < 3 else 2)] += value
        for s in range(3):
            pnl[i, s] += carried[s]
        equity[i] = capital + pnl[i, 0] + pnl[i, 1] + pnl[i, 2]
        cash_path[i] = cash
        positions = (units[0] + units[1] + units[2]) * close[t]
        short = 0.0
        for leg in range(3, legs):
            held[i, leg - 3] = units[leg]
            if units[leg] != 0.0:
                exposure[i, 2] += units[leg] * exposure_close[t, leg - 3]
                short += abs(units[leg] * leg_close[t, leg - 3])
        if equity[i] <= 0.0:
            exposure[i, :] = 0.0  # what is owed is no exposure
            walked = i + 1
            break
        exposure[i, 0] = units[0] * close[t] / equity[i]
        exposure[i, 1] = (units[1] + units[2]) * close[t] / equity[i]
        exposure[i, 2] = exposure[i, 2] / equity[i]
        if watched and not financed:
            called = short > 0.0 and equity[i] < maintenance * (positions + short)
    return Walked(
        equity,
        pnl,
        carry,
        costs,
        exposure,
        cash_path,
        held,
        limit,
        factor,
        o_where,
        o_money,
        orders,
        walked,
    )
