import numpy as np
import pandas as pd

from signals import evaluate


def with_breadth(build, advances, total=1000.0, drop=None):
    n = len(advances)
    index = build.weekdays("2024-01-01", n)
    up = pd.DataFrame({"value": np.asarray(advances, float)}, index)
    down = pd.DataFrame({"value": total - np.asarray(advances, float)}, index)
    if drop is not None:
        down = down.drop(index[drop])
    return build.market(
        build.bars(np.full(n, 100.0), index),
        build.observed("nyse_advances", up),
        build.observed("nyse_declines", down),
    )


def test_four_in_five_is_a_thrust(build):
    found = evaluate(with_breadth(build, [500, 800, 799, 500]), "breadth_thrust", window=3)
    # before the window is full only a share above the fixed one is certain
    assert found["state"].tolist() == [-1, 1, 0, 0]


def test_best_of_the_window_is_a_thrust(build):
    found = evaluate(with_breadth(build, [500, 600, 550, 610, 605]), "breadth_thrust", window=3)
    assert found["state"].tolist() == [-1, -1, 0, 1, 0]
    assert found["threshold"].iloc[3] == 0.6


def test_a_day_without_declines_is_unavailable(build):
    found = evaluate(
        with_breadth(build, [500, 600, 550, 610, 900], drop=3), "breadth_thrust", window=3
    )
    assert found["state"].tolist() == [-1, -1, 0, -1, 1]


def test_equal_weight_thrust_must_rise_and_lead_most(build):
    index = build.weekdays("2024-01-01", 6)
    rsp = np.array([100.0, 101.0, 101.0, 103.0, 102.9, 106.0])
    spy = np.array([100.0, 100.0, 100.0, 100.0, 95.0, 106.0])
    market = build.market(
        build.bars(spy, index),
        build.observed("rsp", pd.DataFrame({"close": rsp}, index)),
        build.observed("spy", pd.DataFrame({"close": spy}, index)),
    )
    found = evaluate(market, "breadth_thrust_equal_weight", window=3)
    # row 3 leads by 2 %; row 4 leads by more, but falls; row 5 lags
    assert found["state"].tolist() == [-1, -1, -1, 1, 0, 0]
