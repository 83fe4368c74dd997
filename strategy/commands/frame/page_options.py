"""Options of commands that make or read pages: their language, and where runs are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])


def language_option(what: str) -> Callable[[_Command], _Command]:
    """Add ``--lang`` (parameter lang), the language of `what`, for example "the page"."""
    return click.option(
        "--lang",
        type=click.Choice(("en", "zh-Hant")),
        default="en",
        show_default=True,
        help=f"Language of {what}.",
    )


#: Adds ``--runs`` (parameter home).
runs_option = click.option(
    "--runs",
    "home",
    default="runs",
    show_default=True,
    metavar="DIR",
    help="Folder in which runs are found by id or plan name.",
)
