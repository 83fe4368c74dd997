"""Small markets by hand, one long synthetic market with every series, and the bundled one."""

import types

import numpy as np
import pandas as pd
import pytest

import market
from market.container import Market, Observations
from market.series.catalogue import CATALOGUE

MONTHLY = ("moodys_aaa", "moodys_baa", "margin_debt_nyse", "margin_debt_finra", "fms_cash")


def weekdays(start, n):
    return pd.bdate_range(start, periods=n, name="date")


def bars_of(close, index, **columns):
    """OHLC rows; where only closes are given, a range of one percent about them."""
    close = np.asarray(close, dtype=float)
    frame = pd.DataFrame({"open": close, "high": close * 1.01, "low": close * 0.99}, index=index)
    frame["close"] = close
    for name, values in columns.items():
        frame[name] = np.asarray(values, dtype=float)
    return frame


def observed(series_id, frame, known_at=None):
    """Observations of a catalogue series; known at the stamp unless said otherwise."""
    frame = frame.copy()
    frame.index = pd.DatetimeIndex(frame.index, name="stamp")
    known = frame.index if known_at is None else pd.DatetimeIndex(known_at)
    frame["known_at"] = known
    return Observations(CATALOGUE[series_id], frame, "test", "")


def figures_of(series_id, values, known_at=None, **columns):
    """Observations from {stamp: value}."""
    frame = pd.DataFrame({"value": list(values.values())}, index=pd.DatetimeIndex(list(values)))
    for name, more in columns.items():
        frame[name] = more
    return observed(series_id, frame.astype(float), known_at)


def market_of(prices, *observations):
    prices = prices.copy()
    prices.index.name = "date"
    return Market("test", prices, {o.id: o for o in observations}, CATALOGUE["sp500"])


@pytest.fixture(scope="session")
def build():
    """Builders of hand-made markets."""
    return types.SimpleNamespace(
        weekdays=weekdays,
        bars=bars_of,
        observed=observed,
        figures=figures_of,
        market=market_of,
        closes=lambda close, start="2024-01-01", **columns: market_of(
            bars_of(close, weekdays(start, len(close)), **columns)
        ),
    )


def walk(random, n, start, scale=0.012):
    return start * np.exp(np.cumsum(random.normal(0.0003, scale, n)))


@pytest.fixture(scope="session")
def synthetic():
    """25 years with every series of the catalogue that a rule reads.

    Carries what makes look-ahead show: missing days, half weeks, a hole of a
    month, figures published late and out of order.
    """
    random = np.random.default_rng(20251121)
    days = pd.bdate_range("2002-02-06", "2026-08-21", name="date")
    keep = random.random(len(days)) > 0.035
    hole = days.isin(pd.bdate_range("2019-03-06", "2019-04-05"))
    quiet_week = days.isin(pd.bdate_range("2014-09-01", "2014-09-05"))
    sessions = days[keep & ~hole & ~quiet_week]
    n = len(sessions)
    close = walk(random, n, 1100.0)
    reach = np.abs(random.normal(0.0, 0.006, (2, n)))
    prices = pd.DataFrame(
        {
            "open": close * (1.0 + random.normal(0.0, 0.002, n)),
            "high": close * (1.0 + reach[0]) * 1.003,
            "low": close * (1.0 - reach[1]) * 0.997,
            "close": close,
        },
        index=sessions,
    )
    prices.iloc[:150] = np.repeat(prices["close"].to_numpy()[:150, None], 4, axis=1)
    parts = []
    for series_id, spec in CATALOGUE.items():
        if series_id == "sp500":
            continue
        frame: pd.DataFrame
        late: np.ndarray
        if spec.frequency in ("daily", "weekly"):
            index = days if series_id != "btc" else pd.date_range(days[0], days[-1])
            index = index[random.random(len(index)) > 0.02]
            index = index[~index.isin(pd.date_range("2011-05-03", "2011-05-23"))]
            m = len(index)
            frame = pd.DataFrame(index=index)
            for column in spec.columns:
                base = {"volume": 1e6, "value": 3.0}.get(column, 60.0)
                frame[column] = walk(random, m, base, 0.15 if column == "volume" else 0.012)
            if "high" in spec.columns:
                frame["high"] = frame[["open", "close"]].max(axis=1) * 1.004
                frame["low"] = frame[["open", "close"]].min(axis=1) * 0.996
                frame["open"] = frame["close"] * (1.0 + random.normal(0.0, 0.004, m))
            late = np.where(random.random(m) < 0.01, random.integers(1, 6, m), 0)
        elif spec.frequency == "monthly" or series_id in (*MONTHLY, "leveraged_etf_assets"):
            index = pd.date_range(days[0], days[-1], freq="ME")
            index = index[random.random(len(index)) > 0.06]
            m = len(index)
            frame = pd.DataFrame(
                {c: 4.0 + np.cumsum(random.normal(0, 0.08, m)) for c in spec.columns}, index=index
            )
            if series_id in ("margin_debt_nyse", "margin_debt_finra", "leveraged_etf_assets"):
                frame = frame.apply(np.exp)
            late = random.integers(3, 75, m)
        else:
            index = days[np.sort(random.choice(len(days), 90, replace=False))]
            m = len(index)
            frame = pd.DataFrame({c: random.uniform(10, 40, m) for c in spec.columns}, index=index)
            late = random.integers(1, 120, m)
        parts.append(observed(series_id, frame, frame.index + pd.to_timedelta(late, unit="D")))
    # spread points that lie close enough together for a two-month change
    index = days[random.random(len(days)) > 0.3]
    points = pd.DataFrame({"value": 4.0 + np.cumsum(random.normal(0, 0.08, len(index)))}, index)
    parts = [p for p in parts if p.id != "hy_oas"] + [observed("hy_oas", points)]
    return market_of(prices, *parts)


@pytest.fixture(scope="session")
def bundled():
    """The bundled history from its first session on."""
    return market.load(
        types.SimpleNamespace(source="bundled", prices=None, files={}, start=None, end=None)
    )
