"""Colours by name for light and dark, and the style sheets made from them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

Scheme = Literal["light", "dark"]

TEMPLATES = Path(__file__).parents[1] / "templates"

#: Name -> (light, dark). Blue against orange, so that red-green blindness loses nothing.
PALETTE: dict[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#14171b"),
    "surface": ("#f5f6f8", "#1d2228"),
    "ink": ("#1a1d21", "#e8eaed"),
    "muted": ("#565e6b", "#a6afbb"),
    "edge": ("#d8dce2", "#363d46"),
    "grid": ("#e6e9ed", "#2a3037"),
    "axis": ("#868e99", "#7c8592"),
    "accent": ("#1a56b0", "#82b1ff"),
    "mark": ("#fff3c4", "#4a3f12"),
    # how a leg ended
    "target-2": ("#123f85", "#a5c8ff"),
    "target-1": ("#3f83d1", "#4d8fe6"),
    "time": ("#7a828d", "#98a2ae"),
    "failed": ("#9a6100", "#e5ad3f"),
    "stop": ("#c84014", "#ff8f63"),
    "stop-gap": ("#85230a", "#d15a2b"),
    # paths and levels
    "hedge": ("#7546b0", "#c09aff"),
    "benchmark": ("#6b7380", "#a0a9b5"),
    "derisk": ("#0b7a5c", "#4fd1a5"),
    "zone": ("#d98e00", "#e5ad3f"),
    "extension": ("#0b7a5c", "#4fd1a5"),
    # runs side by side
    "run-0": ("#1a56b0", "#82b1ff"),
    "run-1": ("#b8480f", "#ff8f63"),
    "run-2": ("#0b7a5c", "#4fd1a5"),
    "run-3": ("#7546b0", "#c09aff"),
    "run-4": ("#8a6100", "#e5ad3f"),
    "run-5": ("#a02463", "#ff85bd"),
    "run-6": ("#3f5c6b", "#a9c3d1"),
    "run-7": ("#5b6b00", "#bccb4f"),
    # component strips, low to high risk
    "heat-0": ("#efe9f7", "#2a2438"),
    "heat-1": ("#d8c8ec", "#403159"),
    "heat-2": ("#b497d8", "#62478c"),
    "heat-3": ("#8b62bd", "#8d69c4"),
    "heat-4": ("#5a2f92", "#c09aff"),
    # monthly table
    "up-1": ("#e9f1fb", "#18273b"),
    "up-2": ("#d0e2f7", "#1c3557"),
    "up-3": ("#abccf1", "#214776"),
    "up-4": ("#84b3ea", "#29599a"),
    "down-1": ("#fdeee6", "#37241a"),
    "down-2": ("#fbd6c2", "#542f1b"),
    "down-3": ("#f6b491", "#743c1d"),
    "down-4": ("#ef9064", "#91471c"),
}


@cache
def page_style() -> str:
    """The report's style sheet: colours for both schemes, the page, the charts."""
    light, dark = _variables(0), _variables(1)
    return "\n".join(
        (
            f":root{{color-scheme:light;{light}}}",
            f"@media screen and (prefers-color-scheme:dark)"
            f"{{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}",
            f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}",
            _read("report.css"),
            _read("chart.css"),
        )
    )


@cache
def chart_style(scheme: Scheme = "light") -> str:
    """The style of a chart that stands alone.

    Colours stand by value: few programs but browsers understand variables in an SVG.
    """
    which = ("light", "dark").index(scheme)
    return re.sub(r"var\(--([\w-]+)\)", lambda m: PALETTE[m[1]][which], _read("chart.css"))


@cache
def class_colour(cls: str, scheme: Scheme = "light") -> str:
    """The colour that the style sheets give a class: of its stroke or its fill.

    Raises
    ------
    KeyError
        Where no style sheet has a colour for it.
    """
    styles = _read("chart.css") + _read("scenario.css.j2")
    rule = re.search(rf"\.{re.escape(cls)}(?![\w.-])[^{{}}]*{{[^}}]*var\(--([\w-]+)\)", styles)
    if rule is None:
        raise KeyError(cls)
    return PALETTE[rule[1]][("light", "dark").index(scheme)]


def _variables(scheme: int) -> str:
    return "".join(f"--{name}:{colours[scheme]};" for name, colours in PALETTE.items())


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
