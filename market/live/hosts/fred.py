"""FRED, the St. Louis Fed's database: its keyless CSV, or its API where a key is set."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar
from urllib.parse import urlsplit

import pandas as pd

from market.live.fetch.http import Body, Http
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import FRED_KEY, fred_key, printable
from market.live.hosts.source import Fetched, unknown
from market.live.hosts.text import csv_of, day, digest, frame_of, json_of, number
from market.series.catalogue import CATALOGUE
from market.series.publication import month_end

_CURVE = {
    **{f"m{n}": f"DGS{n}MO" for n in (1, 3, 6)},
    **{f"y{n}": f"DGS{n}" for n in (1, 2, 3, 5, 7, 10, 20, 30)},
}
_ENDED = {"fed_funds_target": "DFEDTAR"}
"""Discontinued series that hold the years before: the target before it became a range."""


@dataclass(frozen=True)
class Fred:
    """Interest rates and spreads, as last revised.

    A monthly average is dated on the first of its month there, and stamped on
    the last here. Addresses with a key are masked wherever they are shown.
    """

    base: str = "https://fred.stlouisfed.org"
    api: str = "https://api.stlouisfed.org"
    name: ClassVar[str] = "fred"
    sample: ClassVar[str] = "ig_oas"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "moodys_aaa": "AAA",
            "moodys_baa": "BAA",
            "treasury_curve": "DGS1MO to DGS30",
            "fed_funds_target": "DFEDTARU",
            "hy_oas": "BAMLH0A0HYM2",
            "ig_oas": "BAMLC0A0CM",
        }
    )

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`."""
        if series_id not in self.series:
            raise unknown(self, series_id)
        spec = CATALOGUE[series_id]
        if series_id == "treasury_curve":
            parts = [self._one(code, column, http, since) for column, code in _CURVE.items()]
            frame = pd.concat([part.frame for part in parts], axis=1).sort_index()
        else:
            parts = [self._one(self.series[series_id], spec.columns[0], http, since)]
            if series_id in _ENDED and since is None:
                parts.append(self._one(_ENDED[series_id], spec.columns[0], http, None))
            frame = parts[0].frame
            for earlier in parts[1:]:
                frame = frame.combine_first(earlier.frame)
        notes = [note for part in parts for note in part.notes]
        if spec.frequency == "monthly":
            frame.index = pd.DatetimeIndex(month_end(pd.DatetimeIndex(frame.index)), name="stamp")
            running = frame.index >= pd.Timestamp(now.date())
            if running.any():
                notes.append("the month that is not over is left out")
                frame = frame[~running]
        return Fetched(
            frame.rename_axis("stamp"),
            f"FRED {self.series[series_id]}",
            parts[0].url,
            parts[0].body_sha256
            if len(parts) == 1
            else hashlib.sha256("".join(part.body_sha256 for part in parts).encode()).hexdigest(),
            notes=tuple(dict.fromkeys(notes)),
        )

    def _one(self, code: str, column: str, http: Http, since: dt.date | None) -> Fetched:
        """One series of FRED, dated as there."""
        what = f"FRED {code}"
        key = fred_key()
        if key:
            body = self._ask_api(code, key, http, since, what)
            days, values, notes = _of_api(body, what)
        else:
            body = http.get(
                f"{self.base}/graph/fredgraph.csv",
                hosts=frozenset({urlsplit(self.base).hostname or ""}),
                params={"id": code} | ({"cosd": since.isoformat()} if since else {}),
                accept="text/csv,application/csv",
                what=what,
            )
            days, values, notes = _of_csv(body, code, what)
        frame, more = frame_of(days, {column: values}, what)
        return Fetched(frame, what, body.url, digest(body), notes=(*notes, *more))

    def _ask_api(self, code: str, key: str, http: Http, since: dt.date | None, what: str) -> Body:
        query = {"series_id": code, "api_key": key, "file_type": "json"}
        try:
            return http.get(
                f"{self.api}/fred/series/observations",
                hosts=frozenset({urlsplit(self.api).hostname or ""}),
                params=query | ({"observation_start": since.isoformat()} if since else {}),
                accept="application/json",
                what=what,
            )
        except SourceError as error:
            if error.status != 400 or b"api_key" not in error.body:
                raise
            said = printable(error.body.decode("utf-8", "replace"), 160)
            raise SourceError(
                f"the key is refused: {said}",
                where=what,
                do=f"correct {FRED_KEY}, or unset it to use the source without a key",
                down=True,
                status=400,
            ) from None


def _of_csv(body: Body, code: str, what: str) -> tuple[list[dt.date], list[float], tuple[str, ...]]:
    table = csv_of(
        body,
        what,
        lambda names: (
            len(names) == 2 and names[0] in ("observation_date", "DATE") and names[1] == code
        ),
        f"observation_date,{code}",
    )
    rows = list(zip(table.rows, table.lines, strict=True))
    days = [day(row[0], "%Y-%m-%d", what, line) for row, line in rows]
    return days, [number(row[1], what, line) for row, line in rows], table.notes


def _of_api(body: Body, what: str) -> tuple[list[dt.date], list[float], tuple[str, ...]]:
    document = json_of(body, what)
    rows = document.get("observations") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(
        isinstance(row, dict)
        and isinstance(row.get("date"), str)
        and isinstance(row.get("value"), str)
        for row in rows
    ):
        raise SourceError(
            "the answer has no observations",
            where=what,
            expected="observations with date and value",
            do="the source changed its format; the cache is as it was",
        )
    if document.get("count", len(rows)) != len(rows):
        raise SourceError(
            f"the answer has {len(rows)} of {printable(str(document['count']), 20)} observations",
            where=what,
        )
    numbered = list(enumerate(rows, start=1))
    days = [day(row["date"], "%Y-%m-%d", what, place) for place, row in numbered]
    return days, [number(row["value"], what, place) for place, row in numbered], ()


SOURCE = Fred()
