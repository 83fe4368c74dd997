"""vectorbt's book: two rows a session, whole fills, and an error where book and account part."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from strategy.account.book import (
    BookError,
    book_difference,
    book_value,
    build_portfolio,
    closes,
    row_index,
)
from strategy.account.vectorbt_engine import LOG_RECORD, ORDER_RECORD
from strategy.api import run
from strategy.result.result import Result
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)
from tests.tolerances import LONG_SUMS, ROUNDING

COSTS = {"fee_bps": 10, "slippage_bps": 20, "dividend_yield": 0.02, "margin_spread_bps": 150}


@pytest.fixture(scope="module")
def result() -> Result:
    sessions = weekdays("2012-01-02", "2015-06-30")
    market = make_market(random_prices(sessions, 11, 0.015), score=0.7, bill=0.03)
    return run(make_plan(costs=COSTS), market)


def test_the_portfolio_is_vectorbts_own(result):
    import vectorbt as vbt

    assert isinstance(result.portfolio, vbt.Portfolio)


def test_a_session_has_two_rows_the_second_of_which_is_the_close(result):
    sessions = result.daily.index
    rows = row_index(pd.DatetimeIndex(sessions))
    assert len(rows) == 2 * len(sessions)
    assert rows.is_monotonic_increasing and rows.is_unique
    assert list(rows[1::2].normalize()) == list(sessions)
    value = result.portfolio.value()
    assert value.index.equals(rows)
    daily = np.asarray(value).ravel()[1::2]
    assert np.max(np.abs(daily / result.daily["equity_total"] - 1.0)) < LONG_SUMS


def test_every_order_of_the_account_is_in_the_book_and_nothing_else(result):
    orders = result.simulation.chained.orders
    # and two that are no decisions: the core held from the start, and the unit that holds carry
    assert len(result.portfolio.order_records) == len(orders) + 2


def test_the_book_starts_from_the_plans_capital(result):
    assert float(np.asarray(result.portfolio.init_cash).sum()) == result.plan.capital


def test_a_margin_loan_shows_as_negative_cash(result):
    # the leg is bought on top of a core that takes all the capital
    assert result.daily["cash"].min() < -0.5
    assert float(np.asarray(result.portfolio.cash()).min()) < 0.0


def test_the_books_fees_are_the_accounts(result):
    assert float(result.portfolio.order_records["fees"].sum()) == pytest.approx(
        result.simulation.chained.orders["fee"].sum(), rel=ROUNDING
    )


@pytest.mark.parametrize("capital", [1e-2, 1.0, 1e6, 1e15])
def test_book_and_account_agree_whatever_the_capital(capital):
    sessions = weekdays("2012-01-02", "2013-06-28")
    market = make_market(random_prices(sessions, 12), score=0.7)
    small = run(make_plan(capital=capital, costs=COSTS), market)
    assert book_difference(closes(small.portfolio), small.simulation.chained) < LONG_SUMS


@pytest.mark.parametrize("level", [1e-4, 1e6])
def test_book_and_account_agree_whatever_the_level_of_prices(level):
    sessions = weekdays("2012-01-02", "2013-06-28")
    prices = random_prices(sessions, 13) * (level / 100.0)
    found = run(make_plan(costs=COSTS), make_market(prices, score=0.7))
    assert book_difference(closes(found.portfolio), found.simulation.chained) < LONG_SUMS


def test_a_run_is_held_against_the_engine_without_loading_vectorbt_which_loads_as_ever():
    code = (
        "import sys; from strategy.api import run;"
        "from tests.strategy.tiny_market import make_market, make_plan, random_prices, weekdays;"
        "run(make_plan(), make_market(random_prices(weekdays('2020-11-02', '2021-01-29'), 1)));"
        "assert 'vectorbt' not in sys.modules and 'vectorbt_rust' in sys.modules;"
        "import vectorbt; vectorbt.Portfolio"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_engines_records_are_vectorbts():
    from vectorbt.portfolio.enums import log_dt, order_dt

    assert order_dt == ORDER_RECORD
    assert log_dt == LOG_RECORD


def tampered(result: Result, name: str, change) -> Result:
    account = result.simulation.chained
    orders = account.orders.copy()
    orders[name] = change(orders[name])
    accounts = replace(result.simulation.accounts, whole=replace(account, orders=orders))
    return Result(replace(result.simulation, accounts=accounts))


def one_fee_more(fees: np.ndarray) -> np.ndarray:
    out = fees.copy()
    out[3] += 0.01
    return out


def test_a_cent_that_the_book_does_not_find_is_an_error(result):
    with pytest.raises(BookError, match="differs from the account"):
        _ = tampered(result, "fee", one_fee_more).portfolio
    with pytest.raises(BookError, match="differs from the account"):
        tampered(result, "fee", one_fee_more).check_book()


def test_an_order_that_vectorbt_does_not_fill_is_an_error(result):
    def without_a_price(prices: np.ndarray) -> np.ndarray:
        out = prices.copy()
        out[2] = np.nan
        return out

    with pytest.raises(BookError, match="vectorbt"):
        _ = tampered(result, "price", without_a_price).portfolio
    with pytest.raises(BookError, match="vectorbt"):
        tampered(result, "price", without_a_price).check_book()


def test_two_orders_of_one_leg_in_one_half_of_a_session_are_an_error(result):
    account = result.simulation.chained
    doubled = replace(account, orders=np.concatenate([account.orders, account.orders[:1]]))
    simulation = result.simulation
    with pytest.raises(BookError, match="two orders of one leg"):
        build_portfolio(result.market.sessions, simulation.open_, simulation.close, doubled)
    with pytest.raises(BookError, match="two orders of one leg"):
        book_value(result.market.sessions, simulation.open_, simulation.close, doubled)


def test_a_run_is_refused_when_the_book_does_not_agree(monkeypatch):
    monkeypatch.setattr("strategy.account.book.BOOK_TOLERANCE", -1.0)
    sessions = weekdays("2020-11-02", "2021-01-29")
    with pytest.raises(BookError):
        run(make_plan(), make_market(price_frame(sessions), score=0.0))


def test_entry_and_stop_in_one_session_are_two_rows_of_the_book():
    sessions = weekdays("2020-11-02", "2021-01-29")
    bars = {"2020-11-23": (100.0, 101.0, 95.0, 100.0)}
    found = outcome_of(make_plan(), make_market(price_frame(sessions, 100.0, bars), score=0.0))
    records = found.portfolio.order_records
    legs = records[(records["col"] == 1) | (records["col"] == 2)]
    # anchored on 20 November, rows 0 and 1; the entry session is rows 2 and 3
    assert sorted(legs["idx"].tolist()) == [2, 2, 3, 3]
    assert sorted(set(legs["price"].tolist())) == [97.0, 100.0]


def test_vectorbt_never_counts_a_first_loss_as_drawdown_and_this_program_does():
    # the reason why drawdown has its own definition here
    import vectorbt as vbt

    from strategy.result.metrics import max_drawdown

    returns = pd.Series([-0.10, 0.01, 0.01], index=pd.bdate_range("2021-01-04", periods=3))
    theirs = float(returns.vbt.returns(freq=pd.Timedelta(days=1)).max_drawdown())
    equity = np.concatenate([[1.0], np.cumprod(1.0 + returns)])
    assert theirs > -0.10
    assert max_drawdown(equity) == pytest.approx(-0.10)
    assert vbt.__version__.startswith("1.")


@pytest.mark.parametrize(
    "changes",
    [
        {"capital": 1e-2},
        {"tactical__first_target_share": 1e-10},
        {"tactical__size": {"weight": 1e-10}},
        {"hedge": {"max_ratio": 1e-10, "band": 0.0}},
    ],
    ids=["capital", "share", "weight", "ratio"],
)
def test_an_order_may_be_small(changes):
    # vectorbt's own least order is 1e-8 units, whatever they are worth
    sessions = weekdays("2012-01-02", "2013-06-28")
    found = run(make_plan(**changes), make_market(random_prices(sessions, 1), score=1.0))
    assert book_difference(closes(found.portfolio), found.simulation.chained) < LONG_SUMS


def test_an_index_may_stand_at_ten_billion():
    prices = random_prices(weekdays("2012-01-02", "2013-06-28"), 1) * 1e8
    found = run(make_plan(capital=1.0), make_market(prices, score=1.0))
    assert book_difference(closes(found.portfolio), found.simulation.chained) < LONG_SUMS


def test_years_without_a_trade_may_leave_ever_smaller_rebalances():
    # a leg loses once; then every rebalance, at an open away from the close before it, leaves a
    # part of its own size to the next one: 5 %, 2 %, 5 % ... of 0.3 units, down to 1e-9 and less
    sessions = weekdays("2012-06-01", "2018-06-29")
    bars = {"2012-11-22": (100.0, 100.0, 95.0, 100.0)}
    for year in range(2013, 2018):
        after_anchor = sessions[sessions > f"{year}-11-21"][0]
        bars[f"{after_anchor:%Y-%m-%d}"] = (105.0, 105.0, 100.0, 100.0)  # no room for a leg
    for year in range(2013, 2019):
        window = sessions[sessions >= f"{year}-01-01"][0]
        bars[f"{window:%Y-%m-%d}"] = (102.0, 102.0, 100.0, 100.0)
    found = run(make_plan(), make_market(price_frame(sessions, 100.0, bars), score=0.0))
    assert (found.vintages["exit_reason"].iloc[1:] == "no_room").all()
    assert book_difference(closes(found.portfolio), found.simulation.chained) < LONG_SUMS
