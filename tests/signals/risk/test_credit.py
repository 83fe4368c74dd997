import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.risk.credit import credit_risk


def market_with(build, *observations, start="2024-01-01", n=200):
    index = build.weekdays(start, n)
    return build.market(build.bars(np.full(n, 100.0), index), *observations)


def moodys(build, baa, aaa, lag_days=7):
    def one(series_id, values):
        stamps = pd.DatetimeIndex(list(values))
        return build.figures(series_id, values, stamps + pd.Timedelta(days=lag_days))

    return one("moodys_baa", baa), one("moodys_aaa", aaa)


def test_spread_change_over_three_months(build):
    # 1.00 in January, 1.15 in April: 15 basis points of 30
    pair = moodys(
        build, {"2024-01-31": 6.0, "2024-04-30": 6.45}, {"2024-01-31": 5.0, "2024-04-30": 5.30}
    )
    found = credit_risk(market_with(build, *pair))
    assert found["measure"].first_valid_index() == pd.Timestamp("2024-05-07")
    assert found["measure"].loc["2024-05-07"] == pytest.approx(0.15)
    assert found["risk"].loc["2024-05-07"] == pytest.approx(0.5)
    assert found["stamp"].loc["2024-05-07"] == pd.Timestamp("2024-04-30")
    # 75 days after its stamp it is stale
    assert found["measure"].last_valid_index() == pd.Timestamp("2024-07-12")


def test_a_month_with_one_yield_has_no_spread(build):
    pair = moodys(build, {"2024-01-31": 6.0, "2024-04-30": 6.45}, {"2024-04-30": 5.30})
    assert credit_risk(market_with(build, *pair))["risk"].isna().all()


def test_one_series_is_not_enough(build):
    market = market_with(build, moodys(build, {"2024-01-31": 6.0, "2024-04-30": 6.45}, {})[0])
    assert credit_risk(market)["risk"].isna().all()
    assert (evaluate(market, "quality_spread_widening")["state"] == -1).all()


@pytest.mark.parametrize(("april", "state"), [(6.60, 1), (6.59, 0)])
def test_quality_spread_widening(build, april, state):
    pair = moodys(
        build, {"2024-01-31": 6.0, "2024-04-30": april}, {"2024-01-31": 5.0, "2024-04-30": 5.30}
    )
    found = evaluate(market_with(build, *pair), "quality_spread_widening")
    assert found["state"].loc["2024-05-07"] == state


@pytest.mark.parametrize(
    ("then", "now", "state"),
    [
        (3.20, 3.85, 1),  # the article's figures: 65 basis points, and the ratio exactly
        (2.00, 2.41, 1),  # the ratio alone
        (6.00, 6.64, 0),
        (2.94, 3.19, 0),  # the record's figures of October and November 2025
    ],
)
def test_high_yield_widening(build, then, now, state):
    points = build.figures(
        "hy_oas", {"2024-01-31": then, "2024-03-29": now}, ["2024-02-01", "2024-04-01"]
    )
    market = market_with(build, points)
    found = evaluate(market, "high_yield_widening")
    # two months before 03-29 is 01-29: the point of 01-31 is younger, so there is no base
    assert (found["state"] == -1).all()
    points = build.figures(
        "hy_oas", {"2024-01-29": then, "2024-03-29": now}, ["2024-01-30", "2024-04-01"]
    )
    found = evaluate(market_with(build, points), "high_yield_widening")
    assert found["state"].loc["2024-03-29"] == -1
    assert found["state"].loc["2024-04-01"] == state
    assert found["value"].loc["2024-04-01"] == pytest.approx(now - then)


def test_investment_grade_widening(build):
    points = build.figures("ig_oas", {"2024-02-29": 0.90, "2024-03-29": 1.05})
    found = evaluate(market_with(build, points), "investment_grade_widening")
    assert found["state"].loc["2024-03-29"] == 1


def fund(build, series_id, close, index):
    return build.observed(series_id, pd.DataFrame({"close": np.asarray(close, float)}, index))


def test_fund_weakness_is_relative_to_treasuries(build):
    index = build.weekdays("2024-01-01", 60)
    falling = np.where(np.arange(60) < 50, 100.0, 96.0)
    flat = np.full(60, 100.0)
    market = market_with(
        build, fund(build, "hyg", falling, index), fund(build, "ief", flat, index), n=60
    )
    found = evaluate(market, "high_yield_fund_weakness")
    assert found["state"].tolist() == [-1] * 42 + [0] * 8 + [1] * 10
    # both fall alike: no weakness
    market = market_with(
        build, fund(build, "hyg", falling, index), fund(build, "ief", falling, index), n=60
    )
    assert evaluate(market, "high_yield_fund_weakness")["state"].max() == 0


def test_intermediate_treasuries_are_preferred(build):
    index = build.weekdays("2024-01-01", 60)
    falling = np.where(np.arange(60) < 50, 100.0, 96.0)
    flat = np.full(60, 100.0)
    market = market_with(
        build,
        fund(build, "hyg", falling, index),
        fund(build, "iei", falling, index),
        fund(build, "ief", flat, index),
        n=60,
    )
    assert evaluate(market, "high_yield_fund_weakness")["state"].max() == 0


def test_private_credit_counts_completed_weeks(build):
    index = build.weekdays("2024-01-01", 33)
    week = np.arange(33) // 5
    market = market_with(
        build,
        fund(build, "bizd", 100.0 - week, index),
        fund(build, "spy", np.full(33, 400.0), index),
        n=33,
    )
    found = evaluate(market, "private_credit_weakness")
    # weeks 0..4 complete on the fifth Friday, row 24: four falls
    assert (found["state"].iloc[:24] == -1).all()
    assert found["value"].iloc[24] == 4.0
    assert found["state"].iloc[24] == 1
    assert found["stamp"].iloc[26] == index[24]


def test_investment_grade_fund_weakness(build):
    index = build.weekdays("2024-01-01", 30)
    falling = np.where(np.arange(30) < 25, 100.0, 98.0)
    market = market_with(
        build,
        fund(build, "lqd", falling, index),
        fund(build, "ief", np.full(30, 100.0), index),
        n=30,
    )
    assert (
        evaluate(market, "investment_grade_fund_weakness")["state"].tolist()[-6:] == [0] + [1] * 5
    )
