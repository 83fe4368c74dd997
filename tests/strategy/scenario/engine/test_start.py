"""Where futures begin: the day, the price, the levels, and nothing of what came later."""

import numpy as np
import pytest

from market.errors import InputError
from strategy.legs.rules import score_factor
from strategy.plan import Plan
from strategy.scenario.engine.start import make_start
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.calendar import future_sessions
from strategy.scenario.worlds.worlds import make_world


def plan_of(**tactical):
    return Plan.model_validate({"name": "x", "tactical": tactical})


ABSOLUTE = {"levels": {"mode": "absolute"}}


def test_the_default_day_is_the_last_anchor_in_the_data(bundled):
    start = make_start(Plan(name="x"), Scenario(), bundled)
    assert f"{start.day:%Y-%m-%d}" == "2025-11-21"
    assert start.price == bundled.prices["close"].loc["2025-11-21"]
    assert start.past.sessions[-1] == start.day


def test_the_articles_levels_stand_on_a_stated_price(bundled):
    scenario = Scenario(as_of="2025-11-21", price=5950.0)
    start = make_start(plan_of(**ABSOLUTE), scenario, bundled)
    assert (start.levels.zone_low, start.levels.zone_high) == (6180.0, 6200.0)
    assert (start.levels.extension_low, start.levels.extension_high) == (6450.0, 6500.0)
    assert f"{start.sessions[start.schedule.entry]:%Y-%m-%d}" == "2025-11-24"
    assert f"{start.sessions[start.schedule.last]:%Y-%m-%d}" == "2025-12-15"
    assert f"{start.sessions[-1]:%Y-%m-%d}" == "2026-12-31"


def test_the_articles_levels_are_refused_on_the_real_price(bundled):
    scenario = Scenario(as_of="2025-11-21", price=6602.99)
    with pytest.raises(InputError, match=r"do not belong to this price series"):
        make_start(plan_of(**ABSOLUTE), scenario, bundled)


def test_a_day_after_the_data_needs_its_price(bundled):
    with pytest.raises(InputError, match=r"scenario\.price"):
        make_start(Plan(name="x"), Scenario(as_of="2026-11-20"), bundled)


def test_structural_levels_need_the_prices_they_are_made_of(bundled):
    plan = plan_of(levels={"mode": "structural"})
    start = make_start(plan, Scenario(as_of="2023-11-21"), bundled)
    assert start.levels.zone_high > start.levels.zone_low > 0
    with pytest.raises(InputError, match="structural levels"):
        make_start(plan, Scenario(as_of="2026-11-20", price=7800.0), bundled)


def test_a_day_past_the_legs_last_day_is_refused(bundled):
    with pytest.raises(InputError, match=r"scenario\.as_of"):
        make_start(Plan(name="x"), Scenario(as_of="2023-12-20"), bundled)


def test_a_weekend_becomes_the_session_before(bundled):
    start = make_start(Plan(name="x"), Scenario(as_of="2023-11-19"), bundled)
    assert f"{start.day:%Y-%m-%d}" == "2023-11-17"
    assert "is no session" in start.notes[0]


@pytest.mark.parametrize("name", ["bootstrap", "lookalike", "garch", "replay"])
def test_nothing_after_the_day_changes_a_future(bundled, name):
    plan, scenario = Plan(name="x"), Scenario(as_of="1999-11-19")
    whole = make_start(plan, scenario, bundled)
    cut = make_start(plan, scenario, bundled.until("1999-11-19"))
    for a, b in zip(whole.history.table, cut.history.table, strict=True):
        np.testing.assert_array_equal(a, b)
    one, two = (make_world(s, name, 10, 1, 50.0) for s in (whole, cut))
    assert repr(one.draw) == repr(two.draw)
    assert repr(one.garch) == repr(two.garch)


def test_future_sessions_are_the_exchanges(bundled):
    mine = future_sessions(bundled.sessions[-1] - np.timedelta64(9250, "D"), bundled.sessions[-1])
    theirs = bundled.sessions[bundled.sessions >= mine[0]]
    # only closures that nobody could foresee differ
    assert len(theirs.difference(mine)) == 0
    assert set(f"{day:%Y-%m-%d}" for day in mine.difference(theirs)) == {
        *("2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14", "2004-06-11", "2007-01-02"),
        *("2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09"),
    }


def test_a_stated_score_sets_hedge_and_size(bundled):
    full = make_start(Plan(name="x"), Scenario(score=1.0), bundled)
    none = make_start(Plan(name="x"), Scenario(score=0.0), bundled)
    assert full.calendar().target[0] == 0.5
    assert none.calendar().target[0] == 0.0
    assert score_factor(full.terms.size.risk_scaling, full.terms.score) == 0.5
    assert score_factor(none.terms.size.risk_scaling, none.terms.score) == 1.0


def test_a_credit_event_lifts_the_hedge_where_the_plan_watches_for_it(bundled):
    shock = {"name": "event", "credit_event": True, "start": "2026-03-02", "credit_sessions": 10}
    scenario = Scenario.model_validate({"score": 0.0, "shocks": [shock]})
    for active in (True, False):
        plan = Plan.model_validate(
            {"name": "x", "risk": {"triggers": {"credit_event": {"active": active}}}}
        )
        start = make_start(plan, scenario, bundled)
        target = start.calendar(scenario.shocks[0]).target
        at = start.shock_session(scenario.shocks[0])
        assert f"{start.sessions[at]:%Y-%m-%d}" == "2026-03-02"
        assert target[at - 1] == 0.0
        assert set(target[at : at + 10]) == {0.5 if active else 0.0}
        assert target[at + 10] == 0.0
