"""Distributions of returns, costs and falls over futures, and their fans over time."""

from __future__ import annotations

from typing import Any

import numpy as np

from strategy.legs.reasons import Reason
from strategy.scenario.engine.engine import Futures
from strategy.scenario.engine.terms import Figure

#: Quantiles of every distribution and fan.
QUANTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
#: Two-sided 95 % of a normal: the Monte Carlo error of a mean.
NORMAL_95 = 1.959963984540054
BINS = 40
#: Bars of a histogram hold all but this share at either end.
CUT = 0.002


def describe(values: np.ndarray) -> dict[str, Any]:
    """Mean with its Monte Carlo error, spread, quantiles, extremes of the values that are known.

    ``mean_error`` is half the width of the mean's 95 % interval; ``es_05`` the
    mean of the worst twentieth.
    """
    known = np.sort(values[~np.isnan(values)])
    n = len(known)
    if n == 0:
        return {"n": 0}
    out: dict[str, Any] = {"n": n, "mean": float(known.mean())}
    spread = float(known.std(ddof=1)) if n > 1 else 0.0
    out["std"] = spread
    out["mean_error"] = NORMAL_95 * spread / np.sqrt(n)
    for q in QUANTILES:
        out[f"q{round(100 * q):02d}"] = float(np.quantile(known, q))
    out["es_05"] = float(known[: max(1, int(np.ceil(0.05 * n)))].mean())
    out["worst"], out["best"] = float(known[0]), float(known[-1])
    out["share_below_zero"] = float((known < 0.0).mean())
    return out


def histogram(values: np.ndarray) -> dict[str, Any]:
    """Counts in equal bins over all but the outermost values, which the end bins take in."""
    known = values[~np.isnan(values)]
    if len(known) == 0 or known.min() == known.max():
        return {"edges": [], "counts": []}
    low, high = np.quantile(known, [CUT, 1.0 - CUT])
    if not high > low:
        low, high = known.min(), known.max()
    edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.clip(known, low, high), edges)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def distributions(futures: Futures) -> dict[str, dict[str, Any]]:
    """Every distribution of a world, by name."""
    with_hedge, without = futures[Figure.TOTAL_RETURN], futures[Figure.PLAIN_RETURN]
    gain = futures[Figure.HEDGE_PNL] + futures[Figure.HEDGE_COST]
    known = ~np.isnan(with_hedge)
    found = {
        "tactical_return": futures[Figure.TACTICAL_RETURN],
        "tactical_contribution": futures[Figure.TACTICAL_PNL],
        "index_at_exit": futures[Figure.EXIT_CLOSE],
        "year_return": futures[Figure.YEAR_RETURN],
        "year_fall": futures[Figure.YEAR_FALL],
        "hedge_net": futures[Figure.HEDGE_PNL],
        "hedge_cost": futures[Figure.HEDGE_COST],
        "hedge_gain": gain,
        "total": with_hedge,
        "unhedged": without,
        "derisk": futures[Figure.DERISK_RETURN],
        "total_fall": futures[Figure.TOTAL_FALL],
        "unhedged_fall": futures[Figure.PLAIN_FALL],
        "derisk_fall": futures[Figure.DERISK_FALL],
        # the same futures with and without: the luck they share cancels
        "hedge_effect": np.where(known, with_hedge - without, np.nan),
        "fall_saved": futures[Figure.TOTAL_FALL] - futures[Figure.PLAIN_FALL],
        "against_derisk": with_hedge - futures[Figure.DERISK_RETURN],
        "hedge_ratio": futures[Figure.MEAN_RATIO],
    }
    out = {name: describe(values) for name, values in found.items()}
    for name in ("tactical_return", "hedge_net", "total", "unhedged"):
        out[name]["histogram"] = histogram(found[name])
    return out


def exits(futures: Futures) -> dict[str, float]:
    """Share of futures by how the tactical leg ended."""
    reasons = futures[Figure.REASON]
    found = {reason.label: float((reasons == int(reason)).mean()) for reason in Reason}
    return {name: share for name, share in found.items() if share > 0.0}


def fan(futures: Futures) -> dict[str, Any]:
    """Quantiles at every session of the futures that were kept."""
    names = ("index", "total", "unhedged")
    kept = futures.fans
    levels = {}
    for j, name in enumerate(names):
        paths = kept[j][~np.isnan(kept[j]).any(axis=1)].astype(float)
        if len(paths):
            table = np.quantile(paths, QUANTILES, axis=0)
            levels[name] = {
                f"q{round(100 * q):02d}": table[k].tolist() for k, q in enumerate(QUANTILES)
            }
    return {"paths": int(kept.shape[1]), **levels}
