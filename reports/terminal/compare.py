"""What `simulate compare` prints: runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reports.compare.page import kind_of_difference, notes, verdicts
from reports.text.fields import field
from reports.text.format import setting, show
from strategy.compare.comparison import Comparison

#: Figures of the short form that the screen has room for.
IN_SHORT = ("tactical.n", "tactical.mean", "tactical.hit_rate", "hedge.n", "hedge.mean")


def screen(comparison: Comparison, page: Path) -> list[RenderableType]:
    """The runs, what can be concluded, the tables of differences, and where their page is."""
    letters = comparison.letters
    out: list[RenderableType] = [
        Text(f"{letter}  {run.name}  {run.id}", overflow="fold")
        for letter, run in zip(letters, comparison.runs, strict=True)
    ]
    out.append(Text())
    out += [Text(Markup(text).striptags(), overflow="fold") for text in verdicts(comparison)]
    out += [Text(f"note: {text}", overflow="fold") for text in notes(comparison)]
    rows = [
        [key, "  ".join(f"{letters[i]} {setting(v)}" for i, v in enumerate(values))]
        for key, values in comparison.settings
    ]
    out.append(_table("Settings that differ", ["key", "values"], rows))
    rows = []
    for i, measure in enumerate(comparison.measures if comparison.path_differences[0] else ()):
        kind = field(measure).kind
        first = comparison.path_differences[0][i].first
        rows.append([field(measure).label, "A", show(first, kind), "", ""])
        for letter, differences in zip(letters[1:], comparison.path_differences, strict=True):
            d, signed = differences[i], kind_of_difference(measure)
            interval = "" if d.low is None else f"{show(d.low, signed)} to {show(d.high, signed)}"
            rows.append(["", letter, show(d.other, kind), show(d.value, signed), interval])
    heads = ["measure", "", "value", "less A", "95% interval"]
    out.append(_table("Daily path, common sessions", heads, rows))
    rows = []
    for path, values in comparison.figures:
        if path in IN_SHORT or path.startswith("legs."):
            for i, value in enumerate(values):
                rows.append(["" if i else path, letters[i], show(value, field(path).kind)])
    out.append(_table("Vintages, each run over its own", ["figure", "", "value"], rows))
    rows = []
    for letter, run in comparison.others:
        for column in comparison.paired_columns(run):
            s = comparison.paired_statistics(run, column)
            signed = "percent" if column in comparison.legs else kind_of_difference(column)
            low, high = s.get("mean_low"), s.get("mean_high")
            interval = "" if low is None else f"{show(low, signed)} to {show(high, signed)}"
            rows.append([column, letter, str(s["n"]), show(s.get("mean"), signed), interval])
    heads = ["mean of differences", "", "n", "less A", "95% interval"]
    out.append(_table("Vintages in pairs: those that both runs have complete", heads, rows))
    out.append(Text(str(page), style="bold"))
    return out


def _table(title: str, heads: list[str], rows: list[list[Any]]) -> RenderableType:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for i, head in enumerate(heads):
        words = i == 0 or head == "values"
        table.add_column(head, justify="left" if words else "right", overflow="fold")
    for row in rows or [["none", *[""] * (len(heads) - 1)]]:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
