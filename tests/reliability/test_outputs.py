"""What leaves the program is inert: no markup, no formula, no secret, no connection, no pickle."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy.cli import cli

ROOT = Path(__file__).resolve().parents[2]
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' {{7*7}}"
SECRET = "s3cr3t-0f-th3-t3st"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def attacked(tmp_path_factory):
    """A full run of a plan whose name, files and words are markup, with secrets around it."""
    here = tmp_path_factory.mktemp("attacked")
    import pandas as pd

    days = pd.bdate_range("2006-01-02", "2009-01-09")
    prices = here / "=cmd|' x'!A1 <b>&amp;.csv"
    prices.write_text(
        "date,close\n" + "\n".join(f"{d:%Y-%m-%d},{100 + i % 17}" for i, d in enumerate(days))
    )
    plan = here / "plan.yaml"
    plan.write_text(f"name: {json.dumps(MARKUP)}\ndata: {{start: null}}\n")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("FRED_API_KEY", "API_TOKEN", "AWS_SECRET_ACCESS_KEY", "PASSWORD"):
            patch.setenv(name, SECRET)

        def refused(*arguments, **_):
            raise AssertionError(f"a run reached for the network: {arguments}")

        patch.setattr(socket.socket, "connect", refused)
        patch.setattr(socket, "create_connection", refused)
        patch.setattr(socket, "getaddrinfo", refused)
        done = CliRunner().invoke(
            cli, ["run", str(plan), "--prices", str(prices), "--out", str(here / "out")]
        )
    assert done.exit_code == 0, (done.output, done.exception)
    (folder,) = (here / "out").iterdir()
    return folder, done


@pytest.mark.parametrize("name", ["report.html", "tearsheet.html"])
def test_a_name_of_markup_is_text_on_the_page(attacked, name):
    from bs4 import BeautifulSoup

    folder, _ = attacked
    page = BeautifulSoup((folder / name).read_text(), "html.parser")
    assert not [s for s in page.find_all("script") if s.get_text().strip().startswith("alert(")]
    assert not page.find_all("img", src="x")
    assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    assert "alert(1)" in page.get_text()


@pytest.mark.parametrize("name", ["report.html", "tearsheet.html"])
def test_a_page_loads_nothing_from_anywhere(attacked, name):
    folder, _ = attacked
    text = (folder / name).read_text()
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", text)
    assert not re.findall(r"""@import|url\(\s*["']?https?:""", text)


def test_no_cell_of_a_csv_is_a_formula(attacked):
    folder, _ = attacked
    for name in ("vintages.csv", "trades.csv"):
        with (folder / name).open(newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    if cell.startswith(FORMULA):
                        float(cell)  # a number may begin with a minus


def test_text_that_begins_like_a_formula_is_defused():
    import pandas as pd

    from market.serialise import csv_text

    words = ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "＝1"]
    text = csv_text(pd.DataFrame({"=a": words, "n": -1.5}))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["'=a", "n"]
    assert [row for row in rows[1:]] == [[f"'{word}", "-1.5"] for word in words]


def test_an_exported_series_holds_no_formula(tmp_path):
    """Notes of a user's own file go into the export: a link there would run in a spreadsheet."""
    own = tmp_path / "vix3m.csv"
    own.write_text("date,close,source\n2024-01-02,15.5,=HYPERLINK(A1)\n2024-01-03,16,+1\n")
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: x\ndata: {files: {vix3m: vix3m.csv}}\n")
    out = tmp_path / "out.csv"
    arguments = ["data", "export", "vix3m", "--plan", str(plan), "--out", str(out)]
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(), newline="")))
    assert [row["source"] for row in rows] == ["'=HYPERLINK(A1)", "'+1"]
    assert [float(row["close"]) for row in rows] == [15.5, 16.0]


def test_an_answer_about_a_sweep_holds_no_formula(monkeypatch):
    from importlib import import_module

    module = import_module("strategy.sweep.work.query")
    answer = module.Answer(["@x", "n", "nothing"], [("=1+1", -1.5, None)])
    monkeypatch.setattr("strategy.sweep.work.folder.find_folder", lambda *_: None)
    monkeypatch.setattr(module, "query", lambda *_: answer)
    done = CliRunner().invoke(cli, ["sweep", "query", "run", "sql", "--csv"])
    assert done.stdout == "'@x,n,nothing\n'=1+1,-1.5,\n"


def test_no_secret_of_the_environment_is_written_anywhere(attacked):
    folder, done = attacked
    assert SECRET not in done.output
    for file in folder.rglob("*"):
        assert SECRET.encode() not in file.read_bytes(), file.name


def test_run_json_does_not_tell_where_the_home_is(attacked):
    folder, _ = attacked
    record = json.loads((folder / "run.json").read_text())
    origins = [series["origin"] for series in record["series"].values()]
    assert not [origin for origin in origins if "/" in str(origin)]


#: Pickles that one process of a run sends another through a pipe; none is read from a file.
PIPES = {"strategy/sweep/work/cluster.py", "reports/tearsheet/process.py"}


def test_the_program_reads_no_pickle_and_evaluates_no_text():
    """Numba's own cache is one; it lies beside the source or in the user's folder (docs)."""
    banned = re.compile(
        r"\b(pickle|cPickle|marshal|shelve|dill|joblib)\b|read_pickle|allow_pickle=True"
        r"|yaml\.(unsafe_)?load\(|(?<![\w.])eval\(|(?<![\w.])exec\(|shell=True"
    )
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for package in ("market", "signals", "strategy", "reports", "configs")
        for path in (ROOT / package).rglob("*.py")
        for line in path.read_text().splitlines()
        if path.relative_to(ROOT).as_posix() not in PIPES
        and banned.search(line.split("#")[0])
        and not line.strip().startswith(('"', "'"))
    ]
    assert found == []
