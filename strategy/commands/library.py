"""`simulate library`: the published plans that come with the program, each with its verdict."""

from __future__ import annotations

import click

from strategy.commands.frame.lines import tell


@click.command("library")
def print_library() -> None:
    """Run every plan of configs/library and print docs/library.md.

    Plans of markets that do not come with the program say which file they
    need.
    """
    from reports.legs.library import library_page

    for line in library_page().splitlines():
        tell(line)
