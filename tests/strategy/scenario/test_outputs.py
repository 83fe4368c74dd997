"""The command, its files, and what they may not do."""

import csv
import html
import json
import re

import pytest
from click.testing import CliRunner

from strategy.cli import cli

FEW = (
    *("--paths", "120", "--set", "scenario.whatif.instruments=[short, put]"),
    *("--set", "scenario.whatif.instrument_paths=10", "--set", "scenario.whatif.ratios=[0.5]"),
)


def simulate(*words):
    return CliRunner().invoke(cli, ["scenario", *words], catch_exceptions=False)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    out = tmp_path_factory.mktemp("scenarios")
    found = {}
    for workers in ("1", "2"):
        result = simulate(
            "scenario", *FEW, "--workers", workers, "--out", str(out / workers), "--json"
        )
        assert result.exit_code == 0, result.output
        found[workers] = json.loads(result.output)
    return out, found


def files_of(folders, workers):
    out, found = folders
    (folder,) = (out / workers).iterdir()
    assert str(folder) == found[workers]["folder"]
    return {path.name: path for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_files_with_one_worker_or_two(folders):
    one, two = files_of(folders, "1"), files_of(folders, "2")
    assert set(one) == {"scenario.csv", "scenario.html", "scenario.json"}
    for name in ("scenario.csv", "scenario.json"):
        assert one[name].read_bytes() == two[name].read_bytes()


def test_the_page_loads_nothing_and_says_so(folders):
    page = files_of(folders, "1")["scenario.html"].read_text()
    page = html.unescape(page)
    assert "default-src 'none'" in page
    assert "<script" not in page
    addresses = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert all(a.startswith(("#", "data:")) for a in addresses)
    assert "NaN" not in page
    for world in ("bootstrap", "lookalike", "analog", "garch", "replay", "rate rise"):
        assert world in page


def test_every_probability_has_its_error_and_historys_rate_beside_it(folders):
    _, found = folders
    figures = found["1"]
    for world in figures["worlds"].values():
        for key, odds in world["odds"].items():
            if odds["p"] is not None:
                assert odds["low"] <= odds["p"] <= odds["high"]
            base = figures["history"]["odds"][key]
            assert base["low"] <= base["p"] <= base["high"]
    touch = figures["worlds"]["bootstrap"]["odds"]
    total = touch["zone_first"]["p"] + touch["stop_first"]["p"] + touch["neither"]["p"]
    assert total == pytest.approx(1.0)


def test_the_table_agrees_with_the_document(folders):
    _, found = folders
    with files_of(folders, "1")["scenario.csv"].open() as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["section"] == "odds" and row["value"]:
            odds = found["1"]["worlds"][row["world"]]["odds"][row["item"]]
            assert float(row["value"]) == odds["p"]
        if row["section"] == "distribution" and row["statistic"] == "mean":
            wanted = found["1"]["worlds"][row["world"]]["distributions"][row["item"]]["mean"]
            assert float(row["value"]) == wanted


def test_the_terminal_shows_odds_history_and_folder(tmp_path):
    result = simulate("short_long", *FEW, "--world", "bootstrap", "--out", str(tmp_path))
    assert result.exit_code == 0
    for words in ("Zone touched by", "history", "Monte Carlo", "put 0.5", str(tmp_path)[:20]):
        assert words in result.output


def test_another_instrument_is_run_on_fewer_futures_and_says_so(tmp_path):
    result = simulate(
        *("short_long", *FEW, "--world", "bootstrap", "--out", str(tmp_path), "--json"),
        *("--set", "hedge.instrument=put_spread"),
    )
    figures = json.loads(result.output)
    found = figures["worlds"]["bootstrap"]["distributions"]
    assert found["total"]["n"] == 10
    assert found["unhedged"]["n"] == 120
    assert any("first 10 futures" in note for note in figures["notes"])
    assert figures["start"]["history_first"] == "1990-01-02"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("short_long", "--as-of", "soon"), "YYYY-MM-DD"),
        (("short_long", "--world", "nowhere"), "nowhere"),
        (("scenario", "--as-of", "2020-11-20"), "scenario.price=null"),
        (("short_long", "--paths", "0"), "paths"),
        (("short_long", "--as-of", "1964-11-20", "--world", "analog"), "no anchor"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(tmp_path, words, answer):
    result = simulate(*words, "--out", str(tmp_path / "x"))
    assert result.exit_code == 2
    assert answer in result.output
    assert not (tmp_path / "x").exists()


def test_calibration_scores_every_vintage_with_its_past_alone(tmp_path):
    result = simulate(
        *("short_long", "--calibrate", "--paths", "60", "--world", "bootstrap", "--json"),
        *("--set", "data.start=2011-01-01", "--out", str(tmp_path)),
    )
    assert result.exit_code == 0, result.output
    figures = json.loads(result.output)
    assert (figures["first"], figures["last"]) == (2021, 2024)
    assert {row["item"] for row in figures["forecasts"]} >= {"touch", "year_fall", "fall_20"}
    for row in figures["bands"]:
        assert row["hits"] + row["below"] + row["above"] == row["n"]
    (folder,) = tmp_path.iterdir()
    assert {p.name for p in folder.iterdir()} == {
        *("calibration.csv", "calibration.html", "calibration.json")
    }
