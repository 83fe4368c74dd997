"""What a sweep's page reads: its variants by parameter, and the evidence that came with them.

Read from the sweep's folder. How much of the best variant is luck is judged
by `simulate sweep` alone, which leaves evidence.json; nothing of it is
computed here.
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
from market.serialise import plain
from reports.sweep.grids import Grid, Slice, coded_values, make_grid, make_slice
from reports.text.fields import Field, field
from reports.text.format import grouped
from strategy.compare.settings import flatten
from strategy.compare.stored import read_json

EVIDENCE = "evidence.json"
#: Metrics that are shown, or tell the plan as written from other variants.
READ = (
    *("lead", "sharpe", "cagr", "max_drawdown", "hit_rate", "exposure", "turnover"),
    "vintage_mean",
)
#: Parameters on the page, the most important first.
MOST_PARAMETERS = 10
#: Ranks among which the best with different results are sought.
MOST_RANKED = 5_000


@dataclass(frozen=True)
class HeatMap:
    """What a heat map shows.

    Attributes
    ----------
    grid : Grid
    metric : Field
        What the variants are ranked by.
    middle, reach : float
        The plan as written, or the middle of all; and the furthest from it.
    sign : float
        -1 where less of the metric is better.
    """

    grid: Grid
    metric: Field
    middle: float
    reach: float
    sign: float

    def written(self, value: float) -> str:
        """A cell's value: percent without its sign, or a ratio; nothing where there is none."""
        if not math.isfinite(value):
            return ""
        fraction = self.metric.kind in ("percent", "share", "cost")
        return grouped(value * 100, 2) if fraction else grouped(value, 3)


@dataclass(frozen=True)
class SweepData:
    """A finished sweep.

    Attributes
    ----------
    folder : pathlib.Path
    summary : mapping
        sweep.json.
    variants : DataFrame
        variants.parquet: its keys, the metric that ranks, and those of `READ`.
    evidence : mapping
        evidence.json; empty where the sweep was not judged.
    """

    folder: Path
    summary: Mapping[str, Any]
    variants: pd.DataFrame
    evidence: Mapping[str, Any]

    @property
    def metric(self) -> str:
        """What the variants are ranked by."""
        return str(self.summary["sweep"]["best"]["by"])

    @property
    def sign(self) -> float:
        """1, or -1 where less of the metric is better."""
        from strategy.sweep.evidence.ranking import LESS_IS_BETTER

        return -1.0 if self.metric in LESS_IS_BETTER else 1.0

    @property
    def n(self) -> int:
        """Variants of this sweep."""
        return len(self.variants)

    @property
    def base(self) -> Mapping[str, Any]:
        """Metrics of the plan as written."""
        found: Mapping[str, Any] = self.summary.get("base") or {}
        return found

    @cached_property
    def scores(self) -> np.ndarray:
        """The metric of every variant."""
        return self.variants[self.metric].to_numpy(dtype=float)

    @cached_property
    def ranking(self) -> np.ndarray:
        """Rows of the variants, the best first, of equals the one with the lower number."""
        scores = np.where(np.isfinite(self.scores), self.sign * self.scores, -math.inf)
        return np.asarray(np.argsort(-scores, kind="stable"))

    @cached_property
    def best(self) -> int:
        """Row of the best variant."""
        return int(self.ranking[0])

    def leaders(self, n: int) -> np.ndarray:
        """Rows of the `n` best with different results; of those with one result the first."""
        ranked = self.ranking[np.isfinite(self.scores[self.ranking])][:MOST_RANKED]
        _, first = np.unique(np.round(self.scores[ranked], 12), return_index=True)
        return np.asarray(ranked[np.sort(first)[:n]])

    @cached_property
    def names(self) -> list[str]:
        """Swept keys that take more than one value, as columns of the variants."""
        keys = [key for axis in self.summary["sweep"]["axes"] for key in axis["keys"]]
        return [k for k in keys if k in self.variants and self.variants[k].nunique() > 1]

    @cached_property
    def importance(self) -> Mapping[str, float]:
        """Share of the metric's variance that each parameter explains alone, as judged."""
        rows = self.evidence.get("importance") or []
        return {row["parameter"]: row["share"] for row in rows if row["parameter"] in self.names}

    @cached_property
    def shown(self) -> list[str]:
        """The parameters on the page, the most important first."""
        ordered = [*self.importance, *(n for n in self.names if n not in self.importance)]
        return ordered[:MOST_PARAMETERS]

    @cached_property
    def coded(self) -> dict[str, tuple[np.ndarray, tuple[str, ...]]]:
        """For each parameter shown: place of every variant's value, and the values' labels."""
        return {name: coded_values(self.variants[name]) for name in self.shown}

    @cached_property
    def base_row(self) -> int | None:
        """The variant that is the plan as written; None where it is not on the grid."""
        if not self.base:
            return None
        shared = [k for k in self.base if k in self.variants and not k.startswith("cvar")]
        # one column after the other, and only the rows that are left
        rows = np.arange(self.n)
        for name in shared:
            wanted = math.nan if self.base[name] is None else self.base[name]
            column = self.variants[name].to_numpy(dtype=float)[rows]
            rows = rows[np.isclose(column, wanted, rtol=1e-9, atol=1e-12, equal_nan=True)]
        plan = flatten(self.summary["sweep"]["plan"])
        # settings that change nothing give the same figures: the keys decide among those few
        for row in rows.tolist():
            values = self.variants.iloc[row]
            if all(_value_of(values[k]) == plan[k] for k in self.names if k in plan):
                return row
        return None

    def grid(self, row: str, column: str, mode: str) -> Grid:
        """The metric by two parameters."""
        return make_grid(
            self.coded,
            self.scores,
            (row, column),
            mode,
            best=self.best,
            base=self.base_row,
            sign=self.sign,
        )

    @cached_property
    def middle(self) -> float:
        """The metric of the plan as written, or of the middle variant."""
        base = self.base.get(self.metric)
        return float(np.nanmedian(self.scores)) if base is None else float(base)

    @cached_property
    def reach(self) -> float:
        """The furthest that a variant lies from `middle`."""
        return float(np.nanmax(np.abs(self.scores - self.middle))) or 1.0

    def heat_map(self, *, row: str, column: str, mode: str) -> HeatMap:
        """The metric by two parameters with what its shades are measured from."""
        grid = self.grid(row, column, mode)
        return HeatMap(grid, field(self.metric), self.middle, self.reach, self.sign)

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of the parameters shown, the most important first."""
        return list(itertools.combinations(self.shown, 2))

    @cached_property
    def slices(self) -> list[Slice]:
        """The metric along each parameter shown."""
        return [
            make_slice(
                self.coded, self.scores, name, best=self.best, base=self.base_row, sign=self.sign
            )
            for name in self.shown
        ]


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
    metric = summary["sweep"]["best"]["by"]
    keys = [key for axis in summary["sweep"]["axes"] for key in axis["keys"]]
    variants = _parquet(folder / "variants.parquet", ("variant", metric, *keys, *READ))
    if metric not in variants or not np.isfinite(variants[metric].to_numpy(dtype=float)).any():
        raise InputError(
            f"no variant has a figure in {metric!r}",
            where=str(folder / "variants.parquet"),
            do="its prices are too short for one, or nothing was traded: bring longer prices, or "
            "rank by another with sweep.best.by",
        )
    evidence = folder / EVIDENCE
    judged = plain(read_json(evidence)) if evidence.is_file() else {}
    return SweepData(folder, plain(summary), variants, judged)


def _parquet(path: Path, wanted: tuple[str, ...]) -> pd.DataFrame:
    """Those of the wanted columns that the table has."""
    import pyarrow.parquet as pq

    try:
        if not path.is_file():
            raise OSError("no regular file")
        names = pq.read_schema(path).names
        return pd.read_parquet(path, columns=[n for n in names if n in wanted])
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
