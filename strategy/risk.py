"""The risk score: five late-cycle flags, weighted over those with a usable input, and coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.cash import cash_risk
from signals.concentration import concentration_risk
from signals.credit import credit_risk
from signals.leverage import leverage_risk
from signals.rotation import rotation_risk
from strategy.plan import Risk


def risk_components(market: Market, risk: Risk) -> dict[str, pd.DataFrame]:
    """Each component per session: ``measure``, ``risk`` in [0, 1], ``stamp``, ``known_at``.

    NaN in ``risk`` means that no usable input was known; it is never filled.
    """
    cash = risk.cash
    return {
        "cash": cash_risk(
            market,
            from_=cash.from_,
            to=cash.to,
            earlier=tuple((pd.Timestamp(e.until), e.from_, e.to) for e in cash.earlier),
        ),
        "leverage": leverage_risk(market, from_=risk.leverage.from_, to=risk.leverage.to),
        "credit": credit_risk(
            market, from_=risk.credit.from_, to=risk.credit.to, months=risk.credit.months
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


def combine(components: dict[str, pd.DataFrame], risk: Risk) -> pd.DataFrame:
    """Score and coverage of DESIGN section 8.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``score`` (NaN below ``min_coverage``), ``coverage``
        (share of the weight with a usable input, 0..1), ``risk_<component>``.
    """
    names = list(components)
    values = np.column_stack([components[name]["risk"].to_numpy(dtype=float) for name in names])
    values = values + 0.0  # a ramp can leave a negative zero
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
