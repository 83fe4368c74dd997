"""One chart, one table, one comparison from the command line, out of a run's folder."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from reports.drawing.picture import BY_VINTAGE, StoredView, draw_file, png_of
from reports.drawing.registry import draw
from reports.run.charts import CHARTS
from reports.run.view import View
from reports.stored.tables import HEDGE_TABLES, TABLES
from strategy.cli import cli
from strategy.compare.stored import read_run
from tests.reports.folders import make_folder, same_series

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def result(short_long):
    return short_long


@pytest.fixture(scope="module")
def run(pages):
    return read_run(pages.run()["folder"])


def call(*arguments):
    return CliRunner().invoke(cli, [str(a) for a in arguments], prog_name="simulate")


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_a_chart_of_a_folder_is_that_of_the_run_in_memory(result, run, name):
    stored, live = StoredView.of_stored(run), View.of(result)
    options = {"year": 2008} if name in BY_VINTAGE else {}
    drawings = [draw(name, view, 920, **options) for view in (stored, live)]
    assert drawings[0].canvas.render() == drawings[1].canvas.render()
    assert drawings[0].alt == drawings[1].alt


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_chart_becomes_an_svg_and_a_png(run, tmp_path, name):
    for suffix in ("svg", "png"):
        out = tmp_path / f"chart.{suffix}"
        answer = call("plot", run.folder, name, "--out", out)
        assert answer.exit_code == 0, answer.output
        content = out.read_bytes()
        if suffix == "svg":
            assert ET.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
            assert b"var(--" not in content
        else:
            assert content.startswith(PNG)


def test_a_png_has_two_dots_a_pixel_and_letters(run):
    content = draw_file(run, "strip", png=True, width=600)
    width = int.from_bytes(content[16:20], "big")
    assert width == 1200
    blank = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30">{}</svg>'
    assert png_of(blank.format('<text x="2" y="20">Ag</text>')) != png_of(blank.format(""))


def test_dark_and_chinese_charts(run):
    assert b"#14171b" in draw_file(run, "strip", scheme="dark")
    assert "戰術多單" in draw_file(run, "strip", language="zh-Hant").decode()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nothing", "--out", "x.svg"), "got 'nothing'"),
        (("strip",), "--out"),
        (("strip", "--out", "x.gif"), "ending in .svg or .png"),
        (("strip", "--out", "x.svg", "--year", "2000"), "shows all vintages"),
        (("vintage", "--out", "x.svg", "--year", "1900"), "a vintage of the run, 1962 to 2025"),
        (("strip", "--out", "no/such\0/x.svg"), "error"),
    ],
)
def test_a_mistaken_chart_is_one_line(run, arguments, words):
    answer = call("plot", run.folder, *arguments)
    assert answer.exit_code == 2 or answer.exception
    assert words in answer.output or "\0" in arguments[-1]


def test_charts_and_tables_are_listed(run):
    assert [line.split()[0] for line in call("plot", run.folder).output.splitlines()] == list(
        CHARTS
    )
    listed = call("table", run.folder).output.split()
    assert listed == [*TABLES, *HEDGE_TABLES]


def test_prices_that_changed_since_the_run_are_refused(run):
    record = json.loads(json.dumps(dict(run.record)))
    record["series"]["sp500"]["sha256"] = "0" * 64
    from dataclasses import replace

    answer = StoredView.of_stored(replace(run, record=record))
    with pytest.raises(ValueError, match="no longer those of the run"):
        _ = answer.market


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_the_csv_of_the_folder(run, name):
    answer = call("table", run.folder, name)
    assert answer.exit_code == 0, answer.output
    rows = list(csv.reader(io.StringIO(answer.output)))
    assert len(rows) > 1 and all(len(row) == len(rows[0]) for row in rows)
    if name in ("vintages", "trades"):
        assert answer.output == (run.folder / f"{name}.csv").read_text()
    if name == "metrics":
        found = dict(rows[1:])
        assert float(found["tactical.mean"]) == run.metrics["tactical"]["mean"]


@pytest.mark.parametrize("name", HEDGE_TABLES)
def test_the_hedge_s_tables_are_on_the_page_and_in_files(run, name):
    answer = call("table", run.folder, name)
    assert answer.exit_code == 0, answer.output
    assert len(answer.output.splitlines()) > 1
    assert f'id="{name}"' in (run.folder / "report.html").read_text()


def test_the_cost_lines_add_up_to_the_cost(run):
    rows = list(csv.reader(io.StringIO(call("table", run.folder, "hedge-costs").output)))[1:]
    assert sum(float(v) for _, v in rows) == pytest.approx(run.metrics["hedge"]["mean_cost"])


def test_an_unknown_table_is_refused_with_the_choice(run, tmp_path):
    answer = call("table", run.folder, "nothing")
    assert answer.exit_code == 2 and "expected one of vintages, trades" in answer.output
    bare = make_folder(tmp_path, "a" * 12)
    answer = call("table", bare.folder, "hedge-costs")
    assert answer.exit_code == 2 and "no hedge to show" in answer.output


def test_runs_are_compared_on_screen_on_a_page_and_as_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = make_folder(tmp_path / "runs", "a" * 12)
    make_folder(tmp_path / "runs", "b" * 12, name="other", seed=6, series=same_series(a))
    answer = call("compare", "aaaa", "bbbb")
    assert answer.exit_code == 0, answer.output
    assert "B made" in answer.output and "compare.html" in answer.output
    assert (tmp_path / "compare.html").is_file()
    answer = call("compare", "runs", "--json", "--out", "z.html", "--lang", "zh-Hant")
    assert {r["name"] for r in json.loads(answer.output)["runs"]} == {"short_long", "other"}
    assert '<html lang="zh-Hant">' in (tmp_path / "z.html").read_text()
    assert call("compare", "runs", "-q").output == "compare.html\n"


def test_a_mistaken_comparison_is_one_line_with_exit_code_2(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    a = make_folder(tmp_path / "runs", "a" * 12)
    make_folder(tmp_path / "runs", "b" * 12, last=2010, series={"sp500": {"sha256": "x"}})
    (tmp_path / "empty").mkdir()
    for arguments, words in (
        (("aaaa",), "two or more"),
        (("aaaa", "bbbb"), "--different-data"),
        (("aaaa", "cccc"), "no run 'cccc'"),
        (("empty",), "holds no run"),
        ((a.folder / "run.json", "aaaa"), "no run"),
    ):
        answer = call("compare", *arguments)
        assert answer.exit_code == 2, answer.output
        assert answer.output.count("\n") == 1 and words in answer.output
    assert not (tmp_path / "compare.html").exists()
    assert call("compare", "aaaa", "bbbb", "--different-data").exit_code == 0


def test_runs_are_listed_shown_opened_and_pruned(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "no run yet" in call("runs").output
    for id_ in ("a" * 12, "b" * 12):
        make_folder(tmp_path / "runs", id_)
    answer = call("runs")
    assert answer.exit_code == 0 and "aaaaaaaaaaaa" in answer.output
    rows = json.loads(call("runs", "list", "--json", "--sort", "cagr", "--limit", "1").output)
    assert len(rows) == 1 and rows[0]["path"].startswith("runs")
    assert "mean" in call("runs", "show", "aaaa").output
    answer = call("runs", "open", "aaaa", "--print")
    assert answer.exit_code == 2 and "has no report.html" in answer.output
    assert call("runs", "prune").exit_code == 2
    assert "would be deleted" in call("runs", "prune", "--keep", "1", "--dry-run").output
    answer = CliRunner().invoke(cli, ["runs", "prune", "--keep", "1"], input="n\n")
    assert "nothing was deleted" in answer.output
    assert "nothing to delete" in call("runs", "prune", "--older-than", "1").output
    assert "1 deleted" in call("runs", "prune", "--keep", "1", "--yes").output
    assert "1 run" in call("runs", "rebuild").output
    assert call("runs", "list", "--since", "yesterday").exit_code == 2


def test_claims_of_an_audit_stand_in_the_report(result, tmp_path):
    from reports.run.claims_section import read_claims
    from reports.run.report import build_report
    from tests.reports.page import parse

    audit = {
        "audit": {"id": "x", "as_of": "2025-11-21", "prices": "made up"},
        "claims": {
            "b": {"id": "b", "order": 2, "says": "<b>", "verdict": "supported",
                  "episodes": {"n": 12}, "p_holm": 0.04},
            "a": {"id": "a", "order": 1, "says": "first", "verdict": "too few cases"},
        },
    }  # fmt: skip
    (tmp_path / "audit.json").write_text(json.dumps(audit))
    soup = parse(build_report(result, claims=read_claims(tmp_path)))
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in soup.find(id="claims-table").tbody.find_all("tr")
    ]
    assert rows == [
        ["a", "first", "too few cases", "–", "–"],
        ["b", "<b>", "supported", "12", "0.04"],
    ]
    assert "1 supported, 1 too few cases" in soup.find(id="claims").get_text()
    (tmp_path / "audit.json").write_text('{"audit": {}, "claims": {"a": {}}}')
    with pytest.raises(ValueError, match="audit again"):
        read_claims(tmp_path)
