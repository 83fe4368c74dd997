"""Evidence of a sweep in words: the verdict, the findings, what is missing, the walk-forward."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from reports.text.fields import Kind
from reports.text.format import exact, sentence_list, show
from reports.text.language import _, noted, say

Evidence = Mapping[str, Any]

#: What cannot be computed, as `strategy.validation` says it; {n} and {k} are numbers.
REASONS = (
    noted("the vintages are not consecutive years"),
    noted("the best variant's returns by vintage were not kept"),
    noted("{n} whole vintages, at least {k} are needed"),
    noted("{n} vintages, at least {k} are needed"),
    noted("{n} vintages, at least {k} are needed to draw from"),
    noted("{n} vintages are too few: {k} to choose by, {j} left out, one to trade"),
    noted("no variant has a return in every vintage"),
    noted("no variant differs from holding the same exposure"),
    noted("the best variant has vintages without a return"),
    noted("the best variant does not differ from holding the same exposure"),
    noted("the spread of Sharpe ratios of two variants or more is needed"),
    noted("the Sharpe ratios of two variants or more are needed"),
    noted("at least two variants that differ are needed"),
    noted("no parameter takes more than one value"),
    noted("no variant next to the best gives another figure"),
    noted("the best is no better than the middle"),
)
PARTS = {
    "best": noted("The best variant's lead"),
    "luck": noted("Deflated Sharpe ratio (DSR)"),
    "winner": noted("The largest mean lead"),
    "overfitting": noted("Probability of backtest overfitting (PBO)"),
    "reality_check": noted("SPA test, p"),
    "walk_forward": noted("Walk-forward"),
    "plateau": noted("Plateau"),
    "daily": noted("Sharpe ratio of daily returns"),
}


def verdict(found: Evidence) -> Markup:
    """The sentence of `strategy.validation.verdict` in the current language."""
    tried, ever = found["variants"], found["trials"]
    best = (
        say("Best of {n} variants", n=show(tried, "count"))
        if ever <= tried
        else say(
            "Best of {n} variants ({k} ever tried)", n=show(tried, "count"), k=show(ever, "count")
        )
    )
    if "best" not in found:
        missing = found.get("missing", {})
        why = reason(missing.get("all") or missing.get("best") or "")
        return say("{best}: not judged, {why}.", best=best, why=why)
    parts = [
        _(
            "Sharpe ratio of its lead over holding the same exposure {value}",
            value=show(found["best"]["sharpe"], "ratio"),
        )
    ]
    if "luck" in found:
        parts.append(_("deflated {value}", value=show(found["luck"]["dsr"], "ratio")))
    if "overfitting" in found:
        pbo = show(found["overfitting"]["pbo"], "ratio")
        parts.append(_("overfitting probability {value}", value=pbo))
    if "reality_check" in found:
        p = show(found["reality_check"]["p_consistent"], "ratio")
        parts.append(_("SPA p {value}", value=p))
    end = (
        say("the choice survives these tests")
        if found.get("believed")
        else say("do not trust the choice")
    )
    return say("{best}: {figures}: {end}.", best=best, figures=_(", ").join(parts), end=end)


def reason(text: str) -> str:
    """Why something is missing, in the current language."""
    for template in REASONS:
        pattern = re.sub(r"\\{(\w)\\}", r"(?P<\1>\\d+)", re.escape(template))
        match = re.fullmatch(pattern, text)
        if match:
            return _(template, **match.groupdict())
    return text


def findings(found: Evidence, metric: str) -> list[Markup]:
    """What stands beside the verdict: plateau, edge, degradation, walk-forward, daily figure."""
    out = []
    p = found.get("plateau")
    if p and p["score"] is not None:
        drawn = p["drawn"]
        out.append(
            say(
                "The {n} variants nearest to the best reach {share} of its lead over the middle: "
                "{verdict}."
                if drawn
                else "The {n} neighbours of the best variant, one step away in one parameter, "
                "reach {share} of its lead over the middle: {verdict}.",
                n=p["n_neighbours"],
                share=show(p["score"], "share", 0),
                verdict=_("a plateau") if p["score"] >= 0.5 else _("an island"),
            )
        )
    if p and p["edges"]:
        out.append(
            say(
                "The best lies at the edge of what was tried in {parameters}: what is beyond is "
                "not known.",
                parameters=sentence_list(p["edges"]),
            )
        )
    if "overfitting" in found:
        o = found["overfitting"]
        out.append(
            say(
                "Choosing the best on one half of the vintages put it into the lower half of all "
                "variants on the other in {pbo} of the splits, and behind holding the same "
                "exposure in {loss}.",
                pbo=show(o["pbo"], "share"),
                loss=show(o["loss_probability"], "share"),
            )
        )
    if "walk_forward" in found:
        w = found["walk_forward"]
        out.append(
            say(
                "Choosing each year by the past alone led holding the same exposure by {past} a "
                "vintage; the variant that is best in hindsight led by {best} in the same "
                "vintages.",
                past=value_of(w["by_the_past"]["mean_lead"], "percent"),
                best=value_of(w["in_hindsight"]["mean_lead"], "percent"),
            )
        )
    if metric == "sharpe" and "daily" in found:
        out.append(
            say(
                "The Sharpe ratio of the table, {sharpe}, is that of the whole account, which "
                "every variant shares for the most part: it says little about the choice.",
                sharpe=value_of(found["daily"]["sharpe"], "ratio"),
            )
        )
    return out


def missing(found: Evidence) -> list[tuple[str, str]]:
    """What could not be computed, and why."""
    return [
        (_(PARTS[part]) if part in PARTS else _("All of it"), reason(why))
        for part, why in (found.get("missing") or {}).items()
    ]


def chained(found: Evidence) -> list[tuple[str, dict[str, Any]]]:
    """Walk-forward against hindsight: total return, that of holding, mean lead, Sharpe ratio."""
    w = found.get("walk_forward")
    if not w:
        return []
    return [
        (_("Chosen by the past"), w["by_the_past"]),
        (_("Best in hindsight"), w["in_hindsight"]),
    ]


def walk_rows(found: Evidence) -> list[dict[str, Any]]:
    """A row a vintage: what the past chose, what it made, and what hindsight made."""
    w = found.get("walk_forward")
    if not w:
        return []
    columns = (
        *(w["years"], w["chosen"], w["by_the_past"]["returns"], w["by_the_past"]["leads"]),
        *(w["in_hindsight"]["returns"], w["in_hindsight"]["leads"]),
    )
    names = ("year", "variant", "chosen", "chosen_lead", "best", "best_lead")
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def value_of(value: float | None, kind: Kind) -> Markup:
    """A figure as HTML that carries its exact value."""
    return Markup('<data value="{}">{}</data>').format(exact(value), show(value, kind))
