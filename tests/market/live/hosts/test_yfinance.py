"""Yahoo through yfinance: its own code on answers of the service's shape, and what it may do."""

from __future__ import annotations

import datetime as dt
import json
import sys

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from market.live.fetch.refusal import SourceError
from market.live.hosts import yfinance as adapter
from market.live.hosts.yahoo import Yahoo
from market.live.hosts.yfinance import Yfinance
from market.live.update import chosen, update
from tests.market.live.formats import CHART, bars, chart
from tests.market.live.host import NOW, Reply

ROWS = bars("2026-11-16", [100.0, 101.0, 102.0, 103.0, 104.0])  # Monday to Friday
DAYS = pd.DatetimeIndex([row[0] for row in ROWS]).tz_localize("America/New_York")


def table(**columns):
    """What yfinance returns for `ROWS`; columns given replace its own."""
    own = {
        "Open": [row[1] for row in ROWS],
        "High": [row[2] for row in ROWS],
        "Low": [row[3] for row in ROWS],
        "Close": [row[4] for row in ROWS],
        "Adj Close": [row[4] * 0.99 for row in ROWS],
        "Volume": [1000] * 5,
        "Dividends": [0.0] * 5,
        "Stock Splits": [0.0] * 5,
    }
    return pd.DataFrame(own | columns, index=DAYS.rename("Date"))


def fetch(answer, *, series="spy", since=None, now=NOW, http=None):
    def history(ticker, start, until, wait):
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Yfinance(history).fetch(series, http, since=since, now=now)


@pytest.fixture
def ask(http):
    return lambda answer, **more: fetch(answer, http=http, **more)


def refused(ask, answer, **more):
    with pytest.raises(SourceError) as caught:
        ask(answer, **more)
    return caught.value


@pytest.fixture
def service(monkeypatch):
    """The library's own code with the service's answer in place of its connection."""
    import yfinance
    from yfinance.data import YfData

    asked = []

    class Answer:
        status_code = 200

        def __init__(self, text):
            self.text = text

        def json(self):
            return json.loads(self.text)

    def serve(text):
        def get(self, url, params=None, timeout=30, **_):
            asked.append((url, dict(params or {}), timeout))
            return Answer(text)

        monkeypatch.setattr(YfData, "get", get)
        monkeypatch.setattr(YfData, "cache_get", get)

    yield serve, asked
    yfinance.config.debug.hide_exceptions = True


def test_the_library_and_the_plain_request_give_the_same_rows(service, server, http):
    serve, asked = service
    text = chart("SPY", ROWS, dividends=[("2026-11-18", 1.5)], splits=[("2026-11-17", 2, 1)])
    serve(text)
    server.on(CHART + "SPY", Reply(text, type="application/json"))
    since = dt.date(2026, 11, 16)
    through = Yfinance().fetch("spy", http, since=since, now=NOW)
    plain = Yahoo((server.url,)).fetch("spy", http, since=since, now=NOW)
    pd.testing.assert_frame_equal(through.frame, plain.frame, check_freq=False)
    assert through.splits == plain.splits and len(plain.splits) == 1
    url, params, wait = asked[-1]
    assert url.endswith("/v8/finance/chart/SPY") and wait == http.limits.read
    begin = dt.datetime.fromtimestamp(params["period1"], dt.UTC).date()
    assert begin == since and params["interval"] == "1d"


def test_the_whole_history_is_asked_for_where_nothing_is_known(service, http):
    serve, asked = service
    serve(chart("SPY", ROWS))
    Yfinance().fetch("spy", http, since=None, now=NOW)
    assert asked[-1][1]["period1"] < 0  # before 1970


def test_errors_are_raised_and_nothing_is_left_in_the_home_folder(service, http):
    import yfinance

    serve, _ = service
    serve(json.dumps({"chart": {"result": None, "error": {"description": "delisted"}}}))
    adapter._library.cache_clear()
    with pytest.raises(SourceError, match="yfinance SPY"):
        Yfinance().fetch("spy", http, since=dt.date(2026, 11, 16), now=NOW)
    folder = adapter._library()[1]
    assert yfinance.config.debug.hide_exceptions is False
    assert yfinance.cache._TzDBManager._cache_dir == folder


def test_prices_are_rounded_zeros_are_holes_and_days_without_a_close_are_told(ask):
    close = [100.0, np.nan, 5948.7099609375, 103.0, 104.0]
    got = ask(table(Close=close, Open=[0.0, 1.0, 1.0, 1.0, 1.0]))
    assert got.frame["close"].tolist() == [100.0, 5948.71, 103.0, 104.0]
    assert np.isnan(got.frame["open"].iloc[0])
    assert got.notes == ("1 sessions without a close are left out",)


def test_the_day_s_bar_waits_for_the_exchange_s_next_day(ask):
    late = dt.datetime(2026, 11, 21, 4, 30, tzinfo=dt.UTC)  # half past eleven at night in New York
    got = ask(table(), now=late)
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == "2026-11-19"
    assert any("2026-11-20" in note for note in got.notes)
    assert f"{ask(table()).frame.index[-1]:%Y-%m-%d}" == "2026-11-20"


def test_adjusted_closes_are_told_from_plain_ones(ask):
    paid = [0.0, 0.0, 0.0, 1.0, 0.0]
    assert not ask(table(Dividends=paid)).adjusted
    same = [row[4] for row in ROWS]
    assert ask(table(Dividends=paid, **{"Adj Close": same})).adjusted
    assert not ask(table(**{"Adj Close": same})).adjusted  # nothing was paid: they are one


def test_answers_of_another_form_are_refused(ask):
    for answer in (
        None,
        "sorry",
        table().drop(columns="Close"),
        table().tz_localize(None),
        table().reset_index(),
        table(Close=["a"] * 5),
        pd.concat({"SPY": table()}, axis=1),
    ):
        assert "usual form" in refused(ask, answer).line()
    assert "no rows" in refused(ask, table().iloc[:0]).line()
    assert "beyond any price" in refused(ask, table(High=[1e300] * 5)).line()
    assert "not in order" in refused(ask, table().iloc[::-1]).line()
    shifted = table()
    shifted.index = shifted.index + pd.Timedelta(days=1)
    assert "Saturday" in refused(ask, shifted, now=NOW + dt.timedelta(days=7)).line()


def test_what_the_library_raises_is_one_line(ask):
    from yfinance.exceptions import YFRateLimitError

    limit = refused(ask, YFRateLimitError())
    assert limit.down and "too many requests" in limit.line()
    module = {"__module__": "curl_cffi.requests.exceptions"}
    assert refused(ask, type("ConnectionError", (OSError,), module)("no way")).down
    ticker = refused(ask, KeyError("chart\nresult"))
    assert not ticker.down and ticker.line().isprintable()


def test_without_the_library_the_line_says_how_to_get_it(http, monkeypatch):
    adapter._library.cache_clear()
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(SourceError, match="not installed") as caught:
        Yfinance().fetch("spy", http, since=None, now=NOW)
    assert "pip install 'simulate-plans[yahoo]'" in caught.value.line()


def test_offline_forbids_it(ask, monkeypatch):
    monkeypatch.setenv("SIMULATE_OFFLINE", "1")
    with pytest.raises(InputError, match="offline"):
        ask(table())


def test_only_where_it_is_named(server, http, cache, sources):
    asked = []

    def history(ticker, start, until, wait):
        asked.append(ticker)
        return table()

    sources = sources | {"yfinance": Yfinance(history)}
    server.on(CHART + "SPY", Reply("no", 403))
    go = {"cache": cache, "http": http, "sources": sources, "now": lambda: NOW}
    (outcome,) = update(chosen(["spy"]), **go).outcomes
    assert outcome.status == "failed" and asked == []
    (outcome,) = update(chosen(["spy"], "yfinance"), source="yfinance", **go).outcomes
    assert (outcome.status, outcome.source, asked) == ("updated", "yfinance SPY", ["SPY"])
