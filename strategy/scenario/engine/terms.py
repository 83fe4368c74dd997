"""What the kernel is given and fills: the calendar, the plan's numbers, a path's figures."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from signals.price.resistance import Levels
from strategy.legs.records import LegRules, SizeRules


class Figure(IntEnum):
    """Columns of a path's row."""

    ENTRY_PRICE = 0
    STOP = 1
    REASON = 2  # of the exit that came last, see strategy.legs.reasons.Reason
    TACTICAL_RETURN = 3  # per unit of capital given to the leg, after costs; NaN: no trade
    WEIGHT = 4
    AMBIGUOUS = 5
    TOUCH = 6
    ZONE_FIRST = 7
    STOP_FIRST = 8
    BREAKOUT = 9
    FAILURE = 10
    EXIT_CLOSE = 11  # index return to the close of the leg's last day
    YEAR_RETURN = 12  # index return of the hedge year, from the close before it
    YEAR_FALL = 13  # its deepest fall from a peak, close to close
    TOTAL_RETURN = 14  # the whole portfolio, start to the end of the hedge year
    TOTAL_FALL = 15
    PLAIN_RETURN = 16  # without the hedge
    PLAIN_FALL = 17
    DERISK_RETURN = 18  # with less core instead, at equal mean exposure
    DERISK_FALL = 19
    TACTICAL_PNL = 20
    HEDGE_PNL = 21
    HEDGE_COST = 22  # carry, fees and slippage; gain before costs is HEDGE_PNL + HEDGE_COST
    MEAN_RATIO = 23
    CORE_PNL = 24


FIGURES = len(Figure)


class Calendar(NamedTuple):
    """Sessions of the future; index 0 is the day it begins, at its close.

    Attributes
    ----------
    days : float64[h + 1]
        Calendar days since the session before.
    entry, last : int
        The tactical leg's.
    first, end : int
        The hedge window's.
    timed : bool
        Whether the window ends there by plan.
    year_first, year_last : int
        The hedge year's.
    target : float64[h + 1]
        Target hedge ratio at each close.
    review, roll : bool[h + 1]
        Sessions at which the hedge is re-evaluated; a future is rolled.
    """

    days: np.ndarray
    entry: int
    last: int
    first: int
    end: int
    timed: bool
    year_first: int
    year_last: int
    target: np.ndarray
    review: np.ndarray
    roll: np.ndarray


class Terms(NamedTuple):
    """The plan's numbers; see `strategy.plan` for each.

    ``enter`` says whether the leg starts at all, ``score`` is the risk score
    held through every future (NaN where it is unknown).
    """

    enter: bool
    levels: Levels
    rules: LegRules
    size: SizeRules
    score: float
    at_close: bool
    core_weight: float
    fee: float
    slippage: float
    margin_spread: float
    dividend: float
    cash_earns: bool
    hedged: bool
    future: bool
    rebate_spread: float
    borrow: float
    financing_spread: float
    roll_cost: float
    cap_net: float
    cap_gross: float
    maintenance: float
    falls: np.ndarray
    shares: np.ndarray
    band: float
    steps: int
    every: int
    when_blind: int
    full: float
    cascade: bool
    cascade_vix: float
    cascade_sessions: int
    past_close: np.ndarray


class Variants(NamedTuple):
    """Settings of the tactical leg to be tried on the same futures: stops by target shares."""

    stops: np.ndarray
    first_shares: np.ndarray
