"""Text cells, epochs and stored dates to days, in the notations that downloads have."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from market.errors import InputError
from market.files.numbers import MISSING
from market.files.tables import Table
from market.judge.days import FIRST_YEAR, LAST_YEAR, Clock, placed

_PLAIN = (
    *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d. %b %Y"),
    *("%d. %B %Y", "%d/%b/%Y", "%d%b%Y", "%b-%d-%Y"),
)
_TWO_DIGITS = ("%d-%b-%y", "%d %b %y", "%d/%b/%y", "%d.%b.%y")
_MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%YM%m", "%b %Y", "%B %Y", "%b-%Y", "%Y-%b")
_MONTHS_TWO_DIGITS = ("%b-%y", "%b %y")
_OTHER_MONTHS = {
    **{"jän": "jan", "feber": "feb", "mär": "mar", "mrz": "mar", "mai": "may", "okt": "oct"},
    **{"dez": "dec", "januar": "january", "februar": "february", "märz": "march"},
    **{"juni": "june", "juli": "july", "oktober": "october", "dezember": "december"},
}
_TIME = re.compile(
    r"^(?P<day>.*?\d\.?)"
    r"(?:[T\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2}(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?\s*(?P<name>[A-Z]{3,5}|\[[\w/+-]+\])?)?$"
)


def dates(
    table: Table,
    column: pd.Series,
    *,
    months: bool = False,
    frequency: str = "daily",
    stated: str | None = None,
    week: str | None = None,
) -> pd.DatetimeIndex:
    """A column as days.

    The date is taken as written, because the date that an exchange's data
    carry is the exchange's own; only where the stated offset proves that an
    instant belongs to the next day is it moved there. Day and month in either
    order, and years of two digits, are told by the whole column: by which
    reading is a date in every row, is in order, and has the series' spacing;
    where more than one does, it is refused.

    Parameters
    ----------
    table : Table
        For file and line of errors, and for what is noticed.
    column : pandas.Series
    months : bool
        Whether a month without a day is a date (its first day is returned).
    frequency : str
        Of the series, as in its catalogue entry.
    stated : str, optional
        The notation as the user states it, for example ``%d/%m/%y``.
    week : {'monday', 'sunday'}, optional
        First day of the exchange's week, as the user states it.

    Raises
    ------
    InputError
        If a cell is no date, or can be more than one.
    """
    if pd.api.types.is_datetime64_any_dtype(column):
        days, clock = _stored(column)
    elif pd.api.types.is_numeric_dtype(column):
        days, clock = _counted(table, column)
    else:
        days, clock = _written(table, column, months, frequency, stated)
    missing = np.flatnonzero(days.isna())
    if len(missing):
        raise _no_date(table, missing, "")
    strange = np.flatnonzero((days.year < FIRST_YEAR) | (days.year > LAST_YEAR))
    if len(strange):
        raise _no_date(table, strange, str(days.to_numpy()[strange[0]].astype("datetime64[D]")))
    days = pd.DatetimeIndex(days.astype("datetime64[ns]"))
    return placed(days, clock, table.where, table.found, week)


def _stored(column: pd.Series) -> tuple[pd.DatetimeIndex, Clock | None]:
    moments = pd.DatetimeIndex(column)
    local = moments.tz_localize(None) if moments.tz is not None else moments
    days = local.normalize()
    if moments.isna().any() or local.equals(days):
        return days, None
    offsets = None
    if moments.tz is not None:
        utc = moments.tz_convert("UTC").tz_localize(None)
        offsets = ((local - utc) / pd.Timedelta(minutes=1)).to_numpy().round().astype(np.int64)
    minutes = ((local - days) / pd.Timedelta(minutes=1)).to_numpy().astype(np.int64)
    return days, Clock(minutes, offsets)


def _counted(table: Table, column: pd.Series) -> tuple[pd.DatetimeIndex, Clock | None]:
    """Numbers: 20241121, or time since 1970 in seconds, milliseconds, micro- or nanoseconds."""
    values = column.to_numpy(dtype=float, na_value=np.nan)
    there = values[np.isfinite(values)]
    if len(there) and (there % 1 == 0).all():
        if ((there >= 17_000_101) & (there <= 22_001_231)).all():
            texts = pd.Series(values).map(lambda v: "" if np.isnan(v) else str(int(v)))
            return _written(table, texts.astype("str"), False, "daily", "%Y%m%d")
        largest = float(np.abs(there).max())
        if largest >= 1e8 and len(there) == len(values):
            names = ("seconds", "milliseconds", "microseconds", "nanoseconds")
            power = int(np.searchsorted([1e11, 1e14, 1e17], largest, side="right"))
            seconds = values / 1000.0**power
            if np.abs(seconds).max() < 1e10:
                table.found.taken["dates"] = f"{names[power]} since 1970, UTC"
                whole = np.floor(seconds).astype(np.int64)
                days = pd.DatetimeIndex((whole // 86_400).astype("datetime64[D]"))
                minutes = whole % 86_400 // 60
                clock = Clock(minutes, np.zeros(len(whole), dtype=np.int64))
                return days, clock if minutes.any() else None
    shown = f"{there[0]:g}" if len(there) else "nothing"
    excel = len(there) and ((there > 15_000) & (there < 80_000)).all()
    raise InputError(
        f"the date column holds numbers ({shown})" + (", as a spreadsheet counts" if excel else ""),
        where=table.where([0]) if len(there) else table.path,
        expected="dates",
        do="store dates or text such as 2024-11-21",
    )


def _written(
    table: Table, column: pd.Series, months: bool, frequency: str, stated: str | None
) -> tuple[pd.DatetimeIndex, Clock | None]:
    if not len(column):
        return pd.DatetimeIndex([]), None
    empty = np.flatnonzero(column.str.lower().isin(MISSING).to_numpy())
    if len(empty):
        raise _no_date(table, empty, "")
    if stated is not None:
        return _as_stated(table, column, stated), None
    if (
        column.str.fullmatch(r"[-+]?\d{1,19}(\.0*)?").all()
        and not column.str.fullmatch(r"(1[7-9]|2[01])\d{6}").all()
    ):
        return _counted(table, column.astype(float))
    parts = column.str.extract(_TIME)
    text = parts["day"].where(parts["day"].notna(), column)
    if not text.str.isascii().all():
        text = text.str.replace("年|月", "-", regex=True).str.replace("日", "", regex=False)
    # a weekday before the date adds nothing
    text = text.str.replace(r"(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", "", regex=True)
    if text.str.contains(r"[^\W\d_]{3}", regex=True).any():
        text = text.str.replace(r"([^\W\d_]{3,})\.?", _english, regex=True)
    days = _read(table, text, column, months, frequency)
    return days, _clock(parts)


def _english(match: re.Match[str]) -> str:
    word = match[1].lower()
    return _OTHER_MONTHS.get(word, word)


def _clock(parts: pd.DataFrame) -> Clock | None:
    if parts["hour"].isna().any():
        return None
    hours = parts["hour"].astype(int)
    half = parts["half"].str.lower().str[:1]
    hours = hours.where(half.isna(), hours % 12 + 12 * (half == "p"))
    minutes = (hours * 60 + parts["minute"].astype(int)).to_numpy(dtype=np.int64)
    if not minutes.any():
        return None  # midnight of the exchange's own zone
    zone = parts["zone"]
    if zone.isna().any():
        return Clock(minutes, None)
    digits = zone.str.replace(":", "", regex=False).str.replace("Z|UTC|GMT", "+0000", regex=True)
    sign = np.where(digits.str.startswith("-"), -1, 1)
    hour = digits.str[1:3].astype(int).to_numpy()
    minute = digits.str[3:5].replace("", "0").astype(int).to_numpy()
    return Clock(minutes, sign * (hour * 60 + minute))


def _as_stated(table: Table, column: pd.Series, form: str) -> pd.DatetimeIndex:
    try:
        days = pd.DatetimeIndex(pd.to_datetime(column, format=form, errors="coerce"))
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{form!r} is no notation of dates",
            where=table.path,
            expected="one such as %d/%m/%Y",
        ) from error
    wrong = np.flatnonzero(days.isna())
    if len(wrong):
        raise InputError(
            f"{column.iloc[wrong[0]][:40]!r} is not a date written as {form}",
            where=table.where(wrong),
            expected=f"dates such as {dt.date(2024, 11, 21):{form}}",
            do="state how the dates are written (--date-format)",
        )
    table.found.taken["dates"] = f"{form}, as stated"
    if days.tz is not None:
        days = days.tz_localize(None)
    return _this_century(days, form).normalize()


def _read(
    table: Table, text: pd.Series, column: pd.Series, months: bool, frequency: str
) -> pd.DatetimeIndex:
    """The one reading that fits every row."""
    forms = _forms(text.iloc[0], months)
    best: tuple[int, pd.DatetimeIndex] | None = None
    readings: dict[str, pd.DatetimeIndex] = {}
    for form in forms:
        days = pd.DatetimeIndex(pd.to_datetime(text, format=form, errors="coerce"))
        good = int(np.count_nonzero(days.notna()))
        if good == len(text):
            days = _this_century(days, form)
            if not any(days.equals(other) for other in readings.values()):
                readings[form] = days
        elif best is None or good > best[0]:
            best = good, days
    if not readings:
        rows = np.flatnonzero(best[1].isna()) if best and best[0] else np.array([0])
        raise _no_date(table, rows[:1], column.iloc[int(rows[0])])
    if len(readings) > 1:
        for fits in (_in_order, lambda reading: _spaced(reading, frequency)):
            fitting = {form: days for form, days in readings.items() if fits(days)}
            readings = fitting or readings
            if len(readings) == 1:
                break
        else:
            raise InputError(
                f"dates such as {column.iloc[0]!r} can be read as "
                + " or ".join(
                    {"%m": "month first", "%d": "day first", "%y": "year first"}.get(f[:2], f)
                    for f in readings
                ),
                where=table.where([0]),
                expected="dates that can be read in one way",
                do="write them as YYYY-MM-DD, or state how they are written (--date-format, "
                "data.formats)",
            )
    form, days = next(iter(readings.items()))
    table.found.taken["dates"] = _words(form)
    if "%y" in form:
        table.found.taken["dates"] += f": {column.iloc[0]!r} is {days[0]:%Y-%m-%d}"
    return days


def _forms(first: str, months: bool) -> list[str]:
    """Notations that a cell's signs allow: spares parsing a long column by all of them."""
    separated = re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d{2})", first)
    if separated is not None:
        sign, year = separated[1], "%Y" if len(separated[2]) == 4 else "%y"
        orders = [("%d", "%m", year)] if sign == "." else [("%m", "%d", year), ("%d", "%m", year)]
        if year == "%y":
            orders.append((year, "%m", "%d"))
        return [sign.join(order) for order in orders]
    letters = bool(re.search(r"[a-z]{3}", first, re.I))
    known: tuple[str, ...] = (*_PLAIN, *_TWO_DIGITS)
    if months:
        known = (*known, *_MONTHS, *_MONTHS_TWO_DIGITS)
    return [
        form
        for form in known
        if letters == ("%b" in form.lower())
        and all(sign in first for sign in re.sub(r"%.", "", form).strip())
        and not ("%y" in form and re.search(r"\d{4}", first))
        and not ("%Y" in form and not re.search(r"\d{4}", first))
    ]


def _words(form: str) -> str:
    for code, word in (("%Y", "YYYY"), ("%y", "YY"), ("%m", "MM"), ("%d", "DD")):
        form = form.replace(code, word)
    return form.replace("%b", "Mon").replace("%B", "Month")


def _this_century(days: pd.DatetimeIndex, form: str) -> pd.DatetimeIndex:
    """A year of two digits is the latest one that is not after this year."""
    if "%y" not in form or days.isna().any():
        return days
    year = np.asarray(days.year)
    now = dt.date.today().year
    year = now - (now - year) % 100
    return pd.DatetimeIndex(
        pd.to_datetime({"year": year, "month": days.month, "day": days.day}, errors="coerce")
    )


def _in_order(days: pd.DatetimeIndex) -> bool:
    unique = days.is_unique
    return bool(unique and (days.is_monotonic_increasing or days.is_monotonic_decreasing))


def _spaced(days: pd.DatetimeIndex, frequency: str) -> bool:
    """Whether neighbouring rows lie as far apart as a series of that frequency has them."""
    bounds = {"daily": (0, 5, 40), "weekly": (6, 8, 40), "monthly": (27, 32, 400)}
    low, high, widest = bounds.get(frequency, (0, 40_000, 40_000))
    if len(days) < 2:
        return True
    gaps = np.abs(np.diff(days.to_numpy().astype("datetime64[D]").astype(np.int64)))
    return low <= float(np.median(gaps)) <= high and int(gaps.max()) <= widest


def _no_date(table: Table, rows: list[int] | np.ndarray, cell: str) -> InputError:
    return InputError(
        f"{cell[:40]!r} is not a date" if cell else "date is missing",
        where=table.where(rows),
        expected=f"a date such as 2024-11-21 between {FIRST_YEAR} and {LAST_YEAR}",
        do="correct the cell, or state how dates are written (--date-format)",
    )
