"""Sessions that are still ahead: weekdays without the exchange's holidays.

The holidays of the New York Stock Exchange by rule. Closures that nobody could
have known before (a president's funeral, a storm) are not among them, and rules
of before 1971 are not told apart.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import pandas as pd
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

from market.judge.days import SUNDAYS, open_days


def _monday_on_or_after(day: dt.datetime) -> dt.datetime:
    return day + dt.timedelta(days=-day.weekday() % 7)


class _Exchange(AbstractHolidayCalendar):  # type: ignore[misc, unused-ignore]
    rules = [  # noqa: RUF012 - the base class wants a list
        # a new year's day on a Saturday is not made up for: the books of the year close on Friday
        Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
        # the third Monday
        Holiday(
            "Martin Luther King", month=1, day=15, start_date="1998-01-01",
            observance=_monday_on_or_after,
        ),
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday(
            "Juneteenth", month=6, day=19, start_date="2022-01-01", observance=nearest_workday
        ),
        Holiday("Independence", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    ]  # fmt: skip


@cache
def _holidays(first: int, last: int) -> pd.DatetimeIndex:
    found = _Exchange().holidays(f"{first}-01-01", f"{last}-12-31")
    return pd.DatetimeIndex(found)


def future_sessions(
    after: pd.Timestamp, until: pd.Timestamp, known: pd.DatetimeIndex | None = None
) -> pd.DatetimeIndex:
    """Sessions after `after` up to and including `until`.

    Parameters
    ----------
    known : pandas.DatetimeIndex, optional
        Sessions of the market: one that opens on Sundays keeps its own week,
        and no holidays of New York.
    """
    if known is not None and (known.day_of_week == 6).mean() > SUNDAYS:
        every = pd.date_range(after + pd.Timedelta(days=1), until, name="date")
        return every[every.day_of_week.isin(open_days(known))]
    days = pd.bdate_range(after + pd.Timedelta(days=1), until, name="date")
    return days[~days.isin(_holidays(after.year, until.year))]
