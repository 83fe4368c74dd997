"""Where the long and the hedge stand after a close: levels, distances, size, score."""

from __future__ import annotations

from typing import Any

import numpy as np

from market.message import Message
from strategy.legs.reasons import Phase, Reason
from strategy.result.newest import ends_with, last_day
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage
from strategy.today.ended import ended_long
from strategy.today.eve import Eve
from strategy.today.orders import hedge_close_orders, next_orders
from strategy.today.positions import positions


def legs(simulation: Simulation, now: int) -> tuple[Vintage | None, Vintage | None]:
    """The vintage whose tactical leg is ahead or on, and the one whose hedge window is."""
    newest = simulation.vintages[-1]
    n = now + 1
    leg = newest if n <= max(newest.schedule.last, newest.schedule.anchor + 1) else None
    hedged = [v for v in simulation.vintages[-2:] if v.hedge.window.first >= 0]
    running = [v for v in hedged if v.hedge.window.first <= n <= v.hedge.window.last]
    return leg, running[-1] if running else None


def tactical_state(
    simulation: Simulation, v: Vintage, night: Eve, capital: float, multiplier: float
) -> dict[str, Any]:
    """The long: waiting, enter, holding, leave, over or no_trade, with its levels and size."""
    n, s, outcome = night.now + 1, v.schedule, v.outcome
    if s.anchor >= n:
        return {"status": "waiting"}  # the anchor's close, and with it the levels, is still ahead
    close = float(night.past.prices["close"].iloc[-1])
    out: dict[str, Any] = {
        "vintage": s.year,
        "anchor_date": f"{simulation.market.sessions[s.anchor]:%Y-%m-%d}",
        "zone": [v.levels.zone_low, v.levels.zone_high],
        "extension": [v.levels.extension_low, v.levels.extension_high],
        "score": v.score,
        "coverage": v.coverage,
    }
    entering = s.entry == n
    if not outcome.traded:
        waiting = outcome.reason is Reason.OPEN
        return out | {
            "status": "waiting" if waiting else "no_trade",
            "reason": None if waiting else outcome.reason.label,
            "because": v.decision.because or None,
        }
    after = [f for f in outcome.exits if f.session >= n or f.reason is Reason.OPEN]
    leaving = [f for f in after if f.session == n and f.phase is Phase.OPEN]
    at_close = [f for f in after if f.session == n and f.reason is Reason.TIME]
    if not after:
        return out | {"status": "over"} | ended_long(simulation, v, night.now)
    targets = {1: v.levels.zone_low, 2: v.levels.extension_low}
    held = sum(f.share for f in after)
    # units are fixed at the entry: from then on the leg is what they are worth, share of equity now
    weight = v.weight * held if entering else _exposure(v, night.now, 1)
    out |= {
        "status": "enter" if entering else "leave" if leaving else "holding",
        # before the entry the close stands in for the open that will be paid
        "entry_price": outcome.entry_price,
        "entry_is_estimate": entering,
        "return_so_far": None if entering else close / outcome.entry_price - 1.0,
        "stop": outcome.stop,
        "to_stop": outcome.stop / close - 1.0,
        "share_held": held,
        "weight": weight,
        "amount": weight * capital,
        "units": weight * capital / close,
        "futures": weight * capital / (close * multiplier),
        "leave_at_close_of_next": bool(at_close),
    }
    out["parts"] = [
        {
            "tranche": f.tranche,
            "share": f.share,
            "target": targets[f.tranche],
            "to_target": targets[f.tranche] / close - 1.0,
            "reward_to_risk": (targets[f.tranche] - close) / (close - outcome.stop)
            if close > outcome.stop
            else None,
        }
        for f in after
    ]
    if not leaving:
        when = Message("from the fill on") if entering else Message("from the open on")
        out["orders_at_work"] = [
            {
                "order": "stop",
                "sleeve": "tactical",
                "side": "sell",
                "price": outcome.stop,
                "share": held,
                "live": when,
            },
            *(
                {
                    "order": "limit",
                    "sleeve": "tactical",
                    "side": "sell",
                    "price": targets[f.tranche],
                    "share": f.share,
                    "live": when,
                }
                for f in after
            ),
        ]
        if at_close:
            out["orders_at_work"].append(
                {
                    "order": "market on close",
                    "sleeve": "tactical",
                    "side": "sell",
                    "price": None,
                    "share": held,
                    "live": Message("at the close"),
                }
            )
    return out


def hedge_state(
    simulation: Simulation, v: Vintage, night: Eve, capital: float, multiplier: float
) -> dict[str, Any]:
    """The hedge: idle, held or change, with its ratio, score, coverage and cover levels."""
    n, now, window = night.now + 1, night.now, v.hedge.window
    close = float(night.past.prices["close"].iloc[-1])
    held_before = float(v.hedge_held[now - window.first]) if now >= window.first else 0.0
    held_next = float(v.hedge_held[n - window.first])
    reference = float(simulation.close[window.first - 1])
    row = simulation.risk.iloc[now]
    changed = any(o["sleeve"] == "hedge" for o in next_orders(simulation, v, night, 1.0, 1.0))
    status = "change" if changed else "held" if held_next > 0.0 else "idle"
    # without an order its units stay what they are, and the exposure drifts with prices
    size = abs(_exposure(v, now, 2)) if status == "held" else held_next
    account = v.account
    at = now - account.first
    earned, equity = float(account.pnl[at, 2]), float(account.equity[at])
    costs, carry = (float(path[: at + 1, 2].sum()) for path in (account.costs, account.carry))
    holdings = [p for p in positions(account, simulation.close, now) if p.sleeve == "hedge"]
    cover = [
        {
            "fall": rule.fall,
            "share": rule.share,
            "price": reference * (1.0 - rule.fall),
            "distance": reference * (1.0 - rule.fall) / close - 1.0,
        }
        for rule in simulation.plan.hedge.cover
    ]
    return {
        "status": status,
        "vintage": v.schedule.year,
        "instrument": simulation.plan.hedge.instrument,
        "window": [
            f"{simulation.market.sessions[window.first]:%Y-%m-%d}",
            f"{last_day(simulation.plan, v.schedule.year):%Y-%m-%d}",
        ],
        "ends_with": ends_with(simulation.plan, v.schedule.year),
        "score": float(row["score"]),
        "coverage": float(row["coverage"]),
        "components": {
            name: float(row[f"risk_{name}"]) for name in simulation.plan.risk.components()
        },
        "missing": [
            name for name in simulation.plan.risk.components() if np.isnan(row[f"risk_{name}"])
        ],
        "target": float(simulation.target[now]),
        "held": held_before,
        "held_next": held_next,
        "amount": size * capital,
        "futures": size * capital / (close * multiplier)
        if simulation.plan.hedge.instrument == "short"
        else None,
        "reference": reference,
        "cover": cover,
        # so far in this window: of equity at the anchor, and in money of today's account
        "result": {
            "return": earned,
            "gain": earned - carry + costs,
            "carry": carry,
            "costs": costs,
            "amount": earned / equity * capital,
        },
        "positions": [
            {
                "side": "long" if p.units > 0.0 else "short",
                "contract": p.contract,
                "units": p.units / equity * capital,
                "average_price": p.average_price,
                "price": p.price,
                "gain": p.gain,
                "amount": p.gain * capital,
            }
            for p in holdings
        ],
        "orders_at_work": hedge_close_orders(simulation, v, night, capital, multiplier),
    }


def _exposure(v: Vintage, now: int, sleeve: int) -> float:
    """Index exposure of a sleeve at the close, share of the vintage account's equity."""
    return float(v.account.exposure[now - v.account.first, sleeve])
