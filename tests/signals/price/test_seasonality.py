import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.price.seasonality import complete_months


def flat(build, *days):
    return build.market(build.bars(np.full(len(days), 100.0), pd.DatetimeIndex(days)))


def test_tactical_window_runs_from_the_anchor_to_the_out_date(build):
    market = flat(build, "2026-11-19", "2026-11-20", "2026-11-27", "2026-12-15", "2026-12-16")
    assert evaluate(market, "tactical_window")["state"].tolist() == [0, 1, 1, 1, 0]


def test_december(build):
    market = flat(build, "2025-11-28", "2025-12-01", "2025-12-31", "2026-01-02")
    assert evaluate(market, "december")["state"].tolist() == [0, 1, 1, 0]


def test_holding_window_counts_sessions_since_the_anchor(build):
    index = pd.bdate_range("2025-11-20", periods=25)
    found = evaluate(build.market(build.bars(np.full(25, 100.0), index)), "holding_window")
    assert found["value"].fillna(-1).tolist() == [-1.0, *map(float, range(24))]
    assert found["state"].tolist() == [-1] + [1] * 21 + [0] * 3


def test_hedge_window_is_the_year_after_an_anchor(build):
    market = flat(build, "2025-10-01", "2025-11-21", "2026-03-31", "2026-07-01")
    assert evaluate(market, "hedge_window")["state"].tolist() == [-1, 1, 1, 1]
    spring = evaluate(market, "hedge_window", start="01-01", end="03-31")
    assert spring["state"].tolist() == [-1, 0, 1, 0]


def years_with(build, december, years=4, other=0.01):
    """Months of one return each, December another; sessions on all weekdays."""
    index = pd.bdate_range("2015-12-01", f"{2016 + years}-02-15")
    month = index.month.to_numpy()
    first = np.append(False, month[1:] != month[:-1])
    growth = np.where(first, np.where(month == 12, 1 + december, 1 + other), 1.0)
    return build.market(build.bars(100.0 * np.cumprod(growth), index))


def test_months_are_last_close_over_last_close(build):
    month, number, change = complete_months(years_with(build, 0.05))
    assert np.isnan(change[0])  # the data begin in it
    assert change[1:12] == pytest.approx(np.full(11, 0.01))
    assert change[12] == pytest.approx(0.05)
    assert number[0] == 0
    assert len(month) == 51


def test_december_is_strongest_once_it_is_complete(build):
    found = evaluate(years_with(build, 0.05), "december_strongest", min_years=2)
    # two Decembers are complete from January 2018 on
    assert (found["state"].loc[:"2017-12-31"] == -1).all()
    assert (found["state"].loc["2018-01-01":] == 1).all()
    assert found["value"].iloc[-1] == pytest.approx(0.05)
    assert found["threshold"].iloc[-1] == pytest.approx(0.01)


def test_december_that_is_not_the_strongest(build):
    found = evaluate(years_with(build, -0.02), "december_strongest", min_years=2)
    assert found["state"].iloc[-1] == 0


def test_months_too_far_back_do_not_count(build):
    found = evaluate(years_with(build, 0.05), "december_strongest", years=1, min_years=1)
    assert found["state"].iloc[-1] == 1
    short = evaluate(years_with(build, 0.05), "december_strongest", years=1, min_years=2)
    assert (short["state"] == -1).all()
