"""FINRA's margin statistics: a workbook with one row a month, newest first."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

import pandas as pd

from market.live.fetch.http import Body, Http
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import printable
from market.live.hosts.source import Fetched, unknown
from market.live.hosts.text import FIRST_YEAR, LAST_YEAR, digest, frame_of, text_of
from market.series.publication import month_end

_WORKBOOK = "/sites/default/files/2021-03/margin-statistics.xlsx"
_PAGE = "/rules-guidance/key-topics/margin-accounts/margin-statistics"
_LINK = re.compile(r"href=[\"']([^\"'<>\s]{1,300}margin-statistics[\w.-]{0,40}\.xlsx)[\"'?]", re.I)
_MONTH, _DEBIT = "year-month", "debit balances in customers' securities margin accounts"
_EXPECTED = "a sheet with Year-Month and Debit Balances in Customers' Securities Margin Accounts"
_UNPACKED = 16 << 20
_ROWS, _COLUMNS = 5_000, 40


@dataclass(frozen=True)
class Finra:
    """Debit balances in margin accounts, USD millions, as last revised.

    The workbook keeps its address for years at a time; where it is gone, the
    page that links it is asked.
    """

    base: str = "https://www.finra.org"
    name: ClassVar[str] = "finra"
    sample: ClassVar[str] = "margin_debt_finra"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"margin_debt_finra": "margin statistics"}
    )

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`; the workbook is always the whole history."""
        if series_id not in self.series:
            raise unknown(self, series_id)
        what = "FINRA margin statistics"
        body = self._workbook(http, what)
        months, values = _read(body.content, what)
        frame, notes = frame_of(months, {"value": values}, what, newest_first=_descends(months))
        frame.index = pd.DatetimeIndex(month_end(pd.DatetimeIndex(frame.index)), name="stamp")
        return Fetched(frame, what, body.url, digest(body), notes=notes)

    def _workbook(self, http: Http, what: str) -> Body:
        hosts = frozenset({urlsplit(self.base).hostname or ""})
        try:
            body = http.get(self.base + _WORKBOOK, hosts=hosts, what=what)
        except SourceError as error:
            if error.status not in (404, 410):
                raise
            page = http.get(self.base + _PAGE, hosts=hosts, accept="text/html", what=what)
            link = _LINK.search(page.content.decode("utf-8", "replace"))
            if link is None:
                raise SourceError(
                    "the workbook is gone, and its page links no other",
                    where=what,
                    expected="a link to margin-statistics.xlsx",
                ) from None
            body = http.get(urljoin(self.base + _PAGE, link[1]), hosts=hosts, what=what)
        if not body.content.startswith(b"PK\x03\x04"):
            text_of(body, what)  # says so where it is empty or a web page
            raise SourceError("the answer is no workbook (.xlsx)", where=what)
        return body


def _read(content: bytes, what: str) -> tuple[list[dt.date], list[float]]:
    """Months (their first days) and debit balances of the first sheet that has them."""
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # sizes as stated bound what is read: zipfile reads no member beyond its stated size
            if sum(member.file_size for member in archive.infolist()) > _UNPACKED:
                raise SourceError(
                    f"the workbook unpacks to more than {_UNPACKED >> 20} MB", where=what
                )
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                # the stated extent of a sheet may be smaller than the sheet
                sheet.reset_dimensions()
                cells = sheet.iter_rows(max_row=_ROWS, max_col=_COLUMNS, values_only=True)
                found = _columns(list(cells), what)
                if found is not None:
                    return found
        finally:
            book.close()
    except SourceError:
        raise
    except Exception as error:
        # openpyxl raises whatever its parsers raise: a damaged archive, XML that ends early
        raise SourceError(
            f"the workbook is damaged ({type(error).__name__})", where=what, again=True
        ) from None
    raise SourceError(
        "the workbook has no sheet with the columns",
        where=what,
        expected=_EXPECTED,
        do="the source changed its format; the cache is as it was",
    )


def _columns(rows: list[tuple[Any, ...]], what: str) -> tuple[list[dt.date], list[float]] | None:
    header = _header(rows)
    if header is None:
        return None
    first, at, debit = header
    months: list[dt.date] = []
    values: list[float] = []
    for line, row in enumerate(rows[first:], start=first + 1):
        if at >= len(row) or row[at] is None or not str(row[at]).strip():
            continue
        month = _month(row[at])
        if month is None:
            if months:
                break  # notes below the table
            raise SourceError(
                f"row {line}: {printable(str(row[at]), 40)!r} is not a month",
                where=what,
                expected="a month such as 2026-08",
            )
        months.append(month)
        values.append(_amount(row[debit] if debit < len(row) else None, what, line))
    return months, values


def _header(rows: list[tuple[Any, ...]]) -> tuple[int, int, int] | None:
    """Number of the first row below the header, and the positions of month and debit balance."""
    for place, row in enumerate(rows[:10]):
        names = [" ".join(str(cell or "").replace("\u2019", "'").lower().split()) for cell in row]
        if _MONTH in names and _DEBIT in names:
            return place + 1, names.index(_MONTH), names.index(_DEBIT)
    return None


def _descends(months: list[dt.date]) -> bool:
    return len(months) > 1 and months[0] > months[-1]


def _month(cell: object) -> dt.date | None:
    found: dt.date | None = cell if isinstance(cell, dt.date) else None
    for form in ("%Y-%m", "%b-%y", "%Y-%m-%d"):
        if found is None:
            with suppress(ValueError):
                found = dt.datetime.strptime(str(cell).strip(), form)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return None
    return dt.date(found.year, found.month, 1)


def _amount(cell: object, what: str, line: int) -> float:
    if cell is None or str(cell).strip() == "":
        return float("nan")
    try:
        value = float(str(cell).replace(",", "").replace("$", "").strip())
    except ValueError:
        value = float("inf")
    if not 0 < value < 1e9:
        raise SourceError(
            f"row {line}: {printable(str(cell), 40)!r} is not an amount",
            where=what,
            expected="USD millions",
        )
    return value


SOURCE = Finra()
