"""Arithmetic on daily bars that never looks ahead and never reaches across a hole in the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Differences of printed figures carry rounding: 3.85 - 3.20 is not quite 0.65, and counts as it.
HAIR = 1e-9

#: Rows further apart than this many calendar days leave a hole: history starts anew behind it.
#: The longest closure of the US market since 1950 (2001-09-10 to 09-17) is 7 days; one whole week
#: without a session, common elsewhere, is 10.
LONGEST_BREAK_DAYS = 10


def days(index: pd.Index) -> Ints:
    """Days since 1970-01-01 of a date index."""
    return index.to_numpy().astype("datetime64[D]").astype(np.int64)


def segments(index: pd.Index) -> Ints:
    """Number of holes before each row: rows of equal number belong to one unbroken history."""
    day = days(index)
    number = np.zeros(len(day), dtype=np.int64)
    if len(day) > 1:
        number[1:] = np.cumsum(np.diff(day) > LONGEST_BREAK_DAYS)
    return number


def age(segment: Ints) -> Ints:
    """How many rows of its own segment each row has behind it, itself included (1 is the first)."""
    n = len(segment)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    position = np.arange(n)
    first = np.maximum.accumulate(
        np.where(np.diff(segment, prepend=segment[0] - 1) != 0, position, 0)
    )
    return position - first + 1


def rolling_mean(x: Floats, n: int, segment: Ints) -> Floats:
    """Mean of the last `n` rows; NaN where the segment is shorter."""
    return _rolling(x, n, segment, "mean")


def rolling_max(x: Floats, n: int, segment: Ints) -> Floats:
    """Largest of the last `n` rows; NaN where the segment is shorter."""
    return _rolling(x, n, segment, "max")


def rolling_min(x: Floats, n: int, segment: Ints) -> Floats:
    """Smallest of the last `n` rows; NaN where the segment is shorter."""
    return _rolling(x, n, segment, "min")


def rolling_std(x: Floats, n: int, segment: Ints) -> Floats:
    """Standard deviation (n - 1) of the last `n` rows; NaN where the segment is shorter."""
    return _rolling(x, n, segment, "std")


def _rolling(x: Floats, n: int, segment: Ints, what: str) -> Floats:
    # windows, not running sums: a running sum carries rounding from row to row, and a close
    # that equals its average would then look above or below it
    out = np.full(len(x), np.nan)
    if n < 1 or len(x) < n:
        return out
    windows = sliding_window_view(x, n)
    if what == "std":
        out[n - 1 :] = windows.std(axis=1, ddof=1)
    else:
        out[n - 1 :] = getattr(windows, what)(axis=1)
    out[age(segment) < n] = np.nan
    return out


def shift(x: Floats, n: int, segment: Ints) -> Floats:
    """The value `n` rows earlier; NaN where the segment is shorter."""
    out = np.full(len(x), np.nan)
    if 0 < n < len(x):
        out[n:] = x[:-n]
    elif n == 0:
        out[:] = x
    out[age(segment) <= n] = np.nan
    return out


def streak(condition: Bools, segment: Ints) -> Ints:
    """Consecutive rows up to and including this one on which `condition` holds."""
    n = len(condition)
    position = np.arange(n)
    starts = np.diff(segment, prepend=-1) != 0 if n else np.zeros(0, dtype=bool)
    # the last row before the streak: a row that fails, or the row before a segment's first
    stop = np.where(~condition, position, np.where(starts, position - 1, -1))
    return position - np.maximum.accumulate(stop) if n else np.zeros(0, dtype=np.int64)


def last_true(condition: Bools) -> Ints:
    """Position of the latest row up to and including this one on which `condition` holds, or -1."""
    n = len(condition)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    return np.maximum.accumulate(np.where(condition, np.arange(n), -1))


def expanding_percentile(x: Floats, min_history: int) -> Floats:
    """Share of the figures so far, this one included, that are at or below this one.

    1.0 is a record high. NaN where `x` is, and until `min_history` figures are there.
    """
    ranks = pd.Series(x).expanding(min_periods=max(min_history, 1)).rank(method="max", pct=True)
    return ranks.to_numpy(dtype=np.float64)


def expanding_zscore(x: Floats, min_history: int) -> Floats:
    """Distance from the mean so far in standard deviations so far (n - 1), this row included."""
    known = ~np.isnan(x)
    filled = np.where(known, x, 0.0)
    count = np.cumsum(known)
    out = np.full(len(x), np.nan)
    enough = known & (count >= max(min_history, 2))
    if enough.any():
        mean = np.cumsum(filled) / np.maximum(count, 1)
        squares = np.cumsum(filled * filled)
        variance = (squares - count * mean * mean) / np.maximum(count - 1, 1)
        enough &= variance > 0.0
        out[enough] = (x[enough] - mean[enough]) / np.sqrt(variance[enough])
    return out


def pivots(x: Floats, k: int, segment: Ints, *, high: bool) -> Bools:
    """Rows that are the strict extreme of the `k` rows on either side.

    A pivot is known only `k` rows later: a rule may use row p from row p + k on.
    """
    sign = 1.0 if high else -1.0
    y = sign * x
    n = len(y)
    found = np.zeros(n, dtype=bool)
    if n < 2 * k + 1 or k < 1:
        return found
    windows = sliding_window_view(y, 2 * k + 1)
    centre = windows[:, k]
    others = np.maximum(windows[:, :k].max(axis=1), windows[:, k + 1 :].max(axis=1))
    whole = segment[2 * k :] == segment[: n - 2 * k]
    found[k : n - k] = (centre > others) & whole
    return found
