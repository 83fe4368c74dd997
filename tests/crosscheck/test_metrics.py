"""Figures of a run, computed again by empyrical-reloaded and quantstats."""

import numpy as np
import pandas as pd
import pytest

from strategy.result.metrics import performance
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.tolerances import ROUNDING, printed

empyrical = pytest.importorskip("empyrical")
quantstats = pytest.importorskip("quantstats")

TOLERANCE = 1e-9
SUBJECTS = ("total", "benchmark", "unhedged")


@pytest.fixture(scope="module")
def result(bundled, make_plan):
    plan = make_plan(core={"weight": 1.0}, tactical={}, hedge={}, costs={})
    return Result(simulate(plan, bundled))


@pytest.fixture(scope="module", params=SUBJECTS)
def path(request, result):
    return result.daily[f"equity_{request.param}"]


@pytest.fixture(scope="module")
def figures(path):
    return performance(path.to_numpy(), path.index)


@pytest.fixture(scope="module")
def returns(path):
    """Without the first session's: nothing was held before its close."""
    return path.pct_change().iloc[1:]


def test_the_files_hold_what_is_compared_here(result):
    for subject in SUBJECTS:
        path = result.daily[f"equity_{subject}"]
        told = result.metrics[subject]
        for name, value in performance(path.to_numpy(), path.index).items():
            same = pytest.approx(value, rel=ROUNDING) if isinstance(value, float) else value
            assert told[name] == same


def close_to(value):
    return pytest.approx(value, rel=TOLERANCE)


def test_empyrical_agrees(figures, returns):
    e = empyrical
    assert figures["total_return"] == close_to(e.cum_returns_final(returns))
    assert figures["cagr"] == close_to(e.annual_return(returns))
    assert figures["volatility"] == close_to(e.annual_volatility(returns))
    assert figures["sharpe"] == close_to(e.sharpe_ratio(returns))
    assert figures["sortino"] == close_to(e.sortino_ratio(returns))
    assert figures["max_drawdown"] == close_to(e.max_drawdown(returns))
    assert figures["calmar"] == close_to(e.calmar_ratio(returns))


def test_quantstats_agrees(figures, returns):
    q = quantstats.stats
    assert figures["total_return"] == close_to(q.comp(returns))
    assert figures["cagr"] == close_to(q.cagr(returns))
    assert figures["volatility"] == close_to(q.volatility(returns))
    assert figures["sharpe"] == close_to(q.sharpe(returns))
    assert figures["sortino"] == close_to(q.sortino(returns))
    assert figures["max_drawdown"] == close_to(q.max_drawdown(returns))
    assert figures["calmar"] == close_to(q.calmar(returns))


def test_quantstats_counts_the_flat_first_day_as_a_year_s_share(figures, path):
    """Given the first session's zero too, it has one period more: every rate moves a little."""
    padded = path.pct_change().fillna(0.0)
    n = figures["sessions"]
    expected = (1.0 + figures["total_return"]) ** (252 / (n + 1)) - 1.0
    assert quantstats.stats.cagr(padded) == close_to(expected)


def test_quantstats_value_at_risk_is_a_normal_one(returns):
    """Ours (`cvar_95`) is the mean of the worst days; its VaR fits a normal distribution."""
    from scipy.stats import norm

    var = quantstats.stats.value_at_risk(returns, confidence=0.95)
    assert var == close_to(norm.ppf(0.05, returns.mean(), returns.std()))


def test_quantstats_worst_month_counts_months_cut_short(figures, path):
    months = path.resample("ME").last().pct_change().dropna()
    first, last = path.index[0], path.index[-1]
    whole = months[(months.index > first) & (months.index <= last + pd.offsets.MonthEnd(0))]
    assert figures["worst_month"] == close_to(whole.min())
    assert np.isfinite(quantstats.stats.worst(path.pct_change().iloc[1:], aggregate="M"))


def test_bt_measures_a_year_in_calendar_days(figures, path):
    ffn = pytest.importorskip("ffn")
    stats = ffn.PerformanceStats(path)
    years = (path.index[-1] - path.index[0]).total_seconds() / 31_557_600
    assert stats.cagr == close_to((1.0 + figures["total_return"]) ** (1.0 / years) - 1.0)
    assert stats.cagr == pytest.approx(figures["cagr"], abs=printed(3))
    assert stats.total_return == close_to(figures["total_return"])
    assert stats.max_drawdown == close_to(figures["max_drawdown"])
    assert stats.daily_sharpe == close_to(figures["sharpe"])
    assert stats.daily_vol == close_to(figures["volatility"])


@pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")
def test_backtesting_s_volatility_is_that_of_a_compounded_year(figures, path):
    stats_of = pytest.importorskip("backtesting._stats").compute_stats
    frame = pd.DataFrame({"Close": path}, index=path.index)
    stats = stats_of([], path.to_numpy(), frame, None)
    assert stats["Return [%]"] == close_to(100.0 * figures["total_return"])
    assert stats["Max. Drawdown [%]"] == close_to(100.0 * figures["max_drawdown"])
    # the flat first day counts there, so that its year has a little less than 252 sessions
    assert stats["Return (Ann.) [%]"] == pytest.approx(100.0 * figures["cagr"], rel=1e-3)
    ours = figures["volatility"] * 100.0
    assert stats["Volatility (Ann.) [%]"] > ours
    assert stats["Volatility (Ann.) [%]"] == pytest.approx(ours, rel=0.25)
    assert stats["Sharpe Ratio"] != pytest.approx(figures["sharpe"], rel=1e-3)
