import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.history.bars import (
    age,
    expanding_percentile,
    expanding_zscore,
    last_true,
    pivots,
    rolling_max,
    rolling_mean,
    segments,
    shift,
    streak,
)

ONE = np.zeros(6, dtype=np.int64)
X = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])


def test_a_gap_of_more_than_ten_days_starts_history_anew():
    index = pd.DatetimeIndex(["2024-01-02", "2024-01-12", "2024-01-23", "2024-01-24"])
    assert segments(index).tolist() == [0, 0, 1, 1]
    assert age(segments(index)).tolist() == [1, 2, 1, 2]


def test_rolling_windows_are_unavailable_until_full():
    assert np.isnan(rolling_mean(X, 3, ONE)[:2]).all()
    assert rolling_mean(X, 3, ONE)[2:] == pytest.approx([8 / 3, 2.0, 10 / 3, 5.0])
    assert rolling_max(X, 2, ONE)[1:].tolist() == [3.0, 4.0, 4.0, 5.0, 9.0]


def test_windows_do_not_reach_across_a_hole():
    two = np.array([0, 0, 0, 1, 1, 1])
    assert np.isnan(rolling_mean(X, 2, two)).tolist() == [True, False, False, True, False, False]
    assert np.isnan(shift(X, 1, two)).tolist() == [True, False, False, True, False, False]
    assert streak(np.ones(6, dtype=bool), two).tolist() == [1, 2, 3, 1, 2, 3]


def test_streak_counts_rows_in_a_row():
    held = np.array([True, True, False, True, True, True])
    assert streak(held, ONE).tolist() == [1, 2, 0, 1, 2, 3]
    assert last_true(~held).tolist() == [-1, -1, 2, 2, 2, 2]


def test_percentile_of_a_record_is_one():
    # 3; 1 of 2; 3 of 3; ties count; 5 of 5; 6 of 6
    expected = [1.0, 0.5, 1.0, 0.5, 1.0, 1.0]
    assert expanding_percentile(X, 1).tolist() == expected
    assert np.isnan(expanding_percentile(X, 4)).tolist() == [True] * 3 + [False] * 3


def test_percentile_skips_missing_figures():
    x = np.array([np.nan, 2.0, np.nan, 1.0])
    found = expanding_percentile(x, 1)
    assert np.isnan(found[[0, 2]]).all()
    assert found[[1, 3]].tolist() == [1.0, 0.5]


def test_zscore_uses_the_past_only():
    # 1, 3: mean 2, deviation sqrt(2); 1, 3, 8: mean 4, deviation sqrt(13)
    found = expanding_zscore(np.array([1.0, 3.0, 8.0]), 2)
    assert np.isnan(found[0])
    assert found[1:] == pytest.approx([1 / np.sqrt(2), 4 / np.sqrt(13)])


def test_pivot_is_a_strict_extreme():
    x = np.array([1.0, 2.0, 5.0, 2.0, 1.0, 3.0, 3.0, 1.0, 0.0])
    segment = np.zeros(9, dtype=np.int64)
    assert np.flatnonzero(pivots(x, 2, segment, high=True)).tolist() == [2]
    assert np.flatnonzero(pivots(x, 1, segment, high=False)).tolist() == [4]
    # a pivot whose neighbours lie beyond a hole is none
    assert not pivots(x, 2, np.repeat([0, 1], [4, 5]), high=True)[2]


@given(
    st.lists(st.integers(0, 5), min_size=1, max_size=60),
    st.integers(1, 7),
    st.lists(st.booleans(), min_size=60, max_size=60),
)
def test_rolling_and_streak_equal_the_naive_loop(values, n, breaks):
    x = np.array(values, dtype=float)
    segment = np.cumsum(breaks[: len(x)]).astype(np.int64)
    mean, held = rolling_mean(x, n, segment), streak(x > 2, segment)
    for i in range(len(x)):
        window = [j for j in range(max(0, i - n + 1), i + 1) if segment[j] == segment[i]]
        if len(window) == n:
            assert mean[i] == pytest.approx(sum(values[j] for j in window) / n)
        else:
            assert np.isnan(mean[i])
        count = 0
        while i - count >= 0 and x[i - count] > 2 and segment[i - count] == segment[i]:
            count += 1
        assert held[i] == count
