"""The command, its files, and what they may not do."""

import csv
import html
import json
import re

import pytest
from click.testing import CliRunner

from reports.text.language import LANGUAGES
from strategy.cli import cli
from strategy.scenario.odds.calibration import reliability
from tests.reports.page import leaks, parse

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
    assert page.count("<script") == 1
    addresses = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert all(a.startswith(("#", "data:")) for a in addresses)
    assert "NaN" not in page.partition("<script>")[0]
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
    assert (figures["first"], figures["last"]) == (2021, 2025)
    assert {row["item"] for row in figures["forecasts"]} >= {"touch", "year_fall", "fall_20"}
    for row in figures["bands"]:
        assert row["hits"] + row["below"] + row["above"] == row["n"]
    # every forecast is in one bin of the reliability diagram, and none twice
    said = [row for row in figures["forecasts"] if row.get("forecast") is not None]
    assert sum(row["n"] for row in figures["reliability"]) == len(said) > 0
    assert sum(row["hits"] for row in figures["reliability"]) == sum(r["outcome"] for r in said)
    for row in figures["reliability"]:
        assert row["low"] <= row["happened"] <= row["high"]
    (folder,) = tmp_path.iterdir()
    assert {p.name for p in folder.iterdir()} == {
        *("calibration.csv", "calibration.html", "calibration.json")
    }


def test_bins_hold_what_was_forecast_and_what_came():
    rows = [
        {"world": "w", "item": "touch", "forecast": p, "outcome": happened}
        for p, happened in ((0.12, False), (0.18, True), (0.95, True), (1.0, True))
    ]
    first, last = reliability(rows, ["w"])
    assert (first["n"], first["hits"], first["forecast"]) == (2, 1, pytest.approx(0.15))
    assert (last["n"], last["hits"], last["happened"]) == (2, 2, 1.0)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """scenario.html in both languages, as the command writes it: its labels are templates there."""
    found = {}
    for tag in LANGUAGES:
        out = tmp_path_factory.mktemp("pages")
        result = simulate("scenario", *FEW, "--workers", "1", "--lang", tag, "--out", str(out))
        assert result.exit_code == 0, result.output
        (page,) = out.glob("*/scenario.html")
        found[tag] = page.read_text()
    return found


def test_no_english_leaks_into_the_chinese_page(pages):
    found = leaks(pages["zh-Hant"])
    # the shock's name is the plan's
    assert {text for text in found if "rate rise" not in text} == set()


def test_both_languages_show_the_same_numbers(pages):
    def cells(page):
        texts = [td.get_text() for td in parse(page).select("table.tables td")]
        return [sorted(re.findall(r"[0-9][0-9.,]*%?", text)) for text in texts]

    english, chinese = pages.values()
    assert cells(english) == cells(chinese) != []


def test_every_hedge_figure_says_on_how_many_futures_and_with_which_error(pages, folders):
    figures = json.loads(files_of(folders, "1")["scenario.json"].read_text())
    soup = parse(pages["en"])
    caption = soup.select_one("#hedges caption").get_text()
    assert "n = 10 futures" in caption and "Monte Carlo error" in caption
    rows = soup.select("#hedges tbody tr")[1:]
    assert len(rows) == len(figures["hedge_table"]["rows"]) == 2
    for row, found in zip(rows, figures["hedge_table"]["rows"], strict=True):
        error = f"± {100 * found['effect']['mean_error']:.1f}%"
        assert error in row.find_all("td")[5].get_text()


def test_the_command_writes_the_page_in_the_language_asked_for(tmp_path):
    result = simulate(
        *("short_long", *FEW, "--world", "replay", "--lang", "zh-Hant", "-q"),
        *("--out", str(tmp_path)),
    )
    assert result.exit_code == 0, result.output
    (page,) = tmp_path.glob("*/scenario.html")
    assert '<html lang="zh-Hant"' in page.read_text()
