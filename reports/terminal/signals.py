"""What `simulate signals` prints: the state of every rule on a day."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def screen(document: dict[str, Any]) -> RenderableType:
    """Rules with a state, then those without and why."""
    counts = ", ".join(f"{n} {state}" for state, n in document["counts"].items())
    parts: list[RenderableType] = [
        Text(f"{document['plan']}, close of {document['session']}: {counts}", style="bold")
    ]
    if document["note"]:
        parts.append(Text(document["note"], style="yellow"))
    known = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    for name in ("id", "rule", "state", "value", "threshold", "stamp", "known"):
        right: Any = "right" if name in ("value", "threshold") else "left"
        known.add_column(name, justify=right, overflow="fold", no_wrap=name != "rule")
    absent = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    absent.add_column("id", no_wrap=True)
    absent.add_column("unavailable", no_wrap=True)
    absent.add_column("because", overflow="fold")
    for row in document["rules"]:
        if row["state"] == "unavailable":
            absent.add_row(row["id"], row["name"], Text(_short(row)))
            continue
        state = Text(row["state"], style="green" if row["state"] == "true" else "")
        known.add_row(
            row["id"],
            row["name"],
            state,
            _figure(row["value"]),
            _figure(row["threshold"]),
            row["stamp"] or "",
            row["known_at"] or "",
        )
    if known.row_count:
        parts += [Text(""), known]
    if absent.row_count:
        parts += [Text(""), absent]
    return Group(*parts)


def _short(row: dict[str, Any]) -> str:
    """The reason without the rule's name, which stands beside it."""
    return str(row["because"]).removeprefix(f"{row['name']} ").removeprefix("is ")


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    if value == round(value) and abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4f}"
