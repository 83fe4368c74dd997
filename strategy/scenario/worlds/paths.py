"""One future: open, high, low, close, VIX and bill rate of every session, drawn or computed.

Two ways to make one. *Resampled*: whole sessions of history, relative to the
close before, in blocks of geometric length (stationary bootstrap). *GARCH*:
returns from a fitted model, the shape of each bar from a session of history
with a similar standardised return.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from strategy.kernels.compiled import compiled
from strategy.scenario.worlds.philox import uniforms


class Table(NamedTuple):
    """Sessions of history in units of the close before.

    ``open_``, ``high``, ``low`` and ``close`` are ratios to the close before;
    ``vix`` a fraction, NaN where unknown; ``rate`` the bill rate known at that
    session's close.
    """

    open_: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    vix: np.ndarray
    rate: np.ndarray


class Garch(NamedTuple):
    """A GARCH(1,1) with mean, and the shapes of bars by standardised return.

    Returns are logarithms. ``quantiles`` are of the standardised innovation at
    equally spaced probabilities. Shapes are sorted by the standardised return
    of their session, in units of its volatility: the gap at the open, how far
    the high is above and the low below the body, and VIX (fraction) per unit
    of daily volatility.
    """

    mean: float
    omega: float
    alpha: float
    beta: float
    variance: float
    quantiles: np.ndarray
    gap: np.ndarray
    above: np.ndarray
    below: np.ndarray
    vix: np.ndarray
    nearby: int


class Draw(NamedTuple):
    """How a world draws its futures.

    Attributes
    ----------
    garch : bool
        Computed from the model instead of resampled.
    seed, stream : int
        Key of the generator.
    restart : float
        Probability that a session begins a new block; 0: never.
    starts : int64[m]
        Sessions of the table at which the first block may begin.
    listed : bool
        Path i begins at ``starts[i]`` instead of a drawn one.
    price, vix, rate : float
        On the day the futures begin.
    factor : float64[h + 1]
        Multiplies the return of each session (a shock, a changed drift).
    rate_added : float64[h + 1]
        Added to the bill rate of each session.
    """

    garch: bool
    seed: int
    stream: int
    restart: float
    starts: np.ndarray
    listed: bool
    price: float
    vix: float
    rate: float
    factor: np.ndarray
    rate_added: np.ndarray


@compiled(nogil=True)
def draw_path(
    i: int, table: Any, garch: Any, draw: Any, open_: Any, high: Any, low: Any, close: Any,
    vix: Any, rate: Any,
) -> None:  # fmt: skip
    """Fill the arrays (index 0: the day the future begins) with future `i`.

    Every session uses two uniform numbers whatever happens in it, so that
    worlds with the same stream meet the same luck.
    """
    n = len(table.close)
    horizon = len(close) - 1
    open_[0] = high[0] = low[0] = close[0] = draw.price
    vix[0], rate[0] = draw.vix, draw.rate
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    j = -1
    variance = garch.variance
    for t in range(1, horizon + 1):
        if t % 2 == 1:
            first, second, third, fourth = uniforms(draw.seed, draw.stream, i, t // 2)
            u, v = first, second
        else:
            u, v = third, fourth
        if draw.garch:
            k = int(u * len(garch.quantiles))
            move = garch.mean + np.sqrt(variance) * garch.quantiles[k]
            shapes = len(garch.gap)
            k = int(u * shapes) + int((2.0 * v - 1.0) * garch.nearby)
            k = min(max(k, 0), shapes - 1)
            size = np.sqrt(variance)
            gap = size * garch.gap[k]
            ratio_open, ratio_close = np.exp(gap), np.exp(move)
            ratio_high = max(ratio_open, ratio_close) * np.exp(size * garch.above[k])
            ratio_low = min(ratio_open, ratio_close) * np.exp(-size * garch.below[k])
            vix[t] = size * garch.vix[k]
            rate[t] = draw.rate
            variance = garch.omega + garch.alpha * (move - garch.mean) ** 2 + garch.beta * variance
        else:
            if t == 1:
                at = i if draw.listed else int(v * len(draw.starts))
                j = draw.starts[at]
            elif u < draw.restart:
                j = int(v * n)
            else:
                j = j + 1 if j + 1 < n else 0
            ratio_open, ratio_close = table.open_[j], table.close[j]
            ratio_high, ratio_low = table.high[j], table.low[j]
            vix[t] = table.vix[j]
            rate[t] = table.rate[j]
        # a stated move happens between open and close; the range grows with it
        factor = draw.factor[t]
        before = close[t - 1]
        open_[t] = before * ratio_open
        high[t] = before * (ratio_high * max(factor, 1.0))
        low[t] = before * (ratio_low * min(factor, 1.0))
        close[t] = before * (ratio_close * factor)
        rate[t] += draw.rate_added[t]
