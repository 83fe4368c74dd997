"""The check for a plan of named legs: cut the data, run again, hold what was said against it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from strategy.legplan.account import Hour
from strategy.legplan.markets import Markets
from strategy.legplan.simulation import LegsSimulation, simulate_legs
from strategy.lookahead.report import Finding, Report
from strategy.plan.legs_plan import LegsPlan

#: Columns of an order that must not change with later data.
SAID = ("hour", "kind", "label", "vintage", "part", "reason", "raw_price", "units", "price", "fee")


def look_ahead_of_legs(
    plan: LegsPlan, markets: Markets, *, dates: int = 20, seed: int = 0
) -> Report:
    """Rerun a plan of legs on data cut short and compare conditions, orders and equity.

    Half of the dates are sessions with an order, half are any. The run on the
    data up to a date knows the days on which the exchange will open, as
    everyone does, and nothing else of them; what it says of every session up
    to the date must be what the run on all data says. Then the bar of the date
    is made up from its open on: the orders at its open must stay.

    Parameters
    ----------
    plan : LegsPlan
    markets : Markets
    dates : int
    seed : int

    Raises
    ------
    InputError
        Where the plan does not run on all data.
    """
    full = simulate_legs(plan, markets)
    findings: list[Finding] = []
    compared = {"dates": 0, "subjects": 0, "values": 0}
    chosen = _dates(full, dates, seed)
    for date in chosen:
        ahead = {
            name: market.sessions[market.sessions > date]
            for name, market in markets.by_name.items()
        }
        cut = simulate_legs(plan, markets.until(date), ahead=ahead)
        compared["dates"] += 1
        for finding, values in _differences(full, cut, date):
            compared["subjects"] += 1
            compared["values"] += values
            if finding is not None:
                findings.append(finding)
        made_up = simulate_legs(plan, _flat_from_the_open(markets.until(date)), ahead=ahead)
        found, values = _at_the_open(cut, made_up, date)
        compared["subjects"] += 1
        compared["values"] += values
        if found is not None:
            findings.append(found)
    return Report(
        plan.name,
        markets.by_name[plan.first_market].id,
        seed,
        tuple(chosen),
        tuple(findings),
        compared,
    )


def _dates(full: LegsSimulation, count: int, seed: int) -> list[pd.Timestamp]:
    sessions = full.account.calendar.sessions
    random = np.random.default_rng(seed)
    first, last = full.account.first + 2, len(sessions) - 2
    anywhere = np.arange(first, last + 1)
    ordered = np.unique(full.account.orders["session"].to_numpy(dtype=np.int64))
    ordered = ordered[(ordered >= first) & (ordered <= last)]
    chosen: set[int] = set()
    for pool, wanted in ((ordered, count // 2), (anywhere, count)):
        pool = np.setdiff1d(pool, list(chosen))
        take = max(min(wanted - len(chosen), len(pool)), 0)
        chosen.update(int(t) for t in random.choice(pool, take, replace=False))
    return [pd.Timestamp(sessions[t]) for t in sorted(chosen)]


def _differences(
    full: LegsSimulation, cut: LegsSimulation, date: pd.Timestamp
) -> Iterator[tuple[Finding | None, int]]:
    for name, ground in cut.grounds.items():
        whole = full.grounds[name]
        n = len(ground.enter)
        days = ground.market.sessions
        for what in ("enter", "leave", "true_range"):
            then, later = getattr(ground, what), getattr(whole, what)[:n]
            same = (then == later) | (np.isnan(then.astype(float)) & np.isnan(later.astype(float)))
            where = int((~same).argmax()) if not same.all() else -1
            yield (
                None
                if where < 0
                else _finding("changed", date, f"{what} of {name}", days[where], what,
                              then[where], later[where]),
                n,
            )  # fmt: skip
    yield _orders_differ("changed", _orders(full, date), _orders(cut, date), date)
    n = len(cut.account.equity)
    then, later = cut.account.equity, full.account.equity[:n]
    # units of holdings come from the same numbers in the same order: equal to the last bit, but
    # columns may be added up in another order where a leg has more of them later
    wrong = np.flatnonzero(~np.isclose(then, later, rtol=1e-12, atol=0.0))
    at = int(wrong[0]) if len(wrong) else -1
    yield (
        None
        if at < 0
        else _finding("changed", date, "equity", cut.account.days[at], "equity", then[at],
                      later[at]),
        n,
    )  # fmt: skip


def _orders(simulation: LegsSimulation, date: pd.Timestamp) -> pd.DataFrame:
    """Orders up to a date, columns by their labels, in an order that does not depend on them."""
    account = simulation.account
    orders = account.orders.copy()
    orders["day"] = account.calendar.sessions[orders["session"].to_numpy(dtype=np.int64)]
    labels = np.array([column.label for column in account.columns], dtype=object)
    orders["label"] = labels[orders["column"].to_numpy(dtype=np.int64)]
    orders = orders[orders["day"] <= date]
    return orders.sort_values(["day", "hour", "label"], kind="stable").reset_index(drop=True)


def _orders_differ(
    kind: str, later: pd.DataFrame, then: pd.DataFrame, date: pd.Timestamp
) -> tuple[Finding | None, int]:
    values = len(then) * len(SAID)
    for row in range(max(len(then), len(later))):
        a = then.iloc[row] if row < len(then) else None
        b = later.iloc[row] if row < len(later) else None
        if a is None or b is None:
            some = a if a is not None else b
            assert some is not None
            told = f"{some['label']} {some['reason']}"
            shown = (told, "no order") if b is None else ("no order", told)
            return _finding(kind, date, "order", some["day"], "order", *shown), values
        for column in ("day", *SAID):
            same = (
                abs(a[column] - b[column]) <= 1e-12 * abs(b[column])
                if isinstance(b[column], float)
                else a[column] == b[column]
            )
            if not same:
                return (
                    _finding(kind, date, f"order of {a['label']}", a["day"], column, a[column],
                             b[column]),
                    values,
                )  # fmt: skip
    return None, values


def _flat_from_the_open(markets: Markets) -> Markets:
    """The markets with their last bar made up: it stays at its open."""
    from dataclasses import replace

    def flat(prices: pd.DataFrame) -> pd.DataFrame:
        out = prices.copy()
        out.loc[out.index[-1], ["high", "low", "close"]] = out["open"].iloc[-1]
        return out

    by_name = {
        name: replace(market, prices=flat(market.prices))
        for name, market in markets.by_name.items()
        if not market.close_only
    }
    return Markets(markets.base, {**markets.by_name, **by_name})


def _at_the_open(
    cut: LegsSimulation, made_up: LegsSimulation, date: pd.Timestamp
) -> tuple[Finding | None, int]:
    def opens(simulation: LegsSimulation) -> pd.DataFrame:
        orders = _orders(simulation, date)
        return orders[(orders["day"] == date) & (orders["hour"] == int(Hour.OPEN))].reset_index(
            drop=True
        )

    return _orders_differ("foresaw", opens(cut), opens(made_up), date)


def _finding(
    kind: str,
    date: pd.Timestamp,
    subject: str,
    session: pd.Timestamp,
    column: str,
    then: object,
    later: object,
) -> Finding:
    return Finding(kind, date, subject, "", (), pd.Timestamp(session), column, then, later)
