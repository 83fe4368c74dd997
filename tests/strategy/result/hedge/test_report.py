"""The hedge report: every figure recomputed another way, on real history and on made-up markets."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

from strategy.plan import Plan
from strategy.plan.base import PRECEDENTS
from strategy.result.hedge import along_a_path
from strategy.result.hedge.leave_one_out import leave_one_out
from strategy.result.hedge.needs import base_rate, outlook_of, window_returns
from strategy.result.hedge.report import HedgeReport, hedge_report, with_instrument
from strategy.result.metrics import max_drawdown
from strategy.result.result import Result
from strategy.run.simulation import Simulation, simulate
from tests.strategy.hedged_market import AT_ONCE, flat_market
from tests.strategy.tiny_market import FREE, make_plan
from tests.tolerances import LAST_BITS, LONG_SUMS, ROUNDING


@pytest.fixture(scope="module")
def simulation(history) -> Simulation:
    return history.simulation


@pytest.fixture(scope="module")
def report(simulation) -> HedgeReport:
    return hedge_report(simulation)


@pytest.fixture(scope="module")
def puts(bundled) -> HedgeReport:
    plan = with_instrument(Plan(name="default"), "put")
    return hedge_report(simulate(plan, bundled))


# --- per vintage ------------------------------------------------------------------------------


def test_every_vintage_has_a_row_with_its_lines(report, simulation):
    rows = report.vintages.set_index("vintage")
    assert list(rows.index) == [v.schedule.year for v in simulation.vintages]
    lines = rows.filter(regex="^hedge_(premium|decay|dividends|borrow|interest|swaps)$").sum(axis=1)
    more = rows[["hedge_expenses", "hedge_roll", "hedge_tracking", "hedge_fees"]].sum(axis=1)
    cost = lines + more + rows["hedge_slippage"]
    assert np.allclose(cost, rows["hedge_cost"], atol=LAST_BITS)
    assert np.allclose(rows["hedge_gain"] - cost, rows["hedge_return"], atol=ROUNDING)


def test_with_and_without_the_hedge_differ_by_its_profit(report):
    rows = report.vintages
    # and by the interest on that profit, which is the core's cash
    difference = rows["total_return"] - rows["unhedged_return"]
    # at up to 17 % a year, of a profit that may have been larger on the way
    assert (
        np.abs(difference - rows["hedge_return"]) <= 5e-4 + 0.17 * rows["hedge_return"].abs()
    ).all()
    idle = rows["hedge_max_ratio"] == 0.0
    assert (difference[idle] == 0.0).all()
    for v in report.vintages.itertuples():
        assert v.drawdown_saved == pytest.approx(v.max_drawdown - v.unhedged_max_drawdown)


def test_drawdown_and_worst_month_recomputed_from_the_paths(report, simulation):
    import pandas as pd

    v = next(v for v in simulation.vintages if v.schedule.year == 2007)
    row = report.vintages.set_index("vintage").loc[2007]
    assert row["unhedged_max_drawdown"] == max_drawdown(v.hedge.unhedged.equity)
    days = simulation.market.sessions[v.account.first : v.account.last + 1]
    months = pd.Series(v.account.equity, index=days).resample("ME").last().pct_change()
    assert row["worst_month"] == pytest.approx(months.min())


def test_cost_per_point_of_drawdown_is_the_return_given_up_over_what_was_saved(report):
    rows = report.vintages.dropna(subset=["cost_per_drawdown_point"])
    assert len(rows) and (rows["drawdown_saved"] > 0.0).all()
    given_up = rows["unhedged_return"] - rows["total_return"]
    assert np.allclose(rows["cost_per_drawdown_point"], given_up / rows["drawdown_saved"])


def test_the_paths_show_what_was_known_when_each_order_was_decided(report, simulation):
    path = report.paths[report.paths["vintage"] == 2020]
    first = path.iloc[0]
    before = simulation.market.sessions.get_loc(first["date"]) - 1
    assert first["score"] == simulation.risk["score"].iloc[before]
    assert first["target"] == simulation.target[before]
    # the target of a month's first close, reached in three weekly steps
    assert path["held"].iloc[20] == pytest.approx(path["target"].iloc[20] / 3)
    assert path["held"].max() > 0.2
    assert (path["exposure"] <= 0.0).all()


# --- what it needs ----------------------------------------------------------------------------


def test_the_base_rate_counts_years_that_fell_at_least_that_much():
    returns = np.array([-0.30, -0.20, -0.05, 0.0, 0.10])
    found = base_rate(returns, 0.20)
    assert (found["rate"], found["n"]) == (0.4, 5)
    assert found["low"] < 0.4 < found["high"]
    assert base_rate(returns, -0.05)["rate"] == 0.8  # a rise of no more than 5 %
    assert np.isnan(base_rate(returns, float("nan"))["rate"])


def test_years_are_whole_windows_of_the_data(simulation):
    years = window_returns(simulation)
    close = simulation.market.prices["close"]
    assert (years.index[0], years.index[-1]) == (1951, 2025)
    assert years[2008] == pytest.approx(close["2008-12-31"] / close["2007-12-31"] - 1.0)


def test_the_break_even_fall_is_one_at_which_the_scenario_pays_nothing(report, simulation):
    from strategy.result.hedge.along_a_path import scenario_profit

    rows = report.break_even.set_index("vintage")
    for v in simulation.vintages[::20]:
        fall = rows.loc[v.schedule.year, "break_even_fall"]
        plan = simulation.plan
        assert scenario_profit(plan, plan, outlook_of(simulation, v), -fall) == pytest.approx(
            0.0, abs=2e-5
        )


def test_base_rates_known_at_the_time_grow_with_history(report):
    rows = report.break_even
    assert (rows["base_n"] == 75).all()
    assert list(rows["known_n"]) == list(range(11, 75))
    assert (rows["base_low"] <= rows["base_rate"]).all()
    assert (rows["base_rate"] <= rows["base_high"]).all()


def test_a_short_that_costs_nothing_breaks_even_at_no_fall_and_needs_no_probability():
    plan = make_plan(hedge={"max_ratio": 0.5, **AT_ONCE}, costs=FREE, vintages=[2020])
    rows = hedge_report(simulate(plan, flat_market())).break_even
    assert rows["break_even_fall"].iloc[0] == pytest.approx(0.0, abs=1e-4)
    assert rows["needed_probability_20"].iloc[0] == pytest.approx(0.0, abs=1e-6)


def test_without_vix_an_option_s_break_even_is_missing(puts):
    rows = puts.break_even.set_index("vintage")
    assert rows.loc[:1988, "break_even_fall"].isna().all()
    assert rows.loc[1988:, "implied_probability"].notna().sum() >= 30
    known = rows.dropna(subset=["implied_probability"])
    assert known["implied_probability"].between(0.0, 1.0).all()
    # a put 5 % below the index needs a larger fall than that
    assert (known["break_even_fall"] > 0.05).all()


# --- convexity --------------------------------------------------------------------------------


def test_the_convexity_table_has_every_instrument_and_the_comparator(report):
    table = report.convexity
    assert list(table.index) == [-0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2]
    assert list(table.columns) == [
        *("short", "inverse_etf_1x", "inverse_etf_2x", "inverse_etf_3x"),
        *("put", "put_spread", "collar", "derisk"),
    ]
    assert (table.diff().dropna() < LONG_SUMS).all().all()  # every hedge gains as the index falls


def test_a_short_is_straight_and_an_option_s_loss_is_limited(report):
    table = report.convexity
    assert np.allclose(np.diff(table["short"]), np.diff(table["short"])[0], rtol=0.01)
    put = np.diff(table["put"])
    assert abs(put[-1]) < 0.2 * abs(put[0])
    # daily reset in an even move: falls pay more and rises cost less than the short's
    assert table["inverse_etf_1x"].loc[-0.4] > table["short"].loc[-0.4]


def test_a_frictionless_short_gains_its_ratio_times_the_fall():
    plan = make_plan(hedge={"max_ratio": 0.5, **AT_ONCE}, costs=FREE, vintages=[2020])
    table = hedge_report(simulate(plan, flat_market())).convexity
    assert np.allclose(table["short"], -0.5 * table.index, atol=ROUNDING)
    assert np.allclose(table["derisk"], -0.5 * table.index, atol=ROUNDING)


def test_along_a_straight_path_the_shapes_are_the_convexity_table(report):
    straight = report.shapes[report.shapes["shape"] == "straight"].set_index("move")
    for name in report.convexity:
        assert np.allclose(
            straight[name], report.convexity.loc[straight.index, name], atol=ROUNDING
        )


def test_every_path_ends_at_its_move_and_a_short_does_not_mind_which(report):
    by_move = report.shapes.groupby("move")["short"]
    assert (by_move.max() - by_move.min() < 2e-3).all()
    assert report.shapes["shape"].tolist()[:3] == ["straight", "sawtooth", "crash"]


def test_a_crash_shows_the_cap_of_a_spread_and_the_path_of_a_fund(report):
    fall = report.shapes[report.shapes["move"] == -0.4].set_index("shape")
    # a put spread 95/80 on half of equity pays at most 7.5 %, the put the rest of the fall too
    assert fall.loc["crash", "put_spread"] < 0.075 < fall.loc["crash", "put"]
    # three times the index, reset each day: steady falls compound, one go does not
    assert fall.loc["straight", "inverse_etf_3x"] > 1.2 * fall.loc["crash", "inverse_etf_3x"]
    assert fall.loc["straight", "inverse_etf_3x"] > fall.loc["sawtooth", "inverse_etf_3x"]


def test_the_steps_of_each_path_by_hand():
    saw = along_a_path._steps(7, -0.6, "sawtooth")
    assert saw == pytest.approx([0.0, -0.3, -0.3, 0.3, 0.3, -0.3, -0.3])
    crash = along_a_path._steps(12, -0.5, "crash")  # eleven sessions, five in the middle
    assert crash == pytest.approx([0, 0, 0, 0, *[-0.1] * 5, 0, 0, 0])


def test_the_parts_add_up_to_the_mean_and_interest_is_named(report):
    s = report.summary
    assert sum(s["parts"].values()) == pytest.approx(s["mean"], abs=ROUNDING)
    assert s["parts"]["direction"] == s["mean_gain"]
    assert s["parts"]["interest"] == pytest.approx(-s["costs"]["interest"])


# --- was it the score? ------------------------------------------------------------------------


def test_nothing_removed_is_the_run_itself(report):
    row = report.leave_one_out.iloc[0]
    assert row["removed"] == "nothing" and row["change_of_sum"] == 0.0
    assert row["n_hedged"] == report.summary["n"]
    assert row["sum_return"] == pytest.approx(report.summary["sum_return"], rel=ROUNDING)


def test_each_component_is_removed_once_and_equals_a_plan_without_its_weight(report, bundled):
    table = report.leave_one_out.set_index("removed")
    assert list(table.index) == [
        *("nothing", "cash", "leverage", "credit", "concentration", "rotation")
    ]
    without = Plan.model_validate(
        {
            "name": "x",
            "risk": {"credit": {"weight": 0.0}},
            "tactical": {"size": {"risk_scaling": 0.0}},
        }
    )
    other = Result(simulate(without, bundled)).metrics["hedge"]
    assert table.loc["credit", "n_hedged"] == other["n"]
    assert table.loc["credit", "mean_ratio"] == pytest.approx(other["mean_ratio"], rel=ROUNDING)


def test_the_only_component_cannot_be_removed_and_an_active_trigger_can():
    plan = make_plan(
        hedge={"max_ratio": 0.5, **AT_ONCE}, risk__triggers={"cascade": {"active": True}}
    )
    table = leave_one_out(simulate(plan, flat_market()))
    removed = list(table["removed"])
    assert "cash" not in removed and "trigger cascade" in removed
    assert len(removed) == len(set(removed))


def test_analogs_false_alarms_and_missed_falls_come_from_the_vintages(report, history):
    rows = history.vintages.set_index("vintage")
    assert list(report.analogs["vintage"]) == list(PRECEDENTS)
    for year in report.false_alarms["vintage"]:
        assert rows.loc[year, "hedge_max_ratio"] > 0.0
        assert rows.loc[year, "window_max_drawdown"] > -0.20
    for year in report.missed["vintage"]:
        assert rows.loc[year, "hedge_max_ratio"] == 0.0
        assert rows.loc[year, "window_max_drawdown"] <= -0.20
    assert {2000, 2019} <= set(report.missed["vintage"])
    assert 2007 in set(report.analogs.loc[report.analogs["fell"], "vintage"])


# --- in sum -----------------------------------------------------------------------------------


def test_the_summary_is_the_run_s_metrics_with_the_chained_accounts_beside(report, history):
    hedge = history.metrics["hedge"]
    assert report.summary["mean"] == hedge["mean"]
    assert report.summary["costs"] == hedge["costs"]
    assert set(report.summary["chained"]) == {"with", "without", "derisk"}
    assert report.summary["chained"]["with"]["cagr"] == history.metrics["total"]["cagr"]
    assert sum(hedge["statuses"].values()) == history.metrics["vintages"]["n_complete"]


def test_unavailable_vintages_are_counted_with_their_reason(puts):
    assert puts.summary["n_unavailable"] == 27
    assert "VIX" in puts.summary["unavailable_because"]
    rows = puts.vintages.set_index("vintage")
    assert rows.loc[:1988, "hedge_return"].isna().all()


def test_the_report_is_plain_json(report, puts):
    for one in (report, puts):
        text = json.dumps(one.as_dict(paths=True), allow_nan=False)
        assert json.loads(text)["summary"]["n"] == one.summary["n"]


def test_assumptions_name_the_instrument_s_own(report, puts):
    assert report.assumptions["style"] == "etf" and "skew" not in report.assumptions
    assert puts.assumptions["skew"] == -0.10 and puts.assumptions["instrument"] == "put"


def test_the_command_prints_the_tables_and_json(tmp_path):
    from strategy.commands.hedge import hedge

    file = tmp_path / "plan.yaml"
    file.write_text("name: x\nvintages: [2007, 2020]\n")
    shown = CliRunner().invoke(hedge, [str(file), "--instrument", "put_spread"])
    assert shown.exit_code == 0, shown.output
    assert "Hedge: put spread" in shown.output and "derisk" in shown.output
    compared = CliRunner().invoke(hedge, [str(file), "--compare"])
    assert all(name in compared.output for name in ("short sale", "inverse fund", "collar"))
    as_json = CliRunner().invoke(hedge, [str(file), "--json"])
    assert json.loads(as_json.output)["summary"]["instrument"] == "short"


def test_the_examples_of_the_documentation_are_plans():
    page = Path(__file__).resolve().parents[4] / "docs" / "hedge.md"
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text(), flags=re.S)
    assert len(blocks) >= 5
    for block in blocks:
        Plan.model_validate({"name": "x", **yaml.safe_load(block)})


def test_the_documentation_names_every_table_and_cost_line(report):
    from strategy.hedge.cost_lines import COST_LINES
    from strategy.hedge.vintage import HEDGE_STATUS

    docs = Path(__file__).resolve().parents[4] / "docs"
    text = (docs / "hedge.md").read_text() + (docs / "outputs.md").read_text()
    words = [*report.tables(), *COST_LINES, *HEDGE_STATUS]
    assert [w for w in words if w not in text] == []
