"""What the cross-check tests share: real history, as this program and as the others take it."""

from __future__ import annotations

import pytest

from market.container import Market
from strategy.api import load_market
from strategy.plan import Plan

FREE = {
    "fee_bps": 0,
    "slippage_bps": 0,
    "borrow_bps": 0,
    "rebate_spread_bps": 0,
    "margin_spread_bps": 0,
    "dividend_yield": 0,
    "cash": "zero",
}


@pytest.fixture(scope="session")
def bundled() -> Market:
    return load_market(Plan(name="crosscheck"))


@pytest.fixture(scope="session")
def make_plan():
    """A plan without costs and without what a test does not switch on."""

    def build(**sections):
        tree = {
            "name": "crosscheck",
            "data": {"start": "1990-01-01"},
            "core": {"weight": 0.0},
            "tactical": {"size": {"weight": 0.0, "risk_scaling": 0.0}},
            "hedge": {"instrument": "none"},
            "costs": FREE,
            "capital": 1e6,
        }
        return Plan.model_validate(tree | sections)

    return build
