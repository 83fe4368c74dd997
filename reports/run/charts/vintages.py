"""Charts of all vintages at once: the strip, the payoffs, one small picture each."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from market.serialise import lookup
from reports.drawing.registry import Drawing, chart
from reports.drawing.svg import Canvas, Scale, path, span
from reports.run.view import View, VintageRow
from reports.text.format import percent, show, words
from reports.text.language import _
from reports.text.words import EXIT_REASONS


@dataclass(frozen=True)
class Strip:
    """What the chart of all vintages shows, fractions by year.

    Attributes
    ----------
    rows : tuple of VintageRow
        Every vintage, oldest first.
    tactical : dict of int to float or None
        Return of the leg on its own capital; None where nothing was bought.
    hedge : dict of int to float
        What the hedge added to equity, of the vintages that held one.
    """

    rows: tuple[VintageRow, ...]
    tactical: dict[int, float | None]
    hedge: dict[int, float]


def strip_data(view: View) -> Strip:
    """The tactical long and the hedge of every vintage."""
    return Strip(
        view.rows,
        {row.year: row["tactical_return"] for row in view.rows},
        {row.year: row["hedge_return"] or 0.0 for row in view.hedged},
    )


@chart(
    "strip",
    title="Every vintage",
    caption="Above: return of the tactical long, percent of the capital given to it, coloured by "
    "how it ended. Below: what the hedge of the following year added to equity, percent. "
    "A ring: nothing was bought. Hatched: unfinished. A triangle marks the years that the "
    "article names as precedents.",
    data=strip_data,
)
def strip(view: View, data: Strip, width: float) -> Drawing | None:
    """Tactical return and hedge contribution by year."""
    rows = data.rows
    left, right = 46.0, width - 8.0
    step = (right - left) / max(len(rows), 8)
    bar = max(2.0, min(step * 0.72, 22.0))
    index = {row.year: i for i, row in enumerate(rows)}

    def x(year: int) -> float:
        return left + (index[year] + 0.5) * step

    has_hedge = bool(data.hedge)
    top, upper, gap = 26.0, 190.0, 50.0
    lower = 90.0 if has_hedge else 0.0
    bottom = top + upper + (gap + lower if has_hedge else 0.0)
    canvas = Canvas(width, bottom + 40)
    hatch = f"hatch-strip-{int(width)}"
    _hatch(canvas, hatch)

    low, high = span((v for v in data.tactical.values() if v is not None), zero=True)
    y = Scale(low, high, top + upper, top)
    canvas.y_axis(y, left, right, _tick, count=5, unit=_("Tactical long, % of its capital"))
    for row in rows:
        value = data.tactical[row.year]
        _bar(canvas, row, value, x(row.year), bar, y, hatch, _tactical_title(row))
    if has_hedge:
        low, high = span(data.hedge.values(), zero=True)
        y = Scale(low, high, bottom, bottom - lower)
        canvas.y_axis(y, left, right, _tick, count=3, unit=_("Hedge, % of equity"))
        for row in view.hedged:
            value = data.hedge[row.year]
            canvas.rect(
                x(row.year) - bar / 2,
                y(0.0),
                bar,
                y(value) - y(0.0),
                "hedge" if row.complete else "hedge unfinished",
                _(
                    "{year}: hedge of {next} {value} of equity",
                    year=row.year,
                    next=row.year + 1,
                    value=percent(value, sign=True),
                ),
                data_vintage=row.year,
            )
    canvas.year_axis(x, [row.year for row in rows], bottom + 9, right - left)
    for row in rows:
        if row.analog:
            cx = x(row.year)
            canvas.trace(
                path([cx - 4, cx, cx + 4], [bottom + 9, bottom + 2, bottom + 9]) + "Z",
                "analog",
                _("{year}: named by the article as a precedent", year=row.year),
            )
    tactical = view.metrics["tactical"]
    alt = _(
        "Bars for {n} vintages from {first} to {last}. ",
        n=len(rows),
        first=rows[0].year,
        last=rows[-1].year,
    )
    if tactical.get("n"):
        alt += _(
            "Mean of the tactical long {mean}, best {best} in {best_year}, worst {worst} in "
            "{worst_year}.",
            mean=show(lookup(tactical, "mean"), "percent"),
            best=show(lookup(tactical, "best"), "percent"),
            best_year=lookup(tactical, "best_vintage"),
            worst=show(lookup(tactical, "worst"), "percent"),
            worst_year=lookup(tactical, "worst_vintage"),
        )
    else:
        alt += _("No vintage is complete.")
    return Drawing(canvas, alt)


def _hatch(canvas: Canvas, name: str) -> None:
    canvas.add(
        "defs",
        f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" class="hatch-ground"/>'
        '<line x1="0" y1="0" x2="0" y2="5" class="hatch-line"/></pattern>',
    )


def _bar(
    canvas: Canvas,
    row: VintageRow,
    value: float | None,
    x: float,
    bar: float,
    y: Scale,
    hatch: str,
    title: str,
) -> None:
    if value is None:
        canvas.circle(x, y(0.0), min(3.2, bar / 2), "idle", title, data_vintage=row.year)
        return
    tall = y(value) - y(0.0)
    if abs(tall) < 1.0:
        tall = math.copysign(1.0, tall)
    kw: dict[str, object] = {"data_vintage": row.year}
    if not row.complete:
        kw["fill"] = f"url(#{hatch})"
    canvas.rect(
        x - bar / 2,
        y(0.0),
        bar,
        tall,
        f"r-{row.reason}" if row.complete else "open-bar",
        title,
        **kw,
    )


def _tick(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)


def _tactical_title(row: VintageRow) -> str:
    if not row.traded:
        return _("{year}: nothing bought, {reason}", year=row.year, reason=words(row.reason))
    text = _(
        "{year}: {value}, {reason}",
        year=row.year,
        value=percent(row["tactical_return"], sign=True),
        reason=row.ended,
    )
    return text if row.complete else _("{text} (unfinished)", text=text)


@chart(
    "payoff",
    title="Payoffs of the tactical long",
    caption="One dot a complete vintage that bought something, in steps of half a percent of the "
    "capital given to it, coloured by how it ended. The band is the 95% interval of the mean.",
)
def payoff(view: View, width: float) -> Drawing | None:
    """Stacked dots of the tactical returns."""
    rows = [row for row in view.rows if row.traded and row.complete]
    if not rows:
        return None
    tactical = view.metrics["tactical"]
    values = [row["tactical_return"] for row in rows]
    low, high = min(values), max(values)
    step = 0.005
    while (high - low) / step > (64 if width > 500 else 36):
        step *= 2
    bins = {row.year: math.floor(row["tactical_return"] / step + 0.5) for row in rows}
    first, last = min(min(bins.values()), -1) - 1, max(max(bins.values()), 1) + 1
    left, right = 10.0, width - 10.0
    x = Scale((first - 0.5) * step, (last + 0.5) * step, left, right)
    size = min((right - left) / (last - first + 1), 15.0)
    tallest = max(Counter(bins.values()).values())
    top = 40.0
    base = top + tallest * size + 8
    canvas = Canvas(width, base + 44)
    if tactical.get("mean_low") is not None:
        a, b = x(max(tactical["mean_low"], x.low)), x(min(tactical["mean_high"], x.high))
        canvas.rect(
            a,
            top - 10,
            b - a,
            base - top + 10,
            "interval",
            _(
                "95% interval of the mean: {low} to {high}",
                low=percent(tactical["mean_low"], sign=True),
                high=percent(tactical["mean_high"], sign=True),
            ),
        )
    for value in x.ticks(10 if width > 500 else 5):
        canvas.line(x(value), base, x(value), base + 4, "axis")
        canvas.text(x(value), base + 17, _tick(value), "tick", "middle")
    canvas.line(left, base, right, base, "axis")
    canvas.line(x(0.0), top - 10, x(0.0), base, "zero")
    heights: Counter[int] = Counter()
    order = list(EXIT_REASONS)
    for row in sorted(rows, key=lambda r: (order.index(r.reason), r.year)):
        k = bins[row.year]
        heights[k] += 1
        canvas.circle(
            x(k * step),
            base - (heights[k] - 0.5) * size - 2,
            size * 0.42,
            f"r-{row.reason}",
            _tactical_title(row),
            data_vintage=row.year,
        )
    marks = [
        (tactical["mean"], _("mean {value}"), "mean-line"),
        (tactical["median"], _("median {value}"), "median-line"),
    ]
    for (value, name, cls), anchor, shift in zip(
        sorted(marks), ("end", "start"), (-5.0, 5.0), strict=True
    ):
        at = x(value)
        canvas.line(at, top - 26, at, base, cls)
        canvas.text(
            at + shift, top - 18, name.format(value=percent(value, sign=True)), "label", anchor
        )
    canvas.text(right, base + 36, _("return, % of the leg's capital"), "unit", "end")
    alt = _(
        "Distribution of {n} returns between {low} and {high}; mean {mean}, median {median}.",
        n=len(rows),
        low=percent(low, sign=True),
        high=percent(high, sign=True),
        mean=percent(tactical["mean"], sign=True),
        median=percent(tactical["median"], sign=True),
    )
    return Drawing(canvas, alt)


@chart(
    "multiple",
    title="One vintage, small",
    caption="Closes around the leg; band: resistance zone; dashes: stop; dot: last exit.",
)
def multiple(view: View, width: float, year: int) -> Drawing | None:
    """The closes of one vintage with zone and stop, without axes."""
    row = view.by_year[year]
    anchor = view.position(row["anchor_date"])
    begin = max(anchor - 6, 0)
    end = min(anchor + 22, len(view.market.sessions))
    close = view.prices["close"][begin:end]
    base = row["anchor_close"]
    levels = [row["zone_low"], row["zone_high"], row["stop"]]
    low, high = span([*close.tolist(), *(v for v in levels if v is not None)], pad=0.04)
    height = round(width * 0.55)
    y = Scale(low, high, height - 2.0, 2.0)
    x = Scale(0, max(end - begin - 1, 1), 3.0, width - 3.0)
    canvas = Canvas(width, height)
    canvas.rect(
        0, y(row["zone_high"]), width, max(y(row["zone_low"]) - y(row["zone_high"]), 1.5), "zone"
    )
    if row["stop"] is not None:
        canvas.line(0, y(row["stop"]), width, y(row["stop"]), "stop-line")
    canvas.line(x(anchor - begin), 0, x(anchor - begin), height, "grid")
    canvas.trace(path(x.array(np.arange(end - begin)), y.array(close)), "price")
    for exit_ in row.exits[-1:]:
        if exit_.date is not None:
            at = view.position(exit_.date) - begin
            canvas.circle(x(at), y(min(max(exit_.price, low), high)), 3.2, f"r-{exit_.reason}")
    change = close[-1] / base - 1.0
    alt = _(
        "{year}: closes {value} from anchor to the end.",
        year=year,
        value=percent(change, sign=True),
    )
    return Drawing(canvas, alt)
