"""`simulate run`: a plan on history, its files, and the summary on screen."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from market.errors import InputError
from reports.terminal.progress import stages, without_collector
from strategy.commands.frame.group import TYPED
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import plan_options, read_legs, read_plan

if TYPE_CHECKING:
    from strategy.plan.file.legs_file import LegsFile


@click.command("run")
@plan_options
@click.option(
    "--out", default="runs", show_default=True, metavar="DIR", help="Folder that gets the run's."
)
@click.option("--no-tearsheet", is_flag=True, help="Leave out tearsheet.html.")
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@click.option(
    "--no-what-if", is_flag=True, help="Leave the plan's other settings out of report.html."
)
@language_option("report.html")
@click.option(
    "--audit", metavar="DIR", help="Folder of an audit: report.html shows its claims too."
)
@click.option("--quiet", "-q", is_flag=True, help="Print the run's folder and nothing else.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print paths and metrics as one JSON document."
)
@click.pass_context
@without_collector()
def run_plan(
    ctx: click.Context,
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    out: str,
    no_tearsheet: bool,
    no_report: bool,
    no_what_if: bool,
    lang: str,
    audit: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run CONFIG on history, write what happened, print a summary.

    CONFIG is a YAML file, or the name of a plan that comes with the program
    (short_long, as_written, structural). Files go to DIR/<plan>-<id>/; the id
    comes from plan, data and code, so the same run lands in the same place.
    """
    legs = read_legs(config, overrides, prices)
    if legs is not None:
        if audit is not None:
            raise InputError(
                "a plan with `legs` has no page for claims yet", where="--audit", do="leave it out"
            )
        _run_legs(ctx, legs, out, not no_report, lang, quiet, as_json)
        return
    file = read_plan(config, overrides, prices)
    plan = file.plan
    from reports.tearsheet.process import tearsheet_process

    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"got {out!r}", where="--out", expected="a folder, this is a file")
    with (
        file.locating(),
        tearsheet_process(wanted=not no_tearsheet) as sheet,
        stages(shown=not (quiet or as_json)) as stage,
    ):
        stage("loading libraries")
        from reports.run.folder import run_folder, write_run
        from strategy import api

        stage("reading data")
        market = api.load_market(plan)
        result = api.run(plan, market, progress=stage, simulated=sheet.begin if sheet else None)
        place = folder / run_folder(result)
        again = place.is_dir()
        paths = write_run(
            result,
            folder,
            tearsheet=not no_tearsheet,
            report=not no_report,
            language=lang,
            audit=audit,
            what_if=not no_what_if,
            sheet=sheet,
            command=ctx.meta.get(TYPED),
            progress=stage,
        )
    from reports.terminal.run import RunFacts, series_by_origin, summarise

    if as_json:
        document = {
            "name": plan.name,
            "run_id": result.run_id,
            "same_as_before": again,
            "folder": str(place),
            "data_version": market.data_version,
            "series": series_by_origin(result.metrics["data"]),
            "files": {name: str(path) for name, path in paths.items() if name != "folder"},
            "metrics": result.metrics,
        }
        tell_json(document, ascii=True)
    elif quiet:
        tell(str(place))
    else:
        from reports.terminal.wide import print_parts

        facts = RunFacts(
            name=plan.name,
            metrics=result.metrics,
            vintages=result.vintages.to_dict("records"),
            folder=place,
            files=[name for name in paths if name != "folder"],
            again=again,
            same_bar=plan.tactical.same_bar,
            data_version=market.data_version if plan.data.source == "auto" else None,
            age=None if plan.data.end else (dt.date.today() - market.sessions[-1].date()).days,
        )
        print_parts([summarise(facts)])


def _run_legs(
    ctx: click.Context,
    file: LegsFile,
    out: str,
    report: bool,
    language: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run a plan of named legs: the same files but the tear sheet, a summary of its own."""
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"got {out!r}", where="--out", expected="a folder, this is a file")
    with file.locating(), stages(shown=not (quiet or as_json)) as stage:
        stage("loading libraries")
        from reports.legs.folder import legs_folder, write_legs_run
        from strategy.legplan.result import run_legs

        result = run_legs(file.plan, progress=stage)
        place = folder / legs_folder(result)
        again = place.is_dir()
        paths = write_legs_run(
            result,
            folder,
            report=report,
            command=ctx.meta.get(TYPED),
            language=language,
            progress=stage,
        )
    files = [name for name in paths if name != "folder"]
    if as_json:
        document = {
            "name": file.plan.name,
            "run_id": result.run_id,
            "same_as_before": again,
            "folder": str(place),
            "files": {name: str(paths[name]) for name in files},
            "metrics": result.metrics,
        }
        tell_json(document, ascii=True)
    elif quiet:
        tell(str(place))
    else:
        from reports.terminal.legs import summary

        for line in summary(result, result.metrics, place, files, again):
            tell(line)
