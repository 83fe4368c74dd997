"""Runs of the bundled data and pages of them, made once for all tests of the reports."""

import pytest

from strategy.api import load_market, load_plan
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.reports.shelf import Shelf
from tests.shared import shared_folder


@pytest.fixture(scope="session")
def short_long():
    """The plan that comes with the program, on all the data there are."""
    plan = load_plan("configs/short_long.yaml")
    return Result(simulate(plan, load_market(plan)))


@pytest.fixture(scope="session")
def structural(short_long):
    """The same with levels from the structure of prices."""
    return Result(simulate(load_plan("configs/structural.yaml"), short_long.market))


@pytest.fixture(scope="session")
def bundled_audit(short_long):
    """The article's claims on trial, with few random draws."""
    from strategy.audit.audit import audit
    from strategy.audit.claims.file import find_claims, load_claims
    from tests.strategy.audit.claims_by_hand import LITTLE

    claims = load_claims(find_claims("configs/short_long.yaml", None))
    return audit(short_long.plan, short_long.market, claims, effort=LITTLE)


@pytest.fixture(scope="session")
def scenario_figures(short_long):
    """What a scenario with a shock says on a few futures, as its page gets it."""
    from strategy.scenario.api import run_scenario
    from strategy.scenario.settings import Scenario

    scenario = Scenario.model_validate(
        {
            "paths": 200,
            "shocks": [{"name": "crash", "start": "2026-03-02", "fall": 0.2, "sessions": 20}],
            "whatif": {"instruments": ["short", "put"], "ratios": [0.5], "instrument_paths": 10},
        }
    )
    result = run_scenario(short_long.plan, scenario, short_long.market, workers=1)
    return {**result.figures, "dates": [f"{day:%Y-%m-%d}" for day in result.start.sessions]}


@pytest.fixture(scope="session")
def calibration_figures(short_long):
    """Forecasts of the last few vintages, scored."""
    from strategy.plan import Plan
    from strategy.scenario.odds.calibration import calibrate
    from strategy.scenario.settings import Scenario

    plan = Plan.model_validate({"name": "late", "data": {"start": "2011-01-01"}})
    scenario = Scenario.model_validate({"paths": 60, "worlds": ["bootstrap"]})
    return calibrate(plan, scenario, short_long.market, workers=1)


@pytest.fixture(scope="session")
def pages(request, tmp_path_factory):
    """Every page by name, as a file; to be read, not changed."""
    return Shelf(shared_folder(tmp_path_factory), request.getfixturevalue)
