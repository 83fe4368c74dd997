"""How the metric runs by parameter: heat maps of two, slices of one."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.serialise import plain
from reports.text.format import setting

#: Values of a parameter before they are put in groups.
MOST_VALUES = 12

#: How the parameters that a heat map does not show are dealt with.
MODES = ("mean", "best", "chosen")

#: A parameter's values: the place of every variant's, and their labels.
Coded = Mapping[str, tuple[np.ndarray, tuple[str, ...]]]


@dataclass(frozen=True)
class Grid:
    """One heat map: a metric by two parameters.

    Attributes
    ----------
    values : float64[rows, columns]
        NaN where there is no variant.
    best, base : (int, int) or None
        Cell of the best variant and of the plan as written.
    """

    row: str
    column: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: np.ndarray
    best: tuple[int, int]
    base: tuple[int, int] | None


@dataclass(frozen=True)
class Slice:
    """A metric along one parameter: over all variants that share a value."""

    parameter: str
    labels: tuple[str, ...]
    low: np.ndarray
    median: np.ndarray
    high: np.ndarray
    best: np.ndarray
    chosen: int
    base: int | None


def make_grid(
    coded: Coded,
    scores: np.ndarray,
    pair: tuple[str, str],
    mode: str,
    *,
    best: int,
    base: int | None,
    sign: float = 1.0,
) -> Grid:
    """The metric by two parameters; the others averaged, at their best, or as in the best.

    Parameters
    ----------
    coded : mapping
        Parameters as places and labels.
    scores : float64[N]
    pair : (str, str)
        Parameter of the rows, and of the columns.
    mode : str
        One of `MODES`.
    best, base : int
        Rows of the best variant and of the plan as written.
    sign : float
        -1 where less is better.
    """
    (a, rows), (b, columns) = (coded[name] for name in pair)
    keep = np.isfinite(scores)
    if mode == "chosen":
        for name, (codes, _labels) in coded.items():
            if name not in pair:
                keep &= codes == codes[best]
    cells = (a * len(columns) + b)[keep]
    values = np.full(len(rows) * len(columns), math.nan)
    if mode == "mean":
        count = np.bincount(cells, minlength=len(values))
        total = np.bincount(cells, weights=scores[keep], minlength=len(values))
        values[count > 0] = total[count > 0] / count[count > 0]
    else:
        highest = np.full(len(values), -math.inf)
        np.maximum.at(highest, cells, sign * scores[keep])
        values = np.where(np.isfinite(highest), sign * highest, math.nan)
    return Grid(
        *pair,
        rows,
        columns,
        values.reshape(len(rows), len(columns)),
        (int(a[best]), int(b[best])),
        None if base is None else (int(a[base]), int(b[base])),
    )


def make_slice(
    coded: Coded, scores: np.ndarray, name: str, *, best: int, base: int | None, sign: float = 1.0
) -> Slice:
    """The metric along one parameter."""
    codes, labels = coded[name]
    parts = [scores[codes == i] for i in range(len(labels))]
    parts = [p[np.isfinite(p)] if np.isfinite(p).any() else np.array([np.nan]) for p in parts]
    low, median, high, top = (
        np.array([np.quantile(p, q) for p in parts])
        for q in (0.1, 0.5, 0.9, 1.0 if sign > 0 else 0.0)
    )
    return Slice(
        name,
        labels,
        low,
        median,
        high,
        top,
        int(codes[best]),
        None if base is None else int(codes[base]),
    )


def coded_values(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Place of each value among the distinct ones, in groups of equal size where they are many."""
    codes, values = pd.factorize(column.to_numpy(), sort=True)
    if len(values) <= MOST_VALUES:
        return codes, tuple(setting(plain(v)) for v in values)
    edges = np.linspace(0, len(values), MOST_VALUES + 1).round().astype(int)
    labels = tuple(
        f"{_short(values[a])} … {_short(values[b - 1])}" for a, b in itertools.pairwise(edges)
    )
    return np.searchsorted(edges, codes, side="right") - 1, labels


def _short(value: object) -> str:
    """An end of a group: three digits say where it lies."""
    known = plain(value)
    return f"{known:.3g}" if isinstance(known, float) else setting(known)
