"""Runs side by side: what differs in plan and data, and what the differences are worth.

Differences are taken against the first run. Daily paths are compared on the
sessions that all runs have, vintages on those that both have complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.days import rows_a_year
from market.year import DAYS_A_YEAR, SESSIONS_A_YEAR
from strategy.compare.forms import SHORT_FORM, figure_paths
from strategy.compare.settings import differing_settings
from strategy.compare.stored import SERIES_FACTS, StoredRun
from strategy.result.metrics import drawdown, sample_statistics
from strategy.validation.resampling.blocks import optimal_block_length

#: A page of more lines than these tells nothing apart.
MOST_RUNS = 16
LETTERS = "ABCDEFGHIJKLMNOP"

#: Measures of the path whose differences get an interval, in the order of `path_measures`; on
#: less than a year of sessions the first is the total return.
MEASURES = ("cagr", "volatility", "sharpe", "sortino", "max_drawdown", "cvar_95")

#: Columns of vintages.csv that are compared vintage by vintage, for plans of the short form.
PAIRED = ("tactical_return", "hedge_return", "total_return")

#: Resamples of the bootstrap and the seed of its draws: the same runs give the same page.
RESAMPLES, SEED = 1000, 20_251_121
#: Fewer common sessions or vintages than these give no interval.
FEWEST_SESSIONS, FEWEST_VINTAGES = 250, 3


@dataclass(frozen=True)
class PathDifference:
    """One measure of a run's path less the first run's, on the common sessions.

    Attributes
    ----------
    low, high : float or None
        95% percentile interval of the stationary bootstrap.
    """

    measure: str
    first: float
    other: float
    low: float | None = None
    high: float | None = None

    @property
    def value(self) -> float:
        return self.other - self.first

    @property
    def clear(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Comparison:
    """Two or more runs.

    Attributes
    ----------
    runs : tuple of StoredRun
        The first is what the others are compared with.
    data_differences : tuple of str
        Series whose content or range differs; empty where all runs read the same.
    """

    runs: tuple[StoredRun, ...]
    data_differences: tuple[str, ...] = ()

    @property
    def letters(self) -> list[str]:
        """A letter for each run: plans' names may repeat and be long."""
        return list(LETTERS[: len(self.runs)])

    @property
    def others(self) -> list[tuple[str, StoredRun]]:
        """The runs but the first, with their letters."""
        return list(zip(self.letters, self.runs, strict=True))[1:]

    @cached_property
    def legs(self) -> tuple[str, ...]:
        """Names of the legs of all runs, each once."""
        return tuple(dict.fromkeys(leg for run in self.runs for leg in run.legs))

    @property
    def two_ways(self) -> bool:
        """Whether some of the plans name their legs and some do not."""
        return len({run.form for run in self.runs}) > 1

    def paired_columns(self, run: StoredRun) -> tuple[str, ...]:
        """What the first run and `run` can be compared by, vintage by vintage.

        Columns of vintages.csv for two runs of the short form, names of legs for
        two of named legs, nothing for one of each.
        """
        first = self.runs[0]
        if first.form is not run.form:
            return ()
        return PAIRED if first.form is SHORT_FORM else tuple(x for x in first.legs if x in run.legs)

    @cached_property
    def shown_by_vintage(self) -> tuple[str, ...]:
        """What stands on the page vintage by vintage: the total return, or each leg in common."""
        if self.runs[0].form is SHORT_FORM:
            same = any(run.form is SHORT_FORM for run in self.runs[1:])
            return ("total_return",) if same else ()
        found = dict.fromkeys(c for _, run in self.others for c in self.paired_columns(run))
        return tuple(found)

    @cached_property
    def settings(self) -> list[tuple[str, list[Any]]]:
        """Keys of the plans that differ, with each run's value; a key it lacks is None."""
        return differing_settings(self.runs, shared_only=self.two_ways)

    @cached_property
    def figures(self) -> list[tuple[str, list[Any]]]:
        """Paths of metrics.json with each run's figure; those that no run has are left out."""
        paths = figure_paths(self.legs)
        rows = [(path, [run.figure(path) for run in self.runs]) for path in paths]
        return [(path, values) for path, values in rows if any(v is not None for v in values)]

    @cached_property
    def sessions(self) -> pd.DatetimeIndex:
        """The sessions that every run has."""
        common = pd.DatetimeIndex(self.runs[0].daily.index)
        for run in self.runs[1:]:
            common = common.intersection(pd.DatetimeIndex(run.daily.index))
        return common

    @cached_property
    def same_sessions(self) -> bool:
        """Whether all runs have the same sessions."""
        return all(len(run.daily) == len(self.sessions) for run in self.runs)

    @cached_property
    def equities(self) -> np.ndarray:
        """Equity over its first value, sessions x runs."""
        columns = [
            run.daily[run.form.equity].reindex(self.sessions).to_numpy(dtype=float)
            for run in self.runs
        ]
        table = np.column_stack(columns) if len(self.sessions) else np.empty((0, len(columns)))
        return table / table[0] if len(table) else table

    @cached_property
    def drawdowns(self) -> np.ndarray:
        """Fraction below the highest equity so far, sessions x runs."""
        return np.column_stack([drawdown(path) for path in self.equities.T])

    @property
    def measures(self) -> tuple[str, ...]:
        """`MEASURES`, with the total return in place of a yearly one on less than a year."""
        if len(self.sessions) - 1 < rows_a_year(self.sessions):
            return ("total_return", *MEASURES[1:])
        return MEASURES

    @cached_property
    def block(self) -> float:
        """Mean block length of the bootstrap in sessions, by Politis and White; 0 without one."""
        if len(self.sessions) < FEWEST_SESSIONS:
            return 0.0
        returns = self.equities[1:] / self.equities[:-1] - 1.0
        longest = 1.0
        for column in (returns[:, 1:] - returns[:, :1]).T:
            if column.std() > 0.0:
                found = optimal_block_length(column)
                longest = max(longest, found if np.isfinite(found) else 1.0)
        return min(longest, len(returns) / 4.0)

    @cached_property
    def path_differences(self) -> list[list[PathDifference]]:
        """For each run but the first, its measures against the first's."""
        if len(self.sessions) < 2:
            return [[] for _ in self.runs[1:]]
        returns = self.equities[1:] / self.equities[:-1] - 1.0
        year = rows_a_year(self.sessions)
        years = len(returns) / year
        if year != SESSIONS_A_YEAR:
            years = (self.sessions[-1] - self.sessions[0]).days / DAYS_A_YEAR
        point = path_measures(returns, year, years)
        low = high = np.full_like(point[:, 1:], np.nan)
        if self.block:
            from arch.bootstrap import StationaryBootstrap

            draws = StationaryBootstrap(self.block, returns, seed=np.random.default_rng(SEED))
            resampled = draws.apply(lambda r: _differences(r, year, years).ravel(), RESAMPLES)
            low, high = (
                np.nanpercentile(resampled, q, axis=0).reshape(low.shape) for q in (2.5, 97.5)
            )
        return [
            [
                PathDifference(
                    name,
                    float(point[i, 0]),
                    float(point[i, j + 1]),
                    *(float(x) if np.isfinite(x) else None for x in (low[i, j], high[i, j])),
                )
                for i, name in enumerate(self.measures)
            ]
            for j in range(len(self.runs) - 1)
        ]

    def paired(self, run: StoredRun, column: str) -> pd.DataFrame:
        """Vintages that both the first run and `run` have complete and with a value.

        Returns
        -------
        DataFrame
            ``vintage``, ``first``, ``other``, ``difference``.
        """
        tables = []
        for source, name in ((self.runs[0], "first"), (run, "other")):
            rows = source.returns(column)
            rows = rows[rows["complete"].astype(bool)]
            values = rows["value"].to_numpy(dtype=float)
            tables.append(pd.Series(values, index=rows["vintage"], name=name))
        table = pd.concat(tables, axis=1, join="inner").dropna()
        table["difference"] = table["other"] - table["first"]
        return table.reset_index(names="vintage")

    def paired_statistics(self, run: StoredRun, column: str) -> dict[str, Any]:
        """Mean of the paired differences with its t interval, and how many are not zero."""
        table = self.paired(run, column)
        values = table["difference"].to_numpy(dtype=float)
        out = sample_statistics(values, table["vintage"].to_numpy())
        out["n_different"] = int((values != 0.0).sum())
        if len(values) < FEWEST_VINTAGES or not out.get("std"):
            out["mean_low"] = out["mean_high"] = None
        return out

    def labels(self, column: str) -> list[Any]:
        """Vintages that any run has a row of, in order of time."""
        tables = [run.returns(column) for run in self.runs if column in self.columns_of(run)]
        return sorted({label for table in tables for label in table["vintage"]})

    def columns_of(self, run: StoredRun) -> tuple[str, ...]:
        """What a run has vintage by vintage."""
        return PAIRED if run.form is SHORT_FORM else run.legs


def compare(runs: Sequence[StoredRun], *, different_data: bool = False) -> Comparison:
    """The comparison of two or more runs.

    Parameters
    ----------
    runs : sequence of StoredRun
    different_data : bool
        Allow runs that read different data.

    Raises
    ------
    InputError
        With fewer than two runs or too many, with the same run twice, or where
        the runs read different data and that was not asked for.
    """
    unique = list({run.id: run for run in runs}.values())
    if len(unique) < 2:
        what = "only one run" if len(runs) < 2 else f"the same run {len(runs)} times"
        raise InputError(f"got {what}", where="RUN", expected="two or more different runs")
    if len(unique) > MOST_RUNS:
        raise InputError(
            f"got {len(unique)} runs",
            where="RUN",
            expected=f"at most {MOST_RUNS}, named one by one",
        )
    differences = data_differences(unique)
    if differences and not different_data:
        raise InputError(
            f"the runs read different data ({'; '.join(differences[:3])}"
            f"{'; …' if len(differences) > 3 else ''})",
            where="RUN",
            do="add --different-data to compare them all the same; the page will say so",
        )
    for run in unique:  # a damaged file is told before anything is computed
        _ = run.metrics, run.vintages, run.daily
    return Comparison(tuple(unique), tuple(differences))


def data_differences(runs: Sequence[StoredRun]) -> list[str]:
    """Series that differ between runs in content or range, a few words each."""
    out = []
    for name in dict.fromkeys(name for run in runs for name in run.series):
        found = [run.series.get(name) for run in runs]
        if any(series is None for series in found):
            without = [LETTERS[i] for i, series in enumerate(found) if series is None]
            out.append(f"{name}: not in {', '.join(without)}")
            continue
        keys = [tuple(s.get(k) for k in SERIES_FACTS) for s in found if s]
        if len(set(keys)) > 1:
            ranges = dict.fromkeys(f"{first} to {last}" for _, first, last, _ in keys)
            what = " against ".join(ranges) if len(ranges) > 1 else "same range, other figures"
            out.append(f"{name}: {what}")
    return out


def path_measures(
    returns: np.ndarray, year: float = SESSIONS_A_YEAR, years: float | None = None
) -> np.ndarray:
    """`MEASURES` of daily returns, measures x runs; definitions as in metrics.json.

    The first is not made yearly on less than a year. `year` is the market's
    sessions a year, `years` the length of the path where the calendar counts it.
    """
    n = len(returns)
    years = max(n / year if years is None else years, 1.0)
    equity = np.cumprod(1.0 + returns, axis=0)
    # one return has no spread: missing, not a division by zero
    spread = returns.std(axis=0, ddof=1) if n > 1 else np.full(returns.shape[1], np.nan)
    mean = returns.mean(axis=0)
    downside = np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2, axis=0))
    peak = np.maximum(np.maximum.accumulate(equity, axis=0), 1.0)
    tail = max(1, int(np.ceil(0.05 * n)))
    worst = np.partition(returns, tail - 1, axis=0)[:tail]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.vstack(
            (
                np.where(equity[-1] > 0.0, np.abs(equity[-1]) ** (1.0 / years) - 1.0, -1.0),
                spread * np.sqrt(year),
                mean / spread * np.sqrt(year),
                mean / downside * np.sqrt(year),
                (equity / peak - 1.0).min(axis=0),
                worst.mean(axis=0),
            )
        )


def _differences(returns: np.ndarray, year: float, years: float) -> np.ndarray:
    measured = path_measures(returns, year, years)
    return np.asarray(measured[:, 1:] - measured[:, :1])
