"""What `simulate hedge` prints: what a hedge cost and saved, instruments side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from reports.text.hedge_words import BESIDE_LESS, COSTS, INSTRUMENTS, READINGS
from strategy.hedge.vintage import HEDGE_STATUS
from strategy.result.hedge.report import HedgeReport

MISSING = "-"


def comparison(reports: Mapping[str, HedgeReport]) -> Table:
    """Instruments side by side, a row each."""
    rows = []
    for name, report in reports.items():
        rows.append([INSTRUMENTS[name], *_figures(report)])
    columns = (
        *("instrument", "hedged", "unavailable", "mean return", "mean cost", "drawdown saved"),
        *("cost per point", "against less core", "a year", "max drawdown"),
    )
    return _table("Instruments, over complete vintages that held a hedge", columns, rows)


def _figures(report: HedgeReport) -> list[str]:
    s = report.summary
    against = s.get("against_derisk", {})
    chained = s["chained"]["with"]
    return [
        str(s["n"]),
        str(s["n_unavailable"]),
        _mean(s),
        _percent(s.get("mean_cost")),
        _percent(s.get("mean_drawdown_saved")),
        _number(s.get("cost_per_drawdown_point")),
        _mean(against),
        _percent(chained.get("cagr")),
        _percent(chained.get("max_drawdown")),
    ]


def tables(report: HedgeReport) -> list[Table]:
    """The hedge of one plan: in sum, the account, vintages, convexity, cases."""
    s = report.summary
    shown = [
        _table(
            f"Hedge: {INSTRUMENTS[s['instrument']]}",
            ("", ""),
            [
                *((f"vintages: {HEDGE_STATUS[name]}", str(n)) for name, n in s["statuses"].items()),
                ("n", f"{s['n']} complete vintages that held a hedge"),
                ("mean return", _mean(s)),
                *_optimistic(s),
                ("mean drawdown saved", _percent(s.get("mean_drawdown_saved"))),
                ("return given up per point saved", _number(s.get("cost_per_drawdown_point"))),
                ("against holding less", _mean(s.get("against_derisk", {}))),
                *(
                    (f"mean cost: {COSTS[name]}", _percent(x))
                    for name, x in s.get("costs", {}).items()
                ),
            ],
        )
    ]
    shown.append(_beside_less(report))
    accounts = [
        [name, *(_percent(a.get(key)) for key in ("cagr", "volatility", "max_drawdown"))]
        for name, a in s["chained"].items()
    ]
    shown.append(
        _table("Chained account", ("hedge", "a year", "volatility", "max drawdown"), accounts)
    )
    held = report.vintages[report.vintages["hedge_max_ratio"] > 0.0]
    shown.append(
        _frame(
            "Vintages with a hedge",
            held,
            {
                **{"vintage": "vintage", "hedge_max_ratio": "ratio", "hedge_gain": "gain"},
                **{"hedge_cost": "cost", "hedge_return": "return"},
                **{"max_drawdown": "drawdown", "unhedged_max_drawdown": "drawdown without"},
                **{"derisk_return": "total, less core", "unhedged_return": "total, no hedge"},
            },
        )
    )
    convexity = report.convexity.reset_index()
    shown.append(
        _frame(
            f"Profit of a full hedge by the index's move, as of "
            f"{s['convexity_as_of']['start']:%Y-%m-%d}",
            convexity,
            {str(name): str(name) for name in convexity},
        )
    )
    names = {**{"removed": "removed", "n_hedged": "hedged"}, "sum_return": "sum of returns"}
    names["mean_drawdown_saved"] = "drawdown saved"
    shown.append(_frame("The score with a part removed", report.leave_one_out, names))
    shown.append(_readings(report))
    cases = {"vintage": "vintage", "highest_score": "score", "hedge_max_ratio": "ratio"}
    cases |= {"hedge_return": "return", "window_max_drawdown": "index drawdown"}
    shown.append(_frame("Analog years", report.analogs, cases))
    shown.append(
        _frame(
            "False alarms: hedged, no fall of 20% from a high within the window",
            report.false_alarms,
            cases,
        )
    )
    shown.append(
        _frame(
            "Missed: a fall of 20% from a high within the window, not hedged", report.missed, cases
        )
    )
    return shown


def _optimistic(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rare large losses: few years show too little of them."""
    skew = summary.get("skew")
    if skew is None or not skew < 0.0:
        return []
    return [("that mean errs to the optimistic side", f"skew {skew:.1f} in {summary['n']} years")]


def _beside_less(report: HedgeReport) -> Table:
    """The hedge and holding less, measure by measure."""
    rows = []
    for row in report.beside_less.to_dict("records"):
        written = WRITTEN[row["measure"]]
        cells = []
        for who in ("hedge", "less"):
            low, high = row[f"{who}_low"], row[f"{who}_high"]
            known = low == low and high == high
            cells += [
                written(row[who]),
                f"{written(low).rstrip('%')} to {written(high)}" if known else MISSING,
            ]
        n = MISSING if pd.isna(row["n"]) else str(row["n"])
        rows.append([BESIDE_LESS[row["measure"]], *cells, n])
    columns = ("measure", "hedge", "95% interval", "less", "95% interval", "n")
    return _table(
        "Beside holding less (falls: of 20% from a high within the window)", columns, rows
    )


def _readings(report: HedgeReport) -> Table:
    """The hedge by other readings of the score; the plan's own is marked."""
    columns = (
        *("reading", "known", "hedged", "mean return", "against less core"),
        *("max drawdown", "with less core"),
    )
    rows = []
    for row in report.readings.to_dict("records"):
        lead = {"mean": row["against_derisk"], "mean_low": row["against_derisk_low"]}
        lead["mean_high"] = row["against_derisk_high"]
        rows.append(
            [
                READINGS[row["reading"]] + (" *" if row["plan"] else ""),
                f"{row['share_known']:.0%}",
                str(row["n_hedged"]),
                _mean(row),
                _mean(lead),
                _percent(row["max_drawdown"]),
                _percent(row["derisk_max_drawdown"]),
            ]
        )
    return _table("The same hedge by other readings of the score (* the plan's)", columns, rows)


def _frame(title: str, frame: pd.DataFrame, names: dict[str, str]) -> Table:
    rows = [[_cell(name, row[name]) for name in names] for row in frame.to_dict("records")]
    return _table(title, tuple(names.values()), rows)


def _cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if name in ("vintage", "n_hedged"):
        return str(int(value))
    if name in ("highest_score", "hedge_max_ratio"):
        return _number(value)
    return _percent(value)


def _table(title: str, columns: tuple[str, ...], rows: list[Any]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for i, name in enumerate(columns):
        table.add_column(name, justify="left" if i == 0 else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    if not rows:
        table.add_row("none", *[""] * (len(columns) - 1))
    return table


def _mean(figures: Mapping[Any, Any]) -> str:
    """A mean with its 95% interval (Student's t), where there are enough vintages for one."""
    low, high = figures.get("mean_low"), figures.get("mean_high")
    words = _percent(figures.get("mean"))
    if low is None or high is None or low != low or high != high:
        return words
    return f"{words} (95% interval {_percent(low)} to {_percent(high)})"


def _percent(value: float | None) -> str:
    return MISSING if value is None or value != value else f"{100.0 * value:+.2f}%"


def _share(value: float | None) -> str:
    return MISSING if value is None or value != value else f"{value:.0%}"


def _number(value: float | None) -> str:
    return MISSING if value is None or value != value else f"{value:.2f}"


#: How each measure of the hedge beside holding less is written.
WRITTEN = {
    "convexity": _percent,
    "reliability": _share,
    "carry": _percent,
    "persistence": _number,
    "cost_per_drawdown_point": _number,
}
