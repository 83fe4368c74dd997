"""`report.html` of a plan of legs: one page that opens anywhere, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import yaml

from market.serialise import plain
from reports.drawing.registry import Chart, Drawing, chart
from reports.html.page import Figures, render
from reports.legs.sentences import leg_sentences, plan_sentences
from reports.run.charts.path import Growth, Line, draw_growth
from reports.text.format import percent, show, words
from reports.text.language import _, speaking

if TYPE_CHECKING:
    from strategy.legplan.result import LegsResult

LEGS_CHARTS: dict[str, Chart] = {}

#: Rows beyond this many are left to vintages.csv.
MOST_ROWS = 400


def growth_data(result: LegsResult) -> Growth | None:
    """The plan and its core alone; None before the second session."""
    daily = result.daily
    if len(daily) < 2:
        return None
    lines = []
    names = [("total_equity", _("plan"), "line-total")]
    if result.plan.core.shares:
        names.insert(0, ("core_alone_equity", _("core alone"), "line-benchmark"))
    for column, name, cls in names:
        equity = daily[column].to_numpy(dtype=float)
        lines.append(Line(name, cls, equity / equity[0]))
    return Growth(pd.DatetimeIndex(daily.index), tuple(lines))


@chart(
    "legs_growth",
    title="Growth of 1 and drawdown",
    caption="Above: worth of 1 at the start, logarithmic scale, after costs and carry. Below: "
    "percent under the highest worth so far.",
    of=LEGS_CHARTS,
    data=growth_data,
)
def growth(_result: LegsResult, data: Growth, width: float) -> Drawing | None:
    """Equity of the plan and of its core alone."""
    alt = _(
        "Growth of 1 from {first} to {last}: {plan} with the plan.",
        first=f"{data.sessions[0]:%Y-%m-%d}",
        last=f"{data.sessions[-1]:%Y-%m-%d}",
        plan=f"{data.lines[-1].grown[-1]:,.2f}",
    )
    return Drawing(draw_growth(data.sessions, data.lines, width), alt)


def build_legs_report(result: LegsResult, *, language: str = "en") -> str:
    """The report of a plan of legs as one self-contained HTML page.

    Parameters
    ----------
    result : LegsResult
    language : str
        One of `reports.text.language.LANGUAGES`.
    """
    with speaking(language):
        plan, metrics = result.plan, plain(result.metrics)
        latest = {name: rows[-1].levels for name, rows in result.simulation.vintages.items()}
        context: dict[str, Any] = {
            "plan": plan,
            "title": plan.titled(language),
            "m": metrics,
            "run_id": result.run_id,
            "headline": headline(result, metrics),
            "findings": [
                *ruin(metrics),
                *(line for name in plan.legs for line in leg_findings(name, metrics["legs"][name])),
            ],
            "measures": measures(plan.core.shares != {}, metrics),
            "sentences": plan_sentences(plan),
            "legs": {name: leg_sentences(plan, name, latest[name]) for name in plan.legs},
            "tables": {name: _rows(result, name) for name in plan.legs},
            "limits": limits(result, metrics),
            "marked": {str(year) for year in plan.precedents},
            "plan_text": str(
                yaml.safe_dump(
                    result.provenance["plan"], sort_keys=False, allow_unicode=True, width=88
                )
            ),
            "chart": Figures(LEGS_CHARTS, result),
            "charts": LEGS_CHARTS,
        }
        return render("legs.html.j2", ("page.js",), context)


def headline(result: LegsResult, metrics: dict[str, Any]) -> str:
    """The answer in one or two sentences."""
    total, core = metrics["total"], metrics["core_alone"]
    plan = show(total.get("cagr"), "percent")
    if result.plan.core.shares:
        return _(
            "The plan made {plan} a year, its core alone {core}; deepest fall {fall} against "
            "{core_fall}.",
            plan=plan,
            core=show(core.get("cagr"), "percent"),
            fall=show(total.get("max_drawdown"), "percent"),
            core_fall=show(core.get("max_drawdown"), "percent"),
        )
    return _(
        "The plan made {plan} a year, bills {bills}; deepest fall {fall}.",
        plan=plan,
        bills=show(metrics["bills"]["cagr"], "percent"),
        fall=show(total.get("max_drawdown"), "percent"),
    )


def ruin(metrics: dict[str, Any]) -> list[str]:
    """That the account was used up, where it was: later trades of the tables were not made."""
    if not metrics["data"]["exhausted"]:
        return []
    return [
        _(
            "The account was used up on {day}: its path ends there, and what the tables show of "
            "legs after it was not traded.",
            day=metrics["data"]["last"],
        )
    ]


def leg_findings(name: str, leg: dict[str, Any]) -> list[str]:
    """What a leg made, and beside what: in one size, what can be concluded and what cannot."""
    if not leg["n"]:
        return [_("{leg} never traded: there is nothing to judge.", leg=name)]
    if leg["n"] < 2:
        return [
            _(
                "{leg} traded once and made {mean}: one case says nothing.",
                leg=name,
                mean=show(leg["mean"], "percent"),
            )
        ]
    out = [
        _(
            "{leg} made {mean} on average over {n} vintages (95% interval {low} to {high}), up in "
            "{hits} of them.",
            leg=name,
            mean=show(leg["mean"], "percent"),
            n=leg["n"],
            low=show(leg["mean_low"], "percent"),
            high=show(leg["mean_high"], "percent"),
            hits=leg["hits"],
        )
    ]
    held, against = leg["same_days"], leg["against_same_days"]
    if against["n"] > 1 and against["best"] > against["worst"]:
        sure = against["mean_low"] > 0.0 or against["mean_high"] < 0.0
        text = (
            _(
                "The same entries held without rules made {held}; the rules changed that by {lead} "
                "({low} to {high}): more than chance explains."
            )
            if sure
            else _(
                "The same entries held without rules made {held}; the rules changed that by {lead} "
                "({low} to {high}): chance explains it."
            )
        )
        out.append(
            text.format(
                held=show(held["mean"], "percent"),
                lead=show(against["mean"], "percent"),
                low=show(against["mean_low"], "percent"),
                high=show(against["mean_high"], "percent"),
            )
        )
    days = leg["any_days"]
    if days["n"]:
        text = {
            1: _(
                "Any {sessions} sessions of that market, on the same side, made {mean} on average: "
                "below that interval."
            ),
            0: _(
                "Any {sessions} sessions of that market, on the same side, made {mean} on average: "
                "inside that interval, so that chance explains the difference."
            ),
            -1: _(
                "Any {sessions} sessions of that market, on the same side, made {mean} on average: "
                "above that interval."
            ),
        }[beside(leg)]
        out.append(text.format(sessions=days["sessions"], mean=show(days["mean"], "percent")))
    return out


def beside(leg: dict[str, Any]) -> int:
    """Whether the leg's interval lies above (1), round (0) or below (-1) any days' mean."""
    mean = leg["any_days"]["mean"]
    return int(leg["mean_low"] > mean) - int(leg["mean_high"] < mean)


def measures(has_core: bool, metrics: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Rows of the table of the whole account: what, plan and core."""
    names = [
        (_("return a year"), "cagr", "percent"),
        (_("volatility a year"), "volatility", "percent"),
        (_("Sharpe ratio"), "sharpe", "ratio"),
        (_("deepest fall"), "max_drawdown", "percent"),
        (_("worst month"), "worst_month", "percent"),
    ]
    paths = [metrics["total"], *([metrics["core_alone"]] if has_core else [])]
    out = []
    for label, key, kind in names:
        out.append(
            (
                label,
                [
                    "–"
                    if path.get(key) is None
                    else (f"{path[key]:.2f}" if kind == "ratio" else percent(path[key]))
                    for path in paths
                ],
            )
        )
    return out


def _rows(result: LegsResult, name: str) -> list[dict[str, Any]]:
    table = result.vintages[result.vintages["leg"] == name].tail(MOST_ROWS)
    out = []
    for row in plain(table.to_dict("records")):
        row["ended"] = words(row["exit_reason"])
        out.append(row)
    return out


def limits(result: LegsResult, metrics: dict[str, Any]) -> list[str]:
    """What the figures do not say, in plain words."""
    costs = result.plan.costs
    out = [
        _("The past shown here was known when the plan was written. No interval on this page "
          "pays for that choice."),
        _("Intervals treat vintages as independent draws of one process; markets are hardly that."),
        _("Costs are assumptions: {fee} basis points a fill, {slippage} more for market orders, "
          "{borrow} a year to borrow stock.",
          fee=f"{costs.fee_bps:g}", slippage=f"{costs.slippage_bps:g}",
          borrow=f"{costs.borrow_bps:g}"),
        _("A daily bar does not tell whether its high or its low came first."),
    ]  # fmt: skip
    ambiguous = sum(leg.get("ambiguous_bars", 0) for leg in metrics["legs"].values())
    if ambiguous:
        out.append(
            _(
                "In {n} bars of complete vintages that mattered; the other answer is in "
                "vintages.csv.",
                n=ambiguous,
            )
        )
    for name, market in metrics["data"]["markets"].items():
        if market["closes_only"]:
            out.append(
                _(
                    "{market} has closes only: stops and targets inside a day cannot be seen.",
                    market=name,
                )
            )
    if metrics["bills"]["unknown_sessions"]:
        out.append(
            _(
                "On {n} sessions no bill rate is known and cash earns nothing.",
                n=metrics["bills"]["unknown_sessions"],
            )
        )
    return out
