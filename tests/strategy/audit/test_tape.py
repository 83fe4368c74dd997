"""The plan's figures beside the series' own."""

import numpy as np
import pandas as pd
import pytest

from strategy.audit.claims.statements import ClaimsFile
from strategy.audit.tape import plan_day, tape
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    price_frame,
    weekdays,
)

SESSIONS = weekdays("2019-01-01", "2020-11-20")


def rows_of(*readings, plan=None, market=None, as_of="2020-11-20"):
    claims = ClaimsFile.model_validate({"as_of": as_of, "readings": list(readings)})
    market = market or make_market(price_frame(SESSIONS, bars={"2020-10-01": 104.0}))
    return tape(market, plan or make_plan(), claims)


def reading(**changes):
    base = {"id": "r", "says": "x", "series": "prices", "stated": 104.0, "tolerance": 0.01}
    return {k: v for k, v in (base | changes).items() if v is not None}


def test_the_plan_s_own_levels_stand_first():
    rows = rows_of()
    assert list(rows) == ["plan_reference", "plan_zone_low", "plan_zone_high", "plan_extension_low"]
    # a close of 104 against a reference of 100; the prior high is the close itself
    assert rows["plan_reference"]["value"] == 104.0
    assert rows["plan_reference"]["status"] == "differs"
    assert rows["plan_reference"]["difference"] == pytest.approx(4.0)
    assert rows["plan_zone_low"]["status"] == "agrees"


def test_a_plan_without_levels_of_its_own_has_no_such_rows():
    plan = make_plan(tactical__levels={"mode": "structural"})
    assert rows_of(plan=plan) == {}


def test_levels_of_a_plan_for_one_year_are_of_that_year():
    claims = ClaimsFile.model_validate({"as_of": "2020-11-20"})
    assert plan_day(make_plan(vintages=[2019]), claims) == pd.Timestamp("2019-11-21")
    assert plan_day(make_plan(), claims) == pd.Timestamp("2020-11-20")


@pytest.mark.parametrize(
    ("stated", "allowed", "status"),
    [
        (104.0, {"tolerance": 0.01}, "agrees"),
        (105.0, {"tolerance": 0.01}, "agrees"),
        (103.0, {"within": 1.0}, "agrees"),  # exactly the tolerance is within it
        (103.0, {"within": 0.99}, "differs"),
        (110.0, {"tolerance": 0.01}, "differs"),
    ],
)
def test_a_figure_agrees_within_its_tolerance(stated, allowed, status):
    row = rows_of(reading(stated=stated, **({"tolerance": None} | allowed)))["r"]
    assert row["status"] == status
    assert row["difference"] == pytest.approx(104.0 - stated)
    assert row["relative"] == pytest.approx(104.0 / stated - 1)


def test_derived_columns_of_the_index():
    row = rows_of(reading(column="twenty_week_average", stated=102.0))["r"]
    # 20 weekly closes: 12 of 100 and the last 8 of 104
    assert row["value"] == pytest.approx((12 * 100 + 8 * 104) / 20)
    assert rows_of(reading(column="highest_close_252"))["r"]["value"] == 104.0
    assert rows_of(reading(column="average_50"))["r"]["value"] == pytest.approx(
        (13 * 100 + 37 * 104) / 50
    )


def test_data_that_end_before_the_day_say_so():
    row = rows_of(reading(date="2020-11-23"))["r"]
    assert row["status"] == "no figure that day"
    assert row["because"] == "the prices end on 2020-11-20"
    assert rows_of(reading(date="2020-11-22"))["r"]["value"] == 104.0  # a Sunday
    assert "begin" in rows_of(reading(date="2018-01-01"))["r"]["because"]


def test_a_series_is_read_by_stamp_within_its_staleness():
    cash = observations("fms_cash", ["2020-10-13", "2020-11-10"], [4.4, 4.1])
    market = make_market(price_frame(SESSIONS), fms_cash=cash)
    seen = reading(series="fms_cash", stated=4.1)
    assert rows_of(seen, market=market)["r"]["value"] == 4.1
    old = reading(series="fms_cash", stated=4.1, date="2020-11-09")
    assert rows_of(old, market=market)["r"]["value"] == 4.4
    stale = rows_of(reading(series="fms_cash", date="2021-06-01"), market=market)["r"]
    assert stale["status"] == "no figure that day"
    assert "2020-11-10" in stale["because"]


PAGE = "https://example.org/spread"


def test_a_printed_figure_answers_only_where_the_data_have_none():
    seen = reading(series="fms_cash", stated=3.85, printed=3.19, printed_on=PAGE, tolerance=None)
    row = rows_of(seen | {"within": 0.05})["r"]
    assert (row["value"], row["status"], row["printed_on"]) == (3.19, "differs", PAGE)
    assert row["difference"] == pytest.approx(-0.66)
    assert "public page" in row["because"]
    # 3.85 within 0.05 of 3.80 would agree
    near = rows_of(seen | {"within": 0.05, "printed": 3.80})["r"]
    assert near["status"] == "agrees"
    cash = observations("fms_cash", ["2020-10-13", "2020-11-10"], [4.4, 3.9])
    own = rows_of(seen | {"within": 0.05}, market=make_market(price_frame(SESSIONS), fms_cash=cash))
    assert (own["r"]["value"], own["r"]["printed_on"]) == (3.9, None)
    assert own["r"]["status"] == "agrees"


@pytest.mark.parametrize(
    "changes",
    [
        {"printed": 3.19},
        {"printed_on": PAGE},
        {"printed": 3.19, "printed_on": "javascript:alert(1)"},
        {"series": None, "rule": "december", "printed": 3.19, "printed_on": PAGE},
    ],
)
def test_a_printed_figure_has_its_page_and_is_no_rule_s(changes):
    with pytest.raises(ValueError, match="printed"):
        rows_of(reading(**changes))


def test_a_series_or_rule_that_is_not_loaded_is_told_apart_from_one_without_a_figure():
    assert rows_of(reading(series="gold"))["r"]["status"] == "not loaded"
    rule = reading(series=None, rule="breadth_thrust", stated=True, tolerance=None)
    assert rows_of(rule)["r"]["status"] == "not loaded"


def test_a_rule_is_read_as_true_or_false_or_by_its_value():
    is_true = reading(series=None, rule="december", stated=False, tolerance=None)
    row = rows_of(is_true)["r"]
    assert (row["value"], row["status"]) == (False, "agrees")
    assert np.isnan(row["difference"])
    value = reading(series=None, rule="december", stated=12, within=0.5, tolerance=None)
    assert rows_of(value)["r"]["status"] == "differs"
    assert rows_of(value)["r"]["value"] == 11.0
