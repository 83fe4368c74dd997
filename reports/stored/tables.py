"""The tables of a stored run by name, for CSV files. A table is one function in `TABLES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from market.errors import InputError
from market.serialise import csv_text, plain
from reports.run.hedge_section import hedge_tables
from strategy.compare.settings import flatten
from strategy.compare.stored import StoredRun, as_written, read_json
from strategy.result.metrics import monthly_returns


def _vintages(run: StoredRun) -> pd.DataFrame:
    return run.vintages


def _trades(run: StoredRun) -> pd.DataFrame:
    return run.trades


def _daily(run: StoredRun) -> pd.DataFrame:
    return run.daily.reset_index(names="date")


def _metrics(run: StoredRun) -> pd.DataFrame:
    flat = {key: value for key, value in flatten(dict(run.metrics)).items() if key}
    texts = [" ".join(map(str, v)) if isinstance(v, list) else v for v in flat.values()]
    return pd.DataFrame({"figure": list(flat), "value": pd.Series(texts, dtype=object)})


def _months(run: StoredRun) -> pd.DataFrame:
    columns = {}
    for name in ("total", "benchmark"):
        equity = run.daily[f"equity_{name}"].to_numpy(dtype=float)
        columns[name] = monthly_returns(equity, pd.DatetimeIndex(run.daily.index))
    frame = pd.DataFrame(columns)
    return pd.DataFrame({"month": frame.index.astype(str)}).join(frame.reset_index(drop=True))


def _settings(run: StoredRun) -> pd.DataFrame:
    flat = flatten(plain(run.record["plan"]))
    texts = [" ".join(map(str, v)) if isinstance(v, list) else v for v in flat.values()]
    return pd.DataFrame({"key": list(flat), "value": pd.Series(texts, dtype=object)})


def _series(run: StoredRun) -> pd.DataFrame:
    return pd.DataFrame([{"series": name, **facts} for name, facts in run.series.items()])


#: Tables by name; those of the hedge come from hedge.json.
TABLES: Mapping[str, Callable[[StoredRun], pd.DataFrame]] = {
    "vintages": _vintages,
    "trades": _trades,
    "daily": _daily,
    "metrics": _metrics,
    "months": _months,
    "settings": _settings,
    "series": _series,
}

HEDGE_TABLES = (
    "hedge-fates",
    "hedge-costs",
    "hedge-alternatives",
    "hedge-beside-less",
    "hedge-chained",
    "hedge-convexity",
    "hedge-break-even",
    "hedge-leave-one-out",
    "hedge-cases",
)


def table_csv(run: StoredRun, name: str) -> str:
    """A table of a run as CSV.

    Raises
    ------
    InputError
        Where there is no such table, or the run has nothing in it.
    """
    if name in TABLES:
        with as_written(run.folder):
            return csv_text(TABLES[name](run))
    if name not in HEDGE_TABLES:
        raise InputError(
            f"got {name!r}", where="TABLE", expected=f"one of {', '.join((*TABLES, *HEDGE_TABLES))}"
        )
    path = run.folder / "hedge.json"
    if not path.is_file():
        raise InputError("the run has no hedge to show", where=str(run.folder))
    with as_written(path):
        found = {table.id: table for table in hedge_tables(read_json(path))}
    if name not in found:
        raise InputError(f"the run has nothing in {name!r}", where=str(run.folder))
    table = found[name]
    rows: list[dict[str, Any]] = [
        {table.heads[0]: head}
        | {h: _value(c.exact) for h, c in zip(table.heads[1:], cells, strict=True)}
        for head, cells in table.rows
    ]
    return csv_text(pd.DataFrame(rows, columns=list(table.heads), dtype=object))


def _value(text: str) -> object:
    """A number where the exact text is one, so that it is written as such."""
    try:
        return float(text)
    except ValueError:
        return text or None
