"""Assumptions and limits: what a run's figures do not say, in plain words."""

from __future__ import annotations

from market.serialise import lookup
from reports.run.view import View
from reports.text.format import percent, sentence_list, show
from reports.text.language import _, _n


def limits(view: View) -> list[str]:
    """What the figures do not say, in plain words."""
    plan, m = view.plan, view.metrics
    n = lookup(m, "tactical.n") or 0
    out = [
        _(
            "The plan trades once a year, so {n} complete vintages are {n} observations, however "
            "many days they contain. Intervals treat vintages as independent draws of one process; "
            "six decades of markets are hardly that.",
            n=n,
        ),
        _(
            "The past shown here was known when the plan was written. No interval on this page "
            "pays for that choice."
        ),
    ]
    out.append(_dividends(view))
    out.append(
        _(
            "Costs are assumptions: {fee} basis points a fill, {slippage} more for market orders, "
            "{borrow} a year to borrow stock. Nobody traded this index at these costs in the early "
            "decades.",
            fee=f"{plan.costs.fee_bps:g}",
            slippage=f"{plan.costs.slippage_bps:g}",
            borrow=f"{plan.costs.borrow_bps:g}",
        )
    )
    share = lookup(m, "data.share_on_copied_open")
    if share:
        out.append(
            _(
                "{share} of the fills at an open used an open that merely repeats the previous "
                "close, as published histories do for many years. Such a fill is in truth a fill "
                "at the previous close.",
                share=show(share, "share"),
            )
        )
    for name, found in (lookup(m, "data.judged") or {}).items():
        for key in ("put_right", "left_out", "doubted"):
            for sentence in found[key]:
                out.append(_judged(key, name, sentence))
    if lookup(m, "data.close_only"):
        out.append(_("The prices are closes only: stops and targets inside a day cannot be seen."))
    ambiguous = lookup(m, "tactical.ambiguous_bars")
    if ambiguous is not None:
        out.append(_("A daily bar does not tell whether its high or its low came first."))
        counted = _n(
            "{n} bar reached both stop and target",
            "{n} bars reached both stop and target",
            ambiguous,
        )
        if plan.tactical.same_bar == "stop_first":
            out[-1] += _(" {bars}; the stop is taken to be first", bars=counted)
        else:
            out[-1] += _(" {bars}; the target is taken to be first", bars=counted)
        other = lookup(m, "tactical.mean_other_policy")
        if other:
            out[-1] += _(", the other choice gives a mean of {mean}.", mean=show(other, "percent"))
        else:
            out[-1] += _(".")
    weight = plan.core.weight + plan.tactical.size.weight
    if weight > 1.0:
        out.append(
            _(
                "The tactical long comes on top of the core: together up to {weight} of equity, "
                "the excess borrowed. Part of any gain over the core alone is that leverage.",
                weight=show(weight, "share", 0),
            )
        )
    out.append(
        _(
            "Entry, stop, size, hedge instrument and hedge ratio are not in the article: they are "
            "choices of this program's authors, marked in the plan file."
        )
    )
    absent = lookup(m, "data.absent_components") or []
    if absent:
        out.append(
            _(
                "The score had no usable input for {components}; a missing input is left out and "
                "lowers the coverage, it is never guessed.",
                components=sentence_list([_(name) for name in absent]),
            )
        )
    out.append(
        _(
            "Where the series meant is not loaded a proxy stands in: margin debt for leveraged "
            "funds, Moody's Baa less Aaa for high-yield spreads, industry portfolios for sector "
            "funds, their leadership for the weight of the ten largest companies."
        )
    )
    return out


def _judged(key: str, name: str, finding: str) -> str:
    """One finding about the rows of a user's file; the finding itself names rows and figures."""
    if key == "put_right":
        return _("Rows of {name} were put right: {finding}.", name=name, finding=finding)
    if key == "left_out":
        return _("Rows of {name} were left out: {finding}.", name=name, finding=finding)
    return _("Rows of {name} are doubted: {finding}.", name=name, finding=finding)


def _dividends(view: View) -> str:
    """How dividends enter, and from when on they are an assumption."""
    paid = lookup(view.metrics, "data.dividends") or {}
    constant = percent(view.plan.costs.dividend_yield)
    if not paid.get("source"):
        return _(
            "Dividends enter as a constant yield of {dividends} a year on top of the prices: an "
            "assumption, and counted twice if the prices are already adjusted for dividends.",
            dividends=constant,
        )
    if paid["source"] == "closes":
        return _(
            "The closes are adjusted for dividends: dividends are in the prices, and none are "
            "added."
        )
    if paid.get("constant_from"):
        return _(
            "The index is a price index. Dividends enter as the trailing twelve months, known one "
            "quarter late, over the price; from {day} on, where that series has ended, as a "
            "constant yield of {dividends} a year, which is an assumption.",
            day=paid["constant_from"],
            dividends=constant,
        )
    return _(
        "The index is a price index. Dividends enter as the trailing twelve months, known one "
        "quarter late, over the price."
    )
