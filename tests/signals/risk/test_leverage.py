import numpy as np
import pandas as pd
import pytest

from signals import evaluate
from signals.risk.leverage import leverage_risk


def market_with(build, *observations, start="2024-01-01", n=400):
    index = build.weekdays(start, n)
    return build.market(build.bars(np.full(n, 100.0), index), *observations)


def margin(build, which, values, known=None):
    stamps = pd.DatetimeIndex(list(values))
    if known is None:
        known = stamps + pd.Timedelta(days=40)
    return build.figures(f"margin_debt_{which}", values, known)


def test_growth_is_within_one_series(build):
    # the year-earlier figure is in the other series only: there is no growth
    market = market_with(
        build,
        margin(build, "finra", {"2024-01-31": 700.0}),
        margin(build, "nyse", {"2023-01-31": 500.0}),
    )
    assert leverage_risk(market)["risk"].isna().all()


def test_growth_over_the_same_month_a_year_earlier(build):
    market = market_with(build, margin(build, "finra", {"2023-01-31": 500.0, "2024-01-31": 600.0}))
    found = leverage_risk(market)
    assert found["measure"].first_valid_index() == pd.Timestamp("2024-03-11")
    assert found["measure"].loc["2024-03-11"] == pytest.approx(0.2)
    assert found["risk"].loc["2024-03-11"] == pytest.approx(0.5)
    assert found["stamp"].loc["2024-03-11"] == pd.Timestamp("2024-01-31")
    # 100 days after its stamp it is stale
    assert found["measure"].last_valid_index() == pd.Timestamp("2024-05-10")


def test_missing_month_a_year_earlier_leaves_the_older_growth_in_force(build):
    market = market_with(
        build,
        margin(build, "finra", {"2023-01-31": 500.0, "2024-01-31": 600.0, "2024-02-29": 900.0}),
    )
    assert leverage_risk(market)["measure"].loc["2024-04-15"] == pytest.approx(0.2)


def test_newest_growth_wins_and_finra_on_ties(build):
    market = market_with(
        build,
        margin(build, "finra", {"2023-01-31": 100.0, "2024-01-31": 110.0}),
        margin(
            build,
            "nyse",
            {"2023-01-31": 100.0, "2024-01-31": 120.0, "2023-02-28": 100.0, "2024-02-29": 130.0},
        ),
    )
    found = leverage_risk(market)["measure"]
    assert found.loc["2024-03-11"] == pytest.approx(0.1)
    assert found.loc["2024-04-09"] == pytest.approx(0.3)


def test_year_earlier_figure_must_be_known_too(build):
    market = market_with(
        build,
        margin(
            build,
            "finra",
            {"2023-01-31": 500.0, "2024-01-31": 600.0},
            ["2024-04-01", "2024-03-11"],
        ),
    )
    found = leverage_risk(market)
    assert found["measure"].first_valid_index() == pd.Timestamp("2024-04-01")
    assert found["known_at"].loc["2024-04-01"] == pd.Timestamp("2024-04-01")


def test_margin_debt_rule(build):
    market = market_with(build, margin(build, "nyse", {"2023-01-31": 100.0, "2024-01-31": 130.0}))
    assert evaluate(market, "margin_debt_growth")["state"].loc["2024-03-11"] == 1
    assert evaluate(market, "margin_debt_growth", growth=0.31)["state"].loc["2024-03-11"] == 0


def test_scopes_of_leveraged_assets_are_never_joined(build):
    frame = pd.DataFrame(
        {"us_leveraged": [50.0, np.nan, 100.0], "us_both": [np.nan, 60.0, 80.0]},
        index=pd.DatetimeIndex(["2023-01-31", "2023-02-28", "2024-01-31"]),
    )
    market = market_with(build, build.observed("leveraged_etf_assets", frame))
    found = evaluate(market, "leveraged_etf_growth")
    assert found["value"].loc["2024-01-31"] == pytest.approx(1.0)
    assert found["state"].loc["2024-01-31"] == 1
    both = evaluate(market, "leveraged_etf_growth", scope="us_both")
    assert (both["state"] == -1).all()
