"""Outcome windows: from which close to which close an outcome is taken, and whether it is whole.

All functions take the sessions of one market and give positions in them; -1 is no position. A
window that the data do not surely hold to its end has none: a month that is cut short by the data's
end is not a month.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from signals.history.bars import Bools, Ints, days, segments
from strategy.audit.claims.parts import Horizon
from strategy.decide.calendar import day_of


@dataclass(frozen=True)
class Windows:
    """Windows of many events.

    Attributes
    ----------
    start, end : ndarray of int64
        Positions of the first and last close; ``end`` is -1 where the window
        is not whole.
    beyond : ndarray of bool
        Where that is because it reaches past the data.
    """

    start: Ints
    end: Ints
    beyond: Bools

    @property
    def whole(self) -> Bools:
        return self.end >= 0

    def of(self, rows: Ints) -> Windows:
        """The windows of some of the events."""
        return Windows(self.start[rows], self.end[rows], self.beyond[rows])

    @property
    def lengths(self) -> Ints:
        """Sessions after the start, of whole windows."""
        return (self.end - self.start)[self.whole]


def known_until(sessions: pd.DatetimeIndex) -> pd.Timestamp:
    """The last day up to which the data are surely complete: a weekend after the last session too.

    Agrees with `strategy.decide.calendar.passed`.
    """
    day = sessions[-1]
    while (day + pd.Timedelta(days=1)).weekday() >= 5:
        day += pd.Timedelta(days=1)
    return day


def windows(sessions: pd.DatetimeIndex, events: Ints, horizon: Horizon) -> Windows:
    """The window of each event position."""
    if not len(events):
        return Windows(events, events, np.zeros(0, dtype=bool))
    if horizon.year is not None:
        return _next_years(sessions, events)
    if horizon.sessions is not None:
        return fixed_length(sessions, events, horizon.sessions)
    if horizon.months is not None:
        target = sessions[events] + pd.DateOffset(months=horizon.months)
    else:
        assert horizon.until is not None
        target = _next_day_of_year(sessions[events], horizon.until)
    return _up_to(sessions, events, pd.DatetimeIndex(target))


def fixed_length(sessions: pd.DatetimeIndex, events: Ints, length: int) -> Windows:
    """Windows of `length` sessions after the event's."""
    end = events + length
    beyond = end >= len(sessions)
    return _whole(sessions, events, np.where(beyond, -1, end), beyond)


def months_of(sessions: pd.DatetimeIndex) -> tuple[Ints, Windows]:
    """Every calendar month (months since 1970-01) from the last close before it to its last.

    The first month of the data has no close before it and is left out; the
    last one counts only when the data surely reach its end.
    """
    own = sessions.to_numpy().astype("datetime64[M]").astype(np.int64)
    month = np.unique(own)
    end = np.searchsorted(own, month, side="right") - 1
    start = np.searchsorted(own, month, side="left") - 1
    last_day = (month.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    beyond = last_day > np.datetime64(known_until(sessions), "D")
    keep = start >= 0
    return month[keep], _whole(sessions, start[keep], np.where(beyond, -1, end)[keep], beyond[keep])


def _up_to(sessions: pd.DatetimeIndex, events: Ints, target: pd.DatetimeIndex) -> Windows:
    end = sessions.searchsorted(target, side="right") - 1
    beyond = np.asarray(target > known_until(sessions))
    return _whole(sessions, events, np.where(beyond, -1, end), beyond)


def _next_years(sessions: pd.DatetimeIndex, events: Ints) -> Windows:
    """The calendar year after each event's, from the last close of the event's own year."""
    years = sessions.year.to_numpy().astype(np.int64)
    wanted = years[events]
    start = np.searchsorted(years, wanted, side="right") - 1
    end = np.searchsorted(years, wanted + 1, side="right") - 1
    last = known_until(sessions)
    whole_year = last.year if (last.month, last.day) == (12, 31) else last.year - 1
    beyond = wanted + 1 > whole_year
    return _whole(sessions, start, np.where(beyond, -1, end), beyond)


def _whole(sessions: pd.DatetimeIndex, start: Ints, end: Ints, beyond: Bools) -> Windows:
    """No window without a session, and none across a hole in the data."""
    segment = segments(sessions)
    at = np.maximum(end, 0)
    whole = (end > start) & (segment[at] == segment[start])
    return Windows(
        start.astype(np.int64), np.where(whole, end, -1).astype(np.int64), np.asarray(beyond)
    )


def _next_day_of_year(dates: pd.DatetimeIndex, month_day: str) -> pd.DatetimeIndex:
    """The next 'MM-DD' after each date."""
    first, last = int(dates.year.min()), int(dates.year.max())
    table = np.array([day_of(y, month_day).to_datetime64() for y in range(first, last + 2)])
    day = table.astype("datetime64[D]").astype(np.int64)
    return pd.DatetimeIndex(table[np.searchsorted(day, days(dates), side="right")])
