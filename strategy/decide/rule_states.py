"""What every rule says at the close of a day, with the plan's own levels and dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from market.container import Market
from market.errors import InputError
from market.kept import keeping
from market.message import Message
from signals import RULES, evaluate
from signals import find as find_rule
from signals.catalogue.rules import PRICES, Rule
from strategy.decide.rule_parameters import plan_parameters
from strategy.plan import Plan

STATES = {1: "true", 0: "false", -1: "unavailable"}


def why_unavailable(market: Market, name: str) -> str:
    """Why a rule says nothing on this market; empty where it does."""
    rule = find_rule(name)
    if not rule.computable:
        return Message("{rule} is not computable: {reason}", rule=rule.name, reason=rule.reason)
    missing = rule.missing(market)
    if missing:
        named = ", ".join(group.replace("|", " or ") for group in missing)
        return Message(
            "{rule} needs series that are not loaded: {series}", rule=rule.name, series=named
        )
    return ""


def _rows(then: Market, plan: Plan, family: str | None) -> list[dict[str, Any]]:
    """A row a rule, as it stands on the last session of the market."""
    rows = []
    for rule in sorted(RULES.values(), key=lambda r: (r.id, not r.computable)):
        if family is not None and rule.family != family:
            continue
        parameters = plan_parameters(plan, rule.name)
        reading = evaluate(then, rule.name, **parameters).iloc[-1]
        state = STATES[int(reading["state"])]
        unavailable = state == "unavailable"
        rows.append(
            {
                "id": rule.id,
                "name": rule.name,
                "family": rule.family,
                "meaning": rule.meaning,
                "state": state,
                "value": _number(reading["value"]),
                "threshold": _number(reading["threshold"]),
                "unit": rule.unit,
                "stamp": _date(reading["stamp"]),
                "known_at": _date(reading["known_at"]),
                "parameters": {
                    k: list(v) if isinstance(v, tuple) else v for k, v in parameters.items()
                },
                "because": (
                    why_unavailable(then, rule.name) or _no_figure(then, rule)
                    if unavailable
                    else ""
                ),
            }
        )
    return rows


def states_on(
    market: Market, plan: Plan, wanted: dt.date | None, family: str | None = None
) -> dict[str, Any]:
    """The state of each rule at the close of the last session on or before a day.

    Only what was known by then is looked at.

    Raises
    ------
    InputError
        For a day before the data begin.
    """
    sessions = market.sessions
    at = len(sessions) - 1
    if wanted is not None:
        at = int(sessions.searchsorted(pd.Timestamp(wanted), side="right")) - 1
    if at < 0:
        raise InputError(
            f"got {wanted}",
            where="--date",
            expected=f"a day from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}",
        )
    session = sessions[at]
    then = market.until(session)
    with keeping(then):
        rows = _rows(then, plan, family)
    return {
        "plan": plan.name,
        "asked": None if wanted is None else wanted.isoformat(),
        "session": f"{session:%Y-%m-%d}",
        "note": _note(wanted, session.date(), at == len(sessions) - 1),
        "counts": {state: sum(r["state"] == state for r in rows) for state in STATES.values()},
        "rules": rows,
    }


def _no_figure(market: Market, rule: Rule) -> str:
    """Why a rule whose inputs are all loaded says nothing: their newest figures."""
    newest = [
        f"{name} of {market.series[name].frame.index[-1]:%Y-%m-%d}"
        for group in rule.inputs
        for name in group.split("|")
        if name != PRICES and market.has(name) and len(market.series[name].frame)
    ]
    if not newest:
        return "no usable figure that day: too little history"
    return f"no usable figure that day; newest known: {', '.join(newest)}"


def _note(wanted: dt.date | None, session: dt.date, last: bool) -> str:
    if wanted is None or wanted == session:
        return ""
    why = "the data end before it" if last else "it is no session"
    return f"{wanted} asked for, but {why}: {session} is the last session before it"


def _number(value: Any) -> float | None:
    number = float(value)
    return number if number == number else None


def _date(value: Any) -> str | None:
    return f"{value:%Y-%m-%d}" if value == value else None
