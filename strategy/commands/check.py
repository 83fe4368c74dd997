"""`simulate check`: whether a file of any kind is valid, and with `--data` whether it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from market.errors import InputError
from strategy.commands.frame.lines import tell, tell_json
from strategy.commands.frame.plan_options import plan_options, read_legs, read_plan

if TYPE_CHECKING:
    from strategy.plan import Entry, Plan
    from strategy.plan.legs_plan import LegsPlan

#: Variants of a sweep that are tried as plans; where there are more, so many at random.
TRIED = 2_000
#: Salt of their draw.
_CHECKED = 9


@click.command("check")
@plan_options
@click.option(
    "--data",
    "with_data",
    is_flag=True,
    help="Load the data too: is there a vintage, do levels and conditions fit?",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was read as JSON.")
def check_plan(
    config: str, overrides: tuple[str, ...], prices: str | None, with_data: bool, as_json: bool
) -> None:
    """Say whether CONFIG is valid, and run nothing.

    CONFIG is a plan, a sweep file, a scenario file or a claims file; its keys
    tell which. Keys, types, bounds, values that must fit each other, rules and
    the files it names are checked, and of a sweep that its variants are
    valid plans (2,000 of them at random where there are more). Exit code 0 or,
    with one line on stderr, 2. A plan with `legs` is held against its data
    always, a claims file by `simulate audit`.
    """
    kind = _kind(config)
    if kind == "claims":
        if with_data or overrides or prices is not None:
            raise InputError(
                "a claims file is checked by itself",
                where=config,
                expected="CONFIG and --json alone",
                do="`simulate audit PLAN --claims FILE` tries it on a plan's data",
            )
        lines, document = _claims(config)
    elif kind == "legs":
        lines, document = _legs(config, overrides, prices)
    elif kind == "sweep":
        lines, document = _sweep(config, overrides, prices, with_data)
    elif kind == "scenario":
        lines, document = _scenario(config, overrides, prices, with_data)
    else:
        lines, document = _plan(config, overrides, prices, with_data)
    if as_json:
        tell_json({"valid": True, "kind": kind, **document}, sort=False, ascii=True)
        return
    for line in lines:
        tell(line)


#: Lines for people, and the same as plain values.
_Found = tuple[list[str], dict[str, Any]]


def _kind(config: str) -> str:
    """Which command a file is for, by its keys."""
    from strategy.plan.file.plan_file import read_tree
    from strategy.plan.file.shipped import plan_path

    with plan_path(config) as path:
        keys = set(read_tree(path)[0].value)
    if "name" not in keys:  # which every other file has
        from strategy.audit.claims.statements import ClaimsFile

        if keys & set(ClaimsFile.model_fields):
            return "claims"
    return next((kind for kind in ("sweep", "scenario", "legs") if kind in keys), "plan")


def _plan(config: str, overrides: tuple[str, ...], prices: str | None, with_data: bool) -> _Found:
    from reports.terminal.check import plan_fits
    from strategy.plan.file.plan_file import plan_sha256, resolved

    file = read_plan(config, overrides, prices)
    plan = file.plan
    with file.locating():
        _refuse_unknown(plan.tactical.entry)
        fit = _fit(plan) if with_data else None
    sha256 = plan_sha256(plan)
    document = {"plan": resolved(plan), "plan_sha256": sha256} | ({"data": fit} if fit else {})
    return list(plan_fits(config, plan.name, sha256, fit)), document


def _refuse_unknown(entry: Entry) -> None:
    if entry.conditions:
        # the rules need pandas: a plan without any is judged at once
        from strategy.decide.entry import refuse_unknown

        refuse_unknown(entry)


def _refuse_unknown_rules(plan: Plan | LegsPlan) -> None:
    """Refuse conditions that name no rule, in either form of plan."""
    from strategy.plan.legs_plan import LegsPlan

    if isinstance(plan, LegsPlan):
        from strategy.decide.conditions import check_rules

        for name, leg in plan.legs.items():
            check_rules(leg.entry.when, f"legs.{name}.entry.when")
            check_rules(leg.exits.when, f"legs.{name}.exits.when")
    else:
        _refuse_unknown(plan.tactical.entry)


def _fit(plan: Plan) -> dict[str, Any]:
    """Everything that can be refused before the simulation, without the simulation."""
    from strategy.api import load_market
    from strategy.decide.calendar import schedule
    from strategy.decide.entry import entry_decisions
    from strategy.decide.levels import vintage_levels

    market = load_market(plan)
    sessions = market.sessions
    vintages = schedule(sessions, plan)
    for vintage in vintages:
        vintage_levels(market, plan.tactical.levels, sessions[vintage.anchor])
    entry_decisions(market, plan.tactical.entry, [vintage.anchor for vintage in vintages], plan)
    return {
        "prices": market.id,
        "first": f"{sessions[0]:%Y-%m-%d}",
        "last": f"{sessions[-1]:%Y-%m-%d}",
        "vintages": [vintage.year for vintage in vintages],
    }


def _legs(config: str, overrides: tuple[str, ...], prices: str | None) -> _Found:
    """Resolve every vintage of a plan of legs, and leave out the account and the pages."""
    from reports.terminal.check import legs_fit
    from strategy.legplan.markets import load_markets
    from strategy.legplan.simulation import resolved_vintages
    from strategy.plan.file.legs_file import legs_sha256, resolved_legs

    file = read_legs(config, overrides, prices)
    assert file is not None
    plan = file.plan
    with file.locating():
        found, _, vintages = resolved_vintages(plan, load_markets(plan))
    trades = {name: sum(len(vintage.held) for vintage in rows) for name, rows in vintages.items()}
    labels = [anchor.label for anchor in found]
    sha256 = legs_sha256(plan)
    document = {
        "plan": resolved_legs(plan),
        "plan_sha256": sha256,
        "data": {"vintages": labels, "positions": trades},
    }
    return list(legs_fit(config, plan.name, sha256, labels, trades)), document


def _sweep(config: str, overrides: tuple[str, ...], prices: str | None, with_data: bool) -> _Found:
    """Number the variants and try them as plans; with the data, what the sweep would cost."""
    from reports.terminal.check import sweep_fits
    from strategy.plan import Plan
    from strategy.plan.file.legs_file import LegsFile, has_legs, read_legs_file
    from strategy.plan.file.plan_file import PlanFile, read_plan_file
    from strategy.plan.file.shipped import plan_path
    from strategy.sweep.file.grid import make_grid
    from strategy.sweep.file.settings import variant_plan
    from strategy.sweep.file.sweep_file import BLOCK, load_sweep
    from strategy.sweep.work.estimate import Estimate, check, check_number

    with plan_path(config) as path:
        sweep = load_sweep(path, overrides, prices=prices)
        base: PlanFile | LegsFile
        if has_legs(path):
            base = read_legs_file(path, overrides, prices=prices, block=BLOCK)
        else:
            base = read_plan_file(path, overrides, prices=prices, block=BLOCK)
    grid = make_grid(sweep)
    check_number(grid)
    check(Estimate(grid.count, 0.0, 0.0, 0.0), grid, yes=True)
    tried = grid.random(TRIED, _CHECKED)
    cost = None
    with base.locating():
        for plan in (sweep.plan, *(variant_plan(grid, int(number)) for number in tried)):
            _refuse_unknown_rules(plan)
        if with_data:
            from strategy.sweep.work.run import prepare

            if isinstance(sweep.plan, Plan):
                _fit(sweep.plan)
            cost = prepare(sweep).estimate
    document = {"sweep": sweep.description(), "variants": grid.count, "tried": len(tried)}
    if cost:
        document["data"] = {"seconds": cost.seconds, "memory": cost.memory, "disk": cost.disk}
    told = cost.text() if cost else ""
    return list(sweep_fits(config, sweep.name, sweep.keys, grid.count, len(tried), told)), document


def _scenario(
    config: str, overrides: tuple[str, ...], prices: str | None, with_data: bool
) -> _Found:
    """A plan and its scenario; with the data, the day and price that the futures start from."""
    from reports.terminal.check import scenario_fits
    from strategy.plan.file.plan_file import plan_sha256, resolved
    from strategy.plan.file.shipped import plan_path
    from strategy.scenario.scenario_file import read_scenario_file

    with plan_path(config) as path:
        found = read_scenario_file(path, overrides, prices=prices)
    plan, scenario = found.plan, found.scenario
    fit = None
    with found.file.locating():
        _refuse_unknown(plan.tactical.entry)
        if with_data:
            from strategy.api import load_market
            from strategy.scenario.engine.start import make_start

            start = make_start(plan, scenario, load_market(plan))
            fit = {"day": f"{start.day:%Y-%m-%d}", "price": start.price}
    sha256, worlds = plan_sha256(plan), scenario.world_names()
    document = {
        "plan": resolved(plan),
        "plan_sha256": sha256,
        "scenario": scenario.model_dump(mode="json"),
    } | ({"data": fit} if fit else {})
    return list(scenario_fits(config, plan.name, sha256, scenario.paths, worlds, fit)), document


def _claims(config: str) -> _Found:
    from reports.terminal.check import claims_fit
    from strategy.audit.claims.file import load_claims
    from strategy.plan.file.shipped import plan_path

    with plan_path(config) as path:
        loaded = load_claims(path)
    claims = loaded.claims
    counts = {name: len(getattr(claims, name)) for name in ("claims", "readings", "forecasts")}
    document = {"claims": claims.model_dump(mode="json"), "claims_sha256": loaded.sha256}
    return list(claims_fit(config, f"{claims.as_of}", loaded.sha256, counts)), document
