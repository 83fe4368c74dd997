import numpy as np
import pandas as pd
import pytest

from signals import evaluate


def market_with(build, close, *observations, start="2024-01-01"):
    index = build.weekdays(start, len(close))
    return build.market(build.bars(close, index), *observations)


def test_correction_is_peak_to_trough_within_the_year(build):
    index = pd.bdate_range("2022-12-01", "2024-02-01")
    close = pd.Series(100.0, index)
    close["2023-03-01":] = 120.0
    close["2023-06-01":] = 96.1  # 19.9 % below 120
    close["2023-07-03":] = 96.0  # 20 %
    close["2023-09-01":] = 130.0
    market = build.market(build.bars(close.to_numpy(), index))
    found = evaluate(market, "correction")
    assert (found["state"].loc[:"2022-12-31"] == -1).all()  # the data enter that year in its middle
    assert (found["state"].loc["2023-01-01":"2023-06-30"] == 0).all()
    assert (found["state"].loc["2023-07-03":"2023-12-31"] == 1).all()  # once is enough
    assert (found["state"].loc["2024-01-01":] == 0).all()  # a new year begins anew
    assert found["value"].loc["2023-12-29"] == pytest.approx(0.2)


def test_rate_rise(build):
    days = pd.date_range("2024-01-01", "2024-04-30")
    target = pd.DataFrame({"value": np.where(days < pd.Timestamp("2024-03-21"), 5.5, 5.75)}, days)
    market = market_with(build, np.full(85, 100.0), build.observed("fed_funds_target", target))
    found = evaluate(market, "rate_rise")
    assert found["state"].loc["2024-03-20"] == 0
    assert found["state"].loc["2024-03-21":"2024-04-19"].tolist() == [1] * 22
    assert found["state"].loc["2024-04-22"] == 0


def test_rate_cut_is_no_rise(build):
    days = pd.date_range("2024-01-01", "2024-04-30")
    target = pd.DataFrame({"value": np.where(days < pd.Timestamp("2024-03-21"), 5.5, 5.25)}, days)
    market = market_with(build, np.full(85, 100.0), build.observed("fed_funds_target", target))
    assert evaluate(market, "rate_rise")["state"].max() == 0


def test_bill_yield_rise_is_a_quarter_point(build):
    days = build.weekdays("2024-01-01", 60)
    curve = pd.DataFrame({"m3": np.where(np.arange(60) < 40, 5.00, 5.25)}, days)
    market = market_with(build, np.full(60, 100.0), build.observed("treasury_curve", curve))
    found = evaluate(market, "bill_rate_rise")
    assert found["state"].iloc[39] == 0
    assert found["state"].iloc[40] == 1


def test_credit_event_takes_high_yield_where_there_is_a_figure(build):
    spread = build.figures("hy_oas", {"2024-01-29": 3.20, "2024-03-29": 3.85})
    baa = build.figures("moodys_baa", {"2024-01-31": 6.0, "2024-04-30": 6.0})
    aaa = build.figures("moodys_aaa", {"2024-01-31": 5.0, "2024-04-30": 5.0})
    market = market_with(build, np.full(130, 100.0), spread, baa, aaa)
    found = evaluate(market, "credit_event")
    assert found["state"].loc["2024-03-29"] == 1
    # ten days after its stamp the point is stale; a month later Baa less Aaa takes over
    assert found["state"].loc["2024-04-15"] == -1
    assert found["state"].loc["2024-05-01"] == 0
    assert found["stamp"].loc["2024-05-01"] == pd.Timestamp("2024-04-30")


def vix(build, series_id, level, n):
    index = build.weekdays("2024-01-01", n)
    return build.observed(series_id, pd.DataFrame({"close": np.full(n, level)}, index))


@pytest.mark.parametrize(
    ("close", "level", "cascade", "vix_only"),
    [(90.0, 31.0, 1, 1), (110.0, 31.0, 0, 0), (90.0, 29.0, 0, 0), (90.0, 30.0, 0, 1)],
)
def test_cascade_needs_trend_and_volatility(build, close, level, cascade, vix_only):
    closes = np.append(np.full(209, 100.0), close)
    market = market_with(
        build, closes, vix(build, "vix", level, 210), vix(build, "vix3m", 30.0, 210)
    )
    assert evaluate(market, "cascade")["state"].iloc[-1] == cascade
    assert evaluate(market, "cascade_vix_only")["state"].iloc[-1] == vix_only
    assert (evaluate(market, "cascade")["state"].iloc[:199] == -1).all()
