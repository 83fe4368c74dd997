"""What `today` says of a past date is what the run did at the next open."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import market as markets
from market.errors import InputError
from strategy.account.instructions import Leg
from strategy.legs.reasons import Phase
from strategy.plan import Plan
from strategy.result.ledger import reason_label
from strategy.run.simulation import Simulation, simulate
from strategy.today import today
from tests.tolerances import LONG_SUMS, ROUNDING

pytestmark = pytest.mark.slow

#: Fills that an order placed earlier brings about, not tonight's decision.
AT_WORK = {"target_1", "target_2", "stop", "stop_gap"}


@pytest.fixture(scope="module")
def bundle():
    return markets.load(Plan(name="x").data)


def around(bundle, year: int):
    """The bundle's prices from two years before a vintage to the end of its hedge year."""
    prices = bundle.prices.loc[f"{year - 2}-01-01" : f"{year + 1}-12-31"]
    return replace(bundle, prices=prices)


def plan_for(year: int, **changes: object) -> Plan:
    return Plan.model_validate({"name": "x", "data": {"start": dt.date(year - 2, 1, 1)}, **changes})


def done_at_the_open(run: Simulation, t: int) -> set[tuple[int, str]]:
    """Leg and reason of what the vintages' accounts did at the open of session t."""
    found = set()
    for v in run.vintages:
        for row in v.account.orders:
            reason = reason_label(int(row["reason"]))
            if row["session"] != t or row["phase"] != Phase.OPEN or reason in AT_WORK:
                continue
            if row["vintage"] == v.schedule.year:
                found.add((int(row["leg"]), reason))
    return found


def said(answer) -> set[tuple[int, str]]:
    return {
        (o["leg"], o["reason"]) for o in answer.content["orders_next_open"] if o["leg"] != Leg.CORE
    }


def sessions_to_ask(v, run: Simulation) -> list[int]:
    """Every session of the leg, every one with an order, and each fourth of the hedge window.

    ``SIMULATE_EVERY_SESSION=1`` asks on every session (some minutes).
    """
    all_of_them = range(v.schedule.anchor, v.schedule.window_last + 1)
    if os.environ.get("SIMULATE_EVERY_SESSION"):
        return list(all_of_them)
    leg = set(range(v.schedule.anchor, v.schedule.last + 3))
    orders = {int(o["session"]) + d for o in v.account.orders for d in (0, 1)}
    some = set(range(v.schedule.anchor + v.schedule.year % 4, v.schedule.window_last + 1, 4))
    return sorted((leg | orders | some) & set(all_of_them))


#: Vintages that are asked each time; the others in the campaigns, at ten seconds each.
YEARS = (2008, 2023)
OTHERS = (1970, 1974, 1987, 1999, 2007, 2011, 2018, 2020)


@pytest.mark.parametrize(
    "year", [*YEARS, *(pytest.param(year, marks=pytest.mark.campaign) for year in OTHERS)]
)
def test_on_every_session_of_a_vintage_the_answer_is_what_the_run_did(bundle, year):
    market, plan = around(bundle, year), plan_for(year)
    run = simulate(plan, market)
    v = next(v for v in run.vintages if v.schedule.year == year)
    sessions = market.sessions
    for t in sessions_to_ask(v, run):
        answer = today(plan, market, sessions[t - 1], rules=False)
        expected = done_at_the_open(run, t)
        assert said(answer) == expected, f"{sessions[t - 1]:%Y-%m-%d}"
        if t > v.schedule.last:
            continue
        for order in answer.content["orders_at_work"]:
            if order["order"] == "stop" and t > v.schedule.entry:
                assert order["price"] == pytest.approx(v.outcome.stop, rel=ROUNDING)
        held = {f.tranche for f in v.outcome.exits if f.session >= t and v.schedule.entry <= t}
        parts = {p["tranche"] for p in answer.content["tactical"].get("parts", [])}
        assert parts == held


def test_the_size_of_a_hedge_order_is_the_runs(bundle):
    market, plan = around(bundle, 2007), plan_for(2007)
    run = simulate(plan, market)
    v = next(v for v in run.vintages if v.schedule.year == 2007)
    rows = [o for o in v.account.orders if o["leg"] == Leg.HEDGE and o["phase"] == Phase.OPEN]
    assert len(rows) > 3
    for row in rows:
        t = int(row["session"])
        answer = today(plan, market, market.sessions[t - 1], rules=False)
        (order,) = [o for o in answer.content["orders_next_open"] if o["sleeve"] == "hedge"]
        # units are counted at the close; the answer values them there
        share = abs(row["units"]) * run.close[t - 1] / row["equity"]
        assert order["share_of_equity"] == pytest.approx(share, rel=LONG_SUMS)


def test_later_data_change_nothing(bundle):
    plan = plan_for(2018)
    long, short = around(bundle, 2018), around(bundle, 2018).until("2018-12-03")
    assert today(plan, long, "2018-12-03").content == today(plan, short, "2018-12-03").content


def test_a_day_without_a_session_is_the_session_before(bundle):
    plan, market = plan_for(2018), around(bundle, 2018)
    saturday = today(plan, market, "2018-11-24", rules=False).content
    friday = today(plan, market, "2018-11-23", rules=False).content
    assert saturday["as_of"] == friday["as_of"] == "2018-11-23"
    assert saturday["tactical"] == friday["tactical"]


def test_old_prices_are_no_answer_for_today(bundle):
    answer = today(Plan(name="x"), bundle, "2026-11-22", rules=False)
    assert answer.status == "stale"
    assert answer.content["price_age_days"] == 47
    assert any("simulate data update" in line for line in answer.content["what_would_change"])


@pytest.mark.parametrize(
    ("day", "vintage", "anchor"),
    [
        ("2025-11-20", 2024, "2024-11-21"),  # the close of the anchor is still ahead
        ("2025-11-21", 2025, "2025-11-21"),
        ("2026-06-01", 2025, "2025-11-21"),
    ],
)
def test_the_answer_names_the_vintage_it_speaks_of(bundle, day, vintage, anchor):
    content = today(Plan(name="x"), bundle, day, rules=False).content
    assert (content["vintage"], content["anchor_date"]) == (vintage, anchor)


def test_before_the_first_anchor_the_plan_waits(bundle):
    answer = today(Plan(name="x"), bundle, "1962-01-05", rules=False)
    assert answer.status == "idle"
    assert answer.content["tactical"] == {"status": "waiting"}
    assert answer.content["next_anchor"] == "1962-11-21"
    assert answer.content["vintage"] is None


def test_a_date_before_the_data_is_refused(bundle):
    with pytest.raises(InputError, match="no session on or before 1949-01-03"):
        today(Plan(name="x"), bundle, "1949-01-03")


def test_years_that_the_plan_names_may_lie_ahead(bundle):
    plan = Plan(name="x", vintages=(2024,))
    assert today(plan, bundle, "2024-11-20", rules=False).status == "idle"
    assert today(plan, bundle, "2024-11-21", rules=False).status == "orders"


def test_capital_scales_amounts_and_nothing_else(bundle):
    plan = Plan(name="x")
    small = today(plan, bundle, "2024-11-21", rules=False, capital=1_000.0).content
    large = today(plan, bundle, "2024-11-21", rules=False, capital=1e6).content
    for a, b in zip(small["orders_next_open"], large["orders_next_open"], strict=True):
        assert b["amount"] == pytest.approx(1000.0 * a["amount"])
        assert b["share_of_equity"] == a["share_of_equity"]


def test_levels_and_reward_to_risk_by_hand():
    # flat at 5950: zone 6180-6200, extension 6450, stop 3 % below
    sessions = pd.bdate_range("2022-06-01", "2024-11-21", name="date")
    bar = pd.DataFrame(
        {name: np.full(len(sessions), 5950.0) for name in ("open", "high", "low", "close")},
        index=sessions.as_unit("ns"),
    )
    empty = markets.load(Plan(name="x").data)
    market = replace(empty, prices=bar, series={})
    content = today(plan_for(2024), market, "2024-11-21", rules=False).content
    tactical = content["tactical"]
    assert tactical["status"] == "enter"
    assert tactical["zone"] == pytest.approx([6180.0, 6200.0])
    assert tactical["stop"] == pytest.approx(5771.5)
    first, second = tactical["parts"]
    assert first["reward_to_risk"] == pytest.approx(230.0 / 178.5)
    assert second["reward_to_risk"] == pytest.approx(500.0 / 178.5)
    # nothing is known of the risk: the size is not scaled, and the score is missing
    assert tactical["weight"] == 1.0
    assert tactical["score"] is None
    assert tactical["futures"] == pytest.approx(100_000.0 / (5950.0 * 50.0))
