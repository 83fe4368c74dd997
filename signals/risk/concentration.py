"""How much of the index its ten largest companies are, and equal-weight proxies of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.history.bars import expanding_percentile, segments, shift
from signals.history.pointintime import aligned, figures, in_force, percentile_in_force, staleness
from signals.risk.component import component, first_known, ramp

SERIES = "top10_weight"
#: Proxy: the market against its mean industry over 36 months.
LEADERSHIP = "leadership"
#: Months of its past that a figure of it is ranked among, and how many of them it needs.
LEADERSHIP_WINDOW, LEADERSHIP_HISTORY = 240, 120


@kept(prices=False)
def concentration_risk(
    market: Market, *, from_: float = 0.5, to: float = 1.0, min_history: int = 20
) -> pd.DataFrame:
    """Risk from a high weight of the ten largest companies.

    The measure is the point-in-time percentile of the figure in force among
    all figures known by then, as a fraction; 0 at `from_`, 1 at `to`. Until
    `min_history` figures are known, and where none is usable, the proxy: the
    percentile of `leadership` among its last 240 months (at least 120).

    Parameters
    ----------
    min_history : int
        Figures that must be known before a percentile means anything.

    Returns
    -------
    pandas.DataFrame
        See `signals.risk.component.component`; ``measure`` is a fraction.
    """
    joined = percentile_in_force(
        market.sessions, figures(market, SERIES), min_history, staleness(market, SERIES)
    )
    measure = joined["percentile"].to_numpy()
    own = component(joined, measure, ramp(measure, from_, to))
    if not market.has(LEADERSHIP):
        return own
    joined = in_force(market.sessions, leadership_rank(market), staleness(market, LEADERSHIP))
    measure = joined["value"].to_numpy()
    return first_known(own, component(joined, measure, ramp(measure, from_, to), proxy=True))


def leadership_rank(market: Market) -> pd.DataFrame:
    """Share of the last 240 months of `leadership` at or below a month's: ``value``, ``known_at``.

    The month itself is one of them; NaN with fewer than 120.
    """
    rows = figures(market, LEADERSHIP)
    rank = (
        rows["value"]
        .rolling(LEADERSHIP_WINDOW, min_periods=LEADERSHIP_HISTORY)
        .rank(method="max", pct=True)
    )
    return rows.assign(value=rank).dropna(subset=["value"])


@rule(
    "R22",
    section="四.4",
    classes="c",
    meaning="the ten largest companies weigh more than in any figure known before",
    unit="percentile, fraction",
    inputs=(SERIES,),
    lag="stamp + 31 days",
    provenance="article",
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", "article", least=0, most=1),
        Parameter("min_history", "figures", "figures needed before a percentile", least=2),
    ),
)
def top10_record(market: Market, *, percentile: float = 1.0, min_history: int = 5) -> pd.DataFrame:
    """A percentile of 1 is a record."""
    joined = percentile_in_force(
        market.sessions, figures(market, SERIES), min_history, staleness(market, SERIES)
    )
    value = joined["percentile"].to_numpy()
    return on_figures(joined, value, percentile, value >= percentile)


@rule(
    "R22",
    section="四.4",
    classes="c",
    meaning="equal weight has lost more against capital weight in a year than in nine tenths of "
    "the days before",
    unit="percentile, fraction",
    inputs=("rsp", "spy"),
    proxy="252-session change of log(SPY/RSP), in place of the weight of the ten largest",
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", least=0, most=1),
        Parameter("sessions", "sessions", "length of the change", least=1, most=2520),
        Parameter("min_history", "sessions", "changes needed before a percentile", least=2),
    ),
)
def equal_weight_lag(
    market: Market, *, percentile: float = 0.9, sessions: int = 252, min_history: int = 252
) -> pd.DataFrame:
    """Concentration rises when the largest companies outrun the rest."""
    rows = aligned(market, ("rsp", "spy"))
    ratio = np.log((rows["spy"] / rows["rsp"]).to_numpy(dtype=np.float64))
    change = ratio - shift(ratio, sessions, segments(rows.index))
    frame = pd.DataFrame(
        {"rank": expanding_percentile(change, min_history), "known_at": rows["known_at"]},
        index=rows.index,
    )
    joined = in_force(market.sessions, frame, staleness(market, "rsp", "spy"))
    value = joined["rank"].to_numpy()
    return on_figures(joined, value, percentile, value >= percentile)
