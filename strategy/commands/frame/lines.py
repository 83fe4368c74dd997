"""A printed line: names in it are text, whatever a file or a folder is called."""

from __future__ import annotations

import click

from market.inert import visible


def tell(line: str, *, err: bool = False) -> None:
    """Print a line; control codes in it are written out."""
    click.echo(visible(line), err=err)
