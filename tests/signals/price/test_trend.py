import numpy as np
import pytest

from signals import evaluate


def test_streak_counts_closes_above_the_average(build):
    # three flat closes, then a rise: with window 3, every rising close is above its average
    market = build.closes([10.0, 10.0, 10.0, 11.0, 12.0, 13.0, 9.0, 14.0])
    found = evaluate(market, "streak_above_average", window=3, length=2)
    assert found["value"].fillna(-1).tolist() == [-1, -1, 0, 1, 2, 3, 0, 1]
    assert found["state"].tolist() == [-1, -1, 0, 0, 1, 1, 0, 0]


def test_event_is_the_first_day_of_the_state(build):
    market = build.closes([10.0, 10.0, 10.0, 11.0, 12.0, 13.0, 9.0, 14.0, 15.0])
    found = evaluate(market, "streak_reached", window=3, length=2)
    assert found["state"].tolist() == [-1, -1, 0, 0, 1, 0, 0, 0, 1]


def test_streak_that_began_before_the_data_is_unknown_until_long_enough(build):
    found = evaluate(
        build.closes(np.arange(10.0, 18.0)), "streak_above_average", window=3, length=4
    )
    # from row 2 on above its average; of a true length nobody can tell until it exceeds 4
    assert found["state"].tolist() == [-1] * 6 + [1, 1]


def test_streak_ends_at_a_hole(build):
    index = build.weekdays("2024-01-01", 6).append(build.weekdays("2024-03-04", 6))
    close = [10.0, 10.0, 10.0, 11.0, 12.0, 13.0, 13.0, 13.0, 13.0, 14.0, 15.0, 16.0]
    market = build.market(build.bars(close, index))
    found = evaluate(market, "streak_above_average", window=3, length=2)
    assert found["state"].tolist() == [-1, -1, 0, 0, 1, 1, -1, -1, 0, 0, 1, 1]


def test_trend_followers_are_short_below_most_averages(build):
    falling = evaluate(build.closes(np.linspace(200.0, 100.0, 260)), "trend_followers")
    assert (falling["state"].iloc[:249] == -1).all()
    assert falling["value"].iloc[-1] == -1.0
    assert falling["state"].iloc[-1] == 1
    rising = evaluate(build.closes(np.linspace(100.0, 200.0, 260)), "trend_followers")
    assert rising["value"].iloc[-1] == 1.0
    assert rising["state"].iloc[-1] == 0


def test_trend_veto_is_met_at_three_of_four(build):
    # above the 20-day average only: mean of signs is (1 - 3) / 4
    close = np.linspace(200.0, 100.0, 260)
    close[-1] = close[-20:].mean() * 1.02
    found = evaluate(build.closes(close), "trend_followers").iloc[-1]
    assert found["value"] == pytest.approx(-0.5)
    assert found["state"] == 1
