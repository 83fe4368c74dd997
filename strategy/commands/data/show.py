"""`simulate data`: the series a plan can use, as a list and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strategy.commands.frame.group import Commands
from strategy.commands.frame.plan_options import read_plan

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from market.container import Market

_PLAN = click.option(
    "--plan", "config", metavar="CONFIG", help="Series as this plan loads them, its files included."
)
_CACHE = click.option(
    "--data-version",
    "version",
    metavar="VERSION",
    help="Series as data.source: auto reads them from this version of the cache, or 'newest'.",
)


@click.group(
    cls=Commands,
    homes={
        "list": (
            "strategy.commands.data.show:list_series",
            "Every series: range, source, lag, age.",
        ),
        "export": ("strategy.commands.data.show:export_series", "Write one series to a file."),
        "update": ("strategy.commands.data.update:update_data", "Download what is new."),
        "doctor": ("strategy.commands.data.doctor:examine_sources", "Try each live source once."),
        "versions": ("strategy.commands.data.update:list_versions", "Versions of the cache."),
        "confirm": ("strategy.commands.data.update:confirm_data", "Decide on held-back downloads."),
    },
)
def data() -> None:
    """List, export and update the series a plan can use."""


@click.command("list")
@click.argument("series", nargs=-1, metavar="[SERIES]...")
@_PLAN
@_CACHE
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
def list_series(
    series: tuple[str, ...], config: str | None, version: str | None, as_json: bool
) -> None:
    """List every series with its range, rows, source, lag, staleness and age.

    A figure is used from the day it is known, and until it is older than its
    limit; both are counted from the last day that it describes. The age is
    today's. Name SERIES to read what is known to be wrong with them.
    """
    from market.series.catalogue import find
    from market.sources.listing import listing

    table = listing(_market(config, version))
    for name in series:
        if name not in set(table["id"]):
            find(name)  # says what was meant
    if series:
        table = table[table["id"].isin(series)]
    if as_json:
        click.echo(table.to_json(orient="records", indent=2, force_ascii=False))
        return
    from rich.console import Console

    Console(highlight=False).print(_table(table, defects=bool(series)))


@click.command("export")
@click.argument("series", metavar="SERIES")
@click.option("--out", required=True, metavar="FILE", help="File to write: .csv or .parquet.")
@_PLAN
@_CACHE
def export_series(series: str, out: str, config: str | None, version: str | None) -> None:
    """Write SERIES to a file that a plan can read back.

    The file is written whole or not at all; an earlier one is replaced.
    """
    from market.sources.listing import export

    click.echo(str(export(series, out, _market(config, version))))


def _market(config: str | None, version: str | None = None) -> Market | None:
    if config is None and version is None:
        return None
    from contextlib import nullcontext

    from market import load
    from strategy.plan import Data

    file = read_plan(config) if config is not None else None
    data = file.plan.data if file is not None else Data()
    if version is not None:
        # another version of the plan's own files and window
        chosen: dict[str, Any] = {"source": "auto"}
        chosen["version"] = None if version == "newest" else version
        data = data.model_copy(update=chosen)
    with file.locating() if file is not None else nullcontext():
        return load(data)


def _table(listing: pd.DataFrame, *, defects: bool) -> RenderableType:
    """The loaded series with their notes, then the names of those a user can bring."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("series", "from", "to", "rows", "age", "limit"):
        align: Any = "left" if name in ("series", "from", "to") else "right"
        table.add_column(name, justify=align, no_wrap=True)
    notes = Table.grid(padding=(0, 2, 0, 0))
    notes.add_column(no_wrap=True)
    notes.add_column(overflow="fold")
    absent = Table.grid(padding=(0, 2, 0, 0))
    absent.add_column(no_wrap=True)
    absent.add_column(overflow="fold")
    for row in listing.to_dict("records"):
        if row["status"] == "not loaded":
            absent.add_row(Text(row["id"]), Text(row["title"]))
            continue
        stale = row["age_days"] > row["staleness_days"]
        table.add_row(
            Text(row["id"]),
            row["from"],
            row["to"],
            f"{row['rows']:,}",
            Text(f"{row['age_days']:,} d", style="red" if stale else ""),
            f"{row['staleness_days']} d",
        )
        origin = "file " if row["status"] == "file" else ""
        note = Text(f"{row['title']} ({row['unit']}); known {row['lag']}; from {origin}")
        note.append(row["source"])
        notes.add_row(Text(row["id"]), note)
        if defects and row["defects"]:
            notes.add_row("", Text(f"known defects: {row['defects']}"))
    parts: list[RenderableType] = []
    if table.row_count:
        title = "\nWhat they are, when they are known, where they are from"
        parts = [table, Text(title, style="bold"), notes]
    if absent.row_count:
        title = "Not loaded; bring a file with data.files"
        parts += [Text(f"\n{title}" if parts else title, style="bold"), absent]
    return Group(*parts)
