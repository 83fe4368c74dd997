"""European index options: Black-76 on the forward, strikes and quotes.

Black (1976), J. Financial Economics 3:167. With the forward
``F = S e^{(r - q) tau}``, ``d1 = [ln(F / K) + s^2 tau / 2] / (s sqrt(tau))``
and ``d2 = d1 - s sqrt(tau)``

    call = e^{-r tau} [F N(d1) - K N(d2)]
    put  = e^{-r tau} [K N(-d2) - F N(-d1)]

The implied volatility comes from VIX: `strategy.hedge.options.smile`.

Time to expiry counts calendar days over 365; an order at the open has 6.5 more
hours than the close. Index options are European and settle in cash at
intrinsic value at the close of the expiry day. Rates are taken as continuous.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from strategy.account.legs import Floats
from strategy.hedge.options.smile import implied_volatility
from strategy.plan import Options

#: Trading hours from open to close, in days.
OPEN_TO_CLOSE_DAYS = 6.5 / 24.0


def forward(
    spot: ArrayLike, rate: ArrayLike, dividend_yield: float | Floats, tau: ArrayLike
) -> Floats:
    """Fair forward of the index, ``S e^{(r - q) tau}``."""
    spot, rate, tau = (np.asarray(x, dtype=np.float64) for x in (spot, rate, tau))
    return np.asarray(spot * np.exp((rate - dividend_yield) * tau))


def black76(
    forward: ArrayLike,
    strike: ArrayLike,
    tau: ArrayLike,
    rate: ArrayLike,
    volatility: ArrayLike,
    *,
    call: bool,
) -> Floats:
    """Price of a European option on a forward; discounted intrinsic value at ``tau = 0``.

    Examples
    --------
    Hull's index call (930, strike 900, two months, 8 %, dividends 3 %, 20 %):

    >>> tau = 2 / 12
    >>> f = 930 * np.exp((0.08 - 0.03) * tau)
    >>> round(float(black76(f, 900, tau, 0.08, 0.20, call=True)), 6)
    51.832957
    """
    f, k, tau, rate, vol = (
        np.asarray(x, dtype=np.float64) for x in (forward, strike, tau, rate, volatility)
    )
    d1, d2 = _d(f, k, tau, vol)
    sign = 1.0 if call else -1.0
    return np.asarray(np.exp(-rate * tau) * sign * (f * ndtr(sign * d1) - k * ndtr(sign * d2)))


def delta(
    forward: ArrayLike,
    strike: ArrayLike,
    tau: ArrayLike,
    dividend_yield: float | Floats,
    volatility: ArrayLike,
    *,
    call: bool,
) -> Floats:
    """Change of the price per point of the index: ``e^{-q tau} N(d1)``, less that factor for puts.

    The volatility is held: the smile moves with the index.
    """
    f, k, tau, vol = (np.asarray(x, dtype=np.float64) for x in (forward, strike, tau, volatility))
    d1, _ = _d(f, k, tau, vol)
    sign = 1.0 if call else -1.0
    return np.asarray(sign * np.exp(-dividend_yield * tau) * ndtr(sign * d1))


def price_and_delta(
    forward: ArrayLike,
    strike: ArrayLike,
    tau: ArrayLike,
    rate: ArrayLike,
    dividend_yield: float | Floats,
    volatility: ArrayLike,
    *,
    call: bool,
) -> tuple[Floats, Floats]:
    """`black76` and `delta` of the same option."""
    f, k, tau, rate, vol = (
        np.asarray(x, dtype=np.float64) for x in (forward, strike, tau, rate, volatility)
    )
    d1, d2 = _d(f, k, tau, vol)
    sign = 1.0 if call else -1.0
    above = ndtr(sign * d1)
    price = np.exp(-rate * tau) * sign * (f * above - k * ndtr(sign * d2))
    return np.asarray(price), np.asarray(sign * np.exp(-dividend_yield * tau) * above)


def _d(f: Floats, k: Floats, tau: Floats, vol: Floats) -> tuple[Floats, Floats]:
    # a session after the expiry lies in a hole of the data: the account says so
    deviation = vol * np.sqrt(np.maximum(tau, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        moneyness = np.log(f / k)
        # nothing left to happen: certain above the strike, impossible below it
        d1 = np.where(
            deviation > 0.0,
            moneyness / deviation + deviation / 2.0,
            np.where(moneyness > 0.0, np.inf, np.where(moneyness < 0.0, -np.inf, 0.0)),
        )
    return d1, d1 - deviation


class Strike(NamedTuple):
    """One leg of a contract: +1 bought or -1 sold, call or put, strike."""

    sign: int
    call: bool
    level: float


class Quote(NamedTuple):
    """The market at the close before an order, as an option is chosen on it."""

    spot: float
    rate: float
    dividend_yield: float
    vix: float
    tau: float
    options: Options

    @property
    def forward(self) -> float:
        return float(forward(self.spot, self.rate, self.dividend_yield, self.tau))

    def price(self, strike: ArrayLike, *, call: bool) -> Floats:
        """Mid prices of options by strike."""
        vol = implied_volatility(strike, self.forward, self.tau, self.vix, self.options)
        return black76(self.forward, strike, self.tau, self.rate, vol, call=call)

    def put_strike(self, moneyness: float, absolute_delta: float | None) -> float:
        """Strike of a put by its delta where one is given, else by its moneyness."""
        if absolute_delta is None:
            return moneyness * self.spot

        def too_low(strikes: Floats) -> np.ndarray:
            vol = implied_volatility(strikes, self.forward, self.tau, self.vix, self.options)
            found = delta(self.forward, strikes, self.tau, self.dividend_yield, vol, call=False)
            return np.asarray(-found < absolute_delta)

        return first_not(too_low, 0.05 * self.spot, 5.0 * self.spot)


#: `first_not` divides its interval into so many parts, so many times over.
PARTS, ROUNDS = 128, 5


def first_not(holds: Callable[[Floats], np.ndarray], low: float, high: float) -> float:
    """Where a condition that holds below a point and fails above it ends; a grid, refined.

    `low` where it fails everywhere, `high` where it holds everywhere.
    """
    for _ in range(ROUNDS):
        grid = np.linspace(low, high, PARTS + 1)
        fails = np.flatnonzero(~holds(grid))
        at = int(fails[0]) if len(fails) else PARTS
        low, high = float(grid[max(at - 1, 0)]), float(grid[at])
        if low == high:
            break
    return high
