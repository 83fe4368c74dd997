"""The prices that fills are made at, as arrays that compiled functions read."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from market.container import Market
from market.errors import InputError


class Prices(NamedTuple):
    """Raw prices of a series, one float64[n] each, C-ordered."""

    open_: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]


def price_arrays(market: Market, fill: str) -> Prices:
    """Prices of a market as fills use them.

    Parameters
    ----------
    market : Market
    fill : {'next_open', 'next_close'}
        With ``next_close`` every price of a session is its close.
    """
    names = ("open", "high", "low", "close") if fill == "next_open" else ("close",) * 4
    return Prices(*(np.ascontiguousarray(market.prices[name], dtype=np.float64) for name in names))


def refuse_short_series(market: Market) -> None:
    """Raise InputError where the prices have too few sessions to trade on."""
    if len(market.sessions) < 2:
        raise InputError(
            f"price series {market.id} has {len(market.sessions)} sessions",
            where="data",
            expected="at least 2",
            do="load a longer series",
        )
