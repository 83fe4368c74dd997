"""Following a forecast through the data: the days it is about, and what the price did on them."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from market.message import Message
from signals.price.support import has_range
from strategy.audit.claims.statements import Before, Falls, Forecast, Higher, Touches
from strategy.audit.study.windows import known_until
from strategy.decide.calendar import LONGEST_BREAK_DAYS
from strategy.decide.levels import vintage_levels
from strategy.legs.records import leg_rules
from strategy.legs.rules import stop_level
from strategy.plan import Plan

#: Names of what `Seen.value` measures.
RISE, FALL, LEVEL, RETURN = "change", "deepest fall", "nearest price", "return"


@dataclass(frozen=True)
class Course:
    """The days of a forecast in the data.

    Attributes
    ----------
    made, start, by : Timestamp
        Day it is made, first and last day that count.
    anchor : int
        Last session on or before `made`; -1 where there is none near.
    first, last : int
        Sessions that count so far; ``last < first`` where there is none yet.
    over : bool
        Whether the data surely hold every session up to `by`.
    """

    made: pd.Timestamp
    start: pd.Timestamp
    by: pd.Timestamp
    anchor: int
    first: int
    last: int
    over: bool


@dataclass(frozen=True)
class Seen:
    """What the data show of a forecast.

    Attributes
    ----------
    happened : bool or None
        None where it cannot be told.
    decided : bool
        Whether a forecast that did not happen can no longer happen.
    date : str or None
        Session on which it was decided.
    value : float
        How far it came; see `measure`.
    measure : str
    level : float
        Level that had to be reached, in index points; NaN where none.
    because : str
    blind : bool
        Whether a session without a true high and low could have hidden a touch.
    """

    happened: bool | None
    decided: bool = False
    date: str | None = None
    value: float = math.nan
    measure: str = ""
    level: float = math.nan
    because: str = ""
    blind: bool = False


def course_of(
    sessions: pd.DatetimeIndex, forecast: Forecast, made: pd.Timestamp, *, years_back: int = 0
) -> Course:
    """The forecast's days, or the same days of an earlier year."""
    back = made.year - years_back
    ahead = _years_earlier(made, back)
    by = _years_earlier(pd.Timestamp(forecast.by), forecast.by.year - years_back)
    anchor = int(sessions.searchsorted(ahead, side="right")) - 1
    if anchor >= 0 and (ahead - sessions[anchor]).days > LONGEST_BREAK_DAYS:
        anchor = -1
    if forecast.start is None:
        start, first = ahead + pd.Timedelta(days=1), anchor + 1
    else:
        start = _years_earlier(pd.Timestamp(forecast.start), forecast.start.year - years_back)
        first = int(sessions.searchsorted(start, side="left"))
    last = int(sessions.searchsorted(by, side="right")) - 1
    return Course(ahead, start, by, anchor, first, last, bool(by <= known_until(sessions)))


def follow(
    market: Market, plan: Plan, statement: Touches | Before | Falls | Higher, course: Course
) -> Seen:
    """What happened to a statement on the sessions that its course has so far.

    Raises
    ------
    InputError
        Where the plan's levels do not fit the index.
    """
    days = market.sessions[course.first : course.last + 1]
    bars = market.prices.iloc[course.first : course.last + 1]
    if isinstance(statement, Falls):
        return _falls(market, statement, course)
    if isinstance(statement, Higher):
        return _higher(market, course)
    if isinstance(statement, Touches):
        level = (
            float(statement.level)
            if isinstance(statement.level, int | float)
            else level_named(market, plan, statement.level, course)
        )
        if not math.isfinite(level):
            return Seen(None, because=Message("too little history for the plan's levels"))
        below = statement.level == "stop"
        reached = _reached(bars, level, below=below)
        side = bars["low"].min() if below else bars["high"].max()
        near = float(side) if len(bars) else math.nan
        blind = not has_range(bars).all()
        if reached.any():
            day = days[int(np.argmax(reached))]
            return Seen(True, True, f"{day:%Y-%m-%d}", near, LEVEL, level, blind=blind)
        if blind:
            return Seen(None, False, None, near, LEVEL, level, Message("closes only"), blind)
        return Seen(False, False, None, near, LEVEL, level)
    return _before(market, plan, statement, course, bars, days)


def level_named(market: Market, plan: Plan, name: str, course: Course) -> float:
    """A level of the plan for the vintage anchored where the forecast is made."""
    anchor = market.sessions[course.anchor]
    levels = vintage_levels(market, plan.tactical.levels, anchor)
    if name != "stop":
        return float(getattr(levels, name))
    # a stop that is a distance hangs below the entry, the open after the anchor
    entry = course.anchor + 1
    paid = float(market.prices["open"].iloc[entry]) if entry < len(market.sessions) else math.nan
    rules = leg_rules(plan.tactical)
    return float(stop_level(paid, rules.stop, rules.stop_is_level, levels.scale))


def hedge_outcome(market: Market, plan: Plan, year: int) -> Seen:
    """Whether the plan's own hedge of the vintage earned money, by its simulation."""
    from strategy.result.result import Result
    from strategy.run.simulation import simulate

    only = plan.model_copy(update={"vintages": (year,)})
    table = Result(simulate(only, market)).vintages
    row = table[table["vintage"] == year].iloc[0]
    value, complete = float(row["hedge_return"]), bool(row["complete"])
    held = float(row["hedge_max_ratio"]) > 0.0
    if not complete:
        word = "so far" if held else "no hedge was held so far"
        return Seen(False, False, None, value, RETURN, because=word)
    day = market.sessions[market.sessions.year == year + 1][-1]
    if not held:
        return Seen(None, True, None, value, RETURN, because=Message("no hedge was held"))
    return Seen(value > 0.0, True, f"{day:%Y-%m-%d}", value, RETURN)


def _reached(bars: pd.DataFrame, level: float, *, below: bool) -> np.ndarray:
    column = bars["low"] if below else bars["high"]
    prices = column.to_numpy(dtype=np.float64)
    return np.asarray(prices <= level if below else prices >= level)


def _falls(market: Market, statement: Falls, course: Course) -> Seen:
    # the fall is counted from the last close before the window on
    first = max(course.first - 1, 0)
    close = market.prices["close"].to_numpy(dtype=np.float64)[first : course.last + 1]
    if len(close) < 2:
        return Seen(False, False, None, math.nan, FALL, because=Message("no session yet"))
    fall = close / np.maximum.accumulate(close) - 1.0
    deep = fall <= -statement.at_least + 1e-12
    deepest = float(fall.min())
    if deep.any():
        day = market.sessions[first + int(np.argmax(deep))]
        return Seen(True, True, f"{day:%Y-%m-%d}", deepest, FALL)
    return Seen(False, False, None, deepest, FALL)


def _higher(market: Market, course: Course) -> Seen:
    close = market.prices["close"].to_numpy(dtype=np.float64)
    if course.last <= course.anchor:
        return Seen(False, False, None, math.nan, RISE, because=Message("no session yet"))
    change = float(close[course.last] / close[course.anchor] - 1.0)
    if not course.over:
        return Seen(False, False, None, change, RISE)
    day = f"{market.sessions[course.last]:%Y-%m-%d}"
    return Seen(change > 0.0, True, day, change, RISE)


def _before(
    market: Market,
    plan: Plan,
    statement: Before,
    course: Course,
    bars: pd.DataFrame,
    days: pd.DatetimeIndex,
) -> Seen:
    level, other = (
        level_named(market, plan, name, course) for name in (statement.level, statement.other)
    )
    if not (math.isfinite(level) and math.isfinite(other)):
        return Seen(None, because=Message("too little history for the plan's levels"))
    sides = (statement.level == "stop", statement.other == "stop")
    hit = _reached(bars, level, below=sides[0])
    missed = _reached(bars, other, below=sides[1])
    both = hit | missed
    blind = not has_range(bars).all()
    if not both.any():
        if blind:
            return Seen(None, level=level, because=Message("closes only"), blind=True)
        return Seen(False, False, None, math.nan, LEVEL, level)
    at = int(np.argmax(both))
    day = f"{days[at]:%Y-%m-%d}"
    if hit[at] and missed[at]:
        order = plan.tactical.same_bar
        why = Message("both on one day; {policy} decides", policy=order.replace("_", " "))
        first = (order == "stop_first") == sides[0]
        return Seen(first, True, day, math.nan, LEVEL, level, why, blind)
    return Seen(bool(hit[at]), True, day, math.nan, LEVEL, level, "", blind)


def _years_earlier(day: pd.Timestamp, year: int) -> pd.Timestamp:
    if (day.month, day.day) == (2, 29):
        day -= pd.Timedelta(days=1)
    return pd.Timestamp(dt.date(year, day.month, day.day))


__all__ = ["Course", "Seen", "course_of", "follow", "hedge_outcome", "level_named"]
