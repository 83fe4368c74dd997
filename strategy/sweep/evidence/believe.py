"""After a sweep: which of its variants to believe, with every trial of the ledger counted."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from market.atomic import write_whole
from market.serialise import json_text, plain
from strategy.plan import Plan
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.engine.engine import Engine
from strategy.sweep.evidence.daily import daily_evidence
from strategy.sweep.evidence.ranking import LESS_IS_BETTER
from strategy.sweep.work.estimate import SAMPLED_VINTAGES
from strategy.sweep.work.run import _SAMPLED, SweepRun
from strategy.validation.evidence import evidence, few_vintages
from strategy.validation.plateau import landscape
from strategy.validation.trials import Trial, Trials, count_trials, record_trials
from strategy.validation.verdict import believed, verdict

EVIDENCE = "evidence.json"
LEDGER = "trials.jsonl"
BENCHMARK = (
    "the same exposure without the plan's rules: the long held on the same days, no stop, target "
    "or hedge, and so much core that the mean exposure is the variant's own"
)
LEGS_BENCHMARK = (
    "the same exposure without the plan's rules: every leg entered on the same days and held to "
    "its last day, or to the next anchor, without stop, target or exit condition, and so much "
    "core, or of the legs where there is no core, that the mean exposure is the variant's own"
)


def believe(run: SweepRun, engine: Engine, *, seed: int = 0) -> dict[str, Any]:
    """Judge the choice of a finished sweep's best variant; leave `evidence.json` in its folder.

    The sweep is entered into the ledger beside its folder first. What is
    judged is the first of the sweep's best rows.

    Parameters
    ----------
    run : SweepRun
    engine : Engine
        Of the same sweep.
    seed : int
        Of the bootstrap and of the choice of variants that the heavy tests see.

    Returns
    -------
    dict
        Content of evidence.json: see docs/sweep.md, `strategy.validation.evidence`
        and `strategy.validation.verdict`.

    Raises
    ------
    InputError
        Where the ledger cannot be used.
    """
    trials = _enter(run, engine)
    found = _judged(run, engine, max(trials.variants, int(run.summary["variants"])), seed)
    found["benchmark"] = (
        LEGS_BENCHMARK if isinstance(engine.grid.sweep.plan, LegsPlan) else BENCHMARK
    )
    found["ledger"] = {
        "variants": trials.variants,
        "variants_on_data": trials.on_data,
        "sweeps": [
            {"plan": t.plan, "sweep": t.sweep, "variants": t.variants, "day": t.day}
            for t in trials.sweeps
        ],
        "unreadable": trials.unreadable,
    }
    found["believed"] = believed(found)
    found["verdict"] = verdict(found)
    clean: dict[str, Any] = plain(found)
    write_whole(run.folder.path / EVIDENCE, json_text(clean, ascii=True).encode())
    return clean


def ledger_of(folder: Path) -> Path:
    """The ledger that counts what was tried in a folder of sweeps."""
    return folder.parent / LEDGER


def _enter(run: SweepRun, engine: Engine) -> Trials:
    """Write the sweep into the ledger and count what stands there."""
    plan = engine.grid.sweep.plan
    market = engine.market(plan)
    ledger = ledger_of(run.folder.path)
    trial = Trial(
        plan=plan.name,
        base=_base_id(plan),
        data=str(market.hashes.get(market.id, market.id)),
        sweep=_search_id(run),
        variants=int(run.summary["variants"]),
        day=dt.datetime.now(dt.UTC).date().isoformat(),
    )
    record_trials(ledger, trial)
    return count_trials(ledger, plan=trial.plan, base=trial.base, data=trial.data)


def _judged(run: SweepRun, engine: Engine, trials: int, seed: int) -> dict[str, Any]:
    summary = run.summary
    by = str(summary["sweep"]["best"]["by"])
    start = {"variants": int(summary["variants"]), "trials": trials, "metric": by}
    labels = whole_years(engine.years)
    years = sorted({_year(label) for label in labels})
    if not summary["best"] or summary["best"][0]["metrics"].get(by) is None:
        return start | {"missing": {"all": f"no variant has a figure in {by}"}}
    if not years:
        return start | {"missing": {"all": few_vintages(0)}}
    best = int(summary["best"][0]["variant"])
    found: dict[str, Any] = start | _landscape(run, by, best)
    if any(b - a != 1 for a, b in itertools.pairwise(years)):
        found["missing"] = {"all": "the vintages are not consecutive years"}
        return found
    numbers, returns = _vintage_matrix(run, labels)
    if best not in numbers:
        found["missing"] = {"all": "the best variant's returns by vintage were not kept"}
        return found
    exposure = _exposure(run, engine, numbers)
    held, remark = engine.held.returns(numbers, exposure, labels), engine.held.remark
    returns, held = by_year(returns, labels), by_year(held, labels)
    of_vintages = evidence(
        returns,
        np.array(years, dtype=np.int64),
        benchmark=held,
        trials=trials,
        judged=int(np.searchsorted(numbers, best)),
        sample=_sample(run, engine, numbers),
        seed=seed,
    )
    missing = found.pop("missing", {}) | of_vintages.pop("missing", {})
    found |= _named(of_vintages, numbers) | {"variants": start["variants"]}
    found["years"] = years
    if remark:
        found["benchmark_remark"] = remark
    try:
        found["daily"] = daily_evidence(engine, best)
    except ValueError as error:
        missing["daily"] = str(error)
    if missing:
        found["missing"] = missing
    return found


def whole_years(labels: Sequence[int | str]) -> list[int | str]:
    """Vintages of whole years, the last year left out: its last vintage runs to the data's end."""
    last = _year(labels[-1])
    return [label for label in labels if _year(label) < last]


def _year(label: int | str) -> int:
    """Year of a vintage by its label: a year, or the text of a month, quarter or day."""
    return int(str(label)[:4])


def by_year(returns: np.ndarray, labels: Sequence[int | str]) -> np.ndarray:
    """Returns of vintages of one year, compounded. Shape (years, variants)."""
    years = np.array([_year(label) for label in labels])
    starts = np.flatnonzero(np.r_[True, years[1:] != years[:-1]])
    if len(starts) == len(years):
        return returns
    grown = np.multiply.reduceat(1.0 + returns, starts, axis=0) - 1.0
    return np.asarray(grown)


def _landscape(run: SweepRun, by: str, best: int) -> dict[str, Any]:
    """Plateau and importance over all variants."""
    swept = [key for axis in run.summary["sweep"]["axes"] for key in axis["keys"]]
    names = set(pq.read_schema(run.folder.variants).names)
    table = pd.read_parquet(
        run.folder.variants, columns=["variant", by, *(k for k in swept if k in names)]
    )
    present = [k for k in swept if k in names and table[k].nunique() > 1]
    score = table[by].to_numpy(dtype=float) * (-1.0 if by in LESS_IS_BETTER else 1.0)
    row = int(np.searchsorted(table["variant"].to_numpy(), best))
    return landscape(table[present], score, row)


def _vintage_matrix(run: SweepRun, years: Sequence[int | str]) -> tuple[np.ndarray, np.ndarray]:
    """Variants, and their returns in the whole vintages. Shapes (N,) and (len(years), N)."""
    table = pd.read_parquet(run.folder.vintages).sort_values("variant")
    # the last vintage runs to the end of the data: it is no whole one
    columns = [f"vintage_{year}" for year in years]
    return (
        table["variant"].to_numpy(dtype=np.int64),
        table[columns].to_numpy(dtype=float).T,
    )


def _exposure(run: SweepRun, engine: Engine, numbers: np.ndarray) -> np.ndarray:
    """Mean exposure of some variants; computed anew where the sweep did not keep it."""
    column = _column(run, "exposure")
    if column is None:
        name = list(engine.grid.sweep.columns).index("exposure")
        return engine.compute(numbers).metrics[:, name]
    variants = pd.read_parquet(run.folder.variants, columns=["variant"])["variant"].to_numpy()
    return column[np.searchsorted(variants, numbers)]


def _column(run: SweepRun, name: str) -> np.ndarray | None:
    if name not in pq.read_schema(run.folder.variants).names:
        return None
    values: np.ndarray = (
        pd.read_parquet(run.folder.variants, columns=[name])[name].to_numpy().astype(float)
    )
    return values


def _sample(run: SweepRun, engine: Engine, numbers: np.ndarray) -> np.ndarray | None:
    """Rows that stand for all variants: where only some returns are kept, the random ones."""
    if run.summary["vintage_returns"] == "all":
        return None
    return np.searchsorted(numbers, engine.grid.random(SAMPLED_VINTAGES, _SAMPLED))


def _named(found: dict[str, Any], numbers: np.ndarray) -> dict[str, Any]:
    """Variants by their number in place of their column."""
    if "best" in found:
        found["best"]["variant"] = int(numbers[found["best"]["variant"]])
    if "reality_check" in found:
        check = found["reality_check"]
        check["survivors"] = [int(numbers[i]) for i in check["survivors"]]
    if "winner" in found:
        found["winner"]["variant"] = int(numbers[found["winner"]["variant"]])
    if "walk_forward" in found:
        walk = found["walk_forward"]
        walk["chosen"] = [int(numbers[i]) for i in walk["chosen"]]
        walk["best_in_sample"] = int(numbers[walk["best_in_sample"]])
    return found


def _search_id(run: SweepRun) -> str:
    """The sweep's settings alone: the same search with newer code is no new search."""
    return _hash(run.summary["sweep"])


def _base_id(plan: Plan | LegsPlan) -> str:
    """The plan's settings without its name and where its data come from."""
    values = plan.model_dump(mode="json", by_alias=True)
    return _hash({key: value for key, value in values.items() if key not in ("name", "data")})


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
