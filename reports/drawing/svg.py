"""Drawing primitives: scales, ticks, decimation, and a canvas that becomes one inline SVG.

Colours are classes, never values: the page (or `STANDALONE_STYLE`) says what
they look like in light, dark and print.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup, escape

#: Mean advance of a letter as a share of the font size, for collisions and margins.
LETTER = 0.6
FONT = 12.0


@dataclass(frozen=True)
class Scale:
    """Maps values to pixels, linearly or by logarithm.

    Parameters
    ----------
    low, high : float
        Domain; where both are one value, it is drawn at the start.
    start, end : float
        Pixels of `low` and `high`; a y scale runs downwards.
    log : bool
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (value - low) / ((high - low) or 1.0) * (self.end - self.start)

    def array(self, values: np.ndarray) -> np.ndarray:
        """The pixels of many values; NaN stays NaN."""
        low, high = self.low, self.high
        if self.log:
            values, low, high = np.log(values), math.log(low), math.log(high)
        return np.asarray(
            self.start + (values - low) / ((high - low) or 1.0) * (self.end - self.start)
        )

    def ticks(self, count: int) -> list[float]:
        """At most about `count` round values inside the domain."""
        return (
            _log_ticks(self.low, self.high, count)
            if self.log
            else ticks(self.low, self.high, count)
        )


def ticks(low: float, high: float, count: int) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 x 10^k in [low, high], about `count` of them."""
    if not high > low:
        return [low]
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(s * power for s in (1.0, 2.0, 2.5, 5.0, 10.0) if s * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) for i in range(first, last + 1)]


def _log_ticks(low: float, high: float, count: int) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for multiples in ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,)):
        found = [m * 10.0**d for d in decades for m in multiples if low <= m * 10.0**d <= high]
        if len(found) <= count + 1:
            break
    return found if len(found) > 1 else ticks(low, high, count)


def span(values: Iterable[float], *, pad: float = 0.05, zero: bool = False) -> tuple[float, float]:
    """Lowest and highest finite value, widened by `pad` of their distance; never empty."""
    array = np.asarray([v for v in values if v is not None and math.isfinite(v)], dtype=float)
    low, high = (float(array.min()), float(array.max())) if len(array) else (0.0, 1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-12 * max(1.0, abs(low)):
        width = abs(low) * 0.05 or 0.01
        return low - width, high + width
    extra = (high - low) * pad
    return (
        low if zero and low == 0.0 else low - extra,
        high if zero and high == 0.0 else high + extra,
    )


def decimate(x: np.ndarray, y: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """At most four points per pixel column: the first, lowest, highest and last of it.

    The line looks the same as with all points: no extreme is lost. Points
    without a value are left out.
    """
    keep = np.isfinite(y)
    x, y = x[keep], y[keep]
    if len(x) <= columns * 2:
        return x, y
    column = np.minimum(((x - x[0]) / (x[-1] - x[0]) * columns).astype(int), columns - 1)
    starts = np.flatnonzero(np.r_[True, np.diff(column) > 0])
    ends = np.r_[starts[1:], len(x)]
    chosen: set[int] = set()
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        part = y[a:b]
        chosen.update((a, b - 1, a + int(part.argmin()), a + int(part.argmax())))
    index = np.array(sorted(chosen))
    return x[index], y[index]


def number(value: float) -> str:
    """A coordinate: one decimal place, no trailing zero."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def path(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> str:
    """Path data of a line through the points."""
    points = [f"{number(a)},{number(b)}" for a, b in zip(x, y, strict=True)]
    return f"M{'L'.join(points)}" if points else ""


def spread(positions: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Label positions moved apart to at least `gap`, kept inside [low, high] and in order."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    placed: list[float] = []
    for i in order:
        wanted = max(positions[i], low)
        placed.append(max(wanted, placed[-1] + gap) if placed else wanted)
    overflow = placed[-1] - high if placed else 0.0
    if overflow > 0:
        placed[-1] = high
        for k in range(len(placed) - 2, -1, -1):
            placed[k] = min(placed[k], placed[k + 1] - gap)
    out = [0.0] * len(positions)
    for k, i in enumerate(order):
        out[i] = placed[k]
    return out


def text_width(text: str, size: float = FONT) -> float:
    """Width of a text, estimated; wide scripts count double."""
    return sum(1.0 if ord(c) > 0x2E80 else LETTER for c in text) * size


@dataclass
class Canvas:
    """Collects shapes and renders them as one SVG.

    Parameters
    ----------
    width, height : float
        Pixels; the SVG scales with its box.
    """

    width: float
    height: float
    parts: list[str] = field(default_factory=list)

    def add(self, tag: str, content: str = "", title: str = "", **attributes: Any) -> None:
        """One element; ``cls`` is the class, ``_`` in names becomes ``-``."""
        inner = content
        if title:
            inner = f"<title>{escape(title)}</title>{content}"
        attrs = _attributes(attributes)
        self.parts.append(f"<{tag}{attrs}>{inner}</{tag}>" if inner else f"<{tag}{attrs}/>")

    def open(self, cls: str = "", **attributes: object) -> None:
        """Begin a group."""
        self.parts.append(f"<g{_attributes({'cls': cls, **attributes})}>")

    def close(self) -> None:
        """End the group."""
        self.parts.append("</g>")

    def text(self, x: float, y: float, text: str, cls: str = "", anchor: str = "start") -> None:
        """A line of text on its baseline."""
        self.add(
            "text",
            str(escape(text)),
            x=number(x),
            y=number(y),
            cls=cls or None,
            text_anchor=None if anchor == "start" else anchor,
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, cls: str, title: str = "") -> None:
        """A straight line."""
        self.add(
            "line", title=title, x1=number(x1), y1=number(y1), x2=number(x2), y2=number(y2), cls=cls
        )

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        cls: str,
        title: str = "",
        **kw: Any,
    ) -> None:
        """A rectangle; a negative height grows upwards."""
        if height < 0:
            y, height = y + height, -height
        self.add(
            "rect",
            title=title,
            x=number(x),
            y=number(y),
            width=number(max(width, 0.0)),
            height=number(height),
            cls=cls,
            **kw,
        )

    def circle(self, x: float, y: float, r: float, cls: str, title: str = "", **kw: Any) -> None:
        """A dot."""
        self.add("circle", title=title, cx=number(x), cy=number(y), r=number(r), cls=cls, **kw)

    def trace(self, d: str, cls: str, title: str = "") -> None:
        """A path, if it has points."""
        if d:
            self.add("path", title=title, d=d, cls=cls)

    def y_axis(
        self,
        scale: Scale,
        left: float,
        right: float,
        label: Callable[[float], str],
        *,
        count: int = 5,
        unit: str = "",
    ) -> None:
        """Grid lines with values at the left and the unit above them."""
        for value in scale.ticks(count):
            y = scale(value)
            self.line(left, y, right, y, "zero" if value == 0 else "grid")
            self.text(left - 6, y + 4, label(value), "tick", "end")
        if unit:
            self.text(2, min(scale.start, scale.end) - 12, unit, "unit")

    def year_axis(
        self, x: Callable[[int], float], years: Sequence[int], y: float, width: float
    ) -> None:
        """Years under a plot, as many as fit."""
        if not years:
            return
        room = max(2, int(width / (text_width("2000") + 10)))
        step = next(
            (s for s in (1, 2, 5, 10, 20, 50) if (years[-1] - years[0]) / s + 1 <= room), 100
        )
        for year in years:
            if year % step == 0:
                self.line(x(year), y, x(year), y + 4, "axis")
                # the first or last year may lie at the edge
                half = text_width(str(year)) / 2
                at = min(max(x(year), half), self.width - half)
                self.text(at, y + 17, str(year), "tick", "middle")

    def render(self, cls: str = "", attributes: str = "", style: str = "") -> Markup:
        """The SVG element."""
        return Markup(
            f"<svg{f' class={chr(34)}{escape(cls)}{chr(34)}' if cls else ''}"
            f' viewBox="0 0 {number(self.width)} {number(self.height)}"'
            f' width="{number(self.width)}" height="{number(self.height)}"{attributes}>'
            f"{style}{''.join(self.parts)}</svg>"
        )


def _attributes(attributes: dict[str, object]) -> str:
    out = []
    for name, value in attributes.items():
        if value is None or value == "":
            continue
        name = "class" if name == "cls" else name.replace("_", "-")
        out.append(f' {name}="{escape(str(value))}"')
    return "".join(out)
