"""A market that never closes: a sweep counts its years as a run does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from strategy.sweep.engine.engine import make_engine
from strategy.sweep.engine.single import run_single
from strategy.sweep.file.columns import METRICS
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import plan_of
from tests.tolerances import LONG_SUMS, ROUNDING

SWEEP = """\
name: days
data: {{prices: {prices}, start: 2006-10-01}}
tactical: {{entry: {{fill: next_close}}}}
hedge: {{policy: sequential}}
costs: {{dividend_yield: 0, cash: zero, fee_bps: 0, slippage_bps: 0}}
sweep:
  keys:
    tactical.stop: [0.01, 0.03]
    hedge.max_ratio: [0.1, 0.5]
  judge: 0
"""


@pytest.fixture
def every_day(tmp_path):
    days = pd.date_range("2006-10-01", "2008-01-31")
    rng = np.random.default_rng(3)
    closes = 1000.0 * np.exp(np.cumsum(rng.normal(0.0005, 0.01, len(days))))
    path = tmp_path / "every_day.csv"
    path.write_text(pd.Series(closes, index=days.rename("Date"), name="Close").to_csv())
    return path


@pytest.mark.parametrize("daily", [False, True], ids=["composed", "walked"])
def test_figures_a_year_of_a_market_that_never_closes_are_those_of_single_runs(
    write_sweep, every_day, daily
):
    engine = make_engine(make_grid(write_sweep(SWEEP.format(prices=every_day))))
    numbers = np.arange(4)
    rows = engine.compute(numbers, daily=daily)
    for i in numbers:
        plan = plan_of(engine.grid, engine.grid.values(int(i)))
        single, _ = run_single(plan, engine.market(plan))
        for name in ("cagr", "volatility", "sharpe", "sortino", "calmar", "turnover", "cost"):
            got = rows.metrics[i, list(METRICS).index(name)]
            assert got == pytest.approx(single[name], rel=LONG_SUMS, abs=ROUNDING), name
    market = engine.market(plan_of(engine.grid, engine.grid.values(0)))
    assert market.sessions_a_year == 365.0
