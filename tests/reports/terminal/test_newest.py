"""The summary's block on the newest vintage, and what newer data change."""

import pytest

from reports.terminal.newest import newest_lines, newest_title
from tests.strategy.hedged_market import AT_ONCE
from tests.strategy.tiny_market import (
    make_market,
    make_plan,
    outcome_of,
    price_frame,
    weekdays,
)


def lines(until, *, bars=None, score=1.0, **changes):
    prices = price_frame(weekdays("2020-11-02", until), 100.0, bars)
    result = outcome_of(
        make_plan(**{"hedge": dict(AT_ONCE), **changes}), make_market(prices, score=score)
    )
    metrics = result.metrics
    return dict(newest_lines(metrics["newest"], metrics["vintages"]["n_complete"], 3))


def test_the_vintage_2025_stands_in_the_summary(short_long):
    metrics = short_long.metrics
    found = dict(newest_lines(metrics["newest"], metrics["vintages"]["n_complete"], 53))
    assert found["long"] == (
        "bought 2025-11-24 at 6,636.54; sold 2025-12-03 at 6,858.23 (first target), 2025-12-15 at "
        "6,860.19 (failed breakout): +3.355% before costs, +3.30% after"
    )
    assert found["hedge"].startswith("since 2026-01-02: ")
    assert "cover 50% 5,476.40" in found["levels"]
    assert "zone" not in found["levels"]  # the long is over
    assert "2026-10-06, 53 days old" in found["last close"]
    assert found["newer data"] == (
        "`simulate data update` brings newer prices; then run the plan again: the hedge is "
        "decided anew at the first close from 2026-11-01 on; it is off by the close of "
        "2026-11-21; the next anchor is 2026-11-21; figures of 2025 are final after 2026-12-31; "
        "those of the 63 complete ones do not change"
    )


def test_a_hedge_that_gained_says_how_much():
    found = lines("2021-03-31", bars={"2021-03-01": 90.0})
    assert found["hedge"] == (
        "since 2021-01-01: 50.0% of equity held, the score of 1.00 asks for 50.0%; sold at 100.00 "
        "on average; +5.00% of equity before costs and carry, +5.00% after"
    )
    assert found["whole plan"].endswith("core alone -10.00%, without the hedge -10.00%")


def test_a_plan_without_a_hedge():
    found = lines("2021-03-31", hedge={"instrument": "none"})
    assert found["hedge"] == "the plan has none"
    assert "levels" not in found
    assert "off by" not in found["newer data"]


def test_a_vintage_that_has_just_begun():
    found = lines("2020-11-20")
    assert found["long"].startswith("still ahead")
    assert found["hedge"] == "begins on 2021-01-01 at the earliest"
    assert found["levels"].startswith("zone from 104.00 (+4.00%)")


def test_a_vintage_that_is_over():
    found = lines("2022-06-30", bars={"2021-03-01": 90.0}, vintages=[2020])
    assert found["hedge"].startswith("of 2021, over; sold at 100.00 on average; bought at 90.00")
    assert "levels" not in found
    assert found["newer data"] == (
        "a longer file of prices brings what came since: figures of 2020 are final; the complete "
        "one does not change"
    )


@pytest.mark.parametrize(("unfinished", "said"), [(True, ", in no average yet"), (False, "")])
def test_the_title_says_whether_it_counts(unfinished, said):
    assert newest_title({"vintage": 2025}, unfinished) == f"Newest vintage: 2025{said}"
