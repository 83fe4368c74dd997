"""`simulate today`: what the plan says on a date, on one screen or as JSON."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import plan_options, read_legs, read_plan

if TYPE_CHECKING:
    from strategy.plan.file.legs_file import LegsFile


@click.command("today")
@plan_options
@click.option("--date", metavar="DATE", help="YYYY-MM-DD; by default the day it is.")
@click.option("--capital", type=float, metavar="AMOUNT", help="Account size; default the plan's.")
@click.option(
    "--multiplier",
    type=float,
    default=50.0,
    show_default=True,
    metavar="AMOUNT",
    help="Currency per index point of one future.",
)
@click.option(
    "--holdings",
    metavar="FILE",
    help="YAML or CSV of what you hold: shows the orders from there to the plan's positions.",
)
@language_option("the screen")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def today(
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    date: str | None,
    capital: float | None,
    multiplier: float,
    holdings: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Say what CONFIG's plan orders after the close of a date.

    Only data known on that date are used. The exit code is 0 whatever the
    answer; `status` in the JSON says which it is: orders, holding, hedged,
    idle or stale.
    """
    day = _day(date)
    for option, value in (("--capital", capital), ("--multiplier", multiplier)):
        if value is not None and not 0.0 < value < 1e15:
            raise InputError(f"got {value:g}", where=option, expected="an amount above 0")
    if capital is not None and holdings is not None:
        raise InputError(
            "the holdings have a size of their own", where="--capital", expected="one of the two"
        )
    legs = read_legs(config, overrides, prices)
    if legs is not None and holdings is not None:
        raise InputError(
            "a plan with `legs` is not led to from holdings",
            where="--holdings",
            do="its orders say their share of equity: count them on the account that you have",
        )
    if legs is not None:
        _today_of_legs(legs, day, capital, lang, as_json)
        return
    file = read_plan(config, overrides, prices)
    with file.locating(), stages(shown=not as_json) as stage:
        stage("loading libraries")
        from strategy import api

        stage("reading data")
        market = api.load_market(file.plan)
        stage("the plan's answer")
        found = api.today(
            file.plan, market, day, capital=capital, multiplier=multiplier, holdings=holdings
        )
    if as_json:
        tell_json(found.content, ascii=True)
        return
    from reports.terminal.today import screen
    from reports.terminal.wide import print_parts
    from reports.text.language import speaking

    with speaking(lang):
        print_parts([screen(found.content)])


def _today_of_legs(
    file: LegsFile, day: str, capital: float | None, lang: str, as_json: bool
) -> None:
    """The orders of a plan of named legs."""
    with file.locating(), stages(shown=not as_json) as stage:
        stage("reading data")
        from strategy.legplan.markets import load_markets
        from strategy.today.legs import today_of_legs

        markets = load_markets(file.plan)
        stage("the plan's answer")
        found = today_of_legs(file.plan, markets, day, capital=capital)
    if as_json:
        tell_json(found, ascii=True)
        return
    from reports.terminal.legs import evening

    for line in evening(file.plan, found, lang):
        tell(line)


def _day(date: str | None) -> str:
    if date is None:
        return dt.date.today().isoformat()
    try:
        day = dt.date.fromisoformat(date)
        if day.isoformat() != date:
            raise ValueError(date)
    except ValueError:
        raise InputError(f"got {date!r}", where="--date", expected="a date as YYYY-MM-DD") from None
    if not 1700 <= day.year <= 2200:
        raise InputError(f"got {date!r}", where="--date", expected="a year from 1700 to 2200")
    return day.isoformat()
