"""What does not fit a file's model, in the user's words: one line with file, line, key, value.

The one way for plans, the blocks beside them and claims files.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from market.errors import InputError
from strategy.plan import Misfit
from strategy.plan.file.schema import ABSENT, Keys, child, keys_of
from strategy.plan.file.yaml_tree import KeyPath, Place, Tree, dotted, printable, written_as

#: Longer lists of words are left out where one of them is near.
_FEW = 8


@dataclass(frozen=True)
class _Problem:
    path: KeyPath
    place: Place | None
    what: str
    expected: str = ""
    do: str = ""
    unknown_key: bool = False


def explain(
    error: ValidationError,
    tree: Tree,
    label: str,
    *,
    model: type[BaseModel] | None = None,
    below: KeyPath = (),
) -> InputError:
    """The first problem of `error` as one line; the others are counted.

    An unknown key goes first, because a key that is missing beside it is
    often the one meant. The rest go by line, then those of the command line.

    Parameters
    ----------
    error : ValidationError
        Of `model`.
    tree : Tree
        The file, with the place of each key.
    label : str
        The file's name, for what has no place.
    model : type of BaseModel, optional
    below : tuple, optional
        The key that holds the model's values in the file; empty: the whole file does.
    """
    found: dict[KeyPath, _Problem] = {}
    for problem in _Reader(tree, keys_of(model), below).problems(error):
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


class _Reader:
    """Reads a model's errors beside the file that they are about."""

    def __init__(self, tree: Tree, keys: Keys, below: KeyPath) -> None:
        self.tree, self.keys, self.below = tree, keys, below
        self.content = value_at(below, tree.value)

    def problems(self, error: ValidationError) -> Iterable[_Problem]:
        for detail in error.errors(include_url=False):
            path, in_union = self._path(detail["loc"], detail["type"])
            if in_union is not None:
                # each branch of a union complains: listen to the one the value looks like
                ended = in_union == len(detail["loc"]) - 1
                held = path if ended else path[:-1]
                if isinstance(value_at(held, self.content), Mapping):
                    if ended:
                        continue
                elif detail["type"] == "model_type":
                    continue
            yield self._problem(detail, path)

    def _path(self, loc: tuple[str | int, ...], kind: str) -> tuple[KeyPath, int | None]:
        """The error's path below the model, and where it names a branch of a union, if so.

        pydantic puts the branch's name between the keys: what the data do not
        hold, or, right after a key, the word that tells its model.
        """
        value = self.content
        path: list[str | int] = []
        branch = None
        entered = True
        for i, part in enumerate(loc):
            if entered and part in self._told_by(tuple(path), value):
                entered = False
                continue
            inner = child(value, part)
            if inner is not ABSENT:
                value, entered = inner, True
            elif i < len(loc) - 1 or kind != "missing":
                branch = i if branch is None else branch
                continue
            path.append(part)
        return tuple(path), branch

    def _told_by(self, path: KeyPath, value: Any) -> list[Any]:
        """The words by which the models that may stand at `path` are told apart, if `value` is."""
        if not isinstance(value, Mapping):
            return []
        return [
            value[key]
            for node in self.keys.alternatives(path, self.content)
            for key, inner in node.get("properties", {}).items()
            if key in value
            and "default" not in inner
            # one word is a const of the schema, several are an enum
            and value[key] in inner.get("enum", [inner.get("const", ABSENT)])
        ]

    def _problem(self, detail: Any, path: KeyPath) -> _Problem:
        kind = detail["type"]
        context = detail.get("ctx", {})
        if kind == "extra_forbidden":
            return self._unknown(path)
        if kind == "missing" and not isinstance(path[-1], int):
            return self._at(path, "missing", self.keys.expected(path, self.content))
        if kind == "missing":
            path = path[:-1]  # the list is too short
        if kind in ("union_tag_not_found", "union_tag_invalid"):
            path = (*path, str(context["discriminator"]).strip("'"))
            if kind == "union_tag_not_found":
                return self._at(path, "missing", self.keys.expected(path, self.content))
        value = value_at(path, self.content)
        written = self.tree.places.get((*self.below, *path))
        got = f"got {written.written if written and written.written else written_as(value)}"
        cause = context.get("error")
        if isinstance(cause, Misfit):
            return self._misfit(cause, path)
        if cause is not None:
            message = str(cause)
            if message.startswith("expected "):
                return self._at(path, got, message.removeprefix("expected "))
            return self._at(path, f"{got}: {message}")
        expected = self.keys.expected(path, self.content) or detail["msg"]
        choices = self.keys.choices(path, self.content)
        do = did_you_mean(str(value), choices)
        return self._at(path, got, "" if do and len(choices) > _FEW else expected, do)

    def _at(self, path: KeyPath, what: str, expected: str = "", do: str = "") -> _Problem:
        path = (*self.below, *path)
        return _Problem(path, place_of(path, self.tree), what, expected, do)

    def _unknown(self, path: KeyPath) -> _Problem:
        known = self.keys.names(path[:-1], self.content)
        do = did_you_mean(str(path[-1]), known)
        expected = "" if do else "one of " + ", ".join(known)
        return replace(self._at(path, "unknown key", expected, do), unknown_key=True)

    def _misfit(self, cause: Misfit, path: KeyPath) -> _Problem:
        """Blame, of the keys involved, one the user wrote: on the command line before the file."""
        base = (*self.below, *path)
        involved = [
            base + tuple(int(k) if k.isdigit() else k for k in key.split(".") if k)
            for key in (cause.key, *cause.beside)
        ]
        places = self.tree.places
        written = [places[p] for p in involved if p in places]
        place = next((p for p in written if p.option), written[0] if written else None)
        return _Problem(
            involved[0],
            place or place_of(involved[0], self.tree),
            f"got {cause.got}",
            cause.expected,
        )


def value_at(path: KeyPath, value: Any) -> Any:
    """The plain value at `path`; None where there is none."""
    for part in path:
        value = child(value, part)
    return None if value is ABSENT else value
