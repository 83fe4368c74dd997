"""What would turn late cycle into decline: rates, a credit event, a cascade, the fall itself."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, on_sessions, prefer
from signals.catalogue.rules import rule
from signals.history.bars import HAIR, rolling_mean, segments
from signals.history.pointintime import (
    bars,
    change_over_days,
    figures,
    in_force,
    in_order,
    staleness,
)
from signals.price.volatility import term_structure
from signals.risk.credit import high_yield_widening, quality_spread_widening

_MONTHS = Parameter("months", "months", "over which the change is taken", least=1, most=24)
_AVERAGE = Parameter("average", "sessions", "length of the average", least=2, most=1000)


@rule(
    "R42",
    section="十",
    classes="de",
    meaning="the index has fallen at least 20 % from peak to trough within the calendar year, "
    "close to close",
    unit="fraction",
    provenance="article",
    parameters=(Parameter("fall", "fraction", "least fall", "article", least=0, most=1),),
)
def correction(market: Market, *, fall: float = 0.20) -> pd.DataFrame:
    """Deepest fall so far from the year's highest close so far; it stays true once it happened."""
    sessions = market.sessions
    close = market.prices["close"].to_numpy(dtype=np.float64)
    year = sessions.to_numpy().astype("datetime64[Y]").astype(np.int64)
    peak = pd.Series(close).groupby(year).cummax().to_numpy(dtype=np.float64)
    deepest = pd.Series(1.0 - close / peak).groupby(year).cummax().to_numpy(dtype=np.float64)
    # a year that the data enter in its middle is no year, nor is one with a hole
    segment = segments(sessions)
    first = np.searchsorted(year, year, side="left")
    whole = (first > 0) & (segment[np.maximum(first - 1, 0)] == segment)
    return on_sessions(market, deepest, fall, deepest >= fall - HAIR, whole)


@rule(
    "R43",
    section="十",
    classes="d",
    meaning="the upper limit of the federal funds target is higher than a month ago",
    unit="percentage points",
    inputs=("fed_funds_target",),
    lag="next business day",
    provenance="article",
    parameters=(_MONTHS,),
)
def rate_rise(market: Market, *, months: int = 1) -> pd.DataFrame:
    """Change of the target over `months` months."""
    rows = in_order(figures(market, "fed_funds_target"))
    joined = in_force(
        market.sessions, change_over_days(rows, months, 10), staleness(market, "fed_funds_target")
    )
    value = joined["value"].to_numpy() - joined["base"].to_numpy()
    return on_figures(joined, value, 0.0, value > HAIR)


@rule(
    "R43",
    section="十",
    classes="d",
    meaning="the 3-month Treasury yield has risen by at least a quarter point in a month",
    unit="percentage points",
    inputs=("treasury_curve",),
    lag="next business day",
    proxy="bill yield in place of the policy rate",
    parameters=(
        Parameter("rise", "percentage points", "least rise", least=0),
        _MONTHS,
    ),
)
def bill_rate_rise(market: Market, *, rise: float = 0.25, months: int = 1) -> pd.DataFrame:
    """Bills follow the expected policy rate."""
    rows = in_order(figures(market, "treasury_curve", "m3"))
    joined = in_force(
        market.sessions, change_over_days(rows, months, 10), staleness(market, "treasury_curve")
    )
    value = joined["value"].to_numpy() - joined["base"].to_numpy()
    return on_figures(joined, value, rise, value >= rise - HAIR)


@rule(
    "R43",
    section="十",
    classes="d",
    meaning="credit spreads have widened as the credit rules say: high yield, else Baa less Aaa",
    unit="percentage points",
    inputs=("hy_oas|moodys_baa",),
    lag="as the credit rules",
    proxy="where no high-yield spread is usable, Baa less Aaa",
    provenance="article",
)
def credit_event(market: Market) -> pd.DataFrame:
    """With the defaults of the two rules."""
    return prefer(high_yield_widening(market), quality_spread_widening(market))


@rule(
    "R43",
    section="十",
    classes="d",
    meaning="the index closes below its 200-day average while the volatility index stands above "
    "the 3-month one",
    unit="ratio of the volatility indices",
    inputs=("prices", "vix", "vix3m"),
    proxy="trend and term structure, in place of trend followers' and dealers' positions",
    parameters=(_AVERAGE,),
)
def cascade(market: Market, *, average: int = 200) -> pd.DataFrame:
    """C < SMA200 and VIX > VIX3M."""
    joined = term_structure(market)
    value = joined["value"].to_numpy()
    mean = _average(market, average)
    below = market.prices["close"].to_numpy(dtype=np.float64) < mean
    return on_figures(joined, value, 1.0, below & (value > 1.0), ~np.isnan(mean))


@rule(
    "R43",
    section="十",
    classes="d",
    meaning="the index closes below its 200-day average and the volatility index is at 30 or more",
    unit="index points of the volatility index",
    inputs=("prices", "vix"),
    proxy="level of the volatility index alone, in place of its term structure",
    parameters=(_AVERAGE, Parameter("level", "index points", "least level", least=0)),
)
def cascade_vix_only(market: Market, *, average: int = 200, level: float = 30.0) -> pd.DataFrame:
    """C < SMA200 and VIX >= level."""
    joined = in_force(market.sessions, bars(market, "vix"), staleness(market, "vix"))
    value = joined["close"].to_numpy()
    mean = _average(market, average)
    below = market.prices["close"].to_numpy(dtype=np.float64) < mean
    return on_figures(joined, value, level, below & (value >= level), ~np.isnan(mean))


def _average(market: Market, window: int) -> np.ndarray:
    close = market.prices["close"].to_numpy(dtype=np.float64)
    return rolling_mean(close, window, segments(market.sessions))
