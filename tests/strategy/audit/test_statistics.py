"""Statistics against hand-computed numbers and independent implementations."""

import numpy as np
import pytest

from strategy.audit.study.statistics import (
    episodes,
    figure_of,
    first_of,
    hit_interval,
    holm,
    mean_interval,
    median_interval,
    newey_west_t,
)


def test_events_inside_a_window_belong_to_its_episode():
    number = episodes(np.array([0, 3, 5, 9, 20]), np.array([5, 8, 10, 14, 25]))
    assert number.tolist() == [0, 0, 1, 1, 2]
    assert first_of(number).tolist() == [True, False, True, False, True]


def test_windows_that_only_meet_are_two_episodes():
    assert episodes(np.array([0, 5]), np.array([5, 10])).tolist() == [0, 1]


def test_no_event_is_no_episode():
    none = np.zeros(0, dtype=np.int64)
    assert not len(first_of(episodes(none, none)))


def test_clopper_pearson_of_known_counts():
    # 4 of 4: the low end is 0.025 ** (1/4)
    assert hit_interval(4, 4) == pytest.approx((0.025**0.25, 1.0))
    assert hit_interval(0, 10) == pytest.approx((0.0, 1.0 - 0.025**0.1))
    assert hit_interval(8, 10) == pytest.approx((0.44390, 0.97479), abs=5e-6)
    assert np.isnan(hit_interval(0, 0)).all()


def test_student_interval_of_three_values():
    # mean 2, sd 1, t(0.975, 2) = 4.302653
    assert mean_interval(np.array([1.0, 2.0, 3.0])) == pytest.approx(
        (2 - 4.302653 / 3**0.5, 2 + 4.302653 / 3**0.5), abs=1e-6
    )
    assert np.isnan(mean_interval(np.array([1.0]))).all()


def test_median_interval_leaves_out_as_many_as_the_binomial_allows():
    # of 6 values all below the median: 2 x 1/64 = 3.1 %; of 5: 6.3 %
    assert np.isnan(median_interval(np.arange(5.0))).all()
    assert median_interval(np.arange(6.0)) == (0.0, 5.0)
    # of 9: two left out on each side would be 2 x (1 + 9 + 36)/512 = 18 %, one 2 x 10/512 = 3.9 %
    assert median_interval(np.arange(9.0)) == (1.0, 7.0)


def test_figures():
    values, hit = np.array([0.1, -0.2, 0.4]), np.array([1.0, 0.0, 1.0])
    assert figure_of("mean", values, hit) == pytest.approx(0.1)
    assert figure_of("median", values, hit) == 0.1
    assert figure_of("hit_rate", values, hit) == pytest.approx(2 / 3)
    assert np.isnan(figure_of("mean", np.zeros(0), np.zeros(0)))


def test_newey_west_agrees_with_statsmodels():
    regression = pytest.importorskip("statsmodels.regression.linear_model")
    rng = np.random.default_rng(2)
    y = np.convolve(rng.normal(size=320), np.ones(20), "valid")
    event = rng.random(len(y)) < 0.1
    x = np.column_stack([np.ones(len(y)), event])
    fit = regression.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 19})
    assert newey_west_t(y, event, 19) == pytest.approx(float(fit.tvalues[1]), rel=1e-9)


def test_holm_steps_down_and_never_decreases():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06}
    )
    assert holm({"a": 0.5, "b": 0.6}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}
