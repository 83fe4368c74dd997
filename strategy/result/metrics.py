"""One definition of each figure: returns, drawdown, ratios, and statistics over vintages.

A year is 252 sessions; drawdown is measured from the starting capital; rates
are simple fractions. Every figure a report shows comes from here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from market.year import DAYS_A_YEAR, DAYS_OF_YIELD, SESSIONS_A_YEAR
from strategy.hedge.cost_lines import COST_LINES, PARTS
from strategy.legs.reasons import Reason
from strategy.validation.intervals import CONFIDENCE, hit_interval
from strategy.validation.means import ratio_of_means


def drawdown(equity: np.ndarray) -> np.ndarray:
    """Fraction below the highest equity so far, the first value included; <= 0."""
    return equity / np.maximum.accumulate(equity) - 1.0


def max_drawdown(equity: np.ndarray) -> float:
    """Deepest drawdown, as a negative fraction; 0 for a path that never falls."""
    return float(drawdown(equity).min())


def bill_returns(rate: np.ndarray, dates: pd.DatetimeIndex) -> np.ndarray:
    """What idle cash earns from close to close, by the rate known at the earlier one.

    Parameters
    ----------
    rate : float64[n]
        A year, fraction; NaN where unknown.
    dates : DatetimeIndex[n]

    Returns
    -------
    float64[n - 1]
    """
    days = np.diff(dates.to_numpy()) / np.timedelta64(1, "D")
    return np.asarray(rate[:-1] * days / DAYS_OF_YIELD)


def performance(
    equity: np.ndarray, dates: pd.DatetimeIndex, bills: np.ndarray | None = None
) -> dict[str, Any]:
    """Figures of an equity path.

    Parameters
    ----------
    equity : float64[n]
        At each close, the starting capital first.
    dates : DatetimeIndex[n]
    bills : float64[n - 1], optional
        Of `bill_returns`; NaN where unknown.

    Returns
    -------
    dict
        ``total_return``, ``cagr`` (252 sessions a year; by the
        calendar where the market opens every day), ``volatility``
        (yearly, ddof 1), ``sharpe`` and ``sortino`` (yearly, excess over 0),
        ``sharpe_excess`` and ``sortino_excess`` (excess over bills, where every
        session's bill is known),
        ``max_drawdown`` (negative) with ``max_drawdown_start`` (the peak),
        ``max_drawdown_low`` and ``max_drawdown_end`` (recovery; null while
        under water), ``calmar``, ``worst_month``, ``best_month``, ``cvar_95``
        (mean of the worst 5 % of days), ``sessions``, ``sessions_a_year``
        (where it is not 252).
    """
    returns = equity[1:] / equity[:-1] - 1.0
    n = len(returns)
    out: dict[str, Any] = {"sessions": n}
    if n < 2:
        return out
    total = float(equity[-1] / equity[0] - 1.0)
    out["total_return"] = total
    year = rows_a_year(dates)
    if year != SESSIONS_A_YEAR:
        out["sessions_a_year"] = year
    # a market that opens every day counts its years by the calendar
    whole = (dates[-1] - dates[0]).days
    power = year / n if year == SESSIONS_A_YEAR else DAYS_A_YEAR / whole
    out["cagr"] = float((1.0 + total) ** power - 1.0) if total > -1.0 else -1.0
    spread = float(returns.std(ddof=1))
    mean = float(returns.mean())
    out["volatility"] = spread * np.sqrt(year)
    out["sharpe"] = mean / spread * np.sqrt(year) if spread > 0.0 else None
    if bills is not None and np.isfinite(bills).all():
        excess = returns - bills[:n]
        spread = float(excess.std(ddof=1))
        over = float(excess.mean()) / spread * np.sqrt(year) if spread > 0.0 else None
        out["sharpe_excess"] = over
        downside = float(np.sqrt(np.mean(np.minimum(excess, 0.0) ** 2)))
        over = float(excess.mean()) / downside * np.sqrt(year) if downside > 0.0 else None
        out["sortino_excess"] = over
    downside = float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)))
    out["sortino"] = mean / downside * np.sqrt(year) if downside > 0.0 else None
    falls = drawdown(equity)
    low = int(falls.argmin())
    out["max_drawdown"] = float(falls[low])
    if falls[low] < 0.0:
        peak = int(equity[: low + 1].argmax())
        recovered = np.flatnonzero(equity[low:] >= equity[peak])
        out["max_drawdown_start"] = f"{dates[peak]:%Y-%m-%d}"
        out["max_drawdown_low"] = f"{dates[low]:%Y-%m-%d}"
        out["max_drawdown_end"] = (
            f"{dates[low + int(recovered[0])]:%Y-%m-%d}" if len(recovered) else None
        )
        out["calmar"] = out["cagr"] / -out["max_drawdown"]
    else:
        out["max_drawdown_start"] = out["max_drawdown_low"] = out["max_drawdown_end"] = None
        out["calmar"] = None
    months = monthly_returns(equity, dates)
    out["worst_month"] = float(months.min()) if len(months) else None
    out["best_month"] = float(months.max()) if len(months) else None
    tail = np.sort(returns)[: max(1, int(np.ceil(0.05 * n)))]
    out["cvar_95"] = float(tail.mean())
    return out


def monthly_returns(equity: np.ndarray, dates: pd.DatetimeIndex) -> pd.Series:
    """Returns of whole calendar months; a month cut short at either end is left out."""
    series = pd.Series(equity, index=dates)
    ends = series.groupby(dates.to_period("M")).last()
    returns: pd.Series = ends.pct_change().iloc[1:]
    # after a month without a session there is no return of one month
    adjacent = np.diff(ends.index.astype("int64")) == 1
    returns = returns[adjacent]
    last = dates[-1]
    if len(returns) and np.busday_count(
        (last + pd.Timedelta(days=1)).date(),
        (last.to_period("M").end_time.normalize() + pd.Timedelta(days=1)).date(),
    ):
        returns = returns.iloc[:-1]
    return returns


def worst_month(equity: np.ndarray, months: np.ndarray) -> float:
    """Lowest return of the whole months of a path; NaN where there is none.

    Parameters
    ----------
    equity : float64[n]
    months : int64[n]
        Month number of each session, -1 in a month that the path's end cuts
        short.
    """
    ends = np.flatnonzero(np.diff(months, append=months[-1] + 1))
    ends = ends[months[ends] >= 0]
    closes = equity[ends]
    return float((closes[1:] / closes[:-1] - 1.0).min()) if len(closes) > 1 else float("nan")


def sample_statistics(values: np.ndarray, years: np.ndarray) -> dict[str, Any]:
    """Figures of one value a vintage: n, mean with its t interval, median, hit rate, extremes.

    `years` are the vintages' labels, years or texts. The t interval takes
    vintages as independent draws; with few of them it is wide, which is the
    point.
    """
    from scipy.special import stdtrit

    n = len(values)
    out: dict[str, Any] = {"n": n}
    if n == 0:
        return out
    mean = float(values.mean())
    hits = int((values > 0.0).sum())
    low, high = hit_interval(hits, n)
    out.update(
        mean=mean,
        median=float(np.median(values)),
        hits=hits,
        hit_rate=hits / n,
        hit_low=low,
        hit_high=high,
        worst=float(values.min()),
        worst_vintage=_label(years[values.argmin()]),
        best=float(values.max()),
        best_vintage=_label(years[values.argmax()]),
    )
    if n > 1:
        spread = float(values.std(ddof=1))
        out["std"] = spread
        error = spread / np.sqrt(n)
        out["t_stat"] = mean / error if error > 0.0 else None
        reach = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0)) * error
        out["mean_low"], out["mean_high"] = mean - reach, mean + reach
        without = (values.sum() - values) / (n - 1)
        out["leave_one_out_low"] = float(without.min())
        out["leave_one_out_high"] = float(without.max())
    return out


def _label(vintage: Any) -> int | str:
    """What a vintage is called in JSON: its year, or the text of a month, quarter or day."""
    return vintage if isinstance(vintage, str) else int(vintage)


def skewness(values: np.ndarray) -> float | None:
    """Third standardised moment; None of fewer than three values, or of equal ones."""
    away = values - values.mean() if len(values) else values
    spread = float(np.sqrt((away**2).mean())) if len(values) > 2 else 0.0
    return float((away**3).mean()) / spread**3 if spread > 0.0 else None


def tactical_metrics(vintages: pd.DataFrame) -> dict[str, Any]:
    """Statistics of the tactical leg over complete vintages, idle ones apart."""
    whole = vintages[vintages["complete"]]
    traded = whole[whole["tactical_return"].notna()]
    out = sample_statistics(
        traded["tactical_return"].to_numpy(dtype=float), traded["vintage"].to_numpy()
    )
    out["n_no_trade"] = int(len(whole) - len(traded))
    reasons = whole["exit_reason"].value_counts()
    out["exit_reasons"] = {
        r.label: int(reasons.get(r.label, 0)) for r in Reason if reasons.get(r.label, 0)
    }
    reached = int(traded["first_target_hit"].sum())
    low, high = hit_interval(reached, len(traded))
    out["first_target_hits"] = reached
    out["first_target_rate"] = reached / len(traded) if len(traded) else None
    out["first_target_low"], out["first_target_high"] = low, high
    out["ambiguous_bars"] = int(traded["ambiguous_bars"].sum())
    out["ambiguous_vintages"] = int((traded["ambiguous_bars"] > 0).sum())
    other = traded["tactical_return_other_policy"].to_numpy(dtype=float)
    out["mean_other_policy"] = float(other.mean()) if len(other) else None
    held = traded["sessions_held"].to_numpy(dtype=float)
    out["mean_sessions_held"] = float(held.mean()) if len(held) else None
    return out


def hedged_vintages(vintages: pd.DataFrame) -> pd.DataFrame:
    """Complete vintages that held a hedge that could be priced."""
    held = vintages["complete"] & (vintages["hedge_max_ratio"] > 0.0)
    return vintages[held & vintages["hedge_return"].notna()]


def hedge_metrics(vintages: pd.DataFrame) -> dict[str, Any]:
    """The hedge over complete vintages that held one: cost, gain, and its two alternatives.

    Returns
    -------
    dict
        Statistics of ``hedge_return`` and their ``skew`` (below zero: losses
        reach further than gains, and few years err to the optimistic side);
        ``statuses`` (vintages by what became
        of their hedge); ``costs`` (mean of each line over hedged vintages);
        ``parts`` (the mean taken apart: ``direction``, and each group of cost
        lines as what it added); ``cost_per_drawdown_point`` with its interval;
        ``with``, ``without`` and ``derisk`` (mean return, mean and worst
        drawdown, worst month of the same vintages); ``against_derisk``
        (statistics of the hedged less the comparator's return at equal average
        beta) and ``against_derisk_path`` (the same at equal beta in every
        session: what is left without the timing).
    """
    whole = vintages[vintages["complete"]]
    hedged = hedged_vintages(vintages)
    years = hedged["vintage"].to_numpy()
    out = sample_statistics(hedged["hedge_return"].to_numpy(dtype=float), years)
    out["n_not_hedged"] = int(len(whole) - len(hedged))
    out["n_blind"] = int(
        (whole["hedge_blind_share"].notna() & (whole["hedge_blind_share"] >= 1.0)).sum()
    )
    statuses = whole["hedge_status"].value_counts()
    out["statuses"] = {str(name): int(n) for name, n in statuses.items()}
    out["n_unavailable"] = out["statuses"].get("unavailable", 0)
    if not len(hedged):
        return out
    out["skew"] = skewness(hedged["hedge_return"].to_numpy(dtype=float))
    out["mean_cost"] = float(hedged["hedge_cost"].mean())
    out["mean_gain"] = float(hedged["hedge_gain"].mean())
    out["mean_ratio"] = float(hedged["hedge_mean_ratio"].mean())
    out["sum_return"] = float(hedged["hedge_return"].sum())
    out["costs"] = {
        name: float(hedged[f"hedge_{name}"].mean())
        for name in COST_LINES
        if hedged[f"hedge_{name}"].abs().sum() > 0.0
    }
    out["parts"] = {"direction": out["mean_gain"]} | {
        part: float(-sum(hedged[f"hedge_{name}"].mean() for name in names))
        for part, names in PARTS.items()
        if any(hedged[f"hedge_{name}"].abs().sum() > 0.0 for name in names)
    }
    for name, prefix in (("with", ""), ("without", "unhedged_"), ("derisk", "derisk_")):
        deepest = hedged[f"{prefix}max_drawdown"]
        out[name] = {
            "mean_return": float(hedged[f"{prefix or 'total_'}return"].mean()),
            "mean_max_drawdown": float(deepest.mean()),
            "worst_max_drawdown": float(deepest.min()),
            "worst_month": float(hedged[f"{prefix}worst_month"].min()),
        }
    saved = out["with"]["mean_max_drawdown"] - out["without"]["mean_max_drawdown"]
    given_up = out["without"]["mean_return"] - out["with"]["mean_return"]
    out["mean_drawdown_saved"] = saved
    out["cost_per_drawdown_point"] = given_up / saved if saved > 0.0 else None
    low, high = ratio_of_means(
        (hedged["unhedged_return"] - hedged["total_return"]).to_numpy(dtype=float),
        (hedged["max_drawdown"] - hedged["unhedged_max_drawdown"]).to_numpy(dtype=float),
    )
    out["cost_per_drawdown_low"], out["cost_per_drawdown_high"] = low, high
    out["n_drawdown_saved"] = int((hedged["drawdown_saved"] > 0.0).sum())
    out["n_capped"] = int((hedged["hedge_limited_sessions"] > 0).sum())
    for name in ("derisk", "derisk_path"):
        lead = (hedged["total_return"] - hedged[f"{name}_return"]).to_numpy(dtype=float)
        out[f"against_{name}"] = sample_statistics(lead, years)
    return out
