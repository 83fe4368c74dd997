"""Futures a second, and the memory they keep: the whole plan on resampled futures.

    python benchmarks/scenario.py [--paths 10000] [--repeats 5] [--workers 1 2]

The kernel's wall time after start-up (compiled code in memory): 10,000 futures
of about 280 sessions with the tactical leg, 21 variants of it, the hedge, the
portfolio without it and with less core instead. Then the process's peak memory
for growing numbers of futures. Exits with 1 where a limit is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

#: Largest wall time of 10,000 futures on two threads, seconds.
LIMIT = 3.0
PACKAGES = ("numba", "numpy", "llvmlite")


def setting(paths: int) -> tuple[Any, dict[str, Any], Any]:
    """A start on bundled data, two worlds, and the variants of a default scenario."""
    from strategy.api import load_market
    from strategy.plan import Plan
    from strategy.scenario.engine.engine import make_variants
    from strategy.scenario.engine.start import make_start
    from strategy.scenario.settings import Scenario
    from strategy.scenario.worlds.worlds import block_length, make_world

    plan, scenario = Plan(name="benchmark"), Scenario(paths=paths)
    start = make_start(plan, scenario, load_market(plan))
    block = block_length(start)
    worlds = {name: make_world(start, name, paths, 1, block) for name in ("bootstrap", "garch")}
    return start, worlds, make_variants(scenario.whatif)


def measure(paths: int, repeats: int, workers: list[int]) -> list[dict[str, Any]]:
    """Median wall time of each world and number of threads."""
    from strategy.scenario.engine.engine import run_futures

    start, worlds, variants = setting(paths)
    rows = []
    for name, world in worlds.items():
        run_futures(start, world, variants=variants, workers=1)
        for count in workers:
            times = []
            for _ in range(repeats):
                began = time.perf_counter()
                futures = run_futures(start, world, variants=variants, workers=count)
                times.append(time.perf_counter() - began)
            rows.append(
                {
                    "world": name,
                    "paths": paths,
                    "sessions": start.horizon,
                    "workers": count,
                    "seconds": round(statistics.median(times), 3),
                    "fastest": round(min(times), 3),
                    "futures_a_second": round(paths / statistics.median(times)),
                    "kept_megabytes": round(futures.nbytes / 1e6, 2),
                    "bytes_a_future": round(
                        futures.rows.nbytes / paths + futures.tried.nbytes / paths
                    ),
                }
            )
    return rows


def peak(paths: int) -> float:
    """Peak memory of a process that runs so many futures, megabytes."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from benchmarks.scenario import setting\n"
        "from strategy.scenario.engine.engine import run_futures\n"
        "import resource\n"
        "start, worlds, variants = setting(int(sys.argv[2]))\n"
        "run_futures(start, worlds['bootstrap'], variants=variants, workers=2)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT), str(paths)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    size = float(done.stdout.split()[-1])
    # kilobytes on Linux, bytes on macOS
    return size / (1e6 if platform.system() == "Darwin" else 1e3)


def main() -> int:
    """Measure, print the tables, write JSON; 1 where the limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--paths", type=int, default=10_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--no-memory", action="store_true")
    default = ROOT / "benchmarks" / "results" / "scenario.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    rows = measure(options.paths, max(1, options.repeats), options.workers)
    print(f"{'world':<12}{'paths':>8}{'sessions':>10}{'threads':>9}{'s':>8}{'fastest':>9}"
          f"{'futures/s':>11}{'MB kept':>9}")  # fmt: skip
    for row in rows:
        print(
            f"{row['world']:<12}{row['paths']:>8,}{row['sessions']:>10}{row['workers']:>9}"
            f"{row['seconds']:>8.2f}{row['fastest']:>9.2f}{row['futures_a_second']:>11,}"
            f"{row['kept_megabytes']:>9.1f}"
        )
    memory = {}
    if not options.no_memory:
        for paths in (1_000, 10_000, 100_000):
            memory[paths] = round(peak(paths), 1)
            print(f"peak memory of the process, {paths:>7,} futures: {memory[paths]:.0f} MB")
    slow = [
        r for r in rows
        if r["workers"] == 2 and r["seconds"] * 10_000 / r["paths"] > LIMIT
    ]  # fmt: skip
    for row in slow:
        print(f"NOT KEPT: {row['world']} on 2 threads took {row['seconds']} s, limit {LIMIT} s")
    report = {
        "limit_seconds_of_10000": LIMIT,
        "rows": rows,
        "peak_megabytes": memory,
        "own_peak_kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "packages": {name: version(name) for name in PACKAGES},
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
