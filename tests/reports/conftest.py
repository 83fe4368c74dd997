"""Runs of the bundled data, simulated once for all tests of the reports."""

import pytest

from strategy.api import load_market, load_plan
from strategy.result import Result
from strategy.simulation import simulate


@pytest.fixture(scope="session")
def short_long():
    """The plan that comes with the program, on all the data there are."""
    plan = load_plan("configs/short_long.yaml")
    return Result(simulate(plan, load_market(plan)))


@pytest.fixture(scope="session")
def structural(short_long):
    """The same with levels from the structure of prices."""
    return Result(simulate(load_plan("configs/structural.yaml"), short_long.market))
