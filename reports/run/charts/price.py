"""The price chart of one vintage: bars, levels, entry, exits and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, number, path, span, spread, text_width
from reports.run.view import View, VintageRow
from reports.text.format import grouped, percent, sentence_list, short_day, words
from reports.text.language import _

BEFORE, AFTER = 30, 12


@dataclass(frozen=True)
class Fill:
    """A tranche bought or sold: ``reason`` is ``buy``, or why it left."""

    date: pd.Timestamp
    price: float
    reason: str


@dataclass(frozen=True)
class VintageData:
    """What the chart of one vintage shows.

    Attributes
    ----------
    row : VintageRow
    bars : DataFrame
        ``open``, ``high``, ``low``, ``close`` in index points, one row a session.
    first : int
        Position of the first bar among the market's sessions.
    anchor, exit_by : int
        Positions of the anchor and of the last session that the leg may be held.
    bands : tuple of (str, float or None, float or None)
        Name, low and high of extension and resistance zone.
    stop : float or None
    fills : tuple of Fill
        In order of time; the first is the entry.
    """

    row: VintageRow
    bars: pd.DataFrame
    first: int
    anchor: int
    exit_by: int
    bands: tuple[tuple[str, float | None, float | None], ...]
    stop: float | None
    fills: tuple[Fill, ...]


def vintage_data(view: View, year: int) -> VintageData:
    """Bars, levels and fills around the leg of `year`."""
    row = view.by_year[year]
    anchor = view.position(row["anchor_date"])
    exit_by = view.position(f"{year}-{view.plan.tactical.exit_by}", "right") - 1
    first = max(anchor - BEFORE, 0)
    end = min(max(exit_by, anchor) + AFTER + 1, len(view.market.sessions))
    fills = []
    if row.traded:
        fills.append(Fill(pd.Timestamp(row["entry_date"]), row["entry_price"], "buy"))
        fills += [Fill(e.date, e.price, e.reason) for e in row.exits if e.date is not None]
    bands = (
        ("extension", row["extension_low"], row["extension_high"]),
        ("zone", row["zone_low"], row["zone_high"]),
    )
    bars = view.market.prices.iloc[first:end]
    return VintageData(row, bars, first, anchor, exit_by, bands, row["stop"], tuple(fills))


@chart(
    "vintage",
    title="One vintage",
    caption="Daily open, high, low and close in index points. Upper band: extension; lower band: "
    "resistance zone; dashes: stop. Upward triangle: bought; downward triangles: sold, coloured "
    "by the reason.",
    data=vintage_data,
)
def vintage(view: View, data: VintageData, width: float) -> Drawing | None:
    """Bars around the leg of a year."""
    row, anchor, exit_by = data.row, data.anchor, data.exit_by
    wide = width > 500
    sessions = view.market.sessions
    begin = data.first if wide else max(anchor - BEFORE // 2, 0)
    end = data.first + len(data.bars)
    bars = data.bars.iloc[begin - data.first :]
    left, right = 54.0, width - (152.0 if wide else 44.0)
    top, bottom = (34.0, 330.0) if wide else (52.0, 298.0)
    lows, highs = bars["low"].to_numpy(dtype=float), bars["high"].to_numpy(dtype=float)
    levels = [v for _name, a, b in data.bands for v in (a, b)] + [data.stop]
    y = Scale(*span([*lows, *highs, *(v for v in levels if v is not None)], pad=0.03), bottom, top)
    x = Scale(begin - 0.5, end - 0.5, left, right)
    canvas = Canvas(width, bottom + (76 if row.traded else 42))

    canvas.y_axis(y, left, right, _points(y.high), count=6, unit=_("index points") if wide else "")
    if not wide:
        canvas.text(2, 14, _("index points"), "unit")
    _levels(canvas, data, y, left, right, wide)
    labels = [(anchor, _("anchor {day}", day=_short(sessions[anchor])))]
    if exit_by > anchor:
        last = sessions[min(exit_by, len(sessions) - 1)]
        labels.append((exit_by, _("out by {day}", day=_short(last))))
    for (position, text), side in zip(labels, ("end", "start"), strict=False):
        at = x(position)
        canvas.line(at, top - 4, at, bottom, "guide")
        canvas.text(at + (-4 if side == "end" else 4), top - 8, text, "note", side)
    _dates(canvas, sessions, begin, end, x, bottom, wide)
    canvas.trace(_bars(bars, begin, x, y), "bars")
    _fills(canvas, view, data, x, y, (left, right), (bottom + 42, width))
    return Drawing(canvas, _alt(row))


def _levels(
    canvas: Canvas,
    data: VintageData,
    y: Scale,
    left: float,
    right: float,
    wide: bool,
) -> None:
    marks: list[tuple[float, str]] = []
    label = _points(y.high)
    words_of = {"zone": _("zone"), "extension": _("extension")}
    short = {"zone": _("zone"), "extension": _("ext.")}
    for name, low, high in data.bands:
        if low is None:
            continue
        high = low if high is None else high
        canvas.rect(
            left,
            y(high),
            right - left,
            max(y(low) - y(high), 1.5),
            name,
            _("{band} {low} to {high}", band=words_of[name], low=label(low), high=label(high)),
        )
        span_text = f"{words_of[name]} {label(low)}–{label(high)}"
        marks.append(((y(low) + y(high)) / 2, span_text if wide else short[name]))
    if data.stop is not None:
        canvas.line(left, y(data.stop), right, y(data.stop), "stop-line")
        marks.append((y(data.stop), f"{_('stop')} {label(data.stop)}" if wide else _("stop")))
    places = spread([m for m, _text in marks], 14.0, y.end + 4, y.start)
    for (_at, text), place in zip(marks, places, strict=True):
        canvas.text(right + 5, place + 4, text, "note")


def _bars(bars: pd.DataFrame, begin: int, x: Scale, y: Scale) -> str:
    tick = min((x.end - x.start) / len(bars) * 0.36, 4.0)
    open_, high, low, close = (
        y.array(bars[c].to_numpy(dtype=float)) for c in ("open", "high", "low", "close")
    )
    parts = []
    for i in range(len(bars)):
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
    data: VintageData,
    x: Scale,
    y: Scale,
    plot: tuple[float, float],
    lane: tuple[float, float],
) -> None:
    """Markers at the fills and one line of words each under the plot."""
    if not data.fills:
        return
    label = _points(y.high)
    first_line, width = lane
    bought, *sold = data.fills
    entry, price = x(view.position(bought.date)), bought.price
    canvas.line(entry, y(price), entry, first_line - 10, "lead")
    title = _("bought at {price} on {date}", price=label(price), date=f"{bought.date:%Y-%m-%d}")
    _marker(canvas, entry, y(price), 1, "buy", title)
    spoken_at = [(entry, first_line, _("bought {price}", price=label(price)))]
    groups: dict[tuple[str, str], list[float]] = {}
    for fill in sold:
        groups.setdefault((f"{fill.date:%Y-%m-%d}", fill.reason), []).append(fill.price)
    by_day: dict[str, list[str]] = {}
    for (date, reason), prices in groups.items():
        at = x(view.position(date))
        for p in sorted(set(prices)):
            inside = min(max(y(p), y.end), y.start)
            title = _(
                "{reason} at {price} on {date}", reason=words(reason), price=label(p), date=date
            )
            _marker(canvas, at, inside, -1, f"r-{reason}", title)
        spoken = f"{words(reason)} {sentence_list([label(p) for p in sorted(set(prices))])}"
        by_day.setdefault(date, []).append(spoken)
    for k, (date, texts) in enumerate(by_day.items()):
        at = x(view.position(date))
        line = first_line + 15 * (1 + min(k, 1))
        canvas.line(at, y.start, at, line - 10, "lead")
        spoken_at.append((at, line, _(", ").join(texts)))
    # after all lines, so that none runs through a word
    for at, line, text in spoken_at:
        _word(canvas, at, line, text, width)


def _word(canvas: Canvas, at: float, y: float, text: str, width: float) -> None:
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
    return short_day(date)


def _alt(row: VintageRow) -> str:
    start = _(
        "Vintage {year}, anchored {date} at {close}. ",
        year=row.year,
        date=row["anchor_date"],
        close=grouped(row["anchor_close"]),
    )
    if not row.traded:
        return start + _("Nothing was bought: {reason}.", reason=words(row.reason))
    sold = "; ".join(
        _("{reason} at {price}", reason=words(e.reason), price=grouped(e.price))
        if e.date is None
        else _(
            "{reason} at {price} on {date}",
            reason=words(e.reason),
            price=grouped(e.price),
            date=f"{e.date:%Y-%m-%d}",
        )
        for e in row.exits
    )
    return start + _(
        "Bought at {price} on {date}, stop {stop}, zone {low} to {high}. Sold: {sold}. "
        "Return {value}.",
        price=grouped(row["entry_price"]),
        date=row["entry_date"],
        stop=grouped(row["stop"]),
        low=grouped(row["zone_low"]),
        high=grouped(row["zone_high"]),
        sold=sold,
        value=percent(row["tactical_return"], sign=True),
    )
