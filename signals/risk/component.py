"""A risk component: a point-in-time measure, and a ramp that makes it a risk between 0 and 1."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from signals.history.bars import Floats


def ramp(measure: Floats, from_: ArrayLike, to: ArrayLike) -> Floats:
    """0 at `from_`, 1 at `to`, linear between, flat beyond; NaN stays NaN.

    `to` may lie below `from_`: low cash is high risk.

    Examples
    --------
    >>> ramp(np.array([5.2, 4.4, 3.7]), 5.0, 4.0).round(12).tolist()
    [0.0, 0.6, 1.0]
    """
    start = np.asarray(from_, dtype=np.float64)
    end = np.asarray(to, dtype=np.float64)
    return np.clip((np.asarray(measure, dtype=np.float64) - start) / (end - start), 0.0, 1.0)


def component(
    joined: pd.DataFrame, measure: Floats, risk: Floats, proxy: Floats | bool = False
) -> pd.DataFrame:
    """The frame every component returns.

    Parameters
    ----------
    joined : DataFrame
        With ``stamp`` and ``known_at``.
    measure, risk : float64[n]
    proxy : bool or float64[n], optional
        Whether a proxy was read in place of the series meant.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``measure`` (float64), ``risk`` (float64 in [0, 1]; NaN
        where no usable input was known), ``stamp`` and ``known_at`` of the
        newest input (NaT there), ``proxy`` (1 or 0; NaN there).
    """
    usable = ~np.isnan(measure)
    nat = np.datetime64("NaT", "ns")

    def dates(name: str) -> pd.DatetimeIndex:
        values = joined[name].to_numpy().astype("datetime64[ns]")
        return pd.DatetimeIndex(np.where(usable, values, nat))

    return pd.DataFrame(
        {
            "measure": measure,
            "risk": risk,
            "stamp": dates("stamp"),
            "known_at": dates("known_at"),
            "proxy": np.where(np.isnan(risk), np.nan, np.asarray(proxy, dtype=np.float64)),
        },
        index=joined.index,
    )


def first_known(*frames: pd.DataFrame) -> pd.DataFrame:
    """Each session's first component frame whose risk is known; the last one where none is."""
    found = frames[-1]
    for frame in reversed(frames[:-1]):
        found = frame.where(frame["risk"].notna(), found)
    return found
