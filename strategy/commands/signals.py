"""`simulate signals`: the state of every rule on a day, none of them hidden."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from strategy.commands.frame.plan_options import plan_options, read_plan

if TYPE_CHECKING:
    from market.container import Market
    from signals.catalogue.rules import Rule
    from strategy.plan import Plan

STATES = {1: "true", 0: "false", -1: "unavailable"}


@click.command("signals")
@plan_options
@click.option(
    "--date", "date", metavar="DATE", help="Day as YYYY-MM-DD; the last session if absent."
)
@click.option("--family", metavar="FAMILY", help="Only the rules of one family.")
@click.option("--json", "as_json", is_flag=True, help="Print the states as JSON.")
def print_signals(
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    date: str | None,
    family: str | None,
    as_json: bool,
) -> None:
    """Print the state of every rule at the close of a day, with CONFIG's data.

    Each rule is true, false or unavailable; unavailable says why. Stamp is the
    last day that the newest input describes, known the first day at whose
    close it could be used. Rules on the plan's levels and dates take the
    plan's own. On a day without a session the last one before it counts.
    """
    from market import load
    from strategy.commands.rules import check_family

    if family is not None:
        check_family(family)
    wanted = _day(date)
    file = read_plan(config, overrides, prices)
    with file.locating():
        market = load(file.plan.data)
    document = states_on(market, file.plan, wanted, family)
    if as_json:
        from market.serialise import json_text

        click.echo(json_text(document, sort=False), nl=False)
        return
    from rich.console import Console

    from reports.terminal.signals import screen

    Console(highlight=False).print(screen(document))


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
    import pandas as pd

    from market.errors import InputError
    from signals import RULES, evaluate
    from strategy.audit.study.events import why_unavailable
    from strategy.decide.rule_parameters import plan_parameters

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
    from signals.catalogue.rules import PRICES

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


def _day(text: str | None) -> dt.date | None:
    from market.errors import InputError

    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"got {text!r}", where="--date", expected="a day as YYYY-MM-DD, for example 2024-11-21"
        ) from None


def _number(value: Any) -> float | None:
    number = float(value)
    return number if number == number else None


def _date(value: Any) -> str | None:
    return f"{value:%Y-%m-%d}" if value == value else None
