"""The folder of a run of a plan of legs: the same files as any run's, put in place whole."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from market.serialise import csv_text, json_text
from reports.run.folder import open_folder, parquet, place, slug

if TYPE_CHECKING:
    from strategy.legplan.result import LegsResult


def legs_folder(result: LegsResult) -> str:
    """Name of the run's folder: the plan's name made safe, and the run's id."""
    return f"{slug(result.plan.name)}-{result.run_id}"


def write_legs_run(
    result: LegsResult,
    out_dir: str | os.PathLike[str],
    *,
    report: bool = True,
    command: str | None = None,
    language: str = "en",
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, Path]:
    """Write the files of a run into ``out_dir/<plan>-<id>/``.

    Parameters
    ----------
    result : LegsResult
    out_dir : path
        Folder of the runs; made where only itself is missing.
    report : bool
        Whether to write ``report.html``.
    command : str, optional
        What was typed, kept in ``run.json``.
    language : str
        Of the report.
    progress : callable, optional
        Called as ``progress(what, done, of)``.

    Returns
    -------
    dict
        Path of each file by name, and of the ``folder``.

    Raises
    ------
    InputError
        Where the folder cannot be written; then nothing in it has changed.
    """
    tell = progress or (lambda what, done, of: None)
    target = Path(out_dir)
    open_folder(target)
    tell("tables", 0, 3)
    files: dict[str, bytes] = {
        "vintages.csv": csv_text(result.vintages).encode(),
        "trades.csv": csv_text(result.trades).encode(),
        "daily.parquet": parquet(result.daily),
        "metrics.json": json_text(result.metrics).encode(),
    }
    if report:
        tell("report", 1, 3)
        from reports.legs.page import build_legs_report

        files["report.html"] = build_legs_report(result, language=language).encode()
    record = dict(result.provenance)
    record["run_id"] = result.run_id
    if command is not None:
        record["command"] = command
    record["times"] = {"written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    files["run.json"] = json_text(record).encode()
    tell("files", 2, 3)
    folder = target / legs_folder(result)
    place(files, folder)
    tell("files", 3, 3)
    return {"folder": folder} | {name: folder / name for name in sorted(files)}
