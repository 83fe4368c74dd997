import numpy as np
import pandas as pd

from signals import evaluate


def test_backwardation(build):
    index = build.weekdays("2024-01-01", 4)
    vix = pd.DataFrame({"close": [20.0, 22.0, 21.0]}, index[:3])
    vix3m = pd.DataFrame({"close": [21.0, 21.0, 21.0]}, index[:3])
    market = build.market(
        build.bars(np.full(4, 100.0), index),
        build.observed("vix", vix),
        build.observed("vix3m", vix3m),
    )
    found = evaluate(market, "vix_backwardation")
    assert found["state"].tolist() == [0, 1, 0, 0]
    assert found["stamp"].iloc[3] == index[2]


def test_stale_volatility_is_unavailable(build):
    index = build.weekdays("2024-01-01", 10)
    one = pd.DataFrame({"close": [30.0]}, index[:1])
    market = build.market(
        build.bars(np.full(10, 100.0), index),
        build.observed("vix", one),
        build.observed("vix3m", one * 0.9),
    )
    # seven days: up to the Monday after
    assert evaluate(market, "vix_backwardation")["state"].tolist() == [1] * 6 + [-1] * 4


def test_fast_fall(build):
    found = evaluate(build.closes([100.0, 101, 102, 100, 99, 96, 97.0]), "fast_fall")
    assert found["state"].tolist() == [-1] * 5 + [1, 0]
    assert found["threshold"].iloc[5] == -0.04
