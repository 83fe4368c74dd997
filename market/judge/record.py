"""What was judged in one table, and what a user may state about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

Where = Callable[[Iterable[int]], str]
"""File and line of some rows, for an error message."""


class Stated(Protocol):
    """What a user states about a file; `strategy.plan.Reading` is one."""

    @property
    def dates(self) -> str | None: ...
    @property
    def decimal(self) -> str | None: ...
    @property
    def week(self) -> str | None: ...
    @property
    def splits(self) -> Mapping[dt.date, float]: ...
    @property
    def moves(self) -> Sequence[dt.date]: ...


@dataclass(frozen=True)
class Nothing:
    """A file about which nothing is stated."""

    dates: str | None = None
    decimal: str | None = None
    week: str | None = None
    splits: Mapping[dt.date, float] = field(default_factory=dict)
    moves: Sequence[dt.date] = ()


@dataclass(frozen=True)
class Judged:
    """What a table was taken for, and what became of its rows.

    Parameters
    ----------
    rows : int
        Rows read below the header.
    taken : tuple of (str, str)
        What the table is taken for: format, dates, zone, columns, unit ...
    put_right, left_out, doubted : tuple of str
        One sentence a finding, with dates and counts.
    """

    rows: int
    taken: tuple[tuple[str, str], ...] = ()
    put_right: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For ``run.json``."""
        return {
            "rows": self.rows,
            "taken": dict(self.taken),
            "put_right": list(self.put_right),
            "left_out": list(self.left_out),
            "doubted": list(self.doubted),
        }


@dataclass
class Findings:
    """The same while a table is being judged."""

    taken: dict[str, str] = field(default_factory=dict)
    put_right: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    doubted: list[str] = field(default_factory=list)

    def judged(self, rows: int) -> Judged:
        """As a record that no longer changes."""
        return Judged(
            rows,
            tuple(self.taken.items()),
            tuple(self.put_right),
            tuple(self.left_out),
            tuple(self.doubted),
        )
