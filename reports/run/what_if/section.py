"""The section of a report that answers what if: sliders, their words, the figures beside them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from reports.html.page import NARROW, WIDE
from reports.run.what_if.drawing import dots, strip
from reports.run.what_if.packing import (
    CELLS,
    LONG,
    WRITTEN,
    columns,
    figures,
    outcomes,
    packed,
    whole,
)
from reports.text.format import MISSING, short_day, show, words
from reports.text.language import _, noted
from reports.text.words import EXIT_REASONS
from strategy.legs.reasons import Reason
from strategy.plan import Plan
from strategy.sweep.lattice.lattice import Lattice
from strategy.sweep.lattice.sliders import EXIT_BY, FIRST_SHARE, RATIO, STOP, WITHIN, Slider

LABELS = {
    STOP: noted("Stop below the entry"),
    FIRST_SHARE: noted("Sold at the first target"),
    EXIT_BY: noted("Last day of the long"),
    WITHIN: noted("Sessions in which a breakout can fail"),
    RATIO: noted("Largest hedge, share of equity"),
}
#: Rows of figures: what it is, the column that must be there, and its words.
ROWS = (
    (noted("Tactical long, mean"), "mean", noted("{mean} ({low} to {high}), n = {n}")),
    (noted("the same days, held"), "held", noted("{held}")),
    (noted("against holding"), "lead", noted("{lead} ({lead_low} to {lead_high})")),
    (
        noted("ended above zero"),
        "hit_rate",
        noted("{hits} of {n}: {hit_rate} ({hit_low} to {hit_high})"),
    ),
    (noted("worst"), "worst", noted("{worst} ({worst_vintage})")),
    (
        noted("Hedge, mean"),
        "hedge_mean",
        noted("{hedge_mean} ({hedge_low} to {hedge_high}), n = {hedge_n}"),
    ),
    (noted("Whole plan, a year"), "cagr", noted("{cagr}")),
    (noted("its max drawdown"), "max_drawdown", noted("{max_drawdown}")),
)


@dataclass(frozen=True)
class Control:
    """A slider as the page shows it: its label, a text for each of its values, the plan's own."""

    name: str
    label: str
    texts: tuple[str, ...]
    own: int


@dataclass(frozen=True)
class Row:
    """One figure: its label, the column that must be there, words with the names of columns."""

    label: str
    needed: str
    words: str
    own: str


@dataclass(frozen=True)
class WhatIf:
    """What the template shows.

    Attributes
    ----------
    controls : tuple of Control
    rows : tuple of Row
    cells : int
    strip, dots : Markup
    data : str
        JSON that the script reads.
    """

    controls: tuple[Control, ...]
    rows: tuple[Row, ...]
    cells: int
    strip: Markup
    dots: Markup
    data: str


def what_if(lattice: Lattice, plan: Plan) -> WhatIf:
    """The section in the current language.

    Parameters
    ----------
    lattice : Lattice
    plan : Plan
    """
    controls = tuple(_control(slider, plan) for slider in lattice.sliders)
    hedged = bool((lattice.cells.n > 0).any())
    found = figures(lattice)
    own = own_cell(lattice)
    rows = tuple(
        Row(_(label), needed, _(text), sentence(_(text), needed, found, own))
        for label, needed, text in ROWS
        if hedged or needed != "hedge_mean"
    )
    reasons = sorted({int(code) for o in lattice.outcomes for code in np.unique(o.reason)})
    order = list(EXIT_REASONS)
    labels = {code: Reason(code).label for code in reasons}
    data: dict[str, Any] = {
        "sizes": [len(s.values) for s in lattice.sliders],
        "ratios": lattice.ratios,
        "years": lattice.years.tolist(),
        "complete": lattice.complete.astype(int).tolist(),
        "reasons": {
            code: [label, words(label), order.index(label)] for code, label in labels.items()
        },
        "written": WRITTEN,
        "kinds": {**LONG, **CELLS},
        "columns": columns(found),
        "luck": packed(whole(v, "percent") for v in lattice.luck.tolist()),
        **outcomes(lattice),
    }
    return WhatIf(
        controls,
        rows,
        lattice.settings * lattice.ratios,
        strip(lattice, WIDE, "wide") + strip(lattice, NARROW, "narrow"),
        dots(lattice, WIDE, "wide") + dots(lattice, NARROW, "narrow"),
        json.dumps(data, ensure_ascii=False, separators=(",", ":")),
    )


def own_cell(lattice: Lattice) -> int:
    """Number of the cell that is the plan as it is written."""
    cell = 0
    for slider in lattice.sliders:
        cell = cell * len(slider.values) + slider.own
    return cell


def sentence(text: str, needed: str, found: Mapping[str, np.ndarray], cell: int) -> str:
    """The words of a row for a cell; a dash where its figure is missing."""
    shares = len(found["cagr"]) // len(found["n"])
    shown = {
        name: show(found[name][cell // shares if name in LONG else cell].item(), kind)
        for name, kind in {**LONG, **CELLS}.items()
    }
    return MISSING if shown[needed] == MISSING else text.format(**shown)


def _control(slider: Slider, plan: Plan) -> Control:
    texts = tuple(_text(slider.key, value, plan) for value in slider.values)
    return Control(slider.key.replace(".", "-"), _(LABELS[slider.key]), texts, slider.own)


def _text(key: str, value: Any, plan: Plan) -> str:
    if key == EXIT_BY:
        return short_day(dt.date(2001, int(value[:2]), int(value[3:])))
    if key == WITHIN:
        if value == 0 and plan.tactical.failed_breakout.trigger == "close":
            return _("never")
        return str(value)
    return f"{value * 100:.10g}%"
