"""Models as JSON Schema, and the schema in words: what editors complete and errors expect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from functools import cache
from typing import Any

from pydantic import BaseModel

from strategy.plan import Plan
from strategy.plan.file.yaml_tree import KeyPath

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: Stands for a value that a file does not hold; null is one that it may.
ABSENT = object()
_NUMBERS = {1: "one", 2: "two", 3: "three"}
_FORMATS = {
    "date": "a date as YYYY-MM-DD, for example 1962-01-01",
    "month-day": "a day of the year as 'MM-DD', for example '11-21'",
}


#: The model of the plan file that is being read: what its keys are looked up in.
_MODEL: ContextVar[type[BaseModel]] = ContextVar("model", default=Plan)


@contextmanager
def speaking_of(model: type[BaseModel]) -> Iterator[None]:
    """Look keys up in the schema of `model` instead of the short form's."""
    token = _MODEL.set(model)
    try:
        yield
    finally:
        _MODEL.reset(token)


class Keys:
    """What a model of a file may hold, key by key.

    Parameters
    ----------
    model : type of BaseModel

    Notes
    -----
    Where a key holds one of several models told apart by a key of theirs
    (``kind``), a `value` says which: the answer is of that model alone.
    """

    def __init__(self, model: type[BaseModel]) -> None:
        self.body = model.model_json_schema(by_alias=True, mode="validation")

    def alternatives(self, path: KeyPath, value: Any = None) -> list[dict[str, Any]]:
        """The subschemas that a value at `path` may satisfy; empty where it leads nowhere.

        Parameters
        ----------
        path : tuple
            From the model's root.
        value : object
            The whole file as plain values, where there is one.
        """
        nodes = list(self._branches(self.body, value))
        for part in path:
            value = child(value, part)
            nodes = [
                leaf
                for node in nodes
                for inner in _step(node, part)
                for leaf in self._branches(inner, value)
            ]
        return nodes

    def names(self, path: KeyPath, value: Any = None) -> list[str]:
        """The keys that a map at `path` may hold by name."""
        found = [key for node in self.alternatives(path, value) for key in _properties(node)]
        return list(dict.fromkeys(found))

    def choices(self, path: KeyPath, value: Any = None) -> list[str]:
        """The words of which a value at `path` must be one; empty where it may be more."""
        nodes = self.alternatives(path, value)
        if not all("enum" in node or "const" in node for node in nodes):
            return []
        words = [w for node in nodes for w in node.get("enum", (node.get("const"),))]
        return [str(word) for word in dict.fromkeys(words)]

    def expected(self, path: KeyPath, value: Any = None) -> str:
        """What a value at `path` may be, in words: ``a number above 0 and below 1``."""
        choices = self.choices(path, value)
        if len(choices) > 1:
            return "one of " + ", ".join(choices)
        words = [self._in_words(node) for node in self.alternatives(path, value)]
        return ", or ".join(dict.fromkeys(words))

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        reference = node.get("$ref")
        if reference is None:
            return node
        return {**self.body["$defs"][reference.rpartition("/")[2]], **node}

    def _branches(self, node: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
        node = self._resolve(node)
        told = node.get("discriminator")
        if told and isinstance(value, Mapping):
            chosen = told["mapping"].get(value.get(told["propertyName"]))
            if chosen is not None:
                yield from self._branches({"$ref": chosen}, value)
                return
        inner = node.get("anyOf") or node.get("oneOf")
        if inner is None:
            yield node
        for branch in inner or ():
            yield from self._branches(branch, value)

    def _in_words(self, node: dict[str, Any]) -> str:
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
            return self._list_in_words(node)
        if kind == "object":
            keys = list(_properties(node))
            if keys:
                return (
                    f"a map with {'keys among' if len(keys) > 1 else 'the key'} {', '.join(keys)}"
                )
            return "a map of names and values"
        return {"boolean": "true or false", "null": "null"}.get(str(kind), "something else")

    def _list_in_words(self, node: dict[str, Any]) -> str:
        if "prefixItems" in node:
            first = self._in_words(next(self._branches(node["prefixItems"][0], None)))
            count = len(node["prefixItems"])
            noun = first.removeprefix("a ").replace("number", "numbers", 1)
            return f"a list of {_NUMBERS.get(count, count)} {noun}"
        item = self._in_words(next(self._branches(node["items"], None)))
        least = "a list of at least one item" if node.get("minItems") == 1 else "a list"
        return f"{least}, each {item}"


@cache
def _made(model: type[BaseModel]) -> Keys:
    return Keys(model)


def keys_of(model: type[BaseModel] | None = None) -> Keys:
    """`Keys` of a model, made once; None: that of the plan file being read."""
    return _made(model or _MODEL.get())


def schema() -> dict[str, Any]:
    """JSON Schema of a plan file, draft 2020-12.

    Properties carry ``description``, ``default`` and, where a value is an
    assumption, ``provenance``: ``article`` or ``author``.
    """
    return {"$schema": DIALECT, **deepcopy(keys_of().body), "title": "Market plan"}


def alternatives(path: KeyPath) -> list[dict[str, Any]]:
    """The subschemas that a plan's value at `path` may satisfy; empty where it leads nowhere."""
    return keys_of().alternatives(path)


def keys_at(path: KeyPath) -> list[str]:
    """The keys that a plan's map at `path` may hold by name."""
    return keys_of().names(path)


def expected_at(path: KeyPath) -> str:
    """What a plan's value at `path` may be, in words."""
    return keys_of().expected(path)


def child(value: Any, part: str | int) -> Any:
    """What lies below a plain value; `ABSENT` where nothing does."""
    if isinstance(value, Mapping):
        return value.get(part, ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return ABSENT


def _properties(node: dict[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = node.get("properties", {})
    return found


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


def _bounds(node: dict[str, Any]) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {_short(low)} to {_short(high)}"
    parts = [
        f"{word} {_short(bound)}"
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


def _short(number: float) -> str:
    # a million is 1,000,000, not 1e+06; a bound without a meaning of its own may be 1e+15
    return f"{number:,.0f}" if 1e6 <= abs(number) < 1e12 else f"{number:g}"
