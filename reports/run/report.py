"""`report.html`: one page that opens anywhere, offline, and answers in its first screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from reports.html.limits import limits
from reports.html.page import NARROW, WIDE, Figures, policy, render
from reports.run.charts import CHARTS
from reports.run.data_panel import component_rows, series_rows
from reports.run.hedge_section import hedge_dict, hedge_tables
from reports.run.inputs import input_tables
from reports.run.newest import opening
from reports.run.performance_table import calendar_rows, measure_rows
from reports.run.verdict import cards, findings, headline
from reports.run.view import View
from reports.run.what_if.section import what_if
from reports.run.yardstick import rows as yardstick_rows
from reports.text.format import months, sentence_list
from reports.text.hedge_words import INSTRUMENTS
from reports.text.language import _, noted, speaking
from strategy.plan.base import PRECEDENTS
from strategy.sweep.lattice.lattice import Lattice

if TYPE_CHECKING:
    from reports.run.claims_section import Claims
    from strategy.result.result import Result

__all__ = ["NARROW", "VINTAGE_COLUMNS", "WIDE", "build_report", "plan_text", "policy"]

#: Columns of the vintage table, of those in vintages.csv: what is looked for first stands first,
#: since a screen does not hold all of them.
VINTAGE_COLUMNS = (
    "tactical_return",
    "exit_reason",
    "hedge_return",
    "total_return",
    "core_return",
    "max_adverse",
    "max_favourable",
    "next_year_return",
    "next_year_max_drawdown",
    "anchor_date",
    "entry_price",
    "exit_date",
    "score",
    "coverage",
    "hedge_cost",
    "ambiguous_bars",
)

SLEEVE_WORDS = {
    "core": noted("Core"),
    "tactical": noted("Tactical long"),
    "hedge": noted("Hedge"),
}


def build_report(
    result: Result,
    *,
    command: str | None = None,
    hedge: Mapping[str, Any] | None = None,
    claims: Claims | None = None,
    lattice: Lattice | str | None = None,
    language: str = "en",
) -> str:
    """The report of a run as one self-contained HTML page.

    Parameters
    ----------
    result : strategy.result.result.Result
    command : str, optional
        What was typed, shown under "How to reproduce".
    hedge : mapping, optional
        `reports.run.hedge_section.hedge_dict` of the run, made where not given.
    claims : Claims, optional
        Rules and claims from an audit.
    lattice : Lattice or str, optional
        The plan on all settings of its sliders, or the key for which it has
        none; without it the page has no such section.
    language : str
        One of `reports.text.language.LANGUAGES`.

    Returns
    -------
    str
        HTML; loads nothing, and forbids it by its Content-Security-Policy.
    """
    hedge = hedge_dict(result) if hedge is None else hedge
    with speaking(language):
        view = View.of(result)
        context: dict[str, Any] = {
            "view": view,
            "m": view.metrics,
            "analogs": [y for y in PRECEDENTS if y in view.by_year],
            "headline": headline(view),
            "newest": opening(view),
            "findings": findings(view),
            "cards": cards(view),
            "yardstick": yardstick_rows(view),
            "limits": limits(view),
            "columns": VINTAGE_COLUMNS,
            "calendar": calendar_rows(view),
            "months": months(),
            "measures": measure_rows(view),
            "series": series_rows(view),
            "components": component_rows(view),
            "hedge_tables": [*input_tables(view), *(hedge_tables(hedge) if hedge else [])],
            "hedge_assumptions": _assumptions(hedge),
            "hedge_instrument": _(INSTRUMENTS[view.plan.hedge.instrument]),
            "claims": claims,
            "what_if": what_if(lattice, view.plan) if isinstance(lattice, Lattice) else None,
            "not_followed": lattice if isinstance(lattice, str) else "",
            "sentence_list": lambda names: sentence_list([_(name) for name in names]),
            "sleeve_words": _sleeve_words,
            "plan_text": plan_text(result),
            "command": command,
            "charts": CHARTS,
            "chart": Figures(CHARTS, view),
        }
        return render("report.html.j2", ("page.js", "report.js", "what_if.js"), context)


def plan_text(result: Result) -> str:
    """The resolved plan as YAML."""
    content = result.plan.model_dump(mode="json", by_alias=True)
    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=88))


def _sleeve_words(sleeve: str) -> str:
    return _(SLEEVE_WORDS.get(sleeve, sleeve))


def _assumptions(hedge: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    if not hedge:
        return []
    return [(key, value) for key, value in hedge["assumptions"].items() if key != "instrument"]
