"""The rules of an account's money, each once: interest, what a short earns, price of a fill.

The walk of a run, the sweep's engines and scenarios call these functions.
docs/simulation.md states them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from market.year import DAYS_OF_CREDIT, DAYS_OF_YIELD
from strategy.kernels.compiled import compiled


@compiled(forceinline=True)
def interest(balance: float, rate: float, spread: float, days: float, cash_earns: bool) -> float:
    """Interest of a balance over `days` calendar days; a margin loan where it is negative.

    Parameters
    ----------
    balance : float
    rate, spread : float
        Bill rate, and what a loan costs above it, fractions a year.
    days : float
    cash_earns : bool
        Whether cash earns the bill rate.
    """
    if balance >= 0.0:
        return balance * rate * (days / DAYS_OF_YIELD) if cash_earns else 0.0
    return balance * (rate + spread) * (days / DAYS_OF_CREDIT)


@compiled(forceinline=True)
def rebate(rate: Any, spread: float, days: Any) -> Any:
    """Interest on the proceeds of a borrowed share, a unit of money: never less than nothing."""
    return np.maximum(rate - spread, 0.0) * (days / DAYS_OF_YIELD)


@compiled(forceinline=True)
def financing(rate: Any, spread: float, days: Any) -> Any:
    """What the fair price of a sold future earns as it runs off, dividends apart."""
    return (rate + spread) * (days / DAYS_OF_YIELD)


@compiled(forceinline=True)
def dividends(dividend: Any, days: Any) -> Any:
    """Dividends of a unit of money over `days`."""
    return dividend * (days / DAYS_OF_YIELD)


@compiled(forceinline=True)
def borrowed(fee: float, days: Any) -> Any:
    """What a borrowed share costs, a unit of money."""
    return fee * (days / DAYS_OF_CREDIT)


@compiled(forceinline=True)
def fill_price(raw: Any, change: Any, slippage: Any) -> Any:
    """Price of a market order: slippage against the one who trades."""
    return raw * (1.0 + slippage) if change > 0.0 else raw * (1.0 - slippage)


@compiled(forceinline=True)
def residue(change: float, wanted: float, units: float) -> bool:
    """Whether a change of units is rounding residue and no order."""
    return abs(change) <= 1e-12 * max(abs(wanted), abs(units))


@compiled()
def unit_interest(rate: Any, spread: float, days: Any, cash_earns: bool) -> Any:
    """What one unit of money earns while it is lent, and costs while it is owed.

    Parameters
    ----------
    rate, days : float64[n]
        Rate in force over each session, and its calendar days.
    spread, cash_earns
        See `interest`.

    Returns
    -------
    lent, owed : float64[n]
    """
    lent, owed = np.empty(len(rate)), np.empty(len(rate))
    for t in range(len(rate)):
        lent[t] = interest(1.0, rate[t], spread, days[t], cash_earns)
        owed[t] = -interest(-1.0, rate[t], spread, days[t], cash_earns)
    return lent, owed
