"""What the hedge added in each vintage, for each way its leg came out and each hedge ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from strategy.account.instructions import Instructions
from strategy.decide.calendar import Schedule
from strategy.hedge.instruments import INSTRUMENTS
from strategy.hedge.ratio import hedge_path, hedge_window
from strategy.hedge.vintage import vintage_account
from strategy.legs.outcome import tactical_outcome
from strategy.legs.prices import Prices, price_arrays
from strategy.legs.records import leg_rules, size_rules
from strategy.legs.rules import size
from strategy.plan import Plan
from strategy.run.leg_orders import leg_instructions
from strategy.run.simulation import Simulation, make_ground
from strategy.run.vintage import Ground, Vintage

_HEDGE = 2  # column of an account's profit


def hedge_returns(
    simulation: Simulation,
    plans: Sequence[Plan],
    schedules: dict[str, list[Schedule]],
    ratios: Sequence[float],
    first: Sequence[NDArray[np.int64]],
    bought: Sequence[NDArray[np.bool_]],
) -> list[NDArray[np.float64]]:
    """Profit of the hedge in each vintage's own account, share of its equity at the anchor.

    Parameters
    ----------
    simulation : Simulation
        Of the plan as it is written.
    plans : sequence of Plan
        One a setting of the long.
    schedules : dict
        Sessions of every vintage by exit date.
    ratios : sequence of float
        Largest hedges.
    first : sequence of int64[k]
        By vintage, one setting for each distinct outcome of its leg.
    bought : sequence of bool[k]
        Whether anything was bought there.

    Returns
    -------
    list of float64[k, len(ratios)]
        By vintage; NaN where no hedge was held.
    """
    prices = price_arrays(simulation.market, simulation.plan.tactical.entry.fill)
    found = [np.full((len(settings), len(ratios)), np.nan) for settings in first]
    if simulation.plan.hedge.instrument == "none":
        return found
    # a plan's legs are settled once for all ratios
    legs: dict[int, list[Instructions]] = {}
    for j, ratio in enumerate(ratios):
        if ratio == 0.0:
            continue
        ground = _ground(simulation, prices, ratio)
        for v, vintage in enumerate(simulation.vintages):
            orders = _hedge_orders(ground, vintage.schedule)
            if orders is None:
                continue
            if v not in legs:
                legs[v] = [
                    _leg(prices, vintage, plans[i], schedules[plans[i].tactical.exit_by][v])
                    if held
                    else Instructions()
                    for i, held in zip(first[v], bought[v], strict=True)
                ]
            end = vintage.account.last
            for k, leg in enumerate(legs[v]):
                account = vintage_account(
                    ground.plan,
                    ground.setting,
                    ground.legs,
                    Instructions([*leg.rows, *orders.rows]),
                    vintage.schedule.anchor,
                    end,
                )
                found[v][k, j] = account.pnl[-1, _HEDGE]
    return found


def _ground(simulation: Simulation, prices: Prices, ratio: float) -> Ground:
    """What the vintages stand on with another largest hedge."""
    plan = simulation.plan
    hedge = plan.hedge.model_copy(update={"max_ratio": ratio})
    return make_ground(
        plan.model_copy(update={"hedge": hedge}),
        simulation.market,
        prices,
        simulation.risk,
        simulation.triggers,
        replace(simulation.setting, hedge=hedge),
    )


def _hedge_orders(ground: Ground, s: Schedule) -> Instructions | None:
    """The hedge's orders of one vintage; None where it held none."""
    hedge, setting = ground.plan.hedge, ground.setting
    window = hedge_window(setting.sessions, s, hedge, ground.plan.anchor)
    if window.first < 1:
        return None
    path = hedge_path(setting.close, ground.target, ground.review, window.first, window.last, hedge)
    orders = Instructions()
    fate = INSTRUMENTS[hedge.instrument].add_orders(setting, ground.legs, orders, window, path)
    return orders if fate.held.any() else None


def _leg(prices: Prices, vintage: Vintage, plan: Plan, s: Schedule) -> Instructions:
    """The long's orders of one vintage under another setting."""
    outcome = tactical_outcome(
        prices, s.entry, s.last, s.timed, vintage.levels, leg_rules(plan.tactical)
    )
    weight = size(size_rules(plan.tactical), outcome.entry_price, outcome.stop, vintage.score)
    at_close = plan.tactical.entry.fill == "next_close"
    return leg_instructions(outcome, s.entry, weight, at_close, s.year)
