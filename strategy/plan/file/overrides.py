"""Keys set on the command line: ``--set tactical.stop=0.02`` put into what a file says."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from market.errors import InputError
from strategy.plan.file.errors import did_you_mean
from strategy.plan.file.schema import keys_of
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, printable, read_yaml, written_as


def set_key(
    tree: Tree, override: str, *, model: type[BaseModel] | None = None, below: KeyPath = ()
) -> None:
    """Put one ``key=value`` into the tree; sections on the way are made as needed.

    Parameters
    ----------
    tree : Tree
        Changed in place.
    override : str
    model : type of BaseModel, optional
        Whose keys there are; None: those of the plan file being read.
    below : tuple, optional
        The key that holds the model's values in the file; the override's key begins with it.

    Raises
    ------
    InputError
    """
    keys = keys_of(model)
    name, equals, text = override.partition("=")
    name = name.strip()
    path: KeyPath = tuple(name.split("."))
    if not equals or not all(path):
        example = "scenario.score=0.8" if below else "tactical.stop=0.02"
        raise InputError(
            f"got '{printable(override)}'",
            where="--set",
            expected=f"KEY=VALUE, for example {example}",
        )
    option = f"--set {printable(name)}"
    for depth in range(len(below) + 1, len(path) + 1):
        known = keys.names(path[len(below) : depth - 1])
        if known and path[depth - 1] not in known:
            do = did_you_mean(str(path[depth - 1]), known)
            raise InputError(
                f"unknown key '{printable(path[depth - 1])}'",
                where=option,
                expected="" if do else "one of " + ", ".join(known),
                do=do,
            )
    value = read_yaml(text, option, option=name, at=path)
    put(tree, path, value.value, option, name)
    tree.places |= value.places


def put(tree: Tree, path: KeyPath, value: Any, label: str, option: str) -> None:
    """Set the value at `path`; what stood there or was in its way has no place any more."""
    node = tree.value
    for depth, part in enumerate(path[:-1], 1):
        if not isinstance(node.get(part), dict):
            forget(tree, path[:depth])
            node[part] = {}
            tree.places[path[:depth]] = Place(label, "", option=option)
        node = node[part]
    forget(tree, path)
    node[path[-1]] = value
    written = printable(value) if isinstance(value, str) else written_as(value)
    tree.places[path] = Place(label, written, option=option)


def forget(tree: Tree, path: KeyPath) -> None:
    """Drop the places of what stands at and below `path`."""
    for known in [p for p in tree.places if p[: len(path)] == path]:
        del tree.places[known]
