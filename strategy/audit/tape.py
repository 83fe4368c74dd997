"""The plan against the tape: each figure that it states, beside the series' own on that day."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from market.container import Market
from market.message import Message
from market.series.catalogue import PRICE_SERIES
from signals import evaluate
from signals import find as find_rule
from signals.history.bars import rolling_max, rolling_mean, segments
from signals.price.resistance import GUARD_TOLERANCE, HIGH_SESSIONS, levels_from
from signals.price.support import twenty_week_average
from strategy.audit.claims.statements import DERIVED, PRICES, ClaimsFile, Reading
from strategy.audit.study.events import parameters_of
from strategy.audit.study.windows import known_until
from strategy.decide.calendar import LONGEST_BREAK_DAYS, day_of
from strategy.decide.rule_states import why_unavailable
from strategy.plan import Plan

Status = Literal["agrees", "differs", "not loaded", "no figure that day"]


@dataclass(frozen=True)
class _Found:
    """A series' own figure: value, the session or stamp it is of, when it was known."""

    value: float
    stamp: str | None = None
    known_at: str | None = None
    why_not: str = ""
    loaded: bool = True


def tape(market: Market, plan: Plan, claims: ClaimsFile) -> dict[str, dict[str, Any]]:
    """Rows of the table by id: the plan's own levels first, then the readings of the claims file.

    Returns
    -------
    dict
        For each row ``says``, ``section``, ``date``, ``series``, ``unit``,
        ``stated``, ``value``, ``difference`` (value less stated), ``relative``
        (of the stated figure), ``tolerance``, ``status``, ``stamp``,
        ``known_at``, ``because``; ``printed_on``, the page whose figure it is
        where the data have none and the claims file brings one, else None.
    """
    day = plan_day(plan, claims)
    rows = _level_rows(market, plan, day)
    for reading in claims.readings:
        rows.append(_reading_row(market, plan, reading, pd.Timestamp(reading.date or claims.as_of)))
    return {row["id"]: row | {"order": i + 1} for i, row in enumerate(rows)}


def plan_day(plan: Plan, claims: ClaimsFile) -> pd.Timestamp:
    """The day the plan's levels are of: the file's, or the anchor day of a plan for one year."""
    if plan.vintages is not None and len(plan.vintages) == 1:
        return day_of(plan.vintages[0], plan.anchor)
    return pd.Timestamp(claims.as_of)


def price_reading(market: Market, column: str, day: pd.Timestamp) -> _Found:
    """A column of the traded index, or a figure derived from it, on a day."""
    sessions = market.sessions
    at = int(sessions.searchsorted(day, side="right")) - 1
    if day > known_until(sessions) or at < 0:
        why_not = (
            Message("the prices end on {day}", day=f"{sessions[-1]:%Y-%m-%d}")
            if at >= 0
            else Message("the prices begin on {day}", day=f"{sessions[0]:%Y-%m-%d}")
        )
        return _Found(math.nan, why_not=why_not)
    if (day - sessions[at]).days > LONGEST_BREAK_DAYS:
        return _Found(math.nan, why_not=Message("a hole in the prices"))
    past = market.prices.iloc[: at + 1]
    close = past["close"].to_numpy(dtype=np.float64)
    if column == "twenty_week_average":
        value = float(twenty_week_average(past).iloc[-1])
    elif column == "highest_close_252":
        value = float(rolling_max(close, HIGH_SESSIONS, segments(past.index))[-1])
    elif column == "average_50":
        value = float(rolling_mean(close, 50, segments(past.index))[-1])
    else:
        value = float(past[column].iloc[-1])
    date = f"{sessions[at]:%Y-%m-%d}"
    return _Found(value, date, date, "" if math.isfinite(value) else "too little history")


def _level_rows(market: Market, plan: Plan, day: pd.Timestamp) -> list[dict[str, Any]]:
    """The plan's reference, zone and extension beside what they are said to be."""
    levels = plan.tactical.levels
    if levels.mode == "structural":
        return []  # the plan states none
    close = price_reading(market, "close", day)
    high = price_reading(market, "highest_close_252", day)
    average = price_reading(market, "twenty_week_average", day)
    structural = levels_from(close.value, average.value, high.value)
    rows = (
        (
            "reference",
            Message("the index stands at the plan's reference"),
            levels.reference,
            f"{market.id}, close",
            close,
        ),
        (
            "zone_low",
            Message("the zone begins at the prior high"),
            levels.zone[0],
            Message("{price}, highest close of 252 sessions", price=market.id),
            high,
        ),
        (
            "zone_high",
            Message("the zone ends at the next round number"),
            levels.zone[1],
            Message("{price}, round number above it", price=market.id),
            _Found(structural.zone_high, high.stamp, high.known_at, high.why_not),
        ),
        (
            "extension_low",
            Message("the extension lies as far above the zone as support lies below it"),
            levels.extension[0],
            Message("{price}, 2 x zone's end - 20-week average", price=market.id),
            _Found(structural.extension_low, high.stamp, high.known_at, high.why_not),
        ),
    )
    return [
        _row(
            id_=f"plan_{name}",
            section="",
            says=Message("{says} (tactical.levels)", says=says),
            day=day,
            source=source,
            unit=market.price_spec.unit,
            stated=stated,
            found=found,
            tolerance=GUARD_TOLERANCE * stated,
        )
        for name, says, stated, source, found in rows
    ]


def _reading_row(market: Market, plan: Plan, reading: Reading, day: pd.Timestamp) -> dict[str, Any]:
    unit = ""
    if reading.rule is not None:
        rule = find_rule(reading.rule)
        source: str = Message("rule {rule}", rule=rule.name)
        unit = rule.unit
        found = _rule_reading(market, plan, reading, day)
    else:
        assert reading.series is not None
        source = reading.series
        if reading.series == PRICES or (reading.series, market.id) == (PRICE_SERIES, PRICE_SERIES):
            column = reading.column or "close"
            source, unit = f"{market.id}, {column}", market.price_spec.unit
            if column == "twenty_week_average":
                source = Message("{price}, twenty_week_average", price=market.id)
            found = price_reading(market, column, day)
        else:
            found, unit = _series_reading(market, reading, day)
            if reading.column:
                source += f", {reading.column}"
    printed_on = None
    if reading.printed is not None and math.isnan(found.value):
        printed_on = reading.printed_on
        found = _Found(
            reading.printed,
            f"{day:%Y-%m-%d}",
            f"{day:%Y-%m-%d}",
            Message("as a public page prints it, because the data have none of that day"),
        )
    if isinstance(reading.stated, bool):
        tolerance = 0.0
    else:
        tolerance = (
            abs(reading.stated) * reading.tolerance
            if reading.tolerance is not None
            else float(reading.within or 0.0)
        )
    return _row(
        id_=reading.id,
        section=reading.section,
        says=reading.says,
        day=day,
        source=source,
        unit=unit,
        stated=reading.stated,
        found=found,
        tolerance=tolerance,
        printed_on=printed_on,
    )


def _series_reading(market: Market, reading: Reading, day: pd.Timestamp) -> tuple[_Found, str]:
    """The newest figure that describes the day or one before it, within the staleness limit.

    By stamp, not by publication: the question is what was so, not what could be known.
    """
    assert reading.series is not None
    if reading.column in DERIVED or not market.has(reading.series):
        return _Found(math.nan, why_not=Message("the series is not loaded"), loaded=False), ""
    observations = market.series[reading.series]
    column = reading.column or observations.values[0]
    unit = observations.spec.unit
    if column not in observations.frame:
        why = Message("it has no column {column}", column=column)
        return _Found(math.nan, why_not=why, loaded=False), unit
    rows = observations.frame[[column, "known_at"]].dropna()
    rows = rows[rows.index <= day]
    if rows.empty:
        why = Message("the series has no figure of that day or before")
        return _Found(math.nan, why_not=why), unit
    stamp, limit = rows.index[-1], observations.spec.staleness_days
    if (day - stamp).days > limit:
        why = Message(
            "the newest figure is of {day}, older than {limit} days",
            day=f"{stamp:%Y-%m-%d}",
            limit=limit,
        )
        return _Found(math.nan, why_not=why), unit
    known = rows["known_at"].iloc[-1]
    return _Found(float(rows[column].iloc[-1]), f"{stamp:%Y-%m-%d}", f"{known:%Y-%m-%d}"), unit


def _rule_reading(market: Market, plan: Plan, reading: Reading, day: pd.Timestamp) -> _Found:
    assert reading.rule is not None
    why = why_unavailable(market, reading.rule)
    if why:
        return _Found(math.nan, why_not=why, loaded=False)
    there = price_reading(market, "close", day)
    if there.why_not:
        return there
    parameters = parameters_of(plan, reading.rule, dict(reading.parameters))
    row = evaluate(market.until(day), reading.rule, **parameters).iloc[-1]
    if row["state"] < 0:
        return _Found(math.nan, why_not=Message("the rule is unavailable that day"))
    value = float(row["state"]) if isinstance(reading.stated, bool) else float(row["value"])
    return _Found(value, f"{row['stamp']:%Y-%m-%d}", f"{row['known_at']:%Y-%m-%d}")


def _row(
    *,
    id_: str,
    section: str,
    says: str,
    day: pd.Timestamp,
    source: str,
    unit: str,
    stated: float | bool,
    found: _Found,
    tolerance: float,
    printed_on: str | None = None,
) -> dict[str, Any]:
    truth = isinstance(stated, bool)
    status: Status
    difference = relative = math.nan
    value: float | bool = found.value
    if not found.loaded:
        status = "not loaded"
    elif math.isnan(found.value):
        status = "no figure that day"
    elif truth:
        value = found.value == 1.0
        status = "agrees" if value == stated else "differs"
    else:
        difference = found.value - float(stated)
        relative = difference / abs(stated) if stated else math.nan
        # printed figures: a difference of exactly the tolerance is within it
        status = "agrees" if abs(difference) <= tolerance * (1.0 + 1e-9) + 1e-12 else "differs"
    return {
        "id": id_,
        "section": section,
        "says": says,
        "date": f"{day:%Y-%m-%d}",
        "series": source,
        "unit": "" if truth else unit,
        "stated": stated,
        "value": value,
        "difference": difference,
        "relative": relative,
        "tolerance": math.nan if truth else tolerance,
        "status": status,
        "stamp": found.stamp,
        "known_at": found.known_at,
        "because": found.why_not,
        "printed_on": printed_on,
    }
