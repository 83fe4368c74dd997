"""Lines of the summary on what hedged years rest on, and on other readings of the score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.text.hedge_words import KINDS, READINGS


def input_lines(hedge: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hedged years on true inputs and on proxies, each with its result beside holding less.

    Parameters
    ----------
    hedge : mapping
        The block ``hedge`` of a run's metrics.
    """
    inputs = hedge.get("inputs")
    if not inputs or not hedge.get("n"):
        return []
    rows = []
    for kind, label in KINDS.items():
        part = inputs[kind]
        if part["n"]:
            said = (
                f"{_years(part['n'])}: {_mean(part)}, cost of "
                f"{100 * part['mean_cost']:.2f}% included; against less core "
                f"{_mean(part['against_derisk'])}"
            )
        else:
            said = "no hedged year"
        if kind == "true":
            said += (
                f"; the series meant sufficed for a score on {inputs['days_true']:,} of "
                f"{inputs['days']:,} hedged days"
            )
        rows.append((label, said))
    return rows


def reading_lines(hedge: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The hedge by other readings of the score, in one line."""
    others = [row for row in hedge.get("readings") or [] if not row["plan"]]
    if not others:
        return []
    said = "; ".join(
        f"{READINGS[row['reading']]} {_percent(row['mean'])} (n {row['n_hedged']}, against less "
        f"core {_percent(row['against_derisk'])})"
        if row["n_hedged"]
        else f"{READINGS[row['reading']]} never hedged"
        for row in others
    )
    return [("read otherwise", f"{said}; `simulate hedge` has the table")]


def _years(n: int) -> str:
    return f"{n} year" if n == 1 else f"{n} years"


def _mean(s: Mapping[str, Any]) -> str:
    if s.get("mean_low") is None:
        return _percent(s["mean"])
    return (
        f"{_percent(s['mean'])} (95% interval {_percent(s['mean_low'])} to "
        f"{_percent(s['mean_high'])})"
    )


def _percent(value: float) -> str:
    return f"{100.0 * value:+.2f}%"
