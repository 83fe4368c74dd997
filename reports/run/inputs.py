"""What hedged years rest on, true inputs or proxies, and other readings of the score, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from market.serialise import lookup
from reports.run.hedge_section import Cell, HedgeTable
from reports.run.view import View
from reports.text.fields import Kind
from reports.text.format import exact, figure, show
from reports.text.hedge_words import KINDS, READINGS
from reports.text.language import _, say


def rests_on(view: View) -> Markup:
    """How many hedged years rest on true inputs and how many on proxies; empty without any."""
    m = view.metrics
    if not lookup(m, "hedge.n") or lookup(m, "hedge.inputs") is None:
        return Markup("")
    counts = {
        "true": figure(m, "hedge.inputs.true.n"),
        "proxy": figure(m, "hedge.inputs.proxy.n"),
    }
    out = say(
        "Of the hedged years {true} rest on true inputs of the score and {proxy} on proxies; a "
        "year counts by most of its hedged days.",
        **counts,
    )
    for kind, sentence in (
        (
            "true",
            _(
                "On true inputs the hedge made {mean} on average (n = {n}{interval}), against less "
                "core {lead}."
            ),
        ),
        (
            "proxy",
            _(
                "On proxies the hedge made {mean} on average (n = {n}{interval}), against less "
                "core {lead}."
            ),
        ),
    ):
        at = f"hedge.inputs.{kind}"
        if not lookup(m, f"{at}.n"):
            continue
        interval = Markup("")
        if lookup(m, f"{at}.mean_low") is not None:
            interval = say(
                ", 95% interval {low} to {high}",
                low=figure(m, f"{at}.mean_low"),
                high=figure(m, f"{at}.mean_high"),
            )
        out += Markup(" ") + Markup(sentence).format(
            mean=figure(m, f"{at}.mean"),
            n=figure(m, f"{at}.n"),
            interval=interval,
            lead=figure(m, f"{at}.against_derisk.mean"),
        )
    return out


def input_tables(view: View) -> list[HedgeTable]:
    """Hedged years by what they rest on, and the hedge by other readings of the score."""
    m = view.metrics
    found: list[HedgeTable] = []
    inputs, rows = lookup(m, "hedge.inputs"), lookup(m, "hedge.readings") or []
    if lookup(m, "hedge.n") and inputs is not None:
        found.append(_kinds(inputs))
    if rows:
        found.append(_readings(rows))
    return found


def _kinds(inputs: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for kind, label in KINDS.items():
        part = inputs[kind]
        lead = part["against_derisk"]
        rows.append(
            (
                _(label),
                (
                    Cell.of(part["n"], "count"),
                    Cell.of(part.get("mean"), "percent"),
                    _interval(part.get("mean_low"), part.get("mean_high")),
                    Cell.of(part.get("mean_gain"), "percent"),
                    Cell.of(part.get("mean_cost"), "cost"),
                    Cell.of(lead.get("mean"), "percent"),
                    _interval(lead.get("mean_low"), lead.get("mean_high")),
                ),
            )
        )
    return HedgeTable(
        "hedge-inputs",
        _("True inputs and proxies"),
        _(
            "Complete vintages that held a hedge. A hedged day rests on true inputs where the "
            "score behind it would be known without any proxy ({true} of {n} days); a year counts "
            "by most of its days. On average {share} of the weight that was read is of the series "
            "meant.",
            true=show(inputs["days_true"], "count"),
            n=show(inputs["days"], "count"),
            share=show(inputs["true_share"], "share"),
        ),
        (
            _("Rests on"),
            _("Years"),
            _("Mean result"),
            _("95% interval"),
            _("Gain before cost"),
            _("Mean cost"),
            _("Against less core"),
            _("95% interval"),
        ),
        tuple(rows),
    )


def _readings(found: list[Mapping[str, Any]]) -> HedgeTable:
    rows = []
    for row in found:
        name = _(READINGS[row["reading"]])
        rows.append(
            (
                _("{reading} (the plan)", reading=name) if row["plan"] else name,
                (
                    Cell.of(row["share_known"], "share"),
                    Cell.of(row["n_hedged"], "count"),
                    Cell.of(row["mean"], "percent"),
                    _interval(row["mean_low"], row["mean_high"]),
                    Cell.of(row["against_derisk"], "percent"),
                    _interval(row["against_derisk_low"], row["against_derisk_high"]),
                    Cell.of(row["max_drawdown"], "percent"),
                    Cell.of(row["derisk_max_drawdown"], "percent"),
                ),
            )
        )
    return HedgeTable(
        "hedge-readings",
        _("The same hedge by other readings of the score"),
        _(
            "What the plan's hedge would have done had the score been read otherwise: mean of a "
            "hedged year, beside less core at the same average beta, and the deepest fall of the "
            "whole path either way. Ranks: each ramp replaced by the place of its measure among "
            "its own past. None was chosen by its result; the plan keeps its own."
        ),
        (
            _("Reading"),
            _("Score known"),
            _("Vintages hedged"),
            _("Mean result"),
            _("95% interval"),
            _("Against less core"),
            _("95% interval"),
            _("Max drawdown"),
            _("The same with less core"),
        ),
        tuple(rows),
    )


def _interval(low: float | None, high: float | None, kind: Kind = "percent") -> Cell:
    if low is None or high is None:
        return Cell.of(None, kind)
    text = _("{low} to {high}", low=show(low, kind), high=show(high, kind))
    return Cell(text, exact(low))
