"""From a run of a plan of legs to the tables that files and notebooks show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from strategy.legplan.positions import Held, LegVintage, setting_of
from strategy.legplan.simulation import LegsSimulation, round_trip
from strategy.legs.general import position_return as resolved_return
from strategy.legs.reasons import Reason
from strategy.legs.rules import pays_slippage
from strategy.result.tables import with_dates

VINTAGE_COLUMNS = (
    "vintage",
    "leg",
    "side",
    "anchor_date",
    "anchor_close",
    "entry_date",
    "entry_price",
    "stop",
    "exit_date",
    "exit_reason",
    "positions",
    "sessions_held",
    "weight",
    "leg_return",
    "leg_return_other_policy",
    "same_days_return",
    "max_adverse",
    "max_favourable",
    "ambiguous_bars",
    "complete",
)
TRADE_COLUMNS = (
    "vintage",
    "leg",
    "side",
    "part",
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
)


def vintage_table(simulation: LegsSimulation) -> pd.DataFrame:
    """One row a vintage and leg; columns as in docs/outputs.md.

    ``leg_return`` is per unit of capital given to the leg, after costs;
    ``same_days_return`` that of the same entry, left at the close of the last
    day that the leg could have been held.
    """
    rows = [
        _vintage_row(simulation, vintages[i])
        for i in range(len(simulation.anchors))
        for vintages in simulation.vintages.values()
    ]
    table = pd.DataFrame(rows, columns=[*VINTAGE_COLUMNS, *_level_columns(simulation)])
    return with_dates(table)


def _level_columns(simulation: LegsSimulation) -> list[str]:
    names = [name for leg in simulation.plan.legs.values() for name in leg.levels.names]
    return [f"level_{name}" for name in dict.fromkeys(names)]


def _vintage_row(simulation: LegsSimulation, v: LegVintage) -> dict[str, Any]:
    ground = simulation.grounds[v.leg]
    days = ground.market.sessions
    closes = ground.prices.close
    row: dict[str, Any] = {
        "vintage": v.anchor.label,
        "leg": v.leg,
        "side": ground.leg.side,
        "anchor_date": v.anchor.day,
        "anchor_close": float(closes[v.window.anchor]) if v.window.anchor >= 0 else np.nan,
        "exit_reason": v.idle.label,
        "positions": len(v.held),
        "sessions_held": 0,
        "ambiguous_bars": 0,
        "weight": 0.0,
        "complete": v.complete,
    }
    row |= {f"level_{name}": value for name, value in v.levels.items()}
    if not v.held:
        return row
    first, last = v.held[0], v.held[-1]
    row |= {
        "entry_date": days[first.position.entry],
        "entry_price": first.position.entry_price,
        "stop": first.position.stop if np.isfinite(first.position.stop) else np.nan,
        "exit_date": days[last.last],
        "exit_reason": last_reason(last).label,
        "sessions_held": sum(h.last - h.position.entry + 1 for h in v.held),
        "weight": first.weight,
        "leg_return": vintage_return(simulation, v),
        "leg_return_other_policy": vintage_return(simulation, v, other=True),
        "same_days_return": same_days(simulation, v.leg, first),
        "max_adverse": min(h.position.adverse for h in v.held),
        "max_favourable": max(h.position.favourable for h in v.held),
        "ambiguous_bars": sum(h.position.ambiguous for h in v.held),
    }
    if last.open:
        row["exit_date"] = None
    return row


def vintage_return(simulation: LegsSimulation, v: LegVintage, *, other: bool = False) -> float:
    """Return of a vintage's positions, one after the other, per unit of its capital."""
    made = [position_return(simulation, v.leg, held, other=other) for held in v.held]
    return float(np.prod([1.0 + r for r in made]) - 1.0)


def last_reason(held: Held) -> Reason:
    """Reason of the part that left last; a stop follows a target of its bar."""
    p = held.position
    parts = [int(j) for j in np.flatnonzero(p.session >= 0)]
    final = max(
        parts,
        key=lambda j: (
            p.session[j],
            p.phase[j],
            pays_slippage(int(p.reason[j])),
            j,
        ),
    )
    return Reason(int(p.reason[final]))


def position_return(
    simulation: LegsSimulation, leg: str, held: Held, *, other: bool = False
) -> float:
    """Return of a position per unit of its capital, after fees and slippage.

    What is still held is valued at the last close without exit costs.
    """
    costs = simulation.plan.costs
    p = held.other if other else held.position
    setting = setting_of(simulation.grounds[leg].leg)
    return float(resolved_return(p, setting, costs.fee_bps / 1e4, costs.slippage_bps / 1e4))


def same_days(simulation: LegsSimulation, leg: str, held: Held) -> float:
    """Return of the same entry, held without rules to the close of `Held.planned`.

    NaN until the data reach that day.
    """
    if not held.over:
        return np.nan
    costs = simulation.plan.costs
    fee, slippage = costs.fee_bps / 1e4, costs.slippage_bps / 1e4
    ground = simulation.grounds[leg]
    found = round_trip(
        ground.side,
        np.array([held.position.entry_price]),
        ground.prices.close[[held.planned]],
        fee,
        slippage if held.position.market else 0.0,
        slippage,
    )
    return float(found[0])


def trade_table(simulation: LegsSimulation) -> pd.DataFrame:
    """One row a part of a position, from fill to fill; columns as in docs/outputs.md."""
    account = simulation.account
    days = account.calendar.sessions
    orders = account.orders
    rows: list[dict[str, Any]] = []
    legs = orders[orders["position"] >= 0]
    sleeves = np.array([column.sleeve for column in account.columns], dtype=np.int64)
    keys = [sleeves[legs["column"].to_numpy(dtype=np.int64)], legs["position"], legs["part"]]
    for _, pair in legs.groupby(keys, sort=False):
        entry = pair.iloc[0]
        column = account.columns[int(entry["column"])]
        leg = account.sleeves[column.sleeve]
        slip = [abs(o["units"]) * abs(o["price"] - o["raw_price"]) for _, o in pair.iterrows()]
        notional = abs(entry["units"]) * entry["price"]
        spent = notional + entry["side"] * entry["fee"]
        row: dict[str, Any] = {
            "vintage": entry["vintage"],
            "leg": leg,
            "side": simulation.grounds[leg].leg.side,
            "part": int(entry["part"]),
            "entry_date": days[int(entry["session"])],
            "entry_price": float(entry["raw_price"]),
            "exit_reason": Reason.OPEN.label,
            "weight": float(entry["value"]),
            "fees": float(pair["fee"].sum()),
            "slippage": float(sum(slip)),
        }
        if len(pair) > 1:
            leave = pair.iloc[1]
            row |= {
                "exit_date": days[int(leave["session"])],
                "exit_price": float(leave["raw_price"]),
                "exit_reason": leave["reason"],
                "pnl": -float((pair["units"] * pair["price"]).sum() + pair["fee"].sum()),
            }
        else:
            price = account.calendar.close[account.last, column.market]
            row |= {
                "exit_price": float(price),
                "pnl": float(entry["units"] * (price - entry["price"]) - entry["fee"]),
            }
        row["return"] = row["pnl"] / spent
        rows.append(row)
    return with_dates(pd.DataFrame(rows, columns=list(TRADE_COLUMNS)))


def daily_table(simulation: LegsSimulation) -> pd.DataFrame:
    """One row a session of the account; contributions of a day add up to its return."""
    account, core = simulation.account, simulation.core
    n = min(len(account.equity), len(core.equity))
    equity = account.equity[:n]
    columns: dict[str, np.ndarray] = {
        "total_equity": equity,
        "total_return": _returns(equity),
        "core_alone_equity": core.equity[:n],
        "core_alone_return": _returns(core.equity[:n]),
        "cash": account.cash[:n],
        "bill_rate": account.calendar.rate[account.first : account.first + n],
    }
    for s, sleeve in enumerate(account.sleeves):
        name = sleeve if s == 0 else f"leg_{sleeve}"
        profit = np.zeros(n)
        profit[1:] = np.diff(account.pnl[:n, s]) / equity[:-1]
        columns[f"{name}_contribution"] = profit
        columns[f"{name}_exposure"] = account.exposure[:n, s]
        columns[f"{name}_carry"] = account.carry[:n, s]
        columns[f"{name}_costs"] = account.costs[:n, s]
    return pd.DataFrame(columns, index=pd.DatetimeIndex(account.days[:n], name="date"))


def _returns(equity: np.ndarray) -> np.ndarray:
    out = np.zeros(len(equity))
    out[1:] = equity[1:] / equity[:-1] - 1.0
    return out
