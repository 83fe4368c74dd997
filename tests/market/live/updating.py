"""An update in a process of its own: what tests start twice at once, or kill."""

from __future__ import annotations

import datetime as dt
import os
import resource
import shutil
import sys
from pathlib import Path

from market.cache import Cache
from market.live.fetch.http import Http, Limits
from market.live.hosts.cboe import Cboe
from market.live.hosts.yahoo import Yahoo
from market.live.update import chosen, update

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def run(url: str, names: list[str]) -> None:
    report = update(
        chosen(names),
        cache=Cache(),
        http=Http(Limits(pause=0.0)),
        sources={"yahoo": Yahoo((url,)), "cboe": Cboe(url)},
        now=lambda: NOW,
    )
    print(report.version, *(f"{o.series}={o.status}" for o in report.outcomes))


def die_at(step: int) -> None:
    """Kill this process with signal 9 before its `step`-th change of the file system."""
    import tempfile

    left = [step]

    def counted(function):
        def call(*args, **kwargs):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), 9)
            return function(*args, **kwargs)

        return call

    # every step of writing a file whole: scratch file, sync, rename; and clearing up
    os.replace = counted(os.replace)
    os.fsync = counted(os.fsync)
    os.chmod = counted(os.chmod)
    tempfile.mkstemp = counted(tempfile.mkstemp)
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]


def die_at_every(url: str, folder: Path, names: list[str]) -> None:
    """Update copies of `folder`, each killed one step later, until one is not; print the exits."""
    for step in range(1, 40):
        copy = folder.with_name(f"killed {step}")
        shutil.copytree(folder, copy)
        child = os.fork()
        if child == 0:
            os.environ["SIMULATE_DATA_DIR"] = str(copy)
            die_at(step)
            run(url, names)
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(copy, os.waitstatus_to_exitcode(status), flush=True)
        if status == 0:
            break


if __name__ == "__main__":
    how, url, *names = sys.argv[1:]
    if how == "killed":
        die_at_every(url, Path(os.environ["SIMULATE_DATA_DIR"]), names)
    else:
        if how == "full":
            # no file may grow beyond so many bytes: what a full disk does to a writer
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        run(url, names)
