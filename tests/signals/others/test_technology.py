import numpy as np
import pandas as pd
import pytest

from signals import evaluate


def nasdaq(build, close, series_id="nasdaq"):
    index = build.weekdays("2024-01-01", len(close))
    frame = pd.DataFrame({"close": np.asarray(close, float)}, index)
    return build.market(
        build.bars(np.full(len(close), 100.0), index), build.observed(series_id, frame)
    )


def test_weekly_close_against_its_average(build):
    weekly = np.repeat([10.0, 12.0, 11.0, 13.0], 5)
    found = evaluate(nasdaq(build, weekly), "nasdaq_below_weekly_average", weeks=3)
    assert (found["state"].iloc[:14] == -1).all()
    assert found["value"].iloc[14] == pytest.approx(0.0)
    assert found["state"].iloc[14] == 0
    assert found["value"].iloc[19] == pytest.approx(13.0 / 12.0 - 1.0)


def test_partial_week_does_not_count(build):
    weekly = np.append(np.repeat([10.0, 12.0, 11.0], 5), [1.0, 1.0])
    found = evaluate(nasdaq(build, weekly), "nasdaq_below_weekly_average", weeks=3)
    assert found["state"].iloc[15:].tolist() == [0, 0]


def test_channel_is_the_slope_of_the_weekly_closes(build):
    falling = np.repeat(100.0 * np.exp(-0.02 * np.arange(8)), 5)
    found = evaluate(nasdaq(build, falling), "nasdaq_down_channel")
    assert found["value"].iloc[-1] == pytest.approx(-0.02)
    assert found["state"].iloc[-1] == 1
    rising = np.repeat(100.0 * np.exp(0.02 * np.arange(8)), 5)
    assert evaluate(nasdaq(build, rising), "nasdaq_down_channel")["state"].iloc[-1] == 0


def test_the_fund_on_the_hundred_is_preferred(build):
    market = nasdaq(build, np.repeat([10.0, 12.0, 14.0], 5))
    falling = nasdaq(build, np.repeat([14.0, 12.0, 10.0], 5), "qqq")
    both = build.market(market.prices, *market.series.values(), *falling.series.values())
    assert evaluate(market, "nasdaq_below_weekly_average", weeks=3)["state"].iloc[-1] == 0
    assert evaluate(both, "nasdaq_below_weekly_average", weeks=3)["state"].iloc[-1] == 1


def test_semiconductor_ratio(build):
    index = pd.bdate_range("2022-12-29", periods=6)
    smh = np.array([60.0, 60.0, 52.0, 52.1, 51.0, 60.0])
    market = build.market(
        build.bars(np.full(6, 100.0), index),
        build.observed("smh", pd.DataFrame({"close": smh}, index)),
        build.observed("spy", pd.DataFrame({"close": np.full(6, 100.0)}, index)),
    )
    found = evaluate(market, "semiconductors_lead")
    # the article draws the line for 2023 and later
    assert found["state"].tolist() == [-1, -1, 0, 1, 0, 1]
