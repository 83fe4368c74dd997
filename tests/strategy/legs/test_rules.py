"""The rules of a leg by hand, and that every door gives the numbers of these functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.price.breakout import next_attempt
from signals.price.resistance import Levels
from strategy.legs.prices import price_arrays
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import Exits, SizeRules, leg_rules, size_rules
from strategy.legs.rules import (
    blocked,
    last_exit,
    net_return,
    pays_slippage,
    score_factor,
    size,
    stop_level,
    tranche_orders,
)
from strategy.legs.rules import next_attempt as compiled_attempt
from strategy.run.simulation import simulate
from strategy.scenario.engine.terms import Figure
from strategy.sweep.engine.context import make_context
from tests.strategy.scenario.engine.one_path import one_path
from tests.strategy.tiny_market import make_market, make_plan, random_prices, weekdays
from tests.tolerances import LAST_BITS, ROUNDING

LEVELS = Levels(math.nan, 104.0, 105.0, 108.0, 110.0, 1.0)


def exits(*fills: tuple[int, Phase, Reason, float, float]) -> Exits:
    """Bought at 100 with a stop at 97; (session, phase, reason, price, share) of each tranche."""
    session, phase, reason, price, share = zip(*fills, strict=True)
    whole = (np.array(x, dtype=np.int64) for x in (session, phase, reason))
    parts = (np.array(x, dtype=np.float64) for x in (price, share))
    return Exits(100.0, 97.0, *whole, *parts, 0, -0.03, 0.05)  # type: ignore[call-arg]


def test_the_size_is_the_smaller_of_weight_and_budget_less_what_the_score_takes_off():
    assert size(SizeRules(0.5, math.nan, 0.0), 100.0, 97.0, 0.8) == 0.5
    # a loss of 1 % at a stop 4 % away: a quarter
    assert size(SizeRules(0.5, 0.01, 0.0), 100.0, 96.0, 0.8) == pytest.approx(0.25, rel=ROUNDING)
    # 1 - 0.5 x 0.8 = 0.6 of a half
    assert size(SizeRules(0.5, math.nan, 0.5), 100.0, 97.0, 0.8) == pytest.approx(
        0.3, rel=LAST_BITS
    )


def test_an_unknown_score_takes_nothing_off():
    assert score_factor(0.5, math.nan) == 1.0
    assert score_factor(0.5, 0.8) == pytest.approx(0.6, rel=LAST_BITS)


def test_market_orders_pay_slippage_and_no_others():
    market = {r for r in Reason if pays_slippage(int(r))}
    timed = {Reason.FAILED_BREAKOUT, Reason.CONDITION, Reason.TIME}
    assert market == {Reason.STOP, Reason.STOP_GAP} | timed


@pytest.mark.parametrize(
    ("first", "second", "last"),
    [
        ((3, Phase.RANGE, Reason.TARGET_1), (5, Phase.OPEN, Reason.STOP_GAP), 1),
        ((5, Phase.RANGE, Reason.TARGET_1), (5, Phase.OPEN, Reason.TARGET_2), 0),
        ((5, Phase.RANGE, Reason.STOP), (5, Phase.RANGE, Reason.TARGET_2), 0),
        ((5, Phase.RANGE, Reason.TARGET_1), (5, Phase.RANGE, Reason.TARGET_2), 1),
        ((-1, Phase.OPEN, Reason.OPEN), (2, Phase.RANGE, Reason.STOP), 1),
        ((2, Phase.RANGE, Reason.STOP), (-1, Phase.OPEN, Reason.OPEN), 0),
    ],
)
def test_the_last_exit_is_the_later_session_then_phase_then_the_stop_then_the_second(
    first, second, last
):
    assert last_exit(exits((*first, 100.0, 0.5), (*second, 100.0, 0.5))) == last


def test_a_tranche_asks_to_be_bought_and_sold_where_it_has_a_size():
    found = exits((3, Phase.RANGE, Reason.TARGET_1, 104.0, 0.25), (4, 2, Reason.OPEN, 103.0, 0.75))
    # a quarter of 0.4; a target is a limit order
    assert tranche_orders(found, 0, 0.4, False)[:5] == (0.1, 3, Phase.RANGE, 104.0, False)
    assert tranche_orders(found, 0, 0.4, True).phase == Phase.CLOSE
    held = tranche_orders(found, 1, 0.4, False)
    assert held.spent == pytest.approx(0.3, rel=LAST_BITS)
    assert held.session == -1
    assert tranche_orders(found, 0, 0.0, False)[:2] == (0.0, -1)


def test_the_calendar_goes_before_levels_and_levels_before_the_gate():
    unknown = LEVELS._replace(zone_low=math.nan)
    assert blocked(int(Reason.NO_SESSION), unknown, False) == Reason.NO_SESSION
    assert blocked(-1, unknown, False) == Reason.NO_LEVELS
    assert blocked(-1, LEVELS, False) == Reason.GATE
    assert blocked(-1, LEVELS, True) == -1


prices = st.floats(50.0, 150.0)
fills = st.tuples(
    st.integers(0, 5),
    st.sampled_from(list(Phase)),
    st.sampled_from([r for r in Reason if r.traded]),
    prices,
)


@given(fills, fills, st.floats(0.0, 1.0), st.floats(0.0, 0.02), st.floats(0.0, 0.02))
def test_the_net_return_is_what_a_ledger_of_one_unit_of_money_says(one, two, share, fee, slippage):
    found = exits((*one, share), (*two, 1.0 - share))
    units = 1.0 / (100.0 * (1.0 + slippage) * (1.0 + fee))
    money = 0.0
    for (_, _, reason, price), part in ((one, share), (two, 1.0 - share)):
        if reason is not Reason.OPEN and not reason.label.startswith("target_"):
            price -= price * slippage
        if reason is not Reason.OPEN:
            price -= price * fee
        money += units * part * price
    assert net_return(found, fee, slippage) == pytest.approx(money - 1.0, abs=ROUNDING)


@given(st.integers(-1, 9), prices, prices, st.integers(0, 4), st.floats(0.0, 0.1), st.booleans())
def test_runs_and_signals_count_the_attempts_of_a_breakout_alike(
    attempt, high, close, within, buffer, touch
):
    asked = (attempt, 10, high, close, 104.0, 105.0, within, buffer, touch)
    assert compiled_attempt(*asked) == next_attempt(*asked)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"tactical__stop": {"level": 97.0}},
        {"tactical__size": {"risk_budget": 0.01, "risk_scaling": 1.0}},
        {"tactical__first_target_share": 1.0, "tactical__same_bar": "target_first"},
        {"tactical__failed_breakout": {"trigger": "touch", "within": 2}},
        {"tactical__entry__fill": "next_close"},
    ],
)
def test_run_sweep_and_scenario_give_the_same_numbers(changes):
    """Stop, size, net return and last exit of every vintage, through three doors."""
    costs = {"fee_bps": 3, "slippage_bps": 5, "cash": "zero"}
    plan = make_plan(name="toy", costs=costs, hedge__instrument="none", **changes)
    market = make_market(
        random_prices(weekdays("2000-06-01", "2006-12-31"), 5, 0.015), score=0.65, bill=0.03
    )
    run = simulate(plan, market)
    context = make_context(plan, market)
    swept = context.tactical([plan])
    rules, sizes = leg_rules(plan.tactical), size_rules(plan.tactical)
    opens = price_arrays(market, plan.tactical.entry.fill).open_
    traded = 0
    for i, v in enumerate(run.vintages):
        made = v.outcome.net_return(3e-4, 5e-4)
        assert swept.reason[0, i] == v.outcome.reason
        assert np.array_equal(swept.net_return[0, i], made, equal_nan=True)
        spent = swept.legs.value[swept.row[0, i]].sum()
        assert spent == pytest.approx(v.weight, rel=LAST_BITS)
        if not v.outcome.traded:
            continue
        traded += 1
        stop = stop_level(
            float(opens[v.schedule.entry]), rules.stop, rules.stop_is_level, v.levels.scale
        )
        assert v.outcome.stop == stop
        assert v.weight == size(sizes, v.outcome.entry_price, v.outcome.stop, v.score)
        if not v.schedule.complete:
            continue
        _, futures = one_path(plan, market, v.schedule.anchor, v.schedule.hedge_last)
        assert futures[Figure.REASON][0] == v.outcome.reason
        # the future's prices are chained from returns: the last bits of a price are its own
        assert futures[Figure.STOP][0] == pytest.approx(stop, rel=ROUNDING)
        assert futures[Figure.WEIGHT][0] == pytest.approx(v.weight, rel=1e-10)
        assert futures[Figure.TACTICAL_RETURN][0] == pytest.approx(made, abs=ROUNDING)
    assert traded >= 3
