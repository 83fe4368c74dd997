"""Yahoo's prices through yfinance, for networks from which plain requests are refused.

Asked only where it is named: it imitates a browser, connects to hosts that it
chooses and bounds neither time nor size in all, so that of the limits of
`market.live.fetch` only the wait for an answer applies.
"""

from __future__ import annotations

import atexit
import datetime as dt
import hashlib
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from market.live.fetch.http import Http, check_online
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import printable
from market.live.hosts.source import Fetched, NotInstalled, Split, unknown
from market.live.hosts.text import LARGEST
from market.live.hosts.yahoo import TICKERS, changed, check_days, rounded
from market.series.catalogue import CATALOGUE

INSTALL = "pip install 'simulate-plans[yahoo]'"
_COLUMNS = ("Open", "High", "Low", "Close", "Volume")
_SAME = 1e-6

History = Callable[[str, dt.date | None, dt.date, float], pd.DataFrame]
"""Daily rows of a ticker from a day (None: all) to before another, waiting so many seconds."""


def history(ticker: str, since: dt.date | None, until: dt.date, wait: float) -> pd.DataFrame:
    """What yfinance answers: its own table, not adjusted, with dividends and splits.

    Raises
    ------
    NotInstalled
    Exception
        Whatever yfinance raises.
    """
    library, _ = _library()
    with warnings.catch_warnings():
        # what it still does in a way that pandas will give up
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        found: pd.DataFrame = library.Ticker(ticker).history(
            period="max" if since is None else None,
            start=since,
            end=None if since is None else until,
            interval="1d",
            auto_adjust=False,
            actions=True,
            timeout=wait,
        )
    return found


@cache
def _library() -> tuple[Any, str]:
    """The library, told to raise what it would hide, and the folder that it may write to.

    The folder goes at exit: nothing of what it keeps (cookies, time zones) stays.
    """
    try:
        import yfinance
    except ImportError:
        raise NotInstalled("yfinance is not installed", down=True, do=INSTALL) from None
    folder = tempfile.mkdtemp(prefix="simulate-yfinance-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yfinance.set_tz_cache_location(folder)
    yfinance.config.debug.hide_exceptions = False
    # what matters is raised; its log goes to the terminal
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    return yfinance, folder


@dataclass(frozen=True)
class Yfinance:
    """Bars as `market.live.hosts.yahoo` has them, asked as a browser asks.

    yfinance does not say when a session is over: the day's bar is left out
    until the exchange's next day has begun.

    Parameters
    ----------
    history : callable, optional
        `history` of this module; tests give their own.
    """

    history: History = history
    name: ClassVar[str] = "yfinance"
    sample: ClassVar[str] = "spy"
    on_request: ClassVar[bool] = True
    series: ClassVar[Mapping[str, str]] = TICKERS

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`."""
        ticker = self.series.get(series_id)
        if ticker is None:
            raise unknown(self, series_id)
        check_online()
        what = f"yfinance {ticker}"
        until = now.date() + dt.timedelta(days=1)
        try:
            table = self.history(ticker, since, until, http.limits.read)
        except SourceError:
            raise
        except Exception as error:
            # yfinance raises what it, its HTTP library and its database raise
            raise _failure(error, what) from None
        bars = _bars(table, what)
        notes = []
        empty = bars["close"].isna()
        if empty.any():
            notes.append(f"{int(empty.sum())} sessions without a close are left out")
        today = pd.Timestamp(now.astimezone(pd.DatetimeIndex(table.index).tz).date())
        under_way = bars.index >= today
        if under_way.any():
            notes.append(f"the session of {bars.index[under_way][0]:%Y-%m-%d} is left out for now")
        bars = bars[~empty & ~under_way]
        if bars.empty:
            raise SourceError("the answer has no finished session", where=what)
        check_days(bars, series_id, what)
        splits = _events(table, "Stock Splits")
        return Fetched(
            bars[[c for c in CATALOGUE[series_id].columns if c in bars]],
            what,
            "",
            hashlib.sha256(table.to_csv().encode()).hexdigest(),
            splits=tuple(
                Split(day.date(), float(ratio), 1.0)
                for day, ratio in zip(pd.DatetimeIndex(splits.index), splits, strict=True)
            ),
            adjusted=_adjusted(table),
            notes=tuple(notes),
        )


def _bars(table: object, what: str) -> pd.DataFrame:
    """Its rows by the exchange's own dates, columns named as in the catalogue."""
    expected = f"a table of {', '.join(_COLUMNS)} by time with a zone"
    if not isinstance(table, pd.DataFrame):
        raise changed(what, expected)
    if table.empty:
        raise SourceError("the answer has no rows", where=what, do="try again later")
    index = table.index
    if not (isinstance(index, pd.DatetimeIndex) and index.tz is not None):
        raise changed(what, expected)
    if not set(_COLUMNS) <= set(table.columns) or table.columns.nlevels != 1:
        raise changed(what, expected)
    try:
        bars = table[list(_COLUMNS)].astype(float)
    except (TypeError, ValueError):
        raise changed(what, "numbers") from None
    bars.columns = [name.lower() for name in _COLUMNS]
    if (bars.abs() > LARGEST).any(axis=None):
        raise SourceError("a figure is beyond any price or volume", where=what)
    prices = [str(c) for c in bars if c != "volume"]
    bars[prices] = rounded(bars[prices].where(bars[prices] != 0.0))
    bars.index = index.tz_localize(None).normalize().as_unit("ns").rename("stamp")
    return bars


def _events(table: pd.DataFrame, column: str) -> pd.Series:
    """Splits or dividends by day; empty where the answer has none."""
    if column not in table:
        return pd.Series(dtype=float, index=pd.DatetimeIndex([]))
    found = pd.to_numeric(table[column], errors="coerce").fillna(0.0)
    found = found[found > 0.0]
    found.index = pd.DatetimeIndex(found.index).tz_localize(None).normalize()
    return found.astype(float)


def _adjusted(table: pd.DataFrame) -> bool:
    """Whether dividends were paid, and yet the closes equal the adjusted closes before them."""
    paid = _events(table, "Dividends")
    if "Adj Close" not in table or paid.empty:
        return False
    days = pd.DatetimeIndex(table.index).tz_localize(None).normalize()
    before = table.loc[days < paid.index[-1], ["Close", "Adj Close"]].dropna().to_numpy(float)
    return bool(len(before) and np.allclose(before[:, 0], before[:, 1], rtol=_SAME, atol=0.0))


def _failure(error: Exception, what: str) -> SourceError:
    """What yfinance raises, in one line."""
    name = type(error).__name__
    said = printable(str(error), 160)
    if name == "YFRateLimitError":
        return SourceError(
            "Yahoo refuses: too many requests", where=what, down=True, do="try again later"
        )
    # its HTTP libraries' errors mean the host, its own mean the ticker
    down = type(error).__module__.partition(".")[0] in ("curl_cffi", "requests", "urllib3")
    return SourceError(f"{name}: {said}" if said else name, where=what, down=down)


SOURCE = Yfinance()
