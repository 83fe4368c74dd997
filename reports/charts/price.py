"""The price chart of one vintage: bars, levels, entry, exits and why."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from reports.charts.registry import Drawing, chart
from reports.format import grouped, percent, words
from reports.svg import Canvas, Scale, number, path, span, spread, text_width
from reports.view import View, VintageRow

BEFORE, AFTER = 30, 12


@chart(
    "vintage",
    title="One vintage",
    caption="Daily open, high, low and close in index points. Upper band: extension; lower band: "
    "resistance zone; dashes: stop. Upward triangle: bought; downward triangles: sold, coloured "
    "by the reason.",
)
def vintage(view: View, width: float, year: int) -> Drawing | None:
    """Bars around the leg of `year`."""
    row = view.by_year[year]
    wide = width > 500
    sessions = view.market.sessions
    anchor = view.position(row["anchor_date"])
    exit_by = view.position(f"{year}-{view.plan.tactical.exit_by}", "right") - 1
    begin = max(anchor - (BEFORE if wide else BEFORE // 2), 0)
    end = min(max(exit_by, anchor) + AFTER + 1, len(sessions))
    left, right = 54.0, width - (152.0 if wide else 44.0)
    top, bottom = (34.0, 330.0) if wide else (52.0, 298.0)
    bands = [
        ("extension", row["extension_low"], row["extension_high"], "ext."),
        ("zone", row["zone_low"], row["zone_high"], "zone"),
    ]
    lows, highs = view.prices["low"][begin:end], view.prices["high"][begin:end]
    levels = [v for _, a, b, _ in bands for v in (a, b)] + [row["stop"]]
    y = Scale(*span([*lows, *highs, *(v for v in levels if v is not None)], pad=0.03), bottom, top)
    x = Scale(begin - 0.5, end - 0.5, left, right)
    canvas = Canvas(width, bottom + (76 if row.traded else 42))

    canvas.y_axis(y, left, right, _points(y.high), count=6, unit="index points" if wide else "")
    if not wide:
        canvas.text(2, 14, "index points", "unit")
    _levels(canvas, row, bands, y, left, right, wide)
    labels = [(anchor, f"anchor {_short(sessions[anchor])}")]
    if exit_by > anchor:
        labels.append((exit_by, f"out by {_short(sessions[min(exit_by, len(sessions) - 1)])}"))
    for (position, text), side in zip(labels, ("end", "start"), strict=False):
        at = x(position)
        canvas.line(at, top - 4, at, bottom, "guide")
        canvas.text(at + (-4 if side == "end" else 4), top - 8, text, "note", side)
    _dates(canvas, sessions, begin, end, x, bottom, wide)
    canvas.trace(_bars(view, begin, end, x, y), "bars")
    _fills(canvas, view, row, x, y, (left, right), (bottom + 42, width))
    return Drawing(canvas, _alt(row))


def _levels(
    canvas: Canvas,
    row: VintageRow,
    bands: list[tuple[str, float | None, float | None, str]],
    y: Scale,
    left: float,
    right: float,
    wide: bool,
) -> None:
    marks: list[tuple[float, str]] = []
    label = _points(y.high)
    for name, low, high, short in bands:
        if low is None:
            continue
        high = low if high is None else high
        canvas.rect(
            left,
            y(high),
            right - left,
            max(y(low) - y(high), 1.5),
            name,
            f"{name} {label(low)} to {label(high)}",
        )
        marks.append(
            ((y(low) + y(high)) / 2, f"{name} {label(low)}–{label(high)}" if wide else short)
        )
    if row["stop"] is not None:
        canvas.line(left, y(row["stop"]), right, y(row["stop"]), "stop-line")
        marks.append((y(row["stop"]), f"stop {label(row['stop'])}" if wide else "stop"))
    places = spread([m for m, _ in marks], 14.0, y.end + 4, y.start)
    for (_, text), place in zip(marks, places, strict=True):
        canvas.text(right + 5, place + 4, text, "note")


def _bars(view: View, begin: int, end: int, x: Scale, y: Scale) -> str:
    tick = min((x.end - x.start) / (end - begin) * 0.36, 4.0)
    open_, high, low, close = (
        y.array(view.prices[c][begin:end]) for c in ("open", "high", "low", "close")
    )
    parts = []
    for i in range(end - begin):
        at = x(begin + i)
        parts.append(
            f"M{number(at)},{number(low[i])}V{number(high[i])}"
            f"M{number(at - tick)},{number(open_[i])}H{number(at)}"
            f"M{number(at)},{number(close[i])}H{number(at + tick)}"
        )
    return "".join(parts)


def _dates(
    canvas: Canvas,
    sessions: pd.DatetimeIndex,
    begin: int,
    end: int,
    x: Scale,
    bottom: float,
    wide: bool,
) -> None:
    canvas.line(x.start, bottom, x.end, bottom, "axis")
    every = 8 if wide else 10
    for position in range(begin + every // 2, end - every // 3, every):
        at = x(position)
        canvas.line(at, bottom, at, bottom + 4, "axis")
        canvas.text(at, bottom + 17, _short(sessions[position]), "tick", "middle")


def _fills(
    canvas: Canvas,
    view: View,
    row: VintageRow,
    x: Scale,
    y: Scale,
    plot: tuple[float, float],
    lane: tuple[float, float],
) -> None:
    """Markers at the fills and one line of words each under the plot."""
    if not row.traded:
        return
    label = _points(y.high)
    first_line, width = lane
    entry = x(view.position(row["entry_date"]))
    price = row["entry_price"]
    canvas.line(entry, y(price), entry, first_line - 10, "lead")
    _marker(canvas, entry, y(price), 1, "buy", f"bought at {label(price)} on {row['entry_date']}")
    _word(canvas, entry, first_line, f"bought {label(price)}", width)
    groups: dict[tuple[str, str], list[float]] = {}
    for exit_ in row.exits:
        if exit_.date is not None:
            groups.setdefault((f"{exit_.date:%Y-%m-%d}", exit_.reason), []).append(exit_.price)
    by_day: dict[str, list[str]] = {}
    for (date, reason), prices in groups.items():
        at = x(view.position(date))
        for p in sorted(set(prices)):
            inside = min(max(y(p), y.end), y.start)
            _marker(
                canvas, at, inside, -1, f"r-{reason}", f"{words(reason)} at {label(p)} on {date}"
            )
        spoken = f"{words(reason)} {' and '.join(label(p) for p in sorted(set(prices)))}"
        by_day.setdefault(date, []).append(spoken)
    last = len(by_day) - 1
    for k, (date, texts) in enumerate(by_day.items()):
        at = x(view.position(date))
        line = first_line + 15 * (1 + min(k, 1))
        canvas.line(at, y.start, at, line - 10, "lead")
        _word(canvas, at, line, ", ".join(texts), width, end=k < last)


def _word(
    canvas: Canvas, at: float, y: float, text: str, width: float, *, end: bool = False
) -> None:
    half = text_width(text) / 2
    place = min(max(at, half + 2), width - half - 2)
    canvas.text(place, y, text, "note", "middle")


def _marker(canvas: Canvas, x: float, y: float, up: int, cls: str, title: str) -> None:
    """A triangle whose tip is at the fill."""
    canvas.trace(
        path([x - 6.5, x, x + 6.5], [y + 11 * up, y, y + 11 * up]) + "Z", f"marker {cls}", title
    )


def _points(high: float) -> Callable[[float], str]:
    digits = 2 if high < 100 else 1 if high < 1000 else 0
    return lambda value: grouped(value, digits)


def _short(date: pd.Timestamp) -> str:
    return f"{date.day} {date:%b}"


def _alt(row: VintageRow) -> str:
    start = f"Vintage {row.year}, anchored {row['anchor_date']} at {grouped(row['anchor_close'])}. "
    if not row.traded:
        return f"{start}Nothing was bought: {words(row.reason)}."
    sold = "; ".join(
        f"{words(e.reason)} at {grouped(e.price)}"
        + (f" on {e.date:%Y-%m-%d}" if e.date is not None else "")
        for e in row.exits
    )
    return (
        f"{start}Bought at {grouped(row['entry_price'])} on {row['entry_date']}, stop "
        f"{grouped(row['stop'])}, zone {grouped(row['zone_low'])} to {grouped(row['zone_high'])}. "
        f"Sold: {sold}. Return {percent(row['tactical_return'], sign=True)}."
    )
