"""The bill rate: what idle cash earns, point in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market

MONTHS_A_YEAR = 12
PERCENT = 100.0


def bill_rate(market: Market) -> pd.DataFrame:
    """Short Treasury rate in force at the close of each session.

    The 3-month yield of the Treasury curve where a usable one is known
    (next business day); elsewhere the one-month bill return of the last
    completed month (``ff_rf``), annualised by simple multiplication
    (percent a month x 12 / 100). Neither is carried past its staleness
    limit: a session with nothing usable has NaN.

    Parameters
    ----------
    market : Market

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``rate`` (simple rate per year, fraction), ``stamp``
        and ``known_at`` of the figure behind it (NaT where none), ``source``
        (series id, empty where none).
    """
    index = pd.DatetimeIndex(market.sessions, name="date")
    result = pd.DataFrame(
        {
            "rate": np.full(len(index), np.nan),
            "stamp": np.full(len(index), np.datetime64("NaT"), dtype="datetime64[ns]"),
            "known_at": np.full(len(index), np.datetime64("NaT"), dtype="datetime64[ns]"),
            "source": pd.array([""] * len(index), dtype="str"),
        },
        index=index,
    )
    sources = (("ff_rf", "value", MONTHS_A_YEAR / PERCENT), ("treasury_curve", "m3", 1 / PERCENT))
    for series_id, column, factor in sources:
        if not market.has(series_id) or column not in market.series[series_id].values:
            continue
        known = market.asof(series_id, column)
        usable = known["value"].notna()
        result.loc[usable, "rate"] = known.loc[usable, "value"] * factor
        result.loc[usable, ["stamp", "known_at"]] = known.loc[usable, ["stamp", "known_at"]]
        result.loc[usable, "source"] = series_id
    return result
