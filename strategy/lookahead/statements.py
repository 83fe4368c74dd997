"""What a run says, as frames that can be compared: each row with the day it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from market.container import Market
from market.errors import InputError
from signals import RULES
from strategy.account.account import Account, Leg
from strategy.decide.calendar import schedule
from strategy.decide.rule_parameters import plan_parameters
from strategy.legs.reasons import Phase
from strategy.lookahead.report import EXCLUDED
from strategy.plan import Plan
from strategy.result.ledger import reason_label
from strategy.result.result import Result
from strategy.run.simulation import Simulation

Signal = Callable[[Market], pd.DataFrame]

#: Columns of a vintage's row that are settled at its anchor.
AT_ANCHOR = (
    *("anchor_date", "anchor_close", "zone_low", "zone_high", "extension_low", "extension_high"),
    *("support", "score", "coverage", "entry_score", "not_entered_because"),
)
#: Inputs of the risk components.
COMPONENT_SERIES = {
    "cash": ("fms_cash",),
    "leverage": ("margin_debt_finra", "margin_debt_nyse", "leveraged_etf_assets"),
    "credit": ("hy_oas", "moodys_baa", "moodys_aaa"),
    "concentration": ("top10_weight",),
    "rotation": ("xlp", "xlu", "xlv", "xly", "xlk", "xli"),
}


@dataclass(frozen=True)
class Statement:
    """One subject's rows.

    Attributes
    ----------
    subject : str
    frame : DataFrame
        Index: the session that a row speaks of.
    rule : str
        Id of a signal's rule.
    series : tuple of str
        Its inputs.
    whole : bool
        True: a run on less data need not have a row for each of these, only
        those that it has must agree.
    """

    subject: str
    frame: pd.DataFrame
    rule: str = ""
    series: tuple[str, ...] = ()
    whole: bool = False


def plan_signals(plan: Plan) -> dict[str, Signal]:
    """Every computable rule, with the plan's own numbers."""

    def reading(name: str) -> Signal:
        from signals import evaluate

        parameters = plan_parameters(plan, name)
        return lambda market: evaluate(market, name, **parameters)

    return {name: reading(name) for name, rule in RULES.items() if rule.computable}


def said_by_signals(signals: Mapping[str, Signal], market: Market) -> Iterator[Statement]:
    """The reading of every signal on every session."""
    for name, signal in signals.items():
        known = RULES.get(name)
        yield Statement(
            f"signal {name}",
            signal(market),
            known.id if known else "",
            known.inputs if known else (),
        )


def said_by_run(simulation: Simulation) -> Iterator[Statement]:
    """Components, triggers, score, levels, orders, paths and finished vintages of a run."""
    sessions = simulation.market.sessions
    for name, frame in simulation.components.items():
        yield Statement(f"risk component {name}", frame, "", COMPONENT_SERIES.get(name, ()))
    for name, frame in simulation.triggers.items():
        yield Statement(f"trigger {name}", frame)
    yield Statement("risk score", simulation.risk)
    yield Statement(
        "target hedge ratio", pd.DataFrame({"target": simulation.target}, index=sessions)
    )
    yield Statement("bill rate", simulation.rate)
    result = Result(simulation)
    rows = result.vintages.set_index(pd.DatetimeIndex(result.vintages["anchor_date"]))
    yield Statement("vintage at its anchor", rows[["vintage", *AT_ANCHOR]], whole=True)
    yield Statement(
        "order of a vintage's account",
        orders_of({v.schedule.year: v.account for v in simulation.vintages}, sessions),
    )
    yield Statement("order of the account", orders_of({0: simulation.chained}, sessions))
    yield Statement("daily path", result.daily.drop(columns=list(EXCLUDED)))
    yield Statement("complete vintage", rows[rows["complete"].to_numpy(dtype=bool)], whole=True)


def orders_of(accounts: Mapping[int, Account], sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """Orders by session; `account` is the vintage whose own account it is, 0 for the chained."""
    parts = []
    for year, account in accounts.items():
        orders = account.orders
        parts.append(
            pd.DataFrame(
                {
                    "account": year,
                    "phase": orders["phase"],
                    "leg": orders["leg"],
                    "reason": [reason_label(int(reason)) for reason in orders["reason"]],
                    "vintage": orders["vintage"],
                    "units": orders["units"],
                    "price": orders["price"],
                    "fee": orders["fee"],
                },
                index=pd.DatetimeIndex(sessions[orders["session"]], name="date"),
            )
        )
    return pd.concat(parts) if parts else pd.DataFrame()


def begun(plan: Plan, market: Market) -> Plan | None:
    """The plan with those of its vintages that have begun; None where none has."""
    try:
        found = {
            s.year for s in schedule(market.sessions, plan.model_copy(update={"vintages": None}))
        }
    except InputError:
        return None
    if plan.vintages is None:
        return plan
    named = tuple(year for year in plan.vintages if year in found)
    return plan.model_copy(update={"vintages": named}) if named else None


def up_to(statement: Statement, date: pd.Timestamp) -> Statement:
    """What the statement says about sessions up to `date`."""
    return replace(statement, frame=statement.frame[statement.frame.index <= date])


def needs_figures(name: str) -> bool:
    """Whether a signal of the catalogue cannot say anything without an auxiliary series."""
    groups = RULES[name].inputs if name in RULES else ()
    return any("prices" not in group.split("|") for group in groups)


def fills(frame: pd.DataFrame, date: pd.Timestamp, phase: Phase) -> pd.DataFrame:
    """Orders of one hour of one session."""
    if not len(frame):
        return frame
    return frame[(frame.index == date) & (frame["phase"] == int(phase)).to_numpy()]


def hedge_leg(frame: pd.DataFrame) -> np.ndarray:
    """Which orders are the hedge's."""
    return frame["leg"].to_numpy() >= int(Leg.HEDGE)
