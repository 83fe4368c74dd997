"""Users' own files in the cache: checked, merged and versioned as downloads are, asking nobody."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
from click.testing import CliRunner

import market
from market.cache.pending import Pending
from market.errors import InputError
from market.live.merge.commit import confirm
from market.live.merge.series import LIVE, updated
from market.live.update import chosen, from_file, update
from market.series.catalogue import CATALOGUE
from market.sources.bundled import bundled_prices
from strategy.cli import cli
from strategy.plan import Data
from tests.market.live.formats import CHART, bars, chart
from tests.market.live.host import NOW, Reply


@pytest.fixture
def take(cache, tmp_path, monkeypatch):
    """An own file of a series into the cache; the network is forbidden."""
    monkeypatch.setenv("SIMULATE_OFFLINE", "1")

    def take(series_id, text, name="mine.csv"):
        file = tmp_path / name
        file.write_text(text)
        report = from_file(series_id, file, cache=cache, now=lambda: NOW)
        return report.outcomes[0], report

    return take


SURVEY = "date,value,known_at\n2026-03-17,3.9,2026-03-18\n2026-04-14,3.5,2026-04-20\n"


def rows(cache, series_id):
    return cache.rows(series_id, cache.version().entries[series_id])


def test_a_series_without_a_live_source_comes_from_a_file(take, cache):
    outcome, report = take("fms_cash", SURVEY)
    assert (outcome.status, outcome.added, outcome.last) == ("updated", 2, "2026-04-14")
    assert report.version.startswith("v1-")
    entry = cache.version().entries["fms_cash"]
    assert entry.source == "file mine.csv" and entry.url == ""
    assert entry.body_sha256 == hashlib.sha256(SURVEY.encode()).hexdigest()
    loaded = market.load(Data(source="auto")).series["fms_cash"]
    # the bundled survey goes on, and the file's own days of publication count
    assert f"{loaded.frame.index[0]:%Y-%m-%d}" == "2001-11-21"
    assert loaded.frame["known_at"].iloc[-1] == pd.Timestamp("2026-04-20")
    assert loaded.origin == f"cache {report.version}: file mine.csv"


def test_the_same_file_again_changes_nothing(take, cache):
    take("fms_cash", SURVEY)
    outcome, report = take("fms_cash", SURVEY)
    assert outcome.status == "current"
    assert report.version == report.before and len(cache.labels()) == 1


def test_without_days_of_publication_the_catalogue_says_when_a_figure_was_known(take, cache):
    take("top10_weight", "date,value\n2026-09-30,40.5\n2026-10-30,40.9\n")
    known = rows(cache, "top10_weight")["known_at"]
    # the second was not in any earlier file: that does not make it late
    assert known.iloc[-1] == pd.Timestamp("2026-10-30") + pd.Timedelta(days=31)
    take("top10_weight", "date,value\n2026-07-31,39.0\n2026-09-30,40.5\n2026-10-30,40.9\n")
    assert rows(cache, "top10_weight").loc["2026-07-31", "known_at"] == pd.Timestamp("2026-08-31")


def test_a_revised_figure_is_noted_and_the_first_stays(take, cache):
    take("fms_cash", SURVEY)
    outcome, _ = take("fms_cash", SURVEY.replace("3.5", "3.6"))
    assert "2026-04-14 value: 3.5, now 3.6 (the first is kept)" in outcome.lines
    last = rows(cache, "fms_cash").iloc[-1]
    assert (last["value"], last["conflict"]) == (3.5, "file mine.csv states 3.6 since 2026-11-21")


def test_a_figure_beyond_belief_waits_with_its_day_of_publication(take, cache):
    outcome, _ = take("fms_cash", "date,value,known_at\n2026-03-17,43.9,2026-03-25\n")
    assert outcome.status == "held" and cache.version() is None
    assert Pending(cache.folder).ids() == ["fms_cash"]
    confirm("fms_cash", cache=cache, made=NOW)
    last = rows(cache, "fms_cash").iloc[-1]
    assert (last["value"], last["known_at"]) == (43.9, pd.Timestamp("2026-03-25"))


def test_a_file_and_a_download_of_one_series_are_compared(take, cache, server, http, sources):
    closes = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0, 106.0]
    days = [day for day, *_ in bars("2026-10-26", closes)]
    text = "date,open,high,low,close\n" + "\n".join(
        f"{d},{c},{c},{c},{c}" for d, c in zip(days, closes, strict=True)
    )
    take("spy", text)
    server.on(CHART + "SPY", Reply(chart("SPY", bars("2026-10-26", [c / 7 for c in closes]))))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SIMULATE_OFFLINE", raising=False)
        report = update(chosen(["spy"]), cache=cache, http=http, sources=sources, now=lambda: NOW)
    assert report.outcomes[0].status == "held"
    assert "a split that the source does not state, or another unit" in report.outcomes[0].lines[0]


def test_whole_bars_of_the_traded_index_come_from_a_file(take):
    before = bundled_prices()[0].iloc[-6:]
    last = float(before["close"].iloc[-1])
    text = before.rename_axis("date").to_csv() + f"2026-10-07,{last},{last},{last},{last}\n"
    outcome, report = take("sp500", text)
    assert outcome.lines[0] == "compared with the 6 rows that come with the program: all equal"
    loaded = market.load(Data(source="auto"))
    assert loaded.sessions[-1] == pd.Timestamp("2026-10-07")
    assert loaded.origin == f"cache {report.version}: file mine.csv"
    with pytest.raises(InputError, match="has closes only"):
        take("sp500", "date,close\n2026-10-07,6000\n2026-10-08,6001\n")


def test_a_file_that_is_not_newer_is_taken_and_said_to_be_unused(take, cache):
    outcome, _ = take("fms_cash", "date,value\n2010-01-19,3.4\n")
    assert outcome.lines[-1].startswith("not newer than the series that comes with the program")
    assert market.load(Data(source="auto")).series["fms_cash"].origin == "bundled"


@pytest.mark.parametrize("series_id", sorted(CATALOGUE))
def test_every_series_of_the_catalogue_has_bounds(series_id):
    live = updated(series_id)
    assert live is LIVE[series_id] if series_id in LIVE else live.sources == ()
    assert live.jump > 0 and live.rounding > 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--file", "mine.csv"), "expected one SERIES"),
        (("spy", "qqq", "--file", "mine.csv"), "expected one SERIES"),
        (("spy", "--file", "mine.csv", "--from", "yahoo"), "neither --from"),
        (("spy", "--file", "mine.csv", "--offline"), "nor --offline"),
        (("spyy", "--file", "mine.csv"), "did you mean 'spy'"),
        (("spy", "--file", "nothing.csv"), "no such file"),
        (("spy", "--file", "mine.csv"), "has not come yet"),
    ],
)
def test_what_does_not_go_is_one_line(cache, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("date,close\n2026-01-02,1\n2199-01-04,2\n")
    done = CliRunner().invoke(cli, ["data", "update", *arguments])
    assert done.exit_code == 2
    assert told in done.stderr and done.stderr.count("\n") == 1
    assert cache.version() is None
