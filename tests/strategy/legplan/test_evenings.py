"""Tonight's orders are what the run does tomorrow, and nothing knows what comes later."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from strategy.legplan import positions
from strategy.legplan.markets import Markets, load_markets
from strategy.legplan.simulation import LegsSimulation, simulate_legs
from strategy.legs.reasons import Phase, Reason
from strategy.lookahead.legs import look_ahead_of_legs
from strategy.plan.file.legs_file import load_legs_plan
from strategy.plan.legs_plan import LegsPlan
from strategy.today.legs import today_of_legs
from tests.tolerances import ROUNDING

#: Evenings without a fill that are looked at; `make test-all` asks for more.
EVENINGS = int(os.environ.get("SIMULATE_EVENINGS", "6"))
LIBRARY = Path(__file__).resolve().parents[3] / "configs" / "library"
#: Plans of the library that run on what comes with the program.
NAMES = (
    *("sell_in_may", "santa_claus_rally", "turn_of_the_month", "january_barometer"),
    *("first_touch", "trend_200", "golden_cross", "vix_spikes"),
)
EVERYTHING = """
name: everything
data: {start: 2015-01-01, source: bundled}
core: {index: 0.7, rebalance: monthly}
vintages: {every: month, anchor: 2}
legs:
  up:
    levels: {reference: 100, in: 100.5, out: 102, zlo: 101, zhi: 101.5}
    entry: {at: {through: in}, until: {sessions: 6}, when: {above_average: {sessions: 5}}}
    exits:
      targets: [{at: out, share: 0.5}, {at: {gain: 0.04}, share: 0.25}, {at: null, share: 0.25}]
      stop: {atr: 2, sessions: 5}
      trail: {distance: 0.03, on: extreme}
      break_even_after: 1
      failed_breakout: {near: zlo, far: zhi}
      by: {sessions: 12}
    size: {weight: 2.0, risk_budget: 0.02}
  down:
    side: short
    levels: {reference: 100, in: 100.5}
    entry: {at: {limit: in}, until: {sessions: 5}, every: true}
    exits: {stop: 0.02, when: {close_above: in}, by: {sessions: 4}}
"""


def loaded(name: str, tmp_path: Path) -> tuple[LegsPlan, Markets]:
    if name == "everything":
        path = tmp_path / "everything.yaml"
        path.write_text(EVERYTHING)
        plan = load_legs_plan(path)
    else:
        plan = load_legs_plan(LIBRARY / f"{name}.yaml", ["data.source=bundled"])
    return plan, load_markets(plan)


def done_at(run: LegsSimulation, leg: str, n: int) -> tuple[list, list]:
    """Entries and exits of a leg in session `n` of the run."""
    entries, exits = [], []
    for vintage in run.vintages[leg]:
        for held in vintage.held:
            p = held.position
            if p.entry == n:
                entries.append((vintage.anchor.label, Phase(p.entry_phase), p.entry_price))
            for part in np.flatnonzero(p.session == n):
                reason = Reason(int(p.reason[part]))
                if reason is not Reason.OPEN:
                    new = p.entry == n
                    exits.append((Phase(int(p.phase[part])), reason, float(p.price[part]), new))
    return entries, exits


@pytest.mark.parametrize("name", [*NAMES, "everything"])
def test_tonights_orders_are_what_the_run_does_in_the_next_session(name, tmp_path):
    """Every session with a fill of the last five vintages of each leg, and some others."""
    plan, markets = loaded(name, tmp_path)
    run = simulate_legs(plan, markets)
    ground = next(iter(run.grounds.values()))
    sessions = ground.market.sessions
    dates: set[int] = set()
    for vintages in run.vintages.values():
        for vintage in [v for v in vintages if v.held][-6:-1]:
            for held in vintage.held:
                dates |= {held.position.entry, *(int(t) for t in held.position.session if t >= 0)}
    start = min(dates) - 3
    random = np.random.default_rng(7)
    dates |= {int(t) for t in random.integers(start, len(sessions) - 1, EVENINGS)}
    for n in sorted(dates):
        date = sessions[n - 1]
        ahead = {
            m: market.sessions[market.sessions > date] for m, market in markets.by_name.items()
        }
        answer = today_of_legs(plan, markets, date, ahead=ahead)
        for leg in plan.legs:
            agree(answer["legs"][leg]["orders"], *done_at(run, leg, n), f"{leg} {sessions[n]}")


def agree(orders: list, entries: list, exits: list, where: str) -> None:
    entering = {o["vintage"]: o for o in orders if o["reason"] == "entry"}
    for vintage, phase, price in entries:
        order = entering[vintage]
        assert (order["kind"] == "market at the open") <= (phase is Phase.OPEN), where
        if phase is Phase.RANGE:
            assert order["price"] == pytest.approx(price, rel=ROUNDING), where
    for vintage, order in entering.items():
        if order["kind"] == "market at the open":
            assert vintage in [label for label, _, _ in entries], where
    of_held = [exit_ for exit_ in exits if not exit_[3]]
    kinds = {(o["kind"], o["reason"]): o["price"] for o in orders if o["reason"] != "entry"}
    for phase, reason, price, _ in of_held:
        if reason in (Reason.CONDITION, Reason.FAILED_BREAKOUT):
            assert ("market at the open", reason.label) in kinds, where
        elif reason is Reason.TIME:
            assert ("market on close", "time") in kinds, where
        elif reason is Reason.STOP_GAP:
            assert price == pytest.approx(price) and ("stop", "stop") in kinds, where
        elif phase is Phase.RANGE:
            kind = "stop" if reason is Reason.STOP else "limit"
            assert kinds[kind, reason.label] == pytest.approx(price, rel=ROUNDING), where
        else:
            assert ("limit", reason.label) in kinds, where
    for kind, reason in kinds:
        if kind == "market at the open":
            assert Reason[reason.upper()] in [r for _, r, _, _ in of_held], where
        if kind == "market on close" and all(r is not Reason.TIME for _, r, _, _ in of_held):
            # sold earlier that day by a resting order
            assert of_held, where


@pytest.mark.parametrize("name", ["turn_of_the_month", "first_touch", "everything"])
def test_no_plan_knows_what_comes_later(name, tmp_path):
    plan, markets = loaded(name, tmp_path)
    report = look_ahead_of_legs(plan, markets, dates=6, seed=1)
    assert report.compared["dates"] == 6
    assert report.compared["values"] > 10_000
    assert [finding.line() for finding in report.findings] == []


def test_a_leak_in_a_condition_is_found(tmp_path, monkeypatch):
    from signals.catalogue import rules

    honest = rules.RULES["above_average"]

    def knows_tomorrow(market, *, sessions=200):
        assert honest.function is not None
        reading = honest.function(market, sessions=sessions).copy()
        for column in ("state", "value"):
            reading[column] = reading[column].shift(-1).ffill().astype(reading[column].dtype)
        return reading

    leaky = type(honest)(**{**honest.__dict__, "function": knows_tomorrow})
    monkeypatch.setitem(rules._CATALOGUE, "above_average", leaky)
    plan, markets = loaded("everything", tmp_path)
    report = look_ahead_of_legs(plan, markets, dates=16, seed=1)
    assert report.findings[0].subject == "enter of up"


def test_a_leak_in_a_level_is_found(tmp_path, monkeypatch):
    honest = positions.leg_levels

    def of_tomorrow(market, name, leg, at):
        return honest(market, name, leg, min(at + 1, len(market.sessions) - 1))

    monkeypatch.setattr(positions, "leg_levels", of_tomorrow)
    plan, markets = loaded("everything", tmp_path)
    report = look_ahead_of_legs(plan, markets, dates=8, seed=1)
    assert any("order" in finding.subject for finding in report.findings)


def test_old_prices_make_the_answer_stale(tmp_path):
    plan, markets = loaded("sell_in_may", tmp_path)
    last = markets.by_name["index"].sessions[-1]
    assert today_of_legs(plan, markets, last)["status"] != "stale"
    assert today_of_legs(plan, markets, last + pd.Timedelta(days=6))["status"] == "stale"
