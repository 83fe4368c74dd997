"""Charts of the chained path: growth against the core, and how far below its peak."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.serialise import lookup
from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, decimate, path, spread, text_width
from reports.run.view import View
from reports.text.format import grouped, percent, show
from reports.text.language import _, noted

#: Paths that may be in daily.parquet, with their words and classes; the last is drawn on top.
LINES = (
    ("benchmark", noted("core alone"), "line-benchmark"),
    ("derisk", noted("holding less"), "line-derisk"),
    ("total", noted("plan"), "line-total"),
)


@dataclass(frozen=True)
class Line:
    """One path of a growth chart.

    Attributes
    ----------
    words : str
        Its name in the chart.
    cls : str
        Class of its stroke; ``<cls>-text`` colours the name.
    grown : float64[n]
        Worth of 1 at the start.
    """

    words: str
    cls: str
    grown: np.ndarray

    @property
    def fall(self) -> np.ndarray:
        """How far below its highest so far, as a fraction."""
        return np.asarray(self.grown / np.maximum.accumulate(self.grown) - 1.0)


@dataclass(frozen=True)
class Growth:
    """What a growth chart shows.

    Attributes
    ----------
    sessions : DatetimeIndex
    lines : tuple of Line
        The last is drawn on top.
    """

    sessions: pd.DatetimeIndex
    lines: tuple[Line, ...]


def growth_data(view: View) -> Growth | None:
    """The plan, the core alone and holding less; None before the second session."""
    if len(view.sessions) < 2:
        return None
    lines = []
    for name, words, cls in LINES:
        if f"equity_{name}" in view.daily:
            equity = view.daily[f"equity_{name}"].to_numpy(dtype=float)
            lines.append(Line(_(words), cls, equity / equity[0]))
    return Growth(view.sessions, tuple(lines))


@chart(
    "growth",
    title="Growth of 1 and drawdown",
    caption="Above: worth of 1 at the start, logarithmic scale, after costs and carry. Below: "
    "percent under the highest worth so far. Plan: core, tactical longs and hedges; core alone: "
    "the same core held throughout; holding less: no hedge, but less of the core, at the hedged "
    "plan's mean exposure.",
    data=growth_data,
)
def growth(view: View, data: Growth, width: float) -> Drawing | None:
    """Equity of the plan and of the core on a log scale, drawdowns beneath."""
    grown = {line.cls: line.grown[-1] for line in data.lines}
    total, core = view.metrics["total"], view.metrics["benchmark"]
    alt = _(
        "From {first} to {last} 1 grew to {plan} with the plan and {core} with the core alone. "
        "Max drawdown {plan_fall} against {core_fall}.",
        first=f"{view.sessions[0]:%Y-%m-%d}",
        last=f"{view.sessions[-1]:%Y-%m-%d}",
        plan=grouped(float(grown["line-total"])),
        core=grouped(float(grown["line-benchmark"])),
        plan_fall=show(lookup(total, "max_drawdown"), "percent"),
        core_fall=show(lookup(core, "max_drawdown"), "percent"),
    )
    return Drawing(draw_growth(data.sessions, data.lines, width), alt)


def draw_growth(sessions: pd.DatetimeIndex, lines: Sequence[Line], width: float) -> Canvas:
    """Lines of growth on a log scale where nothing was lost whole, drawdowns beneath."""
    wide = width > 500
    longest = max(text_width(line.words) for line in lines)
    left, right = 50.0, width - (max(longest + 14.0, 60.0) if wide else 10.0)
    legend = [] if wide else _legend_rows(lines, width - left)
    top = 26.0 if wide else 30.0 + 15.0 * len(legend)
    middle = top + (230.0 if wide else 200.0)
    floor_top = middle + 46.0
    floor = floor_top + (110.0 if wide else 90.0)
    falls = [line.fall for line in lines]
    lowest = min(float(line.grown.min()) for line in lines)
    highest = max(float(line.grown.max()) for line in lines)
    log = lowest > 0
    y = Scale(lowest * 0.95 if log else lowest, highest * 1.08, middle, top, log=log)
    z = Scale(min(float(f.min()) for f in falls) * 1.04 - 1e-9, 0.0, floor, floor_top)
    days = sessions.to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    x = Scale(days[0], days[-1], left, right)

    canvas = Canvas(width, floor + 32)
    label = _multiples(y.ticks(6))
    canvas.y_axis(y, left, right, label, count=6, unit=_("growth of 1") if wide else "")
    if not wide:
        canvas.text(2, 12, _("growth of 1"), "unit")
    canvas.y_axis(z, left, right, lambda v: percent(v, 0), count=4, unit=_("below peak, %"))
    columns = int((right - left) / 1.5)
    ends: list[float] = []
    for line, fall in zip(lines, falls, strict=True):
        px, py = decimate(x.array(days), y.array(line.grown), columns)
        canvas.trace(path(px, py), line.cls, line.words)
        ends.append(float(py[-1]))
        px, py = decimate(x.array(days), z.array(fall), columns)
        canvas.trace(
            path(px, py) + f"L{px[-1]:.1f},{z(0.0):.1f}L{px[0]:.1f},{z(0.0):.1f}Z",
            f"{line.cls} filled",
            _("{line}, below its peak", line=line.words),
        )
    if wide:
        places = spread(ends, 15.0, top, middle)
        for line, place in zip(lines, places, strict=True):
            canvas.text(right + 6, place + 4, line.words, f"label {line.cls}-text")
    for row, entries in enumerate(legend):
        at, below = left, 28.0 + 15.0 * row
        for line in entries:
            canvas.line(at, below, at + 16, below, line.cls)
            canvas.text(at + 20, below + 4, line.words, f"label {line.cls}-text")
            at += _legend_width(line)
    first, last = sessions[0].year + 1, sessions[-1].year
    starts = {
        year: x(float(np.datetime64(f"{year}-01-01", "D").astype(int)))
        for year in range(first, last + 1)
    }
    canvas.year_axis(lambda year: starts[year], sorted(starts), floor + 1, right - left)
    return canvas


def _legend_rows(lines: Sequence[Line], room: float) -> list[list[Line]]:
    """The lines' names in rows that fit."""
    rows: list[list[Line]] = [[]]
    used = 0.0
    for line in lines:
        if rows[-1] and used + _legend_width(line) > room:
            rows.append([])
            used = 0.0
        rows[-1].append(line)
        used += _legend_width(line)
    return rows


def _legend_width(line: Line) -> float:
    return 20 + text_width(line.words) + 14


def _multiples(values: list[float]) -> Callable[[float], str]:
    """Labels with just the decimals that tell the values apart."""
    digits = next(d for d in range(5) if all(abs(round(v, d) - v) < 1e-6 for v in values) or d == 4)
    return lambda value: f"{grouped(value, digits)}×"
