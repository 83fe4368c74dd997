"""What became of earlier vintages that stood where the plan stands now."""

from __future__ import annotations

from typing import Any

import numpy as np

from market.message import Message
from strategy.legs.reasons import Reason
from strategy.result.metrics import sample_statistics
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage


def tactical_record(simulation: Simulation, current: Vintage, now: int) -> dict[str, Any]:
    """Earlier complete vintages in the same state on the same session of their leg.

    Before the entry all that traded count. While the position is held those
    count that, so many sessions after their entry, still held the same
    tranches and were on the same side of their entry price.

    Returns
    -------
    dict
        ``state`` in words, ``years``, and `sample_statistics` of their final
        tactical returns.
    """
    fee = simulation.plan.costs.fee_bps / 1e4
    slippage = simulation.plan.costs.slippage_bps / 1e4
    held = now - current.schedule.entry
    before = held < 0
    tranches = _held(current, now)
    up = _above(simulation, current, now)
    years, returns = [], []
    for v in simulation.vintages:
        if not v.schedule.complete or not v.outcome.traded or v is current:
            continue
        if not before:
            then = v.schedule.entry + held
            if _held(v, then) != tranches or _above(simulation, v, then) != up:
                continue
        years.append(v.schedule.year)
        returns.append(v.outcome.net_return(fee, slippage))
    return {
        "state": _situation(tranches, held, up=up, before=before),
        "years": years,
        **sample_statistics(np.array(returns, dtype=float), np.array(years, dtype=int)),
    }


def _situation(tranches: frozenset[int], held: int, *, up: bool, before: bool) -> Message:
    if before:
        return Message("all earlier vintages that traded")
    n = held + 1
    if len(tranches) > 1:
        if up:
            return Message("part 1 and 2 held after session {n}, at or above the entry price", n=n)
        return Message("part 1 and 2 held after session {n}, below the entry price", n=n)
    parts = " and ".join(str(t) for t in sorted(tranches))
    if up:
        return Message(
            "part {parts} held after session {n}, at or above the entry price", parts=parts, n=n
        )
    return Message("part {parts} held after session {n}, below the entry price", parts=parts, n=n)


def _held(v: Vintage, now: int) -> frozenset[int]:
    """Tranches still held after the close of `now`."""
    return frozenset(
        f.tranche for f in v.outcome.exits if f.session > now or f.reason is Reason.OPEN
    )


def _above(simulation: Simulation, v: Vintage, now: int) -> bool:
    now = min(now, len(simulation.close) - 1)
    return bool(simulation.close[now] >= v.outcome.entry_price)


def hedge_record(simulation: Simulation, current: Vintage) -> dict[str, Any]:
    """Earlier complete vintages that held a hedge: what it earned, net, as a share of equity."""
    years, returns = [], []
    for v in simulation.vintages:
        if v is current or not v.schedule.complete or not (v.hedge_held > 0.0).any():
            continue
        years.append(v.schedule.year)
        returns.append(float(v.account.pnl[-1, 2]))
    return {
        "state": Message("earlier vintages that held a hedge"),
        "years": years,
        **sample_statistics(np.array(returns, dtype=float), np.array(years, dtype=int)),
    }
