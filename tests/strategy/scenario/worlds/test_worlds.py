"""Futures look like the history they are made of, and do not depend on who computes them."""

from dataclasses import replace

import numpy as np
import pytest

from strategy.plan import Plan
from strategy.scenario.engine.engine import make_variants, run_futures
from strategy.scenario.engine.exact import draw_future, hedge_rows
from strategy.scenario.engine.start import make_start
from strategy.scenario.engine.terms import Figure
from strategy.scenario.settings import Scenario
from strategy.scenario.worlds.history import politis_white
from strategy.scenario.worlds.worlds import look_alikes, make_world
from tests.tolerances import ROUNDING

SHOCK = {"name": "fall", "fall": 0.2, "sessions": 30, "start": "2026-02-02"}
ALL = ("bootstrap", "lookalike", "analog", "garch", "replay", "fall")


@pytest.fixture(scope="module")
def start(bundled):
    plan = Plan(name="default")
    return make_start(plan, Scenario.model_validate({"shocks": [SHOCK]}), bundled)


@pytest.fixture(scope="module")
def block(start):
    return politis_white(start.history)


@pytest.fixture(scope="module")
def worlds(start, block):
    return {name: make_world(start, name, 300, 1, block) for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_bars_are_consistent_on_every_path(start, worlds, name):
    world = worlds[name]
    for i in range(world.paths):
        path = draw_future(start, world, i)
        top, bottom = np.maximum(path.open_, path.close), np.minimum(path.open_, path.close)
        assert (path.high >= top * (1 - 1e-15)).all()
        assert (path.low <= bottom * (1 + 1e-15)).all()
        assert (path.low > 0.0).all()
        assert path.close[0] == start.price


def test_bootstrapped_returns_keep_the_marginal_distribution(start, worlds):
    world = worlds["bootstrap"]
    moves = np.concatenate(
        [np.diff(np.log(draw_future(start, world, i).close)) for i in range(world.paths)]
    )
    history = start.history.log_returns
    assert moves.mean() == pytest.approx(history.mean(), abs=1.5e-4)
    assert moves.std() == pytest.approx(history.std(), rel=0.08)
    for q in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
        assert np.quantile(moves, q) == pytest.approx(
            np.quantile(history, q), abs=0.05 * history.std() + 0.1 * abs(np.quantile(history, q))
        )
    # every drawn return is one of history's
    assert np.isin(np.round(moves, 9), np.round(history, 9)).all()


def test_bootstrapped_returns_keep_volatility_clusters(start, worlds):
    history = start.history.log_returns
    squared = np.clip((history - history.mean()) ** 2, 0, np.quantile(history**2, 0.999))

    def autocorrelation(paths, lag):
        centred = [p - squared.mean() for p in paths]
        products = np.concatenate([p[lag:] * p[:-lag] for p in centred])
        return products.mean() / np.concatenate([p**2 for p in centred]).mean()

    world = worlds["bootstrap"]
    cap = squared.max()
    paths = []
    for i in range(world.paths):
        moves = np.diff(np.log(draw_future(start, world, i).close))
        paths.append(np.clip((moves - history.mean()) ** 2, 0, cap))
    for lag in (1, 5, 20):
        wanted = autocorrelation([squared], lag)
        # a block that ends between two sessions cuts their tie: (1 - 1/b) ** lag is left
        assert wanted > 0.1
        assert autocorrelation(paths, lag) == pytest.approx(wanted, abs=0.07)


@pytest.mark.parametrize("name", ["bootstrap", "garch"])
def test_same_seed_same_numbers_with_one_worker_or_two(start, block, name):
    variants = make_variants(start.scenario.whatif)
    one, two, other = (
        run_futures(start, make_world(start, name, 700, seed, block), workers=w, variants=variants)
        for seed, w in ((1, 1), (1, 2), (2, 2))
    )
    assert one.rows.tobytes() == two.rows.tobytes()
    assert one.tried.tobytes() == two.tried.tobytes()
    assert one.fans.tobytes() == two.fans.tobytes()
    assert one.rows.tobytes() != other.rows.tobytes()


def test_path_i_is_the_same_among_few_paths_or_many(start, block):
    few = run_futures(start, make_world(start, "bootstrap", 10, 1, block))
    many = run_futures(start, make_world(start, "bootstrap", 500, 1, block), workers=2)
    assert few.rows.tobytes() == many.rows[:10].tobytes()


def test_the_kernel_and_the_hedge_code_of_a_run_agree_on_every_future(start, block):
    world = make_world(start, "bootstrap", 40, 3, block)
    fast = run_futures(start, world)
    slow = replace(fast, rows=fast.rows.copy(), fans=fast.fans.copy())
    hedge_rows(start, slow, 40)
    for figure in (
        Figure.TOTAL_RETURN,
        Figure.TOTAL_FALL,
        Figure.HEDGE_PNL,
        Figure.HEDGE_COST,
        Figure.TACTICAL_PNL,
        Figure.CORE_PNL,
        Figure.MEAN_RATIO,
    ):
        np.testing.assert_allclose(slow[figure], fast[figure], atol=ROUNDING, err_msg=figure.name)
    np.testing.assert_allclose(slow.fans[1], fast.fans[1], atol=1e-6)


def test_a_shock_moves_the_mean_by_what_was_stated(start, worlds):
    plain, shocked = (
        np.array([draw_future(start, worlds[n], i).close for i in range(300)])
        for n in ("bootstrap", "fall")
    )
    at = start.shock_session(start.scenario.shocks[0])
    np.testing.assert_allclose(shocked[:, :at], plain[:, :at])
    np.testing.assert_allclose(shocked[:, at + 29 :], 0.8 * plain[:, at + 29 :], rtol=ROUNDING)


def test_listed_worlds_replay_the_sessions_after_their_anchor(start, worlds, bundled):
    world = worlds["analog"]
    assert world.labels == ("1999", "2000", "2007", "2021")
    close = bundled.prices["close"]
    anchor = close.index.get_loc("2007-11-21")
    path = draw_future(start, world, 2).close
    wanted = close.iloc[anchor : anchor + start.horizon + 1].to_numpy()
    np.testing.assert_allclose(path / path[0], wanted / wanted[0], rtol=ROUNDING)


def test_precedents_that_lie_ahead_are_not_known(bundled):
    plan = Plan(name="default")
    start = make_start(plan, Scenario(as_of="2008-11-21"), bundled)
    world = make_world(start, "analog", 10, 1, 50.0)
    # the year after the anchor of 2007 is not over yet
    assert world.labels == ("1999", "2000")
    assert world.facts["not_in_history"] == [2007, 2021]


def test_look_alikes_are_apart_and_near_in_season(start):
    chosen, facts = look_alikes(start.history, start.day, start.score, 40)
    assert len(chosen) == 40
    assert np.diff(np.sort(chosen)).min() >= 21
    days = start.history.sessions[chosen].day_of_year.to_numpy()
    apart = np.minimum(abs(days - 326), 365 - abs(days - 326))
    assert np.median(apart) < 45
    assert "season" in facts["features"]


def test_garch_starts_at_todays_volatility_and_reverts(start, worlds):
    world = worlds["garch"]
    moves = np.array([np.diff(np.log(draw_future(start, world, i).close)) for i in range(300)])
    first, late = moves[:, :5].std() * np.sqrt(252), moves[:, -100:].std() * np.sqrt(252)
    assert first == pytest.approx(world.facts["volatility_now"], rel=0.15)
    assert late == pytest.approx(world.facts["volatility_long_run"], rel=0.30)
    quantiles = world.garch.quantiles
    assert quantiles.mean() == pytest.approx(0.0, abs=0.01)
    assert quantiles.std() == pytest.approx(1.0, abs=0.03)


def test_garch_drifts_as_history_did_or_as_stated(start):
    from strategy.scenario.worlds.worlds import garch

    plain = garch(start, 10, 1, 1.0)
    history = start.history
    mean = float(history.log_returns.mean())
    assert plain.garch.mean == pytest.approx(mean)
    assert plain.facts["mean_return_a_year"] == pytest.approx(mean * history.sessions_a_year)
    # a constant fitted by likelihood is another: calm sessions count most
    assert plain.facts["mu"] / 100.0 > 1.02 * mean
    stated = replace(start, scenario=start.scenario.model_copy(update={"drift": 0.0}))
    world = garch(stated, 10, 1, 1.0)
    assert world.garch.mean == 0.0
    ends = [np.log(draw_future(stated, world, i).close[-1]) for i in range(2000)]
    error = np.std(ends) / np.sqrt(len(ends))
    assert abs(np.mean(ends) - np.log(start.price)) < 4.0 * error


def test_politis_white_of_an_autoregression_is_its_closed_form(start):
    # b = (2 phi / (1 - phi^2))^(2/3) N^(1/3) is for the series itself: its square has phi^2
    rng = np.random.default_rng(2)
    n, phi = 20_000, 0.7
    noise = rng.standard_normal(n)
    moves = np.empty(n)
    moves[0] = noise[0]
    for t in range(1, n):
        moves[t] = phi * moves[t - 1] + noise[t]
    found = politis_white(replace(start.history, log_returns=moves))
    square = phi**2
    wanted = (2 * square / (1 - square**2)) ** (2 / 3) * n ** (1 / 3)
    assert found == pytest.approx(wanted, rel=0.25)
