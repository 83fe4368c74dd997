"""Running a sweep: its files, resuming after a kill, two at once, and what it refuses."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from market.errors import InputError
from strategy.sweep.engine import engine as engine_module
from strategy.sweep.file.columns import METRICS
from strategy.sweep.work import identity
from strategy.sweep.work import run as run_module
from strategy.sweep.work.folder import TIMES, SweepFolder
from strategy.sweep.work.run import prepare, run_sweep
from tests.strategy.sweep.conftest import SMALL
from tests.strategy.sweep.work.killed import (
    LONGEST_SECONDS,
    SWEEP,
    contents,
    kill_and_resume,
    start,
)
from tests.tolerances import ROUNDING, SHORT_SUMS


@pytest.fixture
def in_small_parts(monkeypatch):
    """Parts and code version of `sweep_process.py`."""
    monkeypatch.setattr(engine_module, "ROWS", {"separable": 40, "dense": 40, "single": 4})
    monkeypatch.setattr(identity, "this_code", lambda: "tested")


def test_a_sweep_leaves_one_row_a_variant_with_its_keys_and_metrics(small, tmp_path):
    done = run_sweep(small, tmp_path / "out")
    table = pq.read_table(done.folder.variants).to_pandas()
    assert len(table) == 135 and not done.again
    assert list(table.columns) == ["variant", *small.keys, *METRICS]
    assert table["variant"].is_monotonic_increasing
    assert (table["tactical.stop"].value_counts() == 27).all()
    vintages = pq.read_table(done.folder.vintages).to_pandas()
    years = [c for c in vintages if c.startswith("vintage_")]
    assert len(vintages) == 135 and years[0] == "vintage_1995"
    growth = (1.0 + vintages[years]).prod(axis=1, skipna=True) - 1.0
    np.testing.assert_allclose(growth, table["total_return"], rtol=ROUNDING)
    best = done.summary["best"]
    ranked = table.sort_values(["lead", "variant"], ascending=[False, True])
    ranked = ranked.drop_duplicates(list(METRICS))[:3]
    assert [row["variant"] for row in best] == list(ranked["variant"])
    figures = list(METRICS)
    alike = [(table[figures] == row).all(axis=1).sum() for row in ranked[figures].to_numpy()]
    assert [row["alike"] for row in best] == alike
    assert best[0]["keys"].keys() == set(small.keys)
    assert done.summary["state"] == "complete" and done.summary["variants"] == 135
    assert not done.folder.parts.exists()


def test_the_same_sweep_lands_in_the_same_place_and_says_so(small, tmp_path):
    first = run_sweep(small, tmp_path / "out")
    before = contents(first.folder.path)
    second = run_sweep(small, tmp_path / "out")
    assert second.again and second.folder.path == first.folder.path
    assert contents(second.folder.path) == before


def test_another_metric_constraint_or_seed_is_another_sweep(write_sweep):
    ids = {
        prepare(write_sweep(SMALL + line)).sweep_id
        for line in (
            "",
            "  metrics: [sharpe]\n",
            '  constraints: ["tactical.stop < 0.05"]\n',
            "  seed: 3\n",
        )
    }
    assert len(ids) == 4


def test_parts_of_any_size_and_any_way_of_computing_agree(
    small, write_sweep, tmp_path, monkeypatch
):
    tables = []
    for rows, way in ((40, "separable"), (65_536, "separable"), (64, "dense")):
        monkeypatch.setattr(engine_module, "ROWS", dict.fromkeys(engine_module.ROWS, rows))
        sweep = write_sweep(SMALL + f"  engine: {way}\n")
        done = run_sweep(sweep, tmp_path / f"{way}-{rows}")
        assert done.summary["way"] == way
        tables.append(pq.read_table(done.folder.variants).to_pandas())
    assert tables[0].equals(tables[1]), "the size of a part shows in the bits"
    for name in METRICS:
        if not name.startswith("cvar"):
            np.testing.assert_allclose(
                tables[0][name], tables[2][name], rtol=ROUNDING, atol=SHORT_SUMS
            )


def test_threads_do_not_show_in_the_bytes(small, tmp_path, in_small_parts):
    one = run_sweep(small, tmp_path / "one", workers=1)
    many = run_sweep(small, tmp_path / "many", workers=None)
    assert contents(one.folder.path) == contents(many.folder.path)


@pytest.mark.campaign
def test_killed_at_any_moment_the_same_command_goes_on_to_the_same_bytes(tmp_path):
    path = tmp_path / "sweep.yaml"
    path.write_text(SWEEP)
    whole, killed = kill_and_resume(path, tmp_path, kills=2, seed=8)
    assert whole.name == killed.name
    assert contents(whole) == contents(killed)


def test_a_sweep_killed_between_two_parts_computes_only_the_others(small, tmp_path, in_small_parts):
    whole = run_sweep(small, tmp_path / "whole")
    ready = prepare(small)
    folder = SweepFolder(tmp_path / "out" / whole.folder.path.name)
    from strategy.sweep.work.table import compute_part

    parts = ready.grid.chunks(ready.engine.rows)
    assert len(parts) == 4
    for i in (0, 2):
        folder.write_part(i, *compute_part(ready.engine, parts[i], vintages=True))
    # what a kill leaves half written
    (folder.parts / ".0000001-variants.parquet.abc").write_bytes(b"half")
    done = run_sweep(small, tmp_path / "out")
    assert json.loads((folder.path / TIMES).read_text())["computed"] == 135 - 80
    assert contents(done.folder.path) == contents(whole.folder.path)


def test_two_at_once_do_not_mix_and_the_second_is_told(small, tmp_path, in_small_parts):
    ready = prepare(small)
    folder = SweepFolder(tmp_path / f"small-{ready.sweep_id}")
    with folder.held(), pytest.raises(InputError, match="another process is running this sweep"):
        run_sweep(small, tmp_path)
    assert not run_sweep(small, tmp_path).again


def test_two_processes_started_together_leave_one_whole_sweep(small, tmp_path, in_small_parts):
    out = tmp_path / "out"
    both = [start(tmp_path / "sweep.yaml", out) for _ in range(2)]
    answers = [p.communicate(timeout=LONGEST_SECONDS) for p in both]
    codes = sorted(p.returncode for p in both)
    assert codes[0] == 0
    # the other one found it done, or was told that it is being run
    for process, (_, stderr) in zip(both, answers, strict=True):
        assert process.returncode == 0 or "another process is running" in stderr
    whole = run_sweep(small, tmp_path / "whole", workers=1)
    (folder,) = [p for p in out.iterdir() if p.is_dir()]
    assert contents(folder) == contents(whole.folder.path)


def test_metrics_that_are_not_asked_for_are_left_out(write_sweep, tmp_path):
    done = run_sweep(write_sweep(SMALL + "  metrics: [cagr, trades]\n"), tmp_path / "out")
    # what ranks is kept
    assert pq.read_schema(done.folder.variants).names[-3:] == ["cagr", "trades", "lead"]


def test_vintage_returns_of_some_are_those_of_all(write_sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "BEST_VINTAGES", 5)
    monkeypatch.setattr(run_module, "SAMPLED_VINTAGES", 20)
    some = run_sweep(write_sweep(SMALL + "  vintages: some\n"), tmp_path / "some")
    every = run_sweep(write_sweep(SMALL + "  vintages: all\n"), tmp_path / "all")
    a = pq.read_table(some.folder.vintages).to_pandas().set_index("variant")
    b = pq.read_table(every.folder.vintages).to_pandas().set_index("variant")
    assert 20 <= len(a) <= 25 and some.summary["vintage_returns"] == "some"
    assert some.summary["best"][0]["variant"] in a.index
    np.testing.assert_allclose(a, b.loc[a.index], rtol=0.0, atol=SHORT_SUMS)


def test_what_the_kernels_do_not_follow_is_run_the_normal_way(
    write_sweep, tmp_path, in_small_parts
):
    sweep = write_sweep("""\
        name: puts
        data: {start: 2008-01-01}
        sweep:
          keys: {hedge.instrument: [put, short], hedge.max_ratio: [0.3, 0.6]}
          judge: 4
        """)
    done = run_sweep(sweep, tmp_path / "out")
    assert done.summary["way"] == "single"
    assert "hedge.instrument put" in done.summary["because"]
    assert done.summary["judge"]["largest_difference"] == 0.0
    table = pq.read_table(done.folder.variants).to_pandas()
    assert list(table["hedge.instrument"]) == ["put", "put", "short", "short"]
    assert table["total_return"].nunique() == 4


def test_markets_calendars_and_costs_can_be_swept_too(write_sweep, tmp_path):
    sweep = write_sweep("""\
        name: contexts
        sweep:
          keys:
            data.start: [1990-01-01, 2000-01-01]
            anchor: ["11-14", "11-21"]
            costs.slippage_bps: [0, 5]
            tactical.stop: [0.02, 0.04]
          judge: 5
        """)
    done = run_sweep(sweep, tmp_path / "out")
    table = pq.read_table(done.folder.variants).to_pandas()
    assert len(table) == 16 and table["total_return"].nunique() == 16
    vintages = pq.read_table(done.folder.vintages).to_pandas()
    assert vintages.columns[1] == "vintage_1990"
    late = table.set_index("variant")["data.start"] == "2000-01-01"
    assert vintages.set_index("variant").loc[late, "vintage_1999"].isna().all()
    assert vintages.set_index("variant").loc[~late, "vintage_1999"].notna().all()


def test_a_setting_that_a_constraint_excludes_need_not_be_a_plan(write_sweep, tmp_path):
    # from 0.6 to 0.5 is no valid ramp, and no variant has it
    sweep = write_sweep("""\
        name: ramps
        data: {start: 2000-01-01}
        sweep:
          keys:
            hedge.score.from: [0.2, 0.6]
            hedge.score.to: [0.5, 0.8]
            tactical.stop: {from: 0.01, to: 0.05, steps: 9}
          constraints: ["hedge.score.from < hedge.score.to"]
          judge: 0
        """)
    assert len(pq.read_table(run_sweep(sweep, tmp_path / "out").folder.variants)) == 27


def test_a_variant_that_is_no_plan_stops_the_sweep(write_sweep, tmp_path):
    sweep = write_sweep("""\
        name: ramps
        data: {start: 2000-01-01}
        sweep:
          keys: {hedge.score.from: [0.2, 0.6], hedge.score.to: [0.5, 0.8]}
        """)
    with pytest.raises(InputError, match=r"hedge\.score\.from = 0\.6, hedge\.score\.to = 0\.5"):
        run_sweep(sweep, tmp_path / "out")
