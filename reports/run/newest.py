"""The page's opening: what the newest vintage did so far, where it is current."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from market.serialise import lookup
from reports.run.hedge_section import Cell, HedgeTable
from reports.run.view import View
from reports.text.fields import field
from reports.text.format import day, exact, figure, percent, words
from reports.text.language import _, noted, say
from strategy.hedge.vintage import HEDGE_STATUS

#: Levels of the leg in words; those of the hedge carry numbers of the plan.
LEVELS = {
    "stop": noted("Stop"),
    "zone_low": noted("Zone, low end"),
    "zone_high": noted("Zone, high end"),
    "extension_low": noted("Extension, low end"),
    "extension_high": noted("Extension, high end"),
    "reference": noted("Before the hedge"),
}
SIDES = {"buy": noted("bought"), "sell": noted("sold")}
SLEEVES = {"tactical": noted("Tactical long"), "hedge": noted("Hedge")}

#: Figures of the hedge so far, in the order of their table.
HEDGE_FIGURES = (
    *("held", "target", "mean_ratio", "max_ratio", "average_sale", "average_purchase"),
    *("gain", "cost", "return", "score", "coverage"),
)


@dataclass(frozen=True)
class Opening:
    """What the section shows.

    Parameters
    ----------
    year : int
    last_date : str
        Day of the last close; the page says how long ago that is for its reader.
    sentences : list of Markup
    tables : list of HedgeTable
    ahead : list of Markup
        What comes next, and what brings newer data.
    days : Markup
        How many sessions of the hedge's window the picture shows, and which; empty without any.
    """

    year: int
    last_date: str
    sentences: list[Markup]
    tables: list[HedgeTable]
    ahead: list[Markup]
    days: Markup


def opening(view: View) -> Opening | None:
    """The section's content; None where the newest vintage is history."""
    newest = view.newest
    if newest is None:
        return None
    return Opening(
        newest["vintage"],
        newest["last_date"],
        [_leg(view, newest), _hedge(view, newest), *_whole(view, newest)],
        [t for t in (_orders(newest), _levels(view, newest), _hedged(view, newest)) if t.rows],
        [*_ahead(view, newest), _newer(view, newest)],
        _days(view, newest["hedge"]),
    )


def _leg(view: View, newest: Mapping[str, Any]) -> Markup:
    t = newest["tactical"]
    bought = {
        "entry": day(t["entry_date"]),
        "price": figure(view.metrics, "newest.tactical.entry_price"),
        "gross": figure(view.metrics, "newest.tactical.gross_return", 3),
        "net": figure(view.metrics, "newest.tactical.net_return"),
    }
    if t["state"] == "ahead":
        return say(
            "The tactical long is still ahead: the next session is the first in which it can be "
            "bought."
        )
    if t["state"] == "no_trade":
        return say("The tactical long bought nothing: {reason}.", reason=words(t["reason"]))
    if t["state"] == "held":
        return say(
            "The tactical long was bought on {entry} at {price} and is held: {gross} before costs "
            "so far, {net} after.",
            **bought,
        )
    return say(
        "The tactical long was bought on {entry} at {price} and ended on {exit} ({reason}): "
        "{gross} before costs, {net} after.",
        exit=day(t["exit_date"]),
        reason=words(t["reason"]),
        **bought,
    )


def _hedge(view: View, newest: Mapping[str, Any]) -> Markup:
    m, h = view.metrics, newest["hedge"]
    if h["state"] == "none":
        return say("The plan holds no hedge.")
    if h["state"] == "ahead":
        return say(
            "The hedge begins on {day} at the earliest: the score at the close before decides.",
            day=day(h["opens_on"]),
        )
    if h["max_ratio"] and h["state"] == "over":
        return say(
            "The hedge of {year} is over: {gross} of equity before costs and carry, {net} after.",
            year=newest["vintage"] + 1,
            gross=figure(m, "newest.hedge.gain"),
            net=figure(m, "newest.hedge.return"),
        )
    if not h["max_ratio"]:
        return say(
            "Hedge of {year}: {status}.",
            year=newest["vintage"] + 1,
            status=_(HEDGE_STATUS[h["status"]]),
        )
    asked = (
        say("the score asks for {target}", target=figure(m, "newest.hedge.target"))
        if h["target"] is not None
        else say("the score is unknown")
    )
    return say(
        "The hedge of {year} holds {held} of equity, {asked}. So far it made {gross} of equity "
        "before costs and carry, {net} after.",
        year=newest["vintage"] + 1,
        held=figure(m, "newest.hedge.held"),
        asked=asked,
        gross=figure(m, "newest.hedge.gain"),
        net=figure(m, "newest.hedge.return"),
    )


def _whole(view: View, newest: Mapping[str, Any]) -> list[Markup]:
    m = view.metrics
    out = [
        say(
            "The whole plan made {after} of the equity at the anchor, {before} before costs and "
            "carry; the core alone {core}.",
            after=figure(m, "newest.result.after_costs"),
            before=figure(m, "newest.result.before_costs"),
            core=figure(m, "newest.result.core_return"),
        )
    ]
    if newest["hedge"]["max_ratio"]:
        out[0] += Markup(" ") + say(
            "Without the hedge it would be {value}.",
            value=figure(m, "newest.result.unhedged_return"),
        )
    return out


def _ahead(view: View, newest: Mapping[str, Any]) -> Iterable[Markup]:
    """Dates on which something can change."""
    h = newest["hedge"]
    if newest["state"] == "running":
        if h["next_review"]:
            yield say(
                "The hedge is decided anew at the close of the first session from {day} on.",
                day=day(h["next_review"]),
            )
        if h["state"] in ("running", "ahead"):
            yield say("It is off by the close of {day}.", day=day(newest["until"]))
    if newest["next_anchor"]:
        yield say("The next vintage is anchored on {day}.", day=day(newest["next_anchor"]))
    if newest["last_date"] > newest["final_on"]:
        yield say("The figures of {year} are final.", year=newest["vintage"])
    else:
        yield say(
            "The figures of {year} are final after {day}.",
            year=newest["vintage"],
            day=day(newest["final_on"]),
        )


def _newer(view: View, newest: Mapping[str, Any]) -> Markup:
    by = newest["newer_by"]
    if by == "plan":
        told = say("The plan ends its data itself (<code>data.end</code>).")
    elif by == "file":
        told = say("A longer file of prices brings what came since.")
    elif by == "auto":
        told = say(
            "<code>simulate data update</code> brings newer prices; the plan reads them with "
            "<code>data.source: auto</code>."
        )
    else:
        told = say(
            "<code>simulate data update</code> brings newer prices; then run the plan again."
        )
    if newest["last_date"] > newest["final_on"]:
        return told
    complete = say(
        "They change this vintage, not the {n} that are complete.",
        n=figure(view.metrics, "vintages.n_complete"),
    )
    return told + Markup(" ") + complete


def _days(view: View, hedge: Mapping[str, Any]) -> Markup:
    if not hedge["sessions"]:
        return Markup("")
    return say(
        "{n} sessions, {first} to {last}.",
        n=figure(view.metrics, "newest.hedge.sessions"),
        first=day(hedge["first_date"]),
        last=day(hedge["last_date"]),
    )


def _orders(newest: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for order in newest["orders"]:
        what = _(
            "{sleeve}: {side}", sleeve=_(SLEEVES[order["sleeve"]]), side=_(SIDES[order["side"]])
        )
        why = words(order["reason"])
        if order["contract"]:
            # the contract's name stands as it does in trades.csv
            contract = Markup("<code>{}</code>").format(order["contract"])
            why = say("{contract}: {reason}", contract=contract, reason=why)
        cells = (
            Cell(what, f"{order['sleeve']} {order['side']}"),
            Cell.of(order["price"], "points"),
            Cell.of(order["share"], "share"),
            Cell(why, order["reason"]),
        )
        rows.append((order["date"], cells))
    return HedgeTable(
        "newest-orders",
        _("Orders so far"),
        _("Orders so far, prices before slippage, sizes as shares of equity."),
        (_("Date"), _("What"), _("Price"), _("Of equity"), _("Reason")),
        tuple(rows),
        frozenset({0, 3}),
    )


def _levels(view: View, newest: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for name, level in newest["levels"].items():
        path = f"newest.levels.{name}"
        acts = _("yes") if level["acts"] else _("no longer")
        rows.append(
            (
                _level(view, name),
                (
                    Cell(figure(view.metrics, f"{path}.price"), exact(level["price"])),
                    Cell(figure(view.metrics, f"{path}.distance"), exact(level["distance"])),
                    Cell(acts, exact(level["acts"])),
                ),
            )
        )
    return HedgeTable(
        "newest-levels",
        _("Levels"),
        _("Levels, and how far the last close is from each; a level acts while its leg is on."),
        (_("Level"), _("Price"), _("From the last close"), _("Acts")),
        tuple(rows),
    )


def _level(view: View, name: str) -> str:
    if not name.startswith("cover_"):
        return _(LEVELS[name])
    rule = view.plan.hedge.cover[int(name.removeprefix("cover_")) - 1]
    return _("Cover {share}", share=percent(rule.share, 0))


def _hedged(view: View, newest: Mapping[str, Any]) -> HedgeTable:
    rows = []
    if newest["hedge"]["max_ratio"] or newest["hedge"]["state"] == "running":
        for name in HEDGE_FIGURES:
            path = f"newest.hedge.{name}"
            value = lookup(view.metrics, path)
            if value is not None:
                cell = Cell(figure(view.metrics, path), exact(value))
                rows.append((field(path).label, (cell,)))
    return HedgeTable(
        "newest-hedge",
        _("Hedge so far"),
        _("Hedge so far: ratios and profits are shares of equity."),
        (_("Figure"), _("Value")),
        tuple(rows),
    )
