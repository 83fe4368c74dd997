"""What an instrument is priced with, the window it is held in, and what became of it there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from strategy.account.account import Account, frozen
from strategy.account.instructions import Instructions, Leg
from strategy.account.legs import Floats, Legs
from strategy.hedge.rules import window_orders
from strategy.legs.reasons import Phase
from strategy.plan import Costs, Hedge

if TYPE_CHECKING:
    from market.container import Market
    from strategy.hedge.instruments.fund import Fund
    from strategy.hedge.options.contract_prices import ContractPrices


@dataclass(frozen=True)
class Setting:
    """Prices, rates and volatility on every session, and the plan's hedge.

    Attributes
    ----------
    sessions : DatetimeIndex
    open_, close : float64[n]
        The index; closes only under ``fill: next_close``.
    days : float64[n]
        Calendar days since the session before.
    rate : float64[n]
        Yearly bill rate known at each close, 0 where none is.
    vix : float64[n]
        VIX known at each close, fraction; NaN where none is.
    at : Phase
        Hour of the hedge's orders: the open, or the close under
        ``fill: next_close``.
    hedge : Hedge
    costs : Costs
    dividend : float64[n]
        Dividend yield in force at each close, fraction per year.
    fund : Fund, optional
        A real fund's history, where one is loaded.
    contracts : ContractPrices, optional
        Options that were priced on these very arrays before.
    """

    sessions: pd.DatetimeIndex
    open_: Floats
    close: Floats
    days: Floats
    rate: Floats
    vix: Floats
    at: Phase
    hedge: Hedge
    costs: Costs
    dividend: Floats
    fund: Fund | None = None
    contracts: ContractPrices | None = None

    def fill(self, t: int) -> float:
        """Price of the index at the hedge's hour."""
        return float(self.close[t] if self.at is Phase.CLOSE else self.open_[t])


class HedgeWindow(NamedTuple):
    """Sessions in which a vintage's hedge may be held; ``first`` is -1 where there are none."""

    first: int
    last: int
    timed: bool
    vintage: int


class Ratios(NamedTuple):
    """What `strategy.hedge.ratio.resolve_hedge` decides; one value a session of the window.

    Attributes
    ----------
    ratio : float64[sessions]
        Ratio to set at the open; NaN: no order.
    scale : float64[sessions]
        Factor on the units held at the open (1: no cover).
    held : float64[sessions]
        Ratio held after the open.
    reason : int64[sessions]
        Why an order of the session is given: COVER, BLIND where the goal was
        set while the score was unknown, else SCORE.
    """

    ratio: Floats
    scale: Floats
    held: Floats
    reason: NDArray[np.int64]

    def orders(self, window: HedgeWindow, at: Phase) -> list[int]:
        """What each session of the window orders; see `strategy.hedge.rules.ordered`."""
        sessions = window.last - window.first + 1
        found = window_orders(
            frozen(self.ratio), frozen(self.scale), sessions, window.timed, at is Phase.CLOSE
        )
        # plain numbers: one by one they are read many times faster than an array's
        return list(found.tolist())


def held_through(setting: Setting, window: HedgeWindow, held: Floats) -> Floats:
    """Ratios held: an order at the close that a window ends with is not made."""
    if setting.at is not Phase.CLOSE or not window.timed or not len(held):
        return held
    return np.concatenate([held[:-1], held[-2:-1] if len(held) > 1 else [0.0]])


@dataclass(frozen=True)
class Fate:
    """What became of one window's hedge.

    Attributes
    ----------
    held : float64[k]
        Ratio last set, 0 where the instrument had no price.
    priced_by : str
        What its prices are: index, model, a fund's id, black-76.
    unpriced : bool[k]
        Sessions at whose order the instrument had no price.
    contracts : tuple of str
        Names of the contracts held.
    """

    held: Floats
    priced_by: str
    unpriced: np.ndarray
    contracts: tuple[str, ...] = ()


def _as_it_is(setting: Setting, market: Market) -> Setting:
    return setting


def _no_margin(hedge: Hedge) -> float:
    return 0.0


@dataclass(frozen=True)
class Instrument:
    """One way to take index exposure off.

    Attributes
    ----------
    make_legs : callable
        Legs for all sessions, to be filled window by window.
    add_orders : callable
        Appends one window's instructions, and its prices to the legs.
    take_apart : callable
        ``(account, setting, orders, lines, net) -> gross``: profit before every
        cost, money of the account. `orders` are those of the hedge, `lines` the
        costs by name, of which fees and slippage are known: it fills in its own.
    prepare : callable
        The setting with what the instrument reads of the market beside it.
    maintenance : callable
        Margin that it needs, share of all positions, below which it is bought
        back; 0: none.
    """

    make_legs: Callable[[Setting], Legs]
    add_orders: Callable[[Setting, Legs, Instructions, HedgeWindow, Ratios], Fate]
    take_apart: Callable[[Account, Setting, np.ndarray, dict[str, float], float], float]
    prepare: Callable[[Setting, Market], Setting] = _as_it_is
    maintenance: Callable[[Hedge], float] = _no_margin


def units_held(account: Account) -> tuple[Floats, Floats]:
    """Units of the first leg at the close before each session, and through it."""
    close = account.hedge_units[:, 0]
    before = np.concatenate([[0.0], close[:-1]])
    through = close.copy()
    at_close = account.orders[
        (account.orders["leg"] == Leg.HEDGE) & (account.orders["phase"] == Phase.CLOSE)
    ]
    np.subtract.at(through, at_close["session"] - account.first, at_close["units"])
    return before, through


@dataclass
class EmptyLegs:
    """Arrays of NaN for legs whose prices come window by window."""

    n: int
    legs: int
    slippage: float
    financed: bool = True
    labels: dict[tuple[int, int], str] = field(default_factory=dict)

    def build(self) -> Legs:
        def blank() -> Floats:
            return np.full((self.n, self.legs), np.nan)

        return Legs(
            blank(),
            blank(),
            blank(),
            blank(),
            np.full(self.legs, self.slippage),
            np.zeros(self.n),
            self.financed,
            {},
            self.labels,
        )
