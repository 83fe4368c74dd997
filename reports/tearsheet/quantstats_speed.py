"""Shorter ways to the same figures for quantstats, while a tear sheet is drawn.

Half of quantstats' time on six decades of daily returns goes into drawing
every figure a second time after saving it, and into Python calls per group
and per drawdown. Each replacement gives the same bytes; a test compares.

Why they stay although the sheet has a process of its own: on 75 years of days
a sheet takes 2.3 s of processor time with them and 6.7 s without, and all else
of a run 2.4 s, beside which the sheet is drawn. Without them the sheet alone
would decide how long a run takes, about twice as long.
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
    """Replace some functions of quantstats and two of matplotlib for the duration.

    A function that a later version no longer has is left alone.
    """
    from matplotlib.backend_bases import FigureCanvasBase
    from quantstats import stats, utils
    from quantstats._plotting import core

    with ExitStack() as stack:
        for owner, name, make in (
            (FigureCanvasBase, "draw_idle", _no_redraw),
            (FigureCanvasBase, "print_figure", _print_figure),
            (utils, "group_returns", _group_returns),
            (utils, "_prepare_benchmark", _prepare_benchmark),
            (stats, "comp", _comp),
            (stats, "drawdown_details", _drawdown_details),
            (core, "safe_resample", _safe_resample),
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


def _safe_resample(original: Callable[..., Any]) -> Callable[..., Any]:
    """Compound returns of weeks, months and years in one compiled pass."""
    from quantstats import _compat, stats

    def safe_resample(data: Any, freq: str, func: Any = None, **kwargs: Any) -> Any:
        if func is not stats.comp or kwargs or getattr(data.index, "tz", None) is not None:
            return original(data, freq, func, **kwargs)
        return (data + 1.0).resample(_compat.get_frequency_alias(freq)).prod() - 1.0

    return safe_resample


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


def _print_figure(original: Callable[..., Any]) -> Callable[..., Any]:
    """No trial drawing for a layout that is settled: ``tight_layout`` leaves a placeholder."""
    from matplotlib.layout_engine import PlaceHolderLayoutEngine

    def print_figure(canvas: Any, *args: Any, **kwargs: Any) -> Any:
        figure = canvas.figure
        if not isinstance(figure.get_layout_engine(), PlaceHolderLayoutEngine):
            return original(canvas, *args, **kwargs)
        with patch.object(figure, "get_layout_engine", lambda: None):
            return original(canvas, *args, **kwargs)

    return print_figure


def _drawdown_details(original: Callable[..., Any]) -> Callable[..., Any]:
    """The table of drawdowns from arrays, once a series; it is asked for again and again.

    Series with missing values or unusual indices take quantstats' own way.
    """
    known: dict[tuple[bytes, bytes], pd.DataFrame] = {}

    def details(drawdown: Any) -> Any:
        if isinstance(drawdown, pd.DataFrame):
            tables = {name: details(drawdown[name]) for name in drawdown.columns}
            return pd.concat(tables, axis=1)
        index = getattr(drawdown, "index", None)
        if not isinstance(index, pd.DatetimeIndex) or not index.is_unique:
            return original(drawdown)
        values = drawdown.to_numpy(dtype=float)
        under = values != 0.0
        if np.isnan(values).any() or not under.any():
            return original(drawdown)
        key = (values.tobytes(), index.asi8.tobytes())
        if key not in known:
            known[key] = _drawdown_table(values, index)
        return known[key].copy()

    return details


def _drawdown_table(values: np.ndarray, index: pd.DatetimeIndex) -> pd.DataFrame:
    under = values != 0.0
    before = np.concatenate([[False], under[:-1]])
    # a drawdown that is under way on the first day starts there
    starts = np.flatnonzero(under & ~before)
    ends = np.flatnonzero(before & ~under) - 1
    if len(ends) < len(starts):
        ends = np.append(ends, len(values) - 1)
    rows = []
    for first, last in zip(starts, ends, strict=True):
        part = values[first : last + 1]
        # all but the deepest hundredth: losses below their 99 % quantile
        kept = part[-part < np.quantile(-part, 0.99)] if len(part) > 1 else part[:0]
        deepest = kept.min() * 100 if len(kept) else np.nan
        rows.append((first + int(part.argmin()), part.min() * 100, deepest))
    valleys, depths, most = (np.array(column) for column in zip(*rows, strict=True))
    return pd.DataFrame(
        {
            "start": index[starts].strftime("%Y-%m-%d"),
            "valley": index[valleys].strftime("%Y-%m-%d"),
            "end": index[ends].strftime("%Y-%m-%d"),
            "days": (index[ends] - index[starts]).days + 1,
            "max drawdown": depths,
            "99% max drawdown": most,
        }
    )
