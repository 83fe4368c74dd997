"""The five late-cycle flags together: the score at its default weights, and what it takes off size.

The score of a plan, with the plan's own numbers, is `strategy.decide.score.risk_score`;
these rules show the same definition at the default numbers beside the other rules.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.history.bars import Floats
from signals.risk.cash import cash_risk
from signals.risk.concentration import concentration_risk
from signals.risk.credit import credit_risk
from signals.risk.leverage import leverage_risk
from signals.risk.rotation import rotation_risk

#: Components and weights of the plan's defaults, in the order of the outputs.
COMPONENTS = (
    ("cash", cash_risk, 1.0),
    ("leverage", leverage_risk, 1.0),
    ("credit", credit_risk, 1.0),
    ("concentration", concentration_risk, 0.5),
    ("rotation", rotation_risk, 0.5),
)
_INPUTS = (
    "fms_cash|leveraged_etf_assets|margin_debt_finra|margin_debt_nyse|hy_oas|moodys_baa"
    "|top10_weight|xlp",
)
_COVERAGE = Parameter(
    "min_coverage", "fraction", "share of the weight that must have an input", least=0, most=1
)


@rule(
    "R41",
    section="十",
    classes="cd",
    meaning="the late-cycle score reaches the level at which a hedge begins",
    unit="score, 0 to 1",
    inputs=_INPUTS,
    lag="as the components",
    parameters=(
        Parameter("score", "0 to 1", "where a hedge begins", least=0, most=1),
        _COVERAGE,
    ),
)
def late_cycle(market: Market, *, score: float = 0.4, min_coverage: float = 0.5) -> pd.DataFrame:
    """Weighted mean of the available components; unavailable below the coverage."""
    joined, value = _score(market, min_coverage)
    return on_figures(joined, value, score, value >= score)


@rule(
    "R38",
    section="九.2",
    classes="b",
    meaning="the late-cycle score takes something off the size of a new long",
    unit="size multiplier",
    inputs=_INPUTS,
    lag="as the components",
    parameters=(
        Parameter("scaling", "fraction", "size is 1 less this times the score", least=0, most=1),
        _COVERAGE,
    ),
)
def high_risk_bounce(
    market: Market, *, scaling: float = 0.5, min_coverage: float = 0.5
) -> pd.DataFrame:
    """The plan's k = 1 - scaling x score."""
    joined, score = _score(market, min_coverage)
    value = 1.0 - scaling * score
    return on_figures(joined, value, 1.0, value < 1.0)


def _score(market: Market, min_coverage: float) -> tuple[pd.DataFrame, Floats]:
    parts = [function(market) for _, function, _ in COMPONENTS]
    weights = np.array([weight for _, _, weight in COMPONENTS])
    risks = np.column_stack([p["risk"].to_numpy() for p in parts])
    known = ~np.isnan(risks)
    available = known @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(known, risks, 0.0) @ weights / available
    # a hair of tolerance so that a coverage of exactly min_coverage counts
    score[(available / weights.sum() < min_coverage - 1e-12) | (available == 0.0)] = np.nan
    newest = {
        name: pd.concat([p[name] for p in parts], axis=1).max(axis=1)
        for name in ("stamp", "known_at")
    }
    return pd.DataFrame(newest, index=parts[0].index), score
