"""A sweep's odds of being luck: all the statistics of one matrix of vintage returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from strategy.validation.overfitting import cscv
from strategy.validation.plateau import importance, plateau
from strategy.validation.reality_check import reality_check
from strategy.validation.sharpe import (
    deflated_sharpe,
    effective_trials,
    expected_maximum,
    mean_correlation,
    minimum_backtest_length,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_of_luck,
)
from strategy.validation.walk_forward import walk_forward

#: Variants that the combinatorial and bootstrap tests look at; the rest is too large for memory.
MOST_VARIANTS = 500
#: Blocks of CSCV: with some 60 vintages, C(8, 4) = 70 splits of whole vintages.
BLOCKS = 8


def chosen_variants(sharpe: np.ndarray, most: int = MOST_VARIANTS) -> np.ndarray:
    """Which variants the heavy tests look at: the best, and others spread evenly over the ranks.

    Even spacing over the ranking keeps the family's spread; the best is
    always in. Ascending positions, at most `most`.
    """
    order = np.argsort(-np.nan_to_num(sharpe, nan=-np.inf), kind="stable")
    if len(order) <= most:
        return np.sort(order)
    spread = np.unique(np.linspace(0, len(order) - 1, most).round().astype(np.int64))
    return np.sort(order[spread])


def sharpe_ratios(returns: np.ndarray) -> np.ndarray:
    """Mean over standard deviation (ddof 1) of each column; NaN for one that does not vary."""
    spread = returns.std(axis=0, ddof=1)
    varies = spread > 1e-15
    out = np.full(returns.shape[1], np.nan)
    out[varies] = returns.mean(axis=0)[varies] / spread[varies]
    return out


def evidence(
    returns: np.ndarray,
    years: np.ndarray,
    parameters: pd.DataFrame,
    *,
    benchmark: np.ndarray,
    trials: int,
    seed: int = 0,
    reps: int = 1000,
) -> dict[str, Any]:
    """All statistics of a sweep on whole-vintage returns.

    What is judged is the lead over the benchmark: the core that all variants
    hold is no skill of the search, and would flatter every one of them alike.

    Parameters
    ----------
    returns : float64[T, N]
        Total return of each complete vintage under each variant, fractions.
    years : int64[T]
        Ascending.
    parameters : DataFrame
        One row a variant: the settings that were swept.
    benchmark : float64[T]
        Returns of holding the same exposure without the plan's rules.
    trials : int
        Variants ever tried on this plan and data, this sweep included.
    seed, reps : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``best`` (position and its figures), ``luck`` (deflation with raw and
        effective trials), ``overfitting``, ``reality_check``,
        ``walk_forward``, ``plateau``, ``importance``, ``verdict``. A part that
        cannot be computed says why under ``missing``.
    """
    lead = np.asarray(returns, dtype=float) - np.asarray(benchmark, dtype=float)[:, None]
    n, variants = lead.shape
    sharpe = sharpe_ratios(lead)
    out: dict[str, Any] = {"vintages": n, "variants": variants, "trials": int(trials)}
    missing: dict[str, str] = {}
    if not np.isfinite(sharpe).any():
        out["missing"] = {"all": "no variant's lead over the benchmark varies over the vintages"}
        out["verdict"] = "no variant differs from the benchmark: nothing to judge"
        return out
    best = int(np.nanargmax(sharpe))
    m = moments(lead[:, best])
    out["best"] = {
        "variant": best,
        "sharpe": m.sharpe,
        "mean_lead": float(lead[:, best].mean()),
        "skew": m.skew,
        "kurtosis": m.kurtosis,
        "psr": probabilistic_sharpe(m),
        "minimum_track_record": minimum_track_record(m),
    }
    correlation = mean_correlation(lead)
    effective = effective_trials(trials, correlation)
    variance = float(np.nanvar(sharpe, ddof=1)) if np.isfinite(sharpe).sum() > 1 else 0.0
    out["luck"] = {
        "variance_of_sharpe": variance,
        "mean_correlation": correlation,
        "effective_trials": effective,
        "sharpe_of_luck": sharpe_of_luck(variance, trials),
        "sharpe_of_luck_effective": sharpe_of_luck(variance, effective),
        "dsr": deflated_sharpe(m, variance, trials),
        "dsr_effective": deflated_sharpe(m, variance, effective),
        "expected_maximum": expected_maximum(trials),
        # years of a yearly plan are vintages
        "minimum_backtest_length": minimum_backtest_length(trials, max(m.sharpe, 1e-9)),
    }
    few = chosen_variants(sharpe)
    out["looked_at"] = len(few)
    try:
        found = cscv(lead[:, few], BLOCKS)
        out["overfitting"] = {
            "pbo": found.pbo,
            "splits": found.splits,
            "blocks": found.blocks,
            "degradation": found.degradation,
            "loss_probability": found.loss_probability,
        }
    except ValueError as error:
        missing["overfitting"] = str(error)
    try:
        check = reality_check(benchmark, returns[:, few], block=1.0, reps=reps, seed=seed)
        out["reality_check"] = {
            "p_consistent": check.consistent,
            "p_lower": check.lower,
            "p_upper": check.upper,
            "survivors": [int(few[i]) for i in check.survivors],
            "size": check.size,
            "reps": check.reps,
        }
    except ValueError as error:
        missing["reality_check"] = str(error)
    try:
        walk = walk_forward(lead, years)
        out["walk_forward"] = {
            "n": len(walk.years),
            "mean_lead": float(walk.returns.mean()),
            "mean_lead_of_the_best_in_sample": float(walk.best_returns.mean()),
            "changes": walk.changes,
            "years": [int(y) for y in walk.years],
            "chosen": [int(c) for c in walk.chosen],
            "leads": [float(r) for r in walk.returns],
        }
    except ValueError as error:
        missing["walk_forward"] = str(error)
    cell = plateau(parameters, sharpe)
    out["plateau"] = {
        "best": cell.best,
        "neighbours": cell.neighbours,
        "n_neighbours": cell.n_neighbours,
        "median": cell.median,
        "score": cell.score,
    }
    out["importance"] = {
        str(k): float(v) for k, v in importance(parameters, np.nan_to_num(sharpe)).items()
    }
    if missing:
        out["missing"] = missing
    out["verdict"] = verdict(out)
    return out


def verdict(found: dict[str, Any]) -> str:
    """One sentence: the best Sharpe ratio, what is left of it, and whether to believe the choice.

    The rule: the choice is believed only where the deflated Sharpe ratio (raw
    trials) is at least 0.95, the overfitting probability at most 0.2 and the
    reality check's p at most 0.05. Otherwise the sentence names the parameter
    that decided most and says not to trust the choice of it.
    """
    best, luck = found["best"], found["luck"]
    parts = [
        f"best of {found['variants']:,} variants ({found['trials']:,} ever tried): lead over "
        f"holding the same days {best['mean_lead']:+.2%} a vintage, Sharpe ratio "
        f"{best['sharpe']:.2f} over {found['vintages']} vintages",
        f"probability that it beats luck {luck['dsr']:.2f}",
    ]
    believed = luck["dsr"] >= 0.95
    if "overfitting" in found:
        parts.append(f"overfitting probability {found['overfitting']['pbo']:.2f}")
        believed &= found["overfitting"]["pbo"] <= 0.2
    if "reality_check" in found:
        parts.append(f"reality check p {found['reality_check']['p_consistent']:.2f}")
        believed &= found["reality_check"]["p_consistent"] <= 0.05
    believed &= "missing" not in found
    decisive = next(iter(found["importance"]), None)
    if believed:
        end = "the choice survives these tests"
    elif decisive is None:
        end = "do not trust the choice"
    else:
        end = f"do not trust the choice of {decisive}"
    return ", ".join(parts) + f": {end}"
