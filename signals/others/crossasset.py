"""Watch items in other markets: bitcoin, gold, the dollar, oil."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import not_computable, rule
from signals.history.anchors import ANCHOR, anchor_in_force
from signals.history.bars import (
    Floats,
    expanding_percentile,
    rolling_max,
    rolling_mean,
    rolling_min,
    rolling_std,
    segments,
    shift,
)
from signals.history.dated_levels import OUTLOOK_ENDS, SINCE, STATED, UNTIL, in_date
from signals.history.pointintime import bars, in_force, staleness

_ANCHOR = Parameter("anchor", "MM-DD", "day the plan is dated", "article")


@rule(
    "R30",
    section="七",
    classes="f",
    meaning="bitcoin closes below the average cost of the US spot ETFs' holders as the article "
    "gives it",
    unit="USD",
    inputs=("btc",),
    proxy="one stated level in place of the holders' cost of each day",
    parameters=(Parameter("level", "USD", "average cost", "article", least=0), SINCE, UNTIL),
)
def bitcoin_below_cost(
    market: Market, *, level: float = 94_200.0, since: str = STATED, until: str = OUTLOOK_ENDS
) -> pd.DataFrame:
    """C < level."""
    joined = _closes(market, "btc")
    value = joined["close"].to_numpy()
    return on_figures(joined, value, level, value < level, in_date(market.sessions, since, until))


not_computable(
    "R31",
    "bitcoin_etf_inflow",
    section="七",
    family="crossasset",
    classes="f",
    meaning="the US spot bitcoin ETFs take in money over a day",
    reason="daily fund flows are compiled by private sites without a public series",
)
not_computable(
    "R32",
    "crypto_fear_index",
    section="七",
    family="crossasset",
    classes="fe",
    meaning="the crypto fear-and-greed index is at or below 20",
    reason="one site's own index, without a published method that could be recomputed",
    proxy="bitcoin_fear",
)


@rule(
    "R32",
    section="七",
    classes="fe",
    meaning="bitcoin has fallen over 20 days, and its volatility over them is in its highest tenth",
    unit="percentile, fraction",
    inputs=("btc",),
    proxy="realised volatility of a fall, in place of the fear index",
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", least=0, most=1),
        Parameter("window", "days", "length of the volatility and the fall", least=3, most=365),
        Parameter("min_history", "days", "figures needed before a percentile", least=2),
    ),
)
def bitcoin_fear(
    market: Market, *, percentile: float = 0.9, window: int = 20, min_history: int = 252
) -> pd.DataFrame:
    """Standard deviation of daily log returns as a percentile of its past."""
    rows = bars(market, "btc")
    segment = segments(rows.index)
    close = np.log(rows["close"].to_numpy(dtype=np.float64))
    daily = close - shift(close, 1, segment)
    frame = pd.DataFrame(
        {
            "rank": expanding_percentile(rolling_std(daily, window, segment), min_history),
            "change": close - shift(close, window, segment),
            "known_at": rows["known_at"],
        },
        index=rows.index,
    )
    joined = in_force(market.sessions, frame, staleness(market, "btc"))
    value = joined["rank"].to_numpy()
    fallen = joined["change"].to_numpy() < 0.0
    return on_figures(joined, value, percentile, (value >= percentile) & fallen)


@rule(
    "R33",
    section="七",
    classes="f",
    meaning="bitcoin closes above 94,000 and above its 20-day average",
    unit="USD",
    inputs=("btc",),
    provenance="article",
    parameters=(
        Parameter("level", "USD", "upper edge of the earlier cluster", "article", least=0),
        Parameter("average", "days", "length of the average", "article", least=1, most=1000),
        SINCE,
        UNTIL,
    ),
)
def bitcoin_breakout(
    market: Market,
    *,
    level: float = 94_000.0,
    average: int = 20,
    since: str = STATED,
    until: str = OUTLOOK_ENDS,
) -> pd.DataFrame:
    """C > max(SMA20, level)."""
    rows = bars(market, "btc")
    mean = rolling_mean(rows["close"].to_numpy(dtype=np.float64), average, segments(rows.index))
    joined = in_force(market.sessions, rows.assign(mean=mean), staleness(market, "btc"))
    value = joined["close"].to_numpy()
    limit = np.maximum(joined["mean"].to_numpy(), level)
    known = in_date(market.sessions, since, until) & ~np.isnan(limit)
    return on_figures(joined, value, limit, value > limit, known)


@rule(
    "R34",
    section="八",
    classes="f",
    meaning="gold reaches the article's target, scaled to gold's price at the latest anchor",
    unit="USD per ounce",
    inputs=("gold",),
    provenance="article",
    parameters=(
        Parameter("target", "USD per ounce", "target", "article", least=0),
        Parameter("reference", "USD per ounce", "price the target belongs to", "article", least=1),
        _ANCHOR,
    ),
)
def gold_target(
    market: Market, *, target: float = 4200.0, reference: float = 2630.0, anchor: str = ANCHOR
) -> pd.DataFrame:
    """C >= close(anchor) x target / reference."""
    joined = _closes(market, "gold")
    value = joined["close"].to_numpy()
    limit = _at_anchor(market, value, anchor) * target / reference
    return on_figures(joined, value, limit, value >= limit, ~np.isnan(limit))


@rule(
    "R34",
    section="八",
    classes="f",
    meaning="gold has moved sideways: its closes of two months lie within a tenth of each other",
    unit="fraction, highest over lowest close less 1",
    inputs=("gold",),
    parameters=(
        Parameter("sessions", "sessions", "length of the sideways move", least=2, most=504),
        Parameter("width", "fraction", "widest range", least=0),
    ),
)
def gold_sideways(market: Market, *, sessions: int = 42, width: float = 0.10) -> pd.DataFrame:
    """Range of the last `sessions` closes."""
    rows = bars(market, "gold")
    close, segment = rows["close"].to_numpy(dtype=np.float64), segments(rows.index)
    spread = rolling_max(close, sessions, segment) / rolling_min(close, sessions, segment) - 1.0
    joined = in_force(market.sessions, rows.assign(spread=spread), staleness(market, "gold"))
    value = joined["spread"].to_numpy()
    return on_figures(joined, value, width, value <= width)


@rule(
    "R35",
    section="八",
    classes="f",
    meaning="the dollar index (ICE) closes above 106",
    unit="index points",
    inputs=("dollar",),
    provenance="article",
    parameters=(Parameter("level", "index points", "level", "article", least=0), SINCE, UNTIL),
)
def dollar_firm(
    market: Market, *, level: float = 106.0, since: str = STATED, until: str = OUTLOOK_ENDS
) -> pd.DataFrame:
    """C > level; another dollar index has another scale."""
    joined = _closes(market, "dollar")
    value = joined["close"].to_numpy()
    return on_figures(joined, value, level, value > level, in_date(market.sessions, since, until))


@rule(
    "R35",
    section="八",
    classes="f",
    meaning="the dollar index has risen since the latest anchor by as much as the article's "
    "confirmation lies above its level",
    unit="index points",
    inputs=("dollar",),
    provenance="article",
    parameters=(
        Parameter("confirmation", "index points", "confirming level", "article", least=0),
        Parameter("reference", "index points", "level it belongs to", "article", least=1),
        _ANCHOR,
    ),
)
def dollar_uptrend(
    market: Market, *, confirmation: float = 107.35, reference: float = 106.0, anchor: str = ANCHOR
) -> pd.DataFrame:
    """C > close(anchor) x 107.35 / 106."""
    joined = _closes(market, "dollar")
    value = joined["close"].to_numpy()
    limit = _at_anchor(market, value, anchor) * confirmation / reference
    return on_figures(joined, value, limit, value > limit, ~np.isnan(limit))


@rule(
    "R36",
    section="八",
    classes="f",
    meaning="crude oil closes below 63",
    unit="USD per barrel",
    inputs=("wti",),
    provenance="article",
    parameters=(Parameter("level", "USD per barrel", "level", "article", least=0), SINCE, UNTIL),
)
def oil_capped(
    market: Market, *, level: float = 63.0, since: str = STATED, until: str = OUTLOOK_ENDS
) -> pd.DataFrame:
    """C < level."""
    joined = _closes(market, "wti")
    value = joined["close"].to_numpy()
    return on_figures(joined, value, level, value < level, in_date(market.sessions, since, until))


def _closes(market: Market, series_id: str) -> pd.DataFrame:
    return in_force(market.sessions, bars(market, series_id), staleness(market, series_id))


def _at_anchor(market: Market, value: Floats, anchor: str) -> Floats:
    """The value at the anchor in force on each session; NaN where there is none."""
    at = anchor_in_force(market.sessions, anchor)
    return np.where(at >= 0, value[np.maximum(at, 0)], np.nan) if len(value) else value
