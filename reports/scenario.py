"""`scenario.html`, `scenario.json`, `scenario.csv`: what a scenario leaves in its folder."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import scenario_charts as charts
from reports.format import percent, sentence_list, show, words
from reports.output import _open_folder, place, slug
from reports.palette import TEMPLATES, page_style
from reports.serialise import csv_text, json_text
from reports.svg import Canvas

if TYPE_CHECKING:
    from strategy.scenario.api import ScenarioResult

Figures = Mapping[str, Any]

#: Widths in pixels at which each chart is drawn: for desks and paper, and for phones.
WIDE, NARROW = 920, 358

#: Distributions of the portfolio table, with their words.
PORTFOLIO = (
    ("year_return", "Index in the hedge year"),
    ("year_fall", "Its deepest fall"),
    ("hedge_gain", "Hedge before costs"),
    ("hedge_cost", "Cost of the hedge"),
    ("hedge_net", "Hedge, net"),
    ("total", "Portfolio with the hedge"),
    ("unhedged", "Portfolio without"),
    ("derisk", "Portfolio with less core instead"),
    ("total_fall", "Deepest fall with the hedge"),
    ("unhedged_fall", "Deepest fall without"),
    ("derisk_fall", "Deepest fall with less core"),
    ("hedge_effect", "Hedge against none, same futures"),
    ("against_derisk", "Hedge against less core, same futures"),
)


def write_scenario(
    result: ScenarioResult, out_dir: Path, *, command: str | Sequence[str] | None = None
) -> tuple[Path, tuple[str, ...]]:
    """Write the three files into ``out_dir/<plan>-<id>/``, whole or not at all.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    typed = command if command is None or isinstance(command, str) else shlex.join(command)
    figures = dict(result.figures)
    dates = [f"{day:%Y-%m-%d}" for day in result.start.sessions]
    files = {
        "scenario.csv": csv_text(scenario_table(figures)).encode(),
        "scenario.html": build_scenario({**figures, "dates": dates}, command=typed).encode(),
        "scenario.json": json_text({**figures, "dates": dates}).encode(),
    }
    return _placed(files, out_dir, figures)


def write_calibration(figures: Figures, out_dir: Path) -> tuple[Path, tuple[str, ...]]:
    """Write ``calibration.json``, ``calibration.csv`` and ``calibration.html``."""
    files = {
        "calibration.csv": csv_text(pd.DataFrame(figures["forecasts"])).encode(),
        "calibration.html": build_calibration(figures).encode(),
        "calibration.json": json_text(figures).encode(),
    }
    return _placed(files, out_dir, figures)


def _placed(
    files: Mapping[str, bytes], out_dir: Path, figures: Figures
) -> tuple[Path, tuple[str, ...]]:
    _open_folder(out_dir)
    folder = out_dir / f"{slug(figures['name'])}-{figures['id']}"
    place(files, folder)
    return folder, tuple(sorted(files))


def scenario_table(figures: Figures) -> pd.DataFrame:
    """Every odds, distribution and what-if figure as one long table.

    Columns: ``world``, ``section`` (odds, distribution, tactical, hedge),
    ``item``, ``statistic``, ``value``, ``low``, ``high`` (95 % Monte Carlo
    interval, exact for odds), ``n``, ``history``, ``history_low``,
    ``history_high``, ``history_n``, ``against_history``.
    """
    rows: list[dict[str, Any]] = []
    base = figures["history"]["odds"]
    for name, world in figures["worlds"].items():
        for key, odds in world["odds"].items():
            rows.append(
                {
                    "world": name,
                    "section": "odds",
                    "item": key,
                    "statistic": "probability",
                    "value": odds["p"],
                    "low": odds["low"],
                    "high": odds["high"],
                    "n": odds["n"],
                    "history": base[key]["p"],
                    "history_low": base[key]["low"],
                    "history_high": base[key]["high"],
                    "history_n": base[key]["n"],
                    "against_history": odds["against_history"],
                }
            )
        for key, found in world["distributions"].items():
            rows += _statistics(name, "distribution", key, found)
        for row in world["tactical_table"]:
            item = (
                f"stop {row['stop']:g}, zone share {row['first_target_share']:g}, "
                f"size {row['size']:g}"
            )
            rows += _statistics(name, "tactical", item, row, ("mean", "contribution", "q05"))
    for row in figures["hedge_table"]["rows"]:
        for key in ("total", "fall", "net", "cost", "effect", "fall_saved"):
            item = f"{row['instrument']} {row['ratio']:g}, {key}"
            rows += _statistics("bootstrap", "hedge", item, row[key])
    columns = (
        "world", "section", "item", "statistic", "value", "low", "high", "n", "history",
        "history_low", "history_high", "history_n", "against_history",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(object).where(lambda f: f.notna(), None)


def _statistics(
    world: str,
    section: str,
    item: str,
    found: Mapping[str, Any],
    names: Sequence[str] = ("mean", "std", "q05", "q25", "q50", "q75", "q95", "es_05"),
) -> list[dict[str, Any]]:
    rows = []
    for name in names:
        if found.get(name) is None:
            continue
        row = {
            "world": world,
            "section": section,
            "item": item,
            "statistic": name,
            "value": found[name],
            "n": found["n"],
        }
        if name == "mean":
            row["low"] = found["mean"] - found["mean_error"]
            row["high"] = found["mean"] + found["mean_error"]
        rows.append(row)
    return rows


def build_scenario(figures: Figures, *, command: str | None = None) -> str:
    """The scenario as one self-contained HTML page that loads nothing."""
    main = main_world(figures)
    style = f"{page_style()}\n{_source('scenario.css.j2')}"
    context: dict[str, Any] = {
        "f": figures,
        "s": figures["start"],
        "main": main,
        "world": figures["worlds"][main],
        "headline": headline(figures),
        "cards": cards(figures),
        "portfolio": PORTFOLIO,
        "drawn": [n for n, w in figures["worlds"].items() if w["drawn"]],
        "listed": {n: w for n, w in figures["worlds"].items() if not w["drawn"]},
        "command": command,
        "style": Markup(style),
        "policy": _policy(style),
        "chart": _Drawer(figures),
        "legend": charts.legend(figures),
    }
    return str(_environment().get_template("scenario.html.j2").render(context))


def build_calibration(figures: Figures) -> str:
    """The calibration as one self-contained HTML page."""
    style = f"{page_style()}\n{_source('scenario.css.j2')}"
    context: dict[str, Any] = {
        "f": figures,
        "style": Markup(style),
        "policy": _policy(style),
        "chart": _Drawer(figures),
    }
    return str(_environment().get_template("scenario_calibration.html.j2").render(context))


def main_world(figures: Figures) -> str:
    """The world that the first screen shows: the bootstrap, else the first that is drawn."""
    worlds = figures["worlds"]
    if "bootstrap" in worlds:
        return "bootstrap"
    return str(next((n for n, w in worlds.items() if w["drawn"]), next(iter(worlds))))


def headline(figures: Figures) -> str:
    """What the page says, in two sentences."""
    world, base = figures["worlds"][main_world(figures)], figures["history"]["odds"]
    odds, found = world["odds"], world["distributions"]
    first = "The plan does not enter on this day."
    if figures["start"]["enters"]:
        first = (
            f"The zone comes before the stop in {percent(odds['zone_first']['p'], 0)} of futures, "
            f"the stop first in {percent(odds['stop_first']['p'], 0)}"
        )
        if base["zone_first"]["p"] is not None:
            first += (
                f" (history: {percent(base['zone_first']['p'], 0)} and "
                f"{percent(base['stop_first']['p'], 0)} of {base['zone_first']['n']})"
            )
        leg = found["tactical_return"]
        if leg["n"]:
            first += (
                f"; the leg is worth {percent(leg['mean'], 2, sign=True)} ± "
                f"{percent(leg['mean_error'], 2)} on average."
            )
        else:
            first += "."
    if figures["start"]["instrument"] == "none" or not found["hedge_effect"]["n"]:
        return first
    effect, saved = found["hedge_effect"], found["fall_saved"]
    return (
        f"{first} The hedge changes the year's return by "
        f"{percent(effect['mean'], 1, sign=True)} on average and the deepest fall by "
        f"{percent(saved['mean'], 1, sign=True)}."
    )


def cards(figures: Figures) -> list[dict[str, str]]:
    """Key figures of the first screen, each with its error and history's rate."""
    world, history = figures["worlds"][main_world(figures)], figures["history"]["odds"]
    out = []
    for key in ("touch", "stop_first", "breakout", "failure", "fall_20"):
        odds, base = world["odds"][key], history[key]
        if odds["p"] is None:
            continue
        basis = "no past case"
        if base["p"] is not None:
            basis = (
                f"history {percent(base['p'], 0)}: {base['hits']} of {base['n']}, 95% "
                f"{percent(base['low'], 0)} to {percent(base['high'], 0)}"
            )
        out.append(
            {
                "label": figures["labels"][key],
                "value": percent(odds["p"], 1),
                "interval": f"± {percent((odds['high'] - odds['low']) / 2, 1)} Monte Carlo",
                "basis": basis,
            }
        )
    leg = world["distributions"]["tactical_return"]
    if leg["n"]:
        past = figures["history"]["tactical_return"]
        out.append(
            {
                "label": "Tactical leg, mean after costs",
                "value": percent(leg["mean"], 2, sign=True),
                "interval": f"± {percent(leg['mean_error'], 2)} Monte Carlo",
                "basis": f"history {percent(past['mean'], 2, sign=True)} ± "
                f"{percent(past['mean_error'], 2)}, n = {past['n']}"
                if past["n"]
                else "no past case",
            }
        )
    return out


class _Drawer:
    """Charts for the template, each for desks and for phones."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def __call__(self, name: str, alt: str, *args: Any, **options: Any) -> Markup:
        """Both drawings; empty where there is nothing to show."""
        drawings: dict[str, Callable[..., Canvas | None]] = {
            "odds": charts.odds_chart,
            "fan": charts.fan_chart,
            "portfolio": charts.portfolio_fan,
            "stops": charts.stops_chart,
            "histogram": charts.histogram_chart,
            "reliability": charts.reliability_chart,
        }
        draw = drawings[name]
        out = Markup("")
        for size, width in (("wide", float(WIDE)), ("narrow", float(NARROW))):
            canvas = draw(self._figures, *args, width=width, **options)
            if canvas is None:
                return Markup("")
            attributes = Markup(' role="img" aria-label="{}"').format(alt)
            out += canvas.render(size, attributes)
        return out


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


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
    environment.filters.update(show=show, words=words, percent=percent, listed=sentence_list)
    environment.globals.update(world_class=charts.world_class)
    return environment
