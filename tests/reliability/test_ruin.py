"""Markets that ruin, squeeze, gap or stand still: the path ends marked, or goes on by the rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from market.errors import InputError
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.tiny_market import make_market, make_plan, outcome_of, price_frame, weekdays
from tests.tolerances import LONG_SUMS

SHORT = {
    "core__weight": 0.0,
    "tactical__size": {"weight": 0.0},
    "hedge__max_ratio": 1.0,
    "hedge__score": {"from": 0.1, "to": 0.2},
    "hedge__phase_in": {"steps": 1, "every": 1},
    "hedge__cover": [],
    "hedge__short": {"maintenance": 0.0},
}


def market(bars=None, end="2017-01-31", score=1.0):
    return make_market(price_frame(weekdays("2015-10-01", end), 100.0, bars), score=score)


def test_a_squeeze_of_half_in_a_day_costs_the_short_half_and_no_more():
    result = outcome_of(make_plan(**SHORT), market({"2016-06-01": 150.0}))
    day = result.daily.loc["2016-06-01"]
    assert day["return_total"] == pytest.approx(-0.5, abs=LONG_SUMS)
    assert result.daily["equity_total"].min() == pytest.approx(500.0, abs=1e-6)
    assert not result.simulation.chained.exhausted


def test_equity_at_zero_ends_the_path_and_says_so():
    result = outcome_of(make_plan(**SHORT), market({"2016-06-01": 250.0}))
    account = result.simulation.chained
    assert account.exhausted
    assert str(result.daily.index[-1].date()) == "2016-06-01"
    assert result.daily["equity_total"].iloc[-1] <= 0.0
    assert (result.daily["equity_total"].iloc[:-1] > 0.0).all()
    assert result.vintages["exhausted"].iloc[0]
    assert np.isfinite(result.daily["equity_total"]).all()
    assert result.metrics["total"]["cagr"] == -1.0


def test_a_ruined_run_is_written_like_any_other(tmp_path):
    from reports import write_run

    result = Result(simulate(make_plan(**SHORT), market({"2016-06-01": 250.0})))
    paths = write_run(result, tmp_path, tearsheet=False)
    assert {"run.json", "report.html", "vintages.csv"} <= set(paths)


def test_margin_buys_a_squeezed_short_back_at_the_next_open():
    plan = make_plan(**{**SHORT, "hedge__short": {"maintenance": 0.5}})
    result = outcome_of(plan, market({"2016-06-01": 150.0, "2016-06-20": 300.0}))
    trades = result.trades[result.trades["sleeve"] == "hedge"]
    assert trades["exit_reason"].tolist()[0] == "margin"
    assert trades["exit_date"].tolist()[0] == pd.Timestamp("2016-06-02")
    assert result.daily["equity_total"].iloc[-1] == pytest.approx(500.0, abs=1e-6)


@pytest.mark.parametrize(
    "section",
    [
        {"core__weight": 1.5},
        {"core__weight": -0.1},
        {"hedge__max_ratio": 2.5},
        {"tactical__size": {"weight": 11}},
        {"hedge__inverse_etf": {"leverage": -4}},
        {"hedge__caps": {"gross": 11}},
        {"capital": 0.0},
        {"capital": 1e-9},
        {"capital": 1e16},
    ],
    ids=str,
)
def test_leverage_and_amounts_beyond_their_caps_are_refused(section):
    with pytest.raises(ValidationError):
        make_plan(**section)


def test_a_cap_holds_on_every_day():
    plan = make_plan(**{**SHORT, "hedge__caps": {"gross": 0.5}})
    daily = outcome_of(plan, market({"2016-06-01": 120.0})).daily
    held = daily.loc["2016-01-04":"2016-12-30", "exposure_hedge"]
    assert held.min() == pytest.approx(-0.5, abs=0.11)
    assert daily["hedge_limit"].max() >= 1


def test_a_gap_through_the_stop_costs_what_it_costs():
    """Limit down at the open: sold there, not at the stop."""
    gap = {"2015-11-30": (80.0, 80.0, 80.0, 80.0), "2015-12-01": 80.0}
    row = outcome_of(make_plan(hedge__instrument="none"), market(gap)).vintages.iloc[0]
    assert row["exit_reason"] == "stop_gap"
    assert row["tactical_return"] == pytest.approx(-0.20)


def test_a_market_that_never_moves_earns_nothing_and_breaks_nothing():
    result = Result(simulate(make_plan(), market(score=None)))
    assert (result.daily["equity_total"] == 1000.0).all()
    total = result.metrics["total"]
    assert (total["total_return"], total["max_drawdown"], total["sharpe"]) == (0.0, 0.0, None)
    assert result.vintages["exit_reason"].tolist()[0] == "time"


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_a_market_of_a_few_sessions_is_a_line(sessions):
    days = weekdays("2015-11-19", "2015-12-31")[:sessions]
    short = make_market(price_frame(days))
    try:
        result = outcome_of(make_plan(), short)
    except InputError as mistake:
        assert mistake.line().isprintable()
    else:
        assert result.vintages["exit_reason"].tolist() == ["open"]
        assert result.metrics["tactical"]["n"] == 0


def test_a_price_file_of_one_session_is_refused(tmp_path):
    from market.files.read import read_prices

    file = tmp_path / "one.csv"
    file.write_text("date,close\n2020-01-02,100\n")
    with pytest.raises(InputError, match="at least 2 sessions"):
        read_prices(file)


@pytest.mark.parametrize(("price", "word"), [("1e-300", "too small"), ("1e300", "too large")])
def test_prices_that_lose_their_cents_are_refused(tmp_path, price, word):
    from market.files.read import read_prices

    file = tmp_path / "extreme.csv"
    file.write_text(f"date,close\n2020-01-02,{price}\n2020-01-03,{price}\n")
    with pytest.raises(InputError, match=word):
        read_prices(file)


def test_a_fall_to_almost_nothing_leaves_a_long_with_almost_nothing():
    bars = {"2016-03-01": 1e-4}
    result = Result(simulate(make_plan(hedge__instrument="none"), market(bars)))
    assert 0.0 < result.daily["equity_total"].iloc[-1] < 1.0
    assert result.metrics["total"]["max_drawdown"] == pytest.approx(-1.0, abs=1e-5)
    assert isinstance(result.daily.index, pd.DatetimeIndex)
