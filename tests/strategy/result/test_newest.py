"""The newest vintage while it is current: orders, levels, result and hedge to the last day."""

from __future__ import annotations

import pytest

from strategy.result.newest import newest
from tests.strategy.hedged_market import AT_ONCE
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)
from tests.tolerances import LAST_BITS, ROUNDING


def told(until, *, bars=None, score=1.0, begin="2020-11-02", **changes):
    """The newest vintage of a flat market at 100 that ends on `until`."""
    prices = price_frame(weekdays(begin, until), 100.0, bars)
    changes = {"hedge": dict(AT_ONCE), **changes}
    return outcome_of(make_plan(**changes), make_market(prices, score=score)).metrics["newest"]


# --- the bundled data -------------------------------------------------------------------------


def test_the_vintage_2025_is_the_one_of_the_tape(history):
    found = history.metrics["newest"]
    assert found["vintage"] == 2025
    assert found["anchor_date"] == "2025-11-21"
    legs = [o for o in found["orders"] if o["sleeve"] == "tactical"]
    assert [(o["date"], o["side"], round(o["price"], 2), o["reason"]) for o in legs] == [
        ("2025-11-24", "buy", 6636.54, "entry"),
        ("2025-12-03", "sell", 6858.23, "target_1"),
        ("2025-12-15", "sell", 6860.19, "failed_breakout"),
    ]
    # half of 6858.2316 / 6636.54 - 1 and half of 6860.19 / 6636.54 - 1
    by_hand = 0.5 * (6858.231630252101 / 6636.54 - 1) + 0.5 * (6860.19 / 6636.54 - 1)
    assert found["tactical"]["gross_return"] == pytest.approx(by_hand, abs=ROUNDING)
    assert round(found["tactical"]["gross_return"], 5) == 0.03355
    assert found["tactical"]["net_return"] < found["tactical"]["gross_return"]


def test_the_hedge_of_2026_runs_to_the_last_day_of_the_data(history):
    found = history.metrics["newest"]
    hedge = found["hedge"]
    assert (hedge["state"], hedge["first_date"]) == ("running", "2026-01-02")
    assert hedge["last_date"] == found["last_date"] == f"{history.market.sessions[-1]:%Y-%m-%d}"
    held = history.daily["hedge_held"].loc["2026-01-02":]
    assert hedge["sessions"] == len(held)
    assert hedge["held"] == held.iloc[-1]
    assert hedge["mean_ratio"] == pytest.approx(held.mean(), abs=ROUNDING)
    close = history.market.prices["close"]
    assert hedge["reference"] == close.loc["2025-12-31"] == 6845.5
    assert found["levels"]["cover_1"]["price"] == pytest.approx(0.8 * 6845.5)
    assert found["levels"]["cover_1"]["distance"] == pytest.approx(
        0.8 * 6845.5 / close.iloc[-1] - 1
    )


def test_before_and_after_costs_differ_by_the_costs(history):
    found, row = history.metrics["newest"], history.vintages.iloc[-1]
    assert found["result"]["after_costs"] == row["total_return"]
    assert found["result"]["before_costs"] == pytest.approx(
        found["result"]["after_costs"] + found["result"]["costs"], abs=LAST_BITS
    )
    assert found["hedge"]["gain"] - found["hedge"]["cost"] == pytest.approx(
        found["hedge"]["return"], abs=LAST_BITS
    )


# --- by hand ----------------------------------------------------------------------------------


def test_a_short_of_half_the_equity_gains_a_twentieth_when_the_index_loses_a_tenth():
    found = told("2021-03-31", bars={"2021-03-01": 90.0})
    hedge = found["hedge"]
    assert hedge["average_sale"] == 100.0
    assert hedge["average_purchase"] is None
    assert hedge["return"] == pytest.approx(0.05)
    assert hedge["held"] == hedge["target"] == 0.5
    assert found["index_return"] == pytest.approx(-0.1)
    assert found["result"]["core_return"] == pytest.approx(-0.1)
    assert found["result"]["unhedged_return"] == pytest.approx(-0.1)
    assert found["result"]["after_costs"] == pytest.approx(-0.05)
    assert hedge["next_review"] == "2021-04-01"
    assert found["until"] == "2021-12-31"  # overlap: to the window's end


def test_the_average_sale_counts_units_not_orders():
    """Half of the hedge at 100; the other half at 110, when equity is 1.1 less a loss of 0.025."""
    found = told(
        "2021-01-29",
        bars={"2021-01-05": 110.0},
        hedge={**AT_ONCE, "phase_in": {"steps": 2, "every": 5}},
    )
    first = 0.25 / 100.0
    second = 0.5 * 1.075 / 110.0 - first
    by_hand = (first * 100.0 + second * 110.0) / (first + second)
    assert found["hedge"]["average_sale"] == pytest.approx(by_hand)
    assert [o["price"] for o in found["orders"] if o["sleeve"] == "hedge"] == [100.0, 110.0]


def test_a_hedge_before_the_next_long_ends_at_its_anchor():
    found = told("2021-03-31", hedge={**AT_ONCE, "policy": "sequential"})
    assert found["until"] == "2021-11-21"
    assert found["final_on"] == "2021-12-31"


def test_a_level_that_was_reached_acts_no_longer():
    """Covers at 80 and 70: a close of 79 covers half, at the next open."""
    cover = [{"fall": 0.2, "share": 0.5}, {"fall": 0.3, "share": 1.0}]
    found = told("2021-03-31", bars={"2021-03-01": 79.0}, hedge={**AT_ONCE, "cover": cover})
    assert not found["levels"]["cover_1"]["acts"]
    assert found["levels"]["cover_2"]["acts"]
    assert found["levels"]["cover_2"]["distance"] == pytest.approx(70.0 / 79.0 - 1.0)
    last = found["orders"][-1]
    assert (last["date"], last["side"], last["reason"]) == ("2021-03-02", "buy", "cover")
    assert found["hedge"]["average_purchase"] == 79.0


def test_a_plan_without_a_hedge_ends_with_its_long():
    found = told("2021-03-31", hedge={"instrument": "none"})
    assert found["hedge"]["state"] == "none"
    assert found["until"] == "2020-12-15"
    assert found["state"] == "over"
    assert {o["sleeve"] for o in found["orders"]} == {"tactical"}
    assert not [name for name in found["levels"] if name.startswith(("cover", "reference"))]


def test_a_vintage_that_has_just_begun_has_levels_and_no_orders():
    found = told("2020-11-20")
    assert found["tactical"]["state"] == "ahead"
    assert found["hedge"]["state"] == "ahead"
    assert found["hedge"]["opens_on"] == "2021-01-01"
    assert found["orders"] == []
    assert found["levels"]["zone_low"] == {
        "price": 104.0,
        "distance": pytest.approx(0.04),
        "acts": True,
    }
    assert "stop" not in found["levels"]


def test_a_long_that_is_held_is_valued_at_the_last_close():
    found = told(
        "2020-11-27", bars={"2020-11-26": (100.0, 102.0, 100.0, 102.0), "2020-11-27": 102.0}
    )
    assert found["tactical"]["state"] == "held"
    assert found["tactical"]["gross_return"] == pytest.approx(0.02)
    assert found["tactical"]["exit_date"] is None
    assert found["levels"]["stop"] == {
        "price": 97.0,
        "distance": pytest.approx(97.0 / 102.0 - 1.0),
        "acts": True,
    }


def test_a_long_that_was_not_entered_says_why():
    found = told("2020-12-31", bars={"2020-11-23": 106.0})
    assert found["tactical"]["state"] == "no_trade"
    assert found["tactical"]["reason"] == "no_room"
    assert found["tactical"]["gross_return"] is None


def test_a_vintage_is_told_for_a_year_after_its_hedge():
    over = told("2022-12-30", vintages=[2020])
    assert (over["state"], over["hedge"]["state"]) == ("over", "over")
    assert over["hedge"]["held"] is None
    assert over["hedge"]["next_review"] is None
    assert not any(level["acts"] for level in over["levels"].values())
    assert told("2023-01-31", vintages=[2020]) is None


@pytest.mark.parametrize("seed", range(3))
def test_what_is_told_today_was_told_so_far_on_every_earlier_day(seed):
    prices = random_prices(weekdays("2020-06-01", "2021-10-29"), seed)
    plan = make_plan()

    def run(frame):
        result = outcome_of(plan, make_market(frame, score=0.7))
        return newest(result.simulation, result.vintages.to_dict("records")[-1])

    whole = run(prices)
    for day in ("2020-11-27", "2020-12-31", "2021-01-08", "2021-06-30"):
        early = run(prices.loc[:day])
        assert early["vintage"] == whole["vintage"]
        assert early["orders"] == [o for o in whole["orders"] if o["date"] <= day]
        for name, level in early["levels"].items():
            assert level["price"] == whole["levels"][name]["price"]
