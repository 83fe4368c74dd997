"""Rows of a sweep's table: the columns of paths and those of settings, put side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import prange

from strategy.kernels.compiled import compiled
from strategy.sweep.engine.context import Context
from strategy.sweep.engine.outcomes import HITS, IN_MARKET, LOST, TRADES, WON, Hedges, Tactical
from strategy.sweep.engine.paths import PATH_METRICS, Paths
from strategy.sweep.file.columns import METRICS

_NAMES = tuple(METRICS)
#: Column of each figure of a path.
_PATH_COLUMNS = np.array([_NAMES.index(name) for name in PATH_METRICS])
_TRADES, _HIT_RATE, _PROFIT_FACTOR, _IN_MARKET, _HEDGED, _MEAN, _STD = (
    _NAMES.index(name)
    for name in (
        *("trades", "hit_rate", "profit_factor", "tactical_sessions", "hedged"),
        *("vintage_mean", "vintage_std"),
    )
)


@dataclass(frozen=True)
class Rows:
    """What variants came to.

    Attributes
    ----------
    metrics : float64[n, len(METRICS)]
    vintages : float64[n, years]
        Return of the account from each anchor to the next, one column for each
        of the engine's years; NaN where a variant has no such vintage.
    daily : float64[n, sessions]
        Daily returns; no rows unless asked for.
    """

    metrics: np.ndarray
    vintages: np.ndarray
    daily: np.ndarray


@compiled(parallel=True)
def _fill(t_index, h_index, figures, hedged, sessions, paths, columns, vintages, whole, out):
    """One row a variant; `whole` is how many of its vintages, from the first, are averaged."""
    for i in prange(len(t_index)):
        for j in range(len(columns)):
            out[i, columns[j]] = paths[i, j]
        t = t_index[i]
        trades, lost = figures[t, TRADES], figures[t, LOST]
        out[i, _TRADES] = trades
        out[i, _HIT_RATE] = figures[t, HITS] / trades if trades > 0.0 else np.nan
        out[i, _PROFIT_FACTOR] = figures[t, WON] / -lost if lost < 0.0 else np.nan
        out[i, _IN_MARKET] = figures[t, IN_MARKET] / sessions
        out[i, _HEDGED] = hedged[h_index[i]]
        mean, squares = 0.0, 0.0
        for v in range(whole):
            mean += vintages[i, v]
        mean = mean / whole if whole > 0 else np.nan
        for v in range(whole):
            squares += (vintages[i, v] - mean) ** 2
        out[i, _MEAN] = mean
        out[i, _STD] = np.sqrt(squares / (whole - 1)) if whole > 1 else np.nan


def rows_of(
    context: Context,
    paths: Paths,
    tactical: Tactical,
    hedges: Hedges,
    t_index: np.ndarray,
    h_index: np.ndarray,
    years: list[int],
) -> Rows:
    """Rows of variants from their paths and their settings.

    Parameters
    ----------
    context : Context
    paths : Paths
        One row a variant.
    tactical, hedges
        Resolved settings.
    t_index, h_index : int64[n]
        The settings of each variant.
    years : list of int
        Columns of the vintage returns; the context's are among them.
    """
    metrics = np.empty((len(t_index), len(METRICS)))
    # the last vintage is averaged where nothing of it is left to come
    whole = len(context.schedules) - (0 if context.schedules[-1].complete else 1)
    _fill(
        t_index,
        h_index,
        tactical.figures,
        hedges.hedged,
        context.sessions_counted + 1,
        paths.metrics,
        _PATH_COLUMNS,
        paths.vintages,
        whole,
        metrics,
    )
    vintages = paths.vintages
    if list(context.years) != years:
        vintages = np.full((len(metrics), len(years)), np.nan)
        vintages[:, np.searchsorted(years, context.years)] = paths.vintages
    return Rows(metrics, vintages, paths.daily)
