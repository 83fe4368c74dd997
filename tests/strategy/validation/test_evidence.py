"""A sweep's verdict: what must never look good, and what must."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from market.serialise import plain
from strategy.validation.evidence import chosen_variants, evidence
from strategy.validation.plateau import landscape
from strategy.validation.verdict import believed, verdict
from tests.tolerances import printed

YEARS = np.arange(1962, 2024)
N = 20


def noise(seed: int, variants: int = N) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    benchmark = rng.normal(0.05, 0.15, len(YEARS))
    return benchmark, benchmark[:, None] + rng.normal(0.0, 0.05, (len(YEARS), variants))


def judged(returns, years=YEARS, **change):
    found = evidence(returns, years, **({"trials": returns.shape[1], "reps": 100} | change))
    return found | {"verdict": verdict(found)}


def test_the_best_of_noise_is_not_believed():
    for seed in range(5):
        benchmark, returns = noise(seed)
        found = judged(returns, benchmark=benchmark)
        assert not believed(found)
        assert "best of 20 variants: " in found["verdict"]
        assert found["verdict"].endswith("do not trust the choice")


def test_a_variant_with_true_skill_is_believed():
    benchmark, returns = noise(1)
    rng = np.random.default_rng(9)
    returns[:, 7] = benchmark + 0.10 + rng.normal(0.0, 0.05, len(YEARS))
    found = judged(returns, benchmark=benchmark, reps=400)
    assert found["best"]["variant"] == 7
    assert found["overfitting"]["pbo"] == 0.0
    assert found["reality_check"]["survivors"] == [7]
    assert found["walk_forward"]["by_the_past"]["mean_lead"] > 0.05
    assert believed(found) and found["verdict"].endswith("the choice survives these tests")


def test_what_all_variants_hold_is_no_skill():
    # the benchmark's own gain does not move any figure
    benchmark, returns = noise(2)
    rich = judged(returns + 0.5, benchmark=benchmark + 0.5)
    poor = judged(returns, benchmark=benchmark)
    assert rich["best"]["sharpe"] == pytest.approx(poor["best"]["sharpe"])
    assert rich["luck"]["dsr"] == pytest.approx(poor["luck"]["dsr"])
    assert rich["reality_check"] == poor["reality_check"]


def test_each_variant_is_held_against_its_own_benchmark():
    rng = np.random.default_rng(0)
    own = rng.normal(0.05, 0.15, (len(YEARS), 3))
    returns = own + 0.01
    found = evidence(
        returns + rng.normal(0, 1e-3, own.shape), YEARS, benchmark=own, trials=3, reps=100
    )
    assert found["best"]["mean_lead"] == pytest.approx(0.01, abs=printed(3))


def test_trials_of_earlier_sweeps_deflate_and_are_named():
    benchmark, returns = noise(3)
    few = judged(returns, benchmark=benchmark)
    many = judged(returns, benchmark=benchmark, trials=100_000)
    assert many["luck"]["dsr"] < few["luck"]["dsr"]
    assert many["luck"]["effective_trials"] <= 100_000
    assert "best of 20 variants (100,000 ever tried): " in many["verdict"]


def test_the_judged_variant_may_be_another_than_the_one_with_the_highest_lead():
    benchmark, returns = noise(3)
    found = judged(returns, benchmark=benchmark, judged=5)
    assert found["best"]["variant"] == 5
    assert found["luck"]["dsr"] <= judged(returns, benchmark=benchmark)["luck"]["dsr"]


def test_the_chained_walk_forward_multiplies_the_years_it_lists():
    benchmark, returns = noise(4)
    walk = judged(returns, benchmark=benchmark)["walk_forward"]
    rows = [int(y) - YEARS[0] for y in walk["years"]]
    made = np.prod([1 + returns[r, c] for r, c in zip(rows, walk["chosen"], strict=True)]) - 1
    assert walk["by_the_past"]["total_return"] == pytest.approx(made)
    best = np.prod(1 + returns[rows, walk["best_in_sample"]]) - 1
    assert walk["in_hindsight"]["total_return"] == pytest.approx(best)
    held = np.prod(1 + benchmark[rows]) - 1
    assert walk["by_the_past"]["total_return_held"] == pytest.approx(held)
    # ten vintages to choose by, one left out
    assert (walk["years"][0], walk["n"]) == (1973, 51)


def test_the_same_numbers_twice_and_json_takes_them():
    benchmark, returns = noise(4)
    a, b = (judged(returns, benchmark=benchmark, seed=5) for _ in range(2))
    assert json.dumps(plain(a), allow_nan=False) == json.dumps(plain(b), allow_nan=False)


def test_a_family_that_equals_the_benchmark_is_not_judged():
    benchmark, _ = noise(2)
    found = judged(np.repeat(benchmark[:, None], N, axis=1), benchmark=benchmark)
    assert found["missing"]["all"] == "no variant differs from holding the same exposure"
    assert "not judged" in found["verdict"] and not believed(found)


def test_variants_that_are_all_equal_are_one_trial_without_a_choice():
    benchmark, returns = noise(2, variants=1)
    found = judged(np.repeat(returns, N, axis=1), benchmark=benchmark)
    assert found["missing"]["overfitting"] == "at least two variants that differ are needed"
    assert "overfitting" not in found and not believed(found)
    assert found["luck"]["effective_trials"] == pytest.approx(1.0)
    assert found["luck"]["dsr"] == pytest.approx(found["best"]["psr"])
    assert found["looked_at"] == 1


def test_one_variant_alone_has_nothing_to_deflate():
    benchmark, returns = noise(2, variants=1)
    found = judged(returns, benchmark=benchmark)
    assert found["luck"]["dsr"] == pytest.approx(found["best"]["psr"])
    assert "overfitting" in found["missing"]
    # of an older search nothing is known but its size: no number is made up
    found = judged(returns, benchmark=benchmark, trials=50)
    assert "luck" not in found and "two variants" in found["missing"]["luck"]


def test_a_variant_with_a_missing_return_is_left_out_and_counted():
    benchmark, returns = noise(5)
    broken = returns.copy()
    broken[3, 4] = np.nan
    found = judged(broken, benchmark=benchmark)
    assert (found["left_out"], found["looked_at"]) == (1, N - 1)
    rest = judged(np.delete(returns, 4, axis=1), benchmark=benchmark, trials=N)
    assert found["overfitting"] == rest["overfitting"]
    assert found["luck"] == rest["luck"]


def test_the_best_with_a_missing_return_is_not_judged():
    benchmark, returns = noise(5)
    returns[3, 4] = np.nan
    found = judged(returns, benchmark=benchmark, judged=4)
    assert "best" not in found and "luck" not in found and not believed(found)
    assert "not judged, the best variant has vintages without a return" in found["verdict"]


def test_all_returns_missing():
    benchmark, returns = noise(5)
    found = judged(returns * np.nan, benchmark=benchmark)
    assert found["missing"] == {"all": "no variant has a return in every vintage"}


@pytest.mark.parametrize(
    ("n", "missing"),
    [
        (2, {"all"}),
        (5, {"overfitting", "reality_check", "walk_forward"}),
        (9, {"overfitting", "walk_forward"}),
        (12, {"overfitting"}),
        (16, set()),
    ],
)
def test_few_vintages_say_what_is_missing_and_why(n, missing):
    benchmark, returns = noise(6)
    found = judged(returns[:n], YEARS[:n], benchmark=benchmark[:n])
    assert set(found.get("missing", {})) == missing
    assert not missing & set(found)
    assert all(str(n) in why for why in found.get("missing", {}).values())
    assert not believed(found)


def test_up_to_the_limit_every_distinct_variant_is_looked_at_once():
    rng = np.random.default_rng(0)
    lead = rng.normal(size=(12, 30))
    twice = np.concatenate([lead, lead + 1e-15], axis=1)
    assert chosen_variants(twice, most=50).tolist() == list(range(30))


def test_above_the_limit_they_are_drawn_and_the_best_is_not_favoured():
    rng = np.random.default_rng(0)
    lead = rng.normal(size=(12, 400))
    best = int(lead.mean(axis=0).argmax())
    draws = [chosen_variants(lead, most=40, seed=seed) for seed in range(300)]
    assert all(len(np.unique(d)) == 40 for d in draws)
    # drawn as often as any other: 300 draws at 10 %, three standard errors
    assert abs(np.mean([best in d for d in draws]) - 0.1) < 0.052
    assert (chosen_variants(lead, most=40, seed=1) == draws[1]).all()


def test_the_verdict_names_no_single_parameter():
    benchmark, returns = noise(3)
    found = judged(returns, benchmark=benchmark)
    found["importance"] = [{"parameter": "tactical.stop", "share": 0.4}]
    assert verdict(found).endswith("do not trust the choice")


def test_the_winner_and_the_odds_of_no_discovery_stand_beside_the_rest():
    benchmark, returns = noise(3)
    found = judged(returns, benchmark=benchmark)
    w = found["winner"]
    lead = (returns - benchmark[:, None]).mean(axis=0)
    assert w["mean_lead"] == pytest.approx(lead.max()) and w["variant"] == lead.argmax()
    assert w["simultaneous_low"] < w["naive_low"] < w["mean_lead"] < w["naive_high"]
    assert w["hybrid_low"] <= w["median_unbiased"] <= w["hybrid_high"]
    odds = found["luck"]["no_discovery"]
    assert [o["prior"] for o in odds] == [0.5, 0.1]
    assert odds[0]["effective"] <= odds[0]["raw"] and odds[0]["raw"] < odds[1]["raw"]


def test_the_landscape_of_a_grid():
    table = pd.DataFrame([(a, b) for a in (1, 2, 3) for b in (1, 2, 3)], columns=["a", "b"])
    found = landscape(table, table["a"].to_numpy(dtype=float), 8)
    assert found["importance"][0] == {"parameter": "a", "share": pytest.approx(1.0)}
    # (3, 2) gives the very same, (2, 3) one less: median 2, best 3
    assert (found["plateau"]["n_alike"], found["plateau"]["n_neighbours"]) == (1, 1)
    assert found["plateau"]["score"] == 0.0
    # b changes nothing there: only a is at the edge of what was tried
    assert found["plateau"]["edges"] == ["a"]


def test_a_landscape_without_parameters_or_without_relief_says_so():
    table = pd.DataFrame({"a": [1, 2, 3]})
    assert "missing" in landscape(table[[]], np.ones(3), 0)
    found = landscape(table, np.ones(3), 0)
    assert found["missing"] == {"plateau": "no variant next to the best gives another figure"}
    assert found["importance"] == [{"parameter": "a", "share": 0.0}]
