"""The same orders in vectorbt: every holding a column of one cash-sharing group.

Four rows a session (open, entries within, exits within, close), because
vectorbt fills one order per row and column; one more column holds the carry,
which it does not know. It simulates with ample cash and is then given the real
capital, so that a loan shows as negative cash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from strategy.account.book import LEAST_PRICE, LEAST_UNITS, BookError, book_difference, filled_whole
from strategy.legplan.account import Hour, LegsAccount

if TYPE_CHECKING:
    import vectorbt as vbt

ROWS = len(Hour)
CARRY = "carry"
#: Times of day of the rows; only their order matters.
_HOURS = ("09:30:00", "12:00:00", "13:00:00", "16:00:00")


def legs_portfolio(account: LegsAccount) -> vbt.Portfolio:
    """A vectorbt Portfolio of the account's orders.

    Daily values are the last row of each session:
    ``portfolio.value().iloc[3::4]``. A column whose smallest order is small
    counts in units a power of two smaller.

    Raises
    ------
    BookError
        Where vectorbt did not fill every order whole.
    """
    import vectorbt as vbt

    calendar, first = account.calendar, account.first
    n = len(account.equity)
    span = slice(first, first + n)
    markets = [column.market for column in account.columns]
    count = len(markets)
    price = np.ones((ROWS * n, count + 1))
    for c, market in enumerate(markets):
        price[:, c] = np.repeat(calendar.close[span, market], ROWS)
        price[0::ROWS, c] = calendar.open_[span, market]
    price = np.where(np.isnan(price), 1.0, np.maximum(price, LEAST_PRICE))
    # as many units as there is capital, whose price is 1 plus all carry so far on each
    carried = 1.0 + np.cumsum(account.carry.sum(axis=1)) / account.capital
    for row in range(ROWS - 1):
        price[row, count] = 1.0
        price[ROWS + row :: ROWS, count] = carried[:-1]
    price[ROWS - 1 :: ROWS, count] = carried

    size, at = np.full(price.shape, np.nan), np.full(price.shape, np.nan)
    fees = np.zeros(price.shape)
    size[0, count], at[0, count] = account.capital, 1.0
    for c, units in enumerate(account.start_units):
        if units != 0.0:
            size[ROWS - 1, c], at[ROWS - 1, c] = units, calendar.close[first, markets[c]]
    orders = account.orders
    rows = ROWS * (orders["session"].to_numpy() - first) + orders["hour"].to_numpy(dtype=np.int64)
    columns = orders["column"].to_numpy(dtype=np.int64)
    if len(np.unique(rows * (count + 1) + columns)) != len(orders):
        raise BookError("two orders of one holding fall into one hour of a session")
    size[rows, columns] = orders["units"].to_numpy()
    at[rows, columns] = np.maximum(orders["price"].to_numpy(), LEAST_PRICE)
    fees[rows, columns] = orders["fee"].to_numpy()

    smallest = np.nanmin(np.abs(size), axis=0, initial=np.inf, where=~np.isnan(size))
    small = np.exp2(np.ceil(np.log2(np.maximum(LEAST_UNITS / smallest, 1.0))))
    size, at, price = size * small, at / small, price / small

    days = pd.DatetimeIndex(account.days)
    hours = [(days + pd.Timedelta(hour)).to_numpy() for hour in _HOURS]
    index = pd.DatetimeIndex(np.stack(hours, axis=1).ravel(), name="time")
    wanted = int(np.count_nonzero(~np.isnan(size)))
    portfolio = vbt.Portfolio.from_orders(
        pd.DataFrame(price, index=index, columns=[*(c.label for c in account.columns), CARRY]),
        size=size,
        price=at,
        fixed_fees=fees,
        fees=0.0,
        slippage=0.0,
        init_cash=1e3 * max(account.capital, float(account.equity.max())),
        cash_sharing=True,
        group_by=True,
        direction="both",
        max_orders=wanted + 1,
        freq="6h",
        engine="rust",
    )
    filled = portfolio.order_records
    if not filled_whole(filled, size):
        raise BookError(f"vectorbt filled {len(filled)} of {wanted} orders whole")
    return portfolio.replace(init_cash=np.array([account.capital]))


def legs_book_difference(portfolio: vbt.Portfolio, account: LegsAccount) -> float:
    """See `strategy.account.book.book_difference`."""
    value = np.asarray(portfolio.value(), dtype=float).ravel()[ROWS - 1 :: ROWS]
    return book_difference(value, account)
