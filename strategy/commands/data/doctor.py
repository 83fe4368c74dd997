"""`simulate data doctor`: which live sources answer here, on one screen."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from market.errors import InputError
from strategy.commands.frame.stages import stages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from market.live.doctor import Finding


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print as one JSON document.")
def examine_sources(as_json: bool) -> None:
    """Try each live source once: what answers, what refuses, and what to do.

    Each is asked for one short series, and nothing is stored. Exit code 2 if a
    source that `simulate data update` asks by default does not answer.
    """
    from market.live.doctor import examine

    with stages(not as_json) as stage:
        found = examine(progress=stage)
    if as_json:
        from market.serialise import json_text

        document = {"sources": [asdict(finding) for finding in found]}
        click.echo(json_text(document, sort=False), nl=False)
    else:
        _print(found)
    faults = [finding.source for finding in found if finding.fault]
    if faults:
        raise InputError(
            f"{', '.join(faults)}: no usable answer",
            do="what is cached and what comes with the program stay in use",
        )


def _print(found: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    for name in ("source", "", "asked for", "newest"):
        table.add_column(name, no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    advice = Table.grid(padding=(0, 2, 0, 0))
    advice.add_column(no_wrap=True)
    advice.add_column(overflow="fold")
    for finding in found:
        style = "green" if finding.status == "answers" else "red" if finding.fault else "yellow"
        table.add_row(
            Text(finding.source),
            Text(finding.status, style=style),
            Text(finding.series),
            finding.last,
            f"{finding.seconds:.1f} s",
        )
        if finding.said:
            advice.add_row(Text(finding.source), Text(finding.said))
            advice.add_row("", Text(f"→ {finding.do}"))
    console = Console(highlight=False)
    console.print(table)
    if advice.row_count:
        console.print(Text("\nWhat was said, and what to do", style="bold"))
        console.print(advice)
