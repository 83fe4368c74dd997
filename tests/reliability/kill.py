"""`simulate run` killed with SIGKILL at random moments; afterwards every file is whole.

    python -m tests.reliability.kill --times 50 --seed 1

Half of the kills come at a moment drawn from the whole run, half within 30 ms
after the first file is begun. After each, every file of the run is byte for
byte a finished run's (times in `run.json` aside) or not there, and the next
run works.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = "runs"
PLAN = "name: killed\nvintages: [1999, 2007]\n"


def command(*arguments: str) -> list[str]:
    """`simulate` as a process of its own."""
    return [sys.executable, "-m", "strategy.cli", *arguments]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment with the repository in front and some changes."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, "MPLBACKEND": "Agg"} | changes


def contents(folder: Path) -> dict[str, object]:
    """Files of a run's folder; `run.json` without its times and the words typed."""
    found: dict[str, object] = {}
    for file in sorted(folder.iterdir()):
        if file.name == "run.json":
            record = json.loads(file.read_bytes())
            record.pop("times")
            record.pop("command")
            found[file.name] = record
        else:
            found[file.name] = file.read_bytes()
    return found


def runs_in(out: Path) -> list[Path]:
    """Folders of runs; not the scratch folders that a killed process leaves."""
    return [p for p in out.iterdir() if not p.name.startswith(".")] if out.is_dir() else []


def killed(arguments: list[str], here: Path, delay: float, *, while_writing: bool) -> bool:
    """Start the command in a folder and kill it; whether it was still running then."""
    out = here / OUT
    child = subprocess.Popen(
        command(*arguments),
        env=environment(),
        cwd=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120.0
    if while_writing:
        known = set(out.iterdir()) if out.is_dir() else set()
        while child.poll() is None and time.monotonic() < deadline:
            if out.is_dir() and any(
                p not in known and p.name.count(".") > 2 for p in out.iterdir()
            ):
                break
            time.sleep(0.0005)
    time.sleep(delay)
    alive = child.poll() is None
    if alive:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return alive


def campaign(
    times: int, number: int, *, full: bool, say: Callable[[str], None] = lambda line: None
) -> str:
    """Kill so many runs; returns a row of `docs/reliability.md`. Raises where a file is broken."""
    draw = random.Random(number)
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        plan = folder / "plan.yaml"
        plan.write_text(PLAN)
        fast = [] if full else ["--no-report", "--no-tearsheet"]

        # the same words each time, in another folder: the report shows what was typed
        arguments = ["run", str(plan), "--out", OUT, "--quiet", *fast]

        def whole(here: Path) -> float:
            start = time.monotonic()
            subprocess.run(
                command(*arguments),
                env=environment(),
                cwd=here,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            return time.monotonic() - start

        first = folder / "first"
        first.mkdir()
        seconds = whole(first)
        (reference,) = runs_in(first / OUT)
        expected = contents(reference)
        if full:
            seconds = whole(first)  # everything compiled
        hit = writing = nothing = finished = 0
        for i in range(times):
            # every other time the run is there already and is replaced
            here = first if i % 2 else folder / f"try{i}"
            here.mkdir(exist_ok=True)
            late = i % 4 >= 2
            delay = draw.uniform(0.0, 0.03) if late else draw.uniform(0.0, seconds)
            alive = killed(arguments, here, delay, while_writing=late)
            hit += alive
            writing += alive and late
            there = runs_in(here / OUT)
            if i % 2 or there:
                (run,) = there
                if contents(run) != expected:
                    raise AssertionError(
                        f"kill {i} (seed {number}): {_apart(contents(run), expected)}"
                    )
                finished += 1
            else:
                nothing += 1
            if i % 10 == 9 or i == times - 1:
                whole(here)
                (run,) = runs_in(here / OUT)
                if contents(run) != expected:
                    raise AssertionError(
                        f"after kill {i} (seed {number}): {_apart(contents(run), expected)}"
                    )
            say(f"{i + 1} of {times}")
    return (
        f"| `simulate run` killed with SIGKILL (seed {number}) | {times} | {hit} were running, "
        f"{writing} of them writing; afterwards {finished} whole runs, {nothing} without a run, "
        f"0 broken files; every next run worked |"
    )


def _apart(found: dict[str, object], expected: dict[str, object]) -> str:
    names = [n for n in {**found, **expected} if found.get(n) != expected.get(n)]
    return f"{', '.join(names)} is not what a finished run leaves"


def main() -> int:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(campaign(given.times, given.seed, full=True,
                   say=lambda line: print(line, file=sys.stderr, flush=True)))  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
