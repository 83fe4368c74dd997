"""Tables of the chained path: measures by sleeve and path, returns by month and year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from markupsafe import Markup

from market.serialise import lookup
from reports.run.view import View
from reports.text.fields import field
from reports.text.format import figure
from reports.text.language import _, noted
from strategy.result.metrics import monthly_returns

#: Measures of a path in the order of the table.
MEASURES = (
    "total_return",
    "cagr",
    "volatility",
    "sharpe_excess",
    "sharpe",
    "sortino_excess",
    "sortino",
    "max_drawdown",
    "max_drawdown_start",
    "max_drawdown_low",
    "max_drawdown_end",
    "calmar",
    "worst_month",
    "best_month",
    "cvar_95",
)

#: Paths of metrics.json with their words; those that a run does not have are left out.
PATHS = (
    ("total", noted("Whole plan")),
    ("benchmark", noted("Core alone")),
    ("derisk", noted("Holding less")),
)

#: Monthly returns are shaded in this many steps a side; the last begins here.
SHADES, DARKEST = 4, 0.08


@dataclass(frozen=True)
class CalendarRow:
    """One year of the monthly table; None where a month or the year is not whole."""

    year: int
    months: tuple[float | None, ...]
    total: float | None
    benchmark: float | None

    @property
    def difference(self) -> float | None:
        """The plan's year less the core's."""
        if self.total is None or self.benchmark is None:
            return None
        return self.total - self.benchmark


def measure_rows(view: View) -> tuple[list[str], list[tuple[str, str, list[Markup]]]]:
    """Heads of the paths, and (measure, note, one figure a path) of each row."""
    paths = [(key, label) for key, label in PATHS if key in view.metrics]
    rows = []
    for name in MEASURES:
        if all(lookup(view.metrics, f"{key}.{name}") is None for key, _label in paths):
            continue
        known = field(name)
        cells = [figure(view.metrics, f"{key}.{name}") for key, _label in paths]
        rows.append((known.label, known.note, cells))
    return [_(label) for _key, label in paths], rows


def calendar_rows(view: View) -> list[CalendarRow]:
    """Months and years of the chained path; whole ones only."""
    total, benchmark = (
        monthly_returns(view.daily[f"equity_{name}"].to_numpy(dtype=float), view.sessions)
        for name in ("total", "benchmark")
    )
    return [
        CalendarRow(
            year=int(year),
            months=tuple(_month(total, int(year), month) for month in range(1, 13)),
            total=_year(total, int(year)),
            benchmark=_year(benchmark, int(year)),
        )
        for year in sorted({p.year for p in total.index}, reverse=True)
    ]


def shade(value: float | None) -> str:
    """Class of a monthly cell: ``up-1`` to ``up-4``, ``down-1`` to ``down-4``, or none."""
    if value is None or abs(value) < 0.005:
        return ""
    step = min(SHADES, 1 + int(abs(value) / DARKEST * (SHADES - 1)))
    return f"{'up' if value > 0 else 'down'}-{step}"


def _month(returns: pd.Series, year: int, month: int) -> float | None:
    value = returns.get(pd.Period(year=year, month=month, freq="M"))
    return None if value is None or not np.isfinite(value) else float(value)


def _year(returns: pd.Series, year: int) -> float | None:
    """Compounded from twelve whole months; None with fewer."""
    months = [_month(returns, year, month) for month in range(1, 13)]
    if any(value is None for value in months):
        return None
    return float(np.prod([1.0 + value for value in months if value is not None]) - 1.0)
