"""`simulate explain`: a plan with named legs in plain sentences, with its levels now."""

from __future__ import annotations

import click

from market.errors import InputError
from strategy.commands.frame.lines import tell
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import plan_options, read_legs


@click.command("explain")
@plan_options
@language_option("the sentences")
def explain_plan(config: str, overrides: tuple[str, ...], prices: str | None, lang: str) -> None:
    """Say in plain sentences what CONFIG does on which day, with its levels of the last anchor.

    Compare them with the text that the plan was written from. CONFIG is a plan
    with named legs.
    """
    file = read_legs(config, overrides, prices)
    if file is None:
        raise InputError(
            "this plan has no `legs`",
            where=config,
            expected="a plan with named legs (docs/legs.md)",
            do="docs/simulation.md says what a plan of tactical and hedge does",
        )
    from reports.terminal.legs import explained
    from strategy.legplan.markets import load_markets
    from strategy.legplan.simulation import resolved_vintages

    with file.locating():
        found, _, vintages = resolved_vintages(file.plan, load_markets(file.plan))
    levels = {name: rows[-1].levels for name, rows in vintages.items()}
    for line in explained(file.plan, lang, levels, f"{found[-1].day:%Y-%m-%d}"):
        tell(line)
