"""From the plan's points to the index's: exact ratios, the guard's two per cent, past highs."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from market.errors import InputError
from strategy.decide.levels import vintage_levels
from strategy.plan import Levels
from tests.strategy.tiny_market import make_market, make_plan, outcome_of, price_frame, weekdays
from tests.tolerances import LAST_BITS, ROUNDING, printed

YEAR = weekdays("2019-06-03", "2020-12-31")
ANCHOR = pd.Timestamp("2020-11-20")
#: Levels that stay above every reference tried here.
FAR = {"zone": (104.0, 105.0), "extension": (108.0, 110.0)}


def levels_at(close: float, **settings: object):
    market = make_market(price_frame(YEAR, close))
    return vintage_levels(market, Levels.model_validate(settings), ANCHOR)


# --- ratio ------------------------------------------------------------------------------------


def test_at_the_articles_own_level_the_ratio_gives_the_articles_levels():
    found = levels_at(5950.0)
    assert (found.zone_low, found.zone_high) == (6180.0, 6200.0)
    assert (found.extension_low, found.extension_high) == (6450.0, 6500.0)
    assert found.scale == 1.0


def test_the_exact_factors_of_the_design():
    found = levels_at(1.0)
    assert found.zone_low == pytest.approx(1.0386554622, abs=printed(10))
    assert found.zone_high == pytest.approx(1.0420168067, abs=printed(10))
    assert found.extension_low == pytest.approx(1.0840336134, abs=printed(10))
    assert found.extension_high == pytest.approx(1.0924369748, abs=printed(10))


def test_ratio_levels_are_of_the_anchors_close_and_no_other_days():
    prices = price_frame(YEAR, 50.0, {"2020-11-20": (70.0, 90.0, 40.0, 60.0), "2020-11-23": 80.0})
    found = vintage_levels(make_market(prices), Levels(), ANCHOR)
    assert found.zone_low == pytest.approx(60.0 * 6180.0 / 5950.0, rel=LAST_BITS)
    assert found.scale == pytest.approx(60.0 / 5950.0, rel=LAST_BITS)


def test_ratio_has_no_guard():
    assert levels_at(10.0).zone_low == pytest.approx(10.0 * 6180.0 / 5950.0)


# --- absolute ---------------------------------------------------------------------------------


def test_absolute_levels_are_verbatim():
    found = levels_at(5948.71, mode="absolute")
    assert (found.zone_low, found.zone_high) == (6180.0, 6200.0)
    assert (found.extension_low, found.extension_high) == (6450.0, 6500.0)
    assert found.scale == 1.0


def test_the_guard_says_which_reference_which_close_and_which_day():
    sessions = weekdays("2025-10-01", "2025-11-28")
    market = make_market(price_frame(sessions, 6602.99))
    said = "levels do not belong to this price series: reference 5950, close 6602.99 on 2025-11-21"
    with pytest.raises(InputError) as refused:
        vintage_levels(market, Levels(mode="absolute"), pd.Timestamp("2025-11-21"))
    assert said in str(refused.value)
    assert "2%" in refused.value.expected.replace(" ", "")
    assert refused.value.do


@pytest.mark.parametrize("reference", [101.99, 98.01, 100.0])
def test_a_reference_within_two_per_cent_is_taken(reference):
    assert levels_at(100.0, mode="absolute", reference=reference, **FAR).zone_low == 104.0


@pytest.mark.parametrize("reference", [102.01, 97.99, 50.0])
def test_a_reference_further_than_two_per_cent_is_refused(reference):
    with pytest.raises(InputError, match="levels do not belong"):
        levels_at(100.0, mode="absolute", reference=reference, **FAR)


@pytest.mark.parametrize("reference", [102.0, 98.0])
def test_a_reference_at_exactly_two_per_cent_is_taken(reference):
    # refused is what differs by more than 2 %; in binary 102 / 100 - 1 is 0.020000000000000018
    assert levels_at(100.0, mode="absolute", reference=reference, **FAR).zone_low == 104.0


def test_a_run_in_absolute_mode_is_refused_for_the_first_vintage_that_does_not_fit():
    sessions = weekdays("2019-10-01", "2021-12-31")
    market = make_market(price_frame(sessions, 100.0, {"2020-03-02": 150.0}))
    plan = make_plan(tactical__levels={"mode": "absolute", "reference": 100, **FAR})
    with pytest.raises(InputError, match=r"close 150\.00 on 2020-11-20"):
        outcome_of(plan, market)
    alone = make_plan(
        tactical__levels={"mode": "absolute", "reference": 100, **FAR}, vintages=[2019]
    )
    assert list(outcome_of(alone, market).vintages["zone_low"]) == [104.0]


# --- structural -------------------------------------------------------------------------------


def test_structural_levels_of_the_articles_own_picture():
    # support 5950 = the average of twenty weekly closes; highest close of 252 sessions 6180
    prices = price_frame(YEAR, 5950.0, {"2020-02-03": 6180.0, "2020-02-04": 5950.0})
    found = vintage_levels(make_market(prices), Levels(mode="structural"), ANCHOR)
    assert found.support == pytest.approx(5950.0, rel=ROUNDING)
    assert (found.zone_low, found.zone_high) == (6180.0, 6200.0)
    # E_lo = 2 x 6200 - 5950 = 6450, rounded up by steps of 100
    assert found.extension_low == pytest.approx(6450.0, rel=ROUNDING)
    assert found.extension_high == 6500.0
    assert math.isnan(found.scale)


def test_the_structural_zone_looks_at_closes_of_252_sessions_up_to_the_anchor():
    position = YEAR.get_loc(ANCHOR)
    just_in, just_out = (YEAR[position - back] for back in (251, 252))
    after = YEAR[position + 1]

    def zone_low(day: pd.Timestamp) -> float:
        following = YEAR[YEAR.get_loc(day) + 1]
        prices = price_frame(YEAR, 100.0, {str(day): 120.0, str(following): 100.0})
        return vintage_levels(make_market(prices), Levels(mode="structural"), ANCHOR).zone_low

    assert zone_low(just_in) == 120.0
    assert zone_low(just_out) == 100.0
    assert zone_low(after) == 100.0


def test_a_high_inside_a_session_is_no_close():
    prices = price_frame(YEAR, 100.0, {"2020-06-01": (100.0, 130.0, 90.0, 100.0)})
    found = vintage_levels(make_market(prices), Levels(mode="structural"), ANCHOR)
    assert found.zone_low == 100.0
    # 1.68 % of 100 is 1.68, nearest in log among 1, 2, 2.5, 5 is 2
    assert found.zone_high == 102.0


def test_without_the_history_for_structural_levels_nothing_is_bought():
    short = weekdays("2020-06-01", "2020-12-31")
    plan = make_plan(tactical__levels={"mode": "structural"})
    row = outcome_of(plan, make_market(price_frame(short))).vintages.iloc[0]
    assert math.isnan(row["zone_low"])
    assert math.isnan(row["entry_price"])
    assert row["exit_reason"] == "no_levels"
