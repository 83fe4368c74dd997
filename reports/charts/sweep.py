"""Charts of a sweep: how the metric is distributed, and how it runs along each parameter."""

from __future__ import annotations

import numpy as np

from reports.charts.registry import SWEEP_CHARTS, Drawing, chart
from reports.fields import field
from reports.format import grouped, show
from reports.language import _
from reports.svg import Canvas, Scale, path, span, text_width
from reports.sweep_data import SweepData

BINS = 48


@chart(
    "distribution",
    title="All variants",
    caption="Number of variants by the metric that they were ranked by. Marked: the best variant, "
    "the plan as written, and the middle of all.",
    of=SWEEP_CHARTS,
)
def distribution(sweep: SweepData, width: float) -> Drawing | None:
    """Histogram of the metric with the best and the plan as written."""
    scores = sweep.scores[np.isfinite(sweep.scores)]
    known = field(sweep.metric)
    base = sweep.base.get(sweep.metric)
    every = [*scores, *([base] if base is not None else [])]
    low, high = span((float(min(every)), float(max(every))), pad=0.02)
    counts, edges = np.histogram(scores, bins=BINS if width > 500 else BINS // 2, range=(low, high))
    left, right, top, bottom = 54.0, width - 12.0, 74.0, 260.0
    x = Scale(low, high, left, right)
    y = Scale(0.0, float(counts.max()) * 1.05, bottom, top)
    canvas = Canvas(width, bottom + 44)
    canvas.y_axis(y, left, right, lambda v: grouped(v, 0), count=4, unit="")
    canvas.text(2, 12, _("variants"), "unit")
    for n, a, b in zip(counts.tolist(), edges[:-1], edges[1:], strict=True):
        if n:
            title = f"{_short(float(a), known.kind)} … {_short(float(b), known.kind)}: {n}"
            canvas.rect(x(a) + 0.5, y(n), x(b) - x(a) - 1, bottom - y(n), "r-target_1", title)
    for value in x.ticks(6 if width > 500 else 3):
        canvas.line(x(value), bottom, x(value), bottom + 4, "axis")
        canvas.text(x(value), bottom + 17, _short(value, known.kind), "tick", "middle")
    canvas.text(right, bottom + 36, known.label, "unit", "end")
    marks = [(float(np.median(scores)), _("middle"), "median-line")]
    if base is not None:
        marks.append((float(base), _("plan as written"), "guide"))
    marks.append((float(sweep.scores[sweep.best]), _("best"), "mean-line"))
    for row, (value, words, cls) in enumerate(marks):
        line = top - 14 - 15 * row
        canvas.line(x(value), line - 4, x(value), bottom, cls)
        text = f"{words} {show(value, known.kind)}"
        room = text_width(text) + 8
        side = "end" if x(value) + room > right else "start"
        canvas.text(x(value) + (-5 if side == "end" else 5), line, text, "label", side)
    alt = _(
        "{n} variants between {low} and {high}; middle {median}, best {best}.",
        n=grouped(len(scores), 0),
        low=show(float(scores.min()), known.kind),
        high=show(float(scores.max()), known.kind),
        median=show(float(np.median(scores)), known.kind),
        best=show(float(scores.max()), known.kind),
    )
    return Drawing(canvas, alt)


@chart(
    "slice",
    title="Along one parameter",
    caption="Line: median of all variants that share a value; band: the middle 80% of them; "
    "dashes: the best of them; filled dot: the best variant; ring: the plan as written.",
    of=SWEEP_CHARTS,
)
def slice_(sweep: SweepData, width: float, parameter: str) -> Drawing | None:
    """The metric along one parameter, the others free."""
    s = next(s for s in sweep.slices if s.parameter == parameter)
    known = field(sweep.metric)
    left, right, top, bottom = 60.0, width - 14.0, 30.0, 170.0
    low, high = span([*s.low, *s.best], pad=0.06)
    y = Scale(low, high, bottom, top)
    x = Scale(0, max(len(s.labels) - 1, 1), left + 16, right - 16)
    at = x.array(np.arange(len(s.labels), dtype=float))
    canvas = Canvas(width, bottom + 44)
    canvas.y_axis(y, left, right, lambda v: _short(v, known.kind), count=4, unit=known.label)
    canvas.trace(
        path(np.r_[at, at[::-1]], np.r_[y.array(s.high), y.array(s.low)[::-1]]) + "Z", "interval"
    )
    canvas.trace(path(at, y.array(s.best)), "line-best")
    canvas.trace(path(at, y.array(s.median)), "line-total")
    if s.base is not None:
        canvas.circle(at[s.base], y(s.median[s.base]), 5.5, "idle", _("plan as written"))
    canvas.circle(at[s.chosen], y(s.best[s.chosen]), 4.5, "analog", _("best"))
    canvas.line(left, bottom, right, bottom, "axis")
    widest = max(text_width(label) for label in s.labels) + 12
    step = max(1, int(np.ceil(widest / ((right - left - 32) / max(len(s.labels) - 1, 1)))))
    for i in range(0, len(s.labels), step):
        half = text_width(s.labels[i]) / 2
        place = min(max(at[i], half), width - half)
        canvas.text(place, bottom + 17, s.labels[i], "tick", "middle")
    canvas.text(right, bottom + 36, parameter, "unit", "end")
    alt = _(
        "{metric} along {parameter}: medians {medians}.",
        metric=known.label,
        parameter=parameter,
        medians=", ".join(
            f"{label} {show(float(v), known.kind)}"
            for label, v in zip(s.labels, s.median, strict=True)
        ),
    )
    return Drawing(canvas, alt)


def _short(value: float, kind: str) -> str:
    if kind in ("percent", "share", "cost"):
        return f"{value * 100:.2f}".rstrip("0").rstrip(".").replace("-", "−") + "%"
    return f"{value:.4f}".rstrip("0").rstrip(".").replace("-", "−")
