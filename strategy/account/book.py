"""The same orders in vectorbt: an independent book that must agree with the account.

vectorbt 1.2 fills one order per bar and column, refuses to spend cash it does
not have, and knows neither carry nor margin loans. Hence: two rows a session
(the open; the rest of the day, valued at the close), a column per leg plus one
that holds the carry, a simulation with ample cash so that nothing is cut
short, and then the real starting capital, so that a margin loan shows as
negative cash. It takes no price of zero either: an option that expires
worthless is settled at a price too small to matter.

Every run is held against vectorbt's engine, which loads in no time; the
`Portfolio` around it, which brings plotting and statistics along, is made when
somebody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import pandas as pd

from strategy.account.account import Account, Leg
from strategy.account.vectorbt_engine import filled_orders, group_value
from strategy.legs.reasons import Phase

if TYPE_CHECKING:
    import vectorbt as vbt

COLUMNS = ("core", "tactical_1", "tactical_2", "hedge", "carry")

#: Largest difference allowed between vectorbt's book and the account; see `book_difference`.
BOOK_TOLERANCE = 1e-9

#: Least price that vectorbt is given.
LEAST_PRICE = 1e-12

#: Least units of an order: far from what vectorbt takes for none (`SMALLEST_ORDER`).
LEAST_UNITS = 1e-6

#: Times of day of the two rows, New York; only their order matters.
OPEN_TIME = pd.Timedelta(hours=9, minutes=30)
CLOSE_TIME = pd.Timedelta(hours=16)


class BookError(RuntimeError):
    """vectorbt's book and the account disagree, or an order was not filled whole."""


def columns_of(account: Account) -> tuple[str, ...]:
    """Column names: ``hedge`` for one hedge leg, ``hedge_1`` and so on for more."""
    if account.legs.count == 1:
        return COLUMNS
    hedge = (f"hedge_{j + 1}" for j in range(account.legs.count))
    return (*COLUMNS[:3], *hedge, COLUMNS[-1])


def row_index(sessions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Two timestamps a session: the open and the close. Length 2n."""
    times = np.empty(2 * len(sessions), dtype="datetime64[ns]")
    times[0::2] = (sessions + OPEN_TIME).to_numpy()
    times[1::2] = (sessions + CLOSE_TIME).to_numpy()
    return pd.DatetimeIndex(times, name="time")


class _Valued(Protocol):
    """An account with an equity at each close."""

    @property
    def equity(self) -> np.ndarray: ...


class _Book(NamedTuple):
    """What vectorbt is given: arrays of two rows a session and a column a leg."""

    price: np.ndarray
    size: np.ndarray
    at: np.ndarray
    fees: np.ndarray
    ample: float

    @property
    def wanted(self) -> int:
        return int(np.count_nonzero(~np.isnan(self.size)))

    def whole(self, filled: np.ndarray) -> bool:
        return filled_whole(filled, self.size)


def _book(open_: np.ndarray, close: np.ndarray, account: Account) -> _Book:
    span = slice(account.first, account.last + 1)
    n = account.last - account.first + 1
    columns = columns_of(account)
    carry = len(columns) - 1
    price = np.empty((2 * n, len(columns)))
    price[0::2, : Leg.HEDGE] = open_[span, None]
    price[1::2, : Leg.HEDGE] = close[span, None]
    price[0::2, Leg.HEDGE : carry] = account.legs.open_[span]
    price[1::2, Leg.HEDGE : carry] = account.legs.close[span]
    # a leg without a contract has no price and no units
    price = np.where(np.isnan(price), 1.0, np.maximum(price, LEAST_PRICE))
    # as many units as there is capital, whose price is 1 plus all carry so far on each
    carried = 1.0 + np.cumsum(account.carry.sum(axis=1)) / account.capital
    price[1::2, carry] = carried
    price[0, carry] = 1.0
    price[2::2, carry] = carried[:-1]

    size = np.full(price.shape, np.nan)
    at = np.full(price.shape, np.nan)
    fees = np.zeros(price.shape)
    size[0, carry], at[0, carry] = account.capital, 1.0
    if account.core_units:
        size[1, Leg.CORE], at[1, Leg.CORE] = account.core_units, close[account.first]
    orders = account.orders
    rows = 2 * (orders["session"] - account.first) + (orders["phase"] != Phase.OPEN)
    if len(np.unique(rows * len(columns) + orders["leg"])) != len(orders):
        raise BookError("two orders of one leg fall into one half of a session")
    size[rows, orders["leg"]] = orders["units"]
    at[rows, orders["leg"]] = np.maximum(orders["price"], LEAST_PRICE)
    fees[rows, orders["leg"]] = orders["fee"]

    # small orders in smaller units: a power of two, so that no number is rounded
    smallest = np.nanmin(np.abs(size), axis=0, initial=np.inf, where=~np.isnan(size))
    small = np.exp2(np.ceil(np.log2(np.maximum(LEAST_UNITS / smallest, 1.0))))
    ample = 1e3 * max(account.capital, float(account.equity.max()))
    return _Book(price / small, size * small, at / small, fees, ample)


def build_portfolio(
    sessions: pd.DatetimeIndex,
    open_: np.ndarray,
    close: np.ndarray,
    account: Account,
    core: np.ndarray | None = None,
) -> vbt.Portfolio:
    """A vectorbt Portfolio of the account's orders.

    Parameters
    ----------
    sessions : DatetimeIndex
        All sessions of the price series.
    open_, close : float64[n]
    account : Account
    core : float64[k], optional
        Equity of the core held alone at each close of the account: the benchmark.

    Returns
    -------
    DailyPortfolio
        A vectorbt Portfolio. One cash-sharing group of the columns core, tactical_1, tactical_2,
        hedge (hedge_1 and so on where it has more legs) and carry; two rows a
        session. Daily values are the second rows:
        ``portfolio.value().iloc[1::2]``. A column whose smallest order is
        below `LEAST_UNITS` counts in units a power of two smaller.

    Raises
    ------
    BookError
        Where vectorbt rejected an order or filled it in part.
    """
    book = _book(open_, close, account)
    index = row_index(sessions[account.first : account.last + 1])
    portfolio = _booked(book, index, columns_of(account), log=False)
    if not book.whole(portfolio.order_records):
        raise BookError(_why_not_whole(book, index, columns_of(account)))
    return portfolio.replace(init_cash=np.array([account.capital]), core=core)


def book_value(
    sessions: pd.DatetimeIndex, open_: np.ndarray, close: np.ndarray, account: Account
) -> np.ndarray:
    """What `build_portfolio` is worth at each close, by vectorbt's engine alone.

    Parameters
    ----------
    sessions, open_, close, account
        As for `build_portfolio`.

    Returns
    -------
    float64[n]
        Currency, a close a session of the account.

    Raises
    ------
    BookError
        Where vectorbt rejected an order or filled it in part.
    """
    book = _book(open_, close, account)
    filled = filled_orders(book.price, book.size, book.at, book.fees, book.ample)
    if not book.whole(filled):
        index = row_index(sessions[account.first : account.last + 1])
        raise BookError(_why_not_whole(book, index, columns_of(account)))
    return group_value(book.price, filled, account.capital)[1::2]


def closes(portfolio: vbt.Portfolio) -> np.ndarray:
    """Value of a Portfolio of `build_portfolio` at each close. float64[n]."""
    return np.asarray(portfolio.value(), dtype=float).ravel()[1::2]


def _booked(
    book: _Book, index: pd.DatetimeIndex, columns: tuple[str, ...], *, log: bool
) -> vbt.Portfolio:
    from strategy.account.daily_book import DailyPortfolio

    return DailyPortfolio.from_orders(
        pd.DataFrame(book.price, index=index, columns=list(columns)),
        size=book.size,
        price=book.at,
        fixed_fees=book.fees,
        fees=0.0,
        slippage=0.0,
        init_cash=book.ample,
        cash_sharing=True,
        group_by=True,
        direction="both",
        max_orders=book.wanted + 1,
        freq="12h",
        engine="rust",
        log=log,
        max_logs=book.size.size if log else 1,
    )


def _why_not_whole(book: _Book, index: pd.DatetimeIndex, columns: tuple[str, ...]) -> str:
    """The first order that vectorbt did not fill whole, with vectorbt's own reason."""
    from vectorbt.portfolio.enums import status_info_desc

    for log in _booked(book, index, columns, log=True).log_records:
        asked = book.size[log["idx"], log["col"]]
        got = log["res_size"] if log["res_size"] == log["res_size"] else 0.0
        if np.isnan(asked) or abs(got - abs(asked)) <= 1e-12 * abs(asked):
            continue
        reason = int(log["res_status_info"])
        words = status_info_desc[reason] if reason >= 0 else "Filled in part"
        return (
            f"vectorbt did not fill an order whole: {columns[log['col']]} on "
            f"{index[log['idx']]:%Y-%m-%d}, {asked:g} units asked, {got:g} filled "
            f"({words.lower()})"
        )
    return "vectorbt did not fill every order whole and gives no reason"


def filled_whole(filled: np.ndarray, size: np.ndarray) -> bool:
    """Whether vectorbt filled every order of `size` (NaN for none), none in part."""
    expected = np.abs(size[filled["idx"], filled["col"]])
    return len(filled) == np.count_nonzero(~np.isnan(size)) and np.allclose(
        filled["size"], expected, rtol=1e-12, atol=0.0
    )


def refuse_difference(difference: float) -> None:
    """Raise BookError where a `book_difference` is larger than `BOOK_TOLERANCE`."""
    if not difference <= BOOK_TOLERANCE:
        raise BookError(
            f"vectorbt's value differs from the account's equity by {difference:.3g} "
            f"(allowed {BOOK_TOLERANCE:g})"
        )


def book_difference(value: np.ndarray, account: _Valued) -> float:
    """Largest difference between vectorbt's value at each close and the account's equity.

    In parts of the highest equity up to the day, the start included: the book's
    cash is one running sum, whose rounding is that of the largest amount it has
    held. An account that has lost all but a millionth would otherwise be held
    to a precision that no sum of its past has.
    """
    return float(np.max(np.abs(value - account.equity) / np.maximum.accumulate(account.equity)))
