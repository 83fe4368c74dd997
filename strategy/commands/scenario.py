"""`simulate scenario`: a plan on ten thousand futures from one day and price."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.group import TYPED
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import plan_options

if TYPE_CHECKING:
    from strategy.scenario.settings import Scenario


@click.command("scenario")
@plan_options
@click.option("--paths", type=int, metavar="N", help="Futures of each world.")
@click.option("--seed", type=int, metavar="S", help="Seed of the generator.")
@click.option(
    "--world",
    "worlds",
    multiple=True,
    metavar="NAME",
    help="bootstrap, lookalike, analog, garch, replay, or a shock of the plan file. Repeatable.",
)
@click.option("--workers", type=click.IntRange(1, 256), metavar="N", help="Threads; all cores.")
@click.option("--as-of", metavar="DATE", help="The day the plan starts, at its close.")
@click.option(
    "--calibrate",
    is_flag=True,
    help="Instead: forecast every past vintage with only its past, and score the forecasts.",
)
@click.option(
    "--out", default="scenarios", show_default=True, metavar="DIR", help="Folder of the outputs."
)
@language_option("the page")
@click.option("--quiet", "-q", is_flag=True, help="Print the folder and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON document.")
@click.pass_context
def scenario_plan(
    ctx: click.Context,
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    paths: int | None,
    seed: int | None,
    worlds: tuple[str, ...],
    workers: int | None,
    as_of: str | None,
    calibrate: bool,
    out: str,
    lang: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Put CONFIG through resampled futures and say what its odds are.

    CONFIG is a plan file, with a scenario: block where the day, the price, the
    worlds or shocks are to be stated. Without one the plan starts on the last
    anchor in the data. Files go to DIR/<plan>-<id>/.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"got {out!r}", where="--out", expected="a folder, this is a file")
    from strategy.api import load_scenario

    found = load_scenario(config, overrides, prices=prices)
    scenario = _with_options(found.scenario, paths, seed, worlds, as_of)
    with found.file.locating(), stages(shown=not (quiet or as_json)) as stage:
        stage("reading data")
        from strategy import api

        market = api.load_market(found.plan)
        if calibrate:
            from strategy.scenario.odds.calibration import calibrate as score_forecasts

            figures = score_forecasts(found.plan, scenario, market, workers=workers, progress=stage)
            from reports.scenario.files import write_calibration

            place, files = write_calibration(figures, folder, language=lang)
            seconds = 0.0
        else:
            result = api.scenario(found.plan, scenario, market, workers=workers, progress=stage)
            stage("files")
            from reports.scenario.files import write_scenario

            place, files = write_scenario(
                result, folder, command=ctx.meta.get(TYPED), language=lang
            )
            figures, seconds = result.figures, sum(result.seconds.values())
    if as_json:
        document = {"folder": str(place), "files": list(files), **figures}
        tell_json(document, ascii=True)
    elif quiet:
        tell(str(place))
    else:
        from reports.terminal.wide import print_parts

        if calibrate:
            from reports.terminal.calibration import summarise_calibration

            answer = summarise_calibration(figures, place, files)
        else:
            from reports.terminal.scenario import summarise

            answer = summarise(figures, place, files, seconds)
        print_parts([answer])


def _with_options(
    scenario: Scenario,
    paths: int | None,
    seed: int | None,
    worlds: tuple[str, ...],
    as_of: str | None,
) -> Scenario:
    """The scenario with what the command line says in place of the file's."""
    from strategy.scenario.scenario_file import validated
    from strategy.scenario.settings import as_date

    changes: dict[str, Any] = {}
    if paths is not None:
        changes["paths"] = paths
    if seed is not None:
        changes["seed"] = seed
    if worlds:
        changes["worlds"] = list(worlds)
    if as_of is not None:
        day = as_date(as_of)
        if day is None:
            raise InputError(f"got {as_of!r}", where="--as-of", expected="a date as YYYY-MM-DD")
        if scenario.as_of != day and scenario.price is not None:
            raise InputError(
                f"got {as_of}, but the plan file states the price {scenario.price:g} of "
                f"{scenario.as_of or 'another day'}",
                where="--as-of",
                do="add --set scenario.price=null, or state the price of that day",
            )
        changes["as_of"] = as_of
        if scenario.history_until and scenario.history_until > day:
            changes["history_until"] = None
    return validated(scenario, changes) if changes else scenario
