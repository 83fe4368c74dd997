"""FRED: the keyless CSV and the API, monthly stamps, missing figures, the key kept secret."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.fred import Fred
from tests.market.live.formats import API, GRAPH, fred, fred_api
from tests.market.live.host import NOW, Reply

KEY = "0123456789abcdef0123456789abcdef"
DAYS = [("2026-11-17", 3.12), ("2026-11-18", ""), ("2026-11-19", "."), ("2026-11-20", 3.2)]


def fetch(server, http, text, series="hy_oas", *, since=None, now=NOW):
    server.on(GRAPH, text if isinstance(text, Reply) else Reply(text))
    return Fred(server.url, server.url).fetch(series, http, since=since, now=now)


def refused(server, http, text, series="hy_oas"):
    with pytest.raises(SourceError) as caught:
        fetch(server, http, text, series)
    return caught.value.line()


def test_missing_figures_are_left_out(server, http):
    got = fetch(server, http, fred("BAMLH0A0HYM2", DAYS))
    assert list(got.frame.index.strftime("%Y-%m-%d")) == ["2026-11-17", "2026-11-20"]
    assert got.frame["value"].tolist() == [3.12, 3.2]
    assert server.asked[0][1] == {"id": "BAMLH0A0HYM2"}


def test_an_update_asks_from_a_day_on(server, http):
    fetch(server, http, fred("BAMLH0A0HYM2", DAYS), since=dt.date(2025, 10, 1))
    assert server.asked[0][1]["cosd"] == "2025-10-01"


def test_a_monthly_average_is_stamped_on_the_last_day_of_its_month(server, http):
    rows = [("2026-09-01", 5.4), ("2026-10-01", 5.5)]
    got = fetch(server, http, fred("BAA", rows), "moodys_baa")
    assert list(got.frame.index.strftime("%Y-%m-%d")) == ["2026-09-30", "2026-10-31"]


def test_a_month_that_is_not_over_is_left_out(server, http):
    rows = [("2026-10-01", 5.5), ("2026-11-01", 5.6)]
    got = fetch(server, http, fred("AAA", rows), "moodys_aaa")
    assert list(got.frame.index.strftime("%Y-%m-%d")) == ["2026-10-31"]
    assert got.notes == ("the month that is not over is left out",)


def test_the_curve_is_made_of_its_series(server, http):
    server.replies[GRAPH] = lambda query: Reply(
        fred(query["id"], [("2026-11-19", 4.0 + len(query["id"]) / 10), ("2026-11-20", 4.1)])
    )
    got = Fred(server.url).fetch("treasury_curve", http, since=None, now=NOW)
    assert set(got.frame.columns) == {
        *("m1", "m3", "m6", "y1", "y2", "y3", "y5", "y7", "y10", "y20", "y30")
    }
    assert server.asks(GRAPH) == 11
    assert got.frame.loc["2026-11-19", "m3"] == pytest.approx(4.6)  # DGS3MO has six letters
    assert got.frame.loc["2026-11-19", "y10"] == pytest.approx(4.5)


def test_the_target_before_it_became_a_range_comes_first(server, http):
    old = fred("DFEDTAR", [("2008-12-14", 1.0), ("2008-12-15", 1.0)])
    new = fred("DFEDTARU", [("2008-12-16", 0.25), ("2008-12-17", 0.25)])
    server.replies[GRAPH] = lambda query: Reply(old if query["id"] == "DFEDTAR" else new)
    source = Fred(server.url)
    got = source.fetch("fed_funds_target", http, since=None, now=NOW)
    assert got.frame["value"].tolist() == [1.0, 1.0, 0.25, 0.25]
    got = source.fetch("fed_funds_target", http, since=dt.date(2008, 12, 16), now=NOW)
    assert got.frame["value"].tolist() == [0.25, 0.25]


def test_with_a_key_the_api_is_asked_and_the_key_is_not_shown(server, http, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", KEY)
    server.on(API, Reply(fred_api([("2026-11-19", "."), ("2026-11-20", "3.2")])))
    got = Fred(server.url, server.url).fetch("hy_oas", http, since=None, now=NOW)
    assert got.frame["value"].tolist() == [3.2]
    assert server.asked[0][1]["api_key"] == KEY
    assert KEY not in repr(got) and "api_key=***" in got.url


def test_a_refused_key_is_told_once_and_masked(server, http, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", KEY)
    said = f"Bad Request.  The value for variable api_key ({KEY}) is not registered."
    body = json.dumps({"error_code": 400, "error_message": said})
    server.on(API, Reply(body, 400, type="application/json"))
    with pytest.raises(SourceError) as caught:
        Fred(server.url, server.url).fetch("hy_oas", http, since=None, now=NOW)
    line = caught.value.line()
    assert "the key is refused" in line and "not registered" in line and "FRED_API_KEY" in line
    assert KEY not in line
    assert server.asks(API) == 1


@pytest.mark.parametrize(
    "body",
    ["{}", '{"observations": 3}', '{"observations": [{"date": "2026-11-20"}]}', "[1]", "null"],
)
def test_a_changed_api_is_noticed(server, http, monkeypatch, body):
    monkeypatch.setenv("FRED_API_KEY", KEY)
    server.on(API, Reply(body, type="application/json"))
    with pytest.raises(SourceError, match="no observations"):
        Fred(server.url, server.url).fetch("hy_oas", http, since=None, now=NOW)


def test_half_of_the_observations_are_refused(server, http, monkeypatch):
    monkeypatch.setenv("FRED_API_KEY", KEY)
    document = json.loads(fred_api([("2026-11-19", "3.1"), ("2026-11-20", "3.2")]))
    document["count"] = 9000
    server.on(API, Reply(json.dumps(document), type="application/json"))
    with pytest.raises(SourceError, match="2 of 9000"):
        Fred(server.url, server.url).fetch("hy_oas", http, since=None, now=NOW)


def test_a_web_page_with_status_200_is_refused(server, http):
    page = "\n<html><title>FRED &mdash; Access\x07 denied</title><body>403</body></html>"
    said = refused(server, http, Reply(page, type="text/csv"))
    assert "is a web page" in said and "\x07" not in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the answer is empty"),
        ("observation_date,BAMLH0A0HYM2\n", "no figures"),
        ("observation_date,BAMLH0A0HYM2\n2026-11-20,.\n", "no figures"),
        (fred("BAMLC0A0CM", DAYS), "the columns are observation_date, BAMLC0A0CM"),
        ("observation_date;BAMLH0A0HYM2\n2026-11-20;3\n", "the columns are"),
        ("observation_date,BAMLH0A0HYM2,x\n2026-11-20,3,4\n", "the columns are"),
        (fred("BAMLH0A0HYM2", [("20.11.2026", 3)]), "'20.11.2026' is not a date"),
        (fred("BAMLH0A0HYM2", [("2026-02-30", 3)]), "'2026-02-30' is not a date"),
        (fred("BAMLH0A0HYM2", [("2026-11-20", "3,1")]), "line 2 has 3 cells"),
        (fred("BAMLH0A0HYM2", [("2026-11-20", "high")]), "'high' is not a number"),
        (fred("BAMLH0A0HYM2", [("2026-11-20", "1e999")]), "'1e999' is not a number"),
        (fred("BAMLH0A0HYM2", DAYS[::-1]), "not in order"),
        (fred("BAMLH0A0HYM2", [DAYS[0], ("2026-11-17", 9)]), "2026-11-17 occurs twice"),
    ],
)
def test_what_is_not_the_series_is_refused(server, http, text, told):
    said = refused(server, http, text)
    assert said.startswith("FRED BAMLH0A0HYM2")
    assert told in said


def test_a_row_that_says_the_same_twice_counts_once(server, http):
    got = fetch(server, http, fred("BAMLH0A0HYM2", [DAYS[0], DAYS[0], DAYS[3]]))
    assert len(got.frame) == 2
    assert got.notes == ("1 rows that occur twice are taken once",)


def test_a_last_line_without_its_end_may_have_lost_digits(server, http):
    text = fred("BAMLH0A0HYM2", [("2026-11-19", 3.12), ("2026-11-20", 3.2)])
    got = fetch(server, http, Reply(text[:-2], headers={"Connection": "close"}))
    assert got.frame["value"].tolist() == [3.12]
    assert "has no end and is left out" in got.notes[0]


def test_encodings(server, http):
    text = fred("BAMLH0A0HYM2", DAYS)
    for encoding in ("utf-8-sig", "utf-16"):
        assert len(fetch(server, http, Reply(text.encode(encoding))).frame) == 2
    said = refused(server, http, Reply(text.replace("3.12", "3\xb712").encode("latin-1")))
    assert "not text in UTF-8" in said
