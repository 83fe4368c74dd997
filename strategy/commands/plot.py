"""`simulate plot` and `simulate table`: one chart or one table of a run as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from market.errors import InputError
from strategy.commands.frame.lines import tell, tell_text
from strategy.commands.frame.page_options import language_option, runs_option


@click.command("plot")
@click.argument("run", metavar="RUN")
@click.argument("chart", metavar="[CHART]", required=False)
@click.option("--out", metavar="FILE", help="File to write: .svg or .png.")
@click.option("--year", type=int, metavar="YEAR", help="Vintage, for a chart of one vintage.")
@click.option(
    "--width",
    type=click.IntRange(300, 4000),
    default=920,
    show_default=True,
    metavar="PIXELS",
    help="Below 500 a chart takes the form it has on phones.",
)
@click.option("--dark", is_flag=True, help="Light on dark.")
@language_option("the chart")
@runs_option
def plot(
    run: str,
    chart: str | None,
    out: str | None,
    year: int | None,
    width: int,
    dark: bool,
    lang: str,
    home: str,
) -> None:
    """Write CHART of RUN to a file; without CHART, list the charts.

    RUN is the folder of a run, its id or the beginning of it, or the name of a
    plan that was run once.
    """
    from reports.run.charts import CHARTS
    from strategy.compare.stored import find_run, without_legs

    found = without_legs(find_run(run, home))
    if chart is None:
        from reports.terminal.plot import charts

        for line in charts(CHARTS):
            tell(line)
        return
    if out is None:
        raise InputError("says no file", where="--out", expected="a name ending in .svg or .png")
    suffix = Path(out).suffix.lower()
    if suffix not in (".svg", ".png"):
        raise InputError(f"got {out!r}", where="--out", expected="a name ending in .svg or .png")
    from market.atomic import write_whole
    from reports.drawing.picture import draw_file

    scheme: Literal["light", "dark"] = "dark" if dark else "light"
    content = draw_file(
        found, chart, png=suffix == ".png", width=width, year=year, language=lang, scheme=scheme
    )
    tell(str(write_whole(out, content)))


@click.command("table")
@click.argument("run", metavar="RUN")
@click.argument("name", metavar="[TABLE]", required=False)
@click.option("--out", metavar="FILE", help="CSV file to write; printed where not given.")
@runs_option
def table(run: str, name: str | None, out: str | None, home: str) -> None:
    """Write TABLE of RUN as CSV; without TABLE, list the tables.

    Returns are fractions, dates ISO, missing values empty cells.
    """
    from reports.stored.tables import HEDGE_TABLES, TABLES, table_csv
    from strategy.compare.stored import find_run, without_legs

    found = without_legs(find_run(run, home))
    if name is None:
        for known in (*TABLES, *HEDGE_TABLES):
            tell(known)
        return
    if out is not None and Path(out).suffix.lower() != ".csv":
        raise InputError(f"got {out!r}", where="--out", expected="a name ending in .csv")
    text = table_csv(found, name)
    if out is None:
        tell_text(text)
        return
    from market.atomic import write_whole

    tell(str(write_whole(out, text.encode())))
