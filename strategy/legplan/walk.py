"""The compiled walk of an account of many markets: units, cash and cash flow, session by session.

In each session come: the carry of the balances at the previous close; orders at
the open; entries within the session; exits within it; orders at the close.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from strategy.account.rules import (
    borrowed,
    dividends,
    fill_price,
    interest,
    rebate,
    residue,
)
from strategy.kernels.compiled import compiled

#: What an order does: make the column a share of equity, enter, leave.
HOLD, ENTER, LEAVE = range(3)


class Ground(NamedTuple):
    """Prices and carry of every market on the account's sessions.

    Attributes
    ----------
    close, dividend : float64[n, markets]
        Close, and dividend yield known at it.
    days, rate : float64[n]
        Calendar days since the session before; bill rate known at each close.
    """

    close: Any
    days: Any
    rate: Any
    dividend: Any


class Holdings(NamedTuple):
    """Columns of the account: the core's markets, then every leg's parts.

    Attributes
    ----------
    market, sleeve : int64[columns]
        Column of the market; 0 for the core, 1 and up for the legs.
    sleeves : int
    """

    market: Any
    sleeve: Any
    sleeves: int


class Orders(NamedTuple):
    """Orders, sorted by session and hour; ``market`` says whether slippage is paid."""

    session: Any
    kind: Any
    column: Any
    value: Any
    side: Any
    raw_price: Any
    market: Any


class Charges(NamedTuple):
    """What trades and balances cost, fractions (a fill, a year)."""

    fee: float
    slippage: float
    margin_spread: float
    rebate_spread: float
    borrow: float
    cash_earns: bool


class Walked(NamedTuple):
    """What the account did.

    Attributes
    ----------
    equity, cash : float64[n]
    pnl, carry, costs, exposure : float64[n, sleeves]
    units, price, fee : float64[orders]
        What each order changed, and paid.
    walked : int
        Sessions walked: fewer than asked for where the equity is exhausted.
    """

    equity: Any
    cash: Any
    pnl: Any
    carry: Any
    costs: Any
    exposure: Any
    units: Any
    price: Any
    fee: Any
    walked: int


@compiled()
def walk_legs(
    ground: Ground,
    holdings: Holdings,
    asked: Orders,
    charges: Charges,
    first: int,
    last: int,
    capital: float,
    units: Any,
) -> Walked:
    """Walk the sessions from the close of `first` to the close of `last`.

    Parameters
    ----------
    ground : Ground
    holdings : Holdings
    asked : Orders
    charges : Charges
    first, last : int
    capital : float
        Equity at the close of `first`.
    units : float64[columns]
        Held from then on; written.
    """
    close, days, rate, dividend = ground
    market_of, sleeve_of, sleeves = holdings
    o_session, o_kind, o_column, o_value, o_side, o_price, o_market = asked
    fee, slippage, margin_spread, rebate_spread, borrow, cash_earns = charges
    n = last - first + 1
    columns = len(market_of)
    equity, cash_path = np.zeros(n), np.zeros(n)
    pnl, carry = np.zeros((n, sleeves)), np.zeros((n, sleeves))
    costs, exposure = np.zeros((n, sleeves)), np.zeros((n, sleeves))
    flow, carried = np.zeros(sleeves), np.zeros(sleeves)
    orders = len(o_session)
    changed, paid_price, paid_fee = np.zeros(orders), np.zeros(orders), np.zeros(orders)
    cash = capital
    for c in range(columns):
        if units[c] != 0.0:
            value = units[c] * close[first, market_of[c]]
            cash -= value
            flow[sleeve_of[c]] -= value
            exposure[0, sleeve_of[c]] += value / capital
    equity[0], cash_path[0] = capital, cash
    long, short, yields = np.zeros(sleeves), np.zeros(sleeves), np.zeros(sleeves)
    k, walked = 0, n
    for t in range(first + 1, last + 1):
        i = t - first
        before = equity[i - 1]
        long[:] = 0.0
        short[:] = 0.0
        yields[:] = 0.0
        for c in range(columns):
            if units[c] == 0.0:
                continue
            m, s = market_of[c], sleeve_of[c]
            value = units[c] * close[t - 1, m]
            yields[s] += value * dividend[t - 1, m]
            if value > 0.0:
                long[s] += value
            else:
                short[s] -= value
        # short proceeds stay with the lender: what is left of equity after what is bought
        balance = before
        r = rate[t - 1]
        earned = 0.0
        for s in range(sleeves):
            balance -= long[s]
            now = interest(balance, r, margin_spread, days[t], cash_earns)
            gain = now - earned if s > 0 else now
            earned = now
            gain += dividends(yields[s], days[t])
            if short[s] > 0.0:
                gain += short[s] * rebate(r, rebate_spread, days[t])
                gain -= short[s] * borrowed(borrow, days[t])
            carry[i, s] = gain
            carried[s] += gain
            cash += gain

        while k < orders and o_session[k] == t:
            c = o_column[k]
            m, s, side = market_of[c], sleeve_of[c], o_side[k]
            raw = o_price[k]
            slip = slippage if o_market[k] else 0.0
            if o_kind[k] == HOLD:
                change = o_value[k] * before / close[t - 1, m] - units[c]
                if residue(change, units[c] + change, units[c]):
                    change = 0.0
            elif o_kind[k] == ENTER:
                # bought for, or sold short for, this share of equity after costs
                at = raw * (1.0 + side * slip) * (1.0 + side * fee)
                change = side * o_value[k] * before / at
            else:
                change = -units[c]
            if change != 0.0:
                price = fill_price(raw, change, slip)
                charge = abs(change) * price * fee
                units[c] = 0.0 if o_kind[k] == LEAVE else units[c] + change
                flow[s] -= change * price + charge
                cash -= change * price + charge
                costs[i, s] += charge + abs(change) * abs(price - raw)
                changed[k], paid_price[k], paid_fee[k] = change, price, charge
            k += 1

        total = cash
        for s in range(sleeves):
            pnl[i, s] = flow[s] + carried[s]
        for c in range(columns):
            if units[c] != 0.0:
                value = units[c] * close[t, market_of[c]]
                total += value
                pnl[i, sleeve_of[c]] += value
                exposure[i, sleeve_of[c]] += value
        equity[i], cash_path[i] = total, cash
        for s in range(sleeves):
            exposure[i, s] /= total
        if not total > 0.0:
            walked = i + 1
            break
    return Walked(
        equity, cash_path, pnl, carry, costs, exposure, changed, paid_price, paid_fee, walked
    )
