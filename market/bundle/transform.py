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

#: Closes of the sources that two others contradict.
CORRECTED_CLOSES = {"2021-08-11": 4442.41}

#: Monthly averages of rates by series, with their column in the input.
RATES = {
    "moodys_aaa": "aaa",
    "moodys_baa": "baa",
    "bill_3m": "tb3ms",
    "treasury_10y": "gs10",
    "fed_funds": "fedfunds",
}

#: The twelve industries of Kenneth French's library.
INDUSTRIES = (
    *("NoDur", "Durbl", "Manuf", "Enrgy", "Chems", "BusEq"),
    *("Telcm", "Utils", "Shops", "Hlth", "Money", "Other"),
)
#: First month of FINRA's own collection over all member firms (its Rule 4521).
RULE_4521 = pd.Period("2010-02", "M")
#: Months that leadership looks back over.
LEADERSHIP_MONTHS = 36

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
    great_tables: pd.DataFrame,
    arch: pd.DataFrame,
    benchstreet: pd.DataFrame,
    recent: pd.DataFrame,
    tail: pd.DataFrame,
) -> pd.DataFrame:
    """The union of the histories, to the cent (the first three carry float32 noise).

    `tail` has closes only: those sessions carry one number.
    """
    parts = [
        by_date(great_tables, "date")[OHLC].loc[:"2015"],
        by_date(arch, "Date", "%m/%d/%Y")[OHLC].loc["2016":"2018"],
        by_date(benchstreet.rename(columns={"Price": "Close"}), "Date")[OHLC].loc[
            "2019":"2025-01-31"
        ],
        by_date(recent, "date")[OHLC].loc["2025-02":],
        by_date(tail.assign(**{name: tail["close"] for name in OHLC}), "date")[OHLC],
    ]
    prices = pd.concat(parts).astype(float).round(2)
    for day, close in CORRECTED_CLOSES.items():
        prices.loc[pd.Timestamp(day), "close"] = close
    return prices


def vix(table: pd.DataFrame, recent: pd.DataFrame, sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """VIX on sessions of the index only: its holiday rows belong to no session."""
    before = by_date(table, "DATE")[OHLC]
    after = by_date(recent, "date")[OHLC]
    table = pd.concat([before, after[after.index > before.index[-1]]]).astype(float).round(2)
    table = table[table.index.isin(sessions)]
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
    """The margin series of single published figures.

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


def margin_debt_finra(table: pd.DataFrame, pages: pd.DataFrame) -> pd.DataFrame:
    """FINRA's own table: two collections, told apart by the column ``precision``.

    To January 2010 the sum of NYSE's and NASD's published tables, from then on
    one collection over all member firms. `pages` are the single published
    figures: a row whose page reported the month as its current figure, and
    says when, keeps that day; every other row is known by the rule.
    """
    months = pd.PeriodIndex(table["month"], freq="M")
    series_id = "margin_debt_finra"
    frame = monthly(series_id, pd.Series(table["value"].to_numpy(float), months))
    own = pages[
        (pages["series"] == "FINRA-all")
        & (pages["row_status"] == "primary")
        & (pages["known_by_basis"] == "stated publication date")
        & (pages["reading_type"] == "current")
    ]
    stated = pd.Series(
        pd.to_datetime(own["known_by_date"]).to_numpy(),
        pd.PeriodIndex(own["month"], freq="M").to_timestamp(how="end").normalize(),
    )
    frame["known_at"] = stated.reindex(frame.index).fillna(frame["known_at"])
    frame["source"] = "FINRA, margin statistics (revised values)"
    frame["precision"] = np.where(months < RULE_4521, "NYSE and NASD added", "FINRA Rule 4521")
    frame["conflict"] = ""
    return frame


def rates(series_id: str, table: pd.DataFrame, column: str) -> pd.DataFrame:
    """One monthly average of rates, percent."""
    table = table.dropna(subset=[column])
    months = pd.PeriodIndex(table["month"], freq="M")
    return monthly(series_id, pd.Series(table[column].to_numpy(float), months))


def industries(french: pd.DataFrame, recent: pd.DataFrame) -> pd.DataFrame:
    """Returns of the twelve industry portfolios by month, percent, value weighted."""
    old = french.set_index(pd.PeriodIndex(french["dates"], freq="M"))[list(INDUSTRIES)] * 100.0
    new = recent.set_index(pd.PeriodIndex(recent["month"], freq="M"))[list(INDUSTRIES)]
    table = pd.concat([old, new[new.index > old.index[-1]]]).astype(float).round(2)
    stamps = pd.PeriodIndex(table.index).to_timestamp(how="end").normalize()
    frame = table.set_index(stamps.rename("stamp"))
    frame.columns = [name.lower() for name in INDUSTRIES]
    return _with_known_at("industries", frame)


def dividends(table: pd.DataFrame) -> pd.DataFrame:
    """Trailing twelve-month dividends of the index by quarter, index points."""
    months = pd.PeriodIndex(table["month"], freq="M")
    values = pd.Series(table["dividend_ttm_points"].to_numpy(float), months)
    return monthly("sp500_dividends", values)


def leadership(
    french: pd.DataFrame, industries: pd.DataFrame, close: pd.Series, dividends: pd.DataFrame
) -> pd.DataFrame:
    """How far the market led the mean industry over 36 months: a few large ones lead where high.

    ``Σ log(1 + market − mean of the 12 industries)``. The market is Mkt-RF + RF
    of the same library to 2017-03; afterwards the index's month plus a twelfth
    of the trailing dividends known at its end.
    """
    mean = industries[[name.lower() for name in INDUSTRIES]].mean(axis=1) / 100.0
    old = french.set_index(pd.PeriodIndex(french["dates"], freq="M"))
    market = (old["MktRF"] + old["RF"]).astype(float)
    market.index = pd.PeriodIndex(market.index).to_timestamp(how="end").normalize()
    ends = close.groupby(pd.DatetimeIndex(close.index).to_period("M")).last()
    price = ends.pct_change()
    price.index = pd.PeriodIndex(price.index).to_timestamp(how="end").normalize()
    months_end = pd.DatetimeIndex(price.index)
    known = pd.Series(dividends["value"].to_numpy(), pd.DatetimeIndex(dividends["known_at"]))
    days = months_end.union(pd.DatetimeIndex(known.index))
    trailing = known.reindex(days).ffill().reindex(months_end)
    before = ends.shift(1).to_numpy()
    index = price + trailing.to_numpy() / 12.0 / before
    market = market.reindex(mean.index).fillna(index.reindex(mean.index))
    lead = pd.Series(np.log1p((market - mean).to_numpy()), index=mean.index)
    value = lead.rolling(LEADERSHIP_MONTHS).sum().dropna().round(6)
    return _with_known_at("leadership", value.to_frame("value").rename_axis("stamp"))


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
