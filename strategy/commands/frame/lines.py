"""What a command prints without a screen: lines, one JSON document, text for a file."""

from __future__ import annotations

from typing import Any

import click

from market.inert import visible


def tell(line: str, *, err: bool = False) -> None:
    """Print a line; names in it are text: control codes are written out."""
    click.echo(visible(line), err=err)


def tell_json(document: Any, **form: Any) -> None:
    """Print one JSON document, in the form that `market.serialise.json_text` is asked for."""
    from market.serialise import json_text

    tell_text(json_text(document, **form))


def tell_text(text: str) -> None:
    """Print what would else go to a file, such as CSV, as it is."""
    click.echo(text, nl=False)
