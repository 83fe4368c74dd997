"""Cboe's own daily histories of its volatility indices, as CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

from market.live.fetch.http import Http
from market.live.hosts.source import Fetched, unknown
from market.live.hosts.text import csv_of, day, digest, frame_of, number

_PATH = "/api/global/us_indices/daily_prices/{}_History.csv"
_BARS = ["DATE", "OPEN", "HIGH", "LOW", "CLOSE"]


@dataclass(frozen=True)
class Cboe:
    """The whole history in one file each; bars, or closes alone (``DATE,VVIX``)."""

    base: str = "https://cdn.cboe.com"
    name: ClassVar[str] = "cboe"
    sample: ClassVar[str] = "vvix"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"vix": "VIX", "vix3m": "VIX3M", "vvix": "VVIX"}
    )

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`; the file is always the whole history."""
        index = self.series.get(series_id)
        if index is None:
            raise unknown(self, series_id)
        what = f"Cboe {index}"
        body = http.get(
            self.base + _PATH.format(index),
            hosts=frozenset({urlsplit(self.base).hostname or ""}),
            accept="text/csv",
            what=what,
        )
        table = csv_of(
            body,
            what,
            lambda names: [n.upper() for n in names] in (_BARS, ["DATE", index]),
            f"{','.join(_BARS)} or DATE,{index}",
        )
        days = [
            day(row[0], "%m/%d/%Y", what, line)
            for row, line in zip(table.rows, table.lines, strict=True)
        ]
        names = ["close"] if len(table.names) == 2 else [n.lower() for n in _BARS[1:]]
        columns = {
            name: [
                # an index that was not computed is written as zero
                number(row[position], what, line) or float("nan")
                for row, line in zip(table.rows, table.lines, strict=True)
            ]
            for position, name in enumerate(names, start=1)
        }
        frame, notes = frame_of(days, columns, what)
        return Fetched(frame, what, body.url, digest(body), notes=(*table.notes, *notes))


SOURCE = Cboe()
