"""The sample of a claim: every eligible date with its outcome, the events, and their episodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import Market
from market.message import Message
from signals import evaluate
from signals.history.bars import Bools, Floats, Ints, days
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import Horizon, RuleValueOutcome
from strategy.audit.study.events import Found, find_events, parameters_of
from strategy.audit.study.outcomes import Bars, hits, outcomes
from strategy.audit.study.statistics import episodes, first_of
from strategy.audit.study.windows import Windows, fixed_length, months_of, windows
from strategy.decide.rule_states import why_unavailable
from strategy.plan import Plan


@dataclass(frozen=True)
class Sample:
    """One claim on one market.

    Attributes
    ----------
    found : Found
    at : ndarray of int64
        Sessions of the eligible dates: those that could have been an event
        and have an outcome, ascending.
    values, hit : ndarray of float64
        Their outcomes.
    event_at : ndarray of int64
        Position of each event among the eligible dates.
    start, end : ndarray of int64
        Window of each event.
    event_values, event_hit : ndarray of float64
        Outcome of each event.
    first : ndarray of bool
        Events that open an episode.
    episode : ndarray of int64
        Episode of each event.
    beyond : int
        Events whose window reaches past the data.
    without : int
        Events without an outcome for another reason.
    length : int
        Median length of the events' windows, in dates of the lattice.
    absent : str
        Why there is nothing to test; empty where there is.
    spans : Windows
        Window of every eligible date.
    kept : ndarray of int64
        Which of the found events are here.
    """

    found: Found
    at: Ints
    values: Floats
    hit: Floats
    event_at: Ints
    start: Ints
    end: Ints
    event_values: Floats
    event_hit: Floats
    first: Bools
    episode: Ints
    beyond: int
    without: int
    length: int
    absent: str
    spans: Windows
    kept: Ints

    @property
    def opening(self) -> Ints:
        """Position among the eligible dates of the events that open an episode."""
        return self.event_at[self.first]


def event_windows(market: Market, claim: Claim, found: Found) -> Windows:
    """Window of each event found."""
    if claim.horizon is None:
        return _own_windows(market, found.lattice, found.events)
    return windows(market.sessions, found.events, claim.horizon)


def base_windows(market: Market, claim: Claim, found: Found, length: int) -> Windows:
    """Window of each possible date; as long as the events' where a day of the year ends those."""
    if claim.horizon is None:
        return _own_windows(market, found.lattice, found.possible)
    if claim.horizon.until is not None:
        return fixed_length(market.sessions, found.possible, max(length, 1))
    return windows(market.sessions, found.possible, claim.horizon)


def draw_sample(market: Market, plan: Plan, claim: Claim) -> Sample:
    """Find the events of a claim and what followed them."""
    found = find_events(market, plan, claim)
    absent = found.absent
    if not absent and isinstance(claim.outcome, RuleValueOutcome):
        absent = why_unavailable(market, claim.outcome.rule)
    spans = event_windows(market, claim, found)
    length = int(np.median(spans.lengths)) if len(spans.lengths) else 1
    base = base_windows(market, claim, found, length)
    if isinstance(claim.outcome, RuleValueOutcome):
        kind = claim.outcome
        parameters = parameters_of(plan, kind.rule, dict(kind.parameters))
        reading = evaluate(market, kind.rule, **parameters)["value"].to_numpy()
        values, event_values = reading[found.possible], reading[found.events]
    else:
        bars = Bars(market.prices)
        values = outcomes(bars, claim, base)
        event_values = outcomes(bars, claim, spans)
    eligible = ~np.isnan(values)
    at = found.possible[eligible]
    known = ~np.isnan(event_values)
    known &= np.isin(found.events, at)
    events = found.events[known]
    start, end = spans.start[known], spans.end[known]
    number = _runs(events) if isinstance(claim.outcome, RuleValueOutcome) else episodes(start, end)
    beyond = int((spans.beyond & ~known).sum()) + found.beyond
    if not absent and not len(at):
        absent = Message("no eligible date has an outcome")
    return Sample(
        found=found,
        at=at,
        values=values[eligible],
        hit=hits(claim, values[eligible]),
        event_at=np.searchsorted(at, events).astype(np.int64),
        start=start,
        end=end,
        event_values=event_values[known],
        event_hit=hits(claim, event_values[known]),
        first=first_of(number),
        episode=number,
        beyond=beyond,
        without=len(found.events) - int(known.sum()) - (beyond - found.beyond),
        length=_dates_in_window(found, length, claim.horizon),
        absent=absent,
        spans=base.of(np.flatnonzero(eligible)),
        kept=np.flatnonzero(known),
    )


def years_of(sessions: pd.DatetimeIndex, at: Ints, lattice: str) -> Ints:
    """Calendar year of each date; a month's is that of its own days, not of the close before it."""
    shift = 1 if lattice == "months" else 0
    return sessions.year.to_numpy().astype(np.int64)[at + shift]


def calendar_months_of(sessions: pd.DatetimeIndex, at: Ints) -> Ints:
    """Month of the year (0..11) of dates of the month lattice."""
    return sessions.month.to_numpy().astype(np.int64)[at + 1] - 1


def days_of(sessions: pd.DatetimeIndex, at: Ints) -> Ints:
    """Days since 1970-01-01 of the dates."""
    return days(sessions)[at]


def _own_windows(market: Market, lattice: str, at: Ints) -> Windows:
    """A month's own window; for an outcome of the day itself, the day."""
    if lattice == "months":
        _, spans = months_of(market.sessions)
        return spans.of(np.searchsorted(spans.start, at))
    return Windows(at, at, np.zeros(len(at), dtype=bool))


def _runs(events: Ints) -> Ints:
    """Number of the unbroken run of sessions that each event is in."""
    if not len(events):
        return events
    return np.cumsum(np.diff(events, prepend=events[0] - 2) > 1) - 1


def _dates_in_window(found: Found, length: int, horizon: Horizon | None) -> int:
    """How many dates of the lattice a window spans, for the shortest block allowed."""
    if found.lattice == "sessions":
        return 1 if horizon is None else length
    return 1
