"""Interest, carry of a short and prices of fills against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.account.rules import (
    borrowed,
    dividends,
    fill_price,
    financing,
    interest,
    rebate,
    residue,
    unit_interest,
)
from strategy.kernels.compiled import as_python
from tests.tolerances import LAST_BITS


def test_cash_earns_by_365_days_and_a_loan_costs_by_360():
    # three days over a weekend: 1,000 x 3.65 % x 3 / 365 = 0.30
    assert interest(1000.0, 0.0365, 0.01, 3.0, True) == pytest.approx(0.30, rel=LAST_BITS)
    assert interest(1000.0, 0.0365, 0.01, 3.0, False) == 0.0
    # 1,000 owed at 2.6 % + 1 % for a day: 1,000 x 0.036 / 360 = 0.10, whether cash earns or not
    for earns in (True, False):
        assert interest(-1000.0, 0.026, 0.01, 1.0, earns) == pytest.approx(-0.10, rel=LAST_BITS)


def test_a_borrowed_share_earns_never_less_than_nothing_and_a_future_does():
    assert rebate(0.01, 0.02, 1.0) == 0.0
    assert rebate(0.0565, 0.02, 1.0) == pytest.approx(0.0001, rel=LAST_BITS)
    assert financing(-0.0365, 0.0, 1.0) == pytest.approx(-0.0001, rel=LAST_BITS)
    assert dividends(0.0182, 2.0) == pytest.approx(0.0182 * 2.0 / 365.0, rel=LAST_BITS)
    assert borrowed(0.0036, 5.0) == pytest.approx(0.00005, rel=LAST_BITS)


def test_rules_of_one_session_give_the_same_bits_on_all_sessions_at_once():
    rng = np.random.default_rng(5)
    rate, days = rng.uniform(-0.01, 0.2, 500), rng.integers(0, 5, 500).astype(float)
    for rule in (rebate, financing):
        whole = as_python(rule)(rate, 0.004, days)
        assert [rule(r, 0.004, d) for r, d in zip(rate, days, strict=True)] == whole.tolist()
    for rule in (dividends, borrowed):
        whole = as_python(rule)(rate, days)
        assert [rule(r, d) for r, d in zip(rate, days, strict=True)] == whole.tolist()


@pytest.mark.parametrize("earns", [True, False])
def test_a_unit_lent_and_a_unit_owed(earns):
    rate, days = np.array([0.0, 0.0365, -0.01]), np.array([1.0, 2.0, 3.0])
    lent, owed = unit_interest(rate, 0.01, days, earns)
    assert lent.tolist() == (rate * (days / 365.0)).tolist() if earns else not lent.any()
    assert owed.tolist() == ((rate + 0.01) * (days / 360.0)).tolist()


def test_slippage_is_against_the_one_who_trades():
    assert fill_price(100.0, 3.0, 0.001) == pytest.approx(100.1, rel=LAST_BITS)
    assert fill_price(100.0, -3.0, 0.001) == pytest.approx(99.9, rel=LAST_BITS)


def test_a_trillionth_of_what_is_held_is_no_order():
    assert residue(1e-13, 1.0, 1.0 - 1e-13)
    assert residue(0.0, 0.0, 0.0)
    assert not residue(1e-13, 1e-13, 0.0)
    assert not residue(-1.0, 0.0, 1.0)
