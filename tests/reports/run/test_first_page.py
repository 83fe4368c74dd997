"""The first page's claim about the rules in worlds where they can do nothing."""

from __future__ import annotations

import pytest

from reports.run.yardstick import claims_a_difference
from tests.reports.run.first_page import claims


@pytest.mark.parametrize(
    ("low", "high", "claimed"),
    [(-0.01, 0.01, False), (0.001, 0.01, True), (-0.02, -0.001, True), (0.0, 0.01, False)],
)
def test_a_difference_is_claimed_where_the_interval_leaves_zero_out(low, high, claimed):
    lead = {"mean_low": low, "mean_high": high}
    assert claims_a_difference({"yardstick": {"lead": lead}}) is claimed


def test_without_an_interval_nothing_is_claimed():
    assert claims_a_difference({"yardstick": {"n": 0}}) is False


@pytest.mark.campaign
def test_worlds_without_skill_seldom_make_the_first_page_claim_a_difference():
    # 5 % of 100 worlds is 5; more than 12 has a chance of one in a thousand
    assert claims(100, seed=2) <= 12
