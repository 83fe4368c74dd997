"""Sweeps against vectorbt, a hand-written loop, and themselves on one thread, as ratios in one go.

    python -m benchmarks.sweep [--repeats 5] [--out benchmarks/results/sweep.json] [--quick]

Every comparison takes turns within one process, so that a slow spell of the
machine meets both sides; each figure is a median. Compilation is not counted:
kernels are compiled once an installation and kept. Exits with 1 where a limit is
not kept; `--quick` takes small sizes and judges only what holds at any size.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.clocks import Times, turns
from benchmarks.sweep_rivals import (
    Grid,
    backtesting_variant,
    bt_variant,
    by_hand,
    make_grid,
    vectorbt_chunk,
)
from strategy.plan import Plan
from strategy.sweep.composed.compose import compose
from strategy.sweep.composed.sleeves import Sleeve, make_ranges, make_sleeve
from strategy.sweep.dense.loop import dense
from strategy.sweep.engine.engine import ROWS
from strategy.sweep.engine.paths import PATH_METRICS
from strategy.sweep.engine.rows import rows_of
from strategy.sweep.engine.single import run_single

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = (
    *("vectorbt", "vectorbt-rust", "numba", "numpy", "pandas", "pyarrow"),
    *("backtesting", "bt"),
)
CHUNKS = (25, 50, 100, 200, 400)
#: Limits: ratios to vectorbt, to the loop by hand and to one worker; seconds; bytes.
SEPARABLE, DENSE, BY_HAND, WORKERS = 1000.0, 60.0, 1.5, 1.8
MILLION_SECONDS, MILLION_BYTES = 15.0, 1.5e9
#: Below this share of the processors the clock says more about others than about the program.
QUIET = 0.9


def best_chunk(grid: Grid) -> tuple[int, dict[int, float]]:
    """Columns at a time with which vectorbt is fastest here, and microseconds by number."""
    cost = {}
    for columns in CHUNKS:
        vectorbt_chunk(grid, columns)
        start = time.process_time()
        vectorbt_chunk(grid, columns)
        cost[columns] = (time.process_time() - start) / columns * 1e6
    return min(cost, key=lambda columns: cost[columns]), cost


def separable(repeats: int, side: int) -> dict[str, Any]:
    """A grid of sleeves that follow each other: composed, against vectorbt."""
    grid = make_grid("sequential", side, side)
    context, tactical, hedges = grid.context, grid.tactical, grid.hedges
    columns, chunks = best_chunk(grid)
    years = list(context.years)
    sleeves: dict[str, Sleeve] = {}

    def prepared() -> Any:
        ranges = make_ranges(context, tactical, hedges)
        sleeves["tactical"] = make_sleeve(context, ranges, 0, tactical)
        sleeves["hedge"] = make_sleeve(context, ranges, 1, hedges)
        return ranges

    def ours() -> None:
        # what is prepared per setting is part of the price, and so are the rows of the table
        ranges = prepared()
        for first in range(0, side * side, ROWS["separable"]):
            t, h = divmod(np.arange(first, min(side * side, first + ROWS["separable"])), side)
            long, short = sleeves["tactical"], sleeves["hedge"]
            paths = compose(context, ranges, long, short, tactical.legs, hedges.orders, t, h)
            rows_of(context, paths, tactical, hedges, t, h, years)

    times = turns(
        {
            "composed": ours,
            "prepared": prepared,
            "tactical settings": lambda: context.tactical(grid.t_plans),
            "hedge settings": lambda: context.hedges(grid.h_plans),
            "vectorbt": lambda: vectorbt_chunk(grid, columns),
        },
        repeats,
    )
    return {
        "variants": side * side,
        "side": side,
        "sessions": context.sessions_counted,
        "vintages": len(context.anchors),
        "vectorbt_columns": columns,
        "vectorbt_microseconds_by_columns": chunks,
        "setting_bytes": {name: _bytes(sleeve) / side for name, sleeve in sleeves.items()},
        "seconds": {name: asdict(t) for name, t in times.items()},
    }


def _bytes(sleeve: Sleeve) -> int:
    arrays = [*sleeve.part, sleeve.reference, sleeve.counts, sleeve.totals, sleeve.row]
    return sum(array.nbytes for array in arrays)


def overlapping(repeats: int, n: int) -> dict[str, Any]:
    """Sleeves that overlap: the dense loop, against vectorbt and against a loop by hand."""
    grid = make_grid("overlap", n, n)
    context, tactical, hedges = grid.context, grid.tactical, grid.hedges
    index = np.arange(n)
    columns, _ = best_chunk(grid)
    hand = by_hand(grid, index)
    found = dense(context, tactical, hedges, index, index).metrics
    # the loop by hand does the same work, or the comparison is worth nothing
    for j, name in enumerate(PATH_METRICS[:12]):
        assert np.allclose(found[:, j], hand[:, j], rtol=1e-9, equal_nan=True), name

    def with_threads(threads: int, run: Callable[[], object]) -> Callable[[], None]:
        def timed() -> None:
            numba.set_num_threads(threads)
            run()
            numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)

        return timed

    def ours() -> object:
        return dense(context, tactical, hedges, index, index)

    most = min(2, numba.config.NUMBA_NUM_THREADS)
    times = turns(
        {
            "dense": with_threads(most, ours),
            "dense, one worker": with_threads(1, ours),
            "by hand": with_threads(most, lambda: by_hand(grid, index)),
            "vectorbt": lambda: vectorbt_chunk(grid, columns),
        },
        repeats,
    )
    return {
        "variants": n,
        "workers": most,
        "vectorbt_columns": columns,
        "seconds": {name: asdict(t) for name, t in times.items()},
    }


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """Microseconds a variant and a setting, from the seconds that were measured."""
    a, b = found["separable"], found["overlapping"]
    one = {name: Times(**seconds) for name, seconds in a["seconds"].items()}
    two = {name: Times(**seconds) for name, seconds in b["seconds"].items()}
    whole = one["composed"].microseconds(a["variants"])
    settings = one["prepared"].microseconds(a["variants"])
    return {
        "separable": whole,
        "separable, vectorbt": one["vectorbt"].microseconds(a["vectorbt_columns"]),
        "pair": {name: whole[name] - settings[name] for name in whole},
        "prepared setting": one["prepared"].microseconds(2 * a["side"]),
        "tactical setting": one["tactical settings"].microseconds(a["side"]),
        "hedge setting": one["hedge settings"].microseconds(a["side"]),
        "dense": two["dense"].microseconds(b["variants"]),
        "dense, one worker": two["dense, one worker"].microseconds(b["variants"]),
        "by hand": two["by hand"].microseconds(b["variants"]),
        "dense, vectorbt": two["vectorbt"].microseconds(b["vectorbt_columns"]),
        "share": min(t.share for t in (*one.values(), *two.values())),
    }


def million(repeats: int, sample: int | None) -> dict[str, Any]:
    """configs/sweep_million.yaml into its folder, a new process each time, without the judge."""
    turns_of: list[dict[str, Any]] = []
    for turn in range(repeats + 1):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "benchmarks.sweep_million"]
            command += ["configs/sweep_million.yaml", folder, "--workers", "2"]
            command += ["--sample", str(sample)] if sample else []
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        print(f"\r{turn}/{repeats} sweep_million", end="", file=sys.stderr, flush=True)
        # the first one fills caches
        if turn:
            turns_of.append(json.loads(done.stdout.splitlines()[-1]))
    print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    columns = {name: [turn[name] for turn in turns_of] for name in turns_of[0]}
    shares = [
        turn["processor_seconds"] / (turn["processor_seconds"] + turn["waiting_seconds"])
        for turn in turns_of
    ]
    return {
        "variants": columns["variants"][0],
        "seconds": columns["seconds"],
        "processor_seconds": columns["processor_seconds"],
        "undisturbed_seconds": [s * k for s, k in zip(columns["seconds"], shares, strict=True)],
        "share": statistics.median(shares),
        "peak_bytes": max(columns["peak_bytes"]),
        "disk_bytes": columns["disk_bytes"][0],
    }


def others(repeats: int) -> dict[str, Any]:
    """One variant of the nearest plan that backtesting.py and bt can express, and a single run."""
    out: dict[str, Any] = {}
    market = make_grid("sequential", 1, 1).context.market
    plan = Plan(name="bench")
    for name, prepare in (
        ("backtesting.py", backtesting_variant),
        ("bt", bt_variant),
        ("a single run", lambda: lambda: run_single(plan, market)),
    ):
        try:
            run = prepare()
        except ImportError:
            out[name] = None
            continue
        out[name] = turns({name: run}, repeats)[name].microseconds(1)
    return out


def rows_of_table(found: dict[str, Any], small: bool) -> list[tuple[str, str, str, bool | None]]:
    """What was measured, the figure, the limit, and whether it is kept; None: not judged."""
    measured, c = found["figures"], found["million"]
    rows: list[tuple[str, str, str, bool | None]] = []
    for what, name, limit, judged in (
        ("separable grid, a variant", "separable", SEPARABLE, not small),
        ("dense loop, a variant", "dense", DENSE, True),
    ):
        ours, theirs = measured[name], measured[f"{name}, vectorbt"]
        times = {clock: theirs[clock] / ours[clock] for clock in ours}
        text = (
            f"{times['undisturbed']:,.0f} x faster than vectorbt: {ours['undisturbed']:.3g} us "
            f"against {theirs['undisturbed']:,.0f} (by the clock {times['clock']:,.0f} x, of "
            f"processor time {times['processor']:,.0f} x)"
        )
        kept = times["undisturbed"] >= limit if judged else None
        rows.append((what, text, f">= {limit:,.0f} x", kept))
    hand = measured["dense"]["processor"] / measured["by hand"]["processor"]
    kept = hand <= BY_HAND
    rows.append(("dense loop against one by hand", f"{hand:.2f} x its work", "<= 1.5 x", kept))
    rows.append(_million_row(c, small))
    one, two = measured["dense, one worker"], measured["dense"]
    workers = one["undisturbed"] / two["undisturbed"]
    text = f"{workers:.2f} x (by the clock {one['clock'] / two['clock']:.2f} x)"
    enough = workers >= WORKERS if found["overlapping"]["workers"] > 1 and not small else None
    rows.append(("two workers against one", text, ">= 1.8 x", enough))
    for name, cost in found["others"].items():
        text = "not installed" if cost is None else f"{cost['processor'] / 1e3:,.0f} ms a variant"
        rows.append((name, text, "reported", None))
    return rows


def _million_row(c: dict[str, Any], small: bool) -> tuple[str, str, str, bool | None]:
    seconds = statistics.median(c["undisturbed_seconds"])
    text = (
        f"{seconds:.1f} s (by the clock {statistics.median(c['seconds']):.1f} s, of processor "
        f"time {statistics.median(c['processor_seconds']):.1f} s), peak "
        f"{c['peak_bytes'] / 1e9:.2f} GB"
    )
    kept = seconds <= MILLION_SECONDS and c["peak_bytes"] <= MILLION_BYTES
    limit = f"<= {MILLION_SECONDS:.0f} s, <= {MILLION_BYTES / 1e9:.1f} GB"
    return f"{c['variants']:,} variants to Parquet", text, limit, None if small else kept


def main() -> int:
    """Measure, print the table, write JSON; 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    default = ROOT / "benchmarks" / "results" / "sweep.json"
    parser.add_argument("--out", type=Path, default=default)
    parser.add_argument("--judge", type=Path, help="print and judge earlier results anew")
    options = parser.parse_args()
    if options.judge:
        found = json.loads(options.judge.read_text(encoding="utf-8"))
        found["figures"] = figures(found)
        return _tell(rows_of_table(found, found["quick"]), found["figures"]["share"])
    small, repeats = options.quick, 2 if options.quick else options.repeats
    found = {
        "separable": separable(repeats, 200 if small else 1000),
        "overlapping": overlapping(repeats, 256 if small else 2048),
        "million": million(1 if small else repeats, 100_000 if small else None),
        "others": others(min(3, repeats)),
    }
    found["figures"] = figures(found)
    rows = rows_of_table(found, small)
    report = {
        **found,
        "limits": [dict(zip(("what", "figure", "limit", "kept"), r, strict=True)) for r in rows],
        "quick": small,
        "machine": {
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
            "system": platform.system(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "packages": {name: _version(name) for name in PACKAGES},
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return _tell(rows, found["figures"]["share"])


def _tell(rows: list[tuple[str, str, str, bool | None]], share: float) -> int:
    """Print the table; 1 where a limit is not kept."""
    for name, text, limit, kept in rows:
        word = "" if kept is None else "kept" if kept else "NOT KEPT"
        print(f"{name:<32}{text}\n{'':<32}{limit} {word}")
    if share < QUIET:
        print(
            f"the machine was busy: the program got {share:.0%} of the processor time that it "
            "asked for; figures are undisturbed ones (benchmarks/README.md)"
        )
    return 0 if all(kept is not False for *_, kept in rows) else 1


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
