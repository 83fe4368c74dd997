"""The plan's risk score: `signals.risk.score` with the numbers of the plan's `risk` section."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.risk import score as one
from signals.risk.credit import has_high_yield
from signals.risk.leverage import has_fund_assets
from signals.risk.score import Points, ScoreNumbers
from strategy.plan import Risk

__all__ = ["combine", "numbers_of", "risk_components", "risk_score", "score_inputs"]


def numbers_of(risk: Risk) -> ScoreNumbers:
    """The plan's numbers as the score takes them."""
    parts = {
        name: Points(part.from_, part.to, part.weight) for name, part in risk.components().items()
    }
    spreads, assets = risk.credit.high_yield, risk.leverage.assets
    return ScoreNumbers(
        **parts,
        cash_earlier=tuple((e.until.isoformat(), e.from_, e.to) for e in risk.cash.earlier),
        assets=(assets.from_, assets.to),
        credit_months=risk.credit.months,
        high_yield=(spreads.from_, spreads.to, spreads.months),
        concentration_history=risk.concentration.min_history,
        rotation_sessions=risk.rotation.sessions,
        percentile=tuple(risk.percentile.components),
        percentile_history=risk.percentile.min_history,
        min_coverage=risk.min_coverage,
        min_components=risk.min_components,
        proxies=risk.proxies,
    )


def risk_components(market: Market, risk: Risk) -> dict[str, pd.DataFrame]:
    """Each component per session; see `signals.risk.score.components`."""
    return one.components(market, numbers_of(risk))


def combine(components: dict[str, pd.DataFrame], risk: Risk) -> pd.DataFrame:
    """Score and coverage; see `signals.risk.score.combine` and docs/simulation.md."""
    return one.combine(components, numbers_of(risk))


def risk_score(market: Market, risk: Risk) -> pd.DataFrame:
    """Score, coverage and components per session."""
    return one.score(market, numbers_of(risk))


#: The series that each component means, and the proxy that may take its place.
SERIES = {
    "cash": ("fms_cash", ""),
    "leverage": ("leveraged_etf_assets", "margin_debt_finra or margin_debt_nyse"),
    "credit": ("hy_oas", "moodys_baa - moodys_aaa"),
    "concentration": ("top10_weight", "leadership"),
    "rotation": ("xlp xlu xlv against xly xlk xli", "industries"),
}


def score_inputs(market: Market, components: dict[str, pd.DataFrame], risk: Risk) -> pd.DataFrame:
    """What each component reads: one row a component.

    Returns
    -------
    DataFrame
        ``component``, ``weight``, ``series``, ``stands_in`` (nothing but
        a proxy was read), ``scale`` (ramp or percentile), ``from``,
        ``to``, ``share_available``, ``share_proxy`` (of all sessions),
        ``first``, ``last``, ``mean``.
    """
    own = {
        "leverage": has_fund_assets(market) and "leverage" not in risk.percentile.components,
        "credit": has_high_yield(market) and "credit" not in risk.percentile.components,
    }
    rows = []
    for name, frame in components.items():
        known = frame["risk"].dropna()
        points = risk.components()[name]
        meant, proxy = SERIES[name]
        by_proxy = frame["proxy"] == 1.0
        series = meant
        if proxy and risk.proxies:
            reads_own = own.get(name, bool((frame["proxy"] == 0.0).any()))
            series = f"{meant}, else {proxy}" if reads_own else proxy
        rows.append(
            {
                "component": name,
                "weight": points.weight,
                "series": series,
                "stands_in": bool(by_proxy.any() and not (frame["proxy"] == 0.0).any()),
                "scale": "percentile" if name in risk.percentile.components else "ramp",
                "from": points.from_,
                "to": points.to,
                "share_available": len(known) / len(frame),
                "share_proxy": float(by_proxy.mean()),
                "first": known.index[0] if len(known) else pd.NaT,
                "last": known.index[-1] if len(known) else pd.NaT,
                "mean": float(known.mean()) if len(known) else np.nan,
            }
        )
    return pd.DataFrame(rows)
