"""CSCV against its oracles and an independent slow implementation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from strategy.validation.overfitting import blocks_for, cscv
from tests.tolerances import printed


def slow_pbo(returns: np.ndarray, blocks: int) -> float:
    parts = np.array_split(returns, blocks)
    below = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[i] for i in chosen])
        outside = np.concatenate([parts[i] for i in range(blocks) if i not in chosen])
        best = (inside.mean(axis=0) / inside.std(axis=0, ddof=1)).argmax()
        second = outside.mean(axis=0) / outside.std(axis=0, ddof=1)
        rank = (second <= second[best]).sum()
        omega = rank / (returns.shape[1] + 1)
        below.append(omega <= 0.5)
    return float(np.mean(below))


def test_number_of_splits():
    x = np.random.default_rng(0).normal(size=(32, 3))
    assert cscv(x, 10).splits == 252
    assert cscv(x, 16).splits == 12_870


def test_agrees_with_a_slow_implementation():
    for seed in range(6):
        x = np.random.default_rng(seed).normal(size=(40, 7))
        assert cscv(x, 8).pbo == pytest.approx(slow_pbo(x, 8))


def test_known_noise_world():
    x = np.random.default_rng(42).normal(size=(1000, 50)) * 0.01
    assert cscv(x, 10).pbo == pytest.approx(0.670635, abs=printed(6))
    x[:, 7] += 0.0020
    assert cscv(x, 10).pbo == 0.0


def test_noise_averages_a_little_above_one_half():
    # expectation .547 on 60 draws with standard error .03 (in and out of sample are complements)
    rng = np.random.default_rng(3)
    mean = np.mean([cscv(rng.normal(size=(64, 20)), 8).pbo for _ in range(60)])
    assert 0.42 < mean < 0.66


def test_the_newest_rows_stay_when_blocks_do_not_divide():
    x = np.random.default_rng(1).normal(size=(35, 4))
    assert cscv(x, 8).pbo == cscv(x[3:], 8).pbo
    assert cscv(x, 8).observations == 32


def test_a_losing_family_loses_out_of_sample():
    x = np.random.default_rng(5).normal(-1.0, 0.1, size=(40, 5))
    assert cscv(x, 8).loss_probability == 1.0


def test_what_never_leaves_its_benchmark_is_worth_nothing_and_not_the_most():
    # a lead of rounding errors has no spread either: it must not pass for a sure gain
    x = np.random.default_rng(2).normal(0.01, 0.05, size=(40, 5))
    x[:, 3] = 1e-13
    found = cscv(x, 8)
    assert np.isfinite(found.degradation) and abs(found.inside) < 1.0


def test_equal_variants_share_their_rank():
    # three of a kind and one better: out of sample the better one is the fourth of four
    base = np.random.default_rng(4).normal(0.0, 0.05, size=(32, 1))
    x = np.concatenate([base, base, base, base + 0.01], axis=1)
    assert cscv(x, 8).pbo == 0.0
    # all the same: the middle rank, on the line that counts as overfit
    assert cscv(np.repeat(base, 3, axis=1), 8).logits == pytest.approx(0.0)


def test_performance_degrades_from_in_to_out_of_sample_on_noise():
    x = np.random.default_rng(8).normal(size=(64, 30))
    found = cscv(x, 8)
    assert found.inside > 0.2 > found.outside
    assert found.degradation < 0.0


@pytest.mark.parametrize(
    ("vintages", "blocks", "dropped"),
    [(16, 8, 0), (20, 8, 4), (33, 8, 1), (40, 10, 0), (62, 12, 2), (63, 12, 3), (64, 16, 0)],
)
def test_number_of_blocks_drops_as_few_vintages_as_can_be(vintages, blocks, dropped):
    found = blocks_for(vintages)
    assert found % 2 == 0 and 8 <= found <= 16
    assert vintages % found == min(
        vintages % n for n in range(8, 17, 2) if n == 8 or vintages // n >= 4
    )
    assert (found, vintages % found) == (blocks, dropped)


def test_fewer_than_sixteen_vintages_are_refused():
    with pytest.raises(ValueError, match="15 vintages"):
        blocks_for(15)


def test_a_missing_return_is_refused():
    x = np.ones((40, 3))
    x[1, 1] = np.nan
    with pytest.raises(ValueError, match="finite"):
        cscv(x, 8)


@pytest.mark.parametrize(
    ("shape", "blocks"), [((40, 5), 7), ((40, 5), 18), ((40, 1), 8), ((2, 5), 4), ((40, 5), 0)]
)
def test_impossible_requests_are_refused(shape, blocks):
    with pytest.raises(ValueError):
        cscv(np.random.default_rng(0).normal(size=shape), blocks)
