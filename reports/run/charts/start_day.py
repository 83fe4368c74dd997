"""The leg by the day on which its plan is anchored: whether the plan's own day is special."""

from __future__ import annotations

from market.serialise import lookup
from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, path, span
from reports.run.view import View
from reports.text.format import percent
from reports.text.language import _


@chart(
    "start_day",
    title="The same rules anchored on other days",
    caption="Mean return of the leg, percent of the capital given to it, with its anchor moved by "
    "so many sessions and its last day by as many. Lines up and down: 95% intervals (Student). "
    "Large dot: the plan's own day. Curve: the same days held without rules. Neighbouring days "
    "share most of their sessions: the dots are no independent trials.",
    section="verdict",
)
def start_day(view: View, width: float) -> Drawing | None:
    """Mean with its interval for each of the shifted anchors."""
    rows = [r for r in lookup(view.metrics, "yardstick.by_shift") or [] if r["mean"] is not None]
    own = next((row for row in rows if row["shift"] == 0), None)
    if own is None or len(rows) < 2:
        return None
    left, right, top, bottom = 50.0, width - 10.0, 26.0, 226.0
    canvas = Canvas(width, bottom + 42)
    ends = [row[end] for row in rows for end in ("low", "high", "mean", "held")]
    low, high = span((v for v in ends if v is not None), zero=True)
    y = Scale(low, high, bottom, top)
    first, last = rows[0]["shift"], rows[-1]["shift"]
    x = Scale(first - 0.7, last + 0.7, left, right)
    canvas.y_axis(y, left, right, _tick, count=5, unit=_("mean, % of the leg's capital"))
    held = [row for row in rows if row["held"] is not None]
    canvas.trace(
        path([x(row["shift"]) for row in held], [y(row["held"]) for row in held]),
        "line-benchmark",
    )
    for row in rows:
        at = x(row["shift"])
        if row["low"] is not None:
            canvas.line(at, y(row["low"]), at, y(row["high"]), "lead")
        canvas.circle(
            at,
            y(row["mean"]),
            5.5 if row["shift"] == 0 else 3.0,
            "buy" if row["shift"] == 0 else "dot-hedge",
            _said(row),
            data_shift=row["shift"],
        )
    every = 5 if width > 500 else 15
    for shift in range(-every * (-first // every), last + 1, every):
        canvas.text(x(shift), bottom + 17, _signed(shift), "tick", "middle")
    canvas.text(right, bottom + 36, _("sessions from the plan's anchor"), "unit", "end")
    better = sum(row["mean"] > own["mean"] for row in rows)
    least, most = (pick(rows, key=lambda row: row["mean"]) for pick in (min, max))
    alt = _(
        "Mean of the leg for anchors moved by {first} to {last} sessions: between {low} and "
        "{high}; on the plan's own day {own}, and better on {better} of {n} other days.",
        first=first,
        last=last,
        low=percent(least["mean"], sign=True),
        high=percent(most["mean"], sign=True),
        own=percent(own["mean"], sign=True),
        better=better,
        n=len(rows) - 1,
    )
    return Drawing(canvas, alt)


def _said(row: dict[str, float]) -> str:
    return _(
        "{shift} sessions: {mean} (n = {n})",
        shift=_signed(int(row["shift"])),
        mean=percent(row["mean"], sign=True),
        n=row["n"],
    )


def _signed(shift: int) -> str:
    return f"{shift:+d}".replace("-", "−") if shift else "0"


def _tick(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)
