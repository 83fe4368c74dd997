"""`result.plot`, `sweep.plot`, `scenario.plot`: the registered charts as figures of matplotlib.

Nothing heavy is loaded before a figure is asked for.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from market.errors import InputError
from reports.drawing.palette import Scheme
from reports.drawing.registry import CHARTS, SCENARIO_CHARTS, SWEEP_CHARTS, Chart
from reports.run.view import View
from reports.sweep.grids import MODES
from reports.text.language import _, speaking, told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from reports.sweep.data import SweepData
    from strategy.api import SweepResult
    from strategy.legplan.result import LegsResult
    from strategy.result.result import Result
    from strategy.scenario.api import ScenarioResult


def draw_figure(
    of: dict[str, Chart],
    name: str,
    subject: Any,
    /,
    *,
    title: str = "",
    language: str = "en",
    scheme: Scheme = "light",
    **options: Any,
) -> Figure:
    """The registered chart `name` of a subject, from the data that its page draws.

    Raises
    ------
    InputError
        Where there is nothing to show, or no such language or scheme.
    """
    from reports.figures.sheet import Sheet

    if scheme not in ("light", "dark"):
        raise InputError(f"got {scheme!r}", where="scheme", expected="'light' or 'dark'")
    chart = of[name]
    assert chart.data is not None and chart.figure is not None, name
    with speaking(language):
        found = chart.data(subject, **options)
        if found is None:
            raise InputError("there is nothing to show", where=name)
        sheet = Sheet(scheme)
        chart.figure(found, sheet)
        sheet.title(told(title or chart.title))
    return sheet.picture


class RunPlots:
    """Figures of a run.

    Each takes ``language`` (``en`` or ``zh-Hant``) and ``scheme`` (``light`` or
    ``dark``) and gives a `matplotlib.figure.Figure`.
    """

    def __init__(self, result: Result) -> None:
        self._result = result

    @cached_property
    def _view(self) -> View:
        import_module("reports.run.charts")
        import_module("reports.figures.run")
        return View.of(self._result)

    def _draw(self, name: str, /, title: str = "", **options: Any) -> Figure:
        return draw_figure(CHARTS, name, self._view, title=title, **options)

    def vintage(self, year: int | None = None, **look: Any) -> Figure:
        """Bars around the leg of a year with zone, stop and fills; the newest where not given."""
        view = self._view
        year = view.latest.year if year is None else year
        if year not in view.by_year:
            expected = f"a vintage of the run, {view.years[0]} to {view.years[-1]}"
            raise InputError(f"got {year!r}", where="year", expected=expected)
        with speaking(look.get("language", "en")):
            title = _("Vintage {year}", year=year)
        return self._draw("vintage", title, year=year, **look)

    def vintages(self, **look: Any) -> Figure:
        """Return of the leg and of the hedge, a bar a vintage."""
        return self._draw("strip", **look)

    def equity(self, **look: Any) -> Figure:
        """Growth of 1 of the plan, the core alone and holding less, drawdowns beneath."""
        return self._draw("growth", **look)

    def hedge(self, **look: Any) -> Figure:
        """Risk score, and the hedge held beside what the score asked for."""
        return self._draw("hedge_history", **look)


class LegsPlots:
    """Figures of a run of named legs; see `RunPlots`."""

    def __init__(self, result: LegsResult) -> None:
        self._result = result

    def equity(self, **look: Any) -> Figure:
        """Growth of 1 of the plan and of its core alone, drawdowns beneath."""
        import_module("reports.figures.legs")
        from reports.legs.page import LEGS_CHARTS

        return draw_figure(LEGS_CHARTS, "legs_growth", self._result, **look)


class SweepPlots:
    """Figures of a sweep; see `RunPlots`."""

    def __init__(self, result: SweepResult) -> None:
        self._result = result

    @cached_property
    def _data(self) -> SweepData:
        from reports.sweep.data import read_sweep

        import_module("reports.sweep.chart")
        import_module("reports.figures.sweep")
        return read_sweep(self._result.run.folder.path)

    def heatmap(
        self, x: str | None = None, y: str | None = None, *, mode: str = "mean", **look: Any
    ) -> Figure:
        """The metric by two parameters, `x` across and `y` down.

        Parameters
        ----------
        x, y : str, optional
            Swept keys; the two that matter most where not given.
        mode : {'mean', 'best', 'chosen'}, optional
            The parameters that are not shown: averaged, at their best, or as in
            the best variant.
        **look
            See `RunPlots`.

        Returns
        -------
        Figure
            Solid frame: the best variant's cell; dashed: the plan as written.

        Raises
        ------
        InputError
            Where a key was not swept, or there are no two.
        """
        data = self._data
        if len(data.shown) < 2:
            raise InputError("fewer than two parameters vary", where="heatmap")
        left = [name for name in data.shown if name not in (x, y)]
        x = left.pop(0) if x is None else x
        y = left.pop(0) if y is None else y
        for where, name in (("x", x), ("y", y)):
            if name not in data.shown or x == y:
                expected = f"two of {', '.join(data.shown)}"
                raise InputError(f"got {name!r}", where=where, expected=expected)
        if mode not in MODES:
            raise InputError(f"got {mode!r}", where="mode", expected=f"one of {', '.join(MODES)}")
        options: dict[str, Any] = {"row": y, "column": x, "mode": mode}
        return draw_figure(SWEEP_CHARTS, "heatmap", data, **options, **look)


class ScenarioPlots:
    """Figures of a scenario; see `RunPlots`."""

    def __init__(self, result: ScenarioResult) -> None:
        self._result = result

    @cached_property
    def _figures(self) -> dict[str, Any]:
        from reports.scenario.files import dated_figures

        import_module("reports.figures.scenario")
        return dated_figures(self._result)

    def fan(self, world: str | None = None, *, december: bool = False, **look: Any) -> Figure:
        """Quantiles of the index over the futures of a world.

        Parameters
        ----------
        world : str, optional
            Its name; the first where not given.
        december : bool, optional
            Only to the leg's last day, with the plan's levels.
        **look
            See `RunPlots`.

        Returns
        -------
        Figure

        Raises
        ------
        InputError
            Where the scenario has no such world.
        """
        worlds = list(self._figures["worlds"])
        world = worlds[0] if world is None else world
        if world not in worlds:
            expected = f"one of {', '.join(worlds)}"
            raise InputError(f"got {world!r}", where="world", expected=expected)
        return draw_figure(
            SCENARIO_CHARTS, "fan", self._figures, name=world, december=december, **look
        )
