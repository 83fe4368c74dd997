"""What the plan holds tonight, its average price and its result: by hand and against the run."""

from dataclasses import replace

import numpy as np
import pytest

import market as markets
from strategy.account.instructions import ORDER, Leg
from strategy.legs.reasons import Phase
from strategy.plan import Plan
from strategy.result.tables import vintage_table
from strategy.run.simulation import simulate
from strategy.today import today
from strategy.today.positions import average_cost, contract_of
from tests.tolerances import LONG_SUMS

#: On the eve of the close at which the hedge of 2024 ends: the next anchor is 2025-11-21.
LAST_EVENING = "2025-11-20"


def orders(*pairs):
    table = np.zeros(len(pairs), dtype=ORDER)
    table["units"], table["raw_price"] = zip(*pairs, strict=True)
    return table


@pytest.mark.parametrize(
    ("bought", "average", "units"),
    [
        ([(2.0, 100.0), (1.0, 130.0)], 110.0, 3.0),
        ([(2.0, 100.0), (1.0, 130.0), (-2.0, 500.0)], 110.0, 1.0),  # a sale leaves the average
        ([(-2.0, 100.0), (-2.0, 90.0), (1.0, 10.0)], 95.0, -3.0),  # of a short as well
        ([(-2.0, 100.0), (2.0, 90.0), (-1.0, 80.0)], 80.0, -1.0),  # gone, and begun anew
        ([(1.0, 100.0), (-3.0, 90.0)], 90.0, -2.0),  # turned round
        ([(0.3, 100.0), (-0.1, 1.0), (-0.2, 1.0)], 100.0, 0.0),  # 0.3 - 0.1 - 0.2 is not 0
    ],
)
def test_average_cost_by_hand(bought, average, units):
    mean, left = average_cost(orders(*bought), 0.0, 0.0)
    assert mean == pytest.approx(average)
    assert left == pytest.approx(units)
    assert (left == 0.0) == (units == 0.0)


def test_a_contract_is_the_one_bought_last_on_its_leg():
    labels = {(3, 10): "+put 95.0 2021-03-19", (3, 40): "+put 90.0 2021-06-18", (4, 20): "x"}
    assert contract_of(labels, 3, 39) == "+put 95.0 2021-03-19"
    assert contract_of(labels, 3, 40) == "+put 90.0 2021-06-18"
    assert contract_of(labels, 3, 9) is None


@pytest.fixture(scope="module")
def bundle():
    return markets.load(Plan(name="x").data)


def short_history(bundle, year):
    return replace(bundle, prices=bundle.prices.loc[f"{year - 2}-01-01" : f"{year + 1}-12-31"])


def hedged(year, **hedge):
    return Plan.model_validate({"name": "x", "vintages": [year], "hedge": hedge})


@pytest.mark.parametrize("instrument", ["short", "inverse_etf", "put_spread"])
def test_what_the_hedge_earned_so_far_is_what_it_earned_in_data_that_end_there(bundle, instrument):
    market, plan = short_history(bundle, 2007), hedged(2007, instrument=instrument)
    content = today(plan, market, "2008-07-15", rules=False, capital=1000.0).content
    run = simulate(plan, market.until("2008-07-15"))
    row = vintage_table(run).iloc[0]
    found = content["hedge"]["result"]
    assert found["return"] == pytest.approx(row["hedge_return"], rel=LONG_SUMS)
    assert found["gain"] + found["carry"] - found["costs"] == pytest.approx(found["return"])
    equity = run.vintages[0].account.equity[-1]
    assert found["amount"] == pytest.approx(1000.0 * row["hedge_return"] / equity)
    account, now = run.vintages[0].account, len(market.until("2008-07-15").sessions) - 1
    held = {int(Leg.HEDGE) + j: units for j, units in enumerate(account.hedge_units[-1]) if units}
    assert len(content["hedge"]["positions"]) == len(held)
    for position, (leg, units) in zip(content["hedge"]["positions"], held.items(), strict=True):
        assert position["units"] == pytest.approx(1000.0 * units / equity)
        mark = account.legs.close[now, leg - int(Leg.HEDGE)]
        assert position["price"] == pytest.approx(mark)
        assert position["amount"] == pytest.approx(
            position["units"] * (mark - position["average_price"])
        )
        assert position["side"] == ("long" if units > 0.0 else "short")
        assert (position["contract"] is not None) == (instrument == "put_spread")


def test_the_window_is_the_one_that_the_policy_has(bundle):
    market = short_history(bundle, 2023)
    for policy, end, why in (
        ("sequential", "2024-11-21", "next_anchor"),
        ("overlap", "2024-12-31", "window"),
    ):
        content = today(hedged(2023, policy=policy), market, "2024-06-03", rules=False).content
        assert content["hedge"]["window"] == ["2024-01-02", end]
        assert content["hedge"]["ends_with"] == why
    short = hedged(2023, window={"start": "01-01", "end": "09-30"})
    content = today(short, market, "2024-06-03", rules=False).content
    assert content["hedge"]["window"][1] == "2024-09-30"
    assert content["hedge"]["ends_with"] == "window"


def test_on_the_eve_of_its_last_close_the_hedge_is_told_to_go(bundle):
    plan, market = Plan(name="x"), short_history(bundle, 2024)
    content = today(plan, market, LAST_EVENING, rules=False).content
    (order,) = content["orders_at_work"]
    assert (order["sleeve"], order["order"], order["side"]) == ("hedge", "market on close", "buy")
    assert content["status"] == "hedged" and content["orders_next_open"] == []
    run = simulate(plan, market)
    v = next(v for v in run.vintages if v.schedule.year == 2024)
    n = market.sessions.get_loc("2025-11-21")
    (done,) = [o for o in v.account.orders if o["session"] == n and o["phase"] == Phase.CLOSE]
    assert done["units"] > 0.0
    share = done["units"] * run.close[n - 1] / v.account.equity[n - 1 - v.account.first]
    assert order["share_of_equity"] == pytest.approx(share, rel=LONG_SUMS)
    # a day before there is nothing at work, a day after it is gone
    assert today(plan, market, "2025-11-19", rules=False).content["orders_at_work"] == []
    after = today(plan, market, "2025-11-21", rules=False).content
    assert after["hedge"]["status"] == "waiting"
    assert after["ended"]["hedge"]["last_date"] == "2025-11-21"


def test_the_result_of_the_long_that_ended_is_the_runs(bundle):
    plan, market = Plan(name="x"), short_history(bundle, 2025)
    ended = today(plan, market, "2026-01-20", rules=False).content["ended"]
    rows = vintage_table(simulate(plan, market)).set_index("vintage")
    long = ended["tactical"]
    row = rows.loc[2025]
    assert long["net_return"] == pytest.approx(row["tactical_return"])
    assert long["contribution"] == pytest.approx(row["tactical_contribution"])
    assert long["entry_date"] == f"{row['entry_date']:%Y-%m-%d}"
    assert long["exit_date"] == f"{row['exit_date']:%Y-%m-%d}"
    # halves bought at 6636.54 and sold at 6858.2316 and 6860.19
    by_hand = 0.5 * (6858.231630252101 / 6636.54 - 1) + 0.5 * (6860.19 / 6636.54 - 1)
    assert long["gross_return"] == pytest.approx(by_hand)
    assert ended["hedge"]["vintage"] == 2024
    assert ended["hedge"]["return"] == pytest.approx(rows.loc[2024, "hedge_return"])


def test_a_long_that_was_not_bought_is_a_result_too(bundle):
    plan = Plan.model_validate(
        {"name": "x", "tactical": {"entry": {"when": {"below_average": {"sessions": 200}}}}}
    )
    ended = today(plan, short_history(bundle, 2025), "2026-01-20", rules=False).content["ended"]
    assert ended["tactical"]["vintage"] == 2025
    assert ended["tactical"]["entry_date"] is None
    assert ended["tactical"]["reason"] == "gate"
