"""Target, lift, review and orders of a hedge's ratio against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.hedge.rules import (
    NO_ORDER,
    SCALE_UNITS,
    SET_RATIO,
    lift_targets,
    ordered,
    target_ratio,
    target_ratios,
    window_orders,
)
from tests.tolerances import LAST_BITS


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0.2, 0.0), (0.4, 0.0), (0.5, 0.125), (0.6, 0.25), (0.8, 0.5), (0.95, 0.5)],
)
def test_the_ratio_rises_in_a_line_between_two_scores(score, expected):
    assert target_ratio(score, 0.4, 0.8, 0.5) == pytest.approx(expected, rel=LAST_BITS)


def test_rounding_of_a_score_asks_for_no_hedge_and_an_unknown_score_for_none_known():
    assert target_ratio(0.1 + 0.1 + 0.1 + 0.1 + 1e-16, 0.4, 0.8, 0.5) == 0.0
    assert np.isnan(target_ratio(np.nan, 0.4, 0.8, 0.5))


def test_all_sessions_at_once_are_the_sessions_one_by_one():
    scores = np.append(np.random.default_rng(3).uniform(-0.2, 1.2, 300), [np.nan, 0.4, 0.8])
    one_by_one = np.array([target_ratio(s, 0.4, 0.8, 0.7) for s in scores])
    np.testing.assert_array_equal(target_ratios(scores, 0.4, 0.8, 0.7), one_by_one)
    inside = 0.7 * np.clip((scores - 0.4) / (0.8 - 0.4), 0.0, 1.0)
    np.testing.assert_allclose(one_by_one, inside, rtol=LAST_BITS, atol=1e-9)


def test_a_trigger_lifts_to_the_largest_ratio_and_its_coming_and_going_are_reviewed():
    target = np.array([0.1, np.nan, 0.2, 0.3, 0.4])
    review = np.array([True, False, False, False, False])
    lifted = np.array([False, True, True, False, False])
    targets, reviews = lift_targets(target, review, lifted, 0.5)
    assert targets.tolist() == [0.1, 0.5, 0.5, 0.3, 0.4]
    assert reviews.tolist() == [True, True, False, True, False]


def test_what_was_lifted_before_the_first_session_is_not_known():
    _, reviews = lift_targets(np.zeros(2), np.zeros(2, bool), np.array([True, True]), 0.5)
    assert not reviews.any()


@pytest.mark.parametrize(
    ("ratio", "scale", "ends", "at_close", "expected"),
    [
        (0.3, 1.0, False, False, SET_RATIO),
        (0.0, 1.0, False, True, SET_RATIO),
        (0.3, 0.5, False, False, SET_RATIO),  # a ratio set anew contains the cover
        (np.nan, 0.5, False, False, SCALE_UNITS),
        (np.nan, 1.0, False, False, NO_ORDER),
        (0.3, 0.5, True, False, SET_RATIO),
        (0.3, 0.5, True, True, NO_ORDER),  # the window's end is the same fill
    ],
)
def test_what_a_session_orders(ratio, scale, ends, at_close, expected):
    assert ordered(ratio, scale, ends, at_close) == expected
    ratios, scales = np.array([np.nan, ratio]), np.array([1.0, scale])
    assert window_orders(ratios, scales, 2, ends, at_close).tolist() == [NO_ORDER, expected]
    longer = np.append(ratios, np.nan), np.append(scales, 1.0)
    middle = ordered(ratio, scale, False, at_close)
    assert window_orders(*longer, 3, ends, at_close).tolist() == [NO_ORDER, middle, NO_ORDER]


@pytest.mark.parametrize("at_close", [True, False])
def test_where_only_the_data_end_the_last_session_orders_as_any_other(at_close):
    orders = window_orders(np.array([0.3, 0.2]), np.ones(2), 2, False, at_close)
    assert orders.tolist() == [SET_RATIO, SET_RATIO]
