"""A plan of legs from file to tables: hand-computed accounts, books, calendars, refusals."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from strategy.legplan.markets import load_markets
from strategy.legplan.result import LegsResult, run_legs
from strategy.plan.file.legs_file import load_legs_plan
from tests.tables import iso_days
from tests.tolerances import LONG_SUMS

FREE = """
costs: {fee_bps: 0, slippage_bps: 0, borrow_bps: 0, rebate_spread_bps: 10000, margin_spread_bps: 0,
        dividend_yield: 0, cash: zero}
"""


def weekdays(start: str, closes: list[float]) -> pd.DataFrame:
    """One bar a weekday: opens at the close before, a point of range either way."""
    days = pd.bdate_range(start, periods=len(closes))
    opens = [closes[0], *closes[:-1]]
    return pd.DataFrame(
        {
            "date": days,
            "open": opens,
            "high": np.maximum(opens, closes) + 1.0,
            "low": np.minimum(opens, closes) - 1.0,
            "close": closes,
        }
    )


def run(folder, text: str, **files: pd.DataFrame) -> LegsResult:
    for name, table in files.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    path = folder / "plan.yaml"
    path.write_text(text + FREE)
    return run_legs(load_legs_plan(path))


#: 1 April 2024 is a Monday; forty weekdays end on 24 May.
RISING = [100.0 + t for t in range(40)]

ONE_LEG = """
name: one_leg
markets: {a: {prices: a.csv}}
core: {a: 0.5, rebalance: never}
vintages: {every: year, anchor: "04-30"}
data: {start: 2024-01-01}
legs:
  spring:
    market: a
    side: SIDE
    exits: {by: {sessions: 3}}
    size: {weight: 0.25}
"""


def test_core_and_leg_add_up_to_an_account_done_by_hand(tmp_path):
    result = run(tmp_path, ONE_LEG.replace("SIDE", "long"), a=weekdays("2024-04-01", RISING))
    # 30 April is session 21: close 121. Bought at the open of 1 May, the close before: 121;
    # sold at the close of 3 May, 124
    (row,) = iso_days(result.vintages).to_dict("records")
    assert (row["entry_date"], row["exit_date"]) == ("2024-05-01", "2024-05-03")
    assert (row["entry_price"], row["exit_reason"]) == (121.0, "time")
    assert row["leg_return"] == pytest.approx(124.0 / 121.0 - 1.0)
    daily = result.daily
    assert list(daily.index[:2].strftime("%m-%d")) == ["04-30", "05-01"]
    # half in the core from 121 on, a quarter in the leg for three days
    grown = 1.0 + 0.5 * (139.0 / 121.0 - 1.0) + 0.25 * (124.0 / 121.0 - 1.0)
    assert daily["total_equity"].iloc[-1] == pytest.approx(100_000 * grown)
    assert daily["core_alone_equity"].iloc[-1] == pytest.approx(
        100_000 * (1.0 + 0.5 * (139.0 / 121.0 - 1.0))
    )


def test_a_short_loses_what_the_long_wins(tmp_path):
    result = run(tmp_path, ONE_LEG.replace("SIDE", "short"), a=weekdays("2024-04-01", RISING))
    (row,) = iso_days(result.vintages).to_dict("records")
    assert row["leg_return"] == pytest.approx(-(124.0 / 121.0 - 1.0))
    grown = 1.0 + 0.5 * (139.0 / 121.0 - 1.0) - 0.25 * (124.0 / 121.0 - 1.0)
    assert result.daily["total_equity"].iloc[-1] == pytest.approx(100_000 * grown)
    assert result.daily["leg_spring_exposure"].min() < -0.24


def test_a_short_pays_dividends_and_borrow_and_earns_its_rebate(tmp_path):
    """Flat prices for a leg of three sessions over one weekend; rates by hand."""
    text = """
name: short_carry
markets: {a: {prices: a.csv, dividend_yield: 0.05}}
vintages: {every: year, anchor: "04-30"}
data: {start: 2024-01-01}
legs:
  spring: {market: a, side: short, exits: {by: {sessions: 4}}, size: {weight: 1.0}}
costs: {fee_bps: 0, slippage_bps: 0, borrow_bps: 36, rebate_spread_bps: 25, cash: zero}
"""
    (tmp_path / "plan.yaml").write_text(text)
    weekdays("2024-04-01", [100.0] * 40).to_csv(tmp_path / "a.csv", index=False)
    result = run_legs(load_legs_plan(tmp_path / "plan.yaml"))
    # sold at the open of Wednesday 1 May, held over Thursday, Friday and Monday: 5 nights
    rate = result.daily["bill_rate"].iloc[1:4].to_numpy()
    nights = np.array([1.0, 1.0, 3.0])
    rebate = float((np.maximum(rate - 0.0025, 0.0) * nights / 365.0).sum())
    wanted = rebate - 0.05 * 5.0 / 365.0 - 0.0036 * 5.0 / 360.0
    # proceeds and price stand still, so that the balances differ by the carry of a day alone
    assert result.daily["leg_spring_carry"].sum() / 100_000 == pytest.approx(wanted, abs=2e-8)


def test_two_legs_on_two_markets_of_other_calendars_share_one_account(tmp_path):
    """The coin trades on all days of the week; the index keeps its Friday close over weekends."""
    n = 80
    days = pd.date_range("2024-03-01", periods=n)
    coin = pd.DataFrame({"date": days, "close": [50.0 + t for t in range(n)]})
    text = """
name: two
markets: {index: {prices: index.csv}, coin: {prices: coin.csv}}
core: {index: 0.6, coin: 0.2, rebalance: never}
vintages: {every: month, anchor: -1}
data: {start: 2024-03-15}
legs:
  turn: {exits: {by: {sessions: 3}}, size: {weight: 0.1}}
  coin_turn: {market: coin, side: short, exits: {by: {sessions: 2}}, size: {weight: 0.1}}
"""
    result = run(tmp_path, text, index=weekdays("2024-03-01", [100.0] * 56), coin=coin)
    assert result.simulation.calendar.names == ("index", "coin")
    saturday = result.daily.loc["2024-04-06"]
    assert saturday["leg_turn_contribution"] == 0.0
    table = iso_days(result.vintages).set_index(["vintage", "leg"])
    # 29 March, a Friday, is the last session of the index in March: the coin's first session after
    # it is the Saturday
    assert table.loc[("2024-03", "turn"), "entry_date"] == "2024-04-01"
    assert table.loc[("2024-03", "coin_turn"), "entry_date"] == "2024-03-30"
    assert table.loc[("2024-03", "coin_turn"), "exit_date"] == "2024-03-31"
    parts = [c for c in result.daily if c.endswith("_contribution")]
    np.testing.assert_allclose(
        result.daily[parts].sum(axis=1), result.daily["total_return"], atol=1e-14
    )


def test_a_leg_may_cross_the_new_year_and_a_leap_day(tmp_path):
    text = """
name: winter
markets: {a: {prices: a.csv}}
vintages: {every: year, anchor: "12-20"}
data: {start: 2023-01-01}
legs:
  winter: {market: a, entry: {from: "12-28"}, exits: {by: {date: "02-29"}}}
"""
    n = 200
    result = run(tmp_path, text, a=weekdays("2023-09-01", [100.0] * n))
    (row,) = iso_days(result.vintages).to_dict("records")
    assert (row["vintage"], row["entry_date"], row["exit_date"]) == (
        "2023",
        "2023-12-28",
        "2024-02-29",
    )


def test_trades_of_a_position_in_parts_add_up_to_its_return(tmp_path):
    text = """
name: parts
markets: {a: {prices: a.csv}}
vintages: {every: year, anchor: "04-30"}
data: {start: 2024-01-01}
legs:
  spring:
    market: a
    levels: {reference: 121, near: 124}
    exits:
      targets: [{at: near, share: 0.5}, {at: {gain: 0.04}, share: 0.25}, {at: null, share: 0.25}]
      by: {date: "05-10"}
"""
    result = run(tmp_path, text, a=weekdays("2024-04-01", RISING))
    trades = result.trades.set_index("part")
    assert list(trades["exit_reason"]) == ["target_1", "target_2", "time"]
    # 121 x 1.04 = 125.84, which the high of 6 May reaches: its close of 125 and one point
    assert list(trades["exit_price"]) == [124.0, pytest.approx(125.84), 129.0]
    wanted = (0.5 * 124.0 + 0.25 * 125.84 + 0.25 * 129.0) / 121.0 - 1.0
    (row,) = iso_days(result.vintages).to_dict("records")
    assert row["leg_return"] == pytest.approx(wanted)
    assert trades["pnl"].sum() == pytest.approx(100_000 * wanted)
    assert row["same_days_return"] == pytest.approx(129.0 / 121.0 - 1.0)


def test_a_leg_that_may_enter_again_does_so_from_the_session_after_its_exit(tmp_path):
    text = """
name: again
markets: {a: {prices: a.csv}}
vintages: {every: year, anchor: "04-30"}
data: {start: 2024-01-01}
legs:
  spring:
    market: a
    entry: {until: {sessions: 8}, every: true}
    exits: {by: {sessions: 3}}
"""
    result = run(tmp_path, text, a=weekdays("2024-04-01", RISING))
    assert list(iso_days(result.trades)["entry_date"]) == ["2024-05-01", "2024-05-06", "2024-05-09"]
    (row,) = iso_days(result.vintages).to_dict("records")
    assert row["positions"] == 3
    wanted = (124 / 121) * (127 / 124) * (130 / 127) - 1.0
    assert row["leg_return"] == pytest.approx(wanted)


def test_vintages_that_overlap_are_refused_unless_allowed_and_then_both_are_held(tmp_path):
    text = """
name: overlap
markets: {a: {prices: a.csv}}
vintages: {every: week, anchor: 1}
data: {start: 2024-04-01}
legs:
  weekly: {market: a, exits: {by: {sessions: 8}}, size: {weight: 0.1}OVERLAP}
"""
    prices = weekdays("2024-04-01", RISING)
    with pytest.raises(InputError, match="is entered on 2024-04-16 while 2024-04-08 is held"):
        run(tmp_path, text.replace("OVERLAP", ""), a=prices)
    result = run(tmp_path, text.replace("OVERLAP", ", overlap: allow"), a=prices)
    assert result.daily["leg_weekly_exposure"].max() > 0.19
    assert {c.label for c in result.simulation.account.columns} == {"weekly 1", "weekly 1 (2)"}


def test_event_vintages_begin_when_the_conditions_become_true(tmp_path):
    closes = [100.0] * 10 + [90.0] * 5 + [110.0] * 10 + [90.0] * 5 + [110.0] * 10
    text = """
name: event
markets: {a: {prices: a.csv}}
vintages: {when: {above_average: {sessions: 3}}, gap: GAP}
data: {start: 2024-04-01}
legs:
  rise: {market: a, exits: {by: {sessions: 2}}}
"""
    prices = weekdays("2024-04-01", closes)
    result = run(tmp_path, text.replace("GAP", "1"), a=prices)
    days = pd.bdate_range("2024-04-01", periods=40)
    assert list(iso_days(result.vintages)["anchor_date"]) == [
        f"{days[t]:%Y-%m-%d}" for t in (15, 30)
    ]
    result = run(tmp_path, text.replace("GAP", "16"), a=prices)
    assert len(result.vintages) == 1


def test_the_account_is_vectorbts_to_a_billionth_for_a_leg_with_everything(tmp_path):
    rng = np.random.default_rng(3)
    closes = list(100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, 600))))
    text = """
name: everything
markets: {a: {prices: a.csv}}
core: {a: 0.7, rebalance: monthly}
vintages: {every: month, anchor: 2}
data: {start: 2022-03-01}
legs:
  up:
    levels: {reference: 100, in: 101, out: 104, zlo: 102, zhi: 103}
    entry: {at: {through: in}, until: {sessions: 6}, when: {above_average: {sessions: 5}}}
    exits:
      targets: [{at: out, share: 0.5}, {at: null, share: 0.5}]
      stop: {atr: 2, sessions: 5}
      trail: {distance: 0.04, on: extreme}
      break_even_after: 1
      failed_breakout: {near: zlo, far: zhi}
      by: {sessions: 12}
    size: {weight: 2.0, risk_budget: 0.02}
  down:
    side: short
    levels: {reference: 100, in: 102}
    entry: {at: {limit: in}, until: {sessions: 5}}
    exits: {stop: 0.03, when: {close_above: in}, by: {sessions: 9}}
"""
    (tmp_path / "plan.yaml").write_text(text)
    weekdays("2022-01-03", closes).to_csv(tmp_path / "a.csv", index=False)
    result = run_legs(load_legs_plan(tmp_path / "plan.yaml"))
    assert len(result.trades) > 20
    value = result.portfolio.value().to_numpy()[3::4]
    np.testing.assert_allclose(value, result.daily["total_equity"], rtol=LONG_SUMS)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("entry: {when: {below_avg: {}}}", "unknown signal 'below_avg'"),
        (
            "entry: {when: {below_average: {session: 3}}}",
            "got 'session'; expected a number of the rule: sessions",
        ),
        ("entry: {at: {through: x}}", "got 'x'; expected a level named under `levels`"),
        ("entry: {when: {weekly_average: {}}}", "unknown signal"),
        ("market: b", "got 'b'; expected one of a"),
        ("entry: {when: {vix_backwardation: {}}}", "vix3m"),
        ("levels: {mode: absolute, reference: 500, x: 510}", "do not belong to this market"),
        ("levels: {floor: 3}", "got none; expected the market's level"),
        ("size: {risk_budget: 0.1}", "expected a stop"),
    ],
)
def test_what_cannot_run_is_refused_with_one_line(tmp_path, change, line):
    text = f"""
name: wrong
markets: {{a: {{prices: a.csv}}}}
vintages: {{every: year, anchor: "04-30"}}
data: {{start: 2024-01-01}}
legs:
  spring:
    exits: {{by: {{sessions: 3}}}}
    {change}
"""
    with pytest.raises(InputError) as error:
        run(tmp_path, text, a=weekdays("2024-04-01", RISING))
    assert line in str(error.value)
    assert "\n" not in str(error.value)


def test_a_market_without_a_file_says_which_it_needs(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(
        "name: x\nmarkets: {coin: {prices: bitcoin}}\n"
        'vintages: {every: year, anchor: "04-30"}\n'
        "legs: {l: {exits: {by: {sessions: 3}}}}\n"
    )
    with pytest.raises(InputError, match=r"got 'bitcoin'.*a CSV or Parquet file of prices"):
        load_markets(load_legs_plan(path))


def test_every_column_of_the_tables_is_documented(tmp_path):
    result = run(tmp_path, ONE_LEG.replace("SIDE", "long"), a=weekdays("2024-04-01", RISING))
    page = (Path(__file__).resolve().parents[3] / "docs" / "outputs.md").read_text()
    told = page.split("## Plans of named legs")[1]
    columns = [*result.vintages, *result.trades, *result.daily]
    parts = re.compile(r"^(core|leg_spring)(?=_(contribution|exposure|carry|costs)$)")
    assert [c for c in columns if f"`{parts.sub('', c)}`" not in told] == []


def test_the_same_plan_on_the_same_data_has_the_same_id_and_another_plan_another(tmp_path):
    prices = weekdays("2024-04-01", RISING)
    long, again = (run(tmp_path, ONE_LEG.replace("SIDE", "long"), a=prices) for _ in range(2))
    short = run(tmp_path, ONE_LEG.replace("SIDE", "short"), a=prices)
    assert long.run_id == again.run_id != short.run_id
