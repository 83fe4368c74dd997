"""Readings: what a rule says on every session, and how readings are put together.

One row per session (index ``date``):

value : float64
    The measure, in the rule's unit; NaN where it is unavailable.
threshold : float64
    What the value is held against; NaN where there is none that day.
state : int8
    1 true, 0 false, -1 unavailable: an input is not loaded, stale, or too short.
stamp, known_at : datetime64
    Of the newest input; NaT where unavailable.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from market.container import Market
from signals.history.bars import Bools, Floats

TRUE, FALSE, UNAVAILABLE = 1, 0, -1


def unavailable(sessions: pd.DatetimeIndex) -> pd.DataFrame:
    """The reading of a rule that knows nothing."""
    n = len(sessions)
    return _frame(
        sessions,
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.zeros(n, dtype=bool),
        np.full(n, np.datetime64("NaT"), dtype="datetime64[ns]"),
        np.full(n, np.datetime64("NaT"), dtype="datetime64[ns]"),
    )


def on_sessions(
    market: Market, value: Floats, threshold: ArrayLike, true: Bools, known: Bools | None = None
) -> pd.DataFrame:
    """Reading of a rule on the traded index: known at the close of its own session."""
    days = market.sessions.to_numpy()
    return _frame(market.sessions, value, threshold, true, days, days, known)


def on_figures(
    joined: pd.DataFrame,
    value: Floats,
    threshold: ArrayLike,
    true: Bools,
    known: Bools | None = None,
) -> pd.DataFrame:
    """Reading of a rule on auxiliary series, dated as the rows of `joined` are.

    ``joined`` is what `signals.history.pointintime.in_force` returns.
    """
    return _frame(
        pd.DatetimeIndex(joined.index),
        value,
        threshold,
        true,
        joined["stamp"].to_numpy(),
        joined["known_at"].to_numpy(),
        known,
    )


def _frame(
    sessions: pd.DatetimeIndex,
    value: Floats,
    threshold: ArrayLike,
    true: Bools,
    stamp: np.ndarray[Any, Any],
    known_at: np.ndarray[Any, Any],
    known: Bools | None = None,
) -> pd.DataFrame:
    usable = ~np.isnan(value)
    if known is not None:
        usable &= known
    limit = np.broadcast_to(np.asarray(threshold, dtype=np.float64), value.shape)
    state = np.where(usable, np.where(true, TRUE, FALSE), UNAVAILABLE).astype(np.int8)
    nat = np.datetime64("NaT", "ns")
    return pd.DataFrame(
        {
            "value": np.where(usable, value, np.nan),
            "threshold": limit.copy(),
            "state": state,
            "stamp": np.where(usable, stamp.astype("datetime64[ns]"), nat),
            "known_at": np.where(usable, known_at.astype("datetime64[ns]"), nat),
        },
        index=pd.DatetimeIndex(sessions, name="date"),
    )


def prefer(*readings: pd.DataFrame) -> pd.DataFrame:
    """Each session's first reading that is available; the last one where none is."""
    chosen = readings[-1]
    for reading in reversed(readings[:-1]):
        known = reading["state"].to_numpy() != UNAVAILABLE
        chosen = pd.DataFrame(
            {
                name: np.where(known, reading[name].to_numpy(), chosen[name].to_numpy())
                for name in reading
            },
            index=reading.index,
        )
    return chosen


def all_of(*readings: pd.DataFrame) -> pd.DataFrame:
    """How many readings are true, against all of them; unavailable where one of them is."""
    states = np.column_stack([r["state"].to_numpy() for r in readings])
    known = (states != UNAVAILABLE).all(axis=1)
    count = np.where(known, (states == TRUE).sum(axis=1), np.nan).astype(np.float64)

    def newest(name: str) -> pd.Series[Any]:
        return pd.concat([r[name] for r in readings], axis=1).max(axis=1)

    joined = pd.DataFrame({"stamp": newest("stamp"), "known_at": newest("known_at")})
    return on_figures(joined, count, float(len(readings)), count == len(readings))
