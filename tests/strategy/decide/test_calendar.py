"""The plan's calendar: anchors, entries, exits, windows; weekends, holidays, ends of data."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.errors import InputError
from strategy.decide.calendar import Schedule, day_of, last_on_or_before, passed, schedule
from tests.strategy.tiny_market import make_plan, weekdays

# 21 November 2020 is a Saturday, 2021 a Sunday, 2022 a Monday; 15 December 2020 is a Tuesday.
LONG = weekdays("2019-06-03", "2023-03-31")


def vintages(sessions: pd.DatetimeIndex, **changes: object) -> dict[int, Schedule]:
    return {v.year: v for v in schedule(sessions, make_plan(**changes))}


def dates(sessions: pd.DatetimeIndex, v: Schedule) -> dict[str, str | None]:
    return {
        name: f"{sessions[at]:%Y-%m-%d}" if (at := getattr(v, name)) >= 0 else None
        for name in ("anchor", "entry", "last", "hedge_first", "hedge_last")
    }


def test_each_role_falls_on_the_session_the_design_names():
    found = vintages(LONG)
    assert list(found) == [2019, 2020, 2021, 2022]
    assert dates(LONG, found[2021]) == {
        "anchor": "2021-11-19",  # the 21st is a Sunday: last session on or before it
        "entry": "2021-11-22",
        "last": "2021-12-15",
        "hedge_first": "2022-01-03",  # the 1st is a Saturday: first session on or after it
        "hedge_last": "2022-12-30",  # the 31st is a Saturday
    }
    assert found[2021].timed and found[2021].hedge_timed and found[2021].complete


@pytest.mark.parametrize(
    ("holidays", "anchor", "entry"),
    [
        ([], "2022-11-21", "2022-11-22"),
        (["2022-11-21"], "2022-11-18", "2022-11-22"),
        (["2022-11-22", "2022-11-23"], "2022-11-21", "2022-11-24"),
    ],
    ids=["session_on_the_day", "anchor_on_a_holiday", "holidays_after_the_anchor"],
)
def test_holidays_move_the_anchor_back_and_the_entry_on(holidays, anchor, entry):
    sessions = weekdays("2022-01-03", "2023-01-31", holidays)
    found = dates(sessions, vintages(sessions)[2022])
    assert (found["anchor"], found["entry"]) == (anchor, entry)


def test_a_holiday_on_exit_by_moves_the_exit_back():
    sessions = weekdays("2022-01-03", "2023-01-31", ["2022-12-15", "2022-12-14"])
    found = vintages(sessions)[2022]
    assert dates(sessions, found)["last"] == "2022-12-13"
    assert found.timed


# --- data that end early ----------------------------------------------------------------------


def test_data_that_end_before_the_anchor_hold_no_vintage():
    # 19 November 2021 is a Friday; the anchor's day is the Sunday after: Thursday is too early
    assert 2021 not in vintages(LONG[LONG <= "2021-11-18"])


def test_data_that_end_on_the_anchor_hold_a_vintage_without_an_entry():
    cut = LONG[LONG <= "2021-11-19"]  # no weekday is left up to the 21st
    found = vintages(cut)[2021]
    assert found.entry == -1
    assert not found.timed and not found.complete


def test_data_that_end_the_day_after_the_anchor_hold_an_entry_without_an_exit():
    cut = LONG[LONG <= "2021-11-22"]
    found = vintages(cut)[2021]
    assert cut[found.entry] == cut[found.last] == pd.Timestamp("2021-11-22")
    assert not found.timed


@pytest.mark.parametrize(
    ("end", "timed"),
    [("2021-12-14", False), ("2021-12-15", True), ("2021-12-16", True)],
)
def test_an_exit_is_timed_once_its_session_is_there(end, timed):
    assert vintages(LONG[LONG <= end])[2021].timed is timed


def test_an_exit_before_a_weekend_is_certain_on_the_friday():
    # 15 December 2019 is a Sunday
    assert vintages(LONG[LONG <= "2019-12-12"])[2019].timed is False
    assert vintages(LONG[LONG <= "2019-12-13"])[2019].timed is True


@pytest.mark.parametrize(("end", "complete"), [("2022-12-29", False), ("2022-12-30", True)])
def test_a_vintage_is_complete_on_its_windows_last_session(end, complete):
    assert vintages(LONG[LONG <= end])[2021].complete is complete


def test_before_the_next_year_begins_there_is_no_window():
    found = vintages(LONG[LONG <= "2021-12-31"])[2021]
    assert (found.hedge_first, found.hedge_last, found.hedge_timed) == (-1, -1, False)


def test_on_its_first_session_the_window_has_one():
    cut = LONG[LONG <= "2022-01-03"]
    found = vintages(cut)[2021]
    assert found.hedge_first == found.hedge_last == len(cut) - 1


# --- windows, anchors, leap days --------------------------------------------------------------


def test_a_short_window_begins_and_ends_on_the_sessions_inside_it():
    found = vintages(LONG, hedge__window={"start": "03-05", "end": "06-05"})[2021]
    # 5 March 2022 is a Saturday, 5 June 2022 a Sunday
    assert LONG[found.hedge_first] == pd.Timestamp("2022-03-07")
    assert LONG[found.hedge_last] == pd.Timestamp("2022-06-03")


def test_a_window_whose_days_are_sessions_begins_and_ends_on_them():
    found = vintages(LONG, hedge__window={"start": "03-07", "end": "06-06"})[2021]
    assert LONG[found.hedge_first] == pd.Timestamp("2022-03-07")
    assert LONG[found.hedge_last] == pd.Timestamp("2022-06-06")


def test_a_window_of_one_weekend_is_no_window():
    found = vintages(LONG, hedge__window={"start": "03-05", "end": "03-06"})[2021]
    assert (found.hedge_first, found.hedge_last) == (-1, -1)


def test_the_leap_day_becomes_the_28th_in_other_years():
    assert day_of(2024, "02-29") == pd.Timestamp("2024-02-29")
    assert day_of(2023, "02-29") == pd.Timestamp("2023-02-28")
    assert day_of(1900, "02-29") == pd.Timestamp("1900-02-28")
    assert day_of(2000, "02-29") == pd.Timestamp("2000-02-29")


def test_a_plan_anchored_on_the_leap_day_runs_every_year():
    sessions = weekdays("2019-01-01", "2022-12-30")
    found = vintages(sessions, anchor="02-29", tactical__exit_by="03-15")
    assert {y: dates(sessions, v)["anchor"] for y, v in found.items()} == {
        2019: "2019-02-28",
        2020: "2020-02-28",  # the 29th is a Saturday
        2021: "2021-02-26",
        2022: "2022-02-28",
    }


def test_an_exit_date_that_falls_on_the_anchor_leaves_no_session_for_a_leg():
    sessions = weekdays("2019-01-01", "2022-12-30")
    found = vintages(sessions, anchor="02-28", tactical__exit_by="02-29")
    assert found[2022].entry == -1
    assert found[2022].timed


def test_an_exit_date_on_the_weekend_after_the_anchor_leaves_no_session_for_a_leg():
    # 18 November 2022 is a Friday
    sessions = weekdays("2022-01-03", "2023-12-29")
    found = vintages(sessions, anchor="11-18", tactical__exit_by="11-20")
    assert found[2022].entry == -1


# --- holes ------------------------------------------------------------------------------------


def test_a_year_without_data_round_the_anchor_is_no_vintage():
    hole = LONG[(LONG < "2020-11-02") | (LONG > "2020-12-31")]
    assert list(vintages(hole)) == [2019, 2021, 2022]


def test_an_anchor_ten_days_before_its_date_still_counts_and_eleven_do_not():
    # the 21st is a Saturday in 2020; the last session is the 11th or the 10th
    after = LONG > "2020-11-21"
    assert 2020 in vintages(LONG[(LONG <= "2020-11-11") | after])
    assert 2020 not in vintages(LONG[(LONG <= "2020-11-10") | after])


def test_a_hole_right_after_the_anchor_leaves_no_entry():
    hole = LONG[(LONG <= "2020-11-20") | (LONG > "2020-12-04")]
    assert vintages(hole)[2020].entry == -1


def test_a_vintage_whose_whole_window_is_a_hole_is_not_complete():
    hole = LONG[(LONG <= "2020-12-31") | (LONG >= "2022-01-03")]
    assert not vintages(hole)[2020].complete


@pytest.mark.parametrize(
    ("gone_from", "gone_to"),
    [("2021-11-29", "2022-01-14"), ("2022-10-03", "2023-01-31"), ("2022-01-03", "2022-09-30")],
    ids=["exit_in_a_hole", "window_end_in_a_hole", "window_start_in_a_hole"],
)
def test_a_vintage_that_ends_or_begins_in_a_hole_is_not_complete(gone_from, gone_to):
    hole = LONG[(LONG < gone_from) | (LONG > gone_to)]
    assert not vintages(hole)[2021].complete


# --- which years ------------------------------------------------------------------------------


def test_the_start_is_the_first_day_that_can_be_an_anchor():
    assert 2020 in vintages(LONG, data__start=dt.date(2020, 11, 20))
    assert 2020 not in vintages(LONG, data__start=dt.date(2020, 11, 21))


def test_the_start_moves_no_session_of_later_vintages():
    assert vintages(LONG)[2022] == vintages(LONG, data__start=dt.date(2022, 1, 1))[2022]


def test_named_years_run_alone():
    assert list(vintages(LONG, vintages=[2019, 2022])) == [2019, 2022]


@pytest.mark.parametrize("years", [[1999], [2019, 2035], [2023]])
def test_a_named_year_without_data_is_refused_with_the_range(years):
    with pytest.raises(InputError, match=f"no vintage for {years[-1]}.*2019 to 2022.*2023-03-31"):
        schedule(LONG, make_plan(vintages=years))


def test_data_without_any_anchor_are_refused():
    with pytest.raises(InputError, match=r"no anchor.*2020-01-01 to 2020-10-30"):
        schedule(weekdays("2020-01-01", "2020-10-30"), make_plan())


# --- what can be known when -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "day", "certain"),
    [
        ("2021-11-19", "2021-11-21", True),  # Friday, Sunday
        ("2021-11-18", "2021-11-21", False),  # Thursday: Friday may come
        ("2021-11-19", "2021-11-22", False),  # Friday: Monday may come
        ("2021-11-22", "2021-11-22", True),
        ("2021-11-23", "2021-11-22", True),
    ],
)
def test_a_day_is_passed_when_no_weekday_is_left_up_to_it(last, day, certain):
    assert passed(LONG[LONG <= last], pd.Timestamp(day)) is certain


def test_nothing_is_passed_without_sessions():
    assert passed(LONG[:0], pd.Timestamp("2021-11-21")) is False


def test_the_last_session_on_or_before_a_day_before_all_sessions_is_none():
    assert last_on_or_before(LONG, pd.Timestamp("2019-06-02")) == -1
    assert last_on_or_before(LONG, pd.Timestamp("2019-06-03")) == 0


@settings(max_examples=60)
@given(
    st.integers(200, len(LONG)),
    st.sets(st.integers(0, len(LONG) - 1), max_size=40),
    st.sampled_from(["12-01", "12-15", "12-31"]),
)
def test_a_vintage_that_is_complete_is_the_same_with_longer_data(keep, holidays, exit_by):
    sessions = LONG.delete(sorted(holidays))
    cut = sessions[sessions <= LONG[keep - 1]]
    changes = {"tactical__exit_by": exit_by}
    try:
        known = vintages(cut, **changes)
    except InputError:
        return
    whole = vintages(sessions, **changes)
    for year, v in known.items():
        assert v.anchor == whole[year].anchor
        if v.complete:
            assert v == whole[year]
