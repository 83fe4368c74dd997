"""From the sources' own tables to one shape: stamp, values, known_at, and each row's source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.series.catalogue import CATALOGUE
from market.series.publication import known_at, month_end, next_business_day

OHLC = ["open", "high", "low", "close"]

CURVE_COLUMNS = {
    "1 Mo": "m1",
    "2 Mo": "m2",
    "3 Mo": "m3",
    "4 Mo": "m4",
    "6 Mo": "m6",
    "1 Yr": "y1",
    "2 Yr": "y2",
    "3 Yr": "y3",
    "5 Yr": "y5",
    "7 Yr": "y7",
    "10 Yr": "y10",
    "20 Yr": "y20",
    "30 Yr": "y30",
}

ETF_SCOPES = {
    ("US", "leveraged"): "us_leveraged",
    ("US", "inverse only"): "us_inverse",
    ("US", "leveraged+inverse"): "us_both",
    ("global", "leveraged+inverse"): "global_both",
    ("global", "leveraged"): "global_leveraged",
}

ETF_PAGE_DAYS = {
    "https://www.etftrends.com/2014/06/inverse-leveraged-etfs-see-slight-decline-in-assets/": (
        "2014-06-30"
    ),
    "https://www.etf.com/sections/etfcom-analysis/leveraged-inverse-etf-mirage": None,
    "https://fazen.markets/en/leveraged-etfs-hit-160-5bn-in-assets": "2026-04-14",
}
"""When a page that looks back was written (the last day it can have been), where that is later
than the rule; None: not stated, so the rule stands."""


def by_date(table: pd.DataFrame, column: str, date_format: str = "%Y-%m-%d") -> pd.DataFrame:
    """`table` with lower-case columns, indexed by its dates in ascending order."""
    table = table.rename(columns=str.lower)
    dates = pd.to_datetime(table.pop(column.lower()), format=date_format)
    table.index = pd.DatetimeIndex(dates, name="stamp")
    table = table.sort_index()
    if not table.index.is_unique:
        raise ValueError(f"duplicate dates: {table.index[table.index.duplicated()][:3]}")
    return table


def sp500(
    great_tables: pd.DataFrame, arch: pd.DataFrame, benchstreet: pd.DataFrame
) -> pd.DataFrame:
    """The union of the three histories, to the cent (they carry float32 noise)."""
    parts = [
        by_date(great_tables, "date")[OHLC].loc[:"2015"],
        by_date(arch, "Date", "%m/%d/%Y")[OHLC].loc["2016":"2018"],
        by_date(benchstreet.rename(columns={"Price": "Close"}), "Date")[OHLC].loc["2019":],
    ]
    return pd.concat(parts).astype(float).round(2)


def vix(table: pd.DataFrame, sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """VIX on sessions of the index only: its holiday rows belong to no session."""
    table = by_date(table, "DATE")[OHLC].astype(float).round(2)
    table = table[table.index.isin(sessions) | (table.index > sessions[-1])]
    return _with_known_at("vix", table[["close", "open", "high", "low"]])


def treasury_curve(table: pd.DataFrame) -> pd.DataFrame:
    """The curve without days on which nothing was quoted."""
    table = by_date(table.rename(columns=CURVE_COLUMNS), "Date").astype(float)
    table = table[list(CATALOGUE["treasury_curve"].columns)].dropna(how="all")
    return _with_known_at("treasury_curve", table)


def index_close(series_id: str, table: pd.DataFrame, ticker: str) -> pd.DataFrame:
    """One index of the multi-index file, less its unfinished last row."""
    table = by_date(table, "DATE")[[ticker.lower()]].iloc[:-1]
    close = table.astype(float).round(2).dropna().set_axis(["close"], axis=1)
    return _with_known_at(series_id, close)


def monthly(series_id: str, values: pd.Series) -> pd.DataFrame:
    """A series by monthly period, stamped on the last day of its month."""
    stamps = pd.PeriodIndex(values.index).to_timestamp(how="end").normalize()
    frame = pd.DataFrame({"value": values.to_numpy(float)}, index=stamps.rename("stamp"))
    return _with_known_at(series_id, frame)


def french(table: pd.DataFrame, column: str) -> pd.Series:
    """One column of the Fama-French file by month; its dates are yyyymm."""
    months = pd.PeriodIndex(table["Date"].astype(str), freq="M")
    return pd.Series(table[column].to_numpy(float), index=months)


def fms_cash(table: pd.DataFrame) -> pd.DataFrame:
    """The survey, stamped on the day it came out: what it describes is the days before that."""
    known = pd.DatetimeIndex(pd.to_datetime(table["known_by_date"]))
    frame = pd.DataFrame(
        {
            "value": table["cash_pct"].to_numpy(float),
            "equity_overweight": table["eq_net_overweight_pct"].to_numpy(float),
            "known_at": known,
            "source": table["source_url"].to_numpy(),
            "precision": (table["reading_type"] + ", " + table["known_by_basis"]).to_numpy(),
            "conflict": table["conflict_values"].fillna("").to_numpy(),
        },
        index=known.rename("stamp"),
    )
    return frame.sort_index()


def margin_debt(series_id: str, table: pd.DataFrame, scope: str) -> pd.DataFrame:
    """One of the two margin series.

    A stated date counts only where it is the date of the row's own page and
    that page reports the month as its current figure; a date taken from
    another page may be early for this row, so the later of it and the rule
    (month end + 40 days) counts.
    """
    table = table[(table["series"] == scope) & (table["row_status"] == "primary")]
    # a page may state a change without a level: no figure to carry
    table = table.dropna(subset=["debit_balances_usd_millions"])
    months = pd.PeriodIndex(table["month"], freq="M")
    frame = monthly(series_id, pd.Series(table["debit_balances_usd_millions"].to_numpy(), months))
    stated = pd.to_datetime(table["known_by_date"]).to_numpy()
    basis = table["known_by_basis"]
    own = ((basis == "stated publication date") & (table["reading_type"] == "current")).to_numpy()
    borrowed = basis.str.startswith("stated").to_numpy() & ~own
    rule = frame["known_at"].to_numpy()
    frame["known_at"] = np.where(own, stated, np.where(borrowed, np.maximum(stated, rule), rule))
    frame["source"] = table["source_url"].to_numpy()
    frame["precision"] = (table["precision"] + ", " + table["reading_type"]).to_numpy()
    frame["conflict"] = ""
    return frame.sort_index()


def hy_oas(table: pd.DataFrame) -> pd.DataFrame:
    """Single points; of two pages on a date, the one that names the record of the index stays."""
    table = table.assign(day=pd.to_datetime(table["date"]))
    table = table[~table["date_precision"].str.startswith("episode peak")]
    day_known = (table["date_precision"] == "day").to_numpy()
    days = pd.DatetimeIndex(table["day"])
    stamps = days.where(day_known, month_end(days))
    frame = pd.DataFrame({"value": table["oas_pct"].to_numpy(float)}, index=stamps.rename("stamp"))
    frame["known_at"] = next_business_day(stamps)
    frame["source"] = table["source_url"].to_numpy()
    frame["precision"] = table["date_precision"].to_numpy()
    frame["conflict"] = np.where(table["conflict"] == "conflict", table["note"].fillna(""), "")
    return frame.sort_index()


def leveraged_etf_assets(table: pd.DataFrame) -> pd.DataFrame:
    """A column per scope; a figure is known after 60 days, or when its page was written."""
    spec = CATALOGUE["leveraged_etf_assets"]
    table = table.assign(
        stamp=pd.to_datetime(table["date"]),
        scope=[
            ETF_SCOPES[pair]
            for pair in zip(table["geography"], table["product_scope"], strict=True)
        ],
    )
    table["known_at"] = known_at(pd.DatetimeIndex(table["stamp"]), spec.lag_rule)
    page = pd.to_datetime(table["source_url"].map(ETF_PAGE_DAYS))
    table["known_at"] = table["known_at"].where(~(page > table["known_at"]), page)
    values = table.pivot(index="stamp", columns="scope", values="assets_usd_bn")
    frame = values.reindex(columns=list(spec.columns)).astype(float)
    rows = table.groupby("stamp")
    frame["known_at"] = rows["known_at"].max()
    frame["source"] = rows["source_url"].agg(lambda urls: " ".join(dict.fromkeys(urls)))
    frame["precision"] = rows.apply(
        lambda group: "; ".join(
            f"{s}: {p}" for s, p in zip(group["scope"], group["precision"], strict=True)
        ),
    )
    frame["conflict"] = ""
    return frame.rename_axis(columns=None)


def top10_weight(table: pd.DataFrame) -> pd.DataFrame:
    """One figure a date: of two, the one that is not a mere bound; the other is named beside it."""
    spec = CATALOGUE["top10_weight"]
    label = table["date_precision_or_label"]
    note = table["note"].fillna("")
    table = table[~(table["date"].duplicated(keep=False) & note.str.startswith("upper bound"))]
    label, note = label[table.index], note[table.index]
    days = pd.DatetimeIndex(pd.to_datetime(table["date"]))
    vague = (note.str.contains("approx") | label.str.contains("peak")).to_numpy()
    stamps = days.where(~vague, month_end(days))
    frame = pd.DataFrame(
        {"value": table["top10_weight_pct"].to_numpy(float)}, index=stamps.rename("stamp")
    )
    frame["known_at"] = known_at(stamps, spec.lag_rule)
    frame["source"] = table["source_url"].to_numpy()
    frame["precision"] = label.to_numpy()
    frame["conflict"] = np.where(table["conflict"] == "conflict", note, "")
    return frame.sort_index()


def _with_known_at(series_id: str, frame: pd.DataFrame) -> pd.DataFrame:
    stamps = pd.DatetimeIndex(frame.index)
    return frame.assign(known_at=known_at(stamps, CATALOGUE[series_id].lag_rule))
