"""`simulate compare`: runs side by side, on a page and on screen."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from market.errors import InputError
from strategy.commands.frame.group import TYPED
from strategy.commands.frame.page_options import language_option, runs_option
from strategy.commands.frame.stages import stages

if TYPE_CHECKING:
    from rich.console import RenderableType

    from reports.compare.comparison import Comparison
    from reports.stored.runs import StoredRun


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
        from reports.compare.comparison import compare
        from reports.compare.page import build_comparison, comparison_dict

        comparison = compare(_read(runs, home), different_data=different_data)
        stage("comparing")
        command = shlex.join(ctx.meta.get(TYPED, ["simulate", "compare", *runs]))
        page = build_comparison(comparison, command=command, language=lang)
        stage("writing")
        path = write_whole(out, page.encode())
    if as_json:
        from market.serialise import json_text

        document = {"page": str(path)} | comparison_dict(comparison)
        click.echo(json_text(document, sort=False), nl=False)
    elif quiet:
        click.echo(str(path))
    else:
        from rich.console import Console

        console = Console(highlight=False)
        for part in _summary(comparison):
            console.print(part)
        console.print(str(path), style="bold", markup=False)


def _read(names: tuple[str, ...], home: str) -> list[StoredRun]:
    from reports.stored.runs import find_run, read_run, run_folders

    found: list[StoredRun] = []
    for name in names:
        folder = Path(name)
        if "\0" not in name and folder.is_dir() and not (folder / "run.json").exists():
            below = [read_run(path) for path in run_folders(folder)]
            if not below:
                raise InputError(
                    "holds no run", where=name, expected="a run's folder, or a folder of runs"
                )
            found += sorted(below, key=lambda run: str(run.record.get("times", {}).get("written")))
        else:
            found.append(find_run(name, home))
    return found


def _summary(comparison: Comparison) -> list[RenderableType]:
    from markupsafe import Markup
    from rich.text import Text

    from reports.compare.comparison import PAIRED
    from reports.compare.page import kind_of_difference, notes, verdicts
    from reports.text.fields import field
    from reports.text.format import setting, show

    letters = comparison.letters
    out: list[RenderableType] = [
        Text(f"{letter}  {run.name}  {run.id}", overflow="fold")
        for letter, run in zip(letters, comparison.runs, strict=True)
    ]
    out.append(Text())
    out += [Text(Markup(text).striptags(), overflow="fold") for text in verdicts(comparison)]
    out += [Text(f"note: {text}", overflow="fold") for text in notes(comparison)]
    rows = [
        [key, "  ".join(f"{letters[i]} {setting(v)}" for i, v in enumerate(values))]
        for key, values in comparison.settings
    ]
    out.append(_table("Settings that differ", ["key", "values"], rows))
    rows = []
    for i, measure in enumerate(comparison.measures if comparison.path_differences[0] else ()):
        kind = field(measure).kind
        first = comparison.path_differences[0][i].first
        rows.append([field(measure).label, "A", show(first, kind), "", ""])
        for letter, differences in zip(letters[1:], comparison.path_differences, strict=True):
            d, signed = differences[i], kind_of_difference(measure)
            interval = "" if d.low is None else f"{show(d.low, signed)} to {show(d.high, signed)}"
            rows.append(["", letter, show(d.other, kind), show(d.value, signed), interval])
    heads = ["measure", "", "value", "less A", "95% interval"]
    out.append(_table("Daily path, common sessions", heads, rows))
    rows = []
    for path, values in comparison.figures:
        if path in ("tactical.n", "tactical.mean", "tactical.hit_rate", "hedge.n", "hedge.mean"):
            for i, value in enumerate(values):
                rows.append(["" if i else path, letters[i], show(value, field(path).kind)])
    out.append(_table("Vintages, each run over its own", ["figure", "", "value"], rows))
    rows = []
    for letter, run in comparison.others:
        for column in PAIRED:
            s, signed = comparison.paired_statistics(run, column), kind_of_difference(column)
            low, high = s.get("mean_low"), s.get("mean_high")
            interval = "" if low is None else f"{show(low, signed)} to {show(high, signed)}"
            rows.append([column, letter, str(s["n"]), show(s.get("mean"), signed), interval])
    heads = ["mean of differences", "", "n", "less A", "95% interval"]
    out.append(_table("Vintages in pairs: those that both runs have complete", heads, rows))
    return out


def _table(title: str, heads: list[str], rows: list[list[Any]]) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for i, head in enumerate(heads):
        words = i == 0 or head == "values"
        table.add_column(head, justify="left" if words else "right", overflow="fold")
    for row in rows or [["none", *[""] * (len(heads) - 1)]]:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
