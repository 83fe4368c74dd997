"""The bill rate: what idle cash earns, point in time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from market.container import Market
from market.kept import kept

PERCENT = 100.0
#: Days to maturity of the bill that the monthly figure is of.
BILL_DAYS = 91.0


@kept(prices=False)
def bill_rate(market: Market) -> pd.DataFrame:
    """Short Treasury rate in force at the close of each session.

    The 3-month yield of the Treasury curve where a usable one is known
    (next business day); elsewhere the 3-month bill's average of the last
    completed month (``bill_3m``), a discount, as a yield (`bill_yield`).
    Neither is carried past its staleness limit: a session with nothing usable
    has NaN.

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
    for series_id, column in (("bill_3m", "value"), ("treasury_curve", "m3")):
        if not market.has(series_id) or column not in market.series[series_id].values:
            continue
        known = market.asof(series_id, column)
        usable = known["value"].notna()
        percent = known.loc[usable, "value"].to_numpy(dtype=float)
        result.loc[usable, "rate"] = (
            bill_yield(percent / PERCENT) if series_id == "bill_3m" else percent / PERCENT
        )
        result.loc[usable, ["stamp", "known_at"]] = known.loc[usable, ["stamp", "known_at"]]
        result.loc[usable, "source"] = series_id
    return result


def bill_yield(discount: np.ndarray) -> np.ndarray:
    """Yield of a 3-month bill quoted at a bank discount.

    A bill of 91 days costs ``1 − d · 91 / 360`` and pays 1; its yield a year is
    ``(1 / price − 1) · 365 / 91``, the basis of the Treasury curve.

    Parameters
    ----------
    discount : float64[n]
        Fraction per year of 360 days.
    """
    price = 1.0 - discount * BILL_DAYS / 360.0
    return np.asarray((1.0 / price - 1.0) * 365.0 / BILL_DAYS)
