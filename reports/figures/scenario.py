"""What the charts of a scenario look like in a notebook."""

from __future__ import annotations

from reports.drawing.registry import SCENARIO_CHARTS, figure
from reports.figures.sheet import Sheet, along_days, as_text, dates
from reports.scenario.fan import Fan
from reports.text.format import grouped
from reports.text.language import _


@figure("fan", of=SCENARIO_CHARTS)
def fan(data: Fan, sheet: Sheet) -> None:
    """Bands of half and nine tenths of the futures, and the levels in front of them."""
    (axes,) = sheet.axes()
    days = dates(data.dates)
    colour = sheet.of_class(data.cls)
    bands = data.bands
    axes.fill_between(days, bands["q05"], bands["q95"], color=colour, alpha=0.15, lw=0, label="90%")
    axes.fill_between(days, bands["q25"], bands["q75"], color=colour, alpha=0.3, lw=0, label="50%")
    axes.plot(days, bands["q50"], color=colour, lw=1.8, label=_("middle"))
    for name, band, words in (
        ("zone", data.zone, _("zone")),
        ("extension", data.extension, _("extension")),
    ):
        if band is not None:
            said = f"{words} {grouped(band[0], 0)}–{grouped(band[1], 0)}"
            axes.axhspan(*band, color=sheet.colour(name), alpha=0.25, label=said)
    if data.zone is not None and data.stop is not None:
        said = f"{_('stop')} {grouped(data.stop, 0)}"
        axes.axhline(data.stop, color=sheet.colour("stop"), ls=(0, (5, 4)), lw=1.4, label=said)
    axes.yaxis.set_major_formatter(as_text(lambda value: grouped(value, 0)))
    along_days(axes)
    sheet.name(axes, y=_("index points"))
    sheet.legend(axes, loc="center left", bbox_to_anchor=(1.0, 0.5))
