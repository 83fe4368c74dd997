"""A sweep's odds of being luck: all the statistics of one matrix of vintage returns."""

from __future__ import annotations

from typing import Any

import numpy as np

from strategy.validation.overfitting import blocks_for, cscv
from strategy.validation.resampling.reality_check import reality_check
from strategy.validation.sharpe import (
    FLAT,
    deflated_sharpe,
    effective_trials,
    expected_maximum,
    mean_correlation,
    minimum_backtest_length,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
    sharpe_of_columns,
    sharpe_of_luck,
)
from strategy.validation.walk_forward import WalkForward, walk_forward
from strategy.validation.winner import false_discovery, winner

#: Variants that the combinatorial and bootstrap tests look at. Memory: the bootstrap holds three
#: numbers a variant and draw, 96 MB at 4,000 variants and 1,000 draws.
MOST_VARIANTS = 4_000
#: A discovery: a lead with this true Sharpe ratio a vintage; and shares of searches that hold one.
DISCOVERY, PRIORS = 0.5, (0.5, 0.1)
#: Whole vintages below which nothing is judged.
FEWEST = 3
#: Returns that agree to so many digits are the same: two settings that lead to the same fills.
DIGITS = 12


def chosen_variants(returns: np.ndarray, *, most: int = MOST_VARIANTS, seed: int = 0) -> np.ndarray:
    """Which variants the heavy tests look at: the distinct ones; of too many, a random sample.

    Variants with the same returns in every vintage count once. Where more
    than `most` are left, `most` of them are drawn at random. The best is not
    added to the draw: a test that is shown the best of a million beside the
    noise of two thousand would call it skill.

    Parameters
    ----------
    returns : float64[T, N]
        Finite.

    Returns
    -------
    int64[k]
        Columns, ascending; the first of those that are the same.
    """
    rounded = np.round(returns, DIGITS) + 0.0  # no minus zero
    distinct = np.sort(np.unique(rounded, axis=1, return_index=True)[1])
    if len(distinct) <= most:
        return distinct
    return np.sort(np.random.default_rng(seed).choice(distinct, most, replace=False))


def evidence(
    returns: np.ndarray,
    years: np.ndarray,
    *,
    benchmark: np.ndarray,
    trials: int,
    judged: int | None = None,
    sample: np.ndarray | None = None,
    seed: int = 0,
    reps: int = 1000,
) -> dict[str, Any]:
    """All statistics of a sweep on whole-vintage returns.

    What is judged is the lead over holding the same exposure: the core that
    all variants hold is no skill of the search, and would flatter every one of
    them alike.

    Parameters
    ----------
    returns : float64[T, N]
        Total return of each complete vintage under each variant, fractions.
        Variants with a return that is not finite are left out and counted.
    years : int64[T]
        Ascending.
    benchmark : float64[T] or float64[T, N]
        Returns of holding the same exposure without the plan's rules, one for
        all or each variant's own.
    trials : int
        Variants ever tried on this plan and data, this sweep included.
    judged : int, optional
        Column of the variant whose choice is judged; the highest Sharpe ratio
        of the lead by default.
    sample : int64[k], optional
        Columns that stand for all variants; all of them by default.
    seed, reps : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``best`` (its column and figures), ``luck`` (deflation with raw and
        effective trials, and the odds of no discovery), ``winner`` (the largest
        mean lead with intervals that know it was chosen), ``overfitting``, ``reality_check``,
        ``walk_forward``. A part that cannot be computed says why under
        ``missing``, and no number stands in for it.
    """
    returns = np.asarray(returns, dtype=float)
    n, variants = returns.shape
    held = np.asarray(benchmark, dtype=float)
    held = np.broadcast_to(held[:, None] if held.ndim == 1 else held, returns.shape)
    lead = returns - held
    whole = np.isfinite(lead).all(axis=0)
    out: dict[str, Any] = {
        "vintages": n,
        "variants": variants,
        "left_out": int((~whole).sum()),
        "trials": int(trials),
    }
    missing: dict[str, str] = {}
    why = _nothing_to_judge(lead, whole)
    if why:
        return out | {"missing": {"all": why}}

    columns = np.arange(variants) if sample is None else np.asarray(sample, dtype=np.int64)
    family = columns[whole[columns]]
    sharpe = sharpe_of_columns(lead[:, family])
    if judged is None:
        judged = int(family[np.argmax(np.where(np.isfinite(sharpe), sharpe, -np.inf))])
    out["sampled"] = len(family)
    if whole[judged]:
        _best(lead[:, judged], judged, out, missing)
    else:
        missing["best"] = "the best variant has vintages without a return"
    if "best" in out:
        _luck(lead, judged, family, sharpe, trials, out, missing)

    looked_at = family[chosen_variants(lead[:, family], seed=seed)]
    out["looked_at"] = len(looked_at)
    few = lead[:, looked_at]
    try:
        out["overfitting"] = _overfitting(few)
    except ValueError as error:
        missing["overfitting"] = str(error)
    try:
        out["winner"] = _winner(few, looked_at, seed)
    except ValueError as error:
        missing["winner"] = str(error)
    try:
        out["reality_check"] = _reality(few, looked_at, reps, seed)
    except ValueError as error:
        missing["reality_check"] = str(error)
    try:
        walk = walk_forward(few, years)
        out["walk_forward"] = _chained(walk, looked_at, returns, held, years)
    except ValueError as error:
        missing["walk_forward"] = str(error)
    if missing:
        out["missing"] = missing
    return out


def few_vintages(n: int) -> str:
    """What is said of `n` whole vintages, fewer than can be judged."""
    return f"{n} whole vintages, at least {FEWEST} are needed"


def _nothing_to_judge(lead: np.ndarray, whole: np.ndarray) -> str:
    if len(lead) < FEWEST:
        return few_vintages(len(lead))
    if not whole.any():
        return "no variant has a return in every vintage"
    if (lead[:, whole].std(axis=0) <= FLAT).all():
        return "no variant differs from holding the same exposure"
    return ""


def _best(lead: np.ndarray, judged: int, out: dict[str, Any], missing: dict[str, str]) -> None:
    try:
        m = moments(lead)
    except ValueError:
        missing["best"] = "the best variant does not differ from holding the same exposure"
        return
    out["best"] = {
        "variant": judged,
        "sharpe": m.sharpe,
        "mean_lead": float(lead.mean()),
        "skew": m.skew,
        "kurtosis": m.kurtosis,
        "psr": probabilistic_sharpe(m),
        # years of a yearly plan are vintages; none is long enough without a lead
        "minimum_track_record": minimum_track_record(m),
    }


def _luck(
    lead: np.ndarray,
    judged: int,
    family: np.ndarray,
    sharpe: np.ndarray,
    trials: int,
    out: dict[str, Any],
    missing: dict[str, str],
) -> None:
    spread = sharpe[np.isfinite(sharpe)]
    if len(spread) < 2 and trials > 1:
        missing["luck"] = "the spread of Sharpe ratios of two variants or more is needed"
        return
    m = moments(lead[:, judged])
    variance = float(spread.var(ddof=1)) if len(spread) > 1 else 0.0
    correlation = mean_correlation(lead[:, family])
    effective = effective_trials(trials, correlation)
    luck = sharpe_of_luck(variance, trials)
    out["luck"] = {
        "variance_of_sharpe": variance,
        "mean_correlation": correlation,
        "effective_trials": effective,
        "sharpe_of_luck": luck,
        "sharpe_of_luck_effective": sharpe_of_luck(variance, effective),
        "dsr": deflated_sharpe(m, variance, trials),
        "dsr_effective": deflated_sharpe(m, variance, effective),
        "expected_maximum": expected_maximum(trials),
        "minimum_track_record": minimum_track_record(m, luck),
        "minimum_backtest_length": (
            minimum_backtest_length(trials, m.sharpe) if m.sharpe > 0.0 else float("inf")
        ),
        "discovery": DISCOVERY,
        "no_discovery": [
            {
                "prior": prior,
                "raw": false_discovery(m, trials, true=DISCOVERY, prior=prior),
                "effective": false_discovery(m, effective, true=DISCOVERY, prior=prior),
            }
            for prior in PRIORS
        ],
    }


def _overfitting(lead: np.ndarray) -> dict[str, Any]:
    if lead.shape[1] < 2:
        raise ValueError("at least two variants that differ are needed")
    found = cscv(lead, blocks_for(len(lead)))
    return {
        "pbo": found.pbo,
        "splits": found.splits,
        "blocks": found.blocks,
        "vintages": found.observations,
        "variants": found.variants,
        "degradation": found.degradation,
        "sharpe_in_sample": found.inside,
        "sharpe_out_of_sample": found.outside,
        "loss_probability": found.loss_probability,
    }


def _winner(lead: np.ndarray, columns: np.ndarray, seed: int) -> dict[str, Any]:
    """The largest mean lead of the variants looked at; intervals for what it is worth."""
    found = winner(lead, seed=seed)
    out: dict[str, Any] = {
        "variant": int(columns[found.column]),
        "mean_lead": found.mean,
        "median_unbiased": found.median,
        "variants": lead.shape[1],
    }
    for name in ("naive", "simultaneous", "conditional", "hybrid"):
        interval = getattr(found, name)
        out |= {f"{name}_low": interval.low, f"{name}_high": interval.high}
    return out


def _reality(lead: np.ndarray, columns: np.ndarray, reps: int, seed: int) -> dict[str, Any]:
    if len(lead) < 8:
        raise ValueError(f"{len(lead)} vintages, at least 8 are needed to draw from")
    # vintages share no day: each is its own block
    check = reality_check(lead, block=1.0, reps=reps, seed=seed)
    return {
        "p_white": check.white,
        "p_consistent": check.consistent,
        "p_lower": check.lower,
        "p_upper": check.upper,
        "survivors": [int(columns[i]) for i in check.survivors],
        "variants": check.variants,
        "size": check.size,
        "reps": check.reps,
    }


def _chained(
    walk: WalkForward,
    columns: np.ndarray,
    returns: np.ndarray,
    held: np.ndarray,
    years: np.ndarray,
) -> dict[str, Any]:
    """What choosing by the past made, vintage after vintage, beside hindsight and holding."""
    rows = np.searchsorted(years, walk.years)
    picks, best = columns[walk.chosen], int(columns[walk.best_in_sample])
    return {
        "n": len(walk.years),
        "years": walk.years.tolist(),
        "chosen": picks.tolist(),
        "changes": walk.changes,
        "best_in_sample": best,
        "by_the_past": _path(returns[rows, picks], held[rows, picks]),
        "in_hindsight": _path(returns[rows, best], held[rows, best]),
    }


def _path(returns: np.ndarray, held: np.ndarray) -> dict[str, Any]:
    lead = returns - held
    sharpe = float(sharpe_of_columns(lead[:, None])[0]) if len(lead) > 1 else float("nan")
    return {
        "total_return": float(np.prod(1.0 + returns) - 1.0),
        "total_return_held": float(np.prod(1.0 + held) - 1.0),
        "mean_lead": float(lead.mean()),
        "sharpe": sharpe,
        "returns": returns.tolist(),
        "leads": lead.tolist(),
    }
