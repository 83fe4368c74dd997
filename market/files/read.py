"""Users' own files: prices and auxiliary series in the shapes that people download."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS, ROW_NOTES, Observations
from market.errors import InputError
from market.files.columns import (
    ADJUSTED_CLOSE,
    date_column,
    find_column,
    lone_value,
    missing_columns,
    normalised,
    value_columns,
)
from market.files.dates import dates
from market.files.names import ADJUSTED, ALIASES, plain
from market.files.numbers import decimal_sign, numbers
from market.files.tables import Table, read_table
from market.judge.days import in_order, not_in_the_future, rhythm, rows_a_year, told_holes
from market.judge.moves import TRADED, believed, judge_prices, judge_rate, undo_splits
from market.judge.record import Findings, Judged, Nothing, Stated
from market.judge.rows import holidays, judge_values, told_holidays, whole_bars
from market.judge.units import within_unit
from market.series.catalogue import SeriesSpec, find
from market.series.publication import known_at, month_end

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
    judged : Judged
        What the file was taken for, and what became of its rows.
    adjusted : bool
        Whether the file shows that dividends are in its closes.
    """

    prices: pd.DataFrame
    close_only: bool
    sha256: str
    judged: Judged
    adjusted: bool = False


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


def series_named_in(path: str | Path) -> str | None:
    """Id of the one catalogue series that a file's column is named after; None for prices."""
    from market.series.catalogue import CATALOGUE

    table = read_table(path, SERIES_EXPECTED)
    names = set(normalised(table)) - {alias for aliases in ALIASES.values() for alias in aliases}
    named = {
        spec.id
        for spec in CATALOGUE.values()
        if spec.columns[0] != "close" and names & {plain(n) for n in (spec.id, *spec.aliases)}
    }
    if names & {f"dgs{n}mo" for n in (1, 3, 6)} | names & {f"dgs{n}" for n in (1, 2, 5, 10, 30)}:
        named.add("treasury_curve")
    return named.pop() if len(named) == 1 else None


def read_prices(path: str | Path, stated: Stated | None = None) -> PriceFile:
    """Prices from a user's file, every row judged.

    Shapes: Yahoo (also yfinance's three header rows and what pandas makes of
    them), Stooq, MetaTrader, Bloomberg, Investing.com, Nasdaq, FRED and this
    program's own exports; columns by name in several languages, in any case
    and order. Rows may ascend or descend, strictly. Adjusted closes are never
    used. A file with a date and closes only gives bars of one price.

    Parameters
    ----------
    path : str or Path
    stated : Stated, optional
        What the user states about it (``data.formats.prices``).

    Returns
    -------
    PriceFile

    Raises
    ------
    InputError
        For the first thing wrong, with its line.
    """
    stated = stated or Nothing()
    table = read_table(path, PRICES_EXPECTED)
    names, found = normalised(table), table.found
    date = date_column(table, names, PRICES_EXPECTED)
    places = {column: find_column(names, ALIASES[column]) for column in (*PRICE_COLUMNS, "volume")}
    if places["close"] is None:
        places["close"] = lone_value(table, names, date)
    bars = [column for column in ("open", "high", "low") if places[column] is not None]
    absent = [column for column in PRICE_COLUMNS if places[column] is None]
    if places["close"] is None or (bars and absent):
        raise missing_columns(table, names, absent)
    days = dates(table, table.columns[date], stated=stated.dates, week=stated.week)
    in_order(days, table.where, _place(table))
    not_in_the_future(days, table.where)
    used = {c: p for c in (PRICE_COLUMNS if bars else ("close",)) if (p := places[c]) is not None}
    found.taken["columns"] = ", ".join(f"{c} ({table.names[p]})" for c, p in used.items())
    decimal = decimal_sign(table, list(used.values()), stated.decimal)
    if decimal == ",":
        found.taken["decimal sign"] = "comma"
    cells = {column: numbers(table, column, place, decimal) for column, place in used.items()}
    if len(days) < 2:
        raise InputError(
            f"has {len(days)} row{'' if len(days) == 1 else 's'} of prices",
            where=table.path,
            expected="at least 2 sessions",
        )
    for column, values in cells.items():
        judge_values(column, values, table.where)
    if bars:
        cells = whole_bars(cells, table.where)
    undo_splits(days, cells, stated.splits, found)
    judge_prices(days, cells, table.where, found, "data.formats.prices", stated.moves)
    _one_row_a_session(table, days)
    adjusted = _adjusted(table, names, found)
    if not bars:
        cells = dict.fromkeys(PRICE_COLUMNS, cells["close"])
    order = np.argsort(days.to_numpy(), kind="stable")
    index = days[order].rename("date")
    prices = pd.DataFrame({c: cells[c][order] for c in PRICE_COLUMNS}, index=index)
    volume = _volume(table, places["volume"], order)
    idle = holidays(index, {c: prices[c].to_numpy() for c in PRICE_COLUMNS}, volume)
    told_holidays(index, idle, found)
    prices = prices[~idle]
    sessions = pd.DatetimeIndex(prices.index)
    found.taken["rows"] = (
        f"{len(prices)} sessions, {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}"
    )
    found.taken["a year"] = f"{rows_a_year(sessions):g} rows"
    found.doubted += told_holes(sessions, "daily")
    return PriceFile(prices, not bars, table.sha256, found.judged(len(days)), adjusted)


def read_series(
    path: str | Path, series_id: str, stated: Stated | None = None, *, held: bool = False
) -> Observations:
    """An auxiliary series from a user's file, every row judged.

    Rows without a value are left out. A column ``known_at`` says when each
    figure became known; without one the catalogue's lag applies. A monthly
    figure is stamped on the last day of its month, whatever day of the month
    the file writes.

    Parameters
    ----------
    path : str or Path
    series_id : str
        Id in the catalogue.
    stated : Stated, optional
        What the user states about the file (``data.formats.ID``).
    held : bool
        Whether moves beyond belief are held back further on, as an update does.

    Returns
    -------
    Observations

    Raises
    ------
    InputError
        For an unknown id, or the first thing wrong in the file.
    """
    stated = stated or Nothing()
    spec = find(series_id, where=str(path))
    table = read_table(path, SERIES_EXPECTED)
    names, found = normalised(table), table.found
    date = date_column(table, names, SERIES_EXPECTED)
    positions = value_columns(table, names, date, spec)
    stamps = dates(
        table,
        table.columns[date],
        months=True,
        frequency=spec.frequency,
        stated=stated.dates,
        week=stated.week,
    )
    in_order(stamps, table.where, _place(table))
    not_in_the_future(stamps, table.where)
    frame = pd.DataFrame({"row": np.arange(len(stamps))})
    alike = [place for column, place in positions.items() if column != "volume"]
    decimal = decimal_sign(table, alike, stated.decimal)
    for column, position in positions.items():
        sign = decimal_sign(table, [position]) if column == "volume" else decimal
        values = numbers(table, column, position, sign)
        infinite = np.flatnonzero(np.isinf(values))
        if len(infinite):
            raise InputError(
                f"{column} is infinite", where=table.where(infinite), expected="a finite number"
            )
        frame[column] = values
    found.taken["columns"] = ", ".join(f"{c} ({table.names[p]})" for c, p in positions.items())
    found.taken["unit"] = spec.unit
    _judge_figures(table, spec, stamps, frame, stated, held)
    notes = {name: names.index(name) for name in ROW_NOTES[1:] if name in names}
    for name, position in notes.items():
        frame[name] = pd.array([str(cell) for cell in table.columns[position]], dtype="str")
    keep = frame[list(positions)].notna().any(axis=1).to_numpy()
    if not keep.any():
        raise InputError("has no values", where=table.path, expected=SERIES_EXPECTED)
    if not keep.all():
        found.left_out.append(f"{int((~keep).sum())} rows without a value")
    read = len(frame)
    frame, stamps = frame[keep], stamps[keep]
    stamps, known = _publication(table, names, spec, stamps, keep)
    # nanoseconds throughout, whatever unit the arithmetic on months left
    frame.insert(1 + len(positions), "known_at", known.as_unit("ns"))
    frame.index = pd.DatetimeIndex(stamps.as_unit("ns").to_numpy(), name="stamp")
    frame = frame.drop(columns="row").sort_index()
    days = pd.DatetimeIndex(frame.index)
    found.taken["rows"] = f"{len(days)}, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}"
    found.doubted += told_holes(days, spec.frequency)
    return Observations(spec, frame, str(path), table.sha256, found.judged(read))


def _place(table: Table) -> Callable[[int], str]:
    return lambda row: f"{table.unit} {table.places[row]}"


def _judge_figures(
    table: Table,
    spec: SeriesSpec,
    stamps: pd.DatetimeIndex,
    frame: pd.DataFrame,
    stated: Stated,
    held: bool,
) -> None:
    """Figures of one unit: within what the series can be, and without impossible moves."""
    key, main = f"data.formats.{spec.id}", spec.columns[0]
    if main not in frame:
        return
    values = frame[main].to_numpy(dtype=float)
    if ADJUSTED_CLOSE in frame:
        adjusted = frame[ADJUSTED_CLOSE].to_numpy(dtype=float)
        judge_values(ADJUSTED_CLOSE, np.where(np.isnan(adjusted), 1.0, adjusted), table.where)
    if held:
        # single figures wait for a person; a file in another unit is refused at once
        if len(values) > 2:
            middle = np.full(1, np.nanmedian(values))
            within_unit(spec.id, spec.unit, main, middle, lambda rows: table.path)
        return
    within_unit(spec.id, spec.unit, main, values, table.where)
    bound, unit = believed(spec)
    if unit == "log" and main == "close" and bound <= TRADED:
        bars = {c: frame[c].to_numpy(copy=True) for c in PRICE_COLUMNS if c in frame}
        for column, figures in bars.items():
            # a row without a figure is left out further on
            judge_values(column, np.where(np.isnan(figures), 1.0, figures), table.where)
        undo_splits(stamps, bars, stated.splits, table.found)
        for column, figures in bars.items():
            frame[column] = figures
        judge_prices(stamps, bars, table.where, table.found, key, stated.moves)
        return
    widest = {"daily": 12, "weekly": 20, "monthly": 62}.get(spec.frequency, 12)
    signed = -bound if unit == "log" else bound
    judge_rate(stamps, values, signed, widest, table.where, key, stated.moves)


def _one_row_a_session(table: Table, days: pd.DatetimeIndex) -> None:
    kind = rhythm(days)
    if len(days) >= 3 and kind != "daily":
        apart = {"weekly": "a week", "monthly": "a month"}.get(kind, "more than a few days")
        raise InputError(
            f"rows are {apart} apart",
            where=table.path,
            expected="a row a session: entries, stops, failures and averages count sessions, and a "
            "bar of a week would make other rules of them",
            do="bring daily prices",
        )


def _adjusted(table: Table, names: list[str], found: Findings) -> bool:
    """Whether the file shows that its closes are adjusted for dividends.

    yfinance adjusts unless asked otherwise, and then has a column of dividends
    and none of adjusted closes; a column may also be named so.
    """
    close = find_column(names, ALIASES["close"])
    unlike = find_column(names, ADJUSTED)
    paid = find_column(names, ("dividends", "dividend"))
    adjusted = False
    if paid is not None and unlike is None:
        column = table.columns[paid]
        amounts = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        adjusted = bool((amounts > 0).any())
    stem = plain(Path(table.path).stem)
    if re.search(r"(^|_)(total_return|tr|adj|adjusted)(_|$)", stem) and unlike is None:
        adjusted = True
    if unlike is not None and close is not None:
        found.taken["adjusted"] = f"no: {table.names[close]} beside {table.names[unlike]}"
    elif adjusted:
        found.taken["adjusted"] = "yes: dividends are in its closes"
        found.doubted.append(
            "closes are adjusted for dividends: no dividend yield is added unless the plan "
            "states one"
        )
    else:
        found.taken["adjusted"] = "not stated: taken as not"
    return adjusted


def _volume(table: Table, position: int | None, order: np.ndarray) -> np.ndarray | None:
    """Volumes in order of the days; a column that holds no figures is none."""
    if position is None:
        return None
    try:
        sign = decimal_sign(table, [position])
        return np.asarray(numbers(table, "volume", position, sign)[order])
    except InputError:
        return None


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
