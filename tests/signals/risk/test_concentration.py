import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.risk.concentration import concentration_risk

WEIGHTS = {
    "2018-12-31": 20.0,
    "2019-12-31": 22.0,
    "2020-12-31": 28.0,
    "2021-12-31": 30.0,
    "2022-12-31": 25.0,
    "2023-12-31": 31.0,
}


def with_weights(build, values=None):
    values = values or WEIGHTS
    index = build.weekdays("2019-01-01", 1500)
    known = pd.DatetimeIndex(list(values)) + pd.Timedelta(days=31)
    return build.market(
        build.bars(np.full(1500, 100.0), index), build.figures("top10_weight", values, known)
    )


def test_percentile_needs_its_history(build):
    found = concentration_risk(with_weights(build), min_history=5)
    # the fifth figure is known on 2023-01-31: 25 is at or above 3 of 5
    assert found["risk"].first_valid_index() == pd.Timestamp("2023-01-31")
    assert found["measure"].loc["2023-01-31"] == pytest.approx(0.6)
    assert found["risk"].loc["2023-01-31"] == pytest.approx(0.2)
    assert found["measure"].loc["2024-01-31"] == 1.0
    assert found["risk"].loc["2024-01-31"] == 1.0


def test_figure_of_a_year_end_is_stale_after_400_days(build):
    values = {k: v for k, v in WEIGHTS.items() if k < "2023"}
    found = concentration_risk(with_weights(build, values), min_history=5)
    # 2022-12-31 + 400 days is Sunday 2024-02-04
    assert found["risk"].last_valid_index() == pd.Timestamp("2024-02-02")


def test_record_is_a_percentile_of_one(build):
    found = evaluate(with_weights(build), "top10_record")
    assert found["state"].loc["2023-06-01"] == 0
    assert found["state"].loc["2024-06-03"] == 1


def test_equal_weight_lag_is_a_percentile_of_its_own_past(build):
    index = build.weekdays("2022-01-03", 30)
    spy = np.full(30, 100.0)
    spy[20:] = 110.0
    market = build.market(
        build.bars(spy, index),
        build.observed("spy", pd.DataFrame({"close": spy}, index)),
        build.observed("rsp", pd.DataFrame({"close": np.full(30, 100.0)}, index)),
    )
    found = evaluate(market, "equal_weight_lag", sessions=5, min_history=10)
    assert found["state"].iloc[14] == 1  # all changes so far are zero: a tie with every one
    assert found["state"].iloc[20] == 1
    assert found["state"].iloc[25] == 0  # SPY has not moved over the last five sessions
