"""A run read back from its folder: record, figures and tables, checked when they are read."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.atomic import read_regular
from market.errors import InputError
from strategy.compare.forms import NAMED_LEGS, SHORT_FORM, Form
from strategy.result.tables import with_dates

#: Files that make a folder a run's.
RUN_FILES = ("run.json", "metrics.json", "vintages.csv", "trades.csv", "daily.parquet")

#: What run.json says of each series that tells it from another.
SERIES_FACTS = ("sha256", "first", "last", "rows")

_AGAIN = "run the plan again with simulate run"
#: What Python says of a value that is of another kind than what was written.
_MISFITS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@contextmanager
def as_written(where: Path, do: str = _AGAIN) -> Iterator[None]:
    """Tell a stored file whose values are not of the kinds that were written, in one line.

    Parameters
    ----------
    where : pathlib.Path
        The file or folder that is being shown.
    do : str
        How it is made anew.

    Raises
    ------
    InputError
    """
    try:
        yield
    except InputError:
        raise
    except _MISFITS as error:
        raise InputError(
            f"is not as it was written ({type(error).__name__}: {str(error)[:80]})",
            where=str(where),
            do=do,
        ) from error


@dataclass(frozen=True)
class StoredRun:
    """One run folder.

    Attributes
    ----------
    folder : pathlib.Path
    record : mapping
        The content of run.json.
    """

    folder: Path
    record: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.record["run_id"])

    @property
    def name(self) -> str:
        """The plan's name."""
        return str(self.record["name"])

    @property
    def series(self) -> Mapping[str, Mapping[str, Any]]:
        """Hash and range of each series that the run read."""
        found: Mapping[str, Mapping[str, Any]] = self.record["series"]
        return found

    @property
    def legs(self) -> tuple[str, ...]:
        """Names of the plan's legs; none for a plan of the short form."""
        return tuple(self.record["plan"].get("legs") or ())

    @property
    def form(self) -> Form:
        """What its files call the figures."""
        return NAMED_LEGS if "legs" in self.record["plan"] else SHORT_FORM

    def figure(self, path: str) -> Any:
        """A figure of metrics.json by its path; None where the run has none."""
        return self.form.figure(self.metrics, path)

    def returns(self, column: str) -> pd.DataFrame:
        """One row a vintage of a leg, or of a column of the short form.

        Returns
        -------
        DataFrame
            ``vintage`` (text for named legs), ``value`` (float, NaN for none),
            ``exit_reason``, ``complete``.
        """
        rows = self.vintages
        if self.form is NAMED_LEGS:
            rows = rows[rows["leg"] == column].assign(value=rows["leg_return"])
            rows = rows.assign(vintage=rows["vintage"].astype(str))
        else:
            rows = rows.assign(value=rows[column])
        rows = rows[["vintage", "value", "exit_reason", "complete"]]
        return rows.assign(value=pd.to_numeric(rows["value"], errors="coerce"))

    @cached_property
    def metrics(self) -> Mapping[str, Any]:
        """The content of metrics.json."""
        metrics = read_json(self.folder / "metrics.json")
        for part in self.form.parts:
            if not isinstance(metrics.get(part), dict):
                raise InputError(
                    f"has no figures under {part!r}",
                    where=str(self.folder / "metrics.json"),
                    do=_AGAIN,
                )
        return metrics

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """The rows of vintages.csv; missing texts are None."""
        return _csv(self.folder / "vintages.csv", self.form.vintages)

    @cached_property
    def trades(self) -> pd.DataFrame:
        """The rows of trades.csv."""
        return _csv(self.folder / "trades.csv", self.form.trades)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """daily.parquet by its sessions."""
        path = self.folder / "daily.parquet"
        try:
            frame = pd.read_parquet(io.BytesIO(read_regular(path)))
        except OSError as error:
            raise InputError(
                f"cannot be read: {error.strerror or error}", where=str(path)
            ) from error
        except Exception as error:  # pyarrow has an error for every way to be no Parquet file
            raise InputError("is not a Parquet file", where=str(path), do=_AGAIN) from error
        _need(path, frame, self.form.daily)
        index = frame.index
        if not isinstance(index, pd.DatetimeIndex) or not index.is_monotonic_increasing:
            raise InputError("its index is not the dates in order", where=str(path), do=_AGAIN)
        if not index.is_unique or not len(frame):
            raise InputError("has no session, or one twice", where=str(path), do=_AGAIN)
        if not np.isfinite(frame[list(self.form.daily)].to_numpy(dtype=float)).all():
            raise InputError("an equity or return is missing", where=str(path), do=_AGAIN)
        return frame


def read_run(folder: str | os.PathLike[str]) -> StoredRun:
    """The run in a folder.

    Raises
    ------
    InputError
        Where the folder is not a run's, or run.json cannot be understood.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            "is not there" if not folder.exists() else "is a file",
            where=str(folder),
            expected="the folder of a run",
            do="simulate runs lists them",
        )
    missing = [name for name in RUN_FILES if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"is not a run's folder: no {' and no '.join(missing)}",
            where=str(folder),
            expected="a folder that simulate run wrote",
        )
    record = read_json(folder / "run.json")
    for key, kind in (("run_id", str), ("name", str), ("plan", dict), ("series", dict)):
        if not isinstance(record.get(key), kind):
            raise InputError(
                f"has no {key!r}", where=str(folder / "run.json"), expected="a run's record"
            )
    for name, facts in record["series"].items():
        if not isinstance(facts, dict) or any(
            isinstance(facts.get(key), dict | list) for key in SERIES_FACTS
        ):
            raise InputError(
                f"its series {name!r} are damaged",
                where=str(folder / "run.json"),
                expected="hash, first and last day and rows of each",
                do=_AGAIN,
            )
    return StoredRun(folder, record)


def without_legs(run: StoredRun) -> StoredRun:
    """The run itself, if it is of a plan of the short form.

    Raises
    ------
    InputError
        For a run of named legs: its tables have other columns.
    """
    if "legs" in run.record["plan"]:
        raise InputError(
            "is a run of a plan with `legs`",
            where=str(run.folder),
            expected="a run of a plan of `tactical` and `hedge`",
            do="its report.html, vintages.csv and metrics.json hold its figures",
        )
    return run


def find_run(name: str, runs: str | os.PathLike[str]) -> StoredRun:
    """The run that a user names: by its folder, its id, or the beginning of its id.

    A plan's name is enough where it has been run once.

    Raises
    ------
    InputError
        Where nothing or more than one run is called so.
    """
    if "\0" in name:
        raise InputError(f"got {name!r}", where="RUN", expected="a folder or an id")
    if Path(name).is_dir():
        return read_run(name)
    runs = Path(runs)
    if (runs / name).is_dir() and name not in ("", ".", ".."):
        return read_run(runs / name)
    known = run_folders(runs)
    ids = {folder: folder.name.rpartition("-") for folder in known}
    found = [f for f, (_, _, id_) in ids.items() if len(name) >= 4 and id_.startswith(name)]
    found = found or [f for f, (plan, _, _) in ids.items() if plan == name]
    if len(found) == 1:
        return read_run(found[0])
    if found:
        raise InputError(
            f"{len(found)} runs in {runs} are called {name!r}",
            where="RUN",
            do=f"name one by its id: {', '.join(ids[f][2] for f in found[:5])}",
        )
    raise InputError(
        f"no run {name!r} in {runs}",
        where="RUN",
        expected="a run's folder or its id",
        do="simulate runs lists them",
    )


def named_runs(names: Iterable[str], home: str | os.PathLike[str]) -> list[StoredRun]:
    """The runs that a user names; a folder of runs stands for all in it, oldest first.

    Raises
    ------
    InputError
        Where a name means no run, or a folder holds none.
    """
    found: list[StoredRun] = []
    for name in names:
        folder = Path(name)
        if "\0" not in name and folder.is_dir() and not (folder / "run.json").exists():
            below = [read_run(path) for path in run_folders(folder)]
            if not below:
                raise InputError(
                    "holds no run", where=name, expected="a run's folder, or a folder of runs"
                )
            found += sorted(below, key=_age)
        else:
            found.append(find_run(name, home))
    return found


def _age(run: StoredRun) -> tuple[str, int]:
    """When a run was written: to the second by its own record, then by its file's time."""
    written = str(run.record.get("times", {}).get("written"))
    return written, (run.folder / "run.json").stat().st_mtime_ns


def run_folders(runs: Path) -> list[Path]:
    """The folders directly below `runs` that hold a run.json, by name; links are not followed."""
    try:
        found = [
            Path(entry.path)
            for entry in os.scandir(runs)
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
        ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(runs)) from error
    return sorted(folder for folder in found if (folder / "run.json").is_file())


def read_json(path: Path, do: str = _AGAIN) -> dict[str, Any]:
    """A JSON object from a file, as this program writes it: finite numbers, whole characters.

    Parameters
    ----------
    path : pathlib.Path
    do : str
        How the file is made anew.

    Raises
    ------
    InputError
        Where the file cannot be read or holds something else.
    """
    try:
        content = json.loads(
            read_regular(path),
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole_number,
        )
        # half of a pair of surrogates can stand in JSON, and be written nowhere
        json.dumps(content, ensure_ascii=False).encode()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except UnicodeEncodeError as error:
        raise InputError("holds half a character", where=str(path), do=do) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"is not JSON: {str(error)[:100]}", where=str(path), do=do) from error
    if not isinstance(content, dict):
        raise InputError("is not a JSON object", where=str(path), do=do)
    return content


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text[:20])


def _whole_number(text: str) -> int:
    if len(text) > 19:
        raise ValueError(f"{text[:20]}… is beyond 64 bits")
    return int(text)


def _csv(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.BytesIO(read_regular(path)))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    except (ValueError, pd.errors.ParserError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is empty"
        raise InputError(f"is not a table: {reason}", where=str(path), do=_AGAIN) from error
    _need(path, frame, columns)
    for column in ("vintage", "complete"):
        # vintages of named legs are years, months or days
        if column == "vintage" and "leg" in columns:
            continue
        if column in columns and not _whole(frame[column], column):
            raise InputError(f"column {column!r} is damaged", where=str(path), do=_AGAIN)
    whole = frame.astype(object).where(frame.notna(), None).infer_objects()
    try:
        return with_dates(whole)
    except ValueError as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"has a damaged date: {reason}", where=str(path), do=_AGAIN) from error


def _whole(column: pd.Series, name: str) -> bool:
    return bool(
        pd.api.types.is_bool_dtype(column)
        if name == "complete"
        else pd.api.types.is_integer_dtype(column)
    )


def _need(path: Path, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in frame]
    if missing:
        raise InputError(
            f"has no column {', '.join(repr(n) for n in missing)}", where=str(path), do=_AGAIN
        )
