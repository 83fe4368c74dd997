"""What `simulate run` prints of a plan of legs, and `simulate explain`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.legs.page import headline, leg_findings, ruin
from reports.legs.sentences import leg_sentences, plan_sentences
from reports.text.format import percent, words
from reports.text.language import _, noted, speaking

if TYPE_CHECKING:
    from strategy.legplan.result import LegsResult
    from strategy.plan.legs_plan import LegsPlan

ORDER_SIDES = {
    "buy": noted("buy"),
    "sell": noted("sell"),
    "sell short": noted("sell short"),
    "buy back": noted("buy back"),
}
ORDER_KINDS = {
    "market at the open": noted("at the open"),
    "stop": noted("by stop order at"),
    "limit": noted("by limit order at"),
    "market on close": noted("at the close"),
}


def summary(
    result: LegsResult, metrics: Mapping[str, Any], folder: Path, files: list[str], again: bool
) -> Iterator[str]:
    """The summary of a run: what it made, beside what, and where its files are."""
    data = metrics["data"]
    yield f"{result.plan.titled()}: {data['vintages']} vintages, {data['first']} to {data['last']}"
    yield headline(result, dict(metrics))
    yield from ruin(dict(metrics))
    for name in result.plan.legs:
        yield from leg_findings(name, metrics["legs"][name])
    yield ""
    yield f"{folder}/{' (the same run as before)' if again else ''}"
    yield "  " + ", ".join(files)


def explained(
    plan: LegsPlan,
    language: str,
    levels: Mapping[str, Mapping[str, float]],
    anchor: str,
) -> Iterator[str]:
    """The plan in plain sentences, with its levels of the anchor on `anchor`."""
    with speaking(language):
        yield plan.titled(language)
        for line in plan_sentences(plan):
            yield f"  {line}"
        for name in plan.legs:
            yield ""
            yield name
            for line in leg_sentences(plan, name, dict(levels.get(name, {}))):
                yield f"  {line}"
        if any(levels.values()):
            yield ""
            yield _("Levels in brackets are those of the anchor on {day}.", day=anchor)


def evening(plan: LegsPlan, found: Mapping[str, Any], language: str) -> Iterator[str]:
    """What each leg holds and orders for the next session."""
    with speaking(language):
        yield f"{plan.titled(language)}, {found['date']}"
        if found["status"] == "stale":
            yield _(
                "The newest price is {n} days old: these orders are of that day.",
                n=found["age_days"],
            )
        for name, leg in found["legs"].items():
            yield ""
            yield _(
                "{leg}: close of {session}, next session {next}",
                leg=name,
                session=leg["session"],
                next=leg["next_session"],
            )
            for p in leg["positions"]:
                yield "  " + _(
                    "holds {left} of the position of {day}, entered at {price}: {gain}",
                    left=percent(p["left"], 0),
                    day=p["entry_date"],
                    price=f"{p['entry_price']:,.2f}",
                    gain=percent(p["gain"], 2, sign=True),
                )
            for o in leg["orders"]:
                yield "  " + _order(o)
            if not leg["orders"]:
                yield "  " + _("no order")
        yield ""
        yield _("The next session is thought to be the next weekday; holidays are not known.")


def _order(order: Mapping[str, Any]) -> str:
    """An order in words: side, kind, price, how much, why."""
    text = f"{_(ORDER_SIDES[order['side']])} {_(ORDER_KINDS[order['kind']])}"
    if order["price"] is not None:
        text += f" {order['price']:,.2f}"
    if order["reason"] == "entry":
        return text + _(
            ", {share} of equity, {units} units",
            share=percent(order["share_of_equity"], 1),
            units=f"{order['units']:,.4g}",
        )
    return text + f", {percent(order['share'], 0)} ({words(order['reason'])})"
