"""A user's own file as a source: its rows enter the cache checked and versioned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from market.container import ROW_NOTES
from market.errors import InputError
from market.live.fetch.http import Http
from market.live.fetch.secrets import printable
from market.live.hosts.source import Fetched
from market.series.catalogue import CATALOGUE, PRICE_SERIES

OWN_FILE = "file"
"""Name of the source; nobody is asked over the network."""


@dataclass(frozen=True)
class OwnFile:
    """A CSV or Parquet file in the shapes that `data.files` takes.

    When a figure became known is stated by the file's column ``known_at``, else
    by the catalogue's lag: that an earlier file did not have a figure yet does
    not show that it came out late.
    """

    path: Path
    name: ClassVar[str] = OWN_FILE

    @property
    def series(self) -> Mapping[str, str]:
        """Every series of the catalogue."""
        return {series_id: self.path.name for series_id in CATALOGUE}

    def fetch(
        self, series_id: str, http: Http | None, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`; the whole file, whatever `since` says.

        Raises
        ------
        InputError
            For the first thing wrong in the file.
        """
        from market.files.read import read_prices
        from market.sources.load import judged_series

        if series_id == PRICE_SERIES:
            file = read_prices(self.path)
            if file.close_only:
                raise InputError(
                    "has closes only",
                    where=str(self.path),
                    expected="open, high, low and close: the traded index needs whole bars",
                    do="name it as data.prices of a plan that fills at the close",
                )
            frame, digest = file.prices.rename_axis("stamp"), file.sha256
        else:
            loaded = judged_series(self.path, series_id, held=True)
            frame = loaded.frame.drop(columns=list(ROW_NOTES[1:]), errors="ignore")
            digest = loaded.sha256
        name = printable(self.path.name, 60)
        return Fetched(frame, f"file {name}", "", digest)
