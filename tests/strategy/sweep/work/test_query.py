"""SQL on a sweep: it answers, and it reaches nothing else."""

import json

import pytest
from click.testing import CliRunner

from market.errors import InputError
from strategy.commands.sweep import sweep as command
from strategy.sweep.file.sweep_file import load_sweep
from strategy.sweep.work.folder import SweepFolder, find_folder
from strategy.sweep.work.query import query
from strategy.sweep.work.run import run_sweep
from tests.strategy.sweep.conftest import SMALL


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One sweep that every query is put to."""
    path = tmp_path_factory.mktemp("query")
    (path / "sweep.yaml").write_text(SMALL)
    return run_sweep(load_sweep(path / "sweep.yaml"), path / "sweeps").folder


def test_a_query_answers_about_variants_and_vintages(folder):
    answer = query(
        folder,
        'select "tactical.stop", count(*) as n, max(sharpe) as best '
        "from variants join vintages using (variant) group by 1 order by 1",
    )
    assert answer.columns == ["tactical.stop", "n", "best"]
    assert [row[:2] for row in answer.rows] == [(s / 100, 27) for s in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    ("sql", "told"),
    [("", "no statements"), ("-- x", "no statements"), ("select 1; select 2", "2 s")],
)
def test_one_statement_is_answered_no_less_and_no_more(folder, sql, told):
    with pytest.raises(InputError, match=told):
        query(folder, sql)


def test_no_figure_of_a_wide_answer_is_cut(folder):
    runner = CliRunner(env={"COLUMNS": "40"})
    done = runner.invoke(
        command, ["query", str(folder.path), "select * from variants order by variant limit 3"]
    )
    lines = done.output.splitlines()
    assert done.exit_code == 0 and len(lines) == 4
    assert lines[0].split()[0] == "variant" and "max_drawdown_sessions" in lines[0]


@pytest.mark.parametrize(
    "sql",
    [
        "copy variants to '{folder}/stolen.csv'",
        "select * from read_csv('/etc/hostname')",
        "select * from '{folder}/sweep.json'",
        "attach '{folder}/new.db'",
        "install httpfs",
        "set enable_external_access = true",
        "insert into variants select * from variants",
        "drop view variants; select 1",
        "select nothing from nowhere",
        "this is no SQL",
    ],
)
def test_nothing_else_is_read_or_written(folder, sql):
    before = sorted(p.name for p in folder.path.iterdir())
    try:
        query(folder, sql.format(folder=folder.path))
    except InputError as error:
        assert "\n" not in error.line()
    else:
        # what only changes the query's own memory is nobody's business
        assert sql.startswith(("drop", "insert"))
    assert sorted(p.name for p in folder.path.iterdir()) == before
    assert query(folder, "select count(*) from variants").rows == [(135,)]


def test_a_key_that_is_not_quoted_gets_a_hint(folder):
    with pytest.raises(InputError, match=r'quote the keys of the plan: "tactical\.stop"'):
        query(folder, "select tactical.stop from variants")


def test_a_sweep_that_is_not_done_says_so(tmp_path):
    folder = SweepFolder(tmp_path)
    folder.write_json("sweep.json", {"state": "running"})
    with pytest.raises(InputError, match="not done"):
        query(folder, "select 1")


def test_a_sweep_is_found_by_the_beginning_of_its_name(folder):
    root = folder.path.parent
    assert find_folder("small", root).path == folder.path
    assert find_folder(str(folder.path), root).path == folder.path
    with pytest.raises(InputError, match="no sweep 'large'"):
        find_folder("large", root)
    other = root / "small-other"
    other.mkdir()
    (other / "sweep.json").write_text("{}")
    with pytest.raises(InputError, match="2 sweeps begin with"):
        find_folder("small", root)
    (other / "sweep.json").unlink()
    other.rmdir()


def test_the_command_prints_tables_csv_and_json(folder):
    runner = CliRunner()
    sql = "select variant, sharpe from variants order by variant limit 2"
    options = ["--out", str(folder.path.parent)]
    table = runner.invoke(command, ["query", "small", sql, *options])
    assert table.exit_code == 0 and "sharpe" in table.output
    text = runner.invoke(command, ["query", "small", sql, *options, "--csv"]).output
    assert text.splitlines()[0] == "variant,sharpe" and len(text.splitlines()) == 3
    rows = json.loads(runner.invoke(command, ["query", "small", sql, *options, "--json"]).output)
    assert [row["variant"] for row in rows] == [0, 1]


def test_the_command_runs_a_file_and_prints_its_folder(small, tmp_path):
    runner = CliRunner()
    out = tmp_path / "cli"
    arguments = [str(tmp_path / "sweep.yaml"), "--out", str(out), "--quiet"]
    first = runner.invoke(command, arguments)
    assert first.exit_code == 0, first.output
    assert SweepFolder(out / first.output.strip().rsplit("/", 1)[-1]).is_complete()
    shown = runner.invoke(command, arguments[:-1])
    assert "already done" in shown.output and "best by lead" in shown.output
    told = runner.invoke(command, [*arguments[:-1], "--estimate"])
    assert "135 variants" in told.output + told.stderr
