"""The price against the vintage's levels: touch, breakout, extension, the ways a breakout fails.

Levels are those of the latest anchor that the session can know of, in one of the plan's three
modes; they stay in force until the next anchor.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_sessions
from signals.catalogue.rules import rule
from signals.history.anchors import ANCHOR, anchor_in_force
from signals.history.bars import Bools, Floats, Ints, rolling_max, segments
from signals.price.breakout import next_attempt
from signals.price.resistance import HIGH_SESSIONS, Levels, levels_from, stated_levels
from signals.price.support import has_range, twenty_week_average

REFERENCE = 5950.0
ZONE = (6180.0, 6200.0)
EXTENSION = (6450.0, 6500.0)

_MODE = Parameter(
    "mode",
    "one of ratio, structural, absolute",
    "how the plan's points become the index's; absolute is unavailable where the reference is "
    "more than 2 % off the anchor's close",
    choices=("ratio", "structural", "absolute"),
)
_REFERENCE = Parameter("reference", "index points", "level the zone belongs to", "article", least=0)
_ZONE = Parameter("zone", "index points", "resistance zone [R_lo, R_hi]", "article")
_EXTENSION = Parameter("extension", "index points", "extension [E_lo, E_hi]", "article")
_ANCHOR = Parameter("anchor", "MM-DD", "day the plan is dated", "article")
_BUFFER = Parameter("buffer", "fraction", "how far below a level a close must be", least=0, most=1)
_LEVELS = (_MODE, _REFERENCE, _ZONE, _ANCHOR)

Band = tuple[float, float]


def levels_in_force(
    market: Market, mode: str, reference: float, zone: Band, extension: Band, anchor: str
) -> tuple[dict[str, Floats], Ints]:
    """Levels at each session, in index points, and the position of the anchor they are of.

    ``support`` is the 20-week average at the anchor in every mode. NaN and -1
    where no anchor is known.
    """
    close = market.prices["close"].to_numpy(dtype=np.float64)
    average = twenty_week_average(market.prices).to_numpy()
    highest = rolling_max(close, HIGH_SESSIONS, segments(market.sessions))
    at = anchor_in_force(market.sessions, anchor)
    anchors, of_session = np.unique(at, return_inverse=True)
    found = []
    for a in anchors:
        if a < 0:
            found.append(Levels(*[np.nan] * 5))
        elif mode == "structural":
            found.append(levels_from(close[a], average[a], highest[a]))
        else:
            found.append(stated_levels(close[a], mode, reference, zone, extension, average[a]))
    table = np.array(found, dtype=np.float64).reshape(len(found), len(Levels._fields))
    return {name: table[of_session, i] for i, name in enumerate(Levels._fields)}, at


@rule(
    "R15",
    section="四.1, 九",
    classes="b",
    meaning="the high reaches the lower edge of the resistance zone",
    unit="index points",
    provenance="article",
    parameters=_LEVELS,
)
def zone_touched(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    zone: Band = ZONE,
    anchor: str = ANCHOR,
) -> pd.DataFrame:
    """H >= R_lo; on sessions without a true high, C >= R_lo."""
    levels, _ = levels_in_force(market, mode, reference, zone, EXTENSION, anchor)
    return _against(market, "high", levels["zone_low"])


@rule(
    "R15",
    section="四.1, 九",
    classes="b",
    meaning="the close lies inside the resistance zone",
    unit="index points",
    provenance="article",
    parameters=_LEVELS,
)
def inside_zone(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    zone: Band = ZONE,
    anchor: str = ANCHOR,
) -> pd.DataFrame:
    """R_lo <= C <= R_hi; the threshold shown is R_lo."""
    levels, _ = levels_in_force(market, mode, reference, zone, EXTENSION, anchor)
    close = market.prices["close"].to_numpy(dtype=np.float64)
    low, high = levels["zone_low"], levels["zone_high"]
    return on_sessions(market, close, low, (close >= low) & (close <= high), ~np.isnan(low))


@rule(
    "R16",
    section="四.1",
    classes="b",
    meaning="the close lies above the upper edge of the resistance zone",
    unit="index points",
    provenance="article",
    parameters=_LEVELS,
)
def breakout(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    zone: Band = ZONE,
    anchor: str = ANCHOR,
) -> pd.DataFrame:
    """C > R_hi."""
    levels, _ = levels_in_force(market, mode, reference, zone, EXTENSION, anchor)
    close = market.prices["close"].to_numpy(dtype=np.float64)
    high = levels["zone_high"]
    return on_sessions(market, close, high, close > high, ~np.isnan(high))


@rule(
    "R16",
    section="四.1",
    classes="b",
    meaning="the high reaches the extension beyond the resistance zone",
    unit="index points",
    provenance="article",
    parameters=(_MODE, _REFERENCE, _EXTENSION, _ANCHOR),
)
def extension_touched(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    extension: Band = EXTENSION,
    anchor: str = ANCHOR,
) -> pd.DataFrame:
    """H >= E_lo; on sessions without a true high, C >= E_lo."""
    levels, _ = levels_in_force(market, mode, reference, ZONE, extension, anchor)
    return _against(market, "high", levels["extension_low"])


@rule(
    "R39",
    section="九.3",
    classes="b",
    meaning="a close above the zone is followed within a few sessions by a close below it",
    unit="index points",
    parameters=(
        *_LEVELS,
        Parameter("within", "sessions", "sessions in which a breakout can fail", least=0, most=252),
        _BUFFER,
    ),
)
def failed_breakout(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    zone: Band = ZONE,
    anchor: str = ANCHOR,
    within: int = 3,
    buffer: float = 0.0,
) -> pd.DataFrame:
    """Attempts as in docs/simulation.md, trigger ``close``; true on the day that fails one."""
    levels, at = levels_in_force(market, mode, reference, zone, EXTENSION, anchor)
    close = market.prices["close"].to_numpy(dtype=np.float64)
    floor = levels["zone_low"] * (1.0 - buffer)
    failed = failures(close, levels["zone_low"], levels["zone_high"], at, within, buffer)
    return on_sessions(market, close, floor, failed, ~np.isnan(floor))


def failures(
    close: Floats, zone_low: Floats, zone_high: Floats, vintage: Ints, within: int, buffer: float
) -> Bools:
    """Sessions whose close fails an attempt; an attempt ends with its vintage at the latest.

    Parameters
    ----------
    close, zone_low, zone_high : float64[n]
    vintage : int64[n]
        Which anchor's levels hold at each session.
    within : int
    buffer : float
        See `signals.price.breakout.next_attempt`.
    """
    failed = np.zeros(len(close), dtype=bool)
    attempt, before = -1, -1
    rows = zip(close.tolist(), zone_low.tolist(), zone_high.tolist(), vintage.tolist(), strict=True)
    for t, (price, low, high, anchor) in enumerate(rows):
        if anchor != before:
            attempt, before = -1, anchor
        attempt, _, failed[t] = next_attempt(
            attempt, t, price, price, low, high, within, buffer, False
        )
    return failed


@rule(
    "R39",
    section="九.3",
    classes="b",
    meaning="the high reaches the zone, the close falls back below it, and no close of this "
    "vintage has been above the zone yet",
    unit="index points",
    parameters=(*_LEVELS, _BUFFER),
)
def rejected_at_zone(
    market: Market,
    *,
    mode: str = "ratio",
    reference: float = REFERENCE,
    zone: Band = ZONE,
    anchor: str = ANCHOR,
    buffer: float = 0.0,
) -> pd.DataFrame:
    """F2: H >= R_lo but C < R_lo x (1 - buffer), not yet broken."""
    levels, at = levels_in_force(market, mode, reference, zone, EXTENSION, anchor)
    close = market.prices["close"].to_numpy(dtype=np.float64)
    high = market.prices["high"].to_numpy(dtype=np.float64)
    low = levels["zone_low"]
    broken = close > levels["zone_high"]
    last_break = np.maximum.accumulate(np.where(broken, np.arange(len(close)), -1))
    rejected = (high >= low) & (close < low * (1.0 - buffer)) & (last_break <= at)
    return on_sessions(
        market, close, low * (1.0 - buffer), rejected, ~np.isnan(low) & has_range(market.prices)
    )


@rule(
    "R39",
    section="九.3",
    classes="b",
    meaning="the close lies below the 20-week average of the anchor",
    unit="index points",
    parameters=(_ANCHOR, _BUFFER),
)
def support_lost(market: Market, *, anchor: str = ANCHOR, buffer: float = 0.0) -> pd.DataFrame:
    """F3: C < support x (1 - buffer)."""
    levels, _ = levels_in_force(market, "ratio", REFERENCE, ZONE, EXTENSION, anchor)
    close = market.prices["close"].to_numpy(dtype=np.float64)
    floor = levels["support"] * (1.0 - buffer)
    return on_sessions(market, close, floor, close < floor, ~np.isnan(floor))


def _against(market: Market, column: str, level: Floats) -> pd.DataFrame:
    """Whether the column reaches the level; a close-only row can say yes, never no."""
    value = market.prices[column].to_numpy(dtype=np.float64)
    reached = value >= level
    return on_sessions(
        market, value, level, reached, ~np.isnan(level) & (has_range(market.prices) | reached)
    )
