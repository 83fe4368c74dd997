"""Put an answer on top of what is known: nothing vanishes, revisions are listed, doubts held."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS
from market.live.hosts.source import Fetched
from market.live.merge.compare import Overlap, differing, overlap, stated_factor
from market.live.merge.judge import (
    Findings,
    Revision,
    judge_bars,
    judge_moves,
    judge_revisions,
    judge_vanished,
)
from market.live.merge.series import LiveSeries
from market.series.catalogue import CATALOGUE
from market.series.publication import known_at

LISTED = 20
_CLOSE = dt.timedelta(hours=21)
"""Close of New York in UTC, winter time: what was missing after it was not known at it."""


@dataclass(frozen=True)
class Known:
    """What is known of a series before an update.

    Parameters
    ----------
    frame : pandas.DataFrame
        Index stamp, value columns, ``known_at`` and other notes.
    bundled : bool
        Whether it comes with the program and not from the cache.
    fetched : datetime.datetime, optional
        When the answer that last changed the cached rows was given, UTC.
    """

    frame: pd.DataFrame
    bundled: bool
    fetched: dt.datetime | None = None


@dataclass(frozen=True)
class Merged:
    """The outcome of one update of one series.

    Parameters
    ----------
    frame : pandas.DataFrame
        All rows: known and new.
    added : int
        New stamps.
    revisions : tuple of Revision
    vanished : tuple of str
        Days that are known and that the answer, which spans them, does not
        have: kept.
    told : tuple of str
        For the report of this update.
    lasting : tuple of str
        What whoever uses the series must be told from now on.
    holds : tuple of str
        Reasons to ask a person first; empty where there are none.
    changed : bool
        Whether any row differs from what was known.
    """

    frame: pd.DataFrame
    added: int = 0
    revisions: tuple[Revision, ...] = ()
    vanished: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    changed: bool = True

    def record(self) -> dict[str, Any]:
        """The facts for the version's record."""
        return {
            "added": self.added,
            "revised": len(self.revisions),
            "revisions": [str(revision) for revision in self.revisions[:LISTED]],
            "vanished": list(self.vanished[:LISTED]),
            "told": list(self.told),
        }


def merge(
    live: LiveSeries,
    known: Known | None,
    fetched: Fetched,
    today: dt.date,
    *,
    confirmed: bool = False,
) -> Merged:
    """`fetched` on top of `known`.

    Parameters
    ----------
    live : LiveSeries
    known : Known, optional
        None where nothing is known.
    fetched : Fetched
    today : datetime.date
        Day of the answer.
    confirmed : bool
        Whether a person has said that the answer is right: its figures then
        replace what is known. A revised statistic is known from `today` on.

    Returns
    -------
    Merged
        With reasons in `holds` the frame is what would be stored if confirmed.
    """
    found = Findings(told=list(fetched.notes))
    spec = CATALOGUE[live.id]
    main = spec.columns[0]
    columns = [
        c for c in spec.columns if c in fetched.frame or (known is not None and c in known.frame)
    ]
    answer = fetched.frame.reindex(columns=columns)
    if fetched.adjusted:
        found.holds.append(
            "the closes are adjusted for dividends: levels mean nothing on adjusted prices"
        )
    if known is None:
        frame = _with_notes(answer, live, fetched, today, None)
        judge_moves(live, frame, frame.index, found)
        if live.id == "sp500":
            judge_bars(frame, frame.index, found)
        return _result(frame, len(frame), [], [], found, confirmed)
    if known.fetched is not None:
        # a clock that went back makes nothing known earlier
        today = max(today, known.fetched.date())
    base, scale_told = _rescaled(live, known, answer[main], fetched, found, confirmed)
    both = overlap(live, base.frame[main], answer[main], bundled=known.bundled)
    if both.reason and not scale_told:
        found.holds.append(both.reason)
    if known.bundled and both.rows:
        found.told.append(_compared(both))
    frame, revisions = _overlaid(live, base, answer, fetched, today, confirmed)
    new = answer.index.difference(base.frame.index)
    judge_moves(live, frame, new, found)
    if live.id == "sp500":
        revised = pd.DatetimeIndex([revision.stamp for revision in revisions]).as_unit("ns")
        judge_bars(frame, new.union(revised), found)
    judge_revisions(live, revisions, main, known.bundled, found)
    vanished = judge_vanished(base.frame[main], answer[main], found, bundled=known.bundled)
    if answer.index[-1] < base.frame.index[-1] and not known.bundled:
        found.told.append(
            f"the answer ends on {answer.index[-1]:%Y-%m-%d}, before what is known: kept"
        )
    same = frame.equals(known.frame) and not known.bundled
    return _result(frame, len(new), revisions, vanished, found, confirmed, changed=not same)


def _rescaled(
    live: LiveSeries,
    known: Known,
    answer: pd.Series,
    fetched: Fetched,
    found: Findings,
    confirmed: bool,
) -> tuple[Known, bool]:
    """What is known in the answer's units: divided by the splits that the source states."""
    main = answer.name
    both = overlap(live, known.frame[main], answer, bundled=known.bundled)
    if both.factor == 1.0:
        return known, False
    splits = stated_factor(fetched.splits, both.factor)
    if not splits and not confirmed:
        return known, False
    frame = known.frame.copy()
    for column in frame.columns.intersection([*PRICE_COLUMNS, "value"]):
        frame[column] = frame[column] * both.factor
    if "volume" in frame:
        frame["volume"] = frame["volume"] / both.factor
    if splits:
        named = ", ".join(f"{s.new:g} for {s.old:g} on {s.day}" for s in splits)
        said = f"split {named}: all earlier prices are multiplied by {both.factor:.6g}"
    else:
        said = f"all prices before {fetched.frame.index[-1]:%Y-%m-%d} rescaled by {both.factor:.6g}"
    found.told.append(said)
    found.lasting.append(f"{said}; levels stated in the old prices do not fit")
    return Known(frame, known.bundled, known.fetched), bool(splits) or confirmed


def _overlaid(
    live: LiveSeries,
    known: Known,
    answer: pd.DataFrame,
    fetched: Fetched,
    today: dt.date,
    confirmed: bool,
) -> tuple[pd.DataFrame, list[Revision]]:
    """Known rows with the answer's figures where they are new, or where they win."""
    base, source = known.frame, fetched.source
    new = answer.index.difference(base.index)
    fresh = _with_notes(answer.loc[new], live, fetched, today, known)
    frame = pd.concat([_noted(base, known.bundled, fresh.columns), fresh]).sort_index()
    shared = answer.index.intersection(base.index)
    wins = confirmed or known.bundled or live.kind == "price"
    revisions: list[Revision] = []
    conflict: dict[pd.Timestamp, str] = {}
    replaced: set[pd.Timestamp] = set()
    for column in answer.columns:
        now = answer.loc[shared, column].to_numpy(dtype=float)
        before = (
            base.loc[shared, column].to_numpy(dtype=float)
            if column in base
            else np.full(len(shared), np.nan)
        )
        fills = np.isnan(before) & ~np.isnan(now)
        differs = differing(live, before, now) if column != "volume" else before != now
        differs &= ~np.isnan(now) & ~np.isnan(before)
        take = fills | (differs if wins or column == "volume" else np.zeros_like(differs))
        frame.loc[shared[take], column] = now[take]
        if column == "volume":
            continue
        for position in map(int, np.flatnonzero(differs)):
            stamp = shared[position]
            states = f"{source} states {now[position]:.10g}"
            if not wins and str(frame.at[stamp, "conflict"]).startswith(states):
                continue  # noted by an earlier update
            revisions.append(
                Revision(
                    f"{stamp:%Y-%m-%d}",
                    str(column),
                    float(before[position]),
                    float(now[position]),
                    kept=not wins,
                )
            )
            if wins:
                replaced.add(stamp)
            else:
                conflict[stamp] = f"{states} since {today}"
    if live.kind == "statistic":
        for stamp, said in conflict.items():
            # the first figure stays: it is what could be known
            frame.at[stamp, "conflict"] = said
        stamps = pd.DatetimeIndex(sorted(replaced), name="stamp")
        if len(stamps):
            known_days = _known(stamps, live, fetched, today, None)
            if confirmed and not known.bundled:
                known_days = known_days.where(
                    known_days > pd.Timestamp(today), pd.Timestamp(today) + pd.Timedelta(days=1)
                )
            frame.loc[stamps, "known_at"] = known_days
    if replaced and "source" in frame:
        frame.loc[sorted(replaced), "source"] = source
    return frame, revisions


def _noted(base: pd.DataFrame, bundled: bool, columns: pd.Index) -> pd.DataFrame:
    """Known rows with the columns of new ones; rows of the bundle say so."""
    out = base.copy()
    for name in ("source", "conflict"):
        if name not in out:
            text = "comes with the program" if bundled and name == "source" else ""
            out[name] = pd.array([text] * len(out), dtype="str")
    for name in columns.difference(out.columns):
        out[name] = np.nan
    return out[list(columns)]


def _with_notes(
    values: pd.DataFrame, live: LiveSeries, fetched: Fetched, today: dt.date, known: Known | None
) -> pd.DataFrame:
    stamps = pd.DatetimeIndex(values.index)
    frame = values.astype(float)
    frame["known_at"] = _known(stamps, live, fetched, today, known)
    frame["source"] = pd.array([fetched.source] * len(frame), dtype="str")
    frame["conflict"] = pd.array([""] * len(frame), dtype="str")
    frame.index = stamps.rename("stamp")
    return frame


def _known(
    stamps: pd.DatetimeIndex,
    live: LiveSeries,
    fetched: Fetched,
    today: dt.date,
    known: Known | None,
) -> pd.DatetimeIndex:
    """When each figure became known: as stated, or by the lag, or later where that was seen.

    A statistic that an earlier download should have had by the rule, and did
    not, came out late: it counts as known from the day after it was first seen.
    """
    if "known_at" in fetched.frame:
        return pd.DatetimeIndex(fetched.frame.loc[stamps, "known_at"]).as_unit("ns")
    days = known_at(stamps, CATALOGUE[live.id].lag_rule).as_unit("ns")
    if live.kind == "statistic" and known is not None and known.fetched is not None:
        missed = pd.Timestamp((known.fetched - _CLOSE).date())
        late = (days <= missed) & (stamps > known.frame.index[-1])
        seen = pd.Timestamp(today) + pd.Timedelta(days=1)
        days = days.where(~late, seen).as_unit("ns")
    return days


def _compared(both: Overlap) -> str:
    same = "all equal"
    if both.differing:
        same = f"{both.differing} differ, most by {both.worst:.2%} on {both.worst_day}"
    return f"compared with the {both.rows} rows that come with the program: {same}"


def _result(
    frame: pd.DataFrame,
    added: int,
    revisions: list[Revision],
    vanished: list[str],
    found: Findings,
    confirmed: bool,
    *,
    changed: bool = True,
) -> Merged:
    lasting = list(found.lasting)
    if confirmed and found.holds:
        lasting += [f"confirmed by hand: {reason}" for reason in found.holds]
    return Merged(
        frame,
        added,
        tuple(revisions),
        tuple(vanished),
        tuple(found.told),
        tuple(lasting),
        () if confirmed else tuple(found.holds),
        changed,
    )
