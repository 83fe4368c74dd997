"""A sweep's columns from a single run: what the kernels are judged by, and what they cannot follow.

Everything here comes from `simulate` and `strategy.result.metrics`, nothing from the
kernels.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.judge.days import rows_a_year
from strategy.plan import Plan
from strategy.result.metrics import performance
from strategy.run.simulation import Simulation, simulate
from strategy.sweep.file.columns import METRICS


def single_row(simulation: Simulation) -> tuple[dict[str, float], dict[int, float]]:
    """Metrics of a run by column, NaN where there is none, and its returns by vintage.

    Vintage returns are those of the chained account, from each anchor to the
    next (the last: to the end of the account).
    """
    account = simulation.chained
    sessions = simulation.market.sessions[account.first : account.last + 1]
    equity = account.equity
    figures = performance(equity, pd.DatetimeIndex(sessions))
    n, year = len(equity) - 1, rows_a_year(pd.DatetimeIndex(sessions))
    found: dict[str, float] = {name: number_of(figures.get(name)) for name in METRICS}
    found["cvar_95_error"] = 0.0
    found["max_drawdown_sessions"] = under_water(equity)
    found["exposure"] = float(account.exposure[1:].sum(axis=1).mean())
    found["cost"] = float((account.costs[1:].sum(axis=1) / equity[:-1]).sum() / n * year)
    orders = account.orders
    traded = np.abs(orders["units"]) * orders["raw_price"] / orders["equity"]
    found["turnover"] = float(traded.sum() / n * year)
    found |= _legs(simulation)
    vintages = _vintage_returns(simulation)
    whole = vintages[_whole(simulation)]
    found["vintage_mean"] = float(np.mean(whole)) if len(whole) else np.nan
    found["vintage_std"] = float(np.std(whole, ddof=1)) if len(whole) > 1 else np.nan
    years = [v.schedule.year for v in simulation.vintages]
    return found, dict(zip(years, vintages.tolist(), strict=True))


def run_single(plan: Plan, market: Market) -> tuple[dict[str, float], dict[int, float]]:
    """`single_row` of a plan."""
    return single_row(simulate(plan, market))


def number_of(value: object) -> float:
    """A figure as a float; NaN for none."""
    return float(value) if isinstance(value, int | float) else np.nan


def under_water(equity: np.ndarray) -> float:
    """Sessions from the peak of the deepest drawdown back to it, or to the end."""
    peaks = np.maximum.accumulate(equity)
    low = int((equity / peaks).argmin())
    if equity[low] >= peaks[low]:
        return 0.0
    peak = int(equity[: low + 1].argmax())
    back = np.flatnonzero(equity[low:] >= equity[peak])
    return float((low + int(back[0]) if len(back) else len(equity) - 1) - peak)


def _legs(simulation: Simulation) -> dict[str, float]:
    plan = simulation.plan
    fee, slippage = plan.costs.fee_bps / 1e4, plan.costs.slippage_bps / 1e4
    complete = [v for v in simulation.vintages if v.schedule.complete]
    returns = np.array([v.outcome.net_return(fee, slippage) for v in complete if v.outcome.traded])
    won, lost = returns[returns > 0.0].sum(), returns[returns <= 0.0].sum()
    held = simulation.chained.exposure[:, 1] > 0.0
    return {
        "trades": float(len(returns)),
        "hit_rate": float((returns > 0.0).mean()) if len(returns) else np.nan,
        "profit_factor": float(won / -lost) if lost < 0.0 else np.nan,
        "tactical_sessions": float(held.mean()),
        "hedged": float(sum(bool(len(v.hedge_held)) and v.hedge_held.max() > 0 for v in complete)),
    }


def _vintage_returns(simulation: Simulation) -> np.ndarray:
    account = simulation.chained
    starts = [v.schedule.anchor for v in simulation.vintages]
    ends = [*starts[1:], account.last]
    out = np.full(len(starts), np.nan)
    for i, (a, b) in enumerate(zip(starts, ends, strict=True)):
        if a < b <= account.last:
            out[i] = account.equity[b - account.first] / account.equity[a - account.first] - 1.0
    return out


def _whole(simulation: Simulation) -> np.ndarray:
    """Vintages whose span from anchor to anchor is over; the last one where it is complete."""
    whole = np.ones(len(simulation.vintages), dtype=bool)
    whole[-1] = simulation.vintages[-1].schedule.complete
    return whole
