"""What followed: the outcome of each window, and whether it is what the claim says.

Outcomes are fractions; NaN where a window is not whole, or where the bars do not carry what the
outcome needs (a touch by highs on sessions that have closes only).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import pandas as pd

from signals.history.bars import Bools, Floats, Ints
from signals.price.support import has_range
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import (
    DrawdownOutcome,
    LowHoldsOutcome,
    ReturnOutcome,
    RuleValueOutcome,
    TouchOutcome,
)
from strategy.audit.study.windows import Windows

#: Up to so many different windows, drawdowns are taken one by one.
FEW_WINDOWS = 400


class Bars:
    """Prices as arrays, with what range queries need.

    Parameters
    ----------
    prices : pandas.DataFrame
        Columns open, high, low, close; index of sessions.
    """

    def __init__(self, prices: pd.DataFrame) -> None:
        self.prices = prices
        self.close = prices["close"].to_numpy(dtype=np.float64)
        self.high = prices["high"].to_numpy(dtype=np.float64)
        self.low = prices["low"].to_numpy(dtype=np.float64)

    @cached_property
    def ranged(self) -> Bools:
        """Sessions with a true high and low."""
        return has_range(self.prices)

    @cached_property
    def without_range(self) -> Ints:
        """How many sessions before each position have none."""
        return np.append(0, np.cumsum(~self.ranged)).astype(np.int64)

    @cached_property
    def highs(self) -> Extremes:
        return Extremes(self.high, np.maximum)

    @cached_property
    def lows(self) -> Extremes:
        return Extremes(self.low, np.minimum)

    @cached_property
    def high_closes(self) -> Extremes:
        return Extremes(self.close, np.maximum)


class Extremes:
    """Highest or lowest value of any range, by a table of powers of two."""

    def __init__(self, values: Floats, pick: Callable[[Floats, Floats], Floats]) -> None:
        self.pick = pick
        self.levels = [values]
        step = 1
        while 2 * step <= len(values):
            before = self.levels[-1]
            self.levels.append(pick(before[:-step], before[step:]))
            step *= 2

    def between(self, first: Ints, last: Ints) -> Floats:
        """Extreme of the values first..last, both included; ranges must not be empty."""
        length = last - first + 1
        power = np.frexp(length.astype(np.float64))[1] - 1
        out = np.empty(len(first))
        for p in np.unique(power):
            rows = power == p
            level = self.levels[p]
            out[rows] = self.pick(level[first[rows]], level[last[rows] - (1 << int(p)) + 1])
        return out


def outcomes(bars: Bars, claim: Claim, spans: Windows) -> Floats:
    """The outcome of each window; 1 and 0 where it is yes or no."""
    kind = claim.outcome
    out = np.full(len(spans.start), np.nan)
    whole = spans.whole
    start, end = spans.start[whole], spans.end[whole]
    if not len(start):
        return out
    if isinstance(kind, ReturnOutcome):
        out[whole] = bars.close[end] / bars.close[start] - 1.0
    elif isinstance(kind, DrawdownOutcome):
        out[whole] = drawdowns(bars.close, start, end)
    elif isinstance(kind, TouchOutcome):
        level = bars.close[start] * (1.0 + kind.rise)
        if kind.by == "close":
            out[whole] = bars.high_closes.between(start + 1, end) >= level
        else:
            reached = bars.highs.between(start + 1, end) >= level
            # a close-only session may hide a touch; to count only those that are seen would
            # leave out misses and keep hits
            blind = bars.without_range[end + 1] - bars.without_range[start + 1] > 0
            out[whole] = np.where(blind, np.nan, reached)
    elif isinstance(kind, LowHoldsOutcome):
        holds = bars.lows.between(start + 1, end) >= bars.low[start]
        blind = bars.without_range[end + 1] - bars.without_range[start] > 0
        out[whole] = np.where(blind, np.nan, holds)
    else:
        raise TypeError(f"{kind.measure} has no window")
    return out


def drawdowns(close: Floats, start: Ints, end: Ints) -> Floats:
    """Deepest fall of closes from the highest close before it, from `start` to `end`; <= 0."""
    pairs, back = np.unique(np.column_stack([start, end]), axis=0, return_inverse=True)
    if len(pairs) <= FEW_WINDOWS:
        found = np.empty(len(pairs))
        for i, (a, b) in enumerate(pairs.tolist()):
            window = close[a : b + 1]
            found[i] = (window / np.maximum.accumulate(window)).min() - 1.0
        return found[back.ravel()]
    peak = close[start].copy()
    deepest = np.ones(len(start))
    length = end - start
    order = np.argsort(-length, kind="stable")  # long windows first: the rest is cut off as j grows
    start, peak, length = start[order], peak[order], length[order]
    still = len(start)
    for j in range(1, int(length[0]) + 1):
        still = int(np.searchsorted(-length[:still], -j, side="right"))
        now = close[start[:still] + j]
        np.maximum(peak[:still], now, out=peak[:still])
        np.minimum(deepest[:still], now / peak[:still], out=deepest[:still])
    out = np.empty(len(deepest))
    out[order] = deepest - 1.0
    return out


def hits(claim: Claim, values: Floats) -> Floats:
    """1 where the outcome is what the claim says, 0 where it is not, NaN where it is unknown."""
    kind = claim.outcome
    if isinstance(kind, ReturnOutcome):
        if kind.below is not None:
            hit = values < kind.below
        elif kind.above is not None:
            hit = values > kind.above
        else:
            hit = values < 0.0 if claim.direction == "down" else values > 0.0
    elif isinstance(kind, DrawdownOutcome):
        # a fall of exactly the depth, up to rounding, counts
        hit = values <= -kind.at_least + 1e-12
    elif isinstance(kind, RuleValueOutcome):
        hit = values <= kind.at_most
    else:
        hit = values == 1.0
    return np.where(np.isnan(values), np.nan, hit.astype(np.float64))
