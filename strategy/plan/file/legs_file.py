"""Files of plans of named legs: read as the short form's are, into a `LegsPlan`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan.file.errors import explain, place_of, where
from strategy.plan.file.plan_file import Block, check_files, complete_tree, read_tree, take_out
from strategy.plan.file.schema import alternatives, speaking_of
from strategy.plan.file.yaml_tree import KeyPath, Tree
from strategy.plan.legs_plan import BUNDLED_PRICES, LegsPlan

__all__ = ["LegsFile", "has_legs", "legs_sha256", "load_legs_plan", "read_legs_file"]


class LegsFile:
    """A plan of legs with the place of every key, so that later mistakes can be told with theirs.

    Attributes
    ----------
    plan : LegsPlan
    tree : Tree
    label : str
    block : Block or None
        What stands beside the plan, where it was asked for.
    """

    def __init__(self, plan: LegsPlan, tree: Tree, label: str, block: Block | None = None) -> None:
        self.plan, self.tree, self.label, self.block = plan, tree, label, block

    @contextmanager
    def locating(self) -> Iterator[None]:
        """Add file and line to mistakes that name a key of the plan."""
        try:
            yield
        except InputError as error:
            raise self._located(error) from error

    def _located(self, error: InputError) -> InputError:
        """The error with file and line, where it names a key of the plan."""
        path: KeyPath = tuple(error.where.split("."))
        with speaking_of(LegsPlan):
            known = bool(error.where) and bool(alternatives(path))
        if not known:
            return error
        place = place_of(path, self.tree)
        if place == self.tree.places[()]:
            place = None  # the key has its default: no line to look at
        return InputError(
            error.what,
            where=where(path, place, self.label),
            expected=error.expected,
            do=error.do,
        )


def has_legs(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a plan of named legs.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    tree, _ = read_tree(path)
    return "legs" in tree.value


def read_legs_file(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
    block: str | None = None,
) -> LegsFile:
    """Read a plan of named legs.

    Parameters
    ----------
    path : path
        YAML file. Paths of files in it are relative to its folder.
    overrides : iterable of str, optional
        ``key=value`` pairs, for example ``legs.summer.size.weight=0.5``.
    prices : path, optional
        Refused: a plan of legs names its prices under `markets`.
    block : str, optional
        A key that is none of the plan's, as in `read_plan_file`.

    Raises
    ------
    InputError
        For every mistake, as one line.
    """
    if prices is not None:
        raise InputError(
            "a plan with `legs` names its prices under `markets`",
            where="--prices",
            do=f"--set markets.index.prices={os.fspath(prices)}",
        )
    tree, label = read_tree(path)
    beside = take_out(tree, block) if block else None
    with speaking_of(LegsPlan):
        complete_tree(tree, Path(path), overrides)
        try:
            plan = LegsPlan.model_validate(tree.value)
        except ValidationError as error:
            raise explain(error, tree, label) from None
    named: list[tuple[KeyPath, str]] = [
        (("data", "files", series), name) for series, name in plan.data.files.items()
    ]
    named += [
        (("markets", name, "prices"), market.prices)
        for name, market in plan.markets.items()
        if os.path.isabs(market.prices)
    ]
    if plan.data.prices is not None:
        raise InputError(
            "data.prices beside legs",
            where=where(("data", "prices"), place_of(("data", "prices"), tree), label),
            expected="files of prices under markets",
            do=f"write markets: {{index: {{prices: {Path(plan.data.prices).name}}}}}",
        )
    check_files(named, tree, label)
    return LegsFile(plan, tree, label, beside)


def load_legs_plan(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> LegsPlan:
    """The plan of `read_legs_file`."""
    return read_legs_file(path, overrides).plan


def resolved_legs(plan: LegsPlan) -> dict[str, Any]:
    """The plan with every default written out as plain JSON values; files by name only."""
    values = plan.model_dump(mode="json", by_alias=True)
    files = values["data"]["files"]
    values["data"]["files"] = {series: Path(name).name for series, name in files.items()}
    for market in values["markets"].values():
        if market["prices"] != BUNDLED_PRICES:
            market["prices"] = Path(market["prices"]).name
    return values


def legs_sha256(plan: LegsPlan) -> str:
    """Hash of the resolved plan: equal for plans that mean the same."""
    values = resolved_legs(plan)
    for key in ("source", "version"):
        values["data"].pop(key, None)
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
