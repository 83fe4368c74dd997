"""What becomes of an answer: nothing vanishes, revisions are listed, doubts are held back."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.live.hosts.source import Fetched, Split
from market.live.merge.merge import Known, merge
from market.live.merge.series import LIVE
from market.sources.bundled import bundled_series

TODAY = dt.date(2026, 11, 21)
FETCHED = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


def answer(closes, first="2026-01-05", column="close", freq="B", **more):
    index = pd.date_range(first, periods=len(closes), freq=freq, name="stamp").as_unit("ns")
    rows = pd.DataFrame({column: np.asarray(closes, dtype=float)}, index=index)
    return Fetched(rows, "Somebody", "https://x/", "b" * 64, **more)


def months(values, first="2025-01-31"):
    return answer(values, first, "value", "ME")


def known(live, fetched, when=FETCHED):
    return Known(merge(live, None, fetched, when.date()).frame, False, when)


SPY, BAA, HY = LIVE["spy"], LIVE["moodys_baa"], LIVE["hy_oas"]
WALK = 100 * np.exp(np.cumsum(np.random.default_rng(7).normal(0, 0.01, 300)))


def test_a_first_answer_is_taken_as_it_is():
    got = merge(SPY, None, answer(WALK), TODAY)
    assert (got.added, got.holds, got.revisions) == (300, (), ())
    assert got.frame["close"].tolist() == pytest.approx(WALK)
    assert (got.frame["known_at"] == got.frame.index).all()
    assert (got.frame["source"] == "Somebody").all()


def test_the_same_answer_again_changes_nothing():
    base = known(SPY, answer(WALK))
    got = merge(SPY, base, answer(WALK), TODAY)
    assert not got.changed
    assert got.frame.equals(base.frame)


def test_new_rows_are_added_to_what_is_known():
    got = merge(SPY, known(SPY, answer(WALK[:290])), answer(WALK[100:], "2026-05-25"), TODAY)
    assert (got.added, got.changed) == (10, True)
    assert len(got.frame) == 300


def test_history_that_a_source_no_longer_serves_is_kept():
    spread = 3 + 0.3 * np.sin(np.arange(1000) / 30)
    base = known(HY, answer(spread, "2020-01-01", "value"))
    window = answer(spread[700:], "2022-09-07", "value")
    got = merge(HY, base, window, TODAY)
    assert len(got.frame) == 1000
    assert not got.vanished and not got.holds and not got.changed


def test_days_that_vanish_are_kept_and_named():
    gaps = answer(WALK)
    gaps = Fetched(gaps.frame.drop(gaps.frame.index[[50, 60]]), "Somebody", "", "")
    got = merge(SPY, known(SPY, answer(WALK)), gaps, TODAY)
    assert got.vanished == ("2026-03-16", "2026-03-30")
    assert not got.holds and len(got.frame) == 300
    assert "2 known rows are not in the answer and are kept" in got.told[0]


def test_vanished_history_is_held_back():
    half = answer(WALK)
    half = Fetched(half.frame.iloc[::2], "Somebody", "", "")
    got = merge(SPY, known(SPY, answer(WALK)), half, TODAY)
    assert "history vanished: 149 of 299" in got.holds[0]
    assert len(got.frame) == 300


def test_a_corrected_price_replaces_the_first_and_is_listed():
    corrected = WALK.copy()
    corrected[200] *= 1.02
    got = merge(SPY, known(SPY, answer(WALK)), answer(corrected), TODAY)
    assert got.frame["close"].iloc[200] == pytest.approx(corrected[200])
    assert [r.stamp for r in got.revisions] == ["2026-10-12"]
    assert not got.holds


def test_a_correction_beyond_belief_is_held_back():
    corrected = WALK.copy()
    corrected[200] *= 1.20
    got = merge(SPY, known(SPY, answer(WALK)), answer(corrected), TODAY)
    assert "revised beyond belief: 2026-10-12 close" in " ".join(got.holds)


def test_a_revised_statistic_keeps_what_was_known_first():
    base = known(BAA, months([5.0, 5.1, 5.2, 5.3, 5.4, 5.5]))
    revised = months([5.0, 5.1, 5.25, 5.3, 5.4, 5.5])
    got = merge(BAA, base, revised, TODAY)
    row = got.frame.loc["2025-03-31"]
    assert row["value"] == 5.2
    assert row["conflict"] == "Somebody states 5.25 since 2026-11-21"
    assert row["known_at"] == pd.Timestamp("2025-04-07")
    assert str(got.revisions[0]) == "2025-03-31 value: 5.2, now 5.25 (the first is kept)"
    again = merge(BAA, Known(got.frame, False, FETCHED), revised, dt.date(2026, 12, 1))
    assert not again.changed and not again.revisions  # told once


def test_a_confirmed_revision_is_known_from_the_day_after_it_was_seen():
    base = known(BAA, months([5.0, 5.1, 5.2, 5.3, 5.4, 5.5]))
    got = merge(BAA, base, months([5.0, 5.1, 5.25, 5.3, 5.4, 5.5]), TODAY, confirmed=True)
    assert got.frame.loc["2025-03-31", "value"] == 5.25
    assert got.frame.loc["2025-03-31", "known_at"] == pd.Timestamp("2026-11-22")
    assert got.frame.loc["2025-04-30", "known_at"] == pd.Timestamp("2025-05-07")


def test_a_whole_past_revised_is_another_series():
    base = known(BAA, months([5.0, 5.1, 5.2, 5.3, 5.4, 5.5]))
    got = merge(BAA, base, months([5.1, 5.2, 5.3, 5.4, 5.5, 5.6]), TODAY)
    assert got.holds


def test_a_statistic_that_came_late_is_known_from_when_it_was_seen():
    base = known(BAA, months([5.0, 5.1, 5.2]), dt.datetime(2025, 5, 20, 22, 0, tzinfo=dt.UTC))
    got = merge(BAA, base, months([5.0, 5.1, 5.2, 5.3, 5.4]), dt.date(2025, 6, 9))
    # April's figure was due on 7 May and not there on the 20th; May's came as it should
    assert got.frame.loc["2025-04-30", "known_at"] == pd.Timestamp("2025-06-10")
    assert got.frame.loc["2025-05-31", "known_at"] == pd.Timestamp("2025-06-07")


def test_a_clock_that_went_back_makes_nothing_known_earlier():
    base = known(BAA, months([5.0, 5.1, 5.2]), dt.datetime(2025, 5, 20, 22, 0, tzinfo=dt.UTC))
    got = merge(BAA, base, months([5.0, 5.1, 5.2, 5.3]), dt.date(1999, 1, 1))
    assert got.frame.loc["2025-04-30", "known_at"] == pd.Timestamp("2025-05-21")


@pytest.mark.parametrize(
    ("series", "stamp", "known_at"),
    [
        ("moodys_aaa", "2026-10-31", "2026-11-07"),
        ("hy_oas", "2026-11-20", "2026-11-23"),
        ("ig_oas", "2026-11-25", "2026-11-27"),  # the 26th is Thanksgiving
        ("treasury_curve", "2026-11-20", "2026-11-23"),
        ("fed_funds_target", "2026-11-20", "2026-11-23"),
        ("margin_debt_finra", "2026-10-31", "2026-12-10"),
        ("btc", "2026-11-21", "2026-11-22"),
        ("gold", "2026-11-20", "2026-11-23"),
        ("dollar", "2026-11-20", "2026-11-23"),
        ("wti", "2026-11-20", "2026-11-23"),
        ("spy", "2026-11-20", "2026-11-20"),
        ("vix", "2026-11-20", "2026-11-20"),
    ],
)
def test_when_a_live_figure_is_known(series, stamp, known_at):
    column = {"treasury_curve": "m3"}.get(series) or (
        "value" if LIVE[series].kind == "statistic" else "close"
    )
    rows = answer([1.0, 1.0], "2024-01-02", column).frame
    rows.index = pd.DatetimeIndex(["2024-01-02", stamp], name="stamp").as_unit("ns")
    got = merge(LIVE[series], None, Fetched(rows, "x", "", ""), TODAY)
    assert got.frame["known_at"].iloc[-1] == pd.Timestamp(known_at)


def test_a_jump_beyond_belief_is_held_back():
    spike = np.append(WALK, WALK[-1] * 2)
    got = merge(SPY, known(SPY, answer(WALK)), answer(spike), TODAY)
    assert "close moves from" in got.holds[0] and "2027-03-01" in got.holds[0]
    confirmed = merge(SPY, known(SPY, answer(WALK)), answer(spike), TODAY, confirmed=True)
    assert not confirmed.holds
    assert confirmed.lasting[0].startswith("confirmed by hand: close moves from")
    assert confirmed.frame["close"].iloc[-1] == pytest.approx(WALK[-1] * 2)


def test_a_spike_of_a_low_is_held_back_too():
    rows = answer(WALK).frame.assign(low=WALK * 0.99)
    rows.iloc[-1, 1] = 0.01
    got = merge(SPY, None, Fetched(rows, "x", "", ""), TODAY)
    assert "low moves from" in got.holds[0]


def test_a_price_that_is_not_positive_is_held_back():
    got = merge(SPY, None, answer([100, 101, -3, 102]), TODAY)
    assert got.holds


def test_oil_was_negative_once():
    got = merge(LIVE["wti"], None, answer([18.27, -37.63, 10.01]), TODAY)
    assert not got.holds


def test_october_1987_and_march_2020_are_believed():
    for live, move in (("sp500", 0.2047), ("nasdaq", 0.1233), ("vix", -1.1560), ("btc", 0.3717)):
        closes = [100.0, 100 * (1 - move)]
        rows = answer(closes).frame
        for column in ("open", "high", "low"):
            rows[column] = rows["close"]
        assert not merge(LIVE[live], None, Fetched(rows, "x", "", ""), TODAY).holds


def test_a_stated_split_rescales_what_is_known():
    live = LIVE["spxu"]
    before = answer(WALK)
    volumes = before.frame.assign(volume=1000.0)
    base = known(live, Fetched(volumes, "Somebody", "", ""))
    window = answer(WALK[250:] / 4, "2026-12-21", splits=(Split(dt.date(2027, 2, 26), 4, 1),))
    got = merge(live, base, window, dt.date(2027, 3, 1))
    assert not got.holds
    assert got.frame["close"].to_numpy() == pytest.approx(WALK / 4)
    assert got.frame["volume"].iloc[0] == pytest.approx(4000.0)
    assert "split 4 for 1 on 2027-02-26" in got.lasting[0]
    assert "levels stated in the old prices do not fit" in got.lasting[0]


def test_a_reverse_split_and_two_splits_at_once():
    for splits, factor in (
        ((Split(dt.date(2027, 1, 5), 1, 8),), 8.0),
        ((Split(dt.date(2027, 1, 5), 2, 1), Split(dt.date(2027, 1, 6), 3, 1)), 1 / 6),
    ):
        got = merge(SPY, known(SPY, answer(WALK)), answer(WALK * factor, splits=splits), TODAY)
        assert not got.holds
        assert got.frame["close"].to_numpy() == pytest.approx(WALK * factor)


def test_a_rescaled_past_without_a_stated_split_is_held_back():
    for splits in ((), (Split(dt.date(2027, 1, 5), 3, 1),)):
        got = merge(SPY, known(SPY, answer(WALK)), answer(WALK / 4, splits=splits), TODAY)
        assert "every level is 0.25 times the known one" in got.holds[0]


def test_prices_adjusted_for_dividends_are_told_and_held_back():
    adjusted = WALK.copy()
    for day in (60, 120, 180, 240):
        adjusted[:day] *= 0.995
    got = merge(SPY, known(SPY, answer(WALK)), answer(adjusted), TODAY)
    assert "adjusted for dividends, and levels mean nothing on adjusted prices" in got.holds[0]


def test_an_answer_that_calls_itself_adjusted_is_held_back():
    got = merge(SPY, None, answer(WALK, adjusted=True), TODAY)
    assert "levels mean nothing on adjusted prices" in got.holds[0]


@pytest.mark.parametrize("days", [1, -1])
def test_dates_shifted_by_a_day_are_told_and_held_back(days):
    moved = answer(WALK)
    index = pd.DatetimeIndex(moved.frame.index) + pd.offsets.BusinessDay(days)
    rows = moved.frame.set_axis(index.as_unit("ns").rename("stamp"))
    got = merge(SPY, known(SPY, answer(WALK)), Fetched(rows, "x", "", ""), TODAY)
    assert any("the dates are shifted by one row" in reason for reason in got.holds)


def test_gaps_are_told():
    rows = answer(WALK).frame
    rows = rows.drop(rows.index[100:120])
    got = merge(SPY, None, Fetched(rows, "x", "", ""), TODAY)
    assert "no rows for 31 days before 2026-06-22" in got.told


def test_the_bundled_series_is_what_is_known_at_first():
    base = Known(bundled_series("moodys_baa").frame, True)
    rows = base.frame[["value"]].iloc[-24:]
    more = pd.DataFrame({"value": [5.5]}, index=pd.DatetimeIndex(["2026-10-31"], name="stamp"))
    fetched = Fetched(pd.concat([rows, more]).rename_axis("stamp"), "FRED BAA", "", "")
    fetched.frame.index = pd.DatetimeIndex(fetched.frame.index).as_unit("ns")
    got = merge(BAA, base, fetched, TODAY)
    assert len(got.frame) == len(base.frame) + 1
    assert "compared with the 24 rows that come with the program: all equal" in got.told
    assert got.frame["source"].iloc[0] == "comes with the program"
    assert got.frame["source"].iloc[-1] == "FRED BAA"


def test_single_published_figures_give_way_to_the_source_s_own():
    base = Known(bundled_series("margin_debt_finra").frame, True)
    stamps = pd.date_range("1997-01-31", "2026-09-30", freq="ME", name="stamp").as_unit("ns")
    level = base.frame["value"].reindex(stamps).interpolate().bfill() * 1.0004
    fetched = Fetched(pd.DataFrame({"value": level}), "FINRA", "", "")
    got = merge(LIVE["margin_debt_finra"], base, fetched, TODAY)
    assert not got.holds
    assert got.frame["value"].to_numpy() == pytest.approx(level.to_numpy())
    # the stated publication date was of another figure: the rule holds
    rule = pd.DatetimeIndex(got.frame.index) + pd.Timedelta(days=40)
    assert (got.frame["known_at"] >= rule).all()


def test_the_traded_index_needs_whole_bars():
    index = answer(WALK).frame
    bars = index.assign(open=WALK, high=WALK * 1.01, low=WALK * 0.99)
    assert not merge(LIVE["sp500"], None, Fetched(bars, "x", "", ""), TODAY).holds
    inside = bars.copy()
    inside.iloc[5, 2] = WALK[5] * 0.9999  # a high a hair below the close is widened
    got = merge(LIVE["sp500"], None, Fetched(inside, "x", "", ""), TODAY)
    assert not got.holds and got.frame["high"].iloc[5] == WALK[5]
    for column, value in ((1, np.nan), (2, WALK[5] * 0.9), (3, WALK[5] * 1.1)):
        wrong = bars.copy()
        wrong.iloc[5, column] = value
        got = merge(LIVE["sp500"], None, Fetched(wrong, "x", "", ""), TODAY)
        assert any("1 sessions have no whole bar" in reason for reason in got.holds)


@given(
    st.lists(st.floats(50, 150), min_size=2, max_size=40),
    st.lists(
        st.one_of(st.floats(50, 150), st.floats(allow_infinity=False)), min_size=2, max_size=40
    ),
    st.integers(-30, 60),
    st.booleans(),
)
def test_whatever_comes_nothing_known_vanishes(first, second, offset, confirmed):
    begin = pd.Timestamp("2026-01-05") + pd.offsets.BusinessDay(offset)
    for live, column in ((SPY, "close"), (BAA, "value")):
        base = Known(merge(live, None, answer(first, column=column), TODAY).frame, False, FETCHED)
        got = merge(live, base, answer(second, begin, column), TODAY, confirmed=confirmed)
        assert base.frame.index.isin(got.frame.index).all()
        assert got.frame.index.is_unique and got.frame.index.is_monotonic_increasing
        assert got.frame.loc[base.frame.index, column].notna().all()
        assert (got.frame["known_at"] >= got.frame.index).all()
        if not got.holds and not confirmed and live.kind == "statistic":
            pd.testing.assert_series_equal(
                got.frame.loc[base.frame.index, column], base.frame[column], check_freq=False
            )
