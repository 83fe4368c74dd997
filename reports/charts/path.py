"""Charts of the chained path: growth against the core, and how far below its peak."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reports.charts.registry import Drawing, chart
from reports.format import grouped, lookup, percent, show
from reports.svg import Canvas, Scale, decimate, path, spread
from reports.view import View

#: Paths that may be in daily.parquet, with their words and classes; the last is drawn on top.
LINES = (
    ("benchmark", "core alone", "line-benchmark"),
    ("derisk", "holding less", "line-derisk"),
    ("total", "plan", "line-total"),
)


@chart(
    "growth",
    title="Growth of 1 and drawdown",
    caption="Above: worth of 1 at the start, logarithmic scale, after costs and carry. Below: "
    "percent under the highest worth so far. Plan: core, December longs and hedges; core alone: "
    "the same core held throughout.",
)
def growth(view: View, width: float) -> Drawing | None:
    """Equity of the plan and of the core on a log scale, drawdowns beneath."""
    wide = width > 500
    left, right = 50.0, width - (86.0 if wide else 10.0)
    top = 26.0 if wide else 42.0
    middle = top + (230.0 if wide else 200.0)
    floor_top = middle + 46.0
    floor = floor_top + (110.0 if wide else 90.0)
    paths = {
        name: view.daily[f"equity_{name}"].to_numpy(dtype=float)
        for name, _, _ in LINES
        if f"equity_{name}" in view.daily
    }
    n = len(view.sessions)
    if n < 2:
        return None
    grown = {name: equity / equity[0] for name, equity in paths.items()}
    falls = {name: g / np.maximum.accumulate(g) - 1.0 for name, g in grown.items()}
    lowest = min(float(g.min()) for g in grown.values())
    highest = max(float(g.max()) for g in grown.values())
    log = lowest > 0
    y = Scale(lowest * 0.95 if log else lowest, highest * 1.08, middle, top, log=log)
    z = Scale(min(float(f.min()) for f in falls.values()) * 1.04 - 1e-9, 0.0, floor, floor_top)
    days = view.sessions.to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)
    x = Scale(days[0], days[-1], left, right)

    canvas = Canvas(width, floor + 32)
    label = _multiples(y.ticks(6))
    canvas.y_axis(y, left, right, label, count=6, unit="" if not wide else "growth of 1")
    if not wide:
        canvas.text(2, 12, "growth of 1", "unit")
    canvas.y_axis(z, left, right, lambda v: percent(v, 0), count=4, unit="below peak, %")
    columns = int((right - left) / 1.5)
    ends: list[tuple[float, str, str]] = []
    for name, words, cls in LINES:
        if name not in paths:
            continue
        px, py = decimate(x.array(days), y.array(grown[name]), columns)
        canvas.trace(path(px, py), cls, words)
        ends.append((float(py[-1]), words, cls))
        px, py = decimate(x.array(days), z.array(falls[name]), columns)
        canvas.trace(
            path(px, py) + f"L{px[-1]:.1f},{z(0.0):.1f}L{px[0]:.1f},{z(0.0):.1f}Z",
            f"{cls} filled",
            f"{words}, below its peak",
        )
    if wide:
        places = spread([e[0] for e in ends], 15.0, top, middle)
        for (_, words, cls), place in zip(ends, places, strict=True):
            canvas.text(right + 6, place + 4, words, f"label {cls}-text")
    else:
        at = left
        for _, name, cls in ends:
            canvas.line(at, 28, at + 16, 28, cls)
            canvas.text(at + 20, 32, name, f"label {cls}-text")
            at += 20 + len(name) * 7 + 14
    first, last = view.sessions[0].year + 1, view.sessions[-1].year
    starts = {
        year: x(float(np.datetime64(f"{year}-01-01", "D").astype(int)))
        for year in range(first, last + 1)
    }
    canvas.year_axis(lambda year: starts[year], sorted(starts), floor + 1, right - left)
    total, core = view.metrics["total"], view.metrics["benchmark"]
    alt = (
        f"From {view.sessions[0]:%Y-%m-%d} to {view.sessions[-1]:%Y-%m-%d} 1 grew to "
        f"{grouped(float(grown['total'][-1]))} with the plan and "
        f"{grouped(float(grown['benchmark'][-1]))} with the core alone. Max drawdown "
        f"{show(lookup(total, 'max_drawdown'), 'percent')} against "
        f"{show(lookup(core, 'max_drawdown'), 'percent')}."
    )
    return Drawing(canvas, alt)


def _multiples(values: list[float]) -> Callable[[float], str]:
    """Labels with just the decimals that tell the values apart."""
    digits = next(d for d in range(5) if all(abs(round(v, d) - v) < 1e-6 for v in values) or d == 4)
    return lambda value: f"{grouped(value, digits)}×"
