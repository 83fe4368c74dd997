"""Which column of a user's file is which: names in any case, the aliases that downloads use."""

from __future__ import annotations

import re

from market.container import ROW_NOTES
from market.errors import InputError
from market.files.names import (
    ADJUSTED,
    ALIASES,
    DATE_NAMES,
    INDEX_NAMES,
    NO_VALUE,
    plain,
    without_ticker,
)
from market.files.tables import Table
from market.series.definition import SeriesSpec

_MOVES = re.compile(r"(^|_)(returns?|chg|change|pct|percent|prev|previous)(_|$)")
"""Words of columns that hold moves, or the day before's price."""

_CURVE_ALIASES = {
    **{f"m{n}": (f"{n}_mo", f"dgs{n}mo", f"{n}_month") for n in (1, 2, 3, 4, 6)},
    **{f"y{n}": (f"{n}_yr", f"dgs{n}", f"{n}_year") for n in (1, 2, 3, 5, 7, 10, 20, 30)},
}


#: A fund's close with its distributions in it, as the program calls it.
ADJUSTED_CLOSE = "adjusted_close"


def normalised(table: Table) -> list[str]:
    """Column names without case, marks and blanks: ``Adj Close**`` is ``adj_close``."""
    names, tickers = without_ticker([plain(name) for name in table.names], table.names)
    if len(tickers) > 1:
        raise InputError(
            f"holds several tickers: {', '.join(tickers[:5])}",
            where=_header_place(table),
            expected="one",
            do="save one ticker a file",
        )
    for position, name in enumerate(names):
        if name and names.index(name) != position:
            raise InputError(
                f"has two columns {table.names[position]!r}",
                where=_header_place(table),
                expected="each column once",
                do="remove or rename one",
            )
    return names


def find_column(names: list[str], wanted: tuple[str, ...]) -> int | None:
    """Position of the first of the `wanted` names that the file has."""
    return next((names.index(name) for name in wanted if name in names), None)


def date_column(table: Table, names: list[str], expected: str) -> int:
    """Position of the dates: by name, else a first column without one (a pandas index)."""
    position = find_column(names, DATE_NAMES)
    if position is None:
        position = find_column(names, ("index_level_0",))  # Parquet's name of a nameless index
    if position is None and names[0] in INDEX_NAMES:
        position = 0
    if position is None:
        raise InputError(
            f"has no date column: its columns are {_listed(table)}",
            where=_header_place(table),
            expected=expected,
        )
    return position


def lone_value(table: Table, names: list[str], date: int) -> int | None:
    """The one column beside the date, as in FRED's files; an adjusted close is not it."""
    others = [p for p, name in enumerate(names) if p != date and name not in ROW_NOTES]
    if len(others) != 1 or names[others[0]] in NO_VALUE or _MOVES.search(names[others[0]]):
        return None
    return others[0]


def missing_columns(table: Table, names: list[str], absent: list[str]) -> InputError:
    """Say which price columns a file lacks, and what it has instead."""
    adjusted = "close" in absent and any(name in ADJUSTED for name in names)
    return InputError(
        f"is missing the column{'s' if len(absent) > 1 else ''} {', '.join(absent)}: "
        f"its columns are {_listed(table)}",
        where=_header_place(table),
        expected="open, high, low and close, or close alone, beside the date",
        do="adjusted closes are not used; rename the column to close if you mean it"
        if adjusted
        else "name the columns so",
    )


def value_columns(table: Table, names: list[str], date: int, spec: SeriesSpec) -> dict[str, int]:
    """Position of each of the series' value columns that the file has."""
    found: dict[str, int] = {}
    for column in spec.columns:
        aliases = (column, *ALIASES.get(column, ()), *_CURVE_ALIASES.get(column, ()))
        if column == ADJUSTED_CLOSE:
            # beside the close only: alone it is no price
            aliases = ADJUSTED if spec.columns[0] in found else ()
        position = find_column(names, aliases)
        if position is not None and position != date:
            found[column] = position
    main = spec.columns[0]
    if main in found or (found and spec.id == "leveraged_etf_assets"):
        return found
    own = tuple(plain(n) for n in (spec.id, *spec.aliases))
    position = find_column(names, (*own, "value", *ALIASES["close"]))
    if position is None and not found:
        position = lone_value(table, names, date)
    if position is None:
        raise InputError(
            f"has no column for {spec.id}: its columns are {_listed(table)}",
            where=_header_place(table),
            expected=f"a column {' or '.join((main, *spec.aliases, spec.id))}",
            do="name the column so",
        )
    return {main: position, **found}


def _listed(table: Table) -> str:
    shown = ", ".join(name or "(no name)" for name in table.names[:8])
    return shown + (" ..." if len(table.names) > 8 else "")


def _header_place(table: Table) -> str:
    return f"{table.path}, line 1" if table.unit == "line" else table.path
