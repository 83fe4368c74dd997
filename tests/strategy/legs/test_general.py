"""The resolver of a general leg: against the naive one, against the tactical long's, mirrored."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.price.resistance import Levels
from strategy.legs.general import resolve_position
from strategy.legs.prices import Prices
from strategy.legs.reasons import Phase, Reason
from strategy.legs.records import LegRules
from strategy.legs.resolver import resolve
from strategy.legs.terms import EntryKind, Position, States, StopKind, Terms
from tests.strategy.legs.naive_leg import Bar, Order, story
from tests.tolerances import ROUNDING

#: `make test-all` asks for a campaign.
CASES = int(os.environ.get("SIMULATE_LEG_CASES", "400"))
TICK = 0.5
KINDS = {"open": EntryKind.OPEN, "through": EntryKind.THROUGH, "limit": EntryKind.LIMIT}
STOPS = {"fraction": StopKind.FRACTION, "level": StopKind.LEVEL, "atr": StopKind.ATR}


def terms_of(order: Order) -> Terms:
    targets = order.targets
    return Terms(
        1 if order.long else -1,
        int(KINDS[order.entry]),
        float(order.level),
        *order.window,
        np.array([n if kind == "at" else np.nan for kind, n, _ in targets]),
        np.array([n if kind == "gain" else np.nan for kind, n, _ in targets]),
        np.array([share for _, _, share in targets]),
        int(STOPS[order.stop[0]]) if order.stop else 0,
        float(order.stop[1]) if order.stop else 0.0,
        np.nan if order.trail is None else order.trail,
        order.trail_on == "extreme",
        order.even_after,
        *(order.zone or (np.nan, np.nan)),
        order.within,
        order.buffer,
        order.touch,
        order.target_first,
    )


def prices_of(bars: list[Bar]) -> Prices:
    table = np.array(bars, dtype=np.float64)
    return Prices(*(np.ascontiguousarray(table[:, j]) for j in range(4)))


def compiled(
    bars: list[Bar],
    order: Order,
    enter: list[bool] | None = None,
    leave: list[bool] | None = None,
    ends: dict[int, tuple[int, bool]] | None = None,
    ranges: list[float] | None = None,
) -> Position:
    n = len(bars)
    ends = ends or {t: (n - 1, True) for t in range(n)}
    window = range(order.window[0], order.window[1] + 1)
    states = States(
        np.array(enter or [True] * n),
        np.array(leave or [False] * n),
        np.array(ranges or [np.nan] * n),
    )
    return Position(
        *resolve_position(
            prices_of(bars),
            states,
            np.array([ends[t][0] for t in window], dtype=np.int64),
            np.array([ends[t][1] for t in window]),
            terms_of(order),
        )
    )


def told(position: Position, order: Order) -> dict[str, Any]:
    """The compiled answer in the words of the naive one."""
    idle = Reason(position.idle).label
    if position.entry < 0:
        return {"idle": idle}

    def stop(level: float) -> float | None:
        return None if np.isinf(level) else float(level)

    return {
        "idle": idle,
        "entry": (
            position.entry,
            Phase(position.entry_phase).name.lower(),
            position.entry_price,
        ),
        "stop": stop(position.stop),
        "fills": {
            part: (
                int(position.session[part]),
                Phase(int(position.phase[part])).name.lower(),
                Reason(int(position.reason[part])).label,
                float(position.price[part]),
            )
            for part in range(len(order.targets))
            if position.session[part] >= 0
        },
        "doubtful": position.ambiguous,
        "last_stop": stop(position.last_stop),
        "tomorrow": None if position.pending < 0 else Reason(position.pending).label,
        "adverse": position.adverse,
        "favourable": position.favourable,
    }


@st.composite
def bars(draw: st.DrawFn, n: int) -> list[Bar]:
    """OHLC on a coarse grid: quiet bars, wide ones, gaps, flat lines."""
    wide = draw(st.sampled_from([2, 6, 14]))
    last = 200
    out: list[Bar] = []
    for _ in range(n):
        if draw(st.integers(0, 9)) == 0:
            open_ = high = low = close = last
        else:
            gap = draw(st.integers(-wide, wide)) if draw(st.booleans()) else 0
            open_ = max(4, last + gap)
            close = max(4, open_ + draw(st.integers(-wide, wide)))
            high = max(open_, close) + draw(st.integers(0, wide))
            low = max(2, min(open_, close) - draw(st.integers(0, wide)))
        out.append((open_ * TICK, high * TICK, low * TICK, close * TICK))
        last = close
    return out


@st.composite
def orders(draw: st.DrawFn, n: int) -> Order:
    def near(low: int = -20, high: int = 20) -> float:
        return 100.0 + TICK * draw(st.integers(low, high))

    long = draw(st.booleans())
    side = 1 if long else -1
    first = draw(st.integers(0, min(4, n - 1)))
    count = draw(st.integers(1, 8 if draw(st.booleans()) else 3))
    targets = []
    left = 1.0
    for part in range(count):
        kind = draw(st.sampled_from(["at", "gain", "ride"]))
        number = {
            "at": 100.0 + side * TICK * draw(st.integers(-2, 24)),
            "gain": draw(st.sampled_from([0.01, 0.02, 0.05, 0.25])),
            "ride": 0.0,
        }[kind]
        share = left if part == count - 1 else draw(st.sampled_from([0.0, 0.125, 0.25, left / 2]))
        share = min(share, left)
        left -= share
        targets.append((kind, number, share))
    stop = draw(
        st.sampled_from(
            [
                None,
                ("fraction", draw(st.sampled_from([0.005, 0.02, 0.05, 0.5]))),
                ("level", 100.0 - side * TICK * draw(st.integers(-2, 20))),
                ("atr", draw(st.sampled_from([0.5, 1.0, 3.0]))),
            ]
        )
    )
    zone = None
    if draw(st.booleans()):
        bound = 100.0 + side * TICK * draw(st.integers(-4, 10))
        zone = (bound, bound + side * TICK * draw(st.integers(0, 4)))
    return Order(
        long=long,
        entry=draw(st.sampled_from(["open", "through", "limit"])),
        level=near(),
        window=(first, draw(st.integers(first, n - 1))),
        targets=targets,
        stop=stop,
        trail=draw(st.sampled_from([None, None, 0.01, 0.03, 0.1])),
        trail_on=draw(st.sampled_from(["close", "extreme"])),
        even_after=draw(st.integers(0, count)),
        zone=zone,
        within=draw(st.sampled_from([0, 1, 2, 3, 252])),
        buffer=draw(st.sampled_from([0.0, 0.005, 0.05])),
        touch=draw(st.booleans()),
        target_first=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, ...]:
    n = draw(st.integers(1, 16))
    table, order = draw(bars(n)), draw(orders(n))
    rare = st.sampled_from([False] * 6 + [True])
    often = st.sampled_from([True] * 3 + [False])
    ends = {
        t: (draw(st.integers(t, n - 1)), draw(st.booleans())) if t < n else (n - 1, True)
        for t in range(n)
    }
    return (
        table,
        order,
        [draw(often) for _ in range(n)],
        [draw(rare) for _ in range(n)],
        ends,
        [draw(st.sampled_from([np.nan, 0.5, 2.0, 4.0])) for _ in range(n)],
    )


@settings(max_examples=CASES, deadline=None)
@given(cases())
def test_every_fill_is_the_naive_implementations(case: tuple[Any, ...]) -> None:
    table, order, *rest = case
    assert told(compiled(table, order, *rest), order) == story(table, order, *rest)


def mirrored(bars: list[Bar], centre: float) -> list[Bar]:
    """Prices reflected at `centre`: what rose now falls as much."""
    return [(2 * centre - o, 2 * centre - low, 2 * centre - h, 2 * centre - c)
            for o, h, low, c in bars]  # fmt: skip


@settings(max_examples=CASES, deadline=None)
@given(cases(), st.just(4096.0))
def test_mirrored_prices_give_mirrored_fills_exactly(case: tuple[Any, ...], centre: float) -> None:
    table, order, *rest = case
    # fractions of a price are not mirrored by a reflection; levels and ranges are
    order.targets = [
        ("at", 110.0 if order.long else 90.0, share) if kind == "gain" else (kind, number, share)
        for kind, number, share in order.targets
    ]
    if order.stop and order.stop[0] == "fraction":
        order.stop = ("atr", order.stop[1] * 100)
    order.trail, order.buffer = None, 0.0
    other = Order(**{**order.__dict__, "long": not order.long})
    other.level = 2 * centre - order.level
    other.targets = [
        (kind, 2 * centre - number if kind == "at" else number, share)
        for kind, number, share in order.targets
    ]
    if order.stop and order.stop[0] == "level":
        other.stop = ("level", 2 * centre - order.stop[1])
    if order.zone:
        other.zone = (2 * centre - order.zone[0], 2 * centre - order.zone[1])
    here = told(compiled(table, order, *rest), order)
    there = told(compiled(mirrored(table, centre), other, *rest), other)
    assert here["idle"] == there["idle"]
    if here["idle"] != "open":
        return
    assert here["entry"][:2] == there["entry"][:2]
    assert here["entry"][2] == 2 * centre - there["entry"][2]
    assert here["doubtful"] == there["doubtful"]
    for name in ("stop", "last_stop"):
        assert here[name] == (None if there[name] is None else 2 * centre - there[name])
    assert {p: (*f[:3], 2 * centre - f[3]) for p, f in here["fills"].items()} == there["fills"]


@settings(max_examples=CASES, deadline=None)
@given(st.data())
def test_the_december_long_is_this_function_with_the_plans_settings(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 16))
    table = data.draw(bars(n))
    entry = data.draw(st.integers(1, n - 1))
    last, timed = data.draw(st.integers(entry, n - 1)), data.draw(st.booleans())
    zone_low = 100.0 + TICK * data.draw(st.integers(-2, 16))
    zone_high = zone_low + TICK * data.draw(st.integers(0, 4))
    extension = zone_high + TICK * data.draw(st.integers(0, 10))
    by_level = data.draw(st.booleans())
    rules = LegRules(
        97.5 if by_level else data.draw(st.sampled_from([0.005, 0.03, 0.4])),
        by_level,
        data.draw(st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        data.draw(st.sampled_from([0, 1, 3, 252])),
        data.draw(st.sampled_from([0.0, 0.01])),
        data.draw(st.booleans()),
        data.draw(st.booleans()),
    )
    old = resolve(
        prices_of(table),
        entry,
        last,
        timed,
        Levels(np.nan, zone_low, zone_high, extension, np.nan, 1.0),
        rules,
    )
    order = Order(
        window=(entry, entry),
        targets=[
            ("at", zone_low, rules.first_share),
            ("at", extension, 1.0 - rules.first_share),
        ],
        stop=("level" if by_level else "fraction", rules.stop),
        zone=(zone_low, zone_high),
        within=rules.within,
        buffer=rules.buffer,
        touch=rules.touch,
        target_first=rules.target_first,
    )
    new = compiled(table, order, ends={entry: (last, timed)})
    assert list(new.reason) == list(old.reason)
    assert list(new.session) == list(old.session)
    if new.entry >= 0:
        np.testing.assert_array_equal(new.price, old.price)
        assert list(new.phase) == list(old.phase)
        assert (new.entry_price, new.stop, new.ambiguous, new.adverse, new.favourable) == (
            old.entry_price, old.stop, old.ambiguous, old.adverse, old.favourable,
        )  # fmt: skip


#: One quiet bar before, so that a close decides; then the bar of the case.
BEFORE: Bar = (100.0, 101.0, 99.0, 100.0)


def only(position: Position) -> tuple[int, str, str, float]:
    part = int(np.flatnonzero(position.session >= 0)[0])
    return (
        int(position.session[part]),
        Phase(int(position.phase[part])).name.lower(),
        Reason(int(position.reason[part])).label,
        float(position.price[part]),
    )


#: Entry kind, level, the long's bar of entry, and its fill.
ENTRIES = {
    "at the open": ("open", 0.0, (100.0, 101.0, 99.0, 100.0), ("open", 100.0)),
    "through a level in the range": (
        "through",
        102.0,
        (100.0, 103.0, 100.0, 102.0),
        ("range", 102.0),
    ),
    "through a level by a gap": ("through", 102.0, (103.0, 104.0, 102.5, 103.5), ("open", 103.0)),
    "at a limit in the range": ("limit", 98.0, (100.0, 100.5, 97.5, 99.0), ("range", 98.0)),
    "at a limit by a gap": ("limit", 98.0, (97.0, 98.5, 96.5, 98.0), ("open", 97.0)),
}  # fmt: skip

#: What the days after do to a position bought near 100, and how it ends: rules, bars, day, hour,
#: reason, price.
EXITS: dict[str, tuple[dict[str, Any], list[Bar], tuple[int, str, str, float]]] = {
    "target in the range": (
        {"targets": [("at", 110.0, 1.0)]},
        [(104.0, 111.0, 103.0, 105.0)],
        (2, "range", "target_1", 110.0),
    ),
    "target by a gap": (
        {"targets": [("at", 110.0, 1.0)]},
        [(112.0, 113.0, 111.0, 112.0)],
        (2, "open", "target_1", 112.0),
    ),
    "stop in the range": (
        {"stop": ("level", 94.0)},
        [(98.0, 99.0, 93.0, 95.0)],
        (2, "range", "stop", 94.0),
    ),
    "stop by a gap": (
        {"stop": ("level", 94.0)},
        [(92.0, 93.0, 91.0, 92.5)],
        (2, "open", "stop_gap", 92.0),
    ),
    "trailing stop": (
        # the best close is 120, so that the stop is 114 from the day after
        {"trail": 0.05},
        [(106.0, 121.0, 105.0, 120.0), (118.0, 119.0, 113.0, 116.0)],
        (3, "range", "stop", 114.0),
    ),
    "failed breakout": (
        {"zone": (104.0, 105.0)},
        [(103.0, 107.0, 102.0, 106.0), (105.0, 105.5, 102.0, 103.0), (102.5, 104.0, 101.0, 103.0)],
        (4, "open", "failed_breakout", 102.5),
    ),
    "time": ({}, [(100.0, 101.0, 99.0, 100.5)], (2, "close", "time", 100.5)),
}


@pytest.mark.parametrize("side", ["long", "short"])
@pytest.mark.parametrize("leaves", EXITS)
@pytest.mark.parametrize("enters", ENTRIES)
def test_each_exit_of_each_entry(enters: str, leaves: str, side: str) -> None:
    kind, level, bar, (hour, paid) = ENTRIES[enters]
    rules, after, (day, when, why, price) = EXITS[leaves]
    table = [BEFORE, bar, *after]
    order = Order(entry=kind, level=level, **rules)
    if side == "short":
        # a short on prices mirrored at 100; of the trail only the distance changes: 5 % of the
        # best close's reflection at 80 is 4 points, no longer 6
        table = mirrored(table, 100.0)
        price, paid = 200.0 - price, 200.0 - paid
        order = Order(**{**order.__dict__, "long": False})
        order.level = 200.0 - level
        order.targets = [(k, 200.0 - n if k == "at" else n, s) for k, n, s in order.targets]
        if order.stop:
            order.stop = ("level", 200.0 - order.stop[1])
        if order.zone:
            order.zone = (200.0 - order.zone[0], 200.0 - order.zone[1])
        if order.trail:
            price = 80.0 * 1.05
    position = compiled(table, order)
    assert (position.entry, Phase(position.entry_phase).name.lower()) == (1, hour)
    assert position.entry_price == paid
    assert only(position)[:3] == (day, when, why)
    assert only(position)[3] == pytest.approx(price, abs=ROUNDING)


@pytest.mark.parametrize("long", [True, False])
def test_an_exit_condition_at_a_close_sells_at_the_next_open(long: bool) -> None:
    table = [BEFORE, BEFORE, (100.0, 102.0, 99.0, 101.0), (101.5, 102.0, 99.0, 100.0)]
    position = compiled(table, Order(long=long), leave=[False, False, True, False])
    assert only(position) == (3, "open", "condition", 101.5)


def test_a_condition_decides_at_the_close_before_the_fill() -> None:
    table = [BEFORE, BEFORE, (97.0, 99.0, 96.0, 98.0), BEFORE]
    order = Order(window=(1, 3))
    position = compiled(table, order, enter=[False, True, False, False])
    assert (position.entry, position.entry_price) == (2, 97.0)


def test_the_stop_by_true_range_counts_the_sessions_before_the_entry() -> None:
    table = [BEFORE, BEFORE, (97.0, 99.0, 96.0, 98.0)]
    order = Order(window=(2, 2), stop=("atr", 2.0))
    assert compiled(table, order, ranges=[9.0, 3.0, 50.0]).stop == 91.0
    assert Reason(compiled(table, order, ranges=[9.0, np.nan, 1.0]).idle) is Reason.NO_LEVELS


@pytest.mark.parametrize("long", [True, False])
def test_after_the_first_target_the_stop_is_the_entry_price_from_the_next_session(
    long: bool,
) -> None:
    table = [
        BEFORE,
        (100.0, 104.0, 99.0, 103.0),  # the first half is sold at 104; its low of 99 is no stop yet
        (102.0, 103.0, 99.5, 101.0),
    ]
    order = Order(targets=[("at", 104.0, 0.5), ("ride", 0.0, 0.5)], even_after=1)
    if not long:
        table = mirrored(table, 100.0)
        order = Order(long=False, targets=[("at", 96.0, 0.5), ("ride", 0.0, 0.5)], even_after=1)
    fills = told(compiled(table, order), order)["fills"]
    assert fills[0] == (1, "range", "target_1", 104.0 if long else 96.0)
    assert fills[1] == (2, "range", "stop", 100.0)


def test_a_bar_entered_inside_is_stopped_or_sold_as_the_policy_says() -> None:
    """Bought through 102; the bar's low of 95 is under the stop, its high of 109 at the target."""
    table = [BEFORE, (100.0, 109.0, 95.0, 104.0), (104.0, 105.0, 103.0, 104.0)]
    order = Order(entry="through", level=102.0, targets=[("at", 108.0, 1.0)], stop=("level", 97.0))
    assert only(compiled(table, order)) == (1, "range", "stop", 97.0)
    order.target_first = True
    position = compiled(table, order)
    assert only(position) == (1, "range", "target_1", 108.0)
    assert position.ambiguous == 1


def test_a_limit_order_that_is_run_through_to_its_stop_is_stopped_whatever_the_policy() -> None:
    table = [BEFORE, (100.0, 101.0, 90.0, 92.0)]
    for target_first in (False, True):
        order = Order(entry="limit", level=98.0, stop=("level", 95.0), target_first=target_first)
        position = compiled(table, order)
        assert only(position) == (1, "range", "stop", 95.0)
        assert position.ambiguous == 0


@pytest.mark.parametrize(
    ("order", "idle"),
    [
        (Order(targets=[("at", 100.0, 1.0)]), Reason.NO_ROOM),
        (Order(stop=("level", 100.0)), Reason.NO_STOP_ROOM),
        (Order(entry="through", level=200.0), Reason.NO_ENTRY),
        (Order(long=False, targets=[("at", 100.0, 1.0)]), Reason.NO_ROOM),
        (Order(long=False, stop=("level", 100.0)), Reason.NO_STOP_ROOM),
        (Order(long=False, entry="limit", level=200.0), Reason.NO_ENTRY),
    ],
)
def test_why_nothing_is_bought(order: Order, idle: Reason) -> None:
    position = compiled([BEFORE, BEFORE], order)
    assert Reason(position.idle) is idle
    assert position.entry == -1 and (position.session == -1).all()
