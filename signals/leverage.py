"""Borrowed money: growth of margin debt and of leveraged-ETF assets, and the leverage component."""

from __future__ import annotations

import pandas as pd

from market.container import Market
from signals.bars import HAIR
from signals.component import component, ramp
from signals.parameters import Parameter
from signals.pointintime import change_over_months, figures, in_force, latest_of, staleness
from signals.reading import on_figures
from signals.rules import rule

#: Preferred first: on a tie of stamps FINRA counts, the wider scope.
MARGIN_SERIES = ("margin_debt_finra", "margin_debt_nyse")
ASSETS = "leveraged_etf_assets"


def leverage_risk(market: Market, *, from_: float = 0.0, to: float = 0.40) -> pd.DataFrame:
    """Risk from the year-on-year growth of margin debt: 0 at `from_`, 1 at `to` (fractions).

    Growth is within one series, this month against the same month a year
    earlier; the two series are never spliced. At each session the series
    counts whose newest usable growth has the latest stamp.

    Returns
    -------
    pandas.DataFrame
        See `signals.component.component`; ``measure`` is a fraction per year.
    """
    joined = margin_growth(market)
    measure = joined["value"].to_numpy()
    return component(joined, measure, ramp(measure, from_, to))


def margin_growth(market: Market) -> pd.DataFrame:
    """Yearly growth of margin debt in force: ``value`` (fraction), ``stamp``, ``known_at``."""
    frames = {
        series_id: in_force(
            market.sessions,
            change_over_months(figures(market, series_id), 12, "growth"),
            staleness(market, series_id),
        )
        for series_id in MARGIN_SERIES
    }
    return latest_of(frames)[0]


@rule(
    "R08",
    section="二",
    classes="c",
    meaning="assets of US leveraged ETFs grew by more than 80 % in a year",
    unit="fraction per year",
    inputs=(ASSETS,),
    lag="as the catalogue states for the series",
    provenance="article",
    parameters=(
        Parameter("growth", "fraction per year", "least growth", "article"),
        Parameter(
            "scope",
            "name",
            "whose assets; scopes are never joined",
            choices=("us_leveraged", "us_both", "global_leveraged", "global_both"),
        ),
    ),
)
def leveraged_etf_growth(
    market: Market, *, growth: float = 0.80, scope: str = "us_leveraged"
) -> pd.DataFrame:
    """A month against the same month a year earlier, of one scope."""
    rows = change_over_months(figures(market, ASSETS, scope), 12, "growth")
    joined = in_force(market.sessions, rows, staleness(market, ASSETS))
    value = joined["value"].to_numpy()
    return on_figures(joined, value, growth, value > growth + HAIR)


@rule(
    "R08",
    section="二",
    classes="c",
    meaning="margin debt grew by at least 30 % in a year",
    unit="fraction per year",
    inputs=("margin_debt_finra|margin_debt_nyse",),
    lag="month end + 40 days unless a publication date is stated",
    proxy="margin debt in place of leveraged-ETF assets and of the survey's leverage index",
    parameters=(Parameter("growth", "fraction per year", "least growth"),),
)
def margin_debt_growth(market: Market, *, growth: float = 0.30) -> pd.DataFrame:
    """Within one of the two series, never across them."""
    joined = margin_growth(market)
    value = joined["value"].to_numpy()
    return on_figures(joined, value, growth, value >= growth - HAIR)
