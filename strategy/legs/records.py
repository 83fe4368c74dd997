"""What the leg's functions are given and give back: a plan's rules and sizes, exits, orders.

Named tuples, because compiled functions read and make them as Python does. A
sweep holds one array a field instead of one number.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from strategy.plan import StopLevel, Tactical


class LegRules(NamedTuple):
    """A plan's rules for the fills of its tactical leg.

    Attributes
    ----------
    stop : float
        Distance d below the entry price, or a level in the plan's points.
    stop_is_level : bool
    first_share : float
        Share of the first tranche (target R_lo); the rest aims at E_lo.
    within : int
        N, sessions in which a breakout attempt can fail.
    buffer : float
        b: a close below R_lo (1 - b) fails the attempt.
    touch : bool
        An attempt begins with a high at R_lo instead of a close above R_hi.
    target_first : bool
        A bar that reaches stop and target fills the target first.
    """

    stop: Any
    stop_is_level: Any
    first_share: Any
    within: Any
    buffer: Any
    touch: Any
    target_first: Any


class SizeRules(NamedTuple):
    """A plan's rules for the size of its tactical leg.

    Attributes
    ----------
    weight : float
        Largest share of equity given to the leg.
    risk_budget : float
        Largest loss at the stop, share of equity; NaN: none.
    risk_scaling : float
        Share of the size that a risk score of 1 takes off.
    """

    weight: Any
    risk_budget: Any
    risk_scaling: Any


class Exits(NamedTuple):
    """What the resolver found: the entry, and the exit of each tranche.

    Attributes
    ----------
    entry_price, stop : float
        Raw price paid and stop level S.
    session, phase, reason : int64[k]
        Exit of each tranche, see `strategy.legs.reasons`. Session -1 where a
        tranche has no share or nothing was bought; reason OPEN where it is
        still held at the last session.
    price : float64[k]
        Raw exit prices (the last close where still held).
    share : float64[k]
        Share of the position.
    ambiguous : int
        Bars that reached both the stop and a target of an open tranche.
    adverse, favourable : float
        Lowest and highest price seen while in the market, as return on the
        entry price.
    """

    entry_price: float
    stop: float
    session: np.ndarray
    phase: np.ndarray
    reason: np.ndarray
    price: np.ndarray
    share: np.ndarray
    ambiguous: int
    adverse: float
    favourable: float


class TrancheOrders(NamedTuple):
    """What one tranche asks of the account.

    Attributes
    ----------
    spent : float
        Share of equity spent at the entry; 0: nothing is bought.
    session, phase : int
        When it is sold; session -1 where nothing is, or it is still held.
    price : float
        Raw price of the sale; 0 without one.
    market : bool
        Whether the sale is a market order and pays slippage.
    reason : int
    """

    spent: float
    session: int
    phase: int
    price: float
    market: bool
    reason: int


def leg_rules(tactical: Tactical) -> LegRules:
    """Rules of a plan's tactical leg."""
    stop, broken = tactical.stop, tactical.failed_breakout
    return LegRules(
        float(stop.level if isinstance(stop, StopLevel) else stop),
        isinstance(stop, StopLevel),
        float(tactical.first_target_share),
        broken.within,
        float(broken.buffer),
        broken.trigger == "touch",
        tactical.same_bar == "target_first",
    )


def size_rules(tactical: Tactical) -> SizeRules:
    """Rules of its size."""
    size = tactical.size
    budget = np.nan if size.risk_budget is None else size.risk_budget
    return SizeRules(float(size.weight), float(budget), float(size.risk_scaling))
