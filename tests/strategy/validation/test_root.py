"""Roots are those of `scipy.optimize.brentq`, to the last bit."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import nctdtr, ndtr

from strategy.validation.root import root_between

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "cube": lambda x: x**3,
    "tanh": lambda x: math.tanh(5.0 * x),
    "exponential": lambda x: math.expm1(x),
    "normal": lambda x: float(ndtr(x)) - 0.5,
    "noncentral t": lambda x: 0.5 - float(nctdtr(30.0, x, 0.0)),
    "step": lambda x: -1.0 if x < 0.0 else 1.0,
    "flat": lambda x: x**9,
    "steep": lambda x: math.copysign(math.sqrt(abs(x)), x),
}


@given(
    name=st.sampled_from(sorted(FUNCTIONS)),
    root=st.floats(-3.0, 3.0),
    below=st.floats(1e-6, 8.0),
    above=st.floats(1e-6, 8.0),
    tolerance=st.sampled_from([2e-12, 1e-12, 1e-6]),
)
def test_the_root_is_scipys(
    name: str, root: float, below: float, above: float, tolerance: float
) -> None:
    def function(x: float) -> float:
        return FUNCTIONS[name](x - root)

    low, high = root - below, root + above
    if function(low) == 0.0 or function(high) == 0.0 or function(low) * function(high) >= 0.0:
        return
    found: dict[str, object] = {}
    for how, solve in (
        ("scipy", lambda: brentq(function, low, high, xtol=tolerance)),
        ("own", lambda: root_between(function, low, high, tolerance=tolerance)),
    ):
        try:
            found[how] = solve()
        except RuntimeError:
            found[how] = "no end"
    assert found["own"] == found["scipy"]


def test_an_end_that_is_a_root_is_given_back() -> None:
    assert root_between(lambda x: x, 0.0, 1.0) == 0.0
    assert root_between(lambda x: x - 1.0, 0.0, 1.0) == 1.0


def test_the_same_sign_at_both_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="same sign"):
        root_between(lambda x: x + 2.0, 0.0, 1.0)
