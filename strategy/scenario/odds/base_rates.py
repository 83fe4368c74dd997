"""What history says: the same events on every past vintage, and their exact intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from strategy.decide.calendar import schedule
from strategy.decide.levels import vintage_levels
from strategy.legs.outcome import tactical_outcome
from strategy.legs.prices import price_arrays
from strategy.legs.records import leg_rules
from strategy.legs.rules import blocked
from strategy.plan import Plan
from strategy.scenario.engine.events import deepest_fall, tactical_events
from strategy.scenario.engine.start import Start


@dataclass(frozen=True)
class BaseRates:
    """Past vintages up to the day the scenario starts.

    Attributes
    ----------
    years : int64[n]
        Vintages whose tactical leg is over.
    touch, zone_first, stop_first, breakout, failure : bool[n]
        See `strategy.scenario.engine.events`.
    tactical : float64[n]
        Return of the leg after costs; NaN where it did not trade.
    exit_return : float64[n]
        Index return from the anchor to the close of the leg's last day.
    year_fall, year_return : float64[m]
        Of hedge years that are over.
    fall_years : int64[m]
    mode : str
        Levels' mode: absolute ones are taken as ratios, because points of one
        day mean nothing on another.
    """

    years: np.ndarray
    touch: np.ndarray
    zone_first: np.ndarray
    stop_first: np.ndarray
    breakout: np.ndarray
    failure: np.ndarray
    tactical: np.ndarray
    exit_return: np.ndarray
    year_fall: np.ndarray
    year_return: np.ndarray
    fall_years: np.ndarray
    mode: str


def base_rates(start: Start) -> BaseRates:
    """Events of every past vintage, known on the day; entry conditions do not count."""
    plan = as_ratio(start.plan)
    past = start.past
    prices = price_arrays(past, plan.tactical.entry.fill)
    close = prices.close
    costs, rules = plan.costs, leg_rules(plan.tactical)
    rows: list[tuple[float, ...]] = []
    falls: list[tuple[float, ...]] = []
    for s in schedule(past.sessions, plan.model_copy(update={"vintages": None})):
        if s.hedge_first > 0 and s.hedge_timed and s.whole:
            before = s.hedge_first - 1
            fall = deepest_fall(close, before, s.hedge_last)
            falls.append((s.year, fall, close[s.hedge_last] / close[before] - 1.0))
        if s.entry < 0 or not (s.timed and s.whole):
            continue
        levels = vintage_levels(past, plan.tactical.levels, past.sessions[s.anchor])
        if blocked(-1, levels, True) >= 0:
            continue
        events = tactical_events(prices, s.entry, s.last, levels, rules)
        outcome = tactical_outcome(prices, s.entry, s.last, True, levels, rules)
        made = outcome.net_return(costs.fee_bps / 1e4, costs.slippage_bps / 1e4)
        rows.append((s.year, *events, made, close[s.last] / close[s.anchor] - 1.0))
    table = np.array(rows, dtype=float).reshape(-1, 8)
    fallen = np.array(falls, dtype=float).reshape(-1, 3)
    return BaseRates(
        table[:, 0].astype(int),
        table[:, 1] > 0.0,
        table[:, 2] > 0.0,
        table[:, 3] > 0.0,
        table[:, 4] > 0.0,
        table[:, 5] > 0.0,
        table[:, 6],
        table[:, 7],
        fallen[:, 1],
        fallen[:, 2],
        fallen[:, 0].astype(int),
        plan.tactical.levels.mode,
    )


def as_ratio(plan: Plan) -> Plan:
    """The plan with absolute levels taken as ratios: points of one day mean nothing on another."""
    if plan.tactical.levels.mode != "absolute":
        return plan
    levels = plan.tactical.levels.model_copy(update={"mode": "ratio"})
    tactical = plan.tactical.model_copy(update={"levels": levels})
    return plan.model_copy(update={"tactical": tactical})
