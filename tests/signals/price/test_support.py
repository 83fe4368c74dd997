import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals import evaluate
from signals.history.weeks import week_numbers
from signals.price.support import twenty_week_average


def test_average_is_nineteen_completed_weeks_and_todays_close(build):
    # five sessions a week; every close of week k is k, k = 0, 1, 2, ...
    close = np.repeat(np.arange(30.0), 5) + 100.0
    prices = build.bars(close, build.weekdays("2024-01-01", 150))
    average = twenty_week_average(prices)
    assert average.iloc[: 19 * 5].isna().all()
    # week 19, any day: (sum of 100..118 and 119) / 20
    assert average.iloc[95:100].tolist() == [109.5] * 5
    assert average.iloc[100] == 110.5


def test_current_week_is_todays_close_even_mid_week(build):
    close = np.full(150, 100.0)
    close[97] = 140.0  # a Wednesday in week 19
    average = twenty_week_average(build.bars(close, build.weekdays("2024-01-01", 150)))
    assert average.iloc[97] == 102.0
    assert average.iloc[98] == 100.0  # the Wednesday is no week's close


def test_half_week_has_a_close_of_its_own(build):
    index = build.weekdays("2024-01-01", 150)
    close = np.full(150, 100.0)
    close[52] = 120.0  # Wednesday of week 10, its last session
    prices = build.bars(close, index).drop(index[53:55])
    assert twenty_week_average(prices).loc[index[100]] == 101.0


def test_average_is_unavailable_behind_a_hole(build):
    index = build.weekdays("2024-01-01", 300)
    prices = build.bars(np.full(300, 100.0), index).drop(index[150:165])
    average = twenty_week_average(prices)
    assert average.loc[index[149]] == 100.0
    assert average.loc[index[165] : index[165 + 94]].isna().all()
    assert average.loc[index[165 + 95]] == 100.0


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 1.0))
def test_average_equals_the_definition_read_aloud(seed, kept):
    random = np.random.default_rng(seed)
    index = pd.bdate_range("2023-01-02", periods=160)
    index = index[random.random(160) < kept]
    prices = pd.DataFrame({"close": random.uniform(50, 150, len(index))}, index=index)
    average = twenty_week_average(prices)
    for i in random.choice(len(index), 10):
        past = prices.iloc[: i + 1]
        weekly = past["close"].groupby(week_numbers(past.index)).last()
        gaps = np.diff(past.index[-110:].to_numpy()).astype("timedelta64[D]").astype(int)
        if len(weekly) >= 20 and (gaps <= 10).all():
            assert average.iloc[i] == pytest.approx(weekly.iloc[-20:].mean())


def touched(build, low, close, *, quiet_weeks=40):
    """100 throughout, then one session with this low and close on a Monday."""
    n = 5 * quiet_weeks + 1
    closes = np.full(n, 100.0)
    lows = np.full(n, 100.0)
    closes[:] += np.arange(n) * 0.1  # rises: lows stay above the average once there is one
    lows[:] = closes - 0.01
    lows[-1], closes[-1] = low, close
    return build.closes(closes, low=lows, high=closes + 0.5, open=closes)


def test_touch_and_hold(build):
    # the average on the last day is about 115: 19 weekly closes of the rise and the close
    market = touched(build, low=100.0, close=119.0)
    last = evaluate(market, "weekly_average_touch").iloc[-1]
    average = twenty_week_average(market.prices).iloc[-1]
    assert 110 < average < 119
    assert last["state"] == 1
    assert last["value"] == pytest.approx(100.0 / average - 1.0)
    # the day before it had not been touched
    assert evaluate(market, "weekly_average_touch")["state"].iloc[-2] == 0


def test_touch_that_closes_below_does_not_hold(build):
    assert (
        evaluate(touched(build, low=100.0, close=101.0), "weekly_average_touch")["state"].iloc[-1]
        == 0
    )


def test_tolerance_lets_a_near_miss_touch(build):
    market = touched(build, low=100.0, close=119.0)
    average = twenty_week_average(market.prices).iloc[-1]
    near = touched(build, low=average * 1.003, close=119.0)
    assert evaluate(near, "weekly_average_touch")["state"].iloc[-1] == 0
    assert evaluate(near, "weekly_average_touch", tolerance=0.005)["state"].iloc[-1] == 1


def test_session_without_a_range_has_no_low(build):
    flat = np.linspace(100.0, 120.0, 200)
    market = build.closes(flat, open=flat, high=flat, low=flat)
    assert (evaluate(market, "weekly_average_touch")["state"] == -1).all()
    # the closes alone still say something
    assert (evaluate(market, "weekly_average_close_touch")["state"] == 0).any()


def test_first_touch_needs_twenty_quiet_weeks(build):
    market = touched(build, low=100.0, close=119.0, quiet_weeks=41)
    first = evaluate(market, "weekly_average_first_touch")
    assert first["state"].iloc[-1] == 1
    assert first["value"].iloc[-1] >= 20
    # a second touch one session later is not the first
    prices = market.prices
    again = prices.iloc[[-1]].set_axis(prices.index[-1:] + pd.Timedelta(days=1))
    market = build.market(pd.concat([prices, again]))
    assert evaluate(market, "weekly_average_touch")["state"].iloc[-1] == 1
    assert evaluate(market, "weekly_average_first_touch")["state"].iloc[-1] == 0
    assert evaluate(market, "weekly_average_first_touch")["value"].iloc[-1] == 0.0


def test_first_low_counts_whatever_the_close(build):
    # the average is about 115: the low touches it, and a close of 101 does not hold it
    market = touched(build, low=100.0, close=101.0, quiet_weeks=41)
    assert evaluate(market, "weekly_average_first_touch")["state"].iloc[-1] == 0
    found = evaluate(market, "weekly_average_first_low")
    assert found["state"].iloc[-1] == 1
    # twenty weeks make the first average; 41 - 19 weeks are on record without a touch
    assert (found["state"].iloc[:-1] <= 0).all()


def test_first_low_takes_the_close_where_there_is_one_price(build):
    rising = touched(build, low=100.0, close=101.0, quiet_weeks=41).prices.copy()
    flat = rising.index[-30]
    rising.loc[flat, ["open", "high", "low"]] = rising.loc[flat, "close"]
    market = build.market(rising)
    assert evaluate(market, "weekly_average_first_touch")["state"].iloc[-1] == -1
    assert evaluate(market, "weekly_average_first_low")["state"].iloc[-1] == 1
    # a close at the average on that session is a touch: the last one is no first
    rising.loc[flat, ["open", "high", "low", "close"]] = 100.0
    seen = evaluate(build.market(rising), "weekly_average_first_low")["state"]
    assert seen.iloc[-1] == 0


def test_first_touch_is_unavailable_before_the_quiet_weeks_are_on_record(build):
    market = touched(build, low=100.0, close=112.0, quiet_weeks=30)
    assert evaluate(market, "weekly_average_touch")["state"].iloc[-1] == 1
    assert evaluate(market, "weekly_average_first_touch")["state"].iloc[-1] == -1


def spy(build, low, close, volume):
    index = build.weekdays("2024-01-01", len(close))
    frame = pd.DataFrame(
        {"close": close, "high": np.asarray(close) + 1.0, "low": low, "volume": volume}, index
    ).astype(float)
    return build.market(build.bars(np.full(len(close), 100.0), index), build.observed("spy", frame))


def test_anchored_vwap_starts_at_the_swing_low_once_it_is_confirmed(build):
    close = [12.0, 11.0, 10.0, 11.0, 12.0, 12.0, 11.5]
    low = [11.0, 10.0, 9.0, 10.0, 11.0, 11.0, 10.0]
    volume = [1, 1, 2, 2, 4, 4, 4]
    found = evaluate(spy(build, low, close, volume), "anchored_vwap_touch", confirm=2)
    # swing low at row 2, known at row 4; typical prices from it: 10, 11, 12, 12, 11.333...
    assert (found["state"].iloc[:4] == -1).all()
    vwap = (2 * 10 + 2 * 11 + 4 * 12) / 8
    assert found["value"].iloc[4] == pytest.approx(11.0 / vwap - 1.0)
    assert found["state"].iloc[4] == 1  # low 11 <= 11.25 <= close 12
    assert found["state"].iloc[6] == 1


def test_anchored_vwap_is_unavailable_without_volume(build):
    index = build.weekdays("2024-01-01", 40)
    frame = pd.DataFrame({"close": 10.0, "high": 11.0, "low": 9.0}, index)
    market = build.market(build.bars(np.full(40, 100.0), index), build.observed("spy", frame))
    assert (evaluate(market, "anchored_vwap_touch")["state"] == -1).all()
