"""Where the futures begin: day, price, levels, score, and the plan's numbers for the kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from market.container import Market
from market.dividends import dividend_yield
from market.errors import InputError
from market.message import Message
from market.rates import bill_rate
from signals.price.resistance import Levels
from strategy.account.legs import days_between
from strategy.decide.calendar import Schedule, day_of, last_on_or_before, schedule
from strategy.decide.entry import EntryDecision, entry_decisions
from strategy.decide.levels import vintage_levels
from strategy.decide.score import risk_score
from strategy.hedge.instruments.setting import HedgeWindow
from strategy.hedge.options.expiries import roll_sessions
from strategy.hedge.ratio import WHEN_BLIND, hedge_window, lift, review_sessions, target_ratio
from strategy.legs.records import leg_rules, size_rules
from strategy.legs.rules import blocked
from strategy.plan import Plan
from strategy.plan.instruments import INSTRUMENTS
from strategy.scenario.engine.terms import Calendar, Terms
from strategy.scenario.settings import Scenario, Shock
from strategy.scenario.worlds.calendar import future_sessions
from strategy.scenario.worlds.history import History, make_history

#: A day further from the data's last session needs its price stated.
NEAR_DAYS = 10


@dataclass(frozen=True)
class Start:
    """The day the plan starts, and everything of the plan that holds on all futures.

    Attributes
    ----------
    plan : Plan
    scenario : Scenario
    past : Market
        What was known at the close of the day.
    history : History
    day : Timestamp
    price : float
    stated : bool
        Whether the price is the user's, not the data's.
    score, vix, rate : float
        Held (score) or in force (others) on the day; NaN where unknown.
    levels : Levels
    decision : EntryDecision
    sessions : DatetimeIndex
        The day, and every session after it to the end of the hedge year.
    schedule : Schedule
        Positions in `sessions`.
    window : HedgeWindow
    terms : Terms
    notes : tuple of str
        What the user should know about how the start was made.
    """

    plan: Plan
    scenario: Scenario
    past: Market
    history: History
    day: pd.Timestamp
    price: float
    stated: bool
    score: float
    vix: float
    rate: float
    levels: Levels
    decision: EntryDecision
    sessions: pd.DatetimeIndex
    schedule: Schedule
    window: HedgeWindow
    terms: Terms
    notes: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether the data reach the day."""
        return bool(self.past.sessions[-1] == self.day)

    @property
    def horizon(self) -> int:
        """Sessions of a future."""
        return len(self.sessions) - 1

    def calendar(self, shock: Shock | None = None) -> Calendar:
        """Sessions, targets and reviews; with a shock, the triggers that it sets off."""
        plan, s, window = self.plan, self.schedule, self.window
        score = np.full(len(self.sessions), self.score)
        target = target_ratio(score, plan.hedge)
        review = review_sessions(self.sessions, plan.hedge.reevaluate)
        if shock is not None:
            target, review = lift(target, review, self.lifted(shock), plan.hedge)
        return Calendar(
            days_between(self.sessions.to_numpy()),
            s.entry,
            s.last,
            window.first,
            window.last,
            window.timed,
            s.hedge_first,
            s.hedge_last,
            np.ascontiguousarray(target, dtype=np.float64),
            np.ascontiguousarray(review),
            np.ascontiguousarray(roll_sessions(self.sessions), dtype=np.bool_),
        )

    def shock_session(self, shock: Shock) -> int:
        """First session on which a shock acts.

        Raises
        ------
        InputError
            Where no future has that day.
        """
        at = int(self.sessions.searchsorted(pd.Timestamp(shock.start)))
        if at < 1 or at > self.horizon:
            raise InputError(
                f"got {shock.start}",
                where=f"scenario.shocks {shock.name!r}: start",
                expected=f"a day from {self.sessions[1]:%Y-%m-%d} to {self.sessions[-1]:%Y-%m-%d}",
            )
        return at

    def lifted(self, shock: Shock) -> np.ndarray:
        """Sessions at whose close a shock sets off a trigger that the plan watches."""
        out = np.zeros(len(self.sessions), dtype=bool)
        at = self.shock_session(shock)
        triggers = self.plan.risk.triggers
        if shock.credit_event and triggers.credit_event.active:
            out[at : at + shock.credit_sessions] = True
        if shock.rate_rise > 0.0 and triggers.rate_rise.active:
            until = self.sessions[at] + pd.Timedelta(days=triggers.rate_rise.within_days)
            out[at:] |= np.asarray(self.sessions[at:] <= until)
        return out


def make_start(
    plan: Plan,
    scenario: Scenario,
    market: Market,
    sessions: pd.DatetimeIndex | None = None,
) -> Start:
    """Everything that is fixed before a future is drawn, from what was known on the day.

    Parameters
    ----------
    plan : Plan
    scenario : Scenario
    market : Market
    sessions : DatetimeIndex, optional
        Sessions after the day, in place of the exchange's calendar.

    Raises
    ------
    InputError
        Where the day has no price, lies outside the season, or the levels do
        not belong to it.
    """
    notes: list[str] = []
    day = _day(plan, scenario, market, notes)
    past = market.until(day)
    if not len(past.sessions):
        raise InputError(
            f"no session on or before {day:%Y-%m-%d}",
            where="scenario.as_of",
            expected=f"a day on or after {market.sessions[0]:%Y-%m-%d}",
        )
    known = past.sessions[-1] == day
    price = _price(scenario, past, day, known, notes)
    scores = risk_score(past, plan.risk)["score"].to_numpy(dtype=float)
    score = float(scores[-1]) if known else np.nan
    if scenario.score is not None:
        score = scenario.score
        notes.append(
            Message("risk score {score} as stated, held through every future", score=f"{score:g}")
        )
    elif np.isnan(score):
        notes.append(
            Message(
                "risk score unknown on {day}: the hedge does what hedge.when_blind "
                "says ({policy}); state scenario.score to set it",
                day=f"{day:%Y-%m-%d}",
                policy=plan.hedge.when_blind,
            )
        )
    else:
        notes.append(
            Message(
                "risk score {score}, known on the day, held through every future",
                score=f"{score:.2f}",
            )
        )
    first = scenario.history_from or plan.data.start
    last = min(pd.Timestamp(scenario.history_until or day.date()), day)
    history = make_history(past, scores, pd.Timestamp(first) if first else None, last)
    if not known:
        notes.append(
            Message(
                "the data end on {last}: futures from {day} on are made of sessions up to "
                "then, and look-alikes are chosen without its volatility",
                last=f"{past.sessions[-1]:%Y-%m-%d}",
                day=f"{day:%Y-%m-%d}",
            )
        )
    levels = _levels(plan, past, day, price, known)
    decision = _decision(plan, past, known, notes)
    if levels.zone_low <= price:
        notes.append(
            Message(
                "the zone starts at {zone}, not above the start price {price}: most futures "
                "open in it and buy nothing",
                zone=f"{levels.zone_low:.2f}",
                price=f"{price:.2f}",
            )
        )
    ahead = future_sessions(day, day_of(day.year + 1, plan.hedge.window.end), market.sessions)
    if sessions is not None:
        ahead = sessions
    whole = pd.DatetimeIndex(pd.DatetimeIndex([day]).append(ahead), name="date")
    s = _schedule(plan, whole, day)
    window = hedge_window(whole, s, plan.hedge, plan.anchor)
    if plan.hedge.instrument == "none":
        window = HedgeWindow(-1, -1, False, s.year)
    table = history.table
    vix = table.vix[-1] if known else np.nan
    vix = scenario.vix if scenario.vix is not None else float(vix)
    known_rate = float(bill_rate(past)["rate"].iloc[-1]) if known else np.nan
    rate = scenario.rate if scenario.rate is not None else float(np.nan_to_num(known_rate))
    if scenario.rate is None and np.isnan(known_rate):
        notes.append(
            Message(
                "bill rate unknown on {day}: taken as 0 on that day, and throughout the "
                "garch world; state scenario.rate to set it",
                day=f"{day:%Y-%m-%d}",
            )
        )
    return Start(
        plan,
        scenario,
        past,
        history,
        day,
        price,
        scenario.price is not None,
        score,
        vix,
        rate,
        levels,
        decision,
        whole,
        s,
        window,
        _terms(plan, levels, decision, score, past, price),
        tuple(notes),
    )


def _day(plan: Plan, scenario: Scenario, market: Market, notes: list[str]) -> pd.Timestamp:
    """The day, moved back to a session where it is none."""
    sessions = market.sessions
    if scenario.as_of is None:
        return pd.Timestamp(sessions[schedule(sessions, plan)[-1].anchor])
    asked = pd.Timestamp(scenario.as_of)
    at = last_on_or_before(sessions, asked)
    if at >= 0 and asked <= sessions[-1]:
        day = sessions[at]
    elif at >= 0 and (asked - sessions[-1]).days <= NEAR_DAYS and scenario.price is None:
        day = sessions[-1]
    else:
        back = future_sessions(asked - pd.Timedelta(days=NEAR_DAYS), asked, sessions)
        day = back[-1]
    if day != asked:
        notes.append(
            Message(
                "{day} is no session: the plan starts on {start}",
                day=f"{asked:%Y-%m-%d}",
                start=f"{day:%Y-%m-%d}",
            )
        )
    exit_day = day_of(day.year, plan.tactical.exit_by)
    if len(future_sessions(day, exit_day, sessions)) < 1 or day >= exit_day:
        raise InputError(
            f"the plan starts on {day:%Y-%m-%d} and its leg ends by {exit_day:%Y-%m-%d}",
            where="scenario.as_of",
            expected=f"a day of the year before {plan.tactical.exit_by}",
            do=f"start on the anchor, for example {day.year}-{plan.anchor}",
        )
    return pd.Timestamp(day)


def _price(
    scenario: Scenario, past: Market, day: pd.Timestamp, known: bool, notes: list[str]
) -> float:
    close = float(past.prices["close"].iloc[-1])
    if scenario.price is None:
        if not known:
            raise InputError(
                f"the data end on {past.sessions[-1]:%Y-%m-%d}, the plan starts on {day:%Y-%m-%d}",
                where="scenario.price",
                expected="the index level at the close of that day",
                do="state it, load longer data, or start earlier",
            )
        return close
    if known and abs(scenario.price / close - 1.0) > 1e-6:
        notes.append(
            Message(
                "start price {price} as stated; the data have {close} on that day",
                price=f"{scenario.price:g}",
                close=f"{close:.2f}",
            )
        )
    elif not known:
        notes.append(
            Message("start price {price} as stated, not from the data", price=f"{scenario.price:g}")
        )
    return scenario.price


def _levels(plan: Plan, past: Market, day: pd.Timestamp, price: float, known: bool) -> Levels:
    if plan.tactical.levels.mode == "structural":
        close = float(past.prices["close"].iloc[-1])
        if not known or abs(price / close - 1.0) > 1e-6:
            raise InputError(
                f"structural levels of {day:%Y-%m-%d} at a stated price of {price:g}",
                where="tactical.levels.mode",
                expected="prices up to that day, which structural levels are made of",
                do="load them, or use ratio or absolute",
            )
        return vintage_levels(past, plan.tactical.levels, day)
    # levels that are points or shares of the price need the price alone
    bar = pd.DataFrame(
        {name: [price] for name in ("open", "high", "low", "close")},
        index=pd.DatetimeIndex([day], name="date"),
    )
    alone = replace(past, prices=bar, series=MappingProxyType({}))
    return vintage_levels(alone, plan.tactical.levels, day)


def _decision(plan: Plan, past: Market, known: bool, notes: list[str]) -> EntryDecision:
    entry = plan.tactical.entry
    if known or not entry.conditions:
        decision = entry_decisions(past, entry, [len(past.sessions) - 1])[0]
    else:
        needed = [name for name, c in entry.conditions.items() if c.required]
        blocked = bool(needed) or entry.min_score > 0.0
        because = "conditions are unavailable: the data end before the day" if blocked else ""
        decision = EntryDecision(not blocked, np.nan, dict.fromkeys(entry.conditions, -1), because)
    if not decision.enter:
        notes.append(Message("the plan does not enter: {because}", because=decision.because))
    return decision


def _schedule(plan: Plan, sessions: pd.DatetimeIndex, day: pd.Timestamp) -> Schedule:
    """The calendar of a run on history, with the day as its anchor."""
    dated = plan.model_copy(
        update={
            "anchor": f"{day:%m-%d}",
            "data": plan.data.model_copy(update={"start": None}),
            "vintages": None,
        }
    )
    return schedule(sessions, dated)[0]


def _terms(
    plan: Plan,
    levels: Levels,
    decision: EntryDecision,
    score: float,
    past: Market,
    price: float,
) -> Terms:
    tactical, hedge, costs = plan.tactical, plan.hedge, plan.costs
    short = hedge.short
    cascade = plan.risk.triggers.cascade
    close = past.prices["close"].to_numpy(dtype=float)[-cascade.sessions :]
    # the day itself is the first session of a future
    past_close = np.ascontiguousarray(close[:-1] / close[-1])
    return Terms(
        enter=bool(blocked(-1, levels, decision.enter) < 0),
        levels=Levels(*map(float, levels)),
        rules=leg_rules(tactical),
        size=size_rules(tactical),
        score=score,
        at_close=tactical.entry.fill == "next_close",
        core_weight=plan.core.weight,
        fee=costs.fee_bps / 1e4,
        slippage=costs.slippage_bps / 1e4,
        margin_spread=costs.margin_spread_bps / 1e4,
        dividend=_dividend(plan, past),
        cash_earns=costs.cash == "bills",
        hedged=hedge.instrument != "none" and INSTRUMENTS[hedge.instrument].in_kernels,
        future=short.style == "future",
        rebate_spread=costs.rebate_spread_bps / 1e4,
        borrow=costs.borrow_bps / 1e4,
        financing_spread=short.financing_spread_bps / 1e4,
        roll_cost=short.roll_bps / 1e4,
        cap_net=np.inf if hedge.caps.net is None else hedge.caps.net,
        cap_gross=np.inf if hedge.caps.gross is None else hedge.caps.gross,
        maintenance=short.maintenance if hedge.instrument == "short" else 0.0,
        falls=np.array([rule.fall for rule in hedge.cover], dtype=float),
        shares=np.array([rule.share for rule in hedge.cover], dtype=float),
        band=hedge.band,
        steps=hedge.phase_in.steps,
        every=hedge.phase_in.every,
        when_blind=WHEN_BLIND[hedge.when_blind],
        full=hedge.max_ratio,
        cascade=cascade.active,
        cascade_vix=cascade.vix_level / 100.0,
        cascade_sessions=cascade.sessions,
        past_close=past_close,
    )


def _dividend(plan: Plan, past: Market) -> float:
    """The yield in force on the day, held through every future."""
    costs = plan.costs
    found = dividend_yield(past, costs.dividend_yield, series=costs.dividends == "series")
    return float(found["yield"].iloc[-1])
