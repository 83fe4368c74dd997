"""The run's folder: every file built first, then put in place whole or not at all."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import secrets
import shlex
import shutil
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from market.atomic import write_whole
from market.errors import InputError
from market.serialise import csv_text, json_text

if TYPE_CHECKING:
    from reports.tearsheet.process import TearsheetProcess
    from strategy.result.result import Result

#: Longest name of a plan inside a folder's name, in bytes of UTF-8.
SLUG_BYTES = 60


def write_run(
    result: Result,
    out_dir: str | os.PathLike[str],
    *,
    tearsheet: bool = True,
    report: bool = True,
    command: str | Sequence[str] | None = None,
    language: str = "en",
    audit: str | os.PathLike[str] | None = None,
    what_if: bool = True,
    sheet: TearsheetProcess | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Path]:
    """Write the files of a run into ``out_dir/<plan>-<id>/``.

    Everything is built and written beside its place before anything there
    changes. A run that has been written before is replaced file by file; other
    files in its folder stay.

    Parameters
    ----------
    result : strategy.result.result.Result
        A finished run.
    out_dir : str or os.PathLike
        Folder of the runs; made where only itself is missing.
    tearsheet, report : bool
        Whether to write ``tearsheet.html`` and ``report.html``.
    command : str or sequence of str, optional
        What was typed, kept in ``run.json`` and shown in the report.
    language : str
        Of ``report.html``; one of `reports.text.language.LANGUAGES`.
    audit : str or os.PathLike, optional
        Folder of an audit whose claims ``report.html`` shows.
    what_if : bool
        Whether ``report.html`` carries the plan on other settings.
    sheet : TearsheetProcess, optional
        Draws the tear sheet meanwhile; here and at the end where not given.
    progress : callable, optional
        Called as ``progress(step, done, of)`` when a step begins, and at the end.

    Returns
    -------
    dict of str to pathlib.Path
        Path of each file by its name, and of the folder under ``folder``.

    Raises
    ------
    InputError
        Where the folder cannot be made or written.
    """
    out_dir = Path(out_dir)
    what_if = what_if and report
    steps = [
        "tables",
        *["other settings"] * what_if,
        *["report"] * report,
        *["tear sheet"] * tearsheet,
        "files",
    ]

    def tell(step: str, done: int | None = None) -> None:
        if progress:
            progress(step, steps.index(step) if done is None else done, len(steps))

    # before the slow part: a mistyped folder is told at once
    open_folder(out_dir)
    claims = None
    if audit is not None:
        from reports.run.claims_section import read_claims

        claims = read_claims(audit)
    typed = command if command is None or isinstance(command, str) else shlex.join(command)

    if tearsheet and sheet is not None:
        sheet.begin(result)
    tell("tables")
    files: dict[str, bytes] = {
        "vintages.csv": csv_text(result.vintages).encode(),
        "trades.csv": csv_text(result.trades).encode(),
        "daily.parquet": parquet(result.daily),
        "metrics.json": json_text(result.metrics).encode(),
    }
    lattice = None
    if what_if:
        tell("other settings")
        from strategy.sweep.lattice.lattice import lattice_or_key

        lattice = lattice_or_key(result.simulation)
    if report:
        tell("report")
        from reports.run.hedge_section import hedge_dict
        from reports.run.report import build_report

        hedge = hedge_dict(result)
        if hedge:
            files["hedge.json"] = json_text(hedge).encode()
        # without what was typed: the same run has the same page
        page = build_report(result, hedge=hedge, claims=claims, lattice=lattice, language=language)
        files["report.html"] = page.encode()
    if tearsheet:
        tell("tear sheet")
        from reports.tearsheet.sheet import build_tearsheet

        page = build_tearsheet(result) if sheet is None else sheet.page()
        files["tearsheet.html"] = page.encode()
    files["run.json"] = json_text(_record(result, typed)).encode()

    tell("files")
    folder = out_dir / run_folder(result)
    place(files, folder)
    tell("files", len(steps))
    return {"folder": folder} | {name: folder / name for name in sorted(files)}


def run_folder(result: Result) -> str:
    """Name of the run's folder: the plan's name made safe, and the run's id."""
    return f"{slug(result.plan.name)}-{result.run_id}"


def slug(name: str) -> str:
    """A name that any file system takes, from any text: letters, digits, ``.``, ``_``, ``-``.

    Letters of every script stay, so that a Chinese plan keeps its name.
    """
    text = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFKC", name))
    text = re.sub(r"\.{2,}", ".", text)
    short = text.encode()[:SLUG_BYTES].decode(errors="ignore")
    return short.strip("-._") or "plan"


def place(files: Mapping[str, bytes], folder: Path) -> None:
    """Put `files` into `folder`, whole or not at all.

    All of them are written to a temporary sibling first. A new folder appears
    in one step; in an existing one each file is replaced in one step.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.mkdir()
        for name, content in files.items():
            write_whole(temporary / name, content)
        try:
            os.rename(temporary, folder)
        except OSError:
            if not folder.is_dir():
                raise
            for name in files:
                os.replace(temporary / name, folder / name)
    except InputError as error:
        cause = error.__cause__
        raise _unwritable(folder, cause if isinstance(cause, OSError) else OSError()) from error
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def open_folder(out_dir: Path) -> None:
    """Make `out_dir` where it is missing, and try whether it can be written.

    Raises
    ------
    InputError
        Where it is a file, or cannot be made or written.
    """
    try:
        # Another run may make the same folder in the same moment.
        out_dir.mkdir(exist_ok=True)
    except FileExistsError as error:
        raise InputError(
            "is a file, not a folder", where=str(out_dir), do="choose another place for the output"
        ) from error
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    probe = out_dir / f".{secrets.token_hex(4)}.tmp"
    try:
        probe.mkdir()
    except OSError as error:
        raise _unwritable(out_dir, error) from error
    with suppress(OSError):
        probe.rmdir()


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot be written: {error.strerror or error}",
        where=str(folder),
        expected="a folder that exists and that you may write to, with room left",
        do="choose another place for the output; nothing there was changed",
    )


def parquet(frame: pd.DataFrame) -> bytes:
    """A table as Parquet, in memory."""
    target = io.BytesIO()
    frame.to_parquet(target, engine="pyarrow", compression="zstd")
    return target.getvalue()


def _record(result: Result, command: str | None) -> dict[str, Any]:
    record: dict[str, Any] = dict(result.provenance)
    record["run_id"] = result.run_id
    if command is not None:
        record["command"] = command
    written = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    record["times"] = {**record.get("times", {}), "written": written}
    return record
