"""Users' own files: prices and auxiliary series in the shapes that people download."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS, ROW_NOTES, Observations
from market.errors import InputError
from market.files.cells import dates, numbers
from market.files.columns import (
    ALIASES,
    date_column,
    find_column,
    lone_value,
    missing_columns,
    normalised,
    value_columns,
)
from market.files.tables import Table, read_table
from market.series.catalogue import SeriesSpec, find
from market.series.publication import known_at, month_end

ROUNDING = 1e-6
"""Relative tolerance of open and close against low and high: what float32 and rounding to the
cent leave behind. Within it the bar is widened to hold its open and close; beyond it the file is
refused."""

LOWEST_PRICE, HIGHEST_PRICE = 1e-6, 1e12
"""What a price can be: beyond it, sums of money lose their cents or overflow."""

PRICES_EXPECTED = (
    "a CSV or Parquet table with the columns date, open, high, low, close (or date and close)"
)
SERIES_EXPECTED = "a CSV or Parquet table with a date column and a value column"


@dataclass(frozen=True)
class PriceFile:
    """A price file as read.

    Parameters
    ----------
    prices : pandas.DataFrame
        Index ``date``, float64 ``open, high, low, close``, ascending.
    close_only : bool
        True where the file had closes only (open = high = low = close).
    sha256 : str
        Of the file's content.
    """

    prices: pd.DataFrame
    close_only: bool
    sha256: str


def price_spec(path: Path) -> SeriesSpec:
    """Catalogue entry of a user's price file: its id is the file's stem."""
    return SeriesSpec(
        id=re.sub(r"[^A-Za-z0-9_.-]+", "_", path.stem).strip("_") or "prices",
        title=f"prices of {path.name}",
        unit="price",
        frequency="daily",
        lag="same session",
        staleness_days=7,
        source=str(path),
        columns=("close", "open", "high", "low"),
        bundled=False,
    )


def read_prices(path: str | Path) -> PriceFile:
    """Prices from a user's file.

    Shapes: Yahoo (also yfinance's three header rows), Stooq, Investing.com,
    Nasdaq, FRED and this program's own exports; columns by name in any case
    and order. Rows may ascend or descend, strictly. Adjusted closes are never
    used. A file with a date and closes only gives bars of one price.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    PriceFile

    Raises
    ------
    InputError
        For the first thing wrong, with its line.
    """
    table = read_table(path, PRICES_EXPECTED)
    names = normalised(table)
    date = date_column(table, names, PRICES_EXPECTED)
    found = {column: find_column(names, ALIASES[column]) for column in PRICE_COLUMNS}
    if found["close"] is None:
        found["close"] = lone_value(table, names, date)
    bars = [column for column in ("open", "high", "low") if found[column] is not None]
    absent = [column for column in PRICE_COLUMNS if found[column] is None]
    if found["close"] is None or (bars and absent):
        raise missing_columns(table, names, absent)
    days = _ordered_dates(table, dates(table, table.columns[date]))
    used = PRICE_COLUMNS if bars else ("close",)
    cells: dict[str, np.ndarray] = {}
    for column in used:
        position = found[column]
        assert position is not None
        cells[column] = numbers(table, column, table.columns[position])
    if len(days) < 2:
        raise InputError(
            f"has {len(days)} row{'' if len(days) == 1 else 's'} of prices",
            where=table.path,
            expected="at least 2 sessions",
        )
    for column, values in cells.items():
        _check_values(table, column, values)
    cells = _check_bars(table, cells) if bars else dict.fromkeys(PRICE_COLUMNS, cells["close"])
    prices = pd.DataFrame({c: cells[c] for c in PRICE_COLUMNS}, index=days.rename("date"))
    return PriceFile(prices.sort_index(), not bars, table.sha256)


def read_series(path: str | Path, series_id: str) -> Observations:
    """An auxiliary series from a user's file.

    Rows without a value are left out. A column ``known_at`` says when each
    figure became known; without one the catalogue's lag applies. A monthly
    figure is stamped on the last day of its month, whatever day of the month
    the file writes.

    Parameters
    ----------
    path : str or Path
    series_id : str
        Id in the catalogue.

    Returns
    -------
    Observations

    Raises
    ------
    InputError
        For an unknown id, or the first thing wrong in the file.
    """
    spec = find(series_id, where=str(path))
    table = read_table(path, SERIES_EXPECTED)
    names = normalised(table)
    date = date_column(table, names, SERIES_EXPECTED)
    positions = value_columns(table, names, date, spec)
    stamps = _ordered_dates(
        table, dates(table, table.columns[date], months=True, frequency=spec.frequency)
    )
    frame = pd.DataFrame({"row": np.arange(len(stamps))})
    for column, position in positions.items():
        values = numbers(table, column, table.columns[position])
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            raise InputError(
                f"{column} is infinite", where=table.where(infinite), expected="a finite number"
            )
        frame[column] = values
    notes = {name: names.index(name) for name in ROW_NOTES[1:] if name in names}
    for name, position in notes.items():
        frame[name] = pd.array([str(cell) for cell in table.columns[position]], dtype="str")
    keep = frame[list(positions)].notna().any(axis=1).to_numpy()
    if not keep.any():
        raise InputError("has no values", where=table.path, expected=SERIES_EXPECTED)
    frame, stamps = frame[keep], stamps[keep]
    stamps, known = _publication(table, names, spec, stamps, keep)
    # nanoseconds throughout, whatever unit the arithmetic on months left
    frame.insert(1 + len(positions), "known_at", known.as_unit("ns"))
    frame.index = pd.DatetimeIndex(stamps.as_unit("ns").to_numpy(), name="stamp")
    frame = frame.drop(columns="row").sort_index()
    return Observations(spec, frame, str(path), table.sha256)


def _publication(
    table: Table, names: list[str], spec: SeriesSpec, stamps: pd.DatetimeIndex, keep: np.ndarray
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex]:
    """Stamps (month ends for a monthly series) and when each figure became known."""
    rows = np.flatnonzero(keep)
    if spec.frequency == "monthly":
        stamps = month_end(stamps)
        twice = np.flatnonzero(stamps.duplicated(keep="first"))
        if len(twice):
            raise InputError(
                f"{spec.id} has two rows for {stamps[twice[0]]:%Y-%m}",
                where=table.where(rows[twice]),
                expected="one row a month",
            )
    if "known_at" not in names:
        known = known_at(stamps, spec.lag_rule)
        # a survey by month: what it describes are the days before it came out
        return (known, known) if spec.lag_rule.kind == "third_tuesday" else (stamps, known)
    column = table.columns[names.index("known_at")]
    known = dates(table, column)[keep]
    early = np.flatnonzero(known < stamps)
    if len(early):
        first = early[0]
        raise InputError(
            f"known_at {known[first].date()} is before the figure's own last day "
            f"{stamps[first].date()}",
            where=table.where(rows[early]),
            expected="known_at on or after it",
        )
    return stamps, known


def _ordered_dates(table: Table, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """`days`, if they are unique and strictly ascend or strictly descend."""
    twice = np.flatnonzero(days.duplicated(keep="first"))
    if len(twice):
        first = int(np.flatnonzero(days == days[twice[0]])[0])
        raise InputError(
            f"date {days[twice[0]].date()} occurs twice "
            f"(first on {table.unit} {table.places[first]})",
            where=table.where(twice),
            expected="one row a day",
            do="remove the repeated rows",
        )
    steps = np.diff(days.to_numpy().astype(np.int64))
    ascending = int((steps > 0).sum()) >= int((steps < 0).sum())
    wrong = np.flatnonzero(steps < 0 if ascending else steps > 0) + 1
    if len(wrong):
        row = int(wrong[0])
        raise InputError(
            f"dates are not in order: {days[row].date()} follows {days[row - 1].date()}",
            where=table.where(wrong),
            expected="dates that only ascend, or only descend",
            do="sort the file by date",
        )
    return days


def _check_values(table: Table, column: str, values: np.ndarray) -> None:
    for wrong, what in (
        (np.isnan(values), f"{column} is missing (NaN)"),
        (np.isinf(values), f"{column} is infinite"),
        (values <= 0, f"{column} is not positive"),
        (values < LOWEST_PRICE, f"{column} is too small"),
        (values > HIGHEST_PRICE, f"{column} is too large"),
    ):
        rows = np.flatnonzero(wrong)
        if len(rows):
            value = values[rows[0]]
            shown = f": {value:g}" if np.isfinite(value) else ""
            raise InputError(
                what + shown,
                where=table.where(rows),
                expected=f"a price from {LOWEST_PRICE:g} to {HIGHEST_PRICE:g} in every row"
                if "too " in what
                else "a positive price in every row",
                do="correct the rows or remove them",
            )


def _check_bars(table: Table, cells: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    open_, high, low, close = (cells[column] for column in PRICE_COLUMNS)
    slack = ROUNDING * np.abs(high)
    checks = [(high < low - slack, "high", high, "below low", low)]
    for name, values in (("open", open_), ("close", close)):
        checks.append((values > high + slack, name, values, "above high", high))
        checks.append((values < low - slack, name, values, "below low", low))
    for wrong, name, values, relation, bound in checks:
        rows = np.flatnonzero(wrong)
        if len(rows):
            row = rows[0]
            raise InputError(
                f"{name} {values[row]:.10g} is {relation} {bound[row]:.10g}",
                where=table.where(rows),
                expected="low <= open, close <= high",
                do="correct the rows or remove them",
            )
    top = np.maximum.reduce([open_, high, low, close])
    bottom = np.minimum.reduce([open_, high, low, close])
    return {"open": open_, "high": top, "low": bottom, "close": close}
