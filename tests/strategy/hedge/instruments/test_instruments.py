"""Every instrument through the whole simulation: sums, books, prefixes, carry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from strategy.account.book import (
    BookError,
    book_difference,
    book_value,
    build_portfolio,
    closes,
)
from strategy.account.legs import days_between, short_carry_parts
from strategy.hedge.options.expiries import roll_sessions
from strategy.plan import Costs, ShortHedge
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.hedged_market import (
    AT_ONCE,
    DEAR,
    INSTRUMENTS,
    dear_plan,
    random_market,
)
from tests.strategy.tiny_market import (
    FREE,
    make_market,
    make_plan,
    observations,
    price_frame,
    weekdays,
)
from tests.tolerances import LAST_BITS, LONG_SUMS, ROUNDING, SHORT_SUMS

# --- sums and books ---------------------------------------------------------------------------


@pytest.mark.parametrize("fill", ["next_open", "next_close"])
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_sleeves_sum_to_the_total_and_vectorbt_agrees(instrument, fill):
    market = random_market(3)
    plan = dear_plan(instrument, tactical__entry={"fill": fill})
    simulation = simulate(plan, market)
    held = [v for v in simulation.vintages if v.hedge.status == "hedged"]
    assert len(held) >= 2
    for account in [simulation.chained, *(v.account for v in simulation.vintages)]:
        total = account.capital + account.pnl.sum(axis=1)
        assert np.allclose(total, account.equity, rtol=ROUNDING)
    told = (market.sessions, simulation.open_, simulation.close, simulation.chained)
    book = closes(build_portfolio(*told))
    assert book_difference(book, simulation.chained) < LONG_SUMS
    # vectorbt's engine alone says what its Portfolio says, to the last bit
    assert np.array_equal(book_value(*told), book)


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_cost_lines_add_up_to_gross_less_net(instrument):
    simulation = simulate(dear_plan(instrument), random_market(3))
    for v in simulation.vintages:
        costs = v.hedge.costs
        assert costs.gross - sum(costs.lines.values()) == pytest.approx(costs.net, abs=SHORT_SUMS)
        assert costs.net == pytest.approx(v.account.pnl[-1, 2], abs=LAST_BITS)
        # nothing is left over that no cause explains
        assert costs.lines.get("tracking", 0.0) == pytest.approx(0.0, abs=SHORT_SUMS)


def test_the_gross_of_a_short_is_what_prices_paid_recomputed_from_its_trades():
    result = Result(simulate(dear_plan("short"), random_market(3)))
    trades = result.trades.query("sleeve == 'hedge'")
    from_trades = (trades["pnl"] + trades["fees"] + trades["slippage"]).sum()
    account = result.simulation.chained
    whole = account.pnl[-1, 2] + account.costs[:, 2].sum() - account.carry[:, 2].sum()
    assert whole == pytest.approx(from_trades, rel=1e-10)


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_a_ratio_of_zero_is_the_plain_core(instrument):
    market = random_market(5)
    none = simulate(make_plan(costs=DEAR, hedge={"instrument": "none"}), market)
    zero = simulate(dear_plan(instrument, hedge={"max_ratio": 0.0}), market)
    assert np.allclose(zero.chained.equity, none.chained.equity, rtol=ROUNDING)
    assert np.allclose(zero.derisk.equity, none.chained.equity, rtol=ROUNDING)
    for one, other in zip(zero.vintages, none.vintages, strict=True):
        assert np.allclose(one.account.equity, other.account.equity, rtol=ROUNDING)
        assert (one.account.pnl[:, 2] == 0.0).all()


@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_a_run_on_data_cut_short_is_the_same_up_to_the_cut(instrument):
    market = random_market(11)
    whole = Result(simulate(dear_plan(instrument), market)).daily
    names = ["equity_total", "equity_hedge", "exposure_hedge", "hedge_target", "hedge_held"]
    for day in ("2020-03-19", "2020-03-20", "2020-08-14", "2021-02-01"):
        cut = Result(simulate(dear_plan(instrument), market.until(day))).daily
        pd.testing.assert_frame_equal(
            cut[names], whole.loc[:day, names], rtol=ROUNDING, atol=ROUNDING
        )


@pytest.mark.parametrize(
    ("spoiled", "reason"),
    [
        ({"max_size": 1e-3}, r"0\.001 filled \(filled in part\)"),
        ({"min_size": 1e9}, r"0 filled \(final size is less than minimum allowed\)"),
    ],
)
def test_an_order_that_vectorbt_rejects_or_fills_in_part_is_an_error_with_the_reason(
    monkeypatch, spoiled, reason
):
    simulation = simulate(dear_plan("short"), random_market(3))
    import vectorbt as vbt

    booked = vbt.Portfolio.from_orders
    monkeypatch.setattr(vbt.Portfolio, "from_orders", lambda *a, **k: booked(*a, **k | spoiled))
    with pytest.raises(BookError, match=r"not fill an order whole.*on 2018-11-21.*" + reason):
        build_portfolio(
            simulation.market.sessions, simulation.open_, simulation.close, simulation.chained
        )


# --- carry ------------------------------------------------------------------------------------


def test_a_future_earns_bills_less_dividends_and_pays_its_roll():
    sessions = pd.bdate_range("2021-03-17", "2021-03-23")
    days = days_between(sessions.to_numpy())
    costs = Costs.model_validate(FREE | {"dividend_yield": 0.02, "borrow_bps": 100})
    parts = short_carry_parts(
        days,
        np.full(5, 0.05),
        costs,
        ShortHedge(style="future", roll_bps=2.0, financing_spread_bps=10.0),
        roll_sessions(sessions),
    )
    assert set(parts) == {"interest", "dividends", "roll"}
    assert parts["interest"][4] == pytest.approx(0.051 / 365)
    assert parts["interest"][3] == pytest.approx(3 * 0.051 / 365)  # over the weekend
    assert parts["dividends"][4] == pytest.approx(-0.02 / 365)
    assert list(parts["roll"]) == [0.0, 0.0, -2e-4, 0.0, 0.0]  # third Friday, 19 March


def test_the_future_s_day_by_hand():
    sessions = weekdays("2021-11-01", "2022-02-28")
    market = make_market(price_frame(sessions), score=1.0, bill=0.0365)
    plan = make_plan(
        hedge={"short": {"style": "future", "roll_bps": 0.0}, "max_ratio": 0.5, **AT_ONCE},
        costs=FREE | {"dividend_yield": 0.0, "cash": "zero"},
        tactical__size={"weight": 0.0},
        capital=1000.0,
    )
    daily = Result(simulate(plan, market)).daily
    # half of a thousand earns a day of bills: 500 x 0.0365 / 365 = 0.05
    gained = daily["equity_hedge"].diff()
    assert gained["2022-01-05"] == pytest.approx(0.05, rel=1e-3)
    assert gained["2022-01-10"] == pytest.approx(0.15, rel=1e-3)  # three days


def test_cash_earns_the_bill_rate_of_the_day_as_known_at_the_close_before():
    sessions = weekdays("2021-11-01", "2021-12-31")
    rate = np.where(sessions < "2021-12-06", 3.65, 7.30)
    curve = observations("treasury_curve", sessions, rate, "m3")
    frame = curve.frame.copy()
    frame["known_at"] = pd.DatetimeIndex(frame.index + pd.tseries.offsets.BDay(1))
    curve = curve.__class__(curve.spec, frame, curve.origin, curve.sha256)
    market = make_market(price_frame(sessions), score=0.0, treasury_curve=curve)
    plan = make_plan(core__weight=0.0, costs=FREE | {"cash": "bills"}, capital=1000.0)
    plan = plan.model_copy(update={"tactical": plan.tactical.model_copy(
        update={"size": plan.tactical.size.model_copy(update={"weight": 0.0})})})  # fmt: skip
    equity = Result(simulate(plan, market)).daily["equity_total"]
    # the figure of 6 December is known on the 7th and is earned from then to the 8th
    grown = equity / equity.shift() - 1.0
    assert grown["2021-12-07"] == pytest.approx(1e-4)
    assert grown["2021-12-08"] == pytest.approx(2e-4)


def test_money_spent_on_premium_costs_the_hedge_its_interest():
    sessions = weekdays("2020-11-02", "2021-12-31")
    market = make_market(
        price_frame(sessions),
        score=1.0,
        bill=0.10,
        vix=observations("vix", sessions, [20.0] * len(sessions)),
    )
    plan = make_plan(
        hedge={"instrument": "put", **AT_ONCE},
        costs=FREE | {"cash": "bills", "margin_spread_bps": 150},
    )
    (run,) = [v.hedge for v in simulate(plan, market).vintages if v.hedge.status == "hedged"]
    # the core is all of the equity: premium is borrowed, at 11.5 % of its value while held
    assert run.costs.lines["interest"] == pytest.approx(-run.account.carry[:, 2].sum())
    first = run.window.first - run.account.first
    value = run.account.hedge_units[first, 0] * run.account.legs.close[run.window.first, 0]
    night = 3 if sessions[run.window.first + 1].weekday() == 0 else 1
    assert run.account.carry[first + 1, 2] == pytest.approx(-value * 0.115 * night / 360)
