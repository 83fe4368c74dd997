import numpy as np
import pandas as pd
import pytest

from signals import evaluate


def market_with(build, *observations):
    index = build.weekdays("2024-01-01", 260)
    return build.market(build.bars(np.full(260, 100.0), index), *observations)


def test_overweight_is_a_percentile_of_the_figures_known(build):
    months = pd.date_range("2024-01-15", periods=6, freq="MS")
    values = dict.fromkeys(months, 4.0)
    overweight = [10.0, np.nan, 20.0, 5.0, 30.0, 25.0]
    cash = build.figures("fms_cash", values, equity_overweight=overweight)
    found = evaluate(market_with(build, cash), "equity_overweight", min_history=3)
    assert (found["state"].loc[: months[3] - pd.Timedelta(days=1)] == -1).all()
    assert found["value"].loc[months[3]] == pytest.approx(1 / 3)
    assert found["state"].loc["2024-06-03"] == 1
    assert found["value"].loc["2024-07-01"] == pytest.approx(4 / 5)


def test_cash_and_leverage_needs_both_on_known_values(build):
    cash = build.figures("fms_cash", {"2024-02-20": 3.7})
    assets = build.observed(
        "leveraged_etf_assets",
        pd.DataFrame(
            {"us_leveraged": [50.0, 91.0]}, pd.DatetimeIndex(["2023-01-31", "2024-01-31"])
        ),
        ["2023-04-01", "2024-03-01"],
    )
    found = evaluate(market_with(build, cash, assets), "cash_and_leverage")
    assert found["state"].loc["2024-02-29"] == -1
    assert found["state"].loc["2024-03-01"] == 1
    assert found["value"].loc["2024-03-01"] == 2.0
    # the newest of the two inputs dates it
    assert found["stamp"].loc["2024-03-01"] == pd.Timestamp("2024-02-20")
    assert found["known_at"].loc["2024-03-01"] == pd.Timestamp("2024-03-01")
    # when cash is stale the pair is unavailable, though assets are not
    assert found["state"].loc["2024-04-08"] == -1


def test_cash_of_exactly_four_is_not_below(build):
    margin = build.figures("margin_debt_finra", {"2023-01-31": 100.0, "2024-01-31": 140.0})
    low = build.figures("fms_cash", {"2024-02-20": 3.9})
    at = build.figures("fms_cash", {"2024-02-20": 4.0})
    assert (
        evaluate(market_with(build, low, margin), "cash_and_margin_debt")["state"].loc["2024-02-20"]
        == 1
    )
    found = evaluate(market_with(build, at, margin), "cash_and_margin_debt").loc["2024-02-20"]
    assert (found["state"], found["value"]) == (0, 1.0)
