"""Signals on real history: figures that were computed independently of this code."""

import numpy as np
import pytest

from signals import RULES, evaluate
from signals.price.resistance import structural_levels
from signals.price.support import twenty_week_average
from tests.tolerances import LONG_SUMS, ROUNDING, printed

#: The last session whose figures are written down below; later data change none of them.
LAST = "2025-01-31"


def averages(close, day):
    """The mean of the last closes of twenty weeks, the day's own unfinished week being one."""
    return close.loc[:day].resample("W-FRI").last().dropna().tail(20).mean()


@pytest.fixture(scope="module")
def with_lows(bundled, build):
    """From 1962 on: earlier sessions have no lows."""
    return build.market(bundled.prices.loc["1962-01-01":LAST])


def test_levels_of_the_anchor_of_2024(bundled):
    prices = bundled.prices
    support = averages(prices["close"], "2024-11-21")
    assert twenty_week_average(prices).loc["2024-11-21"] == pytest.approx(support, abs=LONG_SUMS)
    found = structural_levels(prices, "2024-11-21")
    assert found.support == pytest.approx(support, abs=LONG_SUMS)
    assert found.zone_low == 6001.35  # the highest close so far, of 2024-11-11
    assert found.zone_high == 6100.0  # the next hundred
    assert found.extension_low == pytest.approx(6100.0 + (6100.0 - support), abs=LONG_SUMS)
    assert found.extension_high == 6600.0  # the next hundred after 6531.74


def test_touch_and_hold_of_2024_09_11_is_true(bundled):
    # the low was 5406.96
    found = evaluate(bundled, "weekly_average_touch").loc["2024-09-11"]
    assert found["state"] == 1
    average = averages(bundled.prices["close"], "2024-09-11")
    assert found["value"] == pytest.approx(5406.96 / average - 1.0, abs=1e-6)
    assert bundled.prices["close"].loc["2024-09-11"] > average


def test_streaks_are_those_of_a_count_by_hand(with_lows):
    close = with_lows.prices["close"].to_numpy()
    by_hand, run = [], 0
    for i in range(len(close)):
        run = run + 1 if i >= 49 and close[i] > close[i - 49 : i + 1].mean() else 0
        by_hand.append(run)
    streak = evaluate(with_lows, "streak_above_average")["value"].to_numpy()
    since = 500  # a streak that may have begun before the data is unknown
    np.testing.assert_array_equal(streak[since:], by_hand[since:])
    days = with_lows.sessions
    first = [str(d.date()) for d, n in zip(days, by_hand, strict=True) if n == 138]
    event = evaluate(with_lows, "streak_reached")["state"]
    assert [str(day.date()) for day in event.index[event == 1]] == first


def test_long_streak_and_twenty_week_touch_never_fell_on_one_day(with_lows):
    streak = evaluate(with_lows, "streak_above_average")["value"]
    gap = with_lows.prices["low"] / twenty_week_average(with_lows.prices) - 1.0
    long = streak >= 138
    assert long.sum() == 132
    assert (gap[long] <= 0.0).sum() == 0
    over_fifty = streak >= 50
    assert over_fifty.sum() == 2108
    assert (gap[over_fifty] <= 0.0).sum() == 0
    assert gap[over_fifty].min() == pytest.approx(0.0056, abs=printed(4))


def test_ratio_zone_is_touched_on_the_first_high_at_6180_by_5950_of_the_anchor(with_lows):
    touched = evaluate(with_lows, "zone_touched")
    days, happened = with_lows.sessions, 0
    for year in range(1963, 2024):
        anchor = days[days <= f"{year}-11-21"][-1]
        season = days[(days > anchor) & (days <= f"{year + 1}-11-20")]
        level = with_lows.prices["close"][anchor] * 6180 / 5950
        high = with_lows.prices["high"][season]
        state = touched["state"][season]
        assert touched["threshold"][season[0]] == pytest.approx(level, rel=ROUNDING)
        assert list(state.index[state == 1][:1]) == list(high.index[high >= level][:1]), year
        happened += int((high >= level).any())
    assert 30 < happened < 61  # neither never nor always


def test_no_correction_in_2024(bundled):
    found = evaluate(bundled, "correction").loc["2024-01-02":"2024-12-31"]
    assert (found["state"] == 0).all()
    # from 5667.20 on 16 July to 5186.33 on 5 August
    assert found["value"].iloc[-1] == pytest.approx(1.0 - 5186.33 / 5667.20, abs=1e-6)


def test_absolute_levels_belong_to_2024_alone(bundled):
    found = evaluate(bundled, "breakout", mode="absolute")
    assert (found["state"].loc["2024-11-21":LAST] != -1).all()
    assert (found["state"].loc["2023-11-21":"2024-11-20"] == -1).all()


def test_structural_levels_of_every_year_of_the_bundled_history(bundled):
    anchors = [
        bundled.sessions[bundled.sessions <= f"{year}-11-21"][-1] for year in range(1951, 2025)
    ]
    for anchor in anchors:
        found = structural_levels(bundled.prices, anchor)
        assert found.support < found.zone_high < found.extension_low <= found.extension_high
        assert found.zone_low < found.zone_high


def test_close_only_years_have_no_touch(bundled):
    early = evaluate(bundled, "weekly_average_touch").loc[:"1961-12-31", "state"]
    assert (early == -1).all()
    assert (
        evaluate(bundled, "weekly_average_touch").loc["1963-01-01":, "state"] != -1
    ).mean() > 0.99


def test_rules_without_a_bundled_series_say_so(bundled):
    for name, entry in RULES.items():
        if entry.computable and entry.missing(bundled):
            assert (evaluate(bundled, name)["state"] == -1).all(), name
    assert RULES["vix_backwardation"].missing(bundled) == ("vix3m",)
    assert RULES["small_cap_strength"].missing(bundled) == ()


def test_years_of_a_twenty_percent_fall(bundled):
    # close to close within the calendar year
    found = evaluate(bundled, "correction")["state"]
    fell = sorted({day.year for day in found.index[found == 1]})
    close = bundled.prices["close"]
    expected = [
        year
        for year, part in close.groupby(close.index.year)
        if year > 1950 and float(np.max(1.0 - part / part.cummax())) >= 0.20
    ]
    assert fell == expected
    assert {1987, 2001, 2002, 2008, 2009, 2020, 2022} <= set(fell)
