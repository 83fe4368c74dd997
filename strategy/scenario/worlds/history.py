"""What futures are made of: past sessions relative to the close before, and how each looked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from market.container import PRICE_COLUMNS, Market
from market.errors import InputError
from market.judge.days import rows_a_year
from market.rates import bill_rate
from strategy.scenario.worlds.paths import Table
from strategy.validation.resampling.blocks import optimal_block_length

#: Fewer sessions make no history.
LEAST_SESSIONS = 60
MONTH = 21


@dataclass(frozen=True)
class History:
    """The sessions that futures are drawn from, and the day they start.

    Attributes
    ----------
    sessions : DatetimeIndex
    table : Table
        The same sessions, as ratios.
    log_returns : float64[n]
    volatility : float64[n]
        Standard deviation of the log returns of the last month of sessions, a
        year; NaN where the month is not whole.
    distance : float64[n]
        Close less the highest close of the last year of sessions, fraction.
    score : float64[n]
        Risk score known at each close, NaN where it is not.
    copied : float
        Share of sessions whose open repeats the close before.
    """

    sessions: pd.DatetimeIndex
    table: Table
    log_returns: np.ndarray
    volatility: np.ndarray
    distance: np.ndarray
    score: np.ndarray
    copied: float

    def __len__(self) -> int:
        return len(self.sessions)

    @property
    def sessions_a_year(self) -> float:
        """Sessions of its market that make a year."""
        return rows_a_year(self.sessions)


def make_history(
    market: Market, score: np.ndarray, first: pd.Timestamp | None, last: pd.Timestamp
) -> History:
    """The sessions of `market` from `first` to `last`; what they looked like uses all before.

    Parameters
    ----------
    market : Market
    score : float64[sessions]
        Risk score known at each close of the market.
    first : Timestamp or None
        None: the second session of the market, which has a close before it.
    last : Timestamp

    Raises
    ------
    InputError
        Where fewer than `LEAST_SESSIONS` are left.
    """
    sessions = market.sessions
    prices = market.prices
    close = prices["close"].to_numpy(dtype=float)
    before = np.concatenate([[np.nan], close[:-1]])
    inside = np.asarray(sessions <= last) & ~np.isnan(before)
    if first is not None:
        inside &= np.asarray(sessions >= first)
    if inside.sum() < LEAST_SESSIONS:
        raise InputError(
            f"{int(inside.sum())} sessions up to {last:%Y-%m-%d} to make futures of",
            where="scenario.history_from",
            expected=f"at least {LEAST_SESSIONS}",
            do="start the history earlier, or load a longer series",
        )
    vix = np.full(len(sessions), np.nan)
    if market.has("vix"):
        vix = market.asof("vix")["value"].to_numpy(dtype=float) / 100.0
        vix = np.where(vix > 0.0, vix, np.nan)
    rate = np.nan_to_num(bill_rate(market)["rate"].to_numpy(dtype=float), nan=0.0)
    moves = np.log(close / before)
    series = pd.Series(close)
    volatility = pd.Series(moves).rolling(MONTH).std().to_numpy() * np.sqrt(market.sessions_a_year)
    highest = series.rolling(round(market.sessions_a_year), min_periods=MONTH).max().to_numpy()

    def part(values: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(values[inside], dtype=np.float64)

    bars = {name: prices[name].to_numpy(dtype=float) / before for name in PRICE_COLUMNS}
    table = Table(
        part(bars["open"]),
        part(bars["high"]),
        part(bars["low"]),
        part(bars["close"]),
        part(vix),
        part(rate),
    )
    return History(
        pd.DatetimeIndex(sessions[inside]),
        table,
        part(moves),
        part(volatility),
        part(close / highest - 1.0),
        part(score),
        float(market.copied_open[inside].mean()),
    )


def politis_white(history: History) -> float:
    """Mean block length of the stationary bootstrap for squared returns, sessions, at least 1.

    On squared returns, because what a plan with stops and a hedge lives on is
    how volatility clusters; plain returns hardly depend on each other and
    would give blocks of a few days.
    """
    moves = history.log_returns
    if moves.std() <= 0.0:
        return 1.0
    squared = (moves - moves.mean()) ** 2
    if squared.std() <= 1e-18:
        return 1.0
    found = optimal_block_length(squared)
    return max(1.0, found) if np.isfinite(found) else 1.0
