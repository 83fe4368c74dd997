"""`simulate lookahead`: whether anything in a plan's run knew more than it could."""

from __future__ import annotations

import click

from market.errors import InputError
from reports.terminal.progress import stages
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.plan_options import plan_options, read_legs, read_plan

FOUND = 1
MOST_DATES = 10_000


@click.command("lookahead")
@plan_options
@click.option(
    "--dates", default=20, show_default=True, metavar="N", help="How many dates to cut the data at."
)
@click.option("--seed", default=0, show_default=True, metavar="S", help="Seed of their draw.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0),
    metavar="S",
    help="Begin no further date after S seconds; 900 unless stated. The rest is listed.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def look_for_lookahead(
    ctx: click.Context,
    config: str,
    overrides: tuple[str, ...],
    prices: str | None,
    dates: int,
    seed: int,
    seconds: float | None,
    as_json: bool,
) -> None:
    """Rerun CONFIG on data cut short and compare what it said.

    At each of N dates the data end, the plan runs again, and every signal,
    risk component, score, order and finished vintage is held against the run
    on all data. Exit code 0 where nothing differs, 1 with a finding, 2 for a
    mistake in what was given.
    """
    if not 1 <= dates <= MOST_DATES:
        raise InputError(
            f"got {dates}", where="--dates", expected=f"a number from 1 to {MOST_DATES}"
        )
    if not 0 <= seed < 2**63:
        raise InputError(f"got {seed}", where="--seed", expected="a number from 0 to 2^63 - 1")
    legs = read_legs(config, overrides, prices)
    if legs is not None:
        with legs.locating(), stages(shown=not as_json) as stage:
            stage("reading data")
            from strategy.legplan.markets import load_markets
            from strategy.lookahead.legs import look_ahead_of_legs

            markets = load_markets(legs.plan)
            stage("cuts")
            report = look_ahead_of_legs(legs.plan, markets, dates=dates, seed=seed)
    else:
        file = read_plan(config, overrides, prices)
        with file.locating(), stages(shown=not as_json) as stage:
            stage("loading libraries")
            from strategy import api

            stage("reading data")
            market = api.load_market(file.plan)
            report = api.lookahead(
                file.plan, market, dates=dates, seed=seed, seconds=seconds, progress=stage
            )
    if as_json:
        tell_json(report.content(), ascii=True)
    else:
        from reports.terminal.lookahead import lines

        for line in lines(report):
            tell(line)
    if not report.clean:
        ctx.exit(FOUND)
