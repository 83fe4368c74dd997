"""Volatility: its term structure, and falls fast enough to force hedging."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, on_sessions
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import HAIR, segments, shift
from signals.history.pointintime import aligned, in_force, staleness

not_computable(
    "R11",
    "negative_gamma",
    section="三",
    family="volatility",
    classes="a",
    meaning="option dealers must sell as the index falls",
    reason="dealers' positions are not public; a scenario may switch it on",
    proxy="vix_backwardation",
)


@rule(
    "R11",
    section="三",
    classes="a",
    meaning="the volatility index stands above the 3-month volatility index",
    unit="ratio",
    inputs=("vix", "vix3m"),
    proxy="volatility term structure, in place of dealers' gamma",
)
def vix_backwardation(market: Market) -> pd.DataFrame:
    """VIX / VIX3M > 1."""
    joined = term_structure(market)
    value = joined["value"].to_numpy()
    return on_figures(joined, value, 1.0, value > 1.0)


def term_structure(market: Market) -> pd.DataFrame:
    """VIX over VIX3M in force: ``value``, ``stamp``, ``known_at``."""
    rows = aligned(market, ("vix", "vix3m"))
    frame = pd.DataFrame(
        {"value": rows["vix"] / rows["vix3m"], "known_at": rows["known_at"]}, index=rows.index
    )
    return in_force(market.sessions, frame, staleness(market, "vix", "vix3m"))


@rule(
    "R11",
    section="三",
    classes="a",
    meaning="the index has fallen at least 4 % over five sessions",
    unit="fraction",
    proxy="speed of the fall, in place of dealers' gamma",
    parameters=(
        Parameter("sessions", "sessions", "length of the fall", least=1, most=252),
        Parameter("fall", "fraction", "least fall", least=0, most=1),
    ),
)
def fast_fall(market: Market, *, sessions: int = 5, fall: float = 0.04) -> pd.DataFrame:
    """C / C[t-5] - 1 <= -fall."""
    close = market.prices["close"].to_numpy(dtype=np.float64)
    change = close / shift(close, sessions, segments(market.sessions)) - 1.0
    return on_sessions(market, change, -fall, change <= -fall + HAIR)
