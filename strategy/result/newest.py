"""The newest vintage while it is current: levels, orders, result, hedge to the last day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from market.container import Market
from market.sources.listing import CACHE_ORIGIN
from strategy.account.account import Account
from strategy.account.instructions import SLEEVE_OF_LEG, SLEEVES, Leg
from strategy.decide.calendar import day_of, passed
from strategy.plan import Plan
from strategy.result.ledger import reason_label
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage

#: Years after its hedge's end for which a newest vintage is still told first.
CURRENT_YEARS = 1


def newest(simulation: Simulation, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """What became of the newest vintage so far; None where it is history.

    It is current while its row can still change, and for a year after the end of its hedge.

    Parameters
    ----------
    simulation : Simulation
    row : mapping
        Its row of the vintage table.

    Returns
    -------
    dict or None
        ``vintage``, ``state`` (running, over), dates, ``tactical``, ``hedge``, ``levels``,
        ``result`` and ``orders``; ``newer_by`` says what
        brings newer prices. Prices are raw, in points of what is traded; returns are
        fractions, of the leg's capital in ``tactical``, else of equity at the anchor; the
        ``distance`` of a level is what the last close has to move to reach it.
    """
    plan, v = simulation.plan, simulation.vintages[-1]
    sessions, year = simulation.market.sessions, v.schedule.year
    until = last_day(plan, year)
    settled = max(day_of(year + 1, plan.hedge.window.end), pd.Timestamp(year + 1, 12, 31))
    if sessions[-1] > max(until + pd.DateOffset(years=CURRENT_YEARS), settled):
        return None
    close = float(simulation.market.prices["close"].iloc[-1])
    over = passed(sessions, until) and v.schedule.timed
    return {
        "vintage": year,
        "state": "over" if over else "running",
        "anchor_date": row["anchor_date"],
        "anchor_close": row["anchor_close"],
        "last_date": f"{sessions[-1]:%Y-%m-%d}",
        "last_close": close,
        "index_return": close / float(row["anchor_close"]) - 1.0,
        "until": f"{until:%Y-%m-%d}",
        # from then on nothing of its row can change
        "final_on": f"{settled:%Y-%m-%d}",
        "next_anchor": _next_anchor(plan, sessions[-1]),
        "newer_by": newer_by(plan, simulation.market),
        "tactical": _tactical(simulation, v, row),
        "hedge": _hedge(simulation, v, row, until),
        "levels": _levels(simulation, v, close),
        "result": _result(v, row),
        "orders": _orders(v.account, sessions),
    }


def last_day(plan: Plan, year: int) -> pd.Timestamp:
    """The last calendar day on which a vintage may hold anything of its own."""
    if plan.hedge.instrument == "none":
        return day_of(year, plan.tactical.exit_by)
    end = day_of(year + 1, plan.hedge.window.end)
    return end if plan.hedge.policy == "overlap" else min(end, day_of(year + 1, plan.anchor))


def ends_with(plan: Plan, year: int) -> str:
    """What ends a vintage's hedge: its ``window``, or the ``next_anchor`` that comes before."""
    anchored = last_day(plan, year) == day_of(year + 1, plan.anchor)
    return "next_anchor" if anchored and plan.hedge.policy != "overlap" else "window"


def newer_by(plan: Plan, market: Market) -> str:
    """What brings newer prices: an ``update``, source ``auto`` first, a longer ``file``, the plan.

    ``plan``: it ends its data itself.
    """
    if plan.data.end is not None:
        return "plan"
    if market.origin != "bundled" and not market.origin.startswith(CACHE_ORIGIN):
        return "file"
    return "update" if plan.data.source == "auto" else "auto"


def _tactical(simulation: Simulation, v: Vintage, row: Mapping[Any, Any]) -> dict[str, Any]:
    outcome = v.outcome
    if outcome.traded:
        state = "held" if outcome.open else "over"
    else:
        state = "ahead" if outcome.reason.label == "open" else "no_trade"
    return {
        "state": state,
        "reason": None if state in ("ahead", "held") else outcome.reason.label,
        "because": row["not_entered_because"],
        "entry_date": row["entry_date"],
        "entry_price": row["entry_price"],
        "exit_date": row["exit_date"],
        "exit_by": f"{day_of(v.schedule.year, simulation.plan.tactical.exit_by):%Y-%m-%d}",
        "weight": v.weight,
        "gross_return": outcome.gross_return(),
        "net_return": row["tactical_return"],
        "contribution": row["tactical_contribution"],
    }


def _hedge(
    simulation: Simulation, v: Vintage, row: Mapping[Any, Any], until: pd.Timestamp
) -> dict[str, Any]:
    plan, sessions, window = simulation.plan, simulation.market.sessions, v.hedge.window
    state = "running"
    if plan.hedge.instrument == "none":
        state = "none"
    elif window.first < 0:
        state = "ahead"
    elif passed(sessions, until) or window.last < len(sessions) - 1:
        state = "over"
    now, held = len(sessions) - 1, v.hedge_held
    risk = simulation.risk.iloc[now]
    sold, bought = hedge_averages(v.account)
    target = float(simulation.target[now])
    return {
        "state": state,
        "status": v.hedge.status,
        "instrument": plan.hedge.instrument,
        "opens_on": f"{_opens(plan, v.schedule.year):%Y-%m-%d}",
        "first_date": row["hedge_first_date"],
        "last_date": row["hedge_last_date"],
        "sessions": len(held),
        "reference": _reference(simulation, v),
        "held": float(held[-1]) if state == "running" and len(held) else None,
        "target": target if state == "running" else None,
        "mean_ratio": row["hedge_mean_ratio"],
        "max_ratio": row["hedge_max_ratio"],
        "average_sale": sold,
        "average_purchase": bought,
        "gain": row["hedge_gain"],
        "cost": row["hedge_cost"],
        "return": row["hedge_return"],
        "score": float(risk["score"]),
        "coverage": float(risk["coverage"]),
        "components": {name: float(risk[f"risk_{name}"]) for name in plan.risk.components()},
        "next_review": _next_review(plan, sessions[-1], until) if state == "running" else None,
    }


def _opens(plan: Plan, year: int) -> pd.Timestamp:
    """The first calendar day of a vintage's hedge window."""
    if plan.hedge.policy == "hedge_first":
        return day_of(year, plan.anchor) + pd.Timedelta(days=1)
    return day_of(year + 1, plan.hedge.window.start)


def _next_review(plan: Plan, last: pd.Timestamp, until: pd.Timestamp) -> str | None:
    """From which day on the next session re-evaluates the hedge; None where it ends before."""
    if plan.hedge.reevaluate == "monthly":
        day = last + pd.offsets.MonthBegin(1)
    elif plan.hedge.reevaluate == "weekly":
        day = last + pd.Timedelta(days=7 - last.weekday())
    else:
        day = last + pd.offsets.BDay(1)
    return f"{day:%Y-%m-%d}" if day < until else None


def _next_anchor(plan: Plan, last: pd.Timestamp) -> str | None:
    """The next anchor day; None where the plan names its years and that one is not among them."""
    day = day_of(last.year, plan.anchor)
    day = day if day > last else day_of(last.year + 1, plan.anchor)
    return f"{day:%Y-%m-%d}" if plan.vintages is None or day.year in plan.vintages else None


def _reference(simulation: Simulation, v: Vintage) -> float | None:
    """Close before the hedge window, from which falls are counted."""
    first = v.hedge.window.first
    return float(simulation.close[first - 1]) if first > 0 else None


def hedge_averages(account: Account) -> tuple[float | None, float | None]:
    """Mean raw prices at which the hedge was sold and bought, weighted by units.

    None where it did not trade, and where it is made of contracts of several
    strikes: their prices have no common mean.
    """
    orders = account.orders[account.orders["leg"] >= Leg.HEDGE]
    if len(set(orders["leg"].tolist())) != 1:
        return None, None

    def mean(rows: np.ndarray) -> float | None:
        units = np.abs(rows["units"])
        return float((units * rows["raw_price"]).sum() / units.sum()) if len(rows) else None

    return mean(orders[orders["units"] < 0.0]), mean(orders[orders["units"] > 0.0])


def _levels(simulation: Simulation, v: Vintage, close: float) -> dict[str, dict[str, Any]]:
    """Levels of leg and hedge: price, distance of the last close, whether they still act."""
    waiting = not v.outcome.traded and v.outcome.reason.label == "open"
    acting = v.outcome.open or waiting
    found = {
        "stop": (v.outcome.stop, acting),
        "zone_low": (v.levels.zone_low, acting),
        "zone_high": (v.levels.zone_high, acting),
        "extension_low": (v.levels.extension_low, acting),
        "extension_high": (v.levels.extension_high, acting),
    }
    reference, window = _reference(simulation, v), v.hedge.window
    if reference is not None and simulation.plan.hedge.instrument != "none":
        running = window.last == len(simulation.close) - 1 and not window.timed
        lowest = float(simulation.close[window.first : window.last + 1].min())
        found["reference"] = (reference, running)
        for k, rule in enumerate(simulation.plan.hedge.cover, 1):
            reached = lowest / reference - 1.0 <= -rule.fall + 1e-12
            found[f"cover_{k}"] = (reference * (1.0 - rule.fall), running and not reached)
    shares = {f"cover_{k}": rule.share for k, rule in enumerate(simulation.plan.hedge.cover, 1)}
    return {
        name: {
            "price": float(price),
            "distance": float(price) / close - 1.0,
            "acts": bool(acts),
            **({"share": shares[name]} if name in shares else {}),
        }
        for name, (price, acts) in found.items()
        if np.isfinite(price)
    }


def _result(v: Vintage, row: Mapping[Any, Any]) -> dict[str, Any]:
    """The whole vintage so far, shares of its equity at the anchor, and what others made."""
    hedge_cost = row["hedge_cost"] if np.isfinite(row["hedge_cost"]) else 0.0
    costs = float(v.account.costs[:, 1].sum()) + hedge_cost
    return {
        "before_costs": row["total_return"] + costs,
        "costs": costs,
        "after_costs": row["total_return"],
        "core_return": row["core_return"],
        "unhedged_return": row["unhedged_return"],
    }


def _orders(account: Account, sessions: pd.DatetimeIndex) -> list[dict[str, Any]]:
    """Orders of leg and hedge in their order; parts of one order are one row."""
    labels = account.legs.labels
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for order in account.orders[account.orders["leg"] != Leg.CORE]:
        leg, session = int(order["leg"]), int(order["session"])
        row: dict[str, Any] = {
            "date": f"{sessions[session]:%Y-%m-%d}",
            "sleeve": SLEEVES[SLEEVE_OF_LEG[leg]],
            "side": "buy" if order["units"] > 0.0 else "sell",
            "price": float(order["raw_price"]),
            "reason": reason_label(int(order["reason"])),
            "contract": labels.get((leg, session)),
        }
        share = float(abs(order["units"]) * order["raw_price"] / order["equity"])
        row = found.setdefault(tuple(row.values()), {**row, "share": 0.0})
        row["share"] += share
    return list(found.values())
