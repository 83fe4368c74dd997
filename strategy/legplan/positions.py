"""The positions of every leg in every vintage: terms from the plan, fills from the one resolver."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from market.container import Market
from market.errors import InputError
from signals.price.resistance import GUARD_TOLERANCE, belongs, structural_levels
from strategy.decide.conditions import TRUE, states_of
from strategy.decide.leg_calendar import Anchor, Window, window_of
from strategy.legs.general import position_weight, resolve_position, terms_at
from strategy.legs.prices import Prices
from strategy.legs.reasons import Reason
from strategy.legs.terms import EntryKind, Position, Setting, States, StopKind, Terms
from strategy.plan.leg import AtLevel, AtRange, Gain, Leg, Limit, Through

NAN = float("nan")


@dataclass(frozen=True)
class LegGround:
    """What all vintages of a leg stand on.

    Attributes
    ----------
    name : str
    leg : Leg
    market_name : str
        In the plan.
    market : Market
    prices : Prices
    enter, leave : bool[n]
        Whether the rules of its conditions hold at each close.
    true_range : float64[n]
        Mean true range up to each close; NaN where the stop uses none.
    """

    name: str
    leg: Leg
    market_name: str
    market: Market
    prices: Prices
    enter: np.ndarray
    leave: np.ndarray
    true_range: np.ndarray

    @property
    def side(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.leg.side == "long" else -1


@dataclass(frozen=True)
class Held:
    """One position and its size.

    Attributes
    ----------
    position : Position
        With a fill.
    other : Position
        The same entry order under the other same-bar policy.
    weight : float
        Share of equity given to it.
    planned : int
        Last session that it could have been held, or that of the next anchor
        where it comes before and vintages must not overlap.
    over : bool
        Whether the data reach it.
    """

    position: Position
    other: Position
    weight: float
    planned: int
    over: bool

    @property
    def last(self) -> int:
        """Last session of the position."""
        return int(self.position.session.max())

    @property
    def open(self) -> bool:
        """Whether something is still held at the end of the data."""
        p = self.position
        return bool(((p.session >= 0) & (p.reason == int(Reason.OPEN))).any())


@dataclass(frozen=True)
class LegVintage:
    """One leg in one vintage.

    Attributes
    ----------
    leg : str
    anchor : Anchor
    window : Window
    levels : dict of str to float
        In the market's points.
    held : tuple of Held
        In order of time; empty where nothing was bought or sold short.
    idle : Reason
        Why there is none; `Reason.OPEN` where there is one, or the window is
        still ahead.
    refused : bool
        Whether an entry order came to its fill and was not made (no room, no
        room for the stop): then the vintage enters no more.
    """

    leg: str
    anchor: Anchor
    window: Window
    levels: dict[str, float]
    held: tuple[Held, ...] = field(default=())
    idle: Reason = Reason.OPEN
    refused: bool = False

    @property
    def complete(self) -> bool:
        """Whether nothing of it can change with further data."""
        return self.window.complete and not any(h.open for h in self.held)


def leg_ground(name: str, leg: Leg, market_name: str, market: Market, prices: Prices) -> LegGround:
    """Evaluate a leg's conditions on its market, once for all vintages.

    Raises
    ------
    InputError
        Where a rule is unknown or needs a series that is not loaded.
    """
    stop = leg.exits.stop
    n = len(market.sessions)
    mean_range = np.full(n, NAN)
    if isinstance(stop, AtRange):
        mean_range = mean_true_range(prices, stop.sessions)
    always, never = np.ones(n, dtype=bool), np.zeros(n, dtype=bool)
    enter, leave = leg.entry.when, leg.exits.when
    return LegGround(
        name,
        leg,
        market_name,
        market,
        prices,
        states_of(market, enter, f"legs.{name}.entry.when") == TRUE if enter else always,
        states_of(market, leave, f"legs.{name}.exits.when") == TRUE if leave else never,
        mean_range,
    )


def mean_true_range(prices: Prices, sessions: int) -> np.ndarray:
    """Mean true range of the last `sessions` sessions at each close; NaN where there are fewer.

    The true range of a session is the largest of high - low and the distances
    of high and low from the close before (Wilder, New Concepts in Technical
    Trading Systems, 1978; here a plain mean). The first session has none.
    """
    before = prices.close[:-1]
    spread = np.maximum(prices.high[1:], before) - np.minimum(prices.low[1:], before)
    out = np.full(len(prices.close), NAN)
    if len(spread) >= sessions:
        windows = np.lib.stride_tricks.sliding_window_view(spread, sessions)
        out[sessions:] = windows.mean(axis=1)
    return out


def leg_levels(market: Market, name: str, leg: Leg, at: int) -> dict[str, float]:
    """The leg's levels in the market's points, for an anchor at session `at`.

    Raises
    ------
    InputError
        In absolute mode, where the reference does not fit the market.
    """
    levels = leg.levels
    day = market.sessions[at]
    if levels.mode == "structural":
        found = structural_levels(market.prices, day)
        return {key: float(getattr(found, key)) for key in levels.names}
    if levels.reference is None:
        return {}
    close = float(market.prices["close"].iloc[at])
    if levels.mode == "absolute":
        if not belongs(levels.reference, close):
            raise InputError(
                f"levels do not belong to this market: reference {levels.reference:g}, "
                f"close {close:.2f} on {day:%Y-%m-%d}",
                where=f"legs.{name}.levels.reference",
                expected=f"within {GUARD_TOLERANCE:.0%} of the close",
                do="use mode ratio, or name the years the levels belong to in vintages.years",
            )
        return dict(levels.named)
    return {key: value * close / levels.reference for key, value in levels.named.items()}


def setting_of(leg: Leg) -> Setting:
    """The leg's rules as numbers."""
    at, exits = leg.entry.at, leg.exits
    names = list(leg.levels.names)
    kind, level_at = EntryKind.OPEN, -1
    if isinstance(at, Through):
        kind, level_at = EntryKind.THROUGH, names.index(at.through)
    elif isinstance(at, Limit):
        kind, level_at = EntryKind.LIMIT, names.index(at.limit)
    stop_kind, stop, stop_at = StopKind.NONE, 0.0, -1
    if isinstance(exits.stop, AtLevel):
        stop_kind, stop_at = StopKind.LEVEL, names.index(exits.stop.level)
    elif isinstance(exits.stop, AtRange):
        stop_kind, stop = StopKind.ATR, exits.stop.atr
    elif exits.stop is not None:
        stop_kind, stop = StopKind.FRACTION, exits.stop
    zone = exits.failed_breakout
    trail = exits.trail
    named = [names.index(t.at) if isinstance(t.at, str) else -1 for t in exits.targets]
    return Setting(
        1 if leg.side == "long" else -1,
        int(kind),
        level_at,
        np.array(named, dtype=np.int64),
        np.array([t.at.gain if isinstance(t.at, Gain) else NAN for t in exits.targets]),
        np.array([t.share for t in exits.targets]),
        int(stop_kind),
        float(stop),
        stop_at,
        NAN if trail is None else float(trail.distance),
        trail is not None and trail.on == "extreme",
        exits.break_even_after or 0,
        -1 if zone is None else names.index(zone.near),
        -1 if zone is None else names.index(zone.far),
        0 if zone is None else zone.within,
        0.0 if zone is None else float(zone.buffer),
        zone is not None and zone.trigger == "touch",
        leg.same_bar == "target_first",
    )


def terms_of(leg: Leg, levels: dict[str, float], window: Window) -> Terms:
    """The terms of a leg's position for one vintage."""
    values = np.array([levels[name] for name in leg.levels.names], dtype=np.float64)
    return Terms(*terms_at(setting_of(leg), values, window.first, window.until))


def resolve_vintage(
    ground: LegGround, anchor: Anchor, ahead: pd.DatetimeIndex | None = None
) -> LegVintage:
    """Every position of a leg in one vintage.

    Parameters
    ----------
    ground : LegGround
    anchor : Anchor
    ahead : DatetimeIndex, optional
        Sessions after the data that the calendar knows already.

    Raises
    ------
    InputError
        Where absolute levels do not belong to the market.
    """
    leg, market = ground.leg, ground.market
    days = market.sessions
    if ahead is not None:
        days = pd.DatetimeIndex(days.append(ahead))
    window = window_of(days, anchor.day, leg.entry, leg.exits.by, len(market.sessions))
    if window.anchor < 0:
        return LegVintage(ground.name, anchor, window, {}, idle=Reason.NO_SESSION)
    levels = leg_levels(market, ground.name, leg, window.anchor)
    if window.empty:
        why = Reason.NO_SESSION if window.complete else Reason.OPEN
        return LegVintage(ground.name, anchor, window, levels, idle=why)
    if any(np.isnan(value) for value in levels.values()):
        return LegVintage(ground.name, anchor, window, levels, idle=Reason.NO_LEVELS)

    terms, states = terms_of(leg, levels, window), vintage_states(ground, levels)
    held: list[Held] = []
    idle = Reason.OPEN
    while terms.first <= window.until:
        skip = terms.first - window.first
        given = (states, window.last[skip:], window.timed[skip:])
        position = _resolved(ground.prices, *given, terms)
        if position.entry < 0:
            idle = Reason(position.idle)
            break
        other = _resolved(
            ground.prices, *given, terms._replace(target_first=not terms.target_first)
        )
        at = position.entry - window.first
        planned, over = int(window.last[at]), bool(window.timed[at])
        held.append(Held(position, other, weight_of(leg, position), planned, over))
        if not leg.entry.every:
            break
        terms = terms._replace(first=held[-1].last + 1)
    refused = idle not in (Reason.OPEN, Reason.NO_ENTRY)
    if held:
        idle = Reason.OPEN
    elif idle is Reason.NO_ENTRY and not window.complete:
        idle = Reason.OPEN  # the window is still open
    return LegVintage(ground.name, anchor, window, levels, tuple(held), idle, refused)


def _resolved(
    prices: Prices, states: States, last: np.ndarray, timed: np.ndarray, terms: Terms
) -> Position:
    found = resolve_position(
        prices, states, np.ascontiguousarray(last), np.ascontiguousarray(timed), terms
    )
    return Position(*found)


def vintage_states(ground: LegGround, levels: dict[str, float]) -> States:
    """Conditions of the rules and on the vintage's levels, all of them."""
    close = ground.prices.close
    enter, leave = ground.enter, ground.leave
    for when, entering in ((ground.leg.entry.when, True), (ground.leg.exits.when, False)):
        rules = any(isinstance(numbers, dict) for numbers in when.values())
        held = (enter if entering else leave) if rules else np.ones(len(close), dtype=bool)
        for name, level in when.items():
            if isinstance(level, str):
                beyond = close > levels[level] if name == "close_above" else close < levels[level]
                held = held & beyond
        if when and entering:
            enter = held
        elif when:
            leave = held
    return States(np.ascontiguousarray(enter), np.ascontiguousarray(leave), ground.true_range)


def weight_of(leg: Leg, position: Position) -> float:
    """Share of equity given to a position."""
    budget = leg.size.risk_budget
    return float(position_weight(leg.size.weight, NAN if budget is None else budget, position))


def until_the_next(ground: LegGround, vintages: list[LegVintage]) -> list[LegVintage]:
    """The vintages with the days they could be held cut at the next anchor.

    A leg that may be held for twenty years and is entered anew every month is
    compared with holding to its next beginning, not with twenty years.
    """
    if ground.leg.overlap == "allow":
        return vintages
    out: list[LegVintage] = []
    for vintage, after in zip(vintages, [*vintages[1:], None], strict=True):
        if after is not None:
            end = after.window.anchor
            held = tuple(
                replace(h, planned=end, over=True) if h.position.entry <= end < h.planned else h
                for h in vintage.held
            )
            vintage = replace(vintage, held=held)
        out.append(vintage)
    return out


def refuse_overlap(ground: LegGround, vintages: list[LegVintage]) -> None:
    """Raise InputError where two vintages of a leg that forbids it are held at once."""
    if ground.leg.overlap == "allow":
        return
    days = ground.market.sessions
    before: tuple[int, str] | None = None
    for vintage in vintages:
        for held in vintage.held:
            if before is not None and held.position.entry <= before[0]:
                raise InputError(
                    f"the vintage {vintage.anchor.label} is entered on "
                    f"{days[held.position.entry]:%Y-%m-%d} while {before[1]} is held until "
                    f"{days[before[0]]:%Y-%m-%d}",
                    where=f"legs.{ground.name}.overlap",
                    expected="vintages that end before the next begins",
                    do="leave earlier (exits.by), or write overlap: allow",
                )
            before = (held.last, vintage.anchor.label)
