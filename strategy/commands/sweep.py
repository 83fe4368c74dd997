"""`simulate sweep`: a plan with many settings, into one folder; `simulate sweep query`: ask it."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import click

from reports.terminal.progress import bar
from strategy.commands.frame.group import TYPED, Mistake
from strategy.commands.frame.lines import tell, tell_json, tell_text
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import data_version_option

SWEEPS = "sweeps"


class SweepGroup(click.Group):
    """Takes a file in place of a command: ``sweep FILE`` is ``sweep run FILE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("sweep", cls=SweepGroup)
def sweep() -> None:
    """Run a plan with many settings of its keys, and ask about what came of it.

    `simulate sweep FILE` runs a sweep file (docs/sweep.md), or one that comes
    with the program: sweep_stop_target, sweep_hedge, sweep_million.
    """


@sweep.command("run")
@click.argument("config", metavar="CONFIG")
@click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Override a key of the base plan, for example costs.fee_bps=2. Repeatable.",
)
@click.option("--prices", metavar="FILE", help="File of the traded index, for data.prices.")
@data_version_option
@click.option(
    "--out", default=SWEEPS, show_default=True, metavar="DIR", help="Folder that gets the sweep's."
)
@click.option(
    "--rank-by",
    metavar="METRIC",
    help="Metric that ranks, colours and is the page's axis, for example lead, sharpe, calmar: "
    "sweep.rank_by.",
)
@click.option("--workers", type=int, metavar="N", help="Threads; all there are by default.")
@click.option("--cluster", metavar="URL", help="Dask scheduler, for example tcp://10.0.0.1:8786.")
@click.option("--yes", is_flag=True, help="Run it even if it is large.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Say what it would cost, and stop.")
@language_option("sweep.html")
@click.option("--quiet", "-q", is_flag=True, help="Print the sweep's folder and nothing else.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_context
def run_file(
    ctx: click.Context,
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    out: str,
    rank_by: str | None,
    workers: int | None,
    cluster: str | None,
    yes: bool,
    only_estimate: bool,
    lang: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Run the sweep that CONFIG describes, or go on with it where it was stopped.

    CONFIG is a plan file with a `sweep:` block (docs/sweep.md), or the name of
    one that comes with the program. Files go to DIR/<name>-<id>/; the id comes
    from sweep, data and code, so the same command takes up a sweep that was
    killed, and says so where it is done.
    """
    loud = not (quiet or as_json)
    from strategy import api
    from strategy.sweep.evidence.judge import JudgeError
    from strategy.sweep.work.run import prepare

    found = api.load_sweep(config, overrides, prices=prices, rank_by=rank_by)
    ready = prepare(found, workers=workers, yes=yes or only_estimate)
    if loud or only_estimate:
        from reports.terminal.sweep import announcement

        for line in announcement(ready, workers):
            tell(line, err=True)
    if only_estimate:
        return
    crew = None
    if cluster is not None:
        from strategy.sweep.work.cluster import ClusterCrew

        crew = ClusterCrew(cluster)
        crew.check()
    with bar(loud) as progress:
        try:
            answer = api.sweep(
                found, out, workers=workers, crew=crew, progress=progress, prepared=ready
            )
        except JudgeError as error:
            raise Disagreement(str(error)) from error
        done, evidence = answer.run, answer.evidence
        progress("sweep.html", 0, 1)
        from reports.sweep.page import write_sweep_page

        typed = ctx.meta.get(TYPED, ["simulate", "sweep", config])
        write_sweep_page(done.folder.path, command=shlex.join(typed), language=lang)
    if as_json:
        document = {"folder": str(done.folder.path), **done.summary, "evidence": evidence}
        tell_json(document, sort=False, ascii=True)
    elif quiet:
        tell(str(done.folder.path))
    else:
        from reports.terminal.sweep import summary
        from reports.terminal.wide import print_parts

        print_parts(summary(done), whole=True)
        tell(evidence["verdict"])


@sweep.command("query")
@click.argument("run", metavar="RUN")
@click.argument("sql", metavar="SQL")
@click.option(
    "--out", default=SWEEPS, show_default=True, metavar="DIR", help="Folder that holds sweeps."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, all rows.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, all rows.")
def query_run(run: str, sql: str, out: str, as_csv: bool, as_json: bool) -> None:
    """Answer SQL about a sweep.

    RUN is a sweep's folder or the beginning of its name. Tables: variants (one
    row a variant) and vintages (returns by year). Keys of the plan have dots in
    their names and are quoted, for example: select "tactical.stop", avg(sharpe)
    from variants group by 1 order by 1
    """
    from strategy.sweep.work.folder import find_folder
    from strategy.sweep.work.query import query

    answer = query(find_folder(run, Path(out)), sql)
    if as_json:
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        tell_json(rows, sort=False, ascii=True, other=str)
    elif as_csv:
        import csv

        from market.inert import inert

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        for row in (answer.columns, *answer.rows):
            writer.writerow([inert(cell) if isinstance(cell, str) else cell for cell in row])
        tell_text(text.getvalue())
    else:
        from reports.terminal.sweep import answer as rows_of
        from reports.terminal.wide import print_parts

        print_parts(rows_of(answer.columns, answer.rows), whole=True)


class Disagreement(Mistake):
    """The judge stopped the sweep: a fault of the program, not of the user."""

    exit_code = 1
