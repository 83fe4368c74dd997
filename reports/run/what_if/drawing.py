"""The frames of what if: axes that hold every cell, and marks that the page's script moves."""

from __future__ import annotations

import math

import numpy as np
from markupsafe import Markup

from reports.drawing.svg import Canvas, Scale, number, span
from reports.text.format import percent
from reports.text.language import _
from strategy.sweep.lattice.lattice import Lattice

#: Room for a stack of dots: where one is taller, all dots shrink.
STACK = 150.0
#: Percent in hundredths, as the page holds it.
_UNIT = 1e-4


def strip(lattice: Lattice, width: float, cls: str) -> Markup:
    """Bars by vintage: the long above, the hedge below where any cell holds one."""
    years: list[int] = lattice.years.tolist()
    left, right = 46.0, width - 8.0
    step = (right - left) / max(len(years), 8)
    bar = max(2.0, min(step * 0.72, 22.0))

    def x(year: int) -> float:
        return left + (years.index(year) + 0.5) * step

    hedges = np.concatenate([o.hedge.ravel() for o in lattice.outcomes])
    hedged = bool(np.isfinite(hedges).any())
    top, upper, gap = 26.0, 190.0, 50.0
    lower = 90.0 if hedged else 0.0
    bottom = top + upper + (gap + lower if hedged else 0.0)
    canvas = Canvas(width, bottom + 30)
    low, high = span((v for o in lattice.outcomes for v in o.net.tolist()), zero=True)
    y = Scale(low, high, top + upper, top)
    canvas.y_axis(y, left, right, _tick, count=5, unit=_("Tactical long, % of its capital"))
    places = {"long-zero": y(0.0), "long-unit": (y(1.0) - y(0.0)) * _UNIT}
    for year in years:
        canvas.rect(x(year) - bar / 2, y(0.0), bar, 0.0, "open-bar", " ", data_long=year)
    if hedged:
        low, high = span(hedges.tolist(), zero=True)
        y = Scale(low, high, bottom, bottom - lower)
        canvas.y_axis(y, left, right, _tick, count=3, unit=_("Hedge, % of equity"))
        places |= {"hedge-zero": y(0.0), "hedge-unit": (y(1.0) - y(0.0)) * _UNIT}
        for year in years:
            canvas.rect(x(year) - bar / 2, y(0.0), bar, 0.0, "hedge", " ", data_hedge=year)
    canvas.year_axis(x, years, bottom + 9, right - left)
    alt = _("Bars by vintage under the chosen settings; the figures beside them say it in numbers.")
    return _rendered(canvas, cls, "what-if-strip", alt, places)


def dots(lattice: Lattice, width: float, cls: str) -> Markup:
    """Payoffs of complete vintages, stacked."""
    counted = [o for o, c in zip(lattice.outcomes, lattice.complete, strict=True) if c]
    every = np.concatenate([o.net for o in counted] or [np.zeros(0)])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)
    step = 0.005
    while (high - low) / step > (64 if width > 500 else 36):
        step *= 2
    first = min(math.floor(low / step + 0.5), -1) - 1
    last = max(math.floor(high / step + 0.5), 1) + 1
    left, right = 10.0, width - 10.0
    x = Scale((first - 0.5) * step, (last + 0.5) * step, left, right)
    size = min((right - left) / (last - first + 1), 15.0)
    top = 40.0
    base = top + STACK + 8
    canvas = Canvas(width, base + 44)
    canvas.rect(x(0.0), top - 10, 0.0, base - top + 10, "interval", data_mark="interval")
    for value in x.ticks(10 if width > 500 else 5):
        canvas.line(x(value), base, x(value), base + 4, "axis")
        canvas.text(x(value), base + 17, _tick(value), "tick", "middle")
    canvas.line(left, base, right, base, "axis")
    canvas.line(x(0.0), top - 10, x(0.0), base, "zero")
    for year, whole in zip(lattice.years.tolist(), lattice.complete.tolist(), strict=True):
        if whole:
            canvas.circle(x(0.0), base, size * 0.42, "open-bar", " ", data_dot=year)
    canvas.add(
        "line", x1=number(x(0.0)), y1=number(top - 26), x2=number(x(0.0)), y2=number(base),
        cls="mean-line", data_mark="mean",
    )  # fmt: skip
    canvas.text(right, base + 36, _("return, % of the leg's capital"), "unit", "end")
    places = {
        "zero": x(0.0), "unit": (x(1.0) - x(0.0)) * _UNIT, "base": base, "size": size,
        "stack": STACK, "step": step / _UNIT, "left": left, "right": right,
    }  # fmt: skip
    alt = _("Dots by return under the chosen settings; the band is the interval of their mean.")
    return _rendered(canvas, cls, "what-if-dots", alt, places)


def _rendered(canvas: Canvas, cls: str, name: str, alt: str, places: dict[str, float]) -> Markup:
    attributes = Markup(' role="img" aria-label="{}" data-chart="{}"').format(alt, name)
    for key, value in places.items():
        attributes += Markup(' data-{}="{}"').format(key, f"{value:.6g}")
    return canvas.render(cls, attributes)


def _tick(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)
