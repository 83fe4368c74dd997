"""From a simulation to the tables that files and notebooks show."""

from __future__ import annotations

import numpy as np
import pandas as pd

from strategy.account.account import SLEEVES, Account
from strategy.account.kernel import NO_LIMIT
from strategy.decide.calendar import last_on_or_before, passed
from strategy.hedge.cost_lines import COST_LINES
from strategy.hedge.derisk import mean_exposure
from strategy.legs.reasons import Reason
from strategy.result.ledger import trades_of
from strategy.result.metrics import max_drawdown, worst_month
from strategy.run.simulation import Simulation
from strategy.run.vintage import Vintage

#: A drawdown saved that is smaller than this is none.
LEAST_SAVING = 1e-6

VINTAGE_COLUMNS = (
    "vintage",
    "anchor_date",
    "anchor_close",
    "entry_date",
    "entry_price",
    "stop",
    "zone_low",
    "zone_high",
    "extension_low",
    "exit_date",
    "exit_reason",
    "tactical_return",
    "max_adverse",
    "max_favourable",
    "ambiguous_bars",
    "score",
    "coverage",
    "hedge_return",
    "hedge_cost",
    "core_return",
    "total_return",
    "next_year_return",
    "next_year_max_drawdown",
    "complete",
)


def vintage_table(simulation: Simulation) -> pd.DataFrame:
    """One row a vintage; columns as in docs/outputs.md.

    Returns are fractions. ``core_return``, ``tactical_contribution`` and
    ``hedge_return`` are profits of the vintage's own account as fractions of
    its equity at the anchor and sum to ``total_return``; for a vintage that is
    not complete they run to the end of the data. ``tactical_return`` is per
    unit of capital given to the leg.
    """
    return with_dates(pd.DataFrame([_vintage_row(simulation, v) for v in simulation.vintages]))


def with_dates(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column ``*_date`` as datetime64; a missing day is NaT.

    Also where no row has one: what is written and what is asked for is a date all the same.
    """
    dated = [str(name) for name in table if str(name).endswith("_date")]
    return table.astype({name: "datetime64[ns]" for name in dated})


def _vintage_row(simulation: Simulation, v: Vintage) -> dict[str, object]:
    plan, market = simulation.plan, simulation.market
    sessions, s, outcome = market.sessions, v.schedule, v.outcome
    fee, slippage = plan.costs.fee_bps / 1e4, plan.costs.slippage_bps / 1e4
    final = max(outcome.exits, key=lambda f: (f.session, f.phase)) if outcome.exits else None
    closed = final is not None and not outcome.open
    account = v.account
    core, tactical, hedge = (float(x) for x in account.pnl[-1])
    hedge_cost = v.hedge.costs.cost
    if v.hedge.status == "unavailable":
        hedge = hedge_cost = np.nan  # not hedged for want of a price: no figure, not zero
    next_return, next_drawdown = _calendar_year(simulation, s.year + 1)
    held = v.hedge_held
    window = slice(v.hedge.window.first - 1, v.hedge.window.last) if len(held) else slice(0)
    blind = np.isnan(simulation.target[window])
    return {
        "vintage": s.year,
        "anchor_date": sessions[s.anchor],
        "anchor_close": float(market.prices["close"].iloc[s.anchor]),
        "entry_date": sessions[s.entry] if outcome.traded else None,
        "entry_price": outcome.entry_price,
        "stop": outcome.stop,
        "zone_low": v.levels.zone_low,
        "zone_high": v.levels.zone_high,
        "extension_low": v.levels.extension_low,
        "exit_date": sessions[final.session] if final and closed else None,
        "exit_reason": outcome.reason.label,
        "tactical_return": outcome.net_return(fee, slippage),
        "max_adverse": outcome.max_adverse,
        "max_favourable": outcome.max_favourable,
        "ambiguous_bars": outcome.ambiguous_bars,
        "score": v.score,
        "coverage": v.coverage,
        "hedge_return": hedge,
        "hedge_cost": hedge_cost,
        "core_return": core,
        "total_return": float(account.equity[-1] - 1.0),
        "next_year_return": next_return,
        "next_year_max_drawdown": next_drawdown,
        "complete": s.complete,
        "tactical_weight": v.weight,
        "tactical_contribution": tactical,
        "tactical_return_other_policy": v.other_outcome.net_return(fee, slippage),
        "first_target_hit": any(f.reason is Reason.TARGET_1 for f in outcome.exits),
        "sessions_held": final.session - s.entry + 1 if final else 0,
        "extension_high": v.levels.extension_high,
        "support": v.levels.support,
        "entry_score": v.decision.score,
        "not_entered_because": v.decision.because or None,
        "entry_open_copied": bool(market.copied_open[s.entry]) if outcome.traded else None,
        "hedge_gain": hedge + hedge_cost,
        "hedge_mean_ratio": float(held.mean()) if len(held) else np.nan,
        "hedge_max_ratio": float(held.max()) if len(held) else np.nan,
        "hedge_blind_share": float(blind.mean()) if len(held) else np.nan,
        "max_drawdown": max_drawdown(account.equity),
    } | _hedge_columns(simulation, v)


def _hedge_columns(simulation: Simulation, v: Vintage) -> dict[str, object]:
    """The hedge beside going without it and holding less; columns after those of the plan."""
    sessions, h = simulation.market.sessions, v.hedge
    unavailable = h.status == "unavailable"
    window = h.window
    path = simulation.close[window.first - 1 : window.last + 1] if window.first > 0 else None
    total, without = float(h.account.equity[-1]), float(h.unhedged.equity[-1])
    derisk, derisk_path = h.derisk.account, h.derisk_path
    deepest, deepest_without = max_drawdown(h.account.equity), max_drawdown(h.unhedged.equity)
    saved = deepest - deepest_without
    scores = simulation.risk["score"].to_numpy()[window.first - 1 : window.last]
    known = scores[~np.isnan(scores)] if path is not None else scores[:0]
    lines = dict.fromkeys(COST_LINES, 0.0) | h.costs.lines
    return {
        "hedge_status": h.status,
        "hedge_priced_by": h.fate.priced_by or None,
        "hedge_first_date": sessions[window.first] if path is not None else None,
        "hedge_last_date": sessions[window.last] if path is not None else None,
        "hedge_contracts": len(h.fate.contracts),
        **{f"hedge_{name}": np.nan if unavailable else lines[name] for name in COST_LINES},
        "hedge_limited_sessions": int((h.account.limit != NO_LIMIT).sum()),
        "highest_score": float(known.max()) if len(known) else np.nan,
        "unhedged_return": without - 1.0,
        "unhedged_max_drawdown": deepest_without,
        "worst_month": worst_month(h.account.equity, _months(sessions, h.account)),
        "unhedged_worst_month": worst_month(h.unhedged.equity, _months(sessions, h.unhedged)),
        "drawdown_saved": np.nan if unavailable else saved,
        "cost_per_drawdown_point": (without - total) / saved if saved > LEAST_SAVING else np.nan,
        "mean_exposure": mean_exposure(h.account, window) if path is not None else np.nan,
        "derisk_weight": h.derisk.weight,
        "derisk_exposure": h.derisk.beta,
        "derisk_capped": h.derisk.capped,
        "derisk_return": float(derisk.equity[-1] - 1.0),
        "derisk_gain": float(derisk.equity[-1]) - without,
        "derisk_max_drawdown": max_drawdown(derisk.equity),
        "derisk_worst_month": worst_month(derisk.equity, _months(sessions, derisk)),
        "derisk_path_return": float(derisk_path.equity[-1] - 1.0),
        "derisk_path_gain": float(derisk_path.equity[-1]) - without,
        "window_return": float(path[-1] / path[0] - 1.0) if path is not None else np.nan,
        "window_max_drawdown": max_drawdown(path) if path is not None else np.nan,
        "exhausted": h.account.exhausted,
    }


def _months(sessions: pd.DatetimeIndex, account: Account) -> np.ndarray:
    """The account's sessions by month number; a last month cut short is -1."""
    span = sessions[account.first : account.last + 1]
    months = span.to_numpy().astype("datetime64[M]").astype(np.int64)
    month_end = span[-1].to_period("M").end_time.normalize()
    if not passed(span, month_end):
        months[months == months[-1]] = -1
    return months


def _calendar_year(simulation: Simulation, year: int) -> tuple[float, float]:
    """Index return and close-to-close drawdown of a calendar year; NaN unless it is whole."""
    sessions = simulation.market.sessions
    close = simulation.market.prices["close"].to_numpy()
    base = last_on_or_before(sessions, pd.Timestamp(year - 1, 12, 31))
    end = last_on_or_before(sessions, pd.Timestamp(year, 12, 31))
    if base < 0 or end <= base or not passed(sessions, pd.Timestamp(year, 12, 31)):
        return np.nan, np.nan
    path = close[base : end + 1]
    return float(path[-1] / path[0] - 1.0), max_drawdown(path)


def daily_table(simulation: Simulation) -> pd.DataFrame:
    """One row a session of the chained path.

    ``equity_<sleeve>`` is the sleeve's cumulative profit, the core's with the
    starting capital; they sum to ``equity_total``. ``return_<sleeve>`` is its
    contribution to the day's return; they sum to ``return_total``.
    """
    account, benchmark = simulation.chained, simulation.benchmark
    span = slice(account.first, account.last + 1)
    index = pd.DatetimeIndex(simulation.market.sessions[span], name="date")
    contributions = account.contributions()
    columns: dict[str, np.ndarray] = {"equity_total": account.equity}
    for j, sleeve in enumerate(SLEEVES):
        columns[f"equity_{sleeve}"] = account.pnl[:, j] + (account.capital if j == 0 else 0.0)
    columns["equity_benchmark"] = benchmark.equity
    columns["return_total"] = account.returns()
    for j, sleeve in enumerate(SLEEVES):
        columns[f"return_{sleeve}"] = contributions[:, j]
    columns["return_benchmark"] = benchmark.returns()
    for j, sleeve in enumerate(SLEEVES):
        columns[f"exposure_{sleeve}"] = account.exposure[:, j]
    columns["cash"] = account.cash / account.equity
    columns["hedge_target"] = simulation.target[span]
    held = np.zeros(len(simulation.target))
    year = np.zeros(len(simulation.target), dtype=np.int64)
    for v in simulation.vintages:
        year[v.schedule.anchor :] = v.schedule.year
        if len(v.hedge_held):
            held[v.hedge.window.first : v.hedge.window.last + 1] = v.hedge_held
    columns["hedge_held"] = held[span]
    for name in simulation.risk.columns:
        columns[name] = simulation.risk[name].to_numpy()[span]
    for j, sleeve in enumerate(SLEEVES):
        columns[f"carry_{sleeve}"] = account.carry[:, j]
        columns[f"costs_{sleeve}"] = account.costs[:, j]
    columns["equity_unhedged"] = padded(simulation.unhedged.equity, len(index))
    columns["equity_derisk"] = padded(simulation.derisk.equity, len(index))
    columns["hedge_limit"] = account.limit
    columns["hedge_limit_factor"] = account.limit_factor
    for name, frame in simulation.triggers.items():
        columns[f"trigger_{name}"] = frame["state"].to_numpy()[span]
    columns["bill_rate"] = simulation.rate["rate"].to_numpy(dtype=float)[span]
    columns["dividend_yield"] = simulation.dividends["yield"].to_numpy(dtype=float)[span]
    columns["vintage"] = year[span]
    return pd.DataFrame(columns, index=index)


def trade_table(simulation: Simulation) -> pd.DataFrame:
    """Every fill-to-fill leg of the chained path; see `strategy.result.ledger.trades_of`."""
    trades = trades_of(
        simulation.chained,
        simulation.market.sessions,
        simulation.close,
        simulation.vintages[0].schedule.year,
    )
    return with_dates(trades)


def padded(path: np.ndarray, n: int) -> np.ndarray:
    """A path that ended early, NaN after its end."""
    return np.concatenate([path, np.full(n - len(path), np.nan)]) if len(path) < n else path
