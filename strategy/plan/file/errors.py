"""Validation errors in the user's words: one line with file, line, key, value and what fits."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from market.errors import InputError
from strategy.plan import Misfit
from strategy.plan.file.schema import expected_at, keys_at
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, dotted, printable, written_as

_ABSENT = object()


@dataclass(frozen=True)
class _Problem:
    path: KeyPath
    place: Place | None
    what: str
    expected: str = ""
    do: str = ""
    unknown_key: bool = False


def explain(error: ValidationError, tree: Tree, label: str) -> InputError:
    """The first problem of `error` as one line; the others are counted.

    An unknown key goes first, because a key that is missing beside it is
    often the one meant. The rest go by line, then those of the command line.
    """
    found: dict[KeyPath, _Problem] = {}
    for problem in _problems(error, tree):
        found.setdefault(problem.path, problem)
    # a list whose items are wrong is also called too short: the items say it better
    around = {path[:i] for path in found for i in range(len(path))}
    first, *rest = sorted(
        (problem for path, problem in found.items() if path not in around),
        key=lambda p: (not p.unknown_key, p.place.line or 1_000_000_000 if p.place else 0),
    )
    more = f" (and {len(rest)} more)" if rest else ""
    return InputError(
        first.what if first.expected or first.do else first.what + more,
        where=where(first.path, first.place, label),
        expected=first.expected if first.do or not first.expected else first.expected + more,
        do=first.do + more if first.do else "",
    )


def where(path: KeyPath, place: Place | None, label: str) -> str:
    """Place and key of a message, the key once where the option names it already."""
    key = printable(dotted(path))
    start = place.where if place else label
    return start if not key or (place and place.option == key) else f"{start}: {key}"


def place_of(path: KeyPath, tree: Tree) -> Place | None:
    """The place of `path`, or of the map around it where the user did not write it."""
    while path and path not in tree.places:
        path = path[:-1]
    return tree.places.get(path)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """``did you mean 'stop'?``, or nothing where no name is near."""
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else ""


def _problems(error: ValidationError, tree: Tree) -> Iterable[_Problem]:
    for detail in error.errors(include_url=False):
        path, in_union = _path(detail["loc"], detail["type"], tree.value)
        value = _value(path, tree.value)
        if in_union is not None:
            # each branch of a union complains: listen to the one the value looks like
            ended = in_union == len(detail["loc"]) - 1
            if isinstance(value if ended else _value(path[:-1], tree.value), Mapping):
                if ended:
                    continue
            elif detail["type"] == "model_type":
                continue
        yield _problem(detail, path, tree)


def _path(loc: tuple[str | int, ...], kind: str, value: Any) -> tuple[KeyPath, int | None]:
    """The error's path in the file, and where its location names a branch of a union, if so.

    pydantic puts the branch's name between the keys; it is what the data do not hold.
    """
    path: list[str | int] = []
    branch = None
    for i, part in enumerate(loc):
        inner = _child(value, part)
        if inner is not _ABSENT:
            value = inner
        elif i < len(loc) - 1 or kind != "missing":
            branch = i if branch is None else branch
            continue
        path.append(part)
    return tuple(path), branch


def _value(path: KeyPath, value: Any) -> Any:
    for part in path:
        value = _child(value, part)
    return None if value is _ABSENT else value


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _ABSENT


def _problem(detail: Any, path: KeyPath, tree: Tree) -> _Problem:
    kind = detail["type"]
    place = place_of(path, tree)
    if kind == "extra_forbidden":
        known = keys_at(path[:-1])
        do = did_you_mean(str(path[-1]), known)
        expected = "" if do else "one of " + ", ".join(known)
        return _Problem(path, place, "unknown key", expected, do, unknown_key=True)
    if kind == "missing" and isinstance(path[-1], int):
        path = path[:-1]  # the list is too short
        place = place_of(path, tree)
    elif kind == "missing":
        return _Problem(path, place, "missing", expected_at(path))
    got = place.written if place and path in tree.places and place.written else None
    got = f"got {got or written_as(_value(path, tree.value))}"
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, Misfit):
        return _misfit(cause, path, tree)
    if cause is not None:
        message = str(cause)
        if message.startswith("expected "):
            return _Problem(path, place, got, message.removeprefix("expected "))
        return _Problem(path, place, f"{got}: {message}")
    return _Problem(path, place, got, expected_at(path) or detail["msg"])


def _misfit(cause: Misfit, path: KeyPath, tree: Tree) -> _Problem:
    """Blame, of the keys involved, one that the user wrote: on the command line before the file."""
    involved = [path + tuple(k.split(".") if k else ()) for k in (cause.key, *cause.beside)]
    written = [tree.places[p] for p in involved if p in tree.places]
    place = next((p for p in written if p.option), written[0] if written else None)
    return _Problem(
        involved[0], place or place_of(involved[0], tree), f"got {cause.got}", cause.expected
    )
