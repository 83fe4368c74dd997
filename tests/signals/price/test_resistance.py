import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.price.resistance import (
    levels_from,
    next_round_above,
    round_step,
    rounded_up,
    structural_levels,
)


@pytest.mark.parametrize(
    ("price", "step"),
    # 1.68 % of 5950 is 99.96; of 17.66 0.297; of 100 1.68; of 1000 16.8; of 130 2.18; of 200 3.36
    # 2.18 lies nearer to 2 than to 2.5 in logs; 3.36 nearer to 2.5 (0.128) than to 5 (0.173)
    [
        *((5950.0, 100.0), (6603.0, 100.0), (17.66, 0.25), (100.0, 2.0), (1000.0, 20.0)),
        *((130.0, 2.0), (200.0, 2.5), (224.84, 5.0)),
    ],
)
def test_round_step_is_the_nearest_nice_number(price, step):
    assert round_step(price) == step


def test_next_round_number_is_strictly_above():
    assert next_round_above(6180.0, 100.0) == 6200.0
    assert next_round_above(6200.0, 100.0) == 6300.0
    assert next_round_above(6890.89, 100.0) == 6900.0
    assert next_round_above(0.3, 0.1) == 0.4


def test_rounding_up_keeps_a_round_number():
    assert rounded_up(6450.0, 100.0) == 6500.0
    assert rounded_up(6500.0, 100.0) == 6500.0
    assert rounded_up(0.3, 0.1) == 0.3


def test_article_levels_come_back_from_5950_and_6180():
    found = levels_from(5950.0, 5950.0, 6180.0)
    assert found[:5] == (5950.0, 6180.0, 6200.0, 6450.0, 6500.0)
    assert math.isnan(found.scale)  # structural levels do not use the plan's points


def test_levels_of_2025():
    found = levels_from(6602.99, 6547.68, 6890.89)
    assert found.zone_high == 6900.0
    assert found.extension_low == pytest.approx(7252.32)
    assert found.extension_high == 7300.0


def test_zone_is_the_highest_close_of_252_sessions(build):
    close = np.full(400, 100.0)
    close[100] = 130.0
    close[200] = 120.0
    prices = build.bars(close, build.weekdays("2022-01-03", 400))
    assert structural_levels(prices, prices.index[351]).zone_low == 130.0
    assert structural_levels(prices, prices.index[352]).zone_low == 120.0
    # the anchor's own close counts
    assert structural_levels(prices.iloc[:401], prices.index[200 + 60]).zone_low == 130.0


def test_levels_are_missing_where_history_is_short_or_has_a_hole(build):
    prices = build.bars(np.full(300, 100.0), build.weekdays("2022-01-03", 300))
    assert math.isnan(structural_levels(prices, prices.index[250]).zone_low)
    assert structural_levels(prices, prices.index[251]).zone_low == 100.0
    holed = prices.drop(prices.index[100:115])
    assert math.isnan(structural_levels(holed, prices.index[299]).zone_low)


def test_anchor_must_be_a_session(build):
    prices = build.bars(np.full(300, 100.0), build.weekdays("2022-01-03", 300))
    with pytest.raises(KeyError):
        structural_levels(prices, "2022-01-08")


@given(st.floats(0.01, 1e7))
def test_step_is_about_a_sixtieth_of_the_price(price):
    step = round_step(price)
    assert 0.62 < step / (0.0168 * price) < 1.6
    above = next_round_above(price, step)
    assert price < above * (1 + 1e-8)
    assert above - price <= step * (1 + 1e-6)
