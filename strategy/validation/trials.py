"""The ledger of trials: every variant ever run on a plan and its data, append-only.

A deflated Sharpe ratio needs the number of things that were tried, and the
one sweep on screen is not all of them. One line of JSON a sweep, appended in
one write under a lock; a line that was cut short by a crash is passed over
and reported.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock


@dataclass(frozen=True)
class Trials:
    """What the ledger says of one plan on one data set.

    Attributes
    ----------
    variants : int
        Sum over distinct sweeps. Variants that two sweeps share count twice:
        an upper bound, on the honest side.
    sweeps : int
    unreadable : int
        Lines that could not be read.
    """

    variants: int
    sweeps: int
    unreadable: int


def record_trials(ledger: Path, *, plan: str, data: str, sweep: str, variants: int) -> None:
    """Append one sweep; a sweep that is in the ledger already adds nothing to the count.

    Parameters
    ----------
    ledger : Path
        File; made where it is missing, its folder too.
    plan : str
        Name of the plan.
    data : str
        Hash of the traded prices.
    sweep : str
        Id of the sweep: the same plan, settings, data and code give the same.
    variants : int
    """
    ledger.parent.mkdir(parents=True, exist_ok=True)
    row = {"plan": plan, "data": data, "sweep": sweep, "variants": int(variants)}
    line = json.dumps(row, sort_keys=True).encode() + b"\n"
    with FileLock(f"{ledger}.lock"):
        torn = ledger.exists() and ledger.stat().st_size > 0 and not _ends_line(ledger)
        fd = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(fd, (b"\n" if torn else b"") + line)
            os.fsync(fd)
        finally:
            os.close(fd)


def count_trials(ledger: Path, *, plan: str, data: str) -> Trials:
    """Variants ever tried on this plan and data."""
    if not ledger.exists():
        return Trials(0, 0, 0)
    found: dict[str, int] = {}
    unreadable = 0
    for line in ledger.read_bytes().splitlines():
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if row["plan"] == plan and row["data"] == data:
                found[str(row["sweep"])] = max(
                    found.get(str(row["sweep"]), 0), int(row["variants"])
                )
        except (ValueError, KeyError, TypeError):
            unreadable += 1
    return Trials(sum(found.values()), len(found), unreadable)


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
