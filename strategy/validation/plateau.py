"""Is the best cell an island: neighbours of the best variant, and which parameter matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

#: Values of a parameter before they are put into groups of equal size.
MOST_GROUPS = 12
#: Nearest points that stand for the neighbours of a drawn variant, per parameter.
NEAREST = 2


@dataclass(frozen=True)
class Plateau:
    """The best cell beside its neighbours.

    Attributes
    ----------
    best : float
        The metric of the best cell.
    neighbours : float
        Mean of the neighbours that change anything; NaN where there are none.
    n_neighbours : int
        How many these are.
    n_alike : int
        Neighbours that give the very same figure: settings that do nothing
        there, which say nothing about a plateau.
    drawn : bool
        Whether the neighbours are the nearest points, not steps of a grid.
    median : float
        Median over all cells.
    score : float
        (neighbours - median) / (best - median): near 1 on a plateau, near 0
        for an island. NaN without neighbours or variation.
    edges : tuple of str
        Ordered parameters that matter there and whose best value is the first
        or last that was tried: what lies beyond is not known.
    """

    best: float
    neighbours: float
    n_neighbours: int
    n_alike: int
    drawn: bool
    median: float
    score: float
    edges: tuple[str, ...]


def plateau(parameters: pd.DataFrame, metric: np.ndarray, best: int | None = None) -> Plateau:
    """Compare the best cell with the cells next to it.

    Parameters
    ----------
    parameters : DataFrame
        One row a variant, one column a parameter. On a grid a neighbour is one
        step away in exactly one parameter, a step being one place in its
        sorted distinct values; what is no number has no order, and every other
        value is one step away. Drawn points have no such neighbours: for them
        the nearest `NEAREST` points per parameter stand, each parameter scaled
        to its range.
    metric : float64[N]
        Higher is better; NaN cells are ignored.
    best : int, optional
        Row of the best; the highest by default, the first of equals.
    """
    metric = np.asarray(metric, dtype=float)
    best = int(np.nanargmax(metric)) if best is None else best
    top, median = float(metric[best]), float(np.nanmedian(metric))
    near, drawn = _neighbours(parameters, best)
    near &= ~np.isnan(metric)
    alike = near & (np.abs(metric - top) <= 1e-12 * max(abs(top), 1.0))
    differ = near & ~alike
    mean = float(metric[differ].mean()) if differ.any() else float("nan")
    score = (mean - median) / (top - median) if differ.any() and top > median else float("nan")
    return Plateau(
        top,
        mean,
        int(differ.sum()),
        int(alike.sum()),
        drawn,
        median,
        score,
        _edges(parameters, best, alike),
    )


def importance(parameters: pd.DataFrame, metric: np.ndarray) -> pd.Series:
    """Share of the metric's variance that each parameter explains alone.

    First-order effect: variance of the metric's mean per value of the
    parameter over the metric's variance, less what as many groups would
    explain of noise (epsilon squared), not below 0. Parameters of many values
    are put into 12 groups of equal size. Shares need not sum to 1: what is
    missing is interaction.

    Parameters
    ----------
    parameters : DataFrame
    metric : float64[N]
        NaN cells are left out.

    Returns
    -------
    pandas.Series
        By parameter, descending; 0 for all where the metric does not vary.
    """
    known = np.isfinite(np.asarray(metric, dtype=float))
    values = np.asarray(metric, dtype=float)[known]
    shares = {
        str(name): _share(_groups(parameters[name].to_numpy()[known]), values)
        for name in parameters.columns
    }
    return pd.Series(shares, dtype=float).sort_values(ascending=False, kind="stable")


def landscape(parameters: pd.DataFrame, metric: np.ndarray, best: int) -> dict[str, Any]:
    """Plateau and importance of the metric that ranks, over all variants of the sweep.

    Parameters
    ----------
    parameters : DataFrame
        The settings that were swept and take more than one value.
    metric : float64[N]
        Higher is better.
    best : int
        Row of the best variant.
    """
    if not len(parameters.columns):
        return {"missing": {"plateau": "no parameter takes more than one value"}}
    cell = plateau(parameters, metric, best)
    out: dict[str, Any] = {
        "plateau": {
            "best": cell.best,
            "neighbours": cell.neighbours,
            "n_neighbours": cell.n_neighbours,
            "n_alike": cell.n_alike,
            "drawn": cell.drawn,
            "median": cell.median,
            "score": cell.score,
            "edges": list(cell.edges),
        },
        "importance": [
            {"parameter": str(name), "share": float(share)}
            for name, share in importance(parameters, metric).items()
        ],
    }
    if not np.isfinite(cell.score):
        reason = (
            "no variant next to the best gives another figure"
            if cell.n_neighbours == 0
            else "the best is no better than the middle"
        )
        out["missing"] = {"plateau": reason}
    return out


def _share(groups: np.ndarray, values: np.ndarray) -> float:
    counts = np.bincount(groups)
    n, k = len(values), int((counts > 0).sum())
    centred = values - values.mean() if n else values
    total = float((centred**2).sum())
    if total <= 1e-24 * max(n, 1) or n <= k:
        return 0.0
    sums = np.bincount(groups, weights=centred)
    between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum())
    inside = max(total - between, 0.0)
    return max(1.0 - (n - 1) / (n - k) * inside / total, 0.0)


def _groups(column: np.ndarray) -> np.ndarray:
    codes = _codes(column)
    distinct = int(codes.max()) + 1 if len(codes) else 0
    if distinct <= MOST_GROUPS:
        return codes
    return codes * MOST_GROUPS // distinct


def _neighbours(parameters: pd.DataFrame, best: int) -> tuple[np.ndarray, bool]:
    columns = [parameters[name] for name in parameters.columns]
    if not columns:
        return np.zeros(len(parameters), dtype=bool), False
    codes = [_codes(c.to_numpy()) for c in columns]
    ordered = [pd.api.types.is_numeric_dtype(c) for c in columns]
    steps = np.zeros(len(parameters), dtype=np.int64)
    for code, order in zip(codes, ordered, strict=True):
        away = np.abs(code - code[best])
        steps += away if order else np.minimum(away, 1)
    near = steps == 1
    # a drawn point has almost no value in common with another
    drawn = len(parameters) > 1 and any(
        o and code.max() + 1 > len(parameters) / 2 for code, o in zip(codes, ordered, strict=True)
    )
    if not drawn:
        return near, False
    distance = np.zeros(len(parameters))
    for column, code, order in zip(columns, codes, ordered, strict=True):
        if order:
            values = column.to_numpy(dtype=float)
            distance += ((values - values[best]) / (np.ptp(values) or 1.0)) ** 2
        else:
            distance += code != code[best]
    distance[best] = np.inf
    count = min(NEAREST * len(columns), len(parameters) - 1)
    near = np.zeros(len(parameters), dtype=bool)
    near[np.argsort(distance, kind="stable")[:count]] = True
    return near, True


def _edges(parameters: pd.DataFrame, best: int, alike: np.ndarray) -> tuple[str, ...]:
    found = []
    for name in parameters.columns:
        column = parameters[name]
        if not pd.api.types.is_numeric_dtype(column) or column.nunique() <= 2:
            continue
        values = column.to_numpy()
        # where a step changes nothing, the next one beyond would not either
        idle = bool((alike & (values != values[best])).any())
        if values[best] in (values.min(), values.max()) and not idle:
            found.append(str(name))
    return tuple(found)


def _codes(column: np.ndarray) -> np.ndarray:
    """Place of each value among the distinct ones, ascending."""
    return np.asarray(pd.factorize(column, sort=True)[0])
