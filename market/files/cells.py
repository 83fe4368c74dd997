"""Text cells to dates and numbers, in the notations that downloads have."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from market.errors import InputError
from market.files.tables import Table

MISSING = {"", ".", "-", "na", "n/a", "#n/a", "nan", "null", "none", "nd"}
FIRST_YEAR, LAST_YEAR = 1700, 2200
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%d.%m.%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%m/%d/%y",
    "%d/%m/%y",
)
_MONTH_FORMATS = ("%Y-%m", "%YM%m", "%b %Y", "%B %Y")
_TWINS = {"%m/%d/%Y": "%d/%m/%Y", "%m-%d-%Y": "%d-%m-%Y", "%m/%d/%y": "%d/%m/%y"}


def dates(
    table: Table, column: list[str] | pd.Series, *, months: bool = False, frequency: str = "daily"
) -> pd.DatetimeIndex:
    """A column as days.

    The date is taken as written: a time of day is dropped, and so is a time
    zone, without converting, because the date that an exchange's data carry is
    the exchange's own. Day and month in either order are told apart by the
    whole column: by days above 12, by which reading is in order, by which has
    the spacing of the series; where both readings fit it is refused.

    Parameters
    ----------
    table : Table
        For file and line of errors.
    column : list of str or pandas.Series
    months : bool
        Whether a month without a day is a date (its first day is returned).
    frequency : str
        Of the series, as in its catalogue entry.

    Raises
    ------
    InputError
        If a cell is no date.
    """
    if isinstance(column, pd.Series):
        days = _stored_dates(table, column)
    else:
        days = _written_dates(table, column, months, frequency)
    missing = np.flatnonzero(days.isna())
    if len(missing):
        raise _no_date(table, missing, "")
    strange = np.flatnonzero((days.year < FIRST_YEAR) | (days.year > LAST_YEAR))
    if len(strange):
        raise _no_date(table, strange, str(days.to_numpy()[strange[0]].astype("datetime64[D]")))
    return pd.DatetimeIndex(days.astype("datetime64[ns]"))


def numbers(table: Table, name: str, column: list[str] | pd.Series) -> np.ndarray:
    """A column as float64, NaN where a cell is empty or says that it is missing.

    Thousands separators, decimal commas, a currency sign, a percent sign (the
    number stays in percent) and the endings K, M, B, T are understood.

    Raises
    ------
    InputError
        If a cell is neither a number nor missing.
    """
    if isinstance(column, pd.Series):
        if not pd.api.types.is_numeric_dtype(column):
            raise InputError(f"column {name!r} holds no numbers", where=table.path)
        return column.to_numpy(dtype=float, na_value=np.nan)
    try:
        return np.array([float(cell) for cell in column])
    except ValueError:
        pass
    comma = _decimal_comma(column, table.delimiter)
    values = np.full(len(column), np.nan)
    for row, cell in enumerate(column):
        if cell.lower() in MISSING:
            continue
        value = _number(cell, comma)
        if value is None:
            raise InputError(
                f"{name} is {cell[:40]!r}",
                where=table.where([row]),
                expected="a number",
                do="correct the cell",
            )
        values[row] = value
    return values


def _number(cell: str, comma: bool) -> float | None:
    text = re.sub(r"[\s\u00a0\u202f$€£%']", "", cell)
    scale = _SCALES.get(text[-1:].lower(), 1.0)
    if scale != 1.0:
        text = text[:-1]
    decimal, thousands = (",", ".") if comma else (".", ",")
    whole, _, fraction = text.partition(decimal)
    if thousands in whole:
        if not re.fullmatch(rf"[-+]?\d{{1,3}}(\{thousands}\d{{3}})+", whole):
            return None
        whole = whole.replace(thousands, "")
    try:
        return float(f"{whole}.{fraction}" if fraction else whole) * scale
    except ValueError:
        return None


def _decimal_comma(cells: list[str], delimiter: str) -> bool:
    """Whether the comma is the decimal sign: told by the cells, then by the delimiter."""
    grouped = False
    for cell in cells:
        point, comma = cell.rfind("."), cell.rfind(",")
        if comma < 0:
            continue
        if point >= 0:
            return comma > point
        if not re.fullmatch(r"[-+$]?\d{1,3}(,\d{3})+[A-Za-z%]?", cell):
            return True
        grouped = True
    return grouped and delimiter != ","


def _stored_dates(table: Table, column: pd.Series) -> pd.DatetimeIndex:
    if pd.api.types.is_datetime64_any_dtype(column):
        days = pd.DatetimeIndex(column)
        return (days.tz_localize(None) if days.tz is not None else days).normalize()
    whole = column.dropna()
    if len(whole) and (whole % 1 == 0).all() and whole.between(10_000_101, 99_991_231).all():
        texts = ["" if pd.isna(cell) else str(int(cell)) for cell in column]
        return _written_dates(table, texts, False, "daily")
    raise InputError(
        "the date column holds numbers",
        where=table.path,
        expected="dates",
        do="store dates or text such as 2024-11-21",
    )


def _written_dates(
    table: Table, cells: list[str], months: bool, frequency: str
) -> pd.DatetimeIndex:
    if not cells:
        return pd.DatetimeIndex([])
    # a time of day and a time zone follow a date of digits after a blank or a T
    cut = re.compile(r"(?<=\d)[T ]+\d{1,2}:\d{2}.*$")
    texts = [cut.sub("", cell) for cell in cells]
    best: tuple[int, pd.DatetimeIndex] | None = None
    for form in (*_DATE_FORMATS, *(_MONTH_FORMATS if months else ())):
        if not texts or not _could_be(texts[0], form):
            continue
        days = pd.DatetimeIndex(pd.to_datetime(pd.Series(texts), format=form, errors="coerce"))
        good = int(np.count_nonzero(days.notna()))
        if good == len(texts):
            twin = _TWINS.get(form)
            return days if twin is None else _either(table, texts, days, twin, frequency)
        if best is None or good > best[0]:
            best = good, days
    row = int(np.flatnonzero(best[1].isna())[0]) if best and best[0] else 0
    raise _no_date(table, [row], cells[row])


def _could_be(text: str, form: str) -> bool:
    """Cheap test that spares parsing 20,000 cells by a format whose signs do not fit."""
    signs = re.sub(r"%.", "", form).strip()
    return all(sign in text for sign in signs) and ("%b" in form.lower()) == bool(
        re.search(r"[A-Za-z]{3}", text)
    )


def _either(
    table: Table, texts: list[str], days: pd.DatetimeIndex, twin: str, frequency: str
) -> pd.DatetimeIndex:
    """Month first or day first: the one that fits, is in order, and has the series' spacing."""
    other = pd.DatetimeIndex(pd.to_datetime(pd.Series(texts), format=twin, errors="coerce"))
    if other.isna().any() or other.equals(days):
        return days
    for fits in (_in_order, lambda reading: _spaced(reading, frequency)):
        good = [fits(days), fits(other)]
        if good == [True, False]:
            return days
        if good == [False, True]:
            return other
    raise InputError(
        f"dates such as {texts[0]!r} can be read as month first or day first",
        where=table.where([0]),
        expected="dates that can be read in one way",
        do="write them as YYYY-MM-DD",
    )


def _in_order(days: pd.DatetimeIndex) -> bool:
    unique = days.is_unique
    return bool(unique and (days.is_monotonic_increasing or days.is_monotonic_decreasing))


def _spaced(days: pd.DatetimeIndex, frequency: str) -> bool:
    """Whether neighbouring rows lie as far apart as a series of that frequency has them."""
    low, high = {"daily": (0, 5), "weekly": (6, 8), "monthly": (27, 32)}.get(frequency, (0, 40_000))
    if len(days) < 2:
        return True
    gap = float(np.median(np.abs(np.diff(days.to_numpy().astype("datetime64[D]").astype(int)))))
    return low <= gap <= high


def _no_date(table: Table, rows: list[int] | np.ndarray, cell: str) -> InputError:
    return InputError(
        f"{cell[:40]!r} is not a date" if cell else "date is missing",
        where=table.where(rows),
        expected=f"a date such as 2024-11-21 between {FIRST_YEAR} and {LAST_YEAR}",
        do="correct the cell",
    )
