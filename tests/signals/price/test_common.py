"""Rules that any plan may use, on hand-made prices."""

import numpy as np
import pytest

from signals import evaluate


def states(market, name, **numbers):
    return list(evaluate(market, name, **numbers)["state"])


def test_a_close_is_above_or_below_the_average_that_holds_it(build):
    # averages of three: 11, 11, 12.33
    market = build.closes([10.0, 12.0, 11.0, 10.0, 16.0])
    assert states(market, "above_average", sessions=3) == [-1, -1, 0, 0, 1]
    assert states(market, "below_average", sessions=3) == [-1, -1, 0, 1, 0]


def test_the_fast_average_crosses_the_slow_one(build):
    market = build.closes([10.0, 9.0, 8.0, 12.0])
    # fast of two: 9.5, 8.5, 10; slow of three: -, 9, 9.67
    assert states(market, "fast_average_above_slow", fast=2, slow=3) == [-1, -1, 0, 1]
    assert states(market, "fast_average_below_slow", fast=2, slow=3) == [-1, -1, 1, 0]


def test_the_year_so_far_begins_with_the_last_close_of_the_year_before(build):
    # 28 to 31 December 2020, then 1 and 4 January 2021
    index = build.weekdays("2020-12-28", 6)
    market = build.market(build.bars([100.0, 101.0, 102.0, 103.0, 103.0, 104.0], index))
    reading = evaluate(market, "up_this_year")
    assert list(reading["state"]) == [-1] * 4 + [0, 1]
    assert reading["value"].iloc[-1] == pytest.approx(104.0 / 103.0 - 1.0)


def test_a_fall_is_measured_from_the_highest_close_of_its_window(build):
    market = build.closes([100.0, 95.0, 90.0, 89.0])
    assert states(market, "fallen_from_high", fall=0.1, sessions=3) == [-1, -1, 1, 0]
    assert np.isnan(evaluate(market, "vix_above")["value"]).all()
