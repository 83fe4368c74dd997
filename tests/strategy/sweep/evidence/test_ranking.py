"""The best of a sweep, part by part, and variants that are the same."""

import numpy as np
import pytest

from strategy.sweep.evidence.ranking import Ranking, signed


def add(ranking, first, scores, figures=None):
    scores = np.array(scores, dtype=float)
    rows = scores[:, None] if figures is None else np.array(figures, dtype=float)
    ranking.add(np.arange(first, first + len(scores)), scores, rows)


def told(ranking):
    return [(place.variant, place.score, place.alike) for place in ranking.places]


def test_the_best_come_first_and_of_equals_the_lower_number():
    ranking = Ranking(n=3, keep=4)
    add(ranking, 0, [0.1, 0.5, 0.3], [[0], [1], [2]])
    add(ranking, 3, [0.5, 0.2, 0.4], [[3], [4], [5]])
    assert told(ranking) == [(1, 0.5, 1), (3, 0.5, 1), (5, 0.4, 1)]
    assert list(ranking.variants) == [1, 3, 5, 2]


def test_variants_with_the_same_figures_are_told_once_with_their_number():
    ranking = Ranking(n=2, keep=10)
    add(ranking, 0, [0.5, 0.5, 0.1], [[7.0, np.nan], [7.0, np.nan], [1.0, 0.0]])
    add(ranking, 3, [0.5, 0.5, 0.3], [[7.0, np.nan], [8.0, np.nan], [2.0, 0.0]])
    assert told(ranking) == [(0, 0.5, 3), (4, 0.5, 1)]
    # the variants themselves are all kept
    assert list(ranking.variants) == [0, 1, 3, 4, 5, 2]


def test_a_zero_has_no_sign():
    ranking = Ranking(n=2, keep=2)
    add(ranking, 0, [0.1, 0.1], [[0.0], [-0.0]])
    assert told(ranking) == [(0, 0.1, 2)]


def test_the_parts_do_not_show():
    rng = np.random.default_rng(3)
    figures = rng.integers(0, 6, (500, 3)).astype(float)
    scores = figures.sum(axis=1)
    whole, parts = Ranking(n=7, keep=20), Ranking(n=7, keep=20)
    add(whole, 0, scores, figures)
    for first in range(0, 500, 64):
        add(parts, first, scores[first : first + 64], figures[first : first + 64])
    assert told(whole) == told(parts)
    assert list(whole.variants) == list(parts.variants)
    best = whole.places[0]
    assert best.alike == int((figures == figures[best.variant]).all(axis=1).sum()) > 1


@pytest.mark.parametrize(("by", "sign"), [("sharpe", 1.0), ("cost", -1.0), ("volatility", -1.0)])
def test_scores_rise_with_what_is_better_and_no_figure_is_the_worst(by, sign):
    assert list(signed(by, np.array([2.0, np.nan, -1.0]))) == [2.0 * sign, -np.inf, -1.0 * sign]
