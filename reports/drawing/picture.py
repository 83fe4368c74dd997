"""One chart of a stored run as a file: SVG text, or PNG drawn from it."""

from __future__ import annotations

from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

from market.container import Market
from market.errors import InputError
from market.serialise import plain
from reports.drawing.palette import Scheme
from reports.run.charts import CHARTS, standalone
from reports.run.view import View
from reports.text.language import speaking
from strategy.compare.stored import StoredRun, as_written

#: Charts of one vintage need its year.
BY_VINTAGE = ("vintage", "multiple")


class StoredView(View):
    """A run's folder as charts read it; the market is loaded only for charts that draw prices."""

    @classmethod
    def of_stored(cls, run: StoredRun) -> StoredView:
        """The view of a stored run.

        Raises
        ------
        InputError
            Where its plan is not one that this version understands.
        """
        from strategy.plan import Plan

        try:
            plan = Plan.model_validate(run.record["plan"])
        except ValueError as error:
            raise InputError(
                f"its plan is not understood: {str(error).splitlines()[0]}",
                where=str(run.folder / "run.json"),
                do="run the plan again with simulate run",
            ) from error
        view = object.__new__(cls)
        values: dict[str, Any] = {
            "plan": plan,
            "vintages": run.vintages,
            "trades": run.trades,
            "daily": run.daily,
            "metrics": run.metrics,
            "provenance": run.record,
            "run_id": run.id,
        }
        assert {f.name for f in fields(View)} == {*values, "market"}
        for name, value in values.items():
            object.__setattr__(view, name, value)
        return view

    @cached_property
    def market(self) -> Market:
        """The data of the run, loaded again and compared with what the run read."""
        from market import load

        market = load(self.plan.data)
        recorded = plain(self.provenance["series"].get(market.id, {}))
        now = {
            "sha256": market.hashes.get(market.id),
            "last": f"{market.sessions[-1]:%Y-%m-%d}",
            "rows": len(market.sessions),
        }
        if any(recorded.get(key) != value for key, value in now.items()):
            raise InputError(
                f"the prices {market.id} are no longer those of the run",
                where=self.run_id,
                do="run the plan again with simulate run",
            )
        return market


def draw_file(
    run: StoredRun,
    chart: str,
    *,
    png: bool = False,
    width: int = 920,
    year: int | None = None,
    language: str = "en",
    scheme: Scheme = "light",
    zoom: int = 2,
) -> bytes:
    """A chart of a stored run as the bytes of an SVG or PNG file.

    Parameters
    ----------
    run : StoredRun
    chart : str
        Its name in `reports.run.charts.CHARTS`.
    png : bool
    width : int
        Pixels.
    year : int, optional
        Vintage of a chart of one vintage; the newest that traded where not given.
    language : str
    scheme : str
        ``light`` or ``dark``.
    zoom : int
        Dots of a PNG per pixel.

    Raises
    ------
    InputError
        Where there is no such chart or vintage, or nothing to show in it.
    """
    if chart not in CHARTS:
        raise InputError(f"got {chart!r}", where="CHART", expected=f"one of {', '.join(CHARTS)}")
    view = StoredView.of_stored(run)
    options: dict[str, Any] = {}
    if chart in BY_VINTAGE:
        with as_written(run.folder):
            options["year"] = view.latest.year if year is None else year
        if options["year"] not in view.by_year:
            raise InputError(
                f"got {year}",
                where="--year",
                expected=f"a vintage of the run, {view.years[0]} to {view.years[-1]}",
            )
    elif year is not None:
        raise InputError(
            f"the chart {chart!r} shows all vintages",
            where="--year",
            expected=f"a chart of one vintage: {', '.join(BY_VINTAGE)}",
        )
    with speaking(language), as_written(run.folder):
        svg = standalone(chart, view, width, scheme=scheme, **options)
    if svg is None:
        raise InputError(f"the run has nothing to show in {chart!r}", where=str(run.folder))
    return png_of(svg, zoom) if png else svg.encode()


def png_of(svg: str, zoom: int = 2) -> bytes:
    """An SVG as a PNG; letters come from the system's fonts, and where it has none from DejaVu."""
    import matplotlib
    import resvg_py

    # matplotlib brings the font along, so that no machine draws a chart without letters
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    drawn = resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=zoom,
        font_files=[str(fonts / "DejaVuSans.ttf"), str(fonts / "DejaVuSans-Bold.ttf")],
        sans_serif_family="DejaVu Sans",
        font_family="DejaVu Sans",
    )
    return bytes(drawn)
