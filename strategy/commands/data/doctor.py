"""`simulate data doctor`: which live sources answer here, on one screen."""

from __future__ import annotations

from dataclasses import asdict

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.lines import tell_json


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
        document = {
            "sources": [
                {k: v for k, v in asdict(finding).items() if k != "on_request"} for finding in found
            ]
        }
        tell_json(document, sort=False)
    else:
        from reports.terminal import data as screen
        from reports.terminal.wide import print_parts

        print_parts(screen.doctor(found))
    faults = [finding.source for finding in found if finding.fault]
    if faults:
        raise InputError(
            f"{', '.join(faults)}: no usable answer",
            do="what is cached and what comes with the program stay in use",
        )
