"""Windows end where the words say, and a window that the data cut short is none."""

import numpy as np
import pandas as pd
import pytest

from strategy.audit.claims.parts import Horizon
from strategy.audit.study.windows import fixed_length, known_until, months_of, windows
from strategy.decide.calendar import passed
from tests.strategy.tiny_market import weekdays

SESSIONS = weekdays("2020-01-01", "2021-12-31", ["2020-12-25"])


def at(day):
    return int(SESSIONS.get_indexer([pd.Timestamp(day)])[0])


def ends(horizon, *days):
    found = windows(SESSIONS, np.array([at(d) for d in days]), Horizon.model_validate(horizon))
    return [None if e < 0 else f"{SESSIONS[e]:%Y-%m-%d}" for e in found.end], found


def test_sessions_are_counted_from_the_event():
    assert ends({"sessions": 3}, "2020-01-02")[0] == ["2020-01-07"]


def test_a_window_that_reaches_past_the_data_is_dropped_and_told():
    last, found = ends({"sessions": 1}, "2021-12-31", "2021-12-30")
    assert last == [None, "2021-12-31"]
    assert found.beyond.tolist() == [True, False]


def test_months_end_on_the_last_session_on_or_before_the_same_day():
    # 2020-02-01 is a Saturday; one month after 31 January is the 29th of a leap year, a Saturday
    assert ends({"months": 1}, "2020-01-01", "2020-01-31")[0] == ["2020-01-31", "2020-02-28"]


def test_a_month_that_ends_on_the_weekend_after_the_data_is_whole():
    sessions = weekdays("2020-01-01", "2020-05-29")  # a Friday; the month ends on Sunday
    found = windows(sessions, np.array([sessions.get_loc("2020-04-30")]), Horizon(months=1))
    assert found.end.tolist() == [len(sessions) - 1]
    found = windows(sessions[:-1], np.array([sessions.get_loc("2020-04-30")]), Horizon(months=1))
    assert found.end.tolist() == [-1]
    assert found.beyond.tolist() == [True]


def test_until_means_the_next_such_day():
    assert ends({"until": "12-15"}, "2020-11-20", "2020-12-15")[0] == ["2020-12-15", "2021-12-15"]
    assert ends({"until": "12-25"}, "2020-11-20")[0] == ["2020-12-24"]  # a holiday


def test_next_year_runs_from_the_last_close_of_the_event_s_year():
    last, found = ends({"year": "next"}, "2020-03-02", "2021-03-02")
    assert last == ["2021-12-31", None]
    assert SESSIONS[found.start[0]] == pd.Timestamp("2020-12-31")


def test_a_year_that_is_cut_short_is_no_year():
    short = SESSIONS[SESSIONS < "2021-12-30"]
    found = windows(short, np.array([at("2020-03-02")]), Horizon(year="next"))
    assert found.end.tolist() == [-1]


def test_months_of_leaves_out_the_first_and_a_last_one_that_is_cut_short():
    sessions = weekdays("2020-01-15", "2020-04-15")
    month, found = months_of(sessions)
    assert [str(m) for m in month.astype("datetime64[M]")] == ["2020-02", "2020-03", "2020-04"]
    assert found.whole.tolist() == [True, True, False]
    assert sessions[found.start[0]] == pd.Timestamp("2020-01-31")
    assert sessions[found.end[0]] == pd.Timestamp("2020-02-28")


def test_no_window_reaches_across_a_hole_in_the_data():
    sessions = SESSIONS[(SESSIONS < "2020-02-01") | (SESSIONS > "2020-03-01")]
    hole = int(sessions.searchsorted(pd.Timestamp("2020-02-01")))
    found = fixed_length(sessions, np.array([hole - 3, hole]), 4)
    assert found.whole.tolist() == [False, True]
    assert not found.beyond.any()


@pytest.mark.parametrize("end", ["2020-05-28", "2020-05-29", "2020-05-30", "2020-06-01"])
def test_known_until_agrees_with_the_plan_s_calendar(end):
    sessions = weekdays("2020-01-01", end)
    last = known_until(sessions)
    assert passed(sessions, last)
    assert not passed(sessions, last + pd.Timedelta(days=1))


def test_no_event_has_no_window():
    none = np.zeros(0, dtype=np.int64)
    for horizon in ({"sessions": 1}, {"months": 1}, {"until": "12-15"}, {"year": "next"}):
        assert not len(windows(SESSIONS, none, Horizon.model_validate(horizon)).end)
