"""A variant the normal way, whichever form its plan has."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.container import Market
from strategy.legplan.markets import Markets
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.engine.single import run_single, single_row
from strategy.sweep.named.single import legs_row, run_single_legs


def run_variant(plan: Any, market: Any) -> tuple[dict[str, float], dict[Any, float]]:
    """Metrics and returns by vintage of a plan on its market or markets."""
    if isinstance(plan, LegsPlan):
        return run_single_legs(plan, market)
    return run_single(plan, market)


def checked_variant(plan: Any, market: Any) -> dict[str, float]:
    """Metrics of a plan, its account checked against vectorbt's book."""
    if isinstance(plan, LegsPlan):
        from strategy.legplan.result import LegsResult
        from strategy.legplan.simulation import simulate_legs

        legs = LegsResult(simulate_legs(plan, market))
        if not legs.simulation.account.exhausted:
            legs.portfolio  # noqa: B018 - builds the book and compares it
        return legs_row(legs.simulation)[0]
    from strategy.result.result import Result
    from strategy.run.simulation import simulate

    result = Result(simulate(plan, market))
    if not result.simulation.chained.exhausted:
        result.check_book()
    return single_row(result.simulation)[0]


def daily_variant(plan: Any, market: Any) -> pd.Series:
    """Daily returns of a plan's account."""
    if isinstance(plan, LegsPlan):
        from strategy.legplan.simulation import simulate_legs

        made = simulate_legs(plan, market).account
        returns = np.diff(made.equity) / made.equity[:-1]
        return pd.Series(returns, index=made.days[1:])
    from strategy.run.simulation import simulate

    account = simulate(plan, market).chained
    sessions = market.sessions[account.first + 1 : account.last + 1]
    return pd.Series(account.returns()[1:], index=sessions)


def base_market(market: Market | Markets) -> Market:
    """The market that auxiliary series come from."""
    return market.base if isinstance(market, Markets) else market
