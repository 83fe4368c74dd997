"""One account of a plan of legs: positions become orders, orders become equity by sleeve."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from market.errors import InputError
from strategy.account.legs import days_between
from strategy.legplan.markets import LONGEST_CARRY_DAYS, OneCalendar
from strategy.legplan.positions import Held, LegGround, LegVintage
from strategy.legplan.walk import (
    ENTER,
    HOLD,
    LEAVE,
    Charges,
    Ground,
    Holdings,
    Orders,
    walk_legs,
)
from strategy.legs.reasons import Phase, Reason
from strategy.legs.rules import pays_slippage
from strategy.plan.legs_plan import LegsPlan

CORE = "core"
REBALANCE, ENTRY = "rebalance", "entry"


class Hour(IntEnum):
    """When in a session an order fills; the order of fills."""

    OPEN = 0
    ENTRY_IN_RANGE = 1
    EXIT_IN_RANGE = 2
    CLOSE = 3


@dataclass(frozen=True)
class Column:
    """A holding of the account: a market of the core, or a part of a leg's position.

    Attributes
    ----------
    label : str
        Name of the column in vectorbt's book.
    sleeve : int
        0 for the core, 1 and up for the legs in the plan's order.
    market : int
        Column of the calendar.
    """

    label: str
    sleeve: int
    market: int


@dataclass(frozen=True)
class LegsAccount:
    """What an account of a plan of legs did.

    Attributes
    ----------
    calendar : OneCalendar
    first : int
        Session of the calendar at whose close it begins.
    sleeves : tuple of str
        ``core``, then the legs.
    columns : tuple of Column
    start_units : float64[c]
        Held from the first close on.
    equity, cash : float64[n]
        At each close; short proceeds are part of the cash.
    pnl, carry, costs, exposure : float64[n, s]
        By sleeve: cumulative profit, carry and costs a session, value over equity.
    orders : DataFrame
        ``session, hour, kind, column, side, vintage, part, position, reason,
        raw_price, market, units, price, fee``; one row an order.
    capital : float
    exhausted : bool
        Whether equity fell to zero or below: the path ends at that close.
    """

    calendar: OneCalendar
    first: int
    sleeves: tuple[str, ...]
    columns: tuple[Column, ...]
    start_units: np.ndarray
    equity: np.ndarray
    cash: np.ndarray
    pnl: np.ndarray
    carry: np.ndarray
    costs: np.ndarray
    exposure: np.ndarray
    orders: pd.DataFrame
    capital: float
    exhausted: bool

    @property
    def last(self) -> int:
        """Session at whose close it ends."""
        return self.first + len(self.equity) - 1

    @property
    def days(self) -> pd.DatetimeIndex:
        """Its sessions."""
        return self.calendar.sessions[self.first : self.last + 1]


def run_account(
    plan: LegsPlan,
    calendar: OneCalendar,
    grounds: dict[str, LegGround],
    vintages: dict[str, list[LegVintage]],
    first: int,
) -> LegsAccount:
    """Run the plan's core and legs through one account.

    The core is held from the close of `first` on, bought there without cost.

    Parameters
    ----------
    plan : LegsPlan
    calendar : OneCalendar
    grounds : dict
        By leg; empty for the core alone.
    vintages : dict
        Of each leg.
    first : int

    Raises
    ------
    InputError
        Where a market is held that has no price.
    """
    columns, orders = core_orders(plan, calendar, first)
    for sleeve, (name, ground) in enumerate(grounds.items(), 1):
        _leg_orders(columns, orders, calendar, sleeve, name, ground, vintages[name])
    table = pd.DataFrame(orders, columns=list(_ORDER))
    # without an order there is nothing to tell the kinds of the columns by
    table = table.astype(dict.fromkeys(("session", "hour", "kind", "column"), np.int64))
    table = table[table["session"] > first]
    table = table.sort_values(["session", "hour"], kind="stable").reset_index(drop=True)

    units = np.zeros(len(columns))
    for c, share in enumerate(plan.core.shares.values()):
        price = calendar.close[first, columns[c].market]
        if np.isnan(price):
            raise InputError(
                f"{calendar.names[columns[c].market]} has no price on "
                f"{calendar.sessions[first]:%Y-%m-%d}, when the plan begins",
                where="core",
                do="set data.start to a day on which every market of the core is known",
            )
        units[c] = share * plan.capital / price
    start = units.copy()
    costs = plan.costs
    last = len(calendar.sessions) - 1
    sleeves = 1 + len(grounds)
    found = walk_legs(
        Ground(
            calendar.close,
            days_between(calendar.sessions.to_numpy()),
            calendar.rate,
            calendar.dividend,
        ),
        Holdings(
            np.array([c.market for c in columns] or [0], dtype=np.int64)[: len(columns)],
            np.array([c.sleeve for c in columns] or [0], dtype=np.int64)[: len(columns)],
            sleeves,
        ),
        Orders(
            *(
                np.ascontiguousarray(table[name].to_numpy(), dtype=kind)
                for name, kind in (
                    ("session", np.int64),
                    ("kind", np.int64),
                    ("column", np.int64),
                    ("value", np.float64),
                    ("side", np.float64),
                    ("raw_price", np.float64),
                    ("market", np.bool_),
                )
            )
        ),
        Charges(
            costs.fee_bps / 1e4,
            costs.slippage_bps / 1e4,
            costs.margin_spread_bps / 1e4,
            costs.rebate_spread_bps / 1e4,
            costs.borrow_bps / 1e4,
            costs.cash == "bills",
        ),
        first,
        last,
        float(plan.capital),
        units,
    )
    *paths, changed, price, fee, walked = found
    equity, cash, pnl, carry, cost, exposure = (path[:walked] for path in paths)
    if np.isnan(equity).any():
        t = first + int(np.isnan(equity).argmax())
        raise InputError(
            f"a market is held without a price on {calendar.sessions[t]:%Y-%m-%d}",
            where="markets",
            expected="prices on every session of a holding",
        )
    table["units"], table["price"], table["fee"] = changed, price, fee
    table = table[table["session"] < first + walked]
    account = LegsAccount(
        calendar,
        first,
        (CORE, *grounds),
        tuple(columns),
        start,
        equity,
        cash,
        pnl,
        carry,
        cost,
        exposure,
        table[table["units"] != 0.0].reset_index(drop=True),
        plan.capital,
        bool(equity[-1] <= 0.0),
    )
    _refuse_stale(account)
    return account


_ORDER = (
    *("session", "hour", "kind", "column", "value", "side", "raw_price", "market"),
    *("vintage", "part", "position", "reason"),
)


def core_orders(
    plan: LegsPlan, calendar: OneCalendar, first: int
) -> tuple[list[Column], list[tuple[object, ...]]]:
    """The core's columns, made whole at the first open of each period of its market."""
    columns: list[Column] = []
    orders: list[tuple[object, ...]] = []
    period = {"yearly": "Y", "quarterly": "Q", "monthly": "M"}.get(plan.core.rebalance)
    for name, share in plan.core.shares.items():
        j = calendar.names.index(name)
        columns.append(Column(f"{CORE} {name}", 0, j))
        if period is None or share == 0.0:
            continue
        own = np.flatnonzero(calendar.age[:, j] == 0.0)
        own = own[own >= first]
        periods = calendar.sessions[own].to_period(period)
        for t in own[1:][np.asarray(periods[1:] != periods[:-1])]:
            orders.append(
                (
                    *(int(t), Hour.OPEN, HOLD, len(columns) - 1, share, 1.0),
                    *(calendar.open_[t, j], True, "", 0, -1, REBALANCE),
                )
            )
    return columns, orders


def _leg_orders(
    columns: list[Column],
    orders: list[tuple[object, ...]],
    calendar: OneCalendar,
    sleeve: int,
    name: str,
    ground: LegGround,
    vintages: list[LegVintage],
) -> None:
    """Add a leg's columns and orders; positions held at once get columns of their own."""
    place = calendar.at(ground.market.sessions)
    market = calendar.names.index(ground.market_name)
    slots: dict[tuple[int, int], int] = {}
    busy: list[int] = []
    number = 0
    for vintage in vintages:
        for held in vintage.held:
            entry, last = held.position.entry, held.last
            lane = next((g for g, until in enumerate(busy) if until < entry), len(busy))
            if lane == len(busy):
                busy.append(last)
            busy[lane] = last
            for part in np.flatnonzero(held.position.session >= 0):
                key = (lane, int(part))
                if key not in slots:
                    slots[key] = len(columns)
                    label = f"{name} {part + 1}" if lane == 0 else f"{name} {part + 1} ({lane + 1})"
                    columns.append(Column(label, sleeve, market))
                orders += _part_orders(
                    held, int(part), slots[key], place, ground, vintage.anchor.label, number
                )
            number += 1


def _part_orders(
    held: Held,
    part: int,
    column: int,
    place: np.ndarray,
    ground: LegGround,
    vintage: str,
    number: int,
) -> list[tuple[object, ...]]:
    p = held.position
    share = float(ground.leg.exits.targets[part].share)
    value = held.weight * share
    if value <= 0.0:
        return []
    hour = Hour.OPEN if p.entry_phase == Phase.OPEN else Hour.ENTRY_IN_RANGE
    made: list[tuple[object, ...]] = [
        (
            *(int(place[p.entry]), hour, ENTER, column, value, float(ground.side)),
            *(p.entry_price, p.market, vintage, part + 1, number, ENTRY),
        )
    ]
    reason = Reason(int(p.reason[part]))
    if reason is not Reason.OPEN:
        hour = {
            Phase.OPEN: Hour.OPEN,
            Phase.RANGE: Hour.EXIT_IN_RANGE,
            Phase.CLOSE: Hour.CLOSE,
        }[Phase(int(p.phase[part]))]
        made.append(
            (
                *(int(place[p.session[part]]), hour, LEAVE, column, 0.0, float(ground.side)),
                *(float(p.price[part]), pays_slippage(int(reason)), vintage, part + 1),
                *(number, reason.label),
            )
        )
    return made


def _refuse_stale(account: LegsAccount) -> None:
    """Raise InputError where something is held on a close that is too old to value it."""
    calendar = account.calendar
    held = np.zeros((len(account.equity), len(account.columns)))
    held[0] = account.start_units
    orders = account.orders
    np.add.at(
        held,
        (orders["session"].to_numpy() - account.first, orders["column"].to_numpy()),
        orders["units"].to_numpy(),
    )
    held = np.cumsum(held, axis=0)
    scale = np.maximum(np.abs(held).max(axis=0, initial=0.0), 1e-300)
    for c, column in enumerate(account.columns):
        age = calendar.age[account.first : account.last + 1, column.market]
        late = np.flatnonzero((np.abs(held[:, c]) > 1e-9 * scale[c]) & (age > LONGEST_CARRY_DAYS))
        if len(late):
            raise InputError(
                f"{column.label} is held on {account.days[late[0]]:%Y-%m-%d}, "
                f"{age[late[0]]:g} days after the last price of its market",
                where="markets",
                expected=f"prices at most {LONGEST_CARRY_DAYS} days old while something is held",
                do="end the run with that market's data (data.end), or bring the rest",
            )
