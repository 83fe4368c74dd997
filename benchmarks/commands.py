"""What each command takes, as processor time over that of `import vectorbt` in the same turns.

    python -m benchmarks.commands [--repeats 5] [--only REGEX] [--out FILE] [--suite]

Processor time is user + system of the process and of every process it waited
for, so a neighbour on the machine changes it little. The commands take turns;
the first turn compiles, fills caches and is not counted. Each figure is a
median. `--suite` adds `make test`, in minutes of processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = ROOT / "configs"
SIMULATE = Path(sys.executable).with_name("simulate")
YARDSTICK = "import vectorbt"
PACKAGES = ("vectorbt", "vectorbt-rust", "pandas", "numpy", "numba", "scipy")

#: A plan run again on a market that the process holds, one key changed each time.
AGAIN = """
import statistics, time
from strategy.api import load_market, load_plan, run
plan = load_plan("short_long")
market = load_market(plan)
run(plan, market)
times = []
for stop in (0.021, 0.022, 0.023, 0.024, 0.026):
    changed = load_plan("short_long", [f"tactical.stop={stop}"])
    began = time.process_time()
    run(changed, market)
    times.append(time.process_time() - began)
print(statistics.median(times))
"""


@dataclass(frozen=True)
class Measured:
    """One row of the table.

    Attributes
    ----------
    name : str
        What a user types.
    wanted : float
        Largest ratio to the yardstick; seconds, where `unit` says so.
    command : callable
        The command of a turn, in a folder that it may fill.
    unit : str
        "ratio", or "seconds": then the command prints its own processor time.
    """

    name: str
    wanted: float | None
    command: Callable[[Path], Sequence[str]]
    unit: str = "ratio"


def _simulate(*words: str, out: bool = True) -> Callable[[Path], Sequence[str]]:
    return lambda folder: (str(SIMULATE), *words, *(("--out", str(folder)) if out else ()))


def _config(name: str) -> str:
    return str(CONFIGS / f"{name}.yaml")


MEASURED: tuple[Measured, ...] = (
    Measured(YARDSTICK, None, lambda folder: (sys.executable, "-c", "import vectorbt")),
    Measured("check short_long", 0.05, _simulate("check", _config("short_long"), out=False)),
    Measured("signals short_long", 0.25, _simulate("signals", _config("short_long"), out=False)),
    Measured(
        "today short_long",
        0.35,
        _simulate("today", _config("short_long"), "--date", "2024-11-21", out=False),
    ),
    Measured(
        "run short_long --no-tearsheet",
        0.6,
        _simulate("run", _config("short_long"), "--no-tearsheet"),
    ),
    Measured("run short_long", 1.5, _simulate("run", _config("short_long"))),
    Measured("hedge short_long", 0.5, _simulate("hedge", _config("short_long"), out=False)),
    Measured(
        "run(plan, market) again", 0.03, lambda folder: (sys.executable, "-c", AGAIN), "seconds"
    ),
    Measured(
        "sweep sweep_stop_target", 1.5, _simulate("sweep", "run", _config("sweep_stop_target"))
    ),
    Measured("sweep sweep_million", 5.0, _simulate("sweep", "run", _config("sweep_million"))),
    Measured("audit short_long", 1.0, _simulate("audit", _config("short_long"))),
    Measured("scenario scenario", 1.2, _simulate("scenario", _config("scenario"))),
    Measured("lookahead short_long", 3.0, _simulate("lookahead", _config("short_long"), out=False)),
)
#: Where it is set Python compiles every module in every process: no user's figure.
UNWARMED = ("PYTHONDONTWRITEBYTECODE",)
#: Wanted processor minutes of `make test`.
SUITE_MINUTES = 8.0


def children() -> float:
    """User and system seconds of all processes that this one has waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def seconds(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """Processor time of one command and what it printed; its errors are shown where it fails."""
    environment = {key: value for key, value in os.environ.items() if key not in UNWARMED}
    environment["MPLBACKEND"] = "Agg"
    before = children()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return children() - before, done.stdout


def measure(rows: Sequence[Measured], repeats: int) -> dict[str, list[float]]:
    """Times of every row, `repeats` each, after one turn that is not counted."""
    times: dict[str, list[float]] = {row.name: [] for row in rows}
    for turn in range(repeats + 1):
        for row in rows:
            with tempfile.TemporaryDirectory() as name:
                used, printed = seconds(row.command(Path(name) / "out"), Path(name))
            if turn:
                times[row.name].append(float(printed) if row.unit == "seconds" else used)
            if sys.stderr.isatty():
                print(f"\r{turn}/{repeats} {row.name:<36}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r" + " " * 50 + "\r", end="", file=sys.stderr)
    return times


def compare(rows: Sequence[Measured], times: dict[str, list[float]]) -> list[dict[str, Any]]:
    """One record a row: median, ratio to the yardstick, what is wanted, whether that is kept."""
    yardstick = statistics.median(times[YARDSTICK])
    records = []
    for row in rows:
        used = statistics.median(times[row.name])
        figure = used if row.unit == "seconds" else used / yardstick
        records.append(
            {
                "command": row.name,
                "seconds": round(used, 3),
                "ratio": round(used / yardstick, 3),
                "wanted": row.wanted,
                "unit": row.unit,
                "kept": row.wanted is None or figure <= row.wanted,
            }
        )
    return records


def table(records: Sequence[dict[str, Any]]) -> str:
    """The records as a Markdown table."""
    lines = ["| command | s | ratio | wanted | |", "|---|---|---|---|---|"]
    for record in records:
        wanted = "" if record["wanted"] is None else f"{record['wanted']:g}"
        if record["unit"] == "seconds":
            wanted += " s"
        cells = (
            f"`{record['command']}`",
            f"{record['seconds']:.2f}",
            f"{record['ratio']:.2f}",
            wanted,
            "" if record["kept"] else "not kept",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def suite() -> dict[str, Any]:
    """`make test`, once, in minutes of processor time."""
    before = children()
    subprocess.run(("make", "test"), cwd=ROOT, check=False)
    minutes = (children() - before) / 60.0
    return {"command": "make test", "minutes": round(minutes, 2), "wanted": SUITE_MINUTES}


def main() -> int:
    """Measure, print the table, write JSON; 1 where something wanted is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="rows whose name this expression finds")
    parser.add_argument("--suite", action="store_true", help="`make test` too")
    default = ROOT / "benchmarks" / "results" / "commands.json"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    rows = [r for r in MEASURED if r.name == YARDSTICK or re.search(options.only, r.name)]
    times = measure(rows, max(1, options.repeats))
    records = compare(rows, times)
    print(table(records))
    report: dict[str, Any] = {
        "commands": records,
        "seconds": {name: [round(t, 4) for t in values] for name, values in times.items()},
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.system(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "packages": {name: version(name) for name in PACKAGES},
    }
    if options.suite:
        report["suite"] = suite()
        print(f"`make test`: {report['suite']['minutes']:.1f} processor minutes")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(record["kept"] for record in records) else 1


if __name__ == "__main__":
    raise SystemExit(main())
