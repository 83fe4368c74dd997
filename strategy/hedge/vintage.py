"""One vintage's hedge: its orders, its account, and the accounts it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from market.container import Market
from market.dividends import dividend_yield
from market.message import Message
from market.rates import bill_rate
from strategy.account.account import Account, run_account
from strategy.account.instructions import MARGIN, Instructions
from strategy.account.legs import Floats, Legs, days_between
from strategy.decide.triggers import lifted
from strategy.hedge.costs import HedgeCosts, hedge_costs
from strategy.hedge.derisk import (
    Derisk,
    Runner,
    equal_average_beta,
    equal_path,
    mean_exposure,
)
from strategy.hedge.instruments import INSTRUMENTS, NEEDS_VIX, limits_of
from strategy.hedge.instruments.setting import Fate, HedgeWindow, Setting
from strategy.hedge.ratio import hedge_path, lift
from strategy.legs.reasons import Phase
from strategy.plan import Plan

#: What became of a vintage's hedge, in words: of files, screens and pages.
HEDGE_STATUS = {
    "none": Message("the plan has no hedge"),
    "no_window": Message("the hedge window is not in the data yet"),
    "unavailable": Message("the instrument had no price in the whole window"),
    "blind": Message("the score was unknown in the whole window, and nothing was held"),
    "idle": Message("the score asked for no hedge"),
    "partial": Message("a hedge was held, but for part of the window the instrument had no price"),
    "hedged": Message("a hedge was held"),
    "forced": Message("a hedge was held and bought back for lack of margin"),
}


@dataclass(frozen=True)
class Against:
    """What one vintage's hedge is held against; each account is computed when it is asked for.

    Attributes
    ----------
    run : Runner
        An account of the vintage under given instructions.
    setting : Setting
    window : HedgeWindow
    tactical : Instructions
        The vintage without its hedge.
    account : Account
        With the hedge.
    held : float64[k], optional
        Ratios held in the window; None where no hedge was.
    known : Account, optional
        The account without the hedge, where it is known already.
    """

    run: Runner
    setting: Setting
    window: HedgeWindow
    tactical: Instructions
    account: Account
    held: Floats | None
    known: Account | None = None

    @cached_property
    def unhedged(self) -> Account:
        return self.known if self.known is not None else self.run(self.tactical)

    @cached_property
    def derisk(self) -> Derisk:
        if self.held is None:
            beta = mean_exposure(self.account, self.window) if self.window.first > 0 else np.nan
            return Derisk(self.account, 0.0, beta)
        return equal_average_beta(
            self.setting, self.run, self.tactical, self.unhedged, self.account, self.window
        )

    @cached_property
    def derisk_path(self) -> Account:
        if self.held is None:
            return self.account
        return equal_path(self.setting, self.run, self.tactical, self.window, self.held)

    @cached_property
    def costs(self) -> HedgeCosts:
        if self.held is None:
            return HedgeCosts(0.0, {}, 0.0)
        return hedge_costs(self.account, self.setting)


@dataclass(frozen=True)
class HedgeRun:
    """What became of one vintage's hedge.

    Attributes
    ----------
    window : HedgeWindow
    fate : Fate
    status : str
        A key of `HEDGE_STATUS`.
    instructions : Instructions
        Tactical leg and hedge.
    account : Account
        With the hedge.
    against : Against
    """

    window: HedgeWindow
    fate: Fate
    status: str
    instructions: Instructions
    account: Account
    against: Against

    @property
    def unhedged(self) -> Account:
        """Without the hedge."""
        return self.against.unhedged

    @property
    def derisk(self) -> Derisk:
        """With less core instead, at equal average beta."""
        return self.against.derisk

    @property
    def derisk_path(self) -> Account:
        """With less core instead, by the hedge's own ratios."""
        return self.against.derisk_path

    @property
    def costs(self) -> HedgeCosts:
        """What the hedge cost, by cause."""
        return self.against.costs


def hedge_setting(
    plan: Plan, market: Market, open_: np.ndarray, close: np.ndarray
) -> tuple[Setting, pd.DataFrame, pd.DataFrame]:
    """What the hedge is priced with, the bill rate and the dividend yield with their sources."""
    rate = bill_rate(market)
    costs = plan.costs
    dividends = dividend_yield(market, costs.dividend_yield, series=costs.dividends == "series")
    sessions = market.sessions
    vix = np.full(len(sessions), np.nan)
    if market.has("vix"):
        vix = market.asof("vix")["value"].to_numpy(dtype=float) / 100.0
    setting = Setting(
        sessions,
        open_,
        close,
        days_between(sessions.to_numpy()),
        np.nan_to_num(rate["rate"].to_numpy(dtype=float), nan=0.0),
        np.where(vix > 0.0, vix, np.nan),
        Phase.OPEN if plan.tactical.entry.fill == "next_open" else Phase.CLOSE,
        plan.hedge,
        plan.costs,
        dividends["yield"].to_numpy(dtype=float),
    )
    instrument = INSTRUMENTS.get(plan.hedge.instrument)
    if instrument is not None:
        setting = instrument.prepare(setting, market)
    return setting, rate, dividends


def with_triggers(
    target: np.ndarray, review: np.ndarray, triggers: dict[str, pd.DataFrame], plan: Plan
) -> tuple[np.ndarray, np.ndarray]:
    """Target ratios and review sessions with the plan's active triggers."""
    states = {name: frame["state"].to_numpy() for name, frame in triggers.items()}
    return lift(target, review, lifted(states, plan.risk), plan.hedge)


def protect(
    plan: Plan,
    setting: Setting,
    legs: Legs,
    tactical: Instructions,
    window: HedgeWindow,
    target: np.ndarray,
    review: np.ndarray,
    first: int,
    last: int,
    *,
    unhedged: Account | None = None,
) -> HedgeRun:
    """Run one vintage with its hedge; without it and with less core when that is asked for.

    Parameters
    ----------
    plan : Plan
    setting : Setting
    legs : Legs
        Filled with the window's prices.
    tactical : Instructions
        The vintage without its hedge.
    window : HedgeWindow
    target, review : float64[n], bool[n]
        Target ratio at each close, and sessions at which it is re-evaluated.
    first, last : int
        Sessions of the account, capital 1 at the close of `first`.
    unhedged : Account, optional
        The account of `tactical` alone, where the caller has it.
    """

    def run(rows: Instructions) -> Account:
        return vintage_account(plan, setting, legs, rows, first, last)

    def became(
        fate: Fate, status: str, rows: Instructions, account: Account, held: Floats | None = None
    ) -> HedgeRun:
        # without a hedge every comparator is the account itself
        alone = account if held is None else unhedged
        against = Against(run, setting, window, tactical, account, held, alone)
        return HedgeRun(window, fate, status, rows, account, against)

    instrument = plan.hedge.instrument
    if instrument == "none" or window.first < 1:
        fate = Fate(np.empty(0), "", np.empty(0, dtype=bool))
        status = "none" if instrument == "none" else "no_window"
        return became(fate, status, tactical, unhedged or run(tactical))
    path = hedge_path(setting.close, target, review, window.first, window.last, plan.hedge)
    instructions = Instructions(list(tactical.rows))
    fate = INSTRUMENTS[instrument].add_orders(setting, legs, instructions, window, path)
    status = _status(fate, target[window.first - 1 : window.last])
    if not fate.held.any():
        return became(fate, status, instructions, unhedged or run(tactical))
    account = run(instructions)
    if (account.orders["reason"] == MARGIN).any():
        status = "forced"
    return became(fate, status, instructions, account, fate.held)


def vintage_account(
    plan: Plan, setting: Setting, legs: Legs, rows: Instructions, first: int, last: int
) -> Account:
    """A vintage's own account, capital 1 at the close of `first`, to the close of `last`."""
    return run_account(
        setting.sessions,
        setting.close,
        setting.rate,
        first,
        last,
        rows.table(),
        plan.costs,
        capital=1.0,
        core_weight=plan.core.weight,
        legs=legs,
        open_=setting.open_,
        limits=limits_of(setting),
        hedge_at=setting.at,
        dividend=setting.dividend,
        days=setting.days,
    )


def _status(fate: Fate, target: np.ndarray) -> str:
    if fate.unpriced.all():
        return "unavailable"
    if fate.held.any():
        return "partial" if fate.unpriced.any() else "hedged"
    return "blind" if np.isnan(target).all() else "idle"


def unavailable_reason(instrument: str) -> str:
    """Why an instrument can be unavailable."""
    return "no VIX known: index options cannot be priced" if instrument in NEEDS_VIX else ""
