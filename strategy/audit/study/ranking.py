"""Is a month the best of the twelve? Its mean against the others', and months dealt at random."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from signals.history.bars import Floats, Ints

#: Random deals are made in parts of this many, to keep memory small.
CHUNK = 500


@dataclass(frozen=True)
class MonthMeans:
    """Mean outcome of each calendar month.

    Attributes
    ----------
    mean, count : ndarray, shape (12,)
    rank : int
        Rank of the month asked for, 1 the highest (or lowest, by the claim's
        direction); 0 where it has no outcome.
    margin : float
        Its mean less the best other month's, in the claim's direction.
    """

    mean: Floats
    count: Ints
    rank: int
    margin: float


def month_means(values: Floats, month: Ints, of: int, sign: float) -> MonthMeans:
    """Means by month of the year (0..11), and where month `of` stands."""
    count = np.bincount(month, minlength=12)
    total = np.bincount(month, weights=values, minlength=12)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    own, others = sign * mean[of], sign * np.delete(mean, of)
    if math.isnan(own):
        return MonthMeans(mean, count, 0, math.nan)
    best = float(np.nanmax(others)) if not np.isnan(others).all() else math.nan
    return MonthMeans(mean, count, 1 + int((others > own).sum()), float(own - best))


def table_of_years(values: Floats, month: Ints, year: Ints) -> Floats:
    """Outcomes by year and month of the year; only years with all twelve."""
    years, row = np.unique(year, return_inverse=True)
    table = np.full((len(years), 12), math.nan)
    table[row, month] = values
    return np.asarray(table[~np.isnan(table).any(axis=1)])


def random_margins(
    rng: np.random.Generator, table: Floats, sign: float, replications: int
) -> Floats:
    """Margin of a month over the best other, its year's twelve outcomes dealt at random."""
    if not len(table):
        return np.zeros(0)
    found = []
    for start in range(0, replications, CHUNK):
        count = min(CHUNK, replications - start)
        order = np.argsort(rng.random((count, *table.shape)), axis=2)
        means = sign * np.take_along_axis(table[None], order, axis=2).mean(axis=1)
        found.append(means[:, 0] - means[:, 1:].max(axis=1))
    return np.concatenate(found) if found else np.zeros(0)
