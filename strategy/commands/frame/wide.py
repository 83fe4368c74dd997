"""Tables on the terminal whose figures are never cut: lines may be longer than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

#: Wider than any table that is printed.
ENOUGH = 10_000


def print_whole(*tables: Table) -> None:
    """Print tables as wide as they need; a terminal wraps the lines, a file keeps them."""
    from rich.console import Console

    console = Console(highlight=False)
    options = console.options.update(max_width=ENOUGH)
    for table in tables:
        needed = console.measure(table, options=options).maximum
        Console(highlight=False, width=max(console.width, needed)).print(table)
