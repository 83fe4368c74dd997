"""The command line: what it prints, where, with which exit code, and what it leaves alone."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from strategy.cli import COMMANDS, cli, main

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "pandas",
    "numpy",
    "pydantic",
    "vectorbt",
    "numba",
    "quantstats",
    "yaml",
    "rich",
    "pyarrow",
)
FAST = ("--no-report", "--no-tearsheet")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder with a plan in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plan.yaml").write_text("name: x\nvintages: [2007]\ndata: {end: 2008-12-31}\n")
    return tmp_path


def simulate(*arguments, exit_code=0):
    done = CliRunner().invoke(cli, [str(a) for a in arguments], prog_name="simulate")
    trace = done.exc_info[2] if done.exc_info and exit_code != done.exit_code else None
    assert done.exit_code == exit_code, (done.stdout, done.stderr, done.exception, trace)
    return done


def error(*arguments):
    """The one line on stderr that a mistake is answered with."""
    done = simulate(*arguments, exit_code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("error: ").strip()


def files_below(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# ---- help, version, unknown commands ---------------------------------------------------------


def test_help_lists_every_command_with_its_line():
    text = simulate("--help").stdout
    for name, (_, line) in COMMANDS.items():
        assert f"{name} " in text
        assert line in text


@pytest.mark.parametrize("command", [*COMMANDS, "data list", "data export"])
def test_every_command_has_help_in_full_sentences(command):
    text = simulate(*command.split(), "--help").stdout
    assert text.startswith(f"Usage: simulate {command}")
    assert "." in text


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["data", "--help"], ["rnu"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\n"
        "from strategy.cli import cli\n"
        "try:\n"
        f"    cli({arguments!r}, prog_name='simulate')\n"
        "except SystemExit:\n"
        "    pass\n"
        f"print('heavy:', sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_the_version_is_the_distribution_s():
    assert simulate("--version").stdout.startswith("simulate ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["rnu", "plan.yaml"], "no such command 'rnu'; did you mean 'run'?"),
        (["chek"], "no such command 'chek'; did you mean 'check'?"),
        (["data", "lst"], "no such command 'lst'; did you mean 'list'?"),
        (["zzz"], f"no such command 'zzz'; choose from {', '.join(COMMANDS)}"),
        (["run"], "Missing argument 'CONFIG'"),
        (["run", "plan.yaml", "--quite"], "--quiet"),
    ],
)
def test_a_mistyped_command_line_exits_with_2_and_a_hint(arguments, hint):
    done = simulate(*arguments, exit_code=2)
    assert hint in done.stderr
    assert done.stdout == ""


def test_main_is_the_entry_point(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["simulate", "--help"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("Usage: simulate ")


# ---- check and schema ------------------------------------------------------------------------


def test_check_says_that_a_plan_is_valid(here):
    assert simulate("check", "plan.yaml").stdout.startswith("plan.yaml: valid plan 'x', sha256 ")


def test_check_prints_the_resolved_plan_as_json(here):
    answer = json.loads(simulate("check", "plan.yaml", "--set", "capital=5", "--json").stdout)
    assert answer["valid"] is True
    assert answer["plan"]["capital"] == 5
    assert len(answer["plan_sha256"]) == 64


def test_check_reads_no_data(here):
    code = (
        "import sys; from strategy.cli import cli\n"
        "try: cli(['check', 'plan.yaml'])\n"
        "except SystemExit: pass\n"
        "assert not {'pandas', 'vectorbt', 'numba'} & set(sys.modules), 'heavy'\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)


def test_check_with_data_says_which_vintages_there_are(here):
    lines = simulate("check", "plan.yaml", "--data").stdout.splitlines()
    assert lines[1] == "sp500 1950-01-03 to 2008-12-31: 1 vintage, 2007"


def test_check_with_data_refuses_levels_that_belong_to_another_year(here):
    answer = error("check", "plan.yaml", "--data", "--set", "tactical.levels.mode=absolute")
    assert "levels do not belong to this price series" in answer


def test_check_with_data_refuses_a_window_without_data(here):
    assert "2100-01-01" in error(
        "check", "plan.yaml", "--data", "--set", "data={start: 2100-01-01}"
    )


def test_check_refuses_with_one_line_and_exit_code_2(here):
    Path("bad.yaml").write_text("name: x\ntactical:\n  stop: 1.5\n")
    assert error("check", "bad.yaml") == (
        "bad.yaml:3: tactical.stop: got 1.5; expected a number above 0 and below 1, "
        "or a map with the key level"
    )


def test_the_schema_is_printed_as_json(here):
    assert json.loads(simulate("schema").stdout)["title"] == "Market plan"


# ---- plans that come with the program --------------------------------------------------------


@pytest.mark.parametrize(
    "config", ["short_long", "short_long.yaml", "configs/short_long.yaml", "as_written"]
)
def test_a_plan_that_comes_with_the_program_is_found_from_any_folder(here, config):
    assert "valid plan" in simulate("check", config).stdout


def test_a_file_here_goes_before_a_plan_of_the_program(here):
    Path("short_long.yaml").write_text("name: mine\n")
    assert "valid plan 'mine'" in simulate("check", "short_long.yaml").stdout


@pytest.mark.parametrize("config", ["elsewhere/short_long.yaml", "no_such_plan", "../short_long"])
def test_a_path_of_one_s_own_that_is_missing_is_missing(here, config):
    assert error("check", config) == f"{config}: no such file; expected a plan file"


# ---- run -------------------------------------------------------------------------------------


def test_run_writes_the_files_and_prints_where_they_are(here):
    text = simulate("run", "plan.yaml", *FAST).stdout
    (folder,) = Path("runs").iterdir()
    assert str(folder) in "".join(text.split())
    assert "as before" not in text
    assert {path.name for path in folder.iterdir()} == {
        "run.json",
        "metrics.json",
        "vintages.csv",
        "trades.csv",
        "daily.parquet",
    }
    assert json.loads((folder / "run.json").read_text())["command"] == (
        "simulate run plan.yaml --no-report --no-tearsheet"
    )


def test_the_same_run_lands_in_the_same_place_and_says_so(here):
    simulate("run", "plan.yaml", *FAST)
    again = simulate("run", "plan.yaml", *FAST)
    assert "same plan, data and code as before" in " ".join(again.stdout.split())
    assert len(list(Path("runs").iterdir())) == 1


def test_json_is_one_document_on_stdout_and_nothing_else(here):
    done = simulate("run", "plan.yaml", *FAST, "--json", "--out", "out")
    document = json.loads(done.stdout)
    assert done.stderr == ""
    folder = Path(document["folder"])
    assert folder.parent == Path("out")
    assert folder.name == f"x-{document['run_id']}"
    assert document["same_as_before"] is False
    assert document["metrics"] == json.loads((folder / "metrics.json").read_text())
    assert {Path(path).parent for path in document["files"].values()} == {folder}


def test_quiet_prints_the_folder_and_nothing_else(here):
    done = simulate("run", "plan.yaml", *FAST, "--quiet")
    assert done.stderr == ""
    assert Path(done.stdout.strip()).is_dir()


def test_overrides_reach_the_run(here):
    simulate("run", "plan.yaml", *FAST, "--quiet", "--set", "tactical.stop=0.5", "--set", "name=y")
    (folder,) = Path("runs").iterdir()
    plan = json.loads((folder / "run.json").read_text())["plan"]
    assert plan["tactical"]["stop"] == 0.5
    assert folder.name.startswith("y-")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plan.yaml", "--set", "tactical.stop=2"], "--set tactical.stop: got 2"),
        (["plan.yaml", "--prices", "no.csv"], "--prices: got no.csv"),
        (["plan.yaml", "--prices", "garbage.csv"], "garbage.csv"),
        (["plan.yaml", "--set", "data.start=2024-12-31"], "2024-12-31"),
        (["plan.yaml", "--set", "vintages=[1901]"], "1901"),
        (["plan.yaml", "--set", "tactical.levels.mode=absolute"], "levels do not belong"),
        (["plan.yaml", "--set", "tactical.entry.conditions={R999: {}}"], "R999"),
        (
            ["plan.yaml", "--out", "plan.yaml"],
            "--out: got 'plan.yaml'; expected a folder, this is a file",
        ),
        (["missing.yaml"], "missing.yaml: no such file"),
        (["."], ".: this is a folder"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_earlier_output_alone(here, arguments, said):
    Path("garbage.csv").write_bytes(bytes(range(256)) * 8)
    simulate("run", "plan.yaml", *FAST, "--quiet")
    before = files_below(here)
    assert said in error("run", *arguments, *FAST)
    assert files_below(here) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_may_not_be_written_is_one_line(here):
    Path("locked").mkdir(mode=0o500)
    assert "locked" in error("run", "plan.yaml", *FAST, "--out", "locked")


def test_an_interrupt_is_one_line_and_exit_code_130(here, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("strategy.plan.file.plan_file.read_plan_file", interrupted)
    done = simulate("run", "plan.yaml", exit_code=130)
    assert done.stderr.strip() == "interrupted"
    assert done.stdout == ""


def test_a_full_disk_is_one_line(here, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device", "runs/x")

    monkeypatch.setattr("strategy.plan.file.plan_file.read_plan_file", full)
    assert error("run", "plan.yaml") == "runs/x: No space left on device"


def test_a_bug_is_not_dressed_up_as_a_user_s_mistake(here, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("a bug")

    monkeypatch.setattr("strategy.plan.file.plan_file.read_plan_file", broken)
    done = CliRunner().invoke(cli, ["run", "plan.yaml"])
    assert isinstance(done.exception, RuntimeError)


# ---- data ------------------------------------------------------------------------------------


def test_data_list_shows_every_series_with_range_and_rows(here):
    text = simulate("data", "list").stdout
    assert "1950-01-03  2026-10-06  19,312" in text
    for series in ("vix", "moodys_baa", "margin_debt_finra", "vix3m"):
        assert series in text
    assert "next business day" in " ".join(text.split())


def test_data_list_of_one_series_tells_its_defects(here):
    text = " ".join(simulate("data", "list", "sp500").stdout.split())
    assert "known defects: price index" in text
    assert "moodys" not in text


def test_data_list_as_json(here):
    rows = json.loads(simulate("data", "list", "--json").stdout)
    (index,) = [row for row in rows if row["id"] == "sp500"]
    assert index["rows"] == 19312
    assert index["to"] == "2026-10-06"


def test_data_list_of_a_plan_shows_its_files(here):
    Path("my.csv").write_text("date,close\n2020-01-02,15.5\n2020-01-03,16.5\n")
    Path("plan.yaml").write_text("name: x\ndata: {files: {vix3m: my.csv}}\n")
    assert "2020-01-02" in simulate("data", "list", "vix3m", "--plan", "plan.yaml").stdout
    # a long path does not fit into 80 columns: the whole of it is in the JSON
    (row,) = json.loads(simulate("data", "list", "vix3m", "--plan", "plan.yaml", "--json").stdout)
    assert "my.csv" in json.dumps(row)


def test_data_export_writes_a_file_that_a_plan_reads_back(here):
    assert simulate("data", "export", "sp500", "--out", "mine.csv").stdout == "mine.csv\n"
    answer = simulate("check", "plan.yaml", "--prices", "mine.csv", "--data").stdout
    assert "mine 1950-01-03 to 2008-12-31: 1 vintage, 2007" in answer


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", "vxi", "--out", "x.csv"], "did you mean"),
        (["export", "vix3m", "--out", "x.csv"], "not loaded"),
        (["export", "vix", "--out", "x.xls"], ".csv or .parquet"),
        (["export", "vix", "--out", "folder.csv"], "folder.csv"),
        (["list", "vxi"], "did you mean"),
        (["list", "--plan", "no.yaml"], "no.yaml: no such file"),
    ],
)
def test_a_mistake_about_data_is_one_line_and_writes_nothing(here, arguments, said):
    Path("folder.csv").mkdir()
    before = files_below(here)
    assert said in error("data", *arguments)
    assert files_below(here) == before
