"""`Http`: what a host can do to us, and what it cannot."""

from __future__ import annotations

import datetime as dt
import gzip
import logging
import socket
import time
import zlib
from email.utils import format_datetime

import pytest

from market.errors import InputError
from market.live.fetch.http import Http, Limits
from market.live.fetch.refusal import SourceError
from market.live.fetch.secrets import mask, printable
from tests.market.live.host import HERE, NOW, Reply


def ask(http, server, path="/a", **more):
    return http.get(server.url + path, hosts=HERE, what="Somebody X", **more)


def refused(http, server, **more):
    with pytest.raises(SourceError) as caught:
        ask(http, server, **more)
    return caught.value


def test_a_plain_answer_comes_whole_and_says_who_asked(http, server):
    server.on("/a", "one,two\n")
    body = ask(http, server, params={"q": "a b&c"})
    assert body.content == b"one,two\n"
    assert body.type == "text/csv"
    assert body.date == NOW
    _, query, headers = server.asked[0]
    assert query == {"q": "a b&c"}
    assert "simulate-plans/" in headers["User-Agent"]
    assert "Cookie" not in headers and "Authorization" not in headers


def test_compressed_answers_are_decompressed(http, server):
    text = b"date,close\n" * 1000
    server.on("/a", Reply(gzip.compress(text), headers={"Content-Encoding": "gzip"}))
    server.on("/b", Reply(zlib.compress(text), headers={"Content-Encoding": "deflate"}))
    assert ask(http, server).content == text
    assert ask(http, server, "/b").content == text


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_host_is_asked_again_with_growing_waits(http, server, slept, status):
    server.on("/a", Reply("", status), Reply("", status), Reply("", status), "ok\n")
    assert ask(http, server).content == b"ok\n"
    assert slept == [1.0, 2.0, 4.0]


def test_attempts_are_bounded_and_the_last_refusal_is_told(http, server):
    server.on("/a", Reply("", 503))
    error = refused(http, server)
    assert server.asks("/a") == 4
    assert "Somebody X (127.0.0.1): the host answers 503" in error.line()
    assert error.down


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_host_asks_for_is_kept(http, server, slept, status):
    server.on("/a", Reply("", status, {"Retry-After": "7"}), "ok\n")
    ask(http, server)
    assert slept == [7.0]


def test_a_wait_until_a_date_is_kept(http, server, slept):
    until = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30), usegmt=True)
    server.on("/a", Reply("", 503, {"Retry-After": until}), "ok\n")
    ask(http, server)
    assert 25 < slept[0] <= 30


def test_a_long_wait_is_told_and_not_kept(http, server, slept):
    server.on("/a", Reply("", 429, {"Retry-After": "3600"}))
    error = refused(http, server)
    assert slept == []
    assert server.asks("/a") == 1
    assert "asks to wait 3600 s" in error.line()


@pytest.mark.parametrize(
    "text", ["soon", "-5", "", "\u00b2", "Thu, 99 Foo 2026 00:00:00 GMT", "9" * 400]
)
def test_a_strange_wait_does_no_harm(http, server, slept, text):
    server.on("/a", Reply("", 503, {"Retry-After": text}), "ok\n")
    if text.isascii() and text.isdigit():
        refused(http, server)
    else:
        ask(http, server)
        assert slept == [1.0]


def test_jitter_halves_a_wait_at_most(server, slept):
    server.on("/a", Reply("", 503), "ok\n")
    ask(Http(Limits(pause=0), sleep=slept, random=lambda: 0.0), server)
    assert slept == [0.5]


def test_attempts_and_waits_together_are_bounded_in_time(server):
    now = [0.0]

    def sleep(seconds):
        now[0] += seconds

    server.on("/a", Reply("", 503, {"Retry-After": "50"}))
    http = Http(Limits(pause=0, overall=120, attempts=9), clock=lambda: now[0], sleep=sleep)
    error = refused(http, server)
    # asked at 0, 50 and 100 s; the next would be at 150
    assert (server.asks("/a"), now) == (3, [100.0])
    assert "the host answers 503" in error.line()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_refusal_is_not_asked_again(http, server, status):
    server.on("/a", Reply("why", status))
    error = refused(http, server)
    assert server.asks("/a") == 1
    assert (error.status, error.body) == (status, b"why")


def test_an_answer_cut_short_is_asked_again(http, server):
    server.on("/a", Reply("date,close\n2024-01-02,17\n", cut=15), "whole\n")
    assert ask(http, server).content == b"whole\n"


def test_an_answer_that_stays_cut_short_is_refused(http, server):
    server.on("/a", Reply("date,close\n2024-01-02,17\n", cut=15))
    assert "cut short" in refused(http, server).line()


def test_a_compressed_answer_cut_short_is_refused_without_a_stated_length(http, server):
    whole = gzip.compress(b"date,close\n2024-01-02,17\n" * 100)
    headers = {"Content-Encoding": "gzip", "Connection": "close"}
    server.on("/a", Reply(whole[:-20], headers=headers))
    assert "cut short" in refused(http, server).line()


def test_chunks_without_their_end_are_refused(http, server):
    server.on("/a", Reply(b"5\r\nhello\r\n5\r\nwo", headers={"Transfer-Encoding": "chunked"}))
    assert "cut short" in refused(http, server).line()


def test_a_slow_drip_ends_at_the_total_limit(server, slept):
    server.on("/a", Reply("x" * 1000, drip=0.05))
    http = Http(Limits(total=0.4, attempts=1), sleep=slept)
    started = time.monotonic()
    error = refused(http, server)
    assert time.monotonic() - started < 3
    assert "no complete answer within 0.4 s" in error.line()


def test_a_host_that_says_nothing_ends_at_the_read_limit(slept):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a"
        http = Http(Limits(read=0.2, total=3, attempts=1), sleep=slept)
        with pytest.raises(SourceError, match="stopped answering"):
            http.get(url, hosts=HERE)


def test_a_closed_port_is_no_connection(slept):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    http = Http(Limits(attempts=2), sleep=slept)
    with pytest.raises(SourceError, match="no connection") as caught:
        http.get(f"http://127.0.0.1:{port}/a", hosts=HERE)
    assert caught.value.down


def test_a_gzip_bomb_is_stopped_before_it_grows(server, slept):
    bomb = gzip.compress(b"\0" * (20 << 20))
    server.on("/a", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    http = Http(Limits(size=1 << 20), sleep=slept)
    error = refused(http, server)
    assert "larger than 1 MB" in error.line()
    assert server.asks("/a") == 1


def test_a_large_answer_is_stopped(server, slept):
    server.on("/a", Reply(b"x" * (3 << 20)))
    assert "larger than 1 MB" in refused(Http(Limits(received=1 << 20), sleep=slept), server).line()


def test_what_follows_a_compressed_answer_is_refused(http, server):
    body = gzip.compress(b"one\n") + b"two\n"
    server.on("/a", Reply(body, headers={"Content-Encoding": "gzip"}))
    assert "goes on after its end" in refused(http, server).line()


def test_an_answer_of_just_the_most_bytes_is_taken(server, slept):
    body = gzip.compress(b"x" * (1 << 20))
    server.on("/a", Reply(body, headers={"Content-Encoding": "gzip"}))
    assert len(ask(Http(Limits(size=1 << 20), sleep=slept), server).content) == 1 << 20


def test_an_empty_answer_that_says_gzip_is_empty(http, server):
    server.on("/a", Reply(b"", headers={"Content-Encoding": "gzip"}))
    assert ask(http, server).content == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip"])
def test_a_compression_nobody_asked_for_is_refused(http, server, encoding):
    server.on("/a", Reply("x", headers={"Content-Encoding": encoding}))
    assert "unknown way" in refused(http, server).line()


def test_what_says_gzip_and_is_not_is_refused(http, server):
    server.on("/a", Reply("plain text", headers={"Content-Encoding": "gzip"}))
    assert "cannot be decompressed" in refused(http, server).line()


def test_a_redirect_within_the_host_is_followed(http, server):
    server.on("/a", Reply("", 302, {"Location": "/b?x=1"}))
    server.on("/b", "there\n")
    assert ask(http, server).content == b"there\n"


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:9/x",
        "https://evil.example/x",
        "//evil.example/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://127.0.0.1@evil.example/",
        "https://[::1",
        "http://[",
        "//[",
        "http://\u00e9/",
    ],
)
def test_a_redirect_to_another_host_is_never_followed(http, server, target):
    server.on("/a", Reply("", 302, {"Location": target}))
    error = refused(http, server)
    assert "redirects to" in error.line() or "cannot be read" in error.line()
    assert server.asks("/a") < 5


def test_redirects_without_end_are_refused(http, server):
    server.on("/a", Reply("", 302, {"Location": "/a"}))
    assert "without end" in refused(http, server).line()
    assert server.asks("/a") == 4


def test_plain_http_is_for_this_machine_only(http):
    with pytest.raises(SourceError, match="not encrypted"):
        http.get("http://data.example/x", hosts=frozenset({"data.example"}))


def test_offline_asks_nobody(http, server, monkeypatch):
    monkeypatch.setenv("SIMULATE_OFFLINE", "1")
    with pytest.raises(InputError, match="SIMULATE_OFFLINE is set"):
        ask(http, server)
    assert server.asked == []


def test_requests_to_one_host_keep_their_distance(server):
    now = [100.0]
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        now[0] += seconds

    http = Http(Limits(pause=0.3), clock=lambda: now[0], sleep=sleep)
    server.on("/a", "x\n")
    for _ in range(3):
        ask(http, server)
    assert waits == pytest.approx([0.3, 0.3])


def test_a_key_is_shown_nowhere(http, server, monkeypatch, caplog):
    monkeypatch.setenv("FRED_API_KEY", "abcdef0123456789")
    server.on("/a", Reply("", 503))
    told = []
    http._tell = told.append
    with caplog.at_level(logging.DEBUG):
        error = refused(http, server, params={"api_key": "abcdef0123456789", "x": "1"})
    server.on("/a", "x\n")
    body = ask(http, server, params={"api_key": "abcdef0123456789", "x": "1"})
    shown = " ".join([error.line(), repr(error), *told, caplog.text, body.url])
    assert "urllib3" in caplog.text
    assert "abcdef0123456789" not in shown
    assert body.url.endswith("api_key=***&x=1")


def test_a_closed_connection_does_not_show_the_key_either(slept, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", "abcdef0123456789")
    http = Http(Limits(attempts=1), sleep=slept)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(SourceError) as caught:
        http.get(f"http://127.0.0.1:{port}/a", hosts=HERE, params={"api_key": "abcdef0123456789"})
    chain = f"{caught.value} {caught.value.__cause__}"
    assert "abcdef" not in chain
    assert caught.value.__suppress_context__


def test_words_of_a_host_become_one_clean_line():
    said = printable("a\x1b[31m\nb\t\u202ec" + "x" * 500)
    assert "\x1b" not in said and "\u202e" not in said and "\n" not in said
    assert len(said) <= 120
    assert mask("token=abc&x=1") == "token=***&x=1"
