"""A claim's study as plain values: its record in audit.json."""

from __future__ import annotations

import calendar
import math
from typing import Any

import numpy as np

from market.container import Market
from market.message import Message
from strategy.audit.claims.definition import (
    event_in_words,
    outcome_in_words,
    trial_in_words,
    window_in_words,
)
from strategy.audit.study.paths import Trial
from strategy.audit.study.sample import Sample
from strategy.audit.study.study import Study, range_of_figure
from strategy.audit.study.verdict import Evidence, judge
from strategy.plan import Plan

#: Bars of the histogram of all dates' outcomes.
BINS = 24


def p_value(study: Study, trial: Trial | None) -> float:
    """The larger of the placebo's and the paths' p-value: chance must fail in both ways."""
    found = [
        p
        for p in (study.placebo.p if study.placebo else math.nan, trial.p if trial else math.nan)
        if not math.isnan(p)
    ]
    return max(found) if found else math.nan


def claim_record(
    market: Market,
    plan: Plan,
    study: Study,
    trial: Trial | None,
    *,
    order: int,
    p_holm: float,
) -> dict[str, Any]:
    """Everything about one claim, ready for JSON but for NaN, which means that there is none."""
    claim, sample = study.claim, study.sample
    p = p_value(study, trial)
    own = study.statistics["episodes"]
    episodes = int(sample.first.sum())
    verdict, because = judge(
        Evidence(
            absent=sample.absent,
            events=len(sample.event_at),
            episodes=episodes,
            occurrence=claim.trial == "occurrence",
            hits=int(sample.event_hit.sum()),
            p=p,
            p_holm=p_holm,
            contradiction=study.contradiction,
        )
    )
    name, claimed = claim.claimed.figure if claim.claimed else (claim.figure, math.nan)
    record: dict[str, Any] = {
        "id": claim.id,
        "order": order,
        "section": claim.section,
        "says": claim.says,
        "note": claim.note,
        "definition": {
            "event": event_in_words(claim, plan),
            "window": window_in_words(claim),
            "outcome": outcome_in_words(claim),
            "trial": trial_in_words(claim),
        },
        "measure": claim.outcome.measure,
        "direction": claim.direction,
        "trial": claim.trial,
        "figure": name,
        "claimed": claimed,
        "sample": _sample_record(market, sample),
        **study.statistics,
        "observed": _observed(study),
        "base": _base(study),
        "p": p,
        "p_holm": p_holm,
        "verdict": verdict,
        "because": because,
        # the same once more for pages in other languages
        "because_parts": because.parts() if isinstance(because, Message) else None,
        "events": _events(market, study),
        "histogram": _histogram(study),
    }
    if study.difference:
        d = study.difference
        record["difference"] = {
            "value": d.value,
            "low": d.low,
            "high": d.high,
            "block": d.block,
            "replications": d.replications,
            "without_events": d.empty,
        }
    if study.placebo:
        c = study.placebo
        record["placebo"] = {
            "scheme": c.scheme,
            "p": c.p,
            "n": c.n,
            "mean": c.mean,
            "low": c.low,
            "high": c.high,
        }
    if trial:
        record["paths"] = _paths(trial)
    if study.months:
        record["months"] = {
            calendar.month_name[m + 1]: {
                "mean": float(study.months.mean[m]),
                "n": int(study.months.count[m]),
            }
            for m in range(12)
        }
        record["rank"] = study.months.rank
    if study.ranges:
        low, high = range_of_figure(claim, study.ranges)
        record["possible_days"] = {
            "low": low,
            "high": high,
            "ranges": {r["first"]: r for r in study.ranges},
        }
    if len(sample.found.scores):
        record["anchors"] = _anchors(market, study)
    assert own["n"] in (episodes, len(sample.event_at))
    return record


def _sample_record(market: Market, sample: Sample) -> dict[str, Any]:
    sessions = market.sessions
    n = len(sample.at)
    # a month of the lattice stands at the close before it
    shift, form = (1, "%Y-%m") if sample.found.lattice == "months" else (0, "%Y-%m-%d")
    return {
        "lattice": sample.found.lattice,
        "eligible": n,
        "first": sessions[sample.at[0] + shift].strftime(form) if n else None,
        "last": sessions[sample.at[-1] + shift].strftime(form) if n else None,
        "events": len(sample.event_at),
        "episodes": int(sample.first.sum()),
        "beyond": sample.beyond,
        "without": sample.without,
        "window": sample.length,
        "absent": sample.absent,
    }


def _observed(study: Study) -> float:
    """The figure on trial, of the episodes; a rank is the month's."""
    figure = study.claim.figure
    if figure == "rank":
        return float(study.months.rank) if study.months and study.months.rank else math.nan
    return float(study.statistics["episodes"].get(figure, math.nan))


def _base(study: Study) -> float:
    """The same figure over all eligible dates; there is none for a rank."""
    figure = study.claim.figure
    return float(study.statistics["all_dates"].get(figure, math.nan))


def _events(market: Market, study: Study) -> dict[str, dict[str, Any]]:
    """Every event by its date; a month by its last session's month."""
    sample, sessions = study.sample, market.sessions
    months = sample.found.lattice == "months"
    events: dict[str, dict[str, Any]] = {}
    for i, at in enumerate(sample.event_at.tolist()):
        start, end = int(sample.start[i]), int(sample.end[i])
        name = f"{sessions[end]:%Y-%m}" if months else f"{sessions[sample.at[at]]:%Y-%m-%d}"
        events[name] = {
            "start": f"{sessions[start]:%Y-%m-%d}",
            "end": f"{sessions[end]:%Y-%m-%d}",
            "outcome": float(sample.event_values[i]),
            "hit": bool(sample.event_hit[i]),
            "episode": int(sample.episode[i]) + 1,
            "opens_episode": bool(sample.first[i]),
        }
    return events


def _histogram(study: Study) -> dict[str, Any] | None:
    """How the outcomes of all eligible dates lie, for the chart; none for yes and no."""
    values = study.sample.values
    if study.claim.outcome.measure in ("touch", "low_holds") or len(values) < 2:
        return None
    both = np.append(values, study.sample.event_values)
    # the outermost hundredths go into the first and last bar, but no event does
    low, high = (float(x) for x in np.quantile(values, [0.005, 0.995]))
    if len(study.sample.event_values):
        low = min(low, float(study.sample.event_values.min()))
        high = max(high, float(study.sample.event_values.max()))
    # outcomes of a market that is all but gone differ by less than a bar's width can
    if not (np.diff(np.linspace(low, high, BINS + 1)) > 0.0).all():
        return None
    counts, edges = np.histogram(np.clip(both[: len(values)], low, high), BINS, (low, high))
    return {"low": float(edges[0]), "high": float(edges[-1]), "counts": counts.tolist()}


def _paths(trial: Trial) -> dict[str, Any]:
    # counted in the claim's direction, told as the difference itself
    sign = 1.0 if trial.claim.figure == "hit_rate" else trial.claim.sign
    figures = sign * np.array(trial.figures)
    low, high = (
        (float(x) for x in np.quantile(figures, [0.025, 0.975]))
        if len(figures)
        else (math.nan, math.nan)
    )
    return {
        "p": trial.p,
        "n": trial.drawn,
        "better": trial.better,
        "without_events": trial.without,
        "redetected": trial.redetected,
        "block": trial.block,
        "observed": sign * trial.observed,
        "mean": float(figures.mean()) if len(figures) else math.nan,
        "low": low,
        "high": high,
    }


def _anchors(market: Market, study: Study) -> dict[str, Any]:
    """Every anchor with a score: which were events, and what followed; the false alarms."""
    sample, sessions = study.sample, market.sessions
    found = sample.found
    outcome = dict(
        zip(sample.at.tolist(), zip(sample.values, sample.hit, strict=True), strict=True)
    )
    rows: dict[str, Any] = {}
    for at, score in zip(found.possible.tolist(), found.scores.tolist(), strict=True):
        value, hit = outcome.get(at, (math.nan, math.nan))
        high = score >= found.threshold - 1e-12
        known = not math.isnan(value)
        rows[f"{sessions[at].year}"] = {
            "anchor": f"{sessions[at]:%Y-%m-%d}",
            "score": score,
            "high": high,
            "named": sessions[at].year in found.years,
            "outcome": float(value),
            "hit": bool(hit) if known else None,
            "kind": ""
            if not high
            else "still open"
            if not known
            else "came true"
            if hit
            else "false alarm",
        }
    return {
        "threshold": found.threshold,
        "years": list(found.years),
        "unknown_years": list(found.unknown_years),
        "false_alarms": sum(row["kind"] == "false alarm" for row in rows.values()),
        "came_true": sum(row["kind"] == "came true" for row in rows.values()),
        "rows": rows,
    }
