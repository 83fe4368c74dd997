"""When a figure becomes known: the lag rules of the catalogue applied to stamps."""

from __future__ import annotations

import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from market.series.definition import Lag


def known_at(stamps: pd.DatetimeIndex, lag: Lag) -> pd.DatetimeIndex:
    """First day at whose close a figure of each stamp may be used.

    Parameters
    ----------
    stamps : pandas.DatetimeIndex
        Last day that each figure describes.
    lag : Lag

    Returns
    -------
    pandas.DatetimeIndex
        Never before the stamp.
    """
    if lag.kind == "same_session" or len(stamps) == 0:
        return stamps
    if lag.kind == "days":
        return stamps + pd.Timedelta(days=lag.days)
    if lag.kind == "third_tuesday":
        return (
            third_tuesday(stamps)
            .shift(1, freq="D")
            .where(third_tuesday(stamps) + pd.Timedelta(days=1) >= stamps, stamps)
        )
    return next_business_day(stamps)


def next_business_day(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """First weekday after each day that is no US federal holiday."""
    if len(days) == 0:
        return days
    holidays = USFederalHolidayCalendar().holidays(days.min(), days.max() + pd.Timedelta(days=14))
    following = days + pd.Timedelta(days=1)
    while True:
        closed = (following.day_of_week >= 5) | following.isin(holidays)
        if not closed.any():
            return following
        following = following.where(~closed, following + pd.Timedelta(days=1))


def month_end(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Last calendar day of each day's month."""
    return days.to_period("M").to_timestamp(how="end").normalize()


def third_tuesday(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Third Tuesday of each day's month."""
    first = days.to_period("M").to_timestamp()
    return first + pd.to_timedelta((1 - first.day_of_week) % 7 + 14, unit="D")
