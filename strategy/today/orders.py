"""Orders for the next open: what the run does at the open of the added session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from strategy.account.instructions import SLEEVE_OF_LEG, SLEEVES, Leg
from strategy.hedge.options.option_roll import contract_parts
from strategy.legs.reasons import Phase
from strategy.result.ledger import reason_label
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.today.eve import Eve


def next_orders(
    simulation: Simulation, v: Vintage, night: Eve, capital: float, multiplier: float
) -> list[dict[str, Any]]:
    """The vintage account's orders at the open of the added session."""
    account, n = v.account, night.now + 1
    if n > account.last:
        return []
    rows = account.orders[
        (account.orders["session"] == n) & (account.orders["phase"] == Phase.OPEN)
    ]
    if simulation.plan.tactical.entry.fill == "next_close":
        rows = account.orders[account.orders["session"] == n]
    short = simulation.plan.hedge.instrument == "short"
    return [
        _order(
            row,
            capital,
            multiplier,
            account.legs.labels,
            in_futures=short or SLEEVES[SLEEVE_OF_LEG[int(row["leg"])]] != "hedge",
        )
        for row in rows
    ]


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
    labels: Mapping[tuple[int, int], str] | None = None,
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
        "contract": _contract(row, labels or {}),
        "futures": share * capital / (price * multiplier) if in_futures else None,
    }


def _contract(row: np.void, labels: Mapping[tuple[int, int], str]) -> dict[str, Any] | None:
    """The option that an order is in: the one bought last on its leg by then."""
    leg, session = int(row["leg"]), int(row["session"])
    bought = [t for known, t in labels if known == leg and t <= session]
    parts = contract_parts(labels[(leg, max(bought))]) if bought else None
    return None if parts is None else {**parts, "premium": float(row["raw_price"])}
