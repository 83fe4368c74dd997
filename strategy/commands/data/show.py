"""`simulate data`: the series a plan can use, as a list and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strategy.commands.frame.group import Commands
from strategy.commands.frame.lines import tell
from strategy.commands.frame.plan_options import NEWEST, read_plan

if TYPE_CHECKING:
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
        "check": ("strategy.commands.data.check:check_file", "Judge a file: what is it taken for?"),
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
        tell(table.to_json(orient="records", indent=2, force_ascii=False))
        return
    from reports.terminal import data as shown
    from reports.terminal.wide import print_parts

    print_parts([shown.series(table, defects=bool(series))])


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

    tell(str(export(series, out, _market(config, version))))


def _market(config: str | None, version: str | None = None) -> Market | None:
    from market.cache import Cache

    if config is None and version is None:
        if not Cache().labels():
            return None
        version = NEWEST  # what a plan reads that says nothing of its data
    from contextlib import nullcontext

    from market import load
    from strategy.plan import Data

    file = read_plan(config) if config is not None else None
    data = file.plan.data if file is not None else Data()
    if version is not None:
        # another version of the plan's own files and window
        chosen: dict[str, Any] = {"source": "auto"}
        chosen["version"] = None if version == NEWEST else version
        data = data.model_copy(update=chosen)
    with file.locating() if file is not None else nullcontext():
        return load(data)
