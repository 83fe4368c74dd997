"""The comparator: the same average exposure, its own account, always there."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.hedge.derisk import mean_exposure
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.hedged_market import (
    AT_ONCE,
    INSTRUMENTS,
    WINDOW,
    dear_plan,
    flat_market,
    random_market,
)
from tests.strategy.tiny_market import FREE, make_market, make_plan, price_frame
from tests.tolerances import ROUNDING


@pytest.mark.parametrize("fill", ["next_open", "next_close"])
@pytest.mark.parametrize("instrument", INSTRUMENTS)
def test_the_comparator_has_the_hedged_account_s_mean_exposure(instrument, fill):
    plan = dear_plan(instrument, tactical__entry={"fill": fill})
    simulation = simulate(plan, random_market(4))
    hedged = [v.hedge for v in simulation.vintages if v.hedge.status == "hedged"]
    assert hedged
    for run in hedged:
        with_hedge, lean = (mean_exposure(a, run.window) for a in (run.account, run.derisk.account))
        assert lean == pytest.approx(with_hedge, abs=1e-8)
        assert not run.derisk.capped


def test_a_constant_hedge_at_no_cost_is_holding_less():
    # the index falls by a fifth in one go: a short of a half and half the core do the same
    market = flat_market(bars={"2021-06-01": 80.0})
    plan = make_plan(hedge={"max_ratio": 0.5, **AT_ONCE}, costs=FREE, vintages=[2020])
    (v,) = simulate(plan, market).vintages
    assert v.account.equity[-1] == pytest.approx(0.9, abs=ROUNDING)
    assert v.hedge.derisk_path.equity[-1] == pytest.approx(0.9, abs=ROUNDING)
    assert v.hedge.unhedged.equity[-1] == pytest.approx(0.8, abs=ROUNDING)


def test_the_comparator_earns_bills_on_what_it_sold_and_loses_its_dividends():
    plan = make_plan(
        hedge={"max_ratio": 0.4, **AT_ONCE},
        costs=FREE | {"dividend_yield": 0.02, "cash": "bills"},
        vintages=[2020],
    )
    (v,) = simulate(plan, make_market(price_frame(WINDOW), score=1.0, bill=0.05)).vintages
    gained = v.hedge.derisk.account.equity[-1] - v.hedge.unhedged.equity[-1]
    # 0.4 of the equity for the 364 nights of the window, at 5 % less 2 %
    assert gained == pytest.approx(0.4 * 0.03 * 364 / 365, rel=0.03)


def test_more_than_the_core_cannot_be_sold_and_the_comparator_says_so():
    plan = make_plan(
        hedge={"max_ratio": 1.0, **AT_ONCE, "short": {"maintenance": 0.0}},
        core__weight=0.3,
        costs=FREE,
        vintages=[2020],
    )
    (v,) = simulate(plan, flat_market()).vintages
    assert v.hedge.derisk.capped and v.hedge.derisk.weight == pytest.approx(0.3)
    assert v.hedge.derisk.beta == pytest.approx(0.0, abs=ROUNDING)


def test_the_comparator_stands_beside_every_vintage_and_in_the_chained_path():
    simulation = simulate(dear_plan("short"), random_market(6))
    result = Result(simulation)
    assert result.vintages["derisk_return"].notna().all()
    assert result.daily["equity_derisk"].notna().all()
    hedged = result.metrics["hedge"]
    assert set(hedged["derisk"]) == set(hedged["with"]) == set(hedged["without"])
    assert hedged["against_derisk"]["n"] == hedged["n"]


def test_in_the_chained_path_core_is_sold_through_the_window_and_whole_after_it():
    plan = make_plan(
        hedge={"window": {"start": "02-01", "end": "06-30"}, "max_ratio": 0.5, **AT_ONCE},
        tactical__size={"weight": 0.0},
        costs=FREE,
    )
    simulation = simulate(plan, flat_market())
    core = simulation.derisk.exposure[:, 0]
    days = simulation.market.sessions[simulation.derisk.first :]
    inside = (days >= "2021-02-01") & (days < "2021-06-30")
    assert np.allclose(core[inside], 0.5) and np.allclose(core[~inside], 1.0)


def test_costs_of_both_trades_are_paid():
    plan = make_plan(
        hedge={"max_ratio": 0.5, **AT_ONCE},
        costs=FREE | {"fee_bps": 10, "slippage_bps": 20},
        vintages=[2020],
    )
    (v,) = simulate(plan, flat_market()).vintages
    lost = v.hedge.unhedged.equity[-1] - v.hedge.derisk.account.equity[-1]
    assert lost == pytest.approx(2 * v.hedge.derisk.weight * 0.003, rel=0.01)
