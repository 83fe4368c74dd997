"""Shorter ways to the same figures for quantstats, while a tear sheet is drawn.

Half of quantstats' time on six decades of daily returns goes into drawing
every figure a second time after saving it, and into Python calls per group
and per drawdown. Each replacement gives the same bytes; a test compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd


@contextmanager
def without_detours() -> Iterator[None]:
    """Replace four functions of quantstats and one of matplotlib for the duration.

    A function that a later version no longer has is left alone.
    """
    from matplotlib.backend_bases import FigureCanvasBase
    from quantstats import stats, utils

    with ExitStack() as stack:
        for owner, name, make in (
            (FigureCanvasBase, "draw_idle", _no_redraw),
            (utils, "group_returns", _group_returns),
            (utils, "_prepare_benchmark", _prepare_benchmark),
            (stats, "comp", _comp),
            (stats, "remove_outliers", _remove_outliers),
        ):
            original = getattr(owner, name, None)
            if original is not None:
                stack.enter_context(patch.object(owner, name, make(original)))
        yield


def _no_redraw(original: Callable[..., Any]) -> Callable[..., Any]:
    """``pyplot.savefig`` redraws the figure on screen; there is no screen."""
    return lambda *args, **kwargs: None


def _comp(original: Callable[..., Any]) -> Callable[..., Any]:
    """Compound return of a series, without pandas' machinery."""

    def comp(returns: Any) -> Any:
        if isinstance(returns, pd.Series):
            return np.nanprod(returns.to_numpy(dtype=float) + 1.0) - 1.0
        return original(returns)

    return comp


def _group_returns(original: Callable[..., Any]) -> Callable[..., Any]:
    """Compound return of each group in one compiled pass instead of a call per group."""

    def group_returns(returns: Any, groupby: Any, compounded: bool = False) -> Any:
        if not compounded:
            return original(returns, groupby, compounded)
        return returns.add(1).groupby(groupby).prod() - 1

    return group_returns


def _prepare_benchmark(original: Callable[..., Any]) -> Callable[..., Any]:
    """Where strategy and benchmark share an index, no need to compare them as sets."""

    def prepare(benchmark: Any = None, period: Any = "max", *args: Any, **kwargs: Any) -> Any:
        if (
            isinstance(benchmark, pd.Series)
            and isinstance(period, pd.DatetimeIndex)
            and period.equals(benchmark.index)
        ):
            period = "max"
        return original(benchmark, period, *args, **kwargs)

    return prepare


def _remove_outliers(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same quantile, asked of NumPy."""

    def remove_outliers(returns: Any, quantile: float = 0.95) -> Any:
        if isinstance(returns, pd.Series) and not returns.isna().any():
            values = returns.to_numpy(dtype=float)
            return returns[values < np.quantile(values, quantile)] if len(values) else returns
        return original(returns, quantile)

    return remove_outliers
