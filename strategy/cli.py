"""The command line: `simulate`. The only module that knows every package, through its commands."""

from __future__ import annotations

import sys
from contextlib import suppress

import click

from strategy.commands.frame.group import Program

COMMANDS = {
    "run": (
        "strategy.commands.run:run_plan",
        "Run a plan on history and write what happened.",
    ),
    "compare": (
        "strategy.commands.compare:compare_runs",
        "Compare runs: a page and a table of what differs.",
    ),
    "runs": (
        "strategy.commands.runs:runs",
        "List, open and delete what has been run.",
    ),
    "plot": (
        "strategy.commands.plot:plot",
        "Write one chart of a run as SVG or PNG.",
    ),
    "table": (
        "strategy.commands.plot:table",
        "Write one table of a run as CSV.",
    ),
    "scenario": (
        "strategy.commands.scenario:scenario_plan",
        "Put a plan through resampled futures: what are its odds from here?",
    ),
    "check": (
        "strategy.commands.check:check_plan",
        "Say whether a plan, sweep, scenario or claims file is valid.",
    ),
    "new": (
        "strategy.commands.new:new_plan",
        "Write a commented plan from a few answers.",
    ),
    "explain": (
        "strategy.commands.explain:explain_plan",
        "Say in plain sentences what a plan does on which day.",
    ),
    "library": (
        "strategy.commands.library:print_library",
        "Run the published plans that come along; a verdict each.",
    ),
    "schema": (
        "strategy.commands.schema:print_schema",
        "Print the JSON Schema of plan files, for editors.",
    ),
    "audit": (
        "strategy.commands.audit:audit_plan",
        "Put a plan's claims on trial and hold its figures against the data.",
    ),
    "signals": (
        "strategy.commands.signals:print_signals",
        "Print the state of every rule on a day.",
    ),
    "rules": (
        "strategy.commands.rules:print_rules",
        "List the rules: what each says and what it needs.",
    ),
    "sweep": (
        "strategy.commands.sweep:sweep",
        "Run a plan with many settings; say which of them to believe.",
    ),
    "hedge": (
        "strategy.commands.hedge:hedge",
        "Show what the hedge cost and saved, beside holding less.",
    ),
    "today": (
        "strategy.commands.today:today",
        "Say what a plan orders after the close of a date.",
    ),
    "lookahead": (
        "strategy.commands.lookahead:look_for_lookahead",
        "Rerun a plan on data cut short: did anything know too much?",
    ),
    "data": (
        "strategy.commands.data.show:data",
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
    if sys.flags.optimize > 1:
        # vectorbt builds parts of itself from docstrings
        click.echo(
            "error: Python keeps no docstrings (-OO); set PYTHONOPTIMIZE to 1 or 0", err=True
        )
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # a name that the terminal cannot show is no reason to fail
        with suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    cli(prog_name="simulate")


if __name__ == "__main__":
    main()
