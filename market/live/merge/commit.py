"""Answers into the cache: merged with what is there by then, written as one version or held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from market.cache.pending import Held, Pending
from market.cache.store import Cache, Change, stated
from market.cache.version import Entry, Version
from market.live.hosts.source import Fetched, Split
from market.live.merge.merge import Known, Merged, merge
from market.live.merge.series import LiveSeries, updated
from market.series.catalogue import CATALOGUE
from market.sources.bundled import bundled_series

Status = Literal["updated", "current", "held", "failed", "skipped"]


@dataclass(frozen=True)
class Outcome:
    """What became of one series.

    Parameters
    ----------
    series : str
    status : {'updated', 'current', 'held', 'failed', 'skipped'}
        ``held``: downloaded, and waiting to be confirmed. ``skipped``: not
        asked, because its source does not answer.
    source : str
    last : str
        Last day in the cache (empty where nothing is cached).
    added : int
        New rows.
    lines : tuple of str
        What the user is told: findings, reasons, the error.
    record : mapping
        Counts and revisions, as in the version's record.
    """

    series: str
    status: Status
    source: str
    last: str = ""
    added: int = 0
    lines: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """The outcome of an update: a row a series, and the version that now is the newest."""

    outcomes: tuple[Outcome, ...]
    version: str
    before: str

    @property
    def unfinished(self) -> tuple[Outcome, ...]:
        """Series that a person must look at."""
        return tuple(o for o in self.outcomes if o.status in ("held", "failed", "skipped"))


def write(
    cache: Cache,
    answers: Mapping[str, tuple[Fetched, dt.datetime]],
    outcomes: dict[str, Outcome],
    made: dt.datetime,
) -> Version | None:
    """Merge the answers with the cache as it is now; one version for all that pass."""
    with cache.writing():
        waiting = Pending(cache.folder)
        changes: dict[str, Change] = {}
        for series_id, (fetched, moment) in answers.items():
            live = updated(series_id)
            entry = _entry(cache, series_id)
            merged = merge(live, _known(cache, live, entry), fetched, moment.date())
            last = f"{merged.frame.index[-1]:%Y-%m-%d}"
            if merged.holds:
                waiting.hold(_held(series_id, fetched, moment, merged), fetched.frame)
                lines = (*merged.holds, *merged.told)
                status: Status = "held"
                last = entry.last if entry else ""
            else:
                waiting.drop(series_id)
                lines = (*map(str, merged.revisions[:3]), *merged.told)
                status = "updated" if merged.changed else "current"
                if merged.changed:
                    changes[series_id] = _change(fetched, merged, stated(moment), entry)
            outcomes[series_id] = Outcome(
                series_id, status, fetched.source, last, merged.added, lines, merged.record()
            )
        return cache.commit(changes, made) if changes else cache.version()


def _entry(cache: Cache, series_id: str) -> Entry | None:
    version = cache.version()
    return version.entries.get(series_id) if version else None


def _known(cache: Cache, live: LiveSeries, entry: Entry | None) -> Known | None:
    """Rows of the cache, else those that come with the program, else nothing."""
    if entry is not None:
        return Known(cache.rows(live.id, entry), False, _moment(entry.fetched))
    if CATALOGUE[live.id].bundled:
        return Known(bundled_series(live.id).frame, True)
    return None


def _change(fetched: Fetched, merged: Merged, moment: str, entry: Entry | None) -> Change:
    notes = (*(entry.notes if entry else ()), *merged.lasting)
    return Change(
        merged.frame,
        fetched.source,
        fetched.url,
        moment,
        fetched.body_sha256,
        tuple(dict.fromkeys(notes)),
        merged.record(),
    )


def _held(series_id: str, fetched: Fetched, moment: dt.datetime, merged: Merged) -> Held:
    return Held(
        series_id,
        fetched.source,
        fetched.url,
        stated(moment),
        fetched.body_sha256,
        merged.holds,
        tuple((split.day.isoformat(), split.new, split.old) for split in fetched.splits),
        fetched.adjusted,
    )


def confirm(
    series_id: str,
    *,
    cache: Cache,
    made: dt.datetime | None = None,
) -> Version:
    """Take a held-back download into the cache: a person says that it is right.

    Raises
    ------
    InputError
        If nothing waits for the series.
    """
    with cache.writing():
        waiting = Pending(cache.folder)
        held, rows = waiting.read(series_id)
        live = updated(series_id)
        fetched = Fetched(
            rows,
            held.source,
            held.url,
            held.body_sha256,
            splits=tuple(Split(dt.date.fromisoformat(d), n, o) for d, n, o in held.splits),
            adjusted=held.adjusted,
        )
        day = _moment(held.fetched)
        entry = _entry(cache, series_id)
        merged = merge(live, _known(cache, live, entry), fetched, day.date(), confirmed=True)
        change = _change(fetched, merged, held.fetched, entry)
        version = cache.commit({series_id: change}, made or dt.datetime.now(dt.UTC))
        waiting.drop(series_id)
    return version


def reject(series_id: str, *, cache: Cache) -> None:
    """Forget a held-back download.

    Raises
    ------
    InputError
        If nothing waits for the series.
    """
    with cache.writing():
        waiting = Pending(cache.folder)
        waiting.read(series_id)
        waiting.drop(series_id)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
