"""Days: a day early or late, in the future, out of order, missing; which calendar they keep."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.record import Findings, Where

FIRST_YEAR, LAST_YEAR = 1700, 2200
_MANY, _HARDLY_ANY = 0.12, 0.03
"""Shares of a week's day among the rows: a fifth is usual, a seventh in seven-day markets."""

_THERE = re.compile(
    r"(?i)(^|[^a-z])(ta[-_ ]?(25|35|90|125)|tase|tel[-_ ]?aviv|tasi|tadawul|riyadh|saudi)([^a-z]|$)"
    r"|\.(ta|sr)$"
)

_FEW = 8
"""Rows below which no week can be told by its shares."""

SUNDAYS = _MANY
"""Share of Sundays among the rows from which on a market opens on them."""

HOLE = 12
"""Days without rows that no holiday explains: the longest closures of stock exchanges in peace
(China's new year) take eleven."""
_HOLES = {"daily": HOLE, "weekly": 20, "monthly": 62}
_GAPS = {"daily": (0.0, 4.0), "weekly": (5.0, 9.0), "monthly": (26.0, 33.0)}


@dataclass(frozen=True)
class Clock:
    """Times of day beside the dates of a table.

    Parameters
    ----------
    minutes : numpy.ndarray
        Of the day, as written; shape (rows,), int64.
    offsets : numpy.ndarray or None
        Minutes east of Greenwich, as stated; None where no zone is.
    """

    minutes: np.ndarray
    offsets: np.ndarray | None


def placed(
    days: pd.DatetimeIndex,
    clock: Clock | None,
    where: Where,
    found: Findings,
    week: str | None = None,
) -> pd.DatetimeIndex:
    """`days` on the days they belong to.

    An instant of midnight in a zone east of Greenwich, written in UTC, falls
    on the evening before: the offset and the week prove it, and the days are
    put right. Sundays and no Fridays are taken where they are shown to be the
    week of the exchange (see `sunday_market`), else refused.

    Parameters
    ----------
    week : {'monday', 'sunday'}, optional
        First day of the exchange's week, as the user states it.

    Raises
    ------
    InputError
    """
    if clock is not None and clock.offsets is not None and len(days):
        zones = sorted(set(clock.offsets.tolist()))
        found.taken["zone"] = ", ".join(f"UTC{z // 60:+03d}:{abs(z) % 60:02d}" for z in zones[:3])
        following = days + pd.Timedelta(days=1)
        # of a few rows one Sunday is enough, beside times that are midnight elsewhere
        early = _early(days) or (len(days) < _FEW and bool((days.day_of_week == 6).any()))
        shifted = early and not _early(following) and not _weekend(following)
        firsts = bool((following.day == 1).all()) and len(days) > 1
        if (shifted or firsts) and _midnight_elsewhere(clock):
            found.put_right.append(
                f"{len(days)} dates moved to the next day: their times are midnight in another "
                "zone, and fell on Sundays and no Friday"
                if shifted
                else f"{len(days)} dates moved to the next day: their times are midnight of the "
                "first of a month in another zone"
            )
            return following
        if len(days) < _FEW and _midnight_elsewhere(clock):
            found.doubted.append(
                f"times of {len(days)} dates are midnight in another zone: too few rows to tell "
                "whether they belong to the next day"
            )
    if _early(days) and (week == "sunday" or (week is None and sunday_market(days, clock, where))):
        found.taken["week"] = "Sunday to Thursday"
        return days
    for wrong, day, other, move in (
        (_early(days), 6, "Fridays", "to the next day"),
        (_late(days), 5, "Mondays", "to the day before"),
    ):
        if wrong:
            rows = np.flatnonzero(days.day_of_week == day)
            raise InputError(
                f"{len(rows)} of {len(days)} rows are {'Sundays' if day == 6 else 'Saturdays'} and "
                f"there are no {other}: dates belong {move}",
                where=where(rows[:1]),
                expected="the exchange's own date of each session",
                do="write dates without a time of day, in the exchange's zone"
                + (
                    "; where its week is Sunday to Thursday, state data.formats.prices.week=sunday"
                    if day == 6
                    else ""
                ),
            )
    return days


def sunday_market(days: pd.DatetimeIndex, clock: Clock | None, where: Where) -> bool:
    """Whether Sundays and no Fridays are the exchange's own week, as in Tel Aviv and Riyadh.

    Shown by one of: the file's name, of an index or listing there; times of
    the working day beside an offset of two to four hours east; the calendar.
    All exchanges that open from Monday to Friday close on New Year and nearly
    all at Christmas: shifted by a day, their files have no rows on the days
    before those. A file that has them, and that lacks some other days of its
    week, is not shifted. One without any holiday shows nothing.
    """
    if _THERE.search(Path(where([])).stem):
        return True
    if clock is not None and clock.offsets is not None:
        local = (clock.minutes >= 8 * 60) & (clock.minutes <= 18 * 60)
        east = (clock.offsets >= 120) & (clock.offsets <= 240)
        return bool(local.all() and east.all())
    ordered = days.sort_values()
    every = pd.date_range(ordered[0], ordered[-1])
    every = every[(every.day_of_week == 6) | (every.day_of_week <= 3)]
    eves = every[(every.month == 12) & every.day.isin((24, 31))]
    missing = 1.0 - len(every.intersection(ordered)) / max(1, len(every))
    return bool(len(eves) >= 2 and eves.isin(ordered).all() and 0.01 < missing < 0.12)


def not_in_the_future(days: pd.DatetimeIndex, where: Where) -> None:
    """Refuse days that have not come yet."""
    rows = np.flatnonzero(days > pd.Timestamp(dt.date.today()) + pd.Timedelta(days=1))
    if len(rows):
        raise InputError(
            f"{days[rows[0]]:%Y-%m-%d} has not come yet",
            where=where(rows),
            expected="dates up to today",
            do="correct the dates, or state how they are written (--date-format)",
        )


def in_order(days: pd.DatetimeIndex, where: Where, place: Callable[[int], str]) -> None:
    """Refuse days that occur twice, or neither ascend nor descend."""
    twice = np.flatnonzero(days.duplicated(keep="first"))
    if len(twice):
        first = int(np.flatnonzero(days == days[twice[0]])[0])
        raise InputError(
            f"date {days[twice[0]].date()} occurs twice (first on {place(first)})",
            where=where(twice),
            expected="one row a day",
            do="remove the repeated rows",
        )
    steps = np.diff(days.to_numpy().astype("datetime64[ns]").astype(np.int64))
    ascending = int((steps > 0).sum()) >= int((steps < 0).sum())
    wrong = np.flatnonzero(steps < 0 if ascending else steps > 0) + 1
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            f"dates are not in order: {days[row].date()} follows {days[row - 1].date()}",
            where=where(wrong),
            expected="dates that only ascend, or only descend",
            do="sort the file by date",
        )


def rhythm(days: pd.DatetimeIndex) -> str:
    """``daily``, ``weekly``, ``monthly`` or ``irregular``, by the median distance of rows."""
    if len(days) < 3:
        return "daily"
    gap = float(np.median(np.abs(_distances(days))))
    return next((name for name, (low, high) in _GAPS.items() if low <= gap <= high), "irregular")


def rows_a_year(days: pd.DatetimeIndex) -> float:
    """Rows that make a year: 252 sessions, 365 days, 52 weeks, 12 months.

    Told by which days of the week there are, not by counting rows: a hole
    does not shorten the year.
    """
    kind = rhythm(days)
    if kind == "weekly":
        return 52.0
    if kind == "monthly":
        return 12.0
    return 365.0 if len(days) >= 14 and seven_days(days) else 252.0


def seven_days(days: pd.DatetimeIndex) -> bool:
    """Whether the market is open on Saturdays and Sundays as on other days."""
    share = _shares(days)
    return bool(share[5] > 0.1 and share[6] > 0.1)


def open_days(days: pd.DatetimeIndex) -> tuple[int, ...]:
    """Days of the week on which the market opens; Monday is 0."""
    return tuple(int(day) for day in np.flatnonzero(_shares(days) > _HARDLY_ANY))


def holes(days: pd.DatetimeIndex, frequency: str = "daily") -> list[tuple[int, int]]:
    """Positions of the last row before, and the first one after, each hole; days ascend."""
    limit = _HOLES.get(frequency)
    if limit is None or len(days) < 2:
        return []
    return [(int(i), int(i) + 1) for i in np.flatnonzero(_distances(days) > limit)]


def told_holes(days: pd.DatetimeIndex, frequency: str) -> list[str]:
    """One sentence about the holes of a series; none where there is no hole."""
    found = holes(days, frequency)
    if not found:
        return []
    widest = sorted(found, key=lambda hole: days[hole[0]] - days[hole[1]])[:3]
    shown = ", ".join(
        f"{days[a]:%Y-%m-%d} to {days[b]:%Y-%m-%d} ({(days[b] - days[a]).days} days)"
        for a, b in widest
    )
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return [f"no rows between {shown}{more}"]


def _midnight_elsewhere(clock: Clock) -> bool:
    """Whether all instants are midnight in one zone east of Greenwich, or midnight in UTC."""
    assert clock.offsets is not None
    utc = (clock.minutes - clock.offsets) % 1440
    if not utc.any():
        return bool(clock.minutes.all())
    # one zone has at most two offsets an hour apart, whole quarters of an hour from Greenwich
    one_zone = utc.min() >= 600 and int(np.ptp(utc)) <= 60 and not (utc % 15).any()
    return bool(one_zone and not clock.offsets.any())


def _distances(days: pd.DatetimeIndex) -> np.ndarray:
    whole: np.ndarray = np.diff(days.to_numpy().astype("datetime64[D]").astype(np.int64))
    return whole


def _shares(days: pd.DatetimeIndex) -> np.ndarray:
    counts = np.bincount(days.day_of_week, minlength=7)
    return np.asarray(counts / max(1, len(days)))


def _judged_by_week(days: pd.DatetimeIndex) -> bool:
    return len(days) >= _FEW and rhythm(days) == "daily"


def _early(days: pd.DatetimeIndex) -> bool:
    share = _shares(days)
    return bool(_judged_by_week(days) and share[6] > _MANY and share[4] < _HARDLY_ANY)


def _late(days: pd.DatetimeIndex) -> bool:
    share = _shares(days)
    return bool(_judged_by_week(days) and share[5] > _MANY and share[0] < _HARDLY_ANY)


def _weekend(days: pd.DatetimeIndex) -> bool:
    return bool(_shares(days)[5:].sum() > _HARDLY_ANY)
