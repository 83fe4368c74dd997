"""Winners: their intervals hold where naive ones fail, and the odds of no discovery by hand."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from strategy.validation.sharpe import Moments, moments
from strategy.validation.winner import _truncated, false_discovery, winner

T, N = 62, 40


def world(seed, skill=0.0):
    rng = np.random.default_rng(seed)
    common = rng.normal(0.0, 1.0, (T, 1))
    values = 0.02 * (0.6 * common + 0.8 * rng.normal(0.0, 1.0, (T, N)))
    values[:, 3] += skill
    return values


def test_the_truncated_normal_is_scipy_s():
    cases = ((0.5, 0.0, 0.2, 2.0), (1.2, -3.0, 1.0, 9.0), (0.1, 4.0, 0.0, 8.0))
    for value, mean, low, high in cases:
        wanted = truncnorm.cdf(value, (low - mean) / 0.7, (high - mean) / 0.7, mean, 0.7)
        assert _truncated(value, mean, 0.7, low, high) == pytest.approx(wanted, rel=1e-6)


def test_among_independent_means_the_bound_is_the_second_best():
    # three columns without correlation: given the others, the winner need only beat the second
    half = np.array([[1.0, 1, 0, 0], [-1, -1, 0, 0], [0, 0, 1, 1], [0, 0, -1, -1]])
    values = np.column_stack([half[:, 0] + 0.9, half[:, 2] + 0.5, [0.1, -0.1, 0.1, -0.1]])
    found = winner(values)
    error = np.sqrt(values[:, 0].var(ddof=1) / 4)
    assert found.column == 0
    assert found.mean == pytest.approx(0.9)

    def share(mean):
        return 1 - norm.sf((0.9 - mean) / error) / norm.sf((0.5 - mean) / error)

    assert share(found.conditional.low) == pytest.approx(0.975, abs=1e-6)
    assert share(found.conditional.high) == pytest.approx(0.025, abs=1e-6)


def test_one_variant_alone_has_the_naive_interval():
    values = np.random.default_rng(5).normal(0.01, 0.02, (T, 1))
    found = winner(values)
    assert found.conditional == pytest.approx(found.naive, rel=1e-6)


def test_intervals_of_winners_hold_their_level_and_the_naive_one_does_not():
    held = {"naive": 0, "simultaneous": 0, "conditional": 0, "hybrid": 0}
    above = 0
    for seed in range(150):
        values = world(seed)
        found = winner(values, seed=seed)
        for name in held:
            low, high = getattr(found, name)
            held[name] += low <= 0.0 <= high
        above += found.median > 0.0
    assert held["naive"] / 150 < 0.75
    assert held["simultaneous"] / 150 >= 0.92
    assert 0.90 <= held["conditional"] / 150 <= 0.985
    assert 0.90 <= held["hybrid"] / 150 <= 0.985
    assert 0.35 <= above / 150 <= 0.65  # the median is unbiased where the mean is always above


def test_with_real_skill_the_hybrid_interval_finds_it():
    found = winner(world(1, skill=0.03))
    assert found.column == 3 and found.hybrid.low > 0.0
    assert found.hybrid.high - found.hybrid.low < 1.2 * (
        found.simultaneous.high - found.simultaneous.low
    )


def test_a_winner_that_never_varies_is_refused():
    with pytest.raises(ValueError, match="does not differ"):
        winner(np.zeros((10, 3)))


def test_false_discovery_by_hand():
    # a normal's Sharpe ratio 0.3 in 50 periods: error sqrt(1 / 49) without skill
    m = Moments(50, 0.3, 0.0, 3.0)
    p = norm.sf(0.3 * 7.0)
    b = norm.cdf((0.3 - 0.5) / np.sqrt((1 + 0.5**2 / 2) / 49))
    one = 0.5 * p / (0.5 * p + 0.5 * (1 - b))
    assert false_discovery(m, 1, true=0.5, prior=0.5) == pytest.approx(one)
    chance, skill = 1 - (1 - p) ** 10, 1 - (1 - p) ** 9 * b
    ten = 0.9 * chance / (0.9 * chance + 0.1 * skill)
    assert false_discovery(m, 10, true=0.5, prior=0.1) == pytest.approx(ten)


def test_a_ratio_beyond_all_numbers_has_odds_all_the_same():
    found = false_discovery(Moments(62, 10.0, 0.0, 3.0), 5000, true=0.5, prior=0.5)
    assert 0.0 <= found < 1e-6


def test_the_more_were_tried_the_less_of_a_discovery():
    m = moments(np.random.default_rng(2).normal(0.4, 1.0, 60))
    odds = [false_discovery(m, k, true=0.5, prior=0.5) for k in (1, 5, 50, 500_000)]
    assert (np.diff(odds) > 0.0).all() and odds[-1] == pytest.approx(0.5, abs=0.05)


def test_the_rate_is_the_share_of_worlds_without_skill_among_those_as_good():
    """A naive simulation: half of the searches of ten hold one variant with a ratio of 0.5."""
    rng = np.random.default_rng(8)
    worlds, n = 4000, 50
    skilled = rng.random(worlds) < 0.5
    x = rng.normal(0.0, 1.0, (worlds, n, 10))
    x[skilled, :, 0] += 0.5
    best = (x.mean(axis=1) / x.std(axis=1, ddof=1)).max(axis=1)
    share = 1.0 - skilled[best >= 0.35].mean()
    told = false_discovery(Moments(n, 0.35, 0.0, 3.0), 10, true=0.5, prior=0.5)
    assert told == pytest.approx(share, abs=0.04)


def test_odds_of_a_best_that_luck_surely_gives_are_numbers():
    """Without skill something as good is certain then: nothing is divided by its complement."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = false_discovery(Moments(50, -40.0, 0.0, 3.0), 4, true=0.5, prior=0.1)
    assert told == pytest.approx(0.9)
