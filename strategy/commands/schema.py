"""`simulate schema`: the JSON Schema of plan files."""

from __future__ import annotations

import click


@click.command("schema")
def print_schema() -> None:
    """Print the JSON Schema (draft 2020-12) of plan files.

    Editors complete and check plans with it. Keep it in a file and name that
    file on the plan's first line:

    \b
      simulate schema > plan.schema.json
      # yaml-language-server: $schema=plan.schema.json
    """  # noqa: D301 - \b is a backspace: click keeps the lines after it
    from market.serialise import json_text
    from strategy.plan.file.plan_file import schema

    click.echo(json_text(schema(), sort=False), nl=False)
