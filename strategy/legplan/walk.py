"""The compiled walk of an account of many markets: units, cash and cash flow, session by session.

In each session come: the carry of the balances at the previous close; orders at
the open; entries within the session; exits within it; orders at the close.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from market.year import DAYS_OF_CREDIT, DAYS_OF_YIELD
from strategy.kernels.compiled import compiled

#: What an order does: make the column a share of equity, enter, leave.
HOLD, ENTER, LEAVE = range(3)


@compiled()
def _interest(balance: float, rate: float, spread: float, days: float, cash_earns: bool) -> float:
    """Interest of a balance over `days`; a margin loan where it is negative."""
    if balance >= 0.0:
        return balance * rate * days / DAYS_OF_YIELD if cash_earns else 0.0
    return balance * (rate + spread) * days / DAYS_OF_CREDIT


@compiled()
def walk_legs(
    close: Any,
    days: Any,
    rate: Any,
    dividend: Any,
    first: int,
    last: int,
    capital: float,
    units: Any,
    market_of: Any,
    sleeve_of: Any,
    sleeves: int,
    o_session: Any,
    o_kind: Any,
    o_column: Any,
    o_value: Any,
    o_side: Any,
    o_price: Any,
    o_market: Any,
    fee: float,
    slippage: float,
    margin_spread: float,
    rebate_spread: float,
    borrow: float,
    cash_earns: bool,
) -> Any:
    """Walk the sessions from the close of `first` to the close of `last`.

    Columns are holdings: the core's markets, then every leg's parts. Orders
    come sorted by session and hour.

    Returns equity, cash, profit, carry, costs and exposure by sleeve, the units
    that each order changed, its price and its fee, and the number of sessions
    walked: fewer than asked for where the equity is exhausted.
    """
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
            now = _interest(balance, r, margin_spread, days[t], cash_earns)
            gain = now - earned if s > 0 else now
            earned = now
            gain += yields[s] * days[t] / DAYS_OF_YIELD
            if short[s] > 0.0:
                gain += short[s] * max(r - rebate_spread, 0.0) * days[t] / DAYS_OF_YIELD
                gain -= short[s] * borrow * days[t] / DAYS_OF_CREDIT
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
                # rounding residue is not an order
                if abs(change) <= 1e-12 * max(abs(units[c]), abs(units[c] + change)):
                    change = 0.0
            elif o_kind[k] == ENTER:
                # bought for, or sold short for, this share of equity after costs
                at = raw * (1.0 + side * slip) * (1.0 + side * fee)
                change = side * o_value[k] * before / at
            else:
                change = -units[c]
            if change != 0.0:
                price = raw * (1.0 + slip) if change > 0.0 else raw * (1.0 - slip)
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
    return equity, cash_path, pnl, carry, costs, exposure, changed, paid_price, paid_fee, walked
