"""What each hedged year rests on: the series that the score means, or proxies of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from signals.risk.score import combine, without_proxies
from strategy.decide.score import numbers_of
from strategy.result.metrics import sample_statistics
from strategy.run.simulation import Simulation

#: A hedged year's kind, in the order of the outputs.
KINDS = ("true", "proxy")


def known_by_true_inputs(simulation: Simulation) -> np.ndarray:
    """Sessions at whose close the score would be known without any proxy, bool[n]."""
    parts = {name: without_proxies(frame) for name, frame in simulation.components.items()}
    alone = combine(parts, numbers_of(simulation.plan.risk))["score"]
    return alone.notna().to_numpy()


def hedged_days(simulation: Simulation) -> pd.DataFrame:
    """How many hedged sessions of each vintage rest on true inputs; hedged vintages only.

    A hedged session rests on true inputs where the score at the close before,
    at which it was decided, would be known from them alone. A year counts as
    ``true`` where more than half of its hedged sessions do, else as ``proxy``.

    Returns
    -------
    DataFrame
        ``vintage``, ``days``, ``days_true``, ``true_share`` (mean over those
        days of the true inputs' share of the weight that was read), ``kind``.
    """
    true = known_by_true_inputs(simulation)
    coverage = simulation.risk["coverage"].to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(simulation.risk["coverage_true"].to_numpy() / coverage)
    rows = []
    for v in simulation.vintages:
        held = v.hedge_held > 0.0
        if not held.any():
            continue
        decided = np.flatnonzero(held) + v.hedge.window.first - 1
        n, n_true = len(decided), int(true[decided].sum())
        rows.append(
            {
                "vintage": v.schedule.year,
                "days": n,
                "days_true": n_true,
                "true_share": float(share[decided].mean()),
                "kind": "true" if 2 * n_true > n else "proxy",
            }
        )
    columns = ["vintage", "days", "days_true", "true_share", "kind"]
    return pd.DataFrame(rows, columns=columns)


def rests_on(simulation: Simulation, vintages: pd.DataFrame) -> dict[str, Any]:
    """Hedged years by what they rest on, each kind with its result beside holding less.

    Parameters
    ----------
    simulation : Simulation
    vintages : DataFrame
        `strategy.result.tables.vintage_table`.

    Returns
    -------
    dict
        ``days`` and ``days_true`` (hedged sessions of complete vintages),
        ``true_share``; for ``true`` and ``proxy`` the years, statistics of
        ``hedge_return``, ``mean_cost``, ``mean_gain`` and ``against_derisk``.
    """
    days = hedged_days(simulation)
    complete = vintages[vintages["complete"] & vintages["hedge_return"].notna()]
    rows = complete.merge(days, on="vintage")
    n = int(rows["days"].sum())
    out: dict[str, Any] = {
        "days": n,
        "days_true": int(rows["days_true"].sum()),
        "true_share": float((rows["true_share"] * rows["days"]).sum() / n) if n else None,
    }
    for kind in KINDS:
        part = rows[rows["kind"] == kind]
        years = part["vintage"].to_numpy()
        found = sample_statistics(part["hedge_return"].to_numpy(dtype=float), years)
        found["vintages"] = [int(year) for year in years]
        if len(part):
            found["mean_cost"] = float(part["hedge_cost"].mean())
            found["mean_gain"] = float(part["hedge_gain"].mean())
        lead = (part["total_return"] - part["derisk_return"]).to_numpy(dtype=float)
        found["against_derisk"] = sample_statistics(lead, years)
        out[kind] = found
    return out
