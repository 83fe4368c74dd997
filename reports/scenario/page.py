"""`scenario.html` and `calibration.html`: what a scenario says, for its readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from reports.drawing.palette import page_style
from reports.drawing.svg import Canvas
from reports.html.page import NARROW, WIDE, policy, render, source
from reports.scenario import charts
from reports.scenario.fan import fan_chart
from reports.text.fields import Kind
from reports.text.format import grouped, percent, run_on, show
from reports.text.hedge_words import INSTRUMENTS
from reports.text.language import _, noted, speaking, told

Figures = Mapping[str, Any]

SCRIPTS = ("page.js", "audit.js.j2")

#: Distributions of the portfolio table, with their words.
PORTFOLIO = (
    ("year_return", noted("Index in the hedge year")),
    ("year_fall", noted("Its deepest fall")),
    ("hedge_gain", noted("Hedge before costs")),
    ("hedge_cost", noted("Cost of the hedge")),
    ("hedge_net", noted("Hedge, net")),
    ("total", noted("Portfolio with the hedge")),
    ("unhedged", noted("Portfolio without")),
    ("derisk", noted("Portfolio with less core instead")),
    ("total_fall", noted("Deepest fall with the hedge")),
    ("unhedged_fall", noted("Deepest fall without")),
    ("derisk_fall", noted("Deepest fall with less core")),
    ("hedge_effect", noted("Hedge against none, same futures")),
    ("against_derisk", noted("Hedge against less core, same futures")),
)

#: How a world was made, in words, and which kind of number each is.
FACTS: dict[str, tuple[str, Kind]] = {
    "block": (noted("mean block length"), "sessions"),
    "sessions": (noted("number of sessions"), "count"),
    "first": (noted("from"), "date"),
    "last": (noted("to"), "date"),
    "mean_return_a_year": (noted("mean log return a year"), "percent"),
    "share_of_copied_opens": (noted("opens that copy the close before"), "share"),
    "features": (noted("compared by"), "text"),
    "neighbours": (noted("sessions chosen"), "count"),
    "sessions_compared": (noted("sessions compared"), "count"),
    "days": (noted("days chosen"), "text"),
    "farthest": (noted("farthest of them, in standard deviations"), "ratio"),
    "volatility": (noted("volatility a year, last month"), "share"),
    "distance_from_high": (noted("distance from the year's high"), "percent"),
    "years": (noted("years"), "text"),
    "not_in_history": (noted("years not in the data"), "text"),
    "volatility_now": (noted("volatility a year, now"), "share"),
    "volatility_long_run": (noted("volatility a year, long run"), "share"),
    "start": (noted("start of the shock"), "date"),
    "fall": (noted("fall"), "share"),
    "rate_rise": (noted("rise of the bill rate"), "share"),
    "credit_event": (noted("credit event"), "truth"),
    "first_session": (noted("first session of the shock"), "date"),
    "sessions_within": (noted("of its sessions inside the future"), "count"),
    "triggers_not_watched": (noted("triggers that the plan does not watch"), "text"),
    "persistence": (noted("persistence"), "ratio"),
}

FEATURES = {
    "season": noted("season"),
    "volatility": noted("volatility"),
    "distance_from_high": noted("distance from the high"),
    "score": noted("risk score"),
}

#: Figures and events of a calibration.
CALIBRATED = {
    "index_at_exit": noted("index on the leg's last day"),
    "tactical_return": noted("return of the leg"),
    "year_return": noted("index return of the year after"),
    "year_fall": noted("its deepest fall"),
    "touch": noted("zone touched"),
    "zone_first": noted("zone before the stop"),
    "stop_first": noted("stop before the zone"),
    "breakout": noted("breakout"),
    "fall_10": noted("fall of 10%"),
    "fall_20": noted("fall of 20%"),
    "fall_30": noted("fall of 30%"),
    "year_down": noted("year ends lower"),
}


def build_scenario(figures: Figures, *, command: str | None = None, language: str = "en") -> str:
    """The scenario as one self-contained HTML page that loads nothing."""
    with speaking(language):
        main = main_world(figures)
        worlds = figures["worlds"]
        context: dict[str, Any] = {
            "f": figures,
            "s": figures["start"],
            "main": main,
            "world": worlds[main],
            "headline": headline(figures),
            "cards": cards(figures),
            "disagreements": disagreements(figures),
            "portfolio": PORTFOLIO,
            "drawn": [n for n, w in worlds.items() if w["drawn"]],
            "command": command,
            "chart": _Drawer(figures),
            "legend": lambda names=None: charts.legend(figures, names),
            "facts": facts,
            "instrument": instrument,
        }
        return _render("scenario.html.j2", context)


def build_calibration(figures: Figures, *, language: str = "en") -> str:
    """The calibration as one self-contained HTML page."""
    with speaking(language):
        context: dict[str, Any] = {
            "f": figures,
            "chart": _Drawer(figures),
            "item": lambda key: _(CALIBRATED[key]) if key in CALIBRATED else key.replace("_", " "),
        }
        return _render("scenario_calibration.html.j2", context)


def _render(template: str, context: Mapping[str, Any]) -> str:
    style = page_style() + source("scenario.css.j2")
    frame = {
        "style": Markup(style),
        "policy": policy(style, "".join(source(name) for name in SCRIPTS)),
        "percent": percent,
    }
    return render(template, SCRIPTS, frame | dict(context))


def main_world(figures: Figures) -> str:
    """The world that the first screen shows: the bootstrap, else the first that is drawn."""
    worlds = figures["worlds"]
    if "bootstrap" in worlds:
        return "bootstrap"
    return str(next((n for n, w in worlds.items() if w["drawn"]), next(iter(worlds))))


def headline(figures: Figures) -> str:
    """What the page says, in a few sentences."""
    world, base = figures["worlds"][main_world(figures)], figures["history"]["odds"]
    odds, found = world["odds"], world["distributions"]
    said = [_("The plan does not enter on this day.")]
    if figures["start"]["enters"]:
        said = [
            _(
                "The zone comes before the stop in {zone} of futures, the stop first in {stop}.",
                zone=percent(odds["zone_first"]["p"], 0),
                stop=percent(odds["stop_first"]["p"], 0),
            )
        ]
        if base["zone_first"]["p"] is not None:
            said.append(
                _(
                    "Of {n} past vintages it was {zone} and {stop}.",
                    n=base["zone_first"]["n"],
                    zone=percent(base["zone_first"]["p"], 0),
                    stop=percent(base["stop_first"]["p"], 0),
                )
            )
        leg = found["tactical_return"]
        if leg["n"]:
            said.append(
                _(
                    "The leg is worth {mean} ± {error} on average.",
                    mean=percent(leg["mean"], 2, sign=True),
                    error=percent(leg["mean_error"], 2),
                )
            )
    if figures["start"]["instrument"] != "none" and found["hedge_effect"]["n"]:
        effect, saved = found["hedge_effect"], found["fall_saved"]
        change = {
            "effect": percent(effect["mean"], 1, sign=True),
            "error": percent(effect["mean_error"], 1),
            "points": grouped(abs(saved["mean"]) * 100, 1),
        }
        said.append(
            _(
                "The hedge changes the portfolio's return by {effect} ± {error} on average and "
                "makes its deepest fall {points} points smaller.",
                **change,
            )
            if saved["mean"] >= 0.0
            else _(
                "The hedge changes the portfolio's return by {effect} ± {error} on average and "
                "makes its deepest fall {points} points larger.",
                **change,
            )
        )
    return run_on(said)


def cards(figures: Figures) -> list[dict[str, str]]:
    """Key figures of the first screen, each with its error and history's rate."""
    world, history = figures["worlds"][main_world(figures)], figures["history"]["odds"]
    out = []
    for key in ("touch", "stop_first", "breakout", "failure"):
        out += _odds_card(figures, key, world["odds"][key], history[key])
    leg = world["distributions"]["tactical_return"]
    if leg["n"]:
        past = figures["history"]["tactical_return"]
        out.append(
            {
                "label": _("Tactical leg, mean after costs"),
                "value": percent(leg["mean"], 2, sign=True),
                "interval": _("± {error} Monte Carlo", error=percent(leg["mean_error"], 2)),
                "basis": _(
                    "history {mean} ± {error}, n = {n}",
                    mean=percent(past["mean"], 2, sign=True),
                    error=percent(past["mean_error"], 2),
                    n=past["n"],
                )
                if past["n"]
                else _("no past case"),
            }
        )
    for key in ("fall_10", "fall_20", "fall_30"):
        out += _odds_card(figures, key, world["odds"][key], history[key])
    return out


def _odds_card(figures: Figures, key: str, odds: Figures, base: Figures) -> list[dict[str, str]]:
    if odds["p"] is None:
        return []
    basis = _("no past case")
    if base["p"] is not None:
        basis = _(
            "history {share}: {hits} of {n}, 95% {low} to {high}",
            share=percent(base["p"], 0),
            hits=base["hits"],
            n=base["n"],
            low=percent(base["low"], 0),
            high=percent(base["high"], 0),
        )
    error = percent((odds["high"] - odds["low"]) / 2, 1)
    return [
        {
            "label": told(figures["labels"][key]),
            "value": percent(odds["p"], 1),
            "interval": _("± {error} Monte Carlo", error=error),
            "basis": basis,
        }
    ]


def disagreements(figures: Figures) -> list[str]:
    """A sentence for every event on which a world and history differ."""
    out = []
    for name, world in figures["worlds"].items():
        if world["shock"]:
            continue
        for key, label in figures["labels"].items():
            odds, base = world["odds"][key], figures["history"]["odds"][key]
            if odds["against_history"] in ("higher", "lower"):
                out.append(_disagreement(told(name), told(label), odds, base))
    return out


def _disagreement(world: str, label: str, odds: Figures, base: Figures) -> str:
    # a handful of past years is counted, not put into percent
    few = odds["n"] <= (odds["pasts"] or 0.0)
    share = (
        _("{hits} of {n} futures", hits=odds["hits"], n=odds["n"])
        if few
        else _("{share} of futures", share=percent(odds["p"], 1))
    )
    values = {
        "world": world,
        "event": label,
        "share": share,
        "base": percent(base["p"], 1),
        "hits": base["hits"],
        "n": base["n"],
        "low": percent(base["low"], 1),
        "high": percent(base["high"], 1),
    }
    said = (
        _(
            "{world}: {event}: {share}, above history's {base} ({hits} of {n}, 95% interval "
            "{low} to {high}).",
            **values,
        )
        if odds["against_history"] == "higher"
        else _(
            "{world}: {event}: {share}, below history's {base} ({hits} of {n}, 95% interval "
            "{low} to {high}).",
            **values,
        )
    )
    if odds["pasts"] is None:
        return run_on([said, _("The model's own error is not counted.")])
    if few:
        return said
    return run_on(
        [
            said,
            _(
                "About {n} separate pasts stand behind it, interval {low} to {high}.",
                n=f"{odds['pasts']:.0f}",
                low=percent(odds["past_low"], 1),
                high=percent(odds["past_high"], 1),
            ),
        ]
    )


def instrument(name: str) -> str:
    """An instrument in words."""
    return _(INSTRUMENTS[name]) if name in INSTRUMENTS else name


def facts(world: Figures) -> list[tuple[str, str]]:
    """How a world was made: words and values."""
    out = []
    for key, value in world["facts"].items():
        if value is None or value == []:
            continue
        words, kind = FACTS.get(key, (key, "ratio"))
        if isinstance(value, list | tuple):
            shown = ", ".join(_(FEATURES[v]) if v in FEATURES else str(v) for v in value)
        elif key not in FACTS and isinstance(value, float):
            # parameters of a model
            shown = f"{value:.4g}"
        else:
            shown = show(value, kind)
        out.append((_(words), shown))
    return out


def _fan(figures: Figures, name: str, width: float, *, december: bool = False) -> Canvas | None:
    drawing = fan_chart(figures, width, name=name, december=december)
    return None if drawing is None else drawing.canvas


class _Drawer:
    """Charts for the template, each for desks and for phones."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def __call__(self, name: str, alt: str, *args: Any, **options: Any) -> Markup:
        """Both drawings; empty where there is nothing to show."""
        drawings: dict[str, Callable[..., Canvas | None]] = {
            "odds": charts.odds_chart,
            "fan": _fan,
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
            attributes = Markup(' role="img" aria-label="{}" data-chart="{}"').format(alt, name)
            out += canvas.render(size, attributes)
        return out


__all__: Sequence[str] = ("build_calibration", "build_scenario")
