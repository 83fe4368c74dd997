"""`data.source: auto`: cached series where they are newer, bundled ones elsewhere."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import market
from market.errors import InputError
from market.files.read import read_prices
from market.live.update import chosen, update
from market.sources.bundled import BUNDLED_IDS, bundled_prices
from market.sources.listing import listing
from strategy.cli import cli
from strategy.plan import Data, Plan
from tests.market.live.formats import CHART, GRAPH, Bar, bars, cboe, cboe_path, chart, fred
from tests.market.live.host import NOW, Reply
from tests.reliability.kill import contents

FIRST = "2026-10-26"
CLOSES = [100.0, 101.0, 102.0, 103.0, 104.0, 105.0]


@pytest.fixture
def go(http, cache, sources):
    def go(*names):
        return update(
            chosen(names), cache=cache, http=http, sources=sources, now=lambda: NOW
        ).version

    return go


@pytest.fixture
def filled(server, go):
    """Version 1: newer prices, a fund, volatility to 1990; version 2: a day more of the fund."""
    prices = bundled_prices()[0].iloc[-30:]
    days = pd.DatetimeIndex(prices.index).strftime("%Y-%m-%d")
    known: list[Bar] = [
        (day, open_, high, low, close)
        for day, (open_, high, low, close) in zip(days, prices.to_numpy().tolist(), strict=True)
    ]
    last = float(prices["close"].to_numpy()[-1])
    new: list[Bar] = [
        ("2026-10-07", last, last * 1.01, last * 0.99, last),
        ("2026-10-08", last, last, last, last),
    ]
    server.on(CHART + "^GSPC", Reply(chart("^GSPC", [*known, *new])))
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, CLOSES[:5]))))
    server.on(cboe_path("VIX"), Reply(cboe([("1990-01-02", 17.24, 17.24, 17.24, 17.24)])))
    first = go("sp500", "spy", "vix")
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, CLOSES))))
    return first, go("spy")


def test_an_empty_cache_is_the_bundle(cache):
    loaded = market.load(Data(source="auto"))
    assert set(loaded.hashes) == set(BUNDLED_IDS)
    assert loaded.data_version == ""
    assert loaded.origin == "bundled"


def test_each_series_says_where_it_is_from(filled):
    _, label = filled
    loaded = market.load(Data(source="auto"))
    assert loaded.data_version == label
    assert loaded.origin == f"cache {label}: Yahoo ^GSPC"
    assert loaded.series["spy"].origin == f"cache {label}: Yahoo SPY"
    assert loaded.series["spy"].spec.source == "Yahoo SPY"
    assert "distributions are not in it" in loaded.series["spy"].spec.defects[0]
    # the cached index of volatility ends in 1990: the bundled one is newer
    assert loaded.series["vix"].origin == "bundled"
    assert loaded.series["moodys_baa"].origin == "bundled"


def test_prices_go_on_where_the_bundle_ends(filled):
    loaded = market.load(Data(source="auto"))
    bundled = market.load(Data(source="bundled"))
    assert loaded.id == bundled.id == "sp500"
    assert loaded.sessions[-1] == pd.Timestamp("2026-10-08")
    pd.testing.assert_frame_equal(
        loaded.prices.loc[: bundled.sessions[-1]], bundled.prices, check_freq=False
    )
    assert loaded.hashes["sp500"] != bundled.hashes["sp500"]
    assert "last session 2026-10-06" not in loaded.price_spec.defects


def test_an_old_version_repeats_what_a_run_had(filled):
    first, _ = filled
    for wanted in (first, "1", "v1"):
        loaded = market.load(Data(source="auto", version=wanted))
        assert loaded.data_version == first
        assert len(loaded.series["spy"].frame) == 5
    assert len(market.load(Data(source="auto")).series["spy"].frame) == 6


def test_a_version_is_named_as_a_number_too():
    assert Data.model_validate({"source": "auto", "version": 7}).version == "7"
    plan = Plan.model_validate({"name": "x", "data": {"source": "auto", "version": "v7-3fa9c1d2"}})
    assert plan.data.version == "v7-3fa9c1d2"


@pytest.mark.parametrize(
    "data",
    [
        {"source": "bundled", "version": "v1"},
        {"source": "bundled", "version": 1},
        {"source": "auto", "version": ""},
        {"source": "auto", "version": True},
        {"source": "auto", "version": "v" * 100},
        {"source": "cache"},
    ],
)
def test_what_is_no_version_is_refused(data):
    with pytest.raises(ValueError):
        Plan.model_validate({"name": "x", "data": data})


def test_a_version_that_is_not_there_is_one_line(filled):
    with pytest.raises(InputError, match=r"data\.version: no data version 'v9'"):
        market.load(Data(source="auto", version="v9"))


def test_own_files_still_come_first(filled, tmp_path):
    own = tmp_path / "spy.csv"
    own.write_text("Date,Close\n2024-01-02,10\n2024-01-03,11\n")
    loaded = market.load(Data(source="auto", files={"spy": str(own)}, prices=str(own)))
    assert loaded.series["spy"].origin == str(own)
    assert loaded.origin == str(own)


def test_a_damaged_file_is_told_and_not_replaced_by_something_else(filled, cache):
    entry = cache.version().entries["spy"]
    (cache.folder / "series" / "spy" / f"{entry.base}.parquet").write_bytes(b"x")
    with pytest.raises(InputError, match="is damaged"):
        market.load(Data(source="auto"))
    assert market.load(Data(source="bundled")).origin == "bundled"


def test_end_cuts_cached_series_by_when_they_were_known(filled):
    loaded = market.load(Data(source="auto", end=dt.date(2026, 10, 28)))
    assert f"{loaded.series['spy'].frame.index[-1]:%Y-%m-%d}" == "2026-10-28"


def test_the_listing_says_cache(filled):
    _, label = filled
    table = listing(market.load(Data(source="auto"))).set_index("id")
    assert table.loc["spy", ["status", "to", "source"]].tolist() == [
        "cache",
        "2026-11-02",
        f"cache {label}: Yahoo SPY",
    ]
    assert table.loc["vix", "status"] == "bundled"
    assert table.loc["qqq", "status"] == "not loaded"


# -- the commands ------------------------------------------------------------------------------


@pytest.fixture
def simulate(monkeypatch, cache, http, sources):
    monkeypatch.setattr("market.live.update.default_sources", lambda: sources)
    monkeypatch.setattr("market.live.fetch.http.Http", lambda **_: http)

    def simulate(*arguments):
        return CliRunner().invoke(cli, arguments)

    return simulate


def test_update_prints_what_became_of_each_series(server, simulate):
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, CLOSES))))
    server.on(CHART + "QQQ", Reply("<html><title>[red]\x1b[31mNo</title></html>"))
    done = simulate("data", "update", "spy", "qqq")
    assert done.exit_code == 2
    assert "spy     updated" in done.stdout and "qqq     failed" in done.stdout
    assert "data version v1-" in done.stdout
    assert "[red][31mNo" in done.stdout and "\x1b[31m" not in done.stdout
    assert done.stderr.startswith("error: qqq could not be updated")


def test_update_as_json_and_quiet(server, simulate):
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, CLOSES))))
    done = simulate("data", "update", "spy", "--json")
    assert done.exit_code == 0
    document = json.loads(done.stdout)
    assert document["series"][0]["status"] == "updated"
    quiet = simulate("data", "update", "spy", "-q")
    assert quiet.stdout == f"{document['version']}\n"


def test_a_held_back_download_is_listed_and_confirmed(server, simulate):
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, [*CLOSES, 500.0]))))
    done = simulate("data", "update", "spy")
    assert done.exit_code == 2
    assert "spy held back; `simulate data confirm` lists" in done.stderr
    assert "close moves from 105 to 500 on 2026-11-03" in simulate("data", "confirm").stdout
    assert simulate("data", "confirm", "spy", "qqq").exit_code == 2  # all or none
    assert "spy: taken to 2026-11-03, v1-" in simulate("data", "confirm", "spy").stdout
    assert simulate("data", "confirm").stdout == "nothing waits to be confirmed\n"
    assert "note: confirmed by hand" in simulate("data", "versions", "1").stdout


def test_a_held_back_download_is_rejected(server, simulate):
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, [*CLOSES, 500.0]))))
    simulate("data", "update", "spy")
    assert simulate("data", "confirm", "spy", "--reject").stdout == "spy: forgotten\n"
    assert simulate("data", "confirm", "spy").exit_code == 2


def test_versions_are_listed(filled, simulate):
    first, second = filled
    lines = simulate("data", "versions").stdout.splitlines()
    assert lines[0].startswith(f"{first}  2026-11-21T12:00:00Z  sp500, spy, vix")
    assert lines[1].startswith(second)
    one = simulate("data", "versions", "2").stdout
    assert "spy: 6 rows, 2026-10-26 to 2026-11-02, Yahoo SPY" in one
    assert "1 new, 0 revised" in one
    assert json.loads(simulate("data", "versions", "--json").stdout)["versions"][1]["changed"] == [
        "spy"
    ]
    assert simulate("data", "versions", "v9").exit_code == 2


def test_offline_asks_nobody(filled, server, simulate, monkeypatch):
    server.asked.clear()
    done = simulate("data", "update", "spy", "qqq", "--offline")
    assert done.exit_code == 0
    assert "spy: to 2026-11-02" in done.stdout and "qqq: not cached" in done.stdout
    monkeypatch.setenv("SIMULATE_OFFLINE", "1")
    assert "SIMULATE_OFFLINE is set" in simulate("data", "update", "spy").stderr
    assert server.asked == []


def test_list_and_export_read_the_cache(filled, simulate, tmp_path):
    done = simulate("data", "list", "spy", "--data-version", "newest")
    assert "2026-11-02" in done.stdout and "from cache v2-" in done.stdout
    out = tmp_path / "s p y.csv"
    assert (
        simulate("data", "export", "spy", "--out", str(out), "--data-version", "1").exit_code == 0
    )
    assert read_prices(out).prices["close"].tolist() == CLOSES[:5]
    assert "no data version 'x'" in simulate("data", "list", "--data-version", "x").stderr


@pytest.fixture
def revised(server, go):
    """Version 1, then version 2: a day more of the index and a figure of the last that changed."""
    bundled = bundled_prices()[0].iloc[-30:]
    days = pd.DatetimeIndex(bundled.index).strftime("%Y-%m-%d")
    known: list[Bar] = [
        (day, open_, high, low, close)
        for day, (open_, high, low, close) in zip(days, bundled.to_numpy().tolist(), strict=True)
    ]
    last = float(bundled["close"].to_numpy()[-1])
    monday: Bar = ("2026-10-07", last, last * 1.02, last * 0.99, last)
    other: Bar = ("2026-10-07", last, last * 1.02, last * 0.99, last * 1.01)
    tuesday: Bar = ("2026-10-08", last, last, last, last)
    server.on(CHART + "^GSPC", Reply(chart("^GSPC", [*known, monday])))
    first = go("sp500")
    server.on(CHART + "^GSPC", Reply(chart("^GSPC", [*known, other, tuesday])))

    def again():
        return go("sp500")

    return first, again


def test_an_old_version_repeats_a_run_byte_for_byte(revised, simulate, tmp_path):
    """A revised close and a day more; then the run of before, with the data it had."""
    first, again = revised
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: repeated\nvintages: [2023, 2024]\ndata: {source: auto}\n")

    def run(out, *more):
        done = simulate(
            *("run", str(plan), "--out", str(tmp_path / out), "--no-tearsheet", "--no-report"),
            *("--json", *more),
        )
        assert done.exit_code == 0, done.output
        said = json.loads(done.stdout)
        return said, contents(Path(said["folder"]))

    told, before = run("before")
    assert told["data_version"] == first
    second = again()
    newest, after = run("after")
    assert (newest["data_version"], newest["run_id"] != told["run_id"]) == (second, True)
    assert after["metrics.json"] != before["metrics.json"]
    for wanted in (first, "1"):
        repeated, files = run(f"repeated {wanted}", "--data-version", wanted)
        assert repeated["run_id"] == told["run_id"]
        assert files == before
    assert run("newest", "--data-version", "newest")[0]["run_id"] == newest["run_id"]


def test_a_run_says_which_version_and_which_series_it_read(filled, simulate, tmp_path):
    _, label = filled
    run = ("run", "short_long", "--set", "vintages=[2020]", "--no-report", "--no-tearsheet")
    done = simulate(*run, "--out", str(tmp_path / "a"), "--data-version", "newest")
    said = " ".join(done.stdout.split())
    assert (
        f"data version {label}: sp500, spy from the cache; the others as they come with the program"
        in said
    )
    (record,) = (json.loads(p.read_text()) for p in tmp_path.glob("a/*/run.json"))
    assert record["data_version"] == record["plan"]["data"]["version"] == label
    origins = {name: series["origin"] for name, series in record["series"].items()}
    assert origins["sp500"] == f"cache {label}: Yahoo ^GSPC"
    assert origins["vix"] == "bundled"
    # the plan as it is recorded repeats the run
    assert Plan.model_validate_json(json.dumps(record["plan"])).data.version == label
    plain = simulate(*run, "--out", str(tmp_path / "b"), "--set", "data.source=bundled")
    assert "data version" not in plain.stdout


def test_what_was_updated_is_read_without_being_asked_for(filled):
    assert Plan(name="x").data.source == "auto"
    assert market.load(Data()).data_version == market.load(Data(source="auto")).data_version != ""


def test_a_run_before_any_update_is_repeated_after_one_by_the_plan_it_recorded(
    simulate, tmp_path, request
):
    run = ("--set", "vintages=[2020]", "--no-report", "--no-tearsheet", "--json", "--out")
    before = json.loads(simulate("run", "short_long", *run, str(tmp_path / "a")).stdout)
    recorded = json.loads((Path(before["folder"]) / "run.json").read_text())["plan"]
    assert recorded["data"]["source"] == "bundled"
    request.getfixturevalue("filled")
    again = tmp_path / "again.yaml"
    again.write_text(json.dumps(recorded))
    after = json.loads(simulate("run", str(again), *run, str(tmp_path / "b")).stdout)
    assert after["run_id"] == before["run_id"]
    newest = json.loads(simulate("run", "short_long", *run, str(tmp_path / "c")).stdout)
    assert newest["run_id"] != before["run_id"]


def test_the_summary_says_how_old_the_last_price_is_and_what_brings_newer_ones(
    cache, simulate, tmp_path
):
    run = ("run", "short_long", "--set", "vintages=[2020]", "--no-report", "--no-tearsheet")
    done = simulate(*run, "--out", str(tmp_path))
    (record,) = (json.loads(p.read_text()) for p in tmp_path.glob("*/run.json"))
    age = (dt.date.today() - dt.date.fromisoformat(record["series"]["sp500"]["last"])).days
    said = " ".join(done.stdout.split())
    assert f"the last price is {age:,} days old; `simulate data update` brings newer data" in said
    assert "data version none: nothing newer is cached; all as they come with the program" in said
    ended = simulate(*run, "--out", str(tmp_path), "--set", "data.end=2021-12-31")
    assert "days old" not in ended.stdout


@pytest.mark.parametrize("version", ["v9", "", "latest", "../versions", "v1-00000000", "'"])
def test_a_version_that_is_not_there_is_named_by_the_option(filled, simulate, version):
    done = simulate("check", "short_long", "--data", "--data-version", version)
    assert done.stderr.startswith("error: --data-version: ")
    assert done.stderr.count("\n") == 1
    assert filled[0] in done.stderr or not version


@pytest.mark.parametrize(
    "words",
    ["run", "check --data", "signals", "hedge", "today", "lookahead", "scenario", "audit", "sweep"],
)
def test_every_command_that_takes_a_plan_takes_a_version(filled, simulate, words, tmp_path):
    plan = tmp_path / "plan.yaml"
    sweep = "sweep: {keys: {tactical.stop: [0.02, 0.03]}}\n" if words == "sweep" else ""
    plan.write_text(f"name: x\n{sweep}")
    done = simulate(*words.split(), str(plan), "--data-version", "v9")
    assert done.stderr.startswith("error: --data-version: no data version 'v9'; expected one of")


def test_a_mistyped_series_or_source_is_told(simulate):
    assert "did you mean 'spy'" in simulate("data", "update", "spyx").stderr
    assert "unknown source 'google'" in simulate("data", "update", "--from", "google").stderr


def test_a_key_is_in_no_file_and_no_line(server, simulate, cache, monkeypatch):
    key = "0123456789abcdef0123456789abcdef"
    monkeypatch.setenv("FRED_API_KEY", key)
    server.on("/fred/series/observations", Reply("", 503))
    failed = simulate("data", "update", "ig_oas")
    document = {
        "count": 2,
        "observations": [
            {"date": "2026-11-19", "value": "0.8"},
            {"date": "2026-11-20", "value": "0.81"},
        ],
    }
    server.on("/fred/series/observations", Reply(json.dumps(document)))
    done = simulate("data", "update", "ig_oas", "--json")
    assert done.exit_code == 0
    assert key not in failed.output + done.output
    for path in cache.folder.rglob("*"):
        assert path.is_dir() or key.encode() not in path.read_bytes()
    assert GRAPH not in [path for path, _, _ in server.asked]
    monkeypatch.delenv("FRED_API_KEY")
    server.on(GRAPH, fred("BAMLC0A0CM", [("2026-11-19", 0.8), ("2026-11-20", 0.81)]))
    assert (
        json.loads(simulate("data", "update", "ig_oas", "--json").stdout)["series"][0]["status"]
        == "current"
    )
