"""Text cells to numbers: which sign is the decimal one is told by a table's columns together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from market.errors import InputError
from market.files.tables import Table

MISSING = {"", ".", "-", "--", "na", "n/a", "#n/a", "nan", "null", "none", "nd", "n.a."}
_SCALES = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_BLANKS = r"[\s\u00a0\u202f$€£¥%'’]"
_LEAP = 100.0


def decimal_sign(table: Table, columns: Sequence[int], stated: str | None = None) -> str:
    """``.`` or ``,``: which one is the decimal sign in these columns.

    Two marks in one cell, or one mark twice, or digits other than three
    behind it, tell it. Where every marked cell has three digits behind its
    mark (``1.001``), cells without one tell it (995 is followed by 1001, not
    by 1.001), then the usage of the table's kind: a comma-separated table has
    points, or quotes its commas of thousands. What remains is refused.

    Parameters
    ----------
    table : Table
    columns : sequence of int
        Positions of columns whose figures are written alike.
    stated : str, optional
        What the user says; counts for more than all else.

    Raises
    ------
    InputError
        Where both readings are possible.
    """
    if stated is not None:
        return stated
    texts = [
        table.columns[c] for c in columns if not pd.api.types.is_numeric_dtype(table.columns[c])
    ]
    if not texts:
        return "."
    bare = [_bare(text) for text in texts]
    cells = pd.concat(bare, ignore_index=True)
    marked = cells[cells.str.contains("[.,]", regex=True)]
    if marked.empty:
        return "."
    point, comma = marked.str.rfind("."), marked.str.rfind(",")
    both = (point >= 0) & (comma >= 0)
    if both.any():
        return "," if bool((comma > point)[both].iloc[0]) else "."
    mark = "," if (comma >= 0).any() else "."
    if mark == "," and (point >= 0).any():
        # some cells with points only, others with commas only: the one with three digits groups
        commas = marked[comma >= 0]
        return "." if bool(commas.str.fullmatch(r"[-+]?\d{1,3}(,\d{3})+").all()) else ","
    other = "." if mark == "," else ","
    if (marked.str.count(rf"\{mark}") > 1).any():
        return other
    if not marked.str.fullmatch(rf"[-+]?\d{{1,3}}\{mark}\d{{3}}").all():
        return mark
    as_decimal = max(_leap(text, mark) for text in bare)
    as_thousands = max(_leap(text, other) for text in bare)
    if as_decimal > _LEAP >= as_thousands:
        return other
    if as_thousands > _LEAP >= as_decimal:
        return mark
    unmarked = bool((~cells.str.contains("[.,]", regex=True) & cells.str.contains(r"\d")).any())
    if table.delimiter in (",", "") or (mark == "." and table.delimiter in ("\t", "|")):
        return "."
    if mark == "." and not unmarked and _leading_zero(marked):
        return "."
    row = int(np.flatnonzero(bare[0].str.contains("[.,]", regex=True))[0]) if len(bare[0]) else 0
    raise InputError(
        f"{marked.iloc[0]!r} can be {marked.iloc[0].replace(mark, '')} or, with a decimal sign, "
        f"{marked.iloc[0].replace(mark, '.')}",
        where=table.where([row]),
        expected="figures that can be read in one way",
        do="state the decimal sign: data.formats.prices.decimal='.' or ',' (a series: its id)",
    )


def numbers(table: Table, name: str, position: int, decimal: str = ".") -> np.ndarray:
    """A column as float64, NaN where a cell is empty or says that it is missing.

    Thousands marks, decimal commas, a currency sign, a percent sign (the
    number stays in percent) and the endings K, M, B, T are understood.

    Raises
    ------
    InputError
        If a cell is neither a number nor missing.
    """
    column = table.columns[position]
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=float, na_value=np.nan)
    if table.delimiter == "" and not pd.api.types.is_string_dtype(column):
        raise InputError(f"column {name!r} holds no numbers", where=table.path)
    if not len(column):
        return np.array([], dtype=float)
    text = _bare(column)
    missing = column.str.lower().isin(MISSING)
    scale = text.str[-1:].str.lower().map(_SCALES)
    text = text.where(scale.isna(), text.str[:-1])
    thousands = "," if decimal == "." else "."
    whole, rest = _parts(text, decimal)
    grouped = whole.str.contains(thousands, regex=False)
    well = whole.str.fullmatch(rf"[-+]?\d{{1,3}}(\{thousands}\d{{3}})+")
    joined = whole.str.replace(thousands, "", regex=False)
    plain = joined.where(rest == "", joined + "." + rest)
    with np.errstate(over="ignore"):
        values = _floats(plain) * scale.fillna(1.0).to_numpy(dtype=float)
    wrong = ~missing & (np.isnan(values) | (grouped & ~well))
    rows = np.flatnonzero(wrong.to_numpy())
    if len(rows):
        raise InputError(
            f"{name} is {column.iloc[rows[0]][:40]!r}",
            where=table.where(rows),
            expected="a number",
            do="correct the cell",
        )
    values[missing.to_numpy()] = np.nan
    return np.asarray(values)


def _bare(column: pd.Series) -> pd.Series:
    return column.str.replace(_BLANKS, "", regex=True)


def _parts(text: pd.Series, decimal: str) -> tuple[pd.Series, pd.Series]:
    halves = text.str.partition(decimal)
    return halves[0], halves[2]


def _floats(text: pd.Series) -> np.ndarray:
    """Digits with a point as float64, NaN for what is none; ``inf`` stays, to be judged."""
    clean = text.where(text.str.fullmatch(r"(?i)[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,4})?|[-+]?inf"))
    values: np.ndarray = clean.fillna("nan").to_numpy(dtype=object).astype(float)
    return values


def _leap(text: pd.Series, decimal: str) -> float:
    """Largest ratio between neighbours of a column in one of the two readings."""
    thousands = "," if decimal == "." else "."
    plain = text.str.replace(thousands, "", regex=False).str.replace(decimal, ".", regex=False)
    values = _floats(plain)
    values = values[np.isfinite(values) & (values > 0)]
    if len(values) < 2:
        return 1.0
    return float(np.exp(np.abs(np.diff(np.log(values))).max()))


def _leading_zero(marked: pd.Series) -> bool:
    """Whether some cell begins with ``0.``: no number of thousands does."""
    return bool(marked.str.match(r"[-+]?0").any())
