"""`tearsheet.html`: quantstats' tear sheet of the chained path, repaired where it needs care.

Returns go in as naive-dated series of one index, never as a ticker; a year is
the market's, the risk-free rate is 0; drawing uses no screen; the page loads
nothing. Figures that quantstats gets wrong are this program's
(`reports.tearsheet.mended`).
"""

from __future__ import annotations

import html
import importlib
import logging
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from market.year import DAYS_OF_YIELD
from reports.tearsheet.mended import mended
from reports.tearsheet.quantstats_speed import without_detours

if TYPE_CHECKING:
    from strategy.result.result import Result

TEMPLATE = Path(__file__).parents[1] / "templates" / "tearsheet.html"

#: Returns of plan, core and bills, day of the start, the title as safe HTML, sessions a year.
Inputs = tuple[pd.Series, pd.Series, pd.Series, pd.Timestamp, str, float]

#: quantstats' figures need a few sessions; with fewer the page says so.
FEWEST_SESSIONS = 30

#: Legend labels: fixed words, so that no plan's name meets matplotlib's markup.
STRATEGY, BENCHMARK = "Whole plan", "Core, held"

THEME = {
    "figure.figsize": (10, 6),
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.5,
    "text.color": "#333333",
    "xtick.color": "#666666",
    "ytick.color": "#666666",
    # text stays text: sharp, selectable, smaller; ids depend on the content only
    "svg.fonttype": "none",
    "svg.hashsalt": "simulate",
    # points closer than half a pixel to the line are dropped
    "path.simplify_threshold": 0.5,
}

_XML_HEAD = re.compile(r"<\?xml.*?\?>\s*|<!DOCTYPE svg.*?>\s*|<metadata>.*?</metadata>\s*", re.S)
_COUNTED_ID = re.compile(r' id="[A-Za-z0-9]*_\d+"')


def build_tearsheet(result: Result) -> str:
    """The tear sheet of a run as one self-contained HTML page.

    Parameters
    ----------
    result : strategy.result.result.Result

    Returns
    -------
    str
        HTML that requests nothing. Where the path is too short or too flat
        for quantstats, a page that says so.
    """
    return draw_tearsheet(*tearsheet_inputs(result))


def tearsheet_inputs(result: Result) -> Inputs:
    """What a tear sheet is drawn from."""
    strategy, benchmark = path_returns(result.daily)
    year = rows_a_year(pd.DatetimeIndex(result.daily.index))
    title = (
        f"{result.plan.name}: the whole plan against buying and holding the core "
        f"({result.market.price_spec.title.partition(',')[0]}), years of {year:g} sessions"
    )
    # quantstats fills its template by replacing {{...}} and escapes nothing
    safe = html.escape(title).replace("{", "&#123;").replace("}", "&#125;")
    start = pd.Timestamp(result.daily.index[0])
    return strategy, benchmark, bill_returns(result.daily), start, safe, year


def bill_returns(daily: pd.DataFrame) -> pd.Series:
    """What a bill earned in each session: the rate known the close before, for its days."""
    index = pd.DatetimeIndex(daily.index).tz_localize(None)
    days = np.diff(index.to_numpy().astype("datetime64[D]").astype(np.int64))
    rate = daily["bill_rate"].to_numpy(dtype=float)[:-1] if "bill_rate" in daily else np.nan
    return pd.Series(rate * days / DAYS_OF_YIELD, index=index[1:], name="bills")


def draw_tearsheet(
    strategy: pd.Series,
    benchmark: pd.Series,
    bills: pd.Series,
    start: pd.Timestamp,
    title: str,
    year: float,
) -> str:
    """The page from `tearsheet_inputs`."""
    problem = _problem(strategy)
    if not problem:
        try:
            return _draw(strategy, benchmark, bills, start, title, year)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # degenerate paths break single figures of quantstats; the run's other files stand
            problem = f"quantstats cannot draw this path ({type(error).__name__}: {error})."
    return _apology(title, problem)


def path_returns(daily: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Daily returns of the whole plan and of the core alone, one index, naive dates.

    The first row of the daily table is the starting capital and earned
    nothing yet; it is left out, as in metrics.json.
    """
    index = pd.DatetimeIndex(daily.index[1:]).tz_localize(None)
    strategy, benchmark = (
        pd.Series(daily[column].to_numpy(dtype=float)[1:], index=index, name=name)
        for column, name in (("return_total", STRATEGY), ("return_benchmark", BENCHMARK))
    )
    return strategy, benchmark


def _problem(returns: pd.Series) -> str:
    if len(returns) < FEWEST_SESSIONS:
        return f"The path has {len(returns)} sessions, fewer than the {FEWEST_SESSIONS} it needs."
    if not returns.std() > 0:
        return "The path never moves."
    if returns.min() >= 0:
        # such a series would be taken for prices
        return "The path never falls."
    return ""


def _draw(
    strategy: pd.Series,
    benchmark: pd.Series,
    bills: pd.Series,
    start: pd.Timestamp,
    title: str,
    year: float,
) -> str:
    with tempfile.TemporaryDirectory() as folder, _quiet_drawing():
        import quantstats

        target = Path(folder) / "tearsheet.html"
        with without_detours():
            quantstats.reports.html(
                strategy,
                benchmark,
                rf=0.0,
                title=title,
                output=str(target),
                periods_per_year=int(year),
                figfmt="svg",
                template_path=str(TEMPLATE),
                # True would cut leading sessions without a return and change n
                match_dates=False,
                strategy_title=STRATEGY,
                benchmark_title=BENCHMARK,
            )
        page = target.read_text(encoding="utf-8")
    # figures count their parts from 1 each: ids would repeat within the page
    # the label reads "CAGR﹪", in a character that many fonts lack
    page = _COUNTED_ID.sub("", _XML_HEAD.sub("", page)).replace("\ufe6a", "%")
    return mended(page, strategy, benchmark, bills, start, year)


def _apology(title: str, problem: str) -> str:
    page = TEMPLATE.read_text(encoding="utf-8")
    body = f"<h1>{title}</h1><p>No tear sheet: {html.escape(problem)}</p>"
    page = re.sub(r"<main>.*</main>", lambda _: f"<main>{body}</main>", page, flags=re.S)
    return re.sub(r"\{\{(.*?)\}\}", "", page.replace("{{title}}", title))


@contextmanager
def _quiet_drawing() -> Iterator[None]:
    """Matplotlib without a screen, in this page's theme, and everything as it was afterwards."""
    import matplotlib
    from matplotlib import pyplot

    logger = logging.getLogger("matplotlib.font_manager")
    level, backend = logger.level, matplotlib.get_backend(auto_select=False)
    figures = set(pyplot.get_fignums())
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # quantstats asks for Arial by name; a missing font is replaced, which is fine
        logger.setLevel(logging.ERROR)
        pyplot.switch_backend("agg")
        try:
            import quantstats  # noqa: F401 - sets its own theme when first imported

            seaborn = importlib.import_module("seaborn")  # comes with quantstats; untyped

            matplotlib.rcdefaults()
            seaborn.set_theme(font_scale=1.1, rc=THEME)
            yield
        finally:
            for number in set(pyplot.get_fignums()) - figures:
                pyplot.close(number)
            logger.setLevel(level)
            if backend and backend.lower() != "agg":
                pyplot.switch_backend(backend)
