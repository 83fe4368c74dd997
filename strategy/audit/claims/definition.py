"""Claims in words: what counts as the event, over which window, and what as a hit."""

from __future__ import annotations

import calendar

from market.message import Message
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
    "mean": Message("the mean outcome"),
    "median": Message("the median outcome"),
    "hit_rate": Message("the share of hits"),
    "rank": Message("the month's rank among the twelve by mean return"),
}


def event_in_words(claim: Claim, plan: Plan) -> Message:
    """The event of a claim, one sentence without its full stop."""
    event = claim.event
    if isinstance(event, RuleEvent):
        words = _rule(event, plan)
    elif isinstance(event, MonthEvent):
        words = Message(
            "{month} of every year, whole months only", month=calendar.month_name[event.month]
        )
    elif isinstance(event, DatesEvent):
        words = Message("given dates: {dates}", dates=", ".join(_date(d) for d in event.dates))
        if any(not isinstance(item, str) or len(item) <= 7 for item in event.dates):
            words = Message(
                "{dates}; where only a month or range is given, its middle session stands for it",
                dates=words,
            )
    else:
        words = _anchor(event, plan)
    if claim.since and claim.until:
        return Message(
            "{event}; from {first} to {last}", event=words, first=claim.since, last=claim.until
        )
    if claim.since:
        return Message("{event}; from {first} to the last", event=words, first=claim.since)
    if claim.until:
        return Message("{event}; from the first session to {last}", event=words, last=claim.until)
    return words


def window_in_words(claim: Claim) -> Message:
    """The window of a claim."""
    if isinstance(claim.outcome, RuleValueOutcome):
        return Message("the event's own session")
    if claim.horizon is None:
        return Message("the whole month, from the last close before it")
    return _horizon(claim.horizon)


def outcome_in_words(claim: Claim) -> Message:
    """The outcome and what counts as a hit."""
    kind = claim.outcome
    if isinstance(kind, ReturnOutcome):
        return _return(claim, kind)
    if isinstance(kind, DrawdownOutcome):
        return Message(
            "deepest fall of closes from their highest so far in the window; a hit is a fall of at "
            "least {limit}",
            limit=f"{kind.at_least:.1%}",
        )
    if isinstance(kind, TouchOutcome):
        rise, ratio = f"{kind.rise:+.2%}", f"{kind.level:g} / {kind.reference:g}"
        if kind.by == "high":
            return Message(
                "whether a high reaches {rise} from the event's close ({ratio}); reached is a hit",
                rise=rise,
                ratio=ratio,
            )
        return Message(
            "whether a close reaches {rise} from the event's close ({ratio}); reached is a hit",
            rise=rise,
            ratio=ratio,
        )
    if isinstance(kind, LowHoldsOutcome):
        return Message("whether every later low stays at or above the event's low; that is a hit")
    rule = find_rule(kind.rule)
    return Message(
        "value of {rule} [{id}: {unit}] that day; a hit is at most {limit}",
        rule=rule.name,
        id=rule.id,
        unit=rule.unit,
        limit=f"{kind.at_most:g}",
    )


def trial_in_words(claim: Claim) -> Message:
    """What is compared with what."""
    if claim.trial == "occurrence":
        return Message("Does it happen at all?")
    figure = _FIGURES[claim.figure]
    if claim.figure in ("hit_rate", "rank") or claim.direction == "up":
        return Message("Is {figure} higher than at dates without the event?", figure=figure)
    return Message("Is {figure} lower (deeper) than at dates without the event?", figure=figure)


def _rule(event: RuleEvent, plan: Plan) -> Message:
    rule = find_rule(event.rule)
    given = parameters_of(plan, event.rule, dict(event.parameters))
    numbers = f" ({_listed(given)})" if given else ""
    words = Message("{event} [{rule}]", event=rule.meaning, rule=f"{rule.id} {rule.name}{numbers}")
    words = (
        Message("{event}, on the first session of each spell", event=words)
        if event.on == "turns_true"
        else Message("{event}, every session", event=words)
    )
    if rule.computable and rule.proxy:
        words = Message("{event}; a proxy: {proxy}", event=words, proxy=rule.proxy)
    return words


def _anchor(event: AnchorEvent, plan: Plan) -> Message:
    words = Message(
        "the plan's anchor of every year, the last session on or before {day}", day=plan.anchor
    )
    if event.score_at_least is not None:
        return Message(
            "{anchor}, where the plan's risk score is at least {score}",
            anchor=words,
            score=f"{event.score_at_least:g}",
        )
    if event.as_high_as is not None:
        return Message(
            "{anchor}, where the plan's risk score is at least the lowest of {years}",
            anchor=words,
            years=", ".join(map(str, event.as_high_as)),
        )
    return words


def _return(claim: Claim, kind: ReturnOutcome) -> Message:
    limit = kind.above if kind.below is None else kind.below
    shown = f"{limit:+.2%}" if limit else Message("zero")
    falling = kind.below is not None or (claim.direction == "down" and kind.above is None)
    if falling:
        return Message("return of the index; a hit is a return below {limit}", limit=shown)
    return Message("return of the index; a hit is a return above {limit}", limit=shown)


def _horizon(horizon: Horizon) -> Message:
    if horizon.sessions is not None:
        return Message("from the event's close over the next {n} sessions", n=horizon.sessions)
    if horizon.months == 1:
        return Message("from the event's close to the last one up to {n} calendar month later", n=1)
    if horizon.months is not None:
        return Message(
            "from the event's close to the last one up to {n} calendar months later",
            n=horizon.months,
        )
    if horizon.until is not None:
        return Message(
            "from the event's close to the last one up to the next {day} (MM-DD)",
            day=horizon.until,
        )
    return Message("the calendar year after the event's, from the last close before it")


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
