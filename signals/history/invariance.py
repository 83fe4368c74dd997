"""Prefix invariance: a signal says the same about a day whether or not later data are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from market.container import Market


class Leak(NamedTuple):
    """Where a signal changed once later data were there.

    Attributes
    ----------
    until : Timestamp
        Day after which the data were cut.
    session : Timestamp
        Session whose row differs.
    column : str
    then, later : object
        The value from the data up to `until`, and from all data.
    """

    until: pd.Timestamp
    session: pd.Timestamp
    column: str
    then: object
    later: object


def first_leak(
    signal: Callable[[Market], pd.DataFrame],
    market: Market,
    dates: Iterable[pd.Timestamp | str],
    *,
    cut: Callable[[Market, pd.Timestamp], Market] = Market.until,
) -> Leak | None:
    """The first row of `signal` that later data change, or None.

    For each date, the signal on the market as it was known at that day's close
    must equal the signal on the whole market, on every session up to the date
    and in every column (numbers to a relative 1e-9, everything else exactly).

    Parameters
    ----------
    signal : callable
        From a market to a frame with one row per session.
    market : Market
    dates : iterable of dates
        Days after which the data are cut; they need not be sessions.
    cut : callable
        How a market is cut; a test of many signals may pass one that remembers.
    """
    whole = signal(market)
    for date in map(pd.Timestamp, dates):
        known = cut(market, date)
        then = signal(known)
        later = whole.loc[:date]
        if not then.index.equals(known.sessions) or not later.index.equals(known.sessions):
            return Leak(date, date, "date", len(then), len(later))
        for column in whole.columns:
            a, b = then[column].to_numpy(), later[column].to_numpy()
            if a.dtype.kind == "f":
                same = np.isclose(a, b, rtol=1e-9, atol=1e-12, equal_nan=True)
            elif a.dtype.kind == "M":
                same = (a == b) | (np.isnat(a) & np.isnat(b))
            else:
                same = a == b
            if not same.all():
                i = int(np.argmin(same))
                return Leak(date, then.index[i], str(column), a[i], b[i])
    return None
