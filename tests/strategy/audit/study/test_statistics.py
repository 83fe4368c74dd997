"""Statistics against hand-computed numbers and independent implementations."""

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]

from strategy.audit.study.statistics import (
    episodes,
    figure_of,
    first_of,
    holm,
    newey_west_t,
)
from tests.tolerances import LONG_SUMS


def test_events_inside_a_window_belong_to_its_episode():
    number = episodes(np.array([0, 3, 5, 9, 20]), np.array([5, 8, 10, 14, 25]))
    assert number.tolist() == [0, 0, 1, 1, 2]
    assert first_of(number).tolist() == [True, False, True, False, True]


def test_windows_that_only_meet_are_two_episodes():
    assert episodes(np.array([0, 5]), np.array([5, 10])).tolist() == [0, 1]


def test_no_event_is_no_episode():
    none = np.zeros(0, dtype=np.int64)
    assert not len(first_of(episodes(none, none)))


def test_figures():
    values, hit = np.array([0.1, -0.2, 0.4]), np.array([1.0, 0.0, 1.0])
    assert figure_of("mean", values, hit) == pytest.approx(0.1)
    assert figure_of("median", values, hit) == 0.1
    assert figure_of("hit_rate", values, hit) == pytest.approx(2 / 3)
    assert np.isnan(figure_of("mean", np.zeros(0), np.zeros(0)))


def test_newey_west_agrees_with_statsmodels():
    rng = np.random.default_rng(2)
    y = np.convolve(rng.normal(size=320), np.ones(20), "valid")
    event = rng.random(len(y)) < 0.1
    x = np.column_stack([np.ones(len(y)), event])
    fit = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 19})
    assert newey_west_t(y, event, 19) == pytest.approx(float(fit.tvalues[1]), rel=LONG_SUMS)


def test_holm_steps_down_and_never_decreases():
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx(
        {"a": 0.03, "b": 0.06, "c": 0.06}
    )
    assert holm({"a": 0.5, "b": 0.6}) == {"a": 1.0, "b": 1.0}
    assert holm({}) == {}
