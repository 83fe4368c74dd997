"""Triggers: when each is true, false or unavailable, and what a true one does to the hedge."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from signals.risk.credit import has_high_yield
from strategy.decide.score import risk_components, score_inputs
from strategy.decide.triggers import cascade, credit_event, lifted, rate_rise, risk_triggers
from strategy.plan import Cascade, CreditEvent, RateRise, Risk
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    price_frame,
    weekdays,
)

SESSIONS = weekdays("2020-01-01", "2021-12-31")


def market(bars=None, score=0.0, **series):
    return make_market(price_frame(SESSIONS, 100.0, bars), score=score, **series)


def daily(series_id: str, values) -> object:
    return observations(series_id, SESSIONS, np.broadcast_to(values, len(SESSIONS)))


def test_every_trigger_is_unavailable_without_its_series():
    for name, frame in risk_triggers(market(), Risk()).items():
        assert (frame["state"] == -1).all(), name
        assert frame["value"].isna().all() and (frame["source"] == "").all()


# --- rate rise --------------------------------------------------------------------------------


def test_a_rate_rise_is_true_for_as_long_as_the_plan_says():
    target = np.where(SESSIONS < "2020-06-01", 1.0, 1.25)
    frame = rate_rise(market(fed_funds_target=daily("fed_funds_target", target)), RateRise())
    state = frame["state"]
    assert state["2020-05-29"] == 0 and state["2020-06-01"] == 1
    # the old target was last in force on 29 May, sixty days before 28 July
    assert state["2020-07-27"] == 1 and state["2020-07-28"] == 0
    assert frame["value"]["2020-06-10"] == pytest.approx(0.25)


def test_a_cut_is_no_rise_and_a_rise_after_a_cut_is_one():
    target = np.where(SESSIONS < "2020-06-01", 1.0, np.where(SESSIONS < "2020-07-01", 0.5, 0.75))
    state = rate_rise(market(fed_funds_target=daily("fed_funds_target", target)), RateRise())[
        "state"
    ]
    assert (state[:"2020-06-30"] == 0).all()
    assert state["2020-07-01"] == 1


# --- credit event -----------------------------------------------------------------------------


def test_high_yield_spreads_wider_by_65_points_in_two_months_are_a_credit_event():
    spread = np.where(SESSIONS < "2020-06-01", 3.20, 3.85)
    frame = credit_event(market(hy_oas=daily("hy_oas", spread)), CreditEvent(), 3)
    assert frame["state"]["2020-05-29"] == 0
    assert frame["state"]["2020-06-01"] == 1
    assert frame["value"]["2020-06-01"] == pytest.approx(0.65)
    assert frame["source"]["2020-06-01"] == "hy_oas"
    # two months after the move the spread no longer widens
    assert frame["state"]["2020-08-10"] == 0


def test_a_little_less_is_none():
    spread = np.where(SESSIONS < "2020-06-01", 3.20, 3.84)
    state = credit_event(market(hy_oas=daily("hy_oas", spread)), CreditEvent(), 3)["state"]
    assert (state != 1).all()


def test_the_proxy_is_labelled_and_stands_in_only_where_spreads_are_missing():
    months = pd.date_range("2020-01-31", "2021-06-30", freq="ME")
    baa = np.where(months < "2020-07-01", 4.0, 4.5)
    frame = credit_event(
        market(
            moodys_aaa=observations("moodys_aaa", months, [3.0] * len(months)),
            moodys_baa=observations("moodys_baa", months, baa),
        ),
        CreditEvent(),
        3,
    )
    assert frame["source"]["2020-08-03"] == "proxy: moodys_baa - moodys_aaa"
    assert frame["state"]["2020-08-03"] == 1
    assert frame["state"]["2020-07-30"] == 0


# --- cascade ----------------------------------------------------------------------------------


def falling(**series):
    days = SESSIONS[SESSIONS >= "2021-01-04"]
    bars = {f"{d:%Y-%m-%d}": 90.0 for d in days[:1]}
    return market(bars, **series)


def test_a_cascade_is_a_close_below_the_average_with_vix_above_its_longer_sister():
    vix = np.where(SESSIONS < "2021-02-01", 20.0, 35.0)
    made = falling(vix=daily("vix", vix), vix3m=daily("vix3m", 25.0))
    frame = cascade(made, Cascade())
    assert frame["state"]["2021-01-29"] == 0  # below the average, but calm
    assert frame["state"]["2021-02-01"] == 1
    assert frame["value"]["2021-02-01"] == pytest.approx(10.0)
    assert frame["source"]["2021-02-01"] == "vix3m"
    # before the average has its sessions nothing is known
    assert frame["state"]["2020-09-30"] == -1


def test_fear_above_the_average_is_no_cascade():
    state = cascade(market(vix=daily("vix", 60.0), vix3m=daily("vix3m", 25.0)), Cascade())["state"]
    assert (state != 1).all()


def test_without_the_longer_index_vix_alone_is_a_labelled_proxy():
    frame = cascade(falling(vix=daily("vix", 30.0)), Cascade(vix_level=25.0))
    assert frame["state"]["2021-03-01"] == 1
    assert frame["source"]["2021-03-01"] == "proxy: vix"
    assert (cascade(falling(vix=daily("vix", 25.0)), Cascade())["state"] != 1).all()


# --- what they do -----------------------------------------------------------------------------


def plan(active: bool, **hedge):
    return make_plan(
        risk__triggers={"rate_rise": {"active": active, "within_days": 400}},
        hedge={"max_ratio": 0.5, "phase_in": {"steps": 1}, "cover": [], **hedge},
    )


def hikes(day: str, score=0.0):
    target = np.where(SESSIONS < day, 1.0, 1.25)
    return market(score=score, fed_funds_target=daily("fed_funds_target", target))


def test_an_active_trigger_lifts_the_hedge_to_its_largest_ratio_at_the_next_open():
    held = Result(simulate(plan(True), hikes("2021-03-16"))).daily["hedge_held"]
    # not on a review day: the trigger itself asks for one
    assert held["2021-03-16"] == 0.0 and held["2021-03-17"] == 0.5


def test_a_trigger_that_goes_lets_the_score_decide_again():
    short_lived = make_plan(
        risk__triggers={"rate_rise": {"active": True, "within_days": 10}},
        hedge={"max_ratio": 0.5, "phase_in": {"steps": 1}, "cover": []},
    )
    held = Result(simulate(short_lived, hikes("2021-03-16"))).daily["hedge_held"]
    assert held["2021-03-24"] == 0.5 and held["2021-03-31"] == 0.0


def test_a_trigger_needs_no_score():
    made = hikes("2021-03-16", score=np.full(len(SESSIONS), np.nan))
    daily_ = Result(simulate(plan(True), made)).daily
    assert daily_["score"].isna().all()
    assert daily_["hedge_held"]["2021-03-17"] == 0.5


def test_an_inactive_trigger_is_shown_and_does_nothing():
    made = Result(simulate(plan(False), hikes("2021-03-16"))).daily
    assert (made["hedge_held"] == 0.0).all()
    assert made["trigger_rate_rise"]["2021-03-16"] == 1
    assert made["trigger_cascade"]["2021-03-16"] == -1


def test_lifted_counts_active_triggers_only_and_unavailable_is_not_true():
    states = {"rate_rise": np.array([1, 0, -1]), "cascade": np.array([1, 1, 1])}
    risk = Risk.model_validate({"triggers": {"rate_rise": {"active": True}}})
    assert list(lifted(states, risk)) == [True, False, False]


def test_triggers_are_the_same_on_data_cut_short(bundled):
    whole = risk_triggers(bundled, Risk())
    for day in ("1998-10-08", "2008-09-30", "2020-03-16"):
        for name, frame in risk_triggers(bundled.until(day), Risk()).items():
            pd.testing.assert_series_equal(frame["state"], whole[name]["state"].loc[:day])


def test_on_real_history_the_cascade_is_true_in_2008_and_2020(bundled):
    state = cascade(bundled, Cascade())["state"]
    assert state["2008-10-10"] == 1 and state["2020-03-16"] == 1 and state["2017-06-01"] == 0
    assert (state[:"1989-12-29"] == -1).all()


# --- what the score reads ---------------------------------------------------------------------


def score_market(**series):
    months = pd.date_range("2019-09-30", "2021-12-31", freq="ME")
    return market(
        moodys_aaa=observations("moodys_aaa", months, [3.0] * len(months)),
        moodys_baa=observations("moodys_baa", months, 4.0 + 0.01 * np.arange(len(months))),
        **series,
    )


def test_a_loaded_high_yield_series_is_read_before_its_proxy():
    days = SESSIONS[SESSIONS <= "2021-06-30"]
    spread = np.where(days < "2020-06-01", 3.0, 3.325)
    made = score_market(hy_oas=observations("hy_oas", days, spread))
    credit = risk_components(made, Risk())["credit"]
    # half of the 65 basis points that count as full risk
    assert credit["measure"]["2020-06-15"] == pytest.approx(0.325)
    assert credit["risk"]["2020-06-15"] == pytest.approx(0.5)
    # after the series ends the proxy stands in: three months of one basis point each
    assert credit["measure"]["2021-08-02"] == pytest.approx(0.03)
    inputs = score_inputs(made, {"credit": credit}, Risk()).iloc[0]
    assert inputs["series"].startswith("hy_oas") and not inputs["stands_in"]


def test_loaded_assets_of_leveraged_funds_are_read_before_margin_debt():
    months = pd.date_range("2018-01-31", "2020-12-31", freq="ME")
    debt = observations("margin_debt_finra", months, [100.0 + i for i in range(len(months))])
    held = months[months <= "2020-03-31"]
    assets = observations(
        "leveraged_etf_assets", held, [10.0] * 12 + [14.0] * (len(held) - 12), "us_leveraged"
    )
    made = market(margin_debt_finra=debt, leveraged_etf_assets=assets)
    leverage = risk_components(made, Risk())["leverage"]
    # + 40 % in a year is half of the 80 % that count as full risk, and all of margin debt's 40 %
    assert leverage["measure"]["2020-01-15"] == pytest.approx(0.4)
    assert leverage["risk"]["2020-01-15"] == pytest.approx(0.5)
    inputs = score_inputs(made, {"leverage": leverage}, Risk()).iloc[0]
    assert inputs["series"].startswith("leveraged_etf_assets") and not inputs["stands_in"]
    # once the assets are stale, margin debt stands in: December 2020 over December 2019
    assert leverage["measure"]["2021-02-15"] == pytest.approx(135.0 / 123.0 - 1.0)
    without = risk_components(market(margin_debt_finra=debt), Risk())["leverage"]
    assert without["measure"]["2020-01-15"] == pytest.approx(123.0 / 111.0 - 1.0)


def test_the_bundled_points_of_the_high_yield_spread_are_no_series(bundled):
    assert not has_high_yield(bundled)
    inputs = score_inputs(bundled, risk_components(bundled, Risk()), Risk())
    inputs = inputs.set_index("component")
    assert bool(inputs.loc["credit", "stands_in"])
    # sector funds are not bundled: the industries stand in, and end in 2025
    assert inputs.loc["rotation", "series"] == "industries"
    assert 0.9 < inputs.loc["rotation", "share_proxy"] == inputs.loc["rotation", "share_available"]
    assert inputs.loc["cash", "scale"] == "ramp"


def percentiles(**component):
    return Risk.model_validate(
        {"percentile": {"components": list(component), "min_history": 4}, **component}
    )


def test_a_percentile_counts_every_figure_once_and_only_those_known_so_far():
    stamps = pd.date_range("2020-01-10", periods=6, freq="MS")
    cash = observations("fms_cash", stamps, [4.0, 5.0, 4.5, 4.2, 3.9, 4.6])
    made = make_market(price_frame(SESSIONS), fms_cash=cash)
    risk = percentiles(cash={"from": 1.0, "to": 0.0, "earlier": []})
    found = risk_components(made, risk)["cash"]
    assert np.isnan(found["measure"]["2020-04-20"])  # three figures are too few
    assert found["measure"]["2020-05-04"] == pytest.approx(2 / 4)  # 4.2 of 4.0 4.2 4.5 5.0
    assert found["risk"]["2020-06-15"] == pytest.approx(1 - 1 / 5)  # 3.9 is the lowest of five
    whole = risk_components(made, risk)["cash"]["risk"]
    cut = risk_components(made.until("2020-06-15"), risk)["cash"]["risk"]
    pd.testing.assert_series_equal(cut, whole.loc[:"2020-06-15"])


def test_a_percentile_outside_0_and_1_is_refused():
    with pytest.raises(ValueError, match="percentile between 0 and 1"):
        percentiles(cash={"from": 5.0, "to": 0.0})
