"""docs/intervals.md against a small re-run of what it tells; the worlds against their own means."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.strategy.validation.coverage import (
    PAYOFFS,
    Row,
    documented,
    rows,
    table,
)

DOC = Path(__file__).parents[3] / "docs" / "intervals.md"
WORLDS = 120


@pytest.mark.slow
def test_the_document_says_what_a_small_re_run_finds():
    stated = documented(DOC)
    found = list(rows(WORLDS, seed=2))
    assert [(r.interval, r.world, r.n) for r in found] == list(stated)
    for r in found:
        known = stated[r.interval, r.world, r.n]
        # days run a quarter of the worlds and winners half; no fewer than 50
        share = 2 if r.interval.startswith("winner") else 4 if r.n > 1_000 else 1
        worlds = max(WORLDS // share, 50) if share > 1 else WORLDS
        # five standard errors of the re-run, and what a share of zero misses cannot show
        error = np.sqrt(max(known * (1.0 - known), 0.01) / worlds)
        assert r.coverage == pytest.approx(known, abs=5 * error), r


@pytest.mark.parametrize("payoff", PAYOFFS, ids=lambda p: p.name)
def test_a_world_has_the_mean_that_it_states(payoff):
    values = payoff.draw(np.random.default_rng(0), 200_000)
    # clustered values have a larger error than independent ones
    error = 3.0 * float(values.std()) / np.sqrt(len(values))
    assert float(values.mean()) == pytest.approx(payoff.mean, abs=4 * error)


def test_a_row_outside_93_to_97_percent_is_marked():
    text = table([Row("a", "w", 9, 0.10, 0.01), Row("b", "w", 9, 0.02, 0.03)], 100)
    assert "| a | w | 9 | 89.0% † | 10.0% | 1.0% |" in text
    assert "| b | w | 9 | 95.0% | 2.0% | 3.0% |" in text
