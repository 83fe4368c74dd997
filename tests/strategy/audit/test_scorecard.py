"""Forecasts followed day by day; scores known by hand."""

import math
from pathlib import Path

import pytest

from strategy.audit.claims.file import load_claims
from strategy.audit.claims.statements import ClaimsFile
from strategy.audit.scorecard import base_rate, brier, log_score, scorecard, smoothed_rate
from strategy.audit.tape import tape
from strategy.plan import Plan
from strategy.plan.file.plan_file import load_plan
from tests.strategy.tiny_market import make_market, make_plan, price_frame, weekdays
from tests.tolerances import LONG_SUMS, ROUNDING

ROOT = Path(__file__).resolve().parents[3]

#: One point around a flat 100, so that highs and lows are true ones.
BAR = (100.0, 100.5, 99.5, 100.0)


def market_to(end, bars=None, start="2017-01-02"):
    sessions = weekdays(start, end)
    given = {f"{day:%Y-%m-%d}": BAR for day in sessions} | (bars or {})
    return make_market(price_frame(sessions, bars=given))


def row_of(market, statement, by="2020-12-15", plan=None, **changes):
    forecast = {"id": "f", "says": "x", "statement": statement, "by": by} | changes
    claims = ClaimsFile.model_validate({"as_of": "2020-11-20", "forecasts": [forecast]})
    return scorecard(market, plan or make_plan(), claims)["f"]


ZONE = {"kind": "touches", "level": "zone_low"}  # 104, the anchor's close being 100


def test_a_touch_happened_on_its_first_day():
    market = market_to("2021-01-29", {"2020-12-03": (100, 104, 99, 100), "2020-12-07": 105.0})
    row = row_of(market, ZONE)
    assert (row["status"], row["date"], row["level"]) == ("happened", "2020-12-03", 104.0)


def test_the_day_it_is_made_does_not_count():
    market = market_to("2021-01-29", {"2020-11-20": (100, 110, 99, 100)})
    assert row_of(market, ZONE)["status"] == "did not happen"


def test_a_forecast_is_open_until_its_last_day_is_over():
    assert row_of(market_to("2020-12-14"), ZONE)["status"] == "still open"
    over = row_of(market_to("2020-12-15"), ZONE)
    assert over["status"] == "did not happen"
    assert over["value"] == 100.5  # how near it came
    assert row_of(market_to("2020-11-19"), ZONE)["status"] == "no data yet"


def test_a_stop_is_touched_from_below_and_hangs_under_the_entry():
    bars = {"2020-11-23": (100.0, 100.5, 97.5, 100.0), "2020-11-25": (98.0, 98.5, 96.9, 98.0)}
    row = row_of(market_to("2020-12-31", bars), {"kind": "touches", "level": "stop"})
    assert (row["level"], row["date"]) == (97.0, "2020-11-25")


TARGET_FIRST = {"kind": "before", "level": "zone_low", "other": "stop"}


@pytest.mark.parametrize(
    ("bars", "policy", "status"),
    [
        ({"2020-12-01": (100, 104, 99, 100), "2020-12-02": 95.0}, "stop_first", "happened"),
        ({"2020-12-01": (100, 101, 96, 97), "2020-12-02": 105.0}, "stop_first", "did not happen"),
        ({"2020-12-01": (100, 105, 96, 100)}, "stop_first", "did not happen"),
        ({"2020-12-01": (100, 105, 96, 100)}, "target_first", "happened"),
        ({}, "stop_first", "did not happen"),
    ],
)
def test_what_comes_first_counts_and_the_plan_decides_one_bar(bars, policy, status):
    plan = make_plan(tactical__same_bar=policy)
    row = row_of(market_to("2020-12-31", bars), TARGET_FIRST, plan=plan)
    assert row["status"] == status


def test_a_race_that_is_lost_is_over_before_its_last_day():
    market = market_to("2020-12-02", {"2020-12-01": (100, 101, 96, 97)})
    assert row_of(market, TARGET_FIRST)["status"] == "did not happen"


FALL = {"kind": "falls", "at_least": 0.20}


def test_a_fall_is_from_the_highest_close_of_the_window():
    bars = {"2021-02-01": 110.0, "2021-05-03": 89.0, "2021-06-01": 87.9}
    row = row_of(market_to("2021-12-31", bars), FALL, by="2021-12-31", start="2021-01-01")
    assert (row["status"], row["date"]) == ("happened", "2021-06-01")
    # 20 % below 110 is 88: 89 is not enough
    del bars["2021-06-01"]
    still = row_of(market_to("2021-05-28", bars), FALL, by="2021-12-31", start="2021-01-01")
    assert (still["status"], still["value"]) == ("still open", pytest.approx(89 / 110 - 1))


def test_a_forecast_whose_first_day_has_not_come_has_no_data():
    row = row_of(market_to("2020-12-30"), FALL, by="2021-12-31", start="2021-01-01")
    assert row["status"] == "no data yet"


def test_higher_compares_the_last_close_with_the_anchor_s():
    market = market_to("2020-12-31", {"2020-12-15": 101.0})
    row = row_of(market, {"kind": "higher"})
    assert (row["status"], row["date"], row["value"]) == (
        "happened",
        "2020-12-15",
        pytest.approx(0.01),
    )


def test_the_base_rate_is_that_of_earlier_years_on_the_same_days():
    bars = {"2018-12-04": (100, 104, 99, 100), "2020-12-03": (100, 104, 99, 100)}
    row = row_of(market_to("2021-01-29", bars), ZONE)
    # 2017, 2018, 2019: one touched
    assert (row["base_hits"], row["base_n"]) == (1, 3)
    assert row["base_rate"] == pytest.approx(1 / 3)
    assert row["base_scored"] == pytest.approx(1.5 / 4)


def test_years_with_a_hidden_high_are_no_part_of_the_base_rate():
    bars = {"2018-12-04": (100, 104, 99, 100), "2018-12-05": 100.0, "2019-12-05": 100.0}
    row = row_of(market_to("2021-01-29", bars), ZONE)
    assert (row["base_hits"], row["base_n"]) == (0, 1)


def test_a_stated_probability_is_scored_beside_the_base_rate():
    market = market_to("2021-01-29", {"2020-12-03": (100, 104, 99, 100)})
    row = row_of(market, ZONE, probability=0.8)
    assert row["brier"] == pytest.approx(0.04)
    assert row["log_score"] == pytest.approx(-math.log(0.8))
    # none of three years: counted as 0, scored as 1/8 so that neither outcome costs infinity
    assert row["base_rate"] == 0.0
    assert row["base_scored"] == pytest.approx(0.5 / 4)
    assert row["base_log_score"] == pytest.approx(math.log(8))
    assert row["base_brier"] == pytest.approx((1 - 0.125) ** 2)
    unscored = row_of(market_to("2020-12-01"), ZONE, probability=0.8)
    assert math.isnan(unscored["brier"])


def test_scores_of_known_probabilities():
    assert brier(1.0, True) == 0.0
    assert brier(0.25, True) == 0.5625
    assert log_score(0.5, False) == pytest.approx(math.log(2))
    assert log_score(1.0, True) == 0.0
    assert math.isnan(log_score(1.0, False))
    assert smoothed_rate(0, 1) == 0.25
    assert math.isnan(smoothed_rate(0, 0))
    assert base_rate(0, 1) == 0.0
    assert base_rate(22, 62) == 22 / 62
    assert math.isnan(base_rate(0, 0))


def test_absolute_levels_that_do_not_fit_cannot_be_scored():
    plan = make_plan(tactical__levels={
        "mode": "absolute", "reference": 200, "zone": [210, 211], "extension": [220, 221]
    })  # fmt: skip
    row = row_of(market_to("2021-01-29"), ZONE, plan=plan)
    assert row["status"] == "cannot be scored"
    assert "do not belong" in row["because"]


def test_a_hedge_is_scored_by_the_plan_s_own_simulation():
    bars = {"2021-03-01": 90.0}
    sessions = weekdays("2017-01-02", "2022-01-31")
    given = {f"{d:%Y-%m-%d}": BAR for d in sessions[sessions < "2021-03-01"]} | bars
    market = make_market(price_frame(sessions, bars=given), score=1.0)
    row = row_of(market, {"kind": "hedge_pays"}, by="2021-12-31")
    assert (row["status"], row["value"] > 0) == ("happened", True)
    short = market.until("2021-06-30")
    assert row_of(short, {"kind": "hedge_pays"}, by="2021-12-31")["status"] == "still open"


def test_the_article_s_own_plan_in_2025():
    # flat at 6600 but for the anchor, one touch of its zone, and a fall by an eleventh
    bars = {
        "2025-11-21": (6600.0, 6650.0, 6521.92, 6602.99),
        "2025-12-02": (6600.0, 6858.0, 6600.0, 6600.0),
        "2025-12-03": (6600.0, 6858.5, 6600.0, 6600.0),
        "2026-03-30": (6600.0, 6600.0, 6000.0, 6000.0),
    }
    market = make_market(price_frame(weekdays("2017-01-02", "2026-08-21"), 6600.0, bars))
    plan = load_plan(ROOT / "configs" / "short_long.yaml")
    claims = load_claims(ROOT / "configs" / "claims.yaml").claims
    rows = scorecard(market, plan, claims)
    # 6602.99 * 6180 / 5950 = 6858.23
    assert (rows["zone_touched"]["status"], rows["zone_touched"]["date"]) == (
        "happened",
        "2025-12-03",
    )
    assert rows["correction"]["status"] == "still open"
    assert rows["correction"]["value"] == pytest.approx(6000.0 / 6600.0 - 1.0, abs=ROUNDING)
    readings = tape(market, plan, claims)
    assert readings["plan_reference"]["status"] == "differs"
    assert readings["plan_reference"]["value"] == pytest.approx(6602.99, abs=LONG_SUMS)
    # nineteen weeks at 6600 and the day's close
    average = (19 * 6600.0 + 6602.99) / 20
    assert readings["weekly_average"]["value"] == pytest.approx(average, abs=LONG_SUMS)
    assert readings["touch"]["status"] == "agrees"


def test_an_empty_file_has_an_empty_scorecard():
    assert scorecard(market_to("2020-12-31"), Plan(name="x"), ClaimsFile(as_of="2020-11-20")) == {}
