"""From executed orders to trades: lots matched first in, first out, one row a fill-to-fill leg."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

import numpy as np
import pandas as pd

from strategy.account.account import Account
from strategy.account.instructions import (
    MAX_HEDGE_LEGS,
    ORDER_REASONS,
    SLEEVE_OF_LEG,
    SLEEVES,
    Leg,
)
from strategy.legs.reasons import Reason

TRADE_COLUMNS = (
    "vintage",
    "sleeve",
    "tranche",
    "entry_date",
    "entry_price",
    "exit_date",
    "exit_price",
    "exit_reason",
    "weight",
    "fees",
    "slippage",
    "pnl",
    "return",
    "contract",
)


def reason_label(code: int) -> str:
    """Name of an order's reason as files show it."""
    return ORDER_REASONS.get(code) or Reason(code).label


def trades_of(
    account: Account, sessions: pd.DatetimeIndex, close: np.ndarray, first_vintage: int
) -> pd.DataFrame:
    """Every leg from fill to fill, lots matched first in, first out.

    Prices are raw: ``pnl = signed units x (exit - entry) - fees - slippage``,
    before carry. ``weight`` is the lot's value at entry as a share of the
    equity at the previous close, negative for shorts. ``return`` is pnl per
    unit of capital: for longs the money spent, entry costs included; for
    shorts the value sold. A lot still open at the end is valued at the last
    close of its leg, without exit date, reason ``open``. ``contract`` names
    what a hedge is made of where it is not the index.

    Parameters
    ----------
    account : Account
    sessions : DatetimeIndex
    close : float64[n]
    first_vintage : int
        Vintage of the core that is held from the start.
    """
    rows: list[tuple[tuple[int, int], dict[str, object]]] = []
    lots: dict[int, list[dict[str, float]]] = {
        leg: [] for leg in range(int(Leg.HEDGE) + MAX_HEDGE_LEGS)
    }
    names = _contracts(account)

    def close_lot(leg: int, lot: dict[str, float], share: float, exit_: dict[str, object]) -> None:
        units = lot["units"] * share
        raw = float(exit_["raw"])  # type: ignore[arg-type]
        fees = lot["fee"] * share + float(exit_["fee"])  # type: ignore[arg-type]
        slipped = lot["slip"] * share + float(exit_["slip"])  # type: ignore[arg-type]
        pnl = units * (raw - lot["raw"]) - fees - slipped
        spent = abs(units) * lot["raw"]
        if units > 0:
            spent += (lot["fee"] + lot["slip"]) * share
        rows.append(
            (
                (int(lot["session"]), leg),
                {
                    "vintage": int(lot["vintage"]),
                    "sleeve": SLEEVES[SLEEVE_OF_LEG[leg]],
                    "tranche": 2 if leg == Leg.TACTICAL_2 else 1,
                    "entry_date": sessions[int(lot["session"])],
                    "entry_price": lot["raw"],
                    "exit_date": exit_["date"],
                    "exit_price": raw,
                    "exit_reason": exit_["reason"],
                    "weight": units * lot["raw"] / lot["equity"],
                    "fees": fees,
                    "slippage": slipped,
                    "pnl": pnl,
                    "return": pnl / spent if spent else 0.0,
                    "contract": names(leg, int(lot["session"])),
                },
            )
        )

    if account.core_units:
        lots[Leg.CORE].append(
            {
                "session": account.first,
                "units": account.core_units,
                "raw": close[account.first],
                "fee": 0.0,
                "slip": 0.0,
                "equity": account.capital,
                "vintage": first_vintage,
            }
        )
    for order in account.orders:
        leg = int(order["leg"])
        units = float(order["units"])
        slip = abs(units) * abs(float(order["price"]) - float(order["raw_price"]))
        queue = lots[leg]
        left = units
        while queue and left * queue[0]["units"] < 0.0:
            lot = queue[0]
            matched = min(abs(left), abs(lot["units"]))
            share = matched / abs(lot["units"])
            part = matched / abs(units)
            close_lot(
                leg,
                lot,
                share,
                {
                    "date": sessions[int(order["session"])],
                    "raw": order["raw_price"],
                    "fee": order["fee"] * part,
                    "slip": slip * part,
                    "reason": reason_label(int(order["reason"])),
                },
            )
            left = left + matched if left < 0 else left - matched
            if share > 1.0 - 1e-12:
                queue.pop(0)
            else:
                for key in ("units", "fee", "slip"):
                    lot[key] *= 1.0 - share
        if abs(left) > 1e-12 * abs(units):
            opened = abs(left) / abs(units)
            queue.append(
                {
                    "session": int(order["session"]),
                    "units": left,
                    "raw": float(order["raw_price"]),
                    "fee": float(order["fee"]) * opened,
                    "slip": slip * opened,
                    "equity": float(order["equity"]),
                    "vintage": int(order["vintage"]),
                }
            )
    for leg, queue in lots.items():
        for lot in queue:
            close_lot(
                leg,
                lot,
                1.0,
                {
                    "date": None,
                    "raw": close[account.last],
                    "fee": 0.0,
                    "slip": 0.0,
                    "reason": "open",
                },
            )
    rows.sort(key=lambda row: row[0])
    return pd.DataFrame([row for _, row in rows], columns=list(TRADE_COLUMNS))


def _contracts(account: Account) -> Callable[[int, int], str]:
    """Name of the contract of (leg, session); the one of the last order that opened one."""
    starts: dict[int, list[tuple[int, str]]] = {}
    for (leg, session), name in sorted(account.legs.labels.items()):
        starts.setdefault(leg, []).append((session, name))

    def name_of(leg: int, session: int) -> str:
        found = starts.get(leg, [])
        at = bisect_right(found, session, key=lambda entry: entry[0])
        return found[at - 1][1] if at else ""

    return name_of
