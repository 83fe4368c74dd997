"""Sweeps against vectorbt, a hand-written loop, and themselves on one thread, as ratios in one go.

    python benchmarks/sweep.py [--repeats 5] [--out benchmarks/results/sweep.json] [--quick]

Every comparison takes turns within one process, so that a slow spell of the
machine meets both sides; each figure is a median. Compilation is not counted:
kernels are compiled once an installation and kept.
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
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numba
import numpy as np

from benchmarks.sweep_rivals import (
    Grid,
    backtesting_variant,
    bt_variant,
    by_hand,
    make_grid,
    vectorbt_chunk,
)
from strategy.sweep.compose import compose, make_ranges, make_sleeve
from strategy.sweep.dense import PATH_METRICS, dense
from strategy.sweep.engine import ROWS

PACKAGES = (
    *("vectorbt", "vectorbt-rust", "numba", "numpy", "pandas", "pyarrow"),
    *("backtesting", "bt"),
)
CHUNKS = (25, 50, 100, 200)
MILLION = """
import dataclasses, json, pathlib, resource, sys, time
from strategy.sweep.run import run_sweep
from strategy.sweep.sweep_file import load_sweep
sweep = dataclasses.replace(load_sweep(sys.argv[1]), judge=0)
start = time.perf_counter()
done = run_sweep(sweep, sys.argv[2], workers=int(sys.argv[3]))
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
status = pathlib.Path("/proc/self/status")
if status.exists():
    # ru_maxrss of a child counts what its parent had
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024
size = sum(p.stat().st_size for p in done.folder.path.iterdir())
work = time.process_time()
print(json.dumps([seconds, peak, size, done.summary["variants"], work]))
"""


@dataclass
class Times:
    """Seconds of one side: by the clock, and of all its threads on the processors.

    On a machine that others use too the clock says more about them; the second
    figure is what the work itself takes.
    """

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def microseconds(self, n: int) -> dict[str, float]:
        """Medians for each of `n` variants."""
        return {
            name: statistics.median(values) / n * 1e6
            for name, values in (("clock", self.clock), ("processor", self.processor))
        }


def turns(sides: dict[str, Callable[[], object]], repeats: int) -> dict[str, Times]:
    """Time each side in turns, after one that is not counted."""
    times = {name: Times() for name in sides}
    for turn in range(repeats + 1):
        for name, side in sides.items():
            clock, processor = time.perf_counter(), time.process_time()
            side()
            if turn:
                times[name].clock.append(time.perf_counter() - clock)
                times[name].processor.append(time.process_time() - processor)
            print(f"\r{turn}/{repeats} {name:<30}", end="", file=sys.stderr, flush=True)
    print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    return times


def best_chunk(grid: Grid) -> int:
    """Columns at a time with which vectorbt is fastest on this machine."""
    cost = {}
    for columns in CHUNKS:
        vectorbt_chunk(grid, columns)
        start = time.perf_counter()
        vectorbt_chunk(grid, columns)
        cost[columns] = (time.perf_counter() - start) / columns
    return min(cost, key=lambda columns: cost[columns])


def separable(repeats: int, side: int) -> dict[str, Any]:
    """A grid of sleeves that follow each other: composed, against vectorbt."""
    grid = make_grid("sequential", side, side)
    context, tactical, hedges = grid.context, grid.tactical, grid.hedges
    columns = best_chunk(grid)

    def ours() -> None:
        # what is prepared per setting is part of the price
        ranges = make_ranges(context, tactical, hedges)
        long = make_sleeve(context, ranges, 0, tactical)
        short = make_sleeve(context, ranges, 1, hedges)
        for first in range(0, side * side, ROWS["separable"]):
            t, h = divmod(np.arange(first, min(side * side, first + ROWS["separable"])), side)
            compose(context, ranges, long, short, tactical.legs, hedges.orders, t, h)

    times = turns({"composed": ours, "vectorbt": lambda: vectorbt_chunk(grid, columns)}, repeats)
    return {
        "variants": side * side,
        "sessions": context.sessions_counted,
        "vintages": len(context.anchors),
        "vectorbt_columns": columns,
        "microseconds": times["composed"].microseconds(side * side),
        "vectorbt_microseconds": times["vectorbt"].microseconds(columns),
        "seconds": {name: asdict(t) for name, t in times.items()},
    }


def overlapping(repeats: int, n: int) -> dict[str, Any]:
    """Sleeves that overlap: the dense loop, against vectorbt and against a loop by hand."""
    grid = make_grid("overlap", n, n)
    context, tactical, hedges = grid.context, grid.tactical, grid.hedges
    index = np.arange(n)
    columns = best_chunk(grid)
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
        "microseconds": times["dense"].microseconds(n),
        "one_worker_microseconds": times["dense, one worker"].microseconds(n),
        "by_hand_microseconds": times["by hand"].microseconds(n),
        "vectorbt_microseconds": times["vectorbt"].microseconds(columns),
        "seconds": {name: asdict(t) for name, t in times.items()},
    }


def million(repeats: int) -> dict[str, Any]:
    """configs/sweep_million.yaml into its folder, a new process each time, without the judge."""
    root = Path(__file__).resolve().parents[1]
    seconds, peaks, work = [], [], []
    size = variants = 0
    for turn in range(repeats + 1):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [sys.executable, "-c", MILLION, "configs/sweep_million.yaml", folder, "2"],
                cwd=root,
                env={**os.environ, "PYTHONPATH": str(root)},
                capture_output=True,
                text=True,
                check=True,
            )
        found = json.loads(done.stdout.splitlines()[-1])
        if turn:
            seconds.append(found[0])
            peaks.append(found[1])
            work.append(found[4])
        size, variants = found[2], found[3]
    return {
        "variants": variants,
        "seconds": seconds,
        "processor_seconds": work,
        "peak_bytes": max(peaks),
        "disk_bytes": size,
    }


def others(repeats: int) -> dict[str, Any]:
    """One variant of the nearest plan that backtesting.py and bt can express."""
    out: dict[str, Any] = {}
    for name, prepare in (("backtesting.py", backtesting_variant), ("bt", bt_variant)):
        try:
            run = prepare()
        except ImportError:
            out[name] = None
            continue
        out[name] = turns({name: run}, repeats)[name].microseconds(1)
    return out


def rows_of(found: dict[str, Any]) -> list[tuple[str, str, str, bool | None]]:
    """What was measured, the figure, the target, and whether it is reached."""
    a, b, c = found["separable"], found["overlapping"], found["million"]
    rows: list[tuple[str, str, str, bool | None]] = []
    for what, ours, theirs, target in (
        ("separable grid, a variant", a["microseconds"], a["vectorbt_microseconds"], 1000.0),
        ("dense loop, a variant", b["microseconds"], b["vectorbt_microseconds"], 60.0),
    ):
        ratio = theirs["clock"] / ours["clock"]
        work = theirs["processor"] / ours["processor"]
        text = (
            f"{ours['clock']:.3g} us, {ratio:,.0f} x faster than vectorbt "
            f"({theirs['clock']:,.0f} us); processor {ours['processor']:.3g} us, {work:,.0f} x"
        )
        rows.append((what, text, f">= {target:,.0f} x", ratio >= target))
    hand = b["microseconds"]["processor"] / b["by_hand_microseconds"]["processor"]
    rows.append(
        ("dense loop against one by hand", f"{hand:.2f} x its work", "<= 1.5 x", hand <= 1.5)
    )
    seconds, peak = statistics.median(c["seconds"]), c["peak_bytes"] / 1e9
    work = statistics.median(c["processor_seconds"])
    rows.append(
        (
            "1,000,000 variants to Parquet",
            f"{seconds:.1f} s (processor {work:.1f} s), peak {peak:.2f} GB",
            "<= 15 s, <= 1.5 GB",
            seconds <= 15.0 and peak <= 1.5,
        )
    )
    workers = b["one_worker_microseconds"]["clock"] / b["microseconds"]["clock"]
    rows.append(("two workers against one", f"{workers:.2f} x", ">= 1.8 x", workers >= 1.8))
    for name, cost in found["others"].items():
        text = "not installed" if cost is None else f"{cost['clock'] / 1e3:,.0f} ms a variant"
        rows.append((name, text, "reported", None))
    return rows


def main() -> int:
    """Measure, print the table, write JSON; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="small sizes, for a look")
    default = Path(__file__).resolve().parent / "results" / "sweep.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    small = options.quick
    found = {
        "separable": separable(options.repeats, 200 if small else 1000),
        "overlapping": overlapping(options.repeats, 256 if small else 2048),
        "million": million(1 if small else options.repeats),
        "others": others(min(3, options.repeats)),
    }
    rows = rows_of(found)
    for name, text, target, kept in rows:
        word = "" if kept is None else "reached" if kept else "MISSED"
        print(f"{name:<32}{text:<88}{target:<20}{word}")
    report = {
        **found,
        "targets": [
            dict(zip(("what", "figure", "target", "reached"), r, strict=True)) for r in rows
        ],
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
    return 0 if all(kept is not False for *_, kept in rows) else 1


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
