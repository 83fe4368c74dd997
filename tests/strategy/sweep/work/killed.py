"""A sweep killed at random moments and taken up again: the same bytes as one that never was.

    python -m tests.strategy.sweep.work.killed --kills 10 --seed 8

Runs a small sweep whole, then starts it anew as often as it is to be killed
(SIGKILL, at a random moment between its beginning and its last file), lets the
last start run to its end and compares the folders byte by byte.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from strategy.sweep.work.folder import TIMES
from tests.strategy.sweep.conftest import SMALL

ROOT = Path(__file__).resolve().parents[4]
PROCESS = Path(__file__).with_name("sweep_process.py")
LONGEST_SECONDS = 600.0
#: 2,025 variants in 51 parts: long enough for kills to fall between parts.
SWEEP = SMALL.replace("steps: 5", "steps: 75")


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of a sweep but the times."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != TIMES}


def start(path: Path, out: Path) -> subprocess.Popen[str]:
    """The sweep of a file in a process of its own, in small parts."""
    return subprocess.Popen(
        [sys.executable, str(PROCESS), str(path), str(out)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """What a process printed, once it is done.

    Raises
    ------
    RuntimeError
        Where it failed.
    """
    stdout, stderr = process.communicate(timeout=LONGEST_SECONDS)
    if process.returncode != 0:
        raise RuntimeError(f"exit code {process.returncode}: {stderr}")
    return stdout


def only_folder(out: Path) -> Path:
    """The one sweep below `out`."""
    (folder,) = [path for path in out.iterdir() if path.is_dir()]
    return folder


def kill_and_resume(
    path: Path,
    scratch: Path,
    kills: int,
    seed: int,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Path, Path]:
    """Folders of the sweep that ran through and of the one that was killed `kills` times."""
    whole, killed = scratch / "whole", scratch / "killed"
    # the first start fills caches: it is no measure of how long one takes
    finish(start(path, scratch / "first"))
    process = start(path, whole)
    wait_until_ready(process)
    started = time.monotonic()
    finish(process)
    length = time.monotonic() - started
    moments = random.Random(seed)
    done = 0
    while done < kills:
        moment = length * moments.random()
        process = start(path, killed)
        wait_until_ready(process)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode == 0:
            # done before the kill came: it must be right, and the next one starts anew
            if contents(only_folder(killed)) != contents(only_folder(whole)):
                break
            shutil.rmtree(killed)
            continue
        done += 1
        parts = len(list(killed.glob("*/parts/*-variants.parquet")))
        say(f"killed after {moment:.2f} s of {length:.2f} s, {parts} parts written")
    finish(start(path, killed))
    return only_folder(whole), only_folder(killed)


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Return when everything is imported and the sweep begins."""
    assert process.stdout is not None
    process.stdout.readline()


def main() -> int:
    """Kill, resume, compare; 1 where a byte differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=8)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        path = scratch / "sweep.yaml"
        path.write_text(SWEEP, encoding="utf-8")
        whole, killed = kill_and_resume(path, scratch, options.kills, options.seed, print)
        a, b = contents(whole), contents(killed)
    if a != b:
        odd = sorted(name for name in {*a, *b} if a.get(name) != b.get(name))
        print(f"files differ: {', '.join(odd)}")
        return 1
    print(f"{options.kills} kills, then the same bytes in {', '.join(a)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
