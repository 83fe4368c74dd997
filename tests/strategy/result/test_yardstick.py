"""The yardstick by hand on a tiny market, and by naive loops over a long random one."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from strategy.result.yardstick import SHIFT, compared, overlapping_mean, yardstick
from strategy.run.simulation import simulate
from strategy.validation.means import student
from tests.strategy.tiny_market import FREE, make_market, make_plan, price_frame, weekdays

YEARS = ("2018-01-01", "2021-12-31")


def measured(bars, **plan):
    prices = price_frame(weekdays(*YEARS), bars=bars)
    simulation = simulate(make_plan(**plan), make_market(prices))
    return yardstick(simulation)


def test_holding_buys_at_the_leg_s_own_fill_and_sells_at_the_close_of_its_last_day():
    # bought 2018-11-22 at 100, stopped at 97 on the 27th, the last day 12-14 closes at 102
    bars = {"2018-11-27": (100.0, 100.0, 96.0, 98.0), "2018-12-14": 102.0}
    found = measured(bars, costs=FREE)
    assert found.years[0] == 2018
    assert found.leg[0] == pytest.approx(-0.03)
    assert found.held[0] == pytest.approx(0.02)
    assert found.lead[0] == pytest.approx(-0.05)


def test_each_rule_is_worth_what_the_leg_loses_without_it():
    bars = {"2018-11-27": (100.0, 100.0, 96.0, 98.0), "2018-12-14": 102.0}
    found = measured(bars, costs=FREE)
    # without its stop the leg is held to the last day; targets and breakouts were never reached
    assert found.without["stop"][0] == pytest.approx(0.02)
    assert found.without["targets"][0] == pytest.approx(-0.03)
    assert found.without["failed_breakout"][0] == pytest.approx(-0.03)


def test_holding_pays_the_plan_s_costs_on_both_fills():
    costs = FREE | {"fee_bps": 10, "slippage_bps": 5}
    found = measured({}, costs=costs)
    paid = 100.0 * 1.0005 * 1.001
    assert found.held[0] == pytest.approx(100.0 * 0.9995 * 0.999 / paid - 1.0)


def test_absolute_levels_have_no_leg_on_days_that_they_do_not_belong_to():
    """Levels stated at 100: ten sessions before the anchor the index stood at 90."""
    anchor = pd.Timestamp("2018-11-21")
    days = weekdays(*YEARS)
    risen = str(days[days.get_loc(anchor) - 10].date())
    levels = {"mode": "absolute", "reference": 100, "zone": [104, 105], "extension": [108, 110]}
    prices = price_frame(days, 90.0, {risen: 100.0})
    plan = make_plan(costs=FREE, tactical={"levels": levels}, vintages=[2018])
    found = yardstick(simulate(plan, make_market(prices)))
    measured_on = np.isfinite(found.shifted[0])
    assert measured_on.tolist() == [k >= -10 for k in range(-SHIFT, SHIFT + 1)]


def test_windows_are_every_window_of_the_median_leg_s_length():
    rng = np.random.default_rng(7)
    sessions = weekdays(*YEARS)
    prices = price_frame(sessions)
    prices[:] = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.01, len(sessions))))[:, None]
    simulation = simulate(make_plan(costs=FREE), make_market(prices))
    found = yardstick(simulation)
    first = simulation.vintages[0].schedule.entry
    opens, closes = prices["open"].to_numpy(), prices["close"].to_numpy()
    wanted = [
        closes[t + found.length - 1] / opens[t] - 1.0
        for t in range(first, len(opens) - found.length + 1)
    ]
    assert found.windows == pytest.approx(np.array(wanted))


def test_a_shift_of_nothing_is_the_plan_and_any_other_is_the_plan_anchored_there():
    rng = np.random.default_rng(8)
    sessions = weekdays(*YEARS)
    prices = price_frame(sessions)
    prices[:] = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.01, len(sessions))))[:, None]
    prices["high"], prices["low"] = prices["close"] * 1.006, prices["close"] * 0.994
    market = make_market(prices)
    found = yardstick(simulate(make_plan(costs=FREE), market))
    assert found.shifted[:, SHIFT] == pytest.approx(found.leg)
    # 2018: the anchor two sessions later and the last day two sessions later, as a plan of its own
    later = make_plan(costs=FREE, anchor="11-23", tactical__exit_by="12-18")
    own = simulate(later, market)
    row = own.vintages[0]
    base = simulate(make_plan(costs=FREE), market).vintages[0].schedule
    assert (row.schedule.anchor, row.schedule.last) == (base.anchor + 2, base.last + 2)
    assert found.shifted[0, SHIFT + 2] == pytest.approx(row.outcome.net_return(0.0, 0.0))


def test_overlapping_windows_get_a_wider_interval_than_independent_ones():
    rng = np.random.default_rng(9)
    daily = rng.normal(0.0, 0.01, 4000)
    windows = np.convolve(daily, np.ones(16), "valid")
    low, high = overlapping_mean(windows, 16)
    naive = 2 * stats.t.ppf(0.975, len(windows) - 1) * windows.std(ddof=1) / np.sqrt(len(windows))
    assert 2.5 * naive < high - low < 5.5 * naive


def test_the_interval_of_overlapping_windows_holds_its_level():
    rng = np.random.default_rng(10)
    hits = 0
    for _ in range(400):
        windows = np.convolve(rng.normal(0.0, 0.01, 3000), np.ones(16), "valid")
        low, high = overlapping_mean(windows, 16)
        hits += low <= 0.0 <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_null_worlds_claim_a_difference_in_about_one_of_twenty():
    """Leads without a difference, truncated and skewed as a leg's are."""
    rng = np.random.default_rng(11)
    claims = 0
    for _ in range(500):
        lead = np.clip(rng.normal(0.0, 0.02, 62), -0.03, 0.03)
        # the interval alone: the bootstrap and the sign flips beside it are not asked here
        low, high = student(lead)
        claims += not low <= 0.0 <= high
    assert claims / 500 <= 0.075  # 5 %, and three standard errors of 500 worlds
    told = compared(lead)
    assert (told["mean_low"], told["mean_high"]) == (low, high)


def test_a_plan_without_a_trade_has_no_yardstick():
    found = measured({"2018-11-22": (120.0, 120.0, 120.0, 120.0)}, vintages=[2018])
    assert found.n == 0
    assert found.figures() == {"n": 0}


def test_the_block_of_metrics_is_plain_and_complete():
    found = measured({}, costs=FREE).figures()
    assert set(found) == {
        *("n", "leg", "held", "lead", "any_window", "season", "placebo", "rules", "by_shift"),
        "power",
    }
    assert pd.notna(found["power"]["spread"])
