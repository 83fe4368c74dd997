"""Plateau or island, the edge of what was tried, and which parameter matters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from strategy.validation.plateau import importance, plateau


def grid():
    return pd.DataFrame(
        [(a, b) for a in (0.01, 0.02, 0.03) for b in (1, 2, 3)], columns=["stop", "within"]
    )


def drawn(n: int = 400, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.uniform(0, 1, n), "b": rng.uniform(0, 100, n)})


def test_an_island_scores_zero():
    island = np.zeros(9)
    island[4] = 1.0
    found = plateau(grid(), island)
    assert (found.n_neighbours, found.neighbours, found.score) == (4, 0.0, 0.0)


def test_a_plateau_scores_near_one():
    # the best 1.1 in the middle, three of its four neighbours 1, one 0; the median is 0
    found = plateau(grid(), np.array([0, 1, 0, 1, 1.1, 1, 0, 0, 0.0]))
    assert found.n_neighbours == 4
    assert found.score == pytest.approx(0.75 / 1.1)


def test_settings_that_change_nothing_are_no_plateau():
    metric = np.zeros(9)
    metric[[4, 5]] = 1.0  # one step in `within` gives the very same
    found = plateau(grid(), metric)
    assert (found.n_alike, found.n_neighbours, found.score) == (1, 3, 0.0)


def test_without_another_figure_around_there_is_no_score():
    found = plateau(grid(), np.ones(9))
    assert (found.n_neighbours, found.n_alike) == (0, 2)
    assert np.isnan(found.score)


def test_missing_cells_are_no_neighbours():
    metric = np.array([0, np.nan, 0, 1, 1.1, 1, 0, 0, 0.0])
    assert plateau(grid(), metric).n_neighbours == 3


def test_the_best_may_be_given():
    assert plateau(grid(), np.arange(9.0), best=0).best == 0.0


def test_words_have_no_order_every_other_is_one_step_away():
    table = pd.DataFrame({"policy": ["a", "b", "c", "d"]})
    assert plateau(table, np.array([3.0, 1.0, 2.0, 0.0])).n_neighbours == 3


def test_drawn_points_are_held_against_the_nearest():
    table = drawn()
    hill = -((table["a"] - 0.5) ** 2) - (table["b"] / 100 - 0.5) ** 2
    found = plateau(table, hill.to_numpy())
    assert found.drawn and found.n_neighbours == 4
    assert found.score > 0.9
    spike = np.random.default_rng(1).normal(size=len(table))
    assert plateau(table, spike).score < 0.7


def test_the_edge_of_what_was_tried_is_named():
    assert plateau(grid(), np.arange(9.0)).edges == ("stop", "within")
    assert plateau(grid(), np.eye(9)[4]).edges == ()
    assert plateau(grid(), np.eye(9)[3]).edges == ("within",)
    # the last value of a setting that does nothing is no edge
    assert plateau(grid(), np.array([0, 0, 0, 1, 1, 1, 2, 2, 2.0])).edges == ("stop",)


def test_importance_of_one_parameter_alone():
    found = importance(grid(), grid()["stop"].to_numpy() * 10.0)
    assert found.index[0] == "stop"
    assert found["stop"] == pytest.approx(1.0)
    assert found["within"] == pytest.approx(0.0)
    assert (importance(grid(), np.ones(9)) == 0.0).all()


def test_importance_by_hand():
    # a: group means -1 and 1, one in each group off by .5: total 5, within 1
    table = pd.DataFrame({"a": [0, 0, 1, 1]})
    found = importance(table, np.array([-1.5, -0.5, 0.5, 1.5]))
    assert found["a"] == pytest.approx(1 - (3 / 2) * (1 / 5))


def test_many_values_do_not_explain_noise():
    table = drawn()
    noise = np.random.default_rng(2).normal(size=len(table))
    assert (importance(table, noise) < 0.05).all()
    found = importance(table, table["b"].to_numpy())
    assert found["b"] > 0.95 and found["a"] < 0.05


def test_missing_figures_are_left_out_of_importance():
    metric = grid()["stop"].to_numpy() * 10.0
    metric[2] = np.nan
    assert importance(grid(), metric)["stop"] == pytest.approx(1.0)
