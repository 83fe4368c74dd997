"""Sharpe inference against the numbers its papers print."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.validation.sharpe import (
    Moments,
    deflated_sharpe,
    effective_trials,
    expected_maximum,
    mean_correlation,
    minimum_backtest_length,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_error,
    sharpe_of_columns,
    sharpe_of_luck,
)
from tests.tolerances import ROUNDING, printed


@pytest.mark.parametrize(
    ("n", "skew", "kurtosis", "expected"),
    [(24, 0.0, 3.0, 0.981675), (24, -2.448, 10.164, 0.913361), (36, -2.448, 10.164, 0.953505)],
)
def test_psr_of_the_paper_s_hedge_fund(n, skew, kurtosis, expected):
    assert probabilistic_sharpe(Moments(n, 0.458, skew, kurtosis)) == pytest.approx(
        expected, abs=printed(6)
    )


@pytest.mark.parametrize(
    ("sharpe", "skew", "kurtosis", "error", "years"),
    [(0.7079, -0.2250, 2.9570, 0.1028, 0.715216), (0.8183, -1.4455, 7.0497, 0.1550, 1.159303)],
)
def test_error_and_minimum_track_record_of_the_published_notebook(
    sharpe, skew, kurtosis, error, years
):
    m = Moments(134, sharpe, skew, kurtosis)
    assert sharpe_error(m) == pytest.approx(error, abs=printed(4))
    assert minimum_track_record(m) / 12.0 == pytest.approx(years, abs=printed(6))


@pytest.mark.parametrize(
    ("periods", "skew", "kurtosis", "years"),
    [
        (252, 0.0, 3.0, 2.7310),
        (52, 0.0, 3.0, 2.8288),
        (12, 0.0, 3.0, 3.2398),
        (12, -0.72, 5.78, 4.9913),
    ],
)
def test_track_record_for_sharpe_two_against_one(periods, skew, kurtosis, years):
    root = np.sqrt(periods)
    m = Moments(1000, 2.0 / root, skew, kurtosis)
    assert minimum_track_record(m, 1.0 / root) / periods == pytest.approx(years, abs=printed(4))


def test_track_record_is_endless_at_the_benchmark():
    assert minimum_track_record(Moments(50, 0.1, 0.0, 3.0), 0.1) == float("inf")


@pytest.mark.parametrize(
    ("trials", "skew", "kurtosis", "days", "expected"),
    [
        (100, -3.0, 10.0, 250, 0.900397),
        (46, -3.0, 10.0, 250, 0.950502),
        (88, 0.0, 3.0, 250, 0.950491),
        (100, -3.0, 10.0, 252, 0.899672),
    ],
)
def test_dsr_of_the_paper(trials, skew, kurtosis, days, expected):
    m = Moments(1250, 2.5 / np.sqrt(days), skew, kurtosis)
    assert deflated_sharpe(m, 0.5 / days, trials) == pytest.approx(expected, abs=printed(6))


def test_sharpe_of_luck_of_the_paper():
    assert sharpe_of_luck(0.5 / 250, 100) == pytest.approx(0.113172, abs=printed(6))


def test_expected_maximum_and_minimum_backtest_length():
    assert expected_maximum(10) == pytest.approx(1.5746, abs=printed(4))
    assert minimum_backtest_length(45) == pytest.approx(4.998, abs=printed(3))
    assert expected_maximum(1) == 0.0


def test_effective_trials():
    assert effective_trials(100, 0.5) == 50.5
    assert effective_trials(100, -0.2) == 100.0
    assert effective_trials(100, 1.0) == 1.0


@given(st.integers(0, 10_000))
def test_mean_correlation_is_the_mean_of_the_matrix(seed):
    x = np.random.default_rng(seed).normal(size=(12, 5)).cumsum(axis=1)
    matrix = np.corrcoef(x, rowvar=False)
    expected = (matrix.sum() - 5) / 20
    assert mean_correlation(x) == pytest.approx(expected, abs=ROUNDING)


def test_moments_by_hand():
    # mean 2, deviations -1, 0, 1; ddof-1 variance 1; population z^4 mean = (2/3)/(4/9) = 1.5
    m = moments(np.array([1.0, 2.0, 3.0]))
    assert (m.n, m.sharpe) == (3, 2.0)
    assert m.skew == pytest.approx(0.0)
    assert m.kurtosis == pytest.approx(1.5)


@pytest.mark.parametrize("bad", [[1.0, 2.0], [1.0, np.nan, 2.0], [0.1, 0.1, 0.1]])
def test_moments_refuse_what_has_no_sharpe_ratio(bad):
    with pytest.raises(ValueError):
        moments(np.array(bad))


@given(st.integers(2, 500), st.floats(0.01, 0.3))
def test_more_trials_never_raise_the_deflated_sharpe(trials, variance):
    m = Moments(60, 0.4, -0.5, 4.0)
    assert deflated_sharpe(m, variance, trials + 1) <= deflated_sharpe(m, variance, trials)


def test_sharpe_ratios_by_hand_and_of_what_does_not_vary():
    x = np.array([[1.0, 5.0, 0.0, 1e-13, -2.0], [2.0, 5.0, 0.0, 0.0, -2.0], [3.0, 5.0, 0, 0, -2]])
    assert sharpe_of_columns(x).tolist() == [2.0, np.inf, 0.0, 0.0, -np.inf]
