"""The check: cut the data at a date, run again, and hold everything said against the full run.

Four questions for each date, because no single one finds every way to know too
much:

1. *Do later data change what was said?* The run on `Market.until(date)` must
   say the same about every session up to the date: signals, components, score,
   orders, daily path, finished vintages.
2. *Does an order know the rest of its bar?* With the rest of the bar made up,
   the orders at its open must be the same; with its close made up within the
   bar's range, the market orders at that close.
3. *Is a stale figure used?* With only figures older than their staleness
   limit, whatever needs one must be unavailable.
4. *Is a figure dated before it was known?* No reading may carry a `known_at`
   after its own session, no figure one before the day it describes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from market.container import Market
from market.errors import InputError
from market.kept import keeping
from market.rates import bill_rate
from strategy.decide.score import risk_components
from strategy.legs.reasons import Phase
from strategy.lookahead.comparison import first_difference
from strategy.lookahead.cuts import MOVE, at_open, before_close, before_lone_close, outdated
from strategy.lookahead.dates import choose_dates
from strategy.lookahead.report import Finding, Report
from strategy.lookahead.statements import (
    Signal,
    Statement,
    begun,
    fills,
    hedge_leg,
    needs_figures,
    orders_of,
    plan_signals,
    said_by_run,
    said_by_signals,
    up_to,
)
from strategy.plan import Plan
from strategy.run.simulation import Progress, Simulation, simulate

LONGEST = 900.0
"""Seconds after which no further date is begun: on a file of centuries one takes a minute."""

#: Resting orders: that the bar reaches them is how they are filled.
RESTING = ("target_1", "target_2", "stop", "stop_gap")
#: Fills of closes-only plans whose size or existence depends on the fill's own price.
AT_OWN_PRICE = ("entry", "time", "no_room", *RESTING)

Run = Callable[[Plan, Market], Simulation]


def look_ahead(
    plan: Plan,
    market: Market,
    *,
    dates: int | Iterable[pd.Timestamp | str] = 20,
    seed: int = 0,
    signals: Mapping[str, Signal] | None = None,
    run: Run = simulate,
    seconds: float = LONGEST,
    progress: Progress | None = None,
) -> Report:
    """Look for look-ahead in everything that the plan's run says.

    Parameters
    ----------
    plan : Plan
    market : Market
    dates : int or iterable of dates
        How many dates to cut at, drawn with `seed`, or which ones.
    seed : int
    signals : mapping of str to callable, optional
        Signals by name, each from a market to a reading; every computable
        rule of the catalogue with the plan's own numbers by default.
    run : callable, optional
        What runs a plan; `strategy.run.simulation.simulate` by default.
    seconds : float, optional
        After them no further date is begun: the rest is listed as not compared.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Raises
    ------
    InputError
        Where plan and data do not fit, or a date is not in the data.
    """
    say = progress or (lambda what, done, of: None)
    signals = plan_signals(plan) if signals is None else signals
    say("run on all data", 0, 1)
    with keeping(market):
        simulation = run(plan, market)
        full = {s.subject: s for s in _said(signals, market, simulation)}
    chosen = (
        choose_dates(simulation, market, dates, seed)
        if isinstance(dates, int)
        else _within(market, dates)
    )
    found: dict[tuple[str, str], Finding] = {}
    skipped: dict[str, str] = {}
    values = 0

    def keep(findings: Iterable[Finding]) -> None:
        for finding in findings:
            found.setdefault((finding.kind, finding.subject), finding)

    keep(_dated(full, market))
    begin = time.monotonic()
    for i, date in enumerate(chosen):
        say(f"cut at {date:%Y-%m-%d}", i, len(chosen))
        if i and time.monotonic() - begin > seconds:
            skipped[f"{date:%Y-%m-%d}"] = f"the limit of {seconds:g} s was reached (--seconds)"
            continue
        try:
            known = market.until(date)
            told = begun(plan, known)
            with keeping(known):
                again = _said(signals, known, run(told, known) if told else None)
                for statement in again:
                    later = full[statement.subject]
                    values += int(statement.frame.size)
                    keep(_changed(statement, later, date))
            keep(_stale(signals, plan, market, date, full))
            keep(_foresaw(plan, market, date, full, run))
        except InputError as mistake:
            skipped[f"{date:%Y-%m-%d}"] = mistake.line()
    say("done", len(chosen), len(chosen))
    order = list(full)
    return Report(
        plan.name,
        market.id,
        seed,
        chosen,
        tuple(sorted(found.values(), key=lambda f: order.index(f.subject))),
        {
            "signals": len(signals),
            "subjects": len(full),
            "dates": len(chosen) - len(skipped),
            "values": values,
        },
        skipped,
    )


def _within(market: Market, dates: Iterable[pd.Timestamp | str]) -> tuple[pd.Timestamp, ...]:
    days = tuple(sorted(map(pd.Timestamp, dates)))
    for day in days:
        if market.sessions.searchsorted(day, side="right") < 2:
            raise InputError(
                f"fewer than two sessions up to {day:%Y-%m-%d}",
                where="dates",
                expected=f"dates from {market.sessions[1]:%Y-%m-%d} on",
            )
    return days


def _said(
    signals: Mapping[str, Signal], market: Market, simulation: Simulation | None
) -> Iterator[Statement]:
    yield from said_by_signals(signals, market)
    if simulation is not None:
        yield from said_by_run(simulation)


def _changed(then: Statement, later: Statement, date: pd.Timestamp) -> Iterator[Finding]:
    """The first row on or before the date that all data say differently."""
    whole = up_to(later, date).frame
    if later.whole:
        whole = whole[whole.index.isin(then.frame.index)]
    difference = first_difference(then.frame, whole)
    if difference is None:
        return
    rule = later.rule
    if "reason" in whole and difference.row < len(whole):
        rule = str(whole["reason"].iloc[difference.row])
    yield Finding(
        "changed",
        date,
        later.subject,
        rule,
        later.series,
        difference.session,
        difference.column,
        difference.then,
        difference.later,
    )


def _dated(full: Mapping[str, Statement], market: Market) -> Iterator[Finding]:
    """Readings dated after their session, and figures known before the day they describe."""
    early: dict[str, pd.Timestamp] = {}
    for name, observations in market.series.items():
        at = observations.frame
        wrong = np.flatnonzero((at["known_at"] < at.index).to_numpy())
        if len(wrong):
            early[name] = at.index[int(wrong[0])]
    for statement in full.values():
        frame = statement.frame
        for name in statement.series:
            if name in early:
                day = early[name]
                at = market.series[name].frame["known_at"].loc[day]
                yield _finding("dated", day, statement, day, f"known_at of {name}", day, at)
        for name in ("known_at", "stamp"):
            if name not in frame:
                continue
            late = np.flatnonzero((frame[name] > frame.index).to_numpy())
            if len(late):
                row = int(late[0])
                day = pd.Timestamp(frame.index.to_numpy()[row])
                yield _finding("dated", day, statement, day, name, None, frame[name].iloc[row])


def _stale(
    signals: Mapping[str, Signal],
    plan: Plan,
    market: Market,
    date: pd.Timestamp,
    full: Mapping[str, Statement],
) -> Iterator[Finding]:
    """Whatever is available on figures that are all too old."""
    old = outdated(market, date)
    day = old.sessions[-1]
    with keeping(old):
        found: list[tuple[str, str, pd.DataFrame]] = [
            (f"signal {name}", "value", signal(old))
            for name, signal in signals.items()
            if needs_figures(name)
        ]
        found += [
            (f"risk component {name}", "risk", frame)
            for name, frame in risk_components(old, plan.risk).items()
        ]
        found.append(("bill rate", "rate", bill_rate(old)))
    for subject, column, frame in found:
        value = float(frame[column].iloc[-1])
        if not np.isnan(value):
            yield _finding("stale", date, full[subject], day, column, value, None)


def _foresaw(
    plan: Plan, market: Market, date: pd.Timestamp, full: Mapping[str, Statement], run: Run
) -> Iterator[Finding]:
    """Orders of the date that depend on what comes after their fill in the same bar."""
    position = int(market.sessions.searchsorted(date, side="right")) - 1
    day = market.sessions[position]
    at_close = plan.tactical.entry.fill == "next_close"
    variants: list[tuple[Phase, Market]] = []
    if at_close:
        variants += [
            (Phase.CLOSE, before_lone_close(market, position, move)) for move in (MOVE, -MOVE)
        ]
    else:
        variants += [(Phase.OPEN, at_open(market, position, move)) for move in (MOVE, -MOVE)]
        other = before_close(market, position)
        if other is not None:
            variants.append((Phase.CLOSE, other))
    for phase, altered in variants:
        told = begun(plan, altered)
        if told is None:
            return
        simulation = run(told, altered)
        accounts = {
            "order of a vintage's account": {
                v.schedule.year: v.account for v in simulation.vintages
            },
            "order of the account": {0: simulation.chained},
        }
        for subject, group in accounts.items():
            then = _decided(
                fills(orders_of(group, altered.sessions), day, phase), plan, phase, at_close
            )
            later = _decided(fills(full[subject].frame, day, phase), plan, phase, at_close)
            difference = first_difference(then, later)
            if difference is not None:
                longer = later if difference.row < len(later) else then
                yield Finding(
                    "foresaw",
                    date,
                    subject,
                    str(longer["reason"].iloc[difference.row]),
                    (),
                    difference.session,
                    difference.column,
                    difference.then,
                    difference.later,
                )


def _decided(frame: pd.DataFrame, plan: Plan, phase: Phase, at_close: bool) -> pd.DataFrame:
    """The orders that had to be decided before the unknown part of the bar, without its prices.

    Prices are part of what is known at an open. At a close they are not: there
    a resting order may or may not be reached, and in a plan of closes only an
    order may be sized by the price it is filled at.
    """
    if not len(frame) or phase is Phase.OPEN:
        return frame
    reasons = frame["reason"]
    if at_close:
        keep = ~reasons.isin(AT_OWN_PRICE).to_numpy()
        caps = plan.hedge.caps
        if plan.hedge.instrument != "short" or caps.net is not None or caps.gross is not None:
            keep &= ~hedge_leg(frame)
    else:
        keep = ~reasons.isin(RESTING).to_numpy()
    return frame.loc[keep, ["account", "leg", "reason", "vintage", "units"]]


def _finding(
    kind: str,
    date: pd.Timestamp,
    statement: Statement,
    session: pd.Timestamp,
    column: str,
    then: object,
    later: object,
) -> Finding:
    return Finding(
        kind,
        date,
        statement.subject,
        statement.rule,
        statement.series,
        session,
        column,
        then,
        later,
    )
