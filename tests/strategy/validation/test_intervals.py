"""Intervals against published values, closed forms and the binomial itself."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.validation.intervals import hit_interval, median_interval
from tests.tolerances import LONG_SUMS, ROUNDING, printed


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (0, 10, 0.0, 0.3085),
        (1, 10, 0.0025, 0.4450),
        (5, 10, 0.1871, 0.8129),
        (9, 10, 0.5550, 0.9975),
        (10, 10, 0.6915, 1.0),
    ],
)
def test_the_interval_of_a_hit_rate_is_the_published_clopper_pearson(hits, n, low, high):
    assert hit_interval(hits, n) == pytest.approx((low, high), abs=printed(4))


def test_the_bound_of_no_hit_has_a_closed_form():
    for n in (1, 7, 62):
        assert hit_interval(0, n)[1] == pytest.approx(1 - 0.025 ** (1 / n), rel=ROUNDING)
        assert hit_interval(n, n)[0] == pytest.approx(0.025 ** (1 / n), rel=ROUNDING)


def test_no_trial_has_no_interval():
    assert all(math.isnan(x) for x in hit_interval(0, 0))


def binomial_tail(hits: int, n: int, p: float) -> float:
    return sum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(hits, n + 1))


@settings(max_examples=60)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_at_its_ends_the_interval_leaves_two_and_a_half_per_cent(case):
    hits, n = case
    low, high = hit_interval(hits, n)
    assert 0.0 <= low <= hits / n <= high <= 1.0
    if hits > 0:
        assert binomial_tail(hits, n, low) == pytest.approx(0.025, rel=1e-6)
    if hits < n:
        assert 1.0 - binomial_tail(hits + 1, n, high) == pytest.approx(0.025, rel=1e-6)
    mirrored = hit_interval(n - hits, n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=LONG_SUMS)


def test_counts_need_not_be_whole():
    # between the intervals of the whole counts on both sides, at the same n
    low, high = hit_interval(3.5, 10.0)
    below, above = hit_interval(3, 10), hit_interval(4, 10)
    assert below[0] < low < above[0] and below[1] < high < above[1]


def test_clopper_pearson_of_known_counts():
    # 4 of 4: the low end is 0.025 ** (1/4)
    assert hit_interval(4, 4) == pytest.approx((0.025**0.25, 1.0))
    assert hit_interval(0, 10) == pytest.approx((0.0, 1.0 - 0.025**0.1))
    assert hit_interval(8, 10) == pytest.approx((0.44390, 0.97479), abs=printed(5))
    assert np.isnan(hit_interval(0, 0)).all()


def test_median_interval_leaves_out_as_many_as_the_binomial_allows():
    # of 6 values all below the median: 2 x 1/64 = 3.1 %; of 5: 6.3 %
    assert np.isnan(median_interval(np.arange(5.0))).all()
    assert median_interval(np.arange(6.0)) == (0.0, 5.0)
    # of 9: two left out on each side would be 2 x (1 + 9 + 36)/512 = 18 %, one 2 x 10/512 = 3.9 %
    assert median_interval(np.arange(9.0)) == (1.0, 7.0)
