"""What has been run: an index of the run folders in SQLite, made anew from them when in doubt.

The folders are the truth. Every reading compares the index with them (one
``stat`` a folder) and reads again what changed, so a missing, damaged or old
index costs time and nothing else.
"""

from __future__ import annotations

import operator
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from market.errors import InputError
from market.serialise import lookup
from market.year import SESSIONS_A_YEAR
from strategy.compare.stored import RUN_FILES, read_json, read_run, run_folders

#: Its name inside the folder of runs.
FILE = ".runs.sqlite3"
#: Raised whenever the columns change; another number means: make it anew.
VERSION = 3
#: Seconds to wait for another process that writes the index.
PATIENCE = 10.0

#: Files that a run's folder may hold besides `RUN_FILES`; nothing else is ever deleted.
PAGES = ("report.html", "tearsheet.html", "hedge.json")

_ID = re.compile(r"[0-9a-f]{12}")


@dataclass(frozen=True)
class Entry:
    """One run in the index.

    Attributes
    ----------
    folder : str
        Its name in the folder of runs.
    written : str
        When it was written, ISO, UTC.
    """

    folder: str
    id: str
    name: str
    written: str
    prices: str
    first: int | None
    last: int | None
    n: int | None
    mean: float | None
    hit_rate: float | None
    hedge_mean: float | None
    cagr: float | None
    sharpe: float | None
    max_drawdown: float | None
    plan_sha256: str
    code: str


COLUMNS = tuple(f.name for f in fields(Entry))

#: Columns of the index that hold numbers, for filters.
NUMBERS = tuple(f.name for f in fields(Entry) if "float" in str(f.type) or "int" in str(f.type))

_TABLE = f"""
CREATE TABLE runs (
    {", ".join(f"{name} {'REAL' if name in NUMBERS else 'TEXT'}" for name in COLUMNS)},
    stamp TEXT NOT NULL,
    PRIMARY KEY (folder)
) STRICT
"""


@dataclass(frozen=True)
class Listing:
    """The runs of a folder.

    Attributes
    ----------
    entries : tuple of Entry
        Newest first.
    damaged : tuple of (str, str)
        Folders with a run.json that cannot be read as a run, and why.
    """

    entries: tuple[Entry, ...]
    damaged: tuple[tuple[str, str], ...] = ()


def list_runs(runs: Path, *, rebuild: bool = False) -> Listing:
    """The runs in a folder, through its index.

    Parameters
    ----------
    runs : pathlib.Path
    rebuild : bool
        Forget the index and read every folder again.
    """
    if runs.exists() and not runs.is_dir():
        raise InputError("is a file", where=str(runs), expected="the folder of runs")
    folders = run_folders(runs)
    if rebuild:
        _forget(runs)
    try:
        try:
            return _synchronised(runs / FILE, folders)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            # damaged, or no database at all: the folders know better
            _forget(runs)
            return _synchronised(runs / FILE, folders)
    except sqlite3.DatabaseError:
        # may not be written, or is locked for too long: an index for this time only
        return _synchronised(None, folders)


def matching(
    entries: Sequence[Entry],
    *,
    name: str = "",
    since: str = "",
    until: str = "",
    where: Sequence[str] = (),
) -> list[Entry]:
    """The runs whose plan's name holds `name`, written in a span of days, and that meet conditions.

    Parameters
    ----------
    where : sequence of str
        Such as ``cagr>0.05`` or ``n>=30``; a run without the figure does not meet it.
    """
    tests = [_condition(text) for text in where]
    return [
        e
        for e in entries
        if name.lower() in e.name.lower()
        and (not since or e.written[:10] >= since)
        and (not until or e.written[:10] <= until)
        and all(test(e) for test in tests)
    ]


def remove_run(runs: Path, folder: str) -> list[str]:
    """Delete a run's own files and its folder; what others put there stays, and so does the folder.

    Returns
    -------
    list of str
        What was left behind; empty where the folder is gone.

    Raises
    ------
    InputError
        Where this is not the folder of a run directly below `runs`.
    """
    path = runs / folder
    if Path(folder).name != folder or path.is_symlink():
        raise InputError("is not a run's folder", where=str(path), do="nothing was deleted")
    run = read_run(path)
    if not _ID.fullmatch(run.id) or not folder.endswith(f"-{run.id}"):
        raise InputError(
            "its name is not that of the run in it", where=str(path), do="nothing was deleted"
        )
    own = {*RUN_FILES, *PAGES}
    entries = {e.name: e.is_file(follow_symlinks=False) for e in os.scandir(path)}
    left = sorted(name for name, is_file in entries.items() if name not in own or not is_file)
    # run.json last: what is left of a run that could not be deleted whole is still found
    for name in sorted(set(entries) - set(left), key=lambda n: n == "run.json"):
        (path / name).unlink(missing_ok=True)
    if not left:
        path.rmdir()
    return left


def _synchronised(file: Path | None, folders: list[Path]) -> Listing:
    if file is not None and not folders and not file.exists():
        return Listing(())
    with closing(_connect(file)) as database, _transaction(database):
        known = dict(database.execute("SELECT folder, stamp FROM runs").fetchall())
        damaged = []
        present = {}
        for folder in folders:
            stamp = _stamp(folder)
            if stamp:
                present[folder.name] = stamp
                if known.get(folder.name) == stamp:
                    continue
            try:
                entry = read_entry(folder)
            except InputError as error:
                damaged.append((folder.name, error.line()))
                present.pop(folder.name, None)
                continue
            marks = ", ".join("?" * (len(COLUMNS) + 1))
            values = [getattr(entry, name) for name in COLUMNS]
            database.execute(f"INSERT OR REPLACE INTO runs VALUES ({marks})", (*values, stamp))
        for gone in set(known) - set(present):
            database.execute("DELETE FROM runs WHERE folder = ?", (gone,))
        rows = database.execute(
            f"SELECT {', '.join(COLUMNS)} FROM runs ORDER BY written DESC, folder"
        ).fetchall()
    return Listing(tuple(_entry(row) for row in rows), tuple(damaged))


def read_entry(folder: Path) -> Entry:
    """A run's line of the index, from its folder."""
    run = read_run(folder)
    m = read_json(folder / "metrics.json")

    def number(path: str) -> float | None:
        value = run.form.figure(m, path)
        return float(value) if isinstance(value, (int, float)) else None

    def whole(path: str) -> int | None:
        value = number(path)
        return int(value) if value is not None and abs(value) < 2**53 else None

    # of several legs none speaks for the plan
    leg = f"legs.{run.legs[0]}" if len(run.legs) == 1 else "tactical"
    times = run.record.get("times")
    written = times.get("written") if isinstance(times, dict) else None
    # a path shorter than a year has no return a year, here as where it was run
    year = number("total.sessions_a_year") or SESSIONS_A_YEAR
    sessions = number("total.sessions")
    short = sessions is not None and sessions < year
    return Entry(
        folder=folder.name,
        id=run.id,
        name=run.name,
        written=str(written or ""),
        prices=_prices(m),
        first=_year(lookup(m, "vintages.first")),
        last=_year(lookup(m, "vintages.last")),
        n=whole(f"{leg}.n"),
        mean=number(f"{leg}.mean"),
        hit_rate=number(f"{leg}.hit_rate"),
        hedge_mean=number("hedge.mean"),
        cagr=None if short else number("total.cagr"),
        sharpe=number("total.sharpe"),
        max_drawdown=number("total.max_drawdown"),
        plan_sha256=str(run.record.get("plan_sha256") or ""),
        code=str(run.record.get("code") or ""),
    )


def _prices(metrics: dict[str, Any]) -> str:
    """The series that were traded."""
    markets = lookup(metrics, "data.markets")
    if isinstance(markets, dict):
        held = [m.get("series") for m in markets.values() if isinstance(m, dict)]
        return ", ".join(str(series) for series in held)
    return str(lookup(metrics, "data.prices") or "")


def _year(vintage: Any) -> int | None:
    """Year of a vintage by its label: a year, or the text of a month, quarter or day."""
    text = str(vintage)[:4]
    return int(text) if text.isdecimal() else None


def _entry(row: tuple[Any, ...]) -> Entry:
    values = dict(zip(COLUMNS, row, strict=True))
    for name in ("first", "last", "n"):
        values[name] = None if values[name] is None else int(values[name])
    return Entry(**values)


def _stamp(folder: Path) -> str:
    """What changes when a run is written again."""
    try:
        states = [(folder / name).stat() for name in ("run.json", "metrics.json")]
    except OSError:
        return ""
    return " ".join(f"{s.st_mtime_ns}-{s.st_size}" for s in states)


def _connect(file: Path | None) -> sqlite3.Connection:
    database = sqlite3.connect(file or ":memory:", timeout=PATIENCE, isolation_level=None)
    try:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            with _transaction(database):
                # another process may have made it while this one waited
                if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                    database.execute("DROP TABLE IF EXISTS runs")
                    database.execute(_TABLE)
                    database.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _forget(runs: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        with suppress(OSError):
            (runs / f"{FILE}{suffix}").unlink()


_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def _condition(text: str) -> Callable[[Entry], bool]:
    found = re.fullmatch(r"\s*(\w+)\s*(>=|<=|>|<|=)\s*(\S+)\s*", text)
    if not found or found[1] not in NUMBERS:
        raise InputError(
            f"got {text!r}",
            where="--where",
            expected=f"a figure, a comparison and a number, such as cagr>0.05; figures: "
            f"{', '.join(NUMBERS)}",
        )
    name, compare = found[1], _OPERATORS[found[2]]
    try:
        bound = float(found[3])
    except ValueError:
        raise InputError(f"got {text!r}", where="--where", expected="a number at the end") from None

    def test(entry: Entry) -> bool:
        value = getattr(entry, name)
        return value is not None and bool(compare(value, bound))

    return test
