"""The same sweep on a Dask cluster: a real scheduler, two workers, one of them killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from market.errors import InputError
from strategy.sweep.engine import engine as engine_module
from strategy.sweep.work.cluster import ClusterCrew, Lines
from strategy.sweep.work.folder import TIMES
from strategy.sweep.work.run import run_sweep

ROOT = Path(__file__).resolve().parents[4]


def contents(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.name != TIMES}


def wait_for(condition, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(f"no {what} after {seconds} s")


@pytest.fixture
def cluster(tmp_path):
    """Scheduler and two worker processes: address and the workers."""
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_NUM_THREADS": "1"}
    file = tmp_path / "scheduler.json"
    run = [sys.executable, "-m"]
    options = {"env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [*run, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
         "--no-dashboard", "--scheduler-file", str(file)],
        **options,
    )  # fmt: skip
    workers = []
    try:
        wait_for(file.exists, 20, "scheduler")
        workers = [
            subprocess.Popen(
                [*run, "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads",
                 "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)],
                **options,
            )
            for _ in range(2)
        ]  # fmt: skip
        import json

        yield json.loads(file.read_text())["address"], workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_cluster_that_loses_a_worker_ends_with_the_same_bytes(
    small, tmp_path, monkeypatch, cluster
):
    from distributed import Client

    monkeypatch.setattr(engine_module, "ROWS", {"separable": 8, "dense": 8, "single": 4})
    here = run_sweep(small, tmp_path / "here", workers=1)
    address, workers = cluster
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=30)

    class Losing(ClusterCrew):
        """Kills a worker when the second part comes in."""

        def parts(self, engine, wanted, *, vintages):
            for n, found in enumerate(super().parts(engine, wanted, vintages=vintages)):
                if n == 1:
                    workers[0].send_signal(signal.SIGKILL)
                yield found

    there = run_sweep(small, tmp_path / "there", crew=Losing(address))
    assert workers[0].wait(5) == -signal.SIGKILL and workers[1].poll() is None
    assert contents(there.folder.path) == contents(here.folder.path)


def test_neighbouring_parts_go_to_one_worker_and_idle_ones_help_the_busiest():
    wanted = [(i, (10 * i, 10 * i + 10)) for i in range(7)]
    lines = Lines(wanted, 3)
    assert [lines.next(0)[0] for _ in range(2)] == [0, 1]
    assert lines.next(2)[0] == 4
    assert lines.next(2)[0] == 5
    # the first line is empty: it takes from the end of the longest
    assert lines.next(0)[0] == 3
    assert {lines.next(0)[0], lines.next(1)[0]} == {2, 6}
    assert lines.next(2) is None


def test_every_part_is_handed_out_once_whoever_asks():
    rng = np.random.default_rng(2)
    for n, count in ((0, 2), (1, 3), (5, 5), (23, 4)):
        lines = Lines([(i, (i, i + 1)) for i in range(n)], count)
        seen = [lines.next(int(rng.integers(count))) for _ in range(n + 2)]
        assert sorted(item[0] for item in seen if item) == list(range(n))


def test_an_address_where_nothing_answers_is_refused(monkeypatch):
    pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
    from strategy.sweep.work import cluster as cluster_module

    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match="no scheduler answers at"):
        ClusterCrew("tcp://127.0.0.1:9").check()
