"""Markets with less in them: as known at an open, before a close, with old figures only.

Each is what a decision of that moment could have seen, or less. What a run says
about the moment must not depend on the difference.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pandas as pd

from market.container import Market, Observations

#: How far the unknown rest of a bar is moved, both ways: a day that happens.
MOVE = 0.04

#: Sessions of prices left where only the auxiliary figures matter.
SESSIONS_LEFT = 1_000


def at_open(market: Market, position: int, move: float) -> Market:
    """The market at the open of a session: its open known, the rest of the bar made up.

    Figures that became known on the day itself are not there yet.
    """
    cut = _before(market, position)
    prices = cut.prices.copy()
    open_ = float(prices["open"].iloc[-1])
    close = open_ * (1.0 + move)
    prices.iloc[-1] = _bar(prices, open_, max(open_, close), min(open_, close), close)
    return replace(cut, prices=prices)


def before_close(market: Market, position: int) -> Market | None:
    """The market just before a close: the range known, the close made up within it.

    None where the bar has no range, so that there is no other close.
    """
    cut = _before(market, position)
    prices = cut.prices.copy()
    open_, high, low, close = (float(prices[c].iloc[-1]) for c in ("open", "high", "low", "close"))
    if not high > low:
        return None
    other = low if close - low > high - close else high
    prices.iloc[-1] = _bar(prices, open_, high, low, other)
    return replace(cut, prices=prices)


def before_lone_close(market: Market, position: int, move: float) -> Market:
    """The market just before a close that is its session's only price; the close made up."""
    cut = _before(market, position)
    prices = cut.prices.copy()
    prices.iloc[-1] = float(prices["close"].iloc[-1]) * (1.0 + move)
    return replace(cut, prices=prices)


def outdated(market: Market, date: pd.Timestamp) -> Market:
    """The market at the close of `date`, but no auxiliary figure fresh enough to be used."""
    known = market.until(date)

    def old(observations: Observations) -> Observations:
        oldest = date - pd.Timedelta(days=observations.spec.staleness_days)
        return replace(observations, frame=observations.frame[observations.frame.index < oldest])

    series = {name: old(observations) for name, observations in known.series.items()}
    prices = known.prices.iloc[-SESSIONS_LEFT:]
    return replace(known, prices=prices, series=MappingProxyType(series))


def _before(market: Market, position: int) -> Market:
    """Sessions up to `position`, and the figures known at the close before it."""
    sessions = market.sessions
    earlier = market.until(sessions[position - 1])
    return replace(earlier, prices=market.prices[market.prices.index <= sessions[position]])


def _bar(prices: pd.DataFrame, open_: float, high: float, low: float, close: float) -> list[float]:
    values = {"open": open_, "high": high, "low": low, "close": close}
    return [values.get(str(column), close) for column in prices.columns]
