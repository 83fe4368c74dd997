"""Kenneth French's data library: returns of industries and of the market, as CSV in a ZIP."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from market.live.fetch.http import Body, Http
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import printable
from market.live.hosts.source import Fetched, unknown
from market.live.hosts.text import day, digest, frame_of, number, text_of
from market.series.publication import month_end

INDUSTRIES = (
    *("NoDur", "Durbl", "Manuf", "Enrgy", "Chems", "BusEq"),
    *("Telcm", "Utils", "Shops", "Hlth", "Money", "Other"),
)
FACTORS = ("Mkt-RF", "SMB", "HML", "RF")
LEADERSHIP = "leadership"
LEADERSHIP_MONTHS = 36
_PATH = "/pages/faculty/ken.french/ftp/{}_CSV.zip"
_UNPACKED = 64 << 20
_MISSING = (-99.99, -999.0)


@dataclass(frozen=True)
class _Part:
    """Which table of which file a series is, and the library's name of each of its columns."""

    file: str
    title: str
    names: tuple[str, ...]
    columns: Mapping[str, str]
    digits: int  # of a date: 6 for a month, 8 for a day


_PARTS: Mapping[str, _Part] = MappingProxyType(
    {
        "industries_daily": _Part(
            "12_Industry_Portfolios_daily",
            "Average Value Weighted Returns -- Daily",
            INDUSTRIES,
            {name.lower(): name for name in INDUSTRIES},
            8,
        ),
        "industries": _Part(
            "12_Industry_Portfolios",
            "Average Value Weighted Returns -- Monthly",
            INDUSTRIES,
            {name.lower(): name for name in INDUSTRIES},
            6,
        ),
        **{
            series_id: _Part("F-F_Research_Data_Factors", "", FACTORS, {"value": name}, 6)
            for series_id, name in (("ff_mkt_rf", "Mkt-RF"), ("ff_rf", "RF"))
        },
    }
)


@dataclass(frozen=True)
class KenFrench:
    """Value-weighted returns in percent, of the library's newest vintage.

    Each file is the whole history, revised with every vintage; a month that is
    not over is left out.
    """

    base: str = "https://mba.tuck.dartmouth.edu"
    name: ClassVar[str] = "kenfrench"
    sample: ClassVar[str] = "ff_rf"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            **{series_id: part.file for series_id, part in _PARTS.items()},
            LEADERSHIP: "12 industries and market",
        }
    )

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`; the file is always the whole history."""
        if series_id == LEADERSHIP:
            return self._leadership(http, since, now)
        part = _PARTS.get(series_id)
        if part is None:
            raise unknown(self, series_id)
        what = f"Ken French {part.file}"
        body = http.get(
            self.base + _PATH.format(part.file),
            hosts=frozenset({urlsplit(self.base).hostname or ""}),
            accept="application/zip",
            what=what,
        )
        days, values = table_of(unpacked(body, what), part.title, part.names, part.digits, what)
        frame, notes = frame_of(
            days, {column: values[name] for column, name in part.columns.items()}, what
        )
        if part.digits == 6:
            frame.index = pd.DatetimeIndex(month_end(pd.DatetimeIndex(frame.index)), name="stamp")
            running = frame.index >= pd.Timestamp(now.date())
            if running.any():
                notes = (*notes, "the month that is not over is left out")
                frame = frame[~running]
        if since is not None:
            frame = frame.loc[pd.Timestamp(since) :]
        return Fetched(frame, what, body.url, digest(body), notes=notes)

    def _leadership(self, http: Http, since: dt.date | None, now: dt.datetime) -> Fetched:
        """``Σ log(1 + market − mean of the 12 industries)`` over 36 months, all of one vintage."""
        parts = {
            name: self.fetch(name, http, since=None, now=now)
            for name in ("industries", "ff_mkt_rf", "ff_rf")
        }
        market = parts["ff_mkt_rf"].frame["value"] + parts["ff_rf"].frame["value"]
        mean = parts["industries"].frame.mean(axis=1, skipna=False)
        lead = np.log1p((market - mean).dropna() / 100.0)
        value = lead.rolling(LEADERSHIP_MONTHS).sum().dropna().round(6)
        if value.empty:
            raise SourceError(f"fewer than {LEADERSHIP_MONTHS} months", where="Ken French")
        if since is not None:
            value = value.loc[pd.Timestamp(since) :]
        return Fetched(
            value.to_frame("value").rename_axis("stamp"),
            "Ken French, computed from 12_Industry_Portfolios and F-F_Research_Data_Factors",
            parts["industries"].url,
            hashlib.sha256("".join(p.body_sha256 for p in parts.values()).encode()).hexdigest(),
            notes=tuple(dict.fromkeys(note for p in parts.values() for note in p.notes)),
        )


def unpacked(body: Body, what: str) -> str:
    """The one CSV file in a ZIP, as text.

    Raises
    ------
    SourceError
        If the answer is no ZIP, damaged, larger than is believable, or has
        another number of files.
    """
    if not body.content.startswith(b"PK\x03\x04"):
        text_of(body, what)  # says so where it is empty or a web page
        raise SourceError("the answer is no ZIP file", where=what)
    try:
        with zipfile.ZipFile(io.BytesIO(body.content)) as archive:
            members = archive.infolist()
            if len(members) != 1 or not members[0].filename.lower().endswith(".csv"):
                raise SourceError(
                    f"the ZIP file has {len(members)} files",
                    where=what,
                    expected="one CSV file",
                    do="the source changed its format; the cache is as it was",
                )
            # zipfile reads no member beyond its stated size
            if members[0].file_size > _UNPACKED:
                raise SourceError(f"unpacks to more than {_UNPACKED >> 20} MB", where=what)
            return archive.read(members[0]).decode("latin-1")
    except SourceError:
        raise
    except Exception as error:
        # zipfile and its decompressors raise whatever they meet: a cut end, a wrong checksum
        raise SourceError(
            f"the ZIP file is damaged ({type(error).__name__})", where=what, again=True
        ) from None


def table_of(
    text: str, title: str, names: tuple[str, ...], digits: int, what: str
) -> tuple[list[dt.date], dict[str, list[float]]]:
    """One of the tables of a file: its days (a month's first) and its columns.

    Parameters
    ----------
    text : str
    title : str
        The line above the table; empty for the file's first one.
    names : tuple of str
        The columns, in order, all of them.
    digits : int
        Of a date: 6 for months, 8 for days.
    what : str

    Raises
    ------
    SourceError
        If there is no such table, or a row that is none.
    """
    lines = text.splitlines()
    places = (n for n, line in enumerate(lines) if line.strip() == title)
    first = next(places, None) if title else 0
    header = f",{','.join(names)}"
    below = range(first, len(lines)) if first is not None else range(0)
    start = next((n for n in below if "," in lines[n] and _cells(lines[n])[0] == ""), None)
    if start is None or tuple(_cells(lines[start])[1:]) != names:
        said = printable(lines[start], 80) if start is not None else "missing"
        raise SourceError(
            f"the table {title or 'of the file'!r} has the columns {said}",
            where=what,
            expected=header,
            do="the source changed its format; the cache is as it was",
        )
    days: list[dt.date] = []
    values: dict[str, list[float]] = {name: [] for name in names}
    for line, row in enumerate(lines[start + 1 :], start=start + 2):
        cells = _cells(row)
        if not row.strip():
            break  # the table ends, another or the copyright follows
        if len(cells) != len(names) + 1 or len(cells[0]) != digits or not cells[0].isdigit():
            raise SourceError(
                f"line {line}: {printable(row, 60)!r} is no row of the table",
                where=what,
                expected=f"a date of {digits} digits and {len(names)} returns",
            )
        days.append(day(cells[0] if digits == 8 else f"{cells[0]}01", "%Y%m%d", what, line))
        for name, cell in zip(names, cells[1:], strict=True):
            value = number(cell, what, line)
            values[name].append(float("nan") if value in _MISSING else value)
    return days, values


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split(",")]


SOURCE = KenFrench()
