"""The files of a scenario and of a calibration: written whole or not at all."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from market.serialise import csv_text, json_text
from reports.run.folder import open_folder, place, slug
from reports.scenario.page import build_calibration, build_scenario

if TYPE_CHECKING:
    from strategy.scenario.api import ScenarioResult

Figures = Mapping[str, Any]


def write_scenario(
    result: ScenarioResult,
    out_dir: Path,
    *,
    command: str | Sequence[str] | None = None,
    language: str = "en",
) -> tuple[Path, tuple[str, ...]]:
    """Write the three files into ``out_dir/<plan>-<id>/``, whole or not at all.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    typed = command if command is None or isinstance(command, str) else shlex.join(command)
    figures = dated_figures(result)
    files = {
        "scenario.csv": csv_text(scenario_table(figures)).encode(),
        "scenario.json": json_text(figures).encode(),
    }
    page = build_scenario(figures, command=typed, language=language)
    files["scenario.html"] = page.encode()
    return _placed(files, out_dir, figures)


def dated_figures(result: ScenarioResult) -> dict[str, Any]:
    """The figures of a scenario with the sessions of its futures, as scenario.json holds them."""
    return {**result.figures, "dates": [f"{day:%Y-%m-%d}" for day in result.start.sessions]}


def write_calibration(
    figures: Figures, out_dir: Path, *, language: str = "en"
) -> tuple[Path, tuple[str, ...]]:
    """Write ``calibration.json``, ``calibration.csv`` and ``calibration.html``."""
    files = {
        "calibration.csv": csv_text(pd.DataFrame(figures["forecasts"])).encode(),
        "calibration.html": build_calibration(figures, language=language).encode(),
        "calibration.json": json_text(figures).encode(),
    }
    return _placed(files, out_dir, figures)


def _placed(
    files: Mapping[str, bytes], out_dir: Path, figures: Figures
) -> tuple[Path, tuple[str, ...]]:
    open_folder(out_dir)
    folder = out_dir / f"{slug(figures['name'])}-{figures['id']}"
    place(files, folder)
    return folder, tuple(sorted(files))


def scenario_table(figures: Figures) -> pd.DataFrame:
    """Every odds, distribution and what-if figure as one long table.

    Columns: ``world``, ``section`` (odds, distribution, tactical, hedge),
    ``item``, ``statistic``, ``value``, ``low``, ``high`` (95 % Monte Carlo
    interval, exact for odds), ``n``, ``history``, ``history_low``,
    ``history_high``, ``history_n``, ``against_history``.
    """
    rows: list[dict[str, Any]] = []
    base = figures["history"]["odds"]
    for name, world in figures["worlds"].items():
        for key, odds in world["odds"].items():
            rows.append(
                {
                    "world": name,
                    "section": "odds",
                    "item": key,
                    "statistic": "probability",
                    "value": odds["p"],
                    "low": odds["low"],
                    "high": odds["high"],
                    "n": odds["n"],
                    "history": base[key]["p"],
                    "history_low": base[key]["low"],
                    "history_high": base[key]["high"],
                    "history_n": base[key]["n"],
                    "against_history": odds["against_history"],
                }
            )
        for key, found in world["distributions"].items():
            rows += _statistics(name, "distribution", key, found)
        for row in world["tactical_table"]:
            item = (
                f"stop {row['stop']:g}, zone share {row['first_target_share']:g}, "
                f"size {row['size']:g}"
            )
            rows += _statistics(name, "tactical", item, row, ("mean", "contribution", "q05"))
    for row in figures["hedge_table"]["rows"]:
        for key in ("total", "fall", "net", "cost", "effect", "fall_saved"):
            item = f"{row['instrument']} {row['ratio']:g}, {key}"
            rows += _statistics("bootstrap", "hedge", item, row[key])
    columns = (
        "world", "section", "item", "statistic", "value", "low", "high", "n", "history",
        "history_low", "history_high", "history_n", "against_history",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(object).where(lambda f: f.notna(), None)


def _statistics(
    world: str,
    section: str,
    item: str,
    found: Mapping[str, Any],
    names: Sequence[str] = ("mean", "std", "q05", "q25", "q50", "q75", "q95", "es_05"),
) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        if found.get(name) is None:
            continue
        row = {
            "world": world,
            "section": section,
            "item": item,
            "statistic": name,
            "value": found[name],
            "n": found["n"],
        }
        if name == "mean":
            row["low"] = found["mean"] - found["mean_error"]
            row["high"] = found["mean"] + found["mean_error"]
        rows.append(row)
    return rows
