"""What every page is made of: style, scripts, their policy, templates, and charts in two widths."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from market.serialise import lookup
from reports.drawing.palette import TEMPLATES, page_style
from reports.drawing.registry import Chart, Drawing
from reports.html.compiled import compiled_templates
from reports.run.performance_table import shade
from reports.text import fields
from reports.text import format as formats
from reports.text.language import _n, language, say, told
from reports.text.words import EXIT_REASONS

#: Widths in pixels at which each chart is drawn: for desks and paper, and for phones.
WIDE, NARROW = 920, 358


class Figures:
    """Charts for a template: each drawn for desks and for phones, as two SVGs of one figure.

    Parameters
    ----------
    charts : mapping
        The registry that the page draws from.
    subject : object
        What its charts are drawn from.
    """

    def __init__(self, charts: Mapping[str, Chart], subject: Any) -> None:
        self._charts = charts
        self._subject = subject

    def __call__(self, name: str, **options: Any) -> Markup:
        """Both drawings of a chart; empty where there is nothing to show."""
        return self.single(name, WIDE, "wide", **options) + self.single(
            name, NARROW, "narrow", **options
        )

    def single(self, name: str, width: float, cls: str = "", **options: Any) -> Markup:
        """One drawing, with its words for whom it is not visible."""
        drawing = self._draw(name, width, options)
        if drawing is None:
            return Markup("")
        attributes = Markup(' role="img" aria-label="{}" data-chart="{}"')
        return drawing.canvas.render(cls, attributes.format(drawing.alt, name))

    def bare(self, name: str, width: float, **options: Any) -> Markup:
        """A drawing inside something that already has a name."""
        drawing = self._draw(name, width, options)
        assert drawing is not None
        return drawing.canvas.render("", ' aria-hidden="true" focusable="false"')

    def _draw(self, name: str, width: float, options: dict[str, Any]) -> Drawing | None:
        function = self._charts[name].function
        assert function is not None, name
        return function(self._subject, width, **options)


def render(template: str, scripts: tuple[str, ...], context: Mapping[str, Any]) -> str:
    """A page from its template, its scripts joined to one.

    The template gets ``style``, ``script``, ``policy`` and ``language`` beside
    the context.
    """
    style, script = page_style(), "".join(source(name) for name in scripts)
    frame = {
        "style": Markup(style),
        "script": Markup(script),
        "policy": policy(style, script),
        "language": language(),
    }
    return _environment().get_template(template).render(frame | dict(context))


def policy(style: str, script: str) -> str:
    """A Content-Security-Policy that allows this page's own style and script and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"sha256-{digest}"


@cache
def source(name: str) -> str:
    """A script of the templates' folder."""
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
        bytecode_cache=compiled_templates(TEMPLATES, Path(__file__)),
    )
    environment.globals.update(
        _=say,
        _n=_n,
        field=fields.field,
        figure=formats.figure,
        lookup=lookup,
        exact=formats.exact,
        day=formats.day,
        EXIT_REASONS=EXIT_REASONS,
        told=told,
        shade=shade,
    )
    environment.filters.update(
        show=formats.show, words=formats.words, cell=formats.cell, setting=formats.setting
    )
    return environment
