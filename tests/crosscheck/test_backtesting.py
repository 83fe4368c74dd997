"""The tactical leg, buy and hold and a short, through backtesting.py."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from strategy.account.account import run_account
from strategy.account.instructions import Instructions, Kind, Leg
from strategy.decide.calendar import day_of, last_on_or_before
from strategy.legs.reasons import Phase
from strategy.plan import Costs
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.tables import iso_days

backtesting: Any = pytest.importorskip("backtesting")

# backtesting.py 0.6.6 calls what pandas 3.1 says will go in pandas 4 (`DatetimeIndex.dayofweek`)
pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")

#: Relative; both are sums of the same few products.
TOLERANCE = 1e-9
STOP = 0.97


def bars(prices):
    return prices.rename(columns=str.capitalize)[["Open", "High", "Low", "Close"]]


def trades_of(prices, strategy, **options):
    test = backtesting.Backtest(bars(prices), strategy, cash=1e9, finalize_trades=True, **options)
    return test.run()


def leg(make_plan, **costs):
    """All to the first target, stop at a level, out on 15 December, no failed breakout."""
    plan = make_plan(
        data={"start": "1962-01-01", "end": "2024-12-31"},
        tactical={
            "stop": {"level": STOP * 5950.0},
            "first_target_share": 1.0,
            "failed_breakout": {"within": 0},
            "size": {"weight": 1.0, "risk_scaling": 0.0},
        },
    )
    return plan.model_copy(update={"costs": plan.costs.model_copy(update=costs)})


def leg_strategy(plan, sessions):
    """The same leg as a strategy of backtesting.py: levels are known at the anchor's close."""
    zone, reference = plan.tactical.levels.zone[0], plan.tactical.levels.reference
    years = range(plan.data.start.year, plan.data.end.year + 1)
    anchors = {sessions[last_on_or_before(sessions, day_of(y, plan.anchor))] for y in years}
    ends = {sessions[last_on_or_before(sessions, day_of(y, plan.tactical.exit_by))] for y in years}

    class Leg_(backtesting.Strategy):  # type: ignore[misc]
        def init(self):
            pass

        def next(self):
            today, close = self.data.index[-1], self.data.Close[-1]
            if today in ends:
                self.position.close()
            elif today in anchors:
                self.buy(size=1, sl=close * STOP, tp=close * zone / reference)

    return Leg_


@pytest.fixture(scope="module", params=[0.0, 10.0], ids=["free", "fee of 10 bp"])
def both(request, bundled, make_plan):
    """Vintages of this program and trades of backtesting.py, side by side by entry date."""
    plan = leg(make_plan, fee_bps=request.param)
    market = bundled.until("2024-12-31")
    ours = iso_days(Result(simulate(plan, market)).vintages)
    ours = ours[ours["vintage"] <= 2023]
    stats = trades_of(
        market.prices.loc["1961-12-01":],
        leg_strategy(plan, market.sessions),
        commission=request.param / 1e4,
    )
    theirs = stats["_trades"].assign(entry_date=lambda t: t["EntryTime"].dt.strftime("%Y-%m-%d"))
    return market, ours, theirs, ours.merge(theirs, on="entry_date")


def test_every_leg_that_one_buys_the_other_buys_at_the_same_open(both):
    _, ours, theirs, merged = both
    bought = ours[ours["entry_date"].notna()]
    assert len(bought) > 50
    assert len(merged) == len(bought)
    np.testing.assert_allclose(merged["EntryPrice"], merged["entry_price"], rtol=TOLERANCE)
    np.testing.assert_allclose(merged["SL"], merged["stop"], rtol=TOLERANCE)
    # an open above the target: no trade here, bought and sold at that open there
    beyond = theirs[
        ~theirs["entry_date"].isin(bought["entry_date"]) & theirs["EntryTime"].lt("2024")
    ]
    assert (ours["exit_reason"] == "no_room").sum() == len(beyond)
    assert (beyond["EntryPrice"] == beyond["ExitPrice"]).all()


def test_stops_gaps_and_targets_leave_on_the_same_day_at_the_same_price(both):
    _, _, _, merged = both
    bracket = merged[merged["exit_reason"].isin(["stop", "stop_gap", "target_1"])]
    assert {"stop", "target_1"} <= set(bracket["exit_reason"])
    assert len(bracket) > 20
    assert (bracket["ExitTime"].dt.strftime("%Y-%m-%d") == bracket["exit_date"]).all()
    returns = bracket["PnL"] / (bracket["EntryPrice"] + paid(bracket, both))
    np.testing.assert_allclose(returns, bracket["tactical_return"], rtol=1e-7, atol=TOLERANCE)


def paid(rows, both):
    """Entry fee a unit: this program's return is on all the money spent, the fee included."""
    fee = both[2]["Commission"].iloc[0] > 0.0
    return rows["EntryPrice"] * (1e-3 if fee else 0.0)


def test_the_time_exit_is_their_next_open_and_our_close(both):
    market, _, _, merged = both
    timed = merged[merged["exit_reason"] == "time"]
    assert len(timed) > 10
    at = market.sessions.get_indexer(pd.DatetimeIndex(timed["exit_date"]))
    opens = market.prices["open"].to_numpy()
    np.testing.assert_allclose(timed["ExitPrice"], opens[at + 1], rtol=TOLERANCE)
    fee = 1e-3 if both[2]["Commission"].iloc[0] > 0.0 else 0.0
    close = market.prices["close"].to_numpy()[at]
    ours = close * (1.0 - fee) / (timed["entry_price"] * (1.0 + fee)) - 1.0
    np.testing.assert_allclose(timed["tactical_return"], ours, rtol=TOLERANCE)


def test_a_bar_that_opens_above_the_target_and_falls_to_the_stop_is_their_stop_and_our_target():
    from signals.price.resistance import Levels
    from strategy.account.account import frozen
    from strategy.legs.prices import Prices
    from strategy.legs.records import LegRules
    from strategy.legs.resolver import resolve

    days = pd.bdate_range("2020-01-01", periods=4)
    frame = pd.DataFrame(
        [[100, 100, 100, 100], [100, 101, 99, 100], [106, 107, 90, 91], [91, 91, 91, 91]],
        index=days,
        columns=["open", "high", "low", "close"],
        dtype=float,
    )

    class Once(backtesting.Strategy):  # type: ignore[misc]
        def init(self):
            pass

        def next(self):
            if len(self.data) == 2:  # pragma: no branch - the first bar it is called on
                self.buy(size=1, sl=97.0, tp=105.0)

    theirs = trades_of(
        pd.concat([frame.iloc[:1], frame]).set_axis(pd.bdate_range("2020-01-01", periods=5)), Once
    )["_trades"]
    assert theirs["ExitPrice"].tolist() == [97.0]
    prices = Prices(*(frozen(frame[c].to_numpy()) for c in ("open", "high", "low", "close")))
    levels = Levels(np.nan, 105.0, 105.0, 110.0, 110.0, 1.0)
    rules = LegRules(97.0, True, 1.0, 0, 0.0, False, False)
    ours = resolve(prices, 1, 3, True, levels, rules)
    assert ours.price[0] == 106.0  # the open comes first in a bar


def test_buy_and_hold_has_the_same_equity_every_day(bundled, make_plan):
    plan = make_plan(core={"weight": 1.0}, capital=1e9)
    result = Result(simulate(plan, bundled))
    first = result.simulation.chained.first
    # their order is filled at the next open: a first bar whose open is the close we start from
    prices = bundled.prices.iloc[first - 2 :].copy()
    start = float(prices["close"].iloc[2])
    prices.iloc[2] = start

    class Hold(backtesting.Strategy):  # type: ignore[misc]
        def init(self):
            pass

        def next(self):
            if not self.position and not self.orders:
                self.buy(size=int(1e9 // start))

    equity = trades_of(prices, Hold)["_equity_curve"]["Equity"].iloc[2:]
    units = int(1e9 // start)
    ours = result.daily["equity_total"]
    whole = 1e9 + units * (bundled.prices["close"].iloc[first:] - start)
    np.testing.assert_allclose(equity[:-1], whole[:-1], rtol=TOLERANCE)
    # a position still held is closed at the last bar's open, after its close was seen
    sold = float(prices["open"].iloc[-1])
    assert equity.iloc[-1] == pytest.approx(1e9 + units * (sold - start), rel=TOLERANCE)
    # whole units only: what 1e9 does not divide into stays cash
    np.testing.assert_allclose(equity[:-1], ours[:-1], rtol=2.0 * start / 1e9 * ours.max() / 1e9)


def test_short_of_the_index_gains_what_it_loses(bundled):
    """Short one year of equity from the first open to the last: same profit every day."""
    prices = bundled.prices.loc["2007-12-28":"2009-01-05"]
    sessions, n = pd.DatetimeIndex(prices.index), len(prices)
    columns = {c: np.ascontiguousarray(prices[c].to_numpy()) for c in prices}
    rows = Instructions()
    cash = 1e9
    units = int(cash // columns["close"][1])
    for t, kind, value in (
        (2, Kind.SHORT, units * columns["close"][1] / cash),
        (n - 1, Kind.SCALE, 0.0),
    ):
        rows.add(t, Phase.OPEN, kind, Leg.HEDGE, columns["open"][t], value=value, vintage=2007)
    costs = Costs(fee_bps=0, slippage_bps=0, borrow_bps=0, dividend_yield=0, cash="zero")
    ours = run_account(
        sessions,
        columns["close"],
        np.zeros(n),
        0,
        n - 1,
        rows.table(),
        costs,
        capital=cash,
        core_weight=0.0,
        open_=columns["open"],
    )

    class Short(backtesting.Strategy):  # type: ignore[misc]
        def init(self):
            pass

        def next(self):
            if len(self.data) == 2:
                self.sell(size=units)
            elif len(self.data) == n - 1:
                self.position.close()

    theirs = trades_of(prices, Short, margin=0.5)
    np.testing.assert_allclose(theirs["_equity_curve"]["Equity"], ours.equity, rtol=TOLERANCE)
    assert theirs["_trades"]["PnL"].iloc[0] == pytest.approx(ours.pnl[-1, 2], rel=TOLERANCE)
