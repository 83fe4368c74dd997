"""Breadth: how many stocks take part."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.history.bars import rolling_max, segments, shift
from signals.history.pointintime import aligned, in_force, of_the_session, staleness

_WINDOW = Parameter("window", "sessions", "days of which it is the best", "article", least=2)


@rule(
    "R21",
    section="四.4",
    classes="a",
    meaning="advancing issues are at least four in five, or their share is the best of 63 sessions",
    unit="fraction of advancing and declining issues",
    inputs=("nyse_advances", "nyse_declines"),
    parameters=(
        Parameter("share", "fraction", "share that is a thrust by itself", least=0, most=1),
        _WINDOW,
    ),
)
def breadth_thrust(market: Market, *, share: float = 0.80, window: int = 63) -> pd.DataFrame:
    """The threshold shown is the lower of `share` and the best of the sessions before."""
    rows = aligned(market, ("nyse_advances", "nyse_declines"))
    advances = rows["nyse_advances"].to_numpy(dtype=np.float64)
    total = advances + rows["nyse_declines"].to_numpy(dtype=np.float64)
    ratio = np.where(total > 0.0, advances / np.where(total > 0.0, total, 1.0), np.nan)
    segment = segments(rows.index)
    best = shift(rolling_max(ratio, window - 1, segment), 1, segment)
    frame = pd.DataFrame(
        {"ratio": ratio, "best": best, "known_at": rows["known_at"]}, index=rows.index
    )
    days = staleness(market, "nyse_advances", "nyse_declines")
    joined = of_the_session(in_force(market.sessions, frame, days))
    value, best = joined["ratio"].to_numpy(), joined["best"].to_numpy()
    # before `window` sessions only a share above the fixed one is certain
    known = ~np.isnan(best) | (value >= share)
    limit = np.fmin(best, share)
    return on_figures(joined, value, limit, value >= limit, known)


@rule(
    "R21",
    section="四.4",
    classes="a",
    meaning="the equal-weight fund rises and beats the index fund by more than on any of the "
    "63 sessions before",
    unit="log return of RSP less SPY",
    inputs=("rsp", "spy"),
    proxy="equal weight against capital weight, in place of advancing and declining issues",
    parameters=(_WINDOW,),
)
def breadth_thrust_equal_weight(market: Market, *, window: int = 63) -> pd.DataFrame:
    """One-day change of log(RSP/SPY) against the best of the sessions before."""
    rows = aligned(market, ("rsp", "spy"))
    segment = segments(rows.index)
    equal = np.log(rows["rsp"].to_numpy(dtype=np.float64))
    weighted = np.log(rows["spy"].to_numpy(dtype=np.float64))
    rise = equal - shift(equal, 1, segment)
    lead = rise - (weighted - shift(weighted, 1, segment))
    best = shift(rolling_max(lead, window - 1, segment), 1, segment)
    frame = pd.DataFrame(
        {"lead": lead, "best": best, "rise": rise, "known_at": rows["known_at"]}, index=rows.index
    )
    joined = of_the_session(in_force(market.sessions, frame, staleness(market, "rsp", "spy")))
    value, best = joined["lead"].to_numpy(), joined["best"].to_numpy()
    rising = joined["rise"].to_numpy() > 0.0
    return on_figures(joined, value, best, (value >= best) & rising, ~np.isnan(best))
