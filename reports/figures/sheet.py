"""A sheet of matplotlib in the colours of the pages: what the figures of all charts begin with."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from reports.drawing.palette import PALETTE, Scheme, class_colour

#: Dots per inch of the picture in a notebook.
DPI = 110
#: Families for letters that DejaVu lacks, the first of those that the machine has.
CJK = (
    *("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "PingFang TC"),
    *("Microsoft JhengHei", "Noto Sans CJK JP"),
)


class Picture(Figure):
    """A matplotlib figure that a notebook shows where it is the last line of a cell.

    It belongs to no window and to no state of pyplot: nothing has to be closed,
    and no second copy is drawn at the end of a cell.
    """

    def _repr_png_(self) -> bytes:
        target = io.BytesIO()
        # the picture's own date and program would change its bytes
        self.savefig(target, format="png", metadata={"Software": None})
        return target.getvalue()


class Sheet:
    """One picture in the making.

    Parameters
    ----------
    scheme : {'light', 'dark'}
    size : (float, float)
        Inches.
    """

    def __init__(self, scheme: Scheme = "light", size: tuple[float, float] = (9.2, 4.6)) -> None:
        self.scheme = scheme
        self.picture = Picture(
            figsize=size, dpi=DPI, facecolor=self.colour("ground"), layout="constrained"
        )

    def colour(self, name: str) -> str:
        """A colour of the palette by its name."""
        return PALETTE[name][("light", "dark").index(self.scheme)]

    def of_class(self, cls: str) -> str:
        """The colour that pages give a class."""
        return class_colour(cls, self.scheme)

    def axes(self, heights: Sequence[float] = (1.0,)) -> list[Axes]:
        """Axes one below the other that share what runs across."""
        made = self.picture.subplots(
            len(heights), 1, sharex=True, squeeze=False, height_ratios=list(heights)
        )
        for axes in made[:, 0]:
            self.dress(axes)
        return list(made[:, 0])

    def dress(self, axes: Axes) -> None:
        """Colours and letters of the pages."""
        axes.set_facecolor(self.colour("ground"))
        axes.grid(color=self.colour("grid"), linewidth=0.8)
        axes.set_axisbelow(True)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(self.colour("axis"))
        axes.tick_params(colors=self.colour("muted"), labelsize=9)

    def name(self, axes: Axes, *, y: str = "", x: str = "") -> None:
        """Words beside an axis."""
        said: dict[str, Any] = {"fontfamily": fonts(), "color": self.colour("muted"), "fontsize": 9}
        axes.set_ylabel(y, **said)
        axes.set_xlabel(x, **said)

    def title(self, text: str) -> None:
        """The title above everything."""
        self.picture.suptitle(
            text, fontfamily=fonts(), fontsize=11, color=self.colour("ink"), x=0.01, ha="left"
        )

    def legend(self, axes: Axes, **where: Any) -> None:
        """What lines and marks are called."""
        told = axes.legend(
            prop=font_manager.FontProperties(family=fonts(), size=9),
            labelcolor=self.colour("ink"),
            frameon=False,
            **where,
        )
        told.set_in_layout(True)


@cache
def fonts() -> list[str]:
    """Families of a picture's letters: DejaVu, and one that has Chinese where there is one."""
    known = set(font_manager.get_font_names())
    return ["DejaVu Sans", *[name for name in CJK if name in known][:1]]


def as_text(write: Callable[[float], str]) -> FuncFormatter:
    """Labels of an axis, written as pages write them."""
    return FuncFormatter(lambda value, _position: write(float(value)))


def along_days(axes: Axes) -> None:
    """As many labels of days as fit; none is moved to the first of a month beside another."""
    fits = AutoDateLocator(maxticks=7, interval_multiples=False)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(fits)


def dates(index: object) -> np.ndarray:
    """Days of an index as matplotlib takes them."""
    return np.asarray(index, dtype="datetime64[D]")
