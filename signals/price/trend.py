"""Trend of the index: the streak above the 50-day average and the trend-follower proxy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_sessions
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import Bools, Floats, last_true, rolling_mean, segments, streak

_WINDOW = Parameter("window", "sessions", "length of the average", "article", least=2, most=1000)
_LENGTH = Parameter("length", "sessions", "closes in a row above it", "article", least=1)


@rule(
    "R14",
    section="四.1",
    classes="ae",
    meaning="at least 138 closes in a row lie above the 50-day average",
    unit="sessions",
    provenance="article",
    parameters=(_WINDOW, _LENGTH),
)
def streak_above_average(market: Market, *, window: int = 50, length: int = 138) -> pd.DataFrame:
    """Consecutive closes above the simple average of the last `window` closes."""
    count, known = _streak(market, window, length)
    return on_sessions(market, count, float(length), count >= length, known)


@rule(
    "R14",
    section="四.1",
    classes="ae",
    meaning="today is the 138th close in a row above the 50-day average",
    unit="sessions",
    provenance="article",
    parameters=(_WINDOW, _LENGTH),
)
def streak_reached(market: Market, *, window: int = 50, length: int = 138) -> pd.DataFrame:
    """The first day of the state, one a streak: what an event study counts."""
    count, known = _streak(market, window, length)
    return on_sessions(market, count, float(length), count == length, known)


def _streak(market: Market, window: int, length: int) -> tuple[Floats, Bools]:
    close = market.prices["close"].to_numpy(dtype=np.float64)
    segment = segments(market.sessions)
    average = rolling_mean(close, window, segment)
    above = close > average
    count = streak(above, segment)
    # a streak that runs from the first average on is longer than the data can tell: it is known
    # once a close that ended an earlier one has been seen, or once it is long enough anyway
    ended = last_true(~above & ~np.isnan(average))
    seen = (ended >= 0) & (segment[np.maximum(ended, 0)] == segment)
    return count.astype(np.float64), ~np.isnan(average) & (seen | (count > length))


@rule(
    "R10",
    section="三",
    classes="ac",
    meaning="the close lies below most of its 20-, 60-, 120- and 250-day averages: trend followers "
    "would be short (a veto for new longs)",
    unit="mean sign, -1 to 1",
    proxy="mean sign of close less average, in place of a bank's model of trend followers",
    parameters=(Parameter("veto", "mean sign", "at or below it the veto holds", least=-1, most=1),),
)
def trend_followers(market: Market, *, veto: float = -0.5) -> pd.DataFrame:
    """Mean of sign(C - SMA_n) over n = 20, 60, 120, 250."""
    close = market.prices["close"].to_numpy(dtype=np.float64)
    segment = segments(market.sessions)
    signs = [np.sign(close - rolling_mean(close, n, segment)) for n in (20, 60, 120, 250)]
    value = np.mean(signs, axis=0) if len(close) else close
    return on_sessions(market, value, veto, value <= veto)


not_computable(
    "R10",
    "trend_follower_model",
    section="三",
    family="trend",
    classes="ac",
    meaning="trend followers are fully short in every scenario of a bank's model",
    reason="a bank's model, quoted by the press on single days",
    proxy="trend_followers",
)
