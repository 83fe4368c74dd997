"""Other readings of the score beside the plan's: what each would have done with the same hedge.

None of them was chosen by its outcome and none changes a number of the plan;
they show how much of the result hangs on how the score is read. Definitions:
docs/rules.md, "Readings of the score".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from signals.risk.score import (
    COMPONENTS,
    Points,
    ScoreNumbers,
    combine,
    components,
    without_proxies,
)
from strategy.account.account import Account
from strategy.account.legs import Legs
from strategy.decide.score import numbers_of
from strategy.hedge.instruments import legs_of
from strategy.hedge.ratio import target_ratio
from strategy.hedge.vintage import HedgeRun
from strategy.legs.prices import price_arrays
from strategy.result.hedge.anew import decided_anew
from strategy.result.metrics import max_drawdown, sample_statistics
from strategy.run.chained import chained_accounts
from strategy.run.simulation import Simulation
from strategy.run.vintage import Ground, Vintage

#: Readings in the order of the outputs.
READINGS = ("true_inputs", "with_proxies", "credit_only", "always_half", "ranks")

COLUMNS = (
    *("reading", "plan", "share_known", "n_hedged", "mean", "mean_low", "mean_high", "worst"),
    *("against_derisk", "against_derisk_low", "against_derisk_high"),
    *("max_drawdown", "derisk_max_drawdown"),
)

#: What `always_half` holds, share of equity.
HALF = 0.5


class _Reading(NamedTuple):
    name: str
    target: np.ndarray
    triggers: Mapping[str, pd.DataFrame]
    share_known: float


def readings(simulation: Simulation) -> pd.DataFrame:
    """One row a reading; empty for a plan without a hedge.

    Returns
    -------
    DataFrame
        ``reading`` (see `READINGS`), ``plan`` (whether the plan reads the
        score so), ``share_known`` (of the sessions of the chained account);
        over complete vintages that held a hedge ``n_hedged``, the mean of its
        contribution with its 95 % interval (``mean``, ``mean_low``,
        ``mean_high``) and its worst; of the account less the one with less core at equal
        average beta ``against_derisk``, ``against_derisk_low``,
        ``against_derisk_high``; the deepest fall of the chained account with
        that hedge and with less core instead: ``max_drawdown``,
        ``derisk_max_drawdown``. Missing figures are NaN.
    """
    rows = []
    if simulation.plan.hedge.instrument != "none":
        rows = [_row(simulation, reading) for reading in _readings(simulation)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def ranked(numbers: ScoreNumbers) -> ScoreNumbers:
    """The score with each ramp replaced by the rank of the measure among its own past.

    The direction of the ramp stays. Concentration is such a rank already: it
    is taken as it is.
    """
    by_rank = tuple(name for name in COMPONENTS if name != "concentration")
    return replace(
        numbers,
        percentile=by_rank,
        cash=_rank(numbers.cash),
        leverage=_rank(numbers.leverage),
        credit=_rank(numbers.credit),
        concentration=_rank(numbers.concentration),
        rotation=_rank(numbers.rotation),
    )


def _rank(points: Points) -> Points:
    """A ramp over the whole of a rank, in the direction of the given one."""
    ends = (0.0, 1.0) if points.to > points.from_ else (1.0, 0.0)
    return Points(*ends, points.weight)


def _readings(simulation: Simulation) -> Iterator[_Reading]:
    plan, market = simulation.plan, simulation.market
    own = replace(numbers_of(plan.risk), proxies=True)
    if plan.risk.proxies:
        parts, with_proxies = simulation.components, simulation.risk
    else:
        parts = components(market, own)
        with_proxies = combine(parts, own)
    credit = own.points("credit")
    alone = replace(own, credit=replace(credit, weight=credit.weight or 1.0))
    by_rank = ranked(own)
    scores = {
        # the series meant alone, read as with proxies: figures of the two are ranked apart
        "true_inputs": combine({n: without_proxies(f) for n, f in parts.items()}, own)
        if plan.risk.proxies
        else simulation.risk,
        "with_proxies": with_proxies,
        "credit_only": combine({"credit": parts["credit"]}, alone),
        "always_half": None,
        "ranks": combine(components(market, by_rank), by_rank),
    }
    span = slice(simulation.chained.first, simulation.chained.last + 1)
    for name in READINGS:
        risk = scores[name]
        if risk is None:
            yield _Reading(name, np.full(len(simulation.close), HALF), {}, 1.0)
            continue
        score = risk["score"].to_numpy()
        known = float((~np.isnan(score[span])).mean())
        yield _Reading(name, target_ratio(score, plan.hedge), simulation.triggers, known)


def _row(simulation: Simulation, reading: _Reading) -> dict[str, Any]:
    own = reading.name == ("with_proxies" if simulation.plan.risk.proxies else "true_inputs")
    if own:
        runs = [(v, v.hedge) for v in simulation.vintages]
        whole, derisk = simulation.chained, simulation.derisk
    else:
        legs = legs_of(simulation.setting)
        runs = decided_anew(simulation, reading.target, reading.triggers, legs, chained=True)
        whole, derisk = _chained(simulation, runs, legs)
    years, returns, leads = [], [], []
    for v, run in runs:
        if v.schedule.complete and run.status != "unavailable" and run.fate.held.any():
            years.append(v.schedule.year)
            returns.append(float(run.account.pnl[-1, 2]))
            leads.append(float(run.account.equity[-1] - run.derisk.account.equity[-1]))
    at = np.array(years, dtype=np.int64)
    result = sample_statistics(np.array(returns), at)
    lead = sample_statistics(np.array(leads), at)
    return {
        "reading": reading.name,
        "plan": own,
        "share_known": reading.share_known,
        "n_hedged": len(at),
        **{name: result.get(name, np.nan) for name in ("mean", "mean_low", "mean_high", "worst")},
        "against_derisk": lead.get("mean", np.nan),
        "against_derisk_low": lead.get("mean_low", np.nan),
        "against_derisk_high": lead.get("mean_high", np.nan),
        "max_drawdown": max_drawdown(whole.equity),
        "derisk_max_drawdown": max_drawdown(derisk.equity),
    }


def _chained(
    simulation: Simulation, runs: list[tuple[Vintage, HedgeRun]], legs: Legs
) -> tuple[Account, Account]:
    """One account through all vintages with those hedges, and with less core instead."""
    plan = simulation.plan
    ground = Ground(
        plan,
        simulation.market,
        price_arrays(simulation.market, plan.tactical.entry.fill),
        simulation.risk,
        simulation.target,
        np.empty(0, dtype=bool),  # the chain reads orders, not closes to review at
        simulation.setting,
        legs,
    )
    chain = chained_accounts(ground, [replace(v, hedge=run) for v, run in runs])
    return chain.whole, chain.derisk
