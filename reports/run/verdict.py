"""The words of the report that depend on the outcome: verdict and key figures."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup, escape

from market.serialise import lookup
from market.year import SESSIONS_A_YEAR
from reports.run.inputs import rests_on
from reports.run.view import View
from reports.run.yardstick import INTERVALS, believed, beside, lead_sentence, measured
from reports.text.format import figure, sentence_list, show, words
from reports.text.hedge_words import PARTS
from reports.text.language import _, say


@dataclass(frozen=True)
class Card:
    """One key figure with what stands behind it.

    Parameters
    ----------
    label : str
    value : Markup
        The figure.
    interval : Markup
        Its 95% interval, or a range; empty where there is none.
    basis : Markup
        What it is counted over.
    """

    label: str
    value: Markup
    interval: Markup
    basis: Markup


def headline(view: View) -> Markup:
    """What the tactical long did over n vintages, and what the same days held would have done."""
    told = _leg(view)
    return told + Markup(" ") + lead_sentence(view) if measured(view) else told


def _leg(view: View) -> Markup:
    m = view.metrics
    tactical = m["tactical"]
    if not tactical.get("n"):
        return _nothing_counted(view)
    first, last = _counted_years(view)
    values = {
        "n": figure(m, "tactical.n"),
        "first": first,
        "last": last,
        "mean": figure(m, "tactical.mean"),
        "hits": figure(m, "tactical.hits"),
        "rate": figure(m, "tactical.hit_rate"),
        "low": figure(m, "tactical.hit_low"),
        "high": figure(m, "tactical.hit_high"),
    }
    if lookup(m, "tactical.mean_low") is None:
        return say(
            "Over {n} complete vintages from {first} to {last} the tactical long made {mean} on "
            "average and ended above zero in {hits} of them: {rate}, exact 95% interval {low} to "
            "{high}.",
            **values,
        )
    return say(
        "Over {n} complete vintages from {first} to {last} the tactical long made {mean} on "
        "average (95% interval {mean_low} to {mean_high}) and ended above zero in {hits} of them: "
        "{rate}, exact 95% interval {low} to {high}.",
        mean_low=figure(m, "tactical.mean_low"),
        mean_high=figure(m, "tactical.mean_high"),
        **values,
    )


def findings(view: View) -> list[Markup]:
    """What else the first screen must say, most important first."""
    m = view.metrics
    out: list[Markup] = beside(view)
    low, high = lookup(m, "tactical.mean_low"), lookup(m, "tactical.mean_high")
    if low is not None:
        if low <= 0.0 <= high:
            out.append(say("The interval of the mean includes zero: luck alone would explain it."))
        elif low > 0:
            out.append(
                say(
                    "The interval of the leg's own mean lies above zero, as a rising market's "
                    "would; it does not account for the number of plans tried before this one."
                )
            )
        else:
            out.append(
                say(
                    "The interval of the mean lies below zero; it does not account for the number "
                    "of plans tried before this one."
                )
            )
    out.append(_hedge_finding(view))
    if few := _optimistic(view):
        out.append(few)
    if inputs := rests_on(view):
        out.append(inputs)
    key, period = _growth(view)
    if lookup(m, f"total.{key}") is not None:
        out.append(
            say(
                "Core, tactical longs and hedges together made {plan} {period} with a max drawdown "
                "of {plan_fall}; the core alone {core} with {core_fall}.",
                plan=figure(m, f"total.{key}"),
                period=period,
                plan_fall=figure(m, "total.max_drawdown"),
                core=figure(m, f"benchmark.{key}"),
                core_fall=figure(m, "benchmark.max_drawdown"),
            )
        )
    if lookup(m, "total.against_core.alpha") is not None:
        out.append(
            say(
                "In excess of bills the whole plan has a beta of {beta} against the core (95% "
                "interval {beta_low} to {beta_high}) and an alpha of {alpha} a year ({alpha_low} "
                "to {alpha_high}).",
                **{
                    name: figure(m, f"total.against_core.{name}")
                    for name in (
                        *("beta", "beta_low", "beta_high"),
                        *("alpha", "alpha_low", "alpha_high"),
                    )
                },
            )
        )
    back = lookup(m, "hedge.bought_back_blind") or []
    if back:
        out.append(
            say(
                "The hedge of {years} was bought back because the score became unknown, not "
                "because it fell.",
                years=sentence_list([str(y) for y in back]),
            )
        )
    unfinished = lookup(m, "vintages.unfinished") or []
    if unfinished and tactical_counted(view):
        years = sentence_list([str(y) for y in unfinished])
        out.append(
            say("{years} is not finished: shown, marked, and in no average.", years=years)
            if len(unfinished) == 1
            else say("{years} are not finished: shown, marked, and in no average.", years=years)
        )
    return out


def tactical_counted(view: View) -> bool:
    """Whether any vintage counts towards the tactical long's averages."""
    return bool(view.metrics["tactical"].get("n"))


def cards(view: View) -> list[Card]:
    """The key figures, each with its interval and its basis."""
    m = view.metrics
    out: list[Card] = []

    def add(label: str, path: str, interval: Markup | str = "", basis: Markup | str = "") -> None:
        if lookup(m, path) is not None:
            out.append(Card(label, figure(m, path), escape(interval), escape(basis)))

    n = Markup("n = {}").format(figure(m, "tactical.n"))
    add(_("Tactical long, mean"), "tactical.mean", _interval(view, "tactical.mean"), n)
    add(
        _("Tactical long less the same days held"),
        "yardstick.lead.mean",
        _interval(view, f"yardstick.lead.{believed(m) or INTERVALS[0]}"),
        Markup("n = {}").format(figure(m, "yardstick.n")),
    )
    without = Markup("")
    if lookup(m, "tactical.leave_one_out_low") is not None:
        without = say(
            "mean without one vintage {low} to {high}",
            low=figure(m, "tactical.leave_one_out_low"),
            high=figure(m, "tactical.leave_one_out_high"),
        )
    add(_("Tactical long, median"), "tactical.median", without, n)
    add(_("Above zero"), "tactical.hit_rate", _interval(view, "tactical.hit"), n)
    add(
        _("Reached the first target"),
        "tactical.first_target_rate",
        _interval(view, "tactical.first_target"),
        n,
    )
    worst = say("in {year}", year=figure(m, "tactical.worst_vintage"))
    best = Markup("")
    if lookup(m, "tactical.best") is not None:
        best = say(
            "best {value} in {year}",
            value=figure(m, "tactical.best"),
            year=figure(m, "tactical.best_vintage"),
        )
    add(_("Worst tactical long"), "tactical.worst", best, worst)
    add(
        _("Hedge, mean of a hedged year"),
        "hedge.mean",
        _interval(view, "hedge.mean"),
        say("of equity, n = {n}", n=figure(m, "hedge.n")),
    )
    add(
        _("Hedged less holding less"),
        "hedge.against_derisk.mean",
        _interval(view, "hedge.against_derisk.mean"),
        say("of equity, n = {n}", n=figure(m, "hedge.against_derisk.n")),
    )
    add(
        _("Next years with a fall of 20% from a high within them"),
        "next_year.rate_of_20",
        _interval(view, "next_year"),
        say(
            "{falls} of {n} years",
            falls=figure(m, "next_year.falls_of_20"),
            n=figure(m, "next_year.n"),
        ),
    )
    sessions = say("{n} sessions", n=figure(m, "total.sessions"))
    growth, _period = _growth(view)
    measures = [
        (_("Return a year, whole plan"), growth)
        if growth == "cagr"
        else (_("Total return, whole plan"), growth),
        (_("Max drawdown, whole plan"), "max_drawdown"),
    ]
    if growth == "cagr":
        measures.append((_("Sharpe ratio over bills, whole plan"), "sharpe_excess"))
    for label, key in measures:
        against = say("core alone {value}", value=figure(m, f"benchmark.{key}"))
        add(label, f"total.{key}", against, sessions)
    add(
        _("Coverage of the risk score"),
        "risk.mean_coverage",
        say("no score on {share} of the sessions", share=figure(m, "risk.share_blind")),
        _("mean share of its weight with data"),
    )
    return out


def _nothing_counted(view: View) -> Markup:
    m = view.metrics
    row = view.latest
    if not row.traded:
        ended = say("the tactical long was not entered ({reason})", reason=words(row.reason))
    else:
        ended = say(
            "the tactical long of {year} stands at {value}, ended by {reason}",
            year=row.year,
            value=Markup('<data value="{}">{}</data>').format(
                repr(row["tactical_return"]), show(row["tactical_return"], "percent")
            ),
            reason=row.ended,
        )
    return say(
        "No vintage counts towards an average: {complete} of {n} complete; {ended}.",
        complete=figure(m, "vintages.n_complete"),
        n=figure(m, "vintages.n"),
        ended=ended,
    )


def _hedge_finding(view: View) -> Markup:
    m = view.metrics
    if view.plan.hedge.instrument == "none":
        return say("The plan holds no hedge.")
    if not lookup(m, "vintages.n_complete"):
        return say("No hedged year is over yet.")
    if not lookup(m, "hedge.n"):
        return say(
            "The hedge was held in no complete vintage: the score stayed too low or without data."
        )
    out = say(
        "The hedge of the following year was held in {n} of them and changed equity by {mean}",
        n=figure(m, "hedge.n"),
        mean=figure(m, "hedge.mean"),
    )
    if lookup(m, "hedge.mean_low") is not None:
        out += say(
            " on average (95% interval {low} to {high})",
            low=figure(m, "hedge.mean_low"),
            high=figure(m, "hedge.mean_high"),
        )
    parts = lookup(m, "hedge.parts") or {}
    if parts:
        told = [
            Markup("{} {}").format(_(words), figure(m, f"hedge.parts.{name}"))
            for name, words in PARTS.items()
            if name in parts
        ]
        out += say(" ({parts})", parts=Markup(_(", ")).join(told))
    if lookup(m, "hedge.cost_per_drawdown_low") is not None:
        out += say(
            "; each point of drawdown saved cost {cost} points of return (95% interval {low} to "
            "{high})",
            cost=figure(m, "hedge.cost_per_drawdown_point"),
            low=figure(m, "hedge.cost_per_drawdown_low"),
            high=figure(m, "hedge.cost_per_drawdown_high"),
        )
    elif lookup(m, "hedge.cost_per_drawdown_point") is not None:
        out += say(
            "; each point of drawdown saved cost {cost} points of return, with no interval, for "
            "the saving itself may be nothing",
            cost=figure(m, "hedge.cost_per_drawdown_point"),
        )
    if lookup(m, "hedge.against_derisk_path.mean_low") is not None:
        return out + say(
            ". Against less core at the same average beta that is {lead}, at the same beta every "
            "day {path} (95% interval {low} to {high}): the difference between the two is timing.",
            lead=figure(m, "hedge.against_derisk.mean"),
            path=figure(m, "hedge.against_derisk_path.mean"),
            low=figure(m, "hedge.against_derisk_path.mean_low"),
            high=figure(m, "hedge.against_derisk_path.mean_high"),
        )
    return out + say(".")


def _optimistic(view: View) -> Markup | None:
    """What few years of a payoff with rare large losses cannot show, said where its mean stands."""
    skew = lookup(view.metrics, "hedge.skew")
    if skew is None or skew >= 0.0:
        return None
    return say(
        "Its losses reach further than its gains (skew {skew}): a mean of {n} such years errs to "
        "the optimistic side, and so does its interval.",
        skew=figure(view.metrics, "hedge.skew"),
        n=figure(view.metrics, "hedge.n"),
    )


def _growth(view: View) -> tuple[str, str]:
    """Key and period of the growth to tell: a year's figure only of at least a year."""
    sessions = lookup(view.metrics, "total.sessions") or 0
    if sessions >= SESSIONS_A_YEAR:
        return "cagr", _("a year")
    return "total_return", _("over {n} sessions", n=sessions)


def _counted_years(view: View) -> tuple[int, int]:
    years = [row.year for row in view.rows if row.complete and row.traded]
    return years[0], years[-1]


def _interval(view: View, stem: str) -> Markup:
    """95% interval from ``<stem>_low`` and ``<stem>_high``, or ``<stem>.low`` and ``.high``."""
    m = view.metrics
    for join in ("_", "."):
        low, high = f"{stem}{join}low", f"{stem}{join}high"
        if lookup(m, low) is not None:
            return say("95%: {low} to {high}", low=figure(m, low), high=figure(m, high))
    return Markup("")
