"""Inverse funds: the daily reset by hand, its drag, a short in disguise, and loaded funds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from market.sources.bundled import bundled_series
from strategy.account.account import run_account
from strategy.account.instructions import Instructions, Kind, Leg
from strategy.account.legs import days_between, index_legs
from strategy.hedge.instruments import HedgeWindow, Setting
from strategy.hedge.instruments.fund import load_fund
from strategy.hedge.instruments.inverse_etf import daily_returns, fill_prices, make_legs
from strategy.hedge.vintage import hedge_setting
from strategy.legs.prices import price_arrays
from strategy.legs.reasons import Phase
from strategy.plan import Costs, Hedge, InverseEtf, Plan, ShortHedge
from strategy.run.simulation import simulate
from tests.strategy.tiny_market import (
    FREE,
    make_market,
    make_plan,
    observations,
    outcome_of,
    price_frame,
    weekdays,
)
from tests.tolerances import LONG_SUMS, ROUNDING

NO_COSTS = Costs.model_validate(FREE)


def setting_of(close, *, leverage=-1, rate=0.0, costs=NO_COSTS, expense_ratio=0.0, spread=0.0):
    close = np.asarray(close, dtype=float)
    sessions = pd.bdate_range("2021-01-04", periods=len(close), name="date")
    etf = InverseEtf(leverage=leverage, expense_ratio=expense_ratio, financing_spread_bps=spread)
    return Setting(
        sessions,
        np.concatenate([close[:1], close[:-1]]),
        close,
        days_between(sessions.to_numpy()),
        np.broadcast_to(np.asarray(rate, dtype=float), len(close)).copy(),
        np.full(len(close), np.nan),
        Phase.OPEN,
        Hedge(instrument="inverse_etf", inverse_etf=etf),
        costs,
        np.full(len(close), costs.dividend_yield),
    )


# --- by hand ----------------------------------------------------------------------------------


def test_up_ten_and_down_ten_percent_leaves_91_at_three_times_where_a_static_short_makes_3():
    setting = setting_of([100.0, 110.0, 99.0], leverage=-3)
    legs = make_legs(setting)
    fill_prices(setting, legs, HedgeWindow(1, 2, True, 2020))
    assert legs.close[:, 0] == pytest.approx([100.0, 70.0, 91.0], rel=ROUNDING)
    static = 1.0 - 3.0 * (99.0 / 100.0 - 1.0)
    assert static == pytest.approx(1.03)


def test_a_day_of_costs_by_hand():
    # one calendar day: dividends 0.0365 / 365, bills 0.073 / 365, swaps 0.00365 / 365, and the fees
    setting = setting_of(
        [100.0, 100.0],
        leverage=-2,
        rate=0.073,
        costs=Costs.model_validate(FREE | {"dividend_yield": 0.0365}),
        expense_ratio=0.0252,
        spread=36.5,
    )
    earned = -2 * 1e-4 + 3 * 2e-4 - 2 * 1e-5 - 0.0252 / 252
    assert daily_returns(setting)[1] == pytest.approx(earned, rel=ROUNDING)


@pytest.mark.parametrize(("leverage", "drag"), [(-1, -0.0256), (-2, -0.0768), (-3, -0.1536)])
def test_the_drag_of_a_year_at_16_percent_volatility(leverage, drag):
    # -(L^2 - L) / 2 x variance, for an index that ends where it began
    swing = 0.16 / np.sqrt(252)
    close = 100.0 * np.exp(np.tile([0.0, swing], 127)[:253])
    found = np.log1p(daily_returns(setting_of(close, leverage=leverage))).sum()
    assert found == pytest.approx(drag, abs=3e-4)


def test_the_open_is_the_overnight_move_times_the_leverage():
    setting = setting_of([100.0, 100.0, 100.0], leverage=-3)
    setting.open_[2] = 101.0
    legs = make_legs(setting)
    fill_prices(setting, legs, HedgeWindow(1, 2, True, 2020))
    assert legs.open_[2, 0] == pytest.approx(97.0)
    assert legs.close[2, 0] == pytest.approx(100.0)
    assert legs.exposure_open[2, 0] == pytest.approx(-3 * 97.0)


def test_a_fund_that_loses_all_in_a_day_stays_at_nothing():
    setting = setting_of([100.0, 140.0, 100.0], leverage=-3)
    legs = make_legs(setting)
    fill_prices(setting, legs, HedgeWindow(1, 2, True, 2020))
    assert (legs.close[1:, 0] > 0.0).all() and (legs.close[1:, 0] < 1e-6).all()


# --- a short in disguise ----------------------------------------------------------------------


def test_a_short_set_anew_at_every_close_is_the_fund_of_minus_one_at_equal_costs():
    # a future's carry is in its price and its collateral earns bills: what the fund earns inside
    rng = np.random.default_rng(7)
    n = 300
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.012, n)))
    rate = np.abs(rng.normal(0.04, 0.01, n))
    costs = Costs.model_validate(FREE | {"dividend_yield": 0.02, "cash": "bills"})
    setting = setting_of(close, leverage=-1, rate=rate, costs=costs)
    fund = np.cumprod(1.0 + daily_returns(setting)[2:])
    future = index_legs(
        setting.open_, close, setting.days, rate, costs, ShortHedge(style="future", roll_bps=0.0)
    )
    value = np.concatenate([[1.0, 1.0], fund])  # of the account too, if the claim is true
    daily = Instructions()
    for t in range(1, n):
        size = -value[t] / value[t - 1]
        daily.add(
            t, Phase.CLOSE, Kind.NOTIONAL, Leg.HEDGE, close[t], value=size, base=float(close[t])
        )
    rate[0] = 0.0  # the money waits a night before the first order
    short = run_account(
        setting.sessions, close, rate, 0, n - 1, daily.table(), costs,
        capital=1.0, core_weight=0.0, legs=future,
    )  # fmt: skip
    assert short.equity[1] == 1.0
    assert np.allclose(short.equity[2:], fund, rtol=ROUNDING)
    assert abs(fund[-1] - 1.0) > 0.01  # not a comparison of constants


def test_a_fund_in_an_account_earns_the_fund_s_return():
    rng = np.random.default_rng(8)
    n = 120
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.012, n)))
    setting = setting_of(close, leverage=-2, rate=0.03)
    legs = make_legs(setting)
    fill_prices(setting, legs, HedgeWindow(1, n - 1, False, 2020))
    once = Instructions()
    once.add(1, Phase.OPEN, Kind.NOTIONAL, Leg.HEDGE, legs.open_[1, 0], value=1.0, base=100.0)
    account = run_account(
        setting.sessions, close, setting.rate, 0, n - 1, once.table(), NO_COSTS,
        capital=1.0, core_weight=0.0, legs=legs,
    )  # fmt: skip
    assert np.allclose(
        account.equity[1:], np.cumprod(1.0 + daily_returns(setting)[1:]), rtol=ROUNDING
    )


# --- through the simulation -------------------------------------------------------------------

YEAR = weekdays("2020-11-02", "2021-12-31")


def swinging(up: float = 0.02) -> dict[str, float]:
    days = [d for d in YEAR if d.year == 2021]
    return {f"{d:%Y-%m-%d}": 100.0 if i % 2 else 100.0 * (1 + up) for i, d in enumerate(days)}


def fund_plan(**etf):
    return make_plan(
        hedge={
            "instrument": "inverse_etf",
            "inverse_etf": {"expense_ratio": 0.0, **etf},
            "phase_in": {"steps": 1},
            "cover": [],
            "max_ratio": 0.6,
        },
        vintages=[2020],
    )


def test_a_hedge_of_six_tenths_takes_that_much_exposure_off_at_any_leverage():
    market = make_market(price_frame(YEAR), score=1.0)
    for leverage in (-1, -2, -3):
        daily = outcome_of(fund_plan(leverage=leverage), market).daily
        assert daily["exposure_hedge"]["2021-06-01"] == pytest.approx(-0.6, abs=ROUNDING)


def test_the_decay_line_is_what_the_reset_loses_against_a_static_short():
    market = make_market(price_frame(YEAR, 100.0, swinging()), score=1.0)
    simulation = simulate(fund_plan(leverage=-3), market)
    run = simulation.vintages[0].hedge
    # nothing was made or lost by the index between the first open and the last close
    assert run.costs.lines["decay"] == pytest.approx(run.costs.gross - run.costs.net, abs=ROUNDING)
    assert run.costs.lines["decay"] > 0.05
    assert run.costs.lines["tracking"] == pytest.approx(0.0, abs=ROUNDING)


# --- loaded funds -----------------------------------------------------------------------------


DIVIDENDS = 0.019


def made_up_fund(market, leverage, fee, first, last, seed=1):
    """Adjusted prices of a fund over `market`'s days that gives `leverage` times the day's return.

    Interest of the bill on one and `-leverage` times its assets, less the fee and the dividends
    it owes, by days over 365; a real fund misses its aim by a few hundredths a day.
    """
    close = market.prices["close"].loc[first:last]
    days = close.index.to_series().diff().dt.days.to_numpy()
    month = (
        bundled_series("ff_rf").frame["value"].reindex(close.index, method="ffill").to_numpy()
        / 100.0
    )
    bill = month * 12.0
    miss = np.random.default_rng(seed).normal(0.0, 3e-4, len(close))
    daily = leverage * close.pct_change().to_numpy() + miss
    daily += (bill * (1.0 - leverage) + leverage * DIVIDENDS - fee) * days / 365.0
    daily[0] = 0.0
    return pd.Series(60.0 * np.cumprod(1.0 + daily), close.index)


@pytest.mark.parametrize(
    ("series", "leverage", "fee"), [("sh", -1, 0.0089), ("sds", -2, 0.0089), ("spxu", -3, 0.0090)]
)
def test_the_model_is_within_half_a_point_a_year_of_a_fund_that_meets_its_aim(
    bundled, series, leverage, fee
):
    history = made_up_fund(bundled, leverage, fee, "2009-06-25", "2020-12-31")
    plan = Plan.model_validate(
        {
            "name": "x",
            "hedge": {
                "instrument": "inverse_etf",
                "inverse_etf": {
                    "leverage": leverage,
                    "expense_ratio": fee,
                    "financing_spread_bps": 0,
                },
            },
            "costs": {"dividend_yield": DIVIDENDS},
        }
    )
    prices = price_arrays(bundled, "next_open")
    setting, *_ = hedge_setting(plan, bundled, prices[0], prices[3])
    total_return = observations(series, history.index, history)
    market = bundled.__class__(
        bundled.id, bundled.prices, {series: total_return}, bundled.price_spec
    )
    tracking = load_fund(market, series, daily_returns(setting)).tracking
    assert tracking.sessions > 2800
    assert tracking.patched == 0
    assert abs(tracking.difference) < 0.005, tracking


def test_a_loaded_fund_prices_the_windows_it_covers_and_its_splits_are_no_returns(
    bundled, tmp_path
):
    from strategy.api import load_market

    raw = made_up_fund(bundled, -3, 0.0090, "2009-06-25", "2020-09-11")
    # reverse splits stay in raw prices whose days are let through as they are
    for day, ratio in (("2012-10-05", 5), ("2014-01-24", 4), ("2018-05-24", 4)):
        raw[raw.index >= day] *= ratio
    frame = pd.DataFrame({column: raw for column in ("open", "high", "low", "close")})
    frame.to_csv(tmp_path / "spxu.csv", index_label="date")
    plan = Plan.model_validate(
        {
            "name": "x",
            "data": {
                "files": {"spxu": str(tmp_path / "spxu.csv")},
                "formats": {"spxu": {"moves": ["2012-10-05", "2014-01-24", "2018-05-24"]}},
            },
            "hedge": {
                "instrument": "inverse_etf",
                "inverse_etf": {
                    "leverage": -3,
                    "expense_ratio": 0.0090,
                    "financing_spread_bps": 0,
                    "series": "spxu",
                },
                "when_blind": "full",
            },
            "costs": {"dividend_yield": DIVIDENDS},
        }
    )
    simulation = simulate(plan, load_market(plan))
    by = {v.schedule.year: v.hedge.fate.priced_by for v in simulation.vintages}
    assert by[2012] == "spxu" and by[2005] == "model" and by[2020] == "model"
    fund = simulation.setting.fund
    assert fund is not None and fund.tracking.patched == 3
    assert abs(fund.tracking.difference) < 0.005


def test_a_fund_that_is_not_loaded_is_an_error_that_says_what_to_do():
    market = make_market(price_frame(YEAR), score=1.0)
    with pytest.raises(InputError, match=r"not loaded.*data\.files\.sh"):
        simulate(fund_plan(series="sh"), market)


def test_a_distribution_and_a_split_in_a_fund_s_prices_are_replaced_by_the_model():
    close = 100.0 * np.cumprod(np.r_[1.0, np.full(len(YEAR) - 1, 1.0005)])
    fund = 50.0 * np.cumprod(np.r_[1.0, np.full(len(YEAR) - 1, 0.9995)])
    fund[100:] *= 4.0  # a reverse split
    fund[200:] *= 0.85  # a distribution of capital gains
    prices = price_frame(YEAR)
    prices[:] = close[:, None]
    market = make_market(prices, score=1.0, sh=observations("sh", YEAR, fund))
    fund_series = load_fund(market, "sh", np.r_[0.0, close[1:] / close[:-1] - 1.0] * -1.0)
    assert fund_series.tracking.patched == 2
    assert fund_series.tracking.difference == pytest.approx(0.0, abs=LONG_SUMS)


def test_a_fund_s_adjusted_closes_are_its_returns(tmp_path):
    from market.files.read import read_series

    # 100 pays 2 overnight: the close falls to 98, and who held it has lost nothing; then -1 %
    close = [100.0, 98.0, 97.02] + [97.02] * (len(YEAR) - 3)
    adjusted = [98.0, 98.0, 97.02] + [97.02] * (len(YEAR) - 3)
    flat = np.full(len(YEAR), 100.0)
    prices = price_frame(YEAR)
    prices[:] = flat[:, None]
    frame = pd.DataFrame({"date": YEAR, "close": close, "Adj Close": adjusted})
    frame.to_csv(tmp_path / "sh.csv", index=False)
    market = make_market(prices, score=1.0, sh=read_series(tmp_path / "sh.csv", "sh"))
    fund = load_fund(market, "sh", np.zeros(len(YEAR)))
    assert fund.daily[1:4] == pytest.approx([0.0, -0.01, 0.0])
    assert fund.tracking.total_return and fund.tracking.patched == 0

    frame.drop(columns="Adj Close").to_csv(tmp_path / "sh.csv", index=False)
    market = make_market(prices, score=1.0, sh=read_series(tmp_path / "sh.csv", "sh"))
    fund = load_fund(market, "sh", np.zeros(len(YEAR)))
    assert fund.daily[1:4] == pytest.approx([-0.02, -0.01, 0.0])
    assert not fund.tracking.total_return


def test_a_stated_split_of_a_fund_is_undone(tmp_path):
    from market.files.read import read_series

    close = np.where(np.arange(len(YEAR)) < 100, 20.0, 40.0)
    frame = pd.DataFrame({"date": YEAR, "close": close, "adjusted_close": np.full(len(YEAR), 40.0)})
    frame.to_csv(tmp_path / "sh.csv", index=False)
    plan = Plan.model_validate(
        {
            "name": "x",
            "data": {
                "files": {"sh": str(tmp_path / "sh.csv")},
                "formats": {"sh": {"splits": {f"{YEAR[100]:%Y-%m-%d}": 0.5}}},
            },
        }
    )
    stated = plan.data.formats["sh"]
    read = read_series(tmp_path / "sh.csv", "sh", stated)
    assert read.frame["close"].tolist() == pytest.approx([40.0] * len(YEAR))
