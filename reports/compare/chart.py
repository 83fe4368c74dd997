"""Charts of runs side by side: their paths laid over one another, and vintage by vintage."""

from __future__ import annotations

import numpy as np

from reports.drawing.registry import COMPARISON_CHARTS, Drawing, chart
from reports.drawing.svg import Canvas, Scale, span
from reports.run.charts.path import Line, draw_growth
from reports.text.format import percent, show
from reports.text.language import _
from strategy.compare.comparison import Comparison

#: Classes of the runs' colours: ``run-0`` to ``run-7``, then from the beginning.
COLOURS = 8

#: Longest name beside a line, in letters.
LONGEST_NAME = 14


@chart(
    "overlay",
    title="Growth of 1 and drawdown",
    caption="Above: worth of 1 on the first session that all runs have, logarithmic scale, after "
    "costs and carry. Below: percent under the highest worth so far.",
    of=COMPARISON_CHARTS,
)
def overlay(comparison: Comparison, width: float) -> Drawing | None:
    """Equity of all runs on a log scale, drawdowns beneath."""
    sessions = comparison.sessions
    if len(sessions) < 2:
        return None
    names = [short_name(comparison, i) for i in range(len(comparison.runs))]
    lines = [
        Line(name, f"run-line run-{i % COLOURS}", comparison.equities[:, i])
        for i, name in enumerate(names)
    ]
    ends = ", ".join(f"{name} {comparison.equities[-1, i]:,.2f}" for i, name in enumerate(names))
    alt = _(
        "Worth of 1 at {last}, put in on {first}: {ends}.",
        first=f"{sessions[0]:%Y-%m-%d}",
        last=f"{sessions[-1]:%Y-%m-%d}",
        ends=ends,
    )
    return Drawing(draw_growth(sessions, lines, width), alt)


@chart(
    "vintage_differences",
    title="Vintage by vintage",
    caption="Return of each vintage less that of run A, percentage points: the total return of "
    "the equity at its anchor, or each named leg's of its capital. Only vintages that both runs "
    "have complete.",
    of=COMPARISON_CHARTS,
)
def vintage_differences(comparison: Comparison, width: float) -> Drawing | None:
    """A row of bars for each run but the first."""
    tables = [
        (letter, column, comparison.paired(run, column))
        for letter, run in comparison.others
        for column in comparison.shown_by_vintage
        if column in comparison.paired_columns(run)
    ]
    labels = sorted({label for _letter, _column, table in tables for label in table["vintage"]})
    if not labels:
        return None
    left, right = 50.0, width - 8.0
    step = (right - left) / max(len(labels), 8)
    bar = max(min(2.0, step), min(step * 0.72, 22.0))
    index = {label: i for i, label in enumerate(labels)}
    tall = 150.0 if len(tables) == 1 else 96.0
    canvas = Canvas(width, 0)
    top = 26.0
    words = []
    for letter, column, table in tables:
        number = comparison.letters.index(letter)
        values = table["difference"].to_numpy(dtype=float)
        low, high = span(values, zero=True) if len(values) else (-0.01, 0.01)
        if low == 0.0:
            low = -high * 0.05
        y = Scale(low, high, top + tall, top)
        of = f"{column}: " if column in comparison.legs else ""
        unit = _("{run} less {first}, percentage points", run=of + letter, first="A")
        canvas.y_axis(y, left, right, _points, count=4, unit=unit)
        for row in table.to_dict("records"):
            label = row["vintage"]
            at = left + (index[label] + 0.5) * step
            length = y(row["difference"]) - y(0.0)
            title = f"{label}: {letter} {percent(row['other'], sign=True)}, A "
            title += percent(row["first"], sign=True)
            canvas.rect(
                at - bar / 2,
                y(0.0),
                bar,
                length,
                f"run-{number % COLOURS} run-bar",
                title,
                data_vintage=label,
            )
        mean = float(np.mean(values)) if len(values) else None
        words.append(
            _(
                "{run} less {first}: mean {mean} over {n} vintages",
                run=of + letter,
                first="A",
                mean=show(mean, "percent"),
                n=len(values),
            )
        )
        top += tall + 52.0
    bottom = top - 52.0
    # months, quarters and days are marked where their year begins
    years: dict[int, int] = {}
    for i, label in enumerate(labels):
        years.setdefault(int(str(label)[:4]), i)
    canvas.year_axis(
        lambda year: left + (years[year] + 0.5) * step, list(years), bottom + 4, right - left
    )
    canvas.height = bottom + 30
    return Drawing(canvas, "; ".join(words) + ".")


def short_name(comparison: Comparison, i: int) -> str:
    """Letter and the plan's name, cut where it is long."""
    name = comparison.runs[i].name
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return f"{comparison.letters[i]} {short}"


def _points(value: float) -> str:
    digits = 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1
    return percent(value, digits)[:-1]
