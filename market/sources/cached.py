"""Read the cache: for each series the cached rows where they are newer than the bundled ones."""

from __future__ import annotations

import pandas as pd

from market.cache.store import Cache
from market.cache.version import Entry, Version
from market.container import PRICE_COLUMNS, Observations
from market.live.merge.series import live_spec
from market.series.catalogue import CATALOGUE, PRICE_SERIES
from market.series.definition import SeriesSpec
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series, manifest


class CachedData:
    """One version of the cache beside the bundled data.

    Parameters
    ----------
    version : str, optional
        As `market.cache.Cache.version` takes it; the newest by default.
    cache : Cache, optional
        The user's by default.

    Raises
    ------
    InputError
        For a version that does not exist or a file that is damaged.
    """

    def __init__(self, version: str | None = None, cache: Cache | None = None) -> None:
        self._cache = Cache() if cache is None else cache
        self._version: Version | None = self._cache.version(version)

    @property
    def label(self) -> str:
        """The version's label; empty where nothing is cached."""
        return self._version.label if self._version is not None else ""

    def ids(self) -> list[str]:
        """Series that are there, bundled or cached, the price series among them."""
        cached = self._version.entries if self._version is not None else {}
        return [*BUNDLED_IDS, *(i for i in cached if i in CATALOGUE and i not in BUNDLED_IDS)]

    def entry(self, series_id: str) -> Entry | None:
        """The cached series, where it is newer than the bundled one."""
        entry = self._version.entries.get(series_id) if self._version is not None else None
        if entry is None or series_id not in CATALOGUE:
            return None
        bundled = manifest().get(series_id)
        return entry if bundled is None or entry.last > str(bundled["last"]) else None

    def series(self, series_id: str) -> Observations:
        """One series, cached or bundled."""
        entry = self.entry(series_id)
        if entry is None:
            return bundled_series(series_id)
        frame = self._cache.rows(series_id, entry)
        return Observations(self.spec(series_id, entry), frame, self._origin(entry), entry.sha256)

    def prices(self) -> tuple[pd.DataFrame, str, SeriesSpec, str]:
        """Bars of the traded index, their sha256, their catalogue entry and origin."""
        entry = self.entry(PRICE_SERIES)
        if entry is None:
            frame, digest = bundled_prices()
            return frame, digest, CATALOGUE[PRICE_SERIES], "bundled"
        frame = self._cache.rows(PRICE_SERIES, entry)
        bars = frame[list(PRICE_COLUMNS)].rename_axis("date")
        return bars, entry.sha256, self.spec(PRICE_SERIES, entry), self._origin(entry)

    def spec(self, series_id: str, entry: Entry) -> SeriesSpec:
        """Catalogue entry of a cached series: its own source and defects."""
        return live_spec(series_id, entry.source, entry.notes)

    def _origin(self, entry: Entry) -> str:
        return f"cache {self.label}: {entry.source}"
