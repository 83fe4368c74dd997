"""Parts of a sweep as Parquet: the same variants give the same bytes, whoever computes them."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from strategy.sweep.engine.engine import Engine
from strategy.sweep.engine.rows import Rows
from strategy.sweep.file.columns import COUNTS, LEG_METRICS, METRICS
from strategy.sweep.file.grid import Grid, plain_array

#: Number of the variant, see `strategy.sweep.file.grid`.
VARIANT = "variant"


def write_options(schema: pa.Schema) -> dict[str, Any]:
    """Options of the Parquet writer: values of keys repeat, metrics do not."""
    keys = [name for name in schema.names if name not in METRICS | LEG_METRICS and name != VARIANT]
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": [k for k in keys if not k.startswith("vintage_")],
        "write_statistics": True,
        "store_schema": False,
    }


def variants_table(grid: Grid, numbers: np.ndarray, rows: Rows) -> pa.Table:
    """One row a variant: its number, the values of its keys, the metrics that are kept."""
    digits = grid.digits(numbers)
    columns: dict[str, pa.Array] = {VARIANT: pa.array(numbers, type=pa.int64())}
    for key in grid.sweep.keys:
        columns[key] = _key_column(grid, key, digits)
    names = list(grid.sweep.columns)
    for name in grid.sweep.metrics:
        values = rows.metrics[:, names.index(name)]
        if name in COUNTS:
            columns[name] = pa.array(values.astype(np.int32))
        else:
            # no figure is null, not NaN: it sorts and averages as such
            columns[name] = pa.array(values, mask=np.isnan(values))
    return pa.table(columns)


def vintages_table(years: list[int], numbers: np.ndarray, rows: Rows) -> pa.Table:
    """One row a variant: the account's return from each anchor to the next, float64."""
    columns: dict[str, pa.Array] = {VARIANT: pa.array(numbers, type=pa.int64())}
    for j, year in enumerate(years):
        values = rows.vintages[:, j]
        columns[f"vintage_{year}"] = pa.array(values, mask=np.isnan(values))
    return pa.table(columns)


def _key_column(grid: Grid, key: str, digits: np.ndarray) -> pa.Array:
    for j, axis in enumerate(grid.axes):
        if key not in axis.keys:
            continue
        values = axis.values[axis.keys.index(key)]
        plain = plain_array(values)
        if plain.dtype == object:
            # sections, lists and mixed values as JSON
            plain = np.array([json.dumps(v, sort_keys=True, default=str) for v in values])
        elif all(isinstance(v, int) and not isinstance(v, bool) for v in values):
            plain = np.array(values, dtype=np.int64)
        if plain.dtype.kind == "U":
            return pa.DictionaryArray.from_arrays(
                pa.array(digits[:, j], type=pa.int32()), pa.array(plain.tolist(), type=pa.string())
            ).cast(pa.string())
        return pa.array(plain[digits[:, j]])
    raise KeyError(key)


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as one Parquet file with one row group."""
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=max(1, len(table)), **write_options(table.schema))
    return out.getvalue()


def pack(
    engine: Engine, numbers: np.ndarray, rows: Rows, *, vintages: bool
) -> tuple[bytes, bytes | None]:
    """Variants that were run as Parquet files: their metrics, and their vintage returns."""
    table = parquet_bytes(variants_table(engine.grid, numbers, rows))
    if not vintages:
        return table, None
    return table, parquet_bytes(vintages_table(engine.years, numbers, rows))


def compute_part(
    engine: Engine, part: tuple[int, int], *, vintages: bool
) -> tuple[bytes, bytes | None]:
    """Run a part of the sweep and `pack` it."""
    numbers = engine.grid.numbers(part)
    return pack(engine, numbers, engine.compute(numbers), vintages=vintages)
