"""The whole run: nothing from the future, nothing from chance, and claims about known history."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.container import Market
from market.errors import InputError
from strategy.api import load_plan, run
from strategy.plan import Plan
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    random_prices,
    weekdays,
)
from tests.tables import iso_days
from tests.tolerances import ROUNDING, SHORT_SUMS, printed

CONFIGS = Path(__file__).parents[3] / "configs"
SOME_COSTS = {"fee_bps": 5, "slippage_bps": 10, "dividend_yield": 0.02, "cash": "bills"}


def same_rows(one: pd.DataFrame, other: pd.DataFrame) -> None:
    # a column that is empty in one row only becomes one of objects: values count, not dtypes
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True).astype(object),
        other.reset_index(drop=True).astype(object),
        check_exact=True,
    )


def complete_rows(result: Result) -> pd.DataFrame:
    return result.vintages[result.vintages["complete"]]


def orders_before(result: Result, date: pd.Timestamp) -> np.ndarray:
    orders = result.simulation.chained.orders
    return orders[result.market.sessions[orders["session"]] < date]


def walk(seed: int, start: str = "2012-01-02", end: str = "2016-06-30") -> Market:
    sessions = weekdays(start, end, ["2012-11-21", "2013-12-31", "2014-01-01"])
    rng = np.random.default_rng(seed)
    months = np.arange(len(sessions)) // 15
    score = np.round(rng.uniform(0.0, 1.0, months.max() + 1), 2)[months]
    return make_market(random_prices(sessions, seed, 0.02), score=score, bill=0.03)


# --- nothing from the future ------------------------------------------------------------------


def assert_prefix(plan: Plan, market: Market, whole: Result, date: str) -> None:
    cut = pd.Timestamp(date)
    known = outcome_of(plan, market.until(cut))
    rows = complete_rows(known)
    later = whole.vintages[whole.vintages["vintage"].isin(rows["vintage"])]
    same_rows(rows, later)
    assert np.array_equal(orders_before(known, cut), orders_before(whole, cut))
    past = known.daily[known.daily.index < cut]
    # the comparator holds less core by the window's mean hedge, which is known at its end only:
    # nothing is decided on it, and the rows of complete vintages above hold its final figures
    decided = [c for c in past.columns if not c.endswith("derisk")]
    pd.testing.assert_frame_equal(
        past[decided], whole.daily.loc[past.index, decided], check_exact=True
    )


@pytest.mark.parametrize(
    "date",
    [
        "1963-01-10",  # the first window has just begun
        "1974-06-28",
        "1987-10-19",  # the crash, inside a window
        "1999-12-10",  # inside a tactical leg
        "2001-12-14",  # the leg's last session
        "2008-11-21",  # an anchor
        "2008-12-31",  # a window's last session
        "2020-03-23",
        "2023-12-29",
    ],
)
def test_on_real_history_vintages_complete_by_a_date_know_nothing_later(bundled, history, date):
    assert_prefix(history.plan, bundled, history, date)


@settings(max_examples=25)
@given(seed=st.integers(0, 3), back=st.integers(0, 700), data=st.data())
def test_on_random_walks_vintages_complete_by_a_date_know_nothing_later(seed, back, data):
    market = walk(seed)
    plan = make_plan(
        costs=SOME_COSTS,
        tactical__failed_breakout={"trigger": data.draw(st.sampled_from(["close", "touch"]))},
        tactical__entry={"fill": data.draw(st.sampled_from(["next_open", "next_close"]))},
        hedge={
            "reevaluate": data.draw(st.sampled_from(["daily", "weekly", "monthly"])),
            "band": data.draw(st.sampled_from([0.0, 0.05, 0.2])),
        },
    )
    date = f"{market.sessions[len(market.sessions) - 1 - back]:%Y-%m-%d}"
    assert_prefix(plan, market, outcome_of(plan, market), date)


def test_with_a_window_that_ends_in_june_a_row_is_complete_when_the_year_is_over():
    sessions = weekdays("2021-06-01", "2023-03-31")
    market = make_market(price_frame(sessions, 100.0, {"2022-09-01": 150.0}), score=0.0)
    plan = make_plan(hedge__window={"start": "01-01", "end": "06-30"})
    whole = outcome_of(plan, market)
    # next_year_return of the row needs December, so nothing is complete in August
    assert complete_rows(outcome_of(plan, market.until("2022-08-01"))).empty
    known = complete_rows(outcome_of(plan, market.until("2022-12-30")))
    assert list(known["vintage"]) == [2021]
    same_rows(known, whole.vintages.query("vintage == 2021"))


def test_a_later_start_changes_no_row(bundled, history):
    later = outcome_of(Plan.model_validate({"name": "x", "data": {"start": "1990-06-01"}}), bundled)
    assert later.vintages["vintage"].iloc[0] == 1990
    same_rows(later.vintages, history.vintages.query("vintage >= 1990"))


def test_naming_the_years_changes_no_row(bundled, history):
    named = outcome_of(Plan(name="x", vintages=(1986, 2007, 2024)), bundled)
    same_rows(named.vintages, history.vintages.query("vintage in [1986, 2007, 2024]"))


def test_the_path_of_named_years_ends_with_the_last_one(bundled):
    daily = outcome_of(Plan(name="x", vintages=(1986, 2007)), bundled).daily
    assert daily.index[0] == pd.Timestamp("1986-11-21")
    assert daily.index[-1] == pd.Timestamp("2008-12-31")


# --- nothing from chance ----------------------------------------------------------------------


def test_two_runs_give_the_same_frames_and_the_same_id(bundled, history):
    again = outcome_of(Plan(name="default"), bundled)
    for name in ("vintages", "trades", "daily"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(history, name))
    assert again.metrics == history.metrics
    assert again.run_id == Result(history.simulation).run_id


def test_the_prices_are_only_read(bundled):
    before = bundled.prices.copy()
    outcome_of(Plan(name="x"), bundled)
    pd.testing.assert_frame_equal(bundled.prices, before)


# --- fills ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_next_close_is_a_run_on_bars_reduced_to_their_close(seed):
    market = walk(seed)
    flat = market.prices.copy()
    for name in ("open", "high", "low"):
        flat[name] = flat["close"]
    plan = make_plan(costs=SOME_COSTS, tactical__entry={"fill": "next_close"})
    at_open = make_plan(costs=SOME_COSTS)
    one = outcome_of(plan, market)
    other = outcome_of(at_open, replace(market, prices=flat))
    pd.testing.assert_frame_equal(one.daily, other.daily)
    columns = [c for c in one.vintages if c != "entry_open_copied"]
    pd.testing.assert_frame_equal(one.vintages[columns], other.vintages[columns])


def test_with_next_close_the_entry_is_at_the_close_and_ranges_are_not_seen():
    sessions = weekdays("2021-11-01", "2022-12-30")
    bars = {"2021-11-22": (100.0, 120.0, 50.0, 101.0), "2021-11-23": (90.0, 130.0, 60.0, 102.0)}
    market = make_market(price_frame(sessions, 100.0, {**bars, "2021-11-24": 102.0}), score=0.0)
    plan = make_plan(tactical__entry={"fill": "next_close"}, tactical__exit_by="11-23")
    row = iso_days(outcome_of(plan, market).vintages).iloc[0]
    assert row["entry_price"] == 101.0
    assert (row["exit_reason"], row["exit_date"]) == ("time", "2021-11-23")
    assert row["tactical_return"] == pytest.approx(102.0 / 101.0 - 1.0)


def test_with_next_close_a_leg_of_one_session_is_no_leg():
    sessions = weekdays("2021-11-01", "2022-12-30")
    plan = make_plan(tactical__entry={"fill": "next_close"}, tactical__exit_by="11-22")
    row = outcome_of(plan, make_market(price_frame(sessions), score=0.0)).vintages.iloc[0]
    assert row["exit_reason"] == "no_session"
    assert math.isnan(row["tactical_return"])


def test_with_next_close_a_window_of_one_session_shows_no_hedge_that_was_never_held():
    sessions = weekdays("2021-11-01", "2022-12-30")
    plan = make_plan(
        tactical__entry={"fill": "next_close"},
        hedge={"window": {"start": "01-01", "end": "01-03"}, "phase_in": {"steps": 1}},
    )
    result = outcome_of(plan, make_market(price_frame(sessions), score=1.0))
    assert result.trades.query("sleeve == 'hedge'").empty
    assert (result.daily["hedge_held"] == 0.0).all()


# --- the size of the leg ----------------------------------------------------------------------


def weight(score: float | None = 0.0, **size: float) -> float:
    sessions = weekdays("2021-10-01", "2021-12-31")
    market = make_market(price_frame(sessions), score=score)
    return float(outcome_of(make_plan(tactical__size=size), market).vintages["tactical_weight"][0])


def test_the_size_is_the_smaller_of_weight_and_risk_budget_over_stop_distance():
    assert weight(weight=0.8) == 0.8
    # a stop 3 % away: a budget of 1.5 % of equity is half of it, one of 6 % would be twice
    assert weight(weight=1.0, risk_budget=0.015) == pytest.approx(0.5)
    assert weight(weight=1.0, risk_budget=0.06) == 1.0
    assert weight(weight=3.0, risk_budget=0.06) == pytest.approx(2.0)


def test_the_size_shrinks_with_the_score_known_at_the_anchor():
    assert weight(score=1.0) == pytest.approx(0.5)
    assert weight(score=0.5) == pytest.approx(0.75)
    assert weight(score=0.5, risk_scaling=1.0) == pytest.approx(0.5)
    assert weight(score=1.0, risk_scaling=0.0) == 1.0


def test_an_unknown_score_does_not_shrink_the_size():
    assert weight(score=None) == 1.0


def test_the_distance_of_a_stop_level_counts_from_the_entry():
    sessions = weekdays("2021-10-01", "2021-12-31")
    market = make_market(price_frame(sessions), score=0.0)
    plan = make_plan(
        tactical__stop={"level": 96}, tactical__size={"weight": 5.0, "risk_budget": 0.1}
    )
    assert outcome_of(plan, market).vintages["tactical_weight"][0] == pytest.approx(2.5)


# --- odd data ---------------------------------------------------------------------------------


def test_data_that_end_on_the_anchor_leave_a_vintage_still_to_come():
    result = run(make_plan(), make_market(price_frame(weekdays("2020-11-02", "2020-11-20"))))
    (row,) = iso_days(result.vintages).to_dict("records")
    assert (row["vintage"], row["exit_reason"], row["complete"]) == (2020, "open", False)
    assert row["entry_date"] is None
    assert math.isnan(row["entry_price"])
    assert len(result.daily) == 1
    assert result.metrics["vintages"] == {
        "n": 1,
        "n_complete": 0,
        "first": 2020,
        "last": 2020,
        "unfinished": [2020],
    }


def test_data_that_end_after_the_entry_leave_the_leg_open_at_the_last_close():
    prices = price_frame(
        weekdays("2020-11-02", "2020-11-24"), 100.0, {"2020-11-24": (100.0, 103.0, 100.0, 102.0)}
    )
    result = run(make_plan(), make_market(prices, score=0.0))
    (row,) = iso_days(result.vintages).to_dict("records")
    assert row["exit_reason"] == "open"
    assert row["exit_date"] is None
    assert row["tactical_return"] == pytest.approx(0.02)
    assert result.metrics["tactical"]["n"] == 0


@pytest.mark.parametrize("sessions", [0, 1])
def test_fewer_than_two_sessions_are_refused(sessions):
    prices = price_frame(weekdays("2020-11-02", "2020-11-24")[:sessions])
    with pytest.raises(InputError, match=f"{sessions} sessions"):
        outcome_of(make_plan(), make_market(prices))


def test_a_window_without_a_session_does_not_lose_the_tactical_leg():
    # the window is a weekend, so nothing is hedged; the leg reaches both targets on its first day
    sessions = weekdays("2021-06-01", "2023-03-31")
    bars = {"2021-11-22": (100.0, 109.0, 100.0, 109.0)}
    market = make_market(price_frame(sessions, 100.0, bars), score=0.0)
    plan = make_plan(hedge__window={"start": "03-05", "end": "03-06"}, vintages=[2021])
    row = iso_days(outcome_of(plan, market).vintages).iloc[0]
    assert row["tactical_return"] == pytest.approx(0.06)
    assert row["tactical_contribution"] == pytest.approx(0.06)


def test_the_progress_of_a_run_is_told_to_who_asks():
    told: list[tuple[str, int, int]] = []
    market = make_market(price_frame(weekdays("2020-11-02", "2021-01-29")), score=0.0)
    simulate(make_plan(), market, lambda what, done, of: told.append((what, done, of)))
    assert told
    assert all(what and 0 <= done <= of for what, done, of in told)
    assert told[-1][1] == told[-1][2]


# --- real history -----------------------------------------------------------------------------


def test_real_history_holds_64_vintages_of_which_63_are_complete(history):
    rows = iso_days(history.vintages)
    assert list(rows["vintage"]) == list(range(1962, 2026))
    assert rows["complete"].sum() == 63
    assert history.metrics["vintages"]["unfinished"] == [2025]
    assert history.metrics["tactical"]["n"] + history.metrics["tactical"]["n_no_trade"] == 63


def row_of(result: Result, year: int) -> pd.Series:
    return iso_days(result.vintages).set_index("vintage").loc[year]


def test_the_2024_vintage_by_hand(history):
    row = row_of(history, 2024)
    assert (row["anchor_date"], row["anchor_close"]) == ("2024-11-21", 5948.71)
    assert (row["entry_date"], row["entry_price"]) == ("2024-11-22", 5944.36)
    assert row["stop"] == pytest.approx(5944.36 * 0.97)
    assert row["zone_low"] == pytest.approx(5948.71 * 6180 / 5950)
    # 15 December 2024 is a Sunday
    assert (row["exit_date"], row["exit_reason"]) == ("2024-12-13", "time")
    # sold at the close of 6051.09, a fee of 1 bp and slippage of 2 bp each way
    expected = 6051.09 * 0.9998 * 0.9999 / (5944.36 * 1.0002 * 1.0001) - 1
    assert row["tactical_return"] == pytest.approx(expected, rel=ROUNDING)
    assert row["complete"]


def test_the_vintage_of_the_article_by_hand(history):
    """Bought on 24 November 2025; half at the zone; the breakout fails on 12 December."""
    row = row_of(history, 2025)
    assert (row["anchor_date"], row["anchor_close"]) == ("2025-11-21", 6602.99)
    assert (row["entry_date"], row["entry_price"]) == ("2025-11-24", 6636.54)
    assert row["zone_low"] == pytest.approx(6602.99 * 6180 / 5950)
    trades = history.trades
    legs = trades[(trades["vintage"] == 2025) & (trades["sleeve"] == "tactical")]
    assert legs["exit_reason"].tolist() == ["target_1", "failed_breakout"]
    assert [str(day)[:10] for day in legs["exit_date"]] == ["2025-12-03", "2025-12-15"]
    assert legs["exit_price"].tolist() == pytest.approx([6858.2316, 6860.19], abs=printed(4))
    closes = history.market.prices["close"]
    assert (closes["2025-12-10":"2025-12-11"] > row["zone_high"]).all()
    assert closes["2025-12-12"] < row["zone_low"]
    gross = 0.5 * (row["zone_low"] / 6636.54 - 1) + 0.5 * (6860.19 / 6636.54 - 1)
    assert gross == pytest.approx(0.03355, abs=printed(5))
    # a fee of 1 bp on each fill, slippage of 2 bp on the entry and on the market order
    paid = 6636.54 * 1.0002 * 1.0001
    made = 0.5 * row["zone_low"] * 0.9999 + 0.5 * 6860.19 * 0.9998 * 0.9999
    assert row["tactical_return"] == pytest.approx(made / paid - 1, rel=ROUNDING)


def test_the_bundled_bars_behind_the_2024_vintage(bundled):
    prices = bundled.prices
    assert prices.at["2024-11-21", "close"] == 5948.71
    assert prices.at["2024-11-22", "open"] == 5944.36
    assert prices.at["2024-12-13", "close"] == 6051.09
    assert prices.index[0] == pd.Timestamp("1950-01-03")
    assert prices.index[-1] == pd.Timestamp("2026-10-06")
    assert len(prices) == 19_312
    bar = prices.loc["2025-11-21", ["open", "high", "low", "close"]]
    assert bar.tolist() == [6555.77, 6660.05, 6521.92, 6602.99]
    assert prices.at["2025-12-15", "close"] == 6816.51
    assert prices.at["2026-08-21", "close"] == 7674.37


@pytest.mark.parametrize(
    ("year", "anchor", "next_year"),
    [
        # closes of the last sessions of 2007 and 2008: 1468.36 and 903.25
        (2007, "2007-11-21", 903.25 / 1468.36 - 1.0),
        # 1986 and 1987: 242.17 and 247.08
        (1986, "1986-11-21", 247.08 / 242.17 - 1.0),
    ],
)
def test_the_next_years_index_return_is_of_year_end_closes(history, year, anchor, next_year):
    row = row_of(history, year)
    assert row["anchor_date"] == anchor
    assert row["next_year_return"] == pytest.approx(next_year, abs=2e-4)


def test_the_crash_of_1987_is_in_the_year_after_the_1986_vintage(history):
    # from the peak of 25 August, 336.77, to the low of 4 December, 223.92
    row = row_of(history, 1986)
    assert row["next_year_max_drawdown"] == pytest.approx(223.92 / 336.77 - 1.0, abs=1e-4)


def test_every_leg_on_real_history_is_inside_its_calendar(history):
    rows = iso_days(history.vintages)
    traded = rows[rows["entry_date"].notna()]
    for row in traded.to_dict("records"):
        year = row["vintage"]
        assert row["anchor_date"] <= f"{year}-11-21" < row["entry_date"]
        assert row["entry_date"] <= row["exit_date"] <= f"{year}-12-15"
        assert row["stop"] < row["entry_price"] < row["zone_low"] < row["zone_high"]
        assert row["zone_high"] < row["extension_low"] < row["extension_high"]
        if row["exit_reason"] == "time":
            assert row["max_adverse"] > row["stop"] / row["entry_price"] - 1.0
            assert row["max_favourable"] < row["extension_low"] / row["entry_price"] - 1.0


def test_the_tactical_return_of_every_vintage_again_from_its_bars(history, bundled):
    from tests.strategy.legs.naive_resolver import naive_path

    prices = bundled.prices
    for row in iso_days(history.vintages).to_dict("records"):
        entry = prices.index.get_loc(row["entry_date"])
        last = int(prices.index.searchsorted(f"{row['vintage']}-12-15", side="right")) - 1
        bars = [tuple(map(float, bar)) for bar in prices.iloc[entry : last + 1].to_numpy()]
        naive = naive_path(
            [(b[0], b[1], b[2], b[3]) for b in bars],
            zone_low=row["zone_low"],
            zone_high=row["zone_high"],
            extension_low=row["extension_low"],
            stop=row["stop"],
            first_share=0.5,
            within=3,
            buffer=0.0,
            trigger="close",
            same_bar="stop_first",
            finished=True,
        )
        again = naive.tactical_return(bars[0][0], bars[-1][3], fee=1e-4, slippage=2e-4)
        assert row["exit_reason"] == naive.exit_reason
        assert row["tactical_return"] == pytest.approx(again, abs=SHORT_SUMS)
        assert row["exit_date"] == f"{prices.index[entry + naive.last_bar]:%Y-%m-%d}"


def test_as_written_runs_the_articles_own_levels_on_2024(bundled):
    result = outcome_of(load_plan(CONFIGS / "as_written.yaml"), bundled)
    (row,) = iso_days(result.vintages).to_dict("records")
    assert (row["vintage"], row["entry_price"]) == (2024, 5944.36)
    assert (row["zone_low"], row["zone_high"]) == (6180.0, 6200.0)
    assert (row["extension_low"], row["extension_high"]) == (6450.0, 6500.0)
    assert row["complete"]


@pytest.mark.parametrize("year", [1962, 2000, 2021, 2023])
def test_the_articles_own_levels_are_refused_for_any_other_vintage(bundled, year):
    plan = load_plan(CONFIGS / "as_written.yaml", [f"vintages=[{year}]"])
    with pytest.raises(InputError, match=f"levels do not belong to this price series.*{year}-11"):
        outcome_of(plan, bundled)


def test_2024_is_the_only_vintage_the_articles_levels_fit(bundled):
    fits = []
    for year in range(1962, 2025):
        plan = load_plan(CONFIGS / "as_written.yaml", [f"vintages=[{year}]"])
        close = bundled.prices["close"]
        anchor = close.loc[: dt.datetime(year, 11, 21)].iloc[-1]
        if abs(plan.tactical.levels.reference / anchor - 1) <= 0.02:
            fits.append(year)
    assert fits == [2024]
