"""Markets that a plan refuses: too short, dividends twice; a vintage across a hole is open."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from market.dividends import dividend_yield
from market.errors import InputError
from strategy.api import load_market, run
from strategy.decide.calendar import schedule
from strategy.plan import Costs, Data, Plan, ScoreRange
from strategy.plan.instruments import INSTRUMENT_NAMES

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
    market = load_market(plan)
    assert market.adjusted and market.judged is not None
    assert any("no dividend yield is added" in line for line in market.judged.doubted)
    paid = dividend_yield(market, plan.costs.dividend_yield)
    assert (paid["yield"] == 0.0).all() and (paid["source"] == "closes").all()


def test_a_yield_stated_for_closes_that_hold_dividends_is_paid_and_told_as_twice(own):
    plan = own(DAYS, CLOSES, more=",Dividends")
    stated = plan.model_copy(update={"costs": Costs(dividend_yield=0.03)})
    market = load_market(stated)
    assert market.judged is not None
    assert "dividends are counted twice" in market.judged.doubted[-1]
    paid = dividend_yield(market, 0.03, series=stated.costs.dividends == "series")
    assert (paid["yield"] == 0.03).all()


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


def _without(own, first: str, last: str, instrument: str = "short", policy: str = "overlap"):
    there = (DAYS < first) | (DAYS > last)
    plan = own(DAYS[there], CLOSES[there])
    always = ScoreRange.model_validate({"from": 0.0, "to": 0.01})
    changes = {"instrument": instrument, "score": always, "policy": policy, "when_blind": "full"}
    hedge = plan.hedge.model_copy(update=changes)
    entry = plan.tactical.entry.model_copy(update={"fill": "next_close"})
    tactical = plan.tactical.model_copy(update={"entry": entry, "stop": 0.5, "exit_by": "12-15"})
    plan = plan.model_copy(update={"hedge": hedge, "tactical": tactical, "vintages": (2006,)})
    return run(plan)


@pytest.mark.parametrize(
    ("first", "last"), [("2006-12-01", "2006-12-16"), ("2006-11-28", "2006-12-12")]
)
def test_a_leg_settles_at_the_close_before_a_hole(own, first, last):
    result = _without(own, first, last, instrument="none")
    (row,) = result.vintages.to_dict("records")
    before = DAYS[DAYS < first][-1]
    assert row["exit_reason"] == "time" and not row["complete"]
    assert str(row["exit_date"])[:10] == f"{before:%Y-%m-%d}"


@pytest.mark.parametrize("instrument", INSTRUMENT_NAMES)
@pytest.mark.parametrize("policy", ["overlap", "sequential", "hedge_first"])
def test_a_hedge_settles_at_the_close_before_a_hole(own, instrument, policy):
    result = _without(own, "2007-03-01", "2007-07-31", instrument, policy)
    assert not result.vintages["complete"].any()
    hedged = result.trades[result.trades["sleeve"] == "hedge"]
    assert len(hedged)
    assert (pd.to_datetime(hedged["exit_date"]) <= pd.Timestamp("2007-02-28")).all()
    held = result.daily["hedge_held"]
    assert held[:"2007-02-27"].max() > 0.0
    assert (held["2007-03-01":].fillna(0.0) == 0.0).all()
