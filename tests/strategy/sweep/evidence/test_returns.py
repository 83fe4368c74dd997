"""Paths of chosen variants for the statistics."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from strategy.run.simulation import simulate
from strategy.sweep import daily_returns, vintage_returns
from strategy.sweep.engine.engine import make_engine
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.work.run import run_sweep
from tests.tolerances import ROUNDING, SHORT_SUMS


def test_vintage_returns_are_those_of_the_file(small, tmp_path):
    done = run_sweep(small, tmp_path)
    kept = pq.read_table(done.folder.vintages).to_pandas().set_index("variant")
    found = vintage_returns(small, [3, 77, 134])
    assert list(found.columns) == done.summary["years"]
    np.testing.assert_allclose(found, kept.loc[found.index], rtol=0.0, atol=SHORT_SUMS)


def test_daily_returns_are_those_of_single_runs(small):
    engine = make_engine(make_grid(small))
    found = daily_returns(small, [0, 60], engine=engine)
    for number in (0, 60):
        plan = variant_plan(engine.grid, number)
        account = simulate(plan, engine.market(plan)).chained
        np.testing.assert_allclose(found[number], account.returns()[1:], rtol=0, atol=ROUNDING)
        assert len(found) == len(account.equity) - 1


def test_daily_returns_of_two_markets_do_not_go_into_one_table(write_sweep):
    sweep = write_sweep("name: x\nsweep: {keys: {costs.fee_bps: [1, 2]}}\n")
    with pytest.raises(ValueError, match="2 different contexts"):
        daily_returns(sweep, [0, 1])
