"""What the charts of a sweep look like in a notebook."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from reports.drawing.registry import SWEEP_CHARTS, figure
from reports.figures.sheet import Sheet
from reports.sweep.data import HeatMap

#: From far below the middle to far above it, in the colours of the pages' maps.
WORSE = ("down-4", "down-3", "down-2", "down-1")
BETTER = ("up-1", "up-2", "up-3", "up-4")


@figure("heatmap", of=SWEEP_CHARTS)
def heatmap(data: HeatMap, sheet: Sheet) -> None:
    """Cells shaded by their distance from the plan as written, with their values."""
    grid = data.grid
    (axes,) = sheet.axes()
    axes.grid(False)
    names = (*WORSE, "ground", *BETTER)
    colours = LinearSegmentedColormap.from_list("better", [sheet.colour(n) for n in names])
    reach = data.reach * data.sign
    axes.imshow(
        np.ma.masked_invalid((grid.values - data.middle) / reach),
        cmap=colours,
        vmin=-1.0,
        vmax=1.0,
        aspect="auto",
    )
    axes.set_xticks(range(len(grid.columns)), grid.columns)
    axes.set_yticks(range(len(grid.rows)), grid.rows)
    for i, j in np.ndindex(grid.values.shape):
        if math.isfinite(grid.values[i, j]):
            strong = (i, j) in (grid.best, grid.base)
            axes.text(
                j,
                i,
                data.written(float(grid.values[i, j])),
                ha="center",
                va="center",
                fontsize=8,
                fontweight="bold" if strong else "normal",
                color=sheet.colour("ink"),
            )
    for cell, style in ((grid.base, (0, (3, 2))), (grid.best, "-")):
        if cell is not None:
            i, j = cell
            box = ([j - 0.48, j + 0.48, j + 0.48, j - 0.48, j - 0.48],)
            axes.plot(
                *box,
                [i - 0.48, i - 0.48, i + 0.48, i + 0.48, i - 0.48],
                color=sheet.colour("ink"),
                lw=1.6,
                ls=style,
            )
    sheet.name(axes, y=grid.row, x=grid.column)
