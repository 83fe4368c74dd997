"""A run: the plan on a market, vintage by vintage and chained, into one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import keeping
from strategy.account.account import Account
from strategy.decide.calendar import dates_of, schedule_of
from strategy.decide.entry import entry_decisions
from strategy.decide.score import risk_components, risk_score
from strategy.decide.triggers import risk_triggers
from strategy.hedge.instruments import legs_of
from strategy.hedge.instruments.setting import Setting
from strategy.hedge.ratio import review_sessions, target_ratio
from strategy.hedge.vintage import hedge_setting, with_triggers
from strategy.legs.prices import Prices, price_arrays, refuse_short_series
from strategy.plan import Plan
from strategy.run.chained import ChainedAccounts, chained_accounts
from strategy.run.vintage import Ground, Vintage, make_vintage

__all__ = ["Progress", "Simulation", "make_ground", "simulate"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Simulation:
    """Everything a run computed, before it is put into tables.

    Attributes
    ----------
    plan : Plan
    market : Market
    open_, close : float64[n]
        Prices the fills used (closes only under ``fill: next_close``).
    risk : DataFrame
        Score, coverage and components per session.
    target : float64[n]
        Target hedge ratio at each close, triggers included, NaN where the
        score is unknown.
    rate : DataFrame
        Bill rate known at each close.
    dividends : DataFrame
        Dividend yield in force at each close (`market.dividends`).
    vintages : list of Vintage
    accounts : ChainedAccounts
        One account through all vintages, and what it is compared with.
    setting : Setting
        What the hedge was priced with.
    components : dict of str to DataFrame
        Risk components (see `strategy.decide.score.risk_components`).
    triggers : dict of str to DataFrame
        See `strategy.decide.triggers.risk_triggers`.
    """

    plan: Plan
    market: Market
    open_: np.ndarray
    close: np.ndarray
    risk: pd.DataFrame
    target: np.ndarray
    rate: pd.DataFrame
    dividends: pd.DataFrame
    vintages: list[Vintage]
    accounts: ChainedAccounts
    setting: Setting
    components: dict[str, pd.DataFrame]
    triggers: dict[str, pd.DataFrame]

    @property
    def chained(self) -> Account:
        """One account through all vintages."""
        return self.accounts.whole

    @property
    def benchmark(self) -> Account:
        """The core alone."""
        return self.accounts.core

    @property
    def unhedged(self) -> Account:
        """The chained account without its hedge."""
        return self.accounts.unhedged

    @property
    def derisk(self) -> Account:
        """The chained account with less core instead of its hedge."""
        return self.accounts.derisk


def simulate(plan: Plan, market: Market, progress: Progress | None = None) -> Simulation:
    """Simulate the plan on the market.

    Parameters
    ----------
    plan : Plan
    market : Market
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Raises
    ------
    InputError
        Where the data hold no vintage, the levels do not belong to the series,
        a condition names no signal, or the hedge names a fund that is not
        loaded.
    """
    with keeping(market):
        return _simulate(plan, market, progress)


def _simulate(plan: Plan, market: Market, progress: Progress | None) -> Simulation:
    report = progress or (lambda what, done, of: None)
    refuse_short_series(market)
    prices = price_arrays(market, plan.tactical.entry.fill)
    schedules = schedule_of(market, dates_of(plan))

    report("risk score", 0, 3)
    components = risk_components(market, plan.risk)
    risk = risk_score(market, plan.risk)
    triggers = risk_triggers(market, plan.risk)
    setting, rate, dividends = hedge_setting(plan, market, prices.open_, prices.close)
    report("entry conditions", 1, 3)
    decisions = entry_decisions(market, plan.tactical.entry, [s.anchor for s in schedules], plan)

    report("vintages", 2, 3)
    ground = make_ground(plan, market, prices, risk, triggers, setting)
    vintages = [make_vintage(ground, s, d) for s, d in zip(schedules, decisions, strict=True)]
    accounts = chained_accounts(ground, vintages)
    simulation = Simulation(
        plan,
        market,
        prices.open_,
        prices.close,
        risk,
        ground.target,
        rate,
        dividends,
        vintages,
        accounts,
        setting=setting,
        components=components,
        triggers=triggers,
    )
    report("vintages", 3, 3)
    return simulation


def make_ground(
    plan: Plan,
    market: Market,
    prices: Prices,
    risk: pd.DataFrame,
    triggers: dict[str, pd.DataFrame],
    setting: Setting,
) -> Ground:
    """What the vintages of a plan stand on: its target ratios and what its hedge trades.

    Parameters
    ----------
    plan : Plan
    market : Market
    prices : Prices
        As the fills use them.
    risk : DataFrame
        Score, coverage and components per session.
    triggers : dict of str to DataFrame
    setting : Setting
        Of the same plan.
    """
    target, review = with_triggers(
        target_ratio(risk["score"].to_numpy(), plan.hedge),
        review_sessions(market.sessions, plan.hedge.reevaluate),
        triggers,
        plan,
    )
    return Ground(plan, market, prices, risk, target, review, setting, legs_of(setting))
