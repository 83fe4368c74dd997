"""Who computes the parts of a sweep: this process, or others (`strategy.sweep.work.cluster`)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

import numpy as np

from strategy.sweep.engine.engine import Engine
from strategy.sweep.engine.rows import Rows
from strategy.sweep.work.table import pack


class Crew(Protocol):
    """Computes parts of a sweep, in any order."""

    def parts(
        self, engine: Engine, wanted: list[tuple[int, tuple[int, int]]], *, vintages: bool
    ) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Give each wanted part's number and files."""
        ...


class LocalCrew:
    """Computes here: the kernels have their own threads, and one more packs what is done."""

    def parts(
        self, engine: Engine, wanted: list[tuple[int, tuple[int, int]]], *, vintages: bool
    ) -> Iterator[tuple[int, bytes, bytes | None]]:
        """Give each wanted part's number and files, in order."""

        def packed(i: int, numbers: np.ndarray, rows: Rows) -> tuple[int, bytes, bytes | None]:
            return i, *pack(engine, numbers, rows, vintages=vintages)

        with ThreadPoolExecutor(max_workers=1) as pool:
            waiting: Future[tuple[int, bytes, bytes | None]] | None = None
            for i, part in wanted:
                numbers = engine.grid.numbers(part)
                rows = engine.compute(numbers)
                if waiting is not None:
                    yield waiting.result()
                waiting = pool.submit(packed, i, numbers, rows)
            if waiting is not None:
                yield waiting.result()
