"""The week, the year and the holes of a calendar."""

from __future__ import annotations

import pandas as pd
import pytest

from market.judge.days import holes, rhythm, rows_a_year

WEEKDAYS = pd.bdate_range("2006-01-02", "2007-12-31")


@pytest.mark.parametrize(
    ("days", "rows"),
    [
        (WEEKDAYS, 252.0),
        (WEEKDAYS[(WEEKDAYS < "2006-05-01") | (WEEKDAYS > "2006-12-01")], 252.0),
        (pd.date_range("2006-01-01", "2006-12-31"), 365.0),
        (pd.date_range("2006-01-06", periods=60, freq="W-FRI"), 52.0),
        (pd.date_range("2006-01-31", periods=60, freq="ME"), 12.0),
    ],
)
def test_rows_of_a_year_come_from_the_dates(days, rows):
    assert rows_a_year(days) == rows


def test_a_hole_is_longer_than_any_holiday():
    days = WEEKDAYS[(WEEKDAYS <= "2006-09-08") | (WEEKDAYS >= "2006-09-20")]
    assert holes(days) == []  # twelve days
    days = WEEKDAYS[(WEEKDAYS <= "2006-09-08") | (WEEKDAYS >= "2006-09-21")]
    (before, after), *more = holes(days)
    assert (days[before], days[after]) == (pd.Timestamp("2006-09-08"), pd.Timestamp("2006-09-21"))
    assert more == []


def test_a_few_rows_have_no_rhythm_but_the_daily_one():
    assert rhythm(WEEKDAYS[:2]) == "daily"
