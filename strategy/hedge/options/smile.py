"""Implied volatility by strike and tenor, made so that its own model-free volatility is VIX.

Implied volatility (never realised volatility):

    V(tau)    = sqrt(L^2 + (VIX^2 - L^2) B(tau) / B(30 d)),   B(tau) = (1 - e^{-k tau}) / (k tau)
    s(K, tau) = M(V(tau), tau) + skew ln(K / F) / sqrt(tau)

VIX is a 30-day volatility; its square is taken to return to L^2 (`long_run`)
at the speed k (`reversion`), which gives other tenors (the average variance of
a mean-reverting process). VIX prices the whole smile and not the money: it is
the square root of

    2 / tau  integral of OTM(K) / K^2 dK,

the strip of out-of-the-money options undiscounted (Cboe, VIX white paper;
Demeterfi, Derman, Kamal & Zou, Journal of Derivatives 6:4, 1999). M is the
volatility at the forward for which this strip, priced off the same smile, gives
V back. It falls below V as the slope steepens; `vol_offset` puts a fixed
distance in its place. The slope is an assumption that VIX says nothing of.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from market.year import DAYS_OF_YIELD
from strategy.account.legs import Floats
from strategy.plan import Options

VIX_TENOR = 30.0 / DAYS_OF_YIELD
#: Below a week the square root of time would blow the skew up.
SHORTEST_SKEW_TENOR = 7.0 / DAYS_OF_YIELD
#: Least implied volatility that skew and offset may leave.
VOLATILITY_FLOOR = 0.03

#: Deviations at the money, over the whole tenor, for which the strip is priced.
DEVIATIONS = np.geomspace(0.002, 3.0, 160)
#: Reach of the strip in deviations at the money on either side, and its strikes.
REACH, STRIKES = 20.0, 1601


def model_free(vix: ArrayLike, tau: ArrayLike, options: Options) -> Floats:
    """Volatility that the strip of a tenor is to give back: V(tau), from VIX (fraction)."""
    vix, tau = np.asarray(vix, dtype=np.float64), np.asarray(tau, dtype=np.float64)
    share = _average_decay(tau, options.reversion) / _average_decay(
        np.asarray(VIX_TENOR), options.reversion
    )
    target = options.long_run**2
    return np.asarray(np.sqrt(np.maximum(target + (vix**2 - target) * share, 0.0)))


def at_the_money(vix: ArrayLike, tau: ArrayLike, options: Options) -> Floats:
    """Volatility at the forward for a tenor, from VIX (fraction)."""
    whole, tau = model_free(vix, tau, options), np.asarray(tau, dtype=np.float64)
    if options.vol_offset is not None:
        return np.asarray(whole + options.vol_offset)
    strips = _strip_deviations(options.skew)
    root = np.sqrt(np.maximum(tau, SHORTEST_SKEW_TENOR))
    return np.asarray(whole * np.interp(whole * root, strips, DEVIATIONS / strips))


def implied_volatility(
    strike: ArrayLike, forward: ArrayLike, tau: ArrayLike, vix: ArrayLike, options: Options
) -> Floats:
    """Volatility of a strike: see the module's formula."""
    return of_strike(at_the_money(vix, tau, options), strike, forward, tau, options)


def of_strike(
    at_money: Floats, strike: ArrayLike, forward: ArrayLike, tau: ArrayLike, options: Options
) -> Floats:
    """Volatility of a strike, from that at the forward."""
    strike, forward, tau = (np.asarray(x, dtype=np.float64) for x in (strike, forward, tau))
    tilt = options.skew * np.log(strike / forward) / np.sqrt(np.maximum(tau, SHORTEST_SKEW_TENOR))
    return np.asarray(np.maximum(at_money + tilt, VOLATILITY_FLOOR))


@lru_cache(maxsize=64)
def _strip_deviations(skew: float) -> Floats:
    """Square root of the strip's value for each of DEVIATIONS at the money.

    Over the whole tenor the deviation of the log strike k is ``m + skew k``, so
    that one table holds for every tenor.
    """
    m = DEVIATIONS[:, None]
    k = np.linspace(-REACH, REACH, STRIKES) * m
    w = np.maximum(m + skew * k, 1e-4)
    d1 = -k / w + w / 2.0
    side = np.where(k < 0.0, -1.0, 1.0)
    # price over strike squared, times dK = K dk: per unit of the forward
    price = side * (ndtr(side * d1) * np.exp(-k) - ndtr(side * (d1 - w)))
    return np.asarray(np.sqrt(2.0 * np.trapezoid(price, k, axis=1)))


def _average_decay(tau: Floats, speed: float) -> Floats:
    x = speed * tau
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x > 1e-8, -np.expm1(-x) / np.where(x > 0.0, x, 1.0), 1.0)
