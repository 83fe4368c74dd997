"""The evening before: the past up to a close, and one flat session after it.

What the run does at the open of that added session is what the plan orders
tonight. The session is flat at the last close, so it touches no stop and no
target of its own; nothing of it is ever shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from market.container import Market
from market.errors import InputError
from strategy.decide.calendar import day_of, schedule
from strategy.plan import Plan
from strategy.run.simulation import Simulation, simulate


@dataclass(frozen=True)
class Eve:
    """The past and the run through the session after it.

    Attributes
    ----------
    past : Market
        What was known at the close of `session`.
    session : Timestamp
        The last session on or before the date asked for.
    next_day : Timestamp
        The next weekday; where the exchange is closed then, orders wait for
        the session after.
    simulation : Simulation, optional
        The run through the added session; None where no vintage has begun.
    """

    past: Market
    session: pd.Timestamp
    next_day: pd.Timestamp
    simulation: Simulation | None

    @property
    def now(self) -> int:
        """Position of `session`."""
        return len(self.past.sessions) - 1


def eve(plan: Plan, market: Market, date: pd.Timestamp) -> Eve:
    """The run of `plan` as it stands after the close of `date`.

    Raises
    ------
    InputError
        Where the data hold no session on or before `date`.
    """
    past = market.until(date)
    if not len(past.sessions):
        raise InputError(
            f"no session on or before {date:%Y-%m-%d}",
            where="--date",
            expected=f"a date from {market.sessions[0]:%Y-%m-%d} on",
        )
    session = past.sessions[-1]
    next_day = session + pd.offsets.BDay(1)
    extended = _with_flat_session(past, next_day)
    so_far = _so_far(plan, extended)
    simulation = simulate(so_far, extended) if so_far else None
    return Eve(past, session, next_day, simulation)


def _with_flat_session(past: Market, day: pd.Timestamp) -> Market:
    close = float(past.prices["close"].iloc[-1])
    row = pd.DataFrame(
        {name: [close] for name in past.prices.columns},
        index=pd.DatetimeIndex([day], name=past.prices.index.name).as_unit("ns"),
    )
    return replace(past, prices=pd.concat([past.prices, row]))


def _so_far(plan: Plan, market: Market) -> Plan | None:
    """The plan with the vintages that have begun; None where none has.

    Years that the plan names may still lie ahead: that is no mistake today.
    """
    try:
        begun = {
            s.year for s in schedule(market.sessions, plan.model_copy(update={"vintages": None}))
        }
    except InputError:
        return None
    if plan.vintages is None:
        return plan
    named = tuple(year for year in plan.vintages if year in begun)
    return plan.model_copy(update={"vintages": named}) if named else None


def next_anchor(plan: Plan, session: pd.Timestamp) -> pd.Timestamp:
    """The next anchor day strictly after `session`."""
    day = day_of(session.year, plan.anchor)
    return day if day > session else day_of(session.year + 1, plan.anchor)
