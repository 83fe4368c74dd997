"""Fund managers' cash: the survey's level, its dated thresholds, and the cash risk component."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from market.year import DAYS_A_YEAR
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.history.bars import Floats
from signals.history.pointintime import figures, in_force, in_order, staleness
from signals.risk.component import component, ramp

SERIES = "fms_cash"
_LAG = "survey's publication day"

#: (last day in force, from, to): the survey's own sell and buy rule was 3.5/4.5 before 4/5.
Earlier = tuple[tuple[dt.date | pd.Timestamp, float, float], ...]
EARLIER: Earlier = ((dt.date(2020, 12, 31), 4.5, 3.5),)


@kept(prices=False)
def cash_risk(
    market: Market, *, from_: float = 5.0, to: float = 4.0, earlier: Earlier = EARLIER
) -> pd.DataFrame:
    """Risk from low cash: 0 at `from_` percent, 1 at `to` percent.

    Parameters
    ----------
    from_, to : float
        Cash level in percent at which the risk begins and is full.
    earlier : tuple of (date, from, to)
        Thresholds of earlier years by the last day on which they were in
        force, ascending. The date of the session decides, not the figure's.

    Returns
    -------
    pandas.DataFrame
        See `signals.risk.component.component`; ``measure`` in percent.
    """
    rows = figures(market, SERIES)
    joined = in_force(market.sessions, rows, staleness(market, SERIES))
    start, end = dated_thresholds(market.sessions, from_, to, earlier)
    measure = joined["value"].to_numpy()
    return component(joined, measure, ramp(measure, start, end))


def dated_thresholds(
    sessions: pd.DatetimeIndex, from_: float, to: float, earlier: Earlier
) -> tuple[Floats, Floats]:
    """The two thresholds in force on each session."""
    limits = pd.DatetimeIndex([pd.Timestamp(until) for until, _, _ in earlier])
    period = limits.searchsorted(sessions, side="left")
    starts = np.array([*(f for _, f, _ in earlier), from_], dtype=np.float64)
    ends = np.array([*(t for _, _, t in earlier), to], dtype=np.float64)
    return starts[period], ends[period]


@rule(
    "R05",
    section="二",
    classes="c",
    meaning="fund managers' cash is at or below the survey's own sell threshold of its day",
    unit="percent",
    inputs=(SERIES,),
    lag=_LAG,
    provenance="article",
    parameters=(
        Parameter("threshold", "percent", "sell threshold in force now", "article", least=0),
        Parameter("earlier", "percent", "threshold until the change date", least=0),
        Parameter("changed", "YYYY-MM-DD", "last day of the earlier threshold"),
    ),
)
def cash_low(
    market: Market,
    *,
    threshold: float = 4.0,
    earlier: float = 3.5,
    changed: str = "2020-12-31",
) -> pd.DataFrame:
    """The survey's rule was 3.5 before it was 4."""
    joined = cash_level(market)
    limit = np.where(market.sessions <= pd.Timestamp(changed), earlier, threshold)
    value = joined["value"].to_numpy()
    return on_figures(joined, value, limit, value <= limit)


@rule(
    "R05",
    section="二",
    classes="c",
    meaning="fund managers' cash is at or below every figure known of the 15 years before",
    unit="percent",
    inputs=(SERIES,),
    lag=_LAG,
    provenance="article",
    parameters=(
        Parameter("years", "years", "how far back figures count", "article", least=1, most=100),
        Parameter("min_history", "figures", "figures needed in those years", least=2),
    ),
)
def cash_lowest(market: Market, *, years: int = 15, min_history: int = 24) -> pd.DataFrame:
    """The survey's series has holes: a lower figure may be missing from it."""
    rows = in_order(figures(market, SERIES))
    stamps = pd.DatetimeIndex(rows.index)
    window = pd.Timedelta(days=round(DAYS_A_YEAR * years))
    before = rows["value"].rolling(window, closed="left")
    known = (before.count() >= min_history) & (stamps - window >= stamps.min())
    frame = rows.assign(limit=before.min().where(known))
    joined = in_force(market.sessions, frame, staleness(market, SERIES))
    value, limit = joined["value"].to_numpy(), joined["limit"].to_numpy()
    return on_figures(joined, value, limit, value <= limit, ~np.isnan(limit))


def cash_level(market: Market) -> pd.DataFrame:
    """Cash level in force: ``value`` (percent), ``stamp``, ``known_at``."""
    return in_force(market.sessions, figures(market, SERIES), staleness(market, SERIES))


def cash_level_below(market: Market, level: float) -> pd.DataFrame:
    """Reading of: cash is below `level` percent."""
    joined = cash_level(market)
    value = joined["value"].to_numpy()
    return on_figures(joined, value, level, value < level)
