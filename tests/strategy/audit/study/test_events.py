"""Events are found when they are known, and what cannot be found says why."""

import numpy as np
import pandas as pd
import pytest

from strategy.audit.study.events import find_events, is_price_rule, spells
from strategy.audit.study.sample import draw_sample
from tests.strategy.audit.claims_by_hand import flat_market, make_claim, market_of
from tests.strategy.tiny_market import make_market, make_plan, price_frame, weekdays

PLAN = make_plan()


def dates_of(market, claim, plan=PLAN):
    found = find_events(market, plan, claim)
    return [f"{market.sessions[i]:%Y-%m-%d}" for i in found.events], found


def test_a_spell_is_one_event_or_one_a_day():
    state = np.array([0, 1, 1, -1, 1, 0, 0, 1], dtype=np.int8)
    assert np.flatnonzero(spells(state, "turns_true")).tolist() == [1, 4, 7]
    assert np.flatnonzero(spells(state, "every_day")).tolist() == [1, 2, 4, 7]


def test_the_138th_close_above_the_average_is_the_event():
    # flat, one close below the average, then up for ever: the streak begins on the first rise
    close = np.concatenate([np.full(60, 100.0), [99.0], 100.0 + np.arange(1, 300) * 0.1])
    market = market_of(close)
    dates, found = dates_of(market, make_claim(event={"kind": "rule", "rule": "streak_reached"}))
    assert dates == [f"{market.sessions[61 + 137]:%Y-%m-%d}"]
    assert is_price_rule(make_claim(event={"kind": "rule", "rule": "streak_reached"}))
    assert found.lattice == "sessions"


def test_a_rule_takes_the_plan_s_levels_unless_the_claim_gives_its_own():
    # the ladder of the toy plan has its zone at 104 to 105, the article's at +3.9 %
    market = flat_market("2019-06-03", "2020-02-28", {"2019-12-02": 104.5, "2019-12-03": 100.0})
    touched = {"kind": "rule", "rule": "zone_touched"}
    assert dates_of(market, make_claim(event=touched))[0] == ["2019-12-02"]
    higher = touched | {"parameters": {"zone": [106, 107]}}
    assert dates_of(market, make_claim(event=higher))[0] == []


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("put_wall", "not computable"),
        ("breadth_thrust", "not loaded: nyse_advances, nyse_declines"),
        ("credit_event", "not loaded: hy_oas or moodys_baa"),
    ],
)
def test_a_rule_that_says_nothing_says_why(rule, words):
    market = flat_market("2019-06-03", "2020-02-28")
    _, found = dates_of(market, make_claim(event={"kind": "rule", "rule": rule}))
    assert words in found.absent
    assert not len(found.events)


def test_months_are_whole_months():
    market = market_of(np.linspace(100, 120, 300), "2020-01-15")  # to 2021-03-09
    claim = make_claim(event={"kind": "month", "month": 3}, horizon=None)
    sample = draw_sample(market, PLAN, claim)
    assert len(sample.at) == 13  # February 2020 to February 2021
    assert len(sample.event_at) == 1  # March 2020; March 2021 is cut short
    assert sample.beyond == 1
    last = [market.sessions[i] for i in (sample.start[0], sample.end[0])]
    assert last == [pd.Timestamp("2020-02-28"), pd.Timestamp("2020-03-31")]


def test_given_days_stand_for_the_next_session_and_months_for_any_of_their_days():
    market = flat_market("2020-01-01", "2020-12-31")
    claim = make_claim(event={"kind": "dates", "dates": ["2020-03-07", "2020-05"]})
    dates, found = dates_of(market, claim)
    assert dates == ["2020-03-09", "2020-05-15"]
    assert found.ranges[0][0] == found.ranges[0][1]
    first, last = (market.sessions[i] for i in found.ranges[1])
    assert (first, last) == (pd.Timestamp("2020-05-01"), pd.Timestamp("2020-05-29"))


def test_given_dates_outside_the_data_are_counted():
    market = flat_market("2020-01-01", "2020-05-15")
    dates, found = dates_of(
        market, make_claim(event={"kind": "dates", "dates": ["1999-01-04", "2020-05", "2020-03"]})
    )
    assert (dates, found.beyond) == (["2020-03-16"], 2)


def test_events_keep_to_the_claim_s_dates():
    market = flat_market("2019-06-03", "2020-12-31")
    claim = make_claim(event={"kind": "month", "month": 12}, horizon=None, until="2020-06-30")
    assert dates_of(market, claim)[0] == ["2019-11-29"]


def scored_market(scores):
    """Anchors of 2010 to 2015 with these scores, by year; unknown where absent."""
    sessions = weekdays("2010-01-01", "2016-12-30")
    score = np.array([scores.get(day.year, np.nan) for day in sessions])
    return make_market(price_frame(sessions), score=score)


def test_anchors_with_a_high_score_are_events_and_those_without_a_score_are_none():
    market = scored_market({2010: 0.2, 2011: 0.5, 2013: 0.9, 2014: 0.4})
    event = {"kind": "anchor", "score_at_least": 0.5}
    dates, found = dates_of(market, make_claim(event=event, horizon={"year": "next"}))
    assert dates == ["2011-11-21", "2013-11-21"]
    assert len(found.possible) == 4
    assert found.lattice == "anchors"


def test_analogs_set_the_score_that_makes_an_event():
    market = scored_market({2010: 0.2, 2011: 0.5, 2013: 0.9, 2014: 0.6})
    event = {"kind": "anchor", "as_high_as": [2011, 2012]}
    dates, found = dates_of(market, make_claim(event=event, horizon={"year": "next"}))
    assert dates == ["2011-11-21", "2013-11-21", "2014-11-21"]
    assert (found.threshold, found.years, found.unknown_years) == (0.5, (2011,), (2012,))


def test_events_whose_window_reaches_past_the_data_are_dropped_and_counted():
    market = flat_market("2020-01-01", "2020-03-31")
    event = {"kind": "dates", "dates": ["2020-01-15", "2020-03-30"]}
    sample = draw_sample(market, PLAN, make_claim(event=event))
    assert (len(sample.event_at), sample.beyond, sample.without) == (1, 1, 0)


def test_overlapping_events_are_one_episode():
    market = flat_market("2020-01-01", "2020-12-31")
    event = {"kind": "dates", "dates": ["2020-03-02", "2020-03-04", "2020-03-09", "2020-06-01"]}
    sample = draw_sample(market, PLAN, make_claim(event=event))
    assert sample.first.tolist() == [True, False, True, True]
    assert len(sample.opening) == 3
