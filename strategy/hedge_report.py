"""What a user is shown of a hedge: costs and savings, what it needs, and when it was wrong.

Every table is data; nothing is drawn here. Profits are shares of the equity at
the vintage's anchor, falls and drawdowns are fractions.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from strategy.hedge import review_sessions, target_ratio
from strategy.hedge_lines import COST_LINES
from strategy.hedge_scenario import (
    Outlook,
    break_even_fall,
    convexity,
    implied_probability,
    needed_probability,
    own_name,
)
from strategy.hedging import HEDGE_STATUS, protect, unavailable_reason, with_triggers
from strategy.instruments import NEEDS_VIX
from strategy.metrics import YEAR, hedge_metrics, hit_interval, max_drawdown, performance
from strategy.plan import Plan
from strategy.risk import combine
from strategy.simulation import Simulation, Vintage
from strategy.tables import vintage_table
from strategy.vintages import day_of, last_on_or_before, passed

#: Years that the market article compares its own with (it names their peaks).
ANALOGS = (1999, 2000, 2007, 2021)
#: A fall that counts as one: the correction the article expects.
FALL = 0.20

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
        `strategy.metrics.hedge_metrics`, the chained account with, without and
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
    leave_one_out : DataFrame
        The hedge with each component of the score, or trigger, removed.
    analogs, false_alarms, missed : DataFrame
        Vintages of `ANALOGS`; those that asked for a hedge when nothing fell;
        those that fell and asked for none.
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
    leave_one_out: pd.DataFrame
    analogs: pd.DataFrame
    false_alarms: pd.DataFrame
    missed: pd.DataFrame
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
        plain = _plain(out)
        assert isinstance(plain, dict)
        return plain


def hedge_report(simulation: Simulation) -> HedgeReport:
    """Everything a user is shown of the run's hedge; takes about a second."""
    vintages = vintage_table(simulation)
    cases = _cases(vintages)
    fund = simulation.setting.fund
    as_of = _last_outlook(simulation)
    return HedgeReport(
        summary=_summary(simulation, vintages, as_of),
        vintages=vintages[list(VINTAGE_COLUMNS)],
        paths=hedge_paths(simulation),
        break_even=break_even_table(simulation),
        convexity=convexity(simulation.plan, as_of),
        leave_one_out=leave_one_out(simulation),
        analogs=cases[cases["vintage"].isin(ANALOGS)].reset_index(drop=True),
        false_alarms=cases[cases["alarm"] & ~cases["fell"]].reset_index(drop=True),
        missed=cases[~cases["alarm"] & cases["fell"]].reset_index(drop=True),
        limits=_limits(simulation),
        tracking=asdict(fund.tracking) if fund else None,
        assumptions=_assumptions(simulation.plan),
    )


def _summary(
    simulation: Simulation, vintages: pd.DataFrame, as_of: Outlook
) -> dict[str, Any]:
    sessions = simulation.market.sessions
    out = hedge_metrics(vintages)
    out["instrument"] = simulation.plan.hedge.instrument
    out["status_meanings"] = {name: HEDGE_STATUS[name] for name in out["statuses"]}
    if out["n_unavailable"]:
        out["unavailable_because"] = unavailable_reason(simulation.plan.hedge.instrument)
    accounts = {
        "with": simulation.chained,
        "without": simulation.unhedged,
        "derisk": simulation.derisk,
    }
    out["chained"] = {
        name: performance(a.equity, pd.DatetimeIndex(sessions[a.first : a.last + 1]))
        for name, a in accounts.items()
    }
    chained = simulation.chained
    out["limited_sessions"] = int((chained.limit != 0).sum())
    out["exhausted"] = chained.exhausted
    out["convexity_as_of"] = asdict(as_of)
    return out


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
        at = days - account.first
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
                    "equity_unhedged": v.hedge.unhedged.equity[at],
                    "equity_derisk": v.hedge.derisk.account.equity[at],
                }
            )
        )
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def outlook_of(simulation: Simulation, v: Vintage) -> Outlook:
    """What was known at the close before a vintage's hedge window.

    The length is the calendar's, not the data's: a window that the data cut
    short still has all its sessions ahead.
    """
    setting = simulation.setting
    window = v.hedge.window
    t = window.first - 1 if window.first > 0 else len(setting.close) - 1
    start = setting.sessions[t]
    end = day_of(v.schedule.year + 1, simulation.plan.hedge.window.end)
    length = window.last - window.first + 1
    if not window.timed:
        length = max(int(round((end - start).days * YEAR / 365.25)), 1)
    past = setting.close[max(t - YEAR, 0) : t + 1]
    swing = float(np.diff(np.log(past)).std() * np.sqrt(YEAR)) if len(past) > 2 else 0.0
    return Outlook(start, length, float(setting.rate[t]), float(setting.vix[t]), swing)


def _last_outlook(simulation: Simulation) -> Outlook:
    """The latest vintage's, or for options the latest with a VIX."""
    outlooks = [outlook_of(simulation, v) for v in simulation.vintages]
    known = [o for o in outlooks if not np.isnan(o.vix)]
    return known[-1] if known else outlooks[-1]


def window_returns(simulation: Simulation) -> pd.Series:
    """Index return over the hedge window of every calendar year that the data hold whole."""
    sessions, close = simulation.market.sessions, simulation.close
    window = simulation.plan.hedge.window
    out: dict[int, float] = {}
    for year in range(sessions[0].year, sessions[-1].year + 1):
        start, end = day_of(year, window.start), day_of(year, window.end)
        before = last_on_or_before(sessions, start - pd.Timedelta(days=1))
        last = last_on_or_before(sessions, end)
        if before >= 0 and last > before and passed(sessions, end):
            out[year] = float(close[last] / close[before] - 1.0)
    return pd.Series(out, name="window_return", dtype=float)


def base_rate(returns: np.ndarray, fall: float) -> dict[str, float]:
    """Share of years that fell by at least `fall`, with n and exact 95 % interval."""
    if np.isnan(fall) or not len(returns):
        return {"rate": np.nan, "n": len(returns), "low": np.nan, "high": np.nan}
    hits = int((returns <= -fall).sum())
    low, high = hit_interval(hits, len(returns))
    return {"rate": hits / len(returns), "n": len(returns), "low": low, "high": high}


def break_even_table(simulation: Simulation) -> pd.DataFrame:
    """What each vintage's hedge needed to pay, as known before its window; a full hedge."""
    plan, years = simulation.plan, window_returns(simulation)
    rates = simulation.rate["rate"].to_numpy(dtype=float)
    rows = []
    for v in simulation.vintages:
        outlook = outlook_of(simulation, v)
        fall = break_even_fall(plan, outlook)
        known = years[years.index <= v.schedule.year - 1].to_numpy()
        every, then = base_rate(years.to_numpy(), fall), base_rate(known, fall)
        fallen = base_rate(years.to_numpy(), FALL)
        rows.append(
            {
                "vintage": v.schedule.year,
                "date": outlook.start,
                # where no bill rate is known, costs count it as zero
                "rate": rates[simulation.market.sessions.get_loc(outlook.start)],
                "vix": outlook.vix,
                "break_even_fall": fall,
                "implied_probability": implied_probability(plan, outlook, fall),
                **{f"base_{name}": value for name, value in every.items()},
                **{f"known_{name}": value for name, value in then.items()},
                "needed_probability_20": (
                    np.nan
                    if plan.hedge.instrument == "none"
                    else needed_probability(plan, outlook, FALL)
                ),
                "base_rate_20": fallen["rate"],
                "base_low_20": fallen["low"],
                "base_high_20": fallen["high"],
                "window_return": index_return(simulation, v),
            }
        )
    return pd.DataFrame(rows)


def index_return(simulation: Simulation, v: Vintage) -> float:
    """Index return over the vintage's window so far; NaN before it begins."""
    window, close = v.hedge.window, simulation.close
    if window.first < 1:
        return float("nan")
    return float(close[window.last] / close[window.first - 1] - 1.0)


def leave_one_out(simulation: Simulation) -> pd.DataFrame:
    """The hedge of every complete vintage, with all, and with each part of its decision removed.

    The tactical leg is left as it is, although its size reads the score too.

    Returns
    -------
    DataFrame
        ``removed`` (``nothing`` first), ``weight``, ``mean_coverage``,
        ``n_hedged``, ``mean_ratio``, ``sum_return``, ``mean_return`` (over
        hedged vintages), ``worst``, ``mean_drawdown_saved``,
        ``change_of_sum`` against nothing removed.
    """
    plan = simulation.plan
    rows = [_row(simulation, "nothing", np.nan, simulation.risk, simulation.triggers)]
    for name, component in plan.risk.components().items():
        rest = {k: f for k, f in simulation.components.items() if k != name}
        if not sum(plan.risk.components()[k].weight for k in rest):
            continue  # nothing left to decide by
        rows.append(
            _row(simulation, name, component.weight, combine(rest, plan.risk), simulation.triggers)
        )
    active = {name: getattr(plan.risk.triggers, name).active for name in simulation.triggers}
    for name in simulation.triggers:
        if active[name]:
            rest = {k: f for k, f in simulation.triggers.items() if k != name}
            rows.append(_row(simulation, f"trigger {name}", np.nan, simulation.risk, rest))
    table = pd.DataFrame(rows)
    table["change_of_sum"] = table["sum_return"] - table["sum_return"].iloc[0]
    return table


def _row(
    simulation: Simulation,
    removed: str,
    weight: float,
    risk: pd.DataFrame,
    triggers: dict[str, pd.DataFrame],
) -> dict[str, Any]:
    plan, setting = simulation.plan, simulation.setting
    base = target_ratio(risk["score"].to_numpy(), plan.hedge)
    review = review_sessions(setting.sessions, plan.hedge.reevaluate)
    target, review = with_triggers(base, review, triggers, plan) if triggers else (base, review)
    legs = setting.make_legs()
    returns, ratios, saved = [], [], []
    for v in simulation.vintages:
        if not v.schedule.complete or v.hedge.status == "unavailable":
            continue
        run = protect(
            plan,
            setting,
            legs,
            v.tactical,
            v.hedge.window,
            target,
            review,
            v.schedule.anchor,
            v.schedule.hedge_last,
            compared=False,
        )
        if run.fate.held.any():
            returns.append(float(run.account.pnl[-1, 2]))
            ratios.append(float(run.fate.held.mean()))
            saved.append(max_drawdown(run.account.equity) - max_drawdown(run.unhedged.equity))
    held = np.array(returns)
    return {
        "removed": removed,
        "weight": weight,
        "mean_coverage": float(risk["coverage"].mean()),
        "n_hedged": len(held),
        "mean_ratio": float(np.mean(ratios)) if ratios else np.nan,
        "sum_return": float(held.sum()),
        "mean_return": float(held.mean()) if len(held) else np.nan,
        "worst": float(held.min()) if len(held) else np.nan,
        "mean_drawdown_saved": float(np.mean(saved)) if saved else np.nan,
    }


def _cases(vintages: pd.DataFrame) -> pd.DataFrame:
    """Complete vintages: was a hedge asked for, and did the index fall in its window?"""
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
    if hedge.instrument in NEEDS_VIX:
        out |= hedge.options.model_dump()
    elif hedge.instrument == "inverse_etf":
        out |= hedge.inverse_etf.model_dump()
    elif hedge.instrument == "short":
        out |= hedge.short.model_dump()
    out["instrument"] = own_name(hedge) if hedge.instrument != "none" else "none"
    out |= plan.costs.model_dump()
    return out


def _plain(value: Any) -> Any:
    """Plain Python values: dates ISO, missing figures None."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, pd.Timestamp):
        return None if value is pd.NaT else f"{value:%Y-%m-%d}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def with_instrument(plan: Plan, instrument: str) -> Plan:
    """The plan with another instrument."""
    return Plan.model_validate(
        plan.model_dump(by_alias=True)
        | {"hedge": plan.hedge.model_dump(by_alias=True) | {"instrument": instrument}}
    )


__all__ = [
    *("ANALOGS", "FALL", "HedgeReport", "base_rate", "break_even_table", "hedge_paths"),
    *("hedge_report", "leave_one_out", "outlook_of", "window_returns", "with_instrument"),
]
