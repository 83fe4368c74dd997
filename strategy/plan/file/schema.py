"""The plan as JSON Schema, and the schema in words: what editors complete and errors expect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from functools import cache
from typing import Any

from strategy.plan import Model, Plan
from strategy.plan.file.yaml_tree import KeyPath

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NUMBERS = {1: "one", 2: "two", 3: "three"}
_FORMATS = {
    "date": "a date as YYYY-MM-DD, for example 1962-01-01",
    "month-day": "a day of the year as 'MM-DD', for example '11-21'",
}


#: The model of the file that is being read: what its keys are looked up in.
_MODEL: ContextVar[type[Model]] = ContextVar("model", default=Plan)


@contextmanager
def speaking_of(model: type[Model]) -> Iterator[None]:
    """Look keys up in the schema of `model` instead of the short form's."""
    token = _MODEL.set(model)
    try:
        yield
    finally:
        _MODEL.reset(token)


@cache
def _schema_of(model: type[Model]) -> dict[str, Any]:
    body = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **body, "title": "Market plan"}


def _schema() -> dict[str, Any]:
    return _schema_of(_MODEL.get())


def schema() -> dict[str, Any]:
    """JSON Schema of a plan file, draft 2020-12.

    Properties carry ``description``, ``default`` and, where a value is an
    assumption, ``provenance``: ``article`` or ``author``.
    """
    return deepcopy(_schema())


def alternatives(path: KeyPath) -> list[dict[str, Any]]:
    """The subschemas that a value at `path` may satisfy; empty where the path leads nowhere."""
    nodes = list(_branches(_schema()))
    for part in path:
        nodes = [leaf for node in nodes for child in _step(node, part) for leaf in _branches(child)]
    return nodes


def keys_at(path: KeyPath) -> list[str]:
    """The keys that a map at `path` may hold by name."""
    return [key for node in alternatives(path) for key in node.get("properties", ())]


def expected_at(path: KeyPath) -> str:
    """What a value at `path` may be, in words: ``a number above 0 and below 1``."""
    words = [_in_words(node) for node in alternatives(path)]
    return ", or ".join(dict.fromkeys(words))


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    reference = node.get("$ref")
    if reference is None:
        return node
    return {**_schema()["$defs"][reference.rpartition("/")[2]], **node}


def _branches(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    node = _resolve(node)
    if "anyOf" in node:
        for branch in node["anyOf"]:
            yield from _branches(branch)
    else:
        yield node


def _step(node: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(part, int):
        listed = node.get("prefixItems", ())
        if part < len(listed):
            yield listed[part]
        elif "items" in node:
            yield node["items"]
    elif part in node.get("properties", ()):
        yield node["properties"][part]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _in_words(node: dict[str, Any]) -> str:
    if "const" in node:
        return repr(node["const"])
    if "enum" in node:
        return "one of " + ", ".join(map(str, node["enum"]))
    kind = node.get("type")
    if kind in ("number", "integer"):
        noun = "a number" if kind == "number" else "a whole number"
        return f"{noun} {_bounds(node)}".strip()
    if kind == "string":
        if node.get("format") in _FORMATS:
            return _FORMATS[node["format"]]
        longest = node.get("maxLength")
        return f"text of 1 to {longest} characters" if longest else "text"
    if kind == "array":
        return _list_in_words(node)
    if kind == "object":
        keys = list(node.get("properties", ()))
        if keys:
            return f"a map with {'keys among' if len(keys) > 1 else 'the key'} {', '.join(keys)}"
        return "a map of names and values"
    return {"boolean": "true or false", "null": "null"}.get(str(kind), "something else")


def _bounds(node: dict[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    parts = [
        f"{word} {bound:g}"
        for word, bound in (
            ("at least", low),
            ("above", above),
            ("at most", high),
            ("below", below),
        )
        if bound is not None
    ]
    words = " and ".join(parts)
    return f"of {words}" if words.startswith("at ") else words


def _list_in_words(node: dict[str, Any]) -> str:
    if "prefixItems" in node:
        first = _in_words(next(_branches(node["prefixItems"][0])))
        count = len(node["prefixItems"])
        noun = first.removeprefix("a ").replace("number", "numbers", 1)
        return f"a list of {_NUMBERS.get(count, count)} {noun}"
    item = _in_words(next(_branches(node["items"])))
    least = "a list of at least one item" if node.get("minItems") == 1 else "a list"
    return f"{least}, each {item}"
