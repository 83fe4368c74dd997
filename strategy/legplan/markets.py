"""The markets that a plan of legs names: loaded, and put on one calendar for the account."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS, Market
from market.dividends import dividend_yield
from market.errors import InputError
from market.rates import bill_rate
from market.sources.load import judged_prices, load, long_enough
from strategy.legs.prices import Prices
from strategy.plan.legs_plan import BUNDLED_PRICES, LegsPlan

#: A close is carried to later days of other markets for so long; then nothing is known.
LONGEST_CARRY_DAYS = 10


@dataclass(frozen=True)
class Markets:
    """The markets of a plan, each on its own sessions.

    Attributes
    ----------
    base : Market
        The bundled index with every auxiliary series: what gives rates.
    by_name : dict of str to Market
        In the plan's order.
    """

    base: Market
    by_name: dict[str, Market]

    @property
    def id(self) -> str:
        """The series that are traded."""
        return " + ".join(market.id for market in self.by_name.values())

    @property
    def hashes(self) -> dict[str, str]:
        """Hash of every series, and of what is traded together under `id`."""
        found = {k: h for m in (self.base, *self.by_name.values()) for k, h in m.hashes.items()}
        traded = [market.hashes.get(market.id, "") for market in self.by_name.values()]
        return found | {self.id: " ".join(traded)}

    def until(self, date: pd.Timestamp) -> Markets:
        """The markets as they could be known at the close of `date`."""
        by_name = {name: market.until(date) for name, market in self.by_name.items()}
        return Markets(self.base.until(date), by_name)

    def prices(self, name: str) -> Prices:
        """Prices of a market as fills use them."""
        frame = self.by_name[name].prices
        return Prices(*(np.ascontiguousarray(frame[c], dtype=np.float64) for c in PRICE_COLUMNS))


def load_markets(plan: LegsPlan) -> Markets:
    """Load what the plan names.

    Raises
    ------
    InputError
        Where a file cannot be used, or a name is no bundled series of prices.
    """
    base = load(plan.data)
    return Markets(base, {name: _market(plan, base, name) for name in plan.markets})


def _market(plan: LegsPlan, base: Market, name: str) -> Market:
    wanted = plan.markets[name].prices
    where = f"markets.{name}.prices"
    if wanted == BUNDLED_PRICES:
        return base
    if os.path.isabs(wanted):
        from market.files.read import price_spec

        file = judged_prices(wanted, plan.data.formats.get(name))
        long_enough(len(file.prices), wanted)
        spec = price_spec(Path(wanted))
        spec = replace(spec, id=f"{spec.id}_prices") if spec.id in base.series else spec
        found = replace(
            base,
            id=spec.id,
            prices=file.prices,
            price_spec=spec,
            origin=wanted,
            hashes=MappingProxyType({**base.hashes, spec.id: file.sha256}),
            close_only=file.close_only,
            judged=file.judged,
            adjusted=file.adjusted,
        )
        if plan.data.end is not None:
            found = found.until(pd.Timestamp(plan.data.end))
        return found
    if not base.has(wanted) or "close" not in base.series[wanted].values:
        tradable = [n for n, s in base.series.items() if "close" in s.values]
        raise InputError(
            f"got {wanted!r}",
            where=where,
            expected=f"{BUNDLED_PRICES}, {', '.join(tradable)}, or a CSV or Parquet file of prices",
            do="name the file with its ending, for example bitcoin.csv",
        )
    held = base.series[wanted]
    closes = {c: held.frame[c if c in held.values else "close"] for c in PRICE_COLUMNS}
    frame = pd.DataFrame(closes).dropna()
    frame.index = pd.DatetimeIndex(frame.index, name="date")
    return replace(
        base,
        id=wanted,
        prices=frame,
        price_spec=held.spec,
        close_only=not set(PRICE_COLUMNS) <= set(held.values),
        judged=held.judged,
        adjusted=False,
    )


@dataclass(frozen=True)
class OneCalendar:
    """Every session of every market in use, and what each market is worth on it.

    Attributes
    ----------
    sessions : DatetimeIndex
        Union of the markets' sessions.
    names : tuple of str
        Markets, one a column.
    open_, close : float64[n, m]
        A market that is closed has its last close; NaN before its first.
    age : float64[n, m]
        Days since its last close.
    dividend : float64[n, m]
        Dividend yield in force, fraction per year.
    rate : float64[n]
        Bill rate known at each close, fraction; 0 where none is known.
    rate_known : bool[n]
    """

    sessions: pd.DatetimeIndex
    names: tuple[str, ...]
    open_: np.ndarray
    close: np.ndarray
    age: np.ndarray
    dividend: np.ndarray
    rate: np.ndarray
    rate_known: np.ndarray

    def at(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Positions of a market's sessions on this calendar."""
        return np.asarray(self.sessions.get_indexer(days), dtype=np.int64)


def one_calendar(plan: LegsPlan, markets: Markets, names: tuple[str, ...]) -> OneCalendar:
    """Put the named markets on one calendar."""
    sessions = markets.by_name[names[0]].sessions
    for name in names[1:]:
        sessions = sessions.union(markets.by_name[name].sessions)
    sessions = pd.DatetimeIndex(sessions, name="date")
    shape = (len(sessions), len(names))
    open_, close, age, dividend = (np.full(shape, np.nan) for _ in range(4))
    days = sessions.to_numpy().astype("datetime64[D]").astype(np.int64)
    for j, name in enumerate(names):
        market = markets.by_name[name]
        own = sessions.get_indexer(market.sessions)
        latest = np.full(len(sessions), -1)
        latest[own] = own
        latest = np.maximum.accumulate(latest)
        known = latest >= 0
        value = np.full(len(sessions), np.nan)
        value[own] = market.prices["close"].to_numpy(dtype=float)
        close[known, j] = value[latest[known]]
        open_[:, j] = close[:, j]
        open_[own, j] = market.prices["open"].to_numpy(dtype=float)
        age[known, j] = (days - days[latest])[known]
        paid = np.full(len(sessions), np.nan)
        paid[own] = _dividends(plan, market, name)
        dividend[known, j] = paid[latest[known]]
    dates = pd.DataFrame({"close": close[:, 0]}, index=sessions)
    rate = bill_rate(replace(markets.base, prices=dates))["rate"].to_numpy(dtype=float)
    known_rate = ~np.isnan(rate)
    return OneCalendar(
        sessions, names, open_, close, age, dividend, np.nan_to_num(rate, nan=0.0), known_rate
    )


def _dividends(plan: LegsPlan, market: Market, name: str) -> np.ndarray:
    stated = plan.markets[name].dividend_yield
    if stated is not None:
        return np.full(len(market.sessions), stated)
    if market.id != BUNDLED_PRICES:
        return np.zeros(len(market.sessions))
    costs = plan.costs
    found = dividend_yield(market, costs.dividend_yield, series=costs.dividends == "series")
    return np.asarray(found["yield"], dtype=float)
