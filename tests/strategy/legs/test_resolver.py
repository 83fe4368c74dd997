"""The compiled resolver against the naive one, and what must hold for all prices."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.price.resistance import Levels
from strategy.legs.outcome import Outcome, tactical_outcome
from strategy.legs.prices import Prices
from strategy.legs.reasons import Reason
from strategy.legs.records import LegRules, leg_rules
from strategy.legs.resolver import resolve
from strategy.plan import FailedBreakout, StopLevel, Tactical
from tests.strategy.legs.naive_resolver import Bar, naive_path

#: Half points round the ladder 97 / 100 / 104 / 105 / 108: equal prices, gaps and flats are common.
TICK = 0.5


@st.composite
def bars(draw: st.DrawFn) -> list[Bar]:
    """OHLC on a coarse grid: quiet bars, wide ones, gaps, flat lines."""
    n = draw(st.integers(1, 14))
    wide = draw(st.sampled_from([2, 6, 14]))
    last = 2 * 100
    out: list[Bar] = []
    for _ in range(n):
        if draw(st.integers(0, 9)) == 0:
            open_ = high = low = close = last  # a flat line
        else:
            gap = draw(st.integers(-wide, wide)) if draw(st.booleans()) else 0
            open_ = max(2, last + gap)
            close = max(2, open_ + draw(st.integers(-wide, wide)))
            high = max(open_, close) + draw(st.integers(0, wide))
            low = max(1, min(open_, close) - draw(st.integers(0, wide)))
        out.append((open_ * TICK, high * TICK, low * TICK, close * TICK))
        last = close
    return out


@st.composite
def ladders(draw: st.DrawFn) -> dict[str, Any]:
    """Levels and settings, extremes included; levels need not be sensible round the entry."""
    zone_low = 100.0 + TICK * draw(st.integers(-2, 16))
    zone_high = zone_low + TICK * draw(st.integers(0, 4))
    return {
        "zone_low": zone_low,
        "zone_high": zone_high,
        "extension_low": zone_high + TICK * draw(st.integers(0, 10)),
        "first_share": draw(st.sampled_from([0.0, 1e-9, 0.25, 0.5, 1.0 - 1e-9, 1.0])),
        "within": draw(st.sampled_from([0, 1, 2, 3, 5, 252])),
        "buffer": draw(st.sampled_from([0.0, 0.005, 0.01, 0.05, 0.99])),
        "trigger": draw(st.sampled_from(["close", "touch"])),
        "same_bar": draw(st.sampled_from(["stop_first", "target_first"])),
        "finished": draw(st.booleans()),
    }


def levels_of(ladder: dict[str, Any]) -> Levels:
    zone_low, zone_high, extension = (
        ladder[name] for name in ("zone_low", "zone_high", "extension_low")
    )
    return Levels(np.nan, zone_low, zone_high, extension, np.nan, 1.0)


def compiled(table: list[Bar], ladder: dict[str, Any], stop: float | StopLevel) -> Outcome:
    """The program's answer, its entry set in the middle of unrelated bars."""
    lead = [(100.0, 200.0, 1.0, 100.0)] * 2
    trail = [(150.0, 300.0, 1.0, 2.0)]
    everything = np.array([*lead, *table, *trail], dtype=np.float64)
    o, h, low, c = (np.ascontiguousarray(everything[:, j]) for j in range(4))
    plan = Tactical.model_construct(
        stop=stop,
        first_target_share=ladder["first_share"],
        failed_breakout=FailedBreakout.model_construct(
            trigger=ladder["trigger"], within=ladder["within"], buffer=ladder["buffer"]
        ),
        same_bar=ladder["same_bar"],
    )
    return tactical_outcome(
        Prices(o, h, low, c),
        2,
        1 + len(table),
        ladder["finished"],
        levels_of(ladder),
        leg_rules(plan),
    )


stops = st.one_of(
    st.sampled_from([0.005, 0.01, 0.03, 0.1, 0.99]),
    st.integers(150, 215).map(lambda ticks: StopLevel(level=ticks * TICK)),
)


@settings(max_examples=800)
@given(bars(), ladders(), stops)
def test_the_compiled_resolver_equals_the_naive_one(table, ladder, stop):
    outcome = compiled(table, ladder, stop)
    entry = table[0][0]
    level = stop.level if isinstance(stop, StopLevel) else entry * (1.0 - stop)
    if entry >= ladder["zone_low"]:
        assert outcome.reason is Reason.NO_ROOM
        return
    if level >= entry:
        # the design page is silent: a stop that is reached before the entry is no trade
        assert outcome.reason is Reason.NO_STOP_ROOM
        return
    naive = naive_path(table, stop=level, **ladder)
    sold = [
        (f.tranche, f.session - 2, f.price, f.reason.label, f.share)
        for f in outcome.exits
        if f.reason is not Reason.OPEN
    ]
    expected = [(s.tranche, s.bar, s.price, s.reason, s.share) for s in naive.legs]
    assert sorted(sold) == sorted(expected)
    assert outcome.reason.label == naive.exit_reason
    assert outcome.ambiguous_bars == naive.ambiguous_bars
    assert outcome.stop == level
    for fee, slippage in ((0.0, 0.0), (0.001, 0.002)):
        again = naive.tactical_return(entry, table[-1][3], fee, slippage)
        assert abs(outcome.net_return(fee, slippage) - again) < 1e-13


@settings(max_examples=150)
@given(bars(), ladders())
def test_every_share_bought_is_sold_or_still_held(table, ladder):
    outcome = compiled(table, ladder, 0.03)
    if outcome.traded:
        assert sum(f.share for f in outcome.exits) == 1.0
        assert outcome.open is (outcome.reason is Reason.OPEN)
        assert not (ladder["finished"] and outcome.open)


@settings(max_examples=150)
@given(bars(), ladders())
def test_target_first_never_does_worse_on_the_bar_where_the_two_policies_part(table, ladder):
    stop_first = compiled(table, ladder | {"same_bar": "stop_first"}, 0.03)
    target_first = compiled(table, ladder | {"same_bar": "target_first"}, 0.03)
    if stop_first.traded:
        # the first ambiguous bar ends both legs: what is left is stopped in either order
        assert target_first.gross_return() >= stop_first.gross_return() - 1e-15
        assert target_first.ambiguous_bars == stop_first.ambiguous_bars <= 1


@settings(max_examples=150)
@given(bars(), ladders())
def test_no_fill_lies_outside_its_bar_and_excursions_hold_every_fill(table, ladder):
    outcome = compiled(table, ladder, 0.03)
    for f in outcome.exits:
        _, high, low, _ = table[f.session - 2]
        # a stop or target inside a bar lies in its range; a fill at open or close trivially
        assert low <= f.price <= high
        gained = f.price / outcome.entry_price - 1.0
        assert outcome.max_adverse <= gained + 1e-12 or f.reason is Reason.OPEN
        assert outcome.max_favourable >= gained - 1e-12
        assert outcome.max_adverse <= 0.0 <= outcome.max_favourable


@settings(max_examples=150)
@given(bars(), ladders(), bars())
def test_bars_after_the_last_exit_change_nothing(table, ladder, later):
    outcome = compiled(table, ladder | {"finished": False}, 0.03)
    if outcome.traded and not outcome.open:
        longer = compiled(table + later, ladder | {"finished": False}, 0.03)
        assert longer == outcome


@settings(max_examples=150)
@given(bars(), ladders(), st.integers(1, 13))
def test_what_was_sold_by_a_session_is_the_same_with_fewer_data(table, ladder, keep):
    whole = compiled(table, ladder | {"finished": False}, 0.03)
    known = compiled(table[:keep], ladder | {"finished": False}, 0.03)

    def sold(outcome: Outcome) -> set[tuple[int, int, float]]:
        return {
            (f.tranche, f.session, f.price)
            for f in outcome.exits
            if f.reason is not Reason.OPEN and f.session < 2 + keep
        }

    assert sold(whole) == sold(known)


@settings(max_examples=150)
@given(bars(), ladders(), st.integers(-3, 3))
def test_the_scale_of_prices_does_not_matter(table, ladder, power):
    factor = 2.0**power  # exact in binary, so that equal prices stay equal
    scaled = [tuple(x * factor for x in bar) for bar in table]
    levels = {k: ladder[k] * factor for k in ("zone_low", "zone_high", "extension_low")}
    one = compiled(table, ladder, 0.03)
    # the buffer and the stop are fractions; only levels and prices carry the unit
    other = compiled([(b[0], b[1], b[2], b[3]) for b in scaled], ladder | levels, 0.03)
    assert one.reason is other.reason
    assert [f.session for f in one.exits] == [f.session for f in other.exits]
    assert [f.price * factor for f in one.exits] == [f.price for f in other.exits]


@settings(max_examples=100)
@given(bars(), ladders())
def test_prices_and_levels_are_only_read(table, ladder):
    everything = np.array(table, dtype=np.float64)
    columns = [np.ascontiguousarray(everything[:, j]) for j in range(4)]
    rules = LegRules(
        *(90.0, True, ladder["first_share"], ladder["within"], ladder["buffer"]),
        *(ladder["trigger"] == "touch", False),
    )
    resolve(Prices(*columns), 0, len(table) - 1, True, levels_of(ladder), rules)
    assert np.array_equal(np.column_stack(columns), everything)
