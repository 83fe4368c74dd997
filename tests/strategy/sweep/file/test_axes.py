"""Values of a key from lists, ranges and distributions."""

import numpy as np
import pytest

from market.errors import InputError
from strategy.sweep.file.axes import Distribution, draw, read_values

STOP = "tactical.stop"
WITHIN = "tactical.failed_breakout.within"


def test_a_linear_range_has_round_numbers_in_it():
    found = read_values(STOP, {"from": 0.1, "to": 0.5, "steps": 5}, "here")
    assert found == (0.1, 0.2, 0.3, 0.4, 0.5)


def test_a_log_range_has_equal_ratios():
    found = read_values(STOP, {"from": 0.01, "to": 0.04, "steps": 3, "scale": "log"}, "here")
    assert found == (0.01, 0.02, 0.04)


def test_a_range_of_a_whole_number_gives_whole_numbers():
    found = read_values(WITHIN, {"from": 1, "to": 5, "steps": 3}, "here")
    assert found == (1, 3, 5)
    assert all(isinstance(v, int) for v in found)


@pytest.mark.parametrize(
    ("key", "content", "message"),
    [
        (STOP, [], "an empty list"),
        (STOP, [0.02, 0.03, 0.02], "twice"),
        (STOP, [1, 1.0], "twice"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 0}, "0 steps"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 1_000_001}, "1,000,001 steps"),
        (STOP, {"from": 0.01, "to": 0.01 + 1e-15, "steps": 9}, "closer than 12 digits"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": -3}, "-3 steps"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 10**9}, "1,000,000,000 steps"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 2.5}, "whole number"),
        (STOP, {"from": 0.01, "to": 0.05}, "whole number"),
        (STOP, {"from": 0.05, "to": 0.01, "steps": 3}, "'from' below 'to'"),
        (STOP, {"from": 0.05, "to": 0.05, "steps": 3}, "'from' below 'to'"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 1}, "'from' below 'to'"),
        (STOP, {"from": 0, "to": 0.05, "steps": 3, "scale": "log"}, "log range from 0"),
        (STOP, {"from": 0.01, "to": 0.05, "steps": 3, "scale": "cubic"}, "linear or log"),
        (STOP, {"from": 0.01, "to": 0.05, "step": 3}, "unknown key 'step'"),
        (STOP, {"from": "a", "to": 0.05, "steps": 3}, "a number"),
        (STOP, {"normal": [0, 1]}, "a list of values"),
        (STOP, 0.03, "a list of values"),
        (STOP, {"uniform": [0.05, 0.01]}, "lower number first"),
        (STOP, {"uniform": [0.05]}, "[lowest, highest]"),
        (STOP, {"loguniform": [0.0, 0.05]}, "above 0"),
        (STOP, {"choice": []}, "an empty list"),
        (WITHIN, {"from": 1, "to": 4, "steps": 3}, "the range gives 2.5"),
        (WITHIN, {"uniform": [1, 4]}, "integers or choice"),
        (WITHIN, {"integers": [1, 4.5]}, "whole numbers"),
    ],
)
def test_what_gives_no_values_is_refused_with_the_reason(key, content, message):
    with pytest.raises(InputError) as refusal:
        read_values(key, content, "f.yaml:7: sweep.keys.x")
    assert message in refusal.value.line()
    assert refusal.value.where.startswith("f.yaml:7")


def test_draws_lie_in_their_range_and_repeat_with_the_seed():
    distributions = [
        Distribution("a", "uniform", (0.1, 0.2), False),
        Distribution("b", "loguniform", (0.001, 1.0), False),
        Distribution("c", "integers", (1, 3), True),
        Distribution("d", "choice", ("x", "y"), False),
    ]
    for method in ("random", "sobol"):
        axis = draw(distributions, 100, method, 7)
        again = draw(distributions, 100, method, 7)
        assert axis == again and len(axis) == 100
        a, b, c, d = axis.values
        assert min(a) >= 0.1 and max(a) <= 0.2
        assert min(b) >= 0.001 and 0.01 < np.median(b) < 0.1 and max(b) <= 1.0
        assert set(c) == {1, 2, 3} and set(d) == {"x", "y"}
        assert draw(distributions, 100, method, 8) != axis


def test_sobol_points_fill_a_range_more_evenly_than_random_ones():
    distribution = [Distribution("a", "uniform", (0.0, 1.0), False)]

    def emptiest(method):
        values = draw(distribution, 256, method, 3).values[0]
        return np.diff(np.sort(np.concatenate([[0.0], values, [1.0]]))).max()

    assert emptiest("sobol") < 0.5 * emptiest("random")
