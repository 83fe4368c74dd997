"""Rules that any plan may use, and the article does not: averages, the year so far, volatility."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, on_sessions
from signals.catalogue.rules import rule
from signals.history.bars import HAIR, Floats, rolling_max, rolling_mean, segments

_SESSIONS = Parameter("sessions", "sessions", "length of the average", least=2, most=1000)


def _close(market: Market) -> Floats:
    return market.prices["close"].to_numpy(dtype=np.float64)


def _average(market: Market, sessions: int) -> Floats:
    return rolling_mean(_close(market), sessions, segments(market.sessions))


@rule(
    "G01",
    section="–",
    classes="a",
    meaning="the close lies above its average of 200 sessions",
    unit="index points",
    parameters=(_SESSIONS,),
)
def above_average(market: Market, *, sessions: int = 200) -> pd.DataFrame:
    """C > mean of the last `sessions` closes, today's included."""
    close, average = _close(market), _average(market, sessions)
    return on_sessions(market, close, average, close > average, ~np.isnan(average))


@rule(
    "G01",
    section="–",
    classes="a",
    meaning="the close lies below its average of 200 sessions",
    unit="index points",
    parameters=(_SESSIONS,),
)
def below_average(market: Market, *, sessions: int = 200) -> pd.DataFrame:
    """C < mean of the last `sessions` closes, today's included."""
    close, average = _close(market), _average(market, sessions)
    return on_sessions(market, close, average, close < average, ~np.isnan(average))


@rule(
    "G02",
    section="–",
    classes="a",
    meaning="the average of 50 sessions lies above the average of 200",
    unit="index points",
    parameters=(
        Parameter("fast", "sessions", "length of the fast average", least=1, most=1000),
        Parameter("slow", "sessions", "length of the slow average", least=2, most=1000),
    ),
)
def fast_average_above_slow(market: Market, *, fast: int = 50, slow: int = 200) -> pd.DataFrame:
    """Golden cross while it lasts: mean of `fast` closes > mean of `slow` closes."""
    quick, late = _average(market, fast), _average(market, slow)
    return on_sessions(market, quick, late, quick > late, ~np.isnan(late))


@rule(
    "G02",
    section="–",
    classes="a",
    meaning="the average of 50 sessions lies below the average of 200",
    unit="index points",
    parameters=(
        Parameter("fast", "sessions", "length of the fast average", least=1, most=1000),
        Parameter("slow", "sessions", "length of the slow average", least=2, most=1000),
    ),
)
def fast_average_below_slow(market: Market, *, fast: int = 50, slow: int = 200) -> pd.DataFrame:
    """Death cross while it lasts: mean of `fast` closes < mean of `slow` closes."""
    quick, late = _average(market, fast), _average(market, slow)
    return on_sessions(market, quick, late, quick < late, ~np.isnan(late))


@rule(
    "G03",
    section="–",
    classes="a",
    meaning="the close lies above the last close of the year before",
    unit="fraction",
    parameters=(Parameter("change", "fraction", "least rise since then", least=-1, most=10),),
)
def up_this_year(market: Market, *, change: float = 0.0) -> pd.DataFrame:
    """C / last close of the year before - 1 > change: in late January the January barometer."""
    close = _close(market)
    year = market.sessions.year.to_numpy()
    start = np.searchsorted(year, year, side="left") - 1
    before = np.where(start >= 0, close[np.maximum(start, 0)], np.nan)
    # without the year before there is no last close of it
    before[(start >= 0) & (year[np.maximum(start, 0)] != year - 1)] = np.nan
    value = close / before - 1.0
    return on_sessions(market, value, change, value > change)


@rule(
    "G04",
    section="–",
    classes="a",
    meaning="the volatility index closes above 30",
    unit="index points",
    inputs=("vix",),
    parameters=(Parameter("level", "index points", "of the volatility index", least=0, most=500),),
)
def vix_above(market: Market, *, level: float = 30.0) -> pd.DataFrame:
    """The volatility index in force > `level`."""
    joined = market.asof("vix")
    value = joined["value"].to_numpy(dtype=np.float64)
    return on_figures(joined, value, level, value > level)


@rule(
    "G05",
    section="–",
    classes="a",
    meaning="the close lies at least 10 % below the highest close of 252 sessions",
    unit="fraction",
    parameters=(
        Parameter("fall", "fraction", "least fall from the highest close", least=0, most=1),
        Parameter("sessions", "sessions", "of which the highest counts", least=1, most=2520),
    ),
)
def fallen_from_high(market: Market, *, fall: float = 0.1, sessions: int = 252) -> pd.DataFrame:
    """1 - C / highest close of the last `sessions` sessions >= fall."""
    close = _close(market)
    value = 1.0 - close / rolling_max(close, sessions, segments(market.sessions))
    return on_sessions(market, value, fall, value >= fall - HAIR)
