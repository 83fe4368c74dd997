"""`simulate hedge`: what a plan's hedge costs and saves, and whether less core would have done."""

from __future__ import annotations

import click

from reports.terminal.progress import stages
from strategy.commands.frame.lines import tell_json
from strategy.commands.frame.plan_options import plan_options, read_plan
from strategy.plan.instruments import INSTRUMENT_NAMES


@click.command("hedge")
@plan_options
@click.option(
    "--instrument",
    type=click.Choice(INSTRUMENT_NAMES),
    help="Use this instrument in place of hedge.instrument.",
)
@click.option("--compare", is_flag=True, help="Run every instrument and show them side by side.")
@click.option("--json", "as_json", is_flag=True, help="Print every table as one JSON document.")
def hedge(
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    instrument: str | None,
    compare: bool,
    as_json: bool,
) -> None:
    """Show what the hedge of CONFIG cost and saved, vintage by vintage and in sum.

    Beside it always stands the comparator that holds less of the core instead,
    at the same average exposure. Nothing is written.
    """
    if instrument is not None:
        overrides = (*overrides, f"hedge.instrument={instrument}")
    file = read_plan(config, overrides, prices)
    plan = file.plan
    with file.locating(), stages(shown=not as_json) as stage:
        stage("loading libraries")
        from strategy import api

        stage("reading data")
        market = api.load_market(plan)
        names = INSTRUMENT_NAMES if compare else (plan.hedge.instrument,)
        reports = {}
        for done, name in enumerate(names):
            stage(f"hedge: {name}", done, len(names))
            reports[name] = api.hedge(plan, market, instrument=name)
    if as_json:
        document = {name: report.as_dict() for name, report in reports.items()}
        shown = document if compare else document[names[0]]
        tell_json(shown, sort=False, ascii=True)
        return
    from reports.terminal.hedge import comparison, tables
    from reports.terminal.wide import print_parts

    for table in [comparison(reports)] if compare else tables(reports[names[0]]):
        print_parts([table, ""], whole=True)
