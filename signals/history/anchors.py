"""The plan's dates seen from each session: the anchor in force and windows of the year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from signals.history.bars import LONGEST_BREAK_DAYS, Bools, Ints, days

#: The article's data are dated 21 November; its tactical leg ends in mid-December.
ANCHOR = "11-21"
EXIT_BY = "12-15"


def day_in_year(sessions: pd.Index, month_day: str, years_back: int = 0) -> Ints:
    """The day 'MM-DD' in each session's year, or that many years earlier; days since 1970."""
    month, day = (int(part) for part in month_day.split("-"))
    years = sessions.to_numpy().astype("datetime64[Y]") - years_back
    first = years.astype("datetime64[M]") + (month - 1)
    last = (first + 1).astype("datetime64[D]") - 1
    wanted = first.astype("datetime64[D]") + (day - 1)
    return np.asarray(np.minimum(wanted, last).astype(np.int64))


def settled(sessions: pd.Index, day: Ints) -> Bools:
    """Whether each session is surely the last on or before `day`: no weekday lies between."""
    own = days(sessions)
    before = own <= day
    upper = np.where(before, day, own)
    weekdays = np.busday_count(
        (own + 1).astype("datetime64[D]"), (upper + 1).astype("datetime64[D]")
    )
    return np.asarray(before & (weekdays == 0))


def anchor_in_force(sessions: pd.Index, month_day: str = ANCHOR) -> Ints:
    """Position of the latest anchor session that each session can know of; -1 for none.

    The anchor of a year is its last session on or before the day. It is known
    at its own close when no weekday is left up to the day, else from the first
    session after the day on. A hole in the data in its place leaves no anchor.
    """
    own = days(sessions)
    found = np.full(len(own), -1, dtype=np.int64)
    for years_back in (1, 0):
        day = day_in_year(sessions, month_day, years_back)
        position = np.searchsorted(own, day, side="right") - 1
        near = day - own[np.maximum(position, 0)] <= LONGEST_BREAK_DAYS
        anchor = np.where((position >= 0) & near, position, -1)
        found = np.where(own > day, anchor, found)
    return np.where(settled(sessions, day), np.arange(len(own)), found)


def in_window(sessions: pd.Index, start: str, end: str) -> Bools:
    """Whether each session lies between two days of its year, both included.

    The window opens on the last session on or before `start`, as the anchor is.
    """
    own = days(sessions)
    first, last = day_in_year(sessions, start), day_in_year(sessions, end)
    return ((own >= first) | settled(sessions, first)) & (own <= last)
