"""`simulate data update`, `versions` and `confirm`: the cache of live data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.lines import tell, tell_json, tell_text

if TYPE_CHECKING:
    from market.live.merge.commit import Report

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as one JSON document.")


@click.command("update")
@click.argument("series", nargs=-1, metavar="[SERIES]...")
@click.option(
    "--from", "source", metavar="SOURCE", help="Ask this source; `data doctor` names all."
)
@click.option("--file", "own", metavar="FILE", help="Take one of SERIES from your own file.")
@click.option("--full", is_flag=True, help="Ask for the whole history, not for what is new.")
@click.option("--offline", is_flag=True, help="Ask nobody: say what is cached and how old it is.")
@click.option("--quiet", "-q", is_flag=True, help="Print the data version and nothing else.")
@_JSON
def update_data(
    series: tuple[str, ...],
    source: str | None,
    own: str | None,
    full: bool,
    offline: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Bring SERIES (by default all that have a live source) up to date.

    Downloads go to the cache in your data folder ($SIMULATE_DATA_DIR); a plan
    reads it with data.source: auto. With --file one series comes from a CSV or
    Parquet file, as in data.files, and nobody is asked. What an answer revises is listed; what is
    hard to believe is held back until you confirm it. Earlier versions stay:
    name one as data.version to repeat a run. A key in FRED_API_KEY is used
    for FRED, which also answers without. Exit code 2 if a series could not be
    updated.
    """
    from market.cache import Cache
    from market.live.fetch.http import Http
    from market.live.update import chosen, from_file, update

    cache = Cache()
    shown = not (quiet or as_json)
    told: list[str] = []
    if own is not None:
        if len(series) != 1 or source is not None or full or offline:
            raise InputError(
                "an own file holds one series",
                where="--file",
                expected="one SERIES, and neither --from nor --full nor --offline",
            )
        report = from_file(series[0], own, cache=cache)
    else:
        wanted = chosen(series, source)
        if offline:
            _offline([live.id for live in wanted], cache, as_json)
            return
        with stages(shown) as stage:
            report = update(
                wanted,
                cache=cache,
                http=Http(tell=told.append),
                source=source,
                full=full,
                progress=stage,
            )
    if shown:
        for line in told:
            tell(line, err=True)
    if as_json:
        tell_json(_document(report), sort=False)
    elif quiet:
        tell(report.version)
    else:
        from reports.terminal import data as screen
        from reports.terminal.wide import print_parts

        print_parts(screen.update(report))
    if report.unfinished:
        raise _unfinished(report)


@click.command("versions")
@click.argument("version", required=False)
@_JSON
def list_versions(version: str | None, as_json: bool) -> None:
    """List the versions of the cache, or what VERSION holds and changed."""
    from market.cache import Cache

    cache = Cache()
    if version is None:
        found = [v for v in map(cache.version, cache.labels()) if v is not None]
        rows = [
            {
                "version": v.label,
                "made": v.made,
                "series": len(v.entries),
                "changed": sorted(v.changes),
            }
            for v in found
        ]
        if as_json:
            document = {"folder": str(cache.folder), "versions": rows}
            tell_json(document, sort=False, ascii=True)
            return
        from reports.terminal.data import versions

        for line in versions(found, str(cache.folder)):
            tell(line)
        return
    one = cache.version(version, where="VERSION")
    assert one is not None
    if as_json:
        tell_text(one.content().decode())
        return
    from reports.terminal.data import one_version

    for line in one_version(one):
        tell(line)


@click.command("confirm")
@click.argument("series", nargs=-1, metavar="[SERIES]...")
@click.option("--reject", is_flag=True, help="Forget the downloads of SERIES instead.")
def confirm_data(series: tuple[str, ...], reject: bool) -> None:
    """Take the held-back downloads of SERIES into the cache.

    Without SERIES: list what waits, and why. A confirmed download becomes part
    of the data with a note that a person confirmed it; a revised statistic
    counts as known from the day after its download.
    """
    from market.cache import Cache
    from market.cache.pending import Pending
    from market.live.merge.commit import confirm
    from market.live.merge.commit import reject as forget
    from reports.terminal import data as screen

    cache = Cache()
    waiting = Pending(cache.folder)
    if not series:
        for line in screen.held_back(waiting):
            tell(line)
        return
    for series_id in series:
        waiting.read(series_id)  # all are there, or none is taken
    for series_id in series:
        if reject:
            forget(series_id, cache=cache)
            tell(screen.forgotten(series_id))
        else:
            version = confirm(series_id, cache=cache)
            tell(screen.taken(series_id, version))


def _offline(wanted: list[str], cache: Any, as_json: bool) -> None:
    import datetime as dt

    version = cache.version()
    today = dt.date.today()
    rows = []
    for series_id in wanted:
        entry = version.entries.get(series_id) if version is not None else None
        age = (today - dt.date.fromisoformat(entry.last)).days if entry else None
        rows.append(
            {
                "series": series_id,
                "last": entry.last if entry else None,
                "age_days": age,
                "source": entry.source if entry else None,
                "fetched": entry.fetched if entry else None,
            }
        )
    label = version.label if version is not None else ""
    if as_json:
        document = {"version": label, "offline": True, "series": rows}
        tell_json(document, sort=False, ascii=True)
        return
    from reports.terminal.data import cached

    for line in cached(rows, label):
        tell(line)


def _document(report: Report) -> dict[str, Any]:
    return {
        "version": report.version,
        "before": report.before,
        "series": [asdict(outcome) for outcome in report.outcomes],
    }


def _unfinished(report: Report) -> InputError:
    from reports.terminal.data import few

    def named(status: str) -> list[str]:
        return [o.series for o in report.unfinished if o.status == status]

    held, silent = named("held"), [*named("failed"), *named("skipped")]
    parts = []
    if silent:
        parts.append(f"{few(silent)} could not be updated")
    if held:
        parts.append(f"{few(held)} held back")
    return InputError(
        "; ".join(parts),
        do="`simulate data confirm` lists what is held back and why"
        if held
        else "the cache keeps what it had",
    )


__all__ = ["confirm_data", "list_versions", "update_data"]
