"""A context: the keys that every sleeve shares, as arrays that the kernels read.

Prices, calendar, carry and costs are the same for all variants of a context;
tactical and hedge settings are then rows of numbers.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market.container import Market
from signals.price.resistance import Levels
from strategy.account.legs import overnight_rate
from strategy.account.rules import dividends, unit_interest
from strategy.decide.calendar import Schedule, schedule
from strategy.decide.entry import entry_decisions
from strategy.decide.levels import vintage_levels
from strategy.decide.score import risk_score
from strategy.decide.triggers import lifted, risk_triggers
from strategy.hedge.instruments import legs_of
from strategy.hedge.ratio import WHEN_BLIND, hedge_window, review_sessions
from strategy.hedge.vintage import hedge_setting
from strategy.kernels.compiled import as_python
from strategy.legs.outcome import unresolved
from strategy.legs.prices import Prices, price_arrays, refuse_short_series
from strategy.legs.records import LegRules, SizeRules, leg_rules, size_rules
from strategy.plan import Plan, Risk
from strategy.sweep.engine.hedge_outcomes import HedgeInputs, HedgeSettings, resolve_hedges
from strategy.sweep.engine.outcomes import Hedges, Tactical
from strategy.sweep.engine.tactical_outcomes import (
    TacticalInputs,
    TacticalSettings,
    resolve_tactical,
)
from strategy.sweep.engine.walk import Terms

_REVIEWS = ("daily", "weekly", "monthly")
#: Policies in the order of the windows' rows.
POLICIES = ("sequential", "overlap", "hedge_first")


@dataclass(frozen=True)
class Segments:
    """How the account's sessions fall into parts, one tactical and one hedge part a vintage.

    Every part starts with the session in which the core is brought back to its
    weight (the first one excepted) and ends before the next.

    Attributes
    ----------
    first, last : int64[vintages, 2]
        Sessions of the tactical and of the hedge part; -1 where there is none.
    chained : bool
        Whether parts follow each other so. A hedge window that starts after
        the next anchor, or that a hole in the data leaves open, breaks the
        chain: such plans take the dense walk.
    """

    first: np.ndarray
    last: np.ndarray
    chained: bool


@dataclass
class Context:
    """One market, calendar and cost model.

    Attributes
    ----------
    plan : Plan
        A plan of this context; its tactical, hedge and risk keys do not count.
    market : Market
    terms : Terms
    prices : Prices
        As the fills use them.
    anchors, hedge_first : int64[vintages]
        Sessions; `hedge_first` is that of the plan's window, at which the core
        is brought back to its weight.
    windows : tuple of arrays
        First and last session of the hedge and whether it ends there, per
        policy and vintage.
    first, last : int
        Sessions of the account.
    """

    plan: Plan
    market: Market
    terms: Terms
    prices: Prices
    schedules: list[Schedule]
    anchors: np.ndarray
    hedge_first: np.ndarray
    windows: tuple[np.ndarray, np.ndarray, np.ndarray]
    first: int
    last: int
    segments: Segments
    _lookups: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    @property
    def years(self) -> np.ndarray:
        """Year of each vintage."""
        return np.array([s.year for s in self.schedules])

    @property
    def sessions_counted(self) -> int:
        """Daily returns of the account."""
        return self.last - self.first

    @property
    def path_sessions(self) -> pd.DatetimeIndex:
        """Sessions of the account, the first anchor first."""
        return pd.DatetimeIndex(self.market.sessions[self.first : self.last + 1])

    def tactical(self, plans: Sequence[Plan]) -> Tactical:
        """Resolve one tactical setting per plan."""
        calendar, levels = _Column(self, "calendar"), _Column(self, "levels")
        gates, scores = _Column(self, "gates"), _Column(self, "anchor_scores")
        rows: list[tuple[Any, ...]] = []
        for plan in plans:
            rows.append(
                (
                    calendar.place(plan.tactical.exit_by, plan),
                    levels.place(levels_key(plan), plan),
                    gates.place(_gate_key(plan), plan),
                    scores.place(plan.risk, plan),
                )
            )
        look_ups = np.array(rows, dtype=np.int64).T
        settings = TacticalSettings(*np.ascontiguousarray(look_ups))
        entry, last, timed, complete, idle = (
            np.array([[self._session(s)[k] for s in row] for row in calendar.values])
            for k in range(5)
        )
        stated = np.array(levels.values, dtype=float)
        inputs = TacticalInputs(
            entry,
            last,
            timed,
            complete,
            idle,
            np.array(gates.values),
            np.array(scores.values),
            self.terms.fee,
            self.terms.slippage,
            self.last,
        )
        return resolve_tactical(
            self.prices,
            settings,
            LegRules(*_columns([leg_rules(plan.tactical) for plan in plans])),
            SizeRules(*_columns([size_rules(plan.tactical) for plan in plans])),
            inputs,
            Levels._make(np.ascontiguousarray(stated[:, :, k]) for k in range(stated.shape[2])),
        )

    def hedges(self, plans: Sequence[Plan]) -> Hedges:
        """Resolve one hedge setting per plan."""
        scores = _Column(self, "scores")
        most = max(len(plan.hedge.cover) for plan in plans)
        falls, shares = np.zeros((len(plans), most)), np.zeros((len(plans), most))
        rows: list[tuple[Any, ...]] = []
        for i, plan in enumerate(plans):
            hedge = plan.hedge
            for k, rule in enumerate(hedge.cover):
                falls[i, k], shares[i, k] = rule.fall, rule.share
            rows.append(
                (
                    hedge.instrument != "none",
                    POLICIES.index(hedge.policy),
                    scores.place(plan.risk, plan),
                    _REVIEWS.index(hedge.reevaluate),
                    hedge.max_ratio,
                    hedge.score.from_,
                    hedge.score.to,
                    hedge.band,
                    hedge.phase_in.steps,
                    hedge.phase_in.every,
                    WHEN_BLIND[hedge.when_blind],
                    len(hedge.cover),
                    hedge.short.maintenance,
                )
            )
        columns = list(zip(*rows, strict=True))
        kinds: list[Any] = [np.bool_, *[np.int64] * 3, *[float] * 4, *[np.int64] * 4, float]
        arrays = [np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)]
        fields = [f for f in HedgeSettings._fields if f not in ("falls", "shares")]
        settings = HedgeSettings(
            **dict(zip(fields, arrays, strict=True)), falls=falls, shares=shares
        )
        reviews = np.array([self.look_up("reviews", kind, self.plan) for kind in _REVIEWS])
        complete = np.array([s.complete for s in self.schedules])
        inputs = HedgeInputs(
            self.prices.close,
            np.array(scores.values),
            np.array([self.look_up("lifted", key, self.plan) for key in scores.at]),
            reviews,
            *self.windows,
            complete,
            self.plan.tactical.entry.fill == "next_close",
        )
        return resolve_hedges(inputs, settings)

    def _session(self, s: Schedule) -> tuple[int, int, bool, bool, int]:
        """entry, last, timed, complete of a schedule, and why it is not resolved at all."""
        idle = unresolved(s, self.plan.tactical.entry.fill, len(self.market.sessions))
        return s.entry, s.last, s.timed, s.complete, -1 if idle is None else int(idle)

    def look_up(self, kind: str, key: Hashable, plan: Plan) -> Any:
        """A derived input by its key, computed once a context."""
        known = self._lookups.setdefault(kind, {})
        if key not in known:
            known[key] = getattr(self, f"_make_{kind}")(key, plan)
        return known[key]

    def _make_calendar(self, _: Hashable, plan: Plan) -> list[Schedule]:
        return schedule(self.market.sessions, plan)

    def _make_levels(self, _: Hashable, plan: Plan) -> list[Any]:
        sessions = self.market.sessions
        return [
            vintage_levels(self.market, plan.tactical.levels, sessions[s.anchor])
            for s in self.schedules
        ]

    def _make_gates(self, _: Hashable, plan: Plan) -> list[bool]:
        decisions = entry_decisions(
            self.market, plan.tactical.entry, [s.anchor for s in self.schedules], plan
        )
        return [d.enter for d in decisions]

    def _make_scores(self, key: Hashable, _: Plan) -> np.ndarray:
        assert isinstance(key, Risk)
        score: np.ndarray = risk_score(self.market, key)["score"].to_numpy(dtype=float)
        return score

    def _make_lifted(self, key: Hashable, _: Plan) -> np.ndarray:
        assert isinstance(key, Risk)
        triggers = risk_triggers(self.market, key)
        return lifted({name: t["state"].to_numpy() for name, t in triggers.items()}, key)

    def _make_anchor_scores(self, key: Hashable, plan: Plan) -> np.ndarray:
        scores: np.ndarray = self.look_up("scores", key, plan)[self.anchors]
        return scores

    def _make_reviews(self, key: Hashable, _: Plan) -> np.ndarray:
        return review_sessions(self.market.sessions, str(key))


def _columns(records: Sequence[tuple[Any, ...]]) -> list[np.ndarray]:
    """One array a field of records of numbers and truths."""
    return [np.array(column) for column in zip(*records, strict=True)]


class _Column:
    """Distinct values of one derived input, numbered in the order they are met."""

    def __init__(self, context: Context, kind: str) -> None:
        self.context = context
        self.kind = kind
        self.values: list[Any] = []
        self.at: dict[Hashable, int] = {}

    def place(self, key: Hashable, plan: Plan) -> int:
        """Number of the value that `key` stands for."""
        if key not in self.at:
            self.at[key] = len(self.values)
            self.values.append(self.context.look_up(self.kind, key, plan))
        return self.at[key]


def levels_key(plan: Plan) -> Hashable:
    """What the levels of a plan depend on: structural ones come from the prices alone."""
    levels = plan.tactical.levels
    return levels.mode if levels.mode == "structural" else levels


def _gate_key(plan: Plan) -> str:
    """What the entry conditions of a plan depend on; they may read its levels, dates and score."""
    entry = plan.tactical.entry
    if not entry.conditions:
        return ""
    parts = (entry, plan.tactical, plan.hedge.score, plan.hedge.window, plan.risk)
    return json.dumps([p.model_dump(mode="json", by_alias=True) for p in parts], sort_keys=True)


def make_context(plan: Plan, market: Market) -> Context:
    """Everything of `plan` and `market` that all variants of a context share.

    Raises
    ------
    InputError
        As a single run would.
    """
    sessions = market.sessions
    refuse_short_series(market)
    prices = price_arrays(market, plan.tactical.entry.fill)
    schedules = schedule(sessions, plan)
    # the carry of a short does not depend on how much is sold
    short = plan.model_copy(update={"hedge": plan.hedge.model_copy(update={"instrument": "short"})})
    setting, _, _ = hedge_setting(short, market, prices.open_, prices.close)
    costs = plan.costs
    lent, owed = unit_interest(
        overnight_rate(setting.rate),
        costs.margin_spread_bps / 1e4,
        setting.days,
        costs.cash == "bills",
    )
    terms = Terms(
        prices.open_,
        prices.close,
        # the rule of one session, on all of them at once: its source works on arrays
        as_python(dividends)(overnight_rate(setting.dividend), setting.days),
        lent,
        owed,
        np.ascontiguousarray(legs_of(setting).carry),
        costs.fee_bps / 1e4,
        costs.slippage_bps / 1e4,
        plan.core.weight,
    )
    first, last = schedules[0].anchor, len(sessions) - 1
    if plan.vintages is not None and schedules[-1].ended:
        last = schedules[-1].window_last
    hedge_first = np.array([s.hedge_first for s in schedules], dtype=np.int64)
    anchors = np.array([s.anchor for s in schedules], dtype=np.int64)
    found = [
        [
            hedge_window(sessions, s, plan.hedge.model_copy(update={"policy": p}), plan.anchor)
            for s in schedules
        ]
        for p in POLICIES
    ]
    windows = (
        np.array([[w.first for w in row] for row in found], dtype=np.int64),
        np.array([[w.last for w in row] for row in found], dtype=np.int64),
        np.array([[w.timed for w in row] for row in found], dtype=np.bool_),
    )
    return Context(
        plan,
        market,
        terms,
        prices,
        schedules,
        anchors,
        hedge_first,
        windows,
        first,
        last,
        _segments(anchors, hedge_first, last, bool(windows[2][:2, :-1].all())),
    )


def _segments(anchors: np.ndarray, hedge_first: np.ndarray, last: int, closed: bool) -> Segments:
    n = len(anchors)
    first = np.full((n, 2), -1, dtype=np.int64)
    end = np.full((n, 2), -1, dtype=np.int64)
    chained = closed
    for v in range(n):
        stop = int(anchors[v + 1]) if v + 1 < n else last
        if anchors[v] < stop:
            first[v, 0], end[v, 0] = anchors[v] + 1, stop
        if hedge_first[v] > 0 and hedge_first[v] <= last:
            if hedge_first[v] > stop:
                chained = False
                continue
            first[v, 1], end[v, 1] = hedge_first[v], stop
            end[v, 0] = hedge_first[v] - 1
            if end[v, 0] < first[v, 0]:
                first[v, 0] = end[v, 0] = -1
    return Segments(first, end, chained)
