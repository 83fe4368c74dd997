"""A scenario from start to figures: worlds in turn, each reduced to its figures and let go."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from market.container import Market
from market.errors import InputError
from market.message import Message
from market.serialise import plain
from market.shown import Accessor, html_by
from strategy.hedge.instruments import NEEDS_VIX
from strategy.legs.reasons import Reason
from strategy.legs.rules import stop_level
from strategy.plan import Plan
from strategy.plan.file.plan_file import plan_sha256, resolved
from strategy.plan.instruments import INSTRUMENTS
from strategy.result.provenance import code_version, package_versions
from strategy.scenario.engine.engine import (
    CHUNK,
    KEPT,
    Futures,
    Progress,
    default_workers,
    make_variants,
    run_futures,
)
from strategy.scenario.engine.exact import hedge_rows
from strategy.scenario.engine.start import Start, make_start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.odds.base_rates import base_rates
from strategy.scenario.odds.distributions import describe, distributions, exits, fan
from strategy.scenario.odds.odds import EVENTS, disagreements, history_odds, labels, world_odds
from strategy.scenario.odds.what_if import hedge_table, tactical_table, with_vix
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.worlds import World, block_length, make_world


@dataclass(frozen=True, repr=False)
class ScenarioResult:
    """What a scenario says.

    Attributes
    ----------
    start : Start
    figures : dict
        Everything the outputs show: plain values, missing ones None.
    seconds : dict of str to float
        Wall time of each world's kernel.
    id : str
        Twelve hex digits: the same plan, scenario, data and code give the same.
    """

    start: Start
    figures: dict[str, Any]
    seconds: dict[str, float]
    id: str

    #: Figures for notebooks; see `reports.figures.plots.ScenarioPlots`.
    plot = Accessor("reports.figures.plots:ScenarioPlots")
    _repr_html_ = html_by("reports.figures.notebook:scenario_html")

    def __repr__(self) -> str:
        found = self.figures
        worlds = ", ".join(found["worlds"])
        return f"<ScenarioResult {found['name']}-{self.id}: {found['paths']:,} futures of {worlds}>"


def run_scenario(
    plan: Plan,
    scenario: Scenario,
    market: Market,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ScenarioResult:
    """Put a plan through the futures of every world that the scenario asks for.

    Parameters
    ----------
    plan : Plan
    scenario : Scenario
    market : Market
        All data; what lies after the day the plan starts is not looked at.
    workers : int, optional
        Threads; all cores where not given. Changes no number.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Raises
    ------
    InputError
        Where plan, scenario and data do not fit.
    """
    report = progress or (lambda what, done, of: None)
    workers = default_workers() if workers is None else workers
    report("history", 0, 1)
    start = make_start(plan, scenario, market)
    notes = list(start.notes)
    if plan.hedge.instrument in NEEDS_VIX and scenario.history_from is None:
        priced = with_vix(start)
        if priced is not None and priced is not start:
            start = priced
            notes.append(
                Message(
                    "the hedge is priced with VIX: futures are made of the {n} sessions "
                    "since {day} whose VIX is known",
                    n=f"{len(start.history):,}",
                    day=f"{start.history.sessions[0]:%Y-%m-%d}",
                )
            )
    block = block_length(start)
    base = base_rates(start)
    history = history_odds(base)
    words = labels(start)
    name = plan.hedge.instrument
    by_hand = name != "none" and not INSTRUMENTS[name].in_kernels
    variants = make_variants(scenario.whatif)

    worlds: dict[str, Any] = {}
    seconds: dict[str, float] = {}
    kept_bytes = 0
    for name in scenario.world_names():
        world = _world(start, name, scenario, block, notes)
        if world is None:
            continue
        futures = run_futures(start, world, workers=workers, variants=variants, progress=progress)
        if by_hand:
            report(f"{name}: {plan.hedge.instrument}", 0, 1)
            hedge_rows(start, futures, scenario.whatif.instrument_paths)
        seconds[name] = futures.seconds
        kept_bytes = max(kept_bytes, futures.nbytes)
        worlds[name] = _world_figures(start, futures, history, words)
    if by_hand:
        notes.append(
            Message(
                "instrument {instrument}: hedge and total are those of the first {n} futures "
                "of each world, the rest is of all",
                instrument=plan.hedge.instrument,
                n=scenario.whatif.instrument_paths,
            )
        )
    report("hedge table", 0, 1)
    count = min(scenario.whatif.instrument_paths, scenario.paths)
    hedges = hedge_table(start, count, scenario.seed, progress)
    identity = scenario_id(plan, scenario, market)
    figures: dict[str, Any] = {
        "name": plan.name,
        "id": identity,
        "start": _start_figures(start),
        "notes": notes,
        "labels": words,
        "whole_future": [event.key for event in EVENTS if event.whole],
        "block": block,
        "seed": scenario.seed,
        "paths": scenario.paths,
        "history": {
            "odds": history,
            "tactical_return": describe(base.tactical),
            "year_return": describe(base.year_return),
            "year_fall": describe(base.year_fall),
            "years": [int(base.years[0]), int(base.years[-1])] if len(base.years) else [],
            "levels_mode": base.mode,
        },
        "worlds": worlds,
        "disagreements": [line for w, found in worlds.items() for line in found["disagreements"]],
        "hedge_table": hedges,
        "memory": {
            "largest_world_bytes": kept_bytes,
            "futures_kept_session_by_session": min(KEPT, scenario.paths),
            "futures_a_chunk": CHUNK,
        },
        "plan": resolved(plan),
        "plan_sha256": plan_sha256(plan),
        "scenario": scenario.model_dump(mode="json"),
        "data": {n: market.hashes[n] for n in sorted(market.hashes)},
        "code": code_version(),
        "packages": package_versions(),
    }
    report("hedge table", 1, 1)
    return ScenarioResult(start, plain(figures), seconds, identity)


def scenario_id(plan: Plan, scenario: Scenario, market: Market) -> str:
    """Twelve hex digits of plan, scenario, data and code; threads do not count."""
    text = json.dumps(
        {
            "plan": plan_sha256(plan),
            "scenario": scenario.model_dump(mode="json"),
            "data": {name: market.hashes[name] for name in sorted(market.hashes)},
            "code": code_version(),
        },
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _world(
    start: Start, name: str, scenario: Scenario, block: float, notes: list[str]
) -> World | None:
    """The world, or a note on why there is none; a world asked for by name must be there."""
    asked = scenario.worlds is not None
    try:
        world = make_world(start, name, scenario.paths, scenario.seed, block)
    except InputError as error:
        if asked or scenario.shock(name) is not None:
            raise
        notes.append(Message("no world {world}: {because}", world=name, because=error.what))
        return None
    if world is None:
        because = Message(
            "history up to {day} holds no anchor of it that {n} sessions follow",
            day=f"{start.history.sessions[-1]:%Y-%m-%d}",
            n=start.horizon,
        )
        if asked:
            raise InputError(because, where=f"world {name}", do="leave the world out")
        notes.append(Message("no world {world}: {because}", world=name, because=because))
        return None
    ignored = world.facts.get("triggers_not_watched")
    if ignored:
        notes.append(
            Message(
                "shock {shock}: the plan does not watch {triggers}, so that its hedge does "
                "not react to it (risk.triggers)",
                shock=name,
                triggers=" and ".join(ignored),
            )
        )
    return world


def _world_figures(
    start: Start, futures: Futures, history: dict[str, Any], words: dict[str, str]
) -> dict[str, Any]:
    world = futures.world
    odds = world_odds(start, futures, history)
    out: dict[str, Any] = {
        "title": world.title,
        "paths": len(futures),
        "drawn": world.drawn,
        "shock": bool(world.stated),
        # a shock that comes later leaves the tactical leg as it is in the bootstrap
        "december": not world.stated or world.stated <= start.schedule.last,
        "facts": world.facts,
        "odds": odds,
        # a stated shock is meant to differ
        "disagreements": [] if world.stated else disagreements(world.name, odds, history, words),
        "exits": exits(futures),
        "ambiguous": float((futures[Figure.AMBIGUOUS] > 0.0).mean()),
        "distributions": distributions(futures),
        "fan": fan(futures),
        "tactical_table": [],
    }
    if world.drawn and out["december"]:
        out["tactical_table"] = tactical_table(start, futures)
    if not world.drawn:
        out["each"] = [
            {
                "label": label,
                "exit_reason": Reason(int(row[Figure.REASON])).label,
                **{
                    key: float(row[figure])
                    for key, figure in (
                        ("tactical_return", Figure.TACTICAL_RETURN),
                        ("year_return", Figure.YEAR_RETURN),
                        ("year_fall", Figure.YEAR_FALL),
                        ("hedge_net", Figure.HEDGE_PNL),
                        ("total", Figure.TOTAL_RETURN),
                        ("unhedged", Figure.PLAIN_RETURN),
                    )
                },
                "touch": bool(row[Figure.TOUCH]),
            }
            for label, row in zip(world.labels, futures.rows, strict=True)
        ]
    return out


def _start_figures(start: Start) -> dict[str, Any]:
    s, levels, rules = start.schedule, start.levels, start.terms.rules
    # a level in index points, or a distance
    stop = float(stop_level(float("nan"), rules.stop, True, levels.scale))
    stop = stop if rules.stop_is_level else rules.stop
    return {
        "as_of": f"{start.day:%Y-%m-%d}",
        "price": start.price,
        "price_stated": start.stated,
        "zone": [levels.zone_low, levels.zone_high],
        "extension": [levels.extension_low, levels.extension_high],
        "levels_mode": start.plan.tactical.levels.mode,
        "stop": stop,
        "stop_is_level": rules.stop_is_level,
        "score": start.score,
        "vix": start.vix,
        "rate": start.rate,
        "enters": start.decision.enter,
        "entry_date": f"{start.sessions[s.entry]:%Y-%m-%d}",
        "exit_date": f"{start.sessions[s.last]:%Y-%m-%d}",
        "hedge_first": f"{start.sessions[start.window.first]:%Y-%m-%d}"
        if start.window.first > 0
        else None,
        "end": f"{start.sessions[-1]:%Y-%m-%d}",
        "sessions": start.horizon,
        "history_first": f"{start.history.sessions[0]:%Y-%m-%d}",
        "history_last": f"{start.history.sessions[-1]:%Y-%m-%d}",
        "history_sessions": len(start.history),
        "target_ratio": float(start.calendar().target[0]),
        "instrument": start.plan.hedge.instrument,
    }
