"""`sweep.html`: a plan's settings tried by the thousand, and how much the best of them is luck."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from market.atomic import write_whole
from reports.charts import sweep as _charts  # noqa: F401 - registers them
from reports.charts.registry import SWEEP_CHARTS
from reports.fields import field
from reports.format import exact, grouped, setting, show
from reports.language import _, noted, say, speaking
from reports.page import Figures, render
from reports.sweep_data import MODES, Grid, Judged, SweepData, read_sweep

MODE_WORDS = {
    "mean": noted("averaged over the other parameters"),
    "best": noted("best over the other parameters"),
    "chosen": noted("others as in the best variant"),
}

#: Best variants in the table.
BEST_ROWS = 15
#: Steps of shade a side.
SHADES = 4


def write_sweep_page(
    folder: str | os.PathLike[str], *, command: str | None = None, language: str = "en"
) -> Path:
    """Write ``sweep.html`` into the folder of a finished sweep.

    Raises
    ------
    InputError
        Where the folder is not a finished sweep's, or cannot be written.
    """
    page = build_sweep(read_sweep(folder), command=command, language=language)
    return write_whole(Path(folder) / "sweep.html", page.encode())


def build_sweep(sweep: SweepData, *, command: str | None = None, language: str = "en") -> str:
    """The page of a sweep as one self-contained HTML page."""
    with speaking(language):
        known = field(sweep.metric)
        order = np.argsort(-np.nan_to_num(sweep.scores, nan=-math.inf), kind="stable")[:BEST_ROWS]
        columns = [c for c in ("sharpe", "cagr", "max_drawdown", "hit_rate") if c in sweep.variants]
        if sweep.metric not in columns:
            columns.insert(0, sweep.metric)
        context: dict[str, Any] = {
            "s": sweep,
            "metric": known,
            "judged": sweep.judged,
            "headline": headline(sweep),
            "findings": findings(sweep),
            "maps": [
                (f"map-{i}-{mode}", row, column, mode, sweep.grid(row, column, mode))
                for i, (row, column) in enumerate(sweep.pairs)
                for mode in MODES
            ],
            "modes": [(mode, _(MODE_WORDS[mode])) for mode in MODES],
            "shade": _shades(sweep),
            "digits": lambda v: _cell(v, known.kind),
            "best_rows": sweep.variants.iloc[order].to_dict("records"),
            "columns": columns,
            "judgement": judgement(sweep.judged) if sweep.judged else [],
            "walk": walk_rows(sweep.judged) if sweep.judged else [],
            "percent_of": lambda v: show(v, "share"),
            "charts": SWEEP_CHARTS,
            "chart": Figures(SWEEP_CHARTS, sweep),
            "setting": setting,
            "command": command,
        }
        return render("sweep.html.j2", ("page.js", "sweep.js"), context)


def headline(sweep: SweepData) -> Markup:
    """One sentence: how many were tried, and what the best of them is against the plan."""
    kind = field(sweep.metric).kind
    values = {
        "n": show(sweep.trials, "count"),
        "metric": field(sweep.metric).label,
        "best": _value(float(sweep.scores[sweep.best]), kind),
        "median": _value(float(np.nanmedian(sweep.scores)), kind),
    }
    base = sweep.base.get(sweep.metric)
    if base is None:
        return say(
            "{n} variants were tried. {metric} of the best: {best}; of the middle one: {median}.",
            **values,
        )
    return say(
        "{n} variants were tried. {metric} of the best: {best}; of the middle one: {median}; of "
        "the plan as written: {base}.",
        base=_value(float(base), kind),
        **values,
    )


def findings(sweep: SweepData) -> list[Markup]:
    """Whether the best cell stands alone, and whether luck alone would have found it."""
    out = []
    p = sweep.plateau
    if math.isfinite(p.score):
        out.append(
            say(
                "The {n} neighbours of the best variant, one step away in one parameter, reach "
                "{share} of its lead over the middle: {verdict}.",
                n=p.n_neighbours,
                share=show(p.score, "share", 0),
                verdict=_("a plateau") if p.score >= 0.5 else _("an island"),
            )
        )
    j = sweep.judged
    if j is None:
        out.append(
            say("There are no returns by vintage, or too few of them, to tell skill from luck.")
        )
        return out
    if j.against_base:
        out.append(
            say(
                "Correcting for the search, the probability that the best variant beats the plan "
                "as written by more than luck would have found is {dsr} (deflated Sharpe ratio of "
                "the lead).",
                dsr=show(j.dsr, "share"),
            )
        )
    else:
        out.append(
            say(
                "Correcting for the search, the probability that the best variant's Sharpe ratio "
                "is above what luck would have found is {dsr} (deflated Sharpe ratio; the core, "
                "which is in every variant, makes it high).",
                dsr=show(j.dsr, "share"),
            )
        )
    if j.overfitting:
        out.append(
            say(
                "Choosing the best on one half of the vintages put it into the lower half of "
                "all variants on the other in {pbo} of the splits (probability of backtest "
                "overfitting).",
                pbo=show(j.overfitting.pbo, "share"),
            )
        )
    if j.walk:
        out.append(
            say(
                "Choosing each year by the past alone would have made {walk} a vintage on average; "
                "the variant that is best in hindsight made {best} in the same vintages.",
                walk=_value(float(j.walk.returns.mean()), "percent"),
                best=_value(float(j.walk.best_returns.mean()), "percent"),
            )
        )
    return out


def judgement(j: Judged) -> list[tuple[str, Markup, str]]:
    """Figure, value and what it says, for the table of statistics."""
    rows = [
        (_("Variants tried"), _value(j.trials, "count"), ""),
        (
            _("Independent trials they are worth"),
            _value(j.effective, "ratio"),
            _(
                "From their mean correlation of {rho} over {n} vintages.",
                rho=grouped(j.correlation, 3),
                n=j.n,
            ),
        ),
        (
            _("Sharpe ratio of the best, a vintage"),
            _value(j.sharpe, "ratio"),
            _("Mean over standard deviation of its lead over the plan as written.")
            if j.against_base
            else _("Mean over standard deviation of its vintages' total returns."),
        ),
        (
            _("Sharpe ratio that luck finds"),
            _value(j.luck, "ratio"),
            _("Expected best of as many variants without skill."),
        ),
        (
            _("Probabilistic Sharpe ratio"),
            _value(j.psr, "share"),
            _("Probability that the true ratio is above zero, search ignored."),
        ),
        (
            _("Deflated Sharpe ratio (DSR)"),
            _value(j.dsr, "share"),
            _("The same against what luck finds."),
        ),
    ]
    if j.overfitting:
        o = j.overfitting
        rows.append(
            (
                _("Probability of backtest overfitting (PBO)"),
                _value(o.pbo, "share"),
                _("{n} splits of {blocks} blocks.", n=o.splits, blocks=o.blocks),
            )
        )
    if j.spa:
        rows += [
            (
                _("SPA test, p"),
                _value(j.spa.consistent, "ratio"),
                _("Hansen: no variant is better than the plan as written."),
            ),
            (
                _("Reality check, p"),
                _value(j.spa.upper, "ratio"),
                _("White, studentised: the same, more cautious."),
            ),
            (
                _("Variants that survive"),
                _value(len(j.spa.survivors), "count"),
                _(
                    "StepM at {size}, of {n} that differ.",
                    size=show(j.spa.size, "share", 0),
                    n=show(j.spa.variants, "count"),
                ),
            ),
        ]
    return rows


def walk_rows(j: Judged) -> list[dict[str, Any]]:
    """A row a vintage: what the past would have chosen, and what the best in hindsight made."""
    if not j.walk:
        return []
    base = dict(zip(j.years.tolist(), j.base.tolist(), strict=True)) if j.base is not None else {}
    return [
        {"year": year, "chosen": chosen, "best": best, "base": base.get(year)}
        for year, chosen, best in zip(
            j.walk.years.tolist(),
            j.walk.returns.tolist(),
            j.walk.best_returns.tolist(),
            strict=True,
        )
    ]


def _shades(sweep: SweepData) -> Any:
    """Class of a heat map's cell by its distance from the plan as written, or from the middle."""
    middle = sweep.base.get(sweep.metric)
    middle = float(np.nanmedian(sweep.scores)) if middle is None else float(middle)
    reach = float(np.nanmax(np.abs(sweep.scores - middle))) or 1.0

    def shade(grid: Grid, i: int, j: int) -> str:
        value = grid.values[i, j]
        classes = []
        if math.isfinite(value):
            step = round(min(abs(value - middle) / reach, 1.0) * SHADES)
            if step:
                classes.append(f"{'up' if value > middle else 'down'}-{step}")
        if (i, j) == grid.best:
            classes.append("is-best")
        elif (i, j) == grid.base:
            classes.append("is-base")
        return " ".join(classes)

    return shade


def _cell(value: float, kind: str) -> str:
    if not math.isfinite(value):
        return ""
    return grouped(value * 100, 2) if kind in ("percent", "share", "cost") else grouped(value, 3)


def _value(value: float, kind: Any) -> Markup:
    return Markup('<data value="{}">{}</data>').format(exact(value), show(value, kind))
