"""`compare.html`: runs side by side, what differs and whether the difference means anything."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from market.serialise import plain
from reports.compare.chart import COLOURS
from reports.drawing.registry import COMPARISON_CHARTS
from reports.html.page import Figures, render
from reports.text.fields import Kind, field
from reports.text.format import exact, show
from reports.text.language import _, _n, noted, say, speaking
from strategy.compare.comparison import RESAMPLES, SEED, Comparison, PathDifference
from strategy.compare.stored import StoredRun

#: What the parts of metrics.json are about.
PARTS = {
    "vintages": noted("Vintages"),
    "tactical": noted("Tactical long"),
    "hedge": noted("Hedge"),
    "total": noted("Whole plan"),
    "benchmark": noted("Core alone"),
    "risk": noted("Risk score"),
}

#: Kinds of the compared figures' differences: a share's difference has a sign.
SIGNED: dict[str, Kind] = {"share": "percent", "cost": "percent"}


def build_comparison(
    comparison: Comparison, *, command: str | None = None, language: str = "en"
) -> str:
    """The comparison as one self-contained HTML page.

    Parameters
    ----------
    comparison : Comparison
    command : str, optional
        What was typed, shown under "How to reproduce".
    language : str
        One of `reports.text.language.LANGUAGES`.
    """
    with speaking(language):
        context = {
            "c": comparison,
            "title": ", ".join(dict.fromkeys(run.name for run in comparison.runs)),
            "verdicts": verdicts(comparison),
            "notes": notes(comparison),
            "charts": COMPARISON_CHARTS,
            "chart": Figures(COMPARISON_CHARTS, comparison),
            "measures": comparison.measures,
            "part": part,
            "titled": titled,
            "value": _value,
            "difference": difference,
            "kind_of_difference": kind_of_difference,
            "vintage_tables": vintage_tables(comparison),
            "resamples": RESAMPLES,
            "seed": SEED,
            "colours": COLOURS,
            "command": command,
        }
        return render("compare.html.j2", ("page.js",), context)


def comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """What the page shows, as plain values for programs."""
    out: dict[str, Any] = {
        "runs": [
            {"letter": letter, "id": run.id, "name": run.name, "folder": str(run.folder)}
            for letter, run in zip(comparison.letters, comparison.runs, strict=True)
        ],
        "data_differences": list(comparison.data_differences),
        "settings": [{"key": key, "values": values} for key, values in comparison.settings],
        "figures": [{"figure": path, "values": values} for path, values in comparison.figures],
        "sessions": len(comparison.sessions),
        "bootstrap": {"block": comparison.block, "resamples": RESAMPLES, "seed": SEED},
        "path": {
            letter: {d.measure: vars(d) | {"difference": d.value} for d in differences}
            for (letter, _run), differences in zip(
                comparison.others, comparison.path_differences, strict=True
            )
        },
        "vintages": {
            letter: {
                column: comparison.paired_statistics(run, column)
                for column in comparison.paired_columns(run)
            }
            for letter, run in comparison.others
        },
    }
    clean: dict[str, Any] = plain(out)
    return clean


def verdicts(comparison: Comparison) -> list[Markup]:
    """For each run but the first: a sentence on its return a year and one on its vintages."""
    out = []
    for (letter, run), differences in zip(
        comparison.others, comparison.path_differences, strict=True
    ):
        found = {d.measure: d for d in differences}
        if found:
            out.append(_path_verdict(letter, differences[0], found["max_drawdown"]))
        out += _vintage_verdicts(comparison, letter, run)
    return out


def _vintage_verdicts(comparison: Comparison, letter: str, run: StoredRun) -> list[Markup]:
    """A sentence on the vintages: on their total return, or on each leg that both plans have."""
    columns = [c for c in comparison.shown_by_vintage if c in comparison.paired_columns(run)]
    if not columns:
        return [say("{run} and A have no leg in common to compare vintage by vintage.", run=letter)]
    out = []
    for column in columns:
        statistics = comparison.paired_statistics(run, column)
        if not statistics["n"]:
            out.append(say("{run} and A have no complete vintage in common.", run=letter))
            continue
        told = {
            "run": letter,
            "mean": _value(statistics["mean"], "percent"),
            "n": statistics["n"],
        }
        if column in comparison.legs:
            sentence = say(
                "Vintage by vintage, {leg} of {run} less that of A is {mean} on average over {n} "
                "common vintages",
                leg=column,
                **told,
            )
        else:
            sentence = say(
                "Vintage by vintage, {run} less A is {mean} on average over {n} common vintages",
                **told,
            )
        if statistics.get("mean_low") is not None:
            sentence += say(
                " (95% interval {low} to {high})",
                low=_value(statistics["mean_low"], "percent"),
                high=_value(statistics["mean_high"], "percent"),
            )
        out.append(sentence + say("; {n} of them differ.", n=statistics["n_different"]))
    return out


def part(path: str) -> str:
    """What a figure of metrics.json is about; a leg has its name from the plan."""
    first, _dot, rest = path.partition(".")
    return rest.rpartition(".")[0] if first == "legs" else _(PARTS[first])


def titled(comparison: Comparison, column: str) -> str:
    """What a column of vintages is called; a leg has its name from the plan."""
    return column if column in comparison.legs else field(column).label


def _path_verdict(letter: str, growth: PathDifference, fall: PathDifference) -> Markup:
    value = _value(growth.value, "percent")
    if growth.measure == "cagr":
        text = say("{run} made {difference} a year against A", run=letter, difference=value)
    else:
        text = say("{run} made {difference} in all against A", run=letter, difference=value)
    if growth.low is not None:
        text += say(
            " (95% interval {low} to {high}: {verdict})",
            low=_value(growth.low, "percent"),
            high=_value(growth.high, "percent"),
            verdict=_("zero is outside it") if growth.clear else _("zero is inside it"),
        )
    return text + say(
        ", with a max drawdown of {other} against {first}.",
        other=_value(fall.other, "percent"),
        first=_value(fall.first, "percent"),
    )


def notes(comparison: Comparison) -> list[str]:
    """What a reader must know before trusting a difference."""
    out = []
    if comparison.data_differences:
        out.append(
            _(
                "These runs read different data: {list}. A difference between them may come from "
                "the data and not from the plans.",
                list="; ".join(comparison.data_differences),
            )
        )
    codes = dict.fromkeys(str(run.record.get("code")) for run in comparison.runs)
    if len(codes) > 1:
        out.append(
            _(
                "The runs come from different versions of the program ({list}).",
                list=", ".join(codes),
            )
        )
    if not comparison.same_sessions:
        n = len(comparison.sessions)
        if n < 2:
            out.append(
                _("The runs have no two sessions in common: only their own figures stand here.")
            )
        else:
            out.append(
                _(
                    "The runs cover different sessions. Differences of the path use the {n} that "
                    "all have, {first} to {last}; figures of each run use its own.",
                    n=show(n, "count"),
                    first=f"{comparison.sessions[0]:%Y-%m-%d}",
                    last=f"{comparison.sessions[-1]:%Y-%m-%d}",
                )
            )
    if comparison.two_ways:
        out.append(
            _(
                "The plans are written in two ways, with `legs` and without: of their keys only "
                "those that all have are compared."
            )
        )
    elif not comparison.settings:
        out.append(_("The plans are the same."))
    if len(comparison.runs) > 2:
        out.append(
            _n(
                "{n} difference is tested; it is no proof.",
                "{n} runs are tested against the first: the more there are, the sooner one of "
                "them stands out by luck. No interval here accounts for that.",
                len(comparison.runs) - 1,
            )
        )
    return out


def vintage_tables(comparison: Comparison) -> list[tuple[str, list[dict[str, Any]]]]:
    """What is shown by vintage: the total return, or each leg; rows as of `vintage_rows`."""
    return [(column, vintage_rows(comparison, column)) for column in comparison.shown_by_vintage]


def vintage_rows(comparison: Comparison, column: str) -> list[dict[str, Any]]:
    """A row a vintage: the return of each run and its difference to the first."""
    tables = [
        run.returns(column).set_index("vintage") if column in comparison.columns_of(run) else None
        for run in comparison.runs
    ]
    rows = []
    for label in comparison.labels(column):
        found = [t.loc[label] if t is not None and label in t.index else None for t in tables]
        values = [plain(row["value"]) if row is not None else None for row in found]
        reasons = [plain(row["exit_reason"]) if row is not None else None for row in found]
        done = [bool(row["complete"]) if row is not None else False for row in found]
        differences = [
            other - values[0] if values[0] is not None and other is not None else None
            for other in values[1:]
        ]
        rows.append(
            {
                "vintage": label,
                "values": values,
                "reasons": reasons,
                "differences": differences,
                "complete": all(done),
            }
        )
    return rows


def difference(values: list[Any], i: int) -> float | None:
    """A run's figure less the first run's; None unless both are numbers."""
    first, other = values[0], values[i]
    for value in (first, other):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
    return float(other) - float(first)


def kind_of_difference(name: str) -> Kind:
    """How the difference of a figure is shown."""
    kind = field(name).kind
    return SIGNED.get(kind, kind)


def _value(value: object, kind: Kind) -> Markup:
    return Markup('<data value="{}">{}</data>').format(exact(value), show(value, kind))
