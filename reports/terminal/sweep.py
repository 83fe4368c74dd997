"""What `simulate sweep` prints: what is ahead, what came of it, answers to queries."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from strategy.sweep.work.run import Prepared, SweepRun, threads

ROWS_SHOWN = 40
#: Significant digits of a figure, and the most that are spent on telling figures apart.
DIGITS, MOST_DIGITS = 4, 10


def announcement(ready: Prepared, workers: int | None) -> Iterator[str]:
    """What the sweep would cost, and how it is run."""
    keys = ", ".join(ready.grid.sweep.keys)
    yield f"{ready.grid.sweep.name}: {ready.estimate.text()}"
    yield f"{ready.engine.way} on {threads(workers)} threads ({ready.engine.because}); keys {keys}"


def summary(done: SweepRun) -> Iterator[RenderableType]:
    """How many variants, how they were judged, the best and where they are.

    A string is a line that must not be broken, for example a path.
    """
    found = done.summary
    state = "already done" if done.again else "done"
    yield Text.assemble((found["name"], "bold"), f" {state}: {found['variants']:,} variants")
    judged = found["judge"]
    if judged["judged"]:
        yield Text(
            f"{judged['judged']} variants judged by single runs and vectorbt's book, "
            f"largest difference {judged['largest_difference']:.1e}"
        )
    best = found["best"]
    if best:
        by = found["sweep"]["best"]["by"]
        shown = ("lead", "sharpe", "cagr", "max_drawdown", "trades")
        names = [by, *(n for n in shown if n != by)]
        names = [n for n in names if n in best[0]["metrics"]]
        rows: list[tuple[Any, ...]] = [
            (row["variant"], *(row["metrics"][n] for n in names), f"{row['alike']:,}")
            for row in best
        ]
        rows.append(("the plan", *(found["base"][n] for n in names), ""))
        # variants with the very same figures are told once, the others so that they differ
        digits = _telling([row["metrics"][by] for row in best])
        yield from answer(["variant", *names, "alike"], rows, {1: digits})
        yield Text(f"best by {by}, variant {best[0]['variant']}:")
        for key, value in best[0]["keys"].items():
            yield f"  {key}: {json.dumps(value)}"
    yield str(done.folder.path)


def answer(
    columns: Sequence[str], rows: Sequence[tuple[Any, ...]], digits: Mapping[int, int] | None = None
) -> Iterator[RenderableType]:
    """The first rows of a table, and how many more there are.

    Parameters
    ----------
    columns : sequence of str
    rows : sequence of tuple
    digits : mapping, optional
        Significant digits of a column, by its place; 4 where it says none.
    """
    shown = digits or {}
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=True)
    for row in rows[:ROWS_SHOWN]:
        table.add_row(*(_cell(value, shown.get(i, DIGITS)) for i, value in enumerate(row)))
    yield table
    if len(rows) > ROWS_SHOWN:
        yield f"{len(rows) - ROWS_SHOWN:,} more rows (--csv prints all)"


def _telling(values: Sequence[float]) -> int:
    """Significant digits at which figures that differ look different."""
    found = {v for v in values if v is not None}
    for digits in range(DIGITS, MOST_DIGITS):
        if len({_cell(v, digits) for v in found}) == len(found):
            return digits
    return MOST_DIGITS


def _cell(value: Any, digits: int = DIGITS) -> str:
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return str(value)
