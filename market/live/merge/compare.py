"""Compare an answer with what is known: revisions, rescaling, shifted dates, dividends, jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.live.hosts.source import Split
from market.live.merge.series import LiveSeries

MOST_DIFFER = 0.2
"""Share of common rows that differ beyond which an answer is another series, not a revision."""

_CONSTANT = 2e-3
_ENOUGH = 5
_SAME_SHARE = 0.8
_BUNDLE_MEDIAN = 0.05


@dataclass(frozen=True)
class Overlap:
    """What the common rows of the main column say.

    Parameters
    ----------
    rows : int
        Rows that both have.
    differing : int
        Of them, rows that differ by more than the rounding.
    worst : float
        Largest difference, relative.
    worst_day : str
    factor : float
        Ratio of all levels where it is one and the same, else 1.
    reason : str
        Why the answer cannot be taken as it is, in words; empty where it can.
    """

    rows: int
    differing: int
    worst: float
    worst_day: str
    factor: float
    reason: str


def overlap(live: LiveSeries, base: pd.Series, fetched: pd.Series, *, bundled: bool) -> Overlap:
    """Compare the rows that `base` and `fetched` have in common.

    Parameters
    ----------
    live : LiveSeries
    base, fetched : pandas.Series
        Main column by stamp.
    bundled : bool
        Whether `base` comes with the program: single published figures are
        rounded, so that only the typical difference counts.
    """
    both = pd.concat([base, fetched], axis=1, keys=["base", "fetched"], join="inner").dropna()
    if both.empty:
        return Overlap(0, 0, 0.0, "", 1.0, "")
    b, f = both["base"].to_numpy(dtype=float), both["fetched"].to_numpy(dtype=float)
    with np.errstate(all="ignore"):
        relative = np.where(b == f, 0.0, np.abs(f / b - 1.0))
    relative[~np.isfinite(relative)] = 1.0
    differs = differing(live, b, f)
    worst = int(relative.argmax())
    facts = (len(both), int(differs.sum()), float(relative[worst]), f"{both.index[worst]:%Y-%m-%d}")
    if len(both) < _ENOUGH or differs.mean() <= MOST_DIFFER:
        return Overlap(*facts, 1.0, "")
    if live.kind == "statistic" and bundled and np.median(relative) <= _BUNDLE_MEDIAN:
        return Overlap(*facts, 1.0, "")
    said = f"{facts[1]} of {facts[0]} common rows differ"
    if live.kind == "price" and (b > 0).all() and (f > 0).all():
        ratio = np.log(f) - np.log(b)  # a quotient may be too small for a number
        if np.ptp(ratio) < _CONSTANT and abs(np.median(ratio)) > _CONSTANT:
            factor = float(np.exp(np.median(ratio)))
            return Overlap(
                *facts,
                factor,
                f"every level is {factor:.6g} times the known one: a split that the source does "
                "not state, or another unit",
            )
    if _shifted(live, base, fetched):
        return Overlap(
            *facts, 1.0, f"{said}: the dates are shifted by one row, as by a wrong time zone"
        )
    if live.kind == "price" and (b > 0).all() and (f > 0).all() and _drifts(np.log(f) - np.log(b)):
        return Overlap(
            *facts,
            1.0,
            f"{said}, the more the older: the prices look adjusted for dividends, and levels "
            "mean nothing on adjusted prices",
        )
    return Overlap(*facts, 1.0, f"{said}, by up to {facts[2]:.2%} on {facts[3]}")


def differing(live: LiveSeries, before: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Where two figures differ by more than the rounding; NaN differs from nothing."""
    allowed = live.rounding * (np.abs(before) if live.kind == "price" else 1.0)
    with np.errstate(all="ignore"):
        return np.asarray(np.abs(now - before) > allowed * (1 + 1e-9))


def stated_factor(splits: Sequence[Split], factor: float) -> tuple[Split, ...]:
    """The latest splits whose ratios together explain `factor`; empty where none do."""
    product = 1.0
    for position, split in enumerate(reversed(splits), start=1):
        product *= split.old / split.new
        if abs(product / factor - 1.0) < _CONSTANT:
            return tuple(splits[-position:])
    return ()


def jumps(
    live: LiveSeries, values: pd.Series, new: pd.Index, widest_gap: int
) -> list[tuple[pd.Timestamp, float, float]]:
    """New rows that move beyond belief: stamp, value before, value.

    Moves across more than `widest_gap` days are not judged.
    """
    known = values.dropna()
    if len(known) < 2:
        return []
    figures = known.to_numpy(dtype=float)
    stamps = pd.DatetimeIndex(known.index)
    days = np.diff(stamps.to_numpy().astype("datetime64[D]")).astype(int)
    if live.measure == "log":
        with np.errstate(all="ignore"):
            move = np.abs(np.diff(np.log(figures)))
        move[~np.isfinite(move)] = np.inf  # a price that is not positive
    else:
        with np.errstate(all="ignore"):
            move = np.abs(np.diff(figures))
    touched = stamps.isin(new)
    judged = (touched[1:] | touched[:-1]) & (days <= widest_gap)
    return [
        (stamps[i + 1], float(figures[i]), float(figures[i + 1]))
        for i in map(int, np.flatnonzero(judged & (move > live.jump)))
    ]


def _shifted(live: LiveSeries, base: pd.Series, fetched: pd.Series) -> bool:
    known = base.dropna()
    for step in (1, -1):
        moved = known.shift(step).dropna()
        both = pd.concat([moved, fetched], axis=1, keys=["b", "f"], join="inner").dropna()
        if len(both) >= _ENOUGH:
            same = ~differing(
                live, both["b"].to_numpy(dtype=float), both["f"].to_numpy(dtype=float)
            )
            if same.mean() >= _SAME_SHARE:
                return True
    return _shifted_calendar(live, known, fetched)


def _shifted_calendar(live: LiveSeries, known: pd.Series, fetched: pd.Series) -> bool:
    for days in (1, -1):
        moved = pd.Series(
            known.to_numpy(), index=pd.DatetimeIndex(known.index) + pd.Timedelta(days=days)
        )
        both = pd.concat([moved, fetched], axis=1, keys=["b", "f"], join="inner").dropna()
        if len(both) >= _ENOUGH:
            same = ~differing(
                live, both["b"].to_numpy(dtype=float), both["f"].to_numpy(dtype=float)
            )
            if same.mean() >= _SAME_SHARE:
                return True
    return False


def _drifts(ratio: np.ndarray) -> bool:
    """Whether a log ratio falls in steps towards the past, as dividends make it."""
    steps = np.diff(ratio)
    moved = np.abs(steps) > 1e-4
    return bool(moved.any() and (steps[moved] > 0).mean() > 0.9 and ratio[0] < ratio[-1])
