"""Yahoo's chart answers: dates, sessions under way, splits, dividends, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.yahoo import Yahoo
from tests.market.live.formats import CHART, NEW_YORK, bars, chart
from tests.market.live.host import NOW, Reply

ROWS = bars("2026-11-16", [100.0, 101.0, 102.0, 103.0, 104.0])  # Monday to Friday


def fetch(server, http, text, series="spy", ticker="SPY", *, since=None, now=NOW):
    reply = text if isinstance(text, Reply) else Reply(text, type="application/json")
    server.on(CHART + ticker, reply)
    return Yahoo((server.url,)).fetch(series, http, since=since, now=now)


def refused(server, http, text, **more):
    with pytest.raises(SourceError) as caught:
        fetch(server, http, text, **more)
    return caught.value.line()


def test_bars_carry_the_exchange_s_own_dates(server, http):
    got = fetch(server, http, chart("SPY", ROWS))
    assert list(got.frame.index.strftime("%Y-%m-%d")) == [row[0] for row in ROWS]
    assert list(got.frame.columns) == ["close", "open", "high", "low", "volume"]
    assert got.frame["close"].tolist() == [100.0, 101.0, 102.0, 103.0, 104.0]
    assert got.frame.index.tz is None
    assert got.source == "Yahoo SPY"
    assert len(got.body_sha256) == 64


def test_what_is_asked(server, http):
    fetch(server, http, chart("^GSPC", ROWS), "sp500", "^GSPC", since=dt.date(2026, 1, 2))
    path, query, _ = server.asked[0]
    assert path == "/v8/finance/chart/^GSPC"
    assert query["interval"] == "1d"
    assert query["period1"] == str(int(dt.datetime(2026, 1, 2, tzinfo=dt.UTC).timestamp()))
    assert int(query["period2"]) > NOW.timestamp()


def test_an_index_has_only_the_columns_of_its_catalogue_entry(server, http):
    got = fetch(server, http, chart("^RUT", ROWS), "russell2000", "^RUT")
    assert list(got.frame.columns) == ["close"]


def test_float32_noise_is_rounded_away(server, http):
    rows = [("2026-11-20", *[5948.7099609375] * 4), ("2026-11-19", *[0.12345670163631439] * 4)]
    got = fetch(server, http, chart("SPY", rows[::-1]))
    assert got.frame["close"].tolist() == [0.1234567, 5948.71]


@pytest.mark.parametrize(
    ("moment", "last"),
    [
        (dt.datetime(2026, 11, 20, 20, 59, tzinfo=dt.UTC), "2026-11-19"),
        (dt.datetime(2026, 11, 20, 21, 10, tzinfo=dt.UTC), "2026-11-19"),
        (dt.datetime(2026, 11, 20, 21, 31, tzinfo=dt.UTC), "2026-11-20"),
        (dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC), "2026-11-20"),
    ],
)
def test_a_session_under_way_is_left_out(server, http, moment, last):
    end = dt.datetime(2026, 11, 20, 16, 0, tzinfo=NEW_YORK)
    got = fetch(server, http, chart("SPY", ROWS, period_end=end), now=moment)
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == last
    assert any("not over" in note for note in got.notes) == (last == "2026-11-19")


def test_the_next_session_s_hours_do_not_hide_the_last_one(server, http):
    end = dt.datetime(2026, 11, 23, 16, 0, tzinfo=NEW_YORK)
    got = fetch(server, http, chart("SPY", ROWS, period_end=end))
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == "2026-11-20"


def test_without_stated_hours_today_is_not_over(server, http):
    now = dt.datetime(2026, 11, 20, 23, 0, tzinfo=dt.UTC)
    got = fetch(server, http, chart("SPY", ROWS), now=now)
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == "2026-11-19"


def test_a_clock_that_is_ahead_does_not_end_a_session(server, http):
    server.date = dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)  # the host's own clock
    end = dt.datetime(2026, 11, 20, 16, 0, tzinfo=NEW_YORK)
    ahead = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    got = fetch(server, http, chart("SPY", ROWS, period_end=end), now=ahead)
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == "2026-11-19"


def test_midnight_of_another_daylight_saving_time_is_the_next_day(server, http):
    text = chart("GC=F", ROWS, opens=dt.time(0), shift=dt.timedelta(hours=-1))
    got = fetch(server, http, text, "gold", "GC=F")
    assert list(got.frame.index.strftime("%Y-%m-%d")) == [row[0] for row in ROWS]


def test_dates_shifted_by_a_time_zone_fall_on_a_weekend_and_are_refused(server, http):
    text = chart("SPY", ROWS, shift=dt.timedelta(hours=-14))
    assert "Sunday: the dates are shifted" in refused(server, http, text)


def test_bitcoin_has_weekends(server, http):
    days = [(f"2026-11-{day}", 1.0, 1.0, 1.0, 1.0) for day in (13, 14, 15)]
    text = chart("BTC-USD", days, zone=ZoneInfo("UTC"), opens=dt.time(0))
    assert len(fetch(server, http, text, "btc", "BTC-USD").frame) == 3


def test_the_latest_price_beside_its_own_day_counts_once(server, http):
    live = int(dt.datetime(2026, 11, 20, 16, 0, tzinfo=NEW_YORK).timestamp())
    same = chart("SPY", ROWS, extra=[(live, ROWS[-1])])
    assert len(fetch(server, http, same).frame) == 5
    other = chart("SPY", ROWS, extra=[(live, (*ROWS[-1][:4], 99.0))])
    got = fetch(server, http, other)
    assert len(got.frame) == 4
    assert any("two closes" in note for note in got.notes)


def test_a_day_that_occurs_twice_is_refused(server, http):
    assert "2026-11-18 occurs twice" in refused(server, http, chart("SPY", [*ROWS[:3], *ROWS[2:]]))


def test_days_out_of_order_are_refused(server, http):
    assert "not in order" in refused(server, http, chart("SPY", [ROWS[1], ROWS[0], *ROWS[2:]]))


def test_sessions_without_a_close_are_left_out_and_counted(server, http):
    rows = [ROWS[0], ("2026-11-17", None, None, None, None), *ROWS[2:]]
    got = fetch(server, http, chart("SPY", rows))
    assert len(got.frame) == 4
    assert "1 sessions without a close are left out" in got.notes


def test_a_price_of_zero_is_no_price(server, http):
    rows = [("2026-11-16", 0.0, 101.0, 99.0, 100.0), *ROWS[1:]]
    assert fetch(server, http, chart("SPY", rows)).frame["open"].isna().tolist()[0]


def test_splits_are_read(server, http):
    text = chart("SPY", ROWS, splits=[("2026-11-18", 4.0, 1.0), ("2026-11-17", 1.0, 8.0)])
    splits = fetch(server, http, text).splits
    assert [(s.day.isoformat(), s.new, s.old) for s in splits] == [
        ("2026-11-17", 1.0, 8.0),
        ("2026-11-18", 4.0, 1.0),
    ]


def test_closes_adjusted_for_dividends_are_told_from_raw_ones(server, http):
    paid = [("2026-11-18", 1.5)]
    raw = chart("SPY", ROWS, dividends=paid, adjclose=[98.5, 99.5, 102.0, 103.0, 104.0])
    assert not fetch(server, http, raw).adjusted
    assert fetch(server, http, chart("SPY", ROWS, dividends=paid)).adjusted
    assert not fetch(server, http, chart("SPY", ROWS)).adjusted


def test_another_ticker_or_interval_is_refused(server, http):
    assert "about 'QQQ'" in refused(server, http, chart("SPY", ROWS, meta={"symbol": "QQQ"}))
    monthly = chart("SPY", ROWS, meta={"dataGranularity": "3mo"})
    assert "bars of '3mo'" in refused(server, http, monthly)


def test_an_unknown_ticker_is_told_in_yahoo_s_words(server, http):
    error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    body = json.dumps({"chart": {"result": None, "error": error}})
    said = refused(server, http, Reply(body, 404, type="application/json"))
    assert "404" in said and "symbol may be delisted" in said
    assert server.asks(CHART + "SPY") == 1


def test_a_web_page_with_status_200_is_refused(server, http):
    page = "<!DOCTYPE html><html><head><title>Will be right back</title></head></html>"
    said = refused(server, http, Reply(page, type="text/html; charset=utf-8"))
    assert "a web page ('Will be right back'), not data" in said


def test_half_an_answer_is_refused(server, http):
    assert "only the beginning" in refused(server, http, chart("SPY", ROWS)[:300])


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r.pop("timestamp"),
        lambda r: r.pop("meta"),
        lambda r: r["indicators"].pop("quote"),
        lambda r: r["indicators"]["quote"][0].pop("close"),
        lambda r: r["indicators"]["quote"][0]["close"].pop(),
        lambda r: r["indicators"]["quote"][0].update(close=["a"] * 5),
        lambda r: r["indicators"]["quote"][0].update(close=[True] * 5),
        lambda r: r["indicators"]["quote"][0].update(close={"0": 1.0}),
        lambda r: r.update(timestamp=[1.5] * 5),
        lambda r: r.update(timestamp=[10**18] * 5),
        lambda r: r.update(timestamp=[]),
        lambda r: r["meta"].update(exchangeTimezoneName="Mars/Olympus"),
        lambda r: r["meta"].update(exchangeTimezoneName="../../etc/passwd"),
        lambda r: r["meta"].update(exchangeTimezoneName=None),
        lambda r: r.update(events={"splits": [1, 2]}),
        lambda r: r.update(events={"splits": {"1": {"date": "x"}}}),
        lambda r: r["indicators"]["quote"][0].update(close=[float("inf")] * 5),
        lambda r: r["indicators"]["quote"][0].update(close=[None] * 5),
    ],
)
def test_a_changed_form_is_noticed(server, http, change):
    document = json.loads(chart("SPY", ROWS))
    change(document["chart"]["result"][0])
    said = refused(server, http, json.dumps(document))
    assert said.startswith("Yahoo SPY")
    assert len(said) < 300


@pytest.mark.parametrize("text", ["", " \n", "null", "[]", "{}", '{"chart":null}', "[" * 100_000])
def test_other_documents_are_refused(server, http, text):
    assert refused(server, http, text).startswith("Yahoo SPY")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b'{"chart": "\xe9"}', b"\x00\x01\x02"])
def test_another_encoding_is_refused(server, http, content):
    said = refused(server, http, Reply(content, type="application/json"))
    assert said.startswith("Yahoo SPY")


SECOND = "/second"


def ask_both(server, http, first, second):
    server.on(CHART + "SPY", first)
    server.on(SECOND + CHART + "SPY", second)
    yahoo = Yahoo((server.url, server.url + SECOND))
    return yahoo, lambda: yahoo.fetch("spy", http, since=None, now=NOW)


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_the_second_host_answers_where_the_first_refuses_and_is_asked_first_from_then_on(
    server, http, status
):
    yahoo, ask = ask_both(server, http, Reply("no", status), Reply(chart("SPY", ROWS)))
    assert len(ask().frame) == 5
    asked = server.asks(CHART + "SPY")
    assert len(ask().frame) == 5
    assert server.asks(CHART + "SPY") == asked
    assert yahoo.bases == (server.url + SECOND, server.url)


def test_what_both_hosts_refuse_names_both_and_the_way_left(server, http):
    _, ask = ask_both(server, http, Reply("no", 401), Reply("no", 403))
    with pytest.raises(SourceError) as caught:
        ask()
    line = caught.value.line()
    assert "answers 401" in line and "answers 403" in line
    assert "--from yfinance" in line and "simulate-plans[yahoo]" in line
    assert caught.value.down


@pytest.mark.parametrize(
    "first", [Reply("no", 404), Reply("no", 429, {"Retry-After": "999999"}), Reply("[", 200)]
)
def test_the_second_host_is_no_way_around_a_wait_or_a_wrong_answer(server, http, first):
    _, ask = ask_both(server, http, first, Reply(chart("SPY", ROWS)))
    with pytest.raises(SourceError):
        ask()
    assert server.asks(SECOND + CHART + "SPY") == 0


@pytest.mark.parametrize("number", ["9" * 20, "-" + "9" * 20, str(2**63), "1" + "0" * 5000])
@pytest.mark.parametrize("what", ["timestamp", "volume", "meta"])
def test_a_number_beyond_64_bits_is_a_broken_answer(server, http, number, what):
    document = json.loads(chart("SPY", ROWS))
    result = document["chart"]["result"][0]
    if what == "meta":
        result["meta"]["regularMarketTime"] = "HERE"
    else:
        holder = result if what == "timestamp" else result["indicators"]["quote"][0]
        holder[what][1] = "HERE"
    text = json.dumps(document).replace('"HERE"', number)
    assert "holds a number beyond 64 bits" in refused(server, http, text)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_words_that_are_no_numbers_of_json_are_a_broken_answer(server, http, word):
    text = chart("SPY", ROWS).replace("104.0", word)
    assert f"holds '{word}', which is no number of JSON" in refused(server, http, text)
