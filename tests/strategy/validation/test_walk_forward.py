"""Walk-forward never sees the vintage it trades, nor one whose label was still open."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.validation.walk_forward import walk_forward


def test_choice_by_hand():
    # variant 0 is better on 2000-2002, variant 1 from 2003 on
    returns = np.array([[2.0, 1.0], [3.0, 1.5], [2.5, 0.5], [0.0, 9.0], [0.0, 9.5], [0.1, 9.2]])
    years = np.arange(2000, 2006)
    found = walk_forward(returns, years, minimum=2, embargo=1)
    # 2003 may use 2000 and 2001 (2002 is hedged through 2003)
    assert found.years.tolist() == [2003, 2004, 2005]
    assert found.chosen[0] == 0 and found.returns[0] == 0.0


@settings(max_examples=50)
@given(st.integers(0, 1000), st.integers(0, 2))
def test_what_comes_later_never_changes_a_choice(seed, embargo):
    rng = np.random.default_rng(seed)
    returns = rng.normal(size=(12, 4))
    years = np.arange(2000, 2012)
    full = walk_forward(returns, years, minimum=3, embargo=embargo)
    spoiled = returns.copy()
    spoiled[8 - embargo :] = rng.normal(size=(4 + embargo, 4))
    again = walk_forward(spoiled, years, minimum=3, embargo=embargo)
    upto = full.years <= 2008
    assert (full.chosen[upto] == again.chosen[upto]).all()


def test_too_few_vintages_are_refused():
    with pytest.raises(ValueError, match="too few"):
        walk_forward(np.zeros((5, 2)), np.arange(5), minimum=10)


def test_a_choice_is_not_drawn_to_what_never_differs():
    # no lead is better than a loss, and worse than a gain
    returns = np.column_stack([np.zeros(14), np.tile([-0.02, -0.01], 7), np.tile([0.0, 0.02], 7)])
    years = np.arange(2000, 2014)
    assert set(walk_forward(returns, years).chosen) == {2}
    assert set(walk_forward(returns[:, :2], years).chosen) == {0}
