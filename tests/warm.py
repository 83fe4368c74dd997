"""Kernels compiled before the tests start: on a fresh clone each worker would compile its own.

    python -m tests.warm

Compiled code is kept on disk. Runs what compiles it, a run and a scenario in one process and a
sweep each way in another, and says how long that took; where nothing is to be compiled it takes
a few seconds. Nothing depends on it: what is missing is compiled by the test that needs it.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
#: Of the kernels that were compiled last; lies with what pytest keeps.
STAMP = ROOT / ".pytest_cache" / "kernels"

SWEEP = """\
    name: warm
    data: {start: 2005-01-01}
    hedge: {policy: sequential}
    sweep:
      engine: ENGINE
      keys:
        tactical.stop: [0.02, 0.03]
        hedge.max_ratio: [0.2, 0.5]
      judge: 0
      best: {n: 1}
    """


def compile_runs() -> None:
    """The leg, the hedge, the account, vectorbt's book and the futures of a scenario."""
    from strategy.api import load_market, run
    from strategy.legplan.result import run_legs
    from strategy.plan import Plan
    from strategy.plan.legs_plan import LegsPlan
    from strategy.scenario.api import run_scenario
    from strategy.scenario.settings import Scenario

    plan = Plan.model_validate({"name": "warm", "data": {"start": "2005-01-01"}})
    market = load_market(plan)
    run(plan, market)
    hold = {"exits": {"by": {"sessions": 3}}}
    vintages = {"every": "year", "anchor": "04-30"}
    run_legs(
        LegsPlan.model_validate({"name": "warm", "vintages": vintages, "legs": {"hold": hold}})
    )
    run_scenario(plan, Scenario.model_validate({"paths": 20}), market, workers=1)


def compile_sweeps() -> None:
    """The two ways through a sweep."""
    from strategy.sweep.file.sweep_file import load_sweep
    from strategy.sweep.work.run import run_sweep

    with tempfile.TemporaryDirectory() as folder:
        for engine in ("separable", "dense"):
            path = Path(folder) / f"{engine}.yaml"
            path.write_text(textwrap.dedent(SWEEP).replace("ENGINE", engine), encoding="utf-8")
            run_sweep(load_sweep(path), Path(folder), workers=1)


PARTS = {"runs": compile_runs, "sweeps": compile_sweeps}


def kernels() -> str:
    """What the compiled code depends on: Python, Numba, vectorbt, and the kernels' own stamps."""
    from importlib.metadata import version

    from strategy.kernels.compiled import stamp

    digest = hashlib.sha256(f"{sys.version} {version('numba')} {version('vectorbt')}".encode())
    for path in sorted((ROOT / "strategy").rglob("*.py")):
        if "@compiled(" in path.read_text(encoding="utf-8"):
            digest.update(stamp(".".join(path.relative_to(ROOT).with_suffix("").parts)).encode())
    return digest.hexdigest()


def kept() -> bool:
    """Whether compiled code lies beside the kernels: `make clean` takes it away."""
    return any((ROOT / "strategy").rglob("*.nbc"))


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time: a second session waits and finds the work done."""
    STAMP.parent.mkdir(parents=True, exist_ok=True)
    with STAMP.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def warm() -> float:
    """Compile what is not on disk yet; the seconds that it took, 0 where it was there."""
    began = time.monotonic()
    with alone():
        wanted = kernels()
        if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted and kept():
            return 0.0
        parts = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.warm", part],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": str(ROOT)},
                stdout=subprocess.DEVNULL,
            )
            for part in PARTS
        ]
        if not any([part.wait() for part in parts]):
            STAMP.write_text(wanted, encoding="utf-8")
    return time.monotonic() - began


if __name__ == "__main__":
    if sys.argv[1:]:
        PARTS[sys.argv[1]]()
    else:
        print(f"kernels compiled in {warm():.1f} s")
