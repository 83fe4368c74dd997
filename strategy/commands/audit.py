"""`simulate audit`: claims on trial, the plan against the tape, the scorecard."""

from __future__ import annotations

from pathlib import Path

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.group import TYPED
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.page_options import language_option
from strategy.commands.frame.plan_options import plan_options


@click.command("audit")
@plan_options
@click.option(
    "--claims",
    metavar="FILE",
    help="Claims file; else claims.yaml beside CONFIG, else the article's claims.",
)
@click.option(
    "--out",
    default="audits",
    show_default=True,
    metavar="DIR",
    help="Folder that gets the audit's.",
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of random draws; the same seed gives the same files.",
)
@language_option("audit.html")
@click.option("--quiet", "-q", is_flag=True, help="Print the audit's folder and nothing else.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print paths and figures as one JSON document."
)
@click.pass_context
def audit_plan(
    ctx: click.Context,
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    claims: str | None,
    out: str,
    seed: int,
    lang: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """Put the claims behind CONFIG on trial and hold its figures against the data.

    Each claim of the claims file becomes an event study: every event, what
    followed, what chance would have done, and a verdict by a fixed rule. Each
    figure of the plan's day is held beside the series' own, each forecast is
    scored. Files go to DIR/<plan>-<id>/: audit.html, audit.json, audit.csv.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"got {out!r}", where="--out", expected="a folder, this is a file")
    with stages(shown=not (quiet or as_json)) as stage:
        stage("loading libraries")
        from market import load
        from reports.audit.page import audit_folder, write_audit
        from strategy import api
        from strategy.audit.claims.file import find_claims, load_claims
        from strategy.plan.file.plan_file import read_plan_file
        from strategy.plan.file.shipped import plan_path

        with plan_path(config) as path:
            file = read_plan_file(path, overrides, prices=prices)
            loaded = load_claims(find_claims(path, claims))
        with file.locating():
            stage("reading data")
            market = load(file.plan.data)
            result = api.audit(file.plan, market, loaded, seed=seed, progress=stage)
        stage("files")
        place = folder / audit_folder(result)
        again = place.is_dir()
        typed = ctx.meta.get(TYPED)
        paths = write_audit(result, folder, command=typed, language=lang)
    if as_json:
        document = {
            "name": file.plan.name,
            "audit_id": result.audit_id,
            "same_as_before": again,
            "folder": str(place),
            "files": {name: str(path) for name, path in paths.items() if name != "folder"},
            **result.content,
        }
        tell_json(document)
    elif quiet:
        tell(str(place))
    else:
        from reports.terminal.audit import summarise
        from reports.terminal.wide import print_parts

        names = [name for name in paths if name != "folder"]
        print_parts([summarise(result, place, names, again=again)])
