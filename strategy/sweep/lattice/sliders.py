"""Which keys of a plan a reader may move, and to which values."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from strategy.plan import Plan

STOP = "tactical.stop"
FIRST_SHARE = "tactical.first_target_share"
EXIT_BY = "tactical.exit_by"
WITHIN = "tactical.failed_breakout.within"
RATIO = "hedge.max_ratio"

#: Values of each key before the plan's own takes the place of the nearest. At most 6 x 5 x 5 x 5 x
#: 5 = 3,750 cells: a page that carries them stays small, and they take about a second.
STOPS = (0.01, 0.02, 0.03, 0.04, 0.05, 0.08)
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
SESSIONS = (0, 1, 3, 5, 10)
RATIOS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Calendar days by which the exit date is moved.
SHIFTS = (-10, -5, 0, 5, 10)
#: Fewest calendar days from the anchor to the leg's last: the entry is a session after the anchor.
SHORTEST_LEG = 5


@dataclass(frozen=True)
class Slider:
    """One key and the values it may take.

    Attributes
    ----------
    key : str
        Dotted.
    values : tuple
        In order; two at least.
    own : int
        Position of the plan's own.
    """

    key: str
    values: tuple[Any, ...]
    own: int


def sliders_of(plan: Plan) -> tuple[Slider, ...]:
    """The sliders of a plan, the long's first; a key that changes nothing of it has none."""
    tactical, hedge = plan.tactical, plan.hedge
    found = []
    if isinstance(tactical.stop, float):
        found.append(_slider(STOP, STOPS, tactical.stop))
    found.append(_slider(FIRST_SHARE, SHARES, tactical.first_target_share))
    found.append(_dates(plan))
    rule = tactical.failed_breakout
    if rule.within > 0 or rule.trigger == "touch":
        found.append(_slider(WITHIN, SESSIONS, rule.within))
    if hedge.instrument != "none" and hedge.max_ratio > 0.0:
        found.append(_slider(RATIO, RATIOS, hedge.max_ratio))
    return tuple(slider for slider in found if len(slider.values) > 1)


def _slider(key: str, usual: tuple[Any, ...], own: Any) -> Slider:
    """The usual values with the plan's own in the place of the nearest."""
    nearest = min(usual, key=lambda value: abs(value - own))
    values = tuple(sorted({own if value == nearest else value for value in usual}))
    return Slider(key, values, values.index(own))


def _dates(plan: Plan) -> Slider:
    """Days around the plan's exit date, after its anchor and before its hedge's first day."""
    own = plan.tactical.exit_by
    anchor, start = _day(plan.anchor), _day(plan.hedge.window.start)
    end = (start - anchor).days % 365 or 365
    away = (_day(own) - anchor).days % 365
    moved = {
        shift: f"{_day(own) + dt.timedelta(days=shift):%m-%d}"
        for shift in SHIFTS
        if shift == 0 or SHORTEST_LEG <= away + shift < end
    }
    # the plan wants it in the anchor's year
    moved = {shift: day for shift, day in moved.items() if day > plan.anchor}
    return Slider(EXIT_BY, tuple(moved.values()), list(moved).index(0))


def _day(month_day: str) -> dt.date:
    """A day of a year that is no leap year."""
    month, day = int(month_day[:2]), int(month_day[3:])
    return dt.date(2001, month, min(day, 28) if month == 2 else day)
