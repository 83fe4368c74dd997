"""On which days to cut the data: where mistakes about time show, and anywhere else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.judge.days import holes
from strategy.run.simulation import Simulation


def choose_dates(
    simulation: Simulation, market: Market, count: int, seed: int
) -> tuple[pd.Timestamp, ...]:
    """Sessions to cut after, drawn with `seed`.

    A quarter each from: sessions with an order; sessions between the end of a
    period and the publication of its figure; sessions of the tactical legs and
    of the weeks before them; all sessions. The first sessions and the last one
    are left out: there is nothing to cut, or nothing to compare. So is a
    session before a hole, where legs settle because of what is missing later.
    """
    sessions = market.sessions
    last = len(sessions) - 2
    if last < 1:
        return ()
    random = np.random.default_rng(seed)
    edges = [before for before, _ in holes(sessions)]
    everywhere = np.setdiff1d(np.arange(1, last + 1), edges)
    pools = [
        _with_orders(simulation),
        _unpublished(market, random),
        _about_legs(simulation),
        everywhere,
    ]
    chosen: set[int] = set()
    for k, pool in enumerate(pools):
        wanted = count * (k + 1) // len(pools) - len(chosen)
        pool = np.setdiff1d(pool[(pool >= 1) & (pool <= last)], [*chosen, *edges])
        chosen.update(
            int(t) for t in random.choice(pool, max(min(wanted, len(pool)), 0), replace=False)
        )
    return tuple(sessions[t] for t in sorted(chosen))


def _with_orders(simulation: Simulation) -> np.ndarray:
    orders = [simulation.chained.orders["session"]]
    orders += [v.account.orders["session"] for v in simulation.vintages]
    return np.unique(np.concatenate(orders))


def _about_legs(simulation: Simulation) -> np.ndarray:
    spans = [
        np.arange(v.schedule.anchor - 10, max(v.schedule.last, v.schedule.anchor) + 2)
        for v in simulation.vintages
    ]
    return np.unique(np.concatenate(spans))


def _unpublished(market: Market, random: np.random.Generator) -> np.ndarray:
    """One session a figure, of as many figures a series: ended, and not known yet."""
    found: list[int] = []
    for observations in market.series.values():
        frame = observations.frame
        waits = frame[(frame["known_at"] - frame.index).dt.days.to_numpy() > 1]
        if not len(waits):
            continue
        for row in random.choice(len(waits), min(8, len(waits)), replace=False):
            first = int(market.sessions.searchsorted(waits.index[row], side="left"))
            until = int(market.sessions.searchsorted(waits["known_at"].iloc[row], side="left"))
            if first < until:
                found.append(int(random.integers(first, until)))
    return np.unique(np.array(found, dtype=np.int64))
