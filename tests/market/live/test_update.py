"""Updates from sources on loopback: what gets in, what waits, and what a kill leaves behind."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from market.cache import Cache
from market.cache.pending import Pending
from market.errors import InputError
from market.live.fetch.http import Http, Limits
from market.live.hosts.yahoo import Yahoo
from market.live.merge.commit import confirm, reject
from market.live.merge.series import LIVE
from market.live.update import chosen, default_sources, update
from market.sources.bundled import bundled_series
from tests.market.live.formats import (
    CHART,
    FACTORS,
    GRAPH,
    WORKBOOK,
    bars,
    cboe,
    cboe_path,
    chart,
    fred,
    french,
    french_path,
    weekdays,
    workbook,
)
from tests.market.live.host import NOW, Reply

ROOT = Path(__file__).parents[3]
CLOSES = [100 + (n * 7 % 11) / 10 for n in range(300)]
FIRST = "2025-09-22"  # 300 weekdays later it is Friday 2026-11-13


@pytest.fixture
def go(server, http, cache, sources):
    def go(*names, now=NOW, **more):
        return update(
            chosen(names, more.get("source")),
            cache=cache,
            http=http,
            sources=sources,
            now=lambda: now,
            **more,
        )

    return go


def serve_spy(server, closes=CLOSES, **more):
    server.on(CHART + "SPY", Reply(chart("SPY", bars(FIRST, closes), **more)))


def rows(cache, series="spy"):
    return cache.rows(series, cache.version().entries[series])


def only(report):
    (outcome,) = report.outcomes
    return outcome


def test_every_live_series_has_its_sources_and_every_source_its_series():
    found = default_sources()
    for live in LIVE.values():
        for name in live.sources:
            assert live.id in found[name].series
    for source in found.values():
        assert set(source.series) <= set(LIVE)


def test_a_first_update_makes_version_one(server, go, cache):
    serve_spy(server)
    report = go("spy")
    outcome = only(report)
    assert (outcome.status, outcome.added, outcome.last) == ("updated", 300, "2026-11-13")
    assert report.version.startswith("v1-") and report.before == ""
    entry = cache.version().entries["spy"]
    assert entry.source == "Yahoo SPY"
    assert entry.fetched == "2026-11-21T12:00:00Z"
    body = chart("SPY", bars(FIRST, CLOSES)).encode()
    assert entry.body_sha256 == hashlib.sha256(body).hexdigest()
    assert "period1" not in server.asked[0][1] or int(server.asked[0][1]["period1"]) < 0


def test_the_next_update_asks_for_what_is_new_and_looks_back(server, go, cache):
    serve_spy(server, CLOSES[:290])
    go("spy")
    serve_spy(server)
    report = go("spy")
    assert (only(report).status, only(report).added) == ("updated", 10)
    begin = dt.datetime.fromtimestamp(int(server.asked[-1][1]["period1"]), dt.UTC).date()
    assert begin == dt.date(2026, 10, 30) - dt.timedelta(days=400)
    assert len(rows(cache)) == 300
    assert go("spy", full=True).version == report.version
    assert int(server.asked[-1][1]["period1"]) < 0


def test_nothing_new_makes_no_version(server, go, cache):
    serve_spy(server)
    first = go("spy")
    again = go("spy")
    assert only(again).status == "current"
    assert again.version == again.before == first.version
    assert len(cache.labels()) == 1


def test_a_series_that_fails_does_not_stop_the_others(server, go, cache):
    serve_spy(server)
    server.on(cboe_path("VIX"), Reply("<html><title>Sorry</title></html>", type="text/html"))
    report = go("spy", "vix")
    assert [o.status for o in report.outcomes] == ["updated", "failed"]
    assert "web page" in report.outcomes[1].lines[0]
    assert set(cache.version().entries) == {"spy"}
    assert report.unfinished == (report.outcomes[1],)


def test_a_source_that_is_down_is_not_asked_again(server, go):
    server.on(CHART + "SPY", Reply("", 503))
    report = go("spy", "qqq", "iwm")
    assert [o.status for o in report.outcomes] == ["failed", "skipped", "skipped"]
    assert len(server.asked) == 4


def test_an_answer_that_looks_cut_is_asked_for_once_more(server, go):
    whole = chart("SPY", bars(FIRST, CLOSES))
    server.on(CHART + "SPY", Reply(whole[:500]), Reply(whole))
    assert only(go("spy")).status == "updated"
    assert len(server.asked) == 2


def test_two_sources_of_one_series_are_chosen_by_name(server, go, cache):
    server.on(cboe_path("VIX"), Reply(cboe(bars("2026-11-16", [17.0, 18.0, 19.0]))))
    server.on(CHART + "^VIX", Reply(chart("^VIX", bars("2026-11-16", [17.0, 18.0, 19.0]))))
    assert go("vix").outcomes[0].source == "Cboe VIX"
    again = only(go("vix", source="yahoo"))
    assert (again.source, again.status) == ("Yahoo ^VIX", "current")


def as_bundled(series_id):
    """The bars that come with the program from `FIRST` on, and three flat days more."""
    frame = bundled_series(series_id).frame.loc[FIRST:, ["open", "high", "low", "close"]]
    # the last days have closes only
    frame = frame.apply(lambda column: column.fillna(frame["close"]))
    rows = [(f"{day:%Y-%m-%d}", *(float(x) for x in row)) for day, row in frame.T.items()]
    last = rows[-1][-1]
    return [*rows, *((day, last, last, last, last) for day in weekdays("2026-10-07", 3))]


def test_all_series_at_once(server, go, cache, monkeypatch):
    days = weekdays(FIRST, 300)
    points = bundled_series("hy_oas").frame["value"]

    def graph(query):
        code = query["id"]
        if code in ("AAA", "BAA"):
            known = bundled_series(f"moodys_{code.lower()}").frame["value"]["2026":]
            months = [(f"{day:%Y-%m}-01", float(value)) for day, value in known.items()]
            return Reply(fred(code, [*months, ("2026-10-01", months[-1][1])]))
        return Reply(fred(code, [(day, points.asof(pd.Timestamp(day))) for day in days]))

    server.replies[GRAPH] = graph
    server.on(WORKBOOK, Reply(workbook([("2026-10", 1_210_000), ("2026-09", 1_200_000)])))
    server.on(
        french_path("12_Industry_Portfolios_daily"), Reply(french([("20261119", [1.0] * 12)]))
    )
    # months after the bundled ones; three of them are made enough to lead
    monkeypatch.setattr("market.live.hosts.ken_french.LEADERSHIP_MONTHS", 3)
    months = [f"{2025 + n // 12}{n % 12 + 1:02}" for n in range(9, 21)]
    monthly = french(
        [(month, [1.0] * 12) for month in months],
        title="Average Value Weighted Returns -- Monthly",
    )
    server.on(french_path("12_Industry_Portfolios"), Reply(monthly))
    factors = french([(m, [1.0, 2, 3, 0.3]) for m in months], columns=FACTORS, title="")
    server.on(french_path("F-F_Research_Data_Factors"), Reply(factors))
    for index in ("VIX", "VIX3M", "VVIX"):
        rows = as_bundled("vix") if index == "VIX" else bars(FIRST, CLOSES)
        server.on(cboe_path(index), Reply(cboe(rows)))
    for live in LIVE.values():
        if live.sources[0] == "yahoo":
            ticker = default_sources()["yahoo"].series[live.id]
            rows = as_bundled("sp500") if live.id == "sp500" else bars(FIRST, CLOSES)
            server.on(CHART + ticker, Reply(chart(ticker, rows)))
    index = as_bundled("sp500")
    true = [(*row[:4], row[4] * 1.00005**n) for n, row in enumerate(index)]
    server.on(CHART + "^SP500TR", Reply(chart("^SP500TR", true)))
    seen = []
    report = go(progress=lambda what, done, of: seen.append((what, done, of)))
    assert {o.series: o.lines for o in report.unfinished} == {}
    assert set(cache.version().entries) == set(LIVE)
    assert seen[0] == ("sp500 from yahoo", 0, len(LIVE)) and seen[-1][1] == len(LIVE)
    # the years that come with the program stand before what the source serves
    assert cache.version().entries["hy_oas"].first == "1997-10-31"
    assert cache.version().entries["sp500"].first == "1950-01-03"
    assert len(cache.labels()) == 1


def test_hostile_answers_never_reach_the_cache(server, go, cache):
    serve_spy(server)
    go("spy")
    before = {p: p.read_bytes() for p in cache.folder.rglob("*") if p.is_file()}
    good = chart("SPY", bars(FIRST, CLOSES))
    for reply in (
        Reply(""),
        Reply("<html>", type="text/html"),
        Reply(good[: len(good) // 2]),
        Reply(good, cut=100),
        Reply(good.encode("utf-16-be")),
        Reply(good.replace('"close"', '"last"')),
        Reply("", 302, {"Location": "https://evil.example/"}),
        Reply("", 429, {"Retry-After": "999999"}),
        Reply(chart("SPY", bars(FIRST, CLOSES), shift=dt.timedelta(hours=-14))),
        Reply(chart("SPY", bars("2027-01-04", CLOSES))),  # has not come yet
        Reply("[" * 200_000),
    ):
        server.on(CHART + "SPY", reply)
        assert only(go("spy")).status == "failed"
    assert {p: p.read_bytes() for p in cache.folder.rglob("*") if p.is_file()} == before


def test_a_jump_waits_until_it_is_confirmed(server, go, cache):
    serve_spy(server, CLOSES[:299])
    first = go("spy")
    serve_spy(server, [*CLOSES[:299], 300.0])
    report = go("spy")
    outcome = only(report)
    assert (outcome.status, outcome.last) == ("held", "2026-11-12")
    assert "close moves from" in outcome.lines[0]
    assert report.version == first.version
    assert Pending(cache.folder).ids() == ["spy"]
    version = confirm("spy", cache=cache, made=NOW)
    assert version.number == 2
    assert rows(cache)["close"].iloc[-1] == 300.0
    assert any(
        note.startswith("confirmed by hand: close moves") for note in version.entries["spy"].notes
    )
    assert Pending(cache.folder).ids() == []
    assert only(go("spy")).status == "current"


def test_a_rejected_download_is_forgotten(server, go, cache):
    serve_spy(server, [*CLOSES[:299], 300.0])
    go("spy")
    reject("spy", cache=cache)
    assert Pending(cache.folder).ids() == []
    for decide in (reject, confirm):
        with pytest.raises(InputError, match="nothing waits"):
            decide("spy", cache=cache)


def test_a_good_answer_takes_the_place_of_one_that_waits(server, go, cache):
    serve_spy(server, [*CLOSES[:299], 300.0])
    go("spy")
    serve_spy(server)
    assert only(go("spy")).status == "updated"
    assert Pending(cache.folder).ids() == []


def test_a_split_rescales_and_is_said_for_good(server, go, cache):
    serve_spy(server, CLOSES[:290])
    go("spy")
    serve_spy(server, [c / 4 for c in CLOSES], splits=[("2026-11-05", 4.0, 1.0)])
    outcome = only(go("spy"))
    assert outcome.status == "updated"
    assert any("split 4 for 1 on 2026-11-05" in line for line in outcome.lines)
    assert rows(cache)["close"].iloc[0] == pytest.approx(25.0)
    assert "levels stated in the old prices do not fit" in cache.version().entries["spy"].notes[0]


def test_spreads_keep_the_years_that_fred_no_longer_serves(server, go, cache):
    days = weekdays("2023-01-02", 1000)
    server.on(GRAPH, Reply(fred("BAMLC0A0CM", [(day, 1.0) for day in days[:900]])))
    go("ig_oas")
    server.on(GRAPH, Reply(fred("BAMLC0A0CM", [(day, 1.0) for day in days[600:]])))
    assert only(go("ig_oas")).added == 100
    assert len(rows(cache, "ig_oas")) == 1000


def test_unknown_series_and_sources_are_told():
    with pytest.raises(InputError, match="did you mean 'spy'"):
        chosen(["spyy"])
    with pytest.raises(InputError, match="has no live source"):
        chosen(["fms_cash"])
    with pytest.raises(InputError, match="unknown source 'stooq'"):
        chosen([], "stooq")
    with pytest.raises(InputError, match="fred does not have 'spy'"):
        chosen(["spy"], "fred")
    assert {live.id for live in chosen([], "cboe")} == {"vix", "vix3m", "vvix"}


def test_an_old_version_gives_its_rows_after_later_updates(server, go, cache):
    serve_spy(server, CLOSES[:290])
    label = go("spy").version
    corrected = CLOSES.copy()
    corrected[280] *= 1.01
    serve_spy(server, corrected)
    go("spy")
    old = cache.version(label)
    assert rows(cache)["close"].iloc[280] == pytest.approx(corrected[280])
    back = cache.rows("spy", old.entries["spy"])
    assert len(back) == 290 and back["close"].iloc[280] == pytest.approx(CLOSES[280])


def written(cache):
    return [p for p in cache.folder.rglob("*") if p.suffix in (".json", ".parquet")]


# -- processes ---------------------------------------------------------------------------------


def start(server, cache, names, how="plain"):
    environment = {**os.environ, "SIMULATE_DATA_DIR": str(cache.folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.market.live.updating", how, server.url, *names],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_updates_at_once_lose_nothing(server, cache):
    for ticker in ("SPY", "QQQ", "IWM", "RSP"):
        server.on(CHART + ticker, Reply(chart(ticker, bars(FIRST, CLOSES))))
    both = [start(server, cache, names) for names in (["spy", "qqq"], ["iwm", "rsp", "spy"])]
    for process in both:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert set(cache.version().entries) == {"spy", "qqq", "iwm", "rsp"}
    assert [label.split("-")[0] for label in cache.labels()] == ["v1", "v2"]
    for name, entry in cache.version().entries.items():
        assert len(cache.rows(name, entry)) == 300


def test_a_kill_before_any_step_leaves_the_old_version_or_the_new(server, go, cache):
    serve_spy(server, CLOSES[:290])
    old = go("spy").version
    before = {p.relative_to(cache.folder): p.read_bytes() for p in written(cache)}
    serve_spy(server)
    output, errors = start(server, cache, ["spy"], "killed").communicate(timeout=60)
    lines = [line for line in output.splitlines() if "killed " in line]
    exits = [int(line.rpartition(" ")[2]) for line in lines]
    assert exits[:-1] == [-9] * (len(exits) - 1) and exits[-1] == 0, errors
    assert len(exits) > 10
    for line in lines:
        killed = Cache(Path(line.rpartition(" ")[0]))
        version = killed.version()
        wanted = 290 if version.label == old else 300
        assert len(killed.rows("spy", version.entries["spy"])) == wanted
        for path, content in before.items():
            assert (killed.folder / path).read_bytes() == content
        # the next command works, finishes what was begun and clears up
        update(
            chosen(["spy"]),
            cache=killed,
            http=Http(Limits(pause=0.0)),
            sources={"yahoo": Yahoo((server.url,))},
            now=lambda: NOW,
        )
        assert len(rows(killed)) == 300
        assert list(killed.folder.rglob(".*")) == []


@pytest.mark.parametrize(
    "broken",
    [
        Reply("", 302, {"Location": "https://[::1"}),
        Reply("", 302, {"Location": "http://["}),
        Reply("", 302, {"Location": "\u00e9"}),
        Reply("", 503, {"Retry-After": "\u00b2"}),
        Reply('{"chart": {"result": [{"timestamp": [' + "9" * 30 + "]}]}}"),
    ],
    ids=["open bracket of an address", "bracket", "letter", "wait", "number"],
)
def test_a_broken_answer_is_told_and_what_was_there_stays(server, go, cache, broken):
    serve_spy(server, CLOSES[:290])
    label = go("spy").version
    server.on(CHART + "SPY", broken)
    outcome = only(go("spy"))
    assert outcome.status == "failed"
    assert all(line.isprintable() for line in outcome.lines) and outcome.lines
    assert cache.version().label == label
    assert len(rows(cache)) == 290


def test_a_full_disk_changes_nothing_and_is_one_line(server, go, cache):
    serve_spy(server, CLOSES[:290])
    label = go("spy").version
    serve_spy(server)
    process = start(server, cache, ["spy"], "full")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "InputError" in errors and "cannot be written: File too large" in errors
    assert cache.version().label == label
    assert len(rows(cache)) == 290
    assert not list(cache.folder.rglob(".*"))
    assert only(go("spy")).added == 10


def test_a_folder_that_vanishes_is_made_again(server, go, cache):
    serve_spy(server)
    go("spy")
    shutil.rmtree(cache.folder)
    assert go("spy").version.startswith("v1-")


def test_nothing_is_asked_where_nothing_could_be_written(server, http, sources, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        update(chosen(["spy"]), cache=Cache(taken / "x"), http=http, sources=sources)
    assert server.asked == []


def test_another_time_zone_and_locale_change_nothing(server, cache, monkeypatch):
    serve_spy(server)
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
        _, errors = start(server, cache, ["spy"]).communicate(timeout=60)
        assert not errors
    assert len(cache.labels()) == 1
    assert (
        json.loads(next((cache.folder / "versions").iterdir()).read_text())["series"]["spy"]["last"]
        == "2026-11-13"
    )
