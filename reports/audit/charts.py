"""Charts of the audit: how often chance does as well, and each claim's outcomes among all dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reports.drawing.registry import Drawing
from reports.drawing.svg import Canvas, Scale, text_width
from reports.text.format import grouped, percent, show
from reports.text.language import _

#: Width of the names beside the chance chart, by the width of the chart.
NAMES_WIDE, NAMES_NARROW = 218.0, 150.0
ROW = 22.0


def chance_chart(records: Sequence[dict[str, Any]], alpha: float, width: float) -> Drawing | None:
    """For each claim the share of placebo dates and of resampled prices that do at least as well.

    On a scale of square roots, because what matters lies near zero.
    """
    rows = [r for r in records if r["p"] is not None]
    if not rows:
        return None
    names = NAMES_WIDE if width > 500 else NAMES_NARROW
    top = 34.0
    bottom = top + ROW * len(rows)
    canvas = Canvas(width, bottom + 40)
    axis = Scale(0.0, 1.0, names, width - 14.0)

    def x(p: float) -> float:
        return axis(math.sqrt(p))

    canvas.rect(x(0.0), top - 6, x(alpha) - x(0.0), bottom - top + 6, "interval")
    canvas.text(x(0.0), top - 12, _("{share} and below", share=percent(alpha, 0)), "tick")
    for p in (0.0, 0.01, 0.05, 0.25, 0.5, 1.0) if width > 500 else (0.0, 0.05, 0.25, 1.0):
        canvas.line(x(p), top - 6, x(p), bottom, "grid")
        canvas.text(x(p), bottom + 16, percent(p, 0), "tick", "middle")
    for i, record in enumerate(rows):
        y = top + ROW * (i + 0.5)
        canvas.text(names - 10, y + 4, _cut(record["id"], names - 12), "label-plain", "end")
        found = [
            (name, word, cls)
            for name, word, cls in (
                ("placebo", _("placebo dates"), "buy"),
                ("paths", _("resampled prices"), "dot-hedge"),
            )
            if record.get(name) and record[name]["p"] is not None
        ]
        ends = [x(record[name]["p"]) for name, _, _ in found]
        if len(ends) == 2:
            canvas.line(min(ends), y, max(ends), y, "axis")
        for name, word, cls in found:
            p = record[name]["p"]
            title = f"{record['id']}: {word}, p = {show(p, 'ratio', 4)}"
            if name == "placebo":
                canvas.circle(x(p), y, 5.0, cls, title)
            else:
                canvas.rect(x(p) - 4.5, y - 4.5, 9, 9, cls, title)
    canvas.text(width - 14, bottom + 34, _("p-value, before correction"), "unit", "end")
    alt = (
        _("p-values before correction.")
        + " "
        + " ".join(f"{r['id']}: {show(r['p'], 'ratio', 3)}." for r in rows)
    )
    return Drawing(canvas, alt)


def outcome_chart(record: dict[str, Any], width: float) -> Drawing | None:
    """Outcomes of the events above the histogram of all dates; or two rates for yes and no."""
    if not record["events"]:
        return None
    if record["histogram"] is None:
        return _rates(record, width)
    return _distribution(record, width)


def _distribution(record: dict[str, Any], width: float) -> Drawing:
    bins = record["histogram"]
    cases = {d: e for d, e in record["events"].items() if e["opens_episode"]}
    claimed = record["claimed"] if record["figure"] in ("mean", "median") else None
    low, high = bins["low"], bins["high"]
    if claimed is not None:
        low, high = min(low, claimed), max(high, claimed)
    left, right = 10.0, width - 10.0
    x = Scale(low, high, left, right)
    top, tall = 58.0, 84.0
    dots = top + 8
    base = top + 16 + tall
    canvas = Canvas(width, base + 40)
    largest = max(max(bins["counts"]), 1)
    step = (bins["high"] - bins["low"]) / len(bins["counts"])
    for i, count in enumerate(bins["counts"]):
        start = bins["low"] + i * step
        canvas.rect(
            x(start) + 0.5,
            base,
            max(x(start + step) - x(start) - 1.0, 0.5),
            -tall * count / largest,
            "all-dates",
            _(
                "{low} to {high}: {n} dates",
                low=percent(start, 1),
                high=percent(start + step, 1),
                n=grouped(count, 0),
            ),
        )
    canvas.line(left, base, right, base, "axis")
    for value in x.ticks(8 if width > 500 else 4):
        canvas.line(x(value), base, x(value), base + 4, "axis")
        digits = 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1
        canvas.text(x(value), base + 17, percent(value, digits), "tick", "middle")
    if low < 0.0 < high:
        canvas.line(x(0.0), top, x(0.0), base, "zero")
    for date, event in cases.items():
        word = _("hit") if event["hit"] else _("no hit")
        canvas.circle(
            x(event["outcome"]),
            dots,
            4.5,
            "case" if event["hit"] else "case-miss",
            f"{date}: {percent(event['outcome'], sign=True)}, {word}",
        )
    figure = record["figure"] if record["figure"] in ("mean", "median") else "mean"
    marks = [
        (
            record["episodes"].get(figure),
            _("median of cases") if figure == "median" else _("mean of cases"),
            "mean-line",
        ),
        (record["all_dates"].get(figure), _("all dates"), "median-line"),
        (claimed, _("claimed"), "claimed-line"),
    ]
    _marks(canvas, x, marks, base, width)
    canvas.text(right, base + 34, _("outcome, % of the index"), "unit", "end")
    alt = _(
        "{n} cases between {low} and {high}, above the outcomes of {dates} dates.",
        n=len(cases),
        low=percent(min(e["outcome"] for e in cases.values())),
        high=percent(max(e["outcome"] for e in cases.values())),
        dates=grouped(record["sample"]["eligible"], 0),
    )
    return Drawing(canvas, alt)


def _rates(record: dict[str, Any], width: float) -> Drawing:
    left, right = 10.0, width - 10.0
    x = Scale(0.0, 1.0, left, right)
    top, base = 58.0, 92.0
    canvas = Canvas(width, base + 40)
    own, rate = record["episodes"], record["all_dates"]["hit_rate"]
    middle = (top + base) / 2
    if own["hit_low"] is not None:
        canvas.rect(
            x(own["hit_low"]),
            middle - 8,
            x(own["hit_high"]) - x(own["hit_low"]),
            16,
            "interval",
            _(
                "95% interval {low} to {high}",
                low=percent(own["hit_low"], 1),
                high=percent(own["hit_high"], 1),
            ),
        )
    canvas.line(left, base, right, base, "axis")
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.line(x(value), base, x(value), base + 4, "axis")
        anchor = "start" if value == 0.0 else "end" if value == 1.0 else "middle"
        canvas.text(x(value), base + 17, percent(value, 0), "tick", anchor)
    marks = [
        (own["hit_rate"], _("cases"), "mean-line"),
        (rate, _("all dates"), "median-line"),
        (record["claimed"], _("claimed"), "claimed-line"),
    ]
    _marks(canvas, x, marks, base, width)
    canvas.text(right, base + 34, _("share of hits"), "unit", "end")
    alt = _(
        "Share of hits: cases {cases}, all dates {dates}.",
        cases=show(own["hit_rate"], "share"),
        dates=show(rate, "share"),
    )
    return Drawing(canvas, alt)


def _marks(
    canvas: Canvas,
    x: Scale,
    marks: Sequence[tuple[float | None, str, str]],
    base: float,
    width: float,
) -> None:
    """Vertical lines with their words on lines of their own."""
    shown = [
        (14.0 + 15.0 * line, value, name, cls)
        for line, (value, name, cls) in enumerate(marks)
        if value is not None
    ]
    for y, value, _name, cls in shown:
        canvas.line(x(value), y + 3, x(value), base, cls)
    # words last, so that no line runs through them
    for y, value, name, _cls in shown:
        words = f"{name} {percent(value, 1)}"
        right = x(value) + 5 + text_width(words) > width
        at, anchor = (x(value) - 5, "end") if right else (x(value) + 5, "start")
        canvas.text(at, y, words, "label-plain", anchor)


def _cut(text: str, room: float) -> str:
    while text_width(text) > room and len(text) > 4:
        text = text[:-2] + "…"
    return text
