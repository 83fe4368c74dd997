"""Every figure a second way: plain loops, pandas, published tables of the exact interval."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest

from market.year import SESSIONS_A_YEAR
from strategy.result.metrics import (
    bill_returns,
    drawdown,
    max_drawdown,
    monthly_returns,
    performance,
    sample_statistics,
)
from strategy.result.result import Result
from strategy.validation.intervals import hit_interval
from tests.strategy.tiny_market import weekdays
from tests.tolerances import LONG_SUMS, ROUNDING


def equity_path(seed: int, n: int = 700) -> tuple[np.ndarray, pd.DatetimeIndex]:
    dates = weekdays("2018-03-14", "2024-12-31")[:n]
    returns = np.random.default_rng(seed).normal(3e-4, 0.012, n - 1)
    return 1000.0 * np.concatenate([[1.0], np.cumprod(1.0 + returns)]), dates


# --- drawdown ---------------------------------------------------------------------------------


def test_a_loss_on_the_first_day_is_a_drawdown_from_the_starting_capital():
    assert max_drawdown(np.array([100.0, 90.0, 95.0])) == pytest.approx(-0.10)


def test_a_path_that_never_falls_has_no_drawdown():
    assert max_drawdown(np.array([100.0, 100.0, 101.0])) == 0.0


def test_drawdown_is_the_fraction_below_the_highest_value_so_far():
    found = drawdown(np.array([100.0, 120.0, 90.0, 120.0, 60.0]))
    assert found.tolist() == pytest.approx([0.0, 0.0, -0.25, 0.0, -0.5])


def test_the_deepest_drawdown_is_dated_from_its_peak_over_its_low_to_its_recovery():
    dates = pd.DatetimeIndex(pd.bdate_range("2021-01-04", periods=7))
    out = performance(np.array([100.0, 110.0, 99.0, 88.0, 100.0, 110.0, 120.0]), dates)
    assert out["max_drawdown"] == pytest.approx(-0.2)
    assert out["max_drawdown_start"] == "2021-01-05"
    assert out["max_drawdown_low"] == "2021-01-07"
    assert out["max_drawdown_end"] == "2021-01-11"  # at the old peak again, not above it


def test_a_path_still_under_water_has_no_end_of_its_drawdown():
    dates = pd.DatetimeIndex(pd.bdate_range("2021-01-04", periods=3))
    out = performance(np.array([100.0, 90.0, 95.0]), dates)
    assert out["max_drawdown_start"] == "2021-01-04"
    assert out["max_drawdown_end"] is None


# --- a path's figures -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_figure_of_a_path_in_plain_python(seed):
    equity, dates = equity_path(seed)
    out = performance(equity, dates)
    returns = [float(equity[i] / equity[i - 1] - 1.0) for i in range(1, len(equity))]
    n = len(returns)
    mean = sum(returns) / n
    deviation = statistics.stdev(returns)
    assert out["sessions"] == n
    assert out["total_return"] == pytest.approx(
        math.prod(1 + r for r in returns) - 1, rel=LONG_SUMS
    )
    assert out["cagr"] == pytest.approx((equity[-1] / equity[0]) ** (252 / n) - 1, rel=ROUNDING)
    assert out["volatility"] == pytest.approx(deviation * math.sqrt(252), rel=ROUNDING)
    assert out["sharpe"] == pytest.approx(mean / deviation * math.sqrt(252), rel=ROUNDING)
    downside = math.sqrt(sum(min(r, 0.0) ** 2 for r in returns) / n)
    assert out["sortino"] == pytest.approx(mean / downside * math.sqrt(252), rel=ROUNDING)
    peak, deepest = equity[0], 0.0
    for value in equity:
        peak = max(peak, value)
        deepest = min(deepest, value / peak - 1.0)
    assert out["max_drawdown"] == pytest.approx(deepest, rel=ROUNDING)
    assert out["calmar"] == pytest.approx(out["cagr"] / -deepest, rel=ROUNDING)
    worst = sorted(returns)[: math.ceil(0.05 * n)]
    assert out["cvar_95"] == pytest.approx(sum(worst) / len(worst), rel=ROUNDING)


def test_a_year_is_252_sessions():
    dates = pd.DatetimeIndex(pd.bdate_range("2021-01-04", periods=253))
    equity = 100.0 * 1.1 ** (np.arange(253) / 252)
    assert SESSIONS_A_YEAR == 252
    assert performance(equity, dates)["cagr"] == pytest.approx(0.1, rel=ROUNDING)


def test_a_flat_path_has_no_ratio_rather_than_an_infinite_one():
    dates = pd.DatetimeIndex(pd.bdate_range("2021-01-04", periods=30))
    out = performance(np.full(30, 7.0), dates)
    assert (out["sharpe"], out["sortino"], out["calmar"]) == (None, None, None)
    assert (out["total_return"], out["volatility"], out["max_drawdown"]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("n", [1, 2])
def test_one_return_is_no_sample(n):
    dates = pd.DatetimeIndex(pd.bdate_range("2021-01-04", periods=n))
    assert performance(np.full(n, 7.0), dates) == {"sessions": n - 1}


def test_ratios_are_those_of_vectorbt_on_a_year_of_252(history):
    # vectorbt's own accessor, told that a year is 252 rows; its drawdown forgets the first bar
    import vectorbt as vbt

    returns = history.daily["return_total"].iloc[1:]
    accessor = returns.vbt.returns(freq=pd.Timedelta(days=1), year_freq=pd.Timedelta(days=252))
    total = history.metrics["total"]
    assert total["sharpe"] == pytest.approx(float(accessor.sharpe_ratio()), rel=LONG_SUMS)
    assert total["cagr"] == pytest.approx(float(accessor.annualized()), rel=LONG_SUMS)
    assert total["volatility"] == pytest.approx(
        float(accessor.annualized_volatility()), rel=LONG_SUMS
    )
    assert vbt.__version__.startswith("1.")


# --- months -----------------------------------------------------------------------------------


def test_months_cut_short_at_either_end_are_left_out():
    dates = weekdays("2021-01-14", "2021-04-15")
    equity = np.full(len(dates), 100.0)
    equity[dates >= "2021-02-10"] = 110.0
    equity[dates >= "2021-03-10"] = 99.0
    months = monthly_returns(equity, dates)
    assert [str(m) for m in months.index] == ["2021-02", "2021-03"]
    assert list(months) == pytest.approx([0.10, -0.10])


def test_a_month_that_ends_on_a_weekend_is_whole_on_its_last_weekday():
    # 31 January 2021 is a Sunday, 28 February too
    for end, last in (("2021-02-26", "2021-02"), ("2021-02-25", "2021-01")):
        dates = weekdays("2020-12-31", end)
        months = monthly_returns(np.full(len(dates), 1.0), dates)
        assert str(months.index[-1]) == last


def test_a_path_inside_one_month_has_no_monthly_return():
    dates = weekdays("2021-02-01", "2021-02-26")
    assert monthly_returns(np.full(len(dates), 1.0), dates).empty
    out = performance(np.linspace(1, 2, len(dates)), dates)
    assert (out["worst_month"], out["best_month"]) == (None, None)


def test_monthly_returns_are_those_of_pandas_resampling():
    equity, dates = equity_path(4)
    ends = pd.Series(equity, index=dates).resample("ME").last()
    expected = ends.pct_change().iloc[1:]
    if dates[-1] + pd.offsets.BDay() <= expected.index[-1]:
        expected = expected.iloc[:-1]
    found = monthly_returns(equity, dates)
    assert list(found) == pytest.approx(list(expected), rel=ROUNDING)
    out = performance(equity, dates)
    assert out["worst_month"] == pytest.approx(expected.min())
    assert out["best_month"] == pytest.approx(expected.max())


def test_a_return_over_several_months_is_no_monthly_return():
    dates = weekdays("2021-01-01", "2021-02-26").append(weekdays("2021-05-03", "2021-06-30"))
    equity = np.where(dates < "2021-05-01", 100.0, 50.0)
    months = monthly_returns(equity, dates)
    # May's own beginning is not known: no month halved
    assert months.min() == 0.0


# --- a value a vintage ------------------------------------------------------------------------


def test_a_small_sample_by_hand():
    out = sample_statistics(np.array([0.1, -0.2, 0.3, 0.0]), np.array([2001, 2002, 2003, 2004]))
    assert out["n"] == 4
    assert out["mean"] == pytest.approx(0.05)
    assert out["median"] == pytest.approx(0.05)
    # squared deviations 0.0025 + 0.0625 + 0.0625 + 0.0025 = 0.13 over 3
    assert out["std"] == pytest.approx(math.sqrt(0.13 / 3))
    assert out["t_stat"] == pytest.approx(0.05 / math.sqrt(0.13 / 3 / 4))
    # Student's t for 3 degrees of freedom and 95 %: 3.182446
    reach = 3.182446 * math.sqrt(0.13 / 3 / 4)
    assert (out["mean_low"], out["mean_high"]) == pytest.approx((0.05 - reach, 0.05 + reach))
    assert (out["hits"], out["hit_rate"]) == (2, 0.5)  # a return of zero is no hit
    assert (out["worst"], out["worst_vintage"]) == (-0.2, 2002)
    assert (out["best"], out["best_vintage"]) == (0.3, 2003)
    # without the best (0.1 - 0.2 + 0) / 3, without the worst (0.1 + 0.3 + 0) / 3
    assert out["leave_one_out_low"] == pytest.approx(-0.1 / 3)
    assert out["leave_one_out_high"] == pytest.approx(0.4 / 3)


def test_a_sample_of_one_has_no_spread():
    out = sample_statistics(np.array([0.1]), np.array([2001]))
    assert out["mean"] == out["worst"] == out["best"] == 0.1
    assert "std" not in out and "t_stat" not in out


def test_an_empty_sample_has_its_size_only():
    assert sample_statistics(np.array([]), np.array([])) == {"n": 0}


def test_equal_values_have_no_t_statistic():
    assert sample_statistics(np.array([0.25, 0.25, 0.25]), np.arange(3))["t_stat"] is None


# --- the metrics of a run ---------------------------------------------------------------------


def complete(result: Result) -> pd.DataFrame:
    return result.vintages[result.vintages["complete"]]


def test_tactical_figures_again_from_the_vintage_rows(history):
    rows, found = complete(history), history.metrics["tactical"]
    legs = rows[rows["tactical_return"].notna()]
    values = list(legs["tactical_return"])
    assert found["n"] == len(values) == 63
    assert found["n_no_trade"] == len(rows) - len(legs)
    assert found["mean"] == pytest.approx(statistics.fmean(values), rel=ROUNDING)
    assert found["median"] == pytest.approx(statistics.median(values), rel=ROUNDING)
    assert found["hits"] == sum(v > 0 for v in values)
    assert (found["hit_low"], found["hit_high"]) == pytest.approx(
        hit_interval(found["hits"], len(values))
    )
    assert found["worst"] == min(values)
    assert found["worst_vintage"] == int(legs.loc[legs["tactical_return"].idxmin(), "vintage"])
    assert found["exit_reasons"] == rows["exit_reason"].value_counts().to_dict()
    others = list(legs["tactical_return_other_policy"])
    assert found["mean_other_policy"] == pytest.approx(statistics.fmean(others), rel=ROUNDING)


def test_the_unfinished_vintage_is_shown_and_never_averaged(history):
    shown = history.vintages.set_index("vintage")
    assert not shown.loc[2025, "complete"]
    with_it = statistics.fmean(history.vintages["tactical_return"])
    assert history.metrics["tactical"]["mean"] != pytest.approx(with_it, rel=1e-6)
    assert history.metrics["vintage_total"]["n"] == 63
    assert history.metrics["next_year"]["n"] == 63


def test_hedge_figures_again_from_the_vintage_rows(history):
    rows, found = complete(history), history.metrics["hedge"]
    hedged = rows[rows["hedge_max_ratio"] > 0]
    assert found["n"] == len(hedged)
    assert found["n"] + found["n_not_hedged"] == 63
    assert found["mean"] == pytest.approx(hedged["hedge_return"].mean(), rel=ROUNDING)
    assert found["mean_cost"] == pytest.approx(hedged["hedge_cost"].mean(), rel=ROUNDING)
    assert found["mean_gain"] - found["mean_cost"] == pytest.approx(found["mean"], abs=ROUNDING)
    assert found["sum_return"] == pytest.approx(hedged["hedge_return"].sum(), rel=ROUNDING)


def test_path_figures_again_from_the_daily_table(history):
    for name in ("total", "benchmark"):
        equity, found = history.daily[f"equity_{name}"], history.metrics[name]
        returns = equity.pct_change().iloc[1:]
        assert found["sharpe"] == pytest.approx(
            returns.mean() / returns.std() * np.sqrt(252), rel=LONG_SUMS
        )
        assert found["max_drawdown"] == pytest.approx((equity / equity.cummax() - 1).min())
        assert found["total_return"] == pytest.approx(equity.iloc[-1] / equity.iloc[0] - 1)
        assert found["sessions"] == len(equity) - 1


def test_next_years_falls_again_from_prices(history):
    close = history.market.prices["close"]
    falls = 0
    for year in range(1963, 2025):
        base = close.loc[: f"{year - 1}-12-31"].iloc[-1:]
        path = pd.concat([base, close.loc[f"{year}"]])
        falls += (path / path.cummax() - 1).min() <= -0.2
    assert history.metrics["next_year"]["falls_of_20"] == falls


def test_sleeve_figures_again_from_the_daily_table(history):
    for sleeve, found in history.metrics["sleeves"].items():
        daily = history.daily
        start = history.plan.capital if sleeve == "core" else 0.0
        assert found["pnl"] == pytest.approx(daily[f"equity_{sleeve}"].iloc[-1] - start)
        assert found["carry"] == pytest.approx(daily[f"carry_{sleeve}"].sum())
        assert found["costs"] == pytest.approx(daily[f"costs_{sleeve}"].sum())
    costs = sum(s["costs"] for s in history.metrics["sleeves"].values())
    assert costs == pytest.approx(
        history.trades[["fees", "slippage"]].sum(axis=None), rel=LONG_SUMS
    )


def test_coverage_figures_again_from_the_daily_table(history):
    found, daily = history.metrics["risk"], history.daily
    assert found["mean_coverage"] == pytest.approx(daily["coverage"].mean())
    assert found["share_blind"] == pytest.approx(daily["score"].isna().mean())
    for name, part in found["components"].items():
        assert part["share_available"] == pytest.approx(daily[f"risk_{name}"].notna().mean())


def test_the_share_of_fills_on_copied_opens_is_counted_from_prices(history):
    prices = history.market.prices
    orders = history.simulation.chained.orders
    at_open = [int(o["session"]) for o in orders if o["phase"] == 0]
    copied = [abs(prices["open"].iloc[t] - prices["close"].iloc[t - 1]) < 0.005 for t in at_open]
    found = history.metrics["data"]
    assert found["fills_at_open"] == len(at_open)
    assert found["fills_on_copied_open"] == sum(copied)
    assert found["share_on_copied_open"] == pytest.approx(sum(copied) / len(copied))


def test_sharpe_over_bills_takes_off_what_cash_earned_between_the_closes():
    # Friday to Monday is three days of interest, at the rate known on Friday
    dates = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"])
    rate = np.array([0.0365, 0.0730, 0.01, 0.02])
    bills = bill_returns(rate, dates)
    assert bills == pytest.approx([0.0001, 0.0006, 0.01 / 365])
    equity = np.array([100.0, 101.0, 100.0, 102.0])
    out = performance(equity, dates, bills)
    excess = [0.01 - 0.0001, 100 / 101 - 1 - 0.0006, 0.02 - 0.01 / 365]
    mean = sum(excess) / 3
    spread = (sum((x - mean) ** 2 for x in excess) / 2) ** 0.5
    assert out["sharpe_excess"] == pytest.approx(mean / spread * 252**0.5)
    loss = (excess[1] ** 2 / 3) ** 0.5
    assert out["sortino_excess"] == pytest.approx(mean / loss * 252**0.5)


def test_cash_alone_has_no_sharpe_over_bills_worth_the_name():
    dates = pd.bdate_range("2020-01-01", periods=200)
    bills = bill_returns(np.full(200, 0.05), dates)
    equity = np.concatenate([[1.0], np.cumprod(1.0 + bills)])
    out = performance(equity, dates, bills)
    assert out["sharpe"] > 10.0 and abs(out["sharpe_excess"] or 0.0) < 3.0


def test_without_every_bill_there_is_no_sharpe_over_bills():
    dates = pd.bdate_range("2020-01-01", periods=4)
    bills = bill_returns(np.array([0.05, np.nan, 0.05, 0.05]), dates)
    assert "sharpe_excess" not in performance(np.array([1.0, 1.1, 1.0, 1.2]), dates, bills)


def test_skew_by_hand():
    from strategy.result.metrics import skewness

    # values 0, 0, 3: mean 1, deviations -1, -1, 2; squares 6/3 = 2, cubes 6/3 = 2
    assert skewness(np.array([0.0, 0.0, 3.0])) == pytest.approx(2.0 / 2.0**1.5)
    assert skewness(np.array([0.0, 0.0, -3.0])) == pytest.approx(-2.0 / 2.0**1.5)
    assert skewness(np.array([1.0, 1.0, 1.0])) is None
    assert skewness(np.array([1.0, 2.0])) is None
