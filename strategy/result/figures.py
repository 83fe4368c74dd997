"""Every figure of a run, collected by subject: the content of metrics.json."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.serialise import plain
from market.year import SESSIONS_A_YEAR
from strategy.account.instructions import BLIND
from strategy.legs.reasons import Phase
from strategy.plan import Plan
from strategy.result.metrics import (
    bill_returns,
    hedge_metrics,
    performance,
    sample_statistics,
    tactical_metrics,
)
from strategy.result.yardstick import Yardstick
from strategy.run.simulation import Simulation
from strategy.validation.intervals import hit_interval
from strategy.validation.regression import market_model


def figures(
    simulation: Simulation, vintages: pd.DataFrame, daily: pd.DataFrame, yardstick: Yardstick
) -> dict[str, Any]:
    """Figures by subject, plain Python values, missing ones None.

    Parameters
    ----------
    simulation : Simulation
    vintages, daily : pandas.DataFrame
        Its tables, of `strategy.result.tables`.
    yardstick : Yardstick
        The leg beside holding, windows and other days.
    """
    clean: dict[str, Any] = plain(_figures(simulation, vintages, daily, yardstick))
    return clean


def _figures(
    simulation: Simulation, vintages: pd.DataFrame, daily: pd.DataFrame, yardstick: Yardstick
) -> dict[str, Any]:
    sessions = pd.DatetimeIndex(daily.index)
    years = vintages["vintage"].to_numpy()
    complete = vintages["complete"].to_numpy(dtype=bool)
    whole = vintages[complete]
    bills = bill_returns(daily["bill_rate"].to_numpy(dtype=float), sessions)
    out: dict[str, Any] = {
        "vintages": {
            "n": len(vintages),
            "n_complete": int(complete.sum()),
            "first": int(years[0]),
            "last": int(years[-1]),
            "unfinished": [int(y) for y in years[~complete]],
        },
        "tactical": tactical_metrics(vintages),
        "yardstick": yardstick.figures(),
        "hedge": hedge_metrics(vintages),
        "vintage_total": sample_statistics(
            whole["total_return"].to_numpy(dtype=float), whole["vintage"].to_numpy()
        ),
        "vintage_core": sample_statistics(
            whole["core_return"].to_numpy(dtype=float), whole["vintage"].to_numpy()
        ),
        "total": performance(simulation.chained.equity, sessions, bills),
        "benchmark": performance(simulation.benchmark.equity, sessions, bills),
        # the hedge's two rivals: no hedge, and less core at the same average beta
        "unhedged": performance(simulation.unhedged.equity, sessions, bills),
        "derisk": performance(simulation.derisk.equity, sessions, bills),
    }
    out["total"]["against_core"] = _against_core(simulation, bills, out["total"])
    # hedges bought back because the score became unknown, not because it fell
    out["hedge"]["bought_back_blind"] = [
        v.schedule.year for v in simulation.vintages if (v.account.orders["reason"] == BLIND).any()
    ]
    out["tactical"]["share_of_sessions"] = float((daily["exposure_tactical"] > 0.0).mean())
    out["total"]["first"] = out["benchmark"]["first"] = f"{sessions[0]:%Y-%m-%d}"
    out["total"]["last"] = out["benchmark"]["last"] = f"{sessions[-1]:%Y-%m-%d}"
    next_year = whole["next_year_max_drawdown"].dropna().to_numpy(dtype=float)
    out["next_year"] = {
        "n": len(next_year),
        "falls_of_20": int((next_year <= -0.20).sum()),
        "median_return": float(whole["next_year_return"].median()) if len(next_year) else None,
    }
    if len(next_year):
        hits = out["next_year"]["falls_of_20"]
        low, high = hit_interval(hits, len(next_year))
        out["next_year"].update(rate_of_20=hits / len(next_year), low=low, high=high)
    out["sleeves"] = {
        sleeve: {
            "pnl": float(simulation.chained.pnl[-1, j]),
            "carry": float(simulation.chained.carry[:, j].sum()),
            "costs": float(simulation.chained.costs[:, j].sum()),
        }
        for j, sleeve in enumerate(("core", "tactical", "hedge"))
    }
    out["risk"] = _risk_metrics(simulation.plan, daily)
    out["data"] = _data_metrics(simulation, daily)
    return out


def _against_core(
    simulation: Simulation, bills: np.ndarray, total: dict[str, Any]
) -> dict[str, Any]:
    """Alpha and beta of the whole plan against the core, both in excess of bills."""
    plan, core = (
        account.equity[1:] / account.equity[:-1] - 1.0
        for account in (simulation.chained, simulation.benchmark)
    )
    n = min(len(plan), len(core))
    bills = bills[:n]
    if "sharpe_excess" not in total:
        return {"n": 0}
    year = total.get("sessions_a_year", SESSIONS_A_YEAR)
    return market_model(plan[:n] - bills, core[:n] - bills, year)


def _risk_metrics(plan: Plan, daily: pd.DataFrame) -> dict[str, Any]:
    coverage = daily["coverage"]
    components: dict[str, Any] = {}
    for name, component in plan.risk.components().items():
        known = daily[f"risk_{name}"].dropna()
        components[name] = {
            "weight": component.weight,
            "share_available": len(known) / len(daily),
            "first": f"{known.index[0]:%Y-%m-%d}" if len(known) else None,
            "last": f"{known.index[-1]:%Y-%m-%d}" if len(known) else None,
            "mean": float(known.mean()) if len(known) else None,
        }
    return {
        "min_coverage": plan.risk.min_coverage,
        "mean_coverage": float(coverage.mean()),
        "share_blind": float(daily["score"].isna().mean()),
        "components": components,
    }


def _data_metrics(simulation: Simulation, daily: pd.DataFrame) -> dict[str, Any]:
    market = simulation.market
    orders = simulation.chained.orders
    at_open = orders[orders["phase"] == Phase.OPEN]
    copied = market.copied_open[at_open["session"]]
    missing_rate = daily["bill_rate"].isna()
    read = {market.id: market.judged} | {n: o.judged for n, o in sorted(market.series.items())}
    judged = {name: found.as_json() for name, found in read.items() if found is not None}
    return {
        **({"judged": judged} if judged else {}),
        "prices": market.id,
        "origin": market.origin,
        "close_only": market.close_only,
        "first": f"{market.sessions[0]:%Y-%m-%d}",
        "last": f"{market.sessions[-1]:%Y-%m-%d}",
        "sessions": len(market.sessions),
        "fills": len(orders),
        "fills_at_open": len(at_open),
        "fills_on_copied_open": int(copied.sum()),
        "share_on_copied_open": float(copied.mean()) if len(at_open) else None,
        "sessions_without_bill_rate": int(missing_rate.sum()),
        "dividends": _dividends(simulation),
        # components of the score that never had a usable input in this run
        "absent_components": [
            name
            for name in simulation.plan.risk.components()
            if not daily[f"risk_{name}"].notna().any()
        ],
        "series": {
            name: {
                "first": f"{o.frame.index[0]:%Y-%m-%d}" if len(o.frame) else None,
                "last": f"{o.frame.index[-1]:%Y-%m-%d}" if len(o.frame) else None,
                "rows": len(o.frame),
                "origin": o.origin,
            }
            for name, o in sorted(market.series.items())
        },
    }


def _dividends(simulation: Simulation) -> dict[str, Any]:
    """Which dividend yield the run paid, and from when on the constant one."""
    account = simulation.chained
    used = simulation.dividends.iloc[account.first : account.last + 1]
    in_closes = used["source"] == "closes"
    series = (used["source"] != "constant") & ~in_closes
    out: dict[str, Any] = {
        "constant": simulation.plan.costs.dividend_yield,
        "source": None,
        "sessions_constant": int((~series & ~in_closes).sum()),
        "mean_yield": float(used["yield"].mean()),
    }
    if in_closes.all():
        out["source"] = "closes"
    elif series.any():
        last = series[series].index[-1]
        later = series.index[series.index > last]
        out["source"] = str(used.loc[last, "source"])
        out["constant_from"] = f"{later[0]:%Y-%m-%d}" if len(later) else None
    return out
