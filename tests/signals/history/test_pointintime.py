import numpy as np
import pandas as pd
import pytest

from signals.history.pointintime import (
    aligned,
    bars,
    change_over_days,
    change_over_months,
    figures,
    in_force,
    in_order,
    latest_of,
    of_the_session,
    percentile_in_force,
    staleness,
)


def rows(values, known):
    index = pd.DatetimeIndex(list(values), name="stamp")
    return pd.DataFrame(
        {"value": list(values.values()), "known_at": pd.DatetimeIndex(known)}, index=index
    )


def test_series_that_is_not_loaded_has_no_figures(build):
    market = build.closes([1.0, 2.0])
    assert len(figures(market, "fms_cash")) == 0
    assert len(bars(market, "spy", "close", "volume")) == 0
    assert len(aligned(market, ("spy", "rsp"))) == 0
    assert staleness(market, "fms_cash") == 0


def test_series_without_the_column_has_no_figures(build):
    market = build.market(
        build.closes([1.0, 2.0]).prices, build.figures("fms_cash", {"2024-01-01": 4.0})
    )
    assert len(figures(market, "fms_cash", "equity_overweight")) == 0
    assert len(bars(market, "fms_cash", "close", "volume")) == 0


def test_overtaken_figure_is_left_out():
    # February's figure came before January's
    found = in_order(
        rows(
            {"2024-01-31": 1.0, "2024-02-29": 2.0, "2024-03-31": 3.0},
            ["2024-03-20", "2024-03-10", "2024-04-10"],
        )
    )
    assert found["value"].tolist() == [2.0, 3.0]


def test_figure_counts_from_the_day_it_was_known_until_it_is_stale():
    sessions = pd.bdate_range("2024-02-01", "2024-04-30")
    found = in_force(sessions, rows({"2024-01-31": 7.0}, ["2024-02-07"]), 60)["value"]
    assert found.first_valid_index() == pd.Timestamp("2024-02-07")
    # 2024-01-31 + 60 days
    assert found.last_valid_index() == pd.Timestamp("2024-03-29")


def test_yesterdays_figure_is_not_of_the_session():
    sessions = pd.bdate_range("2024-02-01", "2024-02-02")
    joined = in_force(sessions, rows({"2024-02-01": 7.0}, ["2024-02-01"]), 7)
    assert joined["value"].tolist() == [7.0, 7.0]
    today = of_the_session(joined)
    assert today["value"].isna().tolist() == [False, True]
    assert today["stamp"].isna().tolist() == [False, True]


def test_change_needs_the_same_month_a_year_before():
    found = change_over_months(
        rows(
            {"2022-01-31": 100.0, "2023-01-31": 130.0, "2023-03-31": 150.0, "2024-03-31": 120.0},
            ["2022-03-12", "2023-03-12", "2023-05-10", "2024-05-10"],
        ),
        12,
        "growth",
    )
    assert found.index.tolist() == [pd.Timestamp("2023-01-31"), pd.Timestamp("2024-03-31")]
    assert found["value"].tolist() == pytest.approx([0.3, -0.2])


def test_change_is_known_when_the_later_of_both_is():
    found = change_over_months(
        rows({"2023-01-31": 1.0, "2023-04-30": 1.5}, ["2023-06-30", "2023-05-07"]), 3, "difference"
    )
    assert found["value"].tolist() == [0.5]
    assert found["known_at"].tolist() == [pd.Timestamp("2023-06-30")]


def test_growth_from_nothing_is_missing():
    found = change_over_months(
        rows({"2023-01-31": 0.0, "2024-01-31": 5.0}, ["2023-02-01", "2024-02-01"]), 12, "growth"
    )
    assert len(found) == 0


def test_earlier_point_may_not_be_too_old():
    points = rows(
        {"2024-01-02": 3.0, "2024-03-04": 3.5, "2024-04-15": 4.0},
        ["2024-01-03", "2024-03-05", "2024-04-16"],
    )
    found = change_over_days(points, 2, 10)
    # 03-04 has 01-02 (two days older than two months before); 04-15 would need about 02-15
    assert found.index.tolist() == [pd.Timestamp("2024-03-04")]
    assert found["base"].tolist() == [3.0]


def test_percentile_counts_the_figures_known_by_then():
    figures_ = rows(
        {"2020-12-31": 20.0, "2021-12-31": 30.0, "2022-12-31": 25.0, "2023-12-31": 28.0},
        ["2021-02-01", "2024-03-01", "2023-02-01", "2024-02-01"],
    )
    sessions = pd.DatetimeIndex(["2021-02-01", "2023-02-01", "2024-02-01", "2024-03-01"])
    found = percentile_in_force(sessions, figures_, 2, 400)
    # 2021's figure comes last: it is never in force, but it counts once it is known
    assert found["value"].tolist() == [20.0, 25.0, 28.0, 28.0]
    assert np.isnan(found["percentile"].iloc[0])
    assert found["percentile"].tolist()[1:] == [1.0, 1.0, 0.75]


def test_latest_stamp_wins_and_the_first_on_ties():
    index = pd.bdate_range("2024-01-01", periods=3)
    nat = pd.NaT

    def frame(values, stamps):
        dates = pd.DatetimeIndex(stamps)
        return pd.DataFrame({"value": values, "stamp": dates, "known_at": dates}, index=index)

    first = frame([1.0, 1.0, np.nan], ["2023-10-31", "2023-10-31", nat])
    second = frame([2.0, 2.0, np.nan], ["2023-11-30", "2023-10-31", nat])
    chosen, which = latest_of({"a": first, "b": second})
    assert chosen["value"].tolist()[:2] == [2.0, 1.0]
    assert np.isnan(chosen["value"].iloc[2])
    assert which.tolist() == [1, 0, -1]


def test_aligned_keeps_common_days_and_the_later_date(build):
    index = build.weekdays("2024-01-01", 3)
    next_day = index[1:] + pd.Timedelta(days=1)
    market = build.market(
        build.bars([1.0, 1.0, 1.0], index),
        build.observed("spy", pd.DataFrame({"close": [1.0, 2.0, 3.0]}, index)),
        build.observed(
            "rsp", pd.DataFrame({"close": [5.0, 6.0]}, index[1:]), index[1:] + pd.Timedelta(days=1)
        ),
    )
    found = aligned(market, ("spy", "rsp"))
    assert found["spy"].tolist() == [2.0, 3.0]
    assert found["known_at"].tolist() == next_day.tolist()
