"""Block lengths against their closed form; intervals cover the truth as often as they say."""

import numpy as np
import pytest

from strategy.audit.study.bootstrap import block_length, difference_interval, stationary_index


def autoregression(rng, phi, n):
    noise = rng.normal(size=n + 200)
    series = np.zeros(n + 200)
    for t in range(1, n + 200):
        series[t] = phi * series[t - 1] + noise[t]
    return series[200:]


@pytest.mark.parametrize("phi", [0.3, 0.7])
def test_block_length_of_an_autoregression_is_near_its_closed_form(phi):
    # Patton, Politis and White (2009): b = (2 phi / (1 - phi^2))^(2/3) N^(1/3)
    rng = np.random.default_rng(11)
    found = [block_length(autoregression(rng, phi, 5000)) for _ in range(40)]
    truth = (2 * phi / (1 - phi**2)) ** (2 / 3) * 5000 ** (1 / 3)
    assert truth == pytest.approx({0.3: 12.95, 0.7: 33.52}[phi], abs=0.01)
    assert np.median(found) == pytest.approx(truth, rel=0.10)


def test_block_length_keeps_to_its_bounds():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=3000)
    assert block_length(noise, 63.0) == 63.0
    assert block_length(np.ones(100), 5.0) == 5.0
    assert block_length(noise[:30], 63.0) == 10.0  # three blocks must fit
    assert block_length(noise[:4]) == 1.0


def test_blocks_have_their_mean_length_and_wrap_around():
    index = stationary_index(np.random.default_rng(3), 100_000, 500, 20.0)
    follows = (index[1:] - index[:-1]) % 500 == 1
    assert (~follows).mean() == pytest.approx(1 / 20, rel=0.05)
    assert set(index.tolist()) == set(range(500))


def test_the_difference_of_known_series_is_the_difference_of_their_means():
    base = np.array([0.0, 1.0, 2.0, 3.0] * 25)
    at = np.arange(3, 100, 4)
    found = difference_interval(
        np.random.default_rng(0), "mean", base, base > 1, at, base[at], base[at] > 1,
        block=4.0, replications=200,
    )  # fmt: skip
    assert found.value == pytest.approx(1.5)
    assert found.low <= 1.5 <= found.high
    assert found.replications + found.empty == 200


def test_intervals_cover_the_truth_at_about_their_nominal_rate():
    # overlapping sums of five shocks, events at random, a true difference of 1.5; nominal 95 %
    rng = np.random.default_rng(5)
    truth, n, runs, covered = 1.5, 1200, 150, 0
    for _ in range(runs):
        y = np.convolve(rng.normal(size=n + 4), np.ones(5), "valid")
        event = np.flatnonzero(rng.random(n) < 0.04)
        y[event] += truth / (1 - len(event) / n)  # of the events less all dates, events included
        hit = (y > 0).astype(float)
        found = difference_interval(
            rng, "mean", y, hit, event, y[event], hit[event],
            block=block_length(y, 5.0), replications=199,
        )  # fmt: skip
        covered += found.low <= truth <= found.high
    rate = covered / runs
    # 150 runs: two standard errors of a rate of 95 % are 3.6 points
    assert 0.90 <= rate <= 0.99, rate


def test_medians_are_resampled_too():
    rng = np.random.default_rng(6)
    y = rng.normal(size=600)
    at = np.arange(5, 600, 20)
    y[at] += 2.0
    hit = (y > 0).astype(float)
    found = difference_interval(
        rng, "median", y, hit, at, y[at], hit[at], block=2.0, replications=99
    )
    assert found.value == pytest.approx(np.median(y[at]) - np.median(y))
    assert found.low < found.value < found.high
