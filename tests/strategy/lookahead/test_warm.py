"""With what was computed before still kept, a market cut at a day knows no more than without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from market.container import Market
from market.kept import keeping
from market.rates import bill_rate
from strategy.api import load_market, load_plan
from strategy.decide.score import risk_components, risk_score
from strategy.lookahead import cuts, look_ahead
from strategy.lookahead.statements import plan_signals
from strategy.run.simulation import simulate

PLAN = load_plan("short_long")
DAYS = ("1987-10-19", "2008-11-21", "2022-01-04")


@pytest.fixture(scope="module")
def market() -> Market:
    return load_market(PLAN)


def said(market: Market) -> dict[str, pd.DataFrame]:
    """Every reading, component and rate of a market."""
    frames = {name: signal(market) for name, signal in plan_signals(PLAN).items()}
    frames |= {f"component {n}": f for n, f in risk_components(market, PLAN.risk).items()}
    return frames | {"score": risk_score(market, PLAN.risk), "rate": bill_rate(market)}


@pytest.mark.parametrize("day", DAYS)
def test_what_a_cut_market_says_is_the_same_with_everything_kept(market: Market, day: str) -> None:
    cut = market.until(day)
    cold = said(cut)
    with keeping(market):
        said(market)
        with keeping(cut):
            said(cut)
            warm = said(cut)
    assert warm.keys() == cold.keys()
    for name, frame in cold.items():
        pd.testing.assert_frame_equal(warm[name], frame, check_exact=True, obj=name)


def test_markets_that_differ_in_their_last_bar_share_figures_and_no_price(market: Market) -> None:
    position = int(market.sessions.searchsorted(pd.Timestamp(DAYS[1])))
    up, down = (cuts.at_open(market, position, move) for move in (cuts.MOVE, -cuts.MOVE))
    cold = {name: said(each) for name, each in (("up", up), ("down", down))}
    warm = {}
    for name, each in (("up", up), ("down", down)):
        with keeping(each):
            warm[name] = said(each)
    for name, frames in cold.items():
        for subject, frame in frames.items():
            pd.testing.assert_frame_equal(warm[name][subject], frame, check_exact=True)


def test_a_run_is_the_same_after_runs_on_other_markets(market: Market) -> None:
    cut = market.until(DAYS[2])
    first = simulate(PLAN, cut)
    simulate(PLAN, market)
    prices = cut.prices.copy()
    prices.iloc[-1] *= 1.01
    simulate(PLAN, replace(cut, prices=prices))
    again = simulate(PLAN, cut)
    np.testing.assert_array_equal(first.chained.equity, again.chained.equity)
    np.testing.assert_array_equal(first.derisk.equity, again.derisk.equity)
    pd.testing.assert_frame_equal(first.risk, again.risk, check_exact=True)


def test_a_rule_that_looks_ahead_is_found_with_everything_kept(market: Market) -> None:
    honest = plan_signals(PLAN)["above_average"]

    def leak(known: Market) -> pd.DataFrame:
        return honest(known).assign(value=float(len(known.sessions)))

    with keeping(market):
        said(market)
        found = look_ahead(PLAN, market, dates=[DAYS[1]], signals={"honest": honest, "leak": leak})
    assert [f.subject for f in found.findings] == ["signal leak"]
