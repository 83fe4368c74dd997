"""Probabilities, their errors, and history's rates beside them."""

import numpy as np
import pytest

from signals.price.resistance import Levels
from strategy.legs.prices import Prices
from strategy.legs.records import LegRules
from strategy.plan import Plan
from strategy.scenario.engine.engine import run_futures
from strategy.scenario.engine.events import tactical_events
from strategy.scenario.engine.start import make_start
from strategy.scenario.odds.base_rates import base_rates
from strategy.scenario.odds.distributions import describe, histogram
from strategy.scenario.odds.odds import history_odds, rate, world_odds
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.worlds import make_world
from tests.tolerances import ROUNDING


def bars(*rows):
    return tuple(np.array(column, dtype=float) for column in zip(*rows, strict=True))


def events(*rows, stop=97.0, touch=False, target_first=False, within=3):
    levels = Levels(np.nan, 104.0, 105.0, 110.0, 111.0, 1.0)
    rules = LegRules(stop, True, 0.5, within, 0.0, touch, target_first)
    found = tactical_events(Prices(*bars(*rows)), 0, len(rows) - 1, levels, rules)
    return dict(zip(("touch", "zone", "stop", "breakout", "failure"), found, strict=True))


def test_a_high_at_the_zone_touches_it_and_a_close_in_it_is_no_breakout():
    found = events((100, 104, 99, 104))
    assert found == {
        "touch": True,
        "zone": True,
        "stop": False,
        "breakout": False,
        "failure": False,
    }


def test_a_bar_that_meets_both_counts_as_the_plan_says():
    bar = (100, 104, 97, 100)
    assert events(bar)["stop"]
    assert not events(bar)["zone"]
    assert events(bar, target_first=True)["zone"]
    # an open beyond either decides by itself
    assert events((104, 104, 96, 96))["zone"]


def test_a_close_below_the_zone_within_three_sessions_fails_the_breakout():
    up, hold, down = (104, 106, 104, 106), (106, 107, 105, 106), (106, 106, 103, 103)
    assert events(up, hold, down)["failure"]
    assert events(up, hold, hold, down)["failure"]
    assert not events(up, hold, hold, hold, down)["failure"]


def test_rates_have_exact_intervals():
    # Clopper-Pearson of 3 in 10, as in any table
    found = rate((np.arange(10) < 3, np.ones(10, dtype=bool)))
    assert (found["n"], found["hits"]) == (10, 3)
    assert found["low"] == pytest.approx(0.0667, abs=1e-4)
    assert found["high"] == pytest.approx(0.6525, abs=1e-4)


def test_monte_carlo_error_of_a_mean_is_that_of_its_standard_error():
    values = np.random.default_rng(1).normal(0.1, 2.0, 10_000)
    found = describe(values)
    assert found["mean_error"] == pytest.approx(1.96 * 2.0 / 100.0, rel=0.03)
    assert sum(histogram(values)["counts"]) == 10_000


def test_base_rates_are_those_of_the_run(bundled, history):
    start = make_start(Plan(name="default"), Scenario(), bundled)
    base = base_rates(start)
    table = history.vintages.set_index("vintage")
    same = [y for y in base.years if y in table.index]
    assert len(same) >= 60
    np.testing.assert_allclose(
        base.tactical, table.loc[base.years, "tactical_return"].to_numpy(dtype=float), atol=ROUNDING
    )
    np.testing.assert_allclose(
        base.year_fall,
        table.loc[base.fall_years, "next_year_max_drawdown"].to_numpy(dtype=float),
        atol=ROUNDING,
    )
    sold = table.loc[base.years, "first_target_hit"].to_numpy(dtype=bool)
    np.testing.assert_array_equal(base.zone_first, sold)
    assert base.years[-1] == 2024  # the leg of 2025 is not over on its anchor


def test_forty_pasts_are_not_ten_thousand(bundled):
    start = make_start(Plan(name="default"), Scenario(), bundled)
    past = history_odds(base_rates(start))
    world = make_world(start, "lookalike", 2000, 1, 200.0)
    odds = world_odds(start, run_futures(start, world, kept=0), past)["touch"]
    assert odds["pasts"] == 40
    assert odds["past_high"] - odds["past_low"] > 5 * (odds["high"] - odds["low"])
