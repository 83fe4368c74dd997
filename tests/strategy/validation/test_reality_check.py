"""SPA, reality check and StepM: known answers, and their nominal rate on noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from strategy.validation.reality_check import reality_check


def test_one_strong_variant_among_noise_survives():
    rng = np.random.default_rng(1)
    benchmark = rng.normal(0.0, 0.02, 120)
    variants = rng.normal(0.0, 0.02, (120, 10))
    variants[:, 4] += 0.02
    found = reality_check(benchmark, variants, block=1, reps=500, seed=1)
    assert found.consistent < 0.01
    assert found.survivors == (4,)
    assert found.lower <= found.consistent <= found.upper


def test_a_single_model_matches_a_one_sided_t_test():
    rng = np.random.default_rng(7)
    difference = rng.normal(0.02, 0.1, 100)
    benchmark = rng.normal(0.0, 0.1, 100)
    p = reality_check(benchmark, (benchmark + difference)[:, None], block=1, reps=4000, seed=3)
    t = stats.ttest_1samp(difference, 0.0, alternative="greater").pvalue
    assert p.consistent == pytest.approx(t, abs=0.02)


def test_noise_is_rejected_at_about_the_nominal_rate():
    # 60 worlds at 10 %: expected 6, binomial 99.8 % range 0..14
    rng = np.random.default_rng(11)
    rejected = 0
    for seed in range(60):
        x = rng.normal(size=(60, 9))
        rejected += reality_check(x[:, 0], x[:, 1:], block=1, reps=200, seed=seed).consistent < 0.1
    assert rejected <= 14


def test_a_variant_equal_to_the_benchmark_is_not_tested():
    rng = np.random.default_rng(2)
    benchmark = rng.normal(size=50)
    variants = np.column_stack([benchmark, benchmark + rng.normal(5.0, 0.1, 50)])
    found = reality_check(benchmark, variants, block=1, reps=200)
    assert found.variants == 1
    assert found.survivors == (1,)
    with pytest.raises(ValueError, match="differs"):
        reality_check(benchmark, variants[:, :1], block=1, reps=200)
