"""The listing calendar: third Fridays, moved where the exchange is closed that day.

Expiry days follow from the calendar alone, so that a run on data cut short
settles on the same day as a run on all data.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import numpy as np
import pandas as pd

QUARTERLY = (3, 6, 9, 12)
JUNETEENTH_SINCE = 2022  # first year in which US exchanges close on 19 June


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (anonymous algorithm, Meeus ch. 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    shift = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * shift) // 451
    month, day = divmod(h + shift - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def third_friday(year: int, month: int) -> dt.date:
    """Third Friday of a month, or the Thursday before where it is a holiday."""
    first = dt.date(year, month, 1)
    day = first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)
    good_friday = easter(year) - dt.timedelta(days=2)
    juneteenth = year >= JUNETEENTH_SINCE and (day.month, day.day) == (6, 19)
    return day - dt.timedelta(days=1) if day == good_friday or juneteenth else day


@lru_cache(maxsize=8)
def listed(first_year: int, last_year: int, expiry: str) -> np.ndarray:
    """Expiry days of the years given, ascending, datetime64[D]."""
    months = QUARTERLY if expiry == "quarterly" else range(1, 13)
    days = [third_friday(y, m) for y in range(first_year, last_year + 1) for m in months]
    return np.array(days, dtype="datetime64[D]")


def expiry_after(day: np.datetime64, tenor_days: int, expiry: str) -> np.datetime64:
    """The first listed expiry at least `tenor_days` calendar days after `day`."""
    year = int(str(day.astype("datetime64[Y]")))
    days = listed(year, year + 3, expiry)
    return np.datetime64(days[np.searchsorted(days, day + np.timedelta64(tenor_days, "D"))])


def roll_sessions(sessions: pd.DatetimeIndex) -> np.ndarray:
    """1.0 on the first session on or after each quarterly expiry, else 0.0."""
    out = np.zeros(len(sessions))
    days = sessions.to_numpy().astype("datetime64[D]")
    if len(days):
        expiries = listed(int(sessions[0].year), int(sessions[-1].year), "quarterly")
        inside = expiries[(expiries >= days[0]) & (expiries <= days[-1])]
        out[np.searchsorted(days, inside)] = 1.0
    return out
