"""The risk score: five late-cycle flags, weighted over those with a usable input, and coverage."""

from __future__ import annotations

from bisect import bisect_right, insort

import numpy as np
import pandas as pd

from market.container import Market
from signals.risk.cash import cash_risk
from signals.risk.component import component, ramp
from signals.risk.concentration import concentration_risk
from signals.risk.credit import credit_risk, has_high_yield
from signals.risk.leverage import has_fund_assets, leverage_risk
from signals.risk.rotation import rotation_risk
from strategy.plan import Risk

#: Whether a component's series stands in for the one the article reads.
STAND_IN = {
    "cash": False,
    "leverage": True,  # margin debt, unless the assets of leveraged funds are loaded
    "credit": True,  # Baa less Aaa, unless high-yield spreads are loaded
    "concentration": False,
    "rotation": False,
}


def risk_components(market: Market, risk: Risk) -> dict[str, pd.DataFrame]:
    """Each component per session: ``measure``, ``risk`` in [0, 1], ``stamp``, ``known_at``.

    NaN in ``risk`` means that no usable input was known; it is never filled.
    A series that the article names and the user loaded is read before the one
    that stands in for it, session by session, but not by a percentile: the
    two have different scales.
    """
    cash, leverage, credit = risk.cash, risk.leverage, risk.credit
    by_percentile = risk.percentile.components
    assets, spreads = leverage.assets, credit.high_yield
    found = {
        "cash": cash_risk(
            market,
            from_=cash.from_,
            to=cash.to,
            earlier=tuple((pd.Timestamp(e.until), e.from_, e.to) for e in cash.earlier),
        ),
        "leverage": leverage_risk(
            market,
            from_=leverage.from_,
            to=leverage.to,
            assets=None if "leverage" in by_percentile else (assets.from_, assets.to),
        ),
        "credit": credit_risk(
            market,
            from_=credit.from_,
            to=credit.to,
            months=credit.months,
            high_yield=None
            if "credit" in by_percentile
            else (spreads.from_, spreads.to, spreads.months),
        ),
        "concentration": concentration_risk(
            market,
            from_=risk.concentration.from_,
            to=risk.concentration.to,
            min_history=risk.concentration.min_history,
        ),
        "rotation": rotation_risk(
            market,
            from_=risk.rotation.from_,
            to=risk.rotation.to,
            sessions=risk.rotation.sessions,
        ),
    }
    for name in by_percentile:
        points = risk.components()[name]
        found[name] = _by_percentile(
            found[name], points.from_, points.to, risk.percentile.min_history
        )
    return found


def _by_percentile(frame: pd.DataFrame, from_: float, to: float, min_history: int) -> pd.DataFrame:
    """The component with its measure's percentile among the figures in force so far.

    A figure counts once, on the first session on which it was in force, so
    that the percentile of a day looks the same on every later day.
    """
    measure = frame["measure"].to_numpy(dtype=float)
    stamps = frame["stamp"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    known = ~np.isnan(measure)
    percentile = np.full(len(measure), np.nan)
    history: list[float] = []
    seen: set[int] = set()
    share = np.nan
    for i in np.flatnonzero(known):
        if int(stamps[i]) not in seen:
            seen.add(int(stamps[i]))
            insort(history, float(measure[i]))
        share = bisect_right(history, float(measure[i])) / len(history)
        percentile[i] = share if len(history) >= min_history else np.nan
    return component(frame, percentile, ramp(percentile, from_, to))


def score_inputs(market: Market, components: dict[str, pd.DataFrame], risk: Risk) -> pd.DataFrame:
    """What each component reads: one row a component.

    Returns
    -------
    DataFrame
        ``component``, ``weight``, ``series``, ``stands_in`` (a proxy for what
        the article reads), ``scale`` (ramp or percentile), ``from``, ``to``,
        ``share_available``, ``first``, ``last``, ``mean``.
    """
    series = {
        "cash": "fms_cash",
        "leverage": "margin_debt_finra or margin_debt_nyse",
        "credit": "moodys_baa - moodys_aaa",
        "concentration": "top10_weight",
        "rotation": "xlp xlu xlv against xly xlk xli",
    }
    stands_in = dict(STAND_IN)
    if has_fund_assets(market) and "leverage" not in risk.percentile.components:
        series["leverage"] = f"leveraged_etf_assets, else {series['leverage']}"
        stands_in["leverage"] = False
    if has_high_yield(market) and "credit" not in risk.percentile.components:
        series["credit"] = "hy_oas, else moodys_baa - moodys_aaa"
        stands_in["credit"] = False
    rows = []
    for name, frame in components.items():
        known = frame["risk"].dropna()
        points = risk.components()[name]
        rows.append(
            {
                "component": name,
                "weight": points.weight,
                "series": series[name],
                "stands_in": stands_in[name],
                "scale": "percentile" if name in risk.percentile.components else "ramp",
                "from": points.from_,
                "to": points.to,
                "share_available": len(known) / len(frame),
                "first": known.index[0] if len(known) else pd.NaT,
                "last": known.index[-1] if len(known) else pd.NaT,
                "mean": float(known.mean()) if len(known) else np.nan,
            }
        )
    return pd.DataFrame(rows)


def combine(components: dict[str, pd.DataFrame], risk: Risk) -> pd.DataFrame:
    """Score and coverage (docs/simulation.md, "The risk score").

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``score`` (NaN below ``min_coverage``), ``coverage``
        (share of the weight with a usable input, 0..1), ``risk_<component>``.
    """
    names = list(components)
    values = np.column_stack([components[name]["risk"].to_numpy(dtype=float) for name in names])
    values = values + 0.0  # a ramp may give -0.0
    weights = np.array([risk.components()[name].weight for name in names])
    known = ~np.isnan(values)
    available = known @ weights
    coverage = available / weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(known, values, 0.0) @ weights / available
    # a hair of tolerance so that a coverage of exactly min_coverage counts
    score[(coverage < risk.min_coverage - 1e-12) | (available <= 0.0)] = np.nan
    index = components[names[0]].index
    frame = pd.DataFrame({"score": score, "coverage": coverage}, index=index)
    for j, name in enumerate(names):
        frame[f"risk_{name}"] = values[:, j]
    return frame


def risk_score(market: Market, risk: Risk) -> pd.DataFrame:
    """Score, coverage and components per session; see `combine`."""
    return combine(risk_components(market, risk), risk)
