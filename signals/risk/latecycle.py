"""The five late-cycle flags together as rules: the score, and what it takes off size.

Both read `signals.risk.score`, the one definition; a plan hands its own numbers over.
"""

from __future__ import annotations

import pandas as pd

from market.container import Market
from market.kept import kept
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import rule
from signals.risk.score import DEFAULT, ScoreNumbers, combine, components

_INPUTS = (
    "fms_cash|leveraged_etf_assets|margin_debt_finra|margin_debt_nyse|hy_oas|moodys_baa"
    "|top10_weight|leadership|industries|xlp",
)
_NUMBERS = Parameter("numbers", "numbers of the score", "a plan's `risk` section")


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
        _NUMBERS,
    ),
)
def late_cycle(
    market: Market, *, score: float = 0.4, numbers: ScoreNumbers = DEFAULT
) -> pd.DataFrame:
    """Weighted mean of the available components; unavailable below the coverage."""
    joined = _score(market, numbers)
    value = joined["score"].to_numpy()
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
        _NUMBERS,
    ),
)
def high_risk_bounce(
    market: Market, *, scaling: float = 0.5, numbers: ScoreNumbers = DEFAULT
) -> pd.DataFrame:
    """The plan's k = 1 - scaling x score."""
    joined = _score(market, numbers)
    value = 1.0 - scaling * joined["score"].to_numpy()
    return on_figures(joined, value, 1.0, value < 1.0)


@kept(prices=False)
def _score(market: Market, numbers: ScoreNumbers) -> pd.DataFrame:
    """Score of each session with the dates of its newest input."""
    parts = components(market, numbers)
    newest = {
        name: pd.concat([part[name] for part in parts.values()], axis=1).max(axis=1)
        for name in ("stamp", "known_at")
    }
    return combine(parts, numbers)[["score"]].assign(**newest)
