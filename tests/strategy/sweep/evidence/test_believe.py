"""From a finished sweep to evidence.json: its benchmark, the ledger, and what is missing."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing

import numpy as np
import pandas as pd
import pytest

from strategy.run.simulation import simulate
from strategy.sweep.engine import held as held_module
from strategy.sweep.engine.held import held_to_the_end
from strategy.sweep.engine.single import run_single
from strategy.sweep.evidence import believe as believe_module
from strategy.sweep.evidence.believe import believe, ledger_of
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.work import run as run_module
from strategy.sweep.work.run import prepare, run_sweep
from strategy.validation.sharpe import moments
from tests.tolerances import LONG_SUMS, ROUNDING

pytestmark = pytest.mark.slow

LONG = """\
name: long
data: {start: 1985-01-01}
hedge: {instrument: none}
sweep:
  keys:
    tactical.stop: [0.01, 0.02, 0.03, 0.05]
    tactical.exit_by: ["12-08", "12-15", "12-31"]
  judge: 0
  best: {n: 3}
"""
#: The same with one way to hold it: cheaper to judge.
STOPS = LONG.replace("1985", "1995").replace(
    'tactical.exit_by: ["12-08", "12-15", "12-31"]', "tactical.first_target_share: [0, 0.5, 1]"
)


def judged(sweep, out, **change):
    ready = prepare(sweep)
    done = run_sweep(sweep, out, prepared=ready)
    return believe(done, ready.engine, **change), done, ready.engine


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """Evidence, run and engine of twelve ways to run the long since 1985."""
    from strategy.sweep.file.sweep_file import load_sweep

    home = tmp_path_factory.mktemp("long")
    (home / "sweep.yaml").write_text(LONG, encoding="utf-8")
    return judged(load_sweep(home / "sweep.yaml"), home / "sweeps")


# ---- what is written -----------------------------------------------------------------------


def test_evidence_is_left_beside_the_sweep_and_is_what_is_returned(long):
    found, done, _ = long
    text = (done.folder.path / "evidence.json").read_text()
    assert json.loads(text) == found
    for part in (
        "best",
        "luck",
        "overfitting",
        "winner",
        "reality_check",
        "walk_forward",
        "plateau",
        "daily",
    ):
        assert part in found, part
    assert "missing" not in found


def test_the_judged_variant_is_the_first_of_the_best_rows(long):
    found, done, _ = long
    assert found["best"]["variant"] == done.summary["best"][0]["variant"]
    assert found["metric"] == "lead"
    assert found["variants"] == found["trials"] == 12


def test_the_verdict_is_one_sentence_with_its_figures(long):
    found = long[0]
    sentence = found["verdict"]
    assert sentence.startswith("best of 12 variants: Sharpe ratio of its lead over holding the")
    assert f"deflated {found['luck']['dsr']:.2f}" in sentence
    assert f"overfitting probability {found['overfitting']['pbo']:.2f}" in sentence
    assert "\n" not in sentence
    if not found["believed"]:
        assert sentence.endswith("do not trust the choice")


def test_the_last_vintage_that_runs_to_the_end_of_the_data_is_not_judged(long):
    found, done, _ = long
    assert found["years"] == done.summary["years"][:-1]
    assert found["vintages"] == len(found["years"])


def test_the_same_sweep_gives_the_same_evidence(long):
    found, done, engine = long
    assert believe(done, engine) == found
    assert len(ledger_of(done.folder.path).read_text().splitlines()) == 1


def test_daily_figures_are_those_of_the_account(long):
    found, done, _ = long
    best = found["best"]["variant"]
    row = pd.read_parquet(done.folder.variants).set_index("variant").loc[best]
    assert found["daily"]["sharpe"] == pytest.approx(row["sharpe"], rel=LONG_SUMS)


def test_the_lead_of_the_best_by_the_normal_way(long):
    # a single run of the best, and of holding the same exposure, with nothing of the sweep in it
    found, done, engine = long
    plan = engine.grid.sweep.plan.model_validate(
        engine.grid.sweep.plan.model_dump(mode="json", by_alias=True)
        | {
            "tactical": engine.grid.sweep.plan.tactical.model_dump(mode="json", by_alias=True)
            | {k.removeprefix("tactical."): v for k, v in done.summary["best"][0]["keys"].items()}
        }
    )
    market = engine.market(plan)
    own, returns = run_single(plan, market)
    core = plan.core.weight
    for _ in range(3):  # the core weight that gives the same mean exposure, by secant
        low, high = (
            run_single(held_to_the_end(plan, c), market)[0]["exposure"] for c in (0.9, core)
        )
        core += (own["exposure"] - high) / (high - low) * (core - 0.9)
    held_exposure, held = run_single(held_to_the_end(plan, core), market)
    assert held_exposure["exposure"] == pytest.approx(own["exposure"], abs=1e-4)
    lead = np.array([returns[y] - held[y] for y in found["years"]])
    assert found["best"]["mean_lead"] == pytest.approx(lead.mean(), abs=2e-6)
    assert found["best"]["sharpe"] == pytest.approx(moments(lead).sharpe, abs=2e-3)


def test_the_table_ranks_by_the_lead_that_is_judged(long):
    found, done, _ = long
    table = pd.read_parquet(done.folder.variants).set_index("variant")
    best = found["best"]["variant"]
    assert table["lead"].idxmax() == best
    assert table["lead"][best] == pytest.approx(found["best"]["mean_lead"], abs=ROUNDING)
    assert done.summary["base"]["lead"] is not None


def test_the_lead_of_every_variant_by_a_naive_loop(long):
    # each variant and its held plan run alone, the core weight of the same exposure by bisection
    found, done, engine = long
    table = pd.read_parquet(done.folder.variants).set_index("variant")
    for number in (0, 7):
        plan = variant_plan(engine.grid, number)
        market = engine.market(plan)
        own, returns = run_single(plan, market)
        low, high = 0.5, 1.0
        while high - low > 1e-6:
            middle = (low + high) / 2.0
            exposure = run_single(held_to_the_end(plan, middle), market)[0]["exposure"]
            low, high = (middle, high) if exposure < own["exposure"] else (low, middle)
        _, held = run_single(held_to_the_end(plan, low), market)
        lead = np.mean([returns[y] - held[y] for y in found["years"]])
        assert table["lead"][number] == pytest.approx(lead, abs=2e-6)


# ---- what it is held against -----------------------------------------------------------------


def test_the_held_plan_holds_from_entry_to_its_last_day(long):
    engine = long[2]
    simulation = simulate(
        held_to_the_end(engine.grid.sweep.plan), engine.market(engine.grid.sweep.plan)
    )
    reasons = {v.outcome.reason.name for v in simulation.vintages if v.outcome.traded}
    assert reasons <= {"TIME", "OPEN"}
    assert not any(
        len(v.hedge_held) and np.nanmax(np.abs(v.hedge_held)) > 0 for v in simulation.vintages
    )


def test_holding_has_no_lead_over_itself(long):
    # the held plan as a variant: its exposure is its own benchmark's, its lead nothing
    engine = long[2]
    plan = engine.grid.sweep.plan
    held, returns = run_single(held_to_the_end(plan), engine.market(plan))
    number = next(n for n in range(12) if engine.grid.values(n)["tactical.exit_by"] == "12-15")
    years = list(returns)[:-1]
    found = engine.held.returns(np.array([number]), np.array([held["exposure"]]), years)
    assert engine.held.remark == ""
    np.testing.assert_allclose(found[:, 0], [returns[y] for y in years], rtol=0, atol=ROUNDING)


def test_a_hedge_is_held_against_holding_less(write_sweep, tmp_path):
    _, done, engine = judged(
        write_sweep("""\
            name: hedge
            data: {start: 1990-01-01}
            hedge: {policy: sequential, score: {from: 0.0, to: 0.2}}
            sweep: {keys: {hedge.max_ratio: [0.0, 0.3, 0.6]}, judge: 0, best: {by: calmar, n: 2}}
            """),
        tmp_path,
    )
    table = pd.read_parquet(done.folder.variants)
    years = [int(y) for y in engine.years][:-1]
    numbers = table["variant"].to_numpy()
    held = engine.held.returns(numbers, table["exposure"].to_numpy(), years)
    vintages = pd.read_parquet(done.folder.vintages)[[f"vintage_{y}" for y in years]].to_numpy().T
    # the more is hedged the less is held: in good years both make less
    good = vintages[:, 0] > 0.15
    assert good.sum() > 5
    assert (held[good, 2] < held[good, 0]).all()
    assert abs(np.mean(vintages[:, 2] - held[:, 2])) < abs(np.mean(vintages[:, 2] - held[:, 0]))


def test_more_ways_to_hold_than_are_simulated_is_said(write_sweep, tmp_path, monkeypatch):
    monkeypatch.setattr(held_module, "MOST_PLANS", 2)
    found, *_ = judged(write_sweep(LONG), tmp_path)
    assert "3 ways to hold it" in found["benchmark_remark"]


# ---- the ledger ------------------------------------------------------------------------------


def test_every_sweep_of_the_plan_counts_and_the_evidence_lists_them(write_sweep, tmp_path):
    first, *_ = judged(write_sweep(STOPS), tmp_path)
    wider = STOPS.replace("[0.01, 0.02, 0.03, 0.05]", "[0.01, 0.02, 0.03, 0.04, 0.05]")
    second, *_ = judged(write_sweep(wider), tmp_path)
    assert (first["trials"], second["trials"]) == (12, 27)
    assert [s["variants"] for s in second["ledger"]["sweeps"]] == [12, 15]
    assert "(27 ever tried)" in second["verdict"]
    assert second["luck"]["effective_trials"] < 27


def test_the_same_search_with_newer_code_is_no_new_search(long):
    found, done, engine = long
    newer = dataclasses.replace(done, summary=done.summary | {"id": "newer", "code": "newer"})
    assert believe(newer, engine)["trials"] == found["trials"] == 12


def test_other_plans_and_other_prices_do_not_count(write_sweep, tmp_path):
    judged(write_sweep(STOPS), tmp_path)
    other = (
        STOPS.replace("name: long", "name: other")
        .replace("stop: [", "stop: [0.04, ")
        .replace("hedge: {instrument: none}", "hedge: {instrument: none}\ncosts: {fee_bps: 3}")
    )
    found, *_ = judged(write_sweep(other), tmp_path)
    assert (found["ledger"]["variants"], found["ledger"]["variants_on_data"]) == (15, 27)


def test_a_torn_ledger_is_read_around_and_said(write_sweep, tmp_path):
    tmp_path.joinpath("trials.jsonl").write_text('{"plan": "long", "var')
    found, *_ = judged(write_sweep(STOPS), tmp_path)
    assert (found["trials"], found["ledger"]["unreadable"]) == (12, 1)


def _sweep(path, out, stop):
    from strategy.sweep.file.sweep_file import load_sweep

    path.write_text(STOPS.replace("0.05]", f"{stop}]"), encoding="utf-8")
    judged(load_sweep(path), out)


def test_two_sweeps_at_once_are_both_counted(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_sweep, args=(tmp_path / f"{stop}.yaml", tmp_path / "out", stop))
        for stop in (0.055, 0.06)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    rows = [json.loads(x) for x in (tmp_path / "out" / "trials.jsonl").read_text().splitlines()]
    assert [row["variants"] for row in rows] == [12, 12]
    assert rows[0]["sweep"] != rows[1]["sweep"]
    counts = sorted(
        json.loads(p.read_text())["trials"] for p in (tmp_path / "out").glob("*/evidence.json")
    )
    assert counts in ([12, 24], [24, 24])


# ---- what cannot be said ---------------------------------------------------------------------


def test_one_variant_has_no_odds_of_overfitting(write_sweep, tmp_path):
    text = STOPS.replace("[0.01, 0.02, 0.03, 0.05]", "[0.03]").replace("[0, 0.5, 1]", "[0.5]")
    found, *_ = judged(write_sweep(text), tmp_path)
    assert found["luck"]["dsr"] == pytest.approx(found["best"]["psr"])
    assert set(found["missing"]) == {"overfitting", "plateau"}
    assert "overfitting" not in found and not found["believed"]


def test_settings_that_do_nothing_are_no_choice(write_sweep, tmp_path):
    # without a hedge its ratio changes nothing
    text = STOPS.replace("tactical.stop: [0.01, 0.02, 0.03, 0.05]", "hedge.max_ratio: [0.1, 0.2]")
    found, *_ = judged(write_sweep(text.replace("[0, 0.5, 1]", "[0.5]")), tmp_path)
    assert found["looked_at"] == 1
    assert "two variants that differ" in found["missing"]["overfitting"]
    assert found["luck"]["effective_trials"] == pytest.approx(1.0)


def test_few_vintages_are_said_to_be_few(write_sweep, tmp_path):
    found, *_ = judged(write_sweep(STOPS.replace("1995-01-01", "2014-01-01")), tmp_path)
    assert {"overfitting", "walk_forward"} <= set(found["missing"])
    assert str(found["vintages"]) in found["missing"]["overfitting"]
    assert not found["believed"]


def test_two_vintages_are_not_judged(write_sweep, tmp_path):
    found, *_ = judged(write_sweep(STOPS.replace("1995-01-01", "2023-06-01")), tmp_path)
    assert "at least 3 are needed" in found["missing"]["all"]
    assert "not judged" in found["verdict"] and "best" not in found


def test_no_whole_vintage_is_not_judged(write_sweep, tmp_path):
    found, *_ = judged(write_sweep(STOPS.replace("1995-01-01", "2025-06-01")), tmp_path)
    assert found["missing"]["all"] == "0 whole vintages, at least 3 are needed"
    assert "not judged" in found["verdict"] and "best" not in found


def test_vintages_with_years_between_them_are_not_judged(write_sweep, tmp_path):
    text = STOPS.replace("hedge:", "vintages: [1996, 1997, 2000, 2010]\nhedge:")
    found, *_ = judged(write_sweep(text), tmp_path)
    assert found["missing"]["all"] == "the vintages are not consecutive years"
    assert found["importance"] and "best" not in found


def test_returns_that_are_missing_leave_a_variant_out(write_sweep, tmp_path):
    sweep = write_sweep(STOPS)
    ready = prepare(sweep)
    done = run_sweep(sweep, tmp_path, prepared=ready)
    table = pd.read_parquet(done.folder.vintages)
    best = done.summary["best"][0]["variant"]
    loser = next(v for v in table["variant"] if v != best)
    table.loc[table["variant"] == loser, "vintage_2002"] = np.nan
    table.to_parquet(done.folder.vintages)
    found = believe(done, ready.engine)
    assert (found["left_out"], found["sampled"]) == (1, 11)
    table.loc[table["variant"] == best, "vintage_2002"] = np.nan
    table.to_parquet(done.folder.vintages)
    found = believe(done, ready.engine)
    assert "best" not in found and "without a return" in found["verdict"]


def test_columns_that_were_not_kept_are_computed_anew_or_named(write_sweep, tmp_path, long):
    text = LONG.replace("judge: 0", "judge: 0\n  metrics: [calmar]").replace(
        "best: {n: 3}", "best: {by: calmar, n: 3}"
    )
    found, done, _ = judged(write_sweep(text), tmp_path)
    assert "exposure" not in pd.read_parquet(done.folder.variants)
    assert "missing" not in found
    kept = long[0]
    assert found["reality_check"]["p_consistent"] == pytest.approx(
        kept["reality_check"]["p_consistent"]
    )


def test_where_few_returns_are_kept_the_random_ones_stand_for_all(
    write_sweep, tmp_path, monkeypatch
):
    monkeypatch.setattr(run_module, "BEST_VINTAGES", 4)
    monkeypatch.setattr(run_module, "SAMPLED_VINTAGES", 5)
    monkeypatch.setattr(believe_module, "SAMPLED_VINTAGES", 5)
    text = STOPS.replace("judge: 0", "judge: 0\n  vintages: some")
    found, done, engine = judged(write_sweep(text), tmp_path)
    kept = set(pd.read_parquet(done.folder.vintages)["variant"])
    drawn = set(engine.grid.random(5, run_module._SAMPLED).tolist())
    assert drawn <= kept and len(kept) > 5
    assert found["sampled"] == 5
    assert set(found["walk_forward"]["chosen"]) <= drawn
    # the best is judged, drawn or not
    assert found["best"]["variant"] == done.summary["best"][0]["variant"]
    assert found["variants"] == 12


# ---- the command -----------------------------------------------------------------------------


def test_the_command_ends_with_the_verdict_and_leaves_the_page(tmp_path):
    from click.testing import CliRunner

    from strategy.cli import cli

    path = tmp_path / "sweep.yaml"
    path.write_text(STOPS, encoding="utf-8")
    out = str(tmp_path / "out")
    first = CliRunner().invoke(cli, ["sweep", str(path), "--out", out, "--lang", "zh-Hant"])
    assert first.exit_code == 0, first.output
    folder = next((tmp_path / "out").glob("long-*"))
    found = json.loads((folder / "evidence.json").read_text())
    assert first.output.splitlines()[-1] == found["verdict"]
    assert 'lang="zh-Hant"' in (folder / "sweep.html").read_text(encoding="utf-8")
    again = CliRunner().invoke(cli, ["sweep", str(path), "--out", out, "--json"])
    assert json.loads(again.stdout)["evidence"] == found
