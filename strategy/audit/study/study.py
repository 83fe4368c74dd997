"""One claim's event study: its sample in figures, beside all dates, placebo dates and paths."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from market.container import Market
from market.message import Message
from signals.history.bars import Floats, Ints
from strategy.audit.claims.claim import Claim, Figure
from strategy.audit.study.bootstrap import Difference, block_length, difference_interval
from strategy.audit.study.outcomes import Bars, hits, outcomes
from strategy.audit.study.placebo import (
    Placebo,
    Scheme,
    compare,
    judge,
    shifted,
    subsets,
    within_years,
)
from strategy.audit.study.ranking import MonthMeans, month_means, random_margins, table_of_years
from strategy.audit.study.sample import Sample, calendar_months_of, days_of, draw_sample, years_of
from strategy.audit.study.statistics import (
    figure_of,
    newey_west_t,
)
from strategy.audit.study.verdict import MIN_EPISODES, contradiction
from strategy.audit.study.windows import windows
from strategy.plan import Plan
from strategy.validation.intervals import hit_interval, median_interval
from strategy.validation.means import student


@dataclass(frozen=True)
class Effort:
    """How much is drawn: more makes p-values finer and the audit slower.

    Attributes
    ----------
    paths : int
        Most resampled price paths for a claim.
    placebos : int
        Random placebo sets, where they are drawn and not listed.
    bootstrap : int
        Resamples for the interval of the difference (half as many for medians).
    """

    paths: int = 999
    placebos: int = 4999
    bootstrap: int = 999


@dataclass(frozen=True)
class Study:
    """What was found for one claim, before paths and the verdict.

    Attributes
    ----------
    claim : Claim
    sample : Sample
    statistics : dict
        Figures of the episodes, of all events, and of all dates.
    difference : Difference or None
    placebo : Placebo or None
    months : MonthMeans or None
        For claims on a month.
    ranges : list of dict
        For events whose day is not given: outcomes over the possible days.
    contradiction : str
    """

    claim: Claim
    sample: Sample
    statistics: dict[str, Any]
    difference: Difference | None
    placebo: Placebo | None
    months: MonthMeans | None
    ranges: list[dict[str, Any]]
    contradiction: str


def study(market: Market, plan: Plan, claim: Claim, *, seed: int, effort: Effort) -> Study:
    """Everything about one claim that needs no paths.

    Random draws depend on `seed` and the claim's id only, not on its neighbours.
    """
    sample = draw_sample(market, plan, claim)
    statistics = _statistics(claim, sample)
    months = None
    if claim.event.kind == "month" and len(sample.at):
        of = claim.event.month - 1
        month = calendar_months_of(market.sessions, sample.at)
        months = month_means(sample.values, month, of, claim.sign)
    difference = placebo = None
    if claim.trial == "chance" and len(sample.opening):
        rng = np.random.default_rng([seed, *claim.id.encode()])
        difference = _difference(rng, claim, sample, effort)
        placebo = _placebo(rng, market, claim, sample, months, effort)
    ranges = _ranges(market, claim, sample)
    return Study(
        claim=claim,
        sample=sample,
        statistics=statistics,
        difference=difference,
        placebo=placebo,
        months=months,
        ranges=ranges,
        contradiction=_contradiction(claim, statistics, months, ranges),
    )


def _statistics(claim: Claim, sample: Sample) -> dict[str, Any]:
    """Figures of first events (of all events for occurrences), all events, and all dates."""
    chosen = np.ones(len(sample.event_at), dtype=bool)
    if claim.trial == "chance":
        chosen = sample.first
    values, hit = sample.event_values[chosen], sample.event_hit[chosen]
    n, count = len(values), int(hit.sum())
    low, high = hit_interval(count, n)
    mean_low, mean_high = student(values)
    median_low, median_high = median_interval(values)
    yes_or_no = claim.outcome.measure in ("touch", "low_holds")
    own: dict[str, Any] = {"n": n, "hits": count}
    own["hit_rate"], own["hit_low"], own["hit_high"] = figure_of("hit_rate", values, hit), low, high
    if not yes_or_no:
        own |= {
            "mean": figure_of("mean", values, hit),
            "mean_low": mean_low,
            "mean_high": mean_high,
            "median": figure_of("median", values, hit),
            "median_low": median_low,
            "median_high": median_high,
            "std": float(values.std(ddof=1)) if n > 1 else math.nan,
            "lowest": float(values.min()) if n else math.nan,
            "highest": float(values.max()) if n else math.nan,
        }
    figures: tuple[Figure, ...] = ("hit_rate",) if yes_or_no else ("mean", "median", "hit_rate")
    return {
        "episodes": own,
        "all_events": {"n": len(sample.event_values)}
        | {f: figure_of(f, sample.event_values, sample.event_hit) for f in figures},
        "all_dates": {"n": len(sample.values)}
        | {f: figure_of(f, sample.values, sample.hit) for f in figures},
        "newey_west_t": _newey_west(claim, sample),
    }


def _newey_west(claim: Claim, sample: Sample) -> float:
    if claim.trial != "chance" or claim.figure == "median":
        return math.nan
    if len(sample.opening) < MIN_EPISODES:
        return math.nan
    event = np.zeros(len(sample.at), dtype=bool)
    event[sample.event_at] = True
    series = sample.hit if claim.figure == "hit_rate" else sample.values
    return newey_west_t(series, event, sample.length - 1)


def _difference(
    rng: np.random.Generator, claim: Claim, sample: Sample, effort: Effort
) -> Difference:
    figure: Figure = "mean" if claim.figure == "rank" else claim.figure
    series = sample.hit if figure == "hit_rate" else sample.values
    replications = effort.bootstrap // 2 if figure == "median" else effort.bootstrap
    if len(sample.opening) < MIN_EPISODES:
        replications = 0  # resamples of so few cases repeat them, and the interval is too short
    return difference_interval(
        rng,
        figure,
        sample.values,
        sample.hit,
        sample.opening,
        sample.event_values[sample.first],
        sample.event_hit[sample.first],
        block=block_length(series, float(sample.length)) if replications else math.nan,
        replications=replications,
    )


def _placebo(
    rng: np.random.Generator,
    market: Market,
    claim: Claim,
    sample: Sample,
    months: MonthMeans | None,
    effort: Effort,
) -> Placebo:
    sessions, lattice = market.sessions, sample.found.lattice
    year = years_of(sessions, sample.at, lattice)
    if claim.figure == "rank":
        assert months is not None
        month = calendar_months_of(sessions, sample.at)
        table = table_of_years(sample.values, month, year)
        found = random_margins(rng, table, claim.sign, effort.placebos)
        return compare("within_year", found, months.margin, 1.0)
    rows: Ints
    scheme: Scheme
    if claim.event.kind in ("rule", "dates"):
        scheme, rows = "shift", shifted(days_of(sessions, sample.at), sample.opening)
    elif lattice == "anchors":
        scheme = "subset"
        rows = subsets(rng, len(sample.at), len(sample.opening), effort.placebos)
    else:
        scheme = "within_year"
        rows = within_years(rng, year, year[sample.opening], effort.placebos)
    # placebo dates have the base's windows, so the events are measured with those too
    own = figure_of(claim.figure, sample.values[sample.opening], sample.hit[sample.opening])
    base = figure_of(claim.figure, sample.values, sample.hit)
    sign = 1.0 if claim.figure == "hit_rate" else claim.sign
    return judge(scheme, rows, claim.figure, sample.values, sample.hit, own, base, sign)


def _contradiction(
    claim: Claim,
    statistics: dict[str, Any],
    months: MonthMeans | None,
    ranges: list[dict[str, Any]],
) -> str:
    own = statistics["episodes"]
    if claim.claimed is None or not own["n"] or claim.trial == "occurrence":
        return ""
    name, claimed = claim.claimed.figure
    if name == "rank":
        assert months is not None
        if months.rank == claimed:
            return ""
        return Message(
            "claimed rank {claimed}, is {rank}", claimed=f"{claimed:.0f}", rank=months.rank
        )
    if ranges:
        # days that are not given: only what no choice of them can give is contradicted
        low, high = range_of_figure(claim, ranges)
    else:
        prefix = "hit" if name == "hit_rate" else name
        low, high = own[f"{prefix}_low"], own[f"{prefix}_high"]
    return contradiction(name, claimed, low, high, claim.sign)


def _ranges(market: Market, claim: Claim, sample: Sample) -> list[dict[str, Any]]:
    """Outcomes over every possible day of each event, where the day of one is not given."""
    possible = [sample.found.ranges[i] for i in sample.kept.tolist() if sample.found.ranges]
    if claim.horizon is None or all(low == high for low, high in possible):
        return []
    found = []
    bars = Bars(market.prices)
    for low, high in possible:
        at = np.arange(low, high + 1)
        values = outcomes(bars, claim, windows(market.sessions, at, claim.horizon))
        hit = hits(claim, values)
        known = ~np.isnan(values)
        found.append(
            {
                "first": f"{market.sessions[low]:%Y-%m-%d}",
                "last": f"{market.sessions[high]:%Y-%m-%d}",
                "days": int(known.sum()),
                "lowest": float(values[known].min()),
                "median": float(np.median(values[known])),
                "highest": float(values[known].max()),
                "hit_rate": float(hit[known].mean()),
            }
        )
    return found


def range_of_figure(claim: Claim, ranges: list[dict[str, Any]]) -> tuple[float, float]:
    """Lowest and highest figure that any choice of days gives: all figures grow with each value."""
    if not ranges or claim.figure == "rank":
        return math.nan, math.nan
    if claim.figure == "hit_rate":
        sure = np.mean([r["hit_rate"] == 1.0 for r in ranges])
        possible = np.mean([r["hit_rate"] > 0.0 for r in ranges])
        return float(sure), float(possible)
    ends: list[Floats] = [np.array([r[key] for r in ranges]) for key in ("lowest", "highest")]
    take = np.median if claim.figure == "median" else np.mean
    return float(take(ends[0])), float(take(ends[1]))


__all__ = ["Effort", "Study", "range_of_figure", "study"]
