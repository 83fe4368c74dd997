"""Charts of a sweep: all variants, along one parameter, across all of them, and walk-forward."""

from __future__ import annotations

import numpy as np

from reports.drawing.registry import SWEEP_CHARTS, Chart, Drawing, chart
from reports.drawing.svg import Canvas, Scale, path, span, spread, text_width
from reports.sweep.data import SweepData
from reports.text.fields import field
from reports.text.format import grouped, setting, show
from reports.text.language import _, noted

BINS = 48
#: Lines of the parallel coordinates: the best, and others at random.
TOP_LINES, OTHER_LINES = 24, 160

# the page shows it as a table that can be read aloud
SWEEP_CHARTS["heatmap"] = Chart(
    "heatmap",
    noted("By two parameters"),
    noted("Solid frame: the best variant; dashed frame: the plan as written."),
    None,
    data=SweepData.heat_map,
)


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
        best=show(float(sweep.scores[sweep.best]), known.kind),
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
    _labels(canvas, bottom + 17, at.tolist(), s.labels, "tick")
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


@chart(
    "parallel",
    title="Across all parameters",
    caption="Each line is a variant, from its setting of one parameter to that of the next and to "
    "its result. Blue: the best of those drawn; grey: others at random; black: the best variant; "
    "dashes: the plan as written. At each setting better variants lie further right.",
    of=SWEEP_CHARTS,
)
def parallel(sweep: SweepData, width: float) -> Drawing | None:
    """Parallel coordinates: an axis a parameter, one below the other, and the metric last."""
    if len(sweep.shown) < 2:
        return None
    known = field(sweep.metric)
    rows, top_lines = _drawn(sweep)
    left, right, top, step = 16.0, width - 16.0, 34.0, 58.0
    places = np.empty((len(rows), len(sweep.shown) + 1))
    better = np.argsort(np.argsort(sweep.sign * sweep.scores[rows])) / max(len(rows) - 1, 1)
    canvas = Canvas(width, top + step * len(sweep.shown) + 30)
    for k, name in enumerate(sweep.shown):
        codes, labels = sweep.coded[name]
        share = (right - left) / len(labels)
        # a setting's lines fan out by their result, that they do not lie on one another
        places[:, k] = left + (codes[rows] + 0.2 + 0.6 * better) * share
    low, high = span(sweep.scores[np.isfinite(sweep.scores)], pad=0.03)
    x = Scale(low, high, left, right)
    places[:, -1] = x.array(sweep.scores[rows])
    heights = top + step * np.arange(len(sweep.shown) + 1)
    # the random ones first, the best of all on top
    for i in range(len(rows) - 1, -1, -1):
        cls = "par-best" if rows[i] == sweep.best else "par-top" if i < top_lines else "par"
        if rows[i] == sweep.base_row and i:
            cls = "par-base"
        canvas.trace(path(places[i], heights), cls)
    for y, name in zip(heights, sweep.shown, strict=False):
        labels = sweep.coded[name][1]
        _setting_axis(canvas, float(y), left, (right - left) / len(labels), labels, name)
    canvas.line(left, heights[-1], right, heights[-1], "axis")
    canvas.text(left, heights[-1] - 8, known.label, "label")
    for value in x.ticks(7 if width > 500 else 4):
        canvas.line(x(value), heights[-1], x(value), heights[-1] + 4, "axis")
        canvas.text(x(value), heights[-1] + 17, _short(value, known.kind), "tick", "middle")
    best = sweep.variants.iloc[sweep.best]
    alt = _(
        "{n} variants across {parameters}. The best: {settings}. The table of the best variants "
        "has the numbers.",
        n=grouped(len(rows), 0),
        parameters=_(", ").join(sweep.shown),
        settings=_(", ").join(f"{name} {setting(best[name])}" for name in sweep.shown),
    )
    return Drawing(canvas, alt)


def _drawn(sweep: SweepData) -> tuple[np.ndarray, int]:
    """Rows that get a line: the best, others at random, the plan; and how many are the best."""
    best = sweep.leaders(TOP_LINES)
    rest = np.setdiff1d(np.flatnonzero(np.isfinite(sweep.scores)), best)
    if len(rest) > OTHER_LINES:
        rest = np.random.default_rng(0).choice(rest, OTHER_LINES, replace=False)
    rows = np.concatenate([best, rest])
    if sweep.base_row is not None and sweep.base_row not in rows:
        rows = np.append(rows, sweep.base_row)
    return rows, len(best)


def _setting_axis(
    canvas: Canvas, y: float, left: float, share: float, labels: tuple[str, ...], name: str
) -> None:
    """A parameter's settings side by side, each a stretch of the axis."""
    canvas.text(left, y - 8, name, "label")
    for i in range(len(labels)):
        canvas.line(left + (i + 0.15) * share, y, left + (i + 0.85) * share, y, "axis")
    places = [left + (i + 0.5) * share for i in range(len(labels))]
    _labels(canvas, y + 15, places, labels, "note")


def _labels(
    canvas: Canvas, y: float, places: list[float], labels: tuple[str, ...], cls: str
) -> None:
    """Labels under an axis, as many as fit beside each other; long ones are cut in the middle."""
    most = max(int(canvas.width / 3 / text_width("0")), 8)
    shown = [label if len(label) <= most else _cut(label, most) for label in labels]
    step = (places[-1] - places[0]) / max(len(places) - 1, 1) or 1.0
    every = max(1, int(np.ceil((max(text_width(label) for label in shown) + 10) / step)))
    end = 0.0
    for place, label in list(zip(places, shown, strict=True))[:: every if len(places) > 1 else 1]:
        half = text_width(label) / 2
        at = min(max(place, half), canvas.width - half)
        if at - half >= end:
            canvas.text(at, y, label, cls, "middle")
            end = at + half + 8


def _cut(label: str, most: int) -> str:
    half = (most - 1) // 2
    return f"{label[:half]}…{label[-half:]}"


@chart(
    "walk",
    title="Walk-forward",
    caption="Lead over holding the same exposure, added up vintage by vintage, in percent of the "
    "equity at each anchor. Blue: the variant chosen by the past alone; grey: the one that is "
    "best in hindsight.",
    of=SWEEP_CHARTS,
)
def walk_chart(sweep: SweepData, width: float) -> Drawing | None:
    """The lead of choosing by the past, beside that of hindsight."""
    walk = sweep.evidence.get("walk_forward")
    if not walk or len(walk["years"]) < 2:
        return None
    years = [int(year) for year in walk["years"]]
    past, hindsight = (np.cumsum(walk[k]["leads"]) for k in ("by_the_past", "in_hindsight"))
    names = (_("chosen by the past"), _("best in hindsight"))
    room = max(text_width(name) for name in names) + 12 if width > 500 else 12.0
    left, right, top, bottom = 54.0, width - room, 30.0, 230.0
    low, high = span([*past, *hindsight, 0.0], pad=0.06)
    y = Scale(low, high, bottom, top)
    x = Scale(years[0], years[-1], left, right)
    canvas = Canvas(width, bottom + 30)
    canvas.y_axis(y, left, right, lambda v: _short(v, "percent"), count=5, unit=_("lead"))
    at = x.array(np.array(years, dtype=float))
    canvas.trace(path(at, y.array(hindsight)), "line-benchmark")
    canvas.trace(path(at, y.array(past)), "line-total")
    canvas.year_axis(x, years, bottom, right - left)
    ends = [y(float(past[-1])), y(float(hindsight[-1]))]
    if width > 500:
        classes = ("line-total-text", "line-benchmark-text")
        for name, place, cls in zip(names, spread(ends, 15, top, bottom), classes, strict=True):
            canvas.text(right + 6, place + 4, name, cls)
    alt = _(
        "From {first} to {last} choosing by the past led by {past} in sum, the best in hindsight "
        "by {best}.",
        first=years[0],
        last=years[-1],
        past=show(float(past[-1]), "percent"),
        best=show(float(hindsight[-1]), "percent"),
    )
    return Drawing(canvas, alt)


def _short(value: float, kind: str) -> str:
    if kind in ("percent", "share", "cost"):
        return f"{value * 100:.2f}".rstrip("0").rstrip(".").replace("-", "−") + "%"
    return f"{value:.4f}".rstrip("0").rstrip(".").replace("-", "−")
