"""`report.html`: one page that opens anywhere, offline, and answers in its first screen."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import fields
from reports import format as formats
from reports.charts import CHARTS, draw
from reports.data_panel import component_rows, series_rows
from reports.palette import page_style
from reports.performance_table import calendar_rows, measure_rows, shade
from reports.verdict import cards, findings, headline, limits
from reports.view import ANALOGS, View

if TYPE_CHECKING:
    from strategy.result import Result

TEMPLATES = Path(__file__).parent / "templates"

#: Widths in pixels at which each chart is drawn: for desks and paper, and for phones.
WIDE, NARROW = 920, 358

#: Columns of the vintage table, of those in vintages.csv.
VINTAGE_COLUMNS = (
    "anchor_date",
    "entry_price",
    "exit_date",
    "exit_reason",
    "tactical_return",
    "max_adverse",
    "max_favourable",
    "ambiguous_bars",
    "score",
    "coverage",
    "hedge_return",
    "hedge_cost",
    "core_return",
    "total_return",
    "next_year_return",
    "next_year_max_drawdown",
)


def build_report(result: Result, *, command: str | None = None) -> str:
    """The report of a run as one self-contained HTML page.

    Parameters
    ----------
    result : strategy.result.Result
    command : str, optional
        What was typed, shown under "How to reproduce".

    Returns
    -------
    str
        HTML; loads nothing, and forbids it by its Content-Security-Policy.
    """
    view = View.of(result)
    style, script = page_style(), _source("report.js")
    context: dict[str, Any] = {
        "view": view,
        "m": view.metrics,
        "analogs": [y for y in ANALOGS if y in view.by_year],
        "headline": headline(view),
        "findings": findings(view),
        "cards": cards(view),
        "limits": limits(view),
        "columns": VINTAGE_COLUMNS,
        "calendar": calendar_rows(view),
        "measures": measure_rows(view),
        "series": series_rows(view),
        "components": component_rows(view),
        "plan_text": plan_text(result),
        "command": command,
        "style": Markup(style),
        "script": Markup(script),
        "policy": policy(style, script),
        "charts": CHARTS,
        "chart": _Figures(view),
    }
    return _environment().get_template("report.html.j2").render(context)


def plan_text(result: Result) -> str:
    """The resolved plan as YAML."""
    content = result.plan.model_dump(mode="json", by_alias=True)
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=88))


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy that allows this page's own style and script and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


class _Figures:
    """Charts for the template: each drawn for desks and for phones, as two SVGs of one figure."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __call__(self, name: str, **options: Any) -> Markup:
        """Both drawings of a chart; empty where there is nothing to show."""
        out = Markup("")
        for size, width in (("wide", WIDE), ("narrow", NARROW)):
            out += self.single(name, width, size, **options)
        return out

    def single(self, name: str, width: float, cls: str, **options: Any) -> Markup:
        """One drawing, with its words for whom it is not visible."""
        drawing = draw(name, self._view, width, **options)
        if drawing is None:
            return Markup("")
        attributes = Markup(' role="img" aria-label="{}" data-chart="{}"').format(drawing.alt, name)
        return drawing.canvas.render(cls, attributes)

    def bare(self, name: str, width: float, **options: Any) -> Markup:
        """A drawing inside something that already has a name."""
        drawing = draw(name, self._view, width, **options)
        assert drawing is not None
        return drawing.canvas.render("", ' aria-hidden="true" focusable="false"')


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


@cache
def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        field=fields.field,
        figure=formats.figure,
        lookup=formats.lookup,
        exact=formats.exact,
        day=formats.day,
        EXIT_REASONS=fields.EXIT_REASONS,
        shade=shade,
    )
    environment.filters.update(show=formats.show, words=formats.words, cell=formats.cell)
    return environment
