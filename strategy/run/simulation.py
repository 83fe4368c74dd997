"""A run: the plan on a market, vintage by vintage and chained, into one Result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from market.errors import InputError
from strategy.account.account import Account, Instructions, Kind, Leg, run_account
from strategy.account.instructions import ENTRY, REBALANCE
from strategy.decide.calendar import Schedule, schedule
from strategy.decide.entry import EntryDecision, entry_decisions
from strategy.decide.levels import PlanLevels, vintage_levels
from strategy.decide.score import combine, risk_components
from strategy.decide.triggers import risk_triggers
from strategy.hedge.instruments.setting import HedgeWindow, Setting
from strategy.hedge.ratio import hedge_window, review_sessions, target_ratio
from strategy.hedge.vintage import HedgeRun, hedge_setting, protect, with_triggers
from strategy.legs.reasons import Phase, Reason
from strategy.legs.tactical import Outcome, tactical_outcome
from strategy.plan import Plan

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Vintage:
    """One vintage: its sessions, levels, decisions and what became of it.

    Attributes
    ----------
    schedule : Schedule
    levels : PlanLevels
    decision : EntryDecision
    outcome : Outcome
        Tactical leg under the plan's same-bar policy.
    other_outcome : Outcome
        The same under the other policy.
    weight : float
        Share of equity given to the tactical leg; 0 where nothing was bought.
    score, coverage : float
        Risk score known at the anchor; NaN where its coverage is too low.
    tactical : Instructions
        The tactical leg's alone.
    hedge : HedgeRun
        The hedge, and the accounts it is compared with.
    """

    schedule: Schedule
    levels: PlanLevels
    decision: EntryDecision
    outcome: Outcome
    other_outcome: Outcome
    weight: float
    score: float
    coverage: float
    tactical: Instructions
    hedge: HedgeRun

    @property
    def instructions(self) -> Instructions:
        """Tactical leg and hedge."""
        return self.hedge.instructions

    @property
    def hedge_held(self) -> np.ndarray:
        """Ratio held in each session of the hedge window; empty without one. Shape (k,)."""
        return self.hedge.fate.held

    @property
    def account(self) -> Account:
        """The vintage alone, capital 1 at the anchor, to the window's or the data's end."""
        return self.hedge.account


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
    vintages : list of Vintage
    chained, benchmark : Account
        One account through all vintages, and the core alone.
    unhedged, derisk : Account
        The chained account without its hedge, and with less core instead.
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
    vintages: list[Vintage]
    chained: Account
    benchmark: Account
    unhedged: Account
    derisk: Account
    setting: Setting
    components: dict[str, pd.DataFrame]
    triggers: dict[str, pd.DataFrame]


def refuse_short_series(market: Market) -> None:
    """Raise InputError where the prices have too few sessions to trade on."""
    if len(market.sessions) < 2:
        raise InputError(
            f"price series {market.id} has {len(market.sessions)} sessions",
            where="data",
            expected="at least 2",
            do="load a longer series",
        )


def price_arrays(market: Market, fill: str) -> tuple[np.ndarray, ...]:
    """open, high, low, close as C-ordered float64; all closes under ``next_close``."""
    names = ("open", "high", "low", "close") if fill == "next_open" else ("close",) * 4
    return tuple(np.ascontiguousarray(market.prices[name], dtype=np.float64) for name in names)


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
    report = progress or (lambda what, done, of: None)
    sessions = market.sessions
    refuse_short_series(market)
    prices = price_arrays(market, plan.tactical.entry.fill)
    open_, close = prices[0], prices[3]
    schedules = schedule(sessions, plan)

    report("risk score", 0, 3)
    components = risk_components(market, plan.risk)
    risk = combine(components, plan.risk)
    triggers = risk_triggers(market, plan.risk)
    target, review = with_triggers(
        target_ratio(risk["score"].to_numpy(), plan.hedge),
        review_sessions(sessions, plan.hedge.reevaluate),
        triggers,
        plan,
    )
    setting, rate = hedge_setting(plan, market, open_, close)
    report("entry conditions", 1, 3)
    decisions = entry_decisions(market, plan.tactical.entry, [s.anchor for s in schedules], plan)

    report("vintages", 2, 3)
    legs = setting.make_legs()
    vintages = []
    for s, decision in zip(schedules, decisions, strict=True):
        window = hedge_window(sessions, s, plan.hedge, plan.anchor)
        made = _vintage(plan, market, prices, s, decision, risk)
        end = s.window_last if s.ended else len(sessions) - 1
        hedge = protect(
            plan, setting, legs, made[-1], window, target, review, s.anchor, max(end, s.anchor)
        )
        vintages.append(Vintage(*made, hedge))

    first = schedules[0].anchor
    last = len(sessions) - 1
    if plan.vintages is not None and vintages[-1].schedule.ended:
        last = vintages[-1].schedule.window_last

    def chain(rows: Instructions, until: int) -> Account:
        return run_account(
            sessions,
            close,
            setting.rate,
            first,
            until,
            rows.table(),
            plan.costs,
            capital=plan.capital,
            core_weight=plan.core.weight,
            legs=legs,
            open_=open_,
            limits=setting.limits(),
            hedge_at=setting.at,
        )

    core = _core_instructions(plan, vintages, open_, close, last)
    less = _core_instructions(plan, vintages, open_, close, last, derisk=True)
    long = [row for v in vintages for row in v.tactical.rows]
    whole = [row for v in vintages for row in v.instructions.rows]
    chained = chain(Instructions(core.rows + whole), last)
    last = chained.last  # earlier where the equity is exhausted
    simulation = Simulation(
        plan,
        market,
        open_,
        close,
        risk,
        target,
        rate,
        vintages,
        chained,
        benchmark=chain(_until(core, last), last),
        unhedged=chain(_until(Instructions(core.rows + long), last), last),
        derisk=chain(_until(Instructions(less.rows + long), last), last),
        setting=setting,
        components=components,
        triggers=triggers,
    )
    report("vintages", 3, 3)
    return simulation


def _until(instructions: Instructions, last: int) -> Instructions:
    return Instructions([row for row in instructions.rows if row[0] <= last])


def _core_instructions(
    plan: Plan,
    vintages: list[Vintage],
    open_: np.ndarray,
    close: np.ndarray,
    last: int,
    *,
    derisk: bool = False,
) -> Instructions:
    """The core is brought back to its weight twice a vintage.

    At the first open after the anchor and at the first open of the hedge
    window: dividends and the sleeves' results are invested there, and what
    follows starts from the same holding whatever went before. `derisk`: less
    by the comparator's share while a hedge window runs, whole again at its
    last close.
    """
    core = Instructions()
    if plan.core.weight == 0.0:
        return core
    at = Phase.OPEN if plan.tactical.entry.fill == "next_open" else Phase.CLOSE
    schedules = [v.schedule for v in vintages]
    starts = {(s.anchor + 1, at): s.year for s in schedules[1:]}
    starts |= {(s.hedge_first, at): s.year for s in schedules if s.hedge_first > 0}
    sold = [(v.hedge.window, v.hedge.derisk.weight) for v in vintages] if derisk else []
    sold = [(window, weight) for window, weight in sold if weight != 0.0]
    for window, _ in sold:
        starts[(window.first, at)] = window.vintage
        if window.timed:
            starts[(window.last, Phase.CLOSE)] = window.vintage
    for (t, phase), year in sorted(starts.items()):
        if t > last:
            continue
        less = sum(weight for window, weight in sold if _runs(window, t, phase))
        core.add(
            t,
            phase,
            Kind.HOLD,
            Leg.CORE,
            open_[t] if phase is Phase.OPEN else close[t],
            value=max(plan.core.weight - less, 0.0),
            reason=REBALANCE,
            vintage=year,
        )
    return core


def _runs(window: HedgeWindow, t: int, phase: Phase) -> bool:
    ends = window.timed and phase is Phase.CLOSE and t == window.last
    return window.first <= t <= window.last and not ends


def _vintage(
    plan: Plan,
    market: Market,
    prices: tuple[np.ndarray, ...],
    s: Schedule,
    decision: EntryDecision,
    risk: pd.DataFrame,
) -> tuple[
    Schedule, PlanLevels, EntryDecision, Outcome, Outcome, float, float, float, Instructions
]:
    """A vintage up to its tactical leg; the attributes of `Vintage` before the hedge."""
    sessions = market.sessions
    levels = vintage_levels(market, plan.tactical.levels, sessions[s.anchor])
    score = float(risk["score"].iloc[s.anchor])
    coverage = float(risk["coverage"].iloc[s.anchor])

    # buying and selling at one and the same close is no leg
    no_bar = plan.tactical.entry.fill == "next_close" and s.entry == s.last and s.timed
    if s.entry < 0 or no_bar:
        # where the data end at the anchor the leg is still ahead, not impossible
        waiting = s.anchor == len(sessions) - 1
        outcome = other = Outcome(Reason.OPEN if waiting else Reason.NO_SESSION)
    elif np.isnan(levels.zone_low) or np.isnan(levels.extension_low):
        # structural levels need history that is not there
        outcome = other = Outcome(Reason.NO_LEVELS)
    elif not decision.enter:
        outcome = other = Outcome(Reason.GATE)
    else:
        same_bar = plan.tactical.same_bar
        opposite = "target_first" if same_bar == "stop_first" else "stop_first"
        outcome, other = (
            tactical_outcome(
                prices,  # type: ignore[arg-type]
                s.entry,
                s.last,
                s.timed,
                (levels.zone_low, levels.zone_high),
                levels.extension_low,
                levels.scale,
                plan.tactical,
                policy,
            )
            for policy in (same_bar, opposite)
        )

    instructions = Instructions()
    weight = tactical_weight(plan, outcome, score) if outcome.traded else 0.0
    _tactical_instructions(instructions, plan, s, outcome, weight)
    return s, levels, decision, outcome, other, weight, score, coverage, instructions


def tactical_weight(plan: Plan, outcome: Outcome, score: float) -> float:
    """min(w_max, risk budget / stop distance) x (1 - risk_scaling x score).

    An unknown score scales nothing: the size is not reduced on a guess, and
    the output shows the score as missing.
    """
    size = plan.tactical.size
    weight = size.weight
    if size.risk_budget is not None:
        weight = min(weight, size.risk_budget / (1.0 - outcome.stop / outcome.entry_price))
    if not np.isnan(score):
        weight *= 1.0 - size.risk_scaling * score
    return weight


def _tactical_instructions(
    out: Instructions, plan: Plan, s: Schedule, outcome: Outcome, weight: float
) -> None:
    if not outcome.traded or weight <= 0.0:
        return
    at_close = plan.tactical.entry.fill == "next_close"
    for fill in outcome.exits:
        leg = Leg.TACTICAL_1 if fill.tranche == 1 else Leg.TACTICAL_2
        out.add(
            s.entry,
            Phase.CLOSE if at_close else Phase.OPEN,
            Kind.SPEND,
            leg,
            outcome.entry_price,
            value=weight * fill.share,
            reason=ENTRY,
            vintage=s.year,
        )
    for fill in outcome.exits:
        if fill.reason is Reason.OPEN:
            continue
        out.add(
            fill.session,
            Phase.CLOSE if at_close else fill.phase,
            Kind.EXIT,
            Leg.TACTICAL_1 if fill.tranche == 1 else Leg.TACTICAL_2,
            fill.price,
            market=fill.reason not in (Reason.TARGET_1, Reason.TARGET_2),
            reason=fill.reason,
            vintage=s.year,
        )
