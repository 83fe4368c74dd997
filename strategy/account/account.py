"""The account: instructions become orders, and orders, carry and prices become equity by sleeve.

One compiled pass over the sessions (`strategy.account.kernel`) keeps units,
cash and the cash flow of every leg. Money is created nowhere: equity is cash
plus the value of the legs, and each sleeve's profit is its cash flows plus its
value plus its carry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.errors import InputError
from strategy.account.instructions import (
    INSTRUCTION,
    ORDER,
    SLEEVE_OF_LEG,
    SLEEVES,
    Instructions,
    Kind,
    Leg,
)
from strategy.account.kernel import Bounds, Charges, HedgeLegs, Index, Told, walk
from strategy.account.legs import (
    Legs,
    Limits,
    days_between,
    index_legs,
)
from strategy.legs.reasons import Phase
from strategy.plan import Costs

__all__ = [
    "INSTRUCTION",
    "ORDER",
    "SLEEVES",
    "SLEEVE_OF_LEG",
    "Account",
    "Instructions",
    "Kind",
    "Leg",
    "Limits",
    "frozen",
    "run_account",
]

NO_LIMITS = Limits()


def frozen(values: np.ndarray) -> np.ndarray:
    """A read-only view: compiled functions know one kind of array, whoever made it."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


@dataclass(frozen=True)
class Account:
    """What an account did, session by session.

    Attributes
    ----------
    first : int
        Position of the first session in the price index.
    equity : float64[n]
        Currency, at each close.
    pnl : float64[n, 3]
        Cumulative profit of core, tactical, hedge, after costs and carry.
    carry, costs : float64[n, 3]
        Per session: dividends, interest, borrow and rebate; fees and slippage.
    exposure : float64[n, 3]
        Index exposure of the sleeve as a share of equity, short negative: its
        value for the index itself, leverage x value for a fund, delta x index
        for options.
    cash : float64[n]
        Cash balance, short proceeds included; negative is a margin loan.
    orders : structured array
        Executed orders (see `ORDER`), units signed.
    capital, core_units : float
    legs : Legs
        Prices of the hedge's legs.
    hedge_units : float64[n, legs]
        Units of the hedge's legs after each close.
    limit : int8[n]
        What a limit on exposure did: 0 nothing, 1 gross and 2 net scaled the
        hedge, 3 broken with no hedge that could cure it.
    limit_factor : float64[n]
        Factor on the hedge in that session.
    exhausted : bool
        Whether equity fell to zero or below: the path ends at that close.
    """

    first: int
    equity: np.ndarray
    pnl: np.ndarray
    carry: np.ndarray
    costs: np.ndarray
    exposure: np.ndarray
    cash: np.ndarray
    orders: np.ndarray
    capital: float
    core_units: float
    legs: Legs
    hedge_units: np.ndarray
    limit: np.ndarray
    limit_factor: np.ndarray
    exhausted: bool = False

    @property
    def last(self) -> int:
        return self.first + len(self.equity) - 1

    def returns(self) -> np.ndarray:
        """Daily returns of the total, 0 on the first session. Shape (n,)."""
        out = np.zeros(len(self.equity))
        out[1:] = self.equity[1:] / self.equity[:-1] - 1.0
        return out

    def contributions(self) -> np.ndarray:
        """Each sleeve's share of the daily return; rows sum to `returns`. Shape (n, 3)."""
        out = np.zeros_like(self.pnl)
        out[1:] = np.diff(self.pnl, axis=0) / self.equity[:-1, None]
        return out


def run_account(
    sessions: pd.DatetimeIndex,
    close: np.ndarray,
    rate: np.ndarray,
    first: int,
    last: int,
    instructions: np.ndarray,
    costs: Costs,
    *,
    capital: float,
    core_weight: float,
    legs: Legs | None = None,
    open_: np.ndarray | None = None,
    limits: Limits = NO_LIMITS,
    hedge_at: Phase = Phase.OPEN,
    dividend: np.ndarray | None = None,
    days: np.ndarray | None = None,
) -> Account:
    """Run one account from the close of `first` to the close of `last`.

    The core is already held when the account starts: bought at the close of
    `first` without cost. Everything later is an instruction. The account ends
    early, at the close at which its equity is zero or less.

    Parameters
    ----------
    sessions : DatetimeIndex
    close : float64[n]
    rate : float64[n]
        Yearly bill rate known at each close, fraction; 0 where none is known.
    first, last : int
    instructions : structured array
        See `Instructions.table`; sessions in ``(first, last]``.
    costs : Costs
    capital : float
        Equity at the close of `first`.
    core_weight : float
        Share of it held in the core.
    legs : Legs, optional
        The hedge's legs; without them one leg, the index sold as a borrowed
        fund.
    open_ : float64[n], optional
        Opens of the index; needed where limits on exposure are set.
    limits : Limits, optional
    hedge_at : Phase, optional
        Hour of the hedge's orders, at which its limits are checked.
    dividend : float64[n], optional
        Dividend yield in force at each close, fraction per year; without it
        the constant of `costs`.
    days : float64[n], optional
        Calendar days since the session before, where the caller has them.

    Raises
    ------
    ValueError
        Where an order needs a price that a leg does not have.
    """
    if days is None:
        days = days_between(sessions.to_numpy())
    opens = close if open_ is None else open_
    if legs is None:
        legs = index_legs(opens, close, days, rate, costs, dividend=dividend)
    yields = np.full(len(close), costs.dividend_yield) if dividend is None else dividend
    core_units = core_weight * capital / close[first]
    found = walk(
        Index(*(frozen(path) for path in (opens, close, days, rate, yields))),
        HedgeLegs(
            frozen(legs.open_),
            frozen(legs.close),
            frozen(legs.exposure_open),
            frozen(legs.exposure_close),
            frozen(legs.slippage),
            frozen(legs.carry),
            legs.financed,
        ),
        Told(*(frozen(instructions[name]) for name in Told._fields)),
        Charges(
            costs.fee_bps / 1e4,
            costs.slippage_bps / 1e4,
            costs.margin_spread_bps / 1e4,
            costs.cash == "bills",
        ),
        Bounds(
            float(limits.net),
            float(limits.gross),
            float(limits.maintenance),
            hedge_at is Phase.CLOSE,
        ),
        first,
        last,
        float(capital),
        float(core_units),
    )
    *paths, where, money, count, walked = found
    equity, pnl, carry, cost, exposure, cash, held, limit, factor = (p[:walked] for p in paths)
    if np.isnan(equity).any():
        t = first + int(np.isnan(equity).argmax())
        raise InputError(
            f"a leg is held without a price on {sessions[t]:%Y-%m-%d}",
            where="data",
            expected="prices, and what prices the instrument, on every session it is held",
            do="bring the rows that are missing, or end the data before them (data.end)",
        )
    orders = np.zeros(count, dtype=ORDER)
    for j, name in enumerate(("session", "phase", "leg", "reason", "vintage")):
        orders[name] = where[:count, j]
    for j, name in enumerate(("units", "raw_price", "price", "fee", "equity")):
        orders[name] = money[:count, j]
    return Account(
        first,
        equity,
        pnl,
        carry,
        cost,
        exposure,
        cash,
        orders,
        capital,
        core_units,
        legs,
        held,
        limit,
        factor,
        exhausted=bool(equity[-1] <= 0.0),
    )
