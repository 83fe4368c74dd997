"""Charts of the hedge: the score behind it, what was held, what it cost and brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.serialise import lookup
from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, path, span, text_width
from reports.run.view import View, VintageRow
from reports.text.format import percent, show
from reports.text.language import _, noted

#: Components of the score, with their words.
COMPONENTS = {
    "cash": noted("cash"),
    "leverage": noted("leverage"),
    "credit": noted("credit"),
    "concentration": noted("concentration"),
    "rotation": noted("rotation"),
}
STEPS = 5


@dataclass(frozen=True)
class HedgeHistory:
    """What the chart of all hedges shows.

    Attributes
    ----------
    daily : DataFrame
        ``score``, ``risk_<component>``, ``hedge_held`` and ``hedge_target``, one row a session.
    low, high : float
        Scores at which the hedge begins and is full.
    components : tuple of str
        Those that weigh something in the score.
    """

    daily: pd.DataFrame
    low: float
    high: float
    components: tuple[str, ...]


def hedge_history_data(view: View) -> HedgeHistory | None:
    """Score, components and hedge of every session; None without score and hedge."""
    daily = view.daily
    if not daily["score"].notna().any() and not (daily["hedge_held"] > 0).any():
        return None
    weights = {name: c.weight for name, c in view.plan.risk.components().items()}
    named = tuple(n for n in COMPONENTS if f"risk_{n}" in daily and weights.get(n))
    columns = ["score", *(f"risk_{name}" for name in named), "hedge_held", "hedge_target"]
    score = view.plan.hedge.score
    return HedgeHistory(daily[columns], score.from_, score.to, named)


@chart(
    "hedge_history",
    title="Risk score, its components and the hedge held",
    caption="Ends of months (of quarters on narrow screens). Top: score between 0 and 1, where "
    "its coverage suffices; the band runs from the score at which the hedge begins to the score "
    "at which it is full. Middle: components, the further from the ground colour the riskier; "
    "empty: no usable input. Bottom: hedge held each session, percent of equity; line: target.",
    data=hedge_history_data,
)
def hedge_history(view: View, data: HedgeHistory, width: float) -> Drawing | None:
    """Score, component strips and the ratio held over time."""
    daily = data.daily
    wide = width > 500
    rows = _ends(daily, "M" if wide else "Q")
    left, right = (100.0 if wide else 92.0), width - 8.0
    if len(rows) < 2:
        return None
    days = _days(rows.index)
    x = Scale(days[0], days[-1], left, right)
    at = x.array(days)
    canvas = Canvas(width, 0)

    top, tall = 26.0, 96.0
    y = Scale(0.0, 1.0, top + tall, top)
    canvas.y_axis(y, left, right, lambda v: f"{v:g}", count=2, unit=_("score, 0 to 1"))
    canvas.rect(left, y(data.high), right - left, y(data.low) - y(data.high), "band")
    for a, b in _runs(rows["score"].notna().to_numpy()):
        canvas.trace(path(at[a:b], y.array(rows["score"].to_numpy()[a:b])), "line-score")

    line = top + tall + 20.0
    row_height, gap = 15.0, 4.0
    canvas.text(2, line + 4, _("components"), "unit")
    line += 12
    for name in data.components:
        canvas.text(left - 6, line + row_height - 4, _(COMPONENTS[name]), "tick", "end")
        canvas.rect(left, line, right - left, row_height, "empty")
        values = rows[f"risk_{name}"].to_numpy(dtype=float)
        level = np.where(np.isfinite(values), np.minimum(values * STEPS, STEPS - 1), -1).astype(int)
        for a, b in _equal_runs(level):
            if level[a] >= 0:
                until = at[b] if b < len(at) else right
                canvas.rect(at[a], line, until - at[a], row_height, f"heat-{level[a]}")
        line += row_height + gap

    top = line + 30.0
    tall = 86.0
    held = daily["hedge_held"].to_numpy(dtype=float)
    all_at = x.array(_days(daily.index))
    target = rows["hedge_target"].to_numpy(dtype=float)
    highest = max(view.plan.hedge.max_ratio, float(np.nanmax(np.r_[held, 0.0])), 0.05)
    z = Scale(0.0, highest, top + tall, top)
    canvas.y_axis(z, left, right, lambda v: percent(v, 0), count=3, unit=_("hedge, % of equity"))
    canvas.trace(_steps(all_at, z.array(held), right, z(0.0)), "held")
    for a, b in _runs(np.isfinite(target)):
        canvas.trace(path(at[a:b], z.array(target[a:b])), "line-target")
    canvas.line(left, top + tall, right, top + tall, "axis")
    canvas.height = top + tall + 30
    years = range(rows.index[0].year + 1, rows.index[-1].year + 1)
    starts = {year: x(float(np.datetime64(f"{year}-01-01", "D").astype(int))) for year in years}
    canvas.year_axis(lambda year: starts[year], sorted(starts), top + tall, right - left)
    risk = view.metrics["risk"]
    alt = _(
        "The score had enough data on {known} of the sessions; mean coverage {coverage}. A hedge "
        "was held in {hedged} of {n} vintages.",
        known=show(1.0 - (lookup(risk, "share_blind") or 0.0), "share"),
        coverage=show(lookup(risk, "mean_coverage"), "share"),
        hedged=len(view.hedged),
        n=len(view.rows),
    )
    return Drawing(canvas, alt)


@chart(
    "hedge_payoff",
    title="What the hedge cost and brought",
    caption="One dot a complete vintage that held a hedge. Across: return of the index in the "
    "hedged year. Upwards: what the hedge added to equity, after fees, slippage and carry. An "
    "insurance pays in the upper left.",
)
def hedge_payoff(view: View, width: float) -> Drawing | None:
    """Hedge contribution against the index's return of the hedged year."""
    rows = [r for r in view.hedged if r.complete and r["next_year_return"] is not None]
    if not rows:
        return None
    left, right, top, bottom = 54.0, width - 12.0, 26.0, 280.0
    x = Scale(*span((r["next_year_return"] for r in rows), pad=0.08, zero=True), left, right)
    y = Scale(*span((r["hedge_return"] for r in rows), pad=0.1, zero=True), bottom, top)
    canvas = Canvas(width, bottom + 44)
    canvas.y_axis(y, left, right, _tick, count=5, unit=_("hedge, % of equity"))
    for value in x.ticks(8 if width > 500 else 4):
        canvas.line(x(value), top, x(value), bottom, "zero" if value == 0 else "grid")
        canvas.text(x(value), bottom + 17, _tick(value), "tick", "middle")
    canvas.text(right, bottom + 36, _("index in the hedged year, %"), "unit", "end")
    for row in rows:
        canvas.circle(
            x(row["next_year_return"]),
            y(row["hedge_return"]),
            5,
            "dot-hedge",
            _(
                "hedge of {year}: {value} of equity while the index made {index}; cost {cost}",
                year=row.year + 1,
                value=percent(row["hedge_return"], sign=True),
                index=percent(row["next_year_return"], sign=True),
                cost=show(row["hedge_cost"], "percent"),
            ),
            data_vintage=row.year,
        )
    _years(canvas, rows, x, y)
    hedge = view.metrics["hedge"]
    alt = _(
        "{n} hedged years. Mean contribution {mean}, best {best}, worst {worst}.",
        n=len(rows),
        mean=show(lookup(hedge, "mean"), "percent"),
        best=show(lookup(hedge, "best"), "percent"),
        worst=show(lookup(hedge, "worst"), "percent"),
    )
    return Drawing(canvas, alt)


def _years(canvas: Canvas, rows: list[VintageRow], x: Scale, y: Scale) -> None:
    """Hedged years beside their dots, the largest contributions first, where there is room."""
    dots = [(x(r["next_year_return"]), y(r["hedge_return"])) for r in rows]
    placed: list[tuple[float, float]] = []
    half = text_width("2000") / 2
    order = sorted(range(len(rows)), key=lambda i: -abs(rows[i]["hedge_return"]))
    for i in order:
        px = min(max(dots[i][0], x.start + half), x.end - half)
        for py in (dots[i][1] - 9, dots[i][1] + 18):
            middle = py - 4
            free = all(
                abs(px - a) > half + 6 or abs(middle - b) > 11
                for k, (a, b) in enumerate(dots)
                if k != i
            ) and all(abs(px - a) > 2 * half + 4 or abs(py - b) > 14 for a, b in placed)
            if free and y.end + 8 < py < y.start:
                placed.append((px, py))
                canvas.text(px, py, str(rows[i].year + 1), "note", "middle")
                break


def _tick(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)


def _ends(daily: pd.DataFrame, period: str) -> pd.DataFrame:
    """The last session of each month or quarter."""
    index = pd.DatetimeIndex(daily.index)
    periods = index.to_period(period)
    last = np.flatnonzero(np.r_[periods[1:] != periods[:-1], True])
    return daily.iloc[last]


def _days(index: pd.Index) -> np.ndarray:
    return pd.DatetimeIndex(index).to_numpy().astype("datetime64[D]").astype(np.int64).astype(float)


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """Half-open spans where `mask` is true."""
    edges = np.flatnonzero(np.diff(np.r_[False, mask, False].astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _equal_runs(values: np.ndarray) -> list[tuple[int, int]]:
    """Half-open spans of equal values."""
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    return list(zip(starts.tolist(), np.r_[starts[1:], len(values)].tolist(), strict=True))


def _steps(x: np.ndarray, y: np.ndarray, right: float, base: float) -> str:
    """An area of steps down to `base`, changes only."""
    parts = [f"M{x[0]:.1f},{base:.1f}"]
    for a, b in _equal_runs(np.round(y, 1)):
        until = x[b] if b < len(x) else right
        parts.append(f"L{x[a]:.1f},{y[a]:.1f}H{until:.1f}")
    parts.append(f"V{base:.1f}Z")
    return "".join(parts)
