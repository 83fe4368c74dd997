"""One vintage of a plan: its levels, its decision, its leg with size and orders, its hedge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from signals.price.resistance import Levels
from strategy.account.account import Account, Instructions
from strategy.account.legs import Legs
from strategy.decide.calendar import Schedule
from strategy.decide.entry import EntryDecision
from strategy.decide.levels import vintage_levels
from strategy.hedge.instruments.setting import Setting
from strategy.hedge.ratio import hedge_window
from strategy.hedge.vintage import HedgeRun, protect
from strategy.legs.outcome import Outcome, tactical_outcome, unresolved
from strategy.legs.prices import Prices
from strategy.legs.reasons import Reason
from strategy.legs.records import leg_rules, size_rules
from strategy.legs.rules import blocked, size
from strategy.plan import Plan
from strategy.run.leg_orders import leg_instructions


@dataclass(frozen=True)
class Vintage:
    """One vintage: its sessions, levels, decisions and what became of it.

    Attributes
    ----------
    schedule : Schedule
    levels : Levels
    decision : EntryDecision
    outcome : Outcome
        Tactical leg under the plan's same-bar policy.
    other_outcome : Outcome
        The same under the other policy.
    weight : float
        Share of equity given to the tactical leg; 0 where nothing was bought.
    score, coverage : float
        Risk score known at the anchor; NaN where its coverage is too low.
    tactical : Instructions
        The tactical leg's alone.
    hedge : HedgeRun
        The hedge, and the accounts it is compared with.
    """

    schedule: Schedule
    levels: Levels
    decision: EntryDecision
    outcome: Outcome
    other_outcome: Outcome
    weight: float
    score: float
    coverage: float
    tactical: Instructions
    hedge: HedgeRun

    @property
    def instructions(self) -> Instructions:
        """Tactical leg and hedge."""
        return self.hedge.instructions

    @property
    def hedge_held(self) -> np.ndarray:
        """Ratio held in each session of the hedge window; empty without one. Shape (k,)."""
        return self.hedge.fate.held

    @property
    def account(self) -> Account:
        """The vintage alone, capital 1 at the anchor, to the window's or the data's end."""
        return self.hedge.account


@dataclass(frozen=True)
class Ground:
    """What all vintages of a run stand on.

    Attributes
    ----------
    plan : Plan
    market : Market
    prices : Prices
        Prices the fills use.
    risk : DataFrame
        Score, coverage and components per session.
    target : float64[n]
        Target hedge ratio at each close.
    review : bool[n]
        Closes at which the hedge is re-evaluated.
    setting : Setting
        What the hedge is priced with.
    legs : Legs
        What the hedge trades.
    """

    plan: Plan
    market: Market
    prices: Prices
    risk: pd.DataFrame
    target: np.ndarray
    review: np.ndarray
    setting: Setting
    legs: Legs


def make_vintage(ground: Ground, s: Schedule, decision: EntryDecision) -> Vintage:
    """Decide, resolve and hedge one vintage.

    Parameters
    ----------
    ground : Ground
    s : Schedule
    decision : EntryDecision
        Of the close of its anchor.

    Raises
    ------
    InputError
        Where absolute levels do not belong to the series.
    """
    plan, sessions = ground.plan, ground.market.sessions
    fill = plan.tactical.entry.fill
    levels = vintage_levels(
        ground.market,
        plan.tactical.levels,
        sessions[s.anchor],
        float(ground.prices.close[s.anchor]),
    )
    score = float(ground.risk["score"].to_numpy()[s.anchor])
    coverage = float(ground.risk["coverage"].to_numpy()[s.anchor])

    idle = unresolved(s, fill, len(sessions))
    why = blocked(-1 if idle is None else idle, levels, decision.enter)
    if why >= 0:
        outcome = other = Outcome(Reason(why))
    else:
        rules = leg_rules(plan.tactical)
        opposite = rules._replace(target_first=not rules.target_first)
        outcome, other = (
            tactical_outcome(ground.prices, s.entry, s.last, s.timed, levels, r)
            for r in (rules, opposite)
        )
    weight = 0.0
    if outcome.traded:
        weight = size(size_rules(plan.tactical), outcome.entry_price, outcome.stop, score)
    tactical = leg_instructions(outcome, s.entry, weight, fill == "next_close", s.year)

    window = hedge_window(sessions, s, plan.hedge, plan.anchor)
    end = s.window_last if s.ended else len(sessions) - 1
    hedge = protect(
        plan,
        ground.setting,
        ground.legs,
        tactical,
        window,
        ground.target,
        ground.review,
        s.anchor,
        max(end, s.anchor),
    )
    return Vintage(s, levels, decision, outcome, other, weight, score, coverage, tactical, hedge)
