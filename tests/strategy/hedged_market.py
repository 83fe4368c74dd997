"""Markets and plans for tests of the hedge: random with holes in the score, and flat with a VIX."""

from __future__ import annotations

from typing import Any

import numpy as np

from market.container import Market
from strategy.hedge.instruments import NEEDS_VIX
from strategy.plan import Plan
from strategy.plan.instruments import INSTRUMENT_NAMES
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    observations,
    price_frame,
    random_prices,
    weekdays,
)

INSTRUMENTS = INSTRUMENT_NAMES
OPTIONS = NEEDS_VIX
DEAR = {
    "fee_bps": 5,
    "slippage_bps": 10,
    "borrow_bps": 100,
    "rebate_spread_bps": 50,
    "margin_spread_bps": 200,
    "dividend_yield": 0.03,
    "cash": "bills",
}
#: One step, no covers, from the start of the window to its end.
AT_ONCE = {"policy": "overlap", "phase_in": {"steps": 1}, "cover": []}
SESSIONS = weekdays("2018-06-01", "2022-03-31")


def random_market(seed: int, **series: Any) -> Market:
    rng = np.random.default_rng(seed)
    prices = random_prices(SESSIONS, seed)
    # a score that wanders, with holes
    score = np.clip(0.6 + np.cumsum(rng.normal(0.0, 0.03, len(SESSIONS))), 0.0, 1.0)
    score[rng.random(len(SESSIONS)) < 0.05] = np.nan
    vix = np.clip(18.0 + np.cumsum(rng.normal(0.0, 0.4, len(SESSIONS))), 9.0, 80.0)
    found = {"vix": observations("vix", SESSIONS, vix)} | series
    return make_market(prices, score=score, bill=0.04, **found)


def dear_plan(instrument: str, **changes: Any) -> Plan:
    hedge = {"instrument": instrument, "reevaluate": "weekly", **changes.pop("hedge", {})}
    return make_plan(costs=DEAR, hedge=hedge, **changes)


WINDOW = weekdays("2020-11-02", "2021-12-31")


def flat_market(level: float = 100.0, vix: float = 20.0, bars: Any = None, **series: Any) -> Market:
    found = {"vix": observations("vix", WINDOW, [vix] * len(WINDOW))} | series
    return make_market(price_frame(WINDOW, level, bars), score=1.0, **found)
