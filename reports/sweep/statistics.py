"""The table of a sweep's statistics: figure, value, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reports.sweep.evidence import PARTS, Evidence, value_of
from reports.text.fields import Kind
from reports.text.format import show
from reports.text.language import _


@dataclass(frozen=True)
class Statistic:
    """A row of the table of statistics."""

    label: str
    value: Markup
    note: str


def statistics(found: Evidence) -> list[Statistic]:
    """Figure, value and what it says."""
    return [
        *_trials(found),
        *_best(found),
        *_winner(found),
        *_overfitting(found),
        *_reality(found),
        *_daily(found),
    ]


def _trials(found: Evidence) -> list[Statistic]:
    ledger = found.get("ledger") or {}
    rows = [
        _row(
            _("Variants ever tried on this plan and these data"),
            found["trials"],
            "count",
            _(
                "From the ledger; on these data with all plans: {n}.",
                n=show(ledger.get("variants_on_data"), "count"),
            ),
        )
    ]
    if "luck" in found:
        rows.append(
            _row(
                _("Independent trials they are worth"),
                found["luck"]["effective_trials"],
                "count",
                _(
                    "From the mean correlation of the leads, {rho}.",
                    rho=show(found["luck"]["mean_correlation"], "ratio"),
                ),
            )
        )
    return rows


def _best(found: Evidence) -> list[Statistic]:
    if "best" not in found:
        return []
    best, luck = found["best"], found.get("luck")
    rows = [
        _row(
            _("Mean lead of the best, a vintage"),
            best["mean_lead"],
            "percent",
            _("Over holding the same exposure, {n} vintages.", n=found["vintages"]),
        ),
        _row(
            _("Sharpe ratio of its lead, a vintage"),
            best["sharpe"],
            "ratio",
            _("Mean over standard deviation."),
        ),
        _row(
            _("Probabilistic Sharpe ratio (PSR)"),
            best["psr"],
            "share",
            _("Probability that the true ratio is above zero, search ignored."),
        ),
    ]
    if luck:
        rows += [
            _row(
                _("Sharpe ratio that luck finds"),
                luck["sharpe_of_luck"],
                "ratio",
                _(
                    "Expected best of as many variants without skill; of the independent ones "
                    "{value}.",
                    value=show(luck["sharpe_of_luck_effective"], "ratio"),
                ),
            ),
            _row(
                _("Deflated Sharpe ratio (DSR)"),
                luck["dsr"],
                "share",
                _(
                    "The probability against what luck finds; with the independent trials {value}.",
                    value=show(luck["dsr_effective"], "share"),
                ),
            ),
        ]
    rows.append(
        _row(
            _("Minimum track record, vintages"),
            best["minimum_track_record"],
            "count",
            _("Until the PSR is at 95%; none is long enough for a ratio of zero or less."),
        )
    )
    if luck:
        rows.append(
            _row(
                _("Minimum backtest length, vintages"),
                luck["minimum_backtest_length"],
                "count",
                _("Below it luck alone is expected to find such a ratio."),
            )
        )
    return rows


def _winner(found: Evidence) -> list[Statistic]:
    """What is left of the largest mean lead when it counts that it was chosen."""
    rows = []
    if "winner" in found:
        w = found["winner"]

        def span(name: str) -> str:
            low, high = (show(w[f"{name}_{end}"], "percent") for end in ("low", "high"))
            return _("{low} to {high}", low=low, high=high)

        rows.append(
            _row(
                _(PARTS["winner"]),
                w["mean_lead"],
                "percent",
                _(
                    "Of variant {variant}; 95% interval as if it had not been chosen {naive}; for "
                    "all {n} at once {simultaneous}; given that it won {conditional}; both "
                    "together {hybrid}, around {median}.",
                    variant=w["variant"],
                    naive=span("naive"),
                    n=show(w["variants"], "count"),
                    simultaneous=span("simultaneous"),
                    conditional=span("conditional"),
                    hybrid=span("hybrid"),
                    median=show(w["median_unbiased"], "percent"),
                ),
            )
        )
    for odds in (found.get("luck") or {}).get("no_discovery", [])[:1]:
        other = found["luck"]["no_discovery"][-1]
        rows.append(
            _row(
                _("Probability that it is no discovery"),
                odds["effective"],
                "share",
                _(
                    "If {prior} of such searches hold one variant with a true ratio of {true} a "
                    "vintage, by the independent trials; with all trials {raw}. If {other} do: "
                    "{effective_other} and {raw_other}.",
                    prior=show(odds["prior"], "share", 0),
                    true=show(found["luck"]["discovery"], "ratio", 1),
                    raw=show(odds["raw"], "share"),
                    other=show(other["prior"], "share", 0),
                    effective_other=show(other["effective"], "share"),
                    raw_other=show(other["raw"], "share"),
                ),
            )
        )
    return rows


def _overfitting(found: Evidence) -> list[Statistic]:
    if "overfitting" not in found:
        return []
    o = found["overfitting"]
    return [
        _row(
            _(PARTS["overfitting"]),
            o["pbo"],
            "share",
            _(
                "{n} splits of {blocks} blocks of whole vintages, {k} variants.",
                n=show(o["splits"], "count"),
                blocks=o["blocks"],
                k=show(o["variants"], "count"),
            ),
        ),
        _row(
            _("Probability of loss"),
            o["loss_probability"],
            "share",
            _("The best of one half falls behind its benchmark on the other."),
        ),
        _row(
            _("Performance degradation"),
            o["degradation"],
            "ratio",
            _(
                "Slope out of sample on in sample; the mean ratio falls from {inside} to "
                "{outside}.",
                inside=show(o["sharpe_in_sample"], "ratio"),
                outside=show(o["sharpe_out_of_sample"], "ratio"),
            ),
        ),
    ]


def _reality(found: Evidence) -> list[Statistic]:
    if "reality_check" not in found:
        return []
    r = found["reality_check"]
    return [
        _row(
            _(PARTS["reality_check"]),
            r["p_consistent"],
            "ratio",
            _(
                "Hansen: no variant leads its benchmark; between {low} and {high}.",
                low=show(r["p_lower"], "ratio"),
                high=show(r["p_upper"], "ratio"),
            ),
        ),
        _row(
            _("Reality check, p"),
            r["p_white"],
            "ratio",
            _("White: the same by the mean lead alone."),
        ),
        _row(
            _("Variants that survive"),
            len(r["survivors"]),
            "count",
            _(
                "StepM at {size}, of {n} looked at.",
                size=show(r["size"], "share", 0),
                n=show(r["variants"], "count"),
            ),
        ),
    ]


def _daily(found: Evidence) -> list[Statistic]:
    if "daily" not in found:
        return []
    d = found["daily"]
    return [
        _row(
            _(PARTS["daily"]),
            d["sharpe"],
            "ratio",
            _(
                "A year, {n} days, over zero, the core included: it says nothing of the choice.",
                n=show(d["n"], "count"),
            ),
        )
    ]


def _row(label: str, value: float | None, kind: Kind, note: str) -> Statistic:
    return Statistic(label, value_of(value, kind), note)
