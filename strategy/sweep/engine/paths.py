"""What a path leaves: the figures that its running sums become."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from market.year import DAYS_A_YEAR, SESSIONS_A_YEAR
from strategy.kernels.compiled import compiled
from strategy.sweep.engine.walk import (
    COST,
    EXPOSURE,
    FALL,
    FALL_END_AT,
    FALL_PEAK_AT,
    SUM,
    SUM_2,
    SUM_DOWN,
    TROUBLE,
    TURNOVER,
)

#: Columns that a path's sums become.
PATH_METRICS = (
    "total_return",
    "cagr",
    "volatility",
    "sharpe",
    "sortino",
    "max_drawdown",
    "max_drawdown_sessions",
    "calmar",
    "cvar_95",
    "exposure",
    "turnover",
    "cost",
    "cvar_95_error",
)
#: Column after them: what a walk could not follow, see `strategy.sweep.engine.walk.TROUBLE`.
TROUBLED = len(PATH_METRICS)
CVAR = PATH_METRICS.index("cvar_95")


class Paths(NamedTuple):
    """What walks or compositions of n variants leave.

    ``metrics`` has the columns `PATH_METRICS`; ``vintages`` the return of the
    account from each anchor to the next (the last: to the end); ``daily`` the
    daily returns, no rows where not asked for; ``trouble`` what could not be
    followed (see `strategy.sweep.engine.walk`): these rows are worth nothing.
    """

    metrics: np.ndarray
    vintages: np.ndarray
    daily: np.ndarray
    trouble: np.ndarray


@compiled()
def path_metrics(equity, sums, sessions, last, out):
    """Fill `out` with the figures of `strategy.result.metrics.performance`, CVaR left out.

    NaN where `performance` has none: no spread, no loss, no fall.
    """
    n = float(sessions)
    total = equity - 1.0
    out[0] = total
    growth = (1.0 + total) ** (SESSIONS_A_YEAR / n) - 1.0 if total > -1.0 else -1.0
    out[1] = growth
    mean = sums[SUM] / n
    variance = (sums[SUM_2] - n * mean * mean) / (n - 1.0)
    spread = np.sqrt(max(variance, 0.0))
    out[2] = spread * np.sqrt(SESSIONS_A_YEAR)
    # a constant return leaves rounding residue, not a spread
    out[3] = np.nan
    if variance > 1e-12 * sums[SUM_2] / n:
        out[3] = mean / spread * np.sqrt(SESSIONS_A_YEAR)
    downside = np.sqrt(sums[SUM_DOWN] / n)
    out[4] = mean / downside * np.sqrt(SESSIONS_A_YEAR) if downside > 0.0 else np.nan
    fall = sums[FALL] - 1.0
    out[5] = fall
    out[6] = 0.0
    out[7] = np.nan
    if fall < 0.0:
        end = sums[FALL_END_AT] if sums[FALL_END_AT] >= 0.0 else float(last)
        out[6] = end - sums[FALL_PEAK_AT]
        out[7] = growth / -fall
    out[9] = sums[EXPOSURE] / n
    out[10] = sums[TURNOVER] / n * SESSIONS_A_YEAR
    out[11] = sums[COST] / n * SESSIONS_A_YEAR
    out[TROUBLED] = sums[TROUBLE]


def in_years_of(sessions: pd.DatetimeIndex, metrics: np.ndarray) -> np.ndarray:
    """`metrics` in years of the market's own length, in place; the kernels count 252 sessions.

    As `strategy.result.metrics.performance` has them: growth by the calendar,
    the others by the market's rows a year.

    Parameters
    ----------
    sessions : DatetimeIndex
        Of the path, the first anchor first.
    metrics : float64[n, k]
        Columns `PATH_METRICS`.
    """
    year = rows_a_year(sessions)
    if year == SESSIONS_A_YEAR:
        return metrics
    at = PATH_METRICS.index
    times = year / SESSIONS_A_YEAR
    for name in ("volatility", "sharpe", "sortino"):
        metrics[:, at(name)] *= np.sqrt(times)
    for name in ("turnover", "cost"):
        metrics[:, at(name)] *= times
    years = (sessions[-1] - sessions[0]).days / DAYS_A_YEAR
    ends = np.maximum(1.0 + metrics[:, at("total_return")], 0.0)
    metrics[:, at("cagr")] = ends ** (1.0 / years) - 1.0
    fall = metrics[:, at("max_drawdown")]
    metrics[:, at("calmar")] = np.where(fall < 0.0, metrics[:, at("cagr")] / -fall, np.nan)
    return metrics
