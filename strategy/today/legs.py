"""What a plan of named legs orders for the next session, after the close of a date."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.errors import InputError
from market.judge.days import seven_days
from strategy.legplan.markets import Markets
from strategy.legplan.positions import (
    Held,
    LegGround,
    LegVintage,
    terms_of,
    vintage_states,
)
from strategy.legplan.simulation import Ahead, resolved_vintages
from strategy.legs.reasons import Reason
from strategy.legs.terms import EntryKind, Terms
from strategy.plan.leg import AtRange
from strategy.plan.legs_plan import LegsPlan

#: Older closes than this make the answer stale: a long weekend is four days.
FRESH_DAYS = 5
#: Sessions that the calendar is thought ahead by.
PROJECTED = 90


def projected(sessions: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The sessions after the data as far as anyone knows: weekdays, or all days.

    Holidays of the exchange are not known here.
    """
    frequency = "D" if len(sessions) >= 14 and seven_days(sessions) else "B"
    days = pd.date_range(sessions[-1], periods=PROJECTED + 1, freq=frequency)
    return pd.DatetimeIndex(days[days > sessions[-1]], name=sessions.name)


def today_of_legs(
    plan: LegsPlan,
    markets: Markets,
    date: pd.Timestamp | str,
    *,
    capital: float | None = None,
    ahead: Ahead | None = None,
) -> dict[str, Any]:
    """What the plan orders after the close of `date`.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets
        May hold later data; nothing after `date` is looked at.
    date : Timestamp or str
    capital : float, optional
        Account size; the plan's where not given.
    ahead : mapping of str to DatetimeIndex, optional
        The next sessions of each market, where a calendar of the exchange is at
        hand; else `projected`.

    Returns
    -------
    dict
        ``plan``, ``date``, ``status`` (orders, holding, idle, or stale where
        the newest close is old), ``age_days`` of that close, and ``legs``: by
        name ``session`` (the last close), ``next_session``, ``status``
        (holding, waiting, idle), ``positions`` and ``orders``.

    Raises
    ------
    InputError
        Where the data hold no session or no anchor on or before `date`.
    """
    day = pd.Timestamp(date)
    past = markets.until(day)
    for name, market in past.by_name.items():
        if not len(market.sessions):
            raise InputError(
                f"{name} has no session on or before {day:%Y-%m-%d}",
                where="--date",
                expected=f"a date from {markets.by_name[name].sessions[0]:%Y-%m-%d} on",
            )
    if ahead is None:
        ahead = {name: projected(market.sessions) for name, market in past.by_name.items()}
    _, grounds, vintages = resolved_vintages(plan, past, ahead)
    equity = plan.capital if capital is None else capital
    legs = {
        name: _leg_today(ground, vintages[name], ahead[ground.market_name], equity)
        for name, ground in grounds.items()
    }
    status = "idle"
    age = max((day - market.sessions[-1]).days for market in past.by_name.values())
    if any(leg["positions"] for leg in legs.values()):
        status = "holding"
    if any(leg["orders"] for leg in legs.values()):
        status = "orders"
    if age > FRESH_DAYS:
        status = "stale"
    return {
        "plan": plan.name,
        "date": f"{day:%Y-%m-%d}",
        "status": status,
        "age_days": age,
        "legs": legs,
    }


def _leg_today(
    ground: LegGround, vintages: list[LegVintage], ahead: pd.DatetimeIndex, capital: float
) -> dict[str, Any]:
    sessions = ground.market.sessions
    n = len(sessions)
    positions: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    waiting = False
    for vintage in vintages:
        for held in vintage.held:
            if held.open:
                positions.append(_position(ground, vintage, held))
                orders += _exit_orders(ground, vintage, held, n)
        if _may_enter(ground, vintage, n):
            waiting = True
            orders += _entry_order(ground, vintage, n, capital)
    status = "holding" if positions else "waiting" if waiting else "idle"
    return {
        "session": f"{sessions[-1]:%Y-%m-%d}",
        "next_session": f"{ahead[0]:%Y-%m-%d}" if len(ahead) else None,
        "status": status,
        "positions": positions,
        "orders": orders,
    }


def _position(ground: LegGround, vintage: LegVintage, held: Held) -> dict[str, Any]:
    p = held.position
    close = float(ground.prices.close[-1])
    left = sum(
        target.share
        for part, target in enumerate(ground.leg.exits.targets)
        if p.reason[part] == Reason.OPEN and p.session[part] >= 0
    )
    return {
        "vintage": vintage.anchor.label,
        "entry_date": f"{ground.market.sessions[p.entry]:%Y-%m-%d}",
        "entry_price": p.entry_price,
        "left": float(left),
        "gain": ground.side * (close / p.entry_price - 1.0),
    }


def _exit_orders(
    ground: LegGround, vintage: LegVintage, held: Held, n: int
) -> list[dict[str, Any]]:
    """What is left: out at the open, or a stop, limits at the targets and an order on close."""
    p, window = held.position, vintage.window
    terms = terms_of(ground.leg, vintage.levels, window)
    parts = [
        part
        for part in range(len(terms.share))
        if p.session[part] >= 0 and p.reason[part] == Reason.OPEN
    ]
    side = "sell" if ground.side > 0 else "buy back"
    left = float(sum(terms.share[part] for part in parts))

    def order(kind: str, price: float | None, share: float, reason: str) -> dict[str, Any]:
        return {
            "vintage": vintage.anchor.label,
            "side": side,
            "kind": kind,
            "price": price,
            "share": share,
            "reason": reason,
        }

    if p.pending >= 0:
        return [order("market at the open", None, left, Reason(int(p.pending)).label)]
    out = []
    if np.isfinite(p.last_stop):
        out.append(order("stop", float(p.last_stop), left, Reason.STOP.label))
    for part in parts:
        target = _target(terms, part, p.entry_price)
        if target is not None:
            label = Reason[f"TARGET_{part + 1}"].label
            out.append(order("limit", target, float(terms.share[part]), label))
    at = p.entry - window.first
    if window.ahead_last[at] == n and window.ahead_timed[at]:
        out.append(order("market on close", None, left, Reason.TIME.label))
    return out


def _target(terms: Terms, part: int, entry_price: float) -> float | None:
    if not np.isnan(terms.gain[part]):
        return float(entry_price * (1.0 + terms.side * terms.gain[part]))
    return None if np.isnan(terms.target[part]) else float(terms.target[part])


def _may_enter(ground: LegGround, vintage: LegVintage, n: int) -> bool:
    """Whether session `n` lies in the entry window and the vintage has an entry left."""
    if vintage.refused or not vintage.window.first <= n <= vintage.window.ahead_until:
        return False
    if any(np.isnan(level) for level in vintage.levels.values()):
        return False
    if not vintage.held:
        return vintage.idle is Reason.OPEN
    if not ground.leg.entry.every:
        return False
    return vintage.idle is Reason.OPEN and not vintage.held[-1].open


def _entry_order(
    ground: LegGround, vintage: LegVintage, n: int, capital: float
) -> list[dict[str, Any]]:
    """The entry order for the next session, where its conditions held at the close."""
    if not vintage_states(ground, vintage.levels).enter[n - 1]:
        return []
    leg = ground.leg
    terms = terms_of(leg, vintage.levels, vintage.window)
    kind = {
        EntryKind.OPEN: "market at the open",
        EntryKind.THROUGH: "stop",
        EntryKind.LIMIT: "limit",
    }[EntryKind(terms.kind)]
    price = None if terms.kind == EntryKind.OPEN else float(terms.level)
    near = float(ground.prices.close[-1]) if price is None else price
    weight = leg.size.weight
    if leg.size.risk_budget is not None:
        stop = leg.exits.stop
        if isinstance(stop, float):
            distance = stop
        elif isinstance(stop, AtRange):
            distance = stop.atr * float(ground.true_range[n - 1]) / near
        else:
            distance = abs(1.0 - terms.stop / near)
        weight = min(weight, leg.size.risk_budget / distance)
    return [
        {
            "vintage": vintage.anchor.label,
            "side": "buy" if ground.side > 0 else "sell short",
            "kind": kind,
            "price": price,
            "share": 1.0,
            "reason": "entry",
            "share_of_equity": weight,
            "units": weight * capital / near,
        }
    ]
