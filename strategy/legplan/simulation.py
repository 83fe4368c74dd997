"""A run of a plan of legs: markets, vintages, positions and the accounts, in one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.errors import InputError
from strategy.decide.conditions import states_of
from strategy.decide.leg_calendar import Anchor, anchors
from strategy.kernels.compiled import as_python
from strategy.legplan.account import LegsAccount, run_account
from strategy.legplan.markets import Markets, OneCalendar, one_calendar
from strategy.legplan.positions import (
    LegGround,
    LegVintage,
    leg_ground,
    refuse_overlap,
    resolve_vintage,
    until_the_next,
)
from strategy.legs.rules import round_trip_return
from strategy.plan.legs_plan import Events, LegsPlan

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class LegsSimulation:
    """Everything a run of a plan of legs computed, before it is put into tables.

    Attributes
    ----------
    plan : LegsPlan
    markets : Markets
    calendar : OneCalendar
    anchors : list of Anchor
    grounds : dict of str to LegGround
    vintages : dict of str to list of LegVintage
        Of each leg, one an anchor.
    account : LegsAccount
        Core and legs.
    core : LegsAccount
        The core alone.
    """

    plan: LegsPlan
    markets: Markets
    calendar: OneCalendar
    anchors: list[Anchor]
    grounds: dict[str, LegGround]
    vintages: dict[str, list[LegVintage]]
    account: LegsAccount
    core: LegsAccount


def leg_grounds(plan: LegsPlan, markets: Markets) -> dict[str, LegGround]:
    """What the vintages of each leg stand on.

    Raises
    ------
    InputError
    """
    return {
        name: leg_ground(
            name,
            leg,
            plan.market_of(leg),
            markets.by_name[plan.market_of(leg)],
            markets.prices(plan.market_of(leg)),
        )
        for name, leg in plan.legs.items()
    }


#: Sessions after the data that the calendar knows already, by market.
Ahead = Mapping[str, pd.DatetimeIndex]


def plan_anchors(plan: LegsPlan, markets: Markets, ahead: Ahead | None = None) -> list[Anchor]:
    """The plan's anchors on its first market, no later than its data.

    Raises
    ------
    InputError
    """
    first = markets.by_name[plan.first_market]
    event = None
    if isinstance(plan.vintages, Events):
        event = states_of(first, plan.vintages.when, "vintages.when")
    if event is not None or ahead is None:
        return anchors(plan, first.sessions, event)
    found = anchors(plan, pd.DatetimeIndex(first.sessions.append(ahead[plan.first_market])))
    return [anchor for anchor in found if anchor.day <= first.sessions[-1]]


def resolved_vintages(
    plan: LegsPlan, markets: Markets, ahead: Ahead | None = None
) -> tuple[list[Anchor], dict[str, LegGround], dict[str, list[LegVintage]]]:
    """The plan's anchors, what its legs stand on, and every vintage of each leg.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    """
    grounds = leg_grounds(plan, markets)
    found = plan_anchors(plan, markets, ahead)
    vintages = {
        name: [
            resolve_vintage(ground, anchor, None if ahead is None else ahead[ground.market_name])
            for anchor in found
        ]
        for name, ground in grounds.items()
    }
    for name, ground in grounds.items():
        refuse_overlap(ground, vintages[name])
        vintages[name] = until_the_next(ground, vintages[name])
    return found, grounds, vintages


def used_calendar(plan: LegsPlan, markets: Markets) -> OneCalendar:
    """The calendar of the markets that legs and core use."""
    used = dict.fromkeys([*(plan.market_of(leg) for leg in plan.legs.values()), *plan.core.shares])
    return one_calendar(plan, markets, tuple(used))


def first_session(calendar: OneCalendar, found: list[Anchor]) -> int:
    """Session of the calendar at whose close the account begins.

    Raises
    ------
    InputError
        Where the data end there.
    """
    begin = int(calendar.sessions.searchsorted(found[0].day, side="left"))
    if begin >= len(calendar.sessions) - 1:
        raise InputError(
            f"the data end on the first anchor, {found[0].day:%Y-%m-%d}",
            where="data",
            expected="at least one session after it",
        )
    return begin


def simulate_legs(
    plan: LegsPlan,
    markets: Markets,
    progress: Progress | None = None,
    *,
    ahead: Ahead | None = None,
) -> LegsSimulation:
    """Simulate a plan of legs.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets
    progress : callable, optional
        Called as ``progress(what, done, of)``.
    ahead : mapping of str to DatetimeIndex, optional
        Sessions after the data that the calendar knows already, by market.

    Raises
    ------
    InputError
        Where plan and data do not fit.
    """
    report = progress or (lambda what, done, of: None)
    report("vintages", 0, 2)
    found, grounds, vintages = resolved_vintages(plan, markets, ahead)
    report("account", 1, 2)
    calendar = used_calendar(plan, markets)
    begin = first_session(calendar, found)
    account = run_account(plan, calendar, grounds, vintages, begin)
    alone = run_account(plan, calendar, {}, {}, begin)
    report("account", 2, 2)
    return LegsSimulation(plan, markets, calendar, found, grounds, vintages, account, alone)


def round_trip(
    side: int,
    entry: np.ndarray,
    exit_: np.ndarray,
    fee: float,
    slip_in: float,
    slip_out: float,
    *,
    exit_fee: float | None = None,
) -> np.ndarray:
    """Return on the capital that an entry spends (or a short sale brings) after costs.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry, exit_ : float64[k]
        Raw prices.
    fee, slip_in, slip_out : float
        Fractions of the price, of market orders.
    exit_fee : float, optional
        Another fee at the exit.
    """
    out = fee if exit_fee is None else exit_fee
    # as Python: compiling it for arrays takes longer than it saves
    made = as_python(round_trip_return)(side, entry, exit_, fee, slip_in, slip_out, out)
    return np.asarray(made)
