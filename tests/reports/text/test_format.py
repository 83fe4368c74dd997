"""Numbers as text: one way, with a true minus and without a signed zero."""

import pytest

from reports.text.fields import field
from reports.text.format import MISSING, figure, grouped, percent, show, telling_digits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0123, "+1.23%"),
        (-0.0306, "−3.06%"),
        (0.0, "0.00%"),
        (-0.00001, "0.00%"),
        (12.5, "+1,250.00%"),
    ],
)
def test_returns_are_signed_percent(value, text):
    assert show(value, "percent") == text


def test_shares_have_no_sign():
    assert show(0.597, "share") == "59.7%"
    assert percent(-0.05, 1) == "−5.0%"


def test_what_is_missing_is_a_dash_and_never_nan():
    assert show(None, "percent") == show(float("nan"), "ratio") == show("", "text") == MISSING


def test_points_counts_and_money():
    assert show(5948.71, "points") == "5,948.71"
    assert show(15652, "count") == "15,652"
    assert show(-3235435.4, "money") == "−3,235,435"
    assert grouped(-0.001) == "0.00"
    assert show(1970, "text") == "1970"


def test_every_figure_carries_its_exact_value_and_its_path():
    html = figure({"tactical": {"mean": 0.00753}}, "tactical.mean")
    assert html == '<data value="0.00753" data-metric="tactical.mean">+0.75%</data>'


def test_a_figure_that_is_absent_is_a_dash():
    assert "–" in figure({}, "tactical.mean")


def test_a_measure_without_an_entry_still_has_words_and_a_kind():
    assert field("hedge.mean_basis_cost").label == "Mean basis cost"
    assert field("hedge.mean_basis_cost").kind == "percent"
    assert field("tactical.exit_reasons.stop").kind == "count"


def test_figures_that_differ_get_as_many_digits_as_it_takes():
    assert telling_digits([0.651, 0.652, 0.65], "ratio") == 3
    assert telling_digits([0.65, 0.66], "ratio") is None
    assert telling_digits([0.1234561, 0.1234562, None], "percent") == 5
    assert telling_digits([0.5, 0.5], "share") is None
