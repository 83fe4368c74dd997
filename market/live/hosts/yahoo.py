"""Yahoo's chart service: daily bars, splits and dividends of one ticker as JSON.

A small adapter, and asked by default rather than yfinance
(`market.live.hosts.yfinance`), which imitates a browser, fetches cookies from
other hosts, accepts consent forms by itself, takes answers of any size and hides
errors: none of that can be bounded from outside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from market.live.fetch.http import Body, Http
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import printable
from market.live.hosts.source import Fetched, Split, unknown
from market.live.hosts.text import LARGEST, digest, json_of
from market.series.catalogue import CATALOGUE

_FIRST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_SETTLE = dt.timedelta(minutes=30)
_FLOAT32_DIGITS = 7
_INDICES = {
    "sp500": "^GSPC",
    "sp500_total_return": "^SP500TR",
    "vix": "^VIX",
    "vix3m": "^VIX3M",
    "vvix": "^VVIX",
    "russell2000": "^RUT",
    "nasdaq": "^IXIC",
    "dow": "^DJI",
    "nyse": "^NYA",
    "btc": "BTC-USD",
    "gold": "GC=F",
    "dollar": "DX-Y.NYB",
    "wti": "CL=F",
}
_FUNDS = (
    *("spy", "qqq", "iwm", "smh", "rsp", "xlp", "xlu", "xlv", "xly", "xlk", "xli", "xlf"),
    *("xle", "xlb", "bizd", "hyg", "lqd", "ief", "iei", "tlt", "sh", "sds", "spxu", "sqqq"),
)
ROUND_THE_CLOCK = frozenset({"btc"})
"""Series with a bar on every day of the week."""


TICKERS: Mapping[str, str] = MappingProxyType(_INDICES | {fund: fund.upper() for fund in _FUNDS})
"""What Yahoo calls each series."""
_ELSEWHERE = frozenset({401, 403, 429})
"""Refusals that one of its hosts may give while the other answers."""
YFINANCE = "`--from yfinance` asks as a browser does (pip install 'simulate-plans[yahoo]')"


@dataclass
class Yahoo:
    """Bars adjusted for splits, not for dividends; a session under way is left out.

    Parameters
    ----------
    bases : tuple of str
        Addresses of the same service. The next one is asked where one refuses
        or does not answer, unless it asks to wait; the one that answered last
        is asked first from then on.
    """

    bases: tuple[str, ...] = (
        "https://query1.finance.yahoo.com",
        "https://query2.finance.yahoo.com",
    )
    name: ClassVar[str] = "yahoo"
    sample: ClassVar[str] = "spy"
    on_request: ClassVar[bool] = False
    series: ClassVar[Mapping[str, str]] = TICKERS

    def fetch(
        self, series_id: str, http: Http, *, since: dt.date | None, now: dt.datetime
    ) -> Fetched:
        """See `market.live.hosts.source.Source`."""
        ticker = self.series.get(series_id)
        if ticker is None:
            raise unknown(self, series_id)
        what = f"Yahoo {ticker}"
        begin = (
            _FIRST
            if since is None
            else dt.datetime(since.year, since.month, since.day, tzinfo=dt.UTC)
        )
        query = {
            "period1": str(int(begin.timestamp())),
            "period2": str(int((now + dt.timedelta(days=1)).timestamp())),
            "interval": "1d",
            "events": "div,splits",
            "includeAdjustedClose": "true",
        }
        body = self._ask(f"/v8/finance/chart/{quote(ticker, safe='')}", query, http, what)
        result = _result(body, ticker, what)
        # of two clocks the slower one decides whether a session is over
        moment = min(now, body.date) if body.date is not None else now
        zone = _zone(result["meta"], what)
        days = _days(_list(result, "timestamp", what), zone, what)
        bars, notes = _bars(result, days, what)
        bars, more = _finished(bars, result["meta"], zone, moment)
        notes += more
        if bars.empty:
            raise SourceError("the answer has no finished session", where=what)
        check_days(bars, series_id, what)
        wanted = [c for c in CATALOGUE[series_id].columns if c in bars]
        frame = bars[wanted].rename_axis("stamp")
        return Fetched(
            frame,
            what,
            body.url,
            digest(body),
            splits=_splits(result, zone, what),
            adjusted=_adjusted(result, bars),
            notes=tuple(notes),
        )

    def _ask(self, path: str, query: Mapping[str, str], http: Http, what: str) -> Body:
        """The answer of the first host that gives one."""
        refused: list[SourceError] = []
        for base in self.bases:
            try:
                body = http.get(
                    base + path,
                    hosts=frozenset({urlsplit(base).hostname or ""}),
                    params=query,
                    accept="application/json",
                    what=what,
                )
            except SourceError as error:
                refused.append(_explained(error, what))
                if error.wait or not (error.down or error.status in _ELSEWHERE):
                    break
            else:
                self.bases = (base, *(other for other in self.bases if other != base))
                return body
        raise _refusal(refused)


def _refusal(refused: list[SourceError]) -> SourceError:
    """One error for all hosts that were asked, the first one's words first."""
    first, last = refused[0], refused[-1]
    others = "".join(f"; {error.where}: {error.what}" for error in refused[1:])
    return SourceError(
        f"{first.what}{others}",
        where=first.where,
        expected=first.expected,
        do=YFINANCE if last.status in _ELSEWHERE else first.do,
        again=last.again,
        # a refusal is meant for this program, whatever it asks for next
        down=last.down or last.status in _ELSEWHERE,
        wait=last.wait,
        status=last.status,
    )


def _explained(error: SourceError, what: str) -> SourceError:
    """What Yahoo says of its refusal, where it says something."""
    import json

    try:
        said = str(json.loads(error.body)["chart"]["error"]["description"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return error
    return SourceError(
        f"{error.what}: {printable(said)}",
        where=error.where or what,
        do=error.do,
        down=error.down,
        wait=error.wait,
        status=error.status,
    )


def _result(body: Body, ticker: str, what: str) -> dict[str, Any]:
    document = json_of(body, what)
    try:
        result = document["chart"]["result"][0]
        meta = result["meta"]
        symbol, interval = meta["symbol"], meta["dataGranularity"]
        bars = result["indicators"]["quote"][0]
        if not (isinstance(result, dict) and isinstance(meta, dict) and isinstance(bars, dict)):
            raise TypeError
    except (KeyError, TypeError, IndexError):
        raise changed(what, "chart.result[0] with meta, timestamp and indicators.quote") from None
    if symbol != ticker:
        raise SourceError(f"the answer is about {printable(str(symbol), 30)!r}", where=what)
    if interval != "1d":
        raise SourceError(
            f"the answer has bars of {printable(str(interval), 10)!r}",
            where=what,
            expected="bars of one day",
        )
    return result


def _zone(meta: Mapping[str, Any], what: str) -> ZoneInfo:
    name = meta.get("exchangeTimezoneName")
    try:
        return ZoneInfo(str(name))
    except (ValueError, OSError, KeyError):
        raise changed(what, "the exchange's time zone") from None


def _list(holder: Mapping[str, Any], key: str, what: str) -> list[Any]:
    values = holder.get(key)
    if not isinstance(values, list) or not values:
        raise changed(what, f"a list {key!r}")
    return values


def _days(stamps: list[Any], zone: ZoneInfo, what: str) -> pd.DatetimeIndex:
    """The exchange's own date of each bar."""
    if not all(type(stamp) is int and -4e9 < stamp < 8e9 for stamp in stamps):  # 1843 to 2223
        raise changed(what, "timestamps in seconds")
    local = pd.to_datetime(pd.Series(stamps), unit="s", utc=True).dt.tz_convert(zone)
    # a bar that is to begin at midnight but carries the hour of another daylight saving time
    late = local.dt.hour.isin((22, 23)) & (local.dt.minute == 0)
    days = local.dt.tz_localize(None).dt.normalize() + pd.to_timedelta(late.astype(int), unit="D")
    return pd.DatetimeIndex(days).as_unit("ns").rename("stamp")


def _bars(
    result: Mapping[str, Any], days: pd.DatetimeIndex, what: str
) -> tuple[pd.DataFrame, list[str]]:
    quote_ = result["indicators"]["quote"][0]
    columns = {}
    for name in ("open", "high", "low", "close", "volume"):
        values = quote_.get(name)
        if name == "volume" and values is None:
            continue
        columns[name] = _numbers(values, len(days), name, what)
    bars = pd.DataFrame(columns, index=days)
    prices = ["open", "high", "low", "close"]
    # a price of zero is one that is not there; the service's numbers have float32 noise
    bars[prices] = rounded(bars[prices].where(bars[prices] != 0.0))
    empty = bars["close"].isna()
    notes = [f"{int(empty.sum())} sessions without a close are left out"] if empty.any() else []
    return bars[~empty], notes


def _numbers(values: object, length: int, name: str, what: str) -> np.ndarray:
    if not isinstance(values, list) or len(values) != length:
        raise changed(what, f"one {name} a timestamp")
    if not all(value is None or type(value) in (int, float) for value in values):
        raise changed(what, f"numbers in {name}")
    # before they become float64: an integer of JSON has no bound
    if any(value is not None and abs(value) > LARGEST for value in values):
        raise SourceError(f"{name} is beyond any price or volume", where=what)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def rounded(prices: pd.DataFrame) -> pd.DataFrame:
    """Prices without the noise of the service's 32-bit numbers."""
    values = prices.to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(values)))
        size = np.clip(np.where(np.isfinite(size), size, 0.0), -200.0, None)
        scale = 10.0 ** (_FLOAT32_DIGITS - 1 - size)
    return pd.DataFrame(np.round(values * scale) / scale, prices.index, prices.columns)


def _finished(
    bars: pd.DataFrame, meta: Mapping[str, Any], zone: ZoneInfo, moment: dt.datetime
) -> tuple[pd.DataFrame, list[str]]:
    """The bars of sessions that are over; one bar a day."""
    notes: list[str] = []
    try:
        end = dt.datetime.fromtimestamp(meta["currentTradingPeriod"]["regular"]["end"], dt.UTC)
        session = pd.Timestamp(end.astimezone(zone).date())
        open_from = session + pd.Timedelta(days=1) if moment >= end + _SETTLE else session
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        # not stated: a day counts as over when the next one has begun
        open_from = pd.Timestamp(moment.astimezone(zone).date())
    under_way = bars.index >= open_from
    if under_way.any():
        notes.append(f"the session of {bars.index[under_way][0]:%Y-%m-%d} is not over: left out")
        bars = bars[~under_way]
    # the latest price comes as a row of its own beside its day's bar
    if len(bars) > 1 and bars.index[-1] == bars.index[-2]:
        last, before = bars["close"].iloc[-1], bars["close"].iloc[-2]
        if abs(last - before) <= 1e-6 * abs(before):
            bars = bars.iloc[:-1]
        else:
            notes.append(f"{bars.index[-1]:%Y-%m-%d} has two closes and is left out for now")
            bars = bars.iloc[:-2]
    return bars, notes


def check_days(bars: pd.DataFrame, series_id: str, what: str) -> None:
    """Refuse bars out of order, twice a day, or on days without a session.

    Raises
    ------
    SourceError
    """
    index = pd.DatetimeIndex(bars.index)
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise SourceError(f"{twice:%Y-%m-%d} occurs twice", where=what, expected="one bar a day")
    if not index.is_monotonic_increasing:
        raise SourceError("the dates are not in order", where=what)
    weekend = index[index.day_of_week >= 5]
    if series_id not in ROUND_THE_CLOCK and len(weekend):
        raise SourceError(
            f"{weekend[-1]:%Y-%m-%d} is a {weekend[-1]:%A}: the dates are shifted, "
            "as by a wrong time zone",
            where=what,
            expected="bars on weekdays",
        )


def _splits(result: Mapping[str, Any], zone: ZoneInfo, what: str) -> tuple[Split, ...]:
    events = result.get("events") or {}
    found = []
    try:
        for event in (events.get("splits") or {}).values():
            moment = dt.datetime.fromtimestamp(event["date"], zone)
            new, old = float(event["numerator"]), float(event["denominator"])
            if new > 0 and old > 0:
                found.append(Split(moment.date(), new, old))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
        raise changed(what, "splits with date, numerator and denominator") from None
    return tuple(sorted(found, key=lambda split: split.day))


def _adjusted(result: Mapping[str, Any], bars: pd.DataFrame) -> bool:
    """Whether dividends were paid, and yet the closes equal the adjusted closes before them."""
    try:
        dividends = list((result.get("events") or {}).get("dividends", {}).values())
        adjusted = result["indicators"]["adjclose"][0]["adjclose"]
        close = result["indicators"]["quote"][0]["close"]
        stamps = result["timestamp"]
        last = max(event["date"] for event in dividends if event["amount"] > 0)
        before = [
            abs(a - c) <= 1e-6 * abs(c)
            for a, c, stamp in zip(adjusted, close, stamps, strict=True)
            if a is not None and c is not None and stamp < last
        ]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return False
    return bool(before) and all(before)


def changed(what: str, expected: str) -> SourceError:
    """An answer of another form than the service has."""
    return SourceError(
        "the answer does not have its usual form",
        where=what,
        expected=expected,
        do="the source changed its format; the cache is as it was",
    )


SOURCE = Yahoo()
