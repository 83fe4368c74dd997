"""Is the best cell an island: neighbours of the best variant, and which parameter matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Plateau:
    """The best cell beside its neighbours.

    Attributes
    ----------
    best : float
        The metric of the best cell.
    neighbours : float
        Mean of the cells one step away in exactly one parameter.
    n_neighbours : int
    median : float
        Median over all cells.
    score : float
        (neighbours - median) / (best - median): near 1 on a plateau, near 0
        for an island. NaN without neighbours or variation.
    """

    best: float
    neighbours: float
    n_neighbours: int
    median: float
    score: float


def plateau(parameters: pd.DataFrame, metric: np.ndarray) -> Plateau:
    """Compare the best cell of a grid with the cells next to it.

    Parameters
    ----------
    parameters : DataFrame
        One row a variant, one column a parameter; a step is one place in the
        parameter's sorted distinct values. Non-numeric parameters have no
        order: every other value is one step away.
    metric : float64[N]
        Higher is better; NaN cells are ignored.
    """
    metric = np.asarray(metric, dtype=float)
    best = int(np.nanargmax(metric))
    codes = np.column_stack([_codes(parameters[name]) for name in parameters.columns])
    ordered = np.array([pd.api.types.is_numeric_dtype(parameters[n]) for n in parameters.columns])
    distance = np.abs(codes - codes[best])
    distance[:, ~ordered] = np.minimum(distance[:, ~ordered], 1)
    near = (distance.sum(axis=1) == 1) & ~np.isnan(metric)
    median = float(np.nanmedian(metric))
    top = float(metric[best])
    mean = float(metric[near].mean()) if near.any() else float("nan")
    gap = top - median
    score = (mean - median) / gap if near.any() and gap > 0.0 else float("nan")
    return Plateau(top, mean, int(near.sum()), median, score)


def importance(parameters: pd.DataFrame, metric: np.ndarray) -> pd.Series:
    """Share of the metric's variance that each parameter explains alone.

    First-order effect: variance of the metric's mean per value of the
    parameter over the metric's variance. Shares need not sum to 1: what is
    missing is interaction.

    Returns
    -------
    pandas.Series
        By parameter, descending; 0 for all where the metric does not vary.
    """
    values = pd.Series(np.asarray(metric, dtype=float), index=parameters.index)
    total = float(values.var(ddof=0))
    shares = {}
    for name in parameters.columns:
        means = values.groupby(parameters[name].to_numpy()).transform("mean")
        shares[name] = float(means.var(ddof=0)) / total if total > 0.0 else 0.0
    return pd.Series(shares, dtype=float).sort_values(ascending=False, kind="stable")


def _codes(column: pd.Series) -> np.ndarray:
    return np.unique(column.to_numpy(), return_inverse=True)[1]
