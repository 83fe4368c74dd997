"""The gate: what is required, what vetoes, what only counts, and what is not known."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

import signals
from market.errors import InputError
from strategy.api import load_plan
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
    assert row["exit_reason"] == "gate" and pd.isna(row["entry_date"])
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
    assert (row["anchor_date"], row["exit_reason"]) == (pd.Timestamp("2020-11-20"), "gate")


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


def gate(**when: object) -> Entry:
    return Entry.model_validate({"when": when})


def closes(*values: float):
    frame = price_frame(weekdays("2020-11-02", "2020-12-31")[: len(values)])
    return make_market(frame.assign(open=values, high=values, low=values, close=values))


def test_a_gate_sets_the_numbers_of_its_rule():
    """The last close, 2.2, is below the mean of two closes, 2.6, and above that of four, 2.05."""
    market = closes(3.0, 3.0, 3.0, 1.0, 2.0, 3.0, 2.2)
    short, long = (
        entry_decisions(market, gate(streak_above_average={"window": n, "length": 1}), [6])[0]
        for n in (2, 4)
    )
    assert (short.states, short.enter) == ({"streak_above_average": FALSE}, False)
    assert (long.states, long.enter) == ({"streak_above_average": TRUE}, True)


@pytest.mark.parametrize("when", ["breakout", ["breakout"], {"breakout": None}, {"breakout": {}}])
def test_a_bare_name_is_a_required_condition(when):
    wanted = Entry.model_validate({"conditions": {"breakout": {"required": True}}})
    assert Entry.model_validate({"when": when}) == wanted


def test_a_condition_without_numbers_is_written_as_before():
    said = Entry.model_validate({"conditions": {"breakout": {"required": True}}}).model_dump()
    assert said["conditions"] == {"breakout": {"weight": 1.0, "required": True, "veto": False}}
    assert "when" not in said


def test_a_gate_with_numbers_comes_back_from_what_it_was_written_as():
    entry = gate(streak_above_average={"window": 100, "length": 1})
    assert Entry.model_validate(entry.model_dump(mode="json")) == entry


@pytest.mark.parametrize(
    ("when", "line"),
    [
        ({"streak_above_average": {"window": 1}}, "window: got 1; expected a whole number and at"),
        ({"streak_above_average": {"windw": 9}}, "did you mean 'window'"),
        ({"streak_above": {"window": 9}}, "got 'streak_above'; expected a name of the rule"),
        ({"streak_above_average": 100}, "a map of the rule's own numbers"),
        (7, "a rule's name, a list of names"),
    ],
)
def test_numbers_that_a_rule_does_not_take_are_told_with_their_key(when, line):
    with pytest.raises(InputError) as told:
        load_plan("short_long", [f"tactical.entry.when={json.dumps(when)}"])
    assert line in told.value.line()
    assert "tactical.entry.when" in told.value.line()


@pytest.mark.parametrize("length", [1, 3])
def test_a_gate_with_numbers_says_the_same_on_data_cut_at_the_day(length):
    market = make_market(random_prices(weekdays("2019-01-01", "2020-12-31"), 5))
    entry = gate(streak_above_average={"window": 20, "length": length})
    days = list(range(30, len(market.sessions), 37))
    whole = entry_decisions(market, entry, days)
    for day, decision in zip(days, whole, strict=True):
        (cut,) = entry_decisions(market.until(market.sessions[day]), entry, [day])
        assert cut == decision or (math.isnan(cut.score) and cut.states == decision.states)
    assert {d.enter for d in whole} == {True, False}
