"""Other readings of the score: each equals the run of a plan that reads it so."""

from __future__ import annotations

from typing import Any

import pytest

from signals.risk.score import COMPONENTS
from strategy.decide.score import numbers_of
from strategy.plan import Plan
from strategy.result.hedge.readings import HALF, READINGS, ranked, readings
from strategy.result.result import Result
from strategy.run.simulation import simulate
from tests.tolerances import LAST_BITS, ROUNDING

#: The leg's size reads the score too; here it does not, so that the hedge alone differs.
BASE: dict[str, Any] = {"name": "base", "tactical": {"size": {"risk_scaling": 0.0}}}

#: What a plan would have to say to read the score so.
PLANS: dict[str, dict[str, Any]] = {
    "true_inputs": {"risk": {"proxies": False}},
    "with_proxies": {},
    "credit_only": {
        "risk": {name: {"weight": 0.0} for name in COMPONENTS if name != "credit"}
        | {"min_components": 1}
    },
    # no score is ever known from the bundled true inputs: when blind, hold it in full
    "always_half": {
        "risk": {"proxies": False},
        "hedge": {"max_ratio": HALF, "when_blind": "full"},
    },
    "ranks": {
        "risk": {
            "percentile": {"components": ["cash", "leverage", "credit", "rotation"]},
            "cash": {"from": 1.0, "to": 0.0},
            **{
                name: {"from": 0.0, "to": 1.0}
                for name in ("leverage", "credit", "concentration", "rotation")
            },
        }
    },
}


@pytest.fixture(scope="module")
def rows(bundled) -> dict[str, Any]:
    table = readings(simulate(Plan.model_validate(BASE), bundled))
    return {row["reading"]: row for row in table.to_dict("records")}


def test_the_readings_are_those_of_the_documentation(rows):
    assert tuple(rows) == READINGS
    assert [name for name, row in rows.items() if row["plan"]] == ["with_proxies"]


@pytest.mark.parametrize("name", READINGS)
def test_a_reading_is_the_run_of_a_plan_that_reads_the_score_so(rows, bundled, name):
    row = rows[name]
    result = Result(simulate(Plan.model_validate(BASE | PLANS[name]), bundled))
    hedge = result.metrics["hedge"]
    assert row["n_hedged"] == hedge["n"]
    if hedge["n"]:
        for key in ("mean", "mean_low", "mean_high", "worst"):
            assert row[key] == pytest.approx(hedge[key], abs=LAST_BITS)
        lead = hedge["against_derisk"]
        assert row["against_derisk"] == pytest.approx(lead["mean"], abs=LAST_BITS)
        assert row["against_derisk_low"] == pytest.approx(lead["mean_low"], abs=LAST_BITS)
        assert row["against_derisk_high"] == pytest.approx(lead["mean_high"], abs=LAST_BITS)
    assert row["max_drawdown"] == pytest.approx(
        result.metrics["total"]["max_drawdown"], abs=ROUNDING
    )
    assert row["derisk_max_drawdown"] == pytest.approx(
        result.metrics["derisk"]["max_drawdown"], abs=ROUNDING
    )
    if name != "always_half":
        assert row["share_known"] == pytest.approx(1.0 - result.metrics["risk"]["share_blind"])


def test_ranks_keep_the_direction_of_each_ramp():
    numbers = ranked(numbers_of(Plan(name="x").risk))
    assert (numbers.cash.from_, numbers.cash.to) == (1.0, 0.0)  # little cash is risk
    assert (numbers.credit.from_, numbers.credit.to) == (0.0, 1.0)
    assert numbers.rotation.weight == 0.5


def test_a_plan_without_proxies_has_its_own_row_marked(bundled):
    plan = Plan.model_validate(BASE | {"risk": {"proxies": False}, "vintages": [2019, 2020]})
    table = readings(simulate(plan, bundled)).set_index("reading")
    assert table.index[table["plan"]].tolist() == ["true_inputs"]
    assert table.loc["true_inputs", "n_hedged"] == 0
    assert table.loc["with_proxies", "n_hedged"] == 1


def test_a_plan_without_a_hedge_has_no_readings(bundled):
    plan = Plan.model_validate({"name": "x", "hedge": {"instrument": "none"}, "vintages": [2020]})
    assert readings(simulate(plan, bundled)).empty


def test_the_readings_of_a_run_are_in_its_metrics_and_its_hedge_report(history):
    rows = history.metrics["hedge"]["readings"]
    assert [row["reading"] for row in rows] == list(READINGS)
    plan = next(row for row in rows if row["plan"])
    assert plan["mean"] == history.metrics["hedge"]["mean"]
    assert plan["max_drawdown"] == history.metrics["total"]["max_drawdown"]
    assert history.hedge_report.readings is history.readings
