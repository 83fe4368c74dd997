"""The first page's claim about the rules in worlds where they can do nothing."""

from __future__ import annotations

import pytest

from reports.run.yardstick import believed, claims_a_difference
from tests.reports.run.first_page import claims


@pytest.mark.parametrize(
    ("low", "high", "claimed"),
    [(-0.01, 0.01, False), (0.001, 0.01, True), (-0.02, -0.001, True), (0.0, 0.01, False)],
)
def test_a_difference_is_claimed_where_the_interval_leaves_zero_out(low, high, claimed):
    lead = {"mean_low": low, "mean_high": high}
    assert claims_a_difference({"yardstick": {"lead": lead}}) is claimed


@pytest.mark.parametrize(
    ("student", "bootstrap", "claimed", "shown"),
    [
        ((0.001, 0.01), (-0.001, 0.009), False, "boot"),  # the one that holds zero
        ((-0.001, 0.012), (0.001, 0.01), False, "mean"),
        ((-0.001, 0.009), (0.001, 0.019), False, "mean"),  # also where the other is wider
        ((0.001, 0.01), (0.002, 0.015), True, "boot"),  # both leave it out: the wider
        ((-0.02, -0.001), (-0.01, -0.002), True, "mean"),
        ((-0.02, 0.001), (-0.01, 0.002), False, "mean"),
        ((0.0, 0.01), (0.001, 0.01), False, "mean"),
    ],
)
def test_a_difference_is_claimed_only_where_both_intervals_leave_zero_out(
    student, bootstrap, claimed, shown
):
    lead = dict(zip(("mean_low", "mean_high"), student, strict=True))
    lead |= dict(zip(("boot_low", "boot_high"), bootstrap, strict=True))
    metrics = {"yardstick": {"lead": lead}}
    assert claims_a_difference(metrics) is claimed
    assert believed(metrics) == shown


def test_an_interval_without_ends_is_none():
    lead = {"mean_low": float("nan"), "mean_high": float("nan"), "boot_low": None}
    metrics = {"yardstick": {"lead": lead}}
    assert claims_a_difference(metrics) is False
    assert believed(metrics) is None


def test_without_an_interval_nothing_is_claimed():
    assert claims_a_difference({"yardstick": {"n": 0}}) is False


@pytest.mark.campaign
def test_worlds_without_skill_seldom_make_the_first_page_claim_a_difference():
    # 5 % of 100 worlds is 5; more than 12 has a chance of one in a thousand
    assert claims(100, seed=2) <= 12
