"""The rules of a leg, each once: stop level, size, net return, last exit, orders of its exits.

Runs, sweeps, scenarios, audits and `today` call these functions, from Python
and from compiled code alike. docs/simulation.md states them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from signals.price import breakout
from signals.price.resistance import Levels
from strategy.kernels.compiled import compiled
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import Exits, SizeRules, TrancheOrders

# plain integers for compiled functions
_OPEN, _STOP, _TIME = int(Reason.OPEN), int(Reason.STOP), int(Reason.TIME)
_NO_ROOM, _GATE, _NO_LEVELS = int(Reason.NO_ROOM), int(Reason.GATE), int(Reason.NO_LEVELS)
_CONDITION, _NO_ENTRY = int(Reason.CONDITION), int(Reason.NO_ENTRY)
_AT_OPEN, _AT_CLOSE = int(Phase.OPEN), int(Phase.CLOSE)

#: See `signals.price.breakout.next_attempt`: the rule of the signals, compiled.
next_attempt = compiled(nogil=True, forceinline=True)(breakout.next_attempt)


@compiled(nogil=True, forceinline=True)
def blocked(idle: int, levels: Levels, enter: bool) -> int:
    """Reason code for which a vintage is not resolved at all; -1 where it is.

    Parameters
    ----------
    idle : int
        Reason code of the calendar, -1 for none.
    levels : Levels
        Structural levels are NaN where history is too short.
    enter : bool
        Whether the gate lets the leg start.
    """
    if idle >= 0:
        return idle
    if np.isnan(levels.zone_low) or np.isnan(levels.extension_low):
        return _NO_LEVELS
    return -1 if enter else _GATE


@compiled(nogil=True, forceinline=True)
def stop_level(entry_price: float, stop: float, stop_is_level: bool, scale: float) -> float:
    """Stop level S in index points.

    Parameters
    ----------
    entry_price : float
        P0, raw.
    stop : float
        Fraction d below P0 (S = P0 (1 - d)), or a level in the plan's points.
    stop_is_level : bool
    scale : float
        Factor from the plan's points to the index's (1 in absolute mode).
    """
    return stop * scale if stop_is_level else entry_price * (1.0 - stop)


@compiled(nogil=True, forceinline=True)
def score_factor(risk_scaling: float, score: float) -> float:
    """Factor k = 1 - risk_scaling x score of the leg's size.

    An unknown score scales nothing: the size is not reduced on a guess, and
    the output shows the score as missing.
    """
    return 1.0 if np.isnan(score) else 1.0 - risk_scaling * score


@compiled(nogil=True, forceinline=True)
def size(rules: SizeRules, entry_price: float, stop: float, score: float) -> float:
    """Share of equity given to the leg: min(w_max, risk budget / stop distance) x k(score).

    Parameters
    ----------
    rules : SizeRules
    entry_price, stop : float
        P0 and S; the stop distance is 1 - S / P0.
    score : float
        Risk score known at the anchor; NaN where it is unknown.
    """
    weight = rules.weight
    if not np.isnan(rules.risk_budget):
        weight = min(weight, rules.risk_budget / (1.0 - stop / entry_price))
    made: float = weight * score_factor(rules.risk_scaling, score)
    return made


@compiled(nogil=True, forceinline=True)
def bought(exits: Exits) -> bool:
    """Whether the resolver bought anything."""
    reason = exits.reason[0]
    return bool(reason < _NO_ROOM or (reason > _NO_LEVELS and reason != _NO_ENTRY))


@compiled(nogil=True, forceinline=True)
def pays_slippage(reason: int) -> bool:
    """Whether an exit is a market order.

    Targets are limit orders: filled at their price, or better at the open
    without slippage. What is still held was not sold.
    """
    return _STOP <= reason <= _TIME or reason == _CONDITION


@compiled(nogil=True, forceinline=True)
def paid(price: Any, fee: float, slippage: float) -> Any:
    """Money for one unit bought at the market, slippage and fee included."""
    return price * (1.0 + slippage) * (1.0 + fee)


@compiled(nogil=True, forceinline=True)
def received(price: Any, market: bool, fee: float, slippage: float) -> Any:
    """Money from one unit sold, after slippage (market orders) and fee."""
    return price * (1.0 - slippage) * (1.0 - fee) if market else price * (1.0 - fee)


@compiled(nogil=True, forceinline=True)
def round_trip_return(
    side: int,
    entry: Any,
    exit_: Any,
    fee: float,
    slip_in: float,
    slip_out: float,
    exit_fee: float,
) -> Any:
    """Return on the capital that an entry spends (or a short sale brings) after costs.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry, exit_ : float or float64[k]
        Raw prices.
    fee, slip_in, slip_out, exit_fee : float
        Fractions of the price.
    """
    spent = entry * (1.0 + side * slip_in) * (1.0 + side * fee)
    got = exit_ * (1.0 - side * slip_out) * (1.0 - side * exit_fee)
    return side * (got / spent - 1.0)


@compiled(nogil=True, forceinline=True)
def net_return(exits: Exits, fee: float, slippage: float) -> float:
    """Return per unit of capital given to the leg, after fees and slippage; NaN without a trade.

    The capital pays for the units and the entry fee. A tranche still open at
    the end of the data is valued at the last close without exit costs.

    Parameters
    ----------
    exits : Exits
    fee, slippage : float
        Fractions per fill.
    """
    if not bought(exits):
        return np.nan
    money = 0.0
    for j in range(len(exits.session)):
        if exits.session[j] < 0:
            continue
        price = exits.price[j]
        if exits.reason[j] != _OPEN:
            price = received(price, pays_slippage(exits.reason[j]), fee, slippage)
        money += exits.share[j] * price
    made: float = money / paid(exits.entry_price, fee, slippage) - 1.0
    return made


@compiled(nogil=True, forceinline=True)
def last_exit(exits: Exits) -> int:
    """Index of the tranche whose exit came last; -1 where nothing was bought.

    In one bar a stop follows a target, and the second target follows the first.
    """
    final, latest = -1, -1
    for j in range(len(exits.session)):
        hour = exits.session[j] * 3 + exits.phase[j]
        order = hour * 2 + (1 if pays_slippage(exits.reason[j]) else 0)
        if exits.session[j] >= 0 and order >= latest:
            final, latest = j, order
    return final


@compiled(nogil=True, forceinline=True)
def tranche_orders(exits: Exits, tranche: int, weight: float, at_close: bool) -> TrancheOrders:
    """What a tranche asks of the account.

    Parameters
    ----------
    exits : Exits
    tranche : int
        Its index in `exits`.
    weight : float
        Share of equity given to the leg; where it is not positive nothing is
        bought.
    at_close : bool
        Whether all fills are at closes (``fill: next_close``).
    """
    reason = exits.reason[tranche]
    if exits.session[tranche] < 0 or weight <= 0.0:
        return TrancheOrders(0.0, -1, _AT_OPEN, 0.0, False, reason)
    spent = weight * exits.share[tranche]
    if reason == _OPEN:
        return TrancheOrders(spent, -1, _AT_OPEN, 0.0, False, reason)
    return TrancheOrders(
        spent,
        exits.session[tranche],
        _AT_CLOSE if at_close else exits.phase[tranche],
        exits.price[tranche],
        pays_slippage(reason),
        reason,
    )
