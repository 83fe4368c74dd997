"""Placebo dates: as many dates, spaced as the events are, at the same time of the year.

Three schemes, by what the event is.

shift
    Events of a rule, given dates. The whole pattern is moved by every possible
    number of years (what runs out at the end comes in at the beginning) and by
    up to ten sessions: count and spacing stay, the season stays within two
    weeks. All moves are taken, none is drawn.
within_year
    Months and anchors. Here the season is the claim, so each event is given
    another date of its own year, drawn at random.
subset
    Anchors with a high score. As many anchors, drawn at random from all whose
    score is known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from signals.history.bars import Floats, Ints
from strategy.audit.claims.claim import Figure

Scheme = Literal["shift", "within_year", "subset"]

JITTER_SESSIONS = 10
#: A moved date may lie so many calendar days from where it should be.
NEAR_DAYS = 14
#: A placebo counts when at least this share of its dates has an outcome.
KEPT = 0.8
#: Fewer placebos than this say nothing.
FEWEST = 99


@dataclass(frozen=True)
class Placebo:
    """What chance does with such dates.

    Attributes
    ----------
    scheme : str
    p : float
        Share of placebos, the events themselves counted in, that do at least
        as well in the claim's direction; NaN where too few exist.
    n : int
        Placebos.
    mean, low, high : float
        Mean and central 95 % of their figure less that of all dates (for a
        rank: of the margin over the best other month).
    """

    scheme: Scheme
    p: float
    n: int
    mean: float
    low: float
    high: float


def shifted(day: Ints, event_at: Ints) -> Ints:
    """The events' pattern moved by years and sessions.

    Parameters
    ----------
    day : ndarray of int
        Eligible dates, days since 1970-01-01, ascending.
    event_at : ndarray of int
        Positions of the events among them.

    Returns
    -------
    ndarray of int, shape (n_placebos, n_events)
        Positions among the eligible dates; -1 where a date has none near.
    """
    months = day.astype("datetime64[D]").astype("datetime64[M]")
    first = months.astype("datetime64[Y]").astype(np.int64)
    first_year, years = int(first[0]), int(first[-1] - first[0]) + 1
    own = months[event_at]
    month_of_year = own.astype(np.int64) % 12
    day_of_month = day[event_at] - own.astype("datetime64[D]").astype(np.int64)
    offset = first[event_at] - first_year
    steps = np.arange(-JITTER_SESSIONS, JITTER_SESSIONS + 1)
    rows = []
    for k in range(1, years):
        year = first_year + (offset + k) % years
        start = (year * 12 + month_of_year).astype("datetime64[M]")
        length = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(
            np.int64
        )
        target = start.astype("datetime64[D]").astype(np.int64) + np.minimum(
            day_of_month, length - 1
        )
        at = np.searchsorted(day, target)[None, :] + steps[:, None]
        inside = (at >= 0) & (at < len(day))
        at = np.where(inside, at, 0)
        aim = target[None, :] + np.round(steps * 7 / 5).astype(np.int64)[:, None]
        rows.append(np.where(inside & (np.abs(day[at] - aim) <= NEAR_DAYS), at, -1))
    return np.vstack(rows) if rows else np.zeros((0, len(event_at)), dtype=np.int64)


def within_years(rng: np.random.Generator, year: Ints, event_year: Ints, replications: int) -> Ints:
    """For each event a random eligible date of its year; `year` is ascending."""
    low = np.searchsorted(year, event_year, side="left")
    high = np.searchsorted(year, event_year, side="right")
    draw = rng.random((replications, len(event_year)))
    return np.asarray(low + np.floor(draw * (high - low)).astype(np.int64))


def subsets(rng: np.random.Generator, pool: int, count: int, replications: int) -> Ints:
    """Random sets of `count` out of `pool` dates."""
    return np.argsort(rng.random((replications, pool)), axis=1)[:, :count]


def judge(
    scheme: Scheme,
    rows: Ints,
    figure: Figure,
    values: Floats,
    hit: Floats,
    observed: float,
    base: float,
    sign: float,
) -> Placebo:
    """The placebo figures against the observed one, both less that of all dates, `base`."""
    array = hit if figure == "hit_rate" else values
    picked = np.where(rows >= 0, array[np.maximum(rows, 0)], math.nan)
    enough = (~np.isnan(picked)).mean(axis=1) >= KEPT if rows.size else np.zeros(0, dtype=bool)
    picked = picked[enough]
    if not len(picked):
        return Placebo(scheme, math.nan, 0, math.nan, math.nan, math.nan)
    found = np.nanmedian(picked, axis=1) if figure == "median" else np.nanmean(picked, axis=1)
    return compare(scheme, found - base, observed - base, sign)


def compare(scheme: Scheme, found: Floats, observed: float, sign: float) -> Placebo:
    """p-value and spread of placebo figures."""
    if not len(found):
        return Placebo(scheme, math.nan, 0, math.nan, math.nan, math.nan)
    # equal figures count against the claim; rounding must not decide
    better = int((sign * found >= sign * observed - 1e-12).sum())
    p = (1 + better) / (1 + len(found)) if len(found) >= FEWEST else math.nan
    low, high = (float(x) for x in np.quantile(found, [0.025, 0.975]))
    return Placebo(scheme, p, len(found), float(found.mean()), low, high)
