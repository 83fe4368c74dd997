"""A sweep's folder: parts that are written whole or not at all, one writer at a time.

sweeps/<name>-<id>/
    sweep.json         what was swept, on what data, and what came of it
    variants.parquet   one row a variant
    vintages.parquet   returns by vintage, of all variants or of some
    times.json         when and how fast; the one file that differs between two runs
    parts/             while the sweep runs
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from market.atomic import read_regular, write_whole
from market.errors import InputError
from market.serialise import json_text
from strategy.sweep.work.table import write_options

VARIANTS, VINTAGES, SUMMARY, TIMES = (
    "variants.parquet",
    "vintages.parquet",
    "sweep.json",
    "times.json",
)


@dataclass(frozen=True)
class SweepFolder:
    """The files of one sweep.

    Attributes
    ----------
    path : Path
    """

    path: Path

    @property
    def variants(self) -> Path:
        return self.path / VARIANTS

    @property
    def vintages(self) -> Path:
        return self.path / VINTAGES

    @property
    def parts(self) -> Path:
        return self.path / "parts"

    def is_complete(self) -> bool:
        """Whether the sweep is done, and what it left can be read."""
        try:
            summary = self.summary()
            if summary.get("state") != "complete":
                return False
            self.check_tables(summary)
        except InputError:
            return False
        return True

    def summary(self) -> dict[str, Any]:
        """Content of sweep.json; empty where there is none.

        Raises
        ------
        InputError
            Where it is damaged.
        """
        path = self.path / SUMMARY
        try:
            found: Any = json.loads(read_regular(path))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise _damaged(path, error) from error
        needed = ("sweep", "best", "variants", "name", "id") if _done(found) else ()
        if not isinstance(found, dict) or any(key not in found for key in needed):
            raise _damaged(path, ValueError("it is not a sweep's record"))
        return found

    def check_tables(self, summary: dict[str, Any]) -> None:
        """Refuse tables that are not what the sweep wrote.

        Raises
        ------
        InputError
        """
        kept = summary.get("vintage_returns") == "all"
        for path, rows in (
            (self.variants, summary["variants"]),
            (self.vintages, summary["variants"] if kept else None),
        ):
            try:
                if not path.is_file():
                    raise ValueError("no such file" if not path.exists() else "no regular file")
                found = pq.read_metadata(path)
                if "variant" not in found.schema.names:
                    raise ValueError("it has no column 'variant'")
                if rows is not None and found.num_rows != rows:
                    raise ValueError(f"it has {found.num_rows} rows of {rows}")
            except (pa.ArrowException, OSError, ValueError) as error:
                raise _damaged(path, error) from error

    def write_json(self, name: str, content: dict[str, Any]) -> None:
        """Write a JSON file whole."""
        text = json_text(content, sort=False)
        write_whole(self.path / name, text.encode("utf-8", "surrogatepass"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one that writes here; released even by a kill.

        Raises
        ------
        InputError
            Where another process is at it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        # beside the folder: what is in it is the sweep's alone
        lock = filelock.FileLock(self.path.with_name(f".{self.path.name}.lock"))
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise InputError(
                "another process is running this sweep",
                where=str(self.path),
                do="wait for it, or stop it: it can be taken up again where it was",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def part(self, i: int, name: str = VARIANTS) -> Path:
        """File of one part."""
        return self.parts / f"{i:07d}-{name}"

    def has_part(self, i: int) -> bool:
        """Whether a part is there whole; its vintages were written before it."""
        paths = [self.part(i), self.part(i, VINTAGES)]
        try:
            for path in paths[: 1 + paths[1].exists()]:
                pq.read_metadata(pa.BufferReader(read_regular(path)))
        except (pa.ArrowException, OSError):
            return False
        return True

    def write_part(self, i: int, variants: bytes, vintages: bytes | None) -> None:
        """Write one part."""
        if vintages is not None:
            write_whole(self.part(i, VINTAGES), vintages)
        write_whole(self.part(i), variants)

    def merge(self, n: int, name: str) -> Iterator[pa.Table]:
        """Put the parts of one table together, in order; gives each as it is written."""
        target = self.path / name
        scratch = target.with_name(f".{name}.{os.getpid()}")
        writer: pq.ParquetWriter | None = None
        try:
            for i in range(n):
                table = pq.read_table(self.part(i, name), memory_map=True)
                if writer is None:
                    writer = pq.ParquetWriter(scratch, table.schema, **write_options(table.schema))
                if len(table):
                    writer.write_table(table, row_group_size=len(table))
                yield table
            assert writer is not None
            writer.close()
            with scratch.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(scratch, target)
        finally:
            scratch.unlink(missing_ok=True)

    def clear_parts(self) -> None:
        """Remove what only an unfinished sweep needs."""
        if self.parts.is_dir():
            for path in self.parts.iterdir():
                path.unlink()
            self.parts.rmdir()
        # what a kill left half written
        for path in self.path.glob(".*"):
            path.unlink(missing_ok=True)


def _done(found: Any) -> bool:
    return isinstance(found, dict) and found.get("state") == "complete"


def _damaged(path: Path, error: Exception) -> InputError:
    said = getattr(error, "strerror", None) or str(error).splitlines()[0][:80]
    return InputError(
        f"is damaged: {said}", where=str(path), do="run the sweep again: it is computed anew"
    )


def find_folder(name: str, root: Path) -> SweepFolder:
    """The sweep that a user means: a folder, or the beginning of a folder's name below `root`.

    Raises
    ------
    InputError
        Where there is none, or more than one.
    """
    own = Path(name)
    if (own / SUMMARY).is_file():
        return SweepFolder(own)
    found = sorted(root.glob(f"{name}*/{SUMMARY}")) if name and "/" not in name else []
    if len(found) == 1:
        return SweepFolder(found[0].parent)
    if found:
        names = ", ".join(path.parent.name for path in found[:5])
        raise InputError(f"{len(found)} sweeps begin with '{name}': {names}", where=str(root))
    raise InputError(
        f"no sweep '{name}'",
        where=str(root),
        expected=f"a folder with a {SUMMARY}, or the beginning of its name",
    )
