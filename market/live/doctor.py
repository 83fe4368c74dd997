"""Ask every source once for a little, and say what answers, what refuses and what to do."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from market.live.fetch.http import Http, Limits, check_online
from market.live.fetch.refusal import SourceError
from market.live.hosts.source import NotInstalled, Source
from market.live.update import check_form, default_sources

LIMITS = Limits(total=40.0, attempts=1)
"""A source is asked once and not waited for as long as an update would."""
_REFUSED = frozenset({401, 403, 407, 429, 451})
_BACK = dt.timedelta(days=190)

Status = Literal["answers", "refuses", "no answer", "unusable", "not installed"]


@dataclass(frozen=True)
class Finding:
    """What one source did.

    Parameters
    ----------
    source : str
    series : str
        What it was asked for.
    status : {'answers', 'refuses', 'no answer', 'unusable', 'not installed'}
        ``unusable``: it answered something that an update would not take.
    last : str
        Newest day of the answer, ISO; empty where there is none.
    seconds : float
        Until the answer, or until it was given up.
    said : str
        What was wrong, in words; empty where nothing was.
    do : str
        What to do about it.
    on_request : bool
        Whether an update asks the source only where it is named.
    """

    source: str
    series: str
    status: Status
    last: str = ""
    seconds: float = 0.0
    said: str = ""
    do: str = ""
    on_request: bool = False

    @property
    def fault(self) -> bool:
        """Whether an update of all series would miss it."""
        return self.status != "answers" and not self.on_request


def examine(
    *,
    http: Http | None = None,
    sources: Mapping[str, Source] | None = None,
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    clock: Callable[[], float] = time.monotonic,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[Finding, ...]:
    """Try each source once; nothing is stored.

    Parameters
    ----------
    http : Http, optional
        One with `LIMITS` by default.
    sources : mapping of str to Source, optional
        `market.live.update.default_sources` by default.
    now, clock : callable, optional
        UTC, and monotonic seconds.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    tuple of Finding
        One a source, in their order.

    Raises
    ------
    market.errors.InputError
        If the environment forbids the network.
    """
    check_online()
    http = http or Http(LIMITS)
    sources = default_sources() if sources is None else sources
    found = []
    for done, (name, source) in enumerate(sources.items()):
        if progress:
            progress(name, done, len(sources))
        begin = clock()
        finding = _one(source, http, now())
        found.append(replace(finding, seconds=clock() - begin, on_request=source.on_request))
    if progress:
        progress("done", len(sources), len(sources))
    return tuple(found)


def _one(source: Source, http: Http, moment: dt.datetime) -> Finding:
    series = source.sample
    try:
        answer = source.fetch(series, http, since=moment.date() - _BACK, now=moment)
        check_form(series, answer, moment)
    except NotInstalled as error:
        return Finding(source.name, series, "not installed", said=error.what, do=error.do)
    except SourceError as error:
        status: Status = "unusable"
        if error.status in _REFUSED:
            status = "refuses"
        elif error.down:
            status = "no answer"
        where = f"{error.where}: " if error.where else ""
        do = error.do or f"bring its files: `simulate data update {series} --file FILE`"
        return Finding(source.name, series, status, said=where + error.what, do=do)
    return Finding(source.name, series, "answers", f"{answer.frame.index[-1]:%Y-%m-%d}")
