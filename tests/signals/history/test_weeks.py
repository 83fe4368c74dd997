import numpy as np
import pandas as pd
import pytest

from signals.history.weeks import completes_week, easter_sunday, week_numbers, weekly_bars


@pytest.mark.parametrize(
    "day", ["1961-04-02", "2000-04-23", "2019-04-21", "2024-03-31", "2025-04-20"]
)
def test_easter(day):
    assert easter_sunday(int(day[:4])) == np.datetime64(day)


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2025-11-21", True),  # a Friday
        ("2025-11-20", False),  # an ordinary Thursday
        ("2025-04-17", True),  # Thursday before Good Friday
        ("2026-07-02", True),  # Independence Day on a Saturday is kept on Friday the 3rd
        ("2020-12-24", True),  # Christmas on a Friday
        ("2010-12-30", False),  # New Year on a Saturday is not kept on the Friday
        ("2015-12-31", True),  # New Year on a Friday
        ("2026-06-18", True),  # Juneteenth on a Friday
        ("2020-06-18", False),  # not yet a holiday
        ("2025-11-28", True),  # half day after Thanksgiving
        ("2025-11-26", False),  # Wednesday before Thanksgiving: Friday is a session
        ("2024-06-01", True),  # a Saturday
    ],
)
def test_end_of_week_is_decided_by_the_calendar_alone(day, ends):
    assert completes_week(pd.DatetimeIndex([day])).tolist() == [ends]


def test_week_begins_on_monday():
    days = pd.DatetimeIndex(["1969-12-29", "1970-01-01", "1970-01-04", "1970-01-05"])
    assert week_numbers(days).tolist() == [0, 0, 0, 1]


def test_week_is_seen_on_its_friday_and_not_before(build):
    # two whole weeks from Monday 2024-01-01: closes 1..5, 6..10
    index = build.weekdays("2024-01-01", 10)
    prices = build.bars(np.arange(1.0, 11.0), index)
    found = weekly_bars(prices, 2)
    assert np.isnan(found.close[:4]).all()
    assert found.close[4].tolist()[0] == 5.0
    assert found.close[8, 0] == 5.0
    assert found.close[9].tolist() == [10.0, 5.0]
    assert found.last[[4, 8, 9]].tolist() == [4, 4, 9]
    # the second week: opens at its Monday's open, and its range is that of its days
    assert found.open[9, 0] == prices["open"].iloc[5]
    assert found.high[9, 0] == pytest.approx(10.1)
    assert found.low[9, 0] == pytest.approx(6 * 0.99)


def test_first_week_of_the_data_has_a_close_but_no_bar(build):
    found = weekly_bars(build.bars(np.arange(1.0, 11.0), build.weekdays("2024-01-01", 10)), 2)
    assert found.close[9, 1] == 5.0
    assert np.isnan(found.open[9, 1])


def test_half_week_counts_from_the_next_weeks_first_session(build):
    # Monday and Tuesday, then nothing until the next Monday
    index = pd.DatetimeIndex(["2024-01-05", "2024-01-08", "2024-01-09", "2024-01-15", "2024-01-16"])
    found = weekly_bars(build.bars([1.0, 2.0, 3.0, 4.0, 5.0], index), 2)
    assert found.close[2].tolist()[0] == 1.0
    assert found.close[3].tolist() == [3.0, 1.0]
    assert found.last[[2, 3, 4]].tolist() == [0, 2, 2]
    assert found.seen[[2, 3, 4]].tolist() == [0, 3, 3]


def test_session_after_an_expected_week_end_changes_nothing_before_it(build):
    # a session on Good Friday, which the calendar does not expect
    index = build.weekdays("2025-04-07", 10)
    prices = build.bars(np.arange(1.0, 11.0), index)
    found, cut = weekly_bars(prices, 2), weekly_bars(prices.iloc[:9], 2)
    assert found.close[8].tolist() == cut.close[8].tolist() == [9.0, 5.0]
    assert found.close[9].tolist() == [10.0, 5.0]


def test_hole_leaves_no_week_behind_it(build):
    index = build.weekdays("2024-01-01", 10).append(build.weekdays("2024-02-05", 5))
    found = weekly_bars(build.bars(np.arange(1.0, 16.0), index), 2)
    assert np.isnan(found.close[13]).all()
    assert found.close[14, 0] == 15.0
    assert np.isnan(found.close[14, 1])


def test_weekly_bars_equal_a_naive_reading_of_the_past(synthetic):
    prices = synthetic.prices.iloc[:1500]
    found = weekly_bars(prices, 3)
    for i in np.random.default_rng(3).choice(np.arange(60, 1500), 60, replace=False):
        past = prices.iloc[: i + 1]
        weeks = [week for _, week in past.groupby(week_numbers(past.index))]
        if not completes_week(past.index)[-1]:
            weeks = weeks[:-1]
        newest = weeks[::-1][:3]
        assert found.close[i].tolist() == [w["close"].iloc[-1] for w in newest]
        assert found.open[i].tolist() == [w["open"].iloc[0] for w in newest]
        assert found.high[i].tolist() == [w["high"].max() for w in newest]
        assert found.low[i].tolist() == [w["low"].min() for w in newest]
        assert prices.index[found.last[i]] == newest[0].index[-1]
