"""Were the forecasts right? Every past vintage, forecast with its past alone, and scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from market.container import Market
from market.errors import InputError
from market.serialise import plain
from strategy.decide.calendar import schedule
from strategy.plan import Plan
from strategy.scenario.api import scenario_id
from strategy.scenario.engine.engine import Progress, default_workers, run_futures
from strategy.scenario.engine.start import Start, make_start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.odds.base_rates import BaseRates, as_ratio, base_rates
from strategy.scenario.odds.odds import EVENTS, history_odds, rate
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.worlds import block_length, make_world
from strategy.validation.intervals import hit_interval

#: A forecast needs so many sessions of past.
LEAST_PAST = 2520
#: Futures of one forecast: their error is small beside that of one outcome.
MOST_PATHS = 2000
BANDS = (0.50, 0.80, 0.90)
FORECASTING = ("bootstrap", "lookalike", "garch")
#: Events that are forecast on every vintage; the conditional ones have too few cases.
SCORED = ("touch", "zone_first", "stop_first", "breakout", "fall_10", "fall_20", "year_down")
BINS = 10
#: What bands are drawn for, and its outcome in history.
QUANTITIES = {
    "index_at_exit": Figure.EXIT_CLOSE,
    "tactical_return": Figure.TACTICAL_RETURN,
    "year_return": Figure.YEAR_RETURN,
    "year_fall": Figure.YEAR_FALL,
}


def calibrate(
    plan: Plan,
    scenario: Scenario,
    market: Market,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Forecast every past vintage on its anchor with nothing but its past.

    Absolute levels count as ratios; a stated day, price, score, VIX or rate
    does not count, because those of each past day are taken.

    Returns
    -------
    dict
        ``forecasts`` (a row a vintage, world and event or quantity),
        ``reliability``, ``bands``, ``scores``, and how they were made.

    Raises
    ------
    InputError
        Where no vintage has enough past.
    """
    report = progress or (lambda what, done, of: None)
    workers = default_workers() if workers is None else workers
    plan = as_ratio(plan).model_copy(update={"vintages": None})
    paths = min(scenario.paths, MOST_PATHS)
    stated = {"as_of": None, "price": None, "score": None, "vix": None, "rate": None}
    unshocked = {**scenario.model_dump(mode="json"), **stated, "history_until": None, "shocks": []}
    asked = [n for n in FORECASTING if scenario.worlds is None or n in scenario.worlds]
    if not asked:
        raise InputError(
            "no world to calibrate", where="--world", expected="one of " + ", ".join(FORECASTING)
        )
    unshocked |= {"worlds": asked, "paths": paths}
    every = schedule(market.sessions, plan)
    truth = _truth(plan, Scenario.model_validate(unshocked), market)
    first = plan.data.start
    begin = int(market.sessions.searchsorted(np.datetime64(first))) if first else 0
    dated = [s for s in every if s.timed and s.whole and s.anchor - begin >= LEAST_PAST]
    rows: list[dict[str, Any]] = []
    for done, s in enumerate(dated):
        report("calibration", done, len(dated))
        day = market.sessions[s.anchor]
        own = Scenario.model_validate({**unshocked, "as_of": f"{day:%Y-%m-%d}"})
        start = make_start(plan, own, market)
        rows += _forecast(start, own, asked, s.year, truth, workers)
    report("calibration", len(dated), len(dated))
    if not rows:
        raise InputError(
            "no vintage to calibrate on",
            where="data.start",
            expected=f"vintages with {LEAST_PAST} sessions before them",
            do="load a longer series",
        )
    figures = {
        "name": plan.name,
        "id": "calibration-" + scenario_id(plan, Scenario.model_validate(unshocked), market),
        "paths": paths,
        "first": dated[0].year,
        "last": dated[-1].year,
        "vintages": len(dated),
        "world_order": asked,
        "forecasts": rows,
        "reliability": reliability(rows, asked),
        "bands": band_rows(rows, asked),
        "scores": score_rows(rows, asked),
    }
    found: dict[str, Any] = plain(figures)
    return found


def _truth(plan: Plan, scenario: Scenario, market: Market) -> dict[str, dict[int, float]]:
    """What happened, by event or quantity and year."""
    last = schedule(market.sessions, plan)[-1]
    day = market.sessions[last.anchor]
    start = make_start(plan, scenario.model_copy(update={"as_of": day.date()}), market)
    # judged with all data: these are outcomes, not forecasts
    from dataclasses import replace

    base = base_rates(replace(start, past=market))
    return {**_events(base), **_quantities(base)}


def _events(base: BaseRates) -> dict[str, dict[int, float]]:
    out = {}
    for event in EVENTS:
        if event.key in SCORED:
            years = base.fall_years if event.whole else base.years
            true, counted = event.of_history(base)
            out[event.key] = {
                int(y): float(t) for y, t, c in zip(years, true, counted, strict=True) if c
            }
    return out


def _quantities(base: BaseRates) -> dict[str, dict[int, float]]:
    return {
        "index_at_exit": dict(zip(base.years.tolist(), base.exit_return.tolist(), strict=True)),
        "tactical_return": dict(zip(base.years.tolist(), base.tactical.tolist(), strict=True)),
        "year_return": dict(zip(base.fall_years.tolist(), base.year_return.tolist(), strict=True)),
        "year_fall": dict(zip(base.fall_years.tolist(), base.year_fall.tolist(), strict=True)),
    }


def _forecast(
    start: Start,
    scenario: Scenario,
    worlds: Sequence[str],
    year: int,
    truth: Mapping[str, Mapping[int, float]],
    workers: int,
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    block = block_length(start)
    base = history_odds(base_rates(start))
    for name in worlds:
        try:
            world = make_world(start, name, scenario.paths, scenario.seed, block)
        except InputError:
            continue  # a fit that did not settle makes no forecast
        if world is None:
            continue
        futures = run_futures(start, world, workers=workers, compare=False, kept=0)
        for event in EVENTS:
            if event.key not in SCORED or year not in truth[event.key]:
                continue
            found, past = rate(event.of_futures(futures)), base[event.key]
            if found["p"] is None or past["p"] is None:
                continue
            rows.append(
                {
                    "vintage": year,
                    "world": name,
                    "item": event.key,
                    "forecast": found["p"],
                    # one success and one failure more, so that a short past is not sure
                    "base_rate": (past["hits"] + 1) / (past["n"] + 2),
                    "outcome": truth[event.key][year],
                }
            )
        for quantity, figure in QUANTITIES.items():
            outcome = truth[quantity].get(year, np.nan)
            values = futures[figure]
            values = values[~np.isnan(values)]
            if np.isnan(outcome) or not len(values):
                continue
            row = {"vintage": year, "world": name, "item": quantity, "outcome": outcome}
            for band in BANDS:
                low, high = np.quantile(values, [0.5 - band / 2, 0.5 + band / 2])
                row[f"low_{band:.2f}"], row[f"high_{band:.2f}"] = float(low), float(high)
            row["rank"] = float((values < outcome).mean() + 0.5 * (values == outcome).mean())
            rows.append(row)
    return rows


def reliability(rows: Sequence[Mapping[str, Any]], worlds: Sequence[str]) -> list[dict[str, Any]]:
    """Forecasts of all events in bins: their mean, and the share that happened."""
    out = []
    for name in worlds:
        own = [r for r in rows if r["world"] == name and r["item"] in SCORED]
        for k in range(BINS):
            low, high = k / BINS, (k + 1) / BINS
            inside = [
                r
                for r in own
                if low <= r["forecast"] < high or (k == BINS - 1 and r["forecast"] == 1.0)
            ]
            if not inside:
                continue
            hits = int(sum(r["outcome"] for r in inside))
            bottom, top = hit_interval(hits, len(inside))
            out.append(
                {
                    "world": name,
                    "forecast": float(np.mean([r["forecast"] for r in inside])),
                    "happened": hits / len(inside),
                    "hits": hits,
                    "n": len(inside),
                    "low": bottom,
                    "high": top,
                }
            )
    return out


def band_rows(rows: Sequence[Mapping[str, Any]], worlds: Sequence[str]) -> list[dict[str, Any]]:
    """How often outcomes fell inside the band that should hold them so often."""
    out = []
    for name in worlds:
        for quantity in QUANTITIES:
            own = [r for r in rows if r["world"] == name and r["item"] == quantity]
            for band in BANDS:
                low = [r["outcome"] < r[f"low_{band:.2f}"] for r in own]
                high = [r["outcome"] > r[f"high_{band:.2f}"] for r in own]
                hits = len(own) - sum(low) - sum(high)
                if not own:
                    continue
                bottom, top = hit_interval(hits, len(own))
                out.append(
                    {
                        "world": name,
                        "figure": quantity,
                        "band": band,
                        "inside": hits / len(own),
                        "hits": hits,
                        "n": len(own),
                        "low": bottom,
                        "high": top,
                        "below": int(sum(low)),
                        "above": int(sum(high)),
                    }
                )
    return out


def score_rows(rows: Sequence[Mapping[str, Any]], worlds: Sequence[str]) -> list[dict[str, Any]]:
    """Brier score of every event, against the past's base rate as forecast."""
    out = []
    for name in worlds:
        for item in SCORED:
            own = [r for r in rows if r["world"] == name and r["item"] == item]
            if not own:
                continue
            p = np.array([r["forecast"] for r in own])
            base = np.array([r["base_rate"] for r in own])
            happened = np.array([r["outcome"] for r in own])
            brier = float(((p - happened) ** 2).mean())
            brier_base = float(((base - happened) ** 2).mean())
            out.append(
                {
                    "world": name,
                    "event": item,
                    "n": len(own),
                    "mean_forecast": float(p.mean()),
                    "happened": float(happened.mean()),
                    "brier": brier,
                    "brier_base": brier_base,
                    "skill": 1.0 - brier / brier_base if brier_base > 0.0 else 0.0,
                }
            )
    return out
