"""Read the bundled data: one small Parquet file a series, checked against its pinned hash."""

from __future__ import annotations

import hashlib
import json
from importlib import resources

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from market.container import PRICE_COLUMNS, Observations
from market.errors import InputError
from market.series.catalogue import CATALOGUE, PRICE_SERIES

BUNDLED_IDS: tuple[str, ...] = tuple(spec.id for spec in CATALOGUE.values() if spec.bundled)

_DATA = resources.files("market.bundle") / "data"


def manifest() -> dict[str, dict[str, str | int]]:
    """Hash, rows, first and last day of every bundled series, by id, without reading it."""
    try:
        files = json.loads((_DATA / "manifest.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        raise _damaged("manifest.json") from error
    return {name.removesuffix(".parquet"): entry for name, entry in files.items()}


def bundled_prices() -> tuple[pd.DataFrame, str]:
    """Prices of the bundled index and the sha256 of their file."""
    frame, digest = _read(PRICE_SERIES)
    return frame[list(PRICE_COLUMNS)].rename_axis("date"), digest


def bundled_series(series_id: str) -> Observations:
    """One bundled auxiliary series."""
    frame, digest = _read(series_id)
    if series_id == PRICE_SERIES:
        frame = frame[list(CATALOGUE[series_id].columns)].assign(known_at=frame.index)
    return Observations(CATALOGUE[series_id], frame, "bundled", digest)


def _read(series_id: str) -> tuple[pd.DataFrame, str]:
    name = f"{series_id}.parquet"
    try:
        content = (_DATA / name).read_bytes()
    except OSError as error:
        raise _damaged(name) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest_hashes().get(series_id):
        raise _damaged(name)
    table = pq.read_table(pa.BufferReader(content), use_threads=False)
    columns = {
        field.name: table.column(field.name).to_numpy().astype("datetime64[ns]")
        if pa.types.is_date(field.type)
        else table.column(field.name).to_pandas()
        for field in table.schema
    }
    stamps = pd.DatetimeIndex(columns.pop(table.schema[0].name), name=table.schema[0].name)
    frame = pd.DataFrame({n: getattr(c, "array", c) for n, c in columns.items()}, index=stamps)
    return frame, digest


def manifest_hashes() -> dict[str, str]:
    """Pinned sha256 of each bundled file, by series id."""
    global _HASHES
    if _HASHES is None:
        _HASHES = {series_id: str(entry["sha256"]) for series_id, entry in manifest().items()}
    return _HASHES


_HASHES: dict[str, str] | None = None


def _damaged(name: str) -> InputError:
    return InputError(
        f"bundled data file {name} is missing or damaged",
        expected="the file that came with the package",
        do="reinstall the package",
    )
