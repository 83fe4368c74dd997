"""What the strategy tests share: the bundled market and the default plan's run on it, once."""

from __future__ import annotations

import pytest

from market.container import Market
from strategy.api import load_market, run
from strategy.plan import Plan
from strategy.result.result import Result


@pytest.fixture(scope="session")
def bundled() -> Market:
    """Real history as the package carries it."""
    return load_market(Plan(name="default"))


@pytest.fixture(scope="session")
def history(bundled: Market) -> Result:
    """The default plan on real history, checked against vectorbt's book."""
    return run(Plan(name="default"), bundled)
