"""The result of the long and of the hedge that ended last: what came of them, with prices."""

from __future__ import annotations

from typing import Any

from strategy.legs.reasons import Reason
from strategy.result.newest import hedge_averages
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage


def ended(simulation: Simulation, now: int) -> dict[str, Any]:
    """``tactical`` and ``hedge`` that ended last by the close of `now`; None where none has.

    Returns are fractions: ``gross_return`` and ``net_return`` of the leg's own
    capital, ``contribution`` and the hedge's of equity at the anchor.
    """
    vintages = [v for v in reversed(simulation.vintages) if v.schedule.anchor <= now]
    long = next((v for v in vintages if _long_over(v, now)), None)
    hedge = next((v for v in vintages if _hedge_over(v, now)), None)
    return {
        "tactical": long and ended_long(simulation, long, now),
        "hedge": hedge and _hedge(simulation, hedge, now),
    }


def _long_over(v: Vintage, now: int) -> bool:
    outcome = v.outcome
    if not outcome.traded:
        return outcome.reason is not Reason.OPEN and v.schedule.entry <= now
    return all(f.reason is not Reason.OPEN and f.session <= now for f in outcome.exits)


def _hedge_over(v: Vintage, now: int) -> bool:
    window = v.hedge.window
    return window.timed and 0 <= window.first and window.last <= now


def ended_long(simulation: Simulation, v: Vintage, now: int) -> dict[str, Any]:
    """What became of a long that is over: entry, exits by part, return, share of equity."""
    plan, sessions, outcome = simulation.plan, simulation.market.sessions, v.outcome
    if not outcome.traded:
        return {
            "vintage": v.schedule.year,
            "reason": outcome.reason.label,
            "because": v.decision.because or None,
            "entry_date": None,
        }
    fee, slippage = plan.costs.fee_bps / 1e4, plan.costs.slippage_bps / 1e4
    last = max(outcome.exits, key=lambda f: (f.session, f.phase))
    return {
        "vintage": v.schedule.year,
        "reason": outcome.reason.label,
        "because": None,
        "entry_date": f"{sessions[v.schedule.entry]:%Y-%m-%d}",
        "entry_price": outcome.entry_price,
        "exit_date": f"{sessions[last.session]:%Y-%m-%d}",
        "exits": [
            {
                "tranche": f.tranche,
                "share": f.share,
                "date": f"{sessions[f.session]:%Y-%m-%d}",
                "price": f.price,
                "reason": f.reason.label,
            }
            for f in outcome.exits
        ],
        "gross_return": outcome.gross_return(),
        "net_return": outcome.net_return(fee, slippage),
        "weight": v.weight,
        "contribution": float(v.account.pnl[min(now, v.account.last) - v.account.first, 1]),
    }


def _hedge(simulation: Simulation, v: Vintage, now: int) -> dict[str, Any]:
    sessions, window, account = simulation.market.sessions, v.hedge.window, v.account
    at = min(now, account.last) - account.first
    held = v.hedge_held
    sold, bought = hedge_averages(account)
    costs, carry = (float(path[: at + 1, 2].sum()) for path in (account.costs, account.carry))
    result = float(account.pnl[at, 2])
    return {
        "vintage": v.schedule.year,
        "status": v.hedge.status,
        "instrument": simulation.plan.hedge.instrument,
        "first_date": f"{sessions[window.first]:%Y-%m-%d}",
        "last_date": f"{sessions[window.last]:%Y-%m-%d}",
        "max_ratio": float(held.max()) if len(held) else 0.0,
        "average_sale": sold,
        "average_purchase": bought,
        "return": result,
        "gain": result - carry + costs,
        "carry": carry,
        "costs": costs,
    }
