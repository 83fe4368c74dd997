"""Levels of a vintage: the plan's points made the index's, or structural ones, round numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from signals.history.bars import rolling_max, segments
from signals.price.support import twenty_week_average

#: Sessions over which the structural zone's lower edge is the highest close.
HIGH_SESSIONS = 252
#: A round number is about this share of the price: 100 points at 5950 (docs/rules.md).
ROUND_SHARE = 0.0168
_NICE = (1.0, 2.0, 2.5, 5.0)
#: Absolute levels belong to the index only within this distance (docs/rules.md).
GUARD_TOLERANCE = 0.02


class Levels(NamedTuple):
    """Levels of one vintage in index points; NaN where history is too short for structural ones.

    Attributes
    ----------
    support : float
        Point-in-time 20-week average at the anchor.
    zone_low, zone_high : float
        Resistance zone [R_lo, R_hi]. Structural: the highest close of 252
        sessions, and the next round number above it.
    extension_low, extension_high : float
        Extension [E_lo, E_hi]. Structural: E_lo = 2 R_hi - support, and E_lo
        rounded up to a round number.
    scale : float
        Factor from the plan's points to the index's; NaN for structural
        levels, which do not use the plan's points.
    """

    support: float
    zone_low: float
    zone_high: float
    extension_low: float
    extension_high: float
    scale: float = math.nan


def belongs(reference: float, close: float) -> bool:
    """Whether levels stated around `reference` belong to an index that closed at `close`.

    Examples
    --------
    >>> belongs(102.0, 100.0), belongs(102.01, 100.0)
    (True, False)
    """
    # in binary 102 / 100 - 1 is a hair above 0.02
    return abs(reference / close - 1.0) <= GUARD_TOLERANCE + 1e-12


def stated_levels(
    close: float,
    mode: str,
    reference: float,
    zone: tuple[float, float],
    extension: tuple[float, float],
    support: float = math.nan,
) -> Levels:
    """Levels that a plan states in points, at an anchor's close.

    Parameters
    ----------
    close : float
    mode : {'ratio', 'absolute'}
        ``ratio``: level x close / reference. ``absolute``: verbatim, NaN where
        the reference does not belong to the close.
    reference : float
        Level of the index that `zone` and `extension` were stated at.
    zone, extension : tuple of float
    support : float, optional
        Handed through.

    Examples
    --------
    >>> stated_levels(2975.0, "ratio", 5950.0, (6180.0, 6200.0), (6450.0, 6500.0)).zone_low
    3090.0
    """
    scale = close / reference
    if mode == "absolute":
        scale = 1.0 if belongs(reference, close) else math.nan
    return Levels(
        support,
        scale * zone[0],
        scale * zone[1],
        scale * extension[0],
        scale * extension[1],
        scale,
    )


def round_step(price: float) -> float:
    """Distance of round numbers at `price`: 1, 2, 2.5 or 5 x 10^k, nearest in log to 1.68 %.

    Examples
    --------
    >>> round_step(5950.0)
    100.0
    """
    if not (price > 0.0 and math.isfinite(price)):
        return math.nan
    aim = math.log10(ROUND_SHARE * price)
    k = math.floor(aim)
    candidates = [(nice, p) for p in (k, k + 1) for nice in _NICE]
    nice, power = min(candidates, key=lambda c: abs(math.log10(c[0]) + c[1] - aim))
    return _exact(nice * 10.0**power)


def next_round_above(price: float, step: float) -> float:
    """The next multiple of `step` strictly above `price`.

    Examples
    --------
    >>> next_round_above(6180.0, 100.0), next_round_above(6200.0, 100.0)
    (6200.0, 6300.0)
    """
    if not (math.isfinite(price) and step > 0.0):
        return math.nan
    return _exact((math.floor(price / step + 1e-9) + 1) * step)


def rounded_up(price: float, step: float) -> float:
    """The lowest multiple of `step` at or above `price`."""
    if not (math.isfinite(price) and step > 0.0):
        return math.nan
    return _exact(math.ceil(price / step - 1e-9) * step)


def _exact(value: float) -> float:
    # 3 * 0.1 is not 0.3: a round number has few digits
    return float(f"{value:.12g}")


def levels_from(close: float, support: float, zone_low: float) -> Levels:
    """Structural levels from the anchor's close, its support and the highest close so far.

    Examples
    --------
    >>> levels_from(5950.0, 5950.0, 6180.0)
    Levels(support=5950.0, zone_low=6180.0, zone_high=6200.0, extension_low=6450.0, \
extension_high=6500.0, scale=nan)
    """
    if math.isnan(support) or math.isnan(zone_low):
        return Levels(support, math.nan, math.nan, math.nan, math.nan)
    step = round_step(close)
    zone_high = next_round_above(zone_low, step)
    extension_low = 2.0 * zone_high - support
    return Levels(support, zone_low, zone_high, extension_low, rounded_up(extension_low, step))


def structural_levels(prices: pd.DataFrame, anchor: pd.Timestamp | str) -> Levels:
    """Structural levels (docs/rules.md) at the close of `anchor`.

    Parameters
    ----------
    prices : pandas.DataFrame
        Sessions with ``close``; later sessions than `anchor` are not looked at.
    anchor : Timestamp
        A session of `prices`.

    Returns
    -------
    Levels
        All but ``support`` NaN where fewer than 252 unbroken sessions end at
        the anchor, or its 20-week average is not known.

    Raises
    ------
    KeyError
        If `anchor` is no session of `prices`.
    """
    end = int(prices.index.get_indexer(pd.DatetimeIndex([anchor]))[0])
    if end < 0:
        raise KeyError(anchor)
    past = prices.iloc[max(0, end + 1 - HIGH_SESSIONS) : end + 1]
    close = past["close"].to_numpy(dtype=np.float64)
    highest = rolling_max(close, HIGH_SESSIONS, segments(past.index))[-1]
    return levels_from(float(close[-1]), float(twenty_week_average(past).iloc[-1]), float(highest))
