"""`simulate compare`: runs side by side, on a page and on screen."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from reports.terminal.progress import stages
from strategy.commands.frame.group import TYPED
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.page_options import language_option, runs_option


@click.command("compare")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@runs_option
@click.option(
    "--out", default="compare.html", show_default=True, metavar="FILE", help="Page to write."
)
@click.option(
    "--different-data",
    is_flag=True,
    help="Compare runs that read different data; the page says so.",
)
@language_option("the page")
@click.option("--quiet", "-q", is_flag=True, help="Print the page's path and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as one JSON document.")
@click.pass_context
def compare_runs(
    ctx: click.Context,
    runs: tuple[str, ...],
    home: str,
    out: str,
    different_data: bool,
    lang: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Compare two or more runs; the first is what the others are compared with.

    RUN is the folder of a run, its id or the beginning of it, or the name of a
    plan that was run once. A folder of runs stands for all runs in it, oldest
    first.
    """
    with stages(shown=not (quiet or as_json)) as stage:
        stage("reading runs")
        from market.atomic import write_whole
        from reports.compare.page import build_comparison, comparison_dict
        from strategy import api
        from strategy.compare.stored import as_written

        comparison = api.compare(runs, home, different_data=different_data)
        stage("comparing")
        command = shlex.join(ctx.meta.get(TYPED, ["simulate", "compare", *runs]))
        with as_written(Path(" and ".join(str(run.folder) for run in comparison.runs))):
            page = build_comparison(comparison, command=command, language=lang)
        stage("writing")
        path = write_whole(out, page.encode())
    if as_json:
        document = {"page": str(path)} | comparison_dict(comparison)
        tell_json(document, sort=False)
    elif quiet:
        tell(str(path))
    else:
        from reports.terminal.compare import screen
        from reports.terminal.wide import print_parts

        print_parts(screen(comparison, path))
