"""Dividends of the S&P 500, computed from the index and its total return index."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

import pandas as pd

from market.live.fetch.http import Http
from market.live.fetch.refusal import SourceError
from market.live.hosts.source import Fetched, unknown
from market.live.hosts.yahoo import Yahoo

_SERIES = "sp500_dividends"
_YEARS = 5
"""How far back the first update goes: the published figures before it stay as they are."""
_YEAR = pd.DateOffset(years=1)


@dataclass(frozen=True)
class IndexDividends:
    """Trailing twelve-month dividends at each quarter's end, in index points.

    What the total return index gains on a day beyond the index is the day's
    dividends, reinvested at its close.

    Parameters
    ----------
    yahoo : Yahoo
        Where both indices come from.
    """

    yahoo: Yahoo = field(default_factory=Yahoo)
    name: ClassVar[str] = "sp500tr"
    sample: ClassVar[str] = "sp500_dividends"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = MappingProxyType({_SERIES: "^SP500TR and ^GSPC"})

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`."""
        if series_id != _SERIES:
            raise unknown(self, series_id)
        back = pd.DateOffset(years=_YEARS if since is None else 0)
        first = pd.Timestamp(since or now.date()) - back
        begin = (first - _YEAR - pd.Timedelta(days=10)).date()
        price, total = (
            self.yahoo.fetch(name, http, since=begin, now=now)
            for name in ("sp500", "sp500_total_return")
        )
        value = trailing_dividends(price.frame["close"], total.frame["close"])
        value = value.loc[first:]
        if value.empty:
            raise SourceError("no year that ends with a quarter", where="S&P 500 dividends")
        bodies = price.body_sha256 + total.body_sha256
        return Fetched(
            value.to_frame("value").rename_axis("stamp"),
            "computed from Yahoo ^SP500TR and ^GSPC",
            total.url,
            hashlib.sha256(bodies.encode()).hexdigest(),
            notes=(*price.notes, *total.notes),
        )


def trailing_dividends(price: pd.Series, total: pd.Series) -> pd.Series:
    """Dividends of the year to each quarter's end, index points to the cent.

    Parameters
    ----------
    price, total : pandas.Series
        Closes of the index and of its total return index by day.

    Returns
    -------
    pandas.Series
        By the quarter's last calendar day, of the quarters that are over in
        the data and whose whole year is in it.
    """
    both = pd.concat([price, total], axis=1, keys=["price", "total"], join="inner").dropna()
    before = both.shift(1)
    paid = (before["price"] * both["total"] / before["total"] - both["price"]).iloc[1:]
    ends = pd.date_range(both.index[0], both.index[-1] - pd.Timedelta(days=1), freq="QE")
    whole = [end for end in ends if both.index[0] <= end - _YEAR]
    return pd.Series(
        {
            end: round(float(paid[(paid.index > end - _YEAR) & (paid.index <= end)].sum()), 2)
            for end in whole
        },
        dtype=float,
    )


SOURCE = IndexDividends()
