"""Names, files and folders of strangers: shown as text, damage told in one line, nothing waits."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from market.inert import visible
from market.message import Message
from strategy.cli import cli

TAG = "<plant-ed onx=1>"
NAME = f"a\"'>{TAG}[b][link=x]&{{{{7}}}}{{x}}%s"
DAYS = pd.bdate_range("2005-10-03", "2008-06-30")
PLAN = {
    "name": NAME,
    "data": {"prices": f"{NAME}.csv", "files": {"vix": f"vix{NAME}.csv"}, "start": "2005-10-03"},
    "tactical": {"entry": {"fill": "next_close"}},
    "hedge": {"score": {"from": 0.0, "to": 0.01}},
}
SWEEP = {"keys": {"tactical.stop": [0.01, 0.02]}, "judge": 0, "best": {"n": 1}}


def simulate(*words: str, code: int = 0) -> str:
    """Run a command; one line of stderr where it refuses, never a traceback."""
    done = CliRunner().invoke(cli, list(words), prog_name="simulate")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == code, done.output
    if code:
        assert len(done.stderr.splitlines()) == 1
    return done.output


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    """A folder with a plan, its files and a sweep, all of hostile names, as working folder."""
    root, before = tmp_path_factory.mktemp("yard"), Path.cwd()
    os.chdir(root)
    rng = np.random.default_rng(1)
    closes = 1000.0 * np.exp(np.cumsum(rng.normal(0.0004, 0.008, len(DAYS))))
    pd.Series(closes, DAYS.rename("Date"), name="Close").to_csv(f"{NAME}.csv")
    vix = pd.Series(15.0 + np.abs(rng.normal(0.0, 2.0, len(DAYS))), DAYS.rename("date"), name="vix")
    vix.to_csv(f"vix{NAME}.csv")
    Path("plan.yaml").write_text(json.dumps(PLAN))
    Path("sweep.yaml").write_text(json.dumps(PLAN | {"sweep": SWEEP}))
    yield root
    os.chdir(before)


@pytest.fixture(scope="module")
def runs(yard):
    """Two runs, without pages."""
    for stop in (0.02, 0.03):
        words = ("--set", f"tactical.stop={stop}", "--no-report", "--no-tearsheet", "--quiet")
        simulate("run", "plan.yaml", *words)
    return sorted(Path("runs").iterdir())


@pytest.fixture(scope="module")
def sweep(yard):
    return Path(simulate("sweep", "sweep.yaml", "--quiet").strip())


def assert_text_only(page: Path):
    html = page.read_text()
    assert TAG not in html
    assert "plant-ed" in html


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_a_page_shows_hostile_names_as_text(yard, runs, sweep, language):
    to = ("--lang", language, "--out", f"out-{language}")
    simulate("audit", "plan.yaml", *to)
    (audit,) = Path(f"out-{language}").iterdir()
    crafted = json.loads((audit / "audit.json").read_text())
    crafted["audit"]["prices"] = crafted["audit"]["as_of"] = NAME
    for claim in crafted["claims"].values():
        claim |= {"says": NAME, "because": NAME, "verdict": NAME}
        claim["because_parts"] = {"template": NAME, "values": {"x": "{x.__class__}" + TAG}}
    Path("crafted").mkdir(exist_ok=True)
    Path("crafted/audit.json").write_text(json.dumps(crafted))
    simulate("run", "plan.yaml", "--audit", "crafted", *to)
    simulate("compare", *map(str, runs), *to[:2], "--out", f"compare-{language}.html")
    simulate("sweep", "sweep.yaml", "--lang", language)
    pages = [*Path(f"out-{language}").rglob("*.html"), Path(f"compare-{language}.html")]
    assert {page.name for page in pages} >= {"audit.html", "report.html", "tearsheet.html"}
    for page in (*pages, sweep / "sweep.html"):
        assert_text_only(page)


def test_a_page_of_futures_shows_hostile_names_as_text(yard):
    simulate("scenario", "plan.yaml", "--paths", "20", "--as-of", "2007-11-21", "--out", "futures")
    (page,) = Path("futures").rglob("scenario.html")
    assert_text_only(page)


@pytest.mark.parametrize("name", ["run.json", "metrics.json"])
def test_a_crafted_record_is_text_on_a_page(yard, runs, name):
    crafted = Path("spoiled") / f"crafted-{name}"
    shutil.rmtree(crafted, ignore_errors=True)
    shutil.copytree(runs[0], crafted)
    path = crafted / name

    def planted(node):
        if isinstance(node, dict):
            return {key: planted(value) for key, value in node.items()}
        if isinstance(node, list):
            return [planted(value) for value in node]
        return f"{node}{TAG}" if isinstance(node, str) else node

    path.write_text(json.dumps(planted(json.loads(path.read_text()))))
    done = CliRunner().invoke(cli, ["compare", str(crafted), str(runs[1]), "--out", "crafted.html"])
    assert isinstance(done.exception, SystemExit | None)
    if done.exit_code == 0:
        assert TAG not in Path("crafted.html").read_text()


def test_a_stranger_s_template_reaches_into_nothing():
    for template in ("{x.__class__}", "{x!r:>1000000000}", "{", "{y}", "{0}"):
        made = Message.of_parts({"template": template, "values": {"x": "1"}})
        assert not made.values and "class '" not in made
    assert Message.of_parts({"template": "at {x}", "values": {"x": 3}}) == "at 3"


# ---- the terminal ----------------------------------------------------------------------------


def test_control_codes_are_written_out():
    assert visible("a\x1b[31mb\u202ec\n") == "a\\x1b[31mb\\u202ec\n"


@pytest.mark.parametrize(
    "sql", ["select '[/b]' as \"[/b]\"", "select '[link=http://x]y' as z, chr(27) || '[31m' as q"]
)
def test_an_answer_of_a_query_is_no_markup_of_the_terminal(sweep, sql):
    shown = simulate("sweep", "query", str(sweep), sql)
    assert ("[/b]" in shown or "[link=http://x]y" in shown) and "\x1b" not in shown


def test_a_sweep_named_like_markup_prints_its_name(yard):
    Path("markup.yaml").write_text(json.dumps(PLAN | {"name": "[/b] [link=x]", "sweep": SWEEP}))
    assert "[/b] [link=x] done" in simulate("sweep", "markup.yaml")


def test_a_name_with_control_codes_is_refused_before_any_work(yard):
    simulate("run", "short_long", "--prices", "x\x1b[31m.csv", code=2)


def test_a_query_without_end_is_told(sweep, monkeypatch):
    monkeypatch.setattr("strategy.sweep.work.query.SECONDS", 1)
    begin = time.monotonic()
    endless = (
        "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t"
    )
    assert "no answer within 1 s" in simulate("sweep", "query", str(sweep), endless, code=2)
    assert time.monotonic() - begin < 30.0


def test_figures_that_are_no_numbers_are_null_in_json(sweep):
    sql = "select 'nan'::double as a, 'inf'::double as b"
    assert json.loads(simulate("sweep", "query", str(sweep), sql, "--json")) == [
        {"a": None, "b": None}
    ]


# ---- damage ----------------------------------------------------------------------------------

DAMAGE = ("empty", "list", "loop", "pipe", "folder", "junk")


def damage(path: Path, how: str) -> None:
    path.unlink()
    if how == "loop":
        path.symlink_to(path.name)
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    else:
        path.write_bytes({"empty": b"", "list": b"[1]", "junk": b"PAR1\x00\xffPAR1"}[how])


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", ["sweep.json", "variants.parquet", "vintages.parquet"])
def test_a_damaged_sweep_is_named_with_how_to_rebuild_it(sweep, name, how):
    spoiled = Path("spoiled") / f"{name}-{how}"
    shutil.copytree(sweep, spoiled)
    damage(spoiled / name, how)
    done = simulate("sweep", "query", str(spoiled), "select 1", code=2)
    # a file that is none is no sweep to the folder's reader
    assert f"{name}: is damaged" in done or "no sweep" in done


@pytest.mark.parametrize("name", ["sweep.json", "variants.parquet", "vintages.parquet"])
def test_a_sweep_with_damaged_results_computes_them_again(sweep, name):
    whole = pd.read_parquet(sweep / "variants.parquet")
    damage(sweep / name, "empty")
    again = Path(simulate("sweep", "sweep.yaml", "--quiet").strip())
    assert again == sweep
    pd.testing.assert_frame_equal(pd.read_parquet(sweep / "variants.parquet"), whole)


@pytest.mark.parametrize("how", DAMAGE)
@pytest.mark.parametrize("name", ["trades.csv", "vintages.csv", "daily.parquet", "metrics.json"])
def test_a_damaged_run_is_one_line(runs, name, how):
    spoiled = Path("spoiled") / f"{name}-{how}"
    shutil.copytree(runs[0], spoiled)
    damage(spoiled / name, how)
    for words in (("compare", str(spoiled), str(runs[1]), "--out", "x.html"), ("runs", "list")):
        done = CliRunner().invoke(cli, list(words), prog_name="simulate")
        assert isinstance(done.exception, SystemExit | None)


@pytest.mark.parametrize("name", ["trades.csv", "daily.parquet", "vintages.csv"])
def test_a_run_without_a_column_is_one_line(runs, name):
    whole = pd.read_csv(runs[0] / name) if name.endswith("csv") else pd.read_parquet(runs[0] / name)
    spoiled = Path("spoiled") / f"column-{name}"
    shutil.copytree(runs[0], spoiled)
    for column in whole.columns:
        part = whole.drop(columns=column)
        if name.endswith("csv"):
            part.to_csv(spoiled / name, index=False)
        else:
            part.to_parquet(spoiled / name)
        for words in (
            ("compare", str(spoiled), str(runs[1]), "--out", "x.html"),
            ("plot", str(spoiled), "--out", "x.svg"),
            ("runs", "show", str(spoiled)),
        ):
            done = CliRunner().invoke(cli, list(words), prog_name="simulate")
            assert isinstance(done.exception, SystemExit | None), (column, words, done.exception)
