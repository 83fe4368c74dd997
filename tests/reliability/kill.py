"""Commands killed with SIGKILL at random moments; afterwards every file is whole.

    python -m tests.reliability.kill --what run --times 50 --seed 1

`--what` is run, sweep or update. Half of the kills come at a moment drawn from
the whole command, half within 30 ms after it begins to write. After each, every
file is byte for byte what the finished command leaves (clock times aside), or
what was there before, or not there; the next command works, and a sweep goes on
to the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OUT = "runs"
PLAN = "name: killed\nvintages: [1999, 2007]\n"
SWEEP = (
    PLAN.replace("[1999, 2007]", "[1999, 2003, 2007]")
    + "sweep:\n  keys:\n    tactical.stop: [0.01, 0.02, 0.03, 0.04, 0.05, 0.06]\n"
    "    tactical.first_target_share: [0.25, 0.5, 0.75]\n"
)
#: A sweep in parts of six variants, so that kills fall between parts.
SMALL_PARTS = (
    "from strategy.sweep.engine import engine; engine.ROWS.update(separable=6, dense=6, single=6); "
    "from strategy.cli import main; main()"
)
NOTHING: Callable[[str], None] = lambda line: None  # noqa: E731


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


def whole(words: Sequence[str], here: Path, **changes: str) -> float:
    """The command to its end; how long it took."""
    start = time.monotonic()
    subprocess.run(
        words, env=environment(**changes), cwd=here, check=True, stdout=subprocess.DEVNULL
    )
    return time.monotonic() - start


def killed(
    words: Sequence[str],
    here: Path,
    delay: float,
    writes: Callable[[], bool] | None = None,
    **changes: str,
) -> bool:
    """Start the command in a folder and kill it; whether it was still running then.

    With `writes` the delay counts from the moment at which that is true.
    """
    child = subprocess.Popen(
        words,
        env=environment(**changes),
        cwd=here,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120.0
    while writes is not None and child.poll() is None and time.monotonic() < deadline:
        if writes():
            break
        time.sleep(0.0005)
    time.sleep(delay)
    alive = child.poll() is None
    if alive:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return alive


class Tally:
    """Moments drawn from a seed, and what came of the kills."""

    def __init__(self, times: int, number: int, say: Callable[[str], None]) -> None:
        self.times, self.number, self.say = times, number, say
        self.draw = random.Random(number)
        self.hit = self.writing = self.finished = self.nothing = 0

    def kill(
        self, i: int, words: Sequence[str], here: Path, seconds: float, folder: Path, **changes: str
    ) -> None:
        """Kill number `i`: two of every four once something new lies in `folder`."""
        late = i % 4 >= 2
        known = _names(folder)
        alive = killed(
            words,
            here,
            self.draw.uniform(0.0, 0.03) if late else self.draw.uniform(0.0, seconds),
            (lambda: bool(_names(folder) - known)) if late else None,
            **changes,
        )
        self.hit += alive
        self.writing += alive and late

    def check(self, i: int, found: object, expected: object, what: str = "") -> None:
        """Raise where a kill left something else."""
        if found != expected:
            raise AssertionError(
                f"kill {i} (seed {self.number}): {what or _apart(found, expected)}"
            )

    def row(self, what: str, rest: str) -> str:
        """A row of `docs/reliability.md`."""
        return (
            f"| `simulate {what}` killed with SIGKILL (seed {self.number}) | {self.times} | "
            f"{self.hit} were running, {self.writing} of them had begun to write; {rest}, "
            f"0 broken files |"
        )


def campaign(times: int, number: int, *, full: bool, say: Callable[[str], None] = NOTHING) -> str:
    """Kill so many runs; returns a row of `docs/reliability.md`. Raises where a file is broken."""
    tally = Tally(times, number, say)
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        plan = folder / "plan.yaml"
        plan.write_text(PLAN)
        fast = [] if full else ["--no-report", "--no-tearsheet"]
        # the same words each time, in another folder: the report shows what was typed
        words = command("run", str(plan), "--out", OUT, "--quiet", *fast)
        first = folder / "first"
        first.mkdir()
        seconds = whole(words, first)
        (reference,) = runs_in(first / OUT)
        expected = contents(reference)
        if full:
            seconds = whole(words, first)  # everything compiled
        for i in range(times):
            # every other time the run is there already and is replaced
            here = first if i % 2 else folder / f"try{i}"
            here.mkdir(exist_ok=True)
            tally.kill(i, words, here, seconds, here / OUT)
            there = runs_in(here / OUT)
            if i % 2 or there:
                (run,) = there
                tally.check(i, contents(run), expected)
                tally.finished += 1
            else:
                tally.nothing += 1
            if i % 10 == 9 or i == times - 1:
                whole(words, here)
                (run,) = runs_in(here / OUT)
                tally.check(i, contents(run), expected)
            say(f"{i + 1} of {times}")
    return tally.row(
        "run",
        f"afterwards {tally.finished} whole runs, {tally.nothing} without a run; every next run "
        "worked",
    )


def sweep_campaign(times: int, number: int, say: Callable[[str], None] = NOTHING) -> str:
    """Kill a sweep again and again, let every fifth go on to its end; returns a row."""
    tally = Tally(times, number, say)
    with tempfile.TemporaryDirectory(prefix="kill-") as name:
        folder = Path(name)
        (folder / "plan.yaml").write_text(SWEEP)
        out = folder / "sweeps"
        words = [sys.executable, "-c", SMALL_PARTS, "sweep", "run", "plan.yaml", "--quiet"]
        whole(words, folder)
        expected = _sweep(out)
        shutil.rmtree(out)
        seconds = whole(words, folder)
        tally.check(-1, _sweep(out), expected)
        shutil.rmtree(out)
        for i in range(times):
            place = next((p for p in runs_in(out) if p.is_dir()), out)
            tally.kill(i, words, folder, seconds, place)
            for file, found in _sweep(out).items():
                # while the sweep goes on its summary says so; all else is whole or not there
                if file != "sweep.json" or found.get("state") == "complete":  # type: ignore[union-attr]
                    tally.check(i, {file: found}, {file: expected[file]})
            _lines(out / "trials.jsonl")
            if i % 5 == 4 or i == times - 1:
                whole(words, folder)
                tally.check(i, _sweep(out), expected)
                assert _lines(out / "trials.jsonl") >= 1
                tally.finished += 1
                shutil.rmtree(out)
            say(f"{i + 1} of {times}")
    return tally.row("sweep run", f"taken up again {tally.finished} times to the same bytes")


def update_campaign(times: int, number: int, say: Callable[[str], None] = NOTHING) -> str:
    """Kill so many updates from a source on loopback; returns a row."""
    from market.cache import Cache
    from tests.market.live.formats import CHART, bars, chart
    from tests.market.live.host import Reply, Server

    tally = Tally(times, number, say)
    names = ("spy", "qqq", "iwm")
    closes = [100.0 + (n * 7 % 11) / 10 for n in range(300)]
    server = Server()

    def serve(days: int) -> None:
        for ticker in names:
            page = chart(ticker.upper(), bars("2025-09-22", closes[:days]))
            server.on(CHART + ticker.upper(), Reply(page))

    def rows(place: Path) -> tuple[str, set[int]]:
        cache = Cache(place)
        version = cache.version()
        assert version is not None
        return version.label, {len(cache.rows(n, e)) for n, e in version.entries.items()}

    try:
        with tempfile.TemporaryDirectory(prefix="kill-") as name:
            folder = Path(name)
            words = [sys.executable, "-m", "tests.market.live.updating", "plain", server.url]
            words += names
            old, new = folder / "old", folder / "new"
            serve(290)
            whole(words, ROOT, SIMULATE_DATA_DIR=str(old))
            shutil.copytree(old, new)
            serve(300)
            seconds = whole(words, ROOT, SIMULATE_DATA_DIR=str(new))
            states = [rows(old), rows(new)]
            assert [counts for _, counts in states] == [{290}, {300}]
            before = _files(old)
            for i in range(times):
                here = folder / f"try{i}"
                shutil.copytree(old, here)
                tally.kill(i, words, ROOT, seconds, here / "series", SIMULATE_DATA_DIR=str(here))
                state = rows(here)
                if state not in states:
                    tally.check(i, state, states, f"the cache holds {state}")
                tally.finished += state == states[1]
                tally.nothing += state == states[0]
                after = _files(here)
                tally.check(i, {path: after.get(path) for path in before}, before)
                whole(words, ROOT, SIMULATE_DATA_DIR=str(here))
                tally.check(i, rows(here), states[1])
                tally.check(i, {p for p in _files(here) if "/." in f"/{p}"}, set(), "left-overs")
                shutil.rmtree(here)
                say(f"{i + 1} of {times}")
    finally:
        server.stop()
    return tally.row(
        "data update",
        f"afterwards {tally.nothing} had the old version, {tally.finished} the new; every next "
        "update worked and cleared up",
    )


def _names(folder: Path) -> set[str]:
    """What lies in a folder and below; nothing where it is not there."""
    return {p for p, _ in _walk(folder)}


def _walk(folder: Path) -> list[tuple[str, Path]]:
    found = []
    for top, folders, files in os.walk(folder):
        for entry in (*folders, *files):
            path = Path(top, entry)
            found.append((path.relative_to(folder).as_posix(), path))
    return found


def _files(folder: Path) -> dict[str, object]:
    """Bytes by path of what a cache consists of; its lock is none of it."""
    return {
        name: path.read_bytes() for name, path in _walk(folder) if path.suffix and path.is_file()
    }


def _sweep(out: Path) -> dict[str, object]:
    """Files of the one sweep in a folder, those aside that tell the time or are scratch."""
    found: dict[str, object] = {}
    for file in (p for place in runs_in(out) if place.is_dir() for p in place.iterdir()):
        if file.is_file() and file.name != "times.json" and not file.name.startswith("."):
            content = file.read_bytes()
            found[file.name] = json.loads(content) if file.name == "sweep.json" else content
    return found


def _lines(ledger: Path) -> int:
    """Lines of the ledger of trials; each is whole."""
    lines = ledger.read_text().splitlines() if ledger.is_file() else []
    return len([json.loads(line) for line in lines])


def _apart(found: object, expected: object) -> str:
    if not (isinstance(found, dict) and isinstance(expected, dict)):
        return f"{found} in place of {expected}"
    names = [n for n in {**found, **expected} if found.get(n) != expected.get(n)]
    return f"{', '.join(names)} is not what the finished command leaves"


def main() -> int:
    """Command line of the module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--what", choices=("run", "sweep", "update"), default="run")
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    if given.what == "sweep":
        print(sweep_campaign(given.times, given.seed, say))
    elif given.what == "update":
        print(update_campaign(given.times, given.seed, say))
    else:
        print(campaign(given.times, given.seed, full=True, say=say))
    return 0


if __name__ == "__main__":
    sys.exit(main())
