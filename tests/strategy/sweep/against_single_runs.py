"""Kernels against the single run for random plans, every figure, every exit reason.

    python -m tests.strategy.sweep.against_single_runs --variants 10000 --seed 1

Walks (`strategy.sweep.dense.loop`) and compositions (`strategy.sweep.composed.compose`) of
random plans in every context of `random_plans`, each held against `simulate`.
Prints the largest differences and exits with 1 where one is above 1e-9, or
where an exit reason was not met. Plan number k of a seed is always the same.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

import strategy.hedge.vintage
import strategy.run.simulation
from market import load
from market.container import Market
from strategy.legs.reasons import GENERAL, Reason
from strategy.plan import Plan
from strategy.run.simulation import simulate
from strategy.sweep.composed.compose import compose
from strategy.sweep.composed.sleeves import make_ranges, make_sleeve
from strategy.sweep.dense.loop import dense
from strategy.sweep.engine.context import Context, make_context
from strategy.sweep.engine.outcomes import Hedges, Tactical
from strategy.sweep.engine.paths import Paths
from strategy.sweep.engine.rows import Rows, rows_of
from strategy.sweep.engine.single import single_row
from strategy.sweep.engine.walk import CALLED, NO_TROUBLE, RUINED
from strategy.sweep.evidence.judge import row_of
from strategy.sweep.file.columns import COUNTS, STATED
from tests.strategy.sweep.random_plans import (
    CONTEXTS,
    DENSE_CONTEXTS,
    SPANS,
    WHOLE,
    random_plan,
)

ALL = {**CONTEXTS, **DENSE_CONTEXTS}
#: Relative to the larger of 1 and the figure, as the judge of a sweep.
TOLERANCE = 1e-9
#: Plans resolved together, as in a sweep: outcomes are shared, lanes are full.
BATCH = 100
#: A path that moves less than this a year has no ratio worth comparing.
STILL = 1e-9
RATIOS = ("sharpe", "sortino", "calmar")
#: The account's code for an order of the margin's.
MARGIN_CALL = 107


class Disagreement(AssertionError):
    """A kernel and a single run differ."""


@dataclass
class Tally:
    """What was compared, and how far apart the two were at most."""

    walked: int = 0
    composed: int = 0
    called: int = 0
    ruined: int = 0
    largest: dict[str, float] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, name: str, difference: float, allowed: float, about: str) -> None:
        """Keep a difference, or stop where it is not allowed."""
        if not difference <= allowed:
            raise Disagreement(
                f"{name} differs by {difference:.3g} (allowed {allowed:.3g}): {about}"
            )
        self.largest[name] = max(self.largest.get(name, 0.0), difference)

    def add(self, other: Tally) -> None:
        """Take in what another batch found."""
        self.walked += other.walked
        self.composed += other.composed
        self.called += other.called
        self.ruined += other.ruined
        self.reasons += other.reasons
        for name, value in other.largest.items():
            self.largest[name] = max(self.largest.get(name, 0.0), value)

    @property
    def missing(self) -> list[str]:
        """Exit reasons that no vintage ended for."""
        return [r.label for r in Reason if r not in GENERAL and not self.reasons[r.label]]


@cache
def market_of(span: str) -> Market:
    """The bundled history, up to the end of a span."""
    end = SPANS[span][1]
    whole = load(Plan(name="random").data)
    return whole if end is None else whole.until(pd.Timestamp(end))


@contextmanager
def signals_once() -> Iterator[None]:
    """Single runs on one market share what they read from it alone: scores, triggers, bill rate.

    The functions are the single run's own, each called once for a setting; they
    would otherwise take three quarters of the time.
    """
    with ExitStack() as stack:
        for module, name in (
            (strategy.run.simulation, "risk_components"),
            (strategy.run.simulation, "risk_triggers"),
            (strategy.hedge.vintage, "bill_rate"),
        ):
            stack.enter_context(patch.object(module, name, _once(getattr(module, name))))
        yield


def _once(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[Any, Any] = {}

    def found(market: Market, *settings: Any) -> Any:
        key = (id(market), settings)
        if key not in known:
            known[key] = function(market, *settings)
        return known[key]

    return found


def composed_paths(context: Context, tactical: Tactical, hedges: Hedges) -> Paths | None:
    """Each plan's own pair composed; None where parts do not follow each other."""
    if not context.segments.chained:
        return None
    index = np.arange(len(tactical.row))
    ranges = make_ranges(context, tactical, hedges)
    sleeves = make_sleeve(context, ranges, 0, tactical), make_sleeve(context, ranges, 1, hedges)
    return compose(context, ranges, *sleeves, tactical.legs, hedges.orders, index, index)


@dataclass(frozen=True)
class Batch:
    """Random plans of one context that were resolved, walked and composed together."""

    about: str
    market: Market
    plans: list[Plan]
    tactical: Tactical
    walked: Paths
    walked_rows: Rows
    composed: Paths | None
    composed_rows: Rows | None

    def compare(self, i: int, tally: Tally) -> None:
        """Hold one plan against its single run."""
        about = f"{self.about}, plan {i}"
        simulation = simulate(self.plans[i], self.market)
        expected, returns = single_row(simulation)
        vintages = np.array(list(returns.values()))
        reasons = [int(v.outcome.reason) for v in simulation.vintages]
        if reasons != list(self.tactical.reason[i]):
            raise Disagreement(f"exit reasons differ: {about}")
        tally.reasons.update(Reason(code).label for code in reasons)
        account = simulation.chained
        tally.called += int((account.orders["reason"] == MARGIN_CALL).any())
        tally.walked += 1
        ruined = bool(self.walked.trouble[i] == RUINED)
        if ruined != account.exhausted:
            raise Disagreement(f"used up in one way only: {about}")
        if ruined:
            # a sweep runs these the normal way
            tally.ruined += 1
            return
        off = np.abs(self.walked.daily[i] - account.returns()[1:]).max()
        tally.note("daily returns", float(off), TOLERANCE, about)
        _compare_row(tally, self.walked_rows, i, expected, vintages, f"walked: {about}")
        if self.composed is None or self.composed_rows is None:
            return
        if self.composed.trouble[i] == NO_TROUBLE:
            tally.composed += 1
            _compare_row(tally, self.composed_rows, i, expected, vintages, f"composed: {about}")
        elif self.composed.trouble[i] not in (CALLED, RUINED):
            raise Disagreement(f"unknown trouble: {about}")


def make_batch(
    name: str, span: str, seed: list[int], size: int = BATCH
) -> tuple[Batch, np.ndarray]:
    """The batch of a seed, and its plans in random order."""
    start, market = SPANS[span][0], market_of(span)
    rng = np.random.default_rng(seed)
    plans = [random_plan(rng, *ALL[name], start=start) for _ in range(size)]
    context = make_context(plans[0], market)
    tactical, hedges = context.tactical(plans), context.hedges(plans)
    index = np.arange(size)
    years = list(context.years)
    pairs = (tactical, hedges, index, index)
    walked = dense(context, *pairs, paths=True)
    composed = composed_paths(context, tactical, hedges) if name in CONTEXTS else None
    batch = Batch(
        f"{name}, {span}, seed {seed}",
        market,
        plans,
        tactical,
        walked,
        rows_of(context, walked, *pairs, years),
        composed,
        rows_of(context, composed, *pairs, years) if composed else None,
    )
    return batch, rng.permutation(size)


def compare_batch(name: str, span: str, seed: list[int], compared: int, size: int = BATCH) -> Tally:
    """Resolve a batch of random plans together and hold `compared` of them against single runs.

    Raises
    ------
    Disagreement
    """
    batch, order = make_batch(name, span, seed, size)
    tally = Tally()
    for i in order[:1]:
        batch.compare(int(i), tally)
    with signals_once():
        for i in order[1:compared]:
            batch.compare(int(i), tally)
    return tally


def _compare_row(
    tally: Tally, rows: Rows, i: int, expected: dict[str, float], vintages: Any, about: str
) -> None:
    if (np.isnan(rows.vintages[i]) != np.isnan(vintages)).any():
        raise Disagreement(f"a vintage return is there in one way only: {about}")
    off = np.abs(rows.vintages[i] - vintages)
    if not np.isnan(off).all():
        tally.note("vintage returns", float(np.nanmax(off)), TOLERANCE, about)
    found = row_of(rows.metrics[i])
    still = not expected["volatility"] > STILL
    for metric, value in found.items():
        right = expected[metric]
        if metric in STATED or (still and metric in RATIOS):
            continue
        if np.isnan(value) and np.isnan(right):
            continue
        scale = 1.0 if metric in ("cvar_95", *COUNTS) else max(1.0, abs(right))
        allowed = TOLERANCE
        if metric in COUNTS:
            allowed = 0.0
        elif metric == "cvar_95":
            allowed += found["cvar_95_error"]
        tally.note(metric, abs(value - right) / scale, allowed, about)


def batches(variants: int, seed: int) -> list[tuple[str, str, list[int], int]]:
    """Contexts and spans in turn, each with its own stream of random numbers.

    One batch in ten has the whole history: a single run of it takes three times
    as long as one of the shorter spans.
    """
    names, spans = list(ALL), [span for span in SPANS if span != WHOLE]
    out = []
    for k, done in enumerate(range(0, variants, BATCH)):
        span = WHOLE if k % 10 == 0 else spans[k % len(spans)]
        out.append((names[k % len(names)], span, [seed, k], min(BATCH, variants - done)))
    return out


def _one(batch: tuple[str, str, list[int], int]) -> Tally:
    return compare_batch(*batch)


def run(variants: int, seed: int, processes: int) -> Tally:
    """Compare so many variants; prints how far it is."""
    total, started = Tally(), time.monotonic()
    wanted = batches(variants, seed)
    with get_context("spawn").Pool(processes) as pool:
        for k, found in enumerate(pool.imap_unordered(_one, wanted)):
            total.add(found)
            left = (time.monotonic() - started) * (len(wanted) / (k + 1) - 1)
            text = f"\r{total.walked:,} of {variants:,}, {left:,.0f} s left  "
            print(text, end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return total


def main() -> int:
    """Compare, print what was found; 1 where something differs or was not met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--variants", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    try:
        found = run(options.variants, options.seed, options.processes)
    except Disagreement as error:
        print(f"\n{error}")
        return 1
    print(f"{found.walked:,} variants walked, {found.composed:,} of them composed too")
    print(f"{found.called:,} with a margin call, {found.ruined:,} whose account was used up")
    print("vintages by exit reason:")
    for reason in Reason:
        print(f"  {reason.label:<18}{found.reasons[reason.label]:>10,}")
    print("largest difference to the single run, relative to the larger of 1 and the figure:")
    for name, value in found.largest.items():
        print(f"  {name:<24}{value:.1e}")
    if found.missing:
        print(f"not met: {', '.join(found.missing)}")
    return 1 if found.missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
