"""The calendar of the plan: which years can be run, and each one's sessions."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from market.container import Market
from market.errors import InputError
from market.judge.days import holes
from market.kept import kept
from strategy.plan import Plan

#: A session further from its calendar day than this means a hole in the data.
LONGEST_BREAK_DAYS = 10


@dataclass(frozen=True)
class Schedule:
    """One vintage's sessions, as positions in the price index.

    Attributes
    ----------
    year : int
        Year of the anchor.
    anchor : int
        Last session on or before the anchor date.
    entry : int
        First session after the anchor; -1 where the data end at the anchor,
        or where no session lies between the anchor and the exit date.
    last : int
        Last session of the tactical leg in the data: it ends before a hole.
    timed : bool
        Whether the leg's days are over; False where the data end before
        ``exit_by``.
    hedge_first, hedge_last : int
        Sessions of the hedge window in the data; -1 where there is none yet.
    window_last : int
        Last session on or before the window's last day, in the window or not.
    hedge_timed : bool
        Whether the data reach the window's end.
    year_over : bool
        Whether the data reach the end of the year after the anchor.
    whole : bool
        Whether no sessions are missing between the anchor and the last of its
        days in the data, nor where the leg or the window should begin and end.
    """

    year: int
    anchor: int
    entry: int
    last: int
    timed: bool
    hedge_first: int
    hedge_last: int
    window_last: int
    hedge_timed: bool
    year_over: bool
    whole: bool = True

    @property
    def ended(self) -> bool:
        """Whether both legs are over: nothing of the plan's own is open any more."""
        return self.timed and self.hedge_timed

    @property
    def complete(self) -> bool:
        """Whether nothing of the vintage's row can change with further data."""
        return self.ended and self.year_over and self.whole


def day_of(year: int, month_day: str) -> pd.Timestamp:
    """The calendar day 'MM-DD' of a year; 02-29 becomes 02-28 outside leap years."""
    month, day = int(month_day[:2]), int(month_day[3:])
    if (month, day) == (2, 29) and not calendar.isleap(year):
        day = 28
    return pd.Timestamp(year, month, day)


def passed(sessions: pd.DatetimeIndex, day: pd.Timestamp) -> bool:
    """Whether the last session on or before `day` is certain, given the data so far.

    True once a session on or after `day` is known, or when no weekday is left
    between the last session and `day`. Decidable at each close: data that are
    cut short give the same answer as long data cut there.
    """
    if not len(sessions):
        return False
    last = sessions[-1]
    if last >= day:
        return True
    return bool(
        np.busday_count((last + pd.Timedelta(days=1)).date(), (day + pd.Timedelta(days=1)).date())
        == 0
    )


def last_on_or_before(sessions: pd.DatetimeIndex, day: pd.Timestamp) -> int:
    """Position of the last session on or before `day`, -1 where there is none."""
    return int(sessions.searchsorted(day, side="right")) - 1


class Dates(NamedTuple):
    """What a plan says of its days, as it says it: 'MM-DD', a date, years."""

    anchor: str
    exit_by: str
    window_start: str
    window_end: str
    start: dt.date | None
    vintages: tuple[int, ...] | None


def dates_of(plan: Plan) -> Dates:
    """The plan's days: two plans with the same ones have the same schedule."""
    window = plan.hedge.window
    return Dates(
        plan.anchor,
        plan.tactical.exit_by,
        window.start,
        window.end,
        plan.data.start,
        plan.vintages,
    )


@kept(prices=False)
def schedule_of(market: Market, dates: Dates) -> tuple[Schedule, ...]:
    """`schedule`, remembered for the market of a task."""
    return tuple(_schedule(market.sessions, dates))


def schedule(sessions: pd.DatetimeIndex, plan: Plan) -> list[Schedule]:
    """Every vintage that the data allow, oldest first.

    Raises
    ------
    InputError
        Where no vintage lies in the data, or a year the plan names does not.
    """
    return _schedule(sessions, dates_of(plan))


def _schedule(sessions: pd.DatetimeIndex, plan: Dates) -> list[Schedule]:
    start = pd.Timestamp(plan.start) if plan.start else sessions[0]
    years = range(max(start.year, sessions[0].year), sessions[-1].year + 1)
    found = [v for year in years if (v := _vintage(sessions, plan, year, start)) is not None]
    if plan.vintages is not None:
        missing = sorted(set(plan.vintages) - {v.year for v in found})
        if missing:
            raise InputError(
                f"no vintage for {', '.join(map(str, missing))}",
                where="vintages",
                expected=_range_of(found, sessions),
                do="choose years the data cover, or load longer data",
            )
        found = [v for v in found if v.year in set(plan.vintages)]
    if not found:
        raise InputError(
            f"the data hold no anchor: {plan.anchor} of no year lies in the window",
            where="data.start" if plan.start else "data",
            expected=_range_of(found, sessions),
            do="move data.start or data.end, or load longer data",
        )
    return found


def _range_of(found: list[Schedule], sessions: pd.DatetimeIndex) -> str:
    data = f"prices run from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}"
    if not found:
        return f"at least one anchor in the data ({data})"
    return f"years {found[0].year} to {found[-1].year} ({data})"


def _vintage(
    sessions: pd.DatetimeIndex, plan: Dates, year: int, start: pd.Timestamp
) -> Schedule | None:
    anchor_day = day_of(year, plan.anchor)
    if not passed(sessions, anchor_day):
        return None
    anchor = last_on_or_before(sessions, anchor_day)
    if anchor < 0 or sessions[anchor] < start:
        return None
    if (anchor_day - sessions[anchor]).days > LONGEST_BREAK_DAYS:
        return None  # a hole in the data where the anchor should be

    exit_day = day_of(year, plan.exit_by)
    last = last_on_or_before(sessions, exit_day)
    entry = anchor + 1 if anchor + 1 <= last else -1
    if entry > 0 and (sessions[entry] - sessions[anchor]).days > LONGEST_BREAK_DAYS:
        entry = -1
    timed = passed(sessions, exit_day)
    near = not timed or _near(sessions, last, exit_day)
    settled = before_hole(sessions, max(entry, 0), last)
    if entry > 0 and settled < last:
        last, timed = settled, True

    window_start = day_of(year + 1, plan.window_start)
    window_end = day_of(year + 1, plan.window_end)
    window_first = int(sessions.searchsorted(window_start, side="left"))
    window_last = last_on_or_before(sessions, window_end)
    has_window = window_first <= window_last
    hedge_timed = passed(sessions, window_end)
    near &= not hedge_timed or (
        _near(sessions, window_last, window_end) and _near(sessions, window_first, window_start)
    )
    year_end = max(window_end, pd.Timestamp(year + 1, 12, 31))
    return Schedule(
        year=year,
        anchor=anchor,
        entry=entry,
        last=last,
        timed=timed,
        hedge_first=window_first if has_window else -1,
        hedge_last=window_last if has_window else -1,
        window_last=window_last,
        hedge_timed=hedge_timed,
        year_over=passed(sessions, pd.Timestamp(year + 1, 12, 31)),
        whole=near and not holes(sessions[anchor : last_on_or_before(sessions, year_end) + 1]),
    )


def before_hole(sessions: pd.DatetimeIndex, first: int, last: int) -> int:
    """Position of the last session before the first hole from `first` to `last`; else `last`.

    What is held across a hole cannot be valued in it, and nobody knows what it
    would have done: legs and hedges settle at the close before.
    """
    if not 0 <= first < last:
        return last
    before = _before_holes(sessions)
    next_one = int(np.searchsorted(before, first))
    return int(min(before[next_one], last)) if next_one < len(before) else last


def _before_holes(sessions: pd.DatetimeIndex) -> NDArray[np.int64]:
    """Positions of the last session before each hole; those of the index asked for last are kept.

    An index cannot be changed: the same object has the same holes.
    """
    global _holes_known
    known = _holes_known
    if known is None or known[0] is not sessions:
        found = np.array([before for before, _ in holes(sessions)], dtype=np.int64)
        # one object: a thread never sees the index of one call with the holes of another
        known = _holes_known = (sessions, found)
    return known[1]


_holes_known: tuple[pd.DatetimeIndex, NDArray[np.int64]] | None = None


def _near(sessions: pd.DatetimeIndex, position: int, day: pd.Timestamp) -> bool:
    """Whether the session at `position` is close enough to `day` for there to be no hole."""
    if not 0 <= position < len(sessions):
        # the window starts in a weekend at the end of the data
        return position == len(sessions) and passed(sessions, day)
    return bool(abs((sessions[position] - day).days) <= LONGEST_BREAK_DAYS)
