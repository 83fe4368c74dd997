"""SPA, reality check and StepM: known answers, and their nominal rate on noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from strategy.validation.resampling.reality_check import reality_check
from tests.tolerances import ROUNDING


def test_one_strong_variant_among_noise_survives():
    leads = np.random.default_rng(1).normal(0.0, 0.02, (120, 10))
    leads[:, 4] += 0.02
    found = reality_check(leads, block=1, reps=500, seed=1)
    assert found.consistent < 0.01 and found.white < 0.01
    assert found.survivors == (4,)
    assert found.lower <= found.consistent <= found.upper


def test_known_noise_world():
    # benchmark and 20 models of noise, T = 1000, blocks of 10, seeds 1 and 123: p .0815
    rng = np.random.default_rng(1)
    benchmark = rng.normal(size=1000)
    models = rng.normal(size=(1000, 20))
    found = reality_check(models - benchmark[:, None], block=10, reps=2000, seed=123)
    # arch's test divides by no standard error, as White's does
    assert found.white == pytest.approx(0.0815, abs=ROUNDING)
    # the errors are nearly alike: so is the studentised answer
    assert found.consistent == pytest.approx(0.0815, abs=0.03)


@pytest.mark.parametrize("block", [1, 4])
def test_draws_and_recentring_are_those_of_arch(block):
    from arch.bootstrap import SPA

    rng = np.random.default_rng(8)
    leads = rng.normal([0.03, -0.4, 0.01, -0.02], 0.1, (80, 4))
    other = SPA(np.zeros(80), -leads, block_size=block, reps=500, bootstrap="stationary", seed=5)
    other.compute()
    found = reality_check(leads, block=block, reps=500, seed=5)
    assert found.white == pytest.approx(other.pvalues["upper"], abs=ROUNDING)
    if block == 1:
        return
    # one and the same error for all: nothing is left of the difference between the two
    same = leads[:, [0]] + np.array([0.0, -0.3, -0.02, -0.05])
    other = SPA(np.zeros(80), -same, block_size=block, reps=500, bootstrap="stationary", seed=5)
    other.compute()
    found = reality_check(same, block=block, reps=500, seed=5)
    for name in ("lower", "consistent", "upper"):
        assert getattr(found, name) == pytest.approx(other.pvalues[name], abs=ROUNDING)


def test_vintages_are_drawn_one_by_one_and_each_draw_has_its_own_error():
    leads = np.random.default_rng(6).normal([0.02, 0.0, -0.05], 0.1, (50, 3))
    n, mean = len(leads), leads.mean(axis=0)
    error = leads.std(axis=0) / np.sqrt(n)
    poor = mean < -error * np.sqrt(2 * np.log(np.log(n)))
    assert poor.tolist() == [False, False, True]
    rng = np.random.default_rng(0)
    largest = []
    for _ in range(5000):
        x = leads[rng.integers(0, n, n)]
        t = (x.mean(axis=0) - np.where(poor, 0.0, mean)) / (x.std(axis=0) / np.sqrt(n))
        largest.append(t.max())
    expected = (np.array(largest) > (mean / error).max()).mean()
    found = reality_check(leads, block=1, reps=5000, seed=3)
    assert found.consistent == pytest.approx(expected, abs=0.03)


def test_stepm_goes_on_with_those_that_are_left():
    # a sure one, a good one that the first step's critical value hides, and much noise that
    # moves with the sure one
    rng = np.random.default_rng(2)
    common = rng.normal(0.0, 0.1, 200)
    sure = common[:, None] + rng.normal(0.0, 0.005, (200, 60)) - 0.0
    leads = np.column_stack([sure + 0.06, rng.normal(0.018, 0.1, 200)])
    found = reality_check(leads, block=1, reps=2000, seed=2)
    assert set(range(60)) <= set(found.survivors)
    alone = reality_check(leads[:, 60:], block=1, reps=2000, seed=2)
    assert (60 in found.survivors) == (0 in alone.survivors)


def test_nothing_above_its_benchmark_is_no_evidence_at_all():
    leads = np.random.default_rng(4).normal(-0.2, 0.1, (60, 5))
    found = reality_check(leads, block=1, reps=200)
    assert (found.white, found.consistent, found.survivors) == (1.0, 1.0, ())


@pytest.mark.parametrize("mean", [0.025, 0.03, 0.04])
def test_a_single_model_matches_a_one_sided_t_test(mean):
    lead = np.random.default_rng(7).normal(mean, 0.1, 100)
    found = reality_check(lead[:, None], block=1, reps=4000, seed=3)
    t = stats.ttest_1samp(lead, 0.0, alternative="greater").pvalue
    assert found.upper == pytest.approx(t, abs=0.02)


def test_the_reality_check_is_the_largest_mean_not_the_largest_t():
    # a loud variant with a large mean hides a quiet one with a sure lead from White's test alone
    rng = np.random.default_rng(3)
    leads = np.column_stack([rng.normal(0.0, 1.0, 60), rng.normal(0.01, 0.02, 60)])
    found = reality_check(leads, block=1, reps=1000)
    assert found.consistent < 0.01 < 0.2 < found.white


def test_the_reality_check_by_hand():
    # every vintage its own block: the share of resampled largest means above the observed one
    leads = np.random.default_rng(5).normal(0.02, 0.1, (40, 3))
    rng = np.random.default_rng(0)
    observed = max(leads.mean(axis=0).max(), 0.0)
    centred = leads - leads.mean(axis=0)
    drawn = centred[rng.integers(0, 40, (20_000, 40))].mean(axis=1).max(axis=1)
    found = reality_check(leads, block=1, reps=4000, seed=1)
    assert found.white == pytest.approx((np.maximum(drawn, 0.0) > observed).mean(), abs=0.025)


def test_noise_is_rejected_at_about_the_nominal_rate():
    # 60 worlds at 10 %: expected 6, binomial 99.8 % range 0..14
    rng = np.random.default_rng(11)
    rejected = 0
    for seed in range(60):
        x = rng.normal(size=(60, 9))
        rejected += reality_check(x[:, 1:] - x[:, :1], block=1, reps=200, seed=seed).upper < 0.1
    assert rejected <= 14


def test_a_variant_without_a_lead_is_not_tested():
    rng = np.random.default_rng(2)
    leads = np.column_stack([np.zeros(50), rng.normal(5.0, 0.1, 50)])
    found = reality_check(leads, block=1, reps=200)
    assert found.variants == 1
    assert found.survivors == (1,)
    with pytest.raises(ValueError, match="differs"):
        reality_check(leads[:, :1], block=1, reps=200)


def test_a_missing_return_is_refused():
    with pytest.raises(ValueError, match="finite"):
        reality_check(np.full((20, 2), np.nan), block=1)
