"""`sweep.html`: a plan's settings tried by the thousand, and how much the best of them is luck."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from market.atomic import write_whole
from reports.drawing.registry import SWEEP_CHARTS
from reports.html.page import Figures, render
from reports.sweep import chart as _charts  # noqa: F401 - registers them
from reports.sweep import evidence as sweep_evidence
from reports.sweep.data import HeatMap, SweepData, read_sweep
from reports.sweep.statistics import statistics
from reports.text.fields import field
from reports.text.format import exact, setting, show, telling_digits
from reports.text.language import _, noted, say, speaking

MODE_WORDS = {
    "mean": noted("averaged over the other parameters"),
    "best": noted("best over the other parameters"),
    "chosen": noted("others as in the best variant"),
}

#: Best variants in the table.
BEST_ROWS = 15
#: Steps of shade a side.
SHADES = 4


def write_sweep_page(
    folder: str | os.PathLike[str], *, command: str | None = None, language: str = "en"
) -> Path:
    """Write ``sweep.html`` into the folder of a finished sweep.

    Raises
    ------
    InputError
        Where the folder is not a finished sweep's, or cannot be written.
    """
    page = build_sweep(read_sweep(folder), command=command, language=language)
    return write_whole(Path(folder) / "sweep.html", page.encode())


def build_sweep(sweep: SweepData, *, command: str | None = None, language: str = "en") -> str:
    """The page of a sweep as one self-contained HTML page."""
    with speaking(language):
        known = field(sweep.metric)
        found = sweep.evidence
        shown = (sweep.metric, "lead", "sharpe", "cagr", "max_drawdown", "hit_rate")
        columns = [c for c in dict.fromkeys(shown) if c in sweep.variants]
        rows = sweep.variants.iloc[sweep.leaders(BEST_ROWS)].to_dict("records")
        context: dict[str, Any] = {
            "s": sweep,
            "metric": known,
            "verdict": sweep_evidence.verdict(found) if found else None,
            "headline": headline(sweep),
            "findings": sweep_evidence.findings(found, sweep.metric) if found else [],
            "statistics": statistics(found) if found else [],
            "missing": sweep_evidence.missing(found),
            "ledger": {"sweeps": [], "unreadable": 0} | dict(found.get("ledger") or {}),
            "chained": sweep_evidence.chained(found),
            "walk": sweep_evidence.walk_rows(found),
            "maps": [
                (f"map-{i}-{mode}", row, column, i, mode, _(words), shown)
                for i, (row, column) in enumerate(sweep.pairs)
                for mode, words in MODE_WORDS.items()
                for shown in [sweep.heat_map(row=row, column=column, mode=mode)]
            ],
            "modes": [(mode, _(words)) for mode, words in MODE_WORDS.items()],
            "shade": shade,
            "best_rows": rows,
            "best_digits": {
                name: telling_digits([row[name] for row in rows], field(name).kind)
                for name in columns
            },
            "columns": columns,
            "percent_of": lambda v: show(v, "share"),
            "charts": SWEEP_CHARTS,
            "chart": Figures(SWEEP_CHARTS, sweep),
            "setting": setting,
            "command": command,
        }
        return render("sweep.html.j2", ("page.js", "sweep.js"), context)


def headline(sweep: SweepData) -> Markup:
    """One sentence: how many were tried, and what the best of them is against the plan."""
    kind = field(sweep.metric).kind
    values = {
        "n": show(sweep.n, "count"),
        "metric": field(sweep.metric).label,
        "best": _value(float(sweep.scores[sweep.best]), kind),
        "median": _value(float(np.nanmedian(sweep.scores)), kind),
    }
    base = sweep.base.get(sweep.metric)
    if base is None:
        return say(
            "{n} variants were tried. {metric} of the best: {best}; of the middle one: {median}.",
            **values,
        )
    return say(
        "{n} variants were tried. {metric} of the best: {best}; of the middle one: {median}; of "
        "the plan as written: {base}.",
        base=_value(float(base), kind),
        **values,
    )


def shade(shown: HeatMap, i: int, j: int) -> str:
    """Class of a heat map's cell by its distance from the plan as written, or from the middle."""
    grid = shown.grid
    value = grid.values[i, j]
    classes = []
    if math.isfinite(value):
        step = round(min(abs(value - shown.middle) / shown.reach, 1.0) * SHADES)
        if step:
            better = (value - shown.middle) * shown.sign > 0.0
            classes.append(f"{'up' if better else 'down'}-{step}")
    if (i, j) == grid.best:
        classes.append("is-best")
    elif (i, j) == grid.base:
        classes.append("is-base")
    return " ".join(classes)


def _value(value: float, kind: Any) -> Markup:
    return Markup('<data value="{}">{}</data>').format(exact(value), show(value, kind))
