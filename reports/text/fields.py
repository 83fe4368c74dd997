"""What each figure is called and which kind of number it is, by its name in metrics.json."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reports.text.language import _

Kind = Literal[
    "percent",  # fraction, shown as percent with sign
    "share",  # fraction without sign
    "cost",  # fraction, small, without plus sign
    "money",  # units of the starting capital's currency
    "points",  # index points
    "ratio",
    "count",
    "sessions",
    "date",
    "text",
    "truth",
]


@dataclass(frozen=True)
class Field:
    """What a figure is called and how it is shown.

    Parameters
    ----------
    label : str
        Words for the reader.
    kind : str
        One of `Kind`.
    note : str
        What it means, one sentence.
    """

    label: str
    kind: Kind
    note: str = ""


#: Figures by the last part of their path in metrics.json, or by column name.
FIELDS: dict[str, Field] = {
    # tactical leg
    "n": Field("Vintages counted", "count"),
    "n_complete": Field("Complete vintages", "count"),
    "n_no_trade": Field("Vintages without a trade", "count"),
    "mean": Field("Mean return", "percent"),
    "mean_low": Field("Mean, low end of the 95% interval", "percent"),
    "mean_high": Field("Mean, high end of the 95% interval", "percent"),
    "median": Field("Median return", "percent"),
    "std": Field("Standard deviation", "share"),
    "t_stat": Field("t statistic", "ratio", "Mean against zero, n − 1 degrees of freedom."),
    "hits": Field("Vintages above zero", "count"),
    "hit_rate": Field("Hit rate", "share", "Share of vintages above zero."),
    "hit_low": Field("Hit rate, low end of the 95% interval", "share"),
    "hit_high": Field("Hit rate, high end of the 95% interval", "share"),
    "boot_low": Field("Mean, low end of the 95% bootstrap interval", "percent"),
    "boot_high": Field("Mean, high end of the 95% bootstrap interval", "percent"),
    "p_sign_flip": Field(
        "p of the sign-flip test", "ratio", "How often flipped signs give a mean as far from zero."
    ),
    "shift": Field("Sessions earlier or later", "count"),
    "effect": Field("True difference a vintage", "percent"),
    "chance": Field("Chance to see it", "share"),
    "detectable": Field("Difference seen with a chance of 80%", "cost"),
    "spread": Field("Standard deviation of the difference", "share"),
    "p": Field("Share of placebo plans that did as well", "share"),
    "first_target_hits": Field("Vintages that reached the first target", "count"),
    "first_target_rate": Field("Share that reached the first target", "share"),
    "first_target_low": Field("Low end of its 95% interval", "share"),
    "first_target_high": Field("High end of its 95% interval", "share"),
    "worst": Field("Worst return", "percent"),
    "best": Field("Best return", "percent"),
    "worst_vintage": Field("Worst vintage", "text"),
    "best_vintage": Field("Best vintage", "text"),
    "leave_one_out_low": Field("Mean without the best vintage", "percent"),
    "leave_one_out_high": Field("Mean without the worst vintage", "percent"),
    "mean_sessions_held": Field("Mean length", "sessions"),
    "ambiguous_bars": Field(
        "Ambiguous bars", "count", "Sessions that reached the stop and a target."
    ),
    "ambiguous_vintages": Field("Vintages with an ambiguous bar", "count"),
    "mean_other_policy": Field("Mean return, other same-bar policy", "percent"),
    "share_of_sessions": Field("Time in the market", "share"),
    # hedge and the following year
    "mean_drawdown_saved": Field("Mean drawdown saved", "percent", "Against going without it."),
    "n_drawdown_saved": Field("Years in which it saved drawdown", "count"),
    "cost_per_drawdown_point": Field("Return given up per point of drawdown saved", "ratio"),
    "cost_per_drawdown_low": Field("its 95% interval, low end", "ratio"),
    "cost_per_drawdown_high": Field("its 95% interval, high end", "ratio"),
    "skew": Field("Skew", "ratio", "Below zero: losses reach further than gains."),
    "n_capped": Field("Years in which a limit on exposure acted", "count"),
    "n_not_hedged": Field("Vintages without a hedge", "count"),
    "n_blind": Field("of them without any score", "count"),
    "mean_cost": Field("Mean cost", "cost", "Fees, slippage and carry of a hedged year."),
    "mean_gain": Field("Mean gain before costs", "percent"),
    "mean_ratio": Field("Mean hedge held", "share", "Share of equity, over the hedge window."),
    "sum_return": Field("Sum over all hedged years", "percent"),
    "falls_of_20": Field("Years with a fall of 20% from a high within them", "count"),
    "rate_of_20": Field("Share of years with a fall of 20% from a high within them", "share"),
    "low": Field("Low end of the 95% interval", "share"),
    "high": Field("High end of the 95% interval", "share"),
    "median_return": Field("Median return", "percent"),
    # paths
    "total_return": Field("Total return", "percent"),
    "cagr": Field("Return a year", "percent", "Compound, over years of 252 sessions."),
    "volatility": Field("Volatility a year", "share"),
    "sharpe": Field("Sharpe ratio over zero", "ratio", "Years of 252 sessions."),
    "sharpe_excess": Field(
        "Sharpe ratio over bills", "ratio", "In excess of bills, years of 252 sessions."
    ),
    "sortino": Field("Sortino ratio over zero", "ratio"),
    "sortino_excess": Field("Sortino ratio over bills", "ratio"),
    "alpha": Field("Alpha a year", "percent", "Against the core, both in excess of bills."),
    "alpha_low": Field("its 95% interval, low end", "percent"),
    "alpha_high": Field("its 95% interval, high end", "percent"),
    "beta": Field("Beta", "ratio", "Against the core, both in excess of bills."),
    "beta_low": Field("its 95% interval, low end", "ratio"),
    "beta_high": Field("its 95% interval, high end", "ratio"),
    "calmar": Field("Calmar ratio", "ratio"),
    # of a sweep
    "lead": Field(
        "Lead over holding, a vintage",
        "percent",
        "Mean return of a whole vintage less holding the same exposure without the plan's rules.",
    ),
    "max_drawdown": Field("Max drawdown", "percent", "From the starting capital onwards."),
    "max_drawdown_start": Field("its peak", "date"),
    "max_drawdown_end": Field("recovered", "date"),
    "max_drawdown_low": Field("its low", "date"),
    "worst_month": Field("Worst month", "percent"),
    "best_month": Field("Best month", "percent"),
    "worst_year": Field("Worst year", "percent"),
    "best_year": Field("Best year", "percent"),
    "cvar_95": Field("Mean of the worst 5% of days", "percent"),
    "sessions": Field("Sessions", "count"),
    "pnl": Field("Profit", "money"),
    "carry": Field("Carry", "money"),
    "costs": Field("Fees and slippage", "money"),
    "capital": Field("Starting capital", "money"),
    # risk score and data
    "weight": Field("Weight", "ratio"),
    "share_available": Field("Sessions with data", "share"),
    "first": Field("From", "date"),
    "last": Field("To", "date"),
    "mean_coverage": Field("Mean coverage", "share", "Share of the score's weight with data."),
    "share_blind": Field("Time without a score", "share"),
    "mean_score": Field("Mean score", "ratio"),
    "fills": Field("Fills", "count"),
    "fills_at_open": Field("Fills at an open", "count"),
    "fills_on_copied_open": Field("of them at a copied open", "count"),
    "sessions_without_bill_rate": Field("Sessions without a bill rate", "count"),
    "share_on_copied_open": Field(
        "Fills at a copied open", "share", "Opens that repeat the previous close."
    ),
    # the newest vintage, a level of it
    "price": Field("Price", "points"),
    "distance": Field("From the last close", "percent"),
    # columns of vintages.csv
    "vintage": Field("Vintage", "text"),
    "anchor_date": Field("Anchor", "date"),
    "anchor_close": Field("Close at anchor", "points"),
    "entry_date": Field("Entry", "date"),
    "entry_price": Field("Entry price", "points"),
    "stop": Field("Stop", "points"),
    "zone_low": Field("Zone from", "points"),
    "zone_high": Field("Zone to", "points"),
    "extension_low": Field("Extension", "points"),
    "exit_date": Field("Exit", "date"),
    "exit_reason": Field("Ended by", "text"),
    "tactical_return": Field("Tactical", "percent", "Per unit of the sleeve's capital, net."),
    "max_adverse": Field("Deepest", "percent", "Largest move against the position."),
    "max_favourable": Field("Highest", "percent", "Largest move in its favour."),
    "score": Field("Score", "ratio", "Risk score when the hedge was decided."),
    "coverage": Field("Coverage", "share", "Share of the score's weight with data."),
    "hedge_return": Field("Hedge", "percent", "Contribution to equity, net."),
    "hedge_cost": Field("Hedge cost", "cost", "Fees, slippage and carry."),
    "core_return": Field("Core", "percent"),
    "next_year_return": Field("Index, next year", "percent"),
    "next_year_max_drawdown": Field("Its max drawdown", "percent"),
    "complete": Field("Complete", "truth"),
}

#: Figures that need other words in one part of metrics.json.
PATHS: dict[str, Field] = {
    "hedge.n": Field("Vintages with a hedge", "count"),
    "hedge.mean": Field("Mean contribution", "percent", "After costs and carry."),
    "hedge.median": Field("Median contribution", "percent"),
    "hedge.hit_rate": Field("Share of them above zero", "share"),
    "hedge.against_derisk.n": Field("Years compared with holding less", "count"),
    "hedge.against_derisk.mean": Field("Mean, hedged less holding less", "percent"),
    "hedge.against_derisk.mean_low": Field("its 95% interval, low end", "percent"),
    "hedge.against_derisk.mean_high": Field("its 95% interval, high end", "percent"),
    "hedge.best": Field("Best contribution", "percent"),
    "hedge.best_vintage": Field("Vintage of the best", "text"),
    "hedge.worst": Field("Worst contribution", "percent"),
    "hedge.worst_vintage": Field("Vintage of the worst", "text"),
    **{
        f"newest.{name}": known
        for name, known in {
            "last_date": Field("Last close on", "date"),
            "last_close": Field("Last close", "points"),
            "index_return": Field("Index since the anchor", "percent"),
            "until": Field("Hedge at the latest until", "date"),
            "final_on": Field("Final on", "date"),
            "next_anchor": Field("Next anchor", "date"),
            "tactical.gross_return": Field("Before costs", "percent"),
            "tactical.net_return": Field("After costs", "percent"),
            "hedge.opens_on": Field("Opens on", "date"),
            "hedge.first_date": Field("Held from", "date"),
            "hedge.held": Field("Ratio held now", "share"),
            "hedge.target": Field("Ratio the score asks for", "share"),
            "hedge.mean_ratio": Field("Mean ratio so far", "share"),
            "hedge.max_ratio": Field("Largest ratio so far", "share"),
            "hedge.average_sale": Field("Sold at, on average", "points"),
            "hedge.average_purchase": Field("Bought at, on average", "points"),
            "hedge.gain": Field("Profit before costs and carry", "percent"),
            "hedge.cost": Field("Costs and carry (negative: earned)", "cost"),
            "hedge.return": Field("Profit", "percent"),
            "hedge.score": Field("Risk score", "ratio"),
            "hedge.next_review": Field("Next review from", "date"),
            "result.before_costs": Field("Before costs", "percent"),
            "result.after_costs": Field("After costs", "percent"),
            "result.unhedged_return": Field("Without the hedge", "percent"),
        }.items()
    },
}

#: Figures whose name alone does not tell their kind, by the part of metrics.json they are in.
GROUPS: dict[str, Field] = {
    "parts": Field("Part of the mean contribution", "percent"),
    "exit_reasons": Field("Vintages", "count"),
}


def field(name: str) -> Field:
    """What is known of a figure, its words in the current language.

    A name without an entry still gets a label and a guess.
    """
    known = _find(name)
    return Field(_(known.label), known.kind, _(known.note) if known.note else "")


def _find(name: str) -> Field:
    known = PATHS.get(name) or FIELDS.get(name.rpartition(".")[2])
    group = name.split(".")[-2] if "." in name else ""
    if group in GROUPS:
        return GROUPS[group]
    if name.startswith("risk.components.") and name.endswith(".mean"):
        return Field("Mean risk", "ratio", "0 low, 1 high.")
    if known:
        return known
    label = name.rpartition(".")[2].replace("_", " ")
    label = label[:1].upper() + label[1:]
    kind: Kind = "ratio"
    if name.endswith(("return", "drawdown", "benefit", "cost", "carry", "low", "high", "mean")):
        kind = "percent"
    elif "share" in name or name.endswith(("coverage", "rate", "volatility")):
        kind = "share"
    elif name.endswith(("date", "start", "end")):
        kind = "date"
    return Field(label, kind)
