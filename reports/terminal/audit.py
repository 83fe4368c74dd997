"""The summary of an audit on screen: a verdict a claim, what differs from the tape, the scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from strategy.audit.audit import Audit

MISSING = "-"
STYLES = {
    "supported": "green",
    "not supported": "red",
    "too few cases": "yellow",
    "not testable with this data": "dim",
    "agrees": "green",
    "differs": "red",
    "happened": "green",
    "did not happen": "red",
}
SHORT = {"not testable with this data": "not testable"}


def summarise(
    audit: Audit, folder: Path, files: Sequence[str], *, again: bool = False
) -> RenderableType:
    """The summary as something rich can print; reads at 80 columns and without colour."""
    head = audit.content["audit"]
    title = f"{head['plan']}: {head['claims']} claims on {head['prices']}, "
    title += f"{head['first']} to {head['last']}"
    parts: list[RenderableType] = [Text(title, style="bold")]
    parts += _section("Claims on trial", _claims(audit.claims))
    counted = ", ".join(f"{n} {v}" for v, n in head["verdicts"].items() if n)
    rule = (
        f"{counted or 'no claims'}. p: chance does as well, corrected for {head['tried']} claims "
        f"tried; supported at {head['alpha']:.0%} and below, from {head['min_episodes']} cases on."
    )
    parts.append(Padding(Text(rule), (0, 0, 0, 2)))
    if audit.tape:
        parts += _section("The plan against the tape", _tape(audit.tape))
    if audit.scorecard:
        parts += _section("Scorecard", _scorecard(audit.scorecard))
    where = "as before" if again else "new"
    parts += _section(f"Files ({where})", Text(f"{folder}: {', '.join(files)}", overflow="fold"))
    return Group(*parts)


def percent(value: Any, digits: int = 1, *, sign: bool = False) -> str:
    """A fraction as percent; `MISSING` where there is none."""
    if not _known(value):
        return MISSING
    return f"{float(value):{'+' if sign else ''}.{digits}%}"


def figure(record: dict[str, Any], value: Any) -> str:
    """A value of the figure on trial: a rate, a rank, or a return with its sign."""
    if record["figure"] == "rank":
        return f"{value:.0f}." if _known(value) else MISSING
    return percent(value, sign=record["figure"] != "hit_rate")


def _section(title: str, body: RenderableType) -> list[RenderableType]:
    return [Text(f"\n{title}", style="bold"), Padding(body, (0, 0, 0, 2))]


def _known(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _claims(records: list[dict[str, Any]]) -> Table:
    table = _table("claim", "claimed", "seen", "all dates", "cases", "p", "verdict")
    for record in records:
        verdict = record["verdict"]
        table.add_row(
            record["id"],
            figure(record, record["claimed"]),
            figure(record, record["observed"]),
            figure(record, record["base"]),
            str(record["sample"]["episodes"]),
            f"{record['p_holm']:.3f}" if _known(record["p_holm"]) else MISSING,
            Text(SHORT.get(verdict, verdict), style=STYLES[verdict]),
        )
    return table


def _tape(rows: list[dict[str, Any]]) -> RenderableType:
    table = _table("reading", "stated", "series", "of", "")
    silent: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] not in ("agrees", "differs"):
            silent.setdefault(row["status"], []).append(row["id"])
            continue
        table.add_row(
            row["id"],
            _stated(row["stated"]),
            _stated(row["value"]),
            row["stamp"] or "",
            Text(row["status"], style=STYLES[row["status"]]),
        )
    notes = [
        Text(f"{status}: {', '.join(names)}", overflow="fold") for status, names in silent.items()
    ]
    return Group(*([table] if table.row_count else []), *notes)


def _scorecard(rows: list[dict[str, Any]]) -> RenderableType:
    table = _table("forecast", "by", "", "on", "base rate", "n", "Brier")
    for row in rows:
        table.add_row(
            row["id"],
            row["by"],
            Text(row["status"], style=STYLES.get(row["status"], "")),
            row["date"] or MISSING,
            percent(row["base_rate"], 0),
            str(row["base_n"]),
            f"{row['brier']:.3f}" if _known(row["brier"]) else MISSING,
        )
    note = "base rate: share of n earlier years in which it came true, as counted"
    if any(_known(row["base_brier"]) for row in rows):
        note += "; its own scores, in audit.json, use (hits + 1/2) / (n + 1)"
    return Group(table, Text(note, overflow="fold"))


def _stated(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not _known(value):
        return MISSING
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _table(*columns: str) -> Table:
    words = ("claim", "reading", "forecast", "verdict", "of", "by", "on", "")
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for name in columns:
        side: Any = "left" if name in words else "right"
        table.add_column(name, justify=side, no_wrap=name not in words[:3], overflow="fold")
    return table
