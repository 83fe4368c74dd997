"""What vectorbt's own methods say of a run's portfolio is what metrics.json says."""

import numpy as np
import pandas as pd
import pytest

from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.hedged_market import dear_plan, random_market
from tests.tolerances import LONG_SUMS

# vectorbt's own: subplots that a group of columns does not have, keywords that pandas gives up
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", params=["short", "collar"])
def result(request):
    return Result(simulate(dear_plan(request.param), random_market(3)))


@pytest.mark.parametrize(
    ("method", "figure"),
    [
        ("sharpe_ratio", "sharpe"),
        ("sortino_ratio", "sortino"),
        ("annualized_return", "cagr"),
        ("annualized_volatility", "volatility"),
        ("max_drawdown", "max_drawdown"),
        ("calmar_ratio", "calmar"),
        ("total_return", "total_return"),
    ],
)
def test_a_method_of_vectorbt_says_what_metrics_say(result, method, figure):
    found = float(getattr(result.portfolio, method)())
    assert found == pytest.approx(result.metrics["total"][figure], rel=LONG_SUMS)


def test_the_benchmark_is_the_core_alone(result):
    core = result.metrics["benchmark"]
    returns = result.portfolio.benchmark_returns()
    assert float((1.0 + returns).prod() - 1.0) == pytest.approx(core["total_return"])
    assert result.portfolio.stats()["Benchmark Return [%]"] == pytest.approx(
        100.0 * core["total_return"]
    )


def test_stats_have_the_same_figures_and_the_length_of_the_path(result):
    stats, total = result.portfolio.stats(), result.metrics["total"]
    assert stats["Sharpe Ratio"] == pytest.approx(total["sharpe"])
    assert stats["Sortino Ratio"] == pytest.approx(total["sortino"])
    assert stats["Calmar Ratio"] == pytest.approx(total["calmar"])
    assert stats["Max Drawdown [%]"] == pytest.approx(-100.0 * total["max_drawdown"])
    assert stats["Period"] == pd.Timedelta(days=len(result.daily))
    told = result.portfolio.returns_stats()
    assert told["Annualized Return [%]"] == pytest.approx(100.0 * total["cagr"])


def test_returns_are_the_sessions_and_columns_can_be_picked(result):
    returns = result.portfolio.returns()
    assert returns.to_numpy() == pytest.approx(result.daily["return_total"].to_numpy()[1:])
    apart = result.portfolio.returns(group_by=False)
    assert apart.shape == (len(returns), len(result.portfolio.wrapper.columns))


def test_trades_and_the_picture_come(result):
    pytest.importorskip("plotly")
    assert len(result.portfolio.trades.records_readable) == result.portfolio.trades.count()
    figure = result.portfolio.plot()
    value = next(trace for trace in figure.data if trace.name == "Value")
    assert np.asarray(value.y)[-1] == pytest.approx(1.0 + result.metrics["total"]["total_return"])


def test_a_copy_keeps_the_benchmark(result):
    copy = result.portfolio.replace()
    assert copy.benchmark_returns().equals(result.portfolio.benchmark_returns())
