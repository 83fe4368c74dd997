"""Blocks of the stationary bootstrap are those of `arch`, to the last bit."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from arch.bootstrap import optimal_block_length as of_arch

from strategy.validation.resampling.blocks import optimal_block_length, stationary_draws


def series(kind: str, n: int, seed: int) -> np.ndarray:
    """Noise, its running mean, its squares, a trend, or a switch of two values."""
    noise = np.random.default_rng(seed).standard_normal(n)
    persistent = np.zeros(n)
    for i in range(1, n):
        persistent[i] = 0.9 * persistent[i - 1] + noise[i]
    made = {
        "noise": noise,
        "persistent": persistent,
        "squares": persistent**2,
        "trend": np.arange(n) + noise,
        "switch": np.sign(noise),
    }
    return made[kind]


@pytest.mark.parametrize("kind", ["noise", "persistent", "squares", "trend", "switch"])
@pytest.mark.parametrize("n", [8, 9, 25, 63, 100, 1_000, 6_001])
def test_the_length_is_archs(kind: str, n: int) -> None:
    for seed in range(5):
        values = series(kind, n, seed)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            expected = float(of_arch(values)["stationary"].iloc[0])
            found = optimal_block_length(values)
        assert found == expected or (np.isnan(found) and np.isnan(expected))


@pytest.mark.parametrize("block", [1.0, 1.5, 3.0, 20.0, 500.0])
@pytest.mark.parametrize("n", [1, 2, 63, 400])
def test_draws_are_archs(block: float, n: int) -> None:
    bootstrap = StationaryBootstrap(block, np.arange(n), seed=7)  # type: ignore[arg-type]
    expected = [drawn[0] for drawn, _ in bootstrap.bootstrap(20)]
    found = list(stationary_draws(n, block, 20, 7))
    np.testing.assert_array_equal(np.array(found), np.array(expected))
