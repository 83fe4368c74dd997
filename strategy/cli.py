"""The command line: `simulate`. The only module that knows every package, through its commands."""

from __future__ import annotations

import sys
from contextlib import suppress

import click

from strategy.commands.group import Program

COMMANDS = {
    "run": (
        "strategy.commands.run:run_plan",
        "Run a plan on history and write what happened.",
    ),
    "check": (
        "strategy.commands.check:check_plan",
        "Say whether a plan file is valid.",
    ),
    "schema": (
        "strategy.commands.schema:print_schema",
        "Print the JSON Schema of plan files, for editors.",
    ),
    "data": (
        "strategy.commands.data:data",
        "List and export the series a plan can use.",
    ),
}


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("simulate-plans")
        except PackageNotFoundError:
            number = "unknown (not installed)"
        click.echo(f"simulate {number}")
        ctx.exit()


@click.group(
    cls=Program,
    homes=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Plans that come with the program are found by name: simulate run short_long",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)
def cli() -> None:
    """Run a market plan, written as YAML, on real history.

    What would it have done in every year it could have been run, and what
    does its hedge cost and save?
    """


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        # a name that the terminal cannot show is no reason to fail
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    cli(prog_name="simulate")


if __name__ == "__main__":
    main()
