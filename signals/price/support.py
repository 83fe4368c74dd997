"""Levels below the price: the point-in-time 20-week average and the anchored VWAP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures, on_sessions
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import Bools, Floats, last_true, pivots, segments, streak
from signals.history.pointintime import bars, in_force, of_the_session, staleness
from signals.history.weeks import last_weekly_mean, split_weeks

#: Completed weekly closes that enter the 20-week average beside the day's own close.
COMPLETED_WEEKS = 19

_TOLERANCE = Parameter(
    "tolerance", "fraction", "how far above the level a low still touches it", least=0, most=0.1
)


def twenty_week_average(prices: pd.DataFrame) -> pd.Series[float]:
    """Point-in-time 20-week average (docs/rules.md).

    On session t: the mean of the closes of the 19 weeks before t's own and
    close(t), which stands for the week of t whether or not t ends it.

    Parameters
    ----------
    prices : pandas.DataFrame
        Index ``date`` (sessions, ascending), column ``close``.

    Returns
    -------
    pandas.Series
        In the unit of the prices; NaN until 19 weeks lie behind t, and until
        then again after a hole in the data.
    """
    return pd.Series(
        last_weekly_mean(prices, COMPLETED_WEEKS), index=prices.index, name="twenty_week_average"
    )


def has_range(prices: pd.DataFrame) -> Bools:
    """Whether a session carries a high and a low: four equal prices are a close and no more."""
    close = prices["close"].to_numpy()
    flat = np.ones(len(close), dtype=bool)
    for name in ("open", "high", "low"):
        flat &= prices[name].to_numpy() == close
    return ~flat


def _touch(market: Market, tolerance: float) -> tuple[Floats, Bools, Bools, Bools]:
    """Gap of the low to the average; whether low touches; close holds; both are known."""
    average = twenty_week_average(market.prices).to_numpy()
    low = market.prices["low"].to_numpy()
    close = market.prices["close"].to_numpy()
    known = ~np.isnan(average) & has_range(market.prices)
    touched = known & (low <= average * (1.0 + tolerance))
    return low / average - 1.0, touched, close >= average, known


@rule(
    "R12",
    section="四.1",
    classes="a",
    meaning="the low touches the point-in-time 20-week average and the close holds it",
    unit="fraction, low above the average",
    provenance="article",
    parameters=(_TOLERANCE,),
)
def weekly_average_touch(market: Market, *, tolerance: float = 0.0) -> pd.DataFrame:
    """L <= average x (1 + tolerance) and C >= average."""
    gap, touched, held, known = _touch(market, tolerance)
    return on_sessions(market, gap, tolerance, touched & held, known)


@rule(
    "R12",
    section="四.1",
    classes="a",
    meaning="the low touches the 20-week average and the close holds it, for the first time after "
    "at least 20 whole weeks without a touch",
    unit="whole weeks since the last touch",
    parameters=(
        _TOLERANCE,
        Parameter("weeks", "weeks", "whole weeks without a touch before it", least=1),
    ),
)
def weekly_average_first_touch(
    market: Market, *, tolerance: float = 0.0, weeks: int = 20
) -> pd.DataFrame:
    """A low that stays above its average all week closes the week above it too."""
    _, touched, held, known = _touch(market, tolerance)
    return _first(market, weeks, touched, touched & held, known)


@rule(
    "R12",
    section="四.1",
    classes="a",
    meaning="the low touches the 20-week average, wherever the close is, for the first time after "
    "at least 20 whole weeks without a touch",
    unit="whole weeks since the last touch",
    proxy="on a session with one price only its close stands for the low",
    parameters=(
        _TOLERANCE,
        Parameter("weeks", "weeks", "whole weeks without a touch before it", least=1),
    ),
)
def weekly_average_first_low(
    market: Market, *, tolerance: float = 0.0, weeks: int = 20
) -> pd.DataFrame:
    """As `weekly_average_first_touch`, but a close below the average counts too.

    Where a session has no low its close is looked at, so that one which could
    have hidden a touch does not make the twenty weeks around it unavailable.
    """
    average = twenty_week_average(market.prices).to_numpy()
    known = ~np.isnan(average)
    touched = known & (market.prices["low"].to_numpy() <= average * (1.0 + tolerance))
    return _first(market, weeks, touched, touched, known)


def _first(market: Market, weeks: int, touched: Bools, counts: Bools, known: Bools) -> pd.DataFrame:
    """Touches that count after so many whole weeks in which none, counted or not, is on record."""
    ordinal, last = split_weeks(market.sessions)
    first = np.append(0, last[:-1] + 1)[: len(last)]
    position = np.arange(len(ordinal))
    # known without a gap from the first session of the week that lies `weeks` weeks back
    reaches_to = first[np.maximum(ordinal - weeks, 0)]
    run = streak(known, segments(market.sessions))
    covered = (ordinal >= weeks) & (run > position - reaches_to)
    before = np.append(-1, last_true(touched))[:-1]
    begin = np.minimum(position - run + 1, position)
    # where no touch is on record: whole weeks since the record began
    quiet = np.where(
        before >= begin,
        np.maximum(ordinal - ordinal[np.maximum(before, 0)] - 1, 0),
        ordinal - ordinal[begin] - (begin != first[ordinal[begin]]),
    ).astype(np.float64)
    return on_sessions(market, quiet, float(weeks), counts & (quiet >= weeks), covered)


@rule(
    "R12",
    section="四.1",
    classes="a",
    meaning="the close lies on the 20-week average or at most the tolerance above it",
    unit="fraction, close above the average",
    proxy="closes only: the low is not looked at",
    parameters=(
        Parameter("tolerance", "fraction", "how far above the average", least=0, most=0.1),
    ),
)
def weekly_average_close_touch(market: Market, *, tolerance: float = 0.005) -> pd.DataFrame:
    """For histories without true lows."""
    average = twenty_week_average(market.prices).to_numpy()
    gap = market.prices["close"].to_numpy() / average - 1.0
    return on_sessions(market, gap, tolerance, (gap >= 0.0) & (gap <= tolerance))


@rule(
    "R13",
    section="四.1",
    classes="a",
    meaning="the low of SPY touches the volume-weighted average price since its last confirmed "
    "swing low, and the close holds it",
    unit="fraction, low above the anchored VWAP",
    inputs=("spy",),
    parameters=(
        _TOLERANCE,
        Parameter(
            "confirm",
            "sessions",
            "sessions on either side that make a swing low",
            least=1,
            most=126,
        ),
    ),
)
def anchored_vwap_touch(
    market: Market, *, tolerance: float = 0.0, confirm: int = 10
) -> pd.DataFrame:
    """VWAP of typical prices from the newest swing low that was confirmed `confirm` rows later."""
    rows = bars(market, "spy", "close", "high", "low", "volume")
    close, high, low, volume = (
        rows[c].to_numpy(dtype=np.float64) for c in ("close", "high", "low", "volume")
    )
    segment = segments(rows.index)
    swing = pivots(low, confirm, segment, high=False)
    confirmed = np.zeros(len(low), dtype=bool)
    confirmed[confirm:] = swing[: len(swing) - confirm] if len(swing) > confirm else False
    start = last_true(confirmed) - confirm
    known = (start >= 0) & (segment[np.maximum(start, 0)] == segment)
    traded = np.append(0.0, np.cumsum(volume))
    value = np.append(0.0, np.cumsum(volume * (high + low + close) / 3.0))
    from_ = np.where(known, start, 0)
    shares = traded[1:] - traded[from_]
    known &= shares > 0.0
    vwap = np.where(known, (value[1:] - value[from_]) / np.where(known, shares, 1.0), np.nan)
    held = known & (low <= vwap * (1.0 + tolerance)) & (close >= vwap)
    frame = pd.DataFrame(
        {"gap": low / vwap - 1.0, "held": held.astype(np.float64), "known_at": rows["known_at"]},
        index=rows.index,
    )
    joined = of_the_session(in_force(market.sessions, frame, staleness(market, "spy")))
    return on_figures(joined, joined["gap"].to_numpy(), tolerance, joined["held"].to_numpy() == 1.0)


not_computable(
    "R13",
    "put_wall",
    section="四.1",
    family="support",
    classes="a",
    meaning="the index touches the strike with the largest put open interest",
    reason="open interest by strike and day is not public",
)
