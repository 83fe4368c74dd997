"""Sweeps of named legs: every variant is what a single run of its plan is, to a billionth."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from strategy import api
from strategy.legplan.simulation import simulate_legs
from strategy.sweep.engine.engine import make_engine
from strategy.sweep.evidence.believe import by_year, whole_years
from strategy.sweep.file.columns import COUNTS, STATED
from strategy.sweep.file.grid import make_grid
from strategy.sweep.file.settings import variant_plan
from strategy.sweep.file.sweep_file import load_sweep
from strategy.sweep.named.held import held_row
from strategy.sweep.named.variants import run_variant

#: Allowed between a sweep's figure and a single run's, of the larger of 1 and the figure.
ALLOWED = 1e-9

TWO_LEGS = """
name: two legs
data: {source: bundled, start: 2001-01-01, end: 2022-10-31}
markets: {index: {prices: sp500}, tech: {prices: nasdaq}}
core: {index: 0.4, tech: 0.2, rebalance: quarterly}
vintages: {every: year, anchor: "10-31"}
legs:
  winter:
    levels: {reference: 100, entry: 100, high: 108}
    entry: {at: {through: entry}, until: {sessions: 20}}
    exits:
      targets: [{at: high, share: 0.5}, {at: null, share: 0.5}]
      stop: 0.05
      by: {date: "04-30"}
    size: {weight: 0.8}
  summer:
    market: tech
    side: short
    entry: {from: "05-01", until: "06-15", when: {below_average: {sessions: 50}}, every: true}
    exits:
      stop: {atr: 3}
      trail: {distance: 0.05}
      when: {above_average: {sessions: 50}}
      by: {sessions: 60}
    size: {weight: 0.3, risk_budget: 0.05}
sweep:
  keys:
    legs.winter.levels.entry: [99, 101]
    legs.winter.entry.at: [open, {through: entry}, {limit: entry}]
    legs.winter.exits.stop: [null, 0.02, 0.06, {level: entry}]
    legs.winter.exits.trail: [null, {distance: 0.06, on: extreme}]
    legs.winter.side: [long, short]
    legs.winter.exits.when: [{}, {close_below: entry}]
    legs.summer.exits.trail.distance: [0.03, 0.1]
    legs.summer.size.risk_budget: [null, 0.01]
    legs.summer.same_bar: [stop_first, target_first]
    core.rebalance: [never, monthly]
    costs.fee_bps: [0, 5]
  engine: ENGINE
"""

MONTHS = """
name: months
data: {source: bundled, start: 2010-01-01, end: 2020-12-31}
vintages: {every: month, anchor: -2}
legs:
  turn: {exits: {stop: 0.02, by: {sessions: 4}}, overlap: allow}
sweep:
  keys:
    legs.turn.exits.stop: [null, 0.005, 0.01]
    legs.turn.exits.by.sessions: [2, 30]
    legs.turn.size.weight: [0.0, 0.5]
  judge: 4
"""


def sweep_of(folder, text):
    path = folder / "sweep.yaml"
    path.write_text(text, encoding="utf-8")
    return load_sweep(path)


def engine_of(folder, text):
    return make_engine(make_grid(sweep_of(folder, text)))


def hold_against_single_runs(engine, numbers):
    rows = engine.compute(numbers)
    names = list(engine.grid.sweep.columns)
    for i, number in enumerate(numbers):
        plan = variant_plan(engine.grid, int(number))
        wanted, by_vintage = run_variant(plan, engine.market(plan))
        found = dict(zip(names, rows.metrics[i], strict=True))
        for name in names:
            if name in STATED:
                continue
            allowed = ALLOWED * max(1.0, abs(wanted[name]))
            if name == "cvar_95":
                allowed += found["cvar_95_error"]
            if name in COUNTS:
                allowed = 0.0
            if np.isnan(wanted[name]):
                assert np.isnan(found[name]), name
            else:
                assert abs(found[name] - wanted[name]) <= allowed, (name, int(number))
        expected = [by_vintage.get(label, np.nan) for label in engine.years]
        np.testing.assert_allclose(rows.vintages[i], expected, rtol=0, atol=ALLOWED)


def test_random_variants_of_two_legs_on_two_markets_are_what_single_runs_are(tmp_path):
    engine = engine_of(tmp_path, TWO_LEGS.replace("ENGINE", "auto"))
    assert engine.way == "dense" and engine.grid.count == 6144
    hold_against_single_runs(engine, engine.grid.random(60, 7))


def test_months_that_overlap_and_legs_of_no_weight(tmp_path):
    engine = engine_of(tmp_path, MONTHS)
    assert engine.years[:2] == ["2010-01", "2010-02"]
    hold_against_single_runs(engine, np.arange(engine.grid.count))


def test_a_plan_without_rules_has_no_lead_over_holding_it(tmp_path):
    engine = engine_of(tmp_path, MONTHS)
    numbers = np.arange(engine.grid.count)
    lead = engine.compute(numbers).metrics[:, list(engine.grid.sweep.columns).index("lead")]
    bare = [engine.grid.values(int(n))["legs.turn.exits.stop"] is None for n in numbers]
    np.testing.assert_allclose(lead[bare], 0.0, atol=ALLOWED)
    weighty = [engine.grid.values(int(n))["legs.turn.size.weight"] > 0.0 for n in numbers]
    assert (np.abs(lead[~np.array(bare) & np.array(weighty)]) > 1e-6).all()


def test_daily_returns_are_those_of_the_single_run(tmp_path):
    engine = engine_of(tmp_path, TWO_LEGS.replace("ENGINE", "auto"))
    (number,) = engine.grid.random(1, 9)
    rows = engine.compute(np.array([number]), daily=True)
    plan = variant_plan(engine.grid, int(number))
    equity = simulate_legs(plan, engine.market(plan)).account.equity
    np.testing.assert_allclose(rows.daily[0], np.diff(equity) / equity[:-1], rtol=0, atol=1e-12)


def test_a_variant_that_loses_everything_is_a_single_run(tmp_path):
    text = MONTHS.replace("size.weight: [0.0, 0.5]", "size.weight: [10.0]").replace(
        "[null, 0.005, 0.01]", "[null]"
    )
    text = text.replace("turn: {exits", "turn: {side: short, exits")
    engine = engine_of(tmp_path, text.replace("by: {sessions: 4}", "by: {sessions: 30}"))
    hold_against_single_runs(engine, np.arange(engine.grid.count))
    total = list(engine.grid.sweep.columns).index("total_return")
    assert engine.compute(np.arange(engine.grid.count)).metrics[-1, total] <= -1.0


def test_vintages_that_overlap_are_refused_as_in_a_run(tmp_path):
    engine = engine_of(tmp_path, MONTHS.replace("overlap: allow", "overlap: refuse"))
    with pytest.raises(InputError, match=r"legs\.turn\.overlap.*vintages that end before the next"):
        engine.compute(np.arange(engine.grid.count))


def test_what_is_held_is_the_entry_to_the_last_day_by_hand(tmp_path):
    """Ten sessions from 100 on; a stop takes the variant out, the held one stays to its day."""
    days = pd.bdate_range("2024-04-01", periods=40)
    closes = [100.0 + t for t in range(40)]
    table = pd.DataFrame({"date": days, "open": [100.0, *closes[:-1]], "close": closes})
    table["high"], table["low"] = table["close"] + 1, table["open"] - 1
    table.to_csv(tmp_path / "a.csv", index=False)
    plan_file = tmp_path / "plan.yaml"
    plan_file.write_text(
        """
name: held
markets: {a: {prices: a.csv}}
vintages: {every: year, anchor: "04-30"}
data: {start: 2024-01-01}
legs:
  spring:
    exits: {targets: [{at: {gain: 0.001}, share: 1.0}], by: {sessions: 3}}
    size: {weight: 0.25}
costs: {fee_bps: 0, slippage_bps: 0, cash: zero}
"""
    )
    plan = api.load_legs(plan_file)
    from strategy.legplan.markets import load_markets

    # 30 April closes at 121, which is the open of 1 May; 3 May closes at 124
    metrics, _ = held_row(plan, load_markets(plan), 0.0)
    assert metrics["total_return"] == pytest.approx(0.25 * (124.0 / 121.0 - 1.0))
    assert metrics["hit_rate"] == 1.0
    half, _ = held_row(plan, load_markets(plan), 0.0, 0.5)
    assert half["total_return"] == pytest.approx(0.125 * (124.0 / 121.0 - 1.0))


def test_years_are_judged_where_vintages_are_months():
    labels = ["2019-11", "2019-12", "2020-01", "2020-02", "2021-01"]
    assert whole_years(labels) == labels[:-1]
    returns = np.array([[0.1], [0.1], [0.2], [-0.5]])
    np.testing.assert_allclose(by_year(returns, labels[:-1]), [[0.21], [-0.4]])


def test_a_sweep_is_run_judged_and_asked_like_any_other(tmp_path):
    from reports.sweep.page import write_sweep_page
    from strategy.sweep.work.query import query

    done = api.sweep(sweep_of(tmp_path, MONTHS), tmp_path / "sweeps")
    folder = done.run.folder
    summary = json.loads((folder.path / "sweep.json").read_text())
    assert summary["variants"] == 12 and summary["way"] == "dense"
    assert summary["judge"]["largest_difference"] < ALLOWED
    assert "leg_sessions" in summary["columns"] and "hedged" not in summary["columns"]
    assert done.evidence["years"] == list(range(2010, 2020))
    answer = query(folder, 'select max("legs.turn.exits.by.sessions") from variants')
    assert answer.rows == [(30,)]
    for language in ("en", "zh-Hant"):
        page = write_sweep_page(folder.path, language=language).read_text()
        assert "legs.turn.exits.stop" in page and "December" not in page


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("legs.turn.exits.stop", "legs.turn.exits.stopp", "stopp"),
        ("legs.turn.exits.stop", "legs.tern.exits.stop", "legs.tern"),
        ("[null, 0.005, 0.01]", "[null, 7.0]", "7"),
        ("judge: 4", "engine: separable", "expected auto, dense or single"),
        ("judge: 4", "best: {by: hedged}", "got hedged"),
    ],
)
def test_mistakes_are_one_line(tmp_path, old, new, words):
    with pytest.raises(InputError) as caught:
        engine = engine_of(tmp_path, MONTHS.replace(old, new))
        engine.compute(np.arange(engine.grid.count))
    assert words in str(caught.value) and "\n" not in str(caught.value)
