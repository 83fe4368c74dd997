"""The words of the report that depend on the outcome: verdict, key figures, limits."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from reports.format import figure, lookup, percent, sentence_list, show, words
from reports.view import View
from strategy.metrics import YEAR


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
    """One sentence: what the December long did over n vintages, with its interval."""
    m = view.metrics
    tactical = m["tactical"]
    if not tactical.get("n"):
        return _nothing_counted(view)
    text = Markup("Over {} complete vintages from {} to {} the December long made {} on average")
    out = text.format(figure(m, "tactical.n"), *_counted_years(view), figure(m, "tactical.mean"))
    if lookup(m, "tactical.mean_low") is not None:
        out += Markup(" (95% interval {} to {})").format(
            figure(m, "tactical.mean_low"), figure(m, "tactical.mean_high")
        )
    return out + Markup(
        " and ended above zero in {} of them: {}, exact 95% interval {} to {}."
    ).format(
        figure(m, "tactical.hits"),
        figure(m, "tactical.hit_rate"),
        figure(m, "tactical.hit_low"),
        figure(m, "tactical.hit_high"),
    )


def findings(view: View) -> list[Markup]:
    """What else the first screen must say, most important first."""
    m = view.metrics
    out: list[Markup] = []
    low, high = lookup(m, "tactical.mean_low"), lookup(m, "tactical.mean_high")
    if low is not None:
        if low <= 0.0 <= high:
            out.append(
                Markup("The interval of the mean includes zero: luck alone would explain it.")
            )
        else:
            side = "above" if low > 0 else "below"
            out.append(
                Markup(
                    "The interval of the mean lies {} zero; it does not account for the number of "
                    "plans tried before this one."
                ).format(side)
            )
    out.append(_hedge_finding(view))
    key, period = _growth(view)
    if lookup(m, f"total.{key}") is not None:
        out.append(
            Markup(
                "Core, December longs and hedges together made {} {} with a max drawdown of {}; "
                "the core alone {} with {}."
            ).format(
                figure(m, f"total.{key}"),
                period,
                figure(m, "total.max_drawdown"),
                figure(m, f"benchmark.{key}"),
                figure(m, "benchmark.max_drawdown"),
            )
        )
    unfinished = lookup(m, "vintages.unfinished") or []
    if unfinished and tactical_counted(view):
        out.append(
            Markup("{} not finished: shown, marked, and in no average.").format(
                f"{sentence_list([str(y) for y in unfinished])} "
                + ("is" if len(unfinished) == 1 else "are")
            )
        )
    return out


def tactical_counted(view: View) -> bool:
    """Whether any vintage counts towards the December long's averages."""
    return bool(view.metrics["tactical"].get("n"))


def cards(view: View) -> list[Card]:
    """The key figures, each with its interval and its basis."""
    m = view.metrics
    out: list[Card] = []

    def add(label: str, path: str, interval: Markup | str = "", basis: Markup | str = "") -> None:
        if lookup(m, path) is not None:
            out.append(Card(label, figure(m, path), Markup(interval), Markup(basis)))

    n = Markup("n = {}").format(figure(m, "tactical.n"))
    add("December long, mean", "tactical.mean", _interval(view, "tactical.mean"), n)
    add(
        "December long, median",
        "tactical.median",
        _range(view, "tactical.leave_one_out", "mean without one vintage"),
        n,
    )
    add("Above zero", "tactical.hit_rate", _interval(view, "tactical.hit"), n)
    add(
        "Reached the first target",
        "tactical.first_target_rate",
        _interval(view, "tactical.first_target"),
        n,
    )
    worst = Markup("in {}").format(figure(m, "tactical.worst_vintage"))
    best = ""
    if lookup(m, "tactical.best") is not None:
        best = Markup("best {} in {}").format(
            figure(m, "tactical.best"), figure(m, "tactical.best_vintage")
        )
    add("Worst December long", "tactical.worst", best, worst)
    add(
        "Hedge, mean of a hedged year",
        "hedge.mean",
        _interval(view, "hedge.mean"),
        Markup("of equity, n = {}").format(figure(m, "hedge.n")),
    )
    add(
        "Falls of 20% in the next year",
        "next_year.rate_of_20",
        _interval(view, "next_year"),
        Markup("{} of {} years").format(
            figure(m, "next_year.falls_of_20"), figure(m, "next_year.n")
        ),
    )
    sessions = Markup("{} sessions").format(figure(m, "total.sessions"))
    growth, _ = _growth(view)
    measures = [
        ("Return a year" if growth == "cagr" else "Total return", growth),
        ("Max drawdown", "max_drawdown"),
    ]
    if growth == "cagr":
        measures.append(("Sharpe ratio", "sharpe"))
    for label, key in measures:
        against = Markup("core alone {}").format(figure(m, f"benchmark.{key}"))
        add(f"{label}, whole plan", f"total.{key}", against, sessions)
    add(
        "Coverage of the risk score",
        "risk.mean_coverage",
        Markup("no score on {} of the sessions").format(figure(m, "risk.share_blind")),
        "mean share of its weight with data",
    )
    return out


def limits(view: View) -> list[str]:
    """What the figures do not say, in plain words."""
    plan, m = view.plan, view.metrics
    n = lookup(m, "tactical.n") or 0
    out = [
        f"The plan trades once a year, so {n} complete vintages are {n} observations, however "
        "many days they contain. Intervals treat vintages as independent draws of one process; "
        "six decades of markets are hardly that.",
        "The past shown here was known when the plan was written. No interval on this page pays "
        "for that choice.",
    ]
    if view.market.id == "sp500":
        out.append(
            "The bundled index is a price index. Dividends enter as a constant yield of "
            f"{percent(plan.costs.dividend_yield)} a year, which is an assumption, not a record."
        )
    else:
        out.append(
            f"Dividends enter as a constant yield of {percent(plan.costs.dividend_yield)} a year "
            "on top of the prices: an assumption, and counted twice if the prices are already "
            "adjusted for dividends."
        )
    out.append(
        f"Costs are assumptions: {plan.costs.fee_bps:g} basis points a fill, "
        f"{plan.costs.slippage_bps:g} more for market orders, {plan.costs.borrow_bps:g} a year to "
        "borrow stock. Nobody traded this index at these costs in the early decades."
    )
    share = lookup(m, "data.share_on_copied_open")
    if share:
        out.append(
            f"{show(share, 'share')} of the fills at an open used an open that merely repeats the "
            "previous close, as published histories do for many years. Such a fill is in truth a "
            "fill at the previous close."
        )
    if lookup(m, "data.close_only"):
        out.append("The prices are closes only: stops and targets inside a day cannot be seen.")
    ambiguous = lookup(m, "tactical.ambiguous_bars")
    if ambiguous is not None:
        policy = {"stop_first": "the stop", "target_first": "the target"}
        chosen = policy[plan.tactical.same_bar]
        other = lookup(m, "tactical.mean_other_policy")
        out.append(
            f"A daily bar does not tell whether its high or its low came first. {ambiguous} "
            f"{'bar' if ambiguous == 1 else 'bars'} reached both stop and target; {chosen} is "
            "taken to be first"
            + (f", the other choice gives a mean of {show(other, 'percent')}." if other else ".")
        )
    weight = plan.core.weight + plan.tactical.size.weight
    if weight > 1.0:
        out.append(
            f"The December long comes on top of the core: together up to "
            f"{show(weight, 'share', 0)} of equity, the excess borrowed. Part of any gain over "
            "the core alone is that leverage."
        )
    out.append(
        "Entry, stop, size, hedge instrument and hedge ratio are not in the article: they are "
        "choices of this program's authors, marked in the plan file."
    )
    absent = lookup(m, "data.absent_components") or []
    if absent:
        out.append(
            f"The score had no usable input for {sentence_list(list(absent))}; a missing input is "
            "left out and lowers the coverage, it is never guessed."
        )
    out.append(
        "The leverage and credit components are proxies: margin debt stands in for leveraged "
        "funds, Moody's Baa less Aaa for high-yield spreads."
    )
    return out


def _nothing_counted(view: View) -> Markup:
    m = view.metrics
    row = view.latest
    if not row.traded:
        ended = Markup("the December long was not entered ({})").format(words(row.reason))
    else:
        ended = Markup(
            'the December long of {} stands at <data value="{}">{}</data>, ended by {}'
        ).format(
            row.year,
            repr(row["tactical_return"]),
            show(row["tactical_return"], "percent"),
            words(row.reason),
        )
    return Markup("No vintage counts towards an average: {} of {} complete; {}.").format(
        figure(m, "vintages.n_complete"), figure(m, "vintages.n"), ended
    )


def _hedge_finding(view: View) -> Markup:
    m = view.metrics
    if view.plan.hedge.instrument == "none":
        return Markup("The plan holds no hedge.")
    if not lookup(m, "vintages.n_complete"):
        return Markup("No hedged year is over yet.")
    if not lookup(m, "hedge.n"):
        return Markup(
            "The hedge was held in no complete vintage: the score stayed too low or without data."
        )
    out = Markup("The hedge of the following year was held in {} of them and changed equity by {}")
    out = out.format(figure(m, "hedge.n"), figure(m, "hedge.mean"))
    if lookup(m, "hedge.mean_low") is not None:
        out += Markup(" on average (95% interval {} to {})").format(
            figure(m, "hedge.mean_low"), figure(m, "hedge.mean_high")
        )
    if lookup(m, "hedge.mean_cost") is not None:
        out += Markup(", costs and carry of {} included").format(figure(m, "hedge.mean_cost"))
    return out + Markup(".")


def _growth(view: View) -> tuple[str, str]:
    """Key and period of the growth to tell: a year's figure only of at least a year."""
    sessions = lookup(view.metrics, "total.sessions") or 0
    if sessions >= YEAR:
        return "cagr", "a year"
    return "total_return", f"over {sessions} sessions"


def _counted_years(view: View) -> tuple[int, int]:
    years = [row.year for row in view.rows if row.complete and row.traded]
    return years[0], years[-1]


def _interval(view: View, stem: str) -> Markup:
    """95% interval from ``<stem>_low`` and ``<stem>_high``, or ``<stem>.low`` and ``.high``."""
    m = view.metrics
    for join in ("_", "."):
        low, high = f"{stem}{join}low", f"{stem}{join}high"
        if lookup(m, low) is not None:
            return Markup("95%: {} to {}").format(figure(m, low), figure(m, high))
    return Markup("")


def _range(view: View, stem: str, text: str) -> Markup:
    m = view.metrics
    if lookup(m, f"{stem}_low") is None:
        return Markup("")
    return Markup("{} {} to {}").format(text, figure(m, f"{stem}_low"), figure(m, f"{stem}_high"))
