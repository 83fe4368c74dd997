"""Figures of quantstats' table that are wrong or mean something else, replaced by this program's.

quantstats 0.0.86 annualises 35, 59 and 119 months as 3, 5 and 10 years, and any
shorter path too; cuts expected shortfall at a Gaussian value at risk; divides
total returns, not yearly ones, by Ulcer index and beta; and takes part of a
year for a year. What metrics.json holds stands here as it is there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from strategy.result.metrics import monthly_returns, performance

EMPTY = "-"
NOT_SHOWN = ("Serenity Index", "Risk of Ruin", "Risk-Free Rate")
"""Rows that are left out: the first rests on Ulcer figures of total returns, the second is 0 for
every path of a fund, the third is no input here."""

Row = tuple[str, Callable[["PathFigures"], float | None], str]


class PathFigures:
    """Figures of one path, from its returns.

    Parameters
    ----------
    returns : pandas.Series
        A session each, the first one that earned.
    bills : pandas.Series
        What bills earned in the same session, fraction; NaN where unknown.
    start : pandas.Timestamp
        Day of the starting capital.
    year : float
        Sessions a year.
    """

    def __init__(
        self, returns: pd.Series, bills: pd.Series, start: pd.Timestamp, year: float
    ) -> None:
        self.returns, self.bills, self.year = returns, bills, year
        self.index = pd.DatetimeIndex([start, *returns.index])
        growth = np.cumprod(1.0 + returns.to_numpy(dtype=float))
        self.equity = np.concatenate([[1.0], growth])
        self.stated = performance(self.equity, self.index)
        falls = self.equity / np.maximum.accumulate(self.equity) - 1.0
        self.ulcer = float(np.sqrt(np.mean(falls[1:] ** 2)))

    def over(self, years: int) -> float | None:
        """Growth a year over the last `years` calendar years; None of a shorter path."""
        start = self.index[-1] - pd.DateOffset(years=years)
        at = int(self.index.searchsorted(start, side="right")) - 1
        if at < 0:
            return None
        return float((self.equity[-1] / self.equity[at]) ** (1.0 / years) - 1.0)

    def whole_years(self) -> np.ndarray:
        """Returns of the calendar years that the path holds whole."""
        ends = pd.Series(self.equity, index=self.index).groupby(self.index.year).last()
        years = ends.pct_change().iloc[1:]
        last = self.index[-1]
        if (last.month, last.day) < (12, 29):
            years = years.iloc[:-1]
        first = self.index[0]
        # a path that begins at the year's end has the next year whole
        whole = years[years.index > first.year]
        return np.asarray(whole.to_numpy(dtype=float))

    def months(self) -> np.ndarray:
        """Returns of whole months."""
        return np.asarray(monthly_returns(self.equity, self.index).to_numpy(dtype=float))

    def tail(self) -> np.ndarray:
        """The worst twentieth of the sessions."""
        moves = np.sort(self.returns.to_numpy(dtype=float))
        return moves[: max(1, int(np.ceil(0.05 * len(moves))))]

    def excess_sharpe(self) -> float | None:
        """Sharpe ratio of returns less bills, over the sessions on which bills are known."""
        less = (self.returns - self.bills).dropna().to_numpy(dtype=float)
        if len(less) < 2 or not less.std(ddof=1) > 0.0:
            return None
        return float(less.mean() / less.std(ddof=1) * np.sqrt(self.year))

    def excess_growth(self) -> float:
        """Growth a year less what bills earned a year, where they are known."""
        known = self.bills.fillna(0.0).to_numpy(dtype=float)
        growth = float(np.prod(1.0 + known) ** (self.year / len(known)) - 1.0)
        return float(self.stated["cagr"]) - growth


def _stated(name: str) -> Callable[[PathFigures], float | None]:
    return lambda path: path.stated.get(name)


def _mean(values: np.ndarray, least: int) -> float | None:
    return (
        float(np.prod(1.0 + values) ** (1.0 / len(values)) - 1.0) if len(values) >= least else None
    )


def _at(values: np.ndarray, which: Callable[[np.ndarray], float]) -> float | None:
    return float(which(values)) if len(values) else None


def _over_ulcer(path: PathFigures) -> float | None:
    return path.stated["cagr"] / path.ulcer if path.ulcer > 0.0 else None


ROWS: tuple[Row, ...] = (
    ("Cumulative Return", _stated("total_return"), "percent"),
    ("CAGR%", _stated("cagr"), "percent"),
    ("Sharpe", _stated("sharpe"), "ratio"),
    ("Sortino", _stated("sortino"), "ratio"),
    ("Max Drawdown", _stated("max_drawdown"), "percent"),
    ("Volatility (ann.)", _stated("volatility"), "percent"),
    ("Calmar", _stated("calmar"), "ratio"),
    ("Ulcer Index", lambda path: path.ulcer, "percent"),
    ("Ulcer Performance Index", _over_ulcer, "ratio"),
    ("Expected Monthly", lambda path: _mean(path.months(), 2), "percent"),
    ("Expected Yearly", lambda path: _mean(path.whole_years(), 2), "percent"),
    ("Daily Value-at-Risk", lambda path: float(path.tail()[-1]), "percent"),
    ("Expected Shortfall (cVaR)", _stated("cvar_95"), "percent"),
    ("1Y", lambda path: path.over(1), "percent"),
    ("3Y (ann.)", lambda path: path.over(3), "percent"),
    ("5Y (ann.)", lambda path: path.over(5), "percent"),
    ("10Y (ann.)", lambda path: path.over(10), "percent"),
    ("All-time (ann.)", _stated("cagr"), "percent"),
    ("Best Month", _stated("best_month"), "percent"),
    ("Worst Month", _stated("worst_month"), "percent"),
    ("Best Year", lambda path: _at(path.whole_years(), np.max), "percent"),
    ("Worst Year", lambda path: _at(path.whole_years(), np.min), "percent"),
    ("Win Month", lambda path: _at(path.months() > 0.0, np.mean), "percent"),
    ("Win Year", lambda path: _at(path.whole_years() > 0.0, np.mean), "percent"),
)


def mended(
    page: str,
    strategy: pd.Series,
    benchmark: pd.Series,
    bills: pd.Series,
    start: pd.Timestamp,
    year: float,
) -> str:
    """The page with the figures of `ROWS`, a Sharpe ratio in excess of bills, and a Treynor ratio.

    Parameters
    ----------
    page : str
        As quantstats wrote it.
    strategy, benchmark, bills : pandas.Series
        Returns of one index; bills NaN where unknown.
    start : pandas.Timestamp
        Day of the starting capital.
    year : float
        Sessions a year.
    """
    core, plan = (PathFigures(returns, bills, start, year) for returns in (benchmark, strategy))
    for label in NOT_SHOWN:
        page = _row(label).sub("", page)
    for label, figure, kind in ROWS:
        page = _put(page, label, _shown(figure(core), kind), _shown(figure(plan), kind))
    spread = float(benchmark.var(ddof=1))
    beta = float(np.cov(strategy, benchmark, ddof=1)[0, 1]) / spread if spread > 0.0 else 0.0
    treynor = plan.excess_growth() / beta if beta else None
    page = _put(page, "Treynor Ratio", EMPTY, _shown(treynor, "percent"))
    excess = [_shown(path.excess_sharpe(), "ratio") for path in (core, plan)]
    row = _html("Sharpe, in excess of bills", *excess)
    return _row("Sharpe").sub(lambda found: f"{found[0]}\n{row}", page, count=1)


def _row(label: str) -> re.Pattern[str]:
    return re.compile(rf"<tr><td>{re.escape(label)}</td><td>[^<]*</td><td>[^<]*</td></tr>")


def _html(label: str, core: str, plan: str) -> str:
    return f"<tr><td>{label}</td><td>{core}</td><td>{plan}</td></tr>"


def _put(page: str, label: str, core: str, plan: str) -> str:
    return _row(label).sub(lambda _: _html(label, core, plan), page)


def _shown(value: float | None, kind: str) -> str:
    if value is None or not np.isfinite(value):
        return EMPTY
    return f"{100.0 * value:,.2f}%" if kind == "percent" else f"{value:,.2f}"
