"""The registry: a chart is its data, the drawing made of them on pages, the figure in notebooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from markupsafe import Markup

from reports.drawing.palette import PALETTE, Scheme, chart_style
from reports.drawing.svg import Canvas
from reports.run.view import View

#: Sections of a run's report that take further charts at their end.
Section = Literal["", "verdict", "path"]


@dataclass(frozen=True)
class Drawing:
    """A finished chart.

    Parameters
    ----------
    canvas : Canvas
    alt : str
        What the picture shows, in words and numbers, for whom it is not visible.
    """

    canvas: Canvas
    alt: str


@dataclass(frozen=True)
class Chart:
    """One entry of the registry.

    Parameters
    ----------
    name : str
    title : str
    caption : str
        What the marks mean, with units. Both are English; pages translate them.
    function : callable or None
        ``(subject, width, **options) -> Drawing``, or None where there is nothing to
        show; None: its page shows the data as a table.
    section : {'', 'verdict', 'path'}
        Section of the report at whose end the chart stands; empty: the page's
        template places it.
    data : callable, optional
        ``(subject, **options) -> data``, or None where there is nothing to show:
        the numbers of both the drawing and the figure.
    figure : callable, optional
        ``(data, sheet)``: draws on a `reports.figures.sheet.Sheet`, for notebooks.
    """

    name: str
    title: str
    caption: str
    function: Callable[..., Drawing | None] | None
    section: Section = ""
    data: Callable[..., Any] | None = None
    figure: Callable[..., Any] | None = None


#: Charts of a run, drawn from a `View`; of runs side by side, from a `Comparison`; of a sweep,
#: from a `SweepData`; of a scenario, from its figures.
CHARTS: dict[str, Chart] = {}
COMPARISON_CHARTS: dict[str, Chart] = {}
SWEEP_CHARTS: dict[str, Chart] = {}
SCENARIO_CHARTS: dict[str, Chart] = {}


def chart(
    name: str,
    *,
    title: str,
    caption: str,
    of: dict[str, Chart] = CHARTS,
    section: Section = "",
    data: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Drawing | None]], Callable[..., Drawing | None]]:
    """Register a function as the chart `name`, of a run unless another registry is given.

    Parameters
    ----------
    name : str
        What pages, `simulate plot` and files call it.
    title, caption : str
        See `Chart`.
    of : dict of str to Chart, optional
        `CHARTS`, `COMPARISON_CHARTS` or `SWEEP_CHARTS`.
    section : {'', 'verdict', 'path'}, optional
        See `Chart`.
    data : callable, optional
        See `Chart`. The function then takes ``(subject, data, width)``, and is
        not called where there is nothing to show.

    Returns
    -------
    callable
        The decorator; it hands the function back as it is, or one of
        ``(subject, width, **options)`` where the chart has `data`.

    Raises
    ------
    ValueError
        Where a chart of that name is registered already.
    """

    def register(function: Callable[..., Drawing | None]) -> Callable[..., Drawing | None]:
        if name in of:
            raise ValueError(f"two charts are called {name!r}")
        drawn = function if data is None else _of_data(data, function)
        of[name] = Chart(name, title, caption, drawn, section, data)
        return drawn

    return register


def _of_data(
    data: Callable[..., Any], function: Callable[..., Drawing | None]
) -> Callable[..., Drawing | None]:
    def drawn(subject: Any, width: float, **options: Any) -> Drawing | None:
        found = data(subject, **options)
        return None if found is None else function(subject, found, width)

    drawn.__doc__ = function.__doc__
    return drawn


def figure(
    name: str, *, of: dict[str, Chart] = CHARTS
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as what the chart `name` looks like in a notebook.

    Parameters
    ----------
    name : str
        A registered chart with `data`, which the function is given.
    of : dict of str to Chart, optional
        As for `chart`.

    Returns
    -------
    callable
        The decorator; it hands the function back as it is.
    """

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        assert of[name].data is not None, name
        of[name] = replace(of[name], figure=function)
        return function

    return register


def standalone(
    name: str, view: View, width: float, *, scheme: Scheme = "light", **options: Any
) -> str | None:
    """The chart `name` as an SVG file with its own style; None where there is nothing to show."""
    drawing = draw(name, view, width, **options)
    if drawing is None:
        return None
    canvas = drawing.canvas
    attributes = Markup(' xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{}"')
    ground = PALETTE["ground"][("light", "dark").index(scheme)]
    before = f"<style>{chart_style(scheme)}</style>" + (
        f'<rect width="{canvas.width:g}" height="{canvas.height:g}" fill="{ground}"/>'
    )
    return str(canvas.render("", attributes.format(drawing.alt), before)) + "\n"


def draw(name: str, view: View, width: float, **options: Any) -> Drawing | None:
    """The chart `name` at a width in pixels; None where the run has nothing to show in it."""
    function = CHARTS[name].function
    assert function is not None, name
    return function(view, width, **options)
