"""The hedge of the newest vintage, day by day: index, score with its components, ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, path, span, spread, text_width
from reports.run.charts.hedge import COMPONENTS, STEPS, _days, _equal_runs, _runs, _steps
from reports.run.view import View
from reports.text.format import grouped, percent, short_day
from reports.text.language import _


@dataclass(frozen=True)
class HedgeYear:
    """What the chart shows, one row a session of the hedge window.

    Attributes
    ----------
    daily : DataFrame
        Rows of the daily table, with the index's ``close``.
    levels : dict of str to float
        Close before the hedge (``reference``) and cover levels, points.
    """

    daily: pd.DataFrame
    levels: dict[str, float]


def hedge_year_data(view: View) -> HedgeYear | None:
    """Sessions and levels of the newest vintage's hedge; None where there are none yet."""
    newest = view.newest
    if newest is None or not newest["hedge"]["sessions"]:
        return None
    first, last = newest["hedge"]["first_date"], newest["hedge"]["last_date"]
    daily = view.daily.loc[first:last]
    close = view.market.prices["close"].reindex(daily.index)
    found = newest["levels"]
    covers = sorted(name for name in found if name.startswith("cover_"))
    levels = {name: found[name]["price"] for name in ("reference", *covers)}
    return HedgeYear(daily.assign(close=close), levels)


@chart(
    "hedge_year",
    title="The newest vintage's hedge, day by day",
    caption="Every session of its window so far. Top: close of the index, dashes: close before "
    "the hedge and the levels at which it is covered. Middle: risk score between 0 and 1, the band "
    "from where the hedge begins to where it is full; below it its components, the further from "
    "the ground colour the riskier; empty: no usable input. Bottom: hedge held, percent of "
    "equity; line: what the score asks for.",
)
def hedge_year(view: View, width: float) -> Drawing | None:
    """Index with levels, score, components, target and held ratio."""
    data = hedge_year_data(view)
    if data is None or len(data.daily) < 2:
        return None
    daily, wide = data.daily, width > 500
    left, right = (100.0 if wide else 92.0), width - (118.0 if wide else 8.0)
    days = _days(daily.index)
    x = Scale(days[0], days[-1], left, right)
    at = x.array(days)
    canvas = Canvas(width, 0)
    below = _index(canvas, view, data, at, (left, right), wide)
    below = _score(canvas, view, daily, at, (left, right), below + 38.0)
    below = _ratio(canvas, view, daily, at, (left, right), below + 30.0)
    _dates(canvas, daily, at, (left, right), below, wide)
    canvas.height = below + 30
    return Drawing(canvas, _alt(view, data))


def _index(
    canvas: Canvas,
    view: View,
    data: HedgeYear,
    at: np.ndarray,
    sides: tuple[float, float],
    wide: bool,
) -> float:
    left, right = sides
    top, bottom = 26.0, 190.0 if wide else 170.0
    close = data.daily["close"].to_numpy(dtype=float)
    y = Scale(*span([*close, *data.levels.values()], pad=0.04), bottom, top)
    digits = 0 if y.high >= 1000 else 2
    canvas.y_axis(y, left, right, lambda v: grouped(v, digits), count=4, unit=_("index points"))
    names = []
    for name, price in data.levels.items():
        said = _level(view, name)
        canvas.line(
            left,
            y(price),
            right,
            y(price),
            "stop-line" if name != "reference" else "guide",
            f"{said} {grouped(price, digits)}",
        )
        names.append((y(price), said))
    canvas.trace(path(at, y.array(close)), "price")
    places = spread([place for place, _said in names], 14.0, top + 6, bottom)
    for (_place, said), place in zip(names, places, strict=True):
        if wide:
            canvas.text(right + 5, place + 4, said, "note")
        else:
            canvas.text(right - 2, place - 4, said, "note", "end")
    return bottom


def _level(view: View, name: str) -> str:
    if name == "reference":
        return _("before the hedge")
    rule = view.plan.hedge.cover[int(name.removeprefix("cover_")) - 1]
    return _("cover {share}", share=percent(rule.share, 0))


def _score(
    canvas: Canvas,
    view: View,
    daily: pd.DataFrame,
    at: np.ndarray,
    sides: tuple[float, float],
    top: float,
) -> float:
    left, right = sides
    tall = 80.0
    y = Scale(0.0, 1.0, top + tall, top)
    canvas.y_axis(y, left, right, lambda v: f"{v:g}", count=2, unit=_("score, 0 to 1"))
    low, high = view.plan.hedge.score.from_, view.plan.hedge.score.to
    canvas.rect(left, y(high), right - left, y(low) - y(high), "band")
    score = daily["score"].to_numpy(dtype=float)
    for a, b in _runs(np.isfinite(score)):
        canvas.trace(path(at[a:b], y.array(score[a:b])), "line-score")
    line = top + tall + 20.0
    row, gap = 15.0, 4.0
    canvas.text(2, line + 4, _("components"), "unit")
    line += 12.0
    weights = {name: c.weight for name, c in view.plan.risk.components().items()}
    for name in COMPONENTS:
        if not weights.get(name):
            continue
        canvas.text(left - 6, line + row - 4, _(COMPONENTS[name]), "tick", "end")
        canvas.rect(left, line, right - left, row, "empty")
        values = daily[f"risk_{name}"].to_numpy(dtype=float)
        level = np.where(np.isfinite(values), np.minimum(values * STEPS, STEPS - 1), -1).astype(int)
        for a, b in _equal_runs(level):
            if level[a] >= 0:
                until = at[b] if b < len(at) else right
                canvas.rect(at[a], line, until - at[a], row, f"heat-{level[a]}")
        line += row + gap
    return line


def _ratio(
    canvas: Canvas,
    view: View,
    daily: pd.DataFrame,
    at: np.ndarray,
    sides: tuple[float, float],
    top: float,
) -> float:
    left, right = sides
    bottom = top + 70.0
    held = daily["hedge_held"].to_numpy(dtype=float)
    target = daily["hedge_target"].to_numpy(dtype=float)
    most = max(view.plan.hedge.max_ratio, float(np.nanmax(np.r_[held, target, 0.0])), 0.05)
    z = Scale(0.0, most, bottom, top)
    canvas.y_axis(z, left, right, lambda v: percent(v, 0), count=3, unit=_("hedge, % of equity"))
    canvas.trace(_steps(at, z.array(held), right, bottom), "held")
    for a, b in _runs(np.isfinite(target)):
        canvas.trace(path(at[a:b], z.array(target[a:b])), "line-target")
    canvas.line(left, bottom, right, bottom, "axis")
    return bottom


def _dates(
    canvas: Canvas,
    daily: pd.DataFrame,
    at: np.ndarray,
    sides: tuple[float, float],
    bottom: float,
    wide: bool,
) -> None:
    """First sessions of months, as many as fit, and always the last session."""
    index = pd.DatetimeIndex(daily.index)
    half = max(text_width(short_day(date)) for date in index) / 2 + 1.0
    last = len(at) - 1
    taken = [min(at[last], canvas.width - half)]
    _tick(canvas, index[last], at[last], taken[0], bottom)
    months = index.to_period("M")
    step = 1 if wide else 2
    for i in np.flatnonzero(np.r_[True, months[1:] != months[:-1]])[::step].tolist():
        place = max(at[i], half)
        if all(abs(place - other) > 2 * half + 4 for other in taken):
            taken.append(place)
            _tick(canvas, index[i], at[i], place, bottom)


def _tick(canvas: Canvas, date: pd.Timestamp, at: float, place: float, bottom: float) -> None:
    canvas.line(at, bottom, at, bottom + 4, "axis")
    canvas.text(place, bottom + 17, short_day(date), "tick", "middle")


def _alt(view: View, data: HedgeYear) -> str:
    daily = data.daily
    return _(
        "{n} sessions from {first} to {last}: the index went from {start} to {end}, the hedge held "
        "{low} to {high} of equity and {now} at the end.",
        n=len(daily),
        first=f"{daily.index[0]:%Y-%m-%d}",
        last=f"{daily.index[-1]:%Y-%m-%d}",
        start=grouped(float(daily["close"].iloc[0])),
        end=grouped(float(daily["close"].iloc[-1])),
        low=percent(float(daily["hedge_held"].min()), 1),
        high=percent(float(daily["hedge_held"].max()), 1),
        now=percent(float(daily["hedge_held"].iloc[-1]), 1),
    )
