"""Every figure that a page of a plan of legs shows, nested by subject."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from strategy.legplan.simulation import LegsSimulation, round_trip
from strategy.result.metrics import performance, sample_statistics


def figures(
    simulation: LegsSimulation, vintages: pd.DataFrame, daily: pd.DataFrame
) -> dict[str, Any]:
    """Figures of every leg, of the whole account and of the core alone.

    Returns
    -------
    dict
        ``legs`` by name: statistics of ``leg_return`` over complete vintages,
        ``exit_reasons``, ``n_no_trade``, ``same_days`` (the same entries held
        without rules), ``against_same_days`` (the leg less that), ``any_days``
        (as many sessions from every start in the data); ``total``,
        ``core_alone`` and ``in_excess`` (of bills); ``data``.
    """
    dates = pd.DatetimeIndex(daily.index)
    total = performance(daily["total_equity"].to_numpy(dtype=float), dates)
    core = performance(daily["core_alone_equity"].to_numpy(dtype=float), dates)
    return {
        "legs": {
            name: leg_figures(simulation, vintages[vintages["leg"] == name], name)
            for name in simulation.plan.legs
        },
        "total": total,
        "core_alone": core,
        "bills": _bills(simulation, daily),
        "contribution": {
            column.removesuffix("_contribution"): float(daily[column].sum())
            for column in daily.columns
            if column.endswith("_contribution")
        },
        "vintages": {
            "first": simulation.anchors[0].label,
            "last": simulation.anchors[-1].label,
            "n": len(simulation.anchors),
        },
        "data": _data(simulation),
    }


def leg_figures(simulation: LegsSimulation, rows: pd.DataFrame, name: str) -> dict[str, Any]:
    """Figures of one leg; a leg that never traded has no figures of trades."""
    whole = rows[rows["complete"].astype(bool)]
    traded = whole[whole["leg_return"].notna()]
    values = traded["leg_return"].to_numpy(dtype=float)
    labels = traded["vintage"].to_numpy(dtype=object)
    out: dict[str, Any] = sample_statistics(values, labels)
    out["n_no_trade"] = len(whole) - len(traded)
    out["n_open"] = len(rows) - len(whole)
    reasons = whole["exit_reason"].value_counts()
    out["exit_reasons"] = {str(reason): int(n) for reason, n in reasons.items()}
    out["weight"] = float(simulation.plan.legs[name].size.weight)
    if not len(traded):
        return out
    out["positions"] = int(traded["positions"].sum())
    out["ambiguous_bars"] = int(traded["ambiguous_bars"].sum())
    out["mean_other_policy"] = float(traded["leg_return_other_policy"].mean())
    out["mean_sessions_held"] = float(traded["sessions_held"].mean())
    held = traded["same_days_return"].to_numpy(dtype=float)
    over = ~np.isnan(held)
    out["same_days"] = sample_statistics(held[over], labels[over])
    out["against_same_days"] = sample_statistics((values - held)[over], labels[over])
    out["any_days"] = _any_days(simulation, name)
    return out


def _any_days(simulation: LegsSimulation, name: str) -> dict[str, Any]:
    """As many sessions as the leg may be held on average, from every start in the data."""
    ground = simulation.grounds[name]
    spans = [h.planned - h.position.entry + 1 for v in simulation.vintages[name] for h in v.held]
    length = max(round(float(np.mean(spans))), 1)
    open_, close = ground.prices.open_, ground.prices.close
    first = int(ground.market.sessions.searchsorted(simulation.anchors[0].day)) + 1
    starts = np.arange(first, len(close) - length + 1)
    if not len(starts):
        return {"n": 0, "sessions": length}
    costs = simulation.plan.costs
    slippage = costs.slippage_bps / 1e4
    found = round_trip(
        ground.side,
        open_[starts],
        close[starts + length - 1],
        costs.fee_bps / 1e4,
        slippage,
        slippage,
    )
    return {
        "n": len(starts),
        "sessions": length,
        "mean": float(found.mean()),
        "median": float(np.median(found)),
        "hit_rate": float((found > 0.0).mean()),
    }


def _bills(simulation: LegsSimulation, daily: pd.DataFrame) -> dict[str, Any]:
    """What bills would have earned over the path, where their rate is known."""
    days = np.diff(daily.index.to_numpy()).astype("timedelta64[D]").astype(float)
    rate = daily["bill_rate"].to_numpy(dtype=float)[:-1]
    account = simulation.account
    known = account.calendar.rate_known[account.first : account.first + len(rate)]
    grown = float(np.prod(1.0 + rate * days / 365.0))
    years = float(days.sum() / 365.25)
    return {
        "cagr": grown ** (1.0 / years) - 1.0 if years > 0.0 else None,
        "unknown_sessions": int((~known).sum()),
    }


def _data(simulation: LegsSimulation) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in simulation.calendar.names:
        market = simulation.markets.by_name[name]
        days = market.sessions
        found[name] = {
            "series": market.id,
            "first": f"{days[0]:%Y-%m-%d}",
            "last": f"{days[-1]:%Y-%m-%d}",
            "sessions": len(days),
            "sessions_a_year": market.sessions_a_year,
            "closes_only": bool(market.close_only),
        }
    return {
        "markets": found,
        "first": f"{simulation.account.days[0]:%Y-%m-%d}",
        "last": f"{simulation.account.days[-1]:%Y-%m-%d}",
        "vintages": len(simulation.anchors),
        "exhausted": simulation.account.exhausted,
    }
