"""Markets that a plan refuses: too short, dividends twice; a vintage across a hole is open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from strategy.api import load_market
from strategy.decide.calendar import schedule
from strategy.plan import Data, Plan

DAYS = pd.bdate_range("2006-10-02", "2008-01-31")
CLOSES = np.round(1000.0 + 12.0 * np.sin(np.arange(len(DAYS)) / 3.0), 2)


@pytest.fixture
def own(tmp_path):
    def _own(days, values, more: str = "", name: str = "own.csv"):
        path = tmp_path / name
        rows = "".join(
            f"{d:%Y-%m-%d},{v}{more and ',1'}\n" for d, v in zip(days, values, strict=True)
        )
        path.write_text(f"Date,Close{more}\n{rows}")
        return Plan(name="own", data=Data(prices=str(path), start=dt.date(2006, 1, 1)))

    return _own


def test_prices_of_a_few_sessions_are_too_short(own):
    with pytest.raises(InputError, match="too short: 19 sessions"):
        load_market(own(DAYS[:19], CLOSES[:19]))
    assert len(load_market(own(DAYS[:20], CLOSES[:20])).prices) == 20


def test_closes_that_hold_dividends_get_no_yield_on_top(own):
    plan = own(DAYS, CLOSES, more=",Dividends")
    with pytest.raises(InputError, match=r"adjusted for dividends.*set costs.dividend_yield=0"):
        load_market(plan)
    once = plan.model_copy(update={"costs": plan.costs.model_copy(update={"dividend_yield": 0.0})})
    assert load_market(once).adjusted


def test_a_vintage_across_a_hole_is_not_complete(own):
    plan = own(DAYS, CLOSES)
    (whole,) = [v for v in schedule(load_market(plan).sessions, plan) if v.year == 2006]
    assert whole.complete
    there = (DAYS < "2007-03-01") | (DAYS > "2007-06-30")
    market = load_market(own(DAYS[there], CLOSES[there]))
    (holed,) = [v for v in schedule(market.sessions, plan) if v.year == 2006]
    assert holed.ended and holed.year_over and not holed.complete
    assert market.judged is not None
    assert "2007-02-28 to 2007-07-02" in market.judged.doubted[0]


def test_prices_unlike_the_index_are_told(own):
    judged = load_market(own(DAYS, CLOSES)).judged
    assert judged is not None
    assert any("move unlike the S&P 500" in line for line in judged.doubted)
