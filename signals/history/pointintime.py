"""Point-in-time views of auxiliary series: what was known at the close of each session.

Every rule reads auxiliary series through this module. Three promises hold for all it returns:
a figure counts from its ``known_at`` on, never from its stamp; it counts only while the session is
within the series' staleness limit of the stamp; and the value at t is the same whether the figures
known after t are there or not.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from market.container import Market, asof_join
from market.kept import kept
from signals.history.bars import Bools, Floats, Ints


@kept(prices=False)
def figures(market: Market, series_id: str, column: str | None = None) -> pd.DataFrame:
    """All figures of one column: index ``stamp``; ``value``, ``known_at``.

    Without a column, the main one. A series that is not loaded, or has no
    such column, has no figures.
    """
    if not market.has(series_id):
        return _no_figures(["value"])
    frame = market.series[series_id].frame
    column = column or market.series[series_id].values[0]
    if column not in frame:
        return _no_figures(["value"])
    return frame[[column, "known_at"]].dropna().rename(columns={column: "value"})


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Only the figures that were not overtaken: none known later than a newer period's figure.

    On what is left, stamps and ``known_at`` ascend together, so a window over
    rows is known when its newest row is, and looks the same on every later day.
    """
    known = rows["known_at"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    if len(known) == 0:
        return rows
    earliest_from_here = np.minimum.accumulate(known[::-1])[::-1]
    keep = known <= earliest_from_here
    return rows if keep.all() else rows[keep]


@kept(prices=False)
def bars(market: Market, series_id: str, *columns: str) -> pd.DataFrame:
    """Rows of a daily series in order: index ``stamp``, the columns asked for, ``known_at``.

    Empty where the series is not loaded or lacks one of the columns.
    """
    wanted = list(columns) or ["close"]
    if not market.has(series_id):
        return _no_figures(wanted)
    observations = market.series[series_id]
    frame = observations.frame
    if wanted == ["close"] and "close" not in frame:
        wanted = [observations.values[0]]
    if not set(wanted) <= set(frame.columns):
        return _no_figures(list(columns) or ["close"])
    rows = frame[[*wanted, "known_at"]].dropna()
    rows.columns = [*(columns or ["close"]), "known_at"]
    return in_order(rows)


@kept(prices=False)
def aligned(market: Market, series: Mapping[str, str] | tuple[str, ...]) -> pd.DataFrame:
    """Closes of several daily series on the stamps that all of them have.

    Parameters
    ----------
    series : tuple of str
        Series ids; the columns of the result are named after them.

    Returns
    -------
    pandas.DataFrame
        Index ``stamp``; one column per series; ``known_at``, when the last of
        them was known. Empty where one of them is not loaded.
    """
    names = tuple(series)
    parts = [bars(market, name) for name in names]
    joined = parts[0].rename(columns={"close": names[0]})
    for name, part in zip(names[1:], parts[1:], strict=True):
        both = joined.join(part.rename(columns={"close": name, "known_at": "other"}), how="inner")
        both["known_at"] = both[["known_at", "other"]].max(axis=1)
        joined = both.drop(columns="other")
    return in_order(joined[[*names, "known_at"]])


def staleness(market: Market, *series_ids: str) -> int:
    """Shortest staleness limit of the series, calendar days; 0 where none is loaded."""
    loaded = [market.series[s].spec.staleness_days for s in series_ids if market.has(s)]
    return min(loaded) if loaded else 0


def in_force(sessions: pd.DatetimeIndex, rows: pd.DataFrame, staleness_days: int) -> pd.DataFrame:
    """Each column of `rows` as it stood at the close of each session.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; the columns of `rows` (NaN where nothing usable was
        known), then ``stamp`` and ``known_at`` (NaT there).
    """
    numbered = pd.DataFrame(
        {"row": np.arange(len(rows), dtype=np.float64), "known_at": rows["known_at"]},
        index=rows.index,
    )
    joined = asof_join(sessions, numbered, "row", staleness_days)
    row = joined["value"].to_numpy()
    usable = ~np.isnan(row)
    at = np.where(usable, row, 0.0).astype(np.int64)
    out: dict[str, object] = {}
    for name in rows.columns.drop("known_at"):
        values = rows[name].to_numpy(dtype=np.float64)
        out[str(name)] = (
            np.where(usable, values[at], np.nan) if len(values) else np.full(len(at), np.nan)
        )
    out["stamp"] = joined["stamp"].to_numpy()
    out["known_at"] = joined["known_at"].to_numpy()
    return pd.DataFrame(out, index=joined.index)


def restamped(joined: pd.DataFrame, index: pd.Index, last: Ints, seen: Ints) -> pd.DataFrame:
    """Dates of a weekly figure: its week's last row, and the row at which the week was over.

    ``joined`` carries daily rows of `index`, each with what the weeks up to it say;
    ``last`` and ``seen`` are positions in `index`, per row of it.
    """
    row = index.get_indexer(pd.DatetimeIndex(joined["stamp"]))
    known = row >= 0
    known[known] &= last[row[known]] >= 0
    at = np.where(known, row, 0)
    days = index.to_numpy().astype("datetime64[ns]")
    nat = np.datetime64("NaT", "ns")
    dated = joined.copy()
    if len(days):
        dated["stamp"] = np.where(known, days[last[at]], nat)
        dated["known_at"] = np.where(known, days[seen[at]], nat)
    return dated


def of_the_session(joined: pd.DataFrame) -> pd.DataFrame:
    """Only figures stamped on the session itself: what happened today is not yesterday's news."""
    today = joined["stamp"].to_numpy().astype("datetime64[D]") == joined.index.to_numpy().astype(
        "datetime64[D]"
    )
    return joined.where(pd.Series(today, index=joined.index))


def change_over_months(
    rows: pd.DataFrame, months: int, how: Literal["difference", "growth"]
) -> pd.DataFrame:
    """Change of a monthly figure against the same series `months` months earlier.

    Month to month by the calendar: where the earlier month has no figure, the
    change is missing, never taken from a neighbour. It is known once both
    figures are. `growth` is a fraction of the earlier figure.
    """
    month = _month(rows.index)
    known = rows["known_at"].to_numpy().astype("datetime64[ns]")
    value = rows["value"].to_numpy(dtype=np.float64)
    # one figure a month: the one known first, so that a later one changes nothing
    order = np.lexsort((np.arange(len(month)), known, month))
    first = order[np.flatnonzero(np.diff(month[order], prepend=-1) != 0)]
    month, known, value = month[first], known[first], value[first]
    base = np.searchsorted(month, month - months)
    found = (base < len(month)) & (month[np.minimum(base, len(month) - 1)] == month - months)
    now, then = np.flatnonzero(found), base[found]
    if how == "growth":
        positive = value[then] > 0.0
        now, then = now[positive], then[positive]
        change = value[now] / value[then] - 1.0
    else:
        change = value[now] - value[then]
    return pd.DataFrame(
        {"value": change, "known_at": np.maximum(known[now], known[then])},
        index=pd.DatetimeIndex(rows.index[first[now]], name="stamp"),
    )


def change_over_days(
    rows: pd.DataFrame, months: int, tolerance_days: int, *, column: str = "value"
) -> pd.DataFrame:
    """A figure and the one in force `months` months before its stamp.

    Parameters
    ----------
    rows : pandas.DataFrame
        Figures in order.
    tolerance_days : int
        How much older than that the earlier figure may be.

    Returns
    -------
    pandas.DataFrame
        Index ``stamp``; ``value``, ``base``, ``known_at``; only figures that
        have a base.
    """
    stamps = pd.DatetimeIndex(rows.index)
    then = stamps - pd.DateOffset(months=months)
    at = stamps.searchsorted(then, side="right") - 1
    found = at >= 0
    at = np.maximum(at, 0)
    if len(stamps):
        found &= np.asarray((then - stamps[at]).days <= tolerance_days)
    values = rows[column].to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "value": values[found],
            "base": values[at[found]] if len(values) else values,
            "known_at": rows["known_at"].to_numpy()[found],
        },
        index=stamps[found],
    )


def percentile_in_force(
    sessions: pd.DatetimeIndex, rows: pd.DataFrame, min_history: int, staleness_days: int
) -> pd.DataFrame:
    """Point-in-time percentile of the figure in force among all figures known by then.

    Returns
    -------
    pandas.DataFrame
        Index ``date``; ``value`` (the figure), ``percentile`` (share of the
        known figures at or below it, 1.0 is a record high; NaN before
        `min_history` figures were known), ``stamp``, ``known_at``.
    """
    joined = in_force(sessions, rows, staleness_days)
    stamps = rows.index.to_numpy().astype("datetime64[ns]").astype(np.int64)
    known = rows["known_at"].to_numpy().astype("datetime64[ns]").astype(np.int64)
    values = rows["value"].to_numpy(dtype=np.float64)
    history: list[float] = []
    shares: list[float] = []
    events: list[int] = []
    newest, current = -(2**63), np.nan
    for i in np.argsort(known, kind="stable"):
        insort(history, float(values[i]))
        if stamps[i] >= newest:
            newest, current = int(stamps[i]), float(values[i])
        share = bisect_right(history, current) / len(history)
        share = share if len(history) >= min_history else np.nan
        if events and events[-1] == known[i]:
            shares[-1] = share
        else:
            events.append(int(known[i]))
            shares.append(share)
    day = sessions.to_numpy().astype("datetime64[ns]").astype(np.int64)
    at = np.searchsorted(np.array(events, dtype=np.int64), day, side="right") - 1
    share_at = np.array([*shares, np.nan])[at]  # at = -1 finds the NaN
    usable: Bools = ~np.isnan(joined["value"].to_numpy())
    joined.insert(1, "percentile", np.where(usable, share_at, np.nan))
    return joined


def latest_of(
    frames: Mapping[str, pd.DataFrame], value: str = "value"
) -> tuple[pd.DataFrame, Ints]:
    """Of several frames, the row whose stamp is the latest; the first of them on ties.

    Returns the chosen rows and the position of the frame that each came from, -1 for none.
    """
    parts = list(frames.values())
    stamps = np.column_stack(
        [
            np.where(
                np.isnan(p[value].to_numpy(dtype=np.float64)),
                np.iinfo(np.int64).min,
                p["stamp"].to_numpy().astype("datetime64[ns]").astype(np.int64),
            )
            for p in parts
        ]
    )
    chosen = np.argmax(stamps, axis=1)
    return pick(parts, chosen), np.where(stamps.max(axis=1) > np.iinfo(np.int64).min, chosen, -1)


def pick(parts: list[pd.DataFrame], chosen: Ints) -> pd.DataFrame:
    """Row i of the frame number ``chosen[i]``; the frames share index and columns."""
    row = np.arange(len(chosen))
    columns = {
        name: np.column_stack([p[name].to_numpy() for p in parts])[row, chosen]
        for name in parts[0].columns
    }
    return pd.DataFrame(columns, index=parts[0].index)


def _month(index: pd.Index) -> Ints:
    return index.to_numpy().astype("datetime64[M]").astype(np.int64)


def _no_figures(columns: list[str]) -> pd.DataFrame:
    empty: Floats = np.zeros(0)
    frame = pd.DataFrame(dict.fromkeys(columns, empty), index=pd.DatetimeIndex([], name="stamp"))
    frame["known_at"] = pd.DatetimeIndex([])
    return frame
