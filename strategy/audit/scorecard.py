"""The scorecard: each dated forecast, whether it happened, and its score beside the base rate's."""

from __future__ import annotations

import math
from typing import Any, Literal

import pandas as pd

from market.container import Market
from market.errors import InputError
from market.message import Message
from strategy.audit.claims.statements import ClaimsFile, Forecast, HedgePays
from strategy.audit.forecasting import Course, Seen, course_of, follow, hedge_outcome
from strategy.audit.study.windows import known_until
from strategy.plan import Plan

Status = Literal["happened", "did not happen", "still open", "no data yet", "cannot be scored"]


def scorecard(market: Market, plan: Plan, claims: ClaimsFile) -> dict[str, dict[str, Any]]:
    """Rows of the table by id.

    Returns
    -------
    dict
        For each forecast ``says``, ``section``, ``made``, ``start``, ``by``,
        ``status``, ``date`` (when it was decided), ``value`` and ``measure``
        (how far it came), ``level``, ``probability``, ``brier``, ``log_score``;
        the base rate ``base_rate``, which is ``base_hits`` / ``base_n`` earlier
        years; ``base_scored``, that rate as it is scored (`smoothed_rate`),
        ``base_brier``, ``base_log_score``; ``because``.
    """
    rows: dict[str, dict[str, Any]] = {}
    for i, forecast in enumerate(claims.forecasts):
        made = pd.Timestamp(forecast.made or claims.as_of)
        rows[forecast.id] = _row(market, plan, forecast, made) | {"order": i + 1}
    return rows


def brier(probability: float, happened: bool) -> float:
    """Squared distance of the probability from what happened; 0 is perfect, 1 the worst.

    Examples
    --------
    >>> round(brier(0.8, True), 4)
    0.04
    """
    return (probability - float(happened)) ** 2


def log_score(probability: float, happened: bool) -> float:
    """Minus the natural log of the probability given to what happened; 0 is perfect.

    NaN for a certainty that failed: the score is without bound.

    Examples
    --------
    >>> round(log_score(0.8, True), 4)
    0.2231
    """
    given = probability if happened else 1.0 - probability
    return -math.log(given) + 0.0 if given > 0.0 else math.nan


def base_rate(hits: int, n: int) -> float:
    """Share of earlier years in which it came true, hits / n as counted; NaN of none.

    Examples
    --------
    >>> base_rate(3, 12)
    0.25
    """
    return hits / n if n else math.nan


def smoothed_rate(hits: int, n: int) -> float:
    """(hits + 1/2) / (n + 1): what is scored, never certain, so that its log score is finite.

    Examples
    --------
    >>> smoothed_rate(3, 9)
    0.35
    """
    return (hits + 0.5) / (n + 1.0) if n else math.nan


def _row(market: Market, plan: Plan, forecast: Forecast, made: pd.Timestamp) -> dict[str, Any]:
    course = course_of(market.sessions, forecast, made)
    status, seen, why = _status(market, plan, forecast, course)
    hits, n = _base(market, plan, forecast, made)
    scored = smoothed_rate(hits, n)
    row: dict[str, Any] = {
        "id": forecast.id,
        "section": forecast.section,
        "says": forecast.says,
        "kind": forecast.statement.kind,
        "made": f"{made:%Y-%m-%d}",
        "start": f"{course.start:%Y-%m-%d}",
        "by": f"{course.by:%Y-%m-%d}",
        "status": status,
        "date": seen.date,
        "measure": seen.measure,
        "value": seen.value,
        "level": seen.level,
        "seen_until": f"{min(market.sessions[-1], course.by):%Y-%m-%d}"
        if status in ("still open", "did not happen")
        else None,
        "probability": math.nan if forecast.probability is None else forecast.probability,
        "brier": math.nan,
        "log_score": math.nan,
        "base_rate": base_rate(hits, n),
        "base_hits": hits,
        "base_n": n,
        "base_scored": scored,
        "base_brier": math.nan,
        "base_log_score": math.nan,
        "because": why,
    }
    if status in ("happened", "did not happen"):
        happened = status == "happened"
        if forecast.probability is not None:
            row["brier"] = brier(forecast.probability, happened)
            row["log_score"] = log_score(forecast.probability, happened)
        if n:
            row["base_brier"] = brier(scored, happened)
            row["base_log_score"] = log_score(scored, happened)
    return row


def _status(
    market: Market, plan: Plan, forecast: Forecast, course: Course
) -> tuple[Status, Seen, str]:
    nothing = Seen(None)
    last = known_until(market.sessions)
    if course.made > last or course.first >= len(market.sessions):
        ends = Message("the data end on {day}", day=f"{market.sessions[-1]:%Y-%m-%d}")
        return "no data yet", nothing, ends
    if course.anchor < 0:
        why = Message("the data hold no session near the day it is made")
        return "cannot be scored", nothing, why
    try:
        if isinstance(forecast.statement, HedgePays):
            seen = hedge_outcome(market, plan, course.made.year)
        else:
            seen = follow(market, plan, forecast.statement, course)
    except InputError as error:
        return "cannot be scored", nothing, error.what
    if seen.happened:
        return "happened", seen, seen.because
    if seen.happened is None:
        return "cannot be scored", seen, seen.because
    over = seen.decided if isinstance(forecast.statement, HedgePays) else course.over
    if seen.decided or over:
        return "did not happen", seen, seen.because
    return "still open", seen, seen.because


def _base(market: Market, plan: Plan, forecast: Forecast, made: pd.Timestamp) -> tuple[int, int]:
    """How often the same statement, made on the same day of earlier years, came true.

    Only years whose last day lies before the forecast is made: what it could
    have known. Years in which a session without a true high could have hidden
    a touch are left out, whether one was seen or not.
    """
    hits = n = 0
    years = range(market.sessions[0].year, made.year)
    cut = market.until(made)
    if isinstance(forecast.statement, HedgePays) or not len(cut.sessions):
        return hits, n
    for year in years:
        shift = made.year - year
        course = course_of(cut.sessions, forecast, made, years_back=shift)
        if course.anchor < 0 or not course.over or course.first >= len(cut.sessions):
            continue
        try:
            seen = follow(cut, plan, forecast.statement, course)
        except InputError:
            continue  # absolute levels do not fit that year
        if seen.happened is None or seen.blind:
            continue
        n += 1
        hits += bool(seen.happened)
    return hits, n


__all__ = ["base_rate", "brier", "log_score", "scorecard", "smoothed_rate"]
