"""`Cache`: series files and versions on disk, written under a lock, whole or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from market.atomic import read_regular, write_whole
from market.cache.folder import ENVIRONMENT, data_folder
from market.cache.rows import damaged, decode, difference, encode, overlay
from market.cache.version import Entry, Version, choose, number_of, parse_version
from market.errors import InputError

LOCK_SECONDS = 30.0
"""How long an update waits for another: the lock is held to merge and write, not to download."""

LARGEST_FILE = 256 << 20
"""Bytes of a file that is still believed to be one of the cache."""


@dataclass(frozen=True)
class Change:
    """New rows of one series, to be committed.

    Parameters
    ----------
    frame : pandas.DataFrame
        The whole series: index stamp, value columns, notes.
    source, url, fetched, body_sha256, notes
        As in `Entry`.
    record : mapping
        What changed, for the version's record.
    """

    frame: pd.DataFrame
    source: str
    url: str
    fetched: str
    body_sha256: str
    notes: tuple[str, ...]
    record: Mapping[str, Any]


class Cache:
    """Append-only store of series.

    Files of rows are named by their sha256 and never change; a version names
    the file of every series and is written last, so that a reader sees an
    update whole or not at all. Reading needs no lock.

    Parameters
    ----------
    folder : Path, optional
        `market.cache.data_folder()` by default; made when first written to.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = data_folder() if folder is None else folder

    def labels(self) -> list[str]:
        """Labels of all versions, oldest first."""
        try:
            names = [path.stem for path in self._versions.iterdir() if path.suffix == ".json"]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise self._unreadable(self._versions, error) from error
        numbered = ((number_of(name), name) for name in names)
        return [name for _, name in sorted((n, name) for n, name in numbered if n is not None)]

    def version(self, wanted: str | None = None, *, where: str = "data.version") -> Version | None:
        """The version `wanted`, the newest by default; None where there is none at all.

        Raises
        ------
        InputError
            For a version that does not exist or a file that is damaged.
        """
        labels = self.labels()
        if wanted is not None:
            label = choose(wanted, labels, where)
        elif labels:
            label = labels[-1]
        else:
            return None
        path = self._versions / f"{label}.json"
        return parse_version(self._read(path), label, str(path))

    def rows(self, series_id: str, entry: Entry) -> pd.DataFrame:
        """The rows of one series as a version has them.

        Raises
        ------
        InputError
            If a file is missing or is not what was written.
        """
        frame = self._file(series_id, entry.base)
        return overlay(frame, self._file(series_id, entry.delta)) if entry.delta else frame

    @contextmanager
    def writing(self, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Alone with the store: other writers wait; left-overs of killed ones are removed.

        Raises
        ------
        InputError
            If the folder cannot be written to, or another update stays in it.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=seconds)
        except Timeout:
            raise InputError(
                "another update is writing to it",
                where=str(self.folder),
                do=f"try again when it is done (waited {seconds:g} s)",
            ) from None
        except (OSError, NotImplementedError) as error:
            raise InputError(
                f"cannot be written: {getattr(error, 'strerror', None) or error}",
                where=str(self.folder),
                expected="a folder for data that may be written to",
                do=f"set {ENVIRONMENT} to one",
            ) from error
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def check_writable(self) -> None:
        """Fail early where the folder cannot be written to: before anything is downloaded."""
        with self.writing():
            about = self.folder / _ABOUT
            try:
                # rewritten as it is, so that a full disk shows before the download
                content = read_regular(about) if about.exists() else _ABOUT_TEXT
            except OSError as error:
                raise InputError(
                    f"is damaged ({(error.strerror or 'no regular file').lower()})",
                    where=str(about),
                    expected="a text file",
                    do="remove it: the next `simulate data update` writes it again",
                ) from error
            write_whole(about, content)

    def commit(self, changes: Mapping[str, Change], made: dt.datetime) -> Version:
        """Write `changes` as a new version; to be called inside `writing`."""
        current = self.version()
        entries = dict(current.entries) if current is not None else {}
        for series_id, change in changes.items():
            entries[series_id] = self._store(series_id, change, entries.get(series_id))
        version = Version(
            number=1 if current is None else current.number + 1,
            made=stated(made),
            entries=MappingProxyType(entries),
            changes=MappingProxyType({name: dict(c.record) for name, c in changes.items()}),
        )
        write_whole(self._versions / f"{version.label}.json", version.content())
        return version

    @property
    def _versions(self) -> Path:
        return self.folder / "versions"

    def _store(self, series_id: str, change: Change, before: Entry | None) -> Entry:
        stamps = pd.DatetimeIndex(change.frame.index)
        entry = Entry(
            sha256="",
            base="",
            delta="",
            rows=len(stamps),
            first=f"{stamps[0]:%Y-%m-%d}",
            last=f"{stamps[-1]:%Y-%m-%d}",
            source=change.source,
            url=change.url,
            fetched=change.fetched,
            body_sha256=change.body_sha256,
            notes=change.notes,
        )
        if before is not None:
            delta = difference(self._file(series_id, before.base), change.frame)
            if delta is not None:
                digest = self._write(series_id, delta) if len(delta) else ""
                both = hashlib.sha256(f"{before.base}\n{digest}".encode()).hexdigest()
                return replace(
                    entry, sha256=both if digest else before.base, base=before.base, delta=digest
                )
        base = self._write(series_id, change.frame)
        return replace(entry, sha256=base, base=base)

    def _write(self, series_id: str, frame: pd.DataFrame) -> str:
        content = encode(frame)
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(series_id, digest)
        if not path.is_file():
            write_whole(path, content)
        return digest

    def _file(self, series_id: str, digest: str) -> pd.DataFrame:
        path = self._path(series_id, digest)
        content = self._read(path)
        if hashlib.sha256(content).hexdigest() != digest:
            raise damaged(str(path))
        return decode(content, str(path))

    def _path(self, series_id: str, digest: str) -> Path:
        return self.folder / "series" / series_id / f"{digest}.parquet"

    def _read(self, path: Path) -> bytes:
        try:
            state = path.stat()
            # opening a pipe could wait for ever
            if not stat.S_ISREG(state.st_mode) or state.st_size > LARGEST_FILE:
                raise damaged(str(path))
            return path.read_bytes()
        except FileNotFoundError:
            raise damaged(str(path)) from None
        except OSError as error:
            raise self._unreadable(path, error) from error

    def _unreadable(self, path: Path, error: OSError) -> InputError:
        return InputError(
            f"cannot be read: {error.strerror or error}",
            where=str(path),
            do=f"make it readable, or set {ENVIRONMENT} to another folder",
        )

    def _sweep(self) -> None:
        """Remove scratch files of writers that were killed: under the lock they are nobody's."""
        # by name: the folder that the environment names may hold other people's files
        for pattern in _SCRATCH:
            for scratch in self.folder.glob(pattern):
                scratch.unlink(missing_ok=True)


def stated(moment: dt.datetime) -> str:
    """A moment as versions state it: UTC, to the second."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_ABOUT = "about-this-data.txt"
_SCRATCH = (
    f".{_ABOUT}.*",
    "versions/.v*-*.json.*",
    "series/*/.*.parquet.*",
    "pending/.*.parquet.*",
    "pending/.*.json.*",
)
_ABOUT_TEXT = b"""Data that `simulate data update` downloaded, for `data: {source: auto}`.
versions/  one file an update: which rows each series has, where they came from, what changed
series/    rows, in files named by their sha256
pending/   downloads that wait to be confirmed (`simulate data confirm`)
The data belong to their sources: their terms of use apply, do not pass them on.
Nothing here is ever changed, only added. Removing the whole folder is safe: plans fall back to
the data that come with the program, and runs of old versions can no longer be repeated.
"""
