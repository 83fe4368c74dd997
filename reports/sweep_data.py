"""What a sweep's page shows: its variants by parameter, and how much of the best one is luck.

Read from the sweep's folder. Statistics over vintages take those that every
variant has whole.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.errors import InputError
from reports.comparison import flatten
from reports.format import setting
from reports.serialise import plain
from reports.stored import read_json
from strategy.validation.overfitting import Overfitting, cscv
from strategy.validation.plateau import Plateau, importance, plateau
from strategy.validation.reality_check import RealityCheck, reality_check
from strategy.validation.sharpe import (
    deflated_sharpe,
    effective_trials,
    mean_correlation,
    moments,
    probabilistic_sharpe,
    sharpe_of_luck,
)
from strategy.validation.walk_forward import WalkForward, walk_forward

#: Parameters on the page, the most important first; values of one before they are put in groups.
MOST_PARAMETERS, MOST_VALUES = 6, 14
#: Variants whose returns enter the statistics; of more, a random sample of as many and the best.
MOST_RETURNS = 8000
FEWEST_VINTAGES = 12
RESAMPLES = 1000

#: How the parameters that a heat map does not show are dealt with.
MODES = ("mean", "best", "chosen")


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


@dataclass(frozen=True)
class SweepData:
    """A finished sweep.

    Attributes
    ----------
    folder : pathlib.Path
    summary : mapping
        sweep.json.
    variants : DataFrame
        variants.parquet.
    vintages : DataFrame or None
        vintages.parquet, where it was written.
    """

    folder: Path
    summary: Mapping[str, Any]
    variants: pd.DataFrame
    vintages: pd.DataFrame | None

    @property
    def metric(self) -> str:
        """What the variants are ranked by."""
        return str(self.summary["sweep"]["best"]["by"])

    @property
    def trials(self) -> int:
        return len(self.variants)

    @property
    def base(self) -> Mapping[str, Any]:
        """Metrics of the plan as written."""
        found: Mapping[str, Any] = self.summary.get("base") or {}
        return found

    @cached_property
    def scores(self) -> np.ndarray:
        """The metric of every variant, larger is better."""
        return self.variants[self.metric].to_numpy(dtype=float)

    @cached_property
    def best(self) -> int:
        """Row of the best variant; the first of equals."""
        return int(np.nanargmax(self.scores))

    @cached_property
    def names(self) -> list[str]:
        """Swept keys that take more than one value, as columns of the variants."""
        keys = [key for axis in self.summary["sweep"]["axes"] for key in axis["keys"]]
        return [k for k in keys if k in self.variants and self.variants[k].nunique() > 1]

    @cached_property
    def importance(self) -> pd.Series:
        """Share of the metric's variance that each parameter explains alone, largest first."""
        return importance(self.variants[self.names], self.scores)

    @cached_property
    def shown(self) -> list[str]:
        """The parameters on the page."""
        return [str(name) for name in self.importance.index[:MOST_PARAMETERS]]

    @cached_property
    def coded(self) -> dict[str, tuple[np.ndarray, tuple[str, ...]]]:
        """For each parameter shown: place of every variant's value, and the values' labels."""
        return {name: _codes(self.variants[name]) for name in self.shown}

    @cached_property
    def base_row(self) -> int | None:
        """The variant that is the plan as written; None where it is not on the grid."""
        if not self.base:
            return None
        shared = [k for k in self.base if k in self.variants and not k.startswith("cvar")]
        written = self.variants[shared].to_numpy(dtype=float)
        wanted = np.array([math.nan if self.base[k] is None else self.base[k] for k in shared])
        same = np.isclose(written, wanted, rtol=1e-9, atol=1e-12, equal_nan=True).all(axis=1)
        plan = flatten(self.summary["sweep"]["plan"])
        # settings that change nothing give the same figures: the keys decide among those few
        for row in np.flatnonzero(same).tolist():
            values = self.variants.iloc[row]
            if all(_value_of(values[k]) == plan[k] for k in self.names if k in plan):
                return row
        return None

    def grid(self, row: str, column: str, mode: str) -> Grid:
        """The metric by two parameters; the others averaged, at their best, or as in the best."""
        (a, rows), (b, columns) = self.coded[row], self.coded[column]
        scores = self.scores
        keep = np.isfinite(scores)
        if mode == "chosen":
            for name, (codes, _labels) in self.coded.items():
                if name not in (row, column):
                    keep &= codes == codes[self.best]
        values = np.full((len(rows), len(columns)), math.nan)
        table = pd.DataFrame({"a": a[keep], "b": b[keep], "v": scores[keep]})
        groups = table.groupby(["a", "b"])["v"]
        found = groups.mean() if mode == "mean" else groups.max()
        at = found.reset_index()
        values[at["a"].to_numpy(dtype=int), at["b"].to_numpy(dtype=int)] = at["v"].to_numpy()
        base = self.base_row
        return Grid(
            row,
            column,
            rows,
            columns,
            values,
            (int(a[self.best]), int(b[self.best])),
            None if base is None else (int(a[base]), int(b[base])),
        )

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of the parameters shown, the most important first."""
        return list(itertools.combinations(self.shown, 2))

    @cached_property
    def slices(self) -> list[Slice]:
        """The metric along each parameter shown."""
        out = []
        for name, (codes, labels) in self.coded.items():
            parts = [self.scores[codes == i] for i in range(len(labels))]
            parts = [
                p[np.isfinite(p)] if np.isfinite(p).any() else np.array([np.nan]) for p in parts
            ]
            low, median, high, best = (
                np.array([np.quantile(p, q) for p in parts]) for q in (0.1, 0.5, 0.9, 1.0)
            )
            base = None if self.base_row is None else int(codes[self.base_row])
            out.append(Slice(name, labels, low, median, high, best, int(codes[self.best]), base))
        return out

    @cached_property
    def plateau(self) -> Plateau:
        """The best cell beside its neighbours."""
        return plateau(self.variants[self.names], self.scores)

    @cached_property
    def sample(self) -> np.ndarray:
        """Rows of the variants whose returns enter the statistics; the best is the first."""
        if self.vintages is None:
            return np.empty(0, dtype=int)
        known = np.flatnonzero(
            np.isin(self.variants["variant"].to_numpy(), self.vintages["variant"].to_numpy())
        )
        must = [i for i in (self.best, self.base_row) if i is not None and i in known]
        rest = np.setdiff1d(known, must)
        if len(rest) > MOST_RETURNS:
            rest = np.sort(np.random.default_rng(0).choice(rest, MOST_RETURNS, replace=False))
        return np.asarray(np.r_[np.array(must, dtype=int), rest])

    @cached_property
    def returns(self) -> tuple[np.ndarray, np.ndarray]:
        """Years, and returns of the sampled variants, vintages x variants; whole vintages only."""
        if self.vintages is None or not len(self.sample) or self.sample[0] != self.best:
            return np.empty(0, dtype=int), np.empty((0, 0))
        columns = [str(c) for c in self.vintages if str(c).startswith("vintage_")]
        years = np.array([int(c.removeprefix("vintage_")) for c in columns])
        ids = self.variants["variant"].to_numpy()[self.sample]
        table = self.vintages.set_index("variant")[columns].loc[ids].to_numpy(dtype=float).T
        means = self.variants["vintage_mean"].to_numpy(dtype=float)[self.sample]
        # unfinished vintages come last and are in no mean
        for n in range(len(years), max(len(years) - 4, 1), -1):
            if np.allclose(table[:n].mean(axis=0), means, rtol=1e-9, atol=1e-12):
                return years[:n], table[:n]
        whole = np.isfinite(table).all(axis=1)
        return years[whole], table[whole]

    @cached_property
    def judged(self) -> Judged | None:
        """What the best variant is worth; None with too few vintages or without their returns."""
        years, returns = self.returns
        if len(years) < FEWEST_VINTAGES or returns.shape[1] < 2:
            return None
        return judge(years, returns, self.trials, self._base_column())

    def _base_column(self) -> int | None:
        base = self.base_row
        if base is None:
            return None
        found = np.flatnonzero(self.sample == base)
        return int(found[0]) if len(found) and int(found[0]) != 0 else None


@dataclass(frozen=True)
class Judged:
    """The best variant after accounting for the search.

    Attributes
    ----------
    n : int
        Vintages.
    sharpe : float
        Of the best variant's vintage returns, per vintage: less those of the plan as written
        where that is on the grid, since the core that both hold is no skill of the search.
    luck : float
        Sharpe ratio that the best of as many skill-less variants is expected to show.
    psr, dsr : float
        Probability that the true Sharpe ratio exceeds zero, and that it exceeds `luck`.
    effective : float
        Independent trials that the correlated ones are worth.
    against_base : bool
        Whether the ratios are of the lead over the plan as written.
    spa : RealityCheck or None
        Against the plan as written; None where that is not on the grid.
    """

    n: int
    sharpe: float
    luck: float
    psr: float
    dsr: float
    trials: int
    effective: float
    correlation: float
    overfitting: Overfitting | None
    spa: RealityCheck | None
    walk: WalkForward | None
    base: np.ndarray | None
    years: np.ndarray
    against_base: bool


def judge(years: np.ndarray, returns: np.ndarray, trials: int, base: int | None) -> Judged | None:
    """Judge the first column of `returns` as the best of `trials` variants.

    Parameters
    ----------
    years : int64[T]
    returns : float64[T, N]
        Vintages x variants; the best variant is the first.
    base : int, optional
        Column of the plan as written.
    """
    lead = returns if base is None else returns - returns[:, [base]]
    try:
        m = moments(lead[:, 0])
    except ValueError:
        return None
    spread = lead.std(axis=0, ddof=1)
    moving = spread > 1e-15
    sharpes = lead.mean(axis=0)[moving] / spread[moving]
    variance = float(sharpes.var(ddof=1)) if len(sharpes) > 1 else 0.0
    rho = mean_correlation(lead)
    effective = effective_trials(trials, rho)
    distinct = np.unique(returns, axis=1)
    overfitting = spa = walk = None
    if distinct.shape[1] > 1:
        overfitting = cscv(distinct, min(10, len(years) // 4 * 2))
        walk = walk_forward(returns, years)
    if base is not None:
        try:
            spa = reality_check(returns[:, base], distinct, block=1.0, reps=RESAMPLES)
        except ValueError:
            spa = None
    return Judged(
        n=len(years),
        sharpe=m.sharpe,
        luck=sharpe_of_luck(variance, effective),
        psr=probabilistic_sharpe(m),
        dsr=deflated_sharpe(m, variance, effective),
        trials=trials,
        effective=effective,
        correlation=rho,
        overfitting=overfitting,
        spa=spa,
        walk=walk,
        base=None if base is None else returns[:, base],
        years=years,
        against_base=base is not None,
    )


def read_sweep(folder: str | os.PathLike[str]) -> SweepData:
    """The sweep in a folder.

    Raises
    ------
    InputError
        Where it is not a finished sweep's, or a file cannot be understood.
    """
    folder = Path(folder)
    path = folder / "sweep.json"
    if not path.is_file():
        raise InputError("holds no sweep.json", where=str(folder), expected="a sweep's folder")
    summary = read_json(path)
    if summary.get("state") != "complete":
        raise InputError("is not finished", where=str(folder), do="run the sweep again to go on")
    try:
        _ = summary["sweep"]["best"]["by"], summary["sweep"]["axes"], summary["name"], summary["id"]
    except (KeyError, TypeError) as error:
        raise InputError(f"lacks {error}", where=str(path), do="run the sweep again") from error
    variants = _parquet(folder / "variants.parquet")
    metric = summary["sweep"]["best"]["by"]
    if metric not in variants or not np.isfinite(variants[metric].to_numpy(dtype=float)).any():
        raise InputError(f"has no figure in {metric!r}", where=str(folder / "variants.parquet"))
    vintages = folder / "vintages.parquet"
    return SweepData(
        folder, plain(summary), variants, _parquet(vintages) if vintages.is_file() else None
    )


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except Exception as error:  # pyarrow has an error for every way to be no Parquet file
        raise InputError("is not a Parquet file", where=str(path)) from error


def _value_of(value: Any) -> Any:
    """A swept value as such: lists are JSON text in the table."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        with suppress(ValueError):
            return json.loads(value)
    return plain(value)


def _codes(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Place of each value among the distinct ones, in groups of equal size where they are many."""
    values, codes = np.unique(column.to_numpy(), return_inverse=True)
    if len(values) <= MOST_VALUES:
        return codes, tuple(setting(plain(v)) for v in values)
    edges = np.linspace(0, len(values), MOST_VALUES + 1).round().astype(int)
    labels = tuple(
        f"{setting(plain(values[a]))} … {setting(plain(values[b - 1]))}"
        for a, b in itertools.pairwise(edges)
    )
    return np.searchsorted(edges, codes, side="right") - 1, labels
