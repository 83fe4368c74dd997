"""Orders for the next open: what the run does at the open of the added session."""

from __future__ import annotations

from typing import Any

import numpy as np

from market.message import Message
from strategy.account.instructions import EXPIRY, SLEEVE_OF_LEG, SLEEVES, Leg
from strategy.hedge.options.option_roll import contract_parts
from strategy.legs.reasons import Phase
from strategy.result.ledger import reason_label
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.today.eve import Eve
from strategy.today.positions import NO_LABELS, Labels, contract_of


def next_orders(
    simulation: Simulation, v: Vintage, night: Eve, capital: float, multiplier: float
) -> list[dict[str, Any]]:
    """The vintage account's orders at the open of the added session."""
    account, n = v.account, night.now + 1
    if n > account.last:
        return []
    rows = account.orders[account.orders["session"] == n]
    if simulation.plan.tactical.entry.fill == "next_open":
        rows = rows[rows["phase"] == Phase.OPEN]
    labels = account.legs.labels
    return [
        _order(row, capital, multiplier, labels, in_futures=_in_futures(simulation, row))
        for row in rows
    ]


def hedge_close_orders(
    simulation: Simulation, v: Vintage, night: Eve, capital: float, multiplier: float
) -> list[dict[str, Any]]:
    """What ends the hedge at the close of the added session: its window's end, an expiry.

    Each is an order at work as those of the long: kind, side, price, share of what is held,
    and in addition what `next_orders` says of an order.
    """
    account, n = v.account, night.now + 1
    if n > account.last or simulation.plan.tactical.entry.fill == "next_close":
        return []
    rows = account.orders[account.orders["session"] == n]
    rows = rows[(rows["phase"] == Phase.CLOSE) & (rows["leg"] >= Leg.HEDGE)]
    labels = account.legs.labels
    return [
        {
            **_order(row, capital, multiplier, labels, in_futures=_in_futures(simulation, row)),
            "order": "settlement" if int(row["reason"]) == EXPIRY else "market on close",
            "price": None,
            "share": 1.0,
            "live": Message("at the close"),
        }
        for row in rows
    ]


def _in_futures(simulation: Simulation, row: np.void) -> bool:
    hedge = SLEEVES[SLEEVE_OF_LEG[int(row["leg"])]] == "hedge"
    return not hedge or simulation.plan.hedge.instrument == "short"


def core_orders(
    simulation: Simulation, n: int, capital: float, multiplier: float
) -> list[dict[str, Any]]:
    """The core's way back to its weight, from the chained account."""
    orders = simulation.chained.orders
    rows = orders[(orders["session"] == n) & (orders["leg"] == Leg.CORE)]
    return [_order(row, capital, multiplier) for row in rows]


def _order(
    row: np.void,
    capital: float,
    multiplier: float,
    labels: Labels = NO_LABELS,
    *,
    in_futures: bool = True,
) -> dict[str, Any]:
    """One order; a fund or an option is counted in its own units, not in futures.

    ``contract`` of an option is its right, strike, expiry and premium (the
    modelled price of one unit of the index), else None.
    """
    leg, price = int(row["leg"]), float(row["raw_price"])
    share = abs(float(row["units"]) * price) / float(row["equity"])
    return {
        "vintage": int(row["vintage"]),
        "sleeve": SLEEVES[SLEEVE_OF_LEG[leg]],
        "leg": leg,
        "side": "buy" if row["units"] > 0 else "sell",
        "reason": reason_label(int(row["reason"])),
        "share_of_equity": share,
        "amount": share * capital,
        "units": share * capital / price,
        "contract": _contract(row, labels),
        "futures": share * capital / (price * multiplier) if in_futures else None,
    }


def _contract(row: np.void, labels: Labels) -> dict[str, Any] | None:
    """The option that an order is in: the one bought last on its leg by then."""
    label = contract_of(labels, int(row["leg"]), int(row["session"]))
    parts = contract_parts(label) if label else None
    return None if parts is None else {**parts, "premium": float(row["raw_price"])}
