"""The hedge beside holding less: every measure against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.result.hedge.beside_less import MEASURES, beside_less
from tests.tolerances import ROUNDING

MOVES = pd.DataFrame(
    {"put": [0.30, 0.10, -0.02, -0.03], "derisk": [0.16, 0.08, 0.0, -0.08]},
    index=pd.Index([-0.4, -0.2, 0.0, 0.2], name="move"),
)
SHAPES = pd.DataFrame(
    {
        "move": [-0.2, -0.2, -0.2, -0.4],
        "shape": ["straight", "sawtooth", "crash", "crash"],
        "put": [0.02, 0.5, 0.10, 0.9],
        "derisk": [0.08, 0.08, 0.08, 0.16],
    }
)


def vintages(falls, gains, less, saved, less_saved) -> pd.DataFrame:
    """Hedged years by the index's deepest fall, what hedge and holding less gained and saved."""
    rows = pd.DataFrame(
        {"window_max_drawdown": falls, "hedge_return": gains, "derisk_gain": less}, dtype=float
    )
    rows["unhedged_return"] = 0.10
    rows["total_return"] = 0.10 + rows["hedge_return"]
    rows["derisk_return"] = 0.10 + rows["derisk_gain"]
    rows["unhedged_max_drawdown"] = -0.30
    rows["max_drawdown"] = -0.30 + pd.Series(saved, dtype=float)
    rows["derisk_max_drawdown"] = -0.30 + pd.Series(less_saved, dtype=float)
    return rows


FOUR = vintages(
    [-0.20, -0.35, -0.19, -0.05],
    [0.04, -0.01, -0.02, -0.04],
    [0.02, 0.03, -0.01, 0.0],
    [0.06, 0.02, 0.01, 0.01],
    [0.02, 0.02, 0.02, 0.02],
)


def table(hedged=FOUR, own="put") -> pd.DataFrame:
    return beside_less(hedged, MOVES, SHAPES, own).set_index("measure")


def test_the_rows_are_the_measures_in_their_order():
    assert tuple(table().index) == MEASURES


def test_convexity_is_the_second_difference_at_a_fifth_either_way():
    found = table()
    assert found["hedge"]["convexity"] == pytest.approx(0.10 - 0.03 + 2 * 0.02, abs=ROUNDING)
    assert found["less"]["convexity"] == pytest.approx(0.0, abs=ROUNDING)  # it pays in proportion
    assert found.loc[["convexity"], ["n", "hedge_low", "hedge_high"]].isna().all(axis=None)


def test_persistence_is_a_slow_fall_over_a_crash():
    row = table().loc["persistence"]
    assert (row["hedge"], row["less"]) == pytest.approx((0.2, 1.0), abs=ROUNDING)


def test_reliability_counts_falls_of_exactly_a_fifth_too():
    row = table().loc["reliability"]
    assert row["n"] == 2
    assert (row["hedge"], row["less"]) == (0.5, 1.0)
    # Clopper and Pearson: one and two of two
    assert row["hedge_low"] == pytest.approx(1 - 0.975**0.5, abs=1e-9)
    assert row["less_low"] == pytest.approx(0.025**0.5, abs=1e-9)
    assert row["less_high"] == 1.0


def test_carry_is_the_mean_of_the_other_years():
    row = table().loc["carry"]
    assert row["n"] == 2
    assert (row["hedge"], row["less"]) == pytest.approx((-0.03, -0.005), abs=ROUNDING)
    # Student's t with one degree of freedom: 12.7062 standard errors of 0.01
    assert row["hedge_low"] == pytest.approx(-0.03 - 0.127062, abs=1e-6)


def test_cost_is_what_was_given_up_over_what_was_saved():
    found = table()
    row = found.loc["cost_per_drawdown_point"]
    assert row["n"] == 4
    assert row["hedge"] == pytest.approx(0.03 / 0.10, abs=ROUNDING)
    assert row["less"] == pytest.approx(-0.04 / 0.08, abs=ROUNDING)
    assert np.isnan(found["hedge_low"]["cost_per_drawdown_point"])  # the saving may be zero
    # where every year saves as much, Fieller's interval is the mean's over the saving
    assert row["less_low"] == pytest.approx((-0.01 - 3.182446 * 0.0182574 / 2) / 0.02, abs=1e-4)


def test_what_saved_nothing_has_no_cost_a_point():
    same = FOUR.assign(max_drawdown=-0.30)
    assert np.isnan(table(same)["hedge"]["cost_per_drawdown_point"])


def test_without_hedged_years_or_an_instrument_nothing_is_made_up():
    empty = table(FOUR.iloc[:0], own="none")
    assert empty["hedge"].isna().all()
    assert list(empty["n"].dropna()) == [0, 0, 0]


@given(st.lists(st.floats(-0.9, 0.0), min_size=1, max_size=30))
def test_every_hedged_year_is_in_a_fall_or_outside(falls):
    many = vintages(falls, *([[0.01] * len(falls)] * 4))
    found = table(many)
    assert found.loc["reliability", "n"] + found.loc["carry", "n"] == len(falls)
    assert found.loc["cost_per_drawdown_point", "n"] == len(falls)


def test_the_table_of_a_run_agrees_with_its_other_figures(history):
    report, summary = history.hedge_report, history.hedge_report.summary
    found = report.beside_less.set_index("measure")
    cost = found.loc["cost_per_drawdown_point"]
    assert cost["n"] == summary["n"]
    assert cost["hedge"] == pytest.approx(summary["cost_per_drawdown_point"], rel=ROUNDING)
    assert cost["hedge_low"] == pytest.approx(summary["cost_per_drawdown_low"], rel=1e-9)
    assert found.loc["carry", "n"] == len(
        report.false_alarms
    )  # hedged, and no fall: the same years
    for row in report.as_dict()["beside_less"]:
        assert row["n"] is None or isinstance(row["n"], int)
