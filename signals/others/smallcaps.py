"""Leadership of small companies: trend-line break, new high of the month, weekly patterns.

Each rule takes the Russell 2000 where it has a usable figure that day, else the fund on it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, prefer
from signals.catalogue.rules import rule
from signals.history.bars import Floats, age, pivots, rolling_max, rolling_mean, segments, shift
from signals.history.pointintime import bars, in_force, restamped, staleness
from signals.history.weeks import weekly_bars

SERIES = ("russell2000", "iwm")
_INPUTS = ("russell2000|iwm",)


@rule(
    "R17",
    section="四.2",
    classes="fa",
    meaning="the close lies above a falling line through the two highest confirmed swing highs of "
    "the past year",
    unit="fraction, close above the line",
    inputs=_INPUTS,
    parameters=(
        Parameter(
            "confirm", "sessions", "sessions on either side of a swing high", least=1, most=126
        ),
        Parameter("lookback", "sessions", "how old a swing high may be", least=3, most=2520),
    ),
)
def small_cap_trend_break(
    market: Market, *, confirm: int = 10, lookback: int = 252
) -> pd.DataFrame:
    """Swing highs of closes; a line that does not fall is no downtrend: false."""

    def read(series_id: str) -> pd.DataFrame:
        rows = bars(market, series_id)
        close = rows["close"].to_numpy(dtype=np.float64)
        line, falling = _trend_line(close, segments(rows.index), confirm, lookback)
        frame = pd.DataFrame(
            {"gap": close / line - 1.0, "falling": falling, "known_at": rows["known_at"]},
            index=rows.index,
        )
        joined = in_force(market.sessions, frame, staleness(market, series_id))
        gap = joined["gap"].to_numpy()
        return on_figures(joined, gap, 0.0, (gap > 0.0) & (joined["falling"].to_numpy() == 1.0))

    return prefer(*map(read, SERIES))


def _trend_line(
    close: Floats, segment: np.ndarray, confirm: int, lookback: int
) -> tuple[Floats, Floats]:
    """Height of the line at each row, and 1.0 where it falls; NaN without two swing highs."""
    n = len(close)
    line, falling = np.full(n, np.nan), np.zeros(n)
    swings = np.flatnonzero(pivots(close, confirm, segment, high=True))
    if len(swings) < 2:
        return line, falling
    start_of = np.arange(n) - age(segment) + 1
    # the pair can only change where a swing high is confirmed or grows too old, or history restarts
    changes = np.unique(
        np.concatenate([[0], swings + confirm, swings + lookback, np.unique(start_of)])
    )
    changes = np.append(changes[changes < n], n)
    for begin, end in pairwise(changes):
        oldest = max(begin - lookback + 1, start_of[begin])
        low = np.searchsorted(swings, oldest, side="left")
        high = np.searchsorted(swings, begin - confirm, side="right")
        if high - low < 2:
            continue
        there = swings[low:high]
        # of equal highs the later two count, as in a stable sort
        first, second = np.sort(there[np.argsort(close[there], kind="stable")[-2:]])
        slope = (close[second] - close[first]) / (second - first)
        line[begin:end] = close[second] + slope * (np.arange(begin, end) - second)
        falling[begin:end] = float(slope < 0.0)
    line[line <= 0.0] = np.nan
    return line, falling


@rule(
    "R17",
    section="四.2",
    classes="fa",
    meaning="the close is the highest of the month to date",
    unit="fraction, close above the month's earlier closes",
    inputs=_INPUTS,
    provenance="article",
    parameters=(
        Parameter("min_sessions", "sessions", "sessions the month must have had", least=2, most=23),
    ),
)
def small_cap_monthly_high(market: Market, *, min_sessions: int = 5) -> pd.DataFrame:
    """A month that the data enter in its middle is no month."""

    def read(series_id: str) -> pd.DataFrame:
        rows = bars(market, series_id)
        close = rows["close"].to_numpy(dtype=np.float64)
        segment = segments(rows.index)
        month = rows.index.to_numpy().astype("datetime64[M]").astype(np.int64)
        block = np.cumsum((np.diff(month, prepend=-1) != 0) | (np.diff(segment, prepend=-1) != 0))
        entered = age(block.astype(np.int64))  # sessions of the month so far
        best = pd.Series(close).groupby(block).cummax().to_numpy(dtype=np.float64)
        earlier = np.append(np.nan, best[:-1]) if len(best) else best
        whole = age(segment) > entered  # the segment began before the month did
        value = np.where(whole & (entered >= min_sessions), close / earlier - 1.0, np.nan)
        frame = pd.DataFrame({"value": value, "known_at": rows["known_at"]}, index=rows.index)
        joined = in_force(market.sessions, frame, staleness(market, series_id))
        gap = joined["value"].to_numpy()
        return on_figures(joined, gap, 0.0, gap >= 0.0)

    return prefer(*map(read, SERIES))


@rule(
    "R17",
    section="四.2",
    classes="fa",
    meaning="the close lies above the 50-day average and above the 20 closes before it",
    unit="fraction, close above the higher of the two",
    inputs=_INPUTS,
    proxy="average and channel in place of a trend line",
    parameters=(
        Parameter("average", "sessions", "length of the average", least=2, most=1000),
        Parameter("channel", "sessions", "closes it must exceed", least=1, most=1000),
    ),
)
def small_cap_strength(market: Market, *, average: int = 50, channel: int = 20) -> pd.DataFrame:
    """The threshold is met where the value is above zero."""

    def read(series_id: str) -> pd.DataFrame:
        rows = bars(market, series_id)
        close = rows["close"].to_numpy(dtype=np.float64)
        segment = segments(rows.index)
        highest = shift(rolling_max(close, channel, segment), 1, segment)
        limit = np.maximum(rolling_mean(close, average, segment), highest)
        frame = pd.DataFrame(
            {"value": close / limit - 1.0, "known_at": rows["known_at"]}, index=rows.index
        )
        joined = in_force(market.sessions, frame, staleness(market, series_id))
        gap = joined["value"].to_numpy()
        return on_figures(joined, gap, 0.0, gap > 0.0)

    return prefer(*map(read, SERIES))


@rule(
    "R18",
    section="四.2",
    classes="f",
    meaning="the last three completed weeks each closed higher",
    unit="weeks",
    inputs=_INPUTS,
    lag="week end",
    provenance="article",
    parameters=(Parameter("weeks", "weeks", "weekly rises in a row", "article", least=1, most=52),),
)
def small_cap_weeks_up(market: Market, *, weeks: int = 3) -> pd.DataFrame:
    """Weekly closes only, so the index serves as well as the fund."""

    def read(series_id: str) -> pd.DataFrame:
        rows = bars(market, series_id)
        found = weekly_bars(rows, weeks + 1)
        risen = found.close[:, :-1] > found.close[:, 1:]
        known = ~np.isnan(found.close).any(axis=1)
        run = np.where(known, np.cumprod(risen, axis=1).sum(axis=1), np.nan)
        frame = pd.DataFrame({"run": run, "known_at": rows["known_at"]}, index=rows.index)
        joined = in_force(market.sessions, frame, staleness(market, series_id))
        joined = restamped(joined, rows.index, found.last, found.seen)
        value = joined["run"].to_numpy()
        return on_figures(joined, value, float(weeks), value >= weeks)

    return prefer(*map(read, SERIES))


@rule(
    "R18",
    section="四.2",
    classes="f",
    meaning="the last completed week is a hammer: a lower shadow of at least twice the body, an "
    "upper shadow of at most half of it",
    unit="fraction of the close, by which the nearer condition is met",
    inputs=("iwm",),
    lag="week end",
    parameters=(
        Parameter("lower", "bodies", "least lower shadow", least=0),
        Parameter("upper", "bodies", "largest upper shadow", least=0),
    ),
)
def small_cap_hammer(market: Market, *, lower: float = 2.0, upper: float = 0.5) -> pd.DataFrame:
    """Needs open, high and low: the index is bundled as closes only, so the fund it is."""
    rows = bars(market, "iwm", "close", "open", "high", "low")
    week = weekly_bars(rows, 1)
    open_, high, low, close = (x[:, 0] for x in (week.open, week.high, week.low, week.close))
    body = np.abs(close - open_)
    below = np.minimum(open_, close) - low
    above = high - np.maximum(open_, close)
    room = np.minimum(below - lower * body, upper * body - above) / close
    shaped = (room >= 0.0) & (high > low)
    frame = pd.DataFrame(
        {"room": room, "shaped": shaped.astype(np.float64), "known_at": rows["known_at"]},
        index=rows.index,
    )
    joined = in_force(market.sessions, frame, staleness(market, "iwm"))
    joined = restamped(joined, rows.index, week.last, week.seen)
    value = joined["room"].to_numpy()
    return on_figures(joined, value, 0.0, joined["shaped"].to_numpy() == 1.0)
