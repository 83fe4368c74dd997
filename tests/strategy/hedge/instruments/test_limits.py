"""What holds a hedge back: caps, margin, ruin, and the policy of its window."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.account.account import Limits
from strategy.result.result import Result
from strategy.run.simulation import Simulation, simulate
from tests.strategy.hedged_market import (
    AT_ONCE,
    INSTRUMENTS,
    SESSIONS,
    dear_plan,
    flat_market,
    random_market,
)
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    random_prices,
)
from tests.tolerances import LONG_SUMS

# --- limits, margin, ruin ---------------------------------------------------------------------


def test_a_gross_cap_scales_the_hedge_at_the_open_and_is_logged():
    market = flat_market(bars={"2021-03-01": 110.0})
    plan = make_plan(hedge={"caps": {"gross": 1.3}, "max_ratio": 0.5, **AT_ONCE}, vintages=[2020])
    result = Result(simulate(plan, market))
    daily = result.daily
    assert daily.loc["2021-01-04", "exposure_hedge"] == pytest.approx(-0.3, abs=LONG_SUMS)
    assert daily.loc["2021-01-01", "hedge_limit"] == 1
    assert daily.loc["2021-01-01", "hedge_limit_factor"] == pytest.approx(0.6)
    # long and short grew with the index: at the next open the hedge is scaled again
    assert daily.loc["2021-03-01", "hedge_limit"] == 1
    gross = daily["exposure_core"] + daily["exposure_hedge"].abs()
    assert (gross <= 1.3 + 1e-9).all()
    assert (result.trades["exit_reason"] == "cap").any()
    assert result.vintages["hedge_limited_sessions"].iloc[0] >= 2
    assert result.portfolio is not None


def test_a_net_cap_keeps_the_plan_from_being_shorter_than_it_allows():
    plan = make_plan(
        hedge={"caps": {"net": 0.2}, "max_ratio": 1.0, **AT_ONCE}, core__weight=0.5, vintages=[2020]
    )
    result = Result(simulate(plan, flat_market()))
    net = result.daily.loc["2021-01-01":"2021-12-30"]
    assert np.allclose(net["exposure_core"] + net["exposure_hedge"], -0.2, atol=LONG_SUMS)
    # longer than the cap without a hedge: nothing a smaller hedge could cure
    assert (result.daily.loc[:"2020-12-31", "hedge_limit"] == 0).all()


def test_a_cap_that_only_selling_core_could_cure_is_logged_and_scales_nothing():
    plan = make_plan(hedge={"caps": {"net": 0.2}, "max_ratio": 0.1, **AT_ONCE}, vintages=[2020])
    daily = Result(simulate(plan, flat_market())).daily
    assert (daily.loc["2021-01-01":"2021-12-30", "hedge_limit"] == 3).all()
    assert daily.loc["2021-01-04", "exposure_hedge"] == pytest.approx(-0.1)


@settings(max_examples=15)
@given(
    st.integers(0, 10_000),
    st.floats(0.0, 2.0),
    st.floats(0.2, 2.0),
    st.sampled_from(INSTRUMENTS),
)
def test_no_open_with_a_hedge_ever_breaks_the_gross_cap(seed, ratio, cap, instrument):
    plan = dear_plan(
        instrument,
        hedge={"max_ratio": ratio, "caps": {"gross": cap}, "short": {"maintenance": 0.0}},
        tactical__size={"weight": 0.0},
        core__weight=0.2,
    )
    simulation = simulate(plan, random_market(seed))
    account = simulation.chained
    legs, units = account.legs, account.hedge_units
    core = np.full(len(account.equity), np.nan)
    orders = account.orders[account.orders["leg"] == 0]
    change = np.zeros(len(core))
    np.add.at(change, orders["session"] - account.first, orders["units"])
    core = account.core_units + np.cumsum(change)
    span = slice(account.first, account.last + 1)
    through = units.copy()
    for order in account.orders[(account.orders["leg"] >= 3) & (account.orders["phase"] == 2)]:
        through[order["session"] - account.first, order["leg"] - 3] -= order["units"]
    held = np.where(np.abs(through) > 1e-9 * np.abs(units).max(initial=0.0), through, 0.0)
    exposure = np.nansum(held * np.nan_to_num(legs.exposure_open[span]), axis=1)
    opens = simulation.open_[span]
    cash_like = account.cash  # after the session's orders; opens and closes differ by fees only
    value = cash_like + core * opens + np.nansum(held * np.nan_to_num(legs.open_[span]), axis=1)
    at_open_only = (units == through).all(axis=1)
    gross = core * opens + np.abs(exposure)
    checked = (held != 0.0).any(axis=1) & at_open_only
    # fees of the session are paid after the check
    assert (gross[checked] <= cap * value[checked] * (1.0 + 2e-3)).all()


def test_a_short_that_margin_no_longer_covers_is_bought_back_and_stays_so():
    plan = make_plan(hedge={"max_ratio": 2.0, "reevaluate": "daily", **AT_ONCE}, vintages=[2020])
    market = flat_market(bars={"2021-02-01": 115.0, "2021-02-02": 117.0})
    result = Result(simulate(plan, market))
    # at 115: equity 1.15 + 1 - 1.30 = 0.85 of positions of 3.45, less than a quarter
    trade = result.trades.query("sleeve == 'hedge'").iloc[0]
    assert (trade["exit_date"], trade["exit_reason"]) == (pd.Timestamp("2021-02-02"), "margin")
    assert result.vintages["hedge_status"].iloc[0] == "forced"
    assert (result.daily.loc["2021-02-02":, "exposure_hedge"] == 0.0).all()
    assert result.portfolio is not None


def test_without_a_maintenance_margin_nothing_is_bought_back():
    hedge = {"max_ratio": 2.0, "short": {"maintenance": 0.0}, **AT_ONCE}
    market = flat_market(bars={"2021-02-01": 115.0})
    result = Result(simulate(make_plan(hedge=hedge, vintages=[2020]), market))
    assert result.vintages["hedge_status"].iloc[0] == "hedged"


def test_equity_that_is_gone_ends_the_path_and_is_marked():
    market = flat_market(bars={"2021-02-01": 300.0})
    plan = make_plan(hedge={"max_ratio": 2.0, **AT_ONCE}, vintages=[2020])
    simulation = simulate(plan, market)
    result = Result(simulation)
    assert simulation.chained.exhausted
    assert result.daily.index[-1] == pd.Timestamp("2021-02-01")
    assert result.daily["equity_total"].iloc[-1] == pytest.approx(1000.0 * (3.0 + 2.0 - 6.0))
    assert bool(result.vintages["exhausted"].iloc[0])
    assert result.metrics["total"]["total_return"] == pytest.approx(-2.0)
    assert len(result.trades) and result.portfolio is not None


def test_limits_default_to_none():
    assert Limits() == Limits(np.inf, np.inf, 0.0)


# --- policies ---------------------------------------------------------------------------------


def windows(policy: str, start: str = "01-01", end: str = "12-31") -> list[tuple[str, str]]:
    plan = make_plan(hedge={**AT_ONCE, "policy": policy, "window": {"start": start, "end": end}})
    simulation: Simulation = simulate(plan, make_market(random_prices(SESSIONS, 1), score=1.0))
    days = [(v.hedge.window.first, v.hedge.window.last) for v in simulation.vintages]
    return [(f"{SESSIONS[a]:%Y-%m-%d}", f"{SESSIONS[b]:%Y-%m-%d}") for a, b in days]


def test_overlap_holds_the_hedge_through_the_next_long():
    assert windows("overlap")[0] == ("2019-01-01", "2019-12-31")


def test_sequential_ends_the_hedge_at_the_next_anchor():
    assert windows("sequential")[0] == ("2019-01-01", "2019-11-21")
    # a window that is over before the anchor keeps its end
    assert windows("sequential", end="06-28")[0] == ("2019-01-01", "2019-06-28")


def test_hedge_first_holds_it_from_the_anchor_on():
    found = windows("hedge_first")
    assert found[0] == ("2018-11-22", "2019-11-21")
    assert found[1] == ("2019-11-22", "2020-11-20")


@pytest.mark.parametrize("policy", ["sequential", "overlap", "hedge_first"])
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_under_every_policy_the_book_agrees_and_only_overlap_and_hedge_first_hold_both(
    policy, instrument
):
    market = random_market(21)
    result = Result(simulate(dear_plan(instrument, hedge={"policy": policy}), market))
    assert result.portfolio is not None
    daily = result.daily
    both = (daily["exposure_tactical"] > 0.0) & (daily["exposure_hedge"] != 0.0)
    if policy == "sequential":
        assert not both.any()


def test_hedge_first_is_decided_with_the_score_of_the_anchor():
    score = np.where(SESSIONS <= "2018-11-21", 1.0, 0.0)
    plan = make_plan(hedge={**AT_ONCE, "policy": "hedge_first", "max_ratio": 0.5})
    daily = Result(simulate(plan, make_market(random_prices(SESSIONS, 2), score=score))).daily
    assert daily.loc["2018-11-22", "hedge_held"] == 0.5
    assert daily.loc["2018-12-04":, "hedge_held"].max() == 0.0
