"""What a user is shown of a hedge: costs and savings, what it needs, and when it was wrong.

Every table is data; nothing is drawn here. Profits are shares of the equity at
the vintage's anchor, falls and drawdowns are fractions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from market.serialise import plain
from strategy.account.account import Account
from strategy.decide.score import score_inputs
from strategy.hedge.cost_lines import COST_LINES
from strategy.hedge.vintage import HEDGE_STATUS, unavailable_reason
from strategy.plan import Plan
from strategy.plan.base import PRECEDENTS
from strategy.plan.instruments import INSTRUMENTS
from strategy.result.hedge.along_a_path import Outlook, along_shapes, convexity, own_name
from strategy.result.hedge.beside_less import beside_less
from strategy.result.hedge.inputs import rests_on
from strategy.result.hedge.leave_one_out import leave_one_out
from strategy.result.hedge.needs import FALL, break_even_table, last_outlook
from strategy.result.hedge.readings import readings
from strategy.result.metrics import bill_returns, hedge_metrics, hedged_vintages, performance
from strategy.result.tables import padded, vintage_table
from strategy.run.simulation import Simulation

VINTAGE_COLUMNS = (
    *("vintage", "hedge_status", "hedge_priced_by", "score", "highest_score", "coverage"),
    *("hedge_mean_ratio", "hedge_max_ratio", "hedge_contracts", "hedge_gain", "hedge_cost"),
    *(f"hedge_{name}" for name in COST_LINES),
    *("hedge_return", "total_return", "unhedged_return", "derisk_return", "derisk_path_return"),
    *("max_drawdown", "unhedged_max_drawdown", "derisk_max_drawdown"),
    *("worst_month", "unhedged_worst_month", "derisk_worst_month"),
    *("drawdown_saved", "cost_per_drawdown_point", "mean_exposure", "derisk_weight"),
    *("derisk_capped", "hedge_limited_sessions", "window_return", "window_max_drawdown"),
    *("exhausted", "complete"),
)


@dataclass(frozen=True)
class HedgeReport:
    """The hedge of a run, ready to be shown.

    Attributes
    ----------
    summary : dict
        `strategy.result.metrics.hedge_metrics`, the chained account with, without and
        with less core instead (``chained``), status counts with their meaning.
    vintages : DataFrame
        One row a vintage: ratio, score, gain, cost lines, drawdown and worst
        month with, without and with less core.
    paths : DataFrame
        One row a session of each hedge window: score, coverage, target ratio,
        ratio held, exposure, equity with and without.
    break_even : DataFrame
        One row a vintage, as known at the close before its window: the fall
        that pays the carry, its probability as options imply it and its base
        rate among all years and among those known by then, with n and exact
        interval; the share of years with a fall of 20 % at which the hedge
        pays, and that fall's base rate.
    convexity : DataFrame
        Profit of each instrument by the index's move over the window.
    shapes : DataFrame
        The same along a straight, a sawtooth and a crash path.
    beside_less : DataFrame
        Convexity, reliability in falls, carry outside them, persistence and cost
        per point of drawdown saved, of the hedge and of holding less.
    leave_one_out : DataFrame
        The hedge with each component of the score, or trigger, removed.
    readings : DataFrame
        The hedge by other readings of the score.
    analogs, false_alarms, missed : DataFrame
        Vintages of `PRECEDENTS`; those that asked for a hedge when nothing fell;
        those that fell and asked for none.
    score_inputs : DataFrame
        What each component of the score reads (`strategy.decide.score.score_inputs`).
    limits : DataFrame
        Sessions of the chained account on which a limit on exposure acted.
    tracking : dict or None
        The model against a loaded fund.
    assumptions : dict
        What the plan assumes about the instrument.
    """

    summary: dict[str, Any]
    vintages: pd.DataFrame
    paths: pd.DataFrame
    break_even: pd.DataFrame
    convexity: pd.DataFrame
    shapes: pd.DataFrame
    beside_less: pd.DataFrame
    leave_one_out: pd.DataFrame
    readings: pd.DataFrame
    analogs: pd.DataFrame
    false_alarms: pd.DataFrame
    missed: pd.DataFrame
    score_inputs: pd.DataFrame
    limits: pd.DataFrame
    tracking: dict[str, Any] | None
    assumptions: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {k: v for k, v in vars(self).items() if isinstance(v, pd.DataFrame)}

    def as_dict(self, *, paths: bool = False) -> dict[str, Any]:
        """Everything as plain values, ready for JSON; `paths` is long and left out by default."""
        out: dict[str, Any] = {
            "summary": self.summary,
            "tracking": self.tracking,
            "assumptions": self.assumptions,
        }
        for name, table in self.tables().items():
            if name == "convexity":
                out[name] = table.reset_index().to_dict("records")
            elif name != "paths" or paths:
                out[name] = table.to_dict("records")
        clean: dict[str, Any] = plain(out)
        return clean


def hedge_report(simulation: Simulation, found: pd.DataFrame | None = None) -> HedgeReport:
    """Everything a user is shown of the run's hedge; takes about a second.

    Parameters
    ----------
    simulation : Simulation
    found : DataFrame, optional
        Its `strategy.result.hedge.readings.readings`, made where not given.
    """
    vintages = vintage_table(simulation)
    cases = _cases(vintages)
    fund = simulation.setting.fund
    as_of = last_outlook(simulation)
    moves, shapes = convexity(simulation.plan, as_of), along_shapes(simulation.plan, as_of)
    own = _own(simulation.plan)
    return HedgeReport(
        summary=_summary(simulation, vintages, as_of),
        vintages=vintages[list(VINTAGE_COLUMNS)],
        paths=hedge_paths(simulation),
        break_even=break_even_table(simulation),
        convexity=moves,
        shapes=shapes,
        beside_less=beside_less(hedged_vintages(vintages), moves, shapes, own),
        leave_one_out=leave_one_out(simulation),
        readings=readings(simulation) if found is None else found,
        analogs=cases[cases["vintage"].isin(PRECEDENTS)].reset_index(drop=True),
        false_alarms=cases[cases["alarm"] & ~cases["fell"]].reset_index(drop=True),
        missed=cases[~cases["alarm"] & cases["fell"]].reset_index(drop=True),
        score_inputs=score_inputs(simulation.market, simulation.components, simulation.plan.risk),
        limits=_limits(simulation),
        tracking=asdict(fund.tracking) if fund else None,
        assumptions=_assumptions(simulation.plan),
    )


def _summary(simulation: Simulation, vintages: pd.DataFrame, as_of: Outlook) -> dict[str, Any]:
    out = hedge_metrics(vintages)
    out["inputs"] = rests_on(simulation, vintages)
    out["instrument"] = simulation.plan.hedge.instrument
    out["status_meanings"] = {name: HEDGE_STATUS[name] for name in out["statuses"]}
    if out["n_unavailable"]:
        out["unavailable_because"] = unavailable_reason(simulation.plan.hedge.instrument)
    accounts = {
        "with": simulation.chained,
        "without": simulation.unhedged,
        "derisk": simulation.derisk,
    }
    out["chained"] = {name: _path(simulation, a) for name, a in accounts.items()}
    chained = simulation.chained
    out["limited_sessions"] = int((chained.limit != 0).sum())
    out["exhausted"] = chained.exhausted
    # the year's length is the market's, not of this day
    out["convexity_as_of"] = {k: v for k, v in asdict(as_of).items() if k != "year"}
    return out


def _path(simulation: Simulation, account: Account) -> dict[str, Any]:
    span = slice(account.first, account.last + 1)
    sessions = pd.DatetimeIndex(simulation.market.sessions[span])
    rate = simulation.rate["rate"].to_numpy(dtype=float)[span]
    return performance(account.equity, sessions, bill_returns(rate, sessions))


def hedge_paths(simulation: Simulation) -> pd.DataFrame:
    """Score, ratio and equity through each hedge window; empty without one."""
    frames = []
    risk = simulation.risk
    for v in simulation.vintages:
        window, account = v.hedge.window, v.account
        if not len(v.hedge_held):
            continue
        last = min(window.last, account.last)
        days = np.arange(window.first, last + 1)
        decided = days - 1  # what was known when the session's order was decided
        at, n = days - account.first, len(account.equity)
        frames.append(
            pd.DataFrame(
                {
                    "vintage": v.schedule.year,
                    "date": simulation.market.sessions[days],
                    "score": risk["score"].to_numpy()[decided],
                    "coverage": risk["coverage"].to_numpy()[decided],
                    "target": simulation.target[decided],
                    "held": v.hedge_held[: len(days)],
                    "exposure": account.exposure[at, 2],
                    "equity": account.equity[at],
                    # a path that lost everything sooner ends sooner
                    "equity_unhedged": padded(v.hedge.unhedged.equity, n)[at],
                    "equity_derisk": padded(v.hedge.derisk.account.equity, n)[at],
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _cases(vintages: pd.DataFrame) -> pd.DataFrame:
    """Complete vintages: whether a hedge was held, and whether the index fell in its window."""
    columns = (
        *("vintage", "score", "highest_score", "coverage", "hedge_status", "hedge_max_ratio"),
        *("hedge_return", "derisk_gain", "window_return", "window_max_drawdown"),
    )
    cases = vintages.loc[vintages["complete"], list(columns)].copy()
    cases["alarm"] = cases["hedge_max_ratio"].fillna(0.0) > 0.0
    cases["fell"] = cases["window_max_drawdown"] <= -FALL
    return cases


def _limits(simulation: Simulation) -> pd.DataFrame:
    account = simulation.chained
    at = np.flatnonzero(account.limit)
    words = np.array(["", "gross", "net", "beyond the hedge"])
    return pd.DataFrame(
        {
            "date": simulation.market.sessions[at + account.first],
            "limit": words[account.limit[at]],
            "factor": account.limit_factor[at],
        }
    )


def _assumptions(plan: Plan) -> dict[str, Any]:
    hedge = plan.hedge
    out: dict[str, Any] = {"policy": hedge.policy, "max_ratio": hedge.max_ratio}
    if hedge.instrument != "none":
        out |= getattr(hedge, INSTRUMENTS[hedge.instrument].block).model_dump()
    out["instrument"] = _own(plan)
    out |= plan.costs.model_dump()
    return out


def _own(plan: Plan) -> str:
    """What the tables of instruments call the plan's own; ``none`` is in none of them."""
    return own_name(plan.hedge) if plan.hedge.instrument != "none" else "none"


def with_instrument(plan: Plan, instrument: str) -> Plan:
    """The plan with another instrument."""
    return Plan.model_validate(
        plan.model_dump(by_alias=True)
        | {"hedge": plan.hedge.model_dump(by_alias=True) | {"instrument": instrument}}
    )
