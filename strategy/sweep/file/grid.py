"""The numbering of a sweep's variants: which values variant 12,345 has, and which exist.

A variant's number is its position in the product of all axes, before
constraints and sampling, so it names the same values whatever else is left
out. Axes are ordered by what they change: the shared context first, then risk,
the tactical leg, the hedge. Neighbouring numbers therefore share most of their
work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.file.axes import Axis
from strategy.sweep.file.sweep_file import Sweep

#: Sleeves whose outcome an axis can change.
CONTEXT, RISK, TACTICAL, HEDGE = "context", "risk", "tactical", "hedge"
_ORDER = (CONTEXT, RISK, TACTICAL, HEDGE)

#: Keys below ``tactical`` and ``hedge`` that every sleeve shares.
SHARED = (
    "tactical.entry.fill",
    "hedge.window",
    "hedge.short.style",
    "hedge.short.financing_spread_bps",
    "hedge.short.roll_bps",
)
#: Largest number a variant can have.
MOST_NUMBERED = 2**62
#: Variants looked at in one go while counting.
STRIDE = 1 << 20
#: Random numbers tried for each variant of a sample before constraints are called too narrow.
TRIES = 1000


def kinds_of(key: str, gated: bool) -> frozenset[str]:
    """What a key changes.

    Parameters
    ----------
    key : str
        Dotted, of a value or of a whole section.
    gated : bool
        Whether the entry has conditions: these may read the hedge's score.
    """
    overlaps = any(f"{key}.".startswith(f"{s}.") or f"{s}.".startswith(f"{key}.") for s in SHARED)
    head = key.split(".")[0]
    if overlaps or head not in ("tactical", "hedge", "risk"):
        return frozenset((CONTEXT,))
    if head == "risk":
        return frozenset((RISK,))
    if head == "tactical":
        return frozenset((TACTICAL,))
    reads_score = gated and f"{key}.".startswith(("hedge.score.", "hedge."))
    return frozenset((TACTICAL, HEDGE)) if reads_score else frozenset((HEDGE,))


def leg_kind(name: str) -> str:
    """What a key of a named leg changes."""
    return f"leg {name}"


def legs_kinds_of(key: str) -> frozenset[str]:
    """What a key of a plan of named legs changes: one leg, or what all share."""
    head, _, rest = key.partition(".")
    name, _, below = rest.partition(".")
    if head != "legs" or not below or below == "market":
        return frozenset((CONTEXT,))
    return frozenset((leg_kind(name),))


@dataclass(frozen=True)
class Grid:
    """All variants of a sweep, numbered.

    Attributes
    ----------
    sweep : Sweep
    axes : tuple of Axis
        In the order of the numbering, the last one fastest.
    kinds : tuple of frozenset
        What each axis changes.
    """

    sweep: Sweep
    axes: tuple[Axis, ...]
    kinds: tuple[frozenset[str], ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return make_grid, (self.sweep,)

    @property
    def product(self) -> int:
        """Variants before constraints and sampling."""
        return prod(len(axis) for axis in self.axes)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Length of each axis."""
        return np.array([len(axis) for axis in self.axes], dtype=np.int64)

    def digits(self, numbers: np.ndarray) -> np.ndarray:
        """Position of each variant on each axis. Shape (n, axes)."""
        out = np.empty((len(numbers), len(self.axes)), dtype=np.int64)
        rest = numbers
        for j in range(len(self.axes) - 1, -1, -1):
            rest, out[:, j] = np.divmod(rest, self.sizes[j])
        return out

    def group(self, digits: np.ndarray, *kinds: str) -> np.ndarray:
        """Number of each variant's setting among those of the axes that change `kinds`."""
        out = np.zeros(len(digits), dtype=np.int64)
        for j, changed in enumerate(self.kinds):
            if changed & set(kinds):
                out = out * self.sizes[j] + digits[:, j]
        return out

    def group_size(self, *kinds: str) -> int:
        """Settings of the axes that change `kinds`."""
        return prod(
            len(axis)
            for axis, changed in zip(self.axes, self.kinds, strict=True)
            if changed & set(kinds)
        )

    def group_values(self, number: int, *kinds: str) -> dict[str, Any]:
        """Keys and values of one setting of `group`."""
        out: dict[str, Any] = {}
        for axis, changed in reversed(list(zip(self.axes, self.kinds, strict=True))):
            if changed & set(kinds):
                number, digit = divmod(number, len(axis))
                out |= {k: v[digit] for k, v in zip(axis.keys, axis.values, strict=True)}
        return out

    def values(self, number: int) -> dict[str, Any]:
        """Keys and values of one variant, in the sweep's order of keys."""
        digits = self.digits(np.array([number]))[0]
        found = {
            key: values[digit]
            for axis, digit in zip(self.axes, digits, strict=True)
            for key, values in zip(axis.keys, axis.values, strict=True)
        }
        return {key: found[key] for key in self.sweep.keys}

    @cached_property
    def _columns(self) -> dict[str, tuple[int, np.ndarray]]:
        """Values of the keys that constraints speak of, with the axis of each."""
        wanted = {key for constraint in self.sweep.constraints for key in constraint.keys}
        out: dict[str, tuple[int, np.ndarray]] = {}
        for j, axis in enumerate(self.axes):
            for key, values in zip(axis.keys, axis.values, strict=True):
                if key in wanted:
                    out[key] = (j, plain_array(values))
        return out

    @cached_property
    def _constants(self) -> dict[str, Any]:
        """Values of constrained keys that the sweep does not vary."""
        wanted = {key for constraint in self.sweep.constraints for key in constraint.keys}
        return {
            key: plain_array((plan_value(self.sweep.plan, key),))[0]
            for key in wanted - set(self._columns)
        }

    def exists(self, numbers: np.ndarray) -> np.ndarray:
        """Which variants meet every constraint."""
        keep = np.ones(len(numbers), dtype=bool)
        if not self.sweep.constraints:
            return keep
        digits = self.digits(numbers)
        values = dict(self._constants)
        for key, (j, column) in self._columns.items():
            values[key] = column[digits[:, j]]
        for constraint in self.sweep.constraints:
            keep &= constraint.holds(values, len(numbers))
        return keep

    @cached_property
    def chosen(self) -> np.ndarray | None:
        """Numbers of a sample, ascending; None where all variants are run."""
        wanted = self.sweep.sample
        if wanted is None or wanted >= self.count_all(limit=wanted + 1):
            return None
        rng = np.random.default_rng([self.sweep.seed, 1])
        found = np.zeros(0, dtype=np.int64)
        for _ in range(TRIES):
            tried = rng.integers(0, self.product, size=2 * wanted + 64)
            # in the order drawn, so that the first ones do not depend on how many are wanted
            fresh = tried[self.exists(tried)]
            both = np.concatenate([found, fresh])
            found = both[np.sort(np.unique(both, return_index=True)[1])]
            if len(found) >= wanted:
                return np.sort(found[:wanted])
        raise InputError(
            f"{TRIES * (2 * wanted + 64):,} tries found {len(found):,} of {wanted:,} variants that "
            "meet the constraints",
            where=f"{self.sweep.label}: sweep.sample",
            expected="constraints that leave enough variants",
        )

    def count_all(self, limit: int | None = None) -> int:
        """Variants that meet the constraints; counting stops at `limit`."""
        if not self.sweep.constraints:
            return self.product
        total = 0
        for first in range(0, self.product, STRIDE):
            numbers = np.arange(first, min(self.product, first + STRIDE), dtype=np.int64)
            total += int(self.exists(numbers).sum())
            if limit is not None and total >= limit:
                return total
        return total

    @cached_property
    def count(self) -> int:
        """Variants of the sweep."""
        return len(self.chosen) if self.chosen is not None else self.count_all()

    def chunks(self, rows: int) -> list[tuple[int, int]]:
        """Parts of the sweep: spans of numbers, or of positions in the sample."""
        end = self.product if self.chosen is None else len(self.chosen)
        return [(a, min(end, a + rows)) for a in range(0, end, rows)]

    def numbers(self, chunk: tuple[int, int]) -> np.ndarray:
        """The variants of a chunk."""
        if self.chosen is not None:
            part: np.ndarray = self.chosen[slice(*chunk)]
            return part
        numbers: np.ndarray = np.arange(chunk[0], chunk[1], dtype=np.int64)
        found: np.ndarray = numbers[self.exists(numbers)]
        return found

    def random(self, n: int, salt: int) -> np.ndarray:
        """`n` different variants of the sweep at random, ascending; fewer where there are fewer."""
        if self.count <= n:
            parts = [self.numbers(chunk) for chunk in self.chunks(STRIDE)]
            return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
        rng = np.random.default_rng([self.sweep.seed, salt])
        if self.chosen is not None:
            return np.sort(rng.choice(self.chosen, n, replace=False))
        found = np.zeros(0, dtype=np.int64)
        while len(found) < n:
            tried = rng.integers(0, self.product, size=4 * n + 64)
            both = np.concatenate([found, tried[self.exists(tried)]])
            found = both[np.sort(np.unique(both, return_index=True)[1])]
        return np.sort(found[:n])

    def each(self) -> Iterator[np.ndarray]:
        """All variants, a stride at a time."""
        for chunk in self.chunks(STRIDE):
            yield self.numbers(chunk)


def make_grid(sweep: Sweep) -> Grid:
    """Number the variants of a sweep.

    Raises
    ------
    InputError
        Where there are more than can be numbered, or none.
    """
    found = []
    plan = sweep.plan
    order: tuple[str, ...] = _ORDER
    if isinstance(plan, LegsPlan):
        order = (CONTEXT, *(leg_kind(name) for name in plan.legs))
        kinds_by_key = {key: legs_kinds_of(key) for key in sweep.keys}
    else:
        gated = _gated(plan, sweep.keys)
        kinds_by_key = {key: kinds_of(key, gated) for key in sweep.keys}
    for axis in sweep.axes:
        kinds = frozenset().union(*(kinds_by_key[key] for key in axis.keys))
        found.append((frozenset((CONTEXT,)) if CONTEXT in kinds else kinds, axis))
    found.sort(key=lambda pair: min(order.index(kind) for kind in pair[0]))
    grid = Grid(sweep, tuple(axis for _, axis in found), tuple(kinds for kinds, _ in found))
    if grid.product > MOST_NUMBERED:
        raise InputError(
            f"{grid.product:,} variants",
            where=f"{sweep.label}: sweep.keys",
            expected=f"at most {MOST_NUMBERED:,}",
            do="draw values instead of listing them: {uniform: [..]} and draws: {n: 10000}",
        )
    return grid


def _gated(plan: Plan, keys: tuple[str, ...]) -> bool:
    """Whether the entry has conditions, in the plan or in a variant."""
    gates = ("tactical.entry.conditions", "tactical.entry.when")
    return bool(plan.tactical.entry.conditions) or any(
        f"{gate}.".startswith(f"{key}.") or f"{key}.".startswith(f"{gate}.")
        for key in keys
        for gate in gates
    )


def plain_array(values: tuple[Any, ...]) -> np.ndarray:
    """Values as numbers or text; as objects where they are neither."""
    if all(isinstance(v, bool) for v in values):
        return np.array(values, dtype=bool)
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return np.array(values, dtype=float)
    if all(isinstance(v, str) for v in values):
        return np.array(values, dtype=str)
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def plan_value(plan: Any, key: str) -> Any:
    """Value of a dotted key of a plan."""
    node = plan.model_dump(mode="json", by_alias=True)
    for part in key.split("."):
        node = node[part] if isinstance(node, dict) and part in node else None
    return node
