"""Threads around the kernel: a world's futures in chunks, the same numbers for any of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from strategy.scenario.engine.kernel import futures
from strategy.scenario.engine.start import Start
from strategy.scenario.engine.terms import FIGURES, Figure, Variants
from strategy.scenario.settings import WhatIf
from strategy.scenario.worlds.worlds import World

#: Futures a thread takes at once.
CHUNK = 200
#: Futures kept session by session, for fan charts.
KEPT = 2000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Futures:
    """What became of the plan on a world's futures.

    Attributes
    ----------
    world : World
    rows : float64[n, FIGURES]
        One row a future; see `Figure`.
    tried : float32[n, stops, shares]
        Tactical return of each variant; NaN where nothing was bought.
    variants : Variants
    fans : float32[3, kept, h + 1]
        Index relative to the start, equity with and without the hedge.
    seconds : float
        Wall time of the kernel.
    """

    world: World
    rows: np.ndarray
    tried: np.ndarray
    variants: Variants
    fans: np.ndarray
    seconds: float

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, figure: Figure) -> np.ndarray:
        """One figure of every future."""
        column: np.ndarray = self.rows[:, int(figure)]
        return column

    @property
    def nbytes(self) -> int:
        """Memory of what is kept."""
        return int(self.rows.nbytes + self.tried.nbytes + self.fans.nbytes)


def make_variants(whatif: WhatIf | None) -> Variants:
    """Stops and target shares as the kernel reads them; none without `whatif`."""
    if whatif is None:
        return Variants(np.empty(0), np.empty(0))
    return Variants(
        np.array(whatif.stops, dtype=float), np.array(whatif.first_target_shares, dtype=float)
    )


def default_workers() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def run_futures(
    start: Start,
    world: World,
    *,
    workers: int = 1,
    variants: Variants | None = None,
    compare: bool = True,
    kept: int = KEPT,
    progress: Progress | None = None,
) -> Futures:
    """Put every future of a world through the plan.

    Parameters
    ----------
    start : Start
    world : World
    workers : int
        Threads; the kernel runs without the interpreter's lock.
    variants : Variants, optional
        Settings of the tactical leg to try on the same futures.
    compare : bool
        Also the portfolio with less core instead of the hedge.
    kept : int
        Futures kept session by session.
    progress : callable, optional
        Called as ``progress(world, done, of)``.
    """
    n = world.paths
    variants = make_variants(None) if variants is None else variants
    rows = np.empty((n, FIGURES))
    tried = np.empty((n, len(variants.stops), len(variants.first_shares)), dtype=np.float32)
    fans = np.empty((3, min(n, kept), start.horizon + 1), dtype=np.float32)
    table = start.history.table
    report = progress or (lambda what, done, of: None)

    def chunk(first: int) -> int:
        last = min(first + CHUNK, n)
        futures(
            first, last, table, world.garch, world.draw, world.calendar, start.terms, variants,
            compare, rows, tried, fans,
        )  # fmt: skip
        return last - first

    done = 0
    report(world.name, 0, n)
    # no future, but the compiled code is there when the clock starts
    futures(
        0, 0, table, world.garch, world.draw, world.calendar, start.terms, variants, compare,
        rows, tried, fans,
    )  # fmt: skip
    began = time.perf_counter()
    if workers <= 1 or n <= CHUNK:
        for first in range(0, n, CHUNK):
            done += chunk(first)
            report(world.name, done, n)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for finished in pool.map(chunk, range(0, n, CHUNK)):
                done += finished
                report(world.name, done, n)
    return Futures(world, rows, tried, variants, fans, time.perf_counter() - began)
