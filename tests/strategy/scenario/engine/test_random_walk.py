"""Touch probabilities of random walks equal the reflection principle's and a lattice's."""

from dataclasses import replace
from math import comb

import numpy as np
import pytest
from scipy.stats import norm

from strategy.scenario.engine.engine import run_futures
from strategy.scenario.engine.start import make_start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.garch import no_garch
from strategy.scenario.worlds.history import make_history
from strategy.scenario.worlds.paths import Draw, Table
from strategy.scenario.worlds.worlds import World
from tests.strategy.tiny_market import make_market, make_plan, random_prices, weekdays

PATHS = 40_000
STEP = 0.01
#: Four standard errors: one false alarm in fifteen thousand.
ERRORS = 4.0


@pytest.fixture(scope="module")
def start():
    market = make_market(random_prices(weekdays("2000-01-03", "2003-12-31"), 1), score=0.0)
    plan = make_plan(hedge__instrument="none")
    return make_start(plan, Scenario(as_of="2002-11-21"), market)


def walk(start, moves, *, zone=1e9, stop=0.0, seed=1):
    """Futures of independent log moves, with barriers in steps of the log price."""
    close = np.exp(np.asarray(moves))
    one = np.ones_like(close)
    table = Table(
        one, np.maximum(one, close), np.minimum(one, close), close, one * np.nan, one * 0.0
    )
    count = start.horizon + 1
    history = replace(start.history, table=table)
    draw = Draw(
        False, seed, 0, 1.0, np.arange(len(close)), False, start.price, np.nan, 0.0,
        np.ones(count), np.zeros(count),
    )  # fmt: skip
    top = start.price * np.exp(zone)
    levels = start.terms.levels._replace(
        zone_low=top, zone_high=top, extension_low=top * 2, scale=1.0
    )
    floor = start.price * np.exp(-stop) if stop else 1e-9
    rules = start.terms.rules._replace(stop_is_level=True, stop=floor)
    terms = start.terms._replace(levels=levels, rules=rules)
    started = replace(start, history=history, terms=terms)
    world = World("walk", "walk", draw, no_garch(), start.calendar(), PATHS)
    return run_futures(started, world, workers=2, kept=0, compare=False)


def lattice(n, up, down):
    """P(up first), P(down first) within n steps of one up or down, by adding up all walks."""
    chance = np.zeros(up + down + 1)
    chance[down] = 1.0
    for _ in range(n):
        moved = np.zeros_like(chance)
        moved[0], moved[-1] = chance[0], chance[-1]
        moved[:-2] += chance[1:-1] / 2
        moved[2:] += chance[1:-1] / 2
        chance = moved
    return chance[-1], chance[0]


def error_of(p):
    return ERRORS * np.sqrt(p * (1 - p) / PATHS)


@pytest.mark.parametrize("barrier", [2, 3, 5])
def test_touch_of_a_symmetric_walk_is_the_reflection_principles(start, barrier):
    n = start.schedule.last
    futures = walk(start, [STEP, -STEP], zone=(barrier - 0.5) * STEP)
    # P(max >= m) = P(S_n >= m) + P(S_n > m)
    ends = {2 * k - n: comb(n, k) / 2**n for k in range(n + 1)}
    wanted = sum(p for s, p in ends.items() if s >= barrier)
    wanted += sum(p for s, p in ends.items() if s > barrier)
    assert futures[Figure.TOUCH].mean() == pytest.approx(wanted, abs=error_of(wanted))


@pytest.mark.parametrize(("up", "down"), [(3, 2), (2, 4), (4, 4)])
def test_which_of_two_barriers_comes_first_is_the_lattices(start, up, down):
    futures = walk(start, [STEP, -STEP], zone=(up - 0.5) * STEP, stop=(down - 0.5) * STEP)
    wanted_up, wanted_down = lattice(start.schedule.last, up, down)
    found_up, found_down = futures[Figure.ZONE_FIRST].mean(), futures[Figure.STOP_FIRST].mean()
    assert found_up == pytest.approx(wanted_up, abs=error_of(wanted_up))
    assert found_down == pytest.approx(wanted_down, abs=error_of(wanted_down))


def test_a_gaussian_walk_watched_at_closes_meets_the_corrected_continuous_value(start):
    n, sigma = start.schedule.last, 0.01
    moves = sigma * norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    barrier = 2.5 * sigma
    futures = walk(start, moves, zone=barrier)
    # Broadie, Glasserman and Kou 1997: the barrier moves out by 0.5826 sigma
    shifted = (barrier + 0.5826 * sigma) / (sigma * np.sqrt(n))
    wanted = 2 * (1 - norm.cdf(shifted))
    assert futures[Figure.TOUCH].mean() == pytest.approx(wanted, abs=error_of(wanted) + 0.004)
    assert wanted < 2 * (1 - norm.cdf(barrier / (sigma * np.sqrt(n)))) - 0.05


def test_a_history_of_one_kind_of_session_is_that_session(start):
    market = make_market(random_prices(weekdays("2000-01-03", "2003-12-31"), 1))
    history = make_history(market, np.full(len(market.sessions), np.nan), None, market.sessions[-1])
    assert len(history) == len(market.sessions) - 1
