"""Plan files with a ``sweep:`` block: the block is taken out, what is left is the base plan."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.file.errors import did_you_mean
from strategy.plan.file.plan_file import read_plan_file, resolved
from strategy.plan.file.schema import alternatives, keys_at
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, printable, written_as
from strategy.sweep.file.axes import Axis, Distribution, draw, read_values
from strategy.sweep.file.columns import METRICS
from strategy.sweep.file.expression import Constraint, parse

BLOCK = "sweep"
OPTIONS = (
    *("keys", "draws", "constraints", "metrics", "best", "judge", "sample", "seed"),
    *("engine", "vintages"),
)
ENGINES = ("auto", "separable", "dense", "single")
#: Keys that change nothing a sweep could measure.
IDLE_KEYS = ("name",)
MOST_JUDGED = 10_000


@dataclass(frozen=True)
class Sweep:
    """A plan and what is varied about it.

    Attributes
    ----------
    plan : Plan
        The base plan.
    content : dict
        The base plan as the user wrote it, plain values.
    axes : tuple of Axis
        In the file's order; drawn keys last, as one axis.
    constraints : tuple of Constraint
    metrics : tuple of str
        Columns to keep.
    best_by, best : str, int
        Metric that ranks, and how many of the best are judged and shown.
    judge : int
        Variants of the random sample that is run the normal way, as the best
        are; 0: none is, the best neither.
    sample : int or None
        Variants to take from the grid at random; None: all.
    seed : int
    engine : str
    vintages : str
        ``auto``, ``all`` or ``some``: whose vintage returns are kept.
    label : str
        The file's name as the user gave it.
    places : dict
        Where each swept key was written.
    """

    plan: Plan
    content: dict[str, Any]
    axes: tuple[Axis, ...]
    constraints: tuple[Constraint, ...]
    metrics: tuple[str, ...]
    best_by: str
    best: int
    judge: int
    sample: int | None
    seed: int
    engine: str
    vintages: str
    label: str
    places: dict[str, Place]

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def keys(self) -> tuple[str, ...]:
        """The swept keys, in the file's order."""
        return tuple(key for axis in self.axes for key in axis.keys)

    def where(self, key: str = "keys") -> str:
        """Place of a swept key for messages."""
        place = self.places.get(key)
        start = place.where if place else self.label
        return f"{start}: {BLOCK}.keys.{key}" if place else f"{start}: {BLOCK}.{key}"

    def description(self) -> dict[str, Any]:
        """Everything that decides the sweep's numbers, as plain values."""
        return {
            "plan": resolved(self.plan),
            "axes": [
                {"keys": list(axis.keys), "values": [list(v) for v in axis.values]}
                for axis in self.axes
            ],
            "constraints": [c.text for c in self.constraints],
            "metrics": list(self.metrics),
            "best": {"by": self.best_by, "n": self.best},
            "judge": self.judge,
            "sample": self.sample,
            "seed": self.seed,
            "engine": self.engine,
            "vintages": self.vintages,
        }


def load_sweep(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
) -> Sweep:
    """Read a plan file with a ``sweep:`` block.

    Parameters
    ----------
    path : path
    overrides : iterable of str, optional
        ``key=value`` pairs for the base plan.
    prices : path, optional
        File of the traded index, in place of ``data.prices``.

    Raises
    ------
    InputError
        For every mistake in the file or the overrides, as one line.
    """
    file = read_plan_file(path, overrides, prices=prices, block=BLOCK)
    block = file.block
    assert block is not None
    if not block.present:
        raise InputError(
            f"the file has no '{BLOCK}:' block",
            where=file.label,
            expected=f"{BLOCK}: {{keys: {{tactical.stop: [0.02, 0.03]}}}} beside the plan's keys",
        )
    return _sweep(file.plan, file.tree, block.value, block.places, file.label, Path(path))


def _sweep(
    plan: Plan, tree: Tree, block: Any, places: dict[KeyPath, Place], label: str, path: Path
) -> Sweep:
    read = _Block(block, places, label)
    seed = read.whole("seed", 0, 0, 2**32 - 1)
    keys = read.keys()
    _check_nesting(keys, read)
    axes: list[Axis] = []
    drawn: list[Distribution] = []
    for key, content in keys.items():
        values = read_values(key, content, read.where("keys", key))
        if isinstance(values, Distribution):
            drawn.append(values)
        else:
            axes.append(Axis((key,), (_located(key, values, path),)))
    if drawn or read.has("draws"):
        axes.append(_drawn(drawn, read, seed))
    best = read.map("best", ("by", "n"))
    by = best.get("by", "sharpe")
    if not isinstance(by, str) or by not in METRICS:
        raise read.refuse(by, METRICS, "best", "by")
    metrics = read.names("metrics", METRICS)
    return Sweep(
        plan=plan,
        content=copy.deepcopy(tree.value),
        axes=tuple(axes),
        constraints=tuple(_constraints(read)),
        # what ranks is kept
        metrics=metrics if by in metrics else (*metrics, by),
        best_by=by,
        best=read.whole("n", 10, 1, 1000, inside=("best", best)),
        judge=read.whole("judge", 50, 0, MOST_JUDGED),
        sample=read.whole("sample", 0, 1, 10**9) or None,
        seed=seed,
        engine=read.choice("engine", ENGINES),
        vintages=read.choice("vintages", ("auto", "all", "some")),
        label=label,
        places={str(p[1]): place for p, place in places.items() if len(p) == 2 and p[0] == "keys"},
    )


def _drawn(drawn: list[Distribution], read: _Block, seed: int) -> Axis:
    draws = read.map("draws", ("n", "method", "seed"))
    if drawn and "n" not in draws:
        raise InputError(
            f"{drawn[0].key} is a distribution",
            where=read.where("draws"),
            expected="how many draws, for example draws: {n: 1024, method: sobol}",
        )
    if not drawn:
        raise InputError(
            "no key is a distribution",
            where=read.where("draws"),
            expected="draws only beside keys such as {uniform: [0.01, 0.05]}",
        )
    n = read.whole("n", 0, 1, 10_000_000, inside=("draws", draws))
    method = draws.get("method", "random")
    if method not in ("random", "sobol"):
        raise read.refuse(method, ("random", "sobol"), "draws", "method")
    own = read.whole("seed", seed, 0, 2**32 - 1, inside=("draws", draws))
    return draw(drawn, n, method, own)


def _constraints(read: _Block) -> list[Constraint]:
    texts = read.list("constraints")
    found = []
    for i, text in enumerate(texts):
        where = read.where("constraints", i)
        if not isinstance(text, str):
            raise InputError(f"got {written_as(text)}", where=where, expected="text")
        constraint = parse(text, where)
        for key in constraint.keys:
            _check_key(key, where)
        found.append(constraint)
    return found


def _check_key(key: str, where: str) -> None:
    """Refuse a key that the plan does not have."""
    path: KeyPath = tuple(key.split("."))
    for depth in range(1, len(path) + 1):
        if alternatives(path[:depth]):
            continue
        known = keys_at(path[: depth - 1])
        do = did_you_mean(str(path[depth - 1]), known)
        raise InputError(
            f"the plan has no key '{printable(key)}'",
            where=where,
            expected="" if do or not known else "one of " + ", ".join(known),
            do=do,
        )


def _check_nesting(keys: dict[str, Any], read: _Block) -> None:
    for key in keys:
        where = read.where("keys", key)
        _check_key(key, where)
        if key in IDLE_KEYS:
            raise InputError(f"'{key}' changes no number", where=where, expected="another key")
        parts = key.split(".")
        for depth in range(1, len(parts)):
            above = ".".join(parts[:depth])
            if above in keys:
                raise InputError(
                    f"'{above}' holds '{key}'", where=where, expected="one of the two keys"
                )


def _located(key: str, values: tuple[Any, ...], path: Path) -> tuple[Any, ...]:
    """Price files are named from the sweep file's folder."""
    if key != "data.prices":
        return values
    folder = path.parent.absolute()
    return tuple(
        os.path.normpath(folder / os.path.expanduser(v)) if isinstance(v, str) else v
        for v in values
    )


class _Block:
    """The sweep block, read option by option with the place of each."""

    def __init__(self, content: Any, places: dict[KeyPath, Place], label: str) -> None:
        self.places = places
        self.label = label
        if not isinstance(content, dict):
            raise InputError(
                f"got {written_as(content)}", where=self.where(), expected="a map of keys"
            )
        for name in content:
            if name not in OPTIONS:
                raise InputError(
                    f"unknown key '{printable(name)}'",
                    where=self.where(name),
                    expected="" if did_you_mean(name, OPTIONS) else "one of " + ", ".join(OPTIONS),
                    do=did_you_mean(name, OPTIONS),
                )
        self.content = content

    def where(self, *path: str | int) -> str:
        known: KeyPath = path
        while known and known not in self.places:
            known = known[:-1]
        start = self.places[known].where if known in self.places else self.label
        return ": ".join([start, printable(".".join([BLOCK, *map(str, path)]))])

    def has(self, name: str) -> bool:
        return name in self.content

    def refuse(self, got: Any, known: Iterable[str], *path: str | int) -> InputError:
        names = tuple(known)
        do = did_you_mean(str(got), names)
        return InputError(
            f"got {printable(written_as(got))}",
            where=self.where(*path),
            expected="" if do else "one of " + ", ".join(names),
            do=do,
        )

    def keys(self) -> dict[str, Any]:
        content = self.content.get("keys")
        if not isinstance(content, dict) or not content:
            raise InputError(
                f"got {written_as(content)}",
                where=self.where("keys"),
                expected="at least one key with its values, for example "
                "tactical.stop: [0.02, 0.03]",
            )
        return content

    def list(self, name: str) -> list[Any]:
        content = self.content.get(name, [])
        if not isinstance(content, list):
            raise InputError(
                f"got {written_as(content)}", where=self.where(name), expected="a list"
            )
        return content

    def map(self, name: str, known: tuple[str, ...]) -> dict[str, Any]:
        content = self.content.get(name, {})
        if not isinstance(content, dict):
            raise InputError(
                f"got {written_as(content)}", where=self.where(name), expected="a map of keys"
            )
        for key in content:
            if key not in known:
                raise self.refuse(key, known, name, key)
        return content

    def names(self, name: str, known: Iterable[str]) -> tuple[str, ...]:
        chosen = self.list(name)
        names = tuple(known)
        for i, item in enumerate(chosen):
            if item not in names:
                raise self.refuse(item, names, name, i)
        return tuple(dict.fromkeys(chosen)) or names

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        chosen = self.content.get(name, known[0])
        if chosen not in known:
            raise self.refuse(chosen, known, name)
        return str(chosen)

    def whole(
        self,
        name: str,
        default: int,
        low: int,
        high: int,
        *,
        inside: tuple[str, dict[str, Any]] | None = None,
    ) -> int:
        content = self.content if inside is None else inside[1]
        path = (name,) if inside is None else (inside[0], name)
        if name not in content:
            return default
        value = content[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise InputError(
                f"got {printable(written_as(value))}",
                where=self.where(*path),
                expected=f"a whole number from {low:,} to {high:,}",
            )
        return value
