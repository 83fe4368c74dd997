"""What a run's files call the figures that are compared: those of the short form, of named legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from market.serialise import lookup

#: Figures of the whole account, as they stand in metrics.json.
_TOTAL = (
    "total_return",
    "cagr",
    "volatility",
    "sharpe_excess",
    "sharpe",
    "sortino_excess",
    "sortino",
    "against_core.alpha",
    "against_core.beta",
    "max_drawdown",
    "calmar",
    "worst_month",
    "cvar_95",
)
_CORE = ("cagr", "max_drawdown")


@dataclass(frozen=True)
class Form:
    """Names in the files of a run.

    Attributes
    ----------
    parts : tuple of str
        What metrics.json must hold.
    vintages, trades, daily : tuple of str
        Columns that the tables must have; of `daily` each a finite number.
    core : str
        The part of metrics.json about the core alone.
    equity : str
        Column of the daily equity.
    """

    parts: tuple[str, ...]
    vintages: tuple[str, ...]
    trades: tuple[str, ...]
    daily: tuple[str, ...]
    core: str
    equity: str

    def figure(self, metrics: Mapping[str, Any], path: str) -> Any:
        """A figure of metrics.json by its path; None where there is none.

        The core alone is ``benchmark`` for every run; a leg's name may hold dots.
        """
        part, _, rest = path.partition(".")
        if part == "legs":
            leg, _, name = rest.rpartition(".")
            legs = metrics.get(part)
            return lookup(legs.get(leg, {}), name) if isinstance(legs, Mapping) else None
        return lookup(metrics, f"{self.core}.{rest}" if part == "benchmark" else path)


SHORT_FORM = Form(
    parts=("vintages", "tactical", "hedge", "total", "benchmark"),
    vintages=(
        *("vintage", "anchor_date", "exit_reason", "tactical_return", "hedge_return"),
        *("core_return", "total_return", "complete"),
    ),
    trades=("vintage", "sleeve", "exit_date", "exit_reason"),
    daily=("equity_total", "equity_benchmark", "return_total", "return_benchmark"),
    core="benchmark",
    equity="equity_total",
)
NAMED_LEGS = Form(
    parts=("legs", "total", "core_alone"),
    vintages=("vintage", "leg", "anchor_date", "exit_reason", "leg_return", "complete"),
    trades=("vintage", "leg", "exit_date", "exit_reason"),
    daily=("total_equity", "total_return", "core_alone_equity", "core_alone_return"),
    core="core_alone",
    equity="total_equity",
)

#: Figures of the short form alone, before those of the account and after them.
_BEFORE = (
    "vintages.n_complete",
    "tactical.n",
    "tactical.mean",
    "tactical.median",
    "tactical.hit_rate",
    "tactical.worst",
    "tactical.first_target_rate",
    "hedge.n",
    "hedge.mean",
    "hedge.mean_cost",
    "hedge.sum_return",
)
_AFTER = ("risk.mean_coverage", "risk.share_blind")
#: Figures of each leg.
LEG_FIGURES = ("n", "mean", "median", "hit_rate", "worst")


def figure_paths(legs: tuple[str, ...]) -> tuple[str, ...]:
    """Paths of the figures that a page of runs shows; `legs` are the named ones of any of them."""
    return (
        *_BEFORE,
        *(f"legs.{leg}.{name}" for leg in legs for name in LEG_FIGURES),
        *(f"total.{name}" for name in _TOTAL),
        *(f"benchmark.{name}" for name in _CORE),
        *_AFTER,
    )
