"""A data version: which rows each cached series has, where they came from, and what changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from market.cache.rows import damaged
from market.errors import InputError

_LABEL = re.compile(r"v([1-9]\d{0,8})-([0-9a-f]{8})")
_WANTED = re.compile(r"v?([1-9]\d{0,8})(?:-([0-9a-f]{8}))?")


@dataclass(frozen=True)
class Entry:
    """One series in one version.

    Parameters
    ----------
    sha256 : str
        Of the rows: of the base's file, or of base and delta together.
    base, delta : str
        sha256 and name of the files; `delta` is empty where there is none.
    rows : int
    first, last : str
        ISO dates of the first and last stamp.
    source : str
        Who was asked for what, for example ``Yahoo ^GSPC``.
    url : str
        Address asked, secrets masked.
    fetched : str
        Time of the answer, UTC.
    body_sha256 : str
        Of the answer's body, so that a copy kept elsewhere can be told to be it.
    notes : tuple of str
        What the user must be told about the rows (splits, confirmed jumps).
    """

    sha256: str
    base: str
    delta: str
    rows: int
    first: str
    last: str
    source: str
    url: str
    fetched: str
    body_sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Version:
    """The cache as it was after one update; never changed afterwards.

    Parameters
    ----------
    number : int
        Counts up from 1, whatever the clock says.
    made : str
        Time it was written, UTC.
    entries : mapping of str to Entry
        Every cached series, those that this update did not touch included.
    changes : mapping of str to mapping
        What this update changed, by series: rows added, revisions, notes.
    """

    number: int
    made: str
    entries: Mapping[str, Entry]
    changes: Mapping[str, Mapping[str, Any]]

    @property
    def label(self) -> str:
        """``v7-3fa9c1d2``: the number, and eight digits that tell it from another machine's."""
        return f"v{self.number}-{hashlib.sha256(self.content()).hexdigest()[:8]}"

    def content(self) -> bytes:
        """The version as stored."""
        document = {
            "number": self.number,
            "made": self.made,
            "series": {name: asdict(self.entries[name]) for name in sorted(self.entries)},
            "changes": {name: self.changes[name] for name in sorted(self.changes)},
        }
        text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=True, allow_nan=False)
        return text.encode() + b"\n"


def parse_version(content: bytes, label: str, where: str) -> Version:
    """The version that `content` states; its name must be the label that the content gives.

    Raises
    ------
    InputError
        If the file was changed or cut.
    """
    try:
        document = json.loads(content)
        entries = {
            str(name): Entry(**{**entry, "notes": tuple(entry["notes"])})
            for name, entry in document["series"].items()
        }
        version = Version(
            document["number"],
            document["made"],
            MappingProxyType(entries),
            MappingProxyType(document["changes"]),
        )
        if version.label != label:
            raise ValueError("content does not fit the name")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise damaged(where) from error
    return version


def number_of(label: str) -> int | None:
    """Number in a version's label; None for any other text."""
    match = _LABEL.fullmatch(label)
    return int(match[1]) if match else None


def choose(wanted: str, labels: list[str], where: str) -> str:
    """The label that `wanted` (``7``, ``v7`` or the whole label) means.

    Raises
    ------
    InputError
        If there is none.
    """
    match = _WANTED.fullmatch(wanted.strip())
    if match is not None:
        for label in labels:
            if label == f"v{match[1]}-{match[2]}" or (not match[2] and _same(label, match[1])):
                return label
    raise InputError(
        f"no data version {wanted!r}" + ("" if labels else ": nothing is cached"),
        where=where,
        expected=f"one of {', '.join(labels[-5:])}" if labels else "",
        do="`simulate data versions` lists them" if labels else "`simulate data update` first",
    )


def _same(label: str, number: str) -> bool:
    return number_of(label) == int(number)
