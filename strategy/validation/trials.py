"""The ledger of trials: every variant ever run on a plan and its data, append-only.

A deflated Sharpe ratio needs the number of things that were tried, and the
one sweep on screen is not all of them. One line of JSON a sweep, appended in
one write under a lock; a line that was cut short by a crash is passed over
and reported.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from market.atomic import read_regular
from market.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One line of the ledger.

    Attributes
    ----------
    plan : str
        Name of the plan.
    base : str
        Hash of the base plan's settings, its name left out.
    data : str
        Hash of the traded prices.
    sweep : str
        Id of what was searched: the same search with newer code is no new one.
    variants : int
    day : str
        When it was recorded first, ISO date.
    """

    plan: str
    base: str
    data: str
    sweep: str
    variants: int
    day: str = ""

    def of_plan(self, plan: str, base: str) -> bool:
        """Whether this was tried on that plan: under its name, or with its settings."""
        return plan == self.plan or base == self.base


@dataclass(frozen=True)
class Trials:
    """What the ledger says of one plan on one data set.

    Attributes
    ----------
    variants : int
        Sum over distinct sweeps of the plan. Variants that two sweeps share
        count twice: an upper bound, on the honest side.
    on_data : int
        The same over all plans on these data.
    sweeps : tuple of Trial
        Those of the plan, in the ledger's order.
    unreadable : int
        Lines that could not be read.
    """

    variants: int
    on_data: int
    sweeps: tuple[Trial, ...]
    unreadable: int


def record_trials(ledger: Path, trial: Trial) -> None:
    """Append one sweep; one that is in the ledger already is not written again.

    Parameters
    ----------
    ledger : Path
        File; made where it is missing, its folder too.
    trial : Trial

    Raises
    ------
    InputError
        Where the ledger cannot be written: a trial that is not counted would
        make every later figure too good.
    """
    line = json.dumps(asdict(trial), sort_keys=True).encode() + b"\n"
    try:
        ledger.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{ledger}.lock"):
            if any(known is not None and _same(known, trial) for known in _read(ledger)):
                return
            torn = ledger.exists() and ledger.stat().st_size > 0 and not _ends_line(ledger)
            fd = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(fd, (b"\n" if torn else b"") + line)
                os.fsync(fd)
            finally:
                os.close(fd)
    except OSError as error:
        raise _unusable(ledger, error) from error


def count_trials(ledger: Path, *, plan: str, base: str, data: str) -> Trials:
    """Variants ever tried on this plan and data.

    A sweep belongs to the plan where it has its name or its settings: neither
    a new name nor a changed key starts the count again.

    Raises
    ------
    InputError
        Where the ledger is there and cannot be read.
    """
    found: dict[str, Trial] = {}
    every: dict[str, int] = {}
    unreadable = 0
    try:
        rows = list(_read(ledger))
    except OSError as error:
        raise _unusable(ledger, error) from error
    for row in rows:
        if row is None:
            unreadable += 1
        elif row.data == data:
            every[row.sweep] = max(every.get(row.sweep, 0), row.variants)
            known = found.get(row.sweep)
            if row.of_plan(plan, base) and (known is None or known.variants < row.variants):
                found[row.sweep] = row
    total = sum(row.variants for row in found.values())
    return Trials(total, sum(every.values()), tuple(found.values()), unreadable)


def _read(ledger: Path) -> Iterator[Trial | None]:
    """Every line; None for one that cannot be read."""
    if not ledger.exists():
        return
    for line in read_regular(ledger).split(b"\n"):
        if line.strip():
            yield _parse(line)


def _parse(line: bytes) -> Trial | None:
    try:
        row: Any = json.loads(line)
        variants = row["variants"]
        if isinstance(variants, bool) or not isinstance(variants, int) or variants < 1:
            return None
        words = {name: str(row[name]) for name in ("plan", "base", "data", "sweep")}
        return Trial(**words, variants=variants, day=str(row.get("day", "")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _same(known: Trial, trial: Trial) -> bool:
    return asdict(known) | {"day": ""} == asdict(trial) | {"day": ""}


def _unusable(ledger: Path, error: OSError) -> InputError:
    return InputError(
        f"the ledger of trials cannot be used: {error.strerror or error}",
        where=str(ledger),
        expected="a file that can be read and written",
        do="make it so, or choose another folder for sweeps",
    )


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
