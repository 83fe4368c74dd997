"""What an account of the run holds after a close: units, average price, value, leg by leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from strategy.account.account import Account
from strategy.account.instructions import SLEEVE_OF_LEG, SLEEVES, Leg
from strategy.hedge.options.option_roll import contract_parts
from strategy.legs.reasons import Phase

#: Name of the contract of (leg, session of its first order).
Labels = Mapping[tuple[int, int], str]
NO_LABELS: Labels = MappingProxyType({})
#: Units smaller than this share of an order that made them are rounding.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Position:
    """One leg of an account.

    Attributes
    ----------
    leg : int
        See `strategy.account.instructions.Leg`.
    units : float
        Negative for a short; for an account of `equity`.
    average_price : float
        Raw, of the units that are still held: what a sale leaves has the average it had before
        (average cost, not first in first out).
    price : float
        What a unit is worth at the close.
    equity : float
        The account's, at the close.
    contract : dict or None
        ``right``, ``strike`` and ``expiry`` of an option.
    """

    leg: int
    units: float
    average_price: float
    price: float
    equity: float
    contract: dict[str, Any] | None

    @property
    def sleeve(self) -> str:
        """Core, tactical or hedge."""
        return SLEEVES[SLEEVE_OF_LEG[self.leg]]

    @property
    def share(self) -> float:
        """Value over equity; negative for a short."""
        return self.units * self.price / self.equity

    @property
    def gain(self) -> float:
        """Of the units held, over equity, before costs and carry."""
        return self.units * (self.price - self.average_price) / self.equity


def positions(
    account: Account,
    close: np.ndarray,
    now: int,
    *,
    after_open: bool = False,
    all_day: bool = False,
) -> list[Position]:
    """What `account` holds after the close of session `now`.

    Parameters
    ----------
    account : Account
    close : float64[n]
        Of the index.
    now : int
    after_open : bool, optional
        With the orders at the open of the session after it too, which must be in the account.
    all_day : bool, optional
        With all of that session's orders.
    """
    core = float(close[account.first]), account.core_units
    found = []
    legs = sorted({int(Leg.CORE), *(int(leg) for leg in account.orders["leg"])})
    for leg in legs:
        rows = account.orders[account.orders["leg"] == leg]
        tonight = (rows["session"] == now + 1) & ((rows["phase"] == Phase.OPEN) | all_day)
        rows = rows[(rows["session"] <= now) | (tonight & (after_open or all_day))]
        started = core if leg == Leg.CORE else (0.0, 0.0)
        average, units = average_cost(rows, *started)
        if units == 0.0:
            continue
        label = contract_of(account.legs.labels, leg, now + (after_open or all_day))
        found.append(
            Position(
                leg,
                units,
                average,
                _price(account, leg, close, now),
                float(account.equity[now - account.first]),
                contract_parts(label) if label else None,
            )
        )
    return found


def average_cost(orders: np.ndarray, price: float, units: float) -> tuple[float, float]:
    """Average raw price and units after `orders`, from `units` held at `price`.

    What adds to a position moves the average, what takes of it does not, and what turns it
    round starts anew.
    """
    average = price
    for order in orders:
        change, paid = float(order["units"]), float(order["raw_price"])
        after = units + change
        if abs(after) <= ROUNDING * abs(change):
            after = 0.0
        if units == 0.0 or after * units < 0.0:
            average = paid
        elif change * units > 0.0:
            average = (average * units + paid * change) / after
        units = after
    return average, units


def contract_of(labels: Labels, leg: int, session: int) -> str | None:
    """Name of the contract bought last on a leg by `session`; None where none was."""
    bought = [t for known, t in labels if known == leg and t <= session]
    return labels[(leg, max(bought))] if bought else None


def _price(account: Account, leg: int, close: np.ndarray, now: int) -> float:
    """Of a unit at the close; of what is only bought at the next open, its price there."""
    if leg < Leg.HEDGE:
        return float(close[now])
    at = leg - int(Leg.HEDGE)
    price = float(account.legs.close[now, at])
    return price if price == price else float(account.legs.open_[now + 1, at])
