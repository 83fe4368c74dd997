"""The rule re-run on resampled prices: what the claim's figure is where nothing can be foretold.

The bars of the sample are drawn in blocks (stationary bootstrap) and put together to new prices on
the same sessions. On them the events of a price rule are found anew, so that what the rule takes
from past returns is kept; other events keep their dates. The p-value is sequential (Besag and
Clifford 1991): drawing ends once `ENOUGH` paths did at least as well as history.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from market.container import Market
from signals import evaluate
from signals.history.bars import Floats, Ints
from signals.price.support import has_range
from strategy.audit.claims.claim import Claim
from strategy.audit.claims.parts import DrawdownOutcome, RuleEvent
from strategy.audit.study.bootstrap import block_length, stationary_index
from strategy.audit.study.events import is_price_rule, parameters_of, spells
from strategy.audit.study.outcomes import Bars, hits, outcomes
from strategy.audit.study.ranking import month_means
from strategy.audit.study.sample import Sample, calendar_months_of
from strategy.audit.study.statistics import episodes, figure_of, first_of
from strategy.audit.study.windows import Windows
from strategy.plan import Plan

#: Paths that do as well as history after which no more are drawn.
ENOUGH = 20
#: Least mean block, sessions: a month for returns, half a year for drawdowns, which live on
#: clusters of volatility.
BLOCK_RETURNS, BLOCK_DRAWDOWNS = 21.0, 126.0
#: Paths between two words of progress: drawing a bar takes time too.
TELL_EVERY = 20
#: On a path the figure of all dates is taken on about so many of them.
BASE_DATES = 1500


@dataclass
class Trial:
    """One claim made ready for paths, and its count so far."""

    claim: Claim
    sample: Sample
    plan: Plan
    first: int
    block: float
    redetected: bool
    observed: float = math.nan
    better: int = 0
    drawn: int = 0
    without: int = 0
    figures: list[float] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.better >= ENOUGH

    @property
    def p(self) -> float:
        """Sequential p-value: h / l where drawing ended early, else (h + 1) / (l + 1)."""
        if not self.drawn:
            return math.nan
        if self.done:
            return self.better / self.drawn
        return (self.better + 1) / (self.drawn + 1)


def prepare(
    claim: Claim,
    sample: Sample,
    market: Market,
    plan: Plan,
    blocks: dict[tuple[int, str], float],
) -> Trial | None:
    """A trial, or None where there is no event to compare with.

    `blocks` keeps block lengths by first session and kind between calls.
    """
    if not len(sample.opening):
        return None
    redetected = is_price_rule(claim)
    first = first_row(market, int(sample.at[0]))
    prices = market.prices.iloc[first:]
    kind = "drawdowns" if isinstance(claim.outcome, DrawdownOutcome) else "returns"
    if (first, kind) not in blocks:
        change = np.diff(np.log(prices["close"].to_numpy(dtype=np.float64)))
        blocks[first, kind] = (
            block_length(change**2, BLOCK_DRAWDOWNS)
            if kind == "drawdowns"
            else block_length(change, BLOCK_RETURNS)
        )
    trial = Trial(claim, sample, plan, first, blocks[first, kind], redetected)
    # history is measured as the paths are
    trial.observed = statistic(trial, replace(market, prices=prices))
    return None if math.isnan(trial.observed) else trial


def first_row(market: Market, earliest: int) -> int:
    """First session whose bars are drawn from.

    Where every date of the sample lies behind the close-only sessions that
    the data begin with, those stay out: their bars would hide highs and lows.
    """
    ranged = has_range(market.prices)
    if ranged.any():
        begin = int(np.argmax(ranged))
        if 0 < begin <= earliest:
            return begin
    return 0


def run_paths(
    trials: list[Trial],
    market: Market,
    *,
    seed: int,
    most: int,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Draw paths until every trial is decided or `most` are drawn; counts are kept in the trials.

    Trials with the same first session and block share their paths. Path k is
    the same whatever other trials there are.
    """
    groups: dict[tuple[int, float], list[Trial]] = {}
    for trial in trials:
        groups.setdefault((trial.first, trial.block), []).append(trial)
    for g, ((first, block), members) in enumerate(groups.items()):
        history = market.prices.iloc[first:]
        shape = _Shape(history)
        for k in range(most):
            if progress and k % TELL_EVERY == 0:
                progress(g * most + k, len(groups) * most)
            open_trials = [t for t in members if not t.done]
            if not open_trials:
                break
            rng = np.random.default_rng([seed, first, round(block * 1e6), k])
            index = stationary_index(rng, len(history) - 1, len(history) - 1, block)
            path = replace(market, prices=shape.path(index))
            bars = Bars(path.prices)
            for trial in open_trials:
                _count(trial, statistic(trial, path, bars))
    if progress:
        progress(1, 1)


def statistic(trial: Trial, path: Market, bars: Bars | None = None) -> float:
    """Events' figure less that of all dates, in the claim's direction; NaN without an event."""
    bars = bars or Bars(path.prices)
    claim, sample, first = trial.claim, trial.sample, trial.first
    if claim.figure == "rank":
        assert claim.event.kind == "month"
        spans = _moved(sample.spans, first)
        month = calendar_months_of(path.sessions, spans.start)
        values = outcomes(bars, claim, spans)
        return month_means(values, month, claim.event.month - 1, claim.sign).margin
    if trial.redetected:
        opening, possible = _redetected(trial, path)
    else:
        opening = sample.opening
        possible = np.arange(len(sample.at))
    step = max(1, len(possible) // BASE_DATES)
    base = outcomes(bars, claim, _moved(sample.spans.of(possible[::step]), first))
    base = base[~np.isnan(base)]
    own = outcomes(bars, claim, _moved(sample.spans.of(opening), first))
    own = own[~np.isnan(own)]
    if not len(own) or not len(base):
        return math.nan
    figure = claim.figure
    difference = figure_of(figure, own, hits(claim, own)) - figure_of(
        figure, base, hits(claim, base)
    )
    return difference if figure == "hit_rate" else claim.sign * difference


def _redetected(trial: Trial, path: Market) -> tuple[Ints, Ints]:
    """First events of episodes on a path, and the dates on which the rule is known there."""
    claim, sample = trial.claim, trial.sample
    event = claim.event
    assert isinstance(event, RuleEvent)
    parameters = parameters_of(trial.plan, event.rule, dict(event.parameters))
    state = evaluate(path, event.rule, **parameters)["state"].to_numpy()
    # only dates that are eligible in history count, so that windows are whole and in the sample
    there = sample.at - trial.first
    possible = np.flatnonzero(state[there] >= 0)
    events = np.flatnonzero(spells(state, event.on)[there])
    spans = sample.spans
    opening = first_of(episodes(spans.start[events], spans.end[events]))
    return events[opening], possible


def _count(trial: Trial, found: float) -> None:
    if math.isnan(found):
        trial.without += 1
        return
    trial.drawn += 1
    trial.figures.append(found)
    # equal figures count against the claim; rounding must not decide
    trial.better += found >= trial.observed - 1e-12


def _moved(spans: Windows, first: int) -> Windows:
    return Windows(
        spans.start - first, np.where(spans.end < 0, -1, spans.end - first), spans.beyond
    )


class _Shape:
    """Bars taken apart: each day's return, and its open, high and low against its close."""

    def __init__(self, prices: pd.DataFrame) -> None:
        close = prices["close"].to_numpy(dtype=np.float64)
        self.index = prices.index
        self.first = close[0]
        self.change = close[1:] / close[:-1]
        self.open, self.high, self.low = (
            prices[name].to_numpy(dtype=np.float64)[1:] / close[1:]
            for name in ("open", "high", "low")
        )
        self.first_bar = [prices[name].iloc[0] for name in ("open", "high", "low")]

    def path(self, index: Ints) -> pd.DataFrame:
        """Prices on the same sessions from the bars at `index`."""
        close: Floats = np.append(self.first, self.first * np.cumprod(self.change[index]))
        columns = {
            name: np.append(start, ratio[index] * close[1:])
            for name, ratio, start in zip(
                ("open", "high", "low"),
                (self.open, self.high, self.low),
                self.first_bar,
                strict=True,
            )
        }
        return pd.DataFrame({**columns, "close": close}, index=self.index)
