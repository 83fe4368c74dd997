"""A claim's study: figures known by construction, verdicts by the documented rule."""

import math

import numpy as np
import pandas as pd
import pytest

from strategy.audit.study.verdict import Evidence, contradiction, judge
from tests.strategy.audit.claims_by_hand import make_claim, market_of, trial_of, walk
from tests.strategy.tiny_market import make_market, price_frame, weekdays


def record_of(market, claim, **kw):
    return trial_of(market, claim, **kw).claims[0]


def jumps(every=40, rise=0.10, sessions=2000):
    """Noise, and a rise within five sessions after every 40th: a claim that is true."""
    rng = np.random.default_rng(8)
    change = rng.normal(0, 0.004, sessions)
    at = np.arange(30, sessions - 20, every)
    change[at + 2] += rise
    return market_of(100 * np.exp(np.cumsum(change)), "2000-01-03"), at


def test_a_claim_that_is_true_is_supported():
    market, at = jumps()
    days = [f"{market.sessions[i]:%Y-%m-%d}" for i in at]
    record = record_of(market, make_claim(event={"kind": "dates", "dates": days}))
    assert record["verdict"] == "supported", record["because"]
    assert record["sample"]["episodes"] == len(at)
    assert record["episodes"]["mean"] == pytest.approx(0.105, abs=0.005)
    assert record["difference"]["low"] > 0.0
    # for a claim alone the correction changes nothing
    assert record["p_holm"] == record["p"] == max(record["placebo"]["p"], record["paths"]["p"])


def test_the_same_claim_in_the_other_direction_is_not():
    market, at = jumps()
    days = [f"{market.sessions[i]:%Y-%m-%d}" for i in at]
    event = {"kind": "dates", "dates": days}
    record = record_of(market, make_claim(event=event, direction="down"))
    assert record["verdict"] == "not supported"
    assert record["p"] > 0.9
    # figures stay as they are: only the side that counts has changed
    assert record["paths"]["observed"] > 0.0


def test_a_figure_beyond_the_interval_is_contradicted_even_where_chance_is_beaten():
    market, at = jumps()
    days = [f"{market.sessions[i]:%Y-%m-%d}" for i in at]
    event = {"kind": "dates", "dates": days}
    record = record_of(market, make_claim(event=event, claimed={"mean": 0.30}))
    assert record["verdict"] == "not supported"
    assert "claimed 30.0%" in record["because"]
    assert record["p"] <= 0.05


def test_figures_of_a_hand_made_series():
    # twelve events, each followed by a rise of 1 % or a fall of 1 % in the next session
    close = [100.0]
    for k in range(12):
        close += [100.0] * 9 + [101.0 if k % 3 else 99.0, 100.0]
    market = market_of(close)
    at = [9 + 11 * k for k in range(12)]
    days = [f"{market.sessions[i]:%Y-%m-%d}" for i in at]
    claim = make_claim(event={"kind": "dates", "dates": days}, horizon={"sessions": 1})
    record = record_of(market, claim)
    own = record["episodes"]
    assert (own["n"], own["hits"]) == (12, 8)
    assert own["mean"] == pytest.approx((8 * 0.01 - 4 * 0.01) / 12)
    assert own["median"] == pytest.approx(0.01)
    assert (own["lowest"], own["highest"]) == (pytest.approx(-0.01), pytest.approx(0.01))
    # 132 dates with a next session: 8 rises to 101, 4 returns from 99, of which 1/99 each
    assert record["all_dates"]["n"] == len(close) - 1
    assert record["all_dates"]["hit_rate"] == pytest.approx(12 / (len(close) - 1))
    assert record["events"][days[0]] == {
        "start": days[0],
        "end": f"{market.sessions[at[0] + 1]:%Y-%m-%d}",
        "outcome": pytest.approx(-0.01),
        "hit": False,
        "episode": 1,
        "opens_episode": True,
    }


def test_days_that_are_not_given_show_the_range_over_all_of_them():
    # prices rise by one point a session: the later the day, the lower the return
    market = market_of(100.0 + np.arange(200))
    event = {"kind": "dates", "dates": ["2020-02", "2020-04"]}
    claim = make_claim(event=event, horizon={"sessions": 1}, claimed={"median": 0.007})
    record = record_of(market, claim)
    first, last = (market.sessions.get_loc(d) for d in ("2020-02-03", "2020-04-30"))
    possible = record["possible_days"]
    assert list(possible["ranges"]) == ["2020-02-03", "2020-04-01"]
    assert possible["ranges"]["2020-02-03"]["highest"] == pytest.approx(1 / (100 + first))
    assert possible["ranges"]["2020-04-01"]["lowest"] == pytest.approx(1 / (100 + last))
    ends = [[r[key] for r in possible["ranges"].values()] for key in ("lowest", "highest")]
    assert (possible["low"], possible["high"]) == pytest.approx([np.median(e) for e in ends])
    assert record["verdict"] == "too few cases"


def test_a_figure_that_no_choice_of_days_gives_is_contradicted():
    market = market_of(100.0 + np.arange(200))
    event = {"kind": "dates", "dates": ["2020-02", "2020-04"]}
    claim = make_claim(event=event, horizon={"sessions": 1}, claimed={"median": 0.5})
    assert record_of(market, claim)["verdict"] == "not supported"


def test_false_alarms_stand_beside_what_came_true():
    # scores warn in 2011 and 2013; the index falls by 30 % in 2014 only
    sessions = weekdays("2010-01-01", "2015-12-31")
    score = np.array([{2011: 0.9, 2013: 0.9}.get(day.year, 0.1) for day in sessions])
    market = make_market(price_frame(sessions, bars={"2014-06-02": 70.0}), score=score)
    claim = make_claim(
        event={"kind": "anchor", "score_at_least": 0.5},
        horizon={"year": "next"},
        outcome={"measure": "max_drawdown", "at_least": 0.2},
        claimed={"hit_rate": 1.0},
    )
    record = record_of(market, claim)
    rows = record["anchors"]["rows"]
    assert {year: row["kind"] for year, row in rows.items() if row["kind"]} == {
        "2011": "false alarm",
        "2013": "came true",
    }
    assert rows["2013"]["outcome"] == pytest.approx(-0.30)
    assert (record["anchors"]["came_true"], record["anchors"]["false_alarms"]) == (1, 1)
    assert record["verdict"] == "not supported"  # one counterexample to "always"


def test_a_month_s_rank_and_its_eleven_rivals():
    # December gains 2 % a month, all others nothing
    sessions = weekdays("2000-01-03", "2019-12-31")
    december = sessions.month.to_numpy() == 12
    last = sessions[december].to_series().groupby(sessions[december].year).max()
    change = np.where(np.isin(sessions, last.to_numpy()), 0.02, 0.0)
    noise = np.random.default_rng(0).normal(0, 1e-5, len(sessions))
    prices = price_frame(sessions)
    close = 100 * np.exp(np.cumsum(change + noise))
    prices = pd.DataFrame({c: close for c in prices}, index=sessions)
    claim = make_claim(event={"kind": "month", "month": 12}, horizon=None, claimed={"rank": 1})
    record = record_of(make_market(prices), claim)
    assert record["observed"] == record["rank"] == 1
    assert record["months"]["December"]["n"] == 20
    assert record["months"]["December"]["mean"] == pytest.approx(np.exp(0.02) - 1, abs=1e-4)
    assert record["verdict"] == "supported"
    third = make_claim(event={"kind": "month", "month": 12}, horizon=None, claimed={"rank": 3})
    assert record_of(make_market(prices), third)["verdict"] == "not supported"


def test_an_occurrence_is_counted_and_has_no_p_value():
    market = walk(1500, 3)
    claim = make_claim(
        event={
            "kind": "rule",
            "rule": "streak_above_average",
            "parameters": {"length": 10},
            "on": "every_day",
        },
        horizon=None,
        outcome={"measure": "rule_value", "rule": "weekly_average_touch", "at_most": 0.0},
        trial="occurrence",
    )
    record = record_of(market, claim)
    assert math.isnan(record["p"])
    assert record["verdict"] == ("supported" if record["episodes"]["hits"] else "not supported")
    assert record["episodes"]["n"] == record["sample"]["events"] > 10


EVIDENCE = {
    "absent": "",
    "events": 20,
    "episodes": 20,
    "occurrence": False,
    "hits": 12,
    "p": 0.001,
    "p_holm": 0.01,
}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "supported"),
        ({"p_holm": 0.051}, "not supported"),
        ({"p": 0.2, "p_holm": 0.2}, "not supported"),
        ({"contradiction": "x"}, "not supported"),
        ({"episodes": 9}, "too few cases"),
        ({"episodes": 9, "contradiction": "x"}, "not supported"),
        ({"events": 0, "episodes": 0}, "not testable with this data"),
        ({"absent": "not loaded"}, "not testable with this data"),
        ({"p": math.nan, "p_holm": math.nan}, "not testable with this data"),
        ({"occurrence": True, "hits": 1}, "supported"),
        ({"occurrence": True, "hits": 0}, "not supported"),
        ({"occurrence": True, "hits": 0, "events": 9}, "too few cases"),
    ],
)
def test_the_verdict_follows_the_documented_rule(changes, verdict):
    found, because = judge(Evidence(**(EVIDENCE | changes)))
    assert found == verdict
    assert because


def test_only_figures_that_are_too_good_are_contradicted():
    assert contradiction("mean", 0.03, 0.00, 0.02, 1.0)
    assert not contradiction("mean", -0.01, 0.00, 0.02, 1.0)
    assert contradiction("median", -0.19, -0.10, -0.05, -1.0)
    assert not contradiction("median", -0.02, -0.10, -0.05, -1.0)
    assert contradiction("hit_rate", 1.0, 0.5, 0.99, -1.0)
    assert not contradiction("mean", 0.5, math.nan, math.nan, 1.0)
