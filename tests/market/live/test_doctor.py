"""The doctor asks each source once, stores nothing, and says what to do about each."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from market.errors import InputError
from market.live import doctor
from market.live.doctor import LIMITS, examine
from market.live.fetch.http import Http, Limits
from market.live.hosts.source import NotInstalled
from market.live.hosts.yfinance import INSTALL, Yfinance
from market.live.update import default_sources
from strategy.cli import cli
from tests.market.live.formats import (
    CHART,
    FACTORS,
    GRAPH,
    WORKBOOK,
    bars,
    cboe_path,
    chart,
    fred,
    french,
    french_path,
    workbook,
)
from tests.market.live.host import NOW, Reply


def missing(ticker, since, until, wait):
    raise NotInstalled("yfinance is not installed", down=True, do=INSTALL)


@pytest.fixture
def once():
    return Http(Limits(connect=2, read=2, total=5, pause=0.0, attempts=LIMITS.attempts))


@pytest.fixture
def all_answer(server):
    for ticker in ("SPY", "^GSPC", "^SP500TR"):
        server.on(CHART + ticker, Reply(chart(ticker, bars("2025-06-02", [100.0] * 380))))
    server.on(GRAPH, Reply(fred("BAMLC0A0CM", [("2026-11-18", 1.0), ("2026-11-19", 1.1)])))
    server.on(WORKBOOK, Reply(workbook([("2026-10", 5), ("2026-09", 4)])))
    factors = french([("202609", [1.0, 2, 3, 0.3])], columns=FACTORS, title="")
    server.on(french_path("F-F_Research_Data_Factors"), Reply(factors))
    server.on(cboe_path("VVIX"), Reply("DATE,VVIX\n11/19/2026,90\n11/20/2026,91\n"))


@pytest.fixture
def look(once, sources):
    whole = sources | {"yfinance": Yfinance(missing)}
    return lambda: {f.source: f for f in examine(http=once, sources=whole, now=lambda: NOW)}


def test_every_source_has_a_sample_that_it_has():
    for source in default_sources().values():
        assert source.sample in source.series


def test_what_answers_says_its_newest_day(look, all_answer, server, cache):
    found = look()
    answered = {name: (f.status, f.last) for name, f in found.items() if name != "yfinance"}
    assert answered == {
        "yahoo": ("answers", "2026-11-13"),
        "fred": ("answers", "2026-11-19"),
        "finra": ("answers", "2026-10-31"),
        "cboe": ("answers", "2026-11-20"),
        "kenfrench": ("answers", "2026-09-30"),
        "sp500tr": ("answers", "2026-09-30"),
    }
    assert len(server.asked) == 7  # each once, the last for two indices
    assert not cache.folder.exists()


def test_what_is_not_installed_is_no_fault_and_says_the_command(look, all_answer):
    found = look()["yfinance"]
    assert (found.status, found.do, found.fault) == ("not installed", INSTALL, False)


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (Reply("no", 403), "refuses"),
        (Reply("slow down", 429), "refuses"),
        (Reply("", 503), "no answer"),
        (Reply("x" * 100, drip=0.2), "no answer"),
        (Reply("<html><title>Consent</title>", type="text/html"), "unusable"),
        (Reply("nothing", 404), "unusable"),
        (Reply(chart("SPY", bars("2027-01-04", [1.0, 2.0]))), "unusable"),  # yet to come
    ],
)
def test_what_does_not_answer_is_told_apart_and_has_a_remedy(
    look, all_answer, server, reply, status
):
    server.on(CHART + "SPY", reply)
    found = look()
    assert (found["yahoo"].status, found["yahoo"].fault, found["yahoo"].last) == (status, True, "")
    assert found["yahoo"].said and found["yahoo"].do
    assert found["cboe"].status == "answers"
    if status == "refuses":
        assert "--from yfinance" in found["yahoo"].do


def test_the_command_is_one_screen_and_its_exit_code_says_whether_all_answer(
    monkeypatch, once, sources, all_answer, server
):
    monkeypatch.setattr(doctor, "default_sources", lambda: sources)
    monkeypatch.setattr(doctor, "Http", lambda limits: once)
    good = CliRunner().invoke(cli, ["data", "doctor"])
    assert good.exit_code == 0, good.output
    assert len(good.output.splitlines()) <= 24
    server.on(CHART + "SPY", Reply("no", 403))
    bad = CliRunner().invoke(cli, ["data", "doctor", "--json"])
    assert bad.exit_code == 2
    rows = json.loads(bad.stdout)["sources"]
    assert [row["status"] for row in rows] == ["refuses", *["answers"] * 5]
    assert "yahoo: no usable answer" in bad.stderr


def test_offline_forbids_it(look, monkeypatch, server):
    monkeypatch.setenv("SIMULATE_OFFLINE", "1")
    with pytest.raises(InputError, match="offline"):
        look()
    assert server.asked == []
