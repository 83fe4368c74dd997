"""The first row and column in which two frames differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

#: Numbers are equal within this: the same sum in another order.
RELATIVE, ABSOLUTE = 1e-9, 1e-12


class Difference(NamedTuple):
    """Where two frames part: the row's day, its position, the column, both values."""

    session: pd.Timestamp
    row: int
    column: str
    then: object
    later: object


def first_difference(then: pd.DataFrame, later: pd.DataFrame) -> Difference | None:
    """The earliest row that differs, in it the first column; None where all agree.

    Rows are compared one by one; a missing row is a difference in the column
    ``row``. A missing value equals a missing value.
    """
    shared = min(len(then), len(later))
    best: Difference | None = None
    days = then.index[:shared] != later.index[:shared]
    columns: list[tuple[str, np.ndarray]] = [("row", np.asarray(days))]
    columns += [
        (str(c), ~_same(then[c].to_numpy()[:shared], later[c].to_numpy()[:shared]))
        for c in later.columns
        if c in then.columns
    ]
    for name, differs in columns:
        if not differs.any():
            continue
        i = int(differs.argmax())
        if best is None or i < best.row:
            a = then.index[i] if name == "row" else then[name].to_numpy()[i]
            b = later.index[i] if name == "row" else later[name].to_numpy()[i]
            best = Difference(min(then.index[i], later.index[i]), i, name, a, b)
    if best is None and len(then) != len(later):
        more = then if len(then) > shared else later
        there, absent = "a row", "no row"
        return Difference(
            more.index[shared],
            shared,
            "row",
            there if more is then else absent,
            absent if more is then else there,
        )
    return best


def _same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    same = np.asarray(a == b, dtype=bool)
    if same.all():
        return same
    # only what is not equal to the last bit is looked at again
    open_ = np.flatnonzero(~same)
    x, y = a[open_], b[open_]
    same[open_] = pd.isna(x) & pd.isna(y)
    if a.dtype.kind == "f" and b.dtype.kind in "fiu":
        same[open_] |= np.isclose(x, y.astype(float), rtol=RELATIVE, atol=ABSOLUTE)
    return same
