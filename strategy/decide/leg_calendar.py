"""The calendar of a plan of legs: its anchors, and each leg's window and last session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.errors import InputError
from strategy.decide.calendar import (
    LONGEST_BREAK_DAYS,
    before_hole,
    day_of,
    last_on_or_before,
    passed,
)
from strategy.plan.leg import Dated, LegEntry, Sessions
from strategy.plan.legs_plan import Events, LegsPlan, Periodic, Yearly

_PERIODS = {"month": "M", "quarter": "Q", "week": "W-SUN"}


@dataclass(frozen=True)
class Anchor:
    """The start of a vintage.

    Attributes
    ----------
    label : str
        Year, ``2024-03``, ``2024-Q1``, or the day.
    year : int
        Year of the anchor.
    day : Timestamp
        Its session.
    """

    label: str
    year: int
    day: pd.Timestamp


@dataclass(frozen=True)
class Window:
    """The sessions in which a leg may be entered, and how long it may be held from each.

    Attributes
    ----------
    anchor : int
        Position of the last session on or before the anchor's day.
    first, until : int
        Sessions of the window in the data; `until` below `first` where it has none.
    complete : bool
        Whether the data hold all of it.
    last : int64[m]
        For an entry in each session, the last that the position may be held.
    timed : bool[m]
        Whether it is sold there; False where the data end before.
    ahead_until : int
        `until` on the calendar, which may go on after the data.
    ahead_last, ahead_timed : arrays
        `last` and `timed` on the calendar.
    """

    anchor: int
    first: int
    until: int
    complete: bool
    last: np.ndarray
    timed: np.ndarray
    ahead_until: int
    ahead_last: np.ndarray
    ahead_timed: np.ndarray

    @property
    def empty(self) -> bool:
        """Whether no session of the data lies in it."""
        return self.until < self.first


def next_day(after: pd.Timestamp, month_day: str, *, same: bool) -> pd.Timestamp:
    """The first day MM-DD after `after`, or on it where `same`."""
    day = day_of(after.year, month_day)
    if day > after or (same and day == after):
        return day
    return day_of(after.year + 1, month_day)


def anchors(
    plan: LegsPlan, sessions: pd.DatetimeIndex, event: np.ndarray | None = None
) -> list[Anchor]:
    """Every anchor that the data hold, oldest first.

    Parameters
    ----------
    plan : LegsPlan
    sessions : DatetimeIndex
        Of the plan's first market.
    event : int8[n], optional
        Where vintages are events, at each close whether all conditions hold: 1
        true, 0 false, -1 unknown.

    Raises
    ------
    InputError
        Where there is none, or a year that the plan names is not in the data.
    """
    rule = plan.vintages
    if isinstance(rule, Yearly):
        found = _yearly(rule, sessions)
    elif isinstance(rule, Periodic):
        found = _periodic(rule, sessions)
    else:
        assert event is not None
        found = _events(rule, sessions, event)
    if plan.data.start is not None:
        found = [anchor for anchor in found if anchor.day >= pd.Timestamp(plan.data.start)]
    data = f"prices run from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}"
    if isinstance(rule, Yearly) and rule.years is not None:
        missing = sorted(set(rule.years) - {anchor.year for anchor in found})
        if missing:
            raise InputError(
                f"no vintage for {', '.join(map(str, missing))}",
                where="vintages.years",
                expected=f"years that the data cover ({data})",
            )
        found = [anchor for anchor in found if anchor.year in set(rule.years)]
    if not found:
        raise InputError(
            "the data hold no anchor",
            where="vintages",
            expected=f"at least one from {plan.data.start or 'the first session'} on ({data})",
            do="move data.start or data.end, or load longer data",
        )
    return found


def _yearly(rule: Yearly, sessions: pd.DatetimeIndex) -> list[Anchor]:
    found = []
    for year in range(sessions[0].year, sessions[-1].year + 1):
        day = day_of(year, rule.anchor)
        at = last_on_or_before(sessions, day)
        if at < 0 or not passed(sessions, day) or (day - sessions[at]).days > LONGEST_BREAK_DAYS:
            continue
        found.append(Anchor(str(year), year, sessions[at]))
    return found


def _periodic(rule: Periodic, sessions: pd.DatetimeIndex) -> list[Anchor]:
    periods = sessions.to_period(_PERIODS[rule.every])
    found = []
    starts = np.flatnonzero(np.r_[True, periods[1:] != periods[:-1]]).tolist()
    for i, start in enumerate(starts):
        stop = starts[i + 1] if i + 1 < len(starts) else len(sessions)
        period = periods[start]
        whole = i + 1 < len(starts) or passed(sessions, period.end_time.normalize())
        at = start + rule.anchor - 1 if rule.anchor > 0 else stop + rule.anchor
        # the first period of the data may have begun before them, the last goes on after
        cut = i == 0 if rule.anchor > 0 else not whole
        if cut or not start <= at < stop:
            continue
        day = sessions[at]
        label = f"{day:%Y-%m-%d}" if rule.every == "week" else _label(period)
        found.append(Anchor(label, day.year, day))
    return found


def _label(period: pd.Period) -> str:
    text = str(period)
    return text.replace("Q", "-Q") if "Q" in text else text


def _events(rule: Events, sessions: pd.DatetimeIndex, event: np.ndarray) -> list[Anchor]:
    became = np.flatnonzero((event[1:] == 1) & (event[:-1] == 0)) + 1
    found: list[Anchor] = []
    before = -rule.gap
    for at in became.tolist():
        if at - before >= rule.gap:
            before = at
            found.append(Anchor(f"{sessions[at]:%Y-%m-%d}", sessions[at].year, sessions[at]))
    return found


def window_of(
    sessions: pd.DatetimeIndex,
    anchor: pd.Timestamp,
    entry: LegEntry,
    by: Dated | Sessions,
    known: int | None = None,
) -> Window:
    """The entry window of a leg on its market's own sessions.

    Parameters
    ----------
    sessions : DatetimeIndex
        Of the market that the leg trades.
    anchor : Timestamp
    entry : LegEntry
    by : Dated or Sessions
    known : int, optional
        How many of the sessions the data hold; all of them where not given.
    """
    at, count = last_on_or_before(sessions, anchor), len(sessions)
    opens = anchor + pd.Timedelta(days=1)
    if entry.from_ is not None:
        opens = next_day(anchor, entry.from_, same=False)
    first = int(sessions.searchsorted(opens, side="left"))
    if isinstance(entry.until, Sessions):
        until = first + entry.until.sessions - 1
        complete = until < count
    elif entry.until is not None:
        closes = next_day(opens, entry.until, same=True)
        until = last_on_or_before(sessions, closes)
        complete = passed(sessions, closes)
    else:
        until, complete = first, first < count
    until = min(until, count - 1)
    none = np.zeros(0, dtype=np.int64)
    far = first < count and (sessions[first] - opens).days > LONGEST_BREAK_DAYS
    if until < first or far or at < 0:
        over, no = complete or far, none.astype(bool)
        return Window(at, first, first - 1, over, none, no, first - 1, none, no)
    until = before_hole(sessions, first, until)
    held = [_held_until(sessions, t, by) for t in range(first, until + 1)]
    last = np.array([day for day, _ in held], dtype=np.int64)
    timed = np.array([ends for _, ends in held], dtype=np.bool_)
    end = (count if known is None else known) - 1
    return Window(
        at,
        first,
        min(until, end),
        complete and until <= end,
        np.minimum(last, end),
        timed & (last <= end),
        until,
        last,
        timed,
    )


def _held_until(sessions: pd.DatetimeIndex, entry: int, by: Dated | Sessions) -> tuple[int, bool]:
    if isinstance(by, Sessions):
        last = entry + by.sessions - 1
        timed = last < len(sessions)
        last = min(last, len(sessions) - 1)
    else:
        day = next_day(sessions[entry], by.date, same=True)
        last = max(last_on_or_before(sessions, day), entry)
        timed = passed(sessions, day)
    settled = before_hole(sessions, entry, last)
    return (settled, True) if settled < last else (last, timed)
