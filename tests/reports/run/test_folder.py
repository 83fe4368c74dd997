"""The run's folder: same bytes twice, whole or not at all, safe names, one-line errors."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from market.atomic import write_whole
from market.errors import InputError
from reports import write_run
from reports.run import folder as output
from reports.run.folder import slug
from tests.reports.stand_in import make_result

PLAIN_FILES = {"vintages.csv", "trades.csv", "daily.parquet", "metrics.json", "run.json"}


@pytest.fixture(scope="module")
def result():
    return make_result()


def write(result, folder, **kw):
    return write_run(
        result, folder, **({"tearsheet": False, "report": False, "what_if": False} | kw)
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def without_times(content: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(content)
    record.pop("times")
    return record


def test_the_files_of_a_run_and_nothing_else(result, tmp_path):
    paths = write(result, tmp_path)
    assert paths["folder"].name == "short_long-0123456789ab"
    assert set(os.listdir(paths["folder"])) == PLAIN_FILES
    assert set(os.listdir(tmp_path)) == {paths["folder"].name}
    assert all(paths[name] == paths["folder"] / name for name in PLAIN_FILES)


def test_the_same_run_twice_gives_the_same_bytes_times_aside(result, tmp_path):
    first = contents(write(result, tmp_path / "a", report=True)["folder"])
    second = contents(write(make_result(), tmp_path / "b", report=True)["folder"])
    assert without_times(first.pop("run.json")) == without_times(second.pop("run.json"))
    assert first == second


def test_files_hold_what_the_result_holds(result, tmp_path):
    paths = write(result, tmp_path, command=["simulate", "run", "my plan.yaml"])
    vintages = pd.read_csv(paths["vintages.csv"])
    pd.testing.assert_series_equal(
        vintages["tactical_return"], result.vintages["tactical_return"], check_exact=True
    )
    daily = pd.read_parquet(paths["daily.parquet"])
    pd.testing.assert_frame_equal(daily, result.daily, check_freq=False)
    assert json.loads(paths["metrics.json"].read_text()) == result.metrics
    record = json.loads(paths["run.json"].read_text())
    assert record["command"] == "simulate run 'my plan.yaml'"
    assert set(record["times"]) == {"written"}


def test_text_files_end_lines_with_a_line_feed(result, tmp_path):
    for name, content in contents(write(result, tmp_path)["folder"]).items():
        if name != "daily.parquet":
            assert b"\r" not in content and content.endswith(b"\n")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("short_long", "short_long"),
        ("短多長空", "短多長空"),
        ("<script>alert('x')</script>", "script-alert-x-script"),
        ("../../etc/passwd", "etc-passwd"),
        ("a b\tc\nd", "a-b-c-d"),
        ("🚀🚀", "plan"),
        ("..", "plan"),
        ("x" * 200, "x" * 60),
        ("長" * 80, "長" * 20),
        ("ends.", "ends"),
    ],
)
def test_any_name_makes_a_safe_folder(name, safe):
    assert slug(name) == safe


def test_a_hostile_name_stays_inside_the_output_folder(tmp_path):
    result = make_result(name="../<script>\"'/é 🚀")
    folder = write(result, tmp_path / "runs")["folder"]
    assert folder.parent == tmp_path / "runs"
    assert os.listdir(tmp_path) == ["runs"]
    assert json.loads((folder / "run.json").read_text())["name"] == "../<script>\"'/é 🚀"


def test_other_files_in_the_runs_folder_stay(result, tmp_path):
    folder = write(result, tmp_path)["folder"]
    (folder / "notes.txt").write_text("mine")
    (folder / "metrics.json").write_text("old")
    write(result, tmp_path)
    assert (folder / "notes.txt").read_text() == "mine"
    assert json.loads((folder / "metrics.json").read_text()) == result.metrics


def test_a_failure_while_building_leaves_nothing(result, tmp_path, monkeypatch):
    monkeypatch.setattr(output, "csv_text", lambda frame: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(result, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_failure_while_writing_leaves_the_old_files(result, tmp_path, monkeypatch):
    folder = write(result, tmp_path)["folder"]
    before = contents(folder)
    calls: list[Path] = []

    def fail_at_third(path, content):
        calls.append(path)
        if len(calls) == 3:
            raise InputError("cannot be written: No space left on device") from OSError(
                28, "No space left on device"
            )
        return write_whole(path, content)

    monkeypatch.setattr(output, "write_whole", fail_at_third)
    with pytest.raises(InputError, match="No space left on device"):
        write(make_result(seed=9), tmp_path)
    assert contents(folder) == before
    assert os.listdir(tmp_path) == [folder.name]


def test_an_interruption_leaves_no_temporary_folder(result, tmp_path, monkeypatch):
    def interrupt(path, content):
        raise KeyboardInterrupt

    monkeypatch.setattr(output, "write_whole", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(result, tmp_path)
    assert os.listdir(tmp_path) == []


def test_a_missing_output_folder_is_made_but_not_its_parents(result, tmp_path):
    assert write(result, tmp_path / "runs")["folder"].is_dir()
    with pytest.raises(InputError, match="No such file or directory"):
        write(result, tmp_path / "no" / "runs")
    assert not (tmp_path / "no").exists()


def test_an_output_folder_that_is_a_file_is_an_error_of_one_line(result, tmp_path):
    (tmp_path / "runs").write_text("")
    with pytest.raises(InputError, match="not a folder") as caught:
        write(result, tmp_path / "runs")
    assert "\n" not in str(caught.value)


def test_an_output_folder_that_another_run_makes_in_the_same_moment_is_used(
    result, tmp_path, monkeypatch
):
    """As between the look whether it exists and the making of it."""
    make = Path.mkdir

    def neighbour(self, *args, **kwargs):
        if self == tmp_path / "runs":
            os.mkdir(self)
            monkeypatch.undo()
        make(self, *args, **kwargs)

    monkeypatch.setattr(Path, "mkdir", neighbour)
    assert set(contents(write(result, tmp_path / "runs")["folder"])) == PLAIN_FILES


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_error_of_one_line(result, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="Permission denied") as caught:
            write(result, tmp_path)
    finally:
        tmp_path.chmod(0o700)
    assert "\n" not in str(caught.value)


def test_a_refused_folder_is_told_before_anything_slow(result, tmp_path, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(output, "csv_text", lambda frame: pytest.fail("built before the check"))
    with pytest.raises(InputError, match="Permission denied") as caught:
        write(result, tmp_path)
    assert "\n" not in str(caught.value)


def test_steps_are_told_in_order(result, tmp_path):
    seen = []
    write(
        result, tmp_path, report=True, progress=lambda what, done, of: seen.append((what, done, of))
    )
    assert [what for what, _, _ in seen] == ["tables", "report", "files", "files"]
    assert [done for _, done, _ in seen] == [0, 1, 2, 3]
    assert {of for _, _, of in seen} == {3}
