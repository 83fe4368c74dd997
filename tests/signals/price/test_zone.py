import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals import evaluate
from signals.price.zone import failures, levels_in_force


def around_the_anchor(build, after, *, before=300, high=None, low=None):
    """Closes of 100 up to the anchor of 2024-11-21, then these."""
    index = pd.bdate_range(end="2024-11-21", periods=before).append(
        build.weekdays("2024-11-22", len(after))
    )
    close = np.concatenate([np.full(before, 100.0), after])
    reach_up, reach_down = close + 0.01, close - 0.01
    if high is not None:
        reach_up[before:] = high
    if low is not None:
        reach_down[before:] = low
    return build.market(build.bars(close, index, high=reach_up, low=reach_down))


# in ratio mode with a close of 100 at the anchor: zone 103.8655 .. 104.2017, extension 108.4034


def test_ratio_levels_scale_with_the_anchor(build):
    levels, at = levels_in_force(
        around_the_anchor(build, [101.0]),
        "ratio",
        5950.0,
        (6180.0, 6200.0),
        (6450.0, 6500.0),
        "11-21",
    )
    assert levels["zone_low"][-1] == pytest.approx(103.86554622)
    assert levels["zone_high"][-1] == pytest.approx(104.20168067)
    assert levels["extension_low"][-1] == pytest.approx(108.40336134)
    assert levels["extension_high"][-1] == pytest.approx(109.24369748)
    assert levels["support"][-1] == 100.0
    assert at[-1] == at[-2] == 299


def test_levels_are_unavailable_before_the_first_anchor(build):
    found = evaluate(around_the_anchor(build, [101.0]), "zone_touched")
    # the anchor of 2023 lies in the data too; from there on levels are known
    assert found["state"].iloc[0] == -1
    assert found["state"].iloc[-1] == 0


def test_high_touches_the_zone_and_the_close_breaks_out(build):
    market = around_the_anchor(build, [103.0, 104.0, 104.3], high=[103.9, 104.1, 108.5])
    assert evaluate(market, "zone_touched")["state"].tolist()[-3:] == [1, 1, 1]
    assert evaluate(market, "inside_zone")["state"].tolist()[-3:] == [0, 1, 0]
    assert evaluate(market, "breakout")["state"].tolist()[-3:] == [0, 0, 1]
    assert evaluate(market, "extension_touched")["state"].tolist()[-3:] == [0, 0, 1]


def test_close_only_session_may_have_touched(build):
    close = [103.0, 105.0]
    market = around_the_anchor(build, close, high=close, low=close)
    assert evaluate(market, "zone_touched")["state"].tolist()[-2:] == [-1, 1]
    assert evaluate(market, "breakout")["state"].tolist()[-2:] == [0, 1]


def test_absolute_levels_of_another_series_are_unavailable(build):
    market = around_the_anchor(build, [103.0])
    assert evaluate(market, "breakout", mode="absolute")["state"].iloc[-1] == -1
    near = evaluate(market, "breakout", mode="absolute", reference=101.9, zone=(102.0, 102.5)).iloc[
        -1
    ]
    assert (near["state"], near["threshold"]) == (1, 102.5)
    # refused is what differs by more than 2 %; in binary 102 / 100 - 1 is 0.020000000000000018
    edge = evaluate(market, "breakout", mode="absolute", reference=102.0, zone=(102.0, 102.5))
    assert edge["state"].iloc[-1] == 1
    beyond = evaluate(market, "breakout", mode="absolute", reference=102.1, zone=(102.0, 102.5))
    assert beyond["state"].iloc[-1] == -1


def test_structural_mode_uses_the_index_own_past(build):
    # highest close 100, step 2 at a price of 100: R_hi is 102
    found = evaluate(around_the_anchor(build, [101.0, 103.0]), "breakout", mode="structural")
    assert found["threshold"].iloc[-1] == 102.0
    assert found["state"].tolist()[-2:] == [0, 1]


@pytest.mark.parametrize(
    ("after", "failed"),
    [
        ([104.3, 103.0], [0, 1]),  # fails the next day
        ([104.3, 104.0, 104.0, 103.0], [0, 0, 0, 1]),  # on the third
        ([104.3, 104.0, 104.0, 104.0, 103.0], [0, 0, 0, 0, 0]),  # too late
        ([104.3, 104.0, 104.3, 104.0, 103.0], [0, 0, 0, 0, 0]),  # no new attempt inside one
        ([104.3, 104.0, 104.0, 104.0, 104.3, 103.0], [0, 0, 0, 0, 0, 1]),  # a second attempt
        ([104.3, 103.0, 104.3, 103.0], [0, 1, 0, 1]),
        ([103.9, 103.0], [0, 0]),  # never broke out
    ],
)
def test_failed_breakout(build, after, failed):
    found = evaluate(around_the_anchor(build, after), "failed_breakout")
    assert found["state"].tolist()[-len(after) :] == failed


def test_buffer_forgives_a_close_just_below(build):
    market = around_the_anchor(build, [104.3, 103.5])
    assert evaluate(market, "failed_breakout")["state"].iloc[-1] == 1
    assert evaluate(market, "failed_breakout", buffer=0.01)["state"].iloc[-1] == 0


def test_attempt_ends_with_its_vintage(build):
    # breaks the zone of 2023 on the day before the new anchor, and falls on the day of it
    index = pd.bdate_range("2023-01-02", "2024-11-25")
    close = pd.Series(100.0, index)
    close["2024-11-20"] = 104.3
    market = build.market(build.bars(close.to_numpy(), index))
    assert evaluate(market, "failed_breakout").loc["2024-11-20":, "state"].tolist() == [0, 0, 0, 0]


def test_rejection_needs_a_touch_and_no_breakout_yet(build):
    market = around_the_anchor(
        build, [103.0, 103.0, 104.3, 103.0], high=[103.5, 104.0, 104.4, 104.0]
    )
    assert evaluate(market, "rejected_at_zone")["state"].tolist()[-4:] == [0, 1, 0, 0]


def test_support_is_the_average_of_the_anchor(build):
    found = evaluate(around_the_anchor(build, [100.5, 99.5, 98.5]), "support_lost")
    assert found["state"].tolist()[-3:] == [0, 1, 1]
    assert found["threshold"].tolist()[-3:] == [100.0] * 3
    buffered = evaluate(around_the_anchor(build, [100.5, 99.5, 98.5]), "support_lost", buffer=0.01)
    assert buffered["state"].tolist()[-3:] == [0, 0, 1]


@given(st.lists(st.sampled_from("abm"), max_size=40), st.integers(0, 4), st.integers(1, 41))
def test_failures_equal_the_naive_count(days, within, change):
    # a zone from 2 to 3: above it, below it, in the middle
    close = np.array([{"a": 4.0, "b": 1.0, "m": 2.5}[d] for d in days])
    low, high = np.full(len(days), 2.0), np.full(len(days), 3.0)
    above, below = close > high, close < low
    at = (np.arange(len(days)) >= change).astype(np.int64)
    expected, started = [], None
    for t in range(len(days)):
        if started is not None and (at[t] != at[started] or t > started + within):
            started = None
        if started is not None and below[t]:
            expected.append(True)
            started = None
            continue
        expected.append(False)
        if started is None and above[t]:
            started = t
    assert failures(close, low, high, at, within, 0.0).tolist() == expected
