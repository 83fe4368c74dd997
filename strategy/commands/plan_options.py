"""What commands that take a plan have in common: its argument, its options, and finding it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from strategy.plan_file import PlanFile

_Command = TypeVar("_Command", bound=Callable[..., Any])


def plan_options(command: _Command) -> _Command:
    """Add CONFIG, ``--set`` and ``--prices``: parameters config, overrides, prices."""
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


def read_plan(config: str, overrides: tuple[str, ...] = (), prices: str | None = None) -> PlanFile:
    """The plan of a file, or of that name among the plans that come with the program."""
    from strategy.plan_file import read_plan_file

    with plan_path(config) as path:
        return read_plan_file(path, overrides, prices=prices)


@contextmanager
def plan_path(config: str) -> Iterator[str | Path]:
    """The file that CONFIG means.

    What exists is taken as it is. A bare name, or one below ``configs/``, that
    does not exist here may be a packaged plan; any other path is the user's
    own, and missing.
    """
    from contextlib import ExitStack
    from importlib.resources import as_file, files

    own = Path(config)
    name = own.name if own.suffix in (".yaml", ".yml") else f"{own.name}.yaml"
    with ExitStack() as stack:
        found: str | Path = config
        if str(own.parent) in (".", "configs") and "\0" not in config and not own.exists():
            packaged = files("configs").joinpath(name)
            if packaged.is_file():
                found = stack.enter_context(as_file(packaged))
        yield found
