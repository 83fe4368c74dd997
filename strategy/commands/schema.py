"""`simulate schema`: the JSON Schema of plan files."""

from __future__ import annotations

import click

from strategy.commands.frame.lines import tell_json


@click.command("schema")
@click.option("--legs", is_flag=True, help="Of plans with named legs (docs/legs.md).")
def print_schema(legs: bool) -> None:
    """Print the JSON Schema (draft 2020-12) of plan files.

    Editors complete and check plans with it. Keep it in a file and name that
    file on the plan's first line:

    \b
      simulate schema > plan.schema.json
      # yaml-language-server: $schema=plan.schema.json
    """  # noqa: D301 - \b is a backspace: click keeps the lines after it
    from strategy.plan.file.schema import schema, speaking_of

    if legs:
        from strategy.plan.legs_plan import LegsPlan

        with speaking_of(LegsPlan):
            document = schema()
    else:
        document = schema()
    tell_json(document, sort=False)
