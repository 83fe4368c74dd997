"""A plan of legs in plain sentences: what it does on which day, and with which levels now."""

from __future__ import annotations

from reports.text.format import percent, sentence_list
from reports.text.language import _
from strategy.plan.leg import (
    ON_LEVELS,
    AtLevel,
    AtRange,
    Exits,
    Gain,
    Leg,
    Limit,
    Sessions,
    Through,
    When,
)
from strategy.plan.legs_plan import Events, LegsPlan, Periodic, Yearly

_PERIODS = {"month": "month", "quarter": "quarter", "week": "week"}


def plan_sentences(plan: LegsPlan) -> list[str]:
    """What holds for the whole plan: its core, its calendar."""
    out = []
    if plan.core.shares:
        held = sentence_list(
            [
                _("{share} in {market}", share=percent(share, 0), market=name)
                for name, share in plan.core.shares.items()
            ]
        )
        out.append(_("Throughout, the account holds {held}.", held=held))
        again = {
            "yearly": _("The shares are made whole at the first open of each year."),
            "quarterly": _("The shares are made whole at the first open of each quarter."),
            "monthly": _("The shares are made whole at the first open of each month."),
            "never": _("The shares are never made whole again."),
        }
        out.append(again[plan.core.rebalance])
    else:
        out.append(_("Between trades the account holds cash."))
    out.append(vintage_sentence(plan))
    return out


def vintage_sentence(plan: LegsPlan) -> str:
    """When the legs begin anew."""
    rule = plan.vintages
    if isinstance(rule, Yearly):
        return _(
            "Every year it is dated on the last session on or before {day} (the anchor).",
            day=rule.anchor,
        )
    if isinstance(rule, Periodic):
        period = {"month": _("month"), "quarter": _("quarter"), "week": _("week")}[rule.every]
        if rule.anchor > 0:
            return _(
                "In every {period} it is dated on session {n} from the start (the anchor).",
                period=period,
                n=rule.anchor,
            )
        return _(
            "In every {period} it is dated on session {n} from the end (the anchor).",
            period=period,
            n=-rule.anchor,
        )
    assert isinstance(rule, Events)
    return _(
        "It is dated on each close at which this becomes true: {conditions}; but at the earliest "
        "{gap} sessions after the anchor before.",
        conditions=conditions(rule.when),
        gap=rule.gap,
    )


def leg_sentences(plan: LegsPlan, name: str, levels: dict[str, float] | None = None) -> list[str]:
    """What one leg does.

    Parameters
    ----------
    plan : LegsPlan
    name : str
    levels : dict of str to float, optional
        Its levels in the market's points.
    """
    leg = plan.legs[name]
    market = plan.market_of(leg)
    told = _Levels(leg, levels or {})
    out = [_entry(leg, market, told)]
    if leg.entry.when:
        out.append(
            _(
                "Only if at the close before: {conditions}.",
                conditions=conditions(leg.entry.when, told),
            )
        )
    if leg.entry.every:
        out.append(_("After an exit it may enter again while the window lasts."))
    out += _exits(leg, leg.exits, told)
    out.append(_("It gets {share} of equity.", share=percent(leg.size.weight, 0)))
    if leg.size.risk_budget is not None:
        out.append(
            _(
                "But no more than would lose {share} of equity at the stop.",
                share=percent(leg.size.risk_budget, 1),
            )
        )
    return out


class _Levels:
    """Levels in words: a name, and its number where it is known."""

    def __init__(self, leg: Leg, known: dict[str, float]) -> None:
        self._leg, self._known = leg, known

    def __call__(self, name: str) -> str:
        value = self._known.get(name)
        if value is None or value != value:
            return _("level {name}", name=name)
        return _("level {name} ({points})", name=name, points=f"{value:,.2f}")


def _entry(leg: Leg, market: str, told: _Levels) -> str:
    at, long = leg.entry.at, leg.side == "long"
    window = _window(leg)
    if isinstance(at, Through):
        text = (
            _("Buys {market} once the price rises through {level}, {window}.")
            if long
            else _("Sells {market} short once the price falls through {level}, {window}.")
        )
        level = told(at.through)
    elif isinstance(at, Limit):
        text = (
            _("Buys {market} at {level} or below, {window}.")
            if long
            else _("Sells {market} short at {level} or above, {window}.")
        )
        level = told(at.limit)
    else:
        text = (
            _("Buys {market} at the open, {window}.")
            if long
            else _("Sells {market} short at the open, {window}.")
        )
        level = ""
    return text.format(market=market, level=level, window=window)


def _window(leg: Leg) -> str:
    first, until = leg.entry.from_, leg.entry.until
    if until is None:
        if first is None:
            return _("on the first session after the anchor")
        return _("on the first session on or after {day}", day=first)
    start = (
        _("from the first session after the anchor")
        if first is None
        else _("from {day}", day=first)
    )
    if isinstance(until, Sessions):
        return _("{start} for {n} sessions", start=start, n=until.sessions)
    return _("{start} until {day}", start=start, day=until)


def conditions(when: When, told: _Levels | None = None) -> str:
    """Conditions in words, each rule by its name and numbers."""
    out = []
    for name, numbers in when.items():
        if name in ON_LEVELS and isinstance(numbers, str):
            level = told(numbers) if told else numbers
            out.append(
                _("the close is above {level}", level=level)
                if name == "close_above"
                else _("the close is below {level}", level=level)
            )
        elif numbers:
            stated = ", ".join(f"{key} {value}" for key, value in dict(numbers).items())  # type: ignore[arg-type]
            out.append(f"{name} ({stated})")
        else:
            out.append(name)
    return sentence_list(out)


def _exits(leg: Leg, exits: Exits, told: _Levels) -> list[str]:
    out = []
    for target in exits.targets:
        share = percent(target.share, 0)
        if isinstance(target.at, Gain):
            out.append(
                _(
                    "{share} of it is closed at a gain of {gain}.",
                    share=share,
                    gain=percent(target.at.gain, 1),
                )
            )
        elif target.at is not None:
            out.append(_("{share} of it is closed at {level}.", share=share, level=told(target.at)))
        elif len(exits.targets) > 1:
            out.append(_("{share} of it has no target.", share=share))
    stop = exits.stop
    if isinstance(stop, AtLevel):
        out.append(_("The stop lies at {level}.", level=told(stop.level)))
    elif isinstance(stop, AtRange):
        out.append(
            _(
                "The stop lies {k} mean true ranges of {n} sessions from the entry price.",
                k=f"{stop.atr:g}",
                n=stop.sessions,
            )
        )
    elif stop is not None:
        out.append(_("The stop lies {distance} from the entry price.", distance=percent(stop, 1)))
    else:
        out.append(_("There is no stop."))
    if exits.trail is not None:
        distance = percent(exits.trail.distance, 1)
        out.append(
            _("The stop follows the best close at {distance}.", distance=distance)
            if exits.trail.on == "close"
            else _("The stop follows the best price at {distance}.", distance=distance)
        )
    if exits.break_even_after is not None:
        out.append(
            _(
                "Once target {n} is reached the stop is at least the entry price.",
                n=exits.break_even_after,
            )
        )
    zone = exits.failed_breakout
    if zone is not None:
        out.append(
            _(
                "If a breakout from {near} to {far} fails within {n} sessions, all is closed at "
                "the next open.",
                near=told(zone.near),
                far=told(zone.far),
                n=zone.within,
            )
        )
    if exits.when:
        out.append(
            _(
                "All is closed at the open after a close at which: {conditions}.",
                conditions=conditions(exits.when, told),
            )
        )
    out.append(
        _(
            "What is left is closed at the close of session {n}, the entry being the first.",
            n=exits.by.sessions,
        )
        if isinstance(exits.by, Sessions)
        else _("What is left is closed at the close of the last session on or before {day}.",
               day=exits.by.date)
    )  # fmt: skip
    return out
