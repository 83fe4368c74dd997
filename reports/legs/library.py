"""docs/library.md: the published plans that come with the program, and one line of verdict each."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from market.errors import InputError
from reports.legs.page import beside
from reports.text.format import percent
from strategy.plan.file.legs_file import has_legs, read_legs_file

if TYPE_CHECKING:
    from strategy.plan.legs_plan import LegsPlan

HEAD = """# The library of plans

Plans that people know, in `configs/library/`: `simulate run sell_in_may`. Each file says where it
is from and which of its numbers are the file's own. This table is what `simulate library` prints,
from runs on the bundled data; a test makes it again. A verdict compares a leg with any days of the
same market, as many sessions on average, on the same side. It pays for no search: who looks at a
dozen sayings finds one that chance made.

"""
#: The table is the same whatever the user has downloaded.
BUNDLED = ("data.source=bundled",)
COLUMNS = ("plan", "source", "verdict")


def library_page() -> str:
    """The page, from a run of every plan of the library.

    Raises
    ------
    InputError
        Where a plan does not run for another reason than a file that the user
        must bring.
    """
    rows = [f"| {' | '.join(COLUMNS)} |", "|---|---|---|"]
    with as_file(files("configs").joinpath("library")) as folder:
        for path in sorted(Path(folder).glob("*.yaml")):
            name, source, told = _row(path)
            rows.append(f"| [`{name}`](../configs/library/{path.name}) | {source} | {told} |")
    return HEAD + "\n".join(rows) + "\n"


def _row(path: Path) -> tuple[str, str, str]:
    if not has_legs(path):
        return _short_form(path)
    try:
        plan = read_legs_file(path, BUNDLED).plan
    except InputError as error:
        if "No such file" not in str(error):
            raise
        needed = error.what.removeprefix("got ")
        return path.stem, _source(path), f"needs your own `{needed}`"
    return plan.name, plan.source or "", verdict(plan)


def verdict(plan: LegsPlan) -> str:
    """One line about a plan of legs: what its legs made, beside any days; its account's return."""
    from strategy.legplan.result import run_legs

    metrics = run_legs(plan).metrics
    return " ".join(
        [*(leg_verdict(leg) for leg in metrics["legs"].values()), _account(metrics, plan)]
    )


def leg_verdict(leg: dict[str, Any]) -> str:
    """One sentence about a leg."""
    if leg["n"] < 2:
        return f"{leg['n']} trades: nothing to judge."
    days = leg["any_days"]
    words = {
        1: "more than chance explains",
        0: "chance explains the difference",
        -1: "less, by more than chance explains",
    }[beside(leg)]
    low, high = (percent(leg[k], 1, sign=True) for k in ("mean_low", "mean_high"))
    return (
        f"{percent(leg['mean'], 1, sign=True)} a time over {leg['n']} ({low} to {high}) against "
        f"{percent(days['mean'], 1, sign=True)} for any {days['sessions']} sessions: {words}."
    )


def _account(metrics: dict[str, Any], plan: LegsPlan) -> str:
    beside = (
        f"its core alone {percent(metrics['core_alone']['cagr'], 1)}"
        if plan.core.shares
        else f"bills {percent(metrics['bills']['cagr'], 1)}"
    )
    return (
        f"Whole account {percent(metrics['total']['cagr'], 1)} a year, {beside}, deepest fall "
        f"{percent(metrics['total']['max_drawdown'], 0)}."
    )


def _short_form(path: Path) -> tuple[str, str, str]:
    from strategy import api

    result = api.run(api.load_plan(path, BUNDLED))
    total, core = result.metrics["total"], result.metrics["benchmark"]
    return (
        result.plan.name,
        _source(path),
        f"Whole account {percent(total['cagr'], 1)} a year against {percent(core['cagr'], 1)} "
        f"for the core alone; deepest fall {percent(total['max_drawdown'], 0)} against "
        f"{percent(core['max_drawdown'], 0)}.",
    )


def _source(path: Path) -> str:
    """The plan's `source`, or what a comment of its file states as such."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for mark in ("source: ", "# source: "):
            if line.startswith(mark):
                return line.removeprefix(mark)
    return ""
