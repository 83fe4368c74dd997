"""Forced buying: squeezes of inverse ETFs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from signals.catalogue.parameters import Parameter
from signals.catalogue.reading import on_figures
from signals.catalogue.rules import not_computable, rule
from signals.history.bars import expanding_percentile, rolling_mean, segments, shift
from signals.history.pointintime import bars, in_force, in_order, of_the_session, staleness

not_computable(
    "R02",
    "inverse_etf_redemption",
    section="一",
    family="squeeze",
    classes="ae",
    meaning="net redemption of triple inverse ETFs on one day is among the four largest so far",
    reason="shares outstanding and net asset values by day are in issuers' files only",
    proxy="inverse_etf_squeeze",
)


@rule(
    "R02",
    section="一",
    classes="ae",
    meaning="on an up day of the index, the dollar volume of SPXU and SQQQ against its 60-day mean "
    "is in its highest percent so far",
    unit="percentile, fraction",
    inputs=("prices", "spxu", "sqqq"),
    proxy="dollar volume in place of redemptions",
    parameters=(
        Parameter("percentile", "fraction", "point-in-time percentile", least=0, most=1),
        Parameter("window", "sessions", "length of the mean volume", least=2, most=1000),
        Parameter("min_history", "sessions", "ratios needed before a percentile", least=2),
    ),
)
def inverse_etf_squeeze(
    market: Market, *, percentile: float = 0.99, window: int = 60, min_history: int = 252
) -> pd.DataFrame:
    """Volume x close of both, over the mean of the `window` sessions before."""
    both = bars(market, "spxu", "close", "volume").join(
        bars(market, "sqqq", "close", "volume").add_suffix("_sqqq"), how="inner"
    )
    both["known_at"] = both[["known_at", "known_at_sqqq"]].max(axis=1)
    rows = in_order(both)
    traded = (rows["close"] * rows["volume"] + rows["close_sqqq"] * rows["volume_sqqq"]).to_numpy(
        dtype=np.float64
    )
    segment = segments(rows.index)
    usual = shift(rolling_mean(traded, window, segment), 1, segment)
    ratio = np.where(usual > 0.0, traded / np.where(usual > 0.0, usual, 1.0), np.nan)
    frame = pd.DataFrame(
        {"rank": expanding_percentile(ratio, min_history), "known_at": rows["known_at"]},
        index=rows.index,
    )
    joined = of_the_session(in_force(market.sessions, frame, staleness(market, "spxu", "sqqq")))
    close = market.prices["close"].to_numpy(dtype=np.float64)
    before = shift(close, 1, segments(market.sessions))
    rank = joined["rank"].to_numpy()
    return on_figures(
        joined, rank, percentile, (rank >= percentile) & (close > before), ~np.isnan(before)
    )
