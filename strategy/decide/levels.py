"""From the plan's levels to index points: ratio, structural and absolute mode, and its guard."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from market.container import Market
from market.errors import InputError
from signals.price.resistance import structural_levels
from strategy.plan import Levels

#: Absolute levels are refused when reference and close differ by more (docs/rules.md).
GUARD_TOLERANCE = 0.02


@dataclass(frozen=True)
class PlanLevels:
    """One vintage's levels in index points.

    Attributes
    ----------
    zone_low, zone_high : float
        Resistance zone [R_lo, R_hi].
    extension_low, extension_high : float
        Extension [E_lo, E_hi].
    scale : float
        Factor from the plan's points to the index's; NaN in structural mode,
        which does not use the plan's points.
    support : float
        Point-in-time 20-week average in structural mode, else NaN.
    """

    zone_low: float
    zone_high: float
    extension_low: float
    extension_high: float
    scale: float
    support: float = float("nan")


def vintage_levels(market: Market, levels: Levels, anchor: pd.Timestamp) -> PlanLevels:
    """Levels in force for the vintage anchored at `anchor`.

    Raises
    ------
    InputError
        In absolute mode, when the reference is more than 2 % away from the
        close of the anchor: the levels belong to another series or day.
    """
    close = float(market.prices["close"].loc[anchor])
    if levels.mode == "structural":
        found = structural_levels(market.prices, anchor)
        return PlanLevels(
            found.zone_low,
            found.zone_high,
            found.extension_low,
            found.extension_high,
            float("nan"),
            found.support,
        )
    if levels.mode == "absolute":
        off = levels.reference / close - 1.0
        if abs(off) > GUARD_TOLERANCE + 1e-12:
            raise InputError(
                f"levels do not belong to this price series: reference {levels.reference:g}, "
                f"close {close:.2f} on {anchor:%Y-%m-%d} ({off:+.1%})",
                where="tactical.levels.reference",
                expected=f"within {GUARD_TOLERANCE:.0%} of the close",
                do="use levels.mode ratio, or name the years the levels belong to in vintages",
            )
        scale = 1.0
    else:
        scale = close / levels.reference
    return PlanLevels(
        levels.zone[0] * scale,
        levels.zone[1] * scale,
        levels.extension[0] * scale,
        levels.extension[1] * scale,
        scale,
    )
