"""`Market` and the as-of join: what a decision may see, and when."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.container import Market, Observations
from market.rates import bill_rate
from market.series.definition import SeriesSpec
from tests.tolerances import printed


def spec(series_id: str = "x", staleness: int = 40) -> SeriesSpec:
    return SeriesSpec(series_id, "a series", "percent", "irregular", "stated", staleness)


def observations(rows, staleness: int = 40, series_id: str = "x", column: str = "value"):
    """Rows of (stamp, value, known_at)."""
    frame = pd.DataFrame(
        {
            column: np.array([row[1] for row in rows], dtype=float),
            "known_at": pd.DatetimeIndex([row[2] for row in rows]).astype("datetime64[ns]"),
        },
        index=pd.DatetimeIndex([row[0] for row in rows], name="stamp").astype("datetime64[ns]"),
    )
    return Observations(spec(series_id, staleness), frame, "test", "")


def market(sessions, *loaded: Observations, close=None) -> Market:
    index = pd.DatetimeIndex(sessions, name="date").astype("datetime64[ns]")
    values = np.full(len(index), 100.0) if close is None else np.asarray(close, dtype=float)
    prices = pd.DataFrame(dict.fromkeys(("open", "high", "low", "close"), values), index=index)
    return Market("p", prices, MappingProxyType({o.id: o for o in loaded}), spec("p"))


def days(start: str, count: int) -> pd.DatetimeIndex:
    return pd.bdate_range(start, periods=count)


def test_figure_is_used_from_the_close_of_the_day_it_is_known():
    m = market(days("2020-02-03", 5), observations([("2020-01-31", 4.0, "2020-02-05")]))
    assert m.asof("x")["value"].tolist()[2:] == [4.0, 4.0, 4.0]
    assert m.asof("x")["value"].isna().tolist() == [True, True, False, False, False]
    assert m.asof("x")["stamp"].iloc[2] == pd.Timestamp("2020-01-31")
    assert m.asof("x")["known_at"].iloc[2] == pd.Timestamp("2020-02-05")
    assert m.asof("x")["known_at"].isna().tolist()[:2] == [True, True]


def test_figure_known_on_a_day_without_session_is_used_on_the_next():
    m = market(["2020-02-07", "2020-02-10"], observations([("2020-01-31", 4.0, "2020-02-08")]))
    assert m.asof("x")["value"].isna().tolist() == [True, False]


def test_late_figure_of_an_old_period_never_replaces_a_newer_one():
    m = market(
        days("2020-03-02", 4),
        observations([("2020-01-31", 1.0, "2020-03-04"), ("2020-02-29", 2.0, "2020-03-03")]),
    )
    assert np.isnan(m.asof("x")["value"].iloc[0])
    assert m.asof("x")["value"].tolist()[1:] == [2.0, 2.0, 2.0]


def test_two_figures_known_the_same_day_leave_the_newer_period():
    rows = [("2020-01-31", 1.0, "2020-03-03"), ("2020-02-29", 2.0, "2020-03-03")]
    m = market(days("2020-03-02", 3), observations(rows))
    assert m.asof("x")["value"].tolist()[1:] == [2.0, 2.0]


def test_staleness_counts_from_the_stamp_and_includes_the_limit():
    # 31 January + 10 days is 10 February, a Monday
    m = market(
        days("2020-02-06", 4), observations([("2020-01-31", 4.0, "2020-02-01")], staleness=10)
    )
    assert m.asof("x")["value"].isna().tolist() == [False, False, False, True]


def test_missing_value_leaves_the_figure_before_it_in_force():
    rows = [("2020-01-31", 4.0, "2020-02-01"), ("2020-02-03", np.nan, "2020-02-03")]
    m = market(days("2020-02-03", 2), observations(rows))
    assert m.asof("x")["value"].tolist() == [4.0, 4.0]


def test_series_without_rows_is_never_usable():
    m = market(days("2020-02-03", 3), observations([]))
    assert m.asof("x")["value"].isna().all()
    assert m.until("2020-02-04").asof("x").shape == (2, 3)


def test_market_without_sessions_answers_with_empty_tables():
    m = market([], observations([("2020-01-31", 4.0, "2020-02-01")]))
    assert m.asof("x").empty
    assert m.copied_open.size == 0
    assert "no sessions" in repr(m)


def test_absent_series_is_a_key_error_not_a_column_of_nan():
    m = market(days("2020-02-03", 3))
    assert not m.has("x")
    with pytest.raises(KeyError):
        m.asof("x")


def test_until_removes_later_sessions_and_figures_not_yet_known():
    m = market(
        days("2020-02-03", 10),
        observations([("2020-01-31", 4.0, "2020-02-05"), ("2020-02-06", 5.0, "2020-02-10")]),
    ).until("2020-02-07")
    assert m.sessions[-1] == pd.Timestamp("2020-02-07")
    assert m.series["x"].frame["value"].tolist() == [4.0]


def test_copied_open_marks_opens_equal_to_the_previous_close_to_the_cent():
    index = pd.DatetimeIndex(days("2020-02-03", 4), name="date")
    close = np.array([100.0, 101.0, 102.0, 103.0])
    open_ = np.array([100.0, 100.004, 101.006, 102.0])
    prices = pd.DataFrame({"open": open_, "high": 110.0, "low": 90.0, "close": close}, index=index)
    m = Market("p", prices, MappingProxyType({}), spec("p"))
    assert m.copied_open.tolist() == [False, True, False, True]


figures = st.lists(
    st.tuples(
        st.integers(0, 120),  # day of the stamp
        st.floats(-10, 10),
        st.integers(0, 60),  # days until it is known
    ),
    max_size=25,
    unique_by=lambda row: row[0],
)


@settings(max_examples=150, deadline=None)
@given(rows=figures, staleness=st.integers(0, 60), cut=st.integers(0, 150))
def test_asof_at_t_is_the_same_from_data_cut_after_t(rows, staleness, cut):
    start = pd.Timestamp("2020-01-01")
    loaded = observations(
        [
            (start + pd.Timedelta(days=d), value, start + pd.Timedelta(days=d + lag))
            for d, value, lag in sorted(rows)
        ],
        staleness,
    )
    whole = market(pd.date_range(start, periods=150), loaded)
    date = start + pd.Timedelta(days=cut)
    joined = whole.asof("x")
    pd.testing.assert_frame_equal(whole.until(date).asof("x"), joined.loc[:date], check_freq=False)
    # and it is what a plain search finds
    for t in joined.index[:: max(1, cut // 3 + 1)]:
        value = float(joined["value"].loc[t])
        known = loaded.frame[loaded.frame["known_at"] <= t]
        if known.empty or (t - known.index[-1]).days > staleness:
            assert np.isnan(value)
        else:
            assert value == known["value"].iloc[-1]


def test_bill_rate_prefers_the_curve_and_falls_back_to_bills():
    m = market(
        days("1989-12-28", 6),  # 28, 29 December, 1 to 4 January
        observations([("1989-11-30", 7.65, "1989-12-01")], 45, "bill_3m"),
        observations([("1990-01-02", 7.83, "1990-01-03")], 10, "treasury_curve", "m3"),
    )
    rates = bill_rate(m)
    assert rates["source"].tolist() == ["bill_3m"] * 4 + ["treasury_curve"] * 2
    # a bill of 91 days at 7.65 % costs 1 - 0.0765 x 91 / 360 = 0.98066...
    bill = (1 / (1 - 0.0765 * 91 / 360) - 1) * 365 / 91
    assert bill == pytest.approx(0.07909, abs=printed(5))
    assert rates["rate"].to_numpy() == pytest.approx([bill] * 4 + [0.0783] * 2)
    assert rates["known_at"].iloc[-1] == pd.Timestamp("1990-01-03")


def test_bill_rate_is_never_carried_past_staleness():
    m = market(
        ["2020-01-10", "2020-01-13", "2020-03-20"],
        observations([("2020-01-02", 1.5, "2020-01-03")], 10, "treasury_curve", "m3"),
    )
    rates = bill_rate(m)
    assert rates["rate"].isna().tolist() == [False, True, True]
    assert rates["source"].tolist() == ["treasury_curve", "", ""]


def test_zero_bill_rate_is_a_rate():
    m = market(
        ["2011-09-21", "2011-09-22"],
        observations([("2011-09-20", 0.0, "2011-09-21")], 10, "treasury_curve", "m3"),
    )
    assert bill_rate(m)["rate"].tolist() == [0.0, 0.0]


def test_bill_rate_without_any_series_is_unknown():
    rates = bill_rate(market(days("2020-01-01", 3)))
    assert rates["rate"].isna().all()
    assert (rates["source"] == "").all()
    assert list(rates.columns) == ["rate", "stamp", "known_at", "source"]
