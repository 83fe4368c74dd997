"""Rows of one series as Parquet bytes, and one series as a base with the rows changed since."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from market.container import ROW_NOTES
from market.errors import InputError

COMPACT_SHARE = 0.05
"""Share of changed rows beyond which a new base is written: a day's update of twenty years of
prices stores one day, and reading a series never opens more than two files."""


def encode(frame: pd.DataFrame) -> bytes:
    """`frame` (index stamp, number columns, ``known_at`` and other notes) as Parquet."""
    days = pa.date32()
    stamps = pd.DatetimeIndex(frame.index).to_numpy().astype("datetime64[D]")
    columns: dict[str, pa.Array] = {"stamp": pa.array(stamps, type=days)}
    for name in frame.columns:
        if name == "known_at":
            known = frame[name].to_numpy().astype("datetime64[D]")
            columns[name] = pa.array(known, type=days)
        elif name in ROW_NOTES:
            columns[name] = pa.array([str(cell) for cell in frame[name]], type=pa.string())
        else:
            columns[name] = pa.array(frame[name].to_numpy(dtype=float), type=pa.float64())
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd")
    return buffer.getvalue()


def decode(content: bytes, where: str) -> pd.DataFrame:
    """What `encode` wrote.

    Raises
    ------
    InputError
        If it is something else.
    """
    try:
        table = pq.read_table(pa.BufferReader(content), use_threads=False)
        columns = {field.name: _column(table, field) for field in table.schema}
        stamps = pd.DatetimeIndex(columns.pop("stamp"), name="stamp")
        frame = pd.DataFrame(columns, index=stamps)
        if not (frame.index.is_unique and frame.index.is_monotonic_increasing):
            raise ValueError("stamps are not in order")
    except (pa.ArrowException, KeyError, ValueError, TypeError, OSError) as error:
        raise damaged(where) from error
    return frame


def difference(base: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame | None:
    """Rows of `now` that `base` does not have, or has otherwise; None where a new base is due.

    A new base is due where columns differ, a row of the base is gone, or more
    than `COMPACT_SHARE` of the rows changed.
    """
    if list(base.columns) != list(now.columns) or not base.index.isin(now.index).all():
        return None
    shared = now.loc[base.index]
    changed = np.zeros(len(base), dtype=bool)
    for name in base.columns:
        before, after = base[name], shared[name]
        changed |= ~((before == after) | (before.isna() & after.isna())).to_numpy(dtype=bool)
    delta = now[~now.index.isin(base.index[~changed])]
    return delta if len(delta) <= max(1, COMPACT_SHARE * len(base)) else None


def overlay(base: pd.DataFrame, delta: pd.DataFrame) -> pd.DataFrame:
    """`base` with the rows of `delta` added or put in place of its own."""
    kept = base[~base.index.isin(delta.index)]
    return pd.concat([kept, delta[list(base.columns)]]).sort_index()


def damaged(where: str) -> InputError:
    """A file of the cache that is not what was written."""
    return InputError(
        "is damaged",
        where=where,
        expected="the file as it was written",
        do="restore it, name another version with data.version, or use data.source: bundled",
    )


def _column(table: pa.Table, field: pa.Field) -> np.ndarray | pd.api.extensions.ExtensionArray:
    column = table.column(field.name)
    if pa.types.is_date(field.type):
        return np.asarray(column.to_numpy().astype("datetime64[ns]"))
    if pa.types.is_string(field.type):
        texts: pd.api.extensions.ExtensionArray = pd.array(column.to_pylist(), dtype="str")
        return texts
    return np.asarray(column.to_numpy(), dtype=float)
