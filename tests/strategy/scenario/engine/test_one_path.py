"""A world with a single possible future gives what the plain run gives, to the last cent."""

import numpy as np
import pytest

from strategy.result.tables import vintage_table
from strategy.run.simulation import simulate
from strategy.scenario.engine.terms import Figure
from tests.strategy.scenario.engine.one_path import one_path
from tests.strategy.tiny_market import make_market, make_plan, observations, random_prices, weekdays
from tests.tolerances import LONG_SUMS

COSTS = {
    "fee_bps": 1,
    "slippage_bps": 2,
    "borrow_bps": 40,
    "rebate_spread_bps": 25,
    "margin_spread_bps": 150,
    "dividend_yield": 0.02,
    "cash": "bills",
}
PLANS: dict[str, dict[str, object]] = {
    "default": {},
    "no hedge": {"hedge__instrument": "none"},
    "future": {"hedge__short": {"style": "future", "financing_spread_bps": 20.0}},
    "closes only": {"tactical__entry__fill": "next_close"},
    "hedge first": {"hedge__policy": "hedge_first"},
    "sequential": {"hedge__policy": "sequential"},
    "caps": {"hedge__caps": {"gross": 1.2}, "hedge__max_ratio": 1.0},
    "margin": {"hedge__short": {"maintenance": 0.62}, "hedge__max_ratio": 1.5},
    "covers": {"hedge__cover": [{"fall": 0.02, "share": 0.5}, {"fall": 0.05, "share": 1.0}]},
    "daily": {"hedge__reevaluate": "daily", "hedge__band": 0.0},
    "stop level": {"tactical__stop": {"level": 97.0}},
    "touch": {"tactical__failed_breakout": {"trigger": "touch", "within": 2}},
    "risk budget": {"tactical__size": {"risk_budget": 0.01}, "tactical__stop": 0.015},
    "all at the zone": {"tactical__first_target_share": 1.0},
    "half a core": {"core__weight": 0.5},
    "cascade": {
        "risk__triggers": {"cascade": {"active": True, "sessions": 50, "vix_level": 20}},
    },
}


@pytest.fixture(scope="module")
def markets():
    out = []
    for seed in (3, 4):
        sessions = weekdays("2000-06-01", "2004-12-31")
        prices = random_prices(sessions, seed, 0.015)
        rng = np.random.default_rng(seed)
        vix = observations("vix", sessions, rng.uniform(12.0, 35.0, len(sessions)), "close")
        out.append(make_market(prices, score=0.65, bill=0.03, vix=vix))
    return out


@pytest.mark.parametrize("name", PLANS)
def test_one_possible_future_equals_the_plain_run(name, markets):
    changes = {"costs": dict(COSTS), "name": "toy", **PLANS[name]}
    plan = make_plan(**changes)
    compared = 0
    for market in markets:
        simulation = simulate(plan, market)
        table = vintage_table(simulation).to_dict("records")
        for vintage, row in zip(simulation.vintages, table, strict=True):
            s = vintage.schedule
            if not s.complete:
                continue
            _, futures = one_path(plan, market, s.anchor, s.hedge_last)
            compared += 1
            wanted = {
                Figure.TACTICAL_RETURN: row["tactical_return"],
                Figure.WEIGHT: row["tactical_weight"],
                Figure.TOTAL_RETURN: row["total_return"],
                Figure.PLAIN_RETURN: row["unhedged_return"],
                Figure.TOTAL_FALL: row["max_drawdown"],
                Figure.PLAIN_FALL: row["unhedged_max_drawdown"],
                Figure.HEDGE_PNL: row["hedge_return"],
                Figure.HEDGE_COST: row["hedge_cost"],
                Figure.TACTICAL_PNL: row["tactical_contribution"],
                Figure.CORE_PNL: row["core_return"],
                Figure.REASON: int(vintage.outcome.reason),
                Figure.YEAR_FALL: row["next_year_max_drawdown"],
                Figure.YEAR_RETURN: row["next_year_return"],
            }
            for figure, value in wanted.items():
                found = float(futures[figure][0])
                assert found == pytest.approx(value, abs=LONG_SUMS, nan_ok=True), (
                    s.year,
                    figure.name,
                )
    assert compared >= 6
