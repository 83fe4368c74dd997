"""What `simulate run` prints of a plan of legs, and `simulate explain`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.legs.page import headline, leg_findings
from reports.legs.sentences import leg_sentences, plan_sentences
from reports.text.language import _, speaking

if TYPE_CHECKING:
    from strategy.legplan.result import LegsResult
    from strategy.plan.legs_plan import LegsPlan


def summary(
    result: LegsResult, metrics: Mapping[str, Any], folder: Path, files: list[str], again: bool
) -> Iterator[str]:
    """The summary of a run: what it made, beside what, and where its files are."""
    data = metrics["data"]
    yield f"{result.plan.titled()}: {data['vintages']} vintages, {data['first']} to {data['last']}"
    yield headline(result, dict(metrics))
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
