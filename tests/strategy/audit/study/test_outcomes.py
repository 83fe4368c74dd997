"""Outcomes of hand-made prices."""

import numpy as np
import pandas as pd
import pytest

from strategy.audit.study.outcomes import FEW_WINDOWS, Bars, Extremes, drawdowns, hits, outcomes
from strategy.audit.study.windows import Windows
from tests.strategy.audit.claims_by_hand import make_claim
from tests.strategy.tiny_market import price_frame, weekdays
from tests.tolerances import LAST_BITS

CLOSES = [100.0, 110.0, 99.0, 121.0, 108.9, 115.0]


def spans(*pairs):
    start, end = np.array(pairs, dtype=np.int64).T
    return Windows(start, end, end < 0)


def bars_of(rows):
    index = weekdays("2020-01-01", "2020-12-31")[: len(rows)]
    return Bars(pd.DataFrame(rows, index=index, columns=["open", "high", "low", "close"]))


def closes(values):
    return bars_of([(c, c * 1.01, c * 0.99, c) for c in values])


def test_a_return_runs_from_close_to_close():
    claim = make_claim()
    values = outcomes(closes(CLOSES), claim, spans((0, 1), (1, 3), (2, -1)))
    assert values[:2] == pytest.approx([0.10, 0.10])
    assert np.isnan(values[2])
    assert hits(claim, values)[:2].tolist() == [1.0, 1.0]


def test_hits_follow_the_direction_and_the_threshold():
    values = np.array([-0.02, 0.0, 0.02, np.nan])
    for changes, wanted in (
        ({}, [0, 0, 1]),
        ({"direction": "down"}, [1, 0, 0]),
        ({"outcome": {"measure": "return", "above": 0.01}}, [0, 0, 1]),
        ({"outcome": {"measure": "return", "below": 0.01}}, [1, 1, 0]),
    ):
        found = hits(make_claim(**changes), values)
        assert found[:3].tolist() == wanted
        assert np.isnan(found[3])


def test_a_drawdown_is_from_the_highest_close_so_far():
    claim = make_claim(outcome={"measure": "max_drawdown", "at_least": 0.10})
    values = outcomes(closes(CLOSES), claim, spans((0, 1), (0, 5), (2, 3), (3, 5)))
    assert values == pytest.approx([0.0, -0.10, 0.0, -0.10])
    assert hits(claim, values).tolist() == [0.0, 1.0, 0.0, 1.0]


def test_both_ways_to_take_drawdowns_agree():
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, 1500)))
    start = np.arange(FEW_WINDOWS * 3)
    end = start + rng.integers(1, 200, len(start))
    fast = drawdowns(close, start, end)
    slow = np.concatenate([drawdowns(close, start[i : i + 1], end[i : i + 1]) for i in start])
    assert fast == pytest.approx(slow, abs=LAST_BITS)


def test_a_touch_needs_a_high_after_the_event():
    claim = make_claim(outcome={"measure": "touch", "level": 105, "reference": 100})
    bars = bars_of(
        [(100, 106, 99, 100), (100, 104.9, 99, 101), (101, 105, 100, 102), (102, 103, 100, 101)]
    )
    assert outcomes(bars, claim, spans((0, 1), (0, 2), (0, 3))).tolist() == [0.0, 1.0, 1.0]


def test_a_touch_by_closes_does_not_look_at_highs():
    claim = make_claim(outcome={"measure": "touch", "level": 105, "reference": 100, "by": "close"})
    bars = bars_of([(100, 100, 100, 100), (100, 110, 99, 104), (104, 104, 104, 105)])
    assert outcomes(bars, claim, spans((0, 1), (0, 2))).tolist() == [0.0, 1.0]


def test_a_window_with_a_close_only_session_is_left_out_whether_it_touched_or_not():
    claim = make_claim(outcome={"measure": "touch", "level": 105, "reference": 100})
    seen = bars_of([(100, 101, 99, 100), (106, 106, 106, 106), (100, 101, 99, 100)])
    assert np.isnan(outcomes(seen, claim, spans((0, 1), (0, 2)))).all()
    assert outcomes(seen, claim, spans((1, 2))).tolist() == [0.0]


def test_a_low_holds_when_no_later_low_is_below_it():
    claim = make_claim(outcome={"measure": "low_holds"})
    bars = bars_of(
        [(100, 101, 98, 100), (100, 101, 98, 100), (100, 101, 97.9, 100), (9, 10, 9.5, 10)]
    )
    assert outcomes(bars, claim, spans((0, 1), (0, 2), (2, 3))).tolist() == [1.0, 0.0, 0.0]


def test_extremes_of_every_range_are_those_of_the_range():
    rng = np.random.default_rng(0)
    values = rng.normal(size=77)
    high, low = Extremes(values, np.maximum), Extremes(values, np.minimum)
    first, last = (a.ravel() for a in np.triu_indices(77))
    assert high.between(first, last).tolist() == [
        values[a : b + 1].max() for a, b in zip(first, last, strict=True)
    ]
    assert low.between(first, last).tolist() == [
        values[a : b + 1].min() for a, b in zip(first, last, strict=True)
    ]


def test_flat_prices_have_no_range():
    bars = Bars(price_frame(weekdays("2020-01-01", "2020-01-10")))
    assert not bars.ranged.any()
