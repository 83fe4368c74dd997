"""Alpha and beta: the line of another library, a naive long-run variance, and its coverage."""

import numpy as np
import pytest
import statsmodels.api as sm  # type: ignore[import-untyped]

from strategy.validation.regression import cosine_waves, long_run_covariance, market_model
from tests.tolerances import LONG_SUMS, ROUNDING


def world(seed, n=2000, alpha=0.0002, beta=0.8):
    rng = np.random.default_rng(seed)
    volatility = 0.01 * np.exp(0.4 * np.sin(np.arange(n) / 60.0))
    market = rng.standard_t(4, n) * volatility
    noise = rng.normal(0.0, 1.0, n) * volatility * 0.5
    return alpha + beta * market + noise, market


def test_the_line_is_the_one_of_statsmodels():
    returns, market = world(1)
    found = market_model(returns, market, 252)
    fit = sm.OLS(returns, sm.add_constant(market)).fit()
    assert found["alpha"] == pytest.approx(fit.params[0] * 252, rel=LONG_SUMS)
    assert found["beta"] == pytest.approx(fit.params[1], rel=LONG_SUMS)
    # Newey and West's errors, another estimator of the same thing, are near
    robust = sm.OLS(returns, sm.add_constant(market)).fit(cov_type="HAC", cov_kwds={"maxlags": 12})
    assert (found["beta_high"] - found["beta_low"]) / (2 * 1.99) == pytest.approx(
        robust.bse[1], rel=0.35
    )


def test_a_plan_that_is_the_core_has_no_alpha_and_a_beta_of_one():
    _, market = world(2)
    found = market_model(market, market, 252)
    assert (found["alpha"], found["beta"]) == pytest.approx((0.0, 1.0), abs=ROUNDING)


def test_the_long_run_covariance_is_the_mean_square_of_cosine_transforms():
    rng = np.random.default_rng(3)
    scores = rng.normal(0.0, 1.0, 200)
    scores -= scores.mean()
    total = 0.0
    for j in range(1, 6):
        wave = sum(
            np.sqrt(2 / 200) * np.cos(np.pi * j * (t + 0.5) / 200) * scores[t] for t in range(200)
        )
        total += wave**2 / 5
    assert long_run_covariance(scores[:, None], 5)[0, 0] == pytest.approx(total)


def test_the_intervals_hold_their_level_where_volatility_clusters():
    alphas = betas = 0
    for seed in range(400):
        returns, market = world(seed + 100, n=1000)
        found = market_model(returns, market, 252)
        alphas += found["alpha_low"] <= 0.0002 * 252 <= found["alpha_high"]
        betas += found["beta_low"] <= 0.8 <= found["beta_high"]
    assert 0.92 <= alphas / 400 <= 0.98
    assert 0.91 <= betas / 400 <= 0.98


@pytest.mark.parametrize("n", [3, 11])
def test_too_few_days_give_no_line(n):
    returns, market = world(4, n=n)
    assert market_model(returns, market, 252) == {"n": n}
    assert cosine_waves(n) < 2


def test_a_market_that_never_moves_gives_no_line():
    assert market_model(np.ones(100), np.zeros(100), 252) == {"n": 100}
