"""Claims in words: what counts as the event, over which window, and what as a hit."""

from __future__ import annotations

import calendar

from signals import find as find_rule
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import (
    AnchorEvent,
    DatesEvent,
    DrawdownOutcome,
    Horizon,
    LowHoldsOutcome,
    MonthEvent,
    ReturnOutcome,
    RuleEvent,
    RuleValueOutcome,
    TouchOutcome,
)
from strategy.audit.study.events import parameters_of
from strategy.plan import Plan

_FIGURES = {
    "mean": "the mean outcome",
    "median": "the median outcome",
    "hit_rate": "the share of hits",
    "rank": "the month's rank among the twelve by mean return",
}


def event_in_words(claim: Claim, plan: Plan) -> str:
    """The event of a claim, one sentence without its full stop."""
    event = claim.event
    if isinstance(event, RuleEvent):
        rule = find_rule(event.rule)
        given = parameters_of(plan, event.rule, dict(event.parameters))
        when = "on the first session of each spell" if event.on == "turns_true" else "every session"
        numbers = f" ({_listed(given)})" if given else ""
        proxy = f"; a proxy: {rule.proxy}" if rule.computable and rule.proxy else ""
        words = f"{rule.meaning} [{rule.id} {rule.name}{numbers}], {when}{proxy}"
    elif isinstance(event, MonthEvent):
        words = f"{calendar.month_name[event.month]} of every year, whole months only"
    elif isinstance(event, DatesEvent):
        words = f"given dates: {', '.join(_date(item) for item in event.dates)}"
        if any(not isinstance(item, str) or len(item) <= 7 for item in event.dates):
            words += "; where only a month or range is given, its middle session stands for it"
    else:
        words = _anchor(event, plan)
    if claim.since or claim.until:
        words += f"; from {claim.since or 'the first session'} to {claim.until or 'the last'}"
    return words


def window_in_words(claim: Claim) -> str:
    """The window of a claim."""
    if isinstance(claim.outcome, RuleValueOutcome):
        return "the event's own session"
    if claim.horizon is None:
        return "the whole month, from the last close before it"
    return _horizon(claim.horizon)


def outcome_in_words(claim: Claim) -> str:
    """The outcome and what counts as a hit."""
    kind = claim.outcome
    if isinstance(kind, ReturnOutcome):
        if kind.below is not None:
            hit = f"below {kind.below:+.2%}" if kind.below else "below zero"
        elif kind.above:
            hit = f"above {kind.above:+.2%}"
        else:
            hit = "below zero" if claim.direction == "down" and kind.above is None else "above zero"
        return f"return of the index; a hit is a return {hit}"
    if isinstance(kind, DrawdownOutcome):
        return (
            "deepest fall of closes from their highest so far in the window; a hit is a fall of "
            f"at least {kind.at_least:.1%}"
        )
    if isinstance(kind, TouchOutcome):
        return (
            f"whether a {kind.by} reaches {kind.rise:+.2%} from the event's close "
            f"({kind.level:g} / {kind.reference:g}); reached is a hit"
        )
    if isinstance(kind, LowHoldsOutcome):
        return "whether every later low stays at or above the event's low; that is a hit"
    rule = find_rule(kind.rule)
    return (
        f"value of {rule.name} [{rule.id}: {rule.unit}] that day; a hit is at most {kind.at_most:g}"
    )


def trial_in_words(claim: Claim) -> str:
    """What is compared with what."""
    if claim.trial == "occurrence":
        return "Does it happen at all?"
    side = (
        "higher"
        if claim.figure in ("hit_rate", "rank") or claim.direction == "up"
        else "lower (deeper)"
    )
    return f"Is {_FIGURES[claim.figure]} {side} than at dates without the event?"


def _anchor(event: AnchorEvent, plan: Plan) -> str:
    words = f"the plan's anchor of every year, the last session on or before {plan.anchor}"
    if event.score_at_least is not None:
        words += f", where the plan's risk score is at least {event.score_at_least:g}"
    elif event.as_high_as is not None:
        named = ", ".join(map(str, event.as_high_as))
        words += f", where the plan's risk score is at least the lowest of {named}"
    return words


def _horizon(horizon: Horizon) -> str:
    if horizon.sessions is not None:
        return f"from the event's close over the next {horizon.sessions} sessions"
    if horizon.months is not None:
        months = "month" if horizon.months == 1 else "months"
        return (
            f"from the event's close to the last one up to {horizon.months} calendar {months} later"
        )
    if horizon.until is not None:
        return f"from the event's close to the last one up to the next {horizon.until} (MM-DD)"
    return "the calendar year after the event's, from the last close before it"


def _date(item: object) -> str:
    return f"{item[0]} to {item[1]}" if isinstance(item, tuple) else str(item)


def _listed(parameters: dict[str, object]) -> str:
    return ", ".join(
        f"{key} {'-'.join(f'{v:g}' for v in value)}"
        if isinstance(value, tuple)
        else f"{key} {value:g}"
        if isinstance(value, float)
        else f"{key} {value}"
        for key, value in parameters.items()
    )


__all__ = [
    "LowHoldsOutcome",
    "event_in_words",
    "outcome_in_words",
    "trial_in_words",
    "window_in_words",
]
