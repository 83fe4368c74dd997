"""Charts of a scenario: odds beside history, equity, the leg by stop distance, histograms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from reports.drawing.svg import Canvas, Scale, number, span, text_width
from reports.text.format import MINUS, grouped, percent
from reports.text.language import _, told

#: Width under which a chart is drawn for a phone.
PHONE = 500.0
DOT = 3.6

Figures = Mapping[str, Any]


def world_class(figures: Figures, name: str) -> str:
    """Class of a world's colour, by its place among the worlds."""
    return f"w-{list(figures['worlds']).index(name) % 8}"


def legend(figures: Figures, names: Sequence[str] | None = None) -> Markup:
    """Worlds and their colours."""
    rows = Markup("")
    for name in names or list(figures["worlds"]):
        rows += Markup(
            '<li><svg viewBox="0 0 10 10" width="12" height="12" aria-hidden="true">'
            '<circle cx="5" cy="5" r="4.5" class="{}"/></svg>{}</li>'
        ).format(world_class(figures, name), told(name))
    return Markup('<ul class="legend" aria-label="{}">{}</ul>').format(_("Worlds"), rows)


def odds_chart(figures: Figures, width: float) -> Canvas:
    """Every event: history's exact interval as a band, a dot and its error for each world."""
    phone = width < PHONE
    worlds, base = figures["worlds"], figures["history"]["odds"]
    step, gap = 8.0, 26.0 if phone else 14.0
    left = 8.0 if phone else 300.0
    height = 30.0 + len(figures["labels"]) * (gap + step * len(worlds)) + 24.0
    canvas = Canvas(width, height)
    x = Scale(0.0, 1.0, left, width - 16.0)
    bottom = height - 24.0
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(x(tick), 16.0, x(tick), bottom, "zero" if tick == 0.0 else "grid")
        canvas.text(x(tick), bottom + 16.0, percent(tick, 0), "tick", "middle")
    y = 24.0
    for key, english in figures["labels"].items():
        label = told(english)
        rows = step * len(worlds)
        if phone:
            canvas.text(left, y + 10.0, label, "label")
            y += 16.0
        else:
            canvas.text(left - 12.0, y + rows / 2 + 4.0, label, "", "end")
        history = base[key]
        if history["p"] is not None:
            words = f"{label}, " + _(
                "history: {share} ({hits} of {n}), 95% interval {low} to {high}", **_rate(history)
            )
            canvas.rect(
                x(history["low"]),
                y - 2.0,
                x(history["high"]) - x(history["low"]),
                rows + 4.0,
                "base-band",
                words,
            )
            canvas.line(x(history["p"]), y - 2.0, x(history["p"]), y + rows + 2.0, "base-line")
        for i, (name, world) in enumerate(worlds.items()):
            odds = world["odds"][key]
            if odds["p"] is None or not (world["december"] or key in figures["whole_future"]):
                continue
            at = y + step * (i + 0.5)
            cls = world_class(figures, name)
            canvas.line(x(odds["low"]), at, x(odds["high"]), at, f"{cls} whisker")
            canvas.circle(
                x(odds["p"]),
                at,
                DOT,
                cls,
                f"{label}, {told(name)}: "
                + _("{share} ({hits} of {n}), {low} to {high}", **_rate(odds)),
            )
        y += rows + (gap - 16.0 if phone else gap)
    return canvas


def portfolio_fan(figures: Figures, name: str, width: float) -> Canvas | None:
    """Equity with the hedge (bands) and without (outlines)."""
    fan = figures["worlds"][name]["fan"]
    if "total" not in fan:
        return None
    dates = figures["dates"]
    with_hedge = {q: np.array(v) for q, v in fan["total"].items()}
    without = {q: np.array(v) for q, v in fan["unhedged"].items()}
    values = [*with_hedge["q05"], *with_hedge["q95"], *without["q05"], *without["q95"]]
    last = len(dates) - 1
    canvas, x, y = _frame(width, last, values, _("equity, start = 1"), digits=2)
    _band(canvas, x, y, with_hedge["q05"], with_hedge["q95"], "line-total outer-fill")
    _line(canvas, x, y, with_hedge["q50"], "line-total")
    for q in ("q05", "q50", "q95"):
        _line(canvas, x, y, without[q], "line-benchmark")
    _dates(canvas, x, dates, canvas.height - 26.0, width)
    return canvas


def stops_chart(figures: Figures, width: float) -> Canvas | None:
    """Mean return of the leg by stop distance, with Monte Carlo error, a line a world."""
    worlds = {n: w for n, w in figures["worlds"].items() if w["tactical_table"]}
    if not worlds:
        return None
    wanted = figures["plan"]["tactical"]["first_target_share"]
    series: dict[str, list[tuple[float, float, float]]] = {}
    for name, world in worlds.items():
        rows = world["tactical_table"]
        share = min((r["first_target_share"] for r in rows), key=lambda q: abs(q - wanted))
        by_stop = {
            r["stop"]: (r["stop"], r["mean"], r["mean_error"])
            for r in rows
            if r["first_target_share"] == share
        }
        series[name] = sorted(by_stop.values())
    every = [p for points in series.values() for p in points]
    low, high = span([m - e for _, m, e in every] + [m + e for _, m, e in every], zero=True)
    left, height = 52.0, 300.0
    canvas = Canvas(width, height)
    y = Scale(low, high, height - 46.0, 28.0)
    stops = sorted({p[0] for p in every})
    x = Scale(0.0, max(stops) * 1.05, left, width - 12.0)
    canvas.y_axis(
        y,
        left,
        width - 12.0,
        lambda v: percent(v, 2),
        unit=_("mean return of the leg, after costs, %"),
    )
    taken = -np.inf
    for stop in stops:
        canvas.line(x(stop), height - 46.0, x(stop), height - 42.0, "axis")
        if x(stop) - taken < text_width("10.0%") + 6.0:
            continue
        taken = x(stop)
        canvas.text(x(stop), height - 28.0, percent(stop, 1), "tick", "middle")
    canvas.text(
        (left + width) / 2, height - 8.0, _("stop distance below the entry"), "unit", "middle"
    )
    for name, points in series.items():
        cls = world_class(figures, name)
        _trace(canvas, [x(p[0]) for p in points], [y(p[1]) for p in points], f"{cls} stroke")
        for stop, mean, error in points:
            canvas.line(x(stop), y(mean - error), x(stop), y(mean + error), f"{cls} whisker")
            canvas.circle(
                x(stop), y(mean), DOT, cls,
                f"{told(name)}, {_('stop')} {percent(stop, 1)}: "
                f"{percent(mean, 2, sign=True)} ± {percent(error, 2)}",
            )  # fmt: skip
    return canvas


def histogram_chart(
    figures: Figures, name: str, keys: Sequence[tuple[str, str, str]], unit: str, width: float
) -> Canvas | None:
    """Distributions of one world over each other: (figure, class, words)."""
    found = [
        (figures["worlds"][name]["distributions"][key].get("histogram"), cls, words)
        for key, cls, words in keys
    ]
    shown = [(h, cls, words) for h, cls, words in found if h and h["counts"]]
    if not shown:
        return None
    edges = [e for h, _, _ in shown for e in h["edges"]]
    low, high = min(edges), max(edges)
    left, height = 14.0, 240.0
    canvas = Canvas(width, height)
    x = Scale(low, high, left, width - 14.0)
    tallest = max(
        c / sum(h["counts"]) / (h["edges"][1] - h["edges"][0]) for h, _, _ in shown
        for c in h["counts"]
    )  # fmt: skip
    y = Scale(0.0, tallest, height - 44.0, 30.0)
    for tick in x.ticks(4 if width < PHONE else 8):
        canvas.line(x(tick), 30.0, x(tick), height - 44.0, "zero" if tick == 0.0 else "grid")
        canvas.text(x(tick), height - 26.0, percent(tick, 1, sign=True), "tick", "middle")
    canvas.text((left + width) / 2, height - 7.0, unit, "unit", "middle")
    canvas.text(2.0, 14.0, _("share of futures, as area"), "unit")
    for h, cls, words in shown:
        total, size = sum(h["counts"]), h["edges"][1] - h["edges"][0]
        xs, ys = [x(h["edges"][0])], [y(0.0)]
        for k, count in enumerate(h["counts"]):
            level = y(count / total / size)
            xs += [x(h["edges"][k]), x(h["edges"][k + 1])]
            ys += [level, level]
        xs.append(x(h["edges"][-1]))
        ys.append(y(0.0))
        _trace(canvas, xs, ys, cls, words)
    return canvas


def reliability_chart(figures: Figures, width: float) -> Canvas:
    """Forecast probability against what happened; the diagonal is a perfect forecast."""
    side = min(width, 440.0)
    canvas = Canvas(width, side)
    left, bottom = 52.0, side - 46.0
    x = Scale(0.0, 1.0, left, side - 12.0)
    y = Scale(0.0, 1.0, bottom, 24.0)
    canvas.y_axis(y, left, side - 12.0, lambda v: percent(v, 0), unit=_("share that happened"))
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.text(x(tick), bottom + 18.0, percent(tick, 0), "tick", "middle")
    canvas.text((left + side) / 2, side - 8.0, _("forecast probability"), "unit", "middle")
    canvas.line(x(0.0), y(0.0), x(1.0), y(1.0), "guide")
    for row in figures["reliability"]:
        cls = f"w-{figures['world_order'].index(row['world']) % 8}"
        canvas.line(
            x(row["forecast"]), y(row["low"]), x(row["forecast"]), y(row["high"]),
            f"{cls} whisker",
        )  # fmt: skip
        canvas.circle(
            x(row["forecast"]), y(row["happened"]), 3.0 + 0.6 * float(np.sqrt(row["n"])), cls,
            _(
                "{world}: forecast {share}, happened {hits} of {n}",
                world=told(row["world"]), share=percent(row["forecast"], 0),
                hits=row["hits"], n=row["n"],
            ),
        )  # fmt: skip
    return canvas


def _rate(odds: Mapping[str, Any]) -> dict[str, object]:
    return {
        "share": percent(odds["p"], 1),
        "hits": odds["hits"],
        "n": odds["n"],
        "low": percent(odds["low"], 1),
        "high": percent(odds["high"], 1),
    }


def _frame(
    width: float, last: int, values: Sequence[float], unit: str, digits: int = 0
) -> tuple[Canvas, Scale, Scale]:
    height = 320.0 if width >= PHONE else 260.0
    left = 14.0 + max(text_width(grouped(v, digits)) for v in values)
    canvas = Canvas(width, height)
    low, high = span(values)
    y = Scale(low, high, height - 30.0, 26.0)
    x = Scale(0.0, float(last), left, width - 10.0)
    canvas.y_axis(
        y, left, width - 10.0, lambda v: grouped(v, digits).replace("-", MINUS), unit=unit
    )
    return canvas, x, y


def _band(canvas: Canvas, x: Scale, y: Scale, low: np.ndarray, high: np.ndarray, cls: str) -> None:
    xs = [x(k) for k in range(len(low))]
    top = [f"{number(a)},{number(y(v))}" for a, v in zip(xs, high, strict=True)]
    bottom = [f"{number(a)},{number(y(v))}" for a, v in zip(xs[::-1], low[::-1], strict=True)]
    canvas.trace(f"M{'L'.join(top + bottom)}Z", cls)


def _line(canvas: Canvas, x: Scale, y: Scale, values: np.ndarray, cls: str) -> None:
    _trace(canvas, [x(k) for k in range(len(values))], [y(v) for v in values], f"{cls} stroke")


def _trace(
    canvas: Canvas, xs: Sequence[float], ys: Sequence[float], cls: str, title: str = ""
) -> None:
    points = "L".join(f"{number(a)},{number(b)}" for a, b in zip(xs, ys, strict=True))
    canvas.trace(f"M{points}", cls, title)


def _dates(canvas: Canvas, x: Scale, dates: Sequence[str], y: float, width: float) -> None:
    """Days under a short plot, months under a long one."""
    if len(dates) <= 40:
        marks = list(range(0, len(dates), 5))
        shown = [(k, dates[k][5:]) for k in marks]
    else:
        firsts = [k for k in range(1, len(dates)) if dates[k][:7] != dates[k - 1][:7]]
        every = 4 if width < PHONE else 2
        shown = [(k, dates[k][:7]) for k in firsts[::every]]
    for k, text in shown:
        canvas.line(x(k), y - 4.0, x(k), y, "axis")
        canvas.text(x(k), y + 14.0, text, "tick", "middle" if k else "start")
