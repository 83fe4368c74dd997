"""The levels in force for a vintage: ratio, structural and absolute mode, and its guard."""

from __future__ import annotations

import pandas as pd

from market.container import Market
from market.errors import InputError
from signals.price.resistance import (
    GUARD_TOLERANCE,
    Levels,
    belongs,
    stated_levels,
    structural_levels,
)
from strategy import plan


def vintage_levels(
    market: Market, levels: plan.Levels, anchor: pd.Timestamp, close: float | None = None
) -> Levels:
    """Levels in force for the vintage anchored at `anchor`.

    Parameters
    ----------
    market : Market
    levels : strategy.plan.Levels
        As the plan states them.
    anchor : Timestamp
        A session of the market.
    close : float, optional
        Its close, where the caller has it.

    Returns
    -------
    Levels
        In index points; ``support`` is known in structural mode only.

    Raises
    ------
    InputError
        In absolute mode, when the reference is more than 2 % away from the
        close of the anchor: the levels belong to another series or day.
    """
    if levels.mode == "structural":
        return structural_levels(market.prices, anchor)
    if close is None:
        close = float(market.prices["close"].loc[anchor])
    if levels.mode == "absolute" and not belongs(levels.reference, close):
        off = levels.reference / close - 1.0
        raise InputError(
            f"levels do not belong to this price series: reference {levels.reference:g}, "
            f"close {close:.2f} on {anchor:%Y-%m-%d} ({off:+.1%})",
            where="tactical.levels.reference",
            expected=f"within {GUARD_TOLERANCE:.0%} of the close",
            do="use levels.mode ratio, or name the years the levels belong to in vintages",
        )
    return stated_levels(close, levels.mode, levels.reference, levels.zone, levels.extension)
