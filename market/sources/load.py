"""`load`: from what a plan says about its data to the `Market` of the run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from market.container import Market, Observations
from market.errors import InputError
from market.judge.record import Judged, Stated
from market.judge.units import agrees
from market.series.catalogue import CATALOGUE, PRICE_SERIES, find
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series

if TYPE_CHECKING:
    from market.files.read import PriceFile

SHORTEST = 20
"""Sessions of a price file below which there is nothing to run: a month."""

_COMPARABLE, _LIKE = 60, 0.5


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
    @property
    def formats(self) -> Mapping[str, Stated]: ...


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
    close_only, adjusted, judged = False, False, None
    stated: Mapping[str, Stated] = getattr(data, "formats", {})
    for series_id, path in data.files.items():
        where = f"data.files.{series_id}"
        if series_id == PRICE_SERIES:
            raise InputError(
                f"{PRICE_SERIES!r} is the traded index, not an auxiliary series",
                where=where,
                do="name its file as data.prices",
            )
        find(series_id, where=where)
        series[series_id] = judged_series(path, series_id, stated.get(series_id))
    if data.prices is not None:
        from market.files.read import price_spec

        file = judged_prices(data.prices, stated.get("prices"))
        prices, digest, close_only = file.prices, file.sha256, file.close_only
        adjusted, judged = file.adjusted, file.judged
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
        judged=judged,
        adjusted=adjusted,
    )
    _check_window(market, data.start, data.end)
    return market if data.end is None else market.until(pd.Timestamp(data.end))


def long_enough(sessions: int, where: str) -> None:
    """Refuse prices of a few sessions: nothing can be run on them.

    Raises
    ------
    InputError
    """
    if sessions < SHORTEST:
        raise InputError(
            f"too short: {sessions} sessions",
            where=where,
            expected=f"at least {SHORTEST} sessions",
            do="bring longer prices",
        )


def judged_prices(path: str | Path, stated: Stated | None = None) -> PriceFile:
    """Prices of a user's file, held beside the bundled index.

    Raises
    ------
    InputError
    """
    from market.files.read import read_prices

    file = read_prices(path, stated)
    return replace(file, judged=_beside_the_index(file.judged, file.prices))


def judged_series(
    path: str | Path, series_id: str, stated: Stated | None = None, *, held: bool = False
) -> Observations:
    """A series of a user's file, held against the bundled figures of the same days.

    Raises
    ------
    InputError
    """
    from market.files.read import read_series

    loaded = read_series(path, series_id, stated, held=held)
    _agrees(loaded)
    return loaded


def _agrees(loaded: Observations) -> None:
    """Hold a user's figures against the bundled ones of the same days."""
    related = {loaded.id, "treasury_curve"} & set(BUNDLED_IDS) - {PRICE_SERIES}
    agrees(
        loaded.id,
        loaded.spec.unit,
        loaded.frame[loaded.values[0]],
        {name: bundled_series(name).frame for name in related},
        loaded.origin,
    )


def _beside_the_index(judged: Judged, prices: pd.DataFrame) -> Judged:
    """Say so where prices do not move as the index whose volatility and dividends are used."""
    index = bundled_prices()[0]["close"]
    both = pd.concat([prices["close"], index], axis=1, join="inner").to_numpy()
    moves = np.diff(np.log(both), axis=0)
    if len(moves) >= _COMPARABLE and (moves.std(axis=0) > 0).all():
        likeness = float(np.corrcoef(moves.T)[0, 1])
        if likeness >= _LIKE:
            return judged
        how = f"move unlike the S&P 500 (correlation {likeness:.2f} over {len(moves)} sessions)"
    else:
        how = "cannot be compared with the S&P 500 (too few common sessions)"
    return replace(
        judged,
        doubted=(
            *judged.doubted,
            f"prices {how}: the volatility that prices options (vix) and the dividend yield of "
            "the costs are the S&P 500's, not theirs",
        ),
    )


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
