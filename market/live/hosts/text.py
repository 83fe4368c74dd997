"""Read what sources answer as text: strictly, because a changed format must be noticed."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from market.live.fetch.http import Body
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import printable

FIRST_YEAR, LAST_YEAR = 1700, 2200
LARGEST = 1e15
"""Beyond this a figure is none: no price, rate, amount or volume comes near it."""

MISSING = frozenset({"", ".", "NA", "N/A", "NaN", "null"})


@dataclass(frozen=True)
class Table:
    """A CSV answer: its header and its rows, with the number of each row's line."""

    names: list[str]
    rows: list[list[str]]
    lines: list[int]
    notes: tuple[str, ...]


def text_of(body: Body, what: str) -> str:
    """The answer as text.

    Raises
    ------
    SourceError
        If it is empty, a page for people, or not UTF-8 (UTF-16 with a mark).
    """
    content = body.content
    if not content.strip():
        raise SourceError("the answer is empty", where=what, do="try again later")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = ""
    if _is_page(body, text or content[:500].decode("latin-1")):
        title = re.search(r"(?is)<title[^>]*>(.*?)</title>", text[:20_000])
        said = f" ({printable(title[1], 60)!r})" if title and title[1].strip() else ""
        raise SourceError(
            f"the answer is a web page{said}, not data",
            where=what,
            do="the host may refuse programs, or the address moved; try again later",
        )
    if not text or re.search(r"[\x00-\x08\x0e-\x1f]", text):
        raise SourceError("the answer is not text in UTF-8", where=what)
    return text


def csv_of(body: Body, what: str, accepted: Callable[[list[str]], bool], expected: str) -> Table:
    """The rows of a CSV answer whose header is as expected.

    A last line without its end may have lost digits: it is left out.

    Raises
    ------
    SourceError
        For another header, or a row of another width.
    """
    text = text_of(body, what)
    notes: tuple[str, ...] = ()
    if not text.endswith(("\n", "\r")):
        text, _, cut = text.rpartition("\n")
        notes = (f"last line {printable(cut, 40)!r} has no end and is left out",)
    reader = csv.reader(io.StringIO(text))
    try:
        names = [cell.strip() for cell in next(reader, [])]
        if not accepted(names):
            raise SourceError(
                f"the columns are {printable(', '.join(names)) or 'missing'}",
                where=what,
                expected=expected,
                do="the source changed its format; the cache is as it was",
            )
        rows, lines = [], []
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                raise SourceError(
                    f"line {reader.line_num} has {len(row)} cells",
                    where=what,
                    expected=f"{len(names)}, as the header",
                    again=True,
                )
            rows.append([cell.strip() for cell in row])
            lines.append(reader.line_num)
    except csv.Error as error:
        raise SourceError(f"the answer is no CSV ({error})", where=what) from None
    return Table(names, rows, lines, notes)


def json_of(body: Body, what: str) -> Any:
    """The answer as JSON.

    Raises
    ------
    SourceError
        If it is none.
    """
    text = text_of(body, what)
    try:
        return json.loads(text, parse_int=_whole, parse_constant=_no_number)
    except _NoNumber as error:
        raise SourceError(f"the answer holds {error}", where=what, again=True) from None
    except (ValueError, RecursionError):
        raise SourceError(
            "the answer is no JSON, or only the beginning of it", where=what, again=True
        ) from None


class _NoNumber(ValueError):
    """What stands in JSON as a number and is none of a market's."""


def _whole(text: str) -> int:
    # a sign and 19 digits hold 64 bits; int() takes quadratic time for many more
    if len(text) > 20 or not -(2**63) <= (number := int(text)) < 2**63:
        raise _NoNumber("a number beyond 64 bits")
    return number


def _no_number(text: str) -> float:
    raise _NoNumber(f"'{text}', which is no number of JSON")


def day(cell: str, form: str, what: str, line: int) -> dt.date:
    """A date in one form only.

    Raises
    ------
    SourceError
        For anything else.
    """
    try:
        found = dt.datetime.strptime(cell, form).date()
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
        raise ValueError
    except ValueError:
        raise SourceError(
            f"line {line}: {printable(cell, 40)!r} is not a date",
            where=what,
            expected=f"a date such as {dt.date(2024, 11, 21):{form}} between {FIRST_YEAR} and "
            f"{LAST_YEAR}",
        ) from None


def number(cell: str, what: str, line: int) -> float:
    """A number, NaN where the source says that there is none.

    Raises
    ------
    SourceError
        For anything else, infinity included.
    """
    if cell in MISSING:
        return math.nan
    try:
        value = float(cell)
    except ValueError:
        value = math.inf
    if abs(value) > LARGEST:
        raise SourceError(
            f"line {line}: {printable(cell, 40)!r} is not a number", where=what
        ) from None
    return value


def frame_of(
    days: Sequence[dt.date],
    columns: Mapping[str, Sequence[float]],
    what: str,
    *,
    newest_first: bool = False,
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Days and columns as rows in order, and notes on what was left out.

    Rows that say the same twice count once; rows of days without any figure
    are left out.

    Raises
    ------
    SourceError
        If the days are not in order, a day has two different rows, or nothing
        is left.
    """
    steps = pairwise(reversed(days) if newest_first else days)
    wrong = next((later for earlier, later in steps if later < earlier), None)
    if wrong is not None:
        raise SourceError(
            f"the dates are not in order at {wrong}",
            where=what,
            expected="newest first" if newest_first else "newest last",
            again=True,
        )
    stamps = pd.DatetimeIndex(pd.to_datetime(list(days))).as_unit("ns")
    frame = pd.DataFrame(
        {name: np.asarray(values, dtype=float) for name, values in columns.items()},
        index=pd.DatetimeIndex(stamps, name="stamp"),
    )
    frame = frame[frame.notna().any(axis=1)]
    if frame.empty:
        raise SourceError("the answer has no figures", where=what, do="try again later")
    notes: tuple[str, ...] = ()
    if not frame.index.is_unique:
        same = frame.reset_index().duplicated().to_numpy()
        left = frame[~same]
        if not left.index.is_unique:
            twice = left.index[left.index.duplicated()][0]
            raise SourceError(
                f"{twice:%Y-%m-%d} occurs twice with different figures",
                where=what,
                expected="one row a day",
                again=True,
            )
        frame, notes = left, (f"{int(same.sum())} rows that occur twice are taken once",)
    return frame.sort_index(), notes


def digest(body: Body) -> str:
    """sha256 of an answer's content."""
    return hashlib.sha256(body.content).hexdigest()


def _is_page(body: Body, text: str) -> bool:
    start = text.lstrip("\ufeff \t\r\n").lower()
    return start.startswith(("<!doctype html", "<html", "<head", "<!--", "<body")) or (
        body.type in ("text/html", "application/xhtml+xml") and start.startswith("<")
    )
