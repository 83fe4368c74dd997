"""When the event of a claim happened, and when it could have happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from market.container import Market
from market.errors import InputError
from market.message import Message
from signals import evaluate
from signals import find as find_rule
from signals.catalogue.rules import PRICES
from signals.history.bars import Bools, Floats, Ints
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import AnchorEvent, DatesEvent, MonthEvent, RuleEvent
from strategy.audit.study.windows import known_until, months_of
from strategy.decide.calendar import LONGEST_BREAK_DAYS, schedule
from strategy.decide.rule_parameters import plan_parameters
from strategy.decide.rule_states import why_unavailable
from strategy.decide.score import risk_score
from strategy.plan import Plan

#: What the dates of a claim are made of.
Lattice = Literal["sessions", "months", "anchors"]

_NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Found:
    """Events of one claim on one market, as positions of sessions.

    Attributes
    ----------
    lattice : str
        Unit of dates: sessions, months, anchors.
    events : ndarray of int64
        Sessions at whose close the event is known, ascending.
    possible : ndarray of int64
        Sessions at which it could have been, the events included.
    absent : str
        Why there can be no event on this market; empty where there can.
    ranges : list of (int, int)
        First and last possible session of each event whose day is not given.
    beyond : int
        Given dates that lie outside the data.
    scores : ndarray of float64
        Risk score at each of `possible`, for anchors.
    threshold : float
        Score that makes an anchor an event.
    years, unknown_years : tuple of int
        Years that set the threshold, and those named whose score is unknown.
    """

    lattice: Lattice
    events: Ints
    possible: Ints
    absent: str = ""
    ranges: list[tuple[int, int]] = field(default_factory=list)
    beyond: int = 0
    scores: Floats = field(default_factory=lambda: np.zeros(0))
    threshold: float = float("nan")
    years: tuple[int, ...] = ()
    unknown_years: tuple[int, ...] = ()


def find_events(market: Market, plan: Plan, claim: Claim) -> Found:
    """The events of a claim, those outside its dates left out."""
    event = claim.event
    inside = _inside(market.sessions, claim)
    if isinstance(event, RuleEvent):
        return _by_rule(market, plan, event, inside)
    if isinstance(event, MonthEvent):
        month, spans = months_of(market.sessions)
        # a month belongs to the claim's dates when its first session does
        keep = inside[spans.start + 1]
        is_event = keep & (month % 12 + 1 == event.month)
        return Found("months", spans.start[is_event], spans.start[keep])
    if isinstance(event, DatesEvent):
        return _by_dates(market, event, inside)
    return _by_anchor(market, plan, event, inside)


def is_price_rule(claim: Claim) -> bool:
    """Whether the event can be detected anew on other prices."""
    if not isinstance(claim.event, RuleEvent):
        return False
    rule = find_rule(claim.event.rule)
    return rule.computable and rule.inputs == (PRICES,)


def parameters_of(plan: Plan, name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Parameters of a rule: the claim's, else the plan's, else the rule's own."""
    return plan_parameters(plan, find_rule(name).name) | given


def spells(state: np.ndarray[Any, Any], on: str) -> Bools:
    """Sessions that are events: those that are true, or of each spell of them the first."""
    true: Bools = np.asarray(state == 1, dtype=bool)
    if on == "every_day":
        return true
    return np.asarray(true & ~np.append(False, true[:-1]))


def _inside(sessions: pd.DatetimeIndex, claim: Claim) -> Bools:
    inside = np.ones(len(sessions), dtype=bool)
    if claim.since:
        inside &= np.asarray(sessions >= pd.Timestamp(claim.since))
    if claim.until:
        inside &= np.asarray(sessions <= pd.Timestamp(claim.until))
    return inside


def _by_rule(market: Market, plan: Plan, event: RuleEvent, inside: Bools) -> Found:
    absent = why_unavailable(market, event.rule)
    if absent:
        return Found("sessions", _NONE, _NONE, absent)
    parameters = parameters_of(plan, event.rule, dict(event.parameters))
    state = evaluate(market, event.rule, **parameters)["state"].to_numpy()
    possible = np.flatnonzero((state >= 0) & inside)
    if not len(possible):
        absent = Message("{rule} is unavailable on every session", rule=event.rule)
    return Found("sessions", np.flatnonzero(spells(state, event.on) & inside), possible, absent)


def _by_dates(market: Market, event: DatesEvent, inside: Bools) -> Found:
    sessions = market.sessions
    last = known_until(sessions)
    events, ranges, beyond = [], [], 0
    for item in event.dates:
        first_day, last_day = _days_of(item)
        low = int(sessions.searchsorted(first_day, side="left"))
        high = int(sessions.searchsorted(last_day, side="right")) - 1
        if last_day > last or low >= len(sessions) or first_day < sessions[0]:
            beyond += 1
            continue
        if first_day == last_day:
            # a day without a session stands for the next one
            near = (sessions[low] - first_day).days <= LONGEST_BREAK_DAYS
            low, high = (low, low) if near else (0, -1)
        if high < low or not inside[low]:
            beyond += 1
            continue
        events.append((low + high) // 2)
        ranges.append((low, high))
    order = np.argsort(np.array(events, dtype=np.int64), kind="stable")
    return Found(
        "sessions",
        np.array(events, dtype=np.int64)[order],
        np.flatnonzero(inside),
        "" if events else "none of the dates lies in the data",
        [ranges[i] for i in order],
        beyond,
    )


def _days_of(item: object) -> tuple[pd.Timestamp, pd.Timestamp]:
    if isinstance(item, tuple):
        return pd.Timestamp(item[0]), pd.Timestamp(item[1])
    text = str(item)
    first = pd.Timestamp(text)
    return first, first if len(text) > 7 else first + pd.offsets.MonthEnd(0)


def _by_anchor(market: Market, plan: Plan, event: AnchorEvent, inside: Bools) -> Found:
    every_year = plan.model_copy(
        update={"vintages": None, "data": plan.data.model_copy(update={"start": None})}
    )
    try:
        anchors = np.array(
            [v.anchor for v in schedule(market.sessions, every_year)], dtype=np.int64
        )
    except InputError:
        return Found("anchors", _NONE, _NONE, "the data hold no anchor")
    anchors = anchors[inside[anchors]]
    if not event.conditional:
        return Found("sessions", anchors, np.flatnonzero(inside))
    score = risk_score(market, plan.risk)["score"].to_numpy()[anchors]
    known = ~np.isnan(score)
    years = market.sessions.year.to_numpy()[anchors]
    named: tuple[int, ...] = ()
    if event.as_high_as is not None:
        named = tuple(y for y in event.as_high_as if y in set(years[known].tolist()))
        if not named:
            return Found(
                "anchors", _NONE, anchors[known], "the risk score of none of the years is known"
            )
        threshold = float(min(score[known & np.isin(years, named)]))
    else:
        assert event.score_at_least is not None
        threshold = event.score_at_least
    high = known & (np.where(known, score, -1.0) >= threshold - 1e-12)
    return Found(
        "anchors",
        anchors[high],
        anchors[known],
        "" if known.any() else "the risk score is unknown at every anchor",
        scores=score[known],
        threshold=threshold,
        years=named,
        unknown_years=tuple(y for y in event.as_high_as or () if y not in named),
    )
