"""Buy and hold, a monthly mix and a short of the index, through bt."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy.account.account import run_account
from strategy.account.instructions import Instructions, Kind, Leg
from strategy.legs.reasons import Phase
from strategy.plan import Costs
from strategy.result.result import Result
from strategy.run.simulation import simulate

bt: Any = pytest.importorskip("bt")

#: Relative; bt solves for units by iteration and stops within 1e-16 of the amount.
TOLERANCE = 1e-9
CAPITAL = 1e6
COSTS = Costs(
    fee_bps=0,
    slippage_bps=0,
    borrow_bps=0,
    rebate_spread_bps=0,
    margin_spread_bps=0,
    dividend_yield=0,
    cash="zero",
)


@pytest.fixture(scope="module")
def prices(bundled):
    return bundled.prices.loc["2000-01-03":"2012-12-31"]


@pytest.fixture(scope="module")
def month_starts(prices):
    """Positions of each month's first session, the first month's left out."""
    months = prices.index.to_period("M")
    return np.flatnonzero(np.append(False, months[1:] != months[:-1]))


def bt_equity(prices, *algos):
    test = bt.Backtest(
        bt.Strategy("x", list(algos)),
        prices[["close"]].rename(columns={"close": "index"}),
        initial_capital=CAPITAL,
        integer_positions=False,
        progress_bar=False,
    )
    bt.run(test)
    # the first row is bt's own, the day before the data begin
    return test.strategy.values.iloc[1:]


def our_equity(prices, orders, *, core_weight=0.0):
    """The account with orders (position, kind, leg, value) at closes."""
    close = np.ascontiguousarray(prices["close"].to_numpy())
    rows = Instructions()
    for t, kind, leg, value in orders:
        rows.add(t, Phase.CLOSE, kind, leg, close[t], value=value, vintage=2000)
    n = len(close)
    account = run_account(
        pd.DatetimeIndex(prices.index),
        close,
        np.zeros(n),
        0,
        n - 1,
        rows.table(),
        COSTS,
        capital=CAPITAL,
        core_weight=core_weight,
    )
    return account.equity


class WeighAtPreviousClose(bt.Algo):  # type: ignore[misc]
    """Weights that give the units which the previous close's equity and price ask for."""

    def __init__(self, weight):
        super().__init__()
        self.weight = weight

    def __call__(self, target):
        prices = target.universe["index"]
        before = prices.iloc[-2]
        value = target.values.iloc[target.values.index.get_loc(target.now) - 1]
        units = self.weight * value / before
        target.temp["weights"] = {"index": units * prices.iloc[-1] / target.value}
        return True


def test_buy_and_hold_has_the_same_equity_every_day(bundled, make_plan):
    result = Result(simulate(make_plan(core={"weight": 1.0}), bundled))
    prices = bundled.prices.iloc[result.simulation.chained.first :]
    theirs = bt_equity(
        prices,
        bt.algos.RunOnce(),
        bt.algos.SelectAll(),
        bt.algos.WeighSpecified(index=1.0),
        bt.algos.Rebalance(),
    )
    np.testing.assert_allclose(theirs, result.daily["equity_total"], rtol=TOLERANCE)


def test_monthly_mix_has_the_same_equity_when_sized_on_the_same_close(prices, month_starts):
    orders = [(t, Kind.HOLD, Leg.CORE, 0.6) for t in month_starts]
    theirs = bt_equity(
        prices,
        bt.algos.RunOnDate(*prices.index[month_starts]),
        bt.algos.SelectAll(),
        WeighAtPreviousClose(0.6),
        bt.algos.Rebalance(),
    )
    np.testing.assert_allclose(theirs, our_equity(prices, orders), rtol=TOLERANCE)


def test_monthly_mix_differs_only_by_the_close_that_sizes_it(prices, month_starts):
    """bt sizes on the close that it fills at, this program on the one before."""
    orders = [(t, Kind.HOLD, Leg.CORE, 0.6) for t in month_starts]
    theirs = bt_equity(
        prices,
        bt.algos.RunOnDate(*prices.index[month_starts]),
        bt.algos.SelectAll(),
        bt.algos.WeighSpecified(index=0.6),
        bt.algos.Rebalance(),
    )
    ours = our_equity(prices, orders)
    apart = np.abs(theirs.to_numpy() / ours - 1.0)
    assert 1e-6 < apart.max() < 5e-3


def test_short_of_the_index_rebalanced_monthly_has_the_same_equity(prices, month_starts):
    orders = [(t, Kind.SHORT, Leg.HEDGE, 0.5) for t in month_starts]
    theirs = bt_equity(
        prices,
        bt.algos.RunOnDate(*prices.index[month_starts]),
        bt.algos.SelectAll(),
        WeighAtPreviousClose(-0.5),
        bt.algos.Rebalance(),
    )
    np.testing.assert_allclose(theirs, our_equity(prices, orders), rtol=TOLERANCE)


def test_core_and_short_together_have_the_same_equity(prices, month_starts):
    """A hedged holding: 100 % long, 30 % short, is 70 % of the index to bt."""
    orders = [
        row
        for t in month_starts
        for row in ((t, Kind.HOLD, Leg.CORE, 1.0), (t, Kind.SHORT, Leg.HEDGE, 0.3))
    ]
    theirs = bt_equity(
        prices,
        bt.algos.RunOnDate(*prices.index[month_starts]),
        bt.algos.SelectAll(),
        WeighAtPreviousClose(0.7),
        bt.algos.Rebalance(),
    )
    np.testing.assert_allclose(theirs, our_equity(prices, orders), rtol=TOLERANCE)
