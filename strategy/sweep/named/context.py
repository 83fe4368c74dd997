"""What all variants of a plan of named legs share: markets, calendar, carry, the core's orders."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from market.year import DAYS_OF_CREDIT, DAYS_OF_YIELD
from strategy.account.legs import days_between
from strategy.decide.leg_calendar import Anchor, window_of
from strategy.legplan.account import core_orders
from strategy.legplan.markets import LONGEST_CARRY_DAYS, Markets, OneCalendar
from strategy.legplan.positions import LegGround, leg_ground, leg_levels, setting_of
from strategy.legplan.simulation import first_session, plan_anchors, used_calendar
from strategy.legs.prices import Prices
from strategy.legs.terms import States
from strategy.plan.leg import Leg
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.named.fills import LegFills, OnLevels, Windows, leg_fills
from strategy.sweep.named.loop import Sessions

NAN = float("nan")


@dataclass
class LegsContext:
    """One set of markets, calendar, core and costs.

    Attributes
    ----------
    plan : LegsPlan
        A plan of this context; the settings of its legs do not count.
    markets : Markets
    calendar : OneCalendar
    anchors : list of Anchor
    anchor_at : int64[v]
        Their sessions of the calendar.
    first, last : int
        Sessions of the account.
    sessions : Sessions
    core : list
        The core's orders, as rows of `strategy.legplan.account`.
    """

    plan: LegsPlan
    markets: Markets
    calendar: OneCalendar
    anchors: list[Anchor]
    anchor_at: np.ndarray
    first: int
    last: int
    sessions: Sessions
    core: list[tuple[Any, ...]]
    _known: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def fee(self) -> float:
        """Fraction of a trade."""
        return self.plan.costs.fee_bps / 1e4

    @property
    def slippage(self) -> float:
        """Fraction of a market order's price."""
        return self.plan.costs.slippage_bps / 1e4

    @property
    def sessions_counted(self) -> int:
        """Daily returns of the account."""
        return self.last - self.first

    @property
    def path_sessions(self) -> pd.DatetimeIndex:
        """Sessions of the account, the first anchor first."""
        return pd.DatetimeIndex(self.calendar.sessions[self.first : self.last + 1])

    def place(self, name: str) -> np.ndarray:
        """Sessions of a leg's market on the calendar."""
        days = self.markets.by_name[self._market(name)].sessions
        found: np.ndarray = self._of(("place", name), lambda: self.calendar.at(days))
        return found

    def fills(self, name: str, leg: Leg) -> LegFills:
        """All vintages of a setting of the leg `name`.

        Raises
        ------
        InputError
            As a single run would, where a rule or its levels do not fit.
        """
        ground = self._ground(name, leg)
        entry, exits = leg.entry.when, leg.exits.when
        names = list(leg.levels.names)

        def at(when: dict[str, Any], key: str) -> int:
            return names.index(when[key]) if isinstance(when.get(key), str) else -1

        on = OnLevels(
            *(at(when, key) for when in (entry, exits) for key in ("close_above", "close_below"))
        )
        budget = leg.size.risk_budget
        found: LegFills = leg_fills(
            ground.prices,
            States(ground.enter, ground.leave, ground.true_range),
            on,
            setting_of(leg),
            self._levels(name, leg),
            self._windows(name, leg),
            leg.entry.every,
            float(leg.size.weight),
            NAN if budget is None else float(budget),
            self.fee,
            self.slippage,
        )
        return found

    def _of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _market(self, name: str) -> str:
        return self.plan.market_of(self.plan.legs[name])

    def _prices(self, market: str) -> Prices:
        found: Prices = self._of(("prices", market), lambda: self.markets.prices(market))
        return found

    def _ground(self, name: str, leg: Leg) -> LegGround:
        market = self._market(name)
        stop = leg.exits.stop
        key = json.dumps(
            [name, leg.entry.when, leg.exits.when, getattr(stop, "sessions", None)], sort_keys=True
        )

        def make() -> LegGround:
            return leg_ground(name, leg, market, self.markets.by_name[market], self._prices(market))

        found: LegGround = self._of(("ground", key), make)
        return found

    def _windows(self, name: str, leg: Leg) -> Windows:
        key = (name, leg.entry.from_, repr(leg.entry.until), repr(leg.exits.by))

        def make() -> Windows:
            days = self.markets.by_name[self._market(name)].sessions
            found = [window_of(days, a.day, leg.entry, leg.exits.by) for a in self.anchors]
            sizes = [0, *(len(w.last) for w in found)]
            return Windows(
                np.array([w.first for w in found]),
                np.array([w.until for w in found]),
                np.cumsum(sizes)[:-1].astype(np.int64),
                np.concatenate([w.last for w in found]).astype(np.int64),
                np.concatenate([w.timed for w in found]).astype(np.bool_),
                np.array([w.complete for w in found]),
            )

        made: Windows = self._of(("windows", key), make)
        return made

    def _levels(self, name: str, leg: Leg) -> np.ndarray:
        key = (name, leg.levels.model_dump_json())

        def make() -> np.ndarray:
            market = self.markets.by_name[self._market(name)]
            out = np.full((len(self.anchors), len(leg.levels.names)), NAN)
            if not leg.levels.names:
                return out
            for v, anchor in enumerate(self.anchors):
                at = int(market.sessions.searchsorted(anchor.day, side="right")) - 1
                if at >= 0:
                    out[v] = list(leg_levels(market, name, leg, at).values())
            return out

        found: np.ndarray = self._of(("levels", key), make)
        return found


def make_legs_context(plan: LegsPlan, markets: Markets) -> LegsContext:
    """Everything of `plan` and `markets` that all variants of a context share.

    Raises
    ------
    InputError
        As a single run would.
    """
    found = plan_anchors(plan, markets)
    calendar = used_calendar(plan, markets)
    first, last = first_session(calendar, found), len(calendar.sessions) - 1
    costs = plan.costs
    days = days_between(calendar.sessions.to_numpy()).astype(float)
    night = np.concatenate([[0], np.arange(len(days) - 1)])
    rate = calendar.rate[night]
    year, credit = days / DAYS_OF_YIELD, days / DAYS_OF_CREDIT
    rebate = np.maximum(rate - costs.rebate_spread_bps / 1e4, 0.0)
    sessions = Sessions(
        np.ascontiguousarray(np.nan_to_num(calendar.close, nan=0.0)),
        np.ascontiguousarray(np.nan_to_num(calendar.dividend, nan=0.0)[night] * year[:, None]),
        rate * year if costs.cash == "bills" else np.zeros(len(days)),
        (rate + costs.margin_spread_bps / 1e4) * credit,
        rebate * year - costs.borrow_bps / 1e4 * credit,
        np.ascontiguousarray(calendar.age > LONGEST_CARRY_DAYS),
    )
    _, core = core_orders(plan, calendar, first)
    anchor_at = calendar.sessions.searchsorted(pd.DatetimeIndex([a.day for a in found]))
    return LegsContext(
        plan, markets, calendar, found, np.asarray(anchor_at, dtype=np.int64), first, last,
        sessions, core,
    )  # fmt: skip
