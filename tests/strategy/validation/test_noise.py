"""A few worlds without skill; `python -m tests.strategy.validation.noise` runs many."""

from __future__ import annotations

import numpy as np

from tests.strategy.validation.noise import leads, rate, summary


def test_noise_is_seldom_taken_for_skill():
    worlds = [leads(seed) for seed in range(40)]
    # about one half: 40 worlds have a standard error of some .03
    assert 0.40 < np.mean([w.pbo for w in worlds]) < 0.66
    # 5 % of 40 is 2; more than 7 has a chance of one in a thousand
    assert sum(w.spa <= 0.05 for w in worlds) <= 7
    assert sum(w.survivors > 0 for w in worlds) <= 7
    assert sum(w.believed for w in worlds) <= 2
    # the same worlds as a sweep that shows its best row would present them
    assert sum(w.psr >= 0.95 for w in worlds) > 10
    assert len(summary(worlds)) == 9


def test_a_rate_comes_with_its_exact_interval():
    assert rate(0, 10) == "0.000 (0 of 10; 95 % interval 0.000 to 0.308)"
