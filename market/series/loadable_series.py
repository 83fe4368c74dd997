"""Catalogue entries of series that the package does not carry and users load from their files."""

from __future__ import annotations

from market.series.definition import Lag, SeriesSpec

PRICE_FILE_COLUMNS = ("close", "open", "high", "low", "volume", "adjusted_close")
_YOURS = "your file (data.files)"
_SAME, _NEXT = Lag(), Lag("next_business_day")


def _price(
    series_id: str,
    title: str,
    *aliases: str,
    unit: str = "price",
    lag: Lag = _SAME,
    words: str = "same session",
) -> SeriesSpec:
    return SeriesSpec(
        id=series_id,
        title=title,
        unit=unit,
        frequency="daily",
        lag=words,
        staleness_days=7,
        source=_YOURS,
        columns=PRICE_FILE_COLUMNS,
        bundled=False,
        lag_rule=lag,
        aliases=aliases,
        defects=(
            "adjusted closes count where a fund is held or tracked; rules read the closes: load a "
            "total-return file to include dividends there",
        ),
    )


def _daily(
    series_id: str, title: str, unit: str, *aliases: str, lag: Lag, words: str, days: int = 7
) -> SeriesSpec:
    return SeriesSpec(
        id=series_id,
        title=title,
        unit=unit,
        frequency="daily",
        lag=words,
        staleness_days=days,
        source=_YOURS,
        bundled=False,
        lag_rule=lag,
        aliases=aliases,
    )


LOADABLE: tuple[SeriesSpec, ...] = (
    _price("sp500_total_return", "S&P 500 total return index", "SP500TR", unit="index points"),
    _price("vix3m", "CBOE 3-month volatility index", "VXV", "VIX3M", "VXVCLS", unit="index points"),
    _price("vvix", "CBOE volatility of VIX index", "VVIX", unit="index points"),
    _price("spy", "SPDR S&P 500 ETF"),
    _price("qqq", "Invesco QQQ (Nasdaq 100) ETF"),
    _price("iwm", "iShares Russell 2000 ETF"),
    _price("smh", "VanEck Semiconductor ETF"),
    _price("rsp", "Invesco S&P 500 Equal Weight ETF"),
    _price("xlp", "Consumer staples sector ETF"),
    _price("xlu", "Utilities sector ETF"),
    _price("xlv", "Health care sector ETF"),
    _price("xly", "Consumer discretionary sector ETF"),
    _price("xlk", "Technology sector ETF"),
    _price("xli", "Industrials sector ETF"),
    _price("xlf", "Financials sector ETF"),
    _price("xle", "Energy sector ETF"),
    _price("xlb", "Materials sector ETF"),
    _price("bizd", "Business development companies ETF"),
    _price("hyg", "High-yield corporate bond ETF"),
    _price("lqd", "Investment-grade corporate bond ETF"),
    _price("ief", "7-10 year Treasury ETF"),
    _price("iei", "3-7 year Treasury ETF"),
    _price("tlt", "20+ year Treasury ETF"),
    _price("sh", "Daily -1x S&P 500 ETF"),
    _price("sds", "Daily -2x S&P 500 ETF"),
    _price("spxu", "Daily -3x S&P 500 ETF"),
    _price("sqqq", "Daily -3x Nasdaq 100 ETF"),
    # these trade on after the close of New York: their day's last price is not known at it
    _price(
        "btc",
        "Bitcoin in US dollars",
        "CBBTCUSD",
        unit="USD",
        lag=Lag("days", 1),
        words="next day: its day ends at midnight UTC",
    ),
    _price(
        "gold",
        "Gold in US dollars",
        "GOLDAMGBD228NLBM",
        unit="USD per ounce",
        lag=_NEXT,
        words="next business day",
    ),
    _price(
        "dollar",
        "US dollar index",
        "DTWEXBGS",
        unit="index points",
        lag=_NEXT,
        words="next business day",
    ),
    _price(
        "wti",
        "Crude oil, WTI",
        "DCOILWTICO",
        unit="USD per barrel",
        lag=_NEXT,
        words="next business day",
    ),
    _daily(
        "nyse_advances",
        "NYSE advancing issues",
        "issues",
        "advances",
        "advancing",
        "nyse_advancing",
        lag=Lag(),
        words="same session",
    ),
    _daily(
        "nyse_declines",
        "NYSE declining issues",
        "issues",
        "declines",
        "declining",
        "nyse_declining",
        lag=Lag(),
        words="same session",
    ),
    _daily(
        "fed_funds_target",
        "Federal funds target (upper limit)",
        "percent per year",
        "DFEDTARU",
        "DFEDTAR",
        lag=_NEXT,
        words="next business day",
    ),
    _daily(
        "ig_oas",
        "ICE BofA US corporate option-adjusted spread",
        "percent",
        "BAMLC0A0CM",
        lag=_NEXT,
        words="next business day",
        days=10,
    ),
    SeriesSpec(
        id="industries_daily",
        title="Returns of twelve US industry portfolios by day, value weighted",
        unit="percent per day",
        frequency="daily",
        lag="next business day",
        staleness_days=10,
        source=_YOURS,
        bundled=False,
        columns=(
            *("nodur", "durbl", "manuf", "enrgy", "chems", "buseq"),
            *("telcm", "utils", "shops", "hlth", "money", "other"),
        ),
        lag_rule=_NEXT,
    ),
    SeriesSpec(
        id="aaii_bulls",
        title="AAII survey, share of bullish investors",
        unit="percent",
        frequency="weekly",
        lag="next business day after the survey week's last day",
        staleness_days=14,
        source=_YOURS,
        bundled=False,
        lag_rule=_NEXT,
        aliases=("bullish", "bulls"),
    ),
    SeriesSpec(
        id="aaii_bears",
        title="AAII survey, share of bearish investors",
        unit="percent",
        frequency="weekly",
        lag="next business day after the survey week's last day",
        staleness_days=14,
        source=_YOURS,
        bundled=False,
        lag_rule=_NEXT,
        aliases=("bearish", "bears"),
    ),
)
