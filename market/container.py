"""`Market`: the prices and auxiliary series of one run, each with when it could be known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd

from market.judge.days import rows_a_year
from market.judge.record import Judged
from market.series.catalogue import SeriesSpec
from market.shown import html_by

PRICE_COLUMNS = ("open", "high", "low", "close")

ROW_NOTES = ("known_at", "source", "precision", "conflict")
"""Columns of an observation that say something about its value; all others are values."""


@dataclass(frozen=True)
class Observations:
    """One auxiliary series: what it describes, and from when it could be used.

    Parameters
    ----------
    spec : SeriesSpec
        The series' catalogue entry (unit, lag, staleness, defects).
    frame : pandas.DataFrame
        Index ``stamp`` (last day that the figure describes, ascending,
        unique), one or more float64 value columns, ``known_at``
        (datetime64, first day at whose close the figure may be used) and,
        where rows have their own origin, ``source`` (str), ``precision`` (str,
        how the figure was stated) and ``conflict`` (str, what another page
        says; empty where none does).
    origin : str
        ``bundled``, or the path of the user's file.
    sha256 : str
        Hash of the file the rows were read from.
    judged : Judged, optional
        What the user's file was taken for, and what became of its rows.
    """

    spec: SeriesSpec
    frame: pd.DataFrame
    origin: str
    sha256: str
    judged: Judged | None = None

    def __repr__(self) -> str:
        if self.frame.empty:
            return f"Observations({self.id!r}, no rows)"
        first, last = pd.DatetimeIndex(self.frame.index[[0, -1]]).strftime("%Y-%m-%d")
        return f"Observations({self.id!r}, {len(self.frame)} rows, {first} to {last})"

    @property
    def id(self) -> str:
        """Id of the series in the catalogue."""
        return self.spec.id

    @property
    def values(self) -> list[str]:
        """Names of the value columns, the main one first."""
        return [c for c in self.frame.columns if c not in ROW_NOTES]

    def until(self, date: pd.Timestamp) -> Observations:
        """The rows that were known at the close of `date`."""
        return replace(self, frame=self.frame[self.frame["known_at"] <= date])


@dataclass(frozen=True)
class Market:
    """Prices per session and auxiliary series; knows nothing of the plan.

    Parameters
    ----------
    id : str
        Id of the price series (``sp500``, or the stem of the user's file).
    prices : pandas.DataFrame
        Index ``date`` (sessions, naive, ascending, unique), float64 columns
        ``open, high, low, close`` in index points.
    series : mapping of str to Observations
        Auxiliary series by catalogue id. A series that is not loaded is
        absent here: never a column of NaN.
    price_spec : SeriesSpec
        Catalogue entry of the price series.
    origin : str
        ``bundled``, or the path of the user's file.
    hashes : mapping of str to str
        sha256 of the file behind each series, the price series included.
    close_only : bool
        True where the source had closes only (open = high = low = close).
    data_version : str
        Label of the cache's version that some series were read from
        (``v7-3fa9c1d2``); empty where none was.
    judged : Judged, optional
        What the price file was taken for, and what became of its rows.
    adjusted : bool
        True where the price file shows that dividends are in its closes.
    """

    id: str
    prices: pd.DataFrame
    series: Mapping[str, Observations]
    price_spec: SeriesSpec
    origin: str = "bundled"
    hashes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    close_only: bool = False
    data_version: str = ""
    judged: Judged | None = None
    adjusted: bool = False

    _repr_html_ = html_by("reports.figures.notebook:market_html")

    def __repr__(self) -> str:
        if self.prices.empty:
            return f"Market({self.id!r}, no sessions)"
        first, last = self.sessions[[0, -1]].strftime("%Y-%m-%d")
        return (
            f"Market({self.id!r}, {len(self.prices)} sessions, {first} to {last}, "
            f"{len(self.series)} series: {', '.join(self.series)})"
        )

    @property
    def sessions(self) -> pd.DatetimeIndex:
        """Session dates of the prices."""
        index = self.prices.index
        assert isinstance(index, pd.DatetimeIndex)
        return index

    @cached_property
    def copied_open(self) -> np.ndarray:
        """True where a session's open equals the previous close to the cent.

        Many published histories before about 2008 fill the open that way; a
        fill at such an open is a fill at the previous close.
        Shape (n_sessions,), bool.
        """
        open_ = self.prices["open"].to_numpy()
        close = self.prices["close"].to_numpy()
        copied = np.zeros(len(open_), dtype=bool)
        copied[1:] = np.abs(open_[1:] - close[:-1]) < 0.005
        return copied

    @cached_property
    def sessions_a_year(self) -> float:
        """Rows of the prices that make a year: 252, or 365 where the market never closes."""
        return rows_a_year(self.sessions)

    def has(self, series_id: str) -> bool:
        """Whether the auxiliary series is loaded."""
        return series_id in self.series

    def until(self, date: pd.Timestamp | str) -> Market:
        """The market as it could be known at the close of `date`.

        The only door through which a decision sees data in tests of
        look-ahead: sessions after `date` and figures with a later
        ``known_at`` are gone.
        """
        date = pd.Timestamp(date)
        return replace(
            self,
            prices=self.prices[self.prices.index <= date],
            series=MappingProxyType({k: s.until(date) for k, s in self.series.items()}),
        )

    def asof(self, series_id: str, column: str | None = None) -> pd.DataFrame:
        """The figure in force at the close of each session.

        Joined on ``known_at``, never on the stamp: among the figures known at
        the close of t the one with the latest stamp counts, and only while
        ``t - stamp`` is within the series' staleness limit.

        Parameters
        ----------
        series_id : str
            Id of a loaded series.
        column : str, optional
            Value column; the main one by default.

        Returns
        -------
        pandas.DataFrame
            Index ``date`` (the sessions), columns ``value`` (float64, NaN
            where nothing usable was known), ``stamp``, ``known_at``
            (datetime64, NaT there).

        Raises
        ------
        KeyError
            If the series is not loaded.
        """
        observations = self.series[series_id]
        column = column or observations.values[0]
        rows = observations.frame[[column, "known_at"]].dropna()
        return asof_join(self.sessions, rows, column, observations.spec.staleness_days)


def asof_join(
    sessions: pd.DatetimeIndex, rows: pd.DataFrame, column: str, staleness_days: int
) -> pd.DataFrame:
    """As-of join of `rows` (index stamp, columns `column`, known_at) onto `sessions`.

    A figure published late for an old period never replaces a newer period's
    figure that was known before it: the latest stamp wins.
    """
    ordered = rows.sort_values("known_at", kind="stable")
    stamps = ordered.index.to_numpy().astype("datetime64[ns]").astype(np.int64)
    known = ordered["known_at"].to_numpy().astype("datetime64[ns]")
    # running position of the row with the latest stamp among those known so far
    best = np.zeros(len(stamps), dtype=np.int64)
    if len(stamps):
        newest = np.maximum.accumulate(stamps)
        is_new = stamps == newest
        best = np.maximum.accumulate(np.where(is_new, np.arange(len(stamps)), 0))
    position = (
        np.searchsorted(known, sessions.to_numpy().astype("datetime64[ns]"), side="right") - 1
    )
    usable = position >= 0
    row = best[np.where(usable, position, 0)] if len(stamps) else np.zeros(len(sessions), int)
    value = np.full(len(sessions), np.nan)
    stamp = np.full(len(sessions), np.datetime64("NaT"), dtype="datetime64[ns]")
    known_at = stamp.copy()
    if len(stamps):
        age = sessions.to_numpy().astype("datetime64[ns]").astype(np.int64) - stamps[row]
        usable &= age <= staleness_days * 86_400_000_000_000
        value[usable] = ordered[column].to_numpy(dtype=float)[row[usable]]
        stamp[usable] = ordered.index.to_numpy().astype("datetime64[ns]")[row[usable]]
        known_at[usable] = known[row[usable]]
    return pd.DataFrame(
        {"value": value, "stamp": stamp, "known_at": known_at},
        index=pd.DatetimeIndex(sessions, name="date"),
    )
