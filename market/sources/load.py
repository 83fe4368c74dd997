"""`load`: from what a plan says about its data to the `Market` of the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import pandas as pd

from market.container import Market, Observations
from market.errors import InputError
from market.series.catalogue import CATALOGUE, PRICE_SERIES, find
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series


class DataRequest(Protocol):
    """What `load` needs to know; `strategy.plan.Data` is one.

    With the source ``auto`` it also has ``version``: the label of a version of
    the cache, or None for the newest.
    """

    @property
    def source(self) -> str: ...
    @property
    def prices(self) -> str | None: ...
    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def start(self) -> dt.date | None: ...
    @property
    def end(self) -> dt.date | None: ...


def load(data: DataRequest) -> Market:
    """The prices and series that a plan's ``data`` section asks for.

    With the source ``auto`` a series comes from the cache of live data where
    that is newer, else from the bundle; nothing is downloaded. Each of
    `data.files` replaces the series of its id or adds it. `data.end` cuts as
    `Market.until` does; `data.start` cuts nothing, because earlier data serve
    as history.

    Parameters
    ----------
    data : DataRequest
        ``source``, ``prices`` (file or None), ``files`` (file by series id),
        ``start`` and ``end`` (dates or None).

    Returns
    -------
    Market

    Raises
    ------
    InputError
        For a file that cannot be used, an unknown series id, or a window
        without data.
    """
    series: dict[str, Observations]
    if data.source == "bundled":
        prices, digest = bundled_prices()
        identity, origin, version = CATALOGUE[PRICE_SERIES], "bundled", ""
        series = {name: bundled_series(name) for name in BUNDLED_IDS if name != PRICE_SERIES}
    elif data.source == "auto":
        from market.sources.cached import CachedData

        cached = CachedData(getattr(data, "version", None))
        prices, digest, identity, origin = cached.prices()
        version = cached.label
        series = {name: cached.series(name) for name in cached.ids() if name != PRICE_SERIES}
    else:
        raise InputError(
            f"unknown data source {data.source!r}",
            where="data.source",
            expected="'bundled' or 'auto'",
            do="bring other series as files (data.prices, data.files)",
        )
    close_only = False
    for series_id, path in data.files.items():
        from market.files.read import read_series

        where = f"data.files.{series_id}"
        if series_id == PRICE_SERIES:
            raise InputError(
                f"{PRICE_SERIES!r} is the traded index, not an auxiliary series",
                where=where,
                do="name its file as data.prices",
            )
        find(series_id, where=where)
        series[series_id] = read_series(path, series_id)
    if data.prices is not None:
        from market.files.read import price_spec, read_prices

        file = read_prices(data.prices)
        prices, digest, close_only = file.prices, file.sha256, file.close_only
        identity, origin = price_spec(Path(data.prices)), str(data.prices)
        if identity.id in series:
            # the traded index and an auxiliary series must not share one entry of `hashes`
            identity = replace(identity, id=f"{identity.id}_prices")
    market = Market(
        id=identity.id,
        prices=prices,
        series=MappingProxyType(series),
        price_spec=identity,
        origin=origin,
        hashes=MappingProxyType(
            {identity.id: digest} | {name: loaded.sha256 for name, loaded in series.items()}
        ),
        close_only=close_only,
        data_version=version,
    )
    _check_window(market, data.start, data.end)
    return market if data.end is None else market.until(pd.Timestamp(data.end))


def _check_window(market: Market, start: dt.date | None, end: dt.date | None) -> None:
    first, last = market.sessions[0], market.sessions[-1]
    have = f"a window that meets {market.id}: {first.date()} to {last.date()}"
    if end is not None and pd.Timestamp(end) < first:
        raise InputError(
            f"window without data: it ends on {end}",
            where="data.end",
            expected=have,
            do="choose a later end or other prices",
        )
    if start is not None and pd.Timestamp(start) > last:
        raise InputError(
            f"window without data: it starts on {start}",
            where="data.start",
            expected=have,
            do="choose an earlier start or other prices",
        )
    if start is not None and end is not None:
        inside = (market.sessions >= pd.Timestamp(start)) & (market.sessions <= pd.Timestamp(end))
        if not inside.any():
            raise InputError(
                f"window without data: no session from {start} to {end}",
                where="data.start",
                expected=have,
                do="widen the window",
            )
