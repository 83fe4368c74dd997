"""Money: a week by hand, every path recomputed from its trades in plain Python, sums that hold."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

from market.container import Market
from market.rates import bill_rate
from strategy.account.book import book_difference, closes
from strategy.plan import Costs, Plan
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
from tests.tolerances import LONG_SUMS, ROUNDING, SHORT_SUMS

DEAR = {
    "fee_bps": 10,
    "slippage_bps": 20,
    "borrow_bps": 360,
    "rebate_spread_bps": 365,
    "margin_spread_bps": 350,
    "dividend_yield": 0.0365,
    "cash": "bills",
}
FULL_HEDGE = {"phase_in": {"steps": 1}, "cover": []}

# --- a week by hand ---------------------------------------------------------------------------

WEEK = weekdays("2021-12-27", "2022-01-06")
WEEK_BARS = {
    "2021-12-28": 100.0,
    "2021-12-29": (100.0, 101.0, 99.0, 101.0),
    "2021-12-30": (101.0, 102.0, 101.0, 102.0),
    "2021-12-31": (102.0, 102.0, 100.0, 100.0),
    "2022-01-03": (100.0, 100.0, 98.0, 98.0),
    "2022-01-04": (98.0, 98.0, 95.0, 95.0),
    "2022-01-05": (95.0, 96.0, 95.0, 96.0),
    "2022-01-06": (96.0, 96.0, 96.0, 96.0),
}


def week(**changes: Any) -> Result:
    market = make_market(price_frame(WEEK, 100.0, WEEK_BARS), score=1.0, bill=0.073)
    plan = make_plan(
        anchor="12-28",
        tactical__exit_by="12-30",
        tactical__size={"weight": 0.5, "risk_scaling": 0.0},
        core__weight=0.8,
        hedge={**FULL_HEDGE, "window": {"start": "01-01", "end": "01-05"}},
        costs=DEAR | changes,
        vintages=[2021],
    )
    return outcome_of(plan, market)


def test_a_week_of_equity_by_hand():
    # A day of carry, per unit of value: dividends 0.0365 / 365 = 1e-4, cash 0.073 / 365 = 2e-4,
    # a margin loan (0.073 + 0.035) / 360 = 3e-4, the short's proceeds (0.073 - 0.0365) / 365 =
    # 1e-4, its dividends 1e-4, its borrow 0.036 / 360 = 1e-4. Fee 0.1 %, slippage 0.2 %.
    equity = {}

    # 28 December, the anchor: 800 of 1000 are in the core at 100, without cost.
    core, cash = 8.0, 200.0
    equity["2021-12-28"] = cash + core * 100.0

    # 29 December: a night of dividends and interest; then half of 1000 buys the leg at the open.
    cash += 8.0 * 100.0 * 1e-4 + 200.0 * 2e-4
    leg = 500.0 / (100.0 * 1.002 * 1.001)
    cash -= 500.0
    equity["2021-12-29"] = cash + (core + leg) * 101.0

    # 30 December: dividends on all, a margin loan of about 300; the leg is sold at the close.
    loan = -cash
    assert loan == pytest.approx(299.88)
    cash += (core + leg) * 101.0 * 1e-4 - loan * 3e-4
    cash += leg * 102.0 * 0.998 * 0.999
    equity["2021-12-30"] = cash + core * 102.0

    # 31 December: cash is positive again. The score of 1 asks for a hedge of one half.
    cash += core * 102.0 * 1e-4 + cash * 2e-4
    equity["2021-12-31"] = before = cash + core * 100.0

    # 3 January, three nights later: the core goes back to 80 % and half is sold short at the open.
    cash += 3 * (core * 100.0 * 1e-4 + cash * 2e-4)
    wanted = 0.8 * before / 100.0
    change = wanted - core
    price = 100.0 * 1.002 if change > 0 else 100.0 * 0.998
    cash -= change * price + abs(change) * price * 0.001
    core = wanted
    short = 0.5 * before / 100.0
    cash += short * 100.0 * 0.998 * 0.999
    equity["2022-01-03"] = cash + (core - short) * 98.0

    # 4 and 5 January: interest on the cash that is not the short's proceeds, at market value.
    for day, last, now in (("2022-01-04", 98.0, 95.0), ("2022-01-05", 95.0, 96.0)):
        own = cash - short * last
        cash += core * last * 1e-4 + own * 2e-4 + short * last * (1e-4 - 1e-4 - 1e-4)
        if day == "2022-01-05":  # the window ends: bought back at the close
            cash -= short * 96.0 * 1.002 * 1.001
            short = 0.0
        equity[day] = cash + (core - short) * now

    daily = week().daily["equity_total"]
    assert daily.to_dict() == pytest.approx({pd.Timestamp(k): v for k, v in equity.items()})
    assert daily.iloc[-1] == pytest.approx(equity["2022-01-05"], rel=SHORT_SUMS)


def test_cash_that_earns_nothing_still_pays_for_a_loan():
    idle, paid = week(cash="zero").daily, week().daily
    assert idle["carry_core"].iloc[1] == pytest.approx(8.0 * 100.0 * 1e-4)  # dividends alone
    assert paid["carry_core"].iloc[1] == pytest.approx(8.0 * 100.0 * 1e-4 + 200.0 * 2e-4)
    # the night to the 30th: the loan of 300 costs the same, but replaces idle cash
    total = [d[["carry_core", "carry_tactical"]].iloc[2].sum() for d in (idle, paid)]
    leg = 500.0 / (100.0 * 1.002 * 1.001)
    dividends = (8.0 + leg) * 101.0 * 1e-4
    assert total[1] == pytest.approx(dividends - 299.88 * 3e-4, rel=ROUNDING)
    assert total[0] == pytest.approx(dividends - (300.0 - 0.08) * 3e-4, rel=ROUNDING)


def test_the_tactical_leg_bears_the_interest_that_it_causes():
    daily = week().daily
    night = daily.loc["2021-12-30"]
    leg = 500.0 / (100.0 * 1.002 * 1.001)
    cash = 200.0 + 0.08 + 0.04 - 500.0
    # without the leg the cash would be there and earn; with it there is a loan
    without = (cash + leg * 101.0) * 2e-4
    assert night["carry_core"] == pytest.approx(8.0 * 101.0 * 1e-4 + without, rel=ROUNDING)
    expected = leg * 101.0 * 1e-4 + cash * 3e-4 - without
    assert night["carry_tactical"] == pytest.approx(expected, rel=ROUNDING)


def test_tactical_return_is_per_unit_of_capital_given_to_the_leg():
    row = week().vintages.iloc[0]
    by_hand = (102.0 * 0.998 * 0.999) / (100.0 * 1.002 * 1.001) - 1.0
    assert row["tactical_return"] == pytest.approx(by_hand, rel=ROUNDING)
    # half of the capital: its profit before carry is half of it
    free = week(cash="zero", dividend_yield=0.0, margin_spread_bps=0)
    carry = free.daily["carry_tactical"].sum() / 1000.0
    assert free.vintages["tactical_contribution"].iloc[0] - carry == pytest.approx(by_hand / 2)


# --- every path again, from its trades --------------------------------------------------------


def recomputed_equity(result: Result) -> list[float]:
    """Equity at each close from the trades, the prices and the bill rate alone.

    Lots are bought and sold on their days; cash earns, loans and shorts cost, overnight, on the
    balances of the previous close. Units come from the weights and the equity found here.
    """
    plan, market = result.plan, result.market
    costs: Costs = plan.costs
    fee, slippage = costs.fee_bps / 1e4, costs.slippage_bps / 1e4
    days = [f"{d:%Y-%m-%d}" for d in result.daily.index]
    span = market.prices.loc[result.daily.index]
    close = [float(x) for x in span["close"]]
    rates = [0.0 if math.isnan(x) else float(x) for x in bill_rate(market).loc[span.index, "rate"]]
    dates = list(result.daily.index)
    yields = [dividends_by_hand(market, day, costs.dividend_yield) for day in dates]

    entries: dict[str, list[Any]] = {}
    for trade in iso_days(result.trades).to_dict("records"):
        entries.setdefault(trade["entry_date"], []).append(trade)

    cash = plan.capital
    longs, short = 0.0, 0.0  # units; the short's are positive
    exits: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    equity: list[float] = []
    for i, day in enumerate(days):
        before = equity[-1] if i else plan.capital
        if i:
            nights = (dates[i] - dates[i - 1]).days
            value, sold = longs * close[i - 1], short * close[i - 1]
            own = cash - sold
            r = rates[i - 1]
            cash += value * yields[i - 1] * nights / 365
            if own < 0:
                cash += own * (r + costs.margin_spread_bps / 1e4) * nights / 360
            elif costs.cash == "bills":
                cash += own * r * nights / 365
            cash += sold * max(r - costs.rebate_spread_bps / 1e4, 0.0) * nights / 365
            cash -= sold * yields[i - 1] * nights / 365
            cash -= sold * costs.borrow_bps / 1e4 * nights / 360
        for trade in entries.get(day, []):
            raw = trade["entry_price"]
            units = trade["weight"] * before / raw
            start = i == 0  # the core is there from the start, without cost
            price = raw if start else raw * (1 + slippage * math.copysign(1.0, units))
            cash -= units * price + (0.0 if start else abs(units) * price * fee)
            if units > 0:
                longs += units
            else:
                short -= units
            if trade["exit_reason"] != "open":
                exits.setdefault(trade["exit_date"], []).append((units, trade))
        for units, trade in exits.get(day, []):
            limit = trade["exit_reason"] in ("target_1", "target_2")
            side = 0.0 if limit else math.copysign(slippage, units)
            price = trade["exit_price"] * (1 - side)
            cash += units * price - abs(units) * price * fee
            if units > 0:
                longs -= units
            else:
                short += units
        equity.append(cash + (longs - short) * close[i])
    return equity


def dividends_by_hand(market: Market, day: pd.Timestamp, constant: float) -> float:
    """Trailing dividends known on a day over its close; the constant where there are none."""
    if market.id != "sp500" or not market.has("sp500_dividends"):
        return constant
    rows = market.series["sp500_dividends"].frame
    rows = rows[(rows["known_at"] <= day) & (rows.index >= day - pd.Timedelta(days=200))]
    if not len(rows):
        return constant
    return float(rows["value"].iloc[-1]) / float(market.prices.at[day, "close"])


def assert_recomputed(result: Result) -> None:
    again = np.array(recomputed_equity(result))
    assert np.max(np.abs(again / result.daily["equity_total"].to_numpy() - 1.0)) < LONG_SUMS


def walk(seed: int, volatility: float = 0.02) -> Market:
    sessions = weekdays("2015-01-01", "2020-03-31", ["2017-11-21", "2018-12-31", "2019-01-01"])
    rng = np.random.default_rng(seed)
    months = np.arange(len(sessions)) // 21
    score = np.round(rng.uniform(0.0, 1.0, months.max() + 1), 2)[months]
    return make_market(random_prices(sessions, seed, volatility), score=score, bill=0.03)


COSTS = {
    "free": {"dividend_yield": 0, "cash": "zero"},
    "dear": DEAR,
}


def plan_with(costs: dict[str, Any], **changes: Any) -> Plan:
    base: dict[str, Any] = {"costs": costs, "tactical__stop": 0.04}
    return make_plan(**(base | changes))


@pytest.mark.parametrize("costs", ["free", "dear"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_equity_recomputed_from_trades_and_prices(seed, costs):
    assert_recomputed(outcome_of(plan_with(COSTS[costs]), walk(seed)))


@pytest.mark.parametrize(
    "changes",
    [
        {"core__weight": 0.0},
        {"core__weight": 0.37},
        {"tactical__size": {"weight": 2.5, "risk_budget": 0.05}},
        {"tactical__first_target_share": 1.0},
        {"tactical__first_target_share": 0.0},
        {"tactical__same_bar": "target_first"},
        {"tactical__entry": {"fill": "next_close"}},
        {"tactical__levels": {"mode": "structural"}, "data__start": "2016-06-01"},
        {"hedge": {"max_ratio": 1.5, "reevaluate": "daily", "band": 0.0}},
        {"hedge": {"instrument": "none"}},
        {"hedge": {"when_blind": "full", "window": {"start": "02-01", "end": "06-30"}}},
        {"vintages": [2015, 2017]},
    ],
    ids=lambda c: ",".join(c),
)
def test_equity_recomputed_whatever_the_plan(changes):
    assert_recomputed(outcome_of(plan_with(DEAR, **changes), walk(7)))


def test_equity_recomputed_on_real_history(history):
    assert_recomputed(history)


# --- vectorbt's book --------------------------------------------------------------------------


@pytest.mark.parametrize("costs", ["free", "dear"])
@pytest.mark.parametrize("seed", [1, 2])
def test_vectorbts_value_equals_the_account_with_and_without_costs(seed, costs):
    result = outcome_of(plan_with(COSTS[costs]), walk(seed))
    value = np.asarray(result.portfolio.value()).ravel()[1::2]
    assert np.max(np.abs(value / result.daily["equity_total"].to_numpy() - 1.0)) < LONG_SUMS
    # and the plain recomputation, so that all three agree
    assert np.max(np.abs(value / np.array(recomputed_equity(result)) - 1.0)) < LONG_SUMS


def test_vectorbts_value_equals_the_account_on_real_history(history):
    assert book_difference(closes(history.portfolio), history.simulation.chained) < LONG_SUMS


# --- sums -------------------------------------------------------------------------------------


@pytest.fixture(params=[1, 2], ids=["walk_1", "walk_2"])
def dear(request) -> Result:
    return outcome_of(plan_with(DEAR), walk(request.param))


SLEEVES = ("core", "tactical", "hedge")


def assert_sums(result: Result) -> None:
    daily, capital = result.daily, result.plan.capital
    equity = sum(daily[f"equity_{s}"] for s in SLEEVES)
    assert (np.abs(equity - daily["equity_total"]) / daily["equity_total"]).max() < ROUNDING
    returns = sum(daily[f"return_{s}"] for s in SLEEVES)
    assert np.abs(returns - daily["return_total"]).max() < ROUNDING
    from_equity = daily["equity_total"].pct_change().iloc[1:]
    assert np.abs(from_equity - daily["return_total"].iloc[1:]).max() < ROUNDING
    assert daily["equity_total"].iloc[0] == capital
    assert daily[[f"return_{s}" for s in (*SLEEVES, "total", "benchmark")]].iloc[0].eq(0.0).all()
    rows = result.vintages
    parts = rows["core_return"] + rows["tactical_contribution"] + rows["hedge_return"]
    assert np.abs(parts - rows["total_return"]).max() < ROUNDING


def test_sleeves_add_up_to_the_total_every_day_and_every_vintage(dear):
    assert_sums(dear)


def test_sleeves_add_up_on_real_history(history):
    assert_sums(history)


def test_exposures_and_cash_make_up_the_equity(dear):
    parts = dear.daily[[f"exposure_{s}" for s in SLEEVES] + ["cash"]].sum(axis=1)
    assert np.abs(parts - 1.0).max() < ROUNDING


def test_a_sleeve_earns_by_price_less_costs_plus_carry(dear):
    # the trades' pnl are price gains after fees and slippage; carry comes on top
    for sleeve in SLEEVES:
        traded = dear.trades.query("sleeve == @sleeve")["pnl"].sum()
        carry = dear.daily[f"carry_{sleeve}"].sum()
        start = dear.plan.capital if sleeve == "core" else 0.0
        total = dear.daily[f"equity_{sleeve}"].iloc[-1] - start
        assert total == pytest.approx(traded + carry, abs=LONG_SUMS * dear.plan.capital)


# --- what the account is ----------------------------------------------------------------------


def test_the_capital_only_scales_the_account():
    small = outcome_of(plan_with(DEAR, capital=1.0), walk(4)).daily
    large = outcome_of(plan_with(DEAR, capital=1e9), walk(4)).daily
    assert np.allclose(small["equity_total"], large["equity_total"] / 1e9, rtol=ROUNDING)
    assert np.allclose(small["return_total"], large["return_total"], rtol=0, atol=SHORT_SUMS)


def test_without_sleeves_the_path_is_the_plain_core():
    off = {"tactical__size": {"weight": 0.0}, "hedge": {"max_ratio": 0.0}}
    daily = outcome_of(plan_with(DEAR, **off), walk(5)).daily
    assert np.abs(daily["equity_total"] / daily["equity_benchmark"] - 1.0).max() < ROUNDING
    assert np.abs(daily["return_total"] - daily["return_benchmark"]).max() < ROUNDING


def test_a_plain_core_without_costs_and_dividends_is_the_index():
    off = {"tactical__size": {"weight": 0.0}, "hedge": {"max_ratio": 0.0}}
    daily = outcome_of(make_plan(**off), market := walk(6)).daily
    close = market.prices["close"].loc[daily.index]
    assert np.abs(daily["equity_total"] / 1000.0 / (close / close.iloc[0]) - 1.0).max() < ROUNDING


def test_no_core_and_no_sleeves_is_cash_at_the_bill_rate():
    off = {"tactical__size": {"weight": 0.0}, "hedge": {"max_ratio": 0.0}, "core__weight": 0.0}
    result = outcome_of(plan_with(DEAR, **off), walk(6))
    equity = 1000.0
    dates = result.daily.index
    for last, now in pairwise(dates):
        equity *= 1.0 + 0.03 * (now - last).days / 365
    assert result.daily["equity_total"].iloc[-1] == pytest.approx(equity, rel=ROUNDING)
    assert result.trades.empty


def test_interest_uses_the_rate_known_at_the_close_before():
    sessions = weekdays("2021-11-01", "2021-11-30")
    market = make_market(price_frame(sessions), bill=0.073)
    curve = market.series["treasury_curve"].frame
    curve.loc["2021-11-24":, "m3"] = 0.0
    off = {"tactical__size": {"weight": 0.0}, "hedge": {"max_ratio": 0.0}, "core__weight": 0.0}
    carry = outcome_of(make_plan(costs=DEAR, **off), market).daily["carry_core"]
    assert carry.loc["2021-11-24"] == pytest.approx(0.2, rel=1e-3)  # the 23rd's rate, one night
    assert carry.loc["2021-11-25"] == 0.0


def test_weekends_and_holidays_carry_every_night():
    sessions = weekdays("2021-11-01", "2021-12-10", ["2021-11-25", "2021-11-26"])
    off = {"tactical__size": {"weight": 0.0}, "hedge": {"max_ratio": 0.0}}
    carry = outcome_of(
        make_plan(costs__dividend_yield=0.0365, **off), make_market(price_frame(sessions))
    ).daily["carry_core"]
    assert carry.loc["2021-11-22"] == pytest.approx(3 * 0.1)  # from Friday, the anchor
    assert carry.loc["2021-11-23"] == pytest.approx(0.1)
    assert carry.loc["2021-11-29"] == pytest.approx(5 * 0.1)  # from Wednesday to Monday


def test_the_core_goes_back_to_its_weight_at_the_window_and_after_the_next_anchor():
    result = outcome_of(plan_with(COSTS["dear"], hedge={"max_ratio": 0.0}), walk(3))
    bought = iso_days(result.trades).query("sleeve == 'core'")
    days = set(bought["entry_date"]) | set(bought["exit_date"].dropna())
    anchor_days = set(iso_days(result.vintages)["entry_date"].iloc[1:])
    assert anchor_days <= days
    # nothing else moves the core: first opens of the windows, opens after later anchors
    sessions = result.market.sessions
    firsts = {
        f"{sessions[sessions >= f'{y + 1}-01-01'][0]:%Y-%m-%d}" for y in result.vintages["vintage"]
    }
    later = {
        f"{sessions[sessions > a][0]:%Y-%m-%d}" for a in result.vintages["anchor_date"].iloc[1:]
    }
    assert days <= firsts | later | {iso_days(result.vintages)["anchor_date"].iloc[0]}


# --- ruin -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bars", "changes"),
    [
        ({"2020-11-24": 80.0}, {"tactical__size": {"weight": 10.0}}),
        ({"2021-03-01": 300.0}, {"hedge": {"max_ratio": 2.0, **FULL_HEDGE}}),
    ],
    ids=["a_leg_on_ten_times_the_equity", "a_short_of_twice_the_equity"],
)
def test_the_path_of_an_account_that_is_used_up_ends_there(bars, changes):
    # a share of a negative equity is nothing that can be held: what follows would be nonsense
    sessions = weekdays("2020-11-02", "2022-03-31")
    score = 1.0 if "hedge" in changes else 0.0
    market = make_market(price_frame(sessions, 100.0, bars), score=score)
    result = outcome_of(make_plan(**changes), market)
    equity = result.daily["equity_total"]
    assert (equity.iloc[:-1] > 0.0).all()
    assert equity.iloc[-1] <= 0.0
    assert f"{equity.index[-1]:%Y-%m-%d}" == next(iter(bars))
    assert bool(result.vintages.set_index("vintage").loc[2020, "exhausted"])
    assert_sums(result)
    assert_recomputed(result)
