"""Plan files: YAML and command line overrides in, a validated `Plan` out, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan import Plan
from strategy.plan.file.errors import explain, place_of, where
from strategy.plan.file.overrides import forget, put, set_key
from strategy.plan.file.schema import alternatives, schema
from strategy.plan.file.text import kind_of, read_text
from strategy.plan.file.yaml_tree import (
    KeyPath,
    Place,
    Tree,
    printable,
    read_yaml,
    written_as,
)

__all__ = ["Block", "PlanFile", "load_plan", "plan_sha256", "read_plan_file", "resolved", "schema"]


def load_plan(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
) -> Plan:
    """Read a plan file.

    Parameters
    ----------
    path : path
        YAML file. Paths in its `data` section are relative to its folder.
    overrides : iterable of str, optional
        ``key=value`` pairs in order, for example ``tactical.stop=0.02``; the
        key is dotted, the value is YAML (``[6180, 6200]``, ``{level: 5800}``,
        ``null``). Paths are relative to the working folder.
    prices : path, optional
        File of the traded index, in place of ``data.prices``; relative to the
        working folder.

    Returns
    -------
    Plan
        Frozen; file names in `data` are absolute.

    Raises
    ------
    InputError
        For every mistake in the file, the overrides, or the files they name,
        as one line.

    Examples
    --------
    >>> plan = load_plan("configs/short_long.yaml", ["tactical.stop=0.02"])
    >>> plan.tactical.stop
    0.02
    """
    return read_plan_file(path, overrides, prices=prices).plan


@dataclass(frozen=True)
class Block:
    """What a file holds beside the plan's keys, under a key of its own.

    Attributes
    ----------
    value : object
        As YAML gave it; None where the file has no such block.
    present : bool
    places : dict
        Where its keys were written, by their path below the block.
    """

    value: Any
    present: bool
    places: dict[KeyPath, Place]


@dataclass(frozen=True)
class PlanFile:
    """A plan with the place of every key, so that later mistakes can be told with their line.

    Attributes
    ----------
    plan : Plan
    tree : Tree
        What the user wrote, in the file and on the command line.
    label : str
        The file's name as the user gave it.
    block : Block, optional
        The block that was asked for and taken out.
    """

    plan: Plan
    tree: Tree
    label: str
    block: Block | None = None

    @contextmanager
    def locating(self) -> Iterator[None]:
        """Add file and line to mistakes that name a key of the plan.

        What does not fit the data (a window, a level, a year) is found long
        after the file was read, by code that knows the key but not the file.
        """
        try:
            yield
        except InputError as error:
            path: KeyPath = tuple(error.where.split("."))
            if not error.where or not alternatives(path):
                raise
            place = place_of(path, self.tree)
            if place == self.tree.places[()]:
                place = None  # the key has its default: no line to look at
            raise InputError(
                error.what,
                where=where(path, place, self.label),
                expected=error.expected,
                do=error.do,
            ) from error


def read_plan_file(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    prices: str | os.PathLike[str] | None = None,
    block: str = "",
) -> PlanFile:
    """Read a plan file as `load_plan` does, and keep where each key was written.

    Parameters
    ----------
    path, overrides, prices
        As for `load_plan`.
    block : str, optional
        A key that is none of the plan's, for example ``sweep``: what stands
        there is handed out beside the plan.

    Raises
    ------
    InputError
    """
    tree, label = read_tree(path)
    if "legs" in tree.value:
        raise InputError(
            "this plan has `legs`",
            where=f"{label}:{tree.places[('legs',)].line}",
            expected="a plan of `tactical` and `hedge`",
            do="`simulate run`, `check`, `explain`, `today` and `lookahead` take it",
        )
    beside = take_out(tree, block) if block else None
    complete_tree(tree, Path(path), overrides, prices)
    try:
        plan = Plan.model_validate(tree.value)
    except ValidationError as error:
        raise explain(error, tree, label) from None
    _check_files(plan, tree, label)
    return PlanFile(plan, tree, label, beside)


def read_tree(path: str | os.PathLike[str]) -> tuple[Tree, str]:
    """What a file holds, a map of keys, and its name for messages.

    Raises
    ------
    InputError
    """
    label = printable(str(Path(path)), 200)
    tree = read_yaml(read_text(Path(path), label), label)
    if tree.value is None:
        raise InputError(
            "the file holds no plan", where=label, expected="a map of keys, at least 'name'"
        )
    if not isinstance(tree.value, dict):
        raise InputError(
            f"got {written_as(tree.value)}",
            where=f"{label}:{tree.places[()].line}",
            expected="a map of keys, at least 'name'",
        )
    return tree, label


def complete_tree(
    tree: Tree,
    path: Path,
    overrides: Iterable[str] = (),
    prices: str | os.PathLike[str] | None = None,
) -> None:
    """Put overrides in and make file names absolute.

    Raises
    ------
    InputError
    """
    for override in overrides:
        set_key(tree, override)
    if prices is not None:
        put(tree, ("data", "prices"), os.fspath(prices), "--prices", "data.prices")
    _locate_files(tree, path)


def take_out(tree: Tree, key: str) -> Block:
    """Take what stands at a key out of the tree."""
    places = {p[1:]: place for p, place in tree.places.items() if p[:1] == (key,)}
    forget(tree, (key,))
    present = key in tree.value
    return Block(tree.value.pop(key, None), present, places)


def resolved(plan: Plan) -> dict[str, Any]:
    """The plan with every default written out, as plain JSON values with sorted keys.

    Files are given by name only: where a file lies says nothing of what it
    holds, and a run that is passed on should not tell the folders of its
    author. The content of files has its own hashes beside the plan's.
    """
    values = plan.model_dump(mode="json", by_alias=True)
    data = values["data"]
    data["prices"] = data["prices"] and Path(data["prices"]).name
    data["files"] = {series: Path(name).name for series, name in data["files"].items()}
    return {key: _sorted(values[key]) for key in sorted(values)}


def plan_sha256(plan: Plan) -> str:
    """Hash of the resolved plan: equal for plans that mean the same.

    Which series come from files counts, the files' names do not: their content
    has hashes of its own.
    """
    values = resolved(plan)
    values["data"]["prices"] = plan.data.prices is not None
    values["data"]["files"] = sorted(plan.data.files)
    # where figures came from is no part of the plan: what they are has hashes of its own
    for key in ("source", "version"):
        values["data"].pop(key, None)
    text = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _locate_files(tree: Tree, plan_file: Path) -> None:
    """Make file names absolute, each from where it was written: the plan's folder, or here."""
    data = tree.value.get("data")
    holders: list[tuple[Any, str, KeyPath]] = []
    if isinstance(data, dict):
        holders.append((data, "prices", ("data", "prices")))
        files = data.get("files")
        if isinstance(files, dict):
            holders += [(files, series, ("data", "files", series)) for series in files]
    markets = tree.value.get("markets")
    for market, held in markets.items() if isinstance(markets, dict) else ():
        # a bare name is a bundled series
        if isinstance(held, dict) and "." in str(held.get("prices", "")):
            holders.append((held, "prices", ("markets", market, "prices")))
    for holder, key, path in holders:
        name = holder.get(key)
        if isinstance(name, str) and name:
            place = place_of(path, tree)
            folder = Path.cwd() if place and place.option else plan_file.parent.absolute()
            holder[key] = os.path.normpath(folder / os.path.expanduser(name))


def _check_files(plan: Plan, tree: Tree, label: str) -> None:
    named: list[tuple[KeyPath, str]] = [
        (("data", "files", series), name) for series, name in plan.data.files.items()
    ]
    if plan.data.prices is not None:
        named.insert(0, (("data", "prices"), plan.data.prices))
    check_files(named, tree, label)


def check_files(named: list[tuple[KeyPath, str]], tree: Tree, label: str) -> None:
    """Refuse the first file that is not there or no file.

    Parameters
    ----------
    named : list of (path of the key, file)
    tree : Tree
    label : str

    Raises
    ------
    InputError
    """
    for path, name in named:
        place = place_of(path, tree)
        here = where(path, place, label)
        got = f"got {place.written}" if place and place.written else f"got '{printable(name)}'"
        try:
            kind = kind_of(Path(name))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise InputError(
                got,
                where=here,
                expected=f"a CSV or Parquet file ({reason}: {printable(name, 200)})",
            ) from None
        if kind:
            raise InputError(got, where=here, expected=f"a CSV or Parquet file, this is {kind}")


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(item) for item in value]
    return value + 0.0 if isinstance(value, float) else value  # -0.0 means 0.0
