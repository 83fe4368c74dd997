"""`simulate runs`: what has been run, and keeping it tidy."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from market.errors import InputError
from strategy.commands.frame.group import Commands
from strategy.commands.frame.lines import tell, tell_json

if TYPE_CHECKING:
    from reports.stored.runs_database import Entry, Listing

_HOME = click.option(
    "--runs", "home", default="runs", show_default=True, metavar="DIR", help="Folder of the runs."
)
_NAME = click.option("--name", default="", metavar="TEXT", help="Plans whose name holds TEXT.")
_SINCE = click.option("--since", default="", metavar="DATE", help="Written on DATE or later.")
_UNTIL = click.option("--until", default="", metavar="DATE", help="Written on DATE or earlier.")
_WHERE = click.option(
    "--where",
    multiple=True,
    metavar="TEST",
    help="A figure's bound, for example 'cagr>0.05'. Repeatable.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

SORTS = ("written", "name", "n", "mean", "hit_rate", "hedge_mean", "cagr", "sharpe", "max_drawdown")


@click.group(
    cls=Commands,
    invoke_without_command=True,
    homes={
        "list": ("strategy.commands.runs:list_command", "Runs with their key figures."),
        "show": ("strategy.commands.runs:show_run", "One run: figures and files."),
        "open": ("strategy.commands.runs:open_run", "Open a run's page in the browser."),
        "prune": ("strategy.commands.runs:prune_runs", "Delete old runs."),
        "rebuild": ("strategy.commands.runs:rebuild_index", "Make the index anew."),
    },
)
@click.pass_context
def runs(ctx: click.Context) -> None:
    """List, show, open and delete what has been run; without a command: list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command)


@click.command("list")
@_HOME
@_NAME
@_SINCE
@_UNTIL
@_WHERE
@click.option("--sort", type=click.Choice(SORTS), default="written", show_default=True)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N runs.")
@_JSON
def list_command(
    home: str = "runs",
    name: str = "",
    since: str = "",
    until: str = "",
    where: tuple[str, ...] = (),
    sort: str = "written",
    limit: int | None = None,
    as_json: bool = False,
) -> None:
    """List the runs in a folder, newest or largest first, with their key figures."""
    from reports.stored.runs_database import list_runs, matching

    listing = list_runs(Path(home))
    found = matching(
        listing.entries, name=name, since=_day(since, "--since"), until=_day(until, "--until"),
        where=where,
    )  # fmt: skip
    if sort == "name":
        found.sort(key=lambda e: e.name)
    elif sort != "written":
        found.sort(key=lambda e: _sinking(getattr(e, sort)))
    found = found[:limit]
    _tell_damaged(listing)
    if as_json:
        differing = _differing(found, home)
        rows = [
            asdict(e) | {"path": str(Path(home) / e.folder), "differs": differing.get(e.folder, {})}
            for e in found
        ]
        tell_json(rows, sort=False)
        return
    if not found:
        from reports.terminal.runs import none_listed

        tell(none_listed(home, any_there=bool(listing.entries)))
        return
    _print_listing(found, home)


@click.command("show")
@click.argument("run", metavar="RUN")
@_HOME
@_JSON
def show_run(run: str, home: str, as_json: bool) -> None:
    """Show the figures and files of RUN: a folder, an id or its beginning, or a plan's name."""
    from reports.stored.runs_database import read_entry
    from strategy.compare.stored import find_run

    found = find_run(run, home)
    entry = read_entry(found.folder)
    files = sorted(path.name for path in found.folder.iterdir())
    if as_json:
        document = asdict(entry) | {
            "path": str(found.folder), "files": files, "command": found.record.get("command"),
        }  # fmt: skip
        tell_json(document, sort=False)
        return
    from reports.terminal.runs import one

    for line in one(entry, found, files):
        tell(line)


@click.command("open")
@click.argument("run", metavar="RUN")
@click.option(
    "--page",
    type=click.Choice(("report", "tearsheet")),
    default="report",
    show_default=True,
    help="Which of its pages.",
)
@click.option("--print", "only_print", is_flag=True, help="Print the page's path, open nothing.")
@_HOME
def open_run(run: str, page: str, only_print: bool, home: str) -> None:
    """Open a page of RUN in the browser."""
    from strategy.compare.stored import find_run

    path = find_run(run, home).folder / f"{page}.html"
    if not path.is_file():
        raise InputError(
            f"has no {path.name}", where=str(path.parent), do="run the plan again without --no-…"
        )
    tell(str(path))
    if not only_print:
        import webbrowser

        if not webbrowser.open(path.resolve().as_uri()):
            raise InputError("no browser was found", do="open the path above by hand")


@click.command("prune")
@_HOME
@_NAME
@click.option(
    "--keep", type=click.IntRange(min=0), metavar="N", help="Keep the newest N runs of each plan."
)
@click.option(
    "--older-than", type=click.IntRange(min=0), metavar="DAYS", help="Only runs older than DAYS."
)
@_WHERE
@click.option("--dry-run", is_flag=True, help="Say what would be deleted and delete nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def prune_runs(
    home: str,
    name: str,
    keep: int | None,
    older_than: int | None,
    where: tuple[str, ...],
    dry_run: bool,
    yes: bool,
) -> None:
    """Delete runs: all but the newest N of each plan, those older than some days, or both.

    Only what simulate run wrote is deleted. A folder in which something else
    lies stays, with that in it.
    """
    from reports.stored.runs_database import list_runs, matching, remove_run
    from reports.terminal import runs as screen

    if keep is None and older_than is None and not where:
        raise InputError(
            "nothing says which runs to delete",
            where="prune",
            expected="--keep N, --older-than DAYS or --where TEST",
        )
    path = Path(home)
    entries = list_runs(path).entries
    chosen = matching(entries, name=name, where=where)
    if keep is not None:
        kept = {e.folder for plan in {e.name for e in entries} for e in _of(entries, plan)[:keep]}
        chosen = [e for e in chosen if e.folder not in kept]
    if older_than is not None:
        border = (dt.datetime.now(dt.UTC) - dt.timedelta(days=older_than)).isoformat()
        # a run of unknown age is not old
        chosen = [e for e in chosen if e.written and e.written < border]
    if not chosen:
        tell(screen.NOTHING_TO_DELETE)
        return
    _print_listing(chosen, home)
    if dry_run:
        tell(screen.would_be_deleted(len(chosen)))
        return
    if not yes and not click.confirm(screen.asked(len(chosen), len(entries))):
        tell(screen.NOTHING_DELETED)
        return
    deleted = 0
    for entry in chosen:
        try:
            left = remove_run(path, entry.folder)
        except FileNotFoundError:
            continue  # someone else was faster
        deleted += 1
        if left:
            tell(screen.remains(entry.folder, left), err=True)
    list_runs(path)
    tell(screen.deleted(deleted))


@click.command("rebuild")
@_HOME
def rebuild_index(home: str) -> None:
    """Make the index of the runs anew from their folders."""
    from reports.stored.runs_database import list_runs

    listing = list_runs(Path(home), rebuild=True)
    _tell_damaged(listing)
    from reports.terminal.runs import rebuilt

    tell(rebuilt(home, len(listing.entries)))


def _of(entries: tuple[Entry, ...], plan: str) -> list[Entry]:
    return [e for e in entries if e.name == plan]


def _sinking(value: float | None) -> tuple[bool, float]:
    """Largest first, missing ones last."""
    return value is None, -(value or 0.0)


def _day(text: str, option: str) -> str:
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(f"got {text!r}", where=option, expected="a date, YYYY-MM-DD") from None


def _tell_damaged(listing: Listing) -> None:
    if not listing.damaged:
        return
    from reports.terminal.runs import left_out

    for line in left_out(listing):
        tell(line, err=True)


def _print_listing(entries: list[Entry], home: str) -> None:
    from reports.terminal.runs import differences, listing
    from reports.terminal.wide import print_parts

    print_parts([*listing(entries, home), *differences(entries, _differing(entries, home))])


def _differing(entries: list[Entry], home: str) -> dict[str, dict[str, Any]]:
    """Of each folder whose plan was run more than once: its values of the keys that differ."""
    from strategy.compare.settings import differing_settings
    from strategy.compare.stored import read_run

    out: dict[str, dict[str, Any]] = {}
    for name in dict.fromkeys(e.name for e in entries):
        folders = [e.folder for e in entries if e.name == name]
        if len(folders) > 1:
            rows = differing_settings([read_run(Path(home) / folder) for folder in folders])
            for i, folder in enumerate(folders):
                out[folder] = {key: values[i] for key, values in rows}
    return out
