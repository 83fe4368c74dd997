"""Options through a hedge window: bought, rolled, settled, and without a price."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from market.container import Market
from strategy.hedge.options.options import Quote, black76, forward, implied_volatility
from strategy.plan import Options, Plan
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.hedged_market import (
    AT_ONCE,
    OPTIONS,
    WINDOW,
    flat_market,
)
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    price_frame,
)
from tests.tables import iso_days
from tests.tolerances import LAST_BITS, LONG_SUMS, ROUNDING

# --- options through a window -----------------------------------------------------------------


def option_plan(instrument: str = "put", **options: Any) -> Plan:
    return make_plan(
        hedge={
            "instrument": instrument,
            "max_ratio": 0.5,
            "options": {"bid_ask": 0.0, **options},
            **AT_ONCE,
        },
        vintages=[2020],
    )


def hedge_trades(plan: Plan, market: Market) -> pd.DataFrame:
    trades = iso_days(Result(simulate(plan, market)).trades)
    return trades.query("sleeve == 'hedge'").reset_index(drop=True)


def test_a_put_is_bought_at_its_model_price_and_rolled_on_the_calendar():
    trades = hedge_trades(option_plan(tenor_days=90, roll_days=30), flat_market())
    first = trades.iloc[0]
    assert first["entry_date"] == "2021-01-01" and first["contract"] == "+put 95.0 2021-04-16"
    # at the open: 105 days and 6.5 hours to expiry, VIX of the close before
    tau = (105 + 6.5 / 24) / 365
    f = forward(100.0, 0.0, 0.0, tau)
    vol = implied_volatility(95.0, f, tau, 0.20, Options())
    assert first["entry_price"] == pytest.approx(float(black76(f, 95.0, tau, 0.0, vol, call=False)))
    assert first["weight"] == pytest.approx(0.5 * first["entry_price"] / 100.0)
    # the first session with no more than 30 days left; the next contract at the same open
    assert first["exit_date"] == "2021-03-17" and first["exit_reason"] == "roll"
    assert trades.iloc[1]["entry_date"] == "2021-03-17"
    assert trades.iloc[1]["contract"] == "+put 95.0 2021-06-18"
    assert trades.iloc[-1]["exit_reason"] == "window_end"
    assert trades.iloc[-1]["exit_date"] == "2021-12-31"


def test_held_to_expiry_a_put_settles_at_intrinsic_value_without_a_spread():
    fall = {"2021-04-16": (100.0, 100.0, 80.0, 80.0)}
    plan = option_plan(roll_days=0, bid_ask=0.10)
    trades = hedge_trades(plan, flat_market(bars=fall | {"2021-04-19": 80.0}))
    first = trades.iloc[0]
    assert (first["exit_date"], first["exit_reason"]) == ("2021-04-16", "expiry")
    assert first["exit_price"] == pytest.approx(15.0, abs=ROUNDING)
    # half of the spread at entry only
    spent = first["slippage"] / (first["weight"] / first["entry_price"])
    assert spent == pytest.approx(0.05 * first["entry_price"] * 1000.0, rel=LONG_SUMS)
    assert trades.iloc[1]["entry_date"] == "2021-04-19"
    assert trades.iloc[1]["contract"].startswith("+put 76.0")


def test_a_put_that_expires_worthless_is_settled_at_nothing_and_the_book_agrees():
    result = Result(simulate(option_plan(roll_days=0), flat_market()))
    trades = result.trades.query("exit_reason == 'expiry'")
    assert len(trades) >= 2 and (trades["exit_price"] == 0.0).all()
    assert result.portfolio is not None


def test_the_legs_of_a_collar_are_one_put_bought_one_put_and_one_call_sold():
    trades = hedge_trades(option_plan("collar", call_moneyness=1.1), flat_market())
    first = trades[trades["entry_date"] == "2021-01-01"]
    assert sorted(first["contract"].str.slice(0, 5)) == ["+put ", "-call", "-put "]
    assert (np.sign(first["weight"]) == first["contract"].str[0].map({"+": 1, "-": -1})).all()


def test_a_put_s_exposure_is_its_delta():
    simulation = simulate(option_plan(), flat_market())
    day = WINDOW.get_loc(pd.Timestamp("2021-02-01"))
    exposure = simulation.chained.exposure[day - simulation.chained.first, 2]
    q = Quote(
        100.0, 0.0, 0.0, 0.20, (pd.Timestamp("2021-04-16") - WINDOW[day]).days / 365, Options()
    )
    step = 1e-4
    vol = implied_volatility(95.0, q.forward, q.tau, 0.20, Options())
    up, down = (float(black76(100.0 + s, 95.0, q.tau, 0.0, vol, call=False)) for s in (step, -step))
    equity = simulation.chained.equity[day - simulation.chained.first] / 1000.0
    assert exposure * equity == pytest.approx(0.5 * (up - down) / (2 * step), rel=1e-3)


@pytest.mark.parametrize("instrument", OPTIONS)
def test_without_vix_an_option_hedge_is_unavailable_and_never_a_zero(instrument):
    market = make_market(price_frame(WINDOW), score=1.0)
    result = Result(simulate(option_plan(instrument), market))
    row = result.vintages.iloc[0]
    assert row["hedge_status"] == "unavailable"
    assert np.isnan(row["hedge_return"]) and np.isnan(row["hedge_cost"])
    assert row["total_return"] == pytest.approx(row["unhedged_return"], abs=LAST_BITS)
    assert result.metrics["hedge"]["n_unavailable"] == 1
    assert result.metrics["hedge"]["n"] == 0


def test_before_1990_options_are_unavailable_and_the_short_is_not(bundled):
    def statuses(instrument: str) -> dict[int, str]:
        hedge = {"when_blind": "full", "instrument": instrument}
        plan = Plan.model_validate({"name": "x", "hedge": hedge})
        rows = Result(simulate(plan, bundled)).vintages
        return dict(zip(rows["vintage"], rows["hedge_status"], strict=True))

    put, short = statuses("put"), statuses("short")
    assert {put[year] for year in range(1962, 1989)} == {"unavailable"}
    assert put[1989] == "partial"  # VIX begins on the window's first day
    assert {put[year] for year in range(1990, 2025)} == {"hedged", "idle"}
    # known in six decades, the score asks for none in some years
    assert {short[year] for year in range(1962, 1990)} == {"hedged", "idle"}


def test_where_vix_ends_the_option_is_sold_at_the_next_open():
    days = WINDOW[WINDOW <= "2021-06-10"]
    market = make_market(
        price_frame(WINDOW), score=1.0, vix=observations("vix", days, [20.0] * len(days))
    )
    result = Result(simulate(option_plan(), market))
    last = result.trades.query("sleeve == 'hedge'").iloc[-1]
    # usable for seven days after 10 June; at the close of the 18th it is not
    assert last["exit_date"] == pd.Timestamp("2021-06-21") and last["exit_reason"] == "unpriced"
    assert result.vintages.iloc[0]["hedge_status"] == "partial"
    assert (result.daily.loc["2021-06-22":, "exposure_hedge"] == 0.0).all()


def test_a_higher_vix_makes_the_put_dearer_and_realised_volatility_does_not():
    calm = hedge_trades(option_plan(), flat_market(vix=15.0)).iloc[0]["entry_price"]
    fear = hedge_trades(option_plan(), flat_market(vix=40.0)).iloc[0]["entry_price"]
    assert fear > 3 * calm
    stormy = {f"{d:%Y-%m-%d}": 100.0 + 5.0 * (i % 2) for i, d in enumerate(WINDOW[:40])}
    stormy[f"{WINDOW[41]:%Y-%m-%d}"] = 100.0
    assert hedge_trades(option_plan(), flat_market(vix=15.0, bars=stormy)).iloc[0][
        "entry_price"
    ] == pytest.approx(calm)
