"""Positions of fund managers beyond cash, and cash together with leverage."""

from __future__ import annotations

import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import all_of, on_figures
from signals.catalogue.rules import not_computable, rule
from signals.history.pointintime import figures, percentile_in_force, staleness
from signals.risk.cash import cash_level_below
from signals.risk.leverage import leveraged_etf_growth, margin_debt_growth

_LAG = "survey's publication day"
_CASH = Parameter("cash", "percent", "cash level below which it counts", "article", least=0)


@rule(
    "R06",
    section="二",
    classes="c",
    meaning="fund managers' net equity overweight is in the highest tenth of the figures so far",
    unit="percentile, fraction",
    inputs=("fms_cash",),
    lag=_LAG,
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", least=0, most=1),
        Parameter("min_history", "figures", "figures needed before a percentile", least=2),
    ),
)
def equity_overweight(
    market: Market, *, percentile: float = 0.9, min_history: int = 24
) -> pd.DataFrame:
    """Percentile among the figures known by then; the article calls its own the second highest."""
    joined = percentile_in_force(
        market.sessions,
        figures(market, "fms_cash", "equity_overweight"),
        min_history,
        staleness(market, "fms_cash"),
    )
    value = joined["percentile"].to_numpy()
    return on_figures(joined, value, percentile, value >= percentile)


not_computable(
    "R07",
    "survey_leverage",
    section="二",
    family="positioning",
    classes="c",
    meaning="the survey's index of leverage in use is at a record",
    reason="the survey's leverage index is not published as a series",
    proxy="margin_debt_growth",
)


@rule(
    "R09",
    section="二",
    classes="de",
    meaning="fund managers' cash is below 4 % and leveraged-ETF assets grew by more than 80 % in "
    "a year",
    unit="conditions met",
    inputs=("fms_cash", "leveraged_etf_assets"),
    lag="as the two inputs",
    provenance="article",
    parameters=(
        _CASH,
        Parameter("growth", "fraction per year", "least growth of assets", "article"),
    ),
)
def cash_and_leverage(market: Market, *, cash: float = 4.0, growth: float = 0.80) -> pd.DataFrame:
    """Both on values known that day."""
    return all_of(cash_level_below(market, cash), leveraged_etf_growth(market, growth=growth))


@rule(
    "R09",
    section="二",
    classes="de",
    meaning="fund managers' cash is below 4 % and margin debt grew by at least 30 % in a year",
    unit="conditions met",
    inputs=("fms_cash", "margin_debt_finra|margin_debt_nyse"),
    lag="as the two inputs",
    proxy="margin debt in place of leveraged-ETF assets",
    parameters=(_CASH, Parameter("growth", "fraction per year", "least growth of margin debt")),
)
def cash_and_margin_debt(
    market: Market, *, cash: float = 4.0, growth: float = 0.30
) -> pd.DataFrame:
    """Both on values known that day."""
    return all_of(cash_level_below(market, cash), margin_debt_growth(market, growth=growth))
