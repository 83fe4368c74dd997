"""Signals on real history: figures that were computed independently of this code."""

import numpy as np
import pandas as pd
import pytest

from signals import RULES, evaluate
from signals.price.resistance import structural_levels
from signals.price.support import twenty_week_average


@pytest.fixture(scope="module")
def index_to_2026(reference, build):
    prices = reference("sp500_ohlcv_daily.csv")[["open", "high", "low", "close"]]
    return build.market(prices)


def test_levels_of_the_anchor_of_2025(index_to_2026):
    prices = index_to_2026.prices
    assert prices["close"].loc["2025-11-21"] == pytest.approx(6602.99, abs=0.01)
    assert twenty_week_average(prices).loc["2025-11-21"] == pytest.approx(6547.68, abs=0.5)
    found = structural_levels(prices, "2025-11-21")
    assert found.zone_low == pytest.approx(6890.89, abs=0.01)
    assert found.zone_high == 6900.0
    assert found.extension_low == pytest.approx(7252.32, abs=0.5)
    assert found.extension_high == 7300.0


def test_touch_and_hold_of_2025_11_21_is_true(index_to_2026):
    found = evaluate(index_to_2026, "weekly_average_touch").loc["2025-11-21"]
    assert found["state"] == 1
    assert found["value"] == pytest.approx(6521.92 / 6547.68 - 1.0, abs=1e-4)


def test_streak_ended_on_2025_11_17_after_138_closes(index_to_2026):
    streak = evaluate(index_to_2026, "streak_above_average")["value"]
    assert streak.loc["2025-11-14"] == 138.0
    assert streak.loc["2025-11-17"] == 0.0
    event = evaluate(index_to_2026, "streak_reached")["state"]
    assert event.loc["2025-11-14"] == 1


def test_long_streak_and_twenty_week_touch_never_fell_on_one_day(index_to_2026, build):
    # from 1962 on: earlier sessions have no lows
    market = build.market(index_to_2026.prices.loc["1962-01-01":])
    streak = evaluate(market, "streak_above_average")["value"]
    gap = market.prices["low"] / twenty_week_average(market.prices) - 1.0
    long = streak >= 138
    assert long.sum() == 133
    assert (gap[long] <= 0.0).sum() == 0
    over_fifty = streak >= 50
    assert over_fifty.sum() == 2203
    assert (gap[over_fifty] <= 0.0).sum() == 0
    assert gap[over_fifty].min() == pytest.approx(0.0056, abs=5e-5)


def test_ratio_zone_of_2025_is_touched_on_december_third(index_to_2026):
    touched = evaluate(index_to_2026, "zone_touched").loc["2025-11-24":]
    assert touched.index[touched["state"] == 1][0] == pd.Timestamp("2025-12-03")
    assert touched["threshold"].iloc[0] == pytest.approx(6858.23, abs=0.01)


def test_no_correction_in_2026_so_far(index_to_2026):
    found = evaluate(index_to_2026, "correction").loc["2026-01-02":]
    assert (found["state"] == 0).all()
    assert found["value"].iloc[-1] == pytest.approx(0.0910, abs=5e-4)


def test_absolute_levels_belong_to_2024_and_not_to_2025(index_to_2026):
    found = evaluate(index_to_2026, "breakout", mode="absolute")
    assert (found["state"].loc["2024-11-21":"2025-11-20"] != -1).all()
    assert (found["state"].loc["2025-11-21":"2026-08-21"] == -1).all()


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
