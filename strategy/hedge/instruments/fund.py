"""A real fund's history: its daily returns, cleaned of splits, and how the model tracks it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market.container import Market
from market.errors import InputError
from market.files.columns import ADJUSTED_CLOSE
from strategy.account.legs import Floats

#: A day on which fund and model differ by more (in logarithms) is a split or a
#: distribution in unadjusted prices, not a return.
NO_RETURN = 0.08


@dataclass(frozen=True)
class Tracking:
    """The model against a fund over the days that both have.

    Attributes
    ----------
    series, first, last : str
    sessions : int
    fund, model, difference : float
        Annual returns (252 sessions), and model less fund.
    error : float
        Standard deviation of the daily difference, a year.
    total_return : bool
        Whether the fund's returns are those of its adjusted closes, distributions included.
    patched : int
        Days on which the file's price is a split or a distribution, so that
        the model's return stands for the fund's.
    """

    series: str
    first: str
    last: str
    sessions: int
    fund: float
    model: float
    difference: float
    error: float
    total_return: bool
    patched: int


@dataclass(frozen=True)
class Fund:
    """Daily returns of a loaded fund on the sessions of the index.

    Attributes
    ----------
    series : str
    daily : float64[n]
        Return from the previous close; NaN where the file does not have both.
    open_to_close : float64[n]
        Open as a share of the same day's close; NaN where there is none.
    tracking : Tracking
    """

    series: str
    daily: Floats
    open_to_close: Floats
    tracking: Tracking


def load_fund(market: Market, series: str, model: Floats) -> Fund:
    """The fund `series` of the market, compared with the model's daily returns.

    Where the file has adjusted closes beside its closes, returns are theirs: who
    holds the fund is paid its distributions. Else prices as loaded: a split or a
    large distribution is recognised by its distance from the model and replaced;
    ordinary distributions are then missing.

    Raises
    ------
    InputError
        Where the series is not loaded or shares no two days with the index.
    """
    if not market.has(series):
        raise InputError(
            f"the fund {series!r} is not loaded",
            where="hedge.inverse_etf.series",
            expected="a series of data.files",
            do=f"name its file as data.files.{series}, or leave the key null for the model",
        )
    observations = market.series[series]
    frame = observations.frame.reindex(market.sessions)
    main = "close" if "close" in observations.values else observations.values[0]
    close = frame[main].to_numpy(dtype=float)
    # a price counts on its own day only
    known = frame["known_at"].to_numpy() <= market.sessions.to_numpy()
    close = np.where(known, close, np.nan)
    daily = _returns(close)
    adjusted = ADJUSTED_CLOSE in frame
    if adjusted:
        whole = _returns(np.where(known, frame[ADJUSTED_CLOSE].to_numpy(dtype=float), np.nan))
        # a day without an adjusted close is as its close says
        daily = np.where(np.isnan(whole), daily, whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(np.log1p(daily) - np.log1p(np.maximum(model, -0.99)))
    odd = apart > NO_RETURN
    daily[odd] = model[odd]
    ratio = (
        frame["open"].to_numpy(dtype=float) / close
        if "open" in frame
        else np.full(len(close), np.nan)
    )
    both = np.flatnonzero(~np.isnan(daily))
    if len(both) < 2:
        raise InputError(
            f"the fund {series!r} has no two days in a row with the index",
            where="hedge.inverse_etf.series",
            do="load a file that overlaps the index",
        )
    tracking = _tracking(market, series, daily, model, both, int(odd.sum()), adjusted)
    return Fund(series, daily, ratio, tracking)


def _returns(close: Floats) -> Floats:
    daily = np.full(len(close), np.nan)
    daily[1:] = close[1:] / close[:-1] - 1.0
    return daily


def _tracking(
    market: Market,
    series: str,
    daily: Floats,
    model: Floats,
    both: np.ndarray,
    patched: int,
    adjusted: bool,
) -> Tracking:
    n = len(both)
    fund, own = (
        float(np.prod(1.0 + x[both]) ** (market.sessions_a_year / n) - 1.0) for x in (daily, model)
    )
    return Tracking(
        series,
        f"{market.sessions[both[0]]:%Y-%m-%d}",
        f"{market.sessions[both[-1]]:%Y-%m-%d}",
        n,
        fund,
        own,
        own - fund,
        float((model[both] - daily[both]).std(ddof=1) * np.sqrt(market.sessions_a_year)),
        adjusted,
        patched,
    )
