"""A sweep's columns from a single run of a plan of named legs: what the dense walk is judged by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from strategy.legplan.markets import Markets
from strategy.legplan.simulation import LegsSimulation, simulate_legs
from strategy.legplan.tables import vintage_return
from strategy.plan.legs_plan import LegsPlan, Yearly
from strategy.result.metrics import performance
from strategy.sweep.engine.single import number_of, under_water
from strategy.sweep.file.columns import LEG_METRICS


def label_of(plan: LegsPlan, label: str) -> int | str:
    """A vintage's label in the tables: a year as a number, a month, quarter or day as text."""
    return int(label) if isinstance(plan.vintages, Yearly) else label


def legs_row(simulation: LegsSimulation) -> tuple[dict[str, float], dict[Any, float]]:
    """Metrics of a run by column, NaN where there is none, and its returns by vintage."""
    account, plan = simulation.account, simulation.plan
    equity = account.equity
    figures = performance(equity, pd.DatetimeIndex(account.days))
    n, year = len(equity) - 1, rows_a_year(pd.DatetimeIndex(account.days))
    found: dict[str, float] = {name: number_of(figures.get(name)) for name in LEG_METRICS}
    found["cvar_95_error"] = 0.0
    found["max_drawdown_sessions"] = under_water(equity)
    found["exposure"] = float(account.exposure[1:].sum(axis=1).mean())
    found["cost"] = float((account.costs[1:].sum(axis=1) / equity[:-1]).sum() / n * year)
    orders = account.orders
    before = equity[orders["session"].to_numpy(dtype=np.int64) - account.first - 1]
    traded = np.abs(orders["units"].to_numpy(dtype=float)) * orders["raw_price"].to_numpy(float)
    found["turnover"] = float((traded / before).sum() / n * year)
    returns = np.array(
        [
            vintage_return(simulation, v)
            for vintages in simulation.vintages.values()
            for v in vintages
            if v.complete and v.held
        ]
    )
    found |= leg_metrics(returns)
    found["leg_sessions"] = float((account.exposure[:, 1:] != 0.0).any(axis=1).mean())
    by_vintage = _vintage_returns(simulation)
    found |= averages(by_vintage)
    labels = [label_of(plan, anchor.label) for anchor in simulation.anchors]
    return found, dict(zip(labels, by_vintage.tolist(), strict=True))


def run_single_legs(plan: LegsPlan, markets: Markets) -> tuple[dict[str, float], dict[Any, float]]:
    """`legs_row` of a plan."""
    return legs_row(simulate_legs(plan, markets))


def leg_metrics(returns: np.ndarray) -> dict[str, float]:
    """Figures of the legs' complete vintages that traded, from their returns."""
    won, lost = returns[returns > 0.0].sum(), returns[returns <= 0.0].sum()
    return {
        "trades": float(len(returns)),
        "hit_rate": float((returns > 0.0).mean()) if len(returns) else np.nan,
        "profit_factor": float(won / -lost) if lost < 0.0 else np.nan,
    }


def averages(by_vintage: np.ndarray) -> dict[str, float]:
    """Mean and spread of the account's vintages; the last runs to the data's end and is none."""
    whole = by_vintage[:-1]
    return {
        "vintage_mean": float(np.mean(whole)) if len(whole) else np.nan,
        "vintage_std": float(np.std(whole, ddof=1)) if len(whole) > 1 else np.nan,
    }


def _vintage_returns(simulation: LegsSimulation) -> np.ndarray:
    account = simulation.account
    days = simulation.calendar.sessions
    starts = [int(days.searchsorted(anchor.day)) for anchor in simulation.anchors]
    ends = [*starts[1:], len(days) - 1]
    out = np.full(len(starts), np.nan)
    for i, (a, b) in enumerate(zip(starts, ends, strict=True)):
        if a < b <= account.last:
            out[i] = account.equity[b - account.first] / account.equity[a - account.first] - 1.0
    return out
