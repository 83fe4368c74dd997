"""Rows of prices: positive, whole bars; holidays that stand as flat rows are no sessions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.record import Findings, Where

PRICES = ("open", "high", "low", "close")

ROUNDING = 1e-6
"""Relative tolerance of open and close against low and high: what float32 and rounding to the
cent leave behind. Within it the bar is widened to hold its open and close; beyond it the file is
refused."""

LOWEST_PRICE, HIGHEST_PRICE = 1e-6, 1e12
"""What a price can be: beyond it, sums of money lose their cents or overflow."""


def judge_values(column: str, values: np.ndarray, where: Where) -> None:
    """Refuse prices that are missing, infinite, not positive, or beyond any price."""
    for wrong, what in (
        (np.isnan(values), f"{column} is missing (NaN)"),
        (np.isinf(values), f"{column} is infinite"),
        (values <= 0, f"{column} is not positive"),
        (values < LOWEST_PRICE, f"{column} is too small"),
        (values > HIGHEST_PRICE, f"{column} is too large"),
    ):
        rows = np.flatnonzero(wrong)
        if not len(rows):
            continue
        value = values[rows[0]]
        shown = f": {value:g}" if np.isfinite(value) else ""
        unused = column != "close" and "too " not in what
        raise InputError(
            what + shown,
            where=where(rows),
            expected=f"a price from {LOWEST_PRICE:g} to {HIGHEST_PRICE:g} in every row"
            if "too " in what
            else "a positive price in every row",
            do="correct the rows or remove them"
            + ("; or leave out open, high and low, and use closes" if unused else ""),
        )


def whole_bars(cells: dict[str, np.ndarray], where: Where) -> dict[str, np.ndarray]:
    """Bars whose open and close lie within low and high, widened by what rounding leaves."""
    open_, high, low, close = (cells[column] for column in PRICES)
    slack = ROUNDING * np.abs(high)
    checks = [(high < low - slack, "high", high, "below low", low)]
    for name, values in (("open", open_), ("close", close)):
        checks.append((values > high + slack, name, values, "above high", high))
        checks.append((values < low - slack, name, values, "below low", low))
    for wrong, name, values, relation, bound in checks:
        rows = np.flatnonzero(wrong)
        if len(rows):
            row = rows[0]
            raise InputError(
                f"{name} {values[row]:.10g} is {relation} {bound[row]:.10g}",
                where=where(rows),
                expected="low <= open, close <= high",
                do="correct the rows or remove them",
            )
    top = np.maximum.reduce([open_, high, low, close])
    bottom = np.minimum.reduce([open_, high, low, close])
    return {"open": open_, "high": top, "low": bottom, "close": close}


def holidays(
    days: pd.DatetimeIndex, cells: dict[str, np.ndarray], volume: np.ndarray | None
) -> np.ndarray:
    """Rows that are no sessions: nothing moved and nothing was traded.

    A row is one where its one price repeats the close before, and the file
    shows that the day was no session: its volume is zero or missing where
    other rows have some, or the day is a weekend or a holiday of the New York
    exchange. A market that trades then has other prices on most such days.

    Parameters
    ----------
    days : pandas.DatetimeIndex
        Ascending.
    cells : dict of str to float64 array
    volume : float64 array, optional

    Returns
    -------
    bool array of shape (rows,)
    """
    close = cells["close"]
    repeats = np.zeros(len(close), dtype=bool)
    repeats[1:] = close[1:] == close[:-1]
    for column in PRICES[:3]:
        if column in cells:
            repeats &= cells[column] == close
    if not repeats.any():
        return repeats
    traded = np.nan_to_num(volume, nan=0.0) > 0 if volume is not None else None
    if traded is not None and traded.mean() > 0.5:
        return np.asarray(repeats & ~traded)
    shut = np.asarray((days.day_of_week >= 5) | days.isin(exchange_holidays(days[0], days[-1])))
    # rows that only repeat on the days on which nothing is traded anyway
    if shut.any() and repeats[shut].mean() >= 0.9 and repeats[~shut].mean() < 0.5:
        return np.asarray(repeats & shut)
    return np.zeros(len(close), dtype=bool)


def told_holidays(days: pd.DatetimeIndex, rows: np.ndarray, found: Findings) -> None:
    """Say which rows are left out as no sessions."""
    left = days[rows]
    if len(left):
        shown = ", ".join(f"{day:%Y-%m-%d}" for day in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        found.left_out.append(
            f"{len(left)} flat row{'s' if len(left) > 1 else ''} that repeat the close before "
            f"without volume, no session: {shown}{more}"
        )


def exchange_holidays(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Holidays of the New York exchange that it has kept for as long as it has kept any."""
    from pandas.tseries.holiday import (
        AbstractHolidayCalendar,
        GoodFriday,
        Holiday,
        USLaborDay,
        USMemorialDay,
        USPresidentsDay,
        USThanksgivingDay,
        nearest_workday,
        sunday_to_monday,
    )

    class Exchange(AbstractHolidayCalendar):
        rules = [  # noqa: RUF012 (the library's own way)
            Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
            USPresidentsDay,
            GoodFriday,
            USMemorialDay,
            Holiday("Independence", month=7, day=4, observance=nearest_workday),
            USLaborDay,
            USThanksgivingDay,
            Holiday("Christmas", month=12, day=25, observance=nearest_workday),
        ]

    found = Exchange().holidays(first, last)
    return pd.DatetimeIndex(found)
