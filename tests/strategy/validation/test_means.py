import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from strategy.validation.means import (
    beta_bootstrap_t,
    detectable,
    power,
    ratio_of_means,
    sign_flip,
    student,
)
from tests.tolerances import LONG_SUMS

SMALL = st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=2, max_size=9)


def test_student_gives_the_interval_of_the_textbook():
    # Student 1908, hours of sleep gained with the second drug less the first: t = 4.06, n = 10
    gained = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    low, high = student(gained)
    assert gained.mean() == pytest.approx(1.58)
    assert (low, high) == pytest.approx((0.70, 2.46), abs=0.005)


def test_too_few_values_have_no_interval():
    assert all(np.isnan(student(np.array([0.1]))))
    assert all(np.isnan(beta_bootstrap_t(np.array([0.1, 0.1, 0.2, 0.2]))))


def test_the_weights_have_the_first_three_moments_of_resampled_counts():
    weight = stats.beta(0.5, 1.5)
    mean, variance, skew = (float(x) for x in weight.stats("mvs"))
    assert variance / mean**2 == pytest.approx(1.0)
    assert skew == pytest.approx(1.0)


def test_the_bootstrap_interval_is_the_loop_written_out():
    values = np.array([0.03, -0.01, 0.02, 0.07, -0.02, 0.01])
    draws, n = 400, len(values)
    weights = np.random.default_rng(5).beta(0.5, 1.5, size=(draws, n))
    pivots = []
    for w in weights:
        mean = sum(w * values) / sum(w)
        spread = np.sqrt(sum(w * (values - mean) ** 2) / sum(w))
        pivots.append(np.sqrt(n) * (mean - values.mean()) / spread)
    step = values.std() / np.sqrt(n)
    wanted = values.mean() - np.quantile(pivots, [0.975, 0.025]) * step
    assert beta_bootstrap_t(values, draws=draws, seed=5) == pytest.approx(
        tuple(wanted), rel=LONG_SUMS
    )


@given(st.floats(-50, 50), st.floats(0.01, 100))
def test_the_bootstrap_interval_moves_and_stretches_with_the_values(shift, factor):
    values = np.array([0.3, -0.1, 0.2, 0.7, -0.2, 0.1, 0.15])
    low, high = beta_bootstrap_t(values, draws=200)
    moved = beta_bootstrap_t(shift + factor * values, draws=200)
    assert moved == pytest.approx(
        (shift + factor * low, shift + factor * high), rel=1e-6, abs=LONG_SUMS
    )


def coverage(draw, mean, n, interval, worlds=400):
    found = [interval(draw(n)) for _ in range(worlds)]
    return np.mean([low <= mean <= high for low, high in found])


def test_both_intervals_hold_their_level_on_a_truncated_payoff():
    """Losses stop at −3 %, gains end at +4 %: the leg's own shape, 62 vintages."""
    rng = np.random.default_rng(11)
    cut = stats.norm(0.005, 0.035)
    low, high = -0.03, 0.04
    inside = cut.expect(lambda x: x, lb=low, ub=high)
    mean = inside + low * cut.cdf(low) + high * cut.sf(high)

    def draw(n):
        return np.clip(rng.normal(0.005, 0.035, n), low, high)

    for interval in (student, lambda x: beta_bootstrap_t(x, draws=999)):
        assert 0.92 <= coverage(draw, mean, 62, interval) <= 0.98


def test_with_a_long_left_tail_and_few_years_the_bootstrap_misses_less_often():
    """A hedge's mean on nine years errs to the optimistic side, by either interval."""
    rng = np.random.default_rng(12)

    def draw(n):
        return np.where(rng.random(n) < 0.12, -rng.exponential(8.0, n), rng.normal(1.0, 0.3, n))

    mean = 0.88 * 1.0 - 0.12 * 8.0
    by_t = coverage(draw, mean, 20, student)
    by_bootstrap = coverage(draw, mean, 20, lambda x: beta_bootstrap_t(x, draws=999))
    assert by_t < by_bootstrap < 0.93


@given(SMALL)
def test_sign_flip_is_the_share_of_all_sign_patterns(values):
    values = np.round(np.array(values), 3)
    told = [v for v in values if v != 0.0]
    found = abs(sum(told))
    patterns = list(itertools.product((-1, 1), repeat=len(told)))
    as_large = [
        abs(sum(s * abs(v) for s, v in zip(p, told, strict=True))) >= found - 1e-12
        for p in patterns
    ]
    wanted = np.mean(as_large) if told else 1.0
    assert sign_flip(values) == pytest.approx(wanted)


def test_drawn_sign_flips_agree_with_all_of_them():
    values = np.random.default_rng(3).normal(0.4, 1.0, 16)
    exact = sign_flip(values)
    drawn = sign_flip(np.concatenate([values, [1e-300]]))  # one more than is enumerated
    assert drawn == pytest.approx(exact, abs=0.02)


def test_sign_flip_rejects_one_null_world_in_twenty():
    rng = np.random.default_rng(4)
    rejected = np.mean([sign_flip(rng.standard_t(3, 12)) <= 0.05 for _ in range(600)])
    assert 0.03 <= rejected <= 0.07


def test_power_is_that_of_cohens_tables():
    # Cohen, Statistical Power Analysis, 1988, one sample: d = 0.5, n = 34 has power 0.8
    assert power(0.5, 1.0, 34) == pytest.approx(0.807, abs=0.002)
    assert power(0.0, 1.0, 20) == pytest.approx(0.05)
    assert np.isnan(power(0.1, 0.0, 20))


@given(st.integers(3, 200), st.floats(1e-4, 10))
def test_the_detectable_mean_is_seen_with_the_stated_chance(n, spread):
    assert power(detectable(spread, n), spread, n) == pytest.approx(0.8, abs=1e-6)


def test_fieller_s_ends_are_where_the_t_test_of_the_difference_turns():
    rng = np.random.default_rng(12)
    below = rng.normal(0.05, 0.04, 30)
    above = 0.6 * below + rng.normal(0.0, 0.02, 30)
    low, high = ratio_of_means(above, below)
    for ratio in (low, high):
        assert stats.ttest_1samp(above - ratio * below, 0.0).pvalue == pytest.approx(
            0.05, abs=LONG_SUMS
        )
    assert low < above.mean() / below.mean() < high


def test_fieller_s_interval_holds_the_ratio_in_about_nineteen_of_twenty_samples():
    rng = np.random.default_rng(13)
    held = 0
    for _ in range(1000):
        below = rng.normal(0.05, 0.05, 32)
        low, high = ratio_of_means(0.7 * below + rng.normal(0.0, 0.03, 32), below)
        held += low <= 0.7 <= high
    assert 0.93 <= held / 1000 <= 0.97


def test_a_ratio_over_what_may_be_nothing_has_no_interval():
    rng = np.random.default_rng(14)
    below = rng.normal(0.0, 1.0, 20)
    assert np.isnan(ratio_of_means(below + 1.0, below)).all()
    assert np.isnan(ratio_of_means(below[:2], below[:2])).all()
