"""Time of the pages, and of a whole run with both of them against the plain script.

    python benchmarks/report_pages.py [REPEATS]

Each command runs in its own process, alternating, so that a busy machine hits
both alike; the least of the repeats counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def seconds(command: list[str]) -> float:
    """Wall time of a command that must succeed."""
    begin = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=ROOT, check=True, stdout=quiet, stderr=quiet)
    return time.perf_counter() - begin


def pages() -> dict[str, tuple[float, float]]:
    """Seconds and kilobytes of each page, built in this process from the same run."""
    from reports.hedge_section import hedge_dict
    from reports.report import build_report
    from reports.tearsheet import build_tearsheet
    from strategy.api import load_plan, run

    result = run(load_plan(ROOT / "configs" / "short_long.yaml"))
    _ = result.metrics, result.vintages, result.trades, result.daily
    out = {}
    begin = time.perf_counter()
    hedge = hedge_dict(result)
    page = build_report(result, hedge=hedge)
    out["report.html"] = (time.perf_counter() - begin, len(page.encode()) / 1000)
    begin = time.perf_counter()
    page = build_report(result, hedge=hedge, language="zh-Hant")
    out["report.html, zh-Hant"] = (time.perf_counter() - begin, len(page.encode()) / 1000)
    begin = time.perf_counter()
    page = build_tearsheet(result)
    out["tearsheet.html"] = (time.perf_counter() - begin, len(page.encode()) / 1000)
    return out


def main(repeats: int) -> None:
    """Print the table."""
    for name, (took, size) in pages().items():
        print(f"{name:<24}{took:6.2f} s {size:8.0f} kB")
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "strategy.cli", "run", "short_long", "-q", "--out"]
        plain = [sys.executable, "benchmarks/plain_script.py"]
        times: dict[str, list[float]] = {"simulate run": [], "plain script": []}
        for i in range(repeats):
            times["simulate run"].append(seconds([*run, f"{folder}/runs-{i}"]))
            times["plain script"].append(seconds([*plain, f"{folder}/plain-{i}"]))
    for name, taken in times.items():
        print(f"{name:<24}{min(taken):6.2f} s  (of {', '.join(f'{t:.2f}' for t in taken)})")
    ratio = min(times["simulate run"]) / min(times["plain script"])
    print(f"{'ratio':<24}{ratio:6.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
