"""Drawing primitives: scales, round ticks, labels that do not overlap, no lost extremes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.drawing.svg import Canvas, Scale, decimate, path, span, spread, ticks


def test_scales_map_ends_to_ends():
    y = Scale(1.0, 100.0, 200.0, 0.0, log=True)
    assert [y(1.0), y(10.0), y(100.0)] == pytest.approx([200.0, 100.0, 0.0])
    assert y.array(np.array([1.0, 100.0])) == pytest.approx([200.0, 0.0])


@pytest.mark.parametrize(
    ("low", "high", "count", "expected"),
    [
        (-0.031, 0.062, 5, [-0.02, 0.0, 0.02, 0.04, 0.06]),
        (0.0, 1.0, 2, [0.0, 0.5, 1.0]),
        (5600.0, 6500.0, 6, [5600.0, 5800.0, 6000.0, 6200.0, 6400.0]),
    ],
)
def test_ticks_are_round_numbers_inside_the_range(low, high, count, expected):
    assert ticks(low, high, count) == pytest.approx(expected)


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 12))
def test_ticks_never_leave_the_range(low, width, count):
    found = ticks(low, low + width, count)
    slack = width * 1e-6 + 1e-9 * abs(low)
    assert all(low - slack <= t <= low + width + slack for t in found)
    assert len(found) <= 3 * count + 2


@given(st.lists(st.floats(-1e9, 1e9) | st.just(math.nan)))
def test_a_span_is_never_empty(values):
    low, high = span(values, zero=True)
    assert low < high and low <= 0.0 <= high


def test_decimation_keeps_the_lowest_the_highest_and_both_ends():
    rng = np.random.default_rng(0)
    y = np.cumsum(rng.normal(size=16_000))
    x = np.linspace(0.0, 800.0, len(y))
    px, py = decimate(x, y, 400)
    assert len(px) <= 4 * 400
    assert py.min() == y.min() and py.max() == y.max()
    assert (px[0], py[0], px[-1], py[-1]) == (x[0], y[0], x[-1], y[-1])
    assert np.all(np.diff(px) >= 0)


def test_decimation_leaves_out_what_has_no_value():
    px, py = decimate(np.arange(3.0), np.array([1.0, np.nan, 2.0]), 10)
    assert px.tolist() == [0.0, 2.0] and py.tolist() == [1.0, 2.0]


@given(st.lists(st.floats(0, 300), max_size=8))
def test_labels_are_moved_apart_and_stay_inside(positions):
    placed = spread(positions, 14.0, 0.0, 300.0)
    in_order = sorted(placed)
    assert all(b - a >= 14.0 - 1e-9 for a, b in itertools.pairwise(in_order))
    assert all(p <= 300.0 + 1e-9 for p in placed)


def test_text_in_a_drawing_is_escaped():
    canvas = Canvas(10, 10)
    canvas.text(0, 0, "<script>&")
    canvas.rect(0, 0, 1, 1, "x", 'a "title" <b>')
    svg = str(canvas.render())
    assert "<script>" not in svg and "&lt;script&gt;&amp;" in svg and "<b>" not in svg


def test_a_path_has_one_decimal():
    assert path([0.0, 1.26], [2.0, 3.04]) == "M0,2L1.3,3"
