"""Start-up and whole runs against their yardsticks, as ratios measured in one go.

    python benchmarks/startup.py [--repeats 7] [--out benchmarks/results/startup.json]

The commands take turns, so that a slow spell of the machine meets them all;
each figure is a median. The first turn warms caches and is not counted.
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
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLAN = ROOT / "configs" / "short_long.yaml"
SIMULATE = Path(sys.executable).with_name("simulate")
PACKAGES = ("simulate-plans", "vectorbt", "vectorbt-rust", "quantstats", "pandas", "numpy", "numba")

#: (measured, yardstick, largest ratio allowed or None, largest time in seconds or None)
COMPARISONS: tuple[tuple[str, str, float | None, float | None], ...] = (
    ("help", "python", None, 0.3),
    ("run without tear sheet", "import vectorbt", 2.0, None),
    ("run with tear sheet", "plain script", None, None),
)


def commands(folder: Path) -> dict[str, Callable[[int], Sequence[str]]]:
    """Each command by name; a run goes to a new folder each time, so that it is a whole run."""
    python, simulate = sys.executable, str(SIMULATE)

    def run(turn: int, *options: str) -> Sequence[str]:
        out = folder / f"{'-'.join(options) or 'whole'}-{turn}"
        return (simulate, "run", str(PLAN), "--quiet", "--out", str(out), *options)

    return {
        "python": lambda turn: (python, "-c", "pass"),
        "help": lambda turn: (simulate, "--help"),
        "import vectorbt": lambda turn: (python, "-c", "import vectorbt"),
        "run without tear sheet": lambda turn: run(turn, "--no-tearsheet"),
        "run with tear sheet": lambda turn: run(turn),
        "plain script": lambda turn: (
            python,
            str(ROOT / "benchmarks" / "plain_script.py"),
            str(folder / f"plain-{turn}"),
        ),
    }


def seconds(command: Sequence[str], folder: Path) -> float:
    """Wall time of one command; its output is kept only if it fails."""
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    elapsed = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return elapsed


def measure(repeats: int) -> dict[str, list[float]]:
    """Times of every command, `repeats` each, after one turn that is not counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = commands(folder)
        times: dict[str, list[float]] = {key: [] for key in table}
        for turn in range(repeats + 1):
            for key, command in table.items():
                elapsed = seconds(command(turn), folder)
                if turn:
                    times[key].append(elapsed)
                if sys.stderr.isatty():
                    print(f"\r{turn}/{repeats} {key:<24}", end="", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return times


def compare(times: dict[str, list[float]]) -> list[dict[str, object]]:
    """One row a comparison: medians, their ratio, the limit, and whether it is kept."""
    rows: list[dict[str, object]] = []
    for measured, yardstick, largest_ratio, largest_time in COMPARISONS:
        a, b = statistics.median(times[measured]), statistics.median(times[yardstick])
        kept = (largest_ratio is None or a / b <= largest_ratio) and (
            largest_time is None or a <= largest_time
        )
        rows.append(
            {
                "measured": measured,
                "seconds": round(a, 3),
                "yardstick": yardstick,
                "yardstick_seconds": round(b, 3),
                "ratio": round(a / b, 3),
                "limit_ratio": largest_ratio,
                "limit_seconds": largest_time,
                "kept": kept,
            }
        )
    return rows


def main() -> int:
    """Measure, print the table, write JSON; 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=7)
    default = ROOT / "benchmarks" / "results" / "startup.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    times = measure(max(1, options.repeats))
    rows = compare(times)
    print(f"{'measured':<24}{'s':>8}  {'against':<18}{'s':>8}{'ratio':>8}  limit")
    for row in rows:
        limit = "none"
        if row["limit_ratio"] is not None:
            limit = f"ratio {row['limit_ratio']}"
        elif row["limit_seconds"] is not None:
            limit = f"{row['limit_seconds']} s"
        print(
            f"{row['measured']:<24}{row['seconds']:>8.3f}  {row['yardstick']:<18}"
            f"{row['yardstick_seconds']:>8.3f}{row['ratio']:>8.2f}  {limit}"
            f"{'' if row['kept'] else '  NOT KEPT'}"
        )
    report = {
        "comparisons": rows,
        "seconds": {key: [round(t, 4) for t in values] for key, values in times.items()},
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
    return 0 if all(row["kept"] for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
