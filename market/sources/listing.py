"""What data there is: a table of every catalogue series, and export of one to a file."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pandas as pd

from market.atomic import write_whole
from market.container import Market
from market.errors import InputError
from market.inert import inert
from market.series.catalogue import CATALOGUE, PRICE_SERIES, SeriesSpec, find
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series, manifest

CACHE_ORIGIN = "cache "
"""How the origin of a series from the cache begins; `market.sources.cached` writes it."""

LISTING_COLUMNS = (
    *("id", "title", "status", "from", "to", "rows", "unit", "frequency"),
    *("source", "lag", "staleness_days", "age_days", "defects"),
)


def listing(market: Market | None = None, *, on: dt.date | None = None) -> pd.DataFrame:
    """Every series that the program knows, one row each.

    Parameters
    ----------
    market : Market, optional
        A run's market: its series are shown as loaded. Without one the
        bundled series are shown, told from the manifest without reading them.
    on : datetime.date, optional
        Day from which age is counted; today by default.

    Returns
    -------
    pandas.DataFrame
        Columns `LISTING_COLUMNS`. ``status`` is ``bundled``, ``cache``,
        ``file`` or ``not loaded``; ``from`` and ``to`` are ISO dates of the first and last
        stamp (empty where not loaded); ``age_days`` counts calendar days from
        the last stamp to `on` (<NA> where not loaded); ``defects`` is one text.
    """
    day = on or dt.date.today()
    spans = _bundled_spans() if market is None else _market_spans(market)
    specs = dict(CATALOGUE)
    if market is not None:
        # the traded index of a user's file is no catalogue series: it goes first
        specs = {market.id: market.price_spec} | specs
        # what is loaded states its own source and defects
        specs |= {market.id: market.price_spec}
        specs |= {name: loaded.spec for name, loaded in market.series.items()}
    rows = []
    for series_id, spec in specs.items():
        status, first, last, count, source = spans.get(
            series_id, ("not loaded", "", "", 0, spec.source)
        )
        age = (day - dt.date.fromisoformat(last)).days if last else None
        rows.append(
            (
                *(series_id, spec.title, status, first, last, count, spec.unit, spec.frequency),
                *(source, spec.lag, spec.staleness_days, age, "; ".join(spec.defects)),
            )
        )
    table = pd.DataFrame(rows, columns=list(LISTING_COLUMNS))
    return table.astype({"age_days": "Int64", "rows": "int64"})


def export(series_id: str, out: Path | str, market: Market | None = None) -> Path:
    """Write one series to a CSV or Parquet file, whole or not at all.

    The file reads back as `data.prices` or `data.files`: dates ISO, numbers
    in full precision, ``known_at`` and each row's source beside them.

    Parameters
    ----------
    series_id : str
        A bundled series, or one that `market` has loaded.
    out : Path or str
        ``.csv`` or ``.parquet`` decides the format.
    market : Market, optional
        Where to take the series from; the bundled data by default.

    Returns
    -------
    Path
        `out`.

    Raises
    ------
    InputError
        For an unknown or absent series, another suffix, or a place that
        cannot be written to.
    """
    path = Path(out)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise InputError(
            f"unknown format {path.suffix or '(no suffix)'!r}",
            where=str(out),
            expected="a file name that ends in .csv or .parquet",
        )
    frame = _rows_of(series_id, market).reset_index()
    if suffix == ".csv":
        for name in frame.select_dtypes(include=["object", "str"]):
            frame[name] = [inert(c) if isinstance(c, str) else c for c in frame[name]]
        content = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n").encode()
    else:
        buffer = io.BytesIO()
        frame.to_parquet(buffer, index=False, compression="zstd")
        content = buffer.getvalue()
    return write_whole(path, content)


def _rows_of(series_id: str, market: Market | None) -> pd.DataFrame:
    if market is not None and series_id == market.id:
        return market.prices
    if market is None and series_id == PRICE_SERIES:
        return bundled_prices()[0]
    if market is not None and market.has(series_id):
        return market.series[series_id].frame
    spec = find(series_id)
    if market is None and spec.bundled:
        return bundled_series(series_id).frame
    raise _absent(spec)


def _absent(spec: SeriesSpec) -> InputError:
    return InputError(
        f"series {spec.id!r} is not loaded",
        expected=f"one of {', '.join(BUNDLED_IDS)}",
        do=f"bring it as a file: data.files.{spec.id}",
    )


def _bundled_spans() -> dict[str, tuple[str, str, str, int, str]]:
    return {
        series_id: (
            "bundled",
            str(entry["first"]),
            str(entry["last"]),
            int(entry["rows"]),
            CATALOGUE[series_id].source,
        )
        for series_id, entry in manifest().items()
    }


def _market_spans(market: Market) -> dict[str, tuple[str, str, str, int, str]]:
    frames = {market.id: (market.prices, market.origin, market.price_spec.source)}
    for series_id, loaded in market.series.items():
        frames[series_id] = (loaded.frame, loaded.origin, loaded.spec.source)
    spans = {}
    for series_id, (frame, origin, source) in frames.items():
        bundled = origin == "bundled"
        days = pd.DatetimeIndex(frame.index).date
        first, last = (str(days[0]), str(days[-1])) if len(days) else ("", "")
        spans[series_id] = (
            "bundled" if bundled else "cache" if origin.startswith(CACHE_ORIGIN) else "file",
            first,
            last,
            len(days),
            source if bundled else origin,
        )
    return spans
