"""Run folders made up quickly, for whatever reads them."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from reports.output import write_run
from reports.stored import StoredRun, read_run
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


def make_sweep(folder: Path, *, skill: float = 0.0, vintages: bool = True, **change: Any) -> Path:
    """A finished sweep's folder of 3 x 4 x 3 made-up variants; `skill` is a yearly lead of one."""
    rng = np.random.default_rng(1)
    axes = {
        "tactical.stop": [0.02, 0.03, 0.04],
        "tactical.exit_by": ["12-08", "12-15", "12-22", "12-31"],
        "tactical.levels.zone": [[1, 2], [3, 4], [5, 6]],
    }
    rows = list(itertools.product(*axes.values()))
    years = list(range(1970, 2011))
    core = rng.normal(0.08, 0.15, len(years))
    returns = core[:, None] + rng.normal(0.0, 0.02, (len(years), len(rows)))
    returns[:, 5] += skill
    whole = returns[:-1]
    table = pd.DataFrame(
        {
            "variant": range(len(rows)),
            "tactical.stop": [r[0] for r in rows],
            "tactical.exit_by": [r[1] for r in rows],
            "tactical.levels.zone": [json.dumps(r[2]) for r in rows],
            "sharpe": whole.mean(axis=0) / whole.std(axis=0, ddof=1),
            "cagr": whole.mean(axis=0),
            "max_drawdown": -np.abs(whole.min(axis=0)),
            "vintage_mean": whole.mean(axis=0),
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
    if vintages:
        by_year = pd.DataFrame(returns.T, columns=[f"vintage_{y}" for y in years])
        by_year.insert(0, "variant", range(len(rows)))
        by_year.to_parquet(folder / "vintages.parquet")
    return folder
