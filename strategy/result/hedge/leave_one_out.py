"""The hedge with each part of its decision removed, one component or trigger at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from strategy.decide.score import combine
from strategy.hedge.instruments import legs_of
from strategy.hedge.ratio import target_ratio
from strategy.result.hedge.anew import decided_anew
from strategy.result.metrics import max_drawdown
from strategy.run.simulation import Simulation


def leave_one_out(simulation: Simulation) -> pd.DataFrame:
    """The hedge of every complete vintage, with all, and with each part of its decision removed.

    The tactical leg is left as it is, although its size reads the score too.

    Returns
    -------
    DataFrame
        ``removed`` (``nothing`` first), ``weight``, ``mean_coverage``,
        ``n_hedged``, ``mean_ratio``, ``sum_return``, ``mean_return`` (over
        hedged vintages), ``worst``, ``mean_drawdown_saved``,
        ``change_of_sum`` against nothing removed.
    """
    plan = simulation.plan
    rows = [_row(simulation, "nothing", np.nan, simulation.risk, simulation.triggers)]
    for name, component in plan.risk.components().items():
        rest = {k: f for k, f in simulation.components.items() if k != name}
        if not sum(plan.risk.components()[k].weight for k in rest):
            continue  # nothing left to decide by
        rows.append(
            _row(simulation, name, component.weight, combine(rest, plan.risk), simulation.triggers)
        )
    active = {name: getattr(plan.risk.triggers, name).active for name in simulation.triggers}
    for name in simulation.triggers:
        if active[name]:
            rest = {k: f for k, f in simulation.triggers.items() if k != name}
            rows.append(_row(simulation, f"trigger {name}", np.nan, simulation.risk, rest))
    table = pd.DataFrame(rows)
    table["change_of_sum"] = table["sum_return"] - table["sum_return"].iloc[0]
    return table


def _row(
    simulation: Simulation,
    removed: str,
    weight: float,
    risk: pd.DataFrame,
    triggers: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    target = target_ratio(risk["score"].to_numpy(), simulation.plan.hedge)
    returns, ratios, saved = [], [], []
    legs = legs_of(simulation.setting)
    for v, run in decided_anew(simulation, target, triggers, legs):
        if not v.schedule.complete or v.hedge.status == "unavailable":
            continue
        if run.fate.held.any():
            returns.append(float(run.account.pnl[-1, 2]))
            ratios.append(float(run.fate.held.mean()))
            saved.append(max_drawdown(run.account.equity) - max_drawdown(run.unhedged.equity))
    held = np.array(returns)
    return {
        "removed": removed,
        "weight": weight,
        "mean_coverage": float(risk["coverage"].mean()),
        "n_hedged": len(held),
        "mean_ratio": float(np.mean(ratios)) if ratios else np.nan,
        "sum_return": float(held.sum()),
        "mean_return": float(held.mean()) if len(held) else np.nan,
        "worst": float(held.min()) if len(held) else np.nan,
        "mean_drawdown_saved": float(np.mean(saved)) if saved else np.nan,
    }
