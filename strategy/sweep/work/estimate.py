"""What a sweep will cost, before it starts: time, memory and disk; and the refusal of too much."""

from __future__ import annotations

from dataclasses import dataclass

from market.errors import InputError
from strategy.sweep.engine.bins import BINS
from strategy.sweep.engine.engine import COST, KEPT, Engine, separable_cost
from strategy.sweep.file.grid import CONTEXT, HEDGE, RISK, TACTICAL, Grid

#: Above these a sweep starts only when told to (``--yes``).
MOST_SECONDS, MOST_DISK, MOST_VARIANTS = 600.0, 4e9, 20_000_000
#: Above these it does not start at all.
LIMIT_VARIANTS, LIMIT_DISK = 2_000_000_000, 2e12
#: Sessions and vintages that the costs were measured with.
SESSIONS = 15_652
#: Bytes of a process with everything imported, the market loaded and a judge at work.
BASE_MEMORY = 750e6
#: Bytes of a setting's parts, histograms and outcomes, measured (docs/scaling.md).
SETTING_MEMORY = {TACTICAL: 75e3, HEDGE: 110e3}
#: Up to this many variants the vintage returns of all are kept.
ALL_VINTAGES = 50_000
#: Beyond it those of the best and of a random sample.
BEST_VINTAGES, SAMPLED_VINTAGES = 1_000, 4_000
#: Seconds that a judged variant takes (a run and vectorbt's book), and one that only a run follows.
JUDGE_SECONDS, SINGLE_SECONDS = 0.045, 0.06
#: Seconds of what every sweep has: compiled code read, the base plan, evidence, the page; and
#: microseconds a variant of landscapes and heat maps.
ALWAYS_SECONDS, SHOWN = 2.0, 3.0


@dataclass(frozen=True)
class Estimate:
    """Variants, seconds, bytes of memory at most, bytes on disk."""

    variants: int
    seconds: float
    memory: float
    disk: float

    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.variants:,} variants, about {duration(self.seconds)}, "
            f"at most {size(self.memory)} of memory, about {size(self.disk)} on disk"
        )


def keeps_all_vintages(grid: Grid) -> bool:
    """Whether the vintage returns of all variants are kept."""
    if grid.sweep.vintages == "auto":
        return grid.count <= ALL_VINTAGES
    return grid.sweep.vintages == "all"


def kept_vintages(grid: Grid) -> int:
    """Variants whose vintage returns are kept."""
    if keeps_all_vintages(grid):
        return grid.count
    return min(grid.count, BEST_VINTAGES + SAMPLED_VINTAGES)


def check_number(grid: Grid) -> None:
    """Refuse a number of variants that no machine runs, before they are even counted.

    Raises
    ------
    InputError
    """
    if grid.sweep.sample is None and grid.product > LIMIT_VARIANTS:
        raise InputError(
            f"{grid.product:,} variants",
            where=f"{grid.sweep.label}: sweep.keys",
            expected=f"at most {LIMIT_VARIANTS:,}",
            do="take fewer values, or some of them at random: sample: 100000",
        )


def estimate(engine: Engine, workers: int) -> Estimate:
    """Cost of a sweep with `workers` threads."""
    grid = engine.grid
    n = grid.count
    scale = 1.0
    if engine.way != "single":
        scale = engine.context(0).sessions_counted / SESSIONS
    spent = {
        "separable": separable_cost(grid),
        "single": n * SINGLE_SECONDS * 1e6,
    }.get(engine.way, n * COST["dense"])
    threads = 1 if engine.way == "single" else workers
    columns = len(grid.sweep.metrics) + len(grid.sweep.keys) + 1
    width = 8 * len(engine.years)
    rows = min(n, engine.rows)
    held = sum(_settings_held(grid, kind, rows) * SETTING_MEMORY[kind] for kind in SETTING_MEMORY)
    # without parts and histograms a setting is its outcomes only
    settings = held if engine.way == "separable" else 0.1 * held
    memory = BASE_MEMORY + settings + rows * (4 * 8 * columns + 3 * width) + workers * BINS * 400
    disk = n * 9.0 * columns + kept_vintages(grid) * width
    # what is found per context once: calendar, score, levels
    contexts = 0.3 * grid.group_size(CONTEXT)
    judged = 0.0
    if grid.sweep.judge:
        judged = min(n, grid.sweep.judge + grid.sweep.best) * JUDGE_SECONDS * scale
    seconds = spent * scale / 1e6 / threads + contexts + judged + n * columns * 6e-8
    seconds += ALWAYS_SECONDS + n * SHOWN / 1e6
    return Estimate(n, seconds, memory, disk)


def _settings_held(grid: Grid, kind: str, rows: int) -> int:
    """Settings of a sleeve that are in memory at a time."""
    size = grid.group_size(RISK, kind)
    if size <= KEPT:
        return size
    if kind == TACTICAL and grid.chosen is None:
        # neighbours differ in the hedge first
        return min(size, rows // max(1, grid.group_size(HEDGE)) + 2)
    return min(size, rows)


def check(found: Estimate, grid: Grid, *, yes: bool) -> None:
    """Refuse a sweep that is too large.

    Raises
    ------
    InputError
        Above the limits in any case, above the lower ones unless `yes`.
    """
    where = f"{grid.sweep.label}: sweep.keys"
    if found.variants == 0:
        raise InputError(
            "no variant meets the constraints",
            where=f"{grid.sweep.label}: sweep.constraints",
            expected="constraints that leave at least one",
        )
    if found.variants > LIMIT_VARIANTS or found.disk > LIMIT_DISK:
        raise InputError(
            found.text(),
            where=where,
            expected=f"at most {LIMIT_VARIANTS:,} variants and {size(LIMIT_DISK)}",
            do="take fewer values, or some of them at random: sample: 100000",
        )
    large = found.seconds > MOST_SECONDS or found.disk > MOST_DISK or found.variants > MOST_VARIANTS
    if large and not yes:
        raise InputError(
            found.text(),
            where=where,
            do="add --yes to run it, or take fewer values",
        )


def duration(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3.5 h``, ``12 days``."""
    if seconds < 90.0:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400.0:
        return f"{seconds / 60:.0f} min"
    if seconds < 172_800.0:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86_400:,.0f} days"


def size(content: float) -> str:
    """``12 MB``, ``1.5 GB``."""
    for unit, amount in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if content >= amount:
            return f"{content / amount:.3g} {unit}"
    return f"{content / 1e3:.0f} kB"
