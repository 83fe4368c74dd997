"""YAML text as plain values, every one with the place it was written at.

The reader takes the YAML of configuration files and no more: maps, lists,
text, numbers, true, false and null, in one document. Everything else that YAML
allows is a way to surprise the reader of a plan (or to harm it) and is refused
with its line: tags, anchors and aliases, keys given twice, more than one
document, numbers that are not finite.

Scalars follow the YAML 1.2 core schema, not the YAML 1.1 of `yaml.safe_load`:
there `1e6` is text, `12:30` the number 750 and `no` is false.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from market.errors import InputError

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_NODES = 20_000
MAX_DIGITS = 40  # of an integer; a plan has no use for more, and int() takes quadratic time

KeyPath = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Place:
    """Where a value was written, and how.

    Parameters
    ----------
    where : str
        ``configs/short_long.yaml:12``, or ``--set tactical.stop``.
    written : str
        The value as the user wrote it, shortened; ``nothing`` for an empty one.
    line : int
        Line in its file, counted from 1; 0 where there is no file.
    option : str
        The dotted key that a command line option named; empty for a file.
    """

    where: str
    written: str
    line: int = 0
    option: str = ""


@dataclass
class Tree:
    """A document: its plain value, and the place of every value by path."""

    value: Any
    places: dict[KeyPath, Place] = field(default_factory=dict)


def read_yaml(text: str, label: str, *, option: str = "", at: KeyPath = ()) -> Tree:
    """Read `text` into plain values with their places.

    Parameters
    ----------
    text : str
        One YAML document.
    label : str
        File name as the user gave it, for messages.
    option : str, optional
        Dotted key of the command line option that carries the text; places
        then read `label` without a line.
    at : tuple, optional
        KeyPath of the document's root, for a text that is part of a larger tree.

    Raises
    ------
    InputError
        For anything but one bounded document of plain values.
    """
    reader = _Reader(label, option, at)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        raise _invalid(error, text, reader) from None
    except (yaml.YAMLError, UnicodeError) as error:
        position = getattr(error, "position", 0) or 0
        raise InputError(
            "not a text file: it contains control characters",
            where=reader.where(text.count("\n", 0, position) + 1),
        ) from None
    return reader.tree


def printable(value: object, limit: int = 60) -> str:
    """`value` for a message: one line, control characters escaped, shortened."""
    text = value if isinstance(value, str) else str(value)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def dotted(path: KeyPath) -> str:
    """A path as the user writes it: ``hedge.cover[1].fall``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def written_as(value: object) -> str:
    """A plain value in YAML's flow style, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return f"a map with {', '.join(map(str, value))}" if value else "an empty map"
    return printable(json.dumps(value, ensure_ascii=False, default=str))


def _invalid(error: yaml.MarkedYAMLError, text: str, reader: _Reader) -> InputError:
    lines = text.splitlines() or [""]
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1 if mark else 1, len(lines))
    problem = error.problem or "unknown problem"
    if error.context and error.context_mark:
        problem += f" {error.context} from line {error.context_mark.line + 1}"
    return InputError(
        f"not valid YAML: {problem}",
        where=reader.where(line),
        do="indent with spaces, not tabs" if "\t" in lines[line - 1] else "",
    )


@dataclass
class _Open:
    """A map or list whose end has not been read yet."""

    container: dict[str, Any] | list[Any]
    path: KeyPath
    key: str | None = None
    line: int = 0  # of the pending key


class _Reader:
    """Builds the tree from parser events, without recursion: depth is the user's to choose."""

    def __init__(self, label: str, option: str, at: KeyPath) -> None:
        self.label = label
        self.option = option
        self.root = at
        self.tree = Tree(None)
        self.documents = 0
        self.nodes = 0
        self.open: list[_Open] = []

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise InputError(
                    "a second YAML document starts",
                    where=self.where(line),
                    expected="one document",
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise self.refuse(line, f"more than {MAX_NODES} values")
            parent = self.open[-1] if self.open else None
            if parent and isinstance(parent.container, dict) and parent.key is None:
                parent.key, parent.line = self.key(event, parent, line), line
            else:
                self.node(event, line)

    def where(self, line: int) -> str:
        return self.label if self.option else f"{self.label}:{line}"

    def path(self) -> KeyPath:
        """KeyPath of the value that comes next."""
        if not self.open:
            return self.root
        parent = self.open[-1]
        if isinstance(parent.container, list):
            return (*parent.path, len(parent.container))
        return parent.path if parent.key is None else (*parent.path, parent.key)

    def refuse(self, line: int, what: str, *, expected: str = "", do: str = "") -> InputError:
        keys = printable(dotted(self.path()[len(self.root) :]))
        where = f"{self.where(line)}: {keys}" if keys else self.where(line)
        return InputError(what, where=where, expected=expected, do=do)

    def key(self, event: yaml.NodeEvent, parent: _Open, line: int) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            raise self.refuse(line, "got a key that is not plain text", expected="a name")
        key: str = event.value
        if key == "<<":
            raise self.refuse(line, "got the merge key '<<'", expected="the keys written out")
        if key in parent.container:
            first = self.tree.places[(*parent.path, key)].line
            parent.key = key
            raise self.refuse(
                line,
                "given twice" if self.option else f"given twice, first in line {first}",
                expected="each key once",
            )
        return key

    def node(self, event: yaml.NodeEvent, line: int) -> None:
        if event.anchor:
            kind, sign = ("alias", "*") if isinstance(event, yaml.AliasEvent) else ("anchor", "&")
            raise self.refuse(
                line,
                f"got the {kind} {sign}{printable(event.anchor)}",
                expected="every value written out where it stands",
            )
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self.refuse(
                line, f"got the YAML tag {printable(tag)}", expected="plain values without tags"
            )
        if isinstance(event, yaml.ScalarEvent):
            plain = event.implicit[0]
            value = self.scalar(event.value, line) if plain else event.value
            written = printable(event.value) or "nothing" if plain else written_as(value)
            self.put(value, line, written)
            return
        container: dict[str, Any] | list[Any]
        container = {} if isinstance(event, yaml.MappingStartEvent) else []
        if len(self.open) >= MAX_DEPTH:
            raise self.refuse(line, f"nested deeper than {MAX_DEPTH} levels")
        path = self.path()
        self.put(container, line, "")
        self.open.append(_Open(container, path))

    def put(self, value: Any, line: int, written: str) -> None:
        """Store a value; a map's value has its place at the line of its key."""
        path = self.path()
        parent = self.open[-1] if self.open else None
        if parent and isinstance(parent.container, dict):
            line = parent.line
        where = self.where(line)
        self.tree.places[path] = Place(where, written, 0 if self.option else line, self.option)
        if parent is None:
            self.tree.value = value
        elif isinstance(parent.container, list):
            parent.container.append(value)
        else:
            assert parent.key is not None
            parent.container[parent.key] = value
            parent.key = None

    def scalar(self, text: str, line: int) -> object:
        """A plain scalar by the YAML 1.2 core schema; dates stay text."""
        if text in _NULL:
            return None
        if text in _TRUE or text in _FALSE:
            return text in _TRUE
        if _INT.fullmatch(text):
            if len(text) > MAX_DIGITS:
                raise self.refuse(line, f"got a number of {len(text)} digits")
            return int(text)
        if _FLOAT.fullmatch(text):
            value = float(text)
            if math.isfinite(value):
                return value
        elif not _NOT_FINITE.fullmatch(text):
            return text
        raise self.refuse(line, f"got {printable(text)}", expected="a finite number")
