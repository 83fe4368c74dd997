"""Weeks of the market: which are complete at each session, and their bars.

A week is an ISO week. At session t the weeks before t's own are complete. t's own week is complete
at t when no weekday is left in it that is not a holiday of the New York Stock Exchange by rule
(Good Friday, New Year, Independence Day, Christmas, Juneteenth): that is decided at t, by the
calendar alone. Where the rule errs (an unscheduled closure), the week counts as complete from the
next week's first session; where a session follows that the rule did not expect, the week's bar at t
is the bar up to t, so that no value ever changes after its day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from signals.history.bars import Bools, Floats, Ints, days, last_true, segments


def week_numbers(sessions: pd.Index) -> Ints:
    """ISO week of each day, counted from the week of 1970-01-01 (0)."""
    return (days(sessions) + 3) // 7


def easter_sunday(year: int) -> np.datetime64:
    """Gregorian Easter (anonymous algorithm of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return np.datetime64(f"{year:04d}-{month:02d}-{day + 1:02d}")


def friday_holidays(first_year: int, last_year: int) -> Ints:
    """Fridays on which the New York Stock Exchange is closed by rule, days since 1970-01-01."""
    found = []
    for year in range(first_year, last_year + 1):
        found.append(easter_sunday(year) - np.timedelta64(2, "D"))
        fixed = [f"{year}-07-04", f"{year}-12-25"] + ([f"{year}-06-19"] if year >= 2022 else [])
        for text in fixed:
            day = np.datetime64(text)
            # a holiday on a Saturday is kept on the Friday before
            found.append(day - np.timedelta64(1, "D") if _weekday(day) == 5 else day)
        found.append(np.datetime64(f"{year}-01-01"))  # on a Saturday it is not kept at all
    return np.array([d.astype(np.int64) for d in found if _weekday(d) == 4], dtype=np.int64)


def _weekday(day: np.datetime64) -> int:
    return int((day.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def completes_week(sessions: pd.Index) -> Bools:
    """Whether each session is, by the calendar, the last of its week."""
    day = days(sessions)
    if len(day) == 0:
        return np.zeros(0, dtype=bool)
    weekday = (day + 3) % 7
    years = sessions.to_numpy().astype("datetime64[Y]").astype(np.int64) + 1970
    closed = np.isin(day + 1, friday_holidays(int(years.min()), int(years.max()) + 1))
    return np.asarray((weekday >= 4) | ((weekday == 3) & closed))


def last_weekly_mean(prices: pd.DataFrame, completed: int) -> Floats:
    """Mean of the closes of the `completed` weeks before each session's own and its own close.

    The current week's close at t is close(t), so no decision about its end is needed. NaN where
    fewer weeks are there or a hole in the data lies between.
    """
    sessions = prices.index
    close = prices["close"].to_numpy(dtype=np.float64)
    out = np.full(len(close), np.nan)
    if len(close) == 0:
        return out
    week, last = split_weeks(sessions)
    if len(last) <= completed:
        return out
    weekly = close[last]
    segment = segments(sessions)
    # the sum over the weeks k - completed .. k - 1, for weeks k from `completed` on
    sums = np.full(len(last), np.nan)
    sums[completed:] = sliding_window_view(weekly, completed)[:-1].sum(axis=1)
    first = np.full(len(last), -1, dtype=np.int64)
    first[completed:] = segment[last[: len(last) - completed]]
    whole = first[week] == segment
    out[whole] = (sums[week][whole] + close[whole]) / (completed + 1)
    return out


def split_weeks(sessions: pd.Index) -> tuple[Ints, Ints]:
    """Week ordinal of each session (0, 1, ... over the weeks there are), last session of each."""
    number = week_numbers(sessions)
    if len(number) == 0:
        return number, number
    starts = np.diff(number, prepend=number[0] - 1) != 0
    ordinal = np.cumsum(starts) - 1
    last = np.append(np.flatnonzero(starts)[1:] - 1, len(number) - 1)
    return ordinal, last


@dataclass(frozen=True)
class WeeklyBars:
    """The last completed weeks as each session could see them.

    Attributes
    ----------
    open, high, low, close : ndarray of float64, shape (n_sessions, n_weeks)
        Column 0 is the newest completed week. NaN where there is none, where
        a hole in the data lies between, and, but for the close, in a week
        whose beginning the data do not hold.
    last : ndarray of int64, shape (n_sessions,)
        Position of the newest completed week's last session; -1 where none.
    seen : ndarray of int64, shape (n_sessions,)
        Position of the session at whose close that week counted as complete.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    last: Ints
    seen: Ints


def weekly_bars(prices: pd.DataFrame, weeks: int) -> WeeklyBars:
    """The last `weeks` completed weeks at each session.

    `prices` needs ``close``; ``open``, ``high`` and ``low`` are taken where they are.
    """
    sessions = prices.index
    n = len(sessions)
    position = np.arange(n)
    columns = {
        name: prices[name].to_numpy(dtype=np.float64) if name in prices else np.full(n, np.nan)
        for name in ("open", "high", "low", "close")
    }
    if n == 0:
        empty = np.full((0, weeks), np.nan)
        none = np.zeros(0, dtype=np.int64)
        return WeeklyBars(empty, empty, empty, empty, none, none)
    segment = segments(sessions)
    ordinal, last = split_weeks(sessions)
    first = np.append(0, last[:-1] + 1)
    done = completes_week(sessions)

    # bars up to each session of its own week, and at the week's last session the whole bar
    high_to_date, low_to_date = _to_date(columns["high"], columns["low"], ordinal)
    open_to_date = columns["open"][first[ordinal]]
    newest = np.where(done, ordinal, ordinal - 1)
    back = newest[:, None] - np.arange(weeks)[None, :]
    there = back >= 0
    at = last[np.where(there, back, 0)]
    at = np.where((back == ordinal[:, None]) & there, position[:, None], at)
    there &= segment[at] == segment[:, None]

    # the first week of a segment may have begun before the data do
    starts = np.zeros(n, dtype=bool)
    starts[np.flatnonzero(np.diff(segment, prepend=-1) != 0)] = True
    cut = np.zeros(len(last), dtype=bool)
    cut[ordinal[starts]] = True
    whole = there & ~cut[ordinal[at]]

    def taken(values: Floats, where: Bools) -> Floats:
        return np.where(where, values[at], np.nan)

    ends_before = np.where(ordinal > 0, last[np.maximum(ordinal - 1, 0)], -1)
    newest_last = np.where(done, position, ends_before)
    before = np.maximum(ends_before, 0)
    # a week that the rule did not see ending is known to be over at the next week's first session
    seen = np.where(done, position, np.where(done[before], before, first[ordinal]))
    valid = there[:, 0]
    return WeeklyBars(
        open=taken(open_to_date, whole),
        high=taken(high_to_date, whole),
        low=taken(low_to_date, whole),
        close=taken(columns["close"], there),
        last=np.where(valid, newest_last, -1),
        seen=np.where(valid, seen, -1),
    )


def _to_date(high: Floats, low: Floats, ordinal: Ints) -> tuple[Floats, Floats]:
    """Highest high and lowest low of the week up to and including each session."""
    starts = last_true(np.diff(ordinal, prepend=-1) != 0)
    offset = np.arange(len(high)) - starts
    highest, lowest = high.copy(), low.copy()
    for step in range(1, int(offset.max()) + 1 if len(offset) else 0):
        later = np.flatnonzero(offset == step)
        highest[later] = np.fmax(highest[later - 1], high[later])
        lowest[later] = np.fmin(lowest[later - 1], low[later])
    return highest, lowest
