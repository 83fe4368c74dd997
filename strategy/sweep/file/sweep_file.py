"""Plan files with a ``sweep:`` block: the block is taken out, what is left is the base plan."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.file.errors import did_you_mean, explain, place_of
from strategy.plan.file.errors import where as where_of
from strategy.plan.file.legs_file import LegsFile, has_legs, read_legs_file, resolved_legs
from strategy.plan.file.plan_file import PlanFile, read_plan_file, resolved
from strategy.plan.file.schema import alternatives, keys_at, speaking_of
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, printable
from strategy.plan.legs_plan import LegsPlan
from strategy.sweep.file.axes import Axis, Distribution, draw, read_values
from strategy.sweep.file.block import Block, Draws
from strategy.sweep.file.columns import LEG_METRICS, METRICS
from strategy.sweep.file.expression import Constraint, parse

BLOCK = "sweep"
#: Keys that change nothing a sweep could measure.
IDLE_KEYS = ("name",)


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

    plan: Plan | LegsPlan
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
    def columns(self) -> dict[str, str]:
        """All metrics that a variant has, with what each is."""
        return LEG_METRICS if isinstance(self.plan, LegsPlan) else METRICS

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
            "plan": (
                resolved_legs(self.plan) if isinstance(self.plan, LegsPlan) else resolved(self.plan)
            ),
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
    rank_by: str | None = None,
) -> Sweep:
    """Read a plan file with a ``sweep:`` block.

    Parameters
    ----------
    path : path
    overrides : iterable of str, optional
        ``key=value`` pairs for the base plan.
    prices : path, optional
        File of the traded index, in place of ``data.prices``.
    rank_by : str, optional
        Metric that ranks, in place of ``sweep.rank_by``.

    Raises
    ------
    InputError
        For every mistake in the file or the overrides, as one line.
    """
    legs = has_legs(path)
    file: PlanFile | LegsFile
    if legs:
        file = read_legs_file(path, overrides, prices=prices, block=BLOCK)
    else:
        file = read_plan_file(path, overrides, prices=prices, block=BLOCK)
    block = file.block
    assert block is not None
    if not block.present:
        raise InputError(
            f"the file has no '{BLOCK}:' block",
            where=file.label,
            expected=f"{BLOCK}: {{keys: {{tactical.stop: [0.02, 0.03]}}}} beside the plan's keys",
        )
    tree = Tree(
        {BLOCK: block.value}, {(BLOCK, *below): place for below, place in block.places.items()}
    )
    with speaking_of(type(file.plan)):
        return _sweep(file, _Written(tree, file.label), Path(path), rank_by)


@dataclass(frozen=True)
class _Written:
    """The block as it was written, for the place of what its model cannot judge."""

    tree: Tree
    label: str

    def where(self, *path: str | int) -> str:
        below: KeyPath = (BLOCK, *path)
        return where_of(below, place_of(below, self.tree), self.label)

    def block(self) -> Block:
        try:
            return Block.model_validate(self.tree.value[BLOCK])
        except ValidationError as error:
            raise explain(error, self.tree, self.label, model=Block, below=(BLOCK,)) from None


def _sweep(file: PlanFile | LegsFile, written: _Written, path: Path, rank_by: str | None) -> Sweep:
    block = written.block()
    _check_nesting(block.keys, written)
    if isinstance(file.plan, LegsPlan):
        _check_names(file.plan, block.keys, written)
    axes: list[Axis] = []
    drawn: list[Distribution] = []
    for key, content in block.keys.items():
        values = read_values(key, content, written.where("keys", key))
        if isinstance(values, Distribution):
            drawn.append(values)
        else:
            axes.append(Axis((key,), (_located(key, values, path),)))
    if drawn or block.draws:
        axes.append(_drawn(drawn, block.draws, block.seed, written.where("draws")))
    by = rank_by or block.ranked_by
    known = LEG_METRICS if isinstance(file.plan, LegsPlan) else METRICS
    if rank_by is not None and rank_by not in known:
        do = did_you_mean(rank_by, tuple(known))
        raise InputError(
            f"no metric '{printable(rank_by)}'",
            where="rank_by",
            expected="" if do else "one of " + ", ".join(known),
            do=do,
        )
    metrics = tuple(dict.fromkeys(block.metrics)) or tuple(known)
    for name in (*metrics, by):
        if name not in known:
            raise InputError(
                f"got {name}",
                where=written.where("metrics" if name in block.metrics else "rank_by"),
                expected=f"one of {', '.join(known)}",
            )
    return Sweep(
        plan=file.plan,
        content=copy.deepcopy(file.tree.value),
        axes=tuple(axes),
        constraints=tuple(_constraints(block, written)),
        # what ranks is kept
        metrics=metrics if by in metrics else (*metrics, by),
        best_by=by,
        best=block.best.n,
        judge=block.judge,
        sample=block.sample,
        seed=block.seed,
        engine=block.engine,
        vintages=block.vintages,
        label=file.label,
        places={
            str(p[2]): place
            for p, place in written.tree.places.items()
            if len(p) == 3 and p[1] == "keys"
        },
    )


def _check_names(plan: LegsPlan, keys: Iterable[str], written: _Written) -> None:
    """Refuse a leg or market that the plan does not name: a sweep makes none."""
    known = {"legs": tuple(plan.legs), "markets": tuple(plan.markets)}
    for key in keys:
        head, _, rest = key.partition(".")
        name = rest.partition(".")[0]
        if name and name not in known.get(head, (name,)):
            raise InputError(
                f"the plan has no '{printable(f'{head}.{name}')}'",
                where=written.where("keys", key),
                expected="one of " + ", ".join(known[head]),
            )


def _drawn(drawn: list[Distribution], draws: Draws | None, seed: int, where: str) -> Axis:
    if draws is None:
        raise InputError(
            f"{drawn[0].key} is a distribution",
            where=where,
            expected="how many draws, for example draws: {n: 1024, method: sobol}",
        )
    if not drawn:
        raise InputError(
            "no key is a distribution",
            where=where,
            expected="draws only beside keys such as {uniform: [0.01, 0.05]}",
        )
    return draw(drawn, draws.n, draws.method, seed if draws.seed is None else draws.seed)


def _constraints(block: Block, written: _Written) -> list[Constraint]:
    found = []
    for i, text in enumerate(block.constraints):
        where = written.where("constraints", i)
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


def _check_nesting(keys: dict[str, Any], written: _Written) -> None:
    for key in keys:
        where = written.where("keys", key)
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
    of_market = key.startswith("markets.") and key.endswith(".prices")
    if key != "data.prices" and not of_market:
        return values
    # in a map of markets a bare name is a bundled series
    return tuple(
        _absolute(v, path) if isinstance(v, str) and not (of_market and "." not in v) else v
        for v in values
    )


def _absolute(name: str, path: Path) -> str:
    return os.path.normpath(path.parent.absolute() / os.path.expanduser(name))
