"""Frames and mappings as text: CSV and JSON with the same bytes for the same values."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from market.inert import inert


def csv_text(frame: pd.DataFrame) -> str:
    r"""A frame as CSV, without its index.

    Floats are written as their shortest text that reads back to the same
    number, dates as ISO dates, truth as ``true`` and ``false``, missing values
    as empty cells, line ends as ``\n``. Text that a spreadsheet would take for
    a formula gets a leading apostrophe; numbers never do.

    Parameters
    ----------
    frame : pandas.DataFrame

    Returns
    -------
    str
        Header line and one line a row.
    """
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([_cell(str(column)) for column in frame.columns])
    columns = [frame[column].tolist() for column in frame.columns]
    for row in zip(*columns, strict=True):
        writer.writerow([_cell(value) for value in row])
    return target.getvalue()


def json_text(
    value: object,
    *,
    sort: bool = True,
    ascii: bool = False,
    other: Callable[[Any], str] | None = None,
) -> str:
    """A value as JSON: two spaces, no NaN or infinity (null instead), final line end.

    Parameters
    ----------
    value : object
        Nested mappings, sequences, numbers, texts, dates; NumPy scalars and
        arrays and pandas timestamps count as what they hold.
    sort : bool
        Keys in alphabetical order; else in the order given.
    ascii : bool
        Other letters as escapes, for texts that may hold what no encoding
        carries (names of files).
    other : callable, optional
        Text of a value that has no JSON form.

    Returns
    -------
    str
        Strict JSON.

    Raises
    ------
    TypeError
        Where a value has no JSON form and `other` is not given.
    """
    clean = plain(value, other)
    text = json.dumps(clean, sort_keys=sort, indent=2, ensure_ascii=ascii, allow_nan=False)
    return text + "\n"


def plain(value: object, other: Callable[[Any], str] | None = None) -> Any:
    """A value made of nothing but dict, list, str, int, float, bool and None."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, np.datetime64):
        return plain(pd.Timestamp(value))
    if isinstance(value, np.generic):
        return plain(value.item(), other)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _float(value) if math.isfinite(value) else None
    if value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (dt.datetime, dt.date)):
        return iso(value)
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item, other) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist(), other)
    if isinstance(value, (Sequence, set, frozenset)):
        items = sorted(value, key=str) if isinstance(value, (set, frozenset)) else value
        return [plain(item, other) for item in items]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), other) for field in fields(value)}
    if other is not None:
        return other(value)
    raise TypeError(f"{type(value).__name__} has no JSON form: {value!r}")


def lookup(metrics: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value: Any = metrics
    for part in path.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return plain(value)


def iso(value: dt.date) -> str:
    """ISO date; with the time of day only where there is one."""
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time() and value.tzinfo is None
        return value.date().isoformat() if midnight else value.isoformat()
    return value.isoformat()


def _key(key: object) -> str:
    if isinstance(key, dt.date):
        return iso(key)
    return str(plain(key))


def _float(value: float) -> float:
    # minus zero reads as a loss that is none
    return 0.0 if value == 0 else value


def _cell(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "" if math.isnan(value) else repr(_float(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.date):
        return iso(value)
    return inert(str(value))
