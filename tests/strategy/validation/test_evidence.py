"""A sweep's verdict: what must never look good, and what must."""

from __future__ import annotations

import json
import multiprocessing

import numpy as np
import pandas as pd

from strategy.validation.evidence import chosen_variants, evidence, sharpe_ratios
from strategy.validation.trials import count_trials, record_trials

YEARS = np.arange(1962, 2024)
GRID = pd.DataFrame(
    [(a, b) for a in (0.01, 0.02, 0.03, 0.04, 0.05) for b in (1, 2, 3, 4)],
    columns=["stop", "within"],
)


def noise(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    benchmark = rng.normal(0.05, 0.15, len(YEARS))
    return benchmark, benchmark[:, None] + rng.normal(0.0, 0.05, (len(YEARS), len(GRID)))


def test_the_best_of_noise_is_not_believed():
    for seed in range(5):
        benchmark, returns = noise(seed)
        found = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=20, reps=200)
        assert "do not trust" in found["verdict"]
        assert "best of 20 variants (20 ever tried)" in found["verdict"]


def test_a_variant_with_true_skill_is_believed():
    benchmark, returns = noise(1)
    rng = np.random.default_rng(9)
    returns[:, 7] = 0.30 + rng.normal(0.0, 0.05, len(YEARS))
    found = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=20, reps=200)
    assert found["best"]["variant"] == 7
    assert found["overfitting"]["pbo"] == 0.0
    assert found["reality_check"]["survivors"] == [7]
    assert found["walk_forward"]["mean_lead"] > 0.1
    assert found["plateau"]["score"] < 0.2  # and yet an island
    assert "survives" in found["verdict"]


def test_trials_of_earlier_sweeps_deflate():
    benchmark, returns = noise(3)
    few = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=20, reps=100)
    many = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=100_000, reps=100)
    assert many["luck"]["dsr"] < few["luck"]["dsr"]


def test_the_same_numbers_twice_and_json_takes_them():
    benchmark, returns = noise(4)
    a = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=20, reps=100, seed=5)
    b = evidence(returns, YEARS, GRID, benchmark=benchmark, trials=20, reps=100, seed=5)
    assert json.dumps(a) == json.dumps(b)


def test_a_family_that_equals_the_benchmark_is_not_judged():
    benchmark, _ = noise(2)
    same = np.repeat(benchmark[:, None], 20, axis=1)
    found = evidence(same, YEARS, GRID, benchmark=benchmark, trials=20, reps=100)
    assert "nothing to judge" in found["verdict"]


def test_few_vintages_say_what_is_missing():
    benchmark, returns = noise(6)
    found = evidence(returns[:9], YEARS[:9], GRID, benchmark=benchmark[:9], trials=20, reps=100)
    assert "walk_forward" in found["missing"]
    assert "do not trust" in found["verdict"]


def test_the_heavy_tests_look_at_the_best_and_a_spread():
    sharpe = np.random.default_rng(0).normal(size=10_000)
    few = chosen_variants(sharpe, 100)
    assert len(few) <= 100 and int(sharpe.argmax()) in few and int(sharpe.argmin()) in few
    assert chosen_variants(sharpe[:50], 100).tolist() == list(range(50))


def test_sharpe_ratios_by_hand():
    x = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])
    first, second = sharpe_ratios(x)
    assert first == 2.0 and np.isnan(second)


def test_a_sweep_run_twice_counts_once_and_others_add(tmp_path):
    ledger = tmp_path / "deep" / "trials.jsonl"
    record_trials(ledger, plan="p", data="d", sweep="a", variants=100)
    record_trials(ledger, plan="p", data="d", sweep="a", variants=100)
    record_trials(ledger, plan="p", data="d", sweep="b", variants=50)
    record_trials(ledger, plan="other", data="d", sweep="c", variants=999)
    found = count_trials(ledger, plan="p", data="d")
    assert (found.variants, found.sweeps, found.unreadable) == (150, 2, 0)


def test_a_line_cut_short_loses_nothing_else(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    record_trials(ledger, plan="p", data="d", sweep="a", variants=100)
    with ledger.open("ab") as file:
        file.write(b'{"plan": "p", "da')
    record_trials(ledger, plan="p", data="d", sweep="b", variants=50)
    found = count_trials(ledger, plan="p", data="d")
    assert (found.variants, found.unreadable) == (150, 1)


def _append(path, name):
    for i in range(20):
        record_trials(path, plan="p", data="d", sweep=f"{name}-{i}", variants=1)


def test_two_sweeps_at_once_do_not_corrupt_the_ledger(tmp_path):
    ledger = tmp_path / "trials.jsonl"
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_append, args=(ledger, name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = count_trials(ledger, plan="p", data="d")
    assert (found.variants, found.sweeps, found.unreadable) == (40, 40, 0)
