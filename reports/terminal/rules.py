"""What `simulate rules` prints: the catalogue, or all about some rules."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from signals.catalogue.rules import Rule


def listing(rules: Sequence[Rule]) -> RenderableType:
    """A line a rule."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("id", no_wrap=True)
    table.add_column("rule", no_wrap=True)
    table.add_column("true when", overflow="fold")
    for rule in rules:
        words = Text(rule.meaning)
        if not rule.computable:
            words.append(f" (not computable: {rule.reason})", style="dim")
        elif rule.proxy:
            words.append(f" (proxy: {rule.proxy})", style="dim")
        table.add_row(rule.id, Text(rule.name, style="" if rule.computable else "dim"), words)
    computable = sum(r.computable for r in rules)
    end = f"{len(rules)} rules, {len(rules) - computable} of them not computable"
    return Group(table, Text(f"\n{end}; simulate rules RULE tells all about one"))


def details(rules: Sequence[Rule]) -> RenderableType:
    """All about each rule."""
    parts: list[RenderableType] = []
    for rule in rules:
        facts = Table.grid(padding=(0, 2, 0, 0))
        facts.add_column(no_wrap=True, style="dim")
        facts.add_column(overflow="fold")
        rows = {
            "section": rule.section,
            "family": rule.family,
            "unit": rule.unit,
            "inputs": ", ".join(name.replace("|", " or ") for name in rule.inputs),
            "known": rule.lag,
            "proxy": rule.proxy,
            "definition": "the article's" if rule.provenance == "article" else "the authors'",
            "not computable": rule.reason,
        }
        for name, value in rows.items():
            if value:
                facts.add_row(name, Text(value))
        for p in rule.parameters:
            default = list(p.default) if isinstance(p.default, tuple) else p.default
            whose = "article" if p.provenance == "article" else "author's choice"
            facts.add_row(p.name, Text(f"{default} ({p.unit}; {whose}): {p.meaning}"))
        title = Text(f"{rule.id} {rule.name}", style="bold")
        parts += [title, Padding(Text(rule.meaning), (0, 0, 0, 2)), Padding(facts, (0, 0, 1, 2))]
    return Group(*parts)
