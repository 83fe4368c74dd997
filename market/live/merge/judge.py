"""Judge an update: what is told, and what is held back until a person confirms it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS
from market.judge.moves import unlike_moves
from market.live.merge.compare import jumps
from market.live.merge.series import LiveSeries
from market.series.catalogue import CATALOGUE

_WIDEST_GAP = {"daily": 10, "weekly": 20, "monthly": 62, "irregular": 400}
_REVISION_SHARE = 0.2
"""Part of the believable move that a revision may reach without being held back."""
_VANISHED_SHARE, _VANISHED_ROWS = 0.02, 5
_BAR_SLACK = 1e-3


@dataclass(frozen=True)
class Revision:
    """A figure that the source now states otherwise."""

    stamp: str
    column: str
    before: float
    now: float
    kept: bool

    def __str__(self) -> str:
        kept = " (the first is kept)" if self.kept else ""
        return f"{self.stamp} {self.column}: {self.before:.10g}, now {self.now:.10g}{kept}"


@dataclass
class Findings:
    """What an update finds: to be told once, to be told from now on, to be confirmed first."""

    told: list[str] = field(default_factory=list)
    lasting: list[str] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)


def judge_moves(live: LiveSeries, frame: pd.DataFrame, new: pd.Index, found: Findings) -> None:
    """Moves beyond belief in the `new` rows and around them, and days without rows."""
    gap = _WIDEST_GAP[live.frequency or CATALOGUE[live.id].frequency]
    told: set[pd.Timestamp] = set()
    for column in (c for c in CATALOGUE[live.id].columns if c in frame and c != "volume"):
        # a bar whose close moves is told once, not for each of its prices
        moved = [jump for jump in jumps(live, frame[column], new, gap) if jump[0] not in told]
        told.update(stamp for stamp, _, _ in moved)
        found.holds += [_jump(column, *jump) for jump in moved[:3]]
        if len(moved) > 3:
            found.holds.append(f"and {len(moved) - 3} more moves of {column} beyond belief")
    stamps = pd.DatetimeIndex(frame.index)
    if live.kind == "price" and live.measure == "log" and "close" in frame:
        _judge_as_files(live, frame["close"].dropna(), new, told, gap, found)
    if len(new) and (live.frequency or CATALOGUE[live.id].frequency) == "daily":
        _tell_gaps(stamps, new, found)


def _judge_as_files(
    live: LiveSeries,
    close: pd.Series,
    new: pd.Index,
    held: set[pd.Timestamp],
    widest_gap: int,
    found: Findings,
) -> None:
    """Moves by the rule that files are judged by: what a file is refused for is held back."""
    stamps = pd.DatetimeIndex(close.index)
    touched = stamps.isin(new)
    for unlike in unlike_moves(stamps, close.to_numpy(dtype=float)):
        near = touched[unlike.at] or touched[unlike.at - 1]
        apart = (stamps[unlike.at] - stamps[unlike.at - 1]).days
        if not near or apart > widest_gap or unlike.move.day in held:
            continue
        if unlike.beyond and unlike.size > live.jump:
            found.holds.append(f"close {unlike.move}")
        else:
            found.told.append(f"close {unlike.move}")


def judge_bars(frame: pd.DataFrame, new: pd.Index, found: Findings) -> None:
    """The traded index needs whole bars: open and close within low and high."""
    bars = frame.loc[new, list(PRICE_COLUMNS)]
    if bars.empty:
        return
    top, bottom = bars[["open", "close"]].max(axis=1), bars[["open", "close"]].min(axis=1)
    wrong = (
        bars.isna().any(axis=1)
        | (bars <= 0).any(axis=1)
        | (top > bars["high"] * (1 + _BAR_SLACK))
        | (bottom < bars["low"] * (1 - _BAR_SLACK))
    )
    if wrong.any():
        found.holds.append(
            f"{int(wrong.sum())} sessions have no whole bar (open and close within low and high), "
            f"the first {wrong.index[wrong][0]:%Y-%m-%d}"
        )
    frame.loc[new, "high"] = np.fmax(bars["high"], top)
    frame.loc[new, "low"] = np.fmin(bars["low"], bottom)


def judge_revisions(
    live: LiveSeries, revisions: list[Revision], main: str, bundled: bool, found: Findings
) -> None:
    """The first revision that is too large for a correction."""
    if bundled:
        return
    bound = live.jump * _REVISION_SHARE
    for revision in revisions:
        if revision.column != main:
            continue
        size = (
            abs(np.log(revision.now) - np.log(revision.before))
            if live.measure == "log" and revision.now > 0 and revision.before > 0
            else abs(revision.now - revision.before)
        )
        if size > bound:
            found.holds.append(f"revised beyond belief: {revision}")
            return


def judge_vanished(
    known: pd.Series, answer: pd.Series, found: Findings, *, bundled: bool
) -> list[str]:
    """Known days that an answer, which spans them, does not have: kept, told, or too many."""
    base, there = known.dropna(), answer.dropna()
    inside = base[(base.index >= answer.index[0]) & (base.index <= answer.index[-1])]
    gone = inside.index.difference(there.index)
    if not len(gone):
        return []
    found.told.append(
        f"{len(gone)} known rows are not in the answer and are kept, the first {gone[0]:%Y-%m-%d}"
    )
    if not bundled and len(gone) > max(_VANISHED_ROWS, _VANISHED_SHARE * len(inside)):
        found.holds.append(
            f"history vanished: {len(gone)} of {len(inside)} known rows are not in the answer"
        )
    return [f"{stamp:%Y-%m-%d}" for stamp in gone]


def _jump(column: str, stamp: pd.Timestamp, before: float, value: float) -> str:
    said = f"{column} moves from {before:.8g} to {value:.8g} on {stamp:%Y-%m-%d}"
    if before <= 0 or value <= 0:
        return said
    ratio = max(before / value, value / before)
    whole = round(min(ratio, 1e6))
    like = f", as by a split of {whole} to 1 that is not in the prices"
    return said + (like if whole > 1 and abs(ratio / whole - 1) < 0.04 else "")


def _tell_gaps(stamps: pd.DatetimeIndex, new: pd.Index, found: Findings) -> None:
    days = np.diff(stamps.to_numpy().astype("datetime64[D]")).astype(int)
    wide = np.flatnonzero((days > 5) & stamps[1:].isin(new))
    if len(wide):
        last = wide[-1]
        more = f" and {len(wide) - 1} earlier gaps" if len(wide) > 1 else ""
        found.told.append(f"no rows for {days[last]} days before {stamps[last + 1]:%Y-%m-%d}{more}")
