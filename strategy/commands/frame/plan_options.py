"""What commands that take a plan have in common: its argument, its options, and finding it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from market.errors import InputError

if TYPE_CHECKING:
    from strategy.plan.file.legs_file import LegsFile
    from strategy.plan.file.plan_file import PlanFile

_Command = TypeVar("_Command", bound=Callable[..., Any])
NEWEST = "newest"


def plan_options(command: _Command) -> _Command:
    """Add CONFIG and the options of a plan: parameters config, overrides, prices."""
    command = date_format_option(data_version_option(command))
    for decorate in (
        click.option(
            "--prices",
            metavar="FILE",
            help="CSV or Parquet file of the traded index, in place of data.prices.",
        ),
        click.option(
            "--set",
            "overrides",
            metavar="KEY=VALUE",
            multiple=True,
            help="Override a key of the plan, for example tactical.stop=0.02. Repeatable.",
        ),
        click.argument("config", metavar="CONFIG"),
    ):
        command = decorate(command)
    return command


def date_format_option(command: _Command) -> _Command:
    """Add ``--date-format``: an override of how the dates of the price file are written."""

    @click.option(
        "--date-format",
        metavar="FORM",
        help="How the dates of the price file are written, for example %d/%m/%y: "
        "data.formats.prices.dates.",
    )
    @wraps(command)
    def with_format(
        *arguments: Any, date_format: str | None, overrides: tuple[str, ...], **options: Any
    ) -> Any:
        if date_format is not None:
            overrides = (*overrides, f"data.formats.prices.dates={json.dumps(date_format)}")
        return command(*arguments, overrides=overrides, **options)

    return with_format  # type: ignore[return-value]


def data_version_option(command: _Command) -> _Command:
    """Add ``--data-version``: two overrides, after those that the user typed."""

    @click.option(
        "--data-version",
        metavar="VERSION",
        help="Read the cache of live data as it was at this version, or 'newest': "
        "data.source=auto and data.version.",
    )
    @wraps(command)
    def with_version(
        *arguments: Any, data_version: str | None, overrides: tuple[str, ...], **options: Any
    ) -> Any:
        if data_version is None:
            return command(*arguments, overrides=overrides, **options)
        wanted = "null" if data_version == NEWEST else json.dumps(data_version)
        overrides = (*overrides, "data.source=auto", f"data.version={wanted}")
        try:
            return command(*arguments, overrides=overrides, **options)
        except InputError as error:
            if not error.where.startswith(("--set data.version", "data.version")):
                raise
            # told in the words that were typed
            raise InputError(
                error.what, where="--data-version", expected=error.expected, do=error.do
            ) from error

    return with_version  # type: ignore[return-value]


def read_plan(config: str, overrides: tuple[str, ...] = (), prices: str | None = None) -> PlanFile:
    """The plan of a file, or of that name among the plans that come with the program."""
    from strategy.plan.file.plan_file import read_plan_file
    from strategy.plan.file.shipped import plan_path

    with plan_path(config) as path:
        return read_plan_file(path, overrides, prices=prices)


def read_legs(
    config: str, overrides: tuple[str, ...] = (), prices: str | None = None
) -> LegsFile | None:
    """The plan of named legs in a file; None where it is a plan of the short form.

    Raises
    ------
    InputError
        For every mistake in a plan of legs.
    """
    from strategy.plan.file.legs_file import has_legs, read_legs_file
    from strategy.plan.file.shipped import plan_path

    with plan_path(config) as path:
        if not has_legs(path):
            return None
        return read_legs_file(path, overrides, prices=prices)
