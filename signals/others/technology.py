"""Technology: the Nasdaq's weekly channel and semiconductors against the index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, prefer
from signals.catalogue.rules import rule
from signals.history.bars import Floats
from signals.history.dated_levels import OUTLOOK_ENDS, SINCE, UNTIL, in_date
from signals.history.pointintime import aligned, bars, in_force, restamped, staleness
from signals.history.weeks import weekly_bars

SERIES = ("qqq", "nasdaq")
_INPUTS = ("qqq|nasdaq",)
_PROXY = "where QQQ is not loaded, the Nasdaq Composite in place of the Nasdaq-100"


@rule(
    "R19",
    section="四.3",
    classes="fa",
    meaning="the last completed week closed below the average of the last 20 weekly closes",
    unit="fraction, weekly close above its average",
    inputs=_INPUTS,
    lag="week end",
    proxy=_PROXY,
    provenance="article",
    parameters=(
        Parameter("weeks", "weeks", "length of the average", "article", least=2, most=200),
    ),
)
def nasdaq_below_weekly_average(market: Market, *, weeks: int = 20) -> pd.DataFrame:
    """A veto for new longs."""
    return _weekly(market, weeks, lambda close: close[:, 0] / close.mean(axis=1) - 1.0)


@rule(
    "R19",
    section="四.3",
    classes="fa",
    meaning="the least-squares line through the last completed weekly closes falls",
    unit="log change per week",
    inputs=_INPUTS,
    lag="week end",
    proxy=_PROXY,
    parameters=(Parameter("weeks", "weeks", "weekly closes in the channel", least=3, most=200),),
)
def nasdaq_down_channel(market: Market, *, weeks: int = 8) -> pd.DataFrame:
    """The article names a channel and does not define it."""
    # newest first: time runs backwards along the columns
    time = -np.arange(weeks, dtype=np.float64)
    time -= time.mean()
    return _weekly(market, weeks, lambda close: (np.log(close) * time).sum(axis=1) / (time @ time))


def _weekly(market: Market, weeks: int, measure: Callable[[Floats], Floats]) -> pd.DataFrame:
    """Reading of a measure of the last completed weekly closes, true below zero."""

    def read(series_id: str) -> pd.DataFrame:
        rows = bars(market, series_id)
        found = weekly_bars(rows, weeks)
        frame = pd.DataFrame(
            {"value": measure(found.close), "known_at": rows["known_at"]}, index=rows.index
        )
        joined = in_force(market.sessions, frame, staleness(market, series_id))
        joined = restamped(joined, rows.index, found.last, found.seen)
        value = joined["value"].to_numpy()
        return on_figures(joined, value, 0.0, value < 0.0)

    return prefer(*map(read, SERIES))


@rule(
    "R20",
    section="四.3",
    classes="f",
    meaning="the price of SMH over the price of SPY is above 0.52 (unadjusted prices)",
    unit="ratio of prices",
    inputs=("smh", "spy"),
    provenance="article",
    parameters=(
        Parameter("ratio", "ratio", "dividing line", "article", least=0),
        SINCE,
        UNTIL,
    ),
)
def semiconductors_lead(
    market: Market, *, ratio: float = 0.52, since: str = "2023-01-01", until: str = OUTLOOK_ENDS
) -> pd.DataFrame:
    """The article calls the line a divide since 2023; it says nothing about other years."""
    rows = aligned(market, ("smh", "spy"))
    frame = pd.DataFrame(
        {"value": rows["smh"] / rows["spy"], "known_at": rows["known_at"]}, index=rows.index
    )
    joined = in_force(market.sessions, frame, staleness(market, "smh", "spy"))
    value = joined["value"].to_numpy()
    return on_figures(joined, value, ratio, value > ratio, in_date(market.sessions, since, until))
