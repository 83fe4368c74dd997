"""What the charts of a run look like in a notebook; the numbers are those of the page."""

from __future__ import annotations

from typing import Any

import numpy as np

from reports.drawing.registry import figure
from reports.figures.sheet import Sheet, along_days, as_text, dates
from reports.run.charts.hedge import HedgeHistory
from reports.run.charts.path import Growth
from reports.run.charts.price import VintageData
from reports.run.charts.vintages import Strip
from reports.text.format import grouped, percent, words
from reports.text.language import _


@figure("vintage")
def vintage(data: VintageData, sheet: Sheet) -> None:
    """Bars of one vintage with its levels and fills."""
    (axes,) = sheet.axes()
    days = dates(data.bars.index)
    ink = sheet.colour("ink")
    half = np.timedelta64(9, "h")
    axes.vlines(days, data.bars["low"], data.bars["high"], color=ink, linewidth=1.1)
    exact = days.astype("datetime64[h]")
    axes.hlines(data.bars["open"], exact - half, exact, color=ink, linewidth=1.1)
    axes.hlines(data.bars["close"], exact, exact + half, color=ink, linewidth=1.1)
    names = {"zone": _("zone"), "extension": _("extension")}
    for name, low, high in data.bands:
        if low is not None:
            high = low if high is None else high
            said = f"{names[name]} {_points(low)}–{_points(high)}"
            axes.axhspan(low, high, color=sheet.colour(name), alpha=0.25, label=said, lw=1.5)
    if data.stop is not None:
        said = f"{_('stop')} {_points(data.stop)}"
        axes.axhline(data.stop, color=sheet.colour("stop"), ls=(0, (5, 4)), lw=1.4, label=said)
    said = _("anchor {day}", day=f"{data.bars.index[data.anchor - data.first]:%Y-%m-%d}")
    axes.axvline(days[data.anchor - data.first], color=sheet.colour("axis"), ls=":", label=said)
    # tranches that were sold together are one mark
    for k, fill in enumerate(dict.fromkeys(data.fills)):
        bought = k == 0
        colour = sheet.colour("accent") if bought else sheet.of_class(f"r-{fill.reason}")
        said = _("bought {price}", price=_points(fill.price))
        if not bought:
            said = f"{words(fill.reason)} {_points(fill.price)}"
        axes.plot(
            [np.datetime64(fill.date, "D")],
            [fill.price],
            marker="^" if bought else "v",
            ms=9,
            ls="",
            color=colour,
            mec=sheet.colour("ground"),
            label=f"{said}, {fill.date:%Y-%m-%d}",
            zorder=3,
        )
    axes.yaxis.set_major_formatter(as_text(_points))
    along_days(axes)
    sheet.name(axes, y=_("index points"))
    sheet.legend(axes, loc="center left", bbox_to_anchor=(1.0, 0.5))


@figure("strip")
def strip(data: Strip, sheet: Sheet) -> None:
    """Bars of every vintage, the hedge's beneath."""
    has_hedge = bool(data.hedge)
    above, *below = sheet.axes((2.0, 1.0) if has_hedge else (1.0,))
    named = set()
    for row in data.rows:
        value = data.tactical[row.year]
        if value is None:
            ring = sheet.colour("muted")
            above.plot([row.year], [0.0], ms=4, ls="", marker="o", mfc="none", mec=ring)
            continue
        said = words(row.reason) if row.complete else _("unfinished")
        bar: dict[str, Any] = {"color": sheet.of_class(f"r-{row.reason}")}
        if not row.complete:
            bar = {"color": "none", "edgecolor": sheet.colour("muted"), "hatch": "///"}
        above.bar(row.year, value, width=0.72, label="" if said in named else said, **bar)
        named.add(said)
    above.axhline(0.0, color=sheet.colour("axis"), lw=1)
    above.yaxis.set_major_formatter(as_text(_whole_percent))
    sheet.name(above, y=_("Tactical long, % of its capital"))
    if named:
        sheet.legend(above, loc="center left", bbox_to_anchor=(1.0, 0.5))
    for axes in below:
        done = {row.year: row.complete for row in data.rows}
        for year, value in data.hedge.items():
            alpha = 1.0 if done[year] else 0.45
            axes.bar(year, value, width=0.72, color=sheet.colour("hedge"), alpha=alpha)
        axes.axhline(0.0, color=sheet.colour("axis"), lw=1)
        axes.yaxis.set_major_formatter(as_text(_whole_percent))
        sheet.name(axes, y=_("Hedge, % of equity"))


def growth(data: Growth, sheet: Sheet) -> None:
    """Lines of growth, logarithmic where nothing was lost whole, and drawdowns beneath."""
    above, below = sheet.axes((2.2, 1.0))
    days = dates(data.sessions)
    for line in data.lines:
        colour = sheet.of_class(line.cls)
        above.plot(days, line.grown, color=colour, lw=1.5, label=line.words)
        below.plot(days, line.fall, color=colour, lw=1.0)
    if min(float(line.grown.min()) for line in data.lines) > 0:
        above.set_yscale("log")
        above.yaxis.set_major_formatter(as_text(lambda v: f"{v:g}×"))
    below.yaxis.set_major_formatter(as_text(_whole_percent))
    sheet.name(above, y=_("growth of 1"))
    sheet.name(below, y=_("below peak, %"))
    sheet.legend(above, loc="upper left")


figure("growth")(growth)


@figure("hedge_history")
def hedge_history(data: HedgeHistory, sheet: Sheet) -> None:
    """Score with the band in which it asks for a hedge, and the hedge held."""
    above, below = sheet.axes((1.2, 1.0))
    days = dates(data.daily.index)
    above.axhspan(data.low, data.high, color=sheet.colour("hedge"), alpha=0.1, lw=0)
    above.plot(days, data.daily["score"], color=sheet.colour("hedge"), lw=1.4)
    above.set_ylim(0.0, 1.0)
    sheet.name(above, y=_("score, 0 to 1"))
    held = data.daily["hedge_held"].to_numpy(dtype=float)
    below.fill_between(days, 0.0, held, step="post", color=sheet.colour("hedge"), alpha=0.55, lw=0)
    asked = data.daily["hedge_target"].to_numpy(dtype=float)
    below.step(days, asked, where="post", color=sheet.colour("ink"), lw=0.5, label=_("target"))
    below.set_ylim(bottom=0.0)
    below.yaxis.set_major_formatter(as_text(_whole_percent))
    sheet.name(below, y=_("hedge, % of equity"))


def _points(value: float) -> str:
    return grouped(value, 2 if value < 100 else 1 if value < 1000 else 0)


def _whole_percent(value: float) -> str:
    return percent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-9 else 1)
