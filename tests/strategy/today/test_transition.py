"""A user's own holdings, and the orders from there to the plan's: by hand, and nothing from it."""

from dataclasses import replace

import pytest
import yaml

import market as markets
from market.errors import InputError
from strategy import api
from strategy.plan import Plan
from strategy.today.holdings import read_holdings
from strategy.today.transition import Target, transition
from tests.tolerances import LONG_SUMS


@pytest.fixture
def written(tmp_path):
    def write(content, name="mine.yaml"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
        return path

    return write


def by_hand(path, targets, follows="index"):
    return transition(
        targets, read_holdings(path), lambda sleeve: 5000.0, 50.0, hedge_follows=follows
    )


def test_orders_by_hand(written):
    # 100 shares of a fund at 500, 10 000 of cash, 0.02 futures short of 50 x 5000 each
    path = written(
        {
            "cash": 10_000,
            "positions": [
                {"sleeve": "core", "units": 100, "price": 500.0},
                {"sleeve": "hedge", "futures": -0.02},
            ],
        }
    )
    targets = [
        Target("core", None, 1.0, 1 / 5000, 5000.0, "index"),
        Target("hedge", None, -0.25, -0.25 / 5000, 5000.0, "index"),
    ]
    found = by_hand(path, targets)
    assert found["equity"] == 60_000.0  # a future is worth nothing of the account
    core, hedge = found["orders"]
    assert (core["side"], core["amount"]) == ("buy", pytest.approx(10_000.0))
    assert (core["units"], core["price"]) == (pytest.approx(20.0), 500.0)
    # -15 000 wanted, -5 000 held: 10 000 more are 2 units of the index, 0.04 futures
    assert (hedge["side"], hedge["amount"]) == ("sell", pytest.approx(10_000.0))
    assert (hedge["units"], hedge["futures"]) == (pytest.approx(2.0), pytest.approx(0.04))
    assert hedge["held"] == pytest.approx(-5_000 / 60_000)


def test_options_go_unit_for_unit_and_what_the_plan_lacks_is_sold(written):
    path = written(
        "sleeve,units,price,right,strike,expiry\n"
        "equity,100000\n"
        "hedge,3,40,put,4800,2026-03-20\n"
        "hedge,2,9,put,4000,2026-03-20\n",
        "mine.csv",
    )
    target = Target("hedge", ("put", 4800.0, "2026-03-20"), 5e-5 * 50, 5e-5, 50.0, "option")
    bought, sold = by_hand(path, [target], "other")["orders"]
    # 5 units wanted, 3 held, counted at the user's quote
    assert (bought["side"], bought["units"], bought["amount"]) == (
        *("buy", pytest.approx(2.0)),
        pytest.approx(80.0),
    )
    assert (sold["side"], sold["units"], sold["amount"]) == ("sell", 2.0, 18.0)
    assert bought["futures"] is None


@pytest.mark.parametrize(
    ("day", "hedge"),
    [
        ("2008-01-15", {}),
        ("2008-01-15", {"instrument": "put_spread"}),
        ("2007-11-21", {}),  # the long is bought at the next open
        ("2007-11-30", {}),  # and half of it is held
    ],
)
def test_who_holds_what_the_plan_will_hold_has_nothing_to_do(written, day, hedge):
    plan = Plan.model_validate({"name": "x", "vintages": [2007], "hedge": hedge})
    bundle = markets.load(plan.data)
    market = replace(bundle, prices=bundle.prices.loc["2005-01-01":"2008-12-31"])
    nothing = written({"equity": 1e6})
    targets = api.today(plan, market, day, holdings=nothing).content["holdings"]["targets"]
    assert targets
    same = written(
        {
            "equity": 1e6,
            "positions": [
                {"sleeve": t["sleeve"], "units": t["units"], **(t["contract"] or {})}
                for t in targets
            ],
        }
    )
    content = api.today(plan, market, day, holdings=same).content
    assert content["holdings"]["orders"] == []
    assert content["capital"] == 1e6


def test_from_what_the_plan_held_before_the_orders_are_tonights(written):
    plan = Plan.model_validate({"name": "x", "vintages": [2007]})
    bundle = markets.load(plan.data)
    market = replace(bundle, prices=bundle.prices.loc["2005-01-01":"2008-12-31"])
    day = "2008-02-01"
    nothing = written({"equity": 1e6})
    tonight = api.today(plan, market, day, holdings=nothing).content
    (order,) = [o for o in tonight["orders_next_open"] if o["sleeve"] == "hedge"]
    held = tonight["hedge"]["positions"][0]["units"]
    core = next(t for t in tonight["holdings"]["targets"] if t["sleeve"] == "core")
    mine = written(
        {
            "equity": 1e6,
            "positions": [
                {"sleeve": "core", "units": core["units"]},
                {"sleeve": "hedge", "units": held},
            ],
        }
    )
    (led,) = api.today(plan, market, day, holdings=mine).content["holdings"]["orders"]
    assert (led["sleeve"], led["side"]) == ("hedge", order["side"])
    assert led["units"] == pytest.approx(order["units"], rel=LONG_SUMS)


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("cash: 1\npositions: [{sleeve: core}]", "units or futures, one of them"),
        ("cash: 1\npositions: [{sleeve: core, unitss: 1}]", "did you mean 'units'"),
        ("cash: 1\npositions: [{sleeve: hedge, units: 1, right: put}]", "right, strike and expiry"),
        ("cash: -5", "expected an account above 0"),
        ("positions: []", "cash, or what the account is worth"),
        ("3", "expected a map"),
        ("", "the file is empty"),
    ],
)
def test_a_mistake_in_the_file_is_one_line(written, content, answer):
    with pytest.raises(InputError) as error:
        by_hand(written(content), [])
    assert answer in str(error.value) and "mine.yaml" in str(error.value)


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        ("sleeve,units\ncore,x\ncash,1", "mine.csv:2: positions[0].units: got x"),
        ("sleeve,units\ncore,1,2\ncash,1", "mine.csv:2: got 3 cells; expected 2"),
        ("a,b\n1,2", "mine.csv:1: got the columns a, b"),
        ("sleeve,units\ncash,1\ncash,2", "mine.csv:3: got cash twice"),
        ("sleeve,units\ncore,nan\ncash,2", "mine.csv:2: positions[0].units"),
    ],
)
def test_a_mistake_in_a_table_has_its_line(written, content, answer):
    with pytest.raises(InputError) as error:
        read_holdings(written(content, "mine.csv"))
    assert answer in str(error.value)


def test_an_option_that_the_plan_lacks_needs_a_price(written):
    option = {"sleeve": "hedge", "units": 1, "right": "put", "strike": 1.0, "expiry": "2026-03-20"}
    with pytest.raises(InputError, match="the option's price: the plan holds none like it"):
        by_hand(written({"cash": 1, "positions": [option]}), [])


def test_a_fund_needs_its_own_price(written):
    path = written({"cash": 1, "positions": [{"sleeve": "hedge", "units": 1}]})
    with pytest.raises(InputError, match="price: missing"):
        by_hand(path, [], "other")
