"""The answer for a date: orders, levels, hedge, record, inputs, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from market.container import Market
from market.errors import InputError
from market.message import Message
from market.serialise import plain
from strategy.account.instructions import SLEEVES
from strategy.plan import Plan
from strategy.result.newest import newer_by
from strategy.today.ended import ended
from strategy.today.eve import Eve, eve, next_anchor
from strategy.today.holdings import HoldingsFile
from strategy.today.inputs import input_ages, rule_states
from strategy.today.orders import core_orders, next_orders
from strategy.today.record import hedge_record, tactical_record
from strategy.today.state import hedge_state, legs, tactical_state
from strategy.today.transition import plan_targets, transition

#: Sessions are five days apart at most; prices older than this are stale.
STALE_PRICES_DAYS = 5


@dataclass(frozen=True)
class Today:
    """The plan's answer; `content` is plain values, ready for JSON.

    Attributes
    ----------
    content : dict
        ``status`` (see `docs/today.md`), ``as_of``, ``vintage``, ``tactical``, ``hedge``,
        ``ended``, ``orders_next_open``, ``orders_at_work``, ``rules``, ``inputs``,
        ``record``, ``what_would_change``.
    """

    content: dict[str, Any]

    @property
    def status(self) -> str:
        return str(self.content["status"])


def today(
    plan: Plan,
    market: Market,
    date: pd.Timestamp | str,
    *,
    capital: float | None = None,
    multiplier: float = 50.0,
    rules: bool = True,
    holdings: HoldingsFile | None = None,
) -> Today:
    """What the plan says after the close of `date`.

    Parameters
    ----------
    plan : Plan
    market : Market
        Later data are not looked at.
    date : Timestamp or str
        Where it is no session, the session before it counts.
    capital : float, optional
        Account size in currency; the plan's by default.
    multiplier : float
        Currency per index point of one future.
    rules : bool
        False leaves the rules' states out.
    holdings : HoldingsFile, optional
        What the user holds. The content then has ``holdings``, see
        `strategy.today.transition.transition`, and its equity is the capital where none is
        given.

    Raises
    ------
    InputError
        Where the data hold no session on or before `date`, the plan's levels do not belong to
        the series, or the holdings do not fit the plan.
    """
    date = pd.Timestamp(date)
    night = eve(plan, market, date)
    capital = plan.capital if capital is None else capital
    close = float(night.past.prices["close"].iloc[-1])
    led = None if holdings is None else _led(plan, night, holdings, multiplier)
    if led is not None:
        capital = led["equity"]
    age = (date - night.session).days
    content: dict[str, Any] = {
        "plan": plan.name,
        "date": f"{date:%Y-%m-%d}",
        "as_of": f"{night.session:%Y-%m-%d}",
        "next_open": f"{night.next_day:%Y-%m-%d}",
        "price": close,
        "price_age_days": age,
        "price_stale": age > STALE_PRICES_DAYS,
        "capital": capital,
        "multiplier": multiplier,
        "next_anchor": f"{next_anchor(plan, night.session):%Y-%m-%d}",
    }
    simulation = night.simulation
    current, hedged = legs(simulation, night.now) if simulation else (None, None)
    begun = [
        v
        for v in (current, hedged, *(reversed(simulation.vintages) if simulation else ()))
        if v is not None and v.schedule.anchor <= night.now
    ]
    speaks = begun[0] if begun else None
    content["vintage"] = speaks.schedule.year if speaks else None
    content["anchor_date"] = (
        f"{simulation.market.sessions[speaks.schedule.anchor]:%Y-%m-%d}"
        if simulation and speaks
        else None
    )
    content["tactical"] = (
        tactical_state(simulation, current, night, capital, multiplier)
        if simulation and current
        else {"status": "waiting"}
    )
    content["hedge"] = (
        hedge_state(simulation, hedged, night, capital, multiplier)
        if simulation and hedged
        else {"status": "none" if plan.hedge.instrument == "none" else "waiting"}
    )
    orders = (
        [
            order
            for v in {id(v): v for v in (current, hedged) if v is not None}.values()
            for order in next_orders(simulation, v, night, capital, multiplier)
        ]
        if simulation
        else []
    )
    if simulation and night.now + 1 <= simulation.chained.last:
        orders += core_orders(simulation, night.now + 1, capital, multiplier)
    content["orders_next_open"] = orders
    content["orders_at_work"] = [
        *content["tactical"].pop("orders_at_work", []),
        *content["hedge"].pop("orders_at_work", []),
    ]
    content["ended"] = (
        ended(simulation, night.now) if simulation else {"tactical": None, "hedge": None}
    )
    if led is not None:
        content["holdings"] = led
    content["record"] = {}
    if simulation and current and content["tactical"]["status"] in ("enter", "holding", "leave"):
        content["record"]["tactical"] = tactical_record(simulation, current, night.now)
    if simulation and hedged and content["hedge"]["status"] in ("held", "change"):
        content["record"]["hedge"] = hedge_record(simulation, hedged)
    content["inputs"] = input_ages(night, date)
    if rules:
        content["rules"] = rule_states(plan, night.past)
    content["what_would_change"] = _what_would_change(plan, content, newer_by(plan, market))
    content["status"] = _status(content)
    return Today(plain(content))


def _led(plan: Plan, night: Eve, file: HoldingsFile, multiplier: float) -> dict[str, Any]:
    """The way from the user's holdings to the plan's."""
    simulation = night.simulation
    if simulation is None or simulation.chained.last < night.now:
        raise InputError(
            f"the plan holds nothing on {night.session:%Y-%m-%d}",
            where="--holdings",
            expected="a date from its first anchor on, and before its last vintage ended",
        )
    close = float(night.past.prices["close"].iloc[-1])
    running = [v for v in legs(simulation, night.now) if v is not None]

    def price_of(sleeve: str) -> float:
        if sleeve not in SLEEVES:
            raise InputError(f"got {sleeve!r}", expected=f"one of {', '.join(SLEEVES)}")
        return close

    return transition(
        plan_targets(simulation, list({id(v): v for v in running}.values()), night),
        file,
        price_of,
        multiplier,
        hedge_follows="index" if plan.hedge.instrument in ("none", "short") else "other",
    )


def _what_would_change(plan: Plan, content: dict[str, Any], newer: str) -> list[str]:
    """Conditions under which tonight's answer would be another."""
    said: list[str] = []
    tactical, hedge = content["tactical"], content["hedge"]
    if tactical["status"] == "enter":
        said.append(
            Message(
                "an open at or above {price}: nothing is bought, no room to the zone",
                price=f"{tactical['zone'][0]:,.2f}",
            )
        )
    if tactical["status"] == "holding":
        said += _while_held(plan, tactical)
    if hedge["status"] in ("held", "idle", "change"):
        said += _while_hedged(plan, hedge)
    if tactical["status"] == "waiting" and hedge["status"] in ("waiting", "none"):
        said.append(Message("the next anchor, {day}", day=content["next_anchor"]))
    if content["price_stale"]:
        said.append(Message("newer prices: everything here is as of the last session in the data"))
        if newer in ("update", "auto"):
            said.append(Message("`simulate data update` brings newer prices where there are any"))
    return said


def _while_held(plan: Plan, tactical: dict[str, Any]) -> list[str]:
    failed = plan.tactical.failed_breakout
    low, high = tactical["zone"]
    floor = f"{low * (1.0 - failed.buffer):,.2f}"
    return [
        Message("a price at or below {price}: all is sold", price=f"{tactical['stop']:,.2f}"),
        Message(
            "a close above {price} and then, within {n} sessions, a close below {floor}: all "
            "is sold at the next open",
            price=f"{high:,.2f}",
            n=failed.within,
            floor=floor,
        )
        if failed.trigger == "close"
        else Message(
            "a high at {price} and then, within {n} sessions, a close below {floor}: all is "
            "sold at the next open",
            price=f"{low:,.2f}",
            n=failed.within,
            floor=floor,
        ),
    ]


def _while_hedged(plan: Plan, hedge: dict[str, Any]) -> list[str]:
    said: list[str] = []
    if hedge["score"] != hedge["score"]:
        said.append(
            Message(
                "data for {components}: coverage is {coverage}, {needed} is needed for a score",
                components=", ".join(hedge["missing"]),
                coverage=f"{hedge['coverage']:.0%}",
                needed=f"{plan.risk.min_coverage:.0%}",
            )
        )
    else:
        said.append(
            Message(
                "a score below {low} takes the hedge off, one of {high} makes it full; it "
                "is {score}",
                low=f"{plan.hedge.score.from_:g}",
                high=f"{plan.hedge.score.to:g}",
                score=f"{hedge['score']:.2f}",
            )
        )
    if hedge["held_next"] > 0.0:
        said += [
            Message(
                "a close at or below {price}: {share} of the hedge is covered at the next open",
                price=f"{rule['price']:,.2f}",
                share=f"{rule['share']:.0%}",
            )
            for rule in hedge["cover"]
        ]
    return said


def _status(content: dict[str, Any]) -> str:
    if content["price_stale"]:
        return "stale"
    if content["orders_next_open"]:
        return "orders"
    if any(order["sleeve"] == "tactical" for order in content["orders_at_work"]):
        return "holding"
    return "hedged" if content["hedge"]["status"] == "held" else "idle"
