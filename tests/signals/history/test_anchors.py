import pandas as pd

from signals.history.anchors import anchor_in_force, day_in_year, in_window, settled


def dates(*texts):
    return pd.DatetimeIndex(texts)


def test_anchor_on_a_session_is_known_that_day():
    found = anchor_in_force(dates("2025-11-20", "2025-11-21", "2025-11-24"))
    assert found.tolist() == [-1, 1, 1]


def test_anchor_before_a_weekend_is_known_on_the_friday():
    # 2026-11-21 is a Saturday, 2021-11-21 a Sunday
    assert anchor_in_force(dates("2026-11-19", "2026-11-20", "2026-11-23")).tolist() == [-1, 1, 1]
    assert anchor_in_force(dates("2021-11-18", "2021-11-19", "2021-11-22")).tolist() == [-1, 1, 1]


def test_anchor_before_a_missing_day_is_known_only_after_it():
    # Friday 2025-11-21 is missing: on Thursday nobody can know that Friday brings no session
    assert anchor_in_force(dates("2025-11-19", "2025-11-20", "2025-11-24")).tolist() == [-1, -1, 1]


def test_anchor_stays_in_force_until_the_next_one():
    days = dates("2023-11-21", "2023-11-22", "2024-05-31", "2024-11-20", "2024-11-21")
    assert anchor_in_force(days).tolist() == [0, 0, 0, 0, 4]


def test_hole_in_place_of_the_anchor_leaves_none():
    days = dates("2023-11-21", "2024-11-08", "2024-11-25", "2024-11-26")
    assert anchor_in_force(days).tolist() == [0, 0, -1, -1]


def test_leap_day_becomes_the_28th():
    days = dates("2023-06-01", "2024-06-01")
    found = day_in_year(days, "02-29").astype("datetime64[D]").astype(str)
    assert found.tolist() == ["2023-02-28", "2024-02-29"]


def test_settled_needs_no_weekday_in_between():
    day = day_in_year(dates("2026-11-19", "2026-11-20", "2026-11-23"), "11-21")
    assert settled(dates("2026-11-19", "2026-11-20", "2026-11-23"), day).tolist() == [
        False,
        True,
        False,
    ]


def test_window_opens_at_its_anchor_and_holds_its_last_day():
    days = dates("2026-11-19", "2026-11-20", "2026-12-15", "2026-12-16")
    assert in_window(days, "11-21", "12-15").tolist() == [False, True, True, False]
