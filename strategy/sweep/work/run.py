"""Runs a sweep into its folder: part by part, resumable, judged; then one summary."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from market.atomic import write_whole
from market.errors import InputError
from market.kept import keeping
from market.serialise import plain
from strategy.sweep.engine.engine import Engine, make_engine
from strategy.sweep.evidence.judge import Judge, Verdict, row_of
from strategy.sweep.evidence.ranking import Place, Ranking, signed
from strategy.sweep.file.columns import LEG_METRICS, METRICS
from strategy.sweep.file.grid import Grid, make_grid
from strategy.sweep.file.sweep_file import Sweep
from strategy.sweep.named.variants import base_market, run_variant
from strategy.sweep.work.crew import Crew, LocalCrew
from strategy.sweep.work.estimate import (
    BEST_VINTAGES,
    SAMPLED_VINTAGES,
    Estimate,
    check,
    check_number,
    estimate,
    keeps_all_vintages,
)
from strategy.sweep.work.folder import TIMES, VARIANTS, VINTAGES, SweepFolder
from strategy.sweep.work.identity import made_of, sweep_id
from strategy.sweep.work.table import VARIANT, parquet_bytes, vintages_table

_JUDGED, _SAMPLED = 1, 2  # salts of the random choices

#: Called with what is being done, variants done, variants in all.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SweepRun:
    """A sweep that was run, or found done.

    Attributes
    ----------
    folder : SweepFolder
    sweep_id : str
    again : bool
        Whether it was done before.
    summary : dict
        Content of sweep.json.
    """

    folder: SweepFolder
    sweep_id: str
    again: bool
    summary: dict[str, Any]


@dataclass(frozen=True)
class Prepared:
    """A sweep that may start: its grid, its engine, what it will cost."""

    grid: Grid
    engine: Engine
    estimate: Estimate
    sweep_id: str


def threads(workers: int | None) -> int:
    """Threads to compute with: those asked for, at most those there are."""
    import numba

    most = int(numba.config.NUMBA_NUM_THREADS)
    if workers is not None and workers < 1:
        raise InputError(f"got {workers}", where="--workers", expected="at least 1")
    return most if workers is None else min(workers, most)


def prepare(sweep: Sweep, *, workers: int | None = None, yes: bool = False) -> Prepared:
    """Number the variants, choose a way, and refuse what is too large.

    Raises
    ------
    InputError
    """
    grid = make_grid(sweep)
    check_number(grid)
    if grid.count == 0:
        check(Estimate(0, 0.0, 0.0, 0.0), grid, yes=yes)
    engine = make_engine(grid)
    found = estimate(engine, threads(workers))
    check(found, grid, yes=yes)
    return Prepared(grid, engine, found, sweep_id(engine))


def run_sweep(
    sweep: Sweep,
    root: str | os.PathLike[str] = "sweeps",
    *,
    workers: int | None = None,
    yes: bool = False,
    crew: Crew | None = None,
    progress: Progress | None = None,
    prepared: Prepared | None = None,
) -> SweepRun:
    """Run a sweep, or go on with one that was stopped.

    Parameters
    ----------
    sweep : Sweep
    root : path, optional
        Folder that gets the sweep's.
    workers : int, optional
        Threads; all there are by default. The result does not depend on it.
    yes : bool, optional
        Run it even if it is large.
    crew : Crew, optional
        Who computes; this process by default.
    progress : callable, optional
    prepared : Prepared, optional
        From `prepare`, where that was called before.

    Raises
    ------
    InputError
    JudgeError
        Where single runs disagree with the sweep.
    """
    import numba

    ready = prepared or prepare(sweep, workers=workers, yes=yes)
    grid, engine = ready.grid, ready.engine
    report = progress or (lambda what, done, of: None)
    folder = SweepFolder(Path(root) / f"{_safe(sweep.name)}-{ready.sweep_id}")
    if folder.is_complete():
        return SweepRun(folder, ready.sweep_id, True, folder.summary())
    numba.set_num_threads(threads(workers))
    started = time.time()
    with folder.held(), keeping(base_market(engine.market(sweep.plan))):
        if folder.is_complete():
            return SweepRun(folder, ready.sweep_id, True, folder.summary())
        folder.write_json("sweep.json", {"state": "running", **_header(ready)})
        judge = Judge(grid, engine.market)
        _judge_early(judge, engine, report)
        vintages = keeps_all_vintages(grid)
        parts = grid.chunks(engine.rows)
        computed, seconds = _compute(folder, engine, parts, vintages, crew or LocalCrew(), report)
        ranking, stated = _merge(folder, grid, len(parts), judge, report)
        if vintages:
            for _ in folder.merge(len(parts), VINTAGES):
                pass
        else:
            _some_vintages(folder, engine, ranking.variants)
        rows = _best_rows(folder, grid, ranking.places, judge, report)
        base, returns = run_variant(sweep.plan, engine.market(sweep.plan))
        if "lead" in sweep.metrics:
            base["lead"] = engine.lead(sweep.plan, base["exposure"], returns)
        summary = {
            "state": "complete",
            **_header(ready),
            "cvar_95_error": stated,
            "vintage_returns": "all" if vintages else "some",
            "judge": _judged(judge.verdict),
            "base": plain(base),
            "best": rows,
        }
        folder.write_json(
            TIMES,
            {
                "started": dt.datetime.fromtimestamp(started, dt.UTC).isoformat(timespec="seconds"),
                "seconds": round(time.time() - started, 3),
                "computed": computed,
                "seconds_computing": round(seconds, 3),
                "workers": threads(workers),
            },
        )
        folder.write_json("sweep.json", summary)
        folder.clear_parts()
    return SweepRun(folder, ready.sweep_id, False, summary)


def _safe(name: str) -> str:
    """A plan's name as part of a folder's."""
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in name)


def _header(ready: Prepared) -> dict[str, Any]:
    grid, engine = ready.grid, ready.engine
    return {
        "id": ready.sweep_id,
        "name": grid.sweep.name,
        "variants": grid.count,
        "product": grid.product,
        "way": engine.way,
        "because": engine.because,
        "years": engine.years,
        "columns": {name: grid.sweep.columns[name] for name in grid.sweep.metrics},
        **made_of(engine),
    }


def _judge_early(judge: Judge, engine: Engine, report: Progress) -> None:
    """Hold a random sample against single runs before the work is done: an error stops it."""
    numbers = engine.grid.random(engine.grid.sweep.judge, _JUDGED)
    if not len(numbers):
        return
    rows = engine.compute(numbers)
    for i, number in enumerate(numbers):
        report("judging a sample", i, len(numbers))
        judge.compare(int(number), row_of(rows.metrics[i], engine.grid.sweep.columns))


def _compute(
    folder: SweepFolder,
    engine: Engine,
    parts: list[tuple[int, int]],
    vintages: bool,
    crew: Crew,
    report: Progress,
) -> tuple[int, float]:
    """Compute the parts that are missing; variants computed and seconds they took."""
    wanted = [(i, part) for i, part in enumerate(parts) if not folder.has_part(i)]
    # constraints leave out the same share of each part, as far as a progress bar goes
    share = engine.grid.count / parts[-1][1]
    done = parts[-1][1] - sum(b - a for _, (a, b) in wanted)
    before, start = done, time.perf_counter()
    report("variants", round(done * share), engine.grid.count)
    for i, table, returns in crew.parts(engine, wanted, vintages=vintages):
        folder.write_part(i, table, returns)
        done += parts[i][1] - parts[i][0]
        report("variants", round(done * share), engine.grid.count)
    return round((done - before) * share), time.perf_counter() - start


def _merge(
    folder: SweepFolder, grid: Grid, n: int, judge: Judge, report: Progress
) -> tuple[Ranking, float | None]:
    """Put the parts together; the best variants, and CVaR's largest stated error.

    The rows of the judged sample are held against their single runs once
    more, as they are in the file.
    """
    sweep = grid.sweep
    ranking = Ranking(sweep.best, max(sweep.best, BEST_VINTAGES))
    sample = grid.random(sweep.judge, _JUDGED)
    error: float | None = None
    for i, table in enumerate(folder.merge(n, VARIANTS)):
        report("putting parts together", i, n)
        own = table.column(VARIANT).to_numpy()
        if not len(own):
            continue
        figures = np.column_stack([_floats(table, name) for name in sweep.metrics])
        by = figures[:, sweep.metrics.index(sweep.best_by)]
        ranking.add(own, signed(sweep.best_by, by), figures)
        if "cvar_95_error" in sweep.metrics:
            stated = figures[:, sweep.metrics.index("cvar_95_error")]
            error = max(error or 0.0, float(np.nanmax(stated)))
        for number in sample[np.isin(sample, own)]:
            judge.compare(int(number), _row(table, int(np.searchsorted(own, number))))
    return ranking, error


def _floats(table: pa.Table, name: str) -> np.ndarray:
    values: np.ndarray = table.column(name).to_numpy(zero_copy_only=False).astype(float)
    return values


def _row(table: pa.Table, i: int) -> dict[str, float]:
    row = table.slice(i, 1).to_pylist()[0]
    return {
        name: np.nan if row[name] is None else float(row[name])
        for name in METRICS | LEG_METRICS
        if name in row
    }


def _best_rows(
    folder: SweepFolder, grid: Grid, places: list[Place], judge: Judge, report: Progress
) -> list[dict[str, Any]]:
    """The best outcomes with their keys and metrics, each judged as it is in the file."""
    wanted = [place.variant for place in places]
    table = pq.read_table(folder.variants, filters=[(VARIANT, "in", wanted)])
    at = {number: i for i, number in enumerate(table.column(VARIANT).to_pylist())}
    rows = []
    for i, place in enumerate(places):
        report("judging the best", i, len(places))
        number = place.variant
        row = _row(table, at[number])
        if grid.sweep.judge:
            judge.compare(number, row)
        rows.append(
            {
                "variant": number,
                "keys": grid.values(number),
                "metrics": plain(row),
                # variants with the very same figures, this one among them
                "alike": place.alike,
            }
        )
    return rows


def _some_vintages(folder: SweepFolder, engine: Engine, best: np.ndarray) -> None:
    """Vintage returns of the best variants and of a random sample of the others."""
    numbers = np.union1d(best[:BEST_VINTAGES], engine.grid.random(SAMPLED_VINTAGES, _SAMPLED))
    rows = engine.compute(numbers)
    table = vintages_table(engine.years, numbers, rows)
    write_whole(folder.vintages, parquet_bytes(table))


def _judged(verdict: Verdict) -> dict[str, Any]:
    return {
        "judged": verdict.judged,
        "largest_difference": verdict.largest,
        "largest_cvar_difference": verdict.cvar,
    }
