"""The gate: what is required, what vetoes, what only counts, and what is not known."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import signals
from market.errors import InputError
from strategy.decide.entry import EntryDecision, entry_decisions
from strategy.plan import Entry
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)

SESSIONS = weekdays("2020-11-02", "2020-12-31")
TRUE, FALSE, UNAVAILABLE = 1, 0, -1


class Stub:
    """A rule as the gate sees it."""

    computable = True


@pytest.fixture
def dictated(monkeypatch):
    """Signals whose state on every session is dictated: name to state."""

    def dictate(**states: int):
        def evaluate(market, name, **_):
            index = market.sessions
            return pd.DataFrame({"state": [states[name]] * len(index)}, index=index)

        monkeypatch.setattr(signals, "RULES", {name: Stub() for name in states})
        monkeypatch.setattr(signals, "evaluate", evaluate)

    return dictate


def decide(conditions: dict[str, dict[str, object]], **settings: object) -> EntryDecision:
    entry = Entry.model_validate({"conditions": conditions, **settings})
    (decision,) = entry_decisions(make_market(price_frame(SESSIONS)), entry, [14])
    return decision


def test_without_conditions_every_leg_starts():
    decisions = entry_decisions(make_market(price_frame(SESSIONS)), Entry(), [3, 14])
    assert [d.enter for d in decisions] == [True, True]
    assert all(math.isnan(d.score) and d.states == {} for d in decisions)


@pytest.mark.parametrize(
    ("state", "enter", "why"),
    [(TRUE, True, ""), (FALSE, False, "false"), (UNAVAILABLE, False, "unavailable")],
)
def test_a_required_condition_must_be_known_to_be_true(dictated, state, enter, why):
    dictated(a=state)
    decision = decide({"a": {"required": True}})
    assert decision.enter is enter
    assert why in decision.because
    assert ("a is required" in decision.because) is not enter


@pytest.mark.parametrize(("state", "enter"), [(TRUE, False), (FALSE, True), (UNAVAILABLE, True)])
def test_a_veto_stops_only_when_it_is_known_to_be_true(dictated, state, enter):
    dictated(a=state)
    assert decide({"a": {"veto": True}}).enter is enter


def test_a_plain_condition_stops_nothing_without_a_least_score(dictated):
    dictated(a=FALSE)
    decision = decide({"a": {}})
    assert decision.enter
    assert decision.score == 0.0


def test_the_score_is_the_weight_of_the_true_over_that_of_the_known(dictated):
    dictated(a=TRUE, b=FALSE, c=UNAVAILABLE, d=TRUE)
    conditions = {"a": {"weight": 1}, "b": {"weight": 2}, "c": {"weight": 50}, "d": {"weight": 1}}
    decision = decide(conditions)
    assert decision.score == pytest.approx(0.5)
    assert decision.states == {"a": 1, "b": 0, "c": -1, "d": 1}


def test_a_veto_has_no_part_in_the_score(dictated):
    dictated(a=TRUE, b=FALSE)
    assert decide({"a": {}, "b": {"veto": True, "weight": 9}}).score == 1.0


@pytest.mark.parametrize(("least", "enter"), [(0.5, True), (0.51, False)])
def test_the_least_score_is_reached_at_equality(dictated, least, enter):
    dictated(a=TRUE, b=FALSE)
    decision = decide({"a": {}, "b": {}}, min_score=least)
    assert decision.enter is enter
    assert decision.because == ("" if enter else "entry score 0.50 < 0.51")


def test_a_least_score_is_not_reached_by_what_is_not_known(dictated):
    dictated(a=UNAVAILABLE)
    decision = decide({"a": {}}, min_score=0.1)
    assert not decision.enter
    assert math.isnan(decision.score)


def test_conditions_without_weight_have_no_score(dictated):
    dictated(a=TRUE)
    decision = decide({"a": {"weight": 0.0}})
    assert decision.enter
    assert math.isnan(decision.score)


def test_an_unknown_signal_is_refused_with_the_nearest_name(dictated):
    dictated(breakout=TRUE)
    with pytest.raises(InputError, match=r"no signal is called 'brekout'.*did you mean 'breakout'"):
        decide({"brekout": {}})


def test_a_signal_that_cannot_be_computed_is_refused():
    assert not signals.RULES["put_wall"].computable
    with pytest.raises(InputError, match="put_wall"):
        decide({"put_wall": {}})


def test_a_closed_gate_is_an_exit_reason_and_no_trade(dictated):
    dictated(a=FALSE)
    plan = make_plan(tactical__entry={"conditions": {"a": {"required": True}}})
    result = outcome_of(plan, make_market(price_frame(SESSIONS), score=0.0))
    (row,) = result.vintages.to_dict("records")
    assert (row["exit_reason"], row["entry_date"]) == ("gate", None)
    assert row["not_entered_because"] == "a is required and false"
    assert math.isnan(row["tactical_return"])
    assert result.trades.query("sleeve == 'tactical'").empty


def test_the_gate_reads_the_signal_at_the_anchor_and_not_a_day_later(monkeypatch):
    def evaluate(market, name, **_):
        at = market.sessions
        return pd.DataFrame({"state": (at >= "2020-11-23").astype("int8")}, index=at)

    monkeypatch.setattr(signals, "RULES", {"a": Stub()})
    monkeypatch.setattr(signals, "evaluate", evaluate)
    plan = make_plan(tactical__entry={"conditions": {"a": {"required": True}}})
    row = outcome_of(plan, make_market(price_frame(SESSIONS), score=0.0)).vintages.iloc[0]
    assert (row["anchor_date"], row["exit_reason"]) == ("2020-11-20", "gate")


def test_a_real_signal_gates_by_its_state_at_each_anchor():
    sessions = weekdays("2010-01-04", "2018-12-31")
    market = make_market(random_prices(sessions, 5), score=0.0)
    name = "streak_above_average"
    plan = make_plan(tactical__entry={"conditions": {name: {"required": True}}})
    result = outcome_of(plan, market)
    state = signals.evaluate(market, name)["state"]
    for row in result.vintages.to_dict("records"):
        true = state.loc[row["anchor_date"]] == TRUE
        assert (row["exit_reason"] != "gate") == true
    assert set(result.vintages["exit_reason"] == "gate") == {True, False}


def test_a_condition_is_about_the_plans_own_dates():
    # "inside the plan's window" at the plan's own anchor, whatever that anchor is
    plan = make_plan(
        anchor="10-10",
        tactical__exit_by="10-31",
        tactical__entry={"conditions": {"tactical_window": {"required": True}}},
    )
    sessions = weekdays("2019-06-03", "2020-12-31")
    rows = outcome_of(plan, make_market(price_frame(sessions), score=0.0)).vintages
    assert (rows["exit_reason"] != "gate").all()
