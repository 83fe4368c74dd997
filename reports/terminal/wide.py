"""Printing: figures are never cut, paths never broken; lines may be longer than the screen."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.table import Table

from reports.terminal.screen import Screen

#: Wider than any table that is printed.
ENOUGH = 10_000


def print_whole(*tables: Table) -> None:
    """Print tables as wide as they need; a terminal wraps the lines, a file keeps them."""
    console = Screen()
    options = console.options.update(max_width=ENOUGH)
    for table in tables:
        needed = console.measure(table, options=options).maximum
        Screen(width=max(console.width, needed)).print(table)


def print_parts(parts: Iterable[RenderableType], *, whole: bool = False) -> None:
    """Print the parts of a screen one after the other.

    Parameters
    ----------
    parts : iterable
        A string is a line that is not broken.
    whole : bool
        Tables as wide as they need.
    """
    console = Screen()
    for part in parts:
        if isinstance(part, str):
            console.print(part, soft_wrap=True)
        elif whole and isinstance(part, Table):
            print_whole(part)
        else:
            console.print(part)
