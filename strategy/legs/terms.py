"""What the resolver of a general leg is given and gives back: the terms of a position, its fills.

Named tuples, because compiled functions read and make them as Python does.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Most targets that a leg may have.
MOST_TARGETS = 8


class EntryKind(IntEnum):
    """How a leg is entered."""

    OPEN = 0
    THROUGH = 1
    LIMIT = 2


class StopKind(IntEnum):
    """What a leg's first stop is measured by."""

    NONE = 0
    FRACTION = 1
    LEVEL = 2
    ATR = 3


class Terms(NamedTuple):
    """The terms of one position, in the traded market's own points.

    Attributes
    ----------
    side : int
        +1 long, -1 short.
    kind : int
        `EntryKind`.
    level : float
        Price of the entry order; unused for `EntryKind.OPEN`.
    first, until : int
        Sessions of the entry window, both inclusive.
    target, gain, share : float64[k]
        Of each target its price (NaN: none), its gain on the entry price (NaN:
        the price counts) and its share of the position. Both NaN: it rides.
    stop_kind : int
        `StopKind`.
    stop : float
        Fraction of the entry price, price, or multiple of the mean true range.
    trail : float
        Fraction between the best close (or extreme) and the stop; NaN: none.
    trail_on_extreme : bool
    even_after : int
        Number of the target, from 1, after whose fill the stop is at least the
        entry price; 0: never.
    zone_near, zone_far : float
        Zone whose breakout can fail: its near bound as the leg sees it (R_lo of
        a long) and its far one; NaN: none.
    within : int
        Sessions in which a breakout attempt can fail.
    buffer : float
    touch : bool
    target_first : bool
        Where the order within a bar is unknown, the target comes first.
    """

    side: int
    kind: int
    level: float
    first: int
    until: int
    target: NDArray[np.float64]
    gain: NDArray[np.float64]
    share: NDArray[np.float64]
    stop_kind: int
    stop: float
    trail: float
    trail_on_extreme: bool
    even_after: int
    zone_near: float
    zone_far: float
    within: int
    buffer: float
    touch: bool
    target_first: bool


class Setting(NamedTuple):
    """A leg's rules as numbers, its levels by their place among the leg's; -1 for none.

    Fields that `Terms` has too mean the same; what ends in ``_at`` is a level.
    """

    side: int
    kind: int
    level_at: int
    target_at: NDArray[np.int64]
    gain: NDArray[np.float64]
    share: NDArray[np.float64]
    stop_kind: int
    stop: float
    stop_at: int
    trail: float
    trail_on_extreme: bool
    even_after: int
    near_at: int
    far_at: int
    within: int
    buffer: float
    touch: bool
    target_first: bool


class States(NamedTuple):
    """What is known at each close of the series, as the resolver reads it.

    Attributes
    ----------
    enter : bool[n]
        Whether the entry conditions hold at the close.
    leave : bool[n]
        Whether the exit conditions hold at the close.
    true_range : float64[n]
        Mean true range of the sessions up to the close; read only where the
        stop is `StopKind.ATR`.
    """

    enter: NDArray[np.bool_]
    leave: NDArray[np.bool_]
    true_range: NDArray[np.float64]


class Position(NamedTuple):
    """One position: its entry, and the exit of each of its parts.

    Attributes
    ----------
    entry, entry_phase : int
        Session and `strategy.legs.reasons.Phase` of the fill; session -1 where
        nothing was bought or sold short.
    entry_price : float
        Raw; NaN without a fill.
    market : bool
        Whether the entry was a market order and pays slippage.
    idle : int
        Reason code for which there is no position; `Reason.OPEN` where there is.
    stop, last_stop : float
        Stop in force from the fill on, and in force after the last close that
        the position was held; infinite on the adverse side where there is none.
    pending : int
        Reason code of the exit that the last close decided for the next open;
        -1 for none.
    session, phase, reason : int64[k]
        Exit of each part; session -1 where it has no share.
    price : float64[k]
        Raw exit price; the last close where it is still held (`Reason.OPEN`).
    ambiguous : int
        Bars in which the unknown order within the bar mattered.
    adverse, favourable : float
        Worst and best price seen while held, as a return of the leg's side on
        the entry price.
    """

    entry: int
    entry_phase: int
    entry_price: float
    market: bool
    idle: int
    stop: float
    last_stop: float
    pending: int
    session: NDArray[np.int64]
    phase: NDArray[np.int64]
    reason: NDArray[np.int64]
    price: NDArray[np.float64]
    ambiguous: int
    adverse: float
    favourable: float
