import numpy as np
import pandas as pd
import pytest

from signals import evaluate


def with_series(build, series_id, close, index):
    sessions = index[index.day_of_week < 5]
    return build.market(
        build.bars(np.full(len(sessions), 100.0), sessions),
        build.observed(series_id, pd.DataFrame({"close": np.asarray(close, float)}, index)),
    )


@pytest.mark.parametrize(
    ("name", "series_id", "close", "state"),
    [
        ("bitcoin_below_cost", "btc", 94_199.0, 1),
        ("bitcoin_below_cost", "btc", 94_200.0, 0),
        ("dollar_firm", "dollar", 106.1, 1),
        ("dollar_firm", "dollar", 106.0, 0),
        ("oil_capped", "wti", 62.9, 1),
        ("oil_capped", "wti", 63.0, 0),
    ],
)
def test_stated_level_holds_for_its_time_only(build, name, series_id, close, state):
    index = pd.bdate_range("2025-11-19", "2027-01-04")
    found = evaluate(with_series(build, series_id, np.full(len(index), close), index), name)
    assert (found["state"].loc[:"2025-11-20"] == -1).all()
    assert (found["state"].loc["2025-11-21":"2026-12-31"] == state).all()
    assert (found["state"].loc["2027-01-01":] == -1).all()


def test_bitcoin_must_exceed_level_and_average(build):
    index = pd.date_range("2025-11-01", "2025-12-12")
    close = np.full(len(index), 100_000.0)
    close[-12:] = 96_000.0  # above the level, below the average
    close[-1] = 110_000.0
    found = evaluate(with_series(build, "btc", close, index), "bitcoin_breakout")
    assert found["state"].loc["2025-12-11"] == 0
    assert found["threshold"].loc["2025-12-11"] == pytest.approx((9 * 1e5 + 11 * 96e3) / 20)
    assert found["state"].loc["2025-12-12"] == 1


def test_weekend_rows_count_in_the_average(build):
    index = pd.date_range("2025-11-01", "2025-11-24")
    close = np.full(len(index), 100_000.0)
    close[index.day_of_week >= 5] = 90_000.0
    found = evaluate(with_series(build, "btc", close, index), "bitcoin_breakout")
    # 20 days to Friday 2025-11-21 hold five weekend days: 11-02, 11-08, 11-09, 11-15, 11-16
    assert found["threshold"].loc["2025-11-21"] == pytest.approx((15 * 1e5 + 5 * 9e4) / 20)


def fear(market):
    return evaluate(market, "bitcoin_fear", window=5, min_history=20)


def test_bitcoin_fear_needs_a_fall(build):
    index = pd.date_range("2025-01-01", periods=60)
    quiet = 100.0 * 1.01 ** np.arange(60)
    crash = quiet.copy()
    crash[50:] = crash[50:] * 0.8 ** np.arange(1, 11)
    found = evaluate(
        with_series(build, "btc", crash, index), "bitcoin_fear", window=5, min_history=20
    )
    assert found["state"].loc[: index[49]].max() == 0
    assert found["state"].loc[index[51] : index[53]].max() == 1
    rally = quiet.copy()
    rally[50:] = rally[50:] * 1.25 ** np.arange(1, 11)
    found = evaluate(
        with_series(build, "btc", rally, index), "bitcoin_fear", window=5, min_history=20
    )
    assert found["state"].max() == 0


def test_gold_target_scales_with_gold_at_the_anchor(build):
    index = pd.bdate_range("2024-11-20", "2025-02-28")
    close = np.full(len(index), 1000.0)
    close[-2], close[-1] = 1596.9, 1597.0
    found = evaluate(with_series(build, "gold", close, index), "gold_target")
    assert found["state"].iloc[0] == -1
    assert found["threshold"].iloc[-1] == pytest.approx(1596.9581749)
    assert found["state"].tolist()[-3:] == [0, 0, 1]


def test_dollar_uptrend_is_measured_from_the_anchor(build):
    index = pd.bdate_range("2024-11-20", "2024-12-31")
    close = np.full(len(index), 100.0)
    close[-2], close[-1] = 101.27, 101.28
    found = evaluate(with_series(build, "dollar", close, index), "dollar_uptrend")
    assert found["threshold"].iloc[-1] == pytest.approx(101.2735849)
    assert found["state"].tolist()[-2:] == [0, 1]


def test_gold_sideways(build):
    index = pd.bdate_range("2024-01-01", periods=50)
    close = np.full(50, 100.0)
    close[45] = 111.0
    found = evaluate(with_series(build, "gold", close, index), "gold_sideways")
    assert found["state"].tolist() == [-1] * 41 + [1] * 4 + [0] * 5
    assert found["value"].iloc[45] == pytest.approx(0.11)
