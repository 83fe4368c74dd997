"""The look-ahead check is clean on the plans that come with the program, and catches each leak."""

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import strategy.hedge.vintage
import strategy.run.vintage
from market.container import Market, asof_join
from signals import RULES
from signals.catalogue.reading import on_figures, on_sessions
from signals.history.pointintime import figures
from strategy.api import load_market
from strategy.cli import cli
from strategy.legs.reasons import Phase, Reason
from strategy.lookahead import look_ahead
from strategy.lookahead.comparison import first_difference
from strategy.lookahead.dates import choose_dates
from strategy.plan import Plan
from strategy.plan.file.plan_file import load_plan
from strategy.run.simulation import simulate
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    price_frame,
    random_prices,
    weekdays,
)

pytestmark = pytest.mark.slow

SESSIONS = weekdays("2016-06-01", "2018-12-31")


def monthly(series_id, lag_days, seed=3):
    """A monthly series, known some days after the end of its month."""
    stamps = pd.date_range("2016-04-30", "2018-12-31", freq="ME")
    values = 4.5 + np.random.default_rng(seed).normal(0.0, 0.4, len(stamps))
    found = observations(series_id, stamps, values)
    frame = found.frame.assign(known_at=stamps + pd.Timedelta(days=lag_days))
    return replace(found, frame=frame)


@pytest.fixture(scope="module")
def market():
    return make_market(
        random_prices(SESSIONS, 11),
        fms_cash=monthly("fms_cash", 14),
        bill_3m=monthly("bill_3m", 1),
        moodys_baa=monthly("moodys_baa", 7, 4),
        moodys_aaa=monthly("moodys_aaa", 7, 5),
    )


@pytest.fixture(scope="module")
def plan():
    return make_plan(hedge__score={"from": 0.1, "to": 0.9}, hedge__reevaluate="daily")


def the_finding(report, kind, subject):
    assert not report.clean
    (found,) = [f for f in report.findings if (f.kind, f.subject) == (kind, subject)]
    assert found.session <= found.date
    assert "\n" not in found.line()
    return found


# ---- clean -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dates"), [("short_long", 2), ("structural", 1), ("as_written", 1)]
)
def test_plans_that_come_with_the_program_know_nothing_too_early(name, dates):
    plan = load_plan(f"configs/{name}.yaml")
    report = look_ahead(plan, load_market(plan), dates=dates, seed=8)
    assert [f.line() for f in report.findings] == []
    assert report.skipped == {}
    assert report.compared["signals"] > 60
    assert report.compared["values"] > 1_000_000


@pytest.mark.parametrize(
    ("policy", "instrument"),
    [("overlap", "inverse_etf"), ("sequential", "short"), ("hedge_first", "short")],
)
def test_every_policy_decides_on_what_was_known(market, plan, policy, instrument):
    hedge = plan.hedge.model_copy(update={"policy": policy, "instrument": instrument})
    report = look_ahead(
        plan.model_copy(update={"hedge": hedge}), market, dates=6, seed=1, signals={}
    )
    assert [f.line() for f in report.findings] == []


def test_closes_only_decide_on_what_was_known(market, plan):
    closes = plan.model_copy(
        update={
            "tactical": plan.tactical.model_copy(
                update={"entry": plan.tactical.entry.model_copy(update={"fill": "next_close"})}
            ),
            "hedge": plan.hedge.model_copy(update={"instrument": "none"}),
        }
    )
    report = look_ahead(closes, market, dates=6, seed=1, signals={})
    assert [f.line() for f in report.findings] == []


def test_the_same_seed_cuts_at_the_same_dates(market, plan):
    simulation = simulate(plan, market)
    first, second, other = (choose_dates(simulation, market, 40, s) for s in (5, 5, 6))
    assert first == second != other
    assert len(set(first)) == 40
    assert market.sessions[0] < first[0] < first[-1] < market.sessions[-1]


# ---- signals that know too much --------------------------------------------------------------


def unshifted_weekly_resample(market):
    """The week's close, from its first day on."""
    close = market.prices["close"]
    value = close.groupby(close.index.to_period("W-SUN")).transform("last").to_numpy()
    return on_sessions(market, value, 0.0, value > 0.0)


def centred_window(market):
    value = market.prices["close"].rolling(5, center=True).mean().to_numpy()
    return on_sessions(market, value, 0.0, value > 0.0)


def full_sample_percentile(market):
    value = market.prices["close"].rank(pct=True).to_numpy()
    return on_sessions(market, value, 0.9, value > 0.9)


def stamp_instead_of_known_at(market):
    rows = figures(market, "fms_cash")
    limit = market.series["fms_cash"].spec.staleness_days
    joined = asof_join(market.sessions, rows.assign(known_at=rows.index), "value", limit)
    joined["known_at"] = joined.index  # nor does it admit it
    return on_figures(joined, joined["value"].to_numpy(), 4.0, joined["value"].to_numpy() < 4.0)


def future_pivot(market):
    """A high above the three highs before and after it, on its own day."""
    high = market.prices["high"]
    pivot = (high == high.rolling(7, center=True).max()).to_numpy()
    return on_sessions(market, high.to_numpy(), 0.0, pivot)


def last_month_cut_short(market):
    """True on month ends; the last session of the data is taken for one."""
    close = market.prices["close"]
    month = close.index.to_period("M")
    ends = np.append(month[1:] != month[:-1], True)
    return on_sessions(market, close.to_numpy(), 0.0, ends)


LEAKS = (
    unshifted_weekly_resample,
    centred_window,
    full_sample_percentile,
    stamp_instead_of_known_at,
    future_pivot,
    last_month_cut_short,
)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
def test_a_signal_that_knows_the_future_is_caught(market, plan, leak):
    # a leak is told by the name it goes under: its rule and its inputs
    name = "cash_low" if leak is stamp_instead_of_known_at else "streak_reached"
    report = look_ahead(plan, market, dates=6, seed=0, signals={name: leak})
    found = the_finding(report, "changed", f"signal {name}")
    assert (found.rule, found.series) == (RULES[name].id, RULES[name].inputs)
    assert report.findings == (found,)


def filled_past_staleness(market):
    rows = figures(market, "fms_cash")
    joined = asof_join(market.sessions, rows, "value", 100_000)
    return on_figures(joined, joined["value"].to_numpy(), 4.0, joined["value"].to_numpy() < 4.0)


def test_a_figure_filled_forward_past_its_staleness_is_caught(market, plan):
    report = look_ahead(plan, market, dates=4, seed=0, signals={"cash_low": filled_past_staleness})
    found = the_finding(report, "stale", "signal cash_low")
    assert len(report.findings) == 1
    assert found.column == "value"
    assert isinstance(found.then, float)


def test_a_reading_dated_after_its_session_is_caught(market, plan):
    def tomorrow(m):
        frame = on_sessions(m, m.prices["close"].to_numpy(), 0.0, np.ones(len(m.sessions), bool))
        return frame.assign(known_at=frame.index + pd.Timedelta(days=1))

    report = look_ahead(plan, market, dates=2, seed=0, signals={"gap": tomorrow})
    found = report.findings[0]
    assert (found.kind, found.subject, found.column) == ("dated", "signal gap", "known_at")


# ---- markets that know too much --------------------------------------------------------------


class StampMarket(Market):
    """Joins on the stamp: a month's average is used before the month's figure is out."""

    def asof(self, series_id, column=None):
        observations_ = self.series[series_id]
        column = column or observations_.values[0]
        rows = observations_.frame[[column]].dropna()
        return asof_join(self.sessions, rows.assign(known_at=rows.index), column, 60)


class FilledMarket(Market):
    """Joins without a limit: the last figure counts for ever."""

    def asof(self, series_id, column=None):
        observations_ = self.series[series_id]
        column = column or observations_.values[0]
        rows = observations_.frame[[column, "known_at"]].dropna()
        return asof_join(self.sessions, rows, column, 100_000)


def as_kind(kind, market, **series):
    fields = {name: getattr(market, name) for name in ("id", "prices", "price_spec", "hashes")}
    return kind(**fields, series=MappingProxyType({**market.series, **series}))


def test_a_market_that_joins_on_the_stamp_is_caught(market, plan):
    late = as_kind(StampMarket, market, bill_3m=monthly("bill_3m", 20))
    report = look_ahead(plan, late, dates=8, seed=0, signals={})
    found = the_finding(report, "changed", "bill rate")
    assert found.column == "rate"


def test_a_market_that_fills_past_staleness_is_caught(market, plan):
    report = look_ahead(plan, as_kind(FilledMarket, market), dates=2, seed=0, signals={})
    the_finding(report, "stale", "bill rate")


def test_a_figure_known_before_the_day_it_describes_is_caught(market, plan):
    early = as_kind(Market, market, fms_cash=monthly("fms_cash", -3))
    report = look_ahead(plan, early, dates=2, seed=0, signals={})
    found = the_finding(report, "dated", "risk component cash")
    assert found.column == "known_at of fms_cash"


def test_a_market_whose_prices_look_ahead_is_caught(market, plan):
    class Smoothed(Market):
        def until(self, date):
            known = super().until(date)
            smooth = known.prices["close"].rolling(3, center=True, min_periods=1).mean()
            return replace(known, prices=known.prices.assign(close=smooth))

    whole = as_kind(Smoothed, market).until("2018-12-31")
    report = look_ahead(plan, whole, dates=4, seed=0, signals={})
    assert the_finding(report, "changed", "daily path")


# ---- orders that know the bar they are filled in ---------------------------------------------


def test_an_order_filled_at_the_close_that_decides_it_is_caught(market, plan):
    def at_its_own_close(plan, market):
        # the open of the bar is taken to be its close
        return simulate(
            plan, replace(market, prices=market.prices.assign(open=market.prices["close"]))
        )

    report = look_ahead(plan, market, dates=4, seed=0, signals={}, run=at_its_own_close)
    found = the_finding(report, "foresaw", "order of the account")
    assert found.column in ("price", "units", "reason")


def test_a_hedge_that_knows_the_score_of_its_own_close_is_caught(plan, monkeypatch):
    path = strategy.hedge.vintage.hedge_path

    def same_session(close, target, *rest):
        return path(close, np.append(target[1:], np.nan), *rest)

    score = np.random.default_rng(2).uniform(0.0, 1.0, len(SESSIONS))
    market = make_market(random_prices(SESSIONS, 11), score=score)
    assert look_ahead(plan, market, dates=4, seed=0, signals={}).clean
    monkeypatch.setattr(strategy.hedge.vintage, "hedge_path", same_session)
    report = look_ahead(plan, market, dates=4, seed=0, signals={})
    found = the_finding(report, "foresaw", "order of the account")
    assert found.rule == "score"


@pytest.fixture
def failing():
    """A breakout on 1 December 2015 that fails at the close of the second."""
    bars = {
        "2015-11-24": (100.0, 103.0, 99.5, 102.0),
        "2015-12-01": (102.0, 107.0, 101.5, 106.0),
        "2015-12-02": (106.0, 106.5, 102.5, 103.0),
        "2015-12-03": (102.8, 103.5, 102.0, 103.0),
    }
    return make_market(price_frame(weekdays("2015-09-01", "2016-03-31"), 100.0, bars), score=0.0)


def test_a_failed_breakout_sold_at_its_own_close_is_caught(failing, monkeypatch):
    plan = make_plan(tactical__first_target_share=0.0)
    day = ["2015-12-02"]
    assert look_ahead(plan, failing, dates=day, signals={}).clean
    honest = strategy.run.vintage.tactical_outcome

    def at_once(prices, *rest):
        outcome = honest(prices, *rest)
        exits = tuple(
            replace(f, session=f.session - 1, phase=Phase.CLOSE, price=prices[3][f.session - 1])
            if f.reason is Reason.FAILED_BREAKOUT
            else f
            for f in outcome.exits
        )
        return replace(outcome, exits=exits)

    monkeypatch.setattr(strategy.run.vintage, "tactical_outcome", at_once)
    report = look_ahead(plan, failing, dates=day, signals={})
    found = the_finding(report, "foresaw", "order of the account")
    assert found.rule == "failed_breakout"


# ---- comparing, and the command --------------------------------------------------------------


def test_the_earliest_row_that_differs_is_told():
    days = pd.date_range("2020-01-01", periods=4)
    words: list[object] = ["a", "", "c", "d"]
    a = pd.DataFrame({"x": [1.0, 2.0, np.nan, 4.0], "y": pd.array(words, dtype="object")})
    a.index = days
    assert first_difference(a, a.copy()) is None
    b = a.assign(x=[1.0, 2.0, np.nan, 5.0], y=["a", "", "z", "d"])
    assert first_difference(a, b)[:3] == (days[2], 2, "y")
    assert first_difference(a.iloc[:3], a)[:3] == (days[3], 3, "row")
    assert first_difference(a, a.assign(x=a["x"] * (1 + 1e-12))) is None


def invoke(*arguments):
    return CliRunner().invoke(cli, ["lookahead", *arguments], prog_name="simulate")


def test_the_command_says_clean_and_exits_with_0():
    done = invoke("short_long", "--dates", "1", "--seed", "3", "--json")
    assert done.exit_code == 0, done.output
    content = json.loads(done.stdout)
    assert content["clean"] is True
    assert content["seed"] == 3
    assert len(content["dates"]) == 1
    assert "equity_derisk" in content["excluded"]


def test_the_command_names_series_date_and_rule_and_exits_with_1(monkeypatch):
    import strategy.lookahead.check

    monkeypatch.setattr(
        strategy.lookahead.check, "plan_signals", lambda plan: {"cash_low": centred_window}
    )
    done = invoke("short_long", "--dates", "2")
    assert done.exit_code == 1, done.output
    assert "signal cash_low (R05) from fms_cash: value of " in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("option", [["--dates", "0"], ["--dates", "x"], ["--seed", "-1"]])
def test_a_mistyped_option_is_one_line_and_2(option):
    done = invoke("short_long", *option)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_date_before_the_data_is_refused(market):
    from market.errors import InputError

    with pytest.raises(InputError, match="fewer than two sessions"):
        look_ahead(Plan(name="x"), market, dates=["1990-01-01"], signals={})
