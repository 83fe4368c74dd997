import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.history.bars import pivots
from signals.others.smallcaps import _trend_line


def small_caps(build, close, series_id="russell2000", start="2024-01-01", **columns):
    index = build.weekdays(start, len(close))
    frame = pd.DataFrame({"close": np.asarray(close, float), **columns}, index).astype(float)
    return build.market(
        build.bars(np.full(len(close), 100.0), index), build.observed(series_id, frame)
    )


PEAKS = [90.0, 95, 100, 95, 90, 92, 94, 92, 90, 89, 91, 92, 93]


def test_break_of_a_falling_line_through_two_confirmed_highs(build):
    # swing highs 100 (row 2) and 94 (row 6), known from row 8 on; the line falls 1.5 a row
    found = evaluate(small_caps(build, PEAKS), "small_cap_trend_break", confirm=2)
    assert (found["state"].iloc[:8] == -1).all()
    line = 94.0 - 1.5 * (np.arange(8, 13) - 6)
    assert found["value"].iloc[8:].to_numpy() == pytest.approx(np.array(PEAKS[8:]) / line - 1.0)
    assert found["state"].iloc[8:].tolist() == [0, 0, 1, 1, 1]


def test_rising_line_is_no_downtrend(build):
    rising = [90.0, 95, 94, 90, 89, 96, 98, 92, 90, 120, 130]
    found = evaluate(small_caps(build, rising), "small_cap_trend_break", confirm=1)
    assert found["value"].iloc[-1] > 0.0
    assert found["state"].iloc[-1] == 0


def test_swing_high_that_is_too_old_no_longer_counts(build):
    close = [*PEAKS, *([93.0] * 10)]
    found = evaluate(small_caps(build, close), "small_cap_trend_break", confirm=2, lookback=12)
    # row 2 leaves a window of 12 rows after row 13
    assert found["state"].iloc[13] == 1
    assert found["state"].iloc[14] == -1


def test_trend_line_equals_a_naive_search():
    random = np.random.default_rng(11)
    close = 100.0 * np.exp(np.cumsum(random.normal(0, 0.01, 600)))
    segment = np.repeat([0, 1], [250, 350])
    k, lookback = 4, 90
    line, falling = _trend_line(close, segment, k, lookback)
    swings = np.flatnonzero(pivots(close, k, segment, high=True))
    for t in range(600):
        seen = [p for p in swings if p + k <= t and p > t - lookback and segment[p] == segment[t]]
        if len(seen) < 2:
            assert np.isnan(line[t])
            continue
        a, b = sorted(sorted(seen, key=lambda p: close[p])[-2:])
        slope = (close[b] - close[a]) / (b - a)
        assert line[t] == pytest.approx(close[b] + slope * (t - b))
        assert falling[t] == float(slope < 0)


def test_new_high_of_the_month_to_date(build):
    # 2024-01-29 is a Monday: three sessions of January, then February
    close = [50.0, 60, 55, 10, 11, 12, 11, 13, 12, 13, 14]
    found = evaluate(
        small_caps(build, close, start="2024-01-29"), "small_cap_monthly_high", min_sessions=3
    )
    # the data enter January in its middle; February's first sessions are too few
    assert found["state"].tolist() == [-1, -1, -1, -1, -1, 1, 0, 1, 0, 1, 1]


def test_index_is_read_before_the_fund_and_the_fund_where_the_index_ends(build):
    index = build.weekdays("2024-01-01", 60)
    up, down = np.linspace(100, 160, 60), np.linspace(160, 100, 60)
    market = build.market(
        build.bars(np.full(60, 100.0), index),
        build.observed("russell2000", pd.DataFrame({"close": up[:40]}, index[:40])),
        build.observed("iwm", pd.DataFrame({"close": down}, index)),
    )
    found = evaluate(market, "small_cap_strength", average=5, channel=5)
    assert found["state"].iloc[39] == 1
    # seven days after the index's last row the fund counts
    assert found["state"].iloc[-1] == 0
    assert found["stamp"].iloc[-1] == index[-1]


def test_strength_needs_average_and_channel(build):
    close = [10.0, 12.0, 11.0, 11.5, 12.5]
    found = evaluate(small_caps(build, close), "small_cap_strength", average=3, channel=3)
    assert found["state"].tolist() == [-1, -1, -1, 0, 1]
    assert found["value"].iloc[-1] == pytest.approx(12.5 / 12.0 - 1.0)


def test_three_weeks_up_is_seen_at_the_third_week_end(build):
    week = np.repeat([10.0, 11.0, 12.0, 13.0, 12.0], 5)
    found = evaluate(small_caps(build, week), "small_cap_weeks_up")
    assert (found["state"].iloc[:19] == -1).all()
    assert found["state"].iloc[19:24].tolist() == [1] * 5
    assert found["value"].iloc[19] == 3.0
    assert found["state"].iloc[24] == 0
    assert found["value"].iloc[24] == 0.0
    # between week ends the figure is of the last completed week
    assert found["stamp"].iloc[22] == found.index[19]
    assert found["known_at"].iloc[22] == found.index[19]


@pytest.mark.parametrize(
    ("week", "state"),
    [
        ((100.0, 101.0, 97.9, 100.9), 1),  # body 0.9, lower shadow 2.1, upper 0.1
        ((100.0, 102.0, 98.0, 100.9), 0),  # upper shadow 1.1 is more than half the body
        ((100.0, 101.0, 99.0, 100.9), 0),  # lower shadow 1.0 is less than twice the body
        ((100.9, 101.0, 97.0, 100.0), 1),  # a falling body hangs all the same
        ((100.0, 100.0, 98.0, 100.0), 1),  # no body, no upper shadow
        ((100.0, 100.0, 100.0, 100.0), 0),  # no range at all
    ],
)
def test_hammer_is_read_on_the_completed_week(build, week, state):
    open_, high, low, close = week
    n = 10
    opens, closes = np.full(n, 100.0), np.full(n, 100.0)
    highs, lows = np.full(n, 100.0), np.full(n, 100.0)
    opens[5], closes[9] = open_, close
    highs[5:], lows[5:] = min(high, max(open_, close, 100.0)), max(low, min(open_, close, 100.0))
    highs[7], lows[7] = high, low
    market = small_caps(
        build,
        closes,
        "iwm",
        open=opens,
        high=np.maximum(highs, closes),
        low=np.minimum(lows, closes),
    )
    found = evaluate(market, "small_cap_hammer")
    assert (found["state"].iloc[:9] == -1).all()  # the first week may have begun before the data
    assert found["state"].iloc[9] == state


def test_hammer_needs_more_than_closes(build):
    market = small_caps(build, np.full(10, 100.0), "iwm")
    assert (evaluate(market, "small_cap_hammer")["state"] == -1).all()
