"""After a sweep: which of its variants to believe, with every trial of the ledger counted."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.container import Market
from strategy.figures import plain
from strategy.plan import Plan
from strategy.simulation import simulate
from strategy.sweep.run import SweepRun
from strategy.validation.evidence import evidence
from strategy.validation.trials import count_trials, record_trials

EVIDENCE = "evidence.json"
LEDGER = "trials.jsonl"


def held_to_the_end(plan: Plan) -> Plan:
    """The same plan without its rules: the long is held from its entry to its last day.

    The yardstick of the reality check: the same days in the market, no stop,
    no target, no failed breakout, no hedge.
    """
    values = plan.model_dump(mode="json", by_alias=True)
    tactical = values["tactical"]
    tactical["stop"] = 0.999
    tactical["first_target_share"] = 0.0
    top = 1e3 * tactical["levels"]["extension"][1]
    tactical["levels"] |= {"mode": "ratio", "extension": [top, top]}
    tactical["failed_breakout"] |= {"trigger": "close", "within": 0}
    tactical["size"]["risk_budget"] = None
    values["hedge"]["instrument"] = "none"
    return Plan.model_validate(values)


def vintage_to_vintage(plan: Plan, market: Market, years: list[int]) -> np.ndarray:
    """Returns of the chained account from each anchor to the next. Shape (len(years),)."""
    simulation = simulate(plan, market)
    anchors = {v.schedule.year: v.schedule.anchor for v in simulation.vintages}
    account = simulation.chained
    equity = {y: account.equity[anchors[y] - account.first] for y in anchors}
    return np.array([equity[y + 1] / equity[y] - 1.0 for y in years])


def believe(run: SweepRun, plan: Plan, market: Market, *, seed: int = 0) -> dict[str, Any]:
    """Judge a finished sweep and leave `evidence.json` in its folder.

    Parameters
    ----------
    run : SweepRun
    plan : Plan
        The sweep's base plan.
    market : Market
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        See `strategy.validation.evidence.evidence`; ``ledger`` counts the
        trials, ``benchmark`` says what the variants were held against.
    """
    folder = run.folder
    ledger = folder.path.parent / LEDGER
    data = str(market.hashes.get(market.id, market.id))
    record_trials(
        ledger,
        plan=plan.name,
        data=data,
        sweep=_settings_id(run),
        variants=int(run.summary["variants"]),
    )
    trials = count_trials(ledger, plan=plan.name, data=data)

    vintages = pd.read_parquet(folder.vintages)
    columns = [c for c in vintages.columns if str(c).startswith("vintage_")]
    # the last one runs to the end of the data: it is no whole vintage
    columns = columns[:-1]
    years = [int(str(c).removeprefix("vintage_")) for c in columns]
    returns = vintages[columns].to_numpy(dtype=float).T
    keys = [key for axis in run.summary["sweep"]["axes"] for key in axis["keys"]]
    variants = pd.read_parquet(folder.variants).set_index("variant")
    present = [key for key in keys if key in variants.columns and variants[key].nunique() > 1]
    parameters = variants.loc[vintages["variant"].to_numpy(), present].reset_index(drop=True)
    try:
        benchmark = vintage_to_vintage(held_to_the_end(plan), market, years)
    except KeyError:
        # years that the plan names need not follow each other
        return _unjudged(folder.path, "the vintages are not consecutive years")
    if len(years) < 4:
        return _unjudged(folder.path, f"{len(years)} whole vintages are too few")
    found = evidence(
        returns,
        np.array(years),
        parameters,
        benchmark=benchmark,
        trials=max(trials.variants, int(run.summary["variants"])),
        seed=seed,
    )
    if "best" in found:
        found["best"]["variant"] = int(vintages["variant"].iloc[found["best"]["variant"]])
    found["ledger"] = {
        "variants": trials.variants,
        "sweeps": trials.sweeps,
        "unreadable": trials.unreadable,
    }
    found["benchmark"] = "the long held from entry to its last day, without stop, target or hedge"
    return _write(folder.path, found)


def _settings_id(run: SweepRun) -> str:
    """The sweep's settings alone: the same search with newer code is no new search."""
    text = json.dumps(run.summary["sweep"], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _unjudged(folder: Path, why: str) -> dict[str, Any]:
    return _write(folder, {"missing": {"all": why}, "verdict": f"the choice is not judged: {why}"})


def _write(folder: Path, found: dict[str, Any]) -> dict[str, Any]:
    from market.atomic import write_whole

    clean: dict[str, Any] = plain(found)
    text = json.dumps(clean, indent=2, sort_keys=True, allow_nan=False) + "\n"
    write_whole(folder / EVIDENCE, text.encode())
    return clean
