"""What the leg is measured by, in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from market.serialise import lookup
from reports.run.view import View
from reports.text.format import figure
from reports.text.language import _, noted, say

#: Rules that the yardstick switches off, in words.
RULE_WORDS = {
    "stop": noted("the stop"),
    "targets": noted("the targets"),
    "failed_breakout": noted("leaving on a failed breakout"),
}

#: Both intervals of a mean: Student's t and the beta-weighted bootstrap-t.
INTERVALS = ("mean", "boot")


@dataclass(frozen=True)
class Row:
    """One line of the table: what, its mean, both intervals, n, the sign-flip test."""

    label: str
    mean: Markup
    student: Markup
    bootstrap: Markup
    n: Markup
    p: Markup


def measured(view: View) -> bool:
    """Whether any vintage can be held beside its yardstick."""
    return bool(lookup(view.metrics, "yardstick.n"))


def claims_a_difference(metrics: Mapping[str, Any]) -> bool:
    """Whether the first page says that the rules changed the result by more than luck would.

    Only where both intervals leave zero out: the page believes the wider one.
    """
    spans = [ends for stem in INTERVALS if (ends := _ends(metrics, stem)) is not None]
    return bool(spans) and not any(low <= 0.0 <= high for low, high in spans)


def believed(metrics: Mapping[str, Any]) -> str | None:
    """Which of `INTERVALS` is shown beside the lead: one that holds zero, else the wider."""
    spans = {stem: ends for stem in INTERVALS if (ends := _ends(metrics, stem)) is not None}
    return max(
        spans,
        key=lambda s: (spans[s][0] <= 0.0 <= spans[s][1], spans[s][1] - spans[s][0]),
        default=None,
    )


def _ends(metrics: Mapping[str, Any], stem: str) -> tuple[float, float] | None:
    low = lookup(metrics, f"yardstick.lead.{stem}_low")
    high = lookup(metrics, f"yardstick.lead.{stem}_high")
    # a NaN is no end
    return (low, high) if low is not None and high is not None and low <= high else None


def lead_sentence(view: View) -> Markup:
    """Whether the rules did anything: the leg less the same days held."""
    m = view.metrics
    values = {
        "held": figure(m, "yardstick.held.mean"),
        "lead": figure(m, "yardstick.lead.mean"),
        "n": figure(m, "yardstick.n"),
    }
    stem = believed(m)
    if stem is None:
        return say(
            "The same days held without its rules made {held}: the rules changed the result by "
            "{lead} (n = {n}).",
            **values,
        )
    values |= {
        "low": figure(m, f"yardstick.lead.{stem}_low"),
        "high": figure(m, f"yardstick.lead.{stem}_high"),
    }
    if not claims_a_difference(m):
        return say(
            "The same days held without its rules made {held}: the rules changed the result by "
            "{lead} a vintage (95% interval {low} to {high}, n = {n}), which luck alone would "
            "explain.",
            **values,
        )
    return say(
        "The same days held without its rules made {held}: the rules changed the result by {lead} "
        "a vintage (95% interval {low} to {high}, n = {n}).",
        **values,
    )


def beside(view: View) -> list[Markup]:
    """Other windows, other days, each rule, and what so few vintages can show."""
    m = view.metrics
    if not measured(view):
        return []
    out = [
        say(
            "Any {sessions} sessions of the record, held, made {any} (95% interval {low} to "
            "{high}); such windows of the same season {season}.",
            sessions=figure(m, "yardstick.any_window.sessions"),
            any=figure(m, "yardstick.any_window.mean"),
            low=figure(m, "yardstick.any_window.mean_low"),
            high=figure(m, "yardstick.any_window.mean_high"),
            season=figure(m, "yardstick.season.mean"),
        )
    ]
    if lookup(m, "yardstick.placebo.draws"):
        out.append(
            say(
                "The same rules begun on another day of the season, up to {shift} sessions earlier "
                "or later, made {mean} on average; {p} of such plans did as well as this one.",
                shift=figure(m, "yardstick.placebo.shift"),
                mean=figure(m, "yardstick.placebo.mean"),
                p=figure(m, "yardstick.placebo.p"),
            )
        )
    if lookup(m, "yardstick.power.chance") is not None:
        out.append(
            say(
                "With {n} vintages a true difference of {effect} a vintage would be seen with a "
                "chance of {chance}; one of {detectable} with a chance of 80%.",
                n=figure(m, "yardstick.n"),
                effect=figure(m, "yardstick.power.effect"),
                chance=figure(m, "yardstick.power.chance"),
                detectable=figure(m, "yardstick.power.detectable"),
            )
        )
    return out


def rows(view: View) -> list[Row]:
    """The table of means: the leg, its yardsticks, and each rule's part."""
    if not measured(view):
        return []
    named = [
        ("leg", _("the leg, with its rules")),
        ("held", _("the same days, held")),
        ("lead", _("the leg less holding")),
        ("season", _("windows of the same season, held")),
    ]
    named += [
        (f"rules.{name}", _("what {rule} changed", rule=_(words)))
        for name, words in RULE_WORDS.items()
    ]
    return [_row(view, f"yardstick.{path}", label) for path, label in named]


def _row(view: View, path: str, label: str) -> Row:
    m = view.metrics

    def span(stem: str) -> Markup:
        if lookup(m, f"{path}.{stem}_low") is None:
            return Markup("")
        return say(
            "{low} to {high}",
            low=figure(m, f"{path}.{stem}_low"),
            high=figure(m, f"{path}.{stem}_high"),
        )

    return Row(
        label,
        figure(m, f"{path}.mean"),
        span("mean"),
        span("boot"),
        figure(m, f"{path}.n"),
        figure(m, f"{path}.p_sign_flip"),
    )
