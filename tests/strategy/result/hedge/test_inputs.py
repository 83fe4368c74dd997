"""Which hedged years rest on true inputs and which on proxies, counted another way."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from strategy.decide.score import combine
from strategy.result.hedge.inputs import hedged_days, known_by_true_inputs, rests_on
from strategy.result.tables import vintage_table
from strategy.run.simulation import Simulation
from tests.tolerances import LAST_BITS, ROUNDING


@pytest.fixture(scope="module")
def told(history) -> Simulation:
    """The run, told that Baa less Aaa and margin debt are the series meant, from July 1998 on."""
    simulation = history.simulation
    parts = dict(simulation.components)
    for name in ("credit", "leverage"):
        frame = parts[name].copy()
        late = frame.index >= pd.Timestamp("1998-07-01")
        frame.loc[late & frame["proxy"].notna().to_numpy(), "proxy"] = 0.0
        parts[name] = frame
    return dataclasses.replace(
        simulation, components=parts, risk=combine(parts, simulation.plan.risk)
    )


def test_a_session_is_true_where_the_true_inputs_alone_reach_coverage_and_number(told):
    risk, weights = told.plan.risk, {"cash": 1.0, "leverage": 1.0, "credit": 1.0}
    weights |= {"concentration": 0.5, "rotation": 0.5}
    weight, count = np.zeros(len(told.close)), np.zeros(len(told.close))
    for name, frame in told.components.items():
        true = (frame["proxy"] == 0.0).to_numpy()
        weight += weights[name] * true
        count += true
    expected = (weight / 4.0 >= risk.min_coverage) & (count >= risk.min_components)
    assert 0 < expected.sum() < len(expected)
    assert (known_by_true_inputs(told) == expected).all()


def test_a_year_counts_by_most_of_its_hedged_days(told):
    true = known_by_true_inputs(told)
    found = hedged_days(told).set_index("vintage")
    for v in told.vintages:
        days = [v.hedge.window.first + i - 1 for i, held in enumerate(v.hedge_held) if held > 0.0]
        if not days:
            assert v.schedule.year not in found.index
            continue
        row = found.loc[v.schedule.year]
        assert row["days"] == len(days)
        assert row["days_true"] == sum(bool(true[t]) for t in days)
        assert row["kind"] == ("true" if row["days_true"] > row["days"] / 2 else "proxy")
    assert set(found["kind"]) == {"true", "proxy"}
    assert (found.loc[:1996, "days_true"] == 0).all()


def test_the_two_kinds_add_up_to_the_hedge(told, history):
    found = rests_on(told, vintage_table(told))
    hedge = history.metrics["hedge"]
    true, proxy = found["true"], found["proxy"]
    assert true["n"] > 0 and proxy["n"] > 0
    assert true["n"] + proxy["n"] == hedge["n"]
    for name in ("mean", "mean_cost", "mean_gain"):
        whole = (true["n"] * true[name] + proxy["n"] * proxy[name]) / hedge["n"]
        assert whole == pytest.approx(hedge[name], abs=LAST_BITS)
    lead = sum(part["n"] * part["against_derisk"]["mean"] for part in (true, proxy)) / hedge["n"]
    assert lead == pytest.approx(hedge["against_derisk"]["mean"], abs=LAST_BITS)


def test_no_hedged_year_of_the_bundled_history_rests_on_true_inputs_alone(history):
    found = history.metrics["hedge"]["inputs"]
    assert found["true"]["n"] == found["days_true"] == 0
    assert found["proxy"]["n"] == history.metrics["hedge"]["n"]
    daily = history.daily
    held = daily["hedge_held"] > 0.0
    # the share of true inputs, as the daily table has it, of the day before each hedged session
    share = (daily["coverage_true"] / daily["coverage"]).shift(1)
    # the hedge of vintage y is held in the year y + 1
    complete = daily.index.year <= history.metrics["vintages"]["last"]
    assert found["true_share"] == pytest.approx(share[held & complete].mean(), abs=ROUNDING)
