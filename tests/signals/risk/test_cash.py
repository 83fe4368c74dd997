import datetime as dt

import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.risk.cash import cash_risk


def with_cash(build, values, known=None, start="2025-01-01", n=400, **columns):
    index = build.weekdays(start, n)
    return build.market(
        build.bars(np.full(n, 100.0), index), build.figures("fms_cash", values, known, **columns)
    )


def test_risk_is_linear_from_five_to_four_percent(build):
    market = with_cash(build, {"2025-02-18": 4.4, "2025-03-18": 3.7, "2025-04-15": 5.5})
    found = cash_risk(market)
    assert found["risk"].loc["2025-02-18"] == pytest.approx(0.6)
    assert found["risk"].loc["2025-03-18"] == 1.0
    assert found["risk"].loc["2025-04-15"] == 0.0
    assert found["measure"].loc["2025-04-14"] == 3.7
    assert np.isnan(found["risk"].loc["2025-02-17"])


def test_figure_is_used_from_its_publication_to_its_staleness_limit(build):
    found = cash_risk(with_cash(build, {"2025-02-11": 3.7}, ["2025-02-18"]))
    assert found["risk"].first_valid_index() == pd.Timestamp("2025-02-18")
    # 45 days after the stamp
    assert found["risk"].last_valid_index() == pd.Timestamp("2025-03-28")
    assert found["stamp"].loc["2025-02-18"] == pd.Timestamp("2025-02-11")
    assert found["known_at"].loc["2025-02-18"] == pd.Timestamp("2025-02-18")


def test_thresholds_go_by_the_date_of_the_session(build):
    # one figure of December 2020, read on both sides of the change
    market = with_cash(build, {"2020-12-15": 4.0}, start="2020-12-14", n=20)
    found = cash_risk(market)
    assert found["risk"].loc["2020-12-31"] == pytest.approx(0.5)  # (4.5 - 4.0) / (4.5 - 3.5)
    assert found["risk"].loc["2021-01-01"] == 1.0


def test_several_earlier_thresholds(build):
    market = with_cash(build, {"2020-12-15": 4.0}, start="2020-12-14", n=20)
    earlier = ((dt.date(2020, 12, 20), 6.0, 2.0), (pd.Timestamp("2020-12-31"), 4.5, 3.5))
    found = cash_risk(market, earlier=earlier)["risk"]
    assert found.loc["2020-12-18"] == pytest.approx(0.5)
    assert found.loc["2020-12-21"] == pytest.approx(0.5)
    assert found.loc["2021-01-04"] == 1.0


def test_component_is_unavailable_without_its_series(build):
    found = cash_risk(build.closes([100.0, 101.0]))
    assert found["risk"].isna().all()
    assert found["measure"].isna().all()
    assert found["stamp"].isna().all()


def test_sell_threshold_is_dated(build):
    values = {"2020-12-15": 3.9}
    found = evaluate(with_cash(build, values, start="2020-12-14", n=20), "cash_low")
    assert found["state"].loc["2020-12-31"] == 0
    assert found["state"].loc["2021-01-01"] == 1
    at_it = evaluate(with_cash(build, {"2025-02-18": 4.0}), "cash_low")
    assert at_it["state"].loc["2025-02-18"] == 1


def test_lowest_of_fifteen_years(build):
    months = pd.date_range("2010-01-15", "2026-01-15", freq="MS") + pd.Timedelta(days=14)
    values = dict.fromkeys(months, 4.5)
    values[pd.Timestamp("2010-02-15")] = 3.6  # more than 15 years before 2025-11
    values[pd.Timestamp("2025-10-15")] = 3.7
    values[pd.Timestamp("2025-12-15")] = 3.8
    found = evaluate(with_cash(build, values, start="2025-10-01", n=80), "cash_lowest")
    assert found["state"].loc["2025-10-15"] == 1
    assert found["threshold"].loc["2025-10-15"] == 4.5
    assert found["state"].loc["2025-12-15"] == 0
    assert found["threshold"].loc["2025-12-15"] == 3.7


def test_lowest_needs_fifteen_years_of_figures(build):
    months = pd.date_range("2015-01-15", "2026-01-15", freq="MS") + pd.Timedelta(days=14)
    found = evaluate(with_cash(build, dict.fromkeys(months, 4.0)), "cash_lowest")
    assert (found["state"] == -1).all()
