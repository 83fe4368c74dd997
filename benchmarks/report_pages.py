"""Time of the pages, and of a whole run with both of them against the plain script.

    python benchmarks/report_pages.py [--repeats 3] [--out benchmarks/results/report_pages.json]

Each command runs in its own process, alternating, so that a busy machine hits
both alike; medians count. Beside the clock stands the processor time of all of
a command's processes: where others use the machine, a run gets no second core,
and the clock says more about them than about it. Exits with 1 where a limit is
not kept, by the clock on a machine at rest, else by processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

#: Largest time of building report.html, seconds; of a run with both pages, by the plain script's.
LARGEST_REPORT, LARGEST_RATIO = 2.0, 0.5

#: A command that gets less of a core than this runs on a busy machine.
AT_REST = 0.9


def taken(command: list[str]) -> tuple[float, float]:
    """Wall and processor seconds of a command that must succeed."""
    quiet = subprocess.DEVNULL
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=quiet, stderr=quiet)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return wall, spent


def pages(repeats: int) -> dict[str, dict[str, float]]:
    """Seconds, processor seconds and kilobytes of each page, built here from the same run."""
    from reports.run.hedge_section import hedge_dict
    from reports.run.report import build_report
    from reports.tearsheet.sheet import build_tearsheet
    from strategy.api import load_plan, run

    result = run(load_plan(ROOT / "configs" / "short_long.yaml"))
    _ = result.metrics, result.vintages, result.trades, result.daily
    hedge = hedge_dict(result)
    builders: dict[str, Callable[[], str]] = {
        "report.html": lambda: build_report(result, hedge=hedge),
        "report.html, zh-Hant": lambda: build_report(result, hedge=hedge, language="zh-Hant"),
        "tearsheet.html": lambda: build_tearsheet(result),
    }
    out = {}
    for name, build in builders.items():
        walls, spent, page = [], [], ""
        for _turn in range(repeats):
            begin, cpu = time.perf_counter(), time.process_time()
            page = build()
            walls.append(time.perf_counter() - begin)
            spent.append(time.process_time() - cpu)
        out[name] = {
            # the first build is what a run pays: templates and catalogues are read then
            "first": walls[0],
            "first_processor": spent[0],
            "median": statistics.median(walls),
            "kilobytes": len(page.encode()) / 1000,
        }
    return out


def runs(repeats: int) -> dict[str, dict[str, float]]:
    """Medians of whole commands; the first turn fills caches and is not counted."""
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "strategy.cli", "run", "short_long", "-q", "--out"]
        plain = [sys.executable, "benchmarks/plain_script.py"]
        times: dict[str, list[tuple[float, float]]] = {"simulate run": [], "plain script": []}
        for turn in range(repeats + 1):
            for name, command in (("simulate run", run), ("plain script", plain)):
                found = taken([*command, f"{folder}/{name[:5]}-{turn}"])
                if turn:
                    times[name].append(found)
    return {
        name: {
            "wall": statistics.median(w for w, _ in rows),
            "processor": statistics.median(p for _, p in rows),
        }
        for name, rows in times.items()
    }


def main() -> int:
    """Measure, print, write JSON; 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=3)
    default = ROOT / "benchmarks" / "results" / "report_pages.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    repeats = max(1, options.repeats)
    built, whole = pages(repeats), runs(repeats)
    print(f"{'':<24}{'first s':>9}{'processor':>11}{'median s':>10}{'kB':>8}")
    for name, row in built.items():
        print(
            f"{name:<24}{row['first']:>9.2f}{row['first_processor']:>11.2f}"
            f"{row['median']:>10.2f}{row['kilobytes']:>8.0f}"
        )
    print(f"\n{'':<24}{'s':>9}{'processor':>11}")
    for name, row in whole.items():
        print(f"{name:<24}{row['wall']:>9.2f}{row['processor']:>11.2f}")
    ratios = {
        key: whole["simulate run"][key] / whole["plain script"][key]
        for key in ("wall", "processor")
    }
    print(f"{'ratio':<24}{ratios['wall']:>9.2f}{ratios['processor']:>11.2f}")
    plain = whole["plain script"]
    at_rest = plain["processor"] >= AT_REST * plain["wall"]
    key, first = ("wall", "first") if at_rest else ("processor", "first_processor")
    slow = []
    if ratios[key] > LARGEST_RATIO:
        slow.append(f"a run took {ratios[key]:.2f} of the plain script, limit {LARGEST_RATIO}")
    if built["report.html"][first] > LARGEST_REPORT:
        slow.append(f"report.html took {built['report.html'][first]:.2f} s, limit {LARGEST_REPORT}")
    if not at_rest:
        print("the machine is busy: judged by processor time")
    for line in slow:
        print(f"NOT KEPT: {line}")
    report = {"pages": built, "runs": whole, "ratios": ratios, "at_rest": at_rest,
              "cores": os.cpu_count()}  # fmt: skip
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
