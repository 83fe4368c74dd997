"""Borrowed money: growth of margin debt and of leveraged-ETF assets, and the leverage component."""

from __future__ import annotations

import pandas as pd

from market.container import Market
from market.kept import kept
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.history.bars import HAIR
from signals.history.pointintime import change_over_months, figures, in_force, latest_of, staleness
from signals.risk.component import component, first_known, ramp

#: Last month of FINRA's sums of two published tables: growth never reaches across its end.
SEAM = pd.Timestamp("2010-01-31")
#: Preferred first: on a tie of stamps FINRA counts, the wider scope.
MARGIN_SERIES = ("margin_debt_finra", "margin_debt_nyse")
ASSETS = "leveraged_etf_assets"
OWN_SCOPE = "us_leveraged"  # scopes are never joined; the article's figures are of this one


@kept(prices=False)
def leverage_risk(
    market: Market,
    *,
    from_: float = 0.0,
    to: float = 0.40,
    assets: tuple[float, float] | None = (0.0, 0.80),
) -> pd.DataFrame:
    """Risk from the year-on-year growth of borrowed money.

    Margin debt, a proxy for leveraged funds' assets: 0 at `from_`, 1 at `to`
    (fractions). Growth is within one series, this month against the same month
    a year earlier; the two series are never spliced, nor are FINRA's two
    collections (to 2010-01, from 2010-02). At each session the series counts
    whose newest usable growth has the latest stamp. Sessions on which the growth
    of leveraged funds' assets is known read that instead, if the user loaded
    them: 0 and 1 at the numbers of `assets`. None: never.

    Returns
    -------
    pandas.DataFrame
        See `signals.risk.component.component`; ``measure`` is a fraction per year.
    """
    joined = margin_growth(market)
    measure = joined["value"].to_numpy()
    found = component(joined, measure, ramp(measure, from_, to), proxy=True)
    if assets is None or not has_fund_assets(market):
        return found
    joined = assets_growth(market, OWN_SCOPE)
    measure = joined["value"].to_numpy()
    own = component(joined, measure, ramp(measure, *assets))
    return first_known(own, found)


def has_fund_assets(market: Market) -> bool:
    """Whether the user loaded leveraged funds' assets; the bundled ones are single points."""
    if not market.has(ASSETS) or market.series[ASSETS].origin == "bundled":
        return False
    return OWN_SCOPE in market.series[ASSETS].frame


def assets_growth(market: Market, scope: str) -> pd.DataFrame:
    """Yearly growth of leveraged funds' assets of one scope, in force: as `margin_growth`."""
    rows = change_over_months(figures(market, ASSETS, scope), 12, "growth")
    return in_force(market.sessions, rows, staleness(market, ASSETS))


@kept(prices=False)
def margin_growth(market: Market) -> pd.DataFrame:
    """Yearly growth of margin debt in force: ``value`` (fraction), ``stamp``, ``known_at``."""
    frames = {
        series_id: in_force(
            market.sessions, _growth(market, series_id), staleness(market, series_id)
        )
        for series_id in MARGIN_SERIES
    }
    return latest_of(frames)[0]


def _growth(market: Market, series_id: str) -> pd.DataFrame:
    """Growth over twelve months, within one collection of FINRA's two."""
    rows = figures(market, series_id)
    if series_id != "margin_debt_finra":
        return change_over_months(rows, 12, "growth")
    if not (rows.index <= SEAM).any() or not (rows.index > SEAM).any():
        return change_over_months(rows, 12, "growth")
    parts = (rows[rows.index <= SEAM], rows[rows.index > SEAM])
    return pd.concat([change_over_months(part, 12, "growth") for part in parts])


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
    joined = assets_growth(market, scope)
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
