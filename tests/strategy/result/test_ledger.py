"""Trades from orders: first in, first out, and no cent lost between the ledger and the account."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from strategy.legs.reasons import Reason
from strategy.result.ledger import TRADE_COLUMNS, reason_label
from strategy.result.result import Result
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)
from tests.tables import iso_days
from tests.tolerances import LONG_SUMS, ROUNDING

SESSIONS = weekdays("2020-11-02", "2022-01-31")
HEDGE = {
    "policy": "overlap",
    "max_ratio": 1.0,
    "score": {"from": 0.0, "to": 1.0},
    "reevaluate": "daily",
    "band": 0.0,
    "phase_in": {"steps": 1, "every": 1},
    "cover": [],
}


def short_story(**costs: float) -> Result:
    """A short of 50 % sold at 100, of 75 % at 80, of 25 % at 80, bought back at 90; no core."""
    score = np.full(len(SESSIONS), 0.5)
    score[SESSIONS >= "2021-03-01"] = 0.75
    score[SESSIONS >= "2021-05-03"] = 0.25
    prices = price_frame(SESSIONS, 100.0, {"2021-02-01": 80.0, "2021-08-02": 90.0})
    plan = make_plan(
        hedge=HEDGE,
        vintages=[2020],
        core__weight=0.0,
        tactical__size={"weight": 0.0},
        **{f"costs__{name}": value for name, value in costs.items()},
    )
    return outcome_of(plan, make_market(prices, score=score))


def test_lots_are_bought_back_first_in_first_out():
    # equity 1000: 5 units sold at 100. At 80 equity is 1100: 75 % are 10.3125 units, 5.3125 more.
    # 25 % are 3.4375 units: 6.875 are bought back, the first 5 and 1.875 of the second lot.
    trades = iso_days(short_story().trades)
    units = trades["weight"] * [1000.0, 1100.0, 1100.0] / trades["entry_price"]
    assert list(units) == pytest.approx([-5.0, -1.875, -3.4375])
    assert list(trades["entry_date"]) == ["2021-01-01", "2021-03-02", "2021-03-02"]
    assert list(trades["entry_price"]) == [100.0, 80.0, 80.0]
    assert list(trades["exit_date"]) == ["2021-05-04", "2021-05-04", "2021-12-31"]
    assert list(trades["exit_price"]) == [80.0, 80.0, 90.0]
    assert list(trades["exit_reason"]) == ["score", "score", "window_end"]
    assert list(trades["pnl"]) == pytest.approx([5 * 20.0, 0.0, -3.4375 * 10.0], abs=LONG_SUMS)
    assert list(trades["return"]) == pytest.approx([0.2, 0.0, -0.125], abs=ROUNDING)


def test_costs_are_shared_out_by_units():
    # 1 % fee at each fill: of the second sale's fee its two lots bear 1.875 and 3.4375 parts
    trades = short_story(fee_bps=100).trades
    first, second, third = trades.to_dict("records")
    equity = 1000.0 - 5.0  # a fee of 1 % on 500
    units_sold = 0.75 * (equity + 100.0) / 80.0 - 5.0
    kept = third["weight"] * (equity + 100.0) / 80.0 * -1
    bought = units_sold - kept
    assert second["fees"] == pytest.approx(bought * 80.0 * 0.01 * 2)
    assert third["fees"] == pytest.approx(kept * (80.0 + 90.0) * 0.01)
    assert first["fees"] == pytest.approx(5 * 100.0 * 0.01 + 5 * 80.0 * 0.01)


def test_the_profit_of_a_trade_is_after_fees_and_slippage():
    sessions = weekdays("2021-10-01", "2022-12-30")
    prices = price_frame(sessions, 100.0, {"2021-12-15": (100.0, 102.0, 100.0, 102.0)})
    plan = make_plan(costs__fee_bps=100, costs__slippage_bps=50, vintages=[2021])
    trades = outcome_of(plan, make_market(prices, score=0.0)).trades.query("sleeve == 'tactical'")
    spent = 500.0  # half of the equity a tranche, fee and slippage included
    units = spent / (100.0 * 1.005 * 1.01)
    for trade in trades.to_dict("records"):
        assert trade["fees"] == pytest.approx(units * (100.5 + 102.0 * 0.995) * 0.01)
        assert trade["slippage"] == pytest.approx(units * (0.5 + 0.51))
        pnl = units * 102.0 * 0.995 * 0.99 - spent
        assert trade["pnl"] == pytest.approx(pnl)
        assert trade["return"] == pytest.approx(pnl / spent)
        assert trade["weight"] == pytest.approx(units * 100.0 / 1000.0)


def test_the_tranches_of_a_leg_are_two_trades():
    sessions = weekdays("2021-10-01", "2022-12-30")
    prices = price_frame(sessions, 100.0, {"2021-11-24": (100.0, 104.5, 100.0, 100.0)})
    trades = outcome_of(make_plan(vintages=[2021]), make_market(prices, score=0.0)).trades
    legs = trades.query("sleeve == 'tactical'")
    assert list(legs["tranche"]) == [1, 2]
    assert list(legs["exit_reason"]) == ["target_1", "time"]
    assert list(legs["exit_price"]) == [104.0, 100.0]
    assert list(legs["slippage"]) == [0.0, 0.0]


def test_what_is_still_held_is_valued_at_the_last_close_and_has_no_exit_date():
    prices = price_frame(weekdays("2021-10-01", "2021-12-01"), 100.0, {"2021-12-01": 101.0})
    result = outcome_of(make_plan(costs__fee_bps=100), make_market(prices, score=0.0))
    trades = iso_days(result.trades)
    assert list(trades["exit_reason"]) == ["open"] * 3
    assert trades["exit_date"].isna().all()
    assert list(trades["exit_price"]) == [101.0] * 3
    core = trades.iloc[0]
    assert (core["sleeve"], core["entry_date"], core["fees"]) == ("core", "2021-11-19", 0.0)
    assert core["pnl"] == pytest.approx(10.0)


@pytest.fixture(params=[1, 2], ids=["walk_1", "walk_2"])
def storm(request) -> Result:
    sessions = weekdays("2012-01-02", "2016-06-30")
    rng = np.random.default_rng(request.param)
    score = np.round(rng.uniform(0, 1, 200), 2)[np.arange(len(sessions)) // 10]
    market = make_market(random_prices(sessions, request.param, 0.02), score=score, bill=0.02)
    plan = make_plan(
        hedge={**HEDGE, "band": 0.1, "phase_in": {"steps": 4, "every": 2}},
        costs={"fee_bps": 10, "slippage_bps": 20, "borrow_bps": 100, "dividend_yield": 0.02},
        core__weight=0.6,
    )
    return outcome_of(plan, market)


def test_trades_bear_every_cent_of_fees_and_slippage(storm):
    paid = storm.daily[["costs_core", "costs_tactical", "costs_hedge"]].sum(axis=None)
    assert storm.trades[["fees", "slippage"]].sum(axis=None) == pytest.approx(paid, rel=ROUNDING)


def test_all_profits_together_are_the_accounts_less_carry(storm):
    account = storm.daily["equity_total"].iloc[-1] - storm.plan.capital
    carry = storm.daily[["carry_core", "carry_tactical", "carry_hedge"]].sum(axis=None)
    assert storm.trades["pnl"].sum() == pytest.approx(account - carry, abs=LONG_SUMS * 1000)


def test_units_bought_are_units_sold(storm):
    trades, sessions = iso_days(storm.trades), storm.market.sessions
    equity = storm.daily["equity_total"]
    for year, lots in trades.query("sleeve == 'hedge'").groupby("vintage"):
        assert (lots["weight"] < 0).all()
        if year < 2015:  # its window is over: nothing is open
            assert (lots["exit_reason"] != "open").all()
    sold = trades[trades["entry_date"] > f"{equity.index[0]:%Y-%m-%d}"]
    base = [
        equity.iloc[sessions.get_loc(d) - sessions.get_loc(equity.index[0]) - 1]
        for d in sold["entry_date"]
    ]
    units = sold["weight"] * base / sold["entry_price"]
    pnl = units * (sold["exit_price"] - sold["entry_price"]) - sold["fees"] - sold["slippage"]
    assert np.allclose(pnl, sold["pnl"], rtol=0, atol=LONG_SUMS)


def test_no_trade_leaves_before_it_enters(storm):
    closed = storm.trades[storm.trades["exit_date"].notna()]
    assert (closed["entry_date"] <= closed["exit_date"]).all()
    assert storm.trades["entry_date"].is_monotonic_increasing


def test_the_columns_are_those_of_the_design_first(storm):
    design = [
        *("vintage", "sleeve", "tranche", "entry_date", "entry_price", "exit_date", "exit_price"),
        *("exit_reason", "weight", "fees", "slippage", "pnl", "return"),
    ]
    assert list(storm.trades.columns[: len(design)]) == design
    assert tuple(storm.trades.columns) == TRADE_COLUMNS
    assert set(storm.trades["sleeve"]) == {"core", "tactical", "hedge"}


def test_a_run_without_any_trade_has_an_empty_table_with_its_columns():
    plan = make_plan(core__weight=0.0, tactical__size={"weight": 0.0}, hedge={"max_ratio": 0.0})
    trades = outcome_of(plan, make_market(price_frame(SESSIONS), score=0.0)).trades
    assert trades.empty
    assert tuple(trades.columns) == TRADE_COLUMNS


@pytest.mark.parametrize("reason", list(Reason))
def test_reasons_of_the_leg_keep_their_names(reason):
    assert reason_label(int(reason)) == reason.label


def test_real_trades_are_in_their_vintages_window(history):
    for trade in iso_days(history.trades).to_dict("records"):
        year = trade["vintage"]
        if trade["sleeve"] == "tactical":
            assert f"{year}-11-21" < trade["entry_date"] <= trade["exit_date"] <= f"{year}-12-15"
        if trade["sleeve"] == "hedge":
            assert trade["entry_date"][:4] == str(year + 1)
            assert trade["exit_reason"] == "open" or trade["exit_date"][:4] == str(year + 1)
    assert isinstance(history.trades, pd.DataFrame)
