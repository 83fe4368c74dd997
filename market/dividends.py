"""The dividend yield in force: trailing dividends of the index over its price, point in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept
from market.series.catalogue import PRICE_SERIES

#: Trailing twelve-month dividends by the price series that they belong to.
TRAILING = {PRICE_SERIES: "sp500_dividends"}


@kept
def dividend_yield(market: Market, constant: float, *, series: bool = True) -> pd.DataFrame:
    """Dividends a year over price, at the close of each session.

    The trailing twelve months known that day (one quarter late) over that
    day's close; the constant where the market has no such series, before it
    begins, and once its last figure is past its staleness limit. Closes that
    show to be adjusted hold their dividends already: none are added, unless a
    constant is asked for by `series` = False.

    Parameters
    ----------
    market : Market
    constant : float
        Fraction per year.
    series : bool, optional
        False: the constant throughout.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``yield`` (fraction per year), ``stamp`` of the figure
        behind it (NaT for the constant) and ``source`` (series id,
        ``constant``, or ``closes`` where the prices hold them).
    """
    index = pd.DatetimeIndex(market.sessions, name="date")
    result = pd.DataFrame(
        {
            "yield": np.full(len(index), float(constant)),
            "stamp": np.full(len(index), np.datetime64("NaT"), dtype="datetime64[ns]"),
            "source": pd.array(["constant"] * len(index), dtype="str"),
        },
        index=index,
    )
    if series and market.adjusted:
        result["yield"], result["source"] = 0.0, "closes"
        return result
    series_id = TRAILING.get(market.id, "")
    if not series or not series_id or not market.has(series_id):
        return result
    known = market.asof(series_id)
    usable = known["value"].notna()
    close = market.prices["close"].to_numpy(dtype=float)
    result.loc[usable, "yield"] = (known["value"].to_numpy(dtype=float) / close)[usable]
    result.loc[usable, "stamp"] = known.loc[usable, "stamp"]
    result.loc[usable, "source"] = series_id
    return result
