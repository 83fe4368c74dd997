"""`simulate check`: whether a plan file is valid, and with `--data` whether it fits its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.plan_options import plan_options, read_legs, read_plan

if TYPE_CHECKING:
    from strategy.plan import Plan
    from strategy.plan.file.legs_file import LegsFile


@click.command("check")
@plan_options
@click.option(
    "--data",
    "with_data",
    is_flag=True,
    help="Load the data too: is there a vintage, do levels and conditions fit?",
)
@click.option("--json", "as_json", is_flag=True, help="Print the resolved plan as JSON.")
def check_plan(
    config: str, overrides: tuple[str, ...], prices: str | None, with_data: bool, as_json: bool
) -> None:
    """Say whether CONFIG is a valid plan, and run nothing.

    Keys, types, bounds, values that must fit each other, rules and the files
    it names are checked. Exit code 0 or, with one line on stderr, 2. A plan
    with `legs` is held against its data always.
    """
    legs = read_legs(config, overrides, prices)
    if legs is not None:
        _check_legs(config, legs, as_json)
        return
    from strategy.plan.file.plan_file import plan_sha256, resolved

    file = read_plan(config, overrides, prices)
    plan = file.plan
    with file.locating():
        if plan.tactical.entry.conditions:
            # the rules need pandas: a plan without any is judged at once
            from strategy.decide.entry import refuse_unknown

            refuse_unknown(plan.tactical.entry)
        fit = _fit(plan) if with_data else None
    if as_json:
        answer = {"valid": True, "plan": resolved(plan), "plan_sha256": plan_sha256(plan)}
        document = answer | ({"data": fit} if fit else {})
        tell_json(document, sort=False, ascii=True)
        return
    from reports.terminal.check import plan_fits

    for line in plan_fits(config, plan.name, plan_sha256(plan), fit):
        tell(line)


def _fit(plan: Plan) -> dict[str, Any]:
    """Everything that can be refused before the simulation, without the simulation."""
    from strategy.api import load_market
    from strategy.decide.calendar import schedule
    from strategy.decide.entry import entry_decisions
    from strategy.decide.levels import vintage_levels

    market = load_market(plan)
    sessions = market.sessions
    vintages = schedule(sessions, plan)
    for vintage in vintages:
        vintage_levels(market, plan.tactical.levels, sessions[vintage.anchor])
    entry_decisions(market, plan.tactical.entry, [vintage.anchor for vintage in vintages], plan)
    return {
        "prices": market.id,
        "first": f"{sessions[0]:%Y-%m-%d}",
        "last": f"{sessions[-1]:%Y-%m-%d}",
        "vintages": [vintage.year for vintage in vintages],
    }


def _check_legs(config: str, file: LegsFile, as_json: bool) -> None:
    """Resolve every vintage of a plan of legs, and leave out the account and the pages."""
    from strategy.legplan.markets import load_markets
    from strategy.legplan.simulation import resolved_vintages
    from strategy.plan.file.legs_file import legs_sha256, resolved_legs

    plan = file.plan
    with file.locating():
        found, _, vintages = resolved_vintages(plan, load_markets(plan))
    trades = {name: sum(len(vintage.held) for vintage in rows) for name, rows in vintages.items()}
    if as_json:
        answer = {
            "valid": True,
            "plan": resolved_legs(plan),
            "plan_sha256": legs_sha256(plan),
            "data": {"vintages": [anchor.label for anchor in found], "positions": trades},
        }
        tell_json(answer, sort=False, ascii=True)
        return
    from reports.terminal.check import legs_fit

    labels = [anchor.label for anchor in found]
    for line in legs_fit(config, plan.name, legs_sha256(plan), labels, trades):
        tell(line)
