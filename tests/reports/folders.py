"""Run folders made up quickly, for whatever reads them."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.serialise import plain
from reports.run.folder import write_run
from strategy.compare.stored import StoredRun, read_run
from strategy.validation.evidence import evidence
from strategy.validation.plateau import landscape
from strategy.validation.verdict import believed, verdict
from tests.reports.stand_in import make_result


def make_folder(home: Path, id_: str, **change: Any) -> StoredRun:
    """A run's folder; `change` goes to the stand-in, `plan` and `series` into its record.

    Other seeds give other prices: where runs shall be comparable, the record says that the
    data are the same.
    """
    record = {key: change.pop(key) for key in ("plan", "series", "code") if key in change}
    result = make_result(**change)
    result.run_id = id_
    result.provenance["run_id"] = result.provenance["id"] = id_
    result.provenance["plan"] |= record.pop("plan", {})
    result.provenance |= record
    return read_run(write_run(result, home, tearsheet=False, report=False)["folder"])


def same_series(run: StoredRun) -> dict[str, Any]:
    """The series of a run, for another that shall have read the same."""
    return dict(run.series)


def make_sweep(folder: Path, *, skill: float = 0.0, judged: bool = True, **change: Any) -> Path:
    """A finished sweep's folder of 3 x 4 x 3 made-up variants; `skill` is a yearly lead of one."""
    rng = np.random.default_rng(1)
    axes = {
        "tactical.stop": [0.02, 0.03, 0.04],
        "tactical.exit_by": ["12-08", "12-15", "12-22", "12-31"],
        "tactical.levels.zone": [[1, 2], [3, 4], [5, 6]],
    }
    rows = list(itertools.product(*axes.values()))
    years = np.arange(1970, 2010)
    core = rng.normal(0.08, 0.15, len(years))
    returns = core[:, None] + rng.normal(0.0, 0.02, (len(years), len(rows)))
    returns[:, 5] += skill
    table = pd.DataFrame(
        {
            "variant": range(len(rows)),
            "tactical.stop": [r[0] for r in rows],
            "tactical.exit_by": [r[1] for r in rows],
            "tactical.levels.zone": [json.dumps(r[2]) for r in rows],
            "sharpe": returns.mean(axis=0) / returns.std(axis=0, ddof=1),
            "cagr": returns.mean(axis=0),
            "max_drawdown": -np.abs(returns.min(axis=0)),
            "vintage_mean": returns.mean(axis=0),
        }
    )
    base = 4 * 3 + 3 + 1  # 0.03, 12-15, [3, 4]
    plan: dict[str, Any] = {
        "tactical": {"stop": 0.03, "exit_by": "12-15", "levels": {"zone": [3.0, 4.0]}}
    }
    metrics = ("sharpe", "cagr", "max_drawdown", "vintage_mean")
    summary = {
        "state": "complete",
        "id": "0123456789ab",
        "name": "a sweep",
        "base": {name: float(table[name].iloc[base]) for name in metrics},
        "sweep": {
            "plan": plan,
            "axes": [{"keys": [k], "values": [v]} for k, v in axes.items()],
            "best": {"by": "sharpe", "n": 3},
        },
    } | change
    folder.mkdir(parents=True)
    (folder / "sweep.json").write_text(json.dumps(summary))
    table.to_parquet(folder / "variants.parquet")
    if judged:
        found = _judged(returns, years, core, table, list(axes))
        (folder / "evidence.json").write_text(json.dumps(found))
    return folder


def _judged(
    returns: np.ndarray, years: np.ndarray, core: np.ndarray, table: pd.DataFrame, keys: list[str]
) -> dict[str, Any]:
    """What `simulate sweep` would have left beside that sweep."""
    best, trials = int(table["sharpe"].argmax()), 100
    found = evidence(returns, years, benchmark=core, trials=trials, judged=best, reps=400)
    found |= landscape(table[keys], table["sharpe"].to_numpy(), best)
    found["benchmark"] = "the core"
    sweeps = [
        {"plan": "a sweep", "sweep": name, "variants": n, "day": day}
        for name, n, day in (("aaaaaaaaaaaa", 64, "2026-01-02"), ("bbbbbbbbbbbb", 36, "2026-03-04"))
    ]
    ledger = {"variants": 100, "variants_on_data": 5284, "sweeps": sweeps, "unreadable": 1}
    found |= {"metric": "sharpe", "ledger": ledger, "believed": believed(found)}
    found["daily"] = {"n": 10_000, "sharpe": 0.61}
    found["verdict"] = verdict(found)
    clean: dict[str, Any] = plain(found)
    return clean
