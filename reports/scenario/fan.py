"""The fan of a scenario: quantiles of the index over time, with the plan's levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reports.drawing.registry import SCENARIO_CHARTS, Drawing, chart
from reports.scenario.charts import (
    Figures,
    _band,
    _dates,
    _frame,
    _line,
    world_class,
)
from reports.text.format import grouped
from reports.text.language import _, told
from strategy.legs.rules import stop_level


@dataclass(frozen=True)
class Fan:
    """The futures of one world as quantiles, and the plan's levels.

    Attributes
    ----------
    world : str
        Its name.
    cls : str
        Class of its colour.
    dates : list of str
        Sessions, the first being the start.
    bands : dict of str to float64[n]
        Index points by quantile: ``q05``, ``q25``, ``q50``, ``q75``, ``q95``.
    december : bool
        Whether it ends with the leg.
    zone, extension : (float, float) or None
        Levels while the leg may be held; None where the plan has none.
    stop : float or None
    """

    world: str
    cls: str
    dates: list[str]
    bands: dict[str, np.ndarray]
    december: bool
    zone: tuple[float, float] | None = None
    extension: tuple[float, float] | None = None
    stop: float | None = None

    @property
    def reach(self) -> list[float]:
        """Every value that the axis has to reach."""
        levels = [*(self.zone or ()), *(self.extension or ())[:1], self.stop]
        return [
            *self.bands["q05"],
            *self.bands["q95"],
            *(v for v in levels if v is not None),
        ]


def fan_data(figures: Figures, name: str, *, december: bool = False) -> Fan | None:
    """The futures of a world to their end, or to the leg's last day with its levels."""
    found = figures["worlds"][name]["fan"].get("index")
    if found is None:
        return None
    start, dates = figures["start"], figures["dates"]
    last = dates.index(start["exit_date"]) if december else len(dates) - 1
    bands = {q: np.array(found[q][: last + 1]) * start["price"] for q in found}
    fan = Fan(name, world_class(figures, name), list(dates[: last + 1]), bands, december)
    if not december:
        return fan
    fan = replace(fan, stop=_stop(start))
    if None in start["zone"]:
        return fan
    return replace(fan, zone=tuple(start["zone"]), extension=tuple(start["extension"]))


@chart(
    "fan",
    title="Futures of the index",
    caption="Dark band: half of the futures of the world; light band: nine tenths; line: the "
    "middle one.",
    of=SCENARIO_CHARTS,
    data=fan_data,
)
def fan_chart(_figures: Figures, fan: Fan, width: float) -> Drawing | None:
    """Bands of half and nine tenths of the futures, and the levels in front of them."""
    last = len(fan.dates) - 1
    canvas, x, y = _frame(width, last, fan.reach, _("index points"))
    if fan.zone and fan.extension and fan.stop is not None:
        for cls, (low, high), words in (
            ("zone", fan.zone, _("zone")), ("extension", fan.extension, _("extension")),
        ):  # fmt: skip
            canvas.rect(
                x(0), y(high), x(last) - x(0), max(y(low) - y(high), 2.0), cls,
                f"{words} " + _("{low} to {high}", low=grouped(low), high=grouped(high)),
            )  # fmt: skip
        stop = fan.stop
        canvas.line(x(0), y(stop), x(last), y(stop), "stop-line", f"{_('stop')} {grouped(stop)}")
        for text, level in (
            (_("zone"), fan.zone[0]),
            (_("extension"), fan.extension[0]),
            (_("stop"), stop),
        ):
            canvas.text(x(0) + 6.0, y(level) - 5.0, f"{text} {grouped(level, 0)}", "note")
    _band(canvas, x, y, fan.bands["q05"], fan.bands["q95"], f"{fan.cls} outer")
    _band(canvas, x, y, fan.bands["q25"], fan.bands["q75"], f"{fan.cls} inner")
    _line(canvas, x, y, fan.bands["q50"], f"{fan.cls} median")
    canvas.text(x(last) - 4.0, y(fan.bands["q95"][-1]) - 6.0, "95%", "note", "end")
    canvas.text(x(last) - 4.0, y(fan.bands["q05"][-1]) - 5.0, "5%", "note", "end")
    _dates(canvas, x, fan.dates, canvas.height - 26.0, width)
    world = told(fan.world)
    alt = (
        _("Index to the end of the tactical leg, quantiles, world {world}", world=world)
        if fan.december
        else _("Index to the end of the hedge year, quantiles, world {world}", world=world)
    )
    return Drawing(canvas, alt)


def _stop(start: Mapping[str, Any]) -> float:
    return float(stop_level(start["price"], start["stop"], start["stop_is_level"], 1.0))
