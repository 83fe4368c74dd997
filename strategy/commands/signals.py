"""`simulate signals`: the state of every rule on a day, none of them hidden."""

from __future__ import annotations

import datetime as dt

import click

from strategy.commands.frame.lines import tell_json
from strategy.commands.frame.plan_options import plan_options, read_plan


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
    from strategy.decide.rule_states import states_on

    if family is not None:
        check_family(family)
    wanted = _day(date)
    file = read_plan(config, overrides, prices)
    with file.locating():
        market = load(file.plan.data)
    document = states_on(market, file.plan, wanted, family)
    if as_json:
        tell_json(document, sort=False)
        return
    from reports.terminal.signals import screen
    from reports.terminal.wide import print_parts

    print_parts([screen(document)])


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
