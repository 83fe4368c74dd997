"""Mistakes in a claims file in the user's words: one line with file, line, key and what fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from market.errors import InputError
from strategy.audit.claims.statements import ClaimsFile
from strategy.plan import Misfit
from strategy.plan.file.errors import did_you_mean, place_of, where
from strategy.plan.file.yaml_tree import KeyPath, Tree, written_as

_ABSENT = object()


def explain(error: ValidationError, tree: Tree, label: str) -> InputError:
    """The first problem by line as one line, unknown keys before others; the rest are counted."""
    found = [_problem(detail, tree, label) for detail in error.errors(include_url=False)]
    (_, _, first), *rest = sorted(found, key=lambda problem: problem[:2])
    if rest:
        more = f" (and {len(rest)} more)"
        if first.do:
            first.do += more
        elif first.expected:
            first.expected += more
        else:
            first.what += more
    return InputError(first.what, where=first.where, expected=first.expected, do=first.do)


def path_of(loc: tuple[str | int, ...], value: Any, *, last_absent: bool = False) -> KeyPath:
    """The path in the file of an error's location, which also names the branches of unions.

    Parameters
    ----------
    loc : tuple
        As pydantic gives it.
    value : object
        The whole file as plain values.
    last_absent : bool
        Whether the last part is a key that is missing in the file.
    """
    path: list[str | int] = []
    entered = True  # a branch is named right after the key of its map
    for i, part in enumerate(loc):
        if entered and isinstance(value, Mapping) and part == _tag(value):
            entered = False
            continue
        inner = _child(value, part)
        if inner is not _ABSENT:
            value, entered = inner, True
        elif not (last_absent and i == len(loc) - 1):
            continue
        path.append(part)
    return tuple(path)


def _tag(value: Mapping[str, Any]) -> Any:
    """What names the branch of a union that a map belongs to."""
    return value.get("kind", value.get("measure"))


def _problem(detail: Any, tree: Tree, label: str) -> tuple[bool, int, InputError]:
    kind = detail["type"]
    context = detail.get("ctx", {})
    path = path_of(detail["loc"], tree.value, last_absent=kind == "missing")
    cause = context.get("error")
    what, expected, do = "", "", ""
    if isinstance(cause, Misfit):
        path, what, expected = _misfit(cause, path, tree)
    elif kind == "extra_forbidden":
        known = _keys_beside(detail["loc"])
        what, do = "unknown key", did_you_mean(str(path[-1]), known)
        expected = "" if do else "one of " + ", ".join(known)
    elif kind == "missing":
        what, expected = "missing", _described(detail["loc"])
    elif kind == "union_tag_not_found":
        key = str(context["discriminator"]).strip("'")
        path, what = (*path, key), "missing"
        expected = "one of " + ", ".join(_branches(detail["loc"], key))
    elif kind == "union_tag_invalid":
        key = str(context["discriminator"]).strip("'")
        path = (*path, key)
        what = f"got {written_as(context['tag'])}"
        expected = "one of " + str(context["expected_tags"]).replace("'", "")
    else:
        place = tree.places.get(path)
        got = place.written if place and place.written else written_as(_at(path, tree.value))
        what = f"got {got}"
        message = str(cause) if cause is not None else str(detail["msg"])
        expected = message.removeprefix("Input should be ").removeprefix("expected ")
        expected = expected.replace("a valid string", "text").replace("a valid ", "a ")
    place = place_of(path, tree)
    mistake = InputError(what, where=where(path, place, label), expected=expected, do=do)
    return kind != "extra_forbidden", place.line if place else 1_000_000_000, mistake


def _misfit(cause: Misfit, path: KeyPath, tree: Tree) -> tuple[KeyPath, str, str]:
    involved = [
        path + tuple(int(k) if k.isdigit() else k for k in key.split(".") if k)
        for key in (cause.key, *cause.beside)
    ]
    written = next((p for p in involved if p in tree.places), involved[0])
    return written, f"got {cause.got}", cause.expected


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _ABSENT


def _at(path: KeyPath, value: Any) -> Any:
    for part in path:
        value = _child(value, part)
    return None if value is _ABSENT else value


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model that a field's annotation may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _holders(loc: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """The models that may stand at a location, branches chosen by their tags."""
    models: list[type[BaseModel]] = [ClaimsFile]
    for part in loc:
        if isinstance(part, int):
            continue
        inner = [
            found
            for model in models
            if part in model.model_fields
            for found in _models(model.model_fields[part].annotation)
        ]
        if inner:
            models = inner
            continue
        models = [m for m in models if part in _tags(m)] or models
    return models


def _tags(model: type[BaseModel]) -> set[str]:
    return {
        str(tag)
        for name in ("kind", "measure")
        if name in model.model_fields
        for tag in get_args(model.model_fields[name].annotation)
    }


def _branches(loc: tuple[str | int, ...], key: str) -> list[str]:
    return [
        str(tag)
        for model in _holders(loc)
        if key in model.model_fields
        for tag in get_args(model.model_fields[key].annotation)
    ]


def _keys_beside(loc: tuple[str | int, ...]) -> list[str]:
    return list(dict.fromkeys(name for m in _holders(loc[:-1]) for name in m.model_fields))


def _described(loc: tuple[str | int, ...]) -> str:
    for model in _holders(loc[:-1]):
        known = model.model_fields.get(str(loc[-1]))
        if known is not None:
            text = known.description or "a map of " + ", ".join(
                name for m in _models(known.annotation) for name in m.model_fields
            )
            return text[:1].lower() + text[1:].rstrip(".")
    return ""
