"""The season: the tactical window, December, holding time, the hedge window."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_sessions
from signals.catalogue.rules import rule
from signals.history.anchors import ANCHOR, EXIT_BY, anchor_in_force, in_window
from signals.history.bars import Floats, Ints, segments

_START = Parameter("start", "MM-DD", "first day of the window", "article")
_END = Parameter("end", "MM-DD", "last day of the window", "article")


@rule(
    "R04",
    section="一, 三",
    classes="ae",
    meaning="the session lies in the tactical window, from the anchor to the out-date",
    unit="flag",
    provenance="article",
    parameters=(_START, _END),
)
def tactical_window(market: Market, *, start: str = ANCHOR, end: str = EXIT_BY) -> pd.DataFrame:
    """The only days on which the plan may be long for a trade."""
    inside = in_window(market.sessions, start, end)
    return on_sessions(market, inside.astype(np.float64), 1.0, inside)


@rule(
    "R37",
    section="九.1",
    classes="be",
    meaning="the session lies in December",
    unit="month of the year",
    provenance="article",
)
def december(market: Market) -> pd.DataFrame:
    """The month that the article calls the strongest of the year."""
    month = market.sessions.month.to_numpy().astype(np.float64)
    return on_sessions(market, month, 12.0, month == 12.0)


@rule(
    "R37",
    section="九.1",
    classes="be",
    meaning="of all complete months so far, December's mean return is the highest of the twelve",
    unit="fraction per month",
    provenance="article",
    parameters=(
        Parameter("years", "years", "how far back months count", "article", least=1),
        Parameter("min_years", "years", "Decembers needed", least=1),
    ),
)
def december_strongest(market: Market, *, years: int = 75, min_years: int = 20) -> pd.DataFrame:
    """December's mean against the best other month's, on months before the session's own."""
    month, number, change = complete_months(market)
    # row m: each calendar month's mean return over the window that ends with month m
    means = np.full((len(month), 12), np.nan)
    counts = np.zeros((len(month), 12))
    for calendar_month in range(12):
        there = (month % 12 == calendar_month) & ~np.isnan(change)
        total = np.cumsum(np.where(there, change, 0.0))
        count = np.cumsum(there)
        start = np.searchsorted(month, month - 12 * years, side="right") - 1
        before = np.where(start >= 0, total[np.maximum(start, 0)], 0.0)
        count_before = np.where(start >= 0, count[np.maximum(start, 0)], 0)
        counts[:, calendar_month] = count - count_before
        with np.errstate(invalid="ignore", divide="ignore"):
            means[:, calendar_month] = (total - before) / counts[:, calendar_month]
    enough = counts.min(axis=1) >= min_years
    means[~enough] = np.nan
    of_december, best_other = means[:, 11], means[:, :11].max(axis=1)
    previous = number - 1  # the last month that is complete for sure
    known = previous >= 0
    at = np.maximum(previous, 0)
    value = np.where(known, of_december[at], np.nan)
    limit = np.where(known, best_other[at], np.nan)
    return on_sessions(market, value, limit, value > limit)


def complete_months(market: Market) -> tuple[Ints, Ints, Floats]:
    """Months of the index, each session's position among them, and each month's return.

    Returns
    -------
    month : ndarray
        Months since 1970-01 that have sessions.
    number : ndarray
        Position of each session's month in `month`.
    change : ndarray
        Last close over the previous month's last close, less 1; NaN where the
        data do not hold the previous month or a hole lies between. The last
        month may be cut short: use those before a session's own.
    """
    sessions = market.sessions
    close = market.prices["close"].to_numpy(dtype=np.float64)
    own = sessions.to_numpy().astype("datetime64[M]").astype(np.int64)
    month, number = np.unique(own, return_inverse=True)
    last = np.searchsorted(own, month, side="right") - 1
    change = np.full(len(month), np.nan)
    segment = segments(sessions)
    whole = (np.diff(month) == 1) & (segment[last[1:]] == segment[last[:-1]])
    change[1:][whole] = (close[last[1:]] / close[last[:-1]] - 1.0)[whole]
    return month, number.astype(np.int64), change


@rule(
    "R40",
    section="九",
    classes="b",
    meaning="no more sessions have passed since the anchor than the plan's horizon of four weeks",
    unit="sessions",
    provenance="article",
    parameters=(
        Parameter("anchor", "MM-DD", "day the plan is dated", "article"),
        Parameter("sessions", "sessions", "longest holding time", "article", least=1),
    ),
)
def holding_window(market: Market, *, anchor: str = ANCHOR, sessions: int = 20) -> pd.DataFrame:
    """Sessions since the latest anchor."""
    at = anchor_in_force(market.sessions, anchor)
    segment = segments(market.sessions)
    known = (at >= 0) & (segment[np.maximum(at, 0)] == segment)
    passed = np.arange(len(at), dtype=np.float64) - at
    return on_sessions(market, passed, float(sessions), passed <= sessions, known)


@rule(
    "R45",
    section="總結",
    classes="bd",
    meaning="the session lies in the hedge window of its year",
    unit="flag",
    provenance="article",
    parameters=(_START, _END),
)
def hedge_window(market: Market, *, start: str = "01-01", end: str = "12-31") -> pd.DataFrame:
    """The year after an anchor, in which the strategic short may be held."""
    at = anchor_in_force(market.sessions)
    inside = in_window(market.sessions, start, end)
    # the year of the data's first session has no vintage behind it
    return on_sessions(market, inside.astype(np.float64), 1.0, inside, at >= 0)
