"""Bring series up to date: ask their sources for what is new, and hand on what they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pandas as pd

from market.cache.store import Cache
from market.errors import InputError
from market.live.fetch.http import Http, check_online
from market.live.fetch.refusal import SourceError
from market.live.hosts.own_file import OwnFile
from market.live.hosts.source import Fetched, Source
from market.live.merge.commit import Outcome, Report, write
from market.live.merge.series import LIVE, LiveSeries
from market.series.catalogue import CATALOGUE, find
from market.sources.bundled import manifest

OVERLAP = dt.timedelta(days=400)
"""How far back an update asks again: far enough to see revisions and splits."""

Progress = Callable[[str, int, int], None]


def default_sources() -> dict[str, Source]:
    """Every source by name, at its public address: `SOURCE` of each module of `market.live.hosts`.

    In the order in which the live series name them.
    """
    from market.live import hosts

    modules = (import_module(f"{hosts.__name__}.{m.name}") for m in iter_modules(hosts.__path__))
    found = {m.SOURCE.name: m.SOURCE for m in modules if hasattr(m, "SOURCE")}
    named = dict.fromkeys(name for live in LIVE.values() for name in live.sources)
    return {name: found[name] for name in (*named, *(n for n in found if n not in named))}


def chosen(series: Sequence[str], source: str | None = None) -> list[LiveSeries]:
    """The live series named, all by default; with `source`, those that it has.

    Raises
    ------
    InputError
        For an unknown id, a series without a live source, or a source that
        does not have it.
    """
    names = dict.fromkeys(name for live in LIVE.values() for name in live.sources)
    if source is not None and source not in names:
        raise InputError(
            f"unknown source {source!r}", where="--from", expected=f"one of {', '.join(names)}"
        )
    if not series:
        return [live for live in LIVE.values() if source is None or source in live.sources]
    found = []
    for series_id in dict.fromkeys(series):
        find(series_id)
        live = LIVE.get(series_id)
        if live is None:
            raise InputError(
                f"series {series_id!r} has no live source",
                expected=f"one of {', '.join(LIVE)}",
                do=f"bring it as a file: `simulate data update {series_id} --file FILE`, or "
                f"data.files.{series_id} in a plan",
            )
        if source is not None and source not in live.sources:
            raise InputError(
                f"{source} does not have {series_id!r}",
                where="--from",
                expected=" or ".join(live.sources),
            )
        found.append(live)
    return found


def from_file(
    series_id: str,
    path: Path | str,
    *,
    cache: Cache,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Report:
    """Take a user's own file into the cache; checked as a download is, and nobody is asked.

    Parameters
    ----------
    series_id : str
        Any series of the catalogue.
    path : path
        As `data.files` takes it; of the traded index with whole bars.
    cache : Cache
    now : callable, optional
        The clock, UTC.

    Raises
    ------
    InputError
        For an unknown series, the first thing wrong in the file, or a cache
        that cannot be written to.
    """
    find(series_id)
    cache.check_writable()
    before = cache.version()
    moment = now()
    fetched = OwnFile(Path(path)).fetch(series_id, None, since=None, now=moment)
    check_form(series_id, fetched, moment)
    outcomes: dict[str, Outcome] = {}
    version = write(cache, {series_id: (fetched, moment)}, outcomes, moment)
    outcome = outcomes[series_id]
    bundled = manifest().get(series_id)
    if bundled is not None and outcome.last <= str(bundled["last"]):
        line = f"not newer than the series that comes with the program, to {bundled['last']}: "
        outcome = replace(outcome, lines=(*outcome.lines, line + "plans go on reading that"))
    return Report(
        (outcome,),
        version.label if version else "",
        before.label if before else "",
    )


def update(
    series: Sequence[LiveSeries],
    *,
    cache: Cache,
    http: Http,
    sources: Mapping[str, Source] | None = None,
    source: str | None = None,
    full: bool = False,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    progress: Progress | None = None,
) -> Report:
    """Download `series`, check them, and write those that pass as one version.

    Nothing is locked while downloading. What was downloaded is merged with
    the cache as it is by then, so that two updates at once lose nothing.

    Parameters
    ----------
    series : sequence of LiveSeries
    cache : Cache
    http : Http
    sources : mapping of str to Source, optional
        `default_sources` by default.
    source : str, optional
        Ask this one instead of each series' first.
    full : bool
        Ask for the whole history, not for the last `OVERLAP` before what is cached.
    now : callable, optional
        The clock, UTC.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Raises
    ------
    InputError
        If the cache cannot be written to or read.
    """
    check_online()
    sources = default_sources() if sources is None else sources
    cache.check_writable()
    version = cache.version()
    answers: dict[str, tuple[Fetched, dt.datetime]] = {}
    outcomes: dict[str, Outcome] = {}
    down: dict[str, str] = {}
    for done, live in enumerate(series):
        name = source or live.sources[0]
        if progress:
            progress(f"{live.id} from {name}", done, len(series))
        entry = version.entries.get(live.id) if version else None
        last = entry.last if entry else ""
        if name in down:
            outcomes[live.id] = Outcome(live.id, "skipped", name, last, lines=(down[name],))
            continue
        since = None
        if entry is not None and not full:
            since = dt.date.fromisoformat(entry.last) - OVERLAP
        try:
            answers[live.id] = _ask(sources[name], live, http, since, now)
        except SourceError as error:
            outcomes[live.id] = Outcome(live.id, "failed", name, last, lines=(error.line(),))
            if error.down:
                down[name] = f"not asked: {name} did not answer before"
    before = version.label if version else ""
    if answers:
        version = write(cache, answers, outcomes, now())
    if progress:
        progress("done", len(series), len(series))
    return Report(
        tuple(outcomes[live.id] for live in series), version.label if version else "", before
    )


def _ask(
    source: Source,
    live: LiveSeries,
    http: Http,
    since: dt.date | None,
    now: Callable[[], dt.datetime],
) -> tuple[Fetched, dt.datetime]:
    """A well-formed answer; one that looks cut or garbled is asked for once more."""
    for last in (False, True):
        moment = now()
        try:
            fetched = source.fetch(live.id, http, since=since, now=moment)
            check_form(live.id, fetched, moment)
            return fetched, moment
        except SourceError as error:
            if last or error.down or not error.again:
                raise
    raise AssertionError("unreachable: the last attempt raises")


def check_form(series_id: str, fetched: Fetched, moment: dt.datetime) -> None:
    """Refuse what no adapter may let through: no figures, days out of order or yet to come.

    Raises
    ------
    SourceError
    """
    index = pd.DatetimeIndex(fetched.frame.index)
    main = CATALOGUE[series_id].columns[0]
    if main not in fetched.frame or not fetched.frame[main].notna().any():
        raise SourceError(f"the answer has no {main}", where=fetched.source)
    if not (index.is_unique and index.is_monotonic_increasing):
        raise SourceError("the dates are not in order", where=fetched.source)
    future = index > pd.Timestamp(moment.date()) + pd.Timedelta(days=1)
    if future.any():
        raise SourceError(
            f"{index[future][0]:%Y-%m-%d} has not come yet",
            where=fetched.source,
            expected="dates up to today",
            do="check this machine's clock",
        )
