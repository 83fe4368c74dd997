"""The hedge's part of the report: its tables as rows of ready values.

Everything comes from `strategy.result.hedge.report`, as written to ``hedge.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from market.serialise import plain
from reports.text.fields import Kind
from reports.text.format import exact, percent, show
from reports.text.hedge_words import (
    ALTERNATIVES,
    BESIDE_LESS,
    CASES,
    COSTS,
    INSTRUMENTS,
    SHAPES,
)
from reports.text.language import _
from strategy.hedge.vintage import HEDGE_STATUS

if TYPE_CHECKING:
    from strategy.result.result import Result


#: How each measure of the hedge beside holding less is shown.
MEASURE_KINDS: dict[str, Kind] = {
    "convexity": "percent",
    "reliability": "share",
    "carry": "percent",
    "persistence": "ratio",
    "cost_per_drawdown_point": "ratio",
}


@dataclass(frozen=True)
class Cell:
    """A value of a table with what programs read."""

    text: str
    exact: str

    @classmethod
    def of(cls, value: object, kind: Kind, digits: int | None = None) -> Cell:
        return cls(show(value, kind, digits), exact(value))


@dataclass(frozen=True)
class HedgeTable:
    """One table of the section.

    Attributes
    ----------
    rows : tuple
        (head, cells) of each row.
    text : frozenset of int
        Columns of words, counted from 0 without the head.
    """

    id: str
    title: str
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    text: frozenset[int] = frozenset()


def hedge_dict(result: Result) -> dict[str, Any] | None:
    """The hedge report of a run as plain values; None for a plan that holds no hedge."""
    if result.plan.hedge.instrument == "none" or not hasattr(result, "simulation"):
        return None
    clean: dict[str, Any] = plain(result.hedge_report.as_dict())
    return clean


def hedge_tables(h: Mapping[str, Any]) -> list[HedgeTable]:
    """The tables that have something to show."""
    tables = (
        _fates(h),
        _costs(h),
        _alternatives(h),
        _beside_less(h),
        _chained(h),
        _convexity(h),
        _shapes(h),
        _break_even(h),
        _leave_one_out(h),
        _cases(h),
    )
    return [table for table in tables if table.rows]


def _fates(h: Mapping[str, Any]) -> HedgeTable:
    rows = tuple(
        (_(HEDGE_STATUS.get(name, name)), (Cell.of(n, "count"),))
        for name, n in h["summary"].get("statuses", {}).items()
    )
    return HedgeTable(
        "hedge-fates",
        _("What became of the hedge"),
        _("Complete vintages by what became of their hedge."),
        (_("Outcome"), _("Vintages")),
        rows,
    )


def _costs(h: Mapping[str, Any]) -> HedgeTable:
    lines = h["summary"].get("costs", {})
    rows = tuple(
        (_(COSTS.get(name, name)), (Cell.of(value, "cost", 3),)) for name, value in lines.items()
    )
    return HedgeTable(
        "hedge-costs",
        _("What it cost, line by line"),
        _("Mean of a hedged vintage, share of the equity at its anchor."),
        (_("Line"), _("Mean cost")),
        rows,
    )


def _alternatives(h: Mapping[str, Any]) -> HedgeTable:
    s = h["summary"]
    rows = tuple(
        (
            _(label),
            (
                Cell.of(s[key].get("mean_return"), "percent"),
                Cell.of(s[key].get("mean_max_drawdown"), "percent"),
                Cell.of(s[key].get("worst_max_drawdown"), "percent"),
                Cell.of(s[key].get("worst_month"), "percent"),
            ),
        )
        for key, label in ALTERNATIVES
        if isinstance(s.get(key), Mapping)
    )
    return HedgeTable(
        "hedge-alternatives",
        _("The hedge beside its alternatives"),
        _(
            "The hedged vintages three ways: with the hedge, without it, and with so much less of "
            "the core that the average exposure is the same."
        ),
        (
            _("Account"),
            _("Mean return"),
            _("Mean max drawdown"),
            _("Worst max drawdown"),
            _("Worst month"),
        ),
        rows,
    )


def _beside_less(h: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for row in h.get("beside_less") or []:
        kind = MEASURE_KINDS[row["measure"]]
        cells = []
        for who in ("hedge", "less"):
            low, high = row[f"{who}_low"], row[f"{who}_high"]
            if low is None or high is None:
                span = show(None, kind)
            else:
                span = _("{low} to {high}", low=show(low, kind), high=show(high, kind))
            cells += [Cell.of(row[who], kind), Cell(span, span)]
        rows.append((_(BESIDE_LESS[row["measure"]]), (*cells, Cell.of(row["n"], "count"))))
    return HedgeTable(
        "hedge-beside-less",
        _("The hedge beside just holding less, measure by measure"),
        _(
            "Convexity: the modelled profit of a full hedge when the index ends 20% lower, plus "
            "that when it ends 20% higher, less twice that without a move; zero for what pays in "
            "proportion. A fall is of 20% from a high within the window: in how many of them it "
            "gained after costs, and the mean of the years without one. Slow fall over crash: "
            "modelled profit when the index ends 20% lower in equal steps, over that of the same "
            "in five sessions. Last: mean return given up per point of mean drawdown saved. "
            "Modelled rows have no count and no interval; an interval is missing where the "
            "saving may be zero."
        ),
        (
            _("Measure"),
            _("Hedge"),
            _("95% interval"),
            _("Holding less"),
            _("95% interval, holding less"),
            _("Hedged years counted"),
        ),
        tuple(rows),
        frozenset({1, 3}),
    )


def _chained(h: Mapping[str, Any]) -> HedgeTable:
    kinds: tuple[tuple[str, Kind], ...] = (
        ("cagr", "percent"),
        ("volatility", "share"),
        ("sharpe_excess", "ratio"),
        ("max_drawdown", "percent"),
        ("worst_month", "percent"),
    )
    found = h["summary"].get("chained", {})
    rows = tuple(
        (_(label), tuple(Cell.of(found[key].get(name), kind) for name, kind in kinds))
        for key, label in ALTERNATIVES
        if key in found
    )
    return HedgeTable(
        "hedge-chained",
        _("The whole path three ways"),
        _("One account through all vintages, years without a hedge included."),
        (
            _("Account"),
            _("Return a year"),
            _("Volatility a year"),
            _("Sharpe ratio over bills"),
            _("Max drawdown"),
            _("Worst month"),
        ),
        rows,
    )


def _convexity(h: Mapping[str, Any]) -> HedgeTable:
    table = h.get("convexity") or []
    names = [name for name in table[0] if name != "move"] if table else []
    rows = tuple(
        (percent(row["move"], 0, sign=True), tuple(Cell.of(row[n], "percent", 1) for n in names))
        for row in table
    )
    day = str(h["summary"].get("convexity_as_of", {}).get("start", ""))[:10]
    return HedgeTable(
        "hedge-convexity",
        _("What each instrument would pay"),
        _(
            "Modelled profit of a full hedge by the index's move over the window in equal steps, "
            "share of the account's equity at the start, at the rates and volatility of {day}.",
            day=day,
        ),
        (_("Index move"), *(_(INSTRUMENTS.get(n, n)) for n in names)),
        rows,
    )


def _shapes(h: Mapping[str, Any]) -> HedgeTable:
    table = h.get("shapes") or []
    names = [name for name in table[0] if name not in ("move", "shape")] if table else []
    rows = tuple(
        (
            _(
                "{move}, {path}",
                move=percent(row["move"], 0, sign=True),
                path=_(SHAPES[row["shape"]]),
            ),
            tuple(Cell.of(row[n], "percent", 1) for n in names),
        )
        for row in table
    )
    return HedgeTable(
        "hedge-shapes",
        _("What each instrument would pay, by the path there"),
        _(
            "The same, share of the account's equity at the start. Straight: in equal steps. "
            "Sawtooth: there, back to where it began and there again, a third of the window each. "
            "Crash: all of it in five sessions in the middle. A fund with a daily reset depends on "
            "the path, a put spread pays no more than its two strikes are apart, and puts that are "
            "rolled down after a slow fall pay less than after a crash."
        ),
        (_("Index move and path"), *(_(INSTRUMENTS.get(n, n)) for n in names)),
        rows,
    )


def _break_even(h: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for row in h.get("break_even") or []:
        if row["break_even_fall"] is None:
            continue
        fell = row["break_even_fall"]
        base = _(
            "{rate} of {n} [{low}, {high}]",
            rate=show(row["base_rate"], "share", 0),
            n=row["base_n"],
            low=show(row["base_low"], "share", 0),
            high=show(row["base_high"], "share", 0),
        )
        fall20 = _(
            "{rate} [{low}, {high}]",
            rate=show(row["base_rate_20"], "share", 0),
            low=show(row["base_low_20"], "share", 0),
            high=show(row["base_high_20"], "share", 0),
        )
        rows.append(
            (
                str(int(row["vintage"]) + 1),
                (
                    Cell.of(row["rate"], "share"),
                    Cell.of(fell, "percent", 1),
                    Cell.of(row["implied_probability"], "share", 0),
                    Cell(base, exact(row["base_rate"])),
                    Cell.of(row["needed_probability_20"], "share", 0),
                    Cell(fall20, exact(row["base_rate_20"])),
                    Cell.of(row["window_return"], "percent", 1),
                ),
            )
        )
    return HedgeTable(
        "hedge-break-even",
        _("What had to happen for it to pay"),
        _(
            "As known before each hedged year: how much lower the index has to end for the carry "
            "of a full hedge to be paid (negative: it pays even if it ends higher by that much), "
            "how often options say that happens, how often it did in all calendar years; the "
            "share of years that end 20% lower at which the hedge pays, beside that share in "
            "fact. From the start of the window to its end, not from a high within it. Brackets: "
            "exact 95% interval."
        ),
        (
            _("Hedged year"),
            _("Bill rate"),
            _("Break-even: lower by"),
            _("Implied"),
            _("Years that ended so far down"),
            _("Needed years 20% down"),
            _("Years 20% down in fact"),
            _("Index in the window"),
        ),
        tuple(rows[::-1]),
    )


def _leave_one_out(h: Mapping[str, Any]) -> HedgeTable:
    rows = []
    for row in h.get("leave_one_out") or []:
        removed = str(row["removed"])
        trigger = removed.removeprefix("trigger ")
        if removed == "nothing":
            label = _("nothing")
        elif trigger == removed:
            label = _(removed)
        else:
            label = _("trigger {name}", name=_(trigger))
        rows.append(
            (
                label,
                (
                    Cell.of(row["mean_coverage"], "share"),
                    Cell.of(row["n_hedged"], "count"),
                    Cell.of(row["mean_ratio"], "share"),
                    Cell.of(row["sum_return"], "percent"),
                    Cell.of(row["change_of_sum"], "percent"),
                    Cell.of(row["mean_drawdown_saved"], "percent"),
                ),
            )
        )
    return HedgeTable(
        "hedge-leave-one-out",
        _("The score with one part removed"),
        _("The hedge of every complete vintage decided anew without one component."),
        (
            _("Removed"),
            _("Mean coverage"),
            _("Vintages hedged"),
            _("Mean ratio"),
            _("Sum of contributions"),
            _("Change of it"),
            _("Mean drawdown saved"),
        ),
        tuple(rows),
    )


def _cases(h: Mapping[str, Any]) -> HedgeTable:
    found: dict[int, tuple[list[str], Mapping[str, Any]]] = {}
    for key, label in CASES:
        for row in h.get(key) or []:
            found.setdefault(int(row["vintage"]), ([], row))[0].append(_(label))
    rows = tuple(
        (
            str(year + 1),
            (
                Cell.of(row["highest_score"], "ratio"),
                Cell.of(row["hedge_max_ratio"], "share", 0),
                Cell.of(row["hedge_return"], "percent"),
                Cell.of(row["derisk_gain"], "percent"),
                Cell.of(row["window_return"], "percent", 1),
                Cell.of(row["window_max_drawdown"], "percent", 1),
                Cell("; ".join(labels), "; ".join(labels)),
            ),
        )
        for year, (labels, row) in sorted(found.items(), reverse=True)
    )
    return HedgeTable(
        "hedge-cases",
        _("Where it was right and wrong"),
        _(
            "Hedged years named by the article, those hedged without a fall of 20% from a high "
            "within the window, and those with such a fall and no hedge."
        ),
        (
            _("Hedged year"),
            _("Highest score"),
            _("Largest ratio"),
            _("Hedge"),
            _("Holding less"),
            _("Index"),
            _("Its deepest fall"),
            _("Case"),
        ),
        rows,
        frozenset({6}),
    )
