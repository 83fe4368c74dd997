"""Read a user's CSV or Parquet file into named columns of cells that know their line."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.errors import InputError
from market.files.names import DATE_NAMES, plain
from market.judge.record import Findings

SIZE_LIMIT = 50 * 1024 * 1024
ROW_LIMIT = 250_000
"""Nine centuries of daily rows. Reading a hundred times more takes memory that a machine may not
have, and a compressed file of one megabyte can hold that many."""

_DELIMITERS = (",", ";", "\t", "|")
_MAGIC = {
    b"PK\x03\x04": "a spreadsheet or zip archive",
    b"\xd0\xcf\x11\xe0": "a spreadsheet of the old kind",
    b"\x1f\x8b": "compressed",
    b"%PDF": "a PDF document",
}


@dataclass(frozen=True)
class Table:
    """The cells of a file, column by column.

    Parameters
    ----------
    path : str
        As the user gave it.
    names : list of str
        Column names as they stand in the file.
    columns : list
        A column each: text, but for the dates and numbers that Parquet stores.
    places : sequence of int
        Line (text) or row (Parquet) of each row, counted from 1.
    unit : str
        ``line`` or ``row``: what `places` counts.
    delimiter : str
        Of a text file, else empty.
    sha256 : str
        Of the file's content.
    found : Findings
        What was noticed so far.
    """

    path: str
    names: list[str]
    columns: list[pd.Series]
    places: list[int] | range
    unit: str
    delimiter: str
    sha256: str
    found: Findings

    def where(self, rows: Iterable[int]) -> str:
        """File and line of some rows, for an error message: the first three and a count."""
        places = [self.places[row] for row in rows]
        if not places:
            return self.path
        shown = ", ".join(str(place) for place in places[:3])
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        return f"{self.path}, {self.unit}{'s' if len(places) > 1 else ''} {shown}{more}"


def read_table(path: str | Path, expected: str) -> Table:
    """The table in a CSV or Parquet file.

    Text is UTF-8 (with or without byte-order mark), UTF-16 with one, or
    Windows-1252; the delimiter is a comma, semicolon, tab or bar, whichever
    the header holds most of.

    Parameters
    ----------
    path : str or Path
    expected : str
        What the file should hold, in words, for error messages.

    Raises
    ------
    InputError
        If there is no readable table.
    """
    content = _content(path, expected)
    name, digest = str(path), hashlib.sha256(content).hexdigest()
    if content[:4] == b"PAR1":
        return _parquet(name, content, digest, expected)
    return _text(name, content, digest, expected)


def _content(path: str | Path, expected: str) -> bytes:
    file = Path(path).expanduser()
    where = str(path)
    try:
        if file.is_dir():
            raise InputError("is a folder", where=where, expected=expected, do="name a file in it")
        if not file.exists():
            raise InputError("no such file", where=where, expected=expected, do="check the path")
        if not file.is_file():
            raise InputError("is not a regular file", where=where, expected=expected)
        size = file.stat().st_size
        if size > SIZE_LIMIT:
            raise InputError(
                f"is too large: {size / 2**20:.0f} MB",
                where=where,
                expected=f"at most {SIZE_LIMIT // 2**20} MB",
                do="keep daily rows of one series only",
            )
        content = file.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"cannot be read: {reason}", where=where, expected=expected, do="check its permissions"
        ) from error
    if not content.strip():
        raise InputError("is empty", where=where, expected=expected, do="download it again")
    return content


def _text(path: str, content: bytes, digest: str, expected: str) -> Table:
    text, encoding = _decoded(path, content, expected)
    if re.match(r"(?is)\s*<(!doctype|\?xml|!--|/?[a-z]+[\s/>])", text) and not re.match(
        r"(?i)\s*<(date|dtyyyymmdd|ticker|per|time|open|close)>", text
    ):
        raise InputError(
            "is a web page, not a table",
            where=f"{path}, line 1",
            expected=expected,
            do="download the file itself",
        )
    rows, places, delimiter = _rows(path, text, expected)
    found = Findings()
    start = _header_row(rows)
    if start:
        found.left_out.append(f"{start} line{'s' if start > 1 else ''} above the header")
    names, skip = _header(path, rows[start:], places[start:], expected)
    rows, places = rows[start + skip :], places[start + skip :]
    rows, places = _without_notes(rows, places, found)
    width = len(names)
    for row, place in zip(rows, places, strict=True):
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            raise InputError(
                f"has {len(row)} cells",
                where=f"{path}, line {place}",
                expected=f"{width}, as in the header",
                do="quote cells that hold the delimiter; check that the file is complete",
            )
    cells = np.array([row[:width] for row in rows], dtype=object).reshape(len(rows), width)
    columns = [pd.Series(cells[:, p], dtype="str").str.strip() for p in range(width)]
    kinds = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    found.taken["format"] = f"text ({encoding}), {kinds[delimiter]}"
    return Table(path, names, columns, places, "line", delimiter, digest, found)


def _rows(path: str, text: str, expected: str) -> tuple[list[list[str]], list[int], str]:
    """Cells of each line that has some, the line's number, and the delimiter.

    The standard library's reader splits the cells: it tells the line of a row
    behind blank lines and quoted line breaks, and how many cells a row has.
    pandas' reader with ``dtype=str`` does not: it fills a short row up without
    a word, refuses a delimiter at the end of some rows, and counts a row with
    a quoted line break as one line. 100,000 rows take 0.18 s of processor time
    here and 0.06 s there; a file with a missing price must not pass for that.
    """
    head = [line for line in text.splitlines()[:40] if line.strip() and not line.startswith("#")]
    bare = [re.sub(r'"[^"]*"', "", line) for line in head]
    named = next((line for line in bare if _dated(re.split(r"[,;\t|]", line))), "")
    delimiter = max(_DELIMITERS, key=(named or (bare[0] if bare else "")).count)
    rows: list[list[str]] = []
    places: list[int] = []
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        for row in reader:
            if not any(cell.strip() for cell in row) or (row[0].startswith("#") and not rows):
                continue
            rows.append(row)
            places.append(reader.line_num)
            if len(rows) > ROW_LIMIT:
                raise _too_long(path)
    except csv.Error as error:
        raise InputError(
            f"is no readable table: {error}",
            where=f"{path}, line {reader.line_num}",
            expected=expected,
        ) from error
    if not rows:
        raise InputError("is empty", where=path, expected=expected, do="download it again")
    return rows, places, delimiter


def _dated(cells: list[str]) -> bool:
    """Whether some cell is a name of dates, and others stand beside it."""
    named = [plain(cell) for cell in cells]
    return len([name for name in named if name]) > 1 and any(n in DATE_NAMES for n in named)


def _header_row(rows: list[list[str]]) -> int:
    """Position of the header: the first of the first rows that names dates, else the first."""
    for position, row in enumerate(rows[:20]):
        first = next((cell.strip() for cell in row if cell.strip()), "")
        if re.match(r"\d{1,4}[-/.]\d", first):
            break
        if _dated(row):
            # yfinance writes the name of the dates below the fields and the tickers
            return 0 if position <= 2 and not any(c.strip() for c in row[1:]) else position
    return 0


def _without_notes(
    rows: list[list[str]], places: list[int], found: Findings
) -> tuple[list[list[str]], list[int]]:
    """The rows but for text below the table, and lines of dividends and splits between them."""
    end = len(rows)
    while end and _is_text(rows[end - 1]):
        end -= 1
    if end < len(rows) and end:
        found.left_out.append(
            f"{len(rows) - end} line{'s' if len(rows) - end > 1 else ''} of text below the table "
            f"({' '.join(rows[end])[:40]!r})"
        )
        rows, places = rows[:end], places[:end]
    events = [bool(_EVENT.search(" ".join(r[1:]))) and not _figures(r[1:]) for r in rows]
    if any(events):
        lines = [rows[i] for i, event in enumerate(events) if event]
        found.left_out.append(f"{len(lines)} lines of dividends and splits, no prices")
        split = [" ".join(line) for line in lines if re.search("(?i)split", " ".join(line))]
        if split:
            found.doubted.append(
                f"the file states a split ({split[0][:60]}): taken as already in its prices"
            )
        keep = [i for i, event in enumerate(events) if not event]
        rows, places = [rows[i] for i in keep], [places[i] for i in keep]
    return rows, places


_EVENT = re.compile(r"(?i)\bdividends?\b|\bstock splits?\b")


def _figures(cells: list[str]) -> int:
    return sum(bool(re.fullmatch(r"[-+$€£]?[\d.,]*\d%?", cell.strip())) for cell in cells)


def _is_text(row: list[str]) -> bool:
    """Whether a row is a sentence: no figure in it, and it begins with no date."""
    first = next((cell.strip() for cell in row if cell.strip()), "")
    dated = re.match(r"(?i)\W{0,2}([a-z]{3,9}[.,]? \d{1,2}\b|\d)", first) or re.fullmatch(
        r"(?i)[a-z]{3,9}[- ]\d{2,4}", first
    )
    return not dated and not _figures(row) and len(first) > 1


def _decoded(path: str, content: bytes, expected: str) -> tuple[str, str]:
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise InputError(f"is {kind}", where=path, expected=expected, do="save it as plain CSV")
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030", "big5", "shift_jis", "cp1252")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ("utf-16",)
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        # other alphabets' encodings decode nearly everything: only a header they spell tells
        if encoding in ("gb18030", "big5", "shift_jis") and not any(
            any(not n.isascii() and n in DATE_NAMES for n in map(plain, re.split(r"[,;\t|]", line)))
            for line in text.splitlines()[:20]
        ):
            continue
        # control characters do not occur in a table: what decodes to them is no text
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text, "UTF-8" if encoding == "utf-8-sig" else encoding
    raise InputError(
        "is not a text file (binary content)", where=path, expected=expected, do="save it as CSV"
    )


def _too_long(path: str) -> InputError:
    return InputError(
        "has too many rows",
        where=path,
        expected=f"at most {ROW_LIMIT:,}",
        do="keep daily rows of one series only",
    )


def _header(
    path: str, rows: list[list[str]], places: list[int], expected: str
) -> tuple[list[str], int]:
    """Column names and the number of rows they take.

    yfinance writes three header rows: field names, the ticker of each, and
    the name of the index (``Price`` / ``Ticker`` / ``Date``).
    """
    first = [cell.strip().strip("<>").strip() for cell in rows[0]]
    kinds = [row[0].strip().lower() for row in rows[:3]]
    if len(rows) > 2 and kinds[2] == "date" and not any(cell.strip() for cell in rows[2][1:]):
        second = [cell.strip() for cell in rows[1]]
        fields, tickers = (second, first) if kinds[0] == "ticker" else (first, second)
        if len({ticker for ticker in tickers[1:] if ticker}) > 1:
            raise InputError(
                f"holds several tickers: {', '.join(dict.fromkeys(tickers[1:]))}",
                where=f"{path}, line {places[1]}",
                expected="one",
                do="save one ticker a file",
            )
        return ["Date", *fields[1:]], 3
    if kinds[:2] in (["price", "ticker"], ["ticker", "price"]):
        fields = first if kinds[0] == "price" else [cell.strip() for cell in rows[1]]
        return ["Date", *fields[1:]], 2
    if len(rows) > 1 and len(first) > 1 and _tickers(rows[1]):
        return first, 2
    named = [cell for cell in first if re.search(r"[^\W\d_]", cell)]
    if len(first) < 2 or len(named) < (len(first) + 1) // 2 or _looks_like_data(first):
        raise InputError(
            f"has no header: the first line is {','.join(first)[:60]!r}",
            where=f"{path}, line {places[0]}",
            expected=expected,
            do="add a first line with the column names",
        )
    while first and not first[-1] and len(first) > 1:
        first.pop()
    return first, 1


def _tickers(row: list[str]) -> bool:
    """Whether a second header row names one ticker: ``,^GSPC,^GSPC,^GSPC``."""
    cells = [cell.strip() for cell in row]
    return (
        not cells[0]
        and len(cells) > 2
        and len(set(cells[1:])) == 1
        and bool(re.search(r"[A-Za-z]", cells[1]))
    )


def _looks_like_data(cells: list[str]) -> bool:
    numbers = sum(bool(re.fullmatch(r"[-+]?[\d.,]+", cell)) for cell in cells[1:])
    return numbers >= max(1, len(cells) // 2)


def _parquet(path: str, content: bytes, digest: str, expected: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if pq.read_metadata(pa.BufferReader(content)).num_rows > ROW_LIMIT:
            raise _too_long(path)
        table = pq.read_table(pa.BufferReader(content))
    except InputError:
        raise
    except (pa.ArrowException, OSError, ValueError) as error:
        raise InputError(
            "is a damaged Parquet file", where=path, expected=expected, do="write it again"
        ) from error
    names: list[str] = []
    columns: list[pd.Series] = []
    for field in table.schema:
        column = table.column(field.name) if table.schema.names.count(field.name) == 1 else None
        if column is None:
            raise InputError(f"has two columns {field.name!r}", where=path, expected=expected)
        kind = field.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        names.append(field.name)
        try:
            columns.append(_stored_column(column, kind))
        except (pa.ArrowException, ValueError, OverflowError) as error:
            raise InputError(
                f"column {field.name!r} is damaged",
                where=path,
                expected=expected,
                do="write the file again",
            ) from error
    found = Findings(taken={"format": "Parquet"})
    return Table(path, names, columns, range(1, table.num_rows + 1), "row", "", digest, found)


def _stored_column(column: Any, kind: Any) -> pd.Series:
    """A Parquet column as text cells, dates, or numbers."""
    import pyarrow as pa

    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        texts = [cell if cell is not None else "" for cell in column.to_pylist()]
        return pd.Series(texts, dtype="str").str.strip()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pd.Series(pd.DatetimeIndex(column.to_pandas()))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64(), safe=False).to_pandas())
    return pd.Series([str(cell) for cell in column.to_pylist()], dtype="str")
