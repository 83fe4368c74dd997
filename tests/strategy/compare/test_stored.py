"""Run folders read back: the same numbers, and one line for every way to be damaged."""

import json
import shutil

import pytest

from market.errors import InputError
from market.serialise import csv_text, plain
from strategy.compare.stored import find_run, read_run, run_folders
from tests.reports.folders import make_folder
from tests.reports.stand_in import make_result


@pytest.fixture
def run(tmp_path):
    return make_folder(tmp_path, "0123456789ab")


def test_what_was_written_is_read_back(run):
    result = make_result()
    assert csv_text(run.vintages) == csv_text(result.vintages)
    assert csv_text(run.trades) == csv_text(result.trades)
    assert run.daily.equals(result.daily) or (run.daily - result.daily).abs().max().max() == 0
    assert run.metrics == plain(result.metrics)
    assert run.name == "short_long" and run.id == "0123456789ab"


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("run.json", None, "no run.json"),
        ("run.json", b"{", "is not JSON"),
        ("run.json", b"[]", "is not a JSON object"),
        ("run.json", b"{}", "has no 'run_id'"),
        ("run.json", b"[" * 100_000, "is not JSON"),
        ("run.json", b"\xff\xfe", "is not JSON"),
        ("metrics.json", b'{"total": 3}', "has no figures under"),
        ("metrics.json", None, "no metrics.json"),
        ("vintages.csv", b"", "is not a table"),
        ("vintages.csv", b"a,b\n1,2\n", "has no column 'vintage'"),
        ("daily.parquet", b"PAR1", "is not a Parquet file"),
        ("daily.parquet", None, "no daily.parquet"),
    ],
)
def test_a_damaged_folder_is_told_in_one_line_with_the_file(run, file, content, words):
    path = run.folder / file
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        again = read_run(run.folder)
        _ = again.metrics, again.vintages, again.daily
    assert "\n" not in str(caught.value)
    assert file in str(caught.value)


@pytest.mark.parametrize("column", ["vintage", "complete"])
def test_a_damaged_column_is_told(run, column):
    frame = run.vintages.astype({column: object})
    frame.loc[0, column] = "x"
    (run.folder / "vintages.csv").write_text(csv_text(frame))
    with pytest.raises(InputError, match=f"'{column}' is damaged"):
        _ = read_run(run.folder).vintages


def test_a_daily_table_with_a_hole_is_told(run):
    frame = run.daily.copy()
    frame.iloc[5, frame.columns.get_loc("equity_total")] = float("nan")
    frame.to_parquet(run.folder / "daily.parquet")
    with pytest.raises(InputError, match="equity or return is missing"):
        _ = read_run(run.folder).daily


def test_a_run_is_found_by_folder_name_id_beginning_and_plan(run, tmp_path):
    for name in (str(run.folder), run.folder.name, run.id, run.id[:4], "short_long"):
        assert find_run(name, tmp_path).folder == run.folder


@pytest.mark.parametrize("name", ["", ".", "nothing", "\0", "012", "../x"])
def test_what_is_no_run_is_refused(run, tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        find_run(name, tmp_path)


def test_a_plan_that_was_run_twice_needs_an_id(run, tmp_path):
    make_folder(tmp_path, "ffffffffffff")
    with pytest.raises(InputError, match=r"2 runs .* 0123456789ab, ffffffffffff"):
        find_run("short_long", tmp_path)


def test_only_folders_with_a_record_count_and_links_do_not(run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("")
    shutil.copytree(run.folder, tmp_path / ".half.tmp")
    (tmp_path / "link").symlink_to(run.folder)
    assert run_folders(tmp_path) == [run.folder]
    assert run_folders(tmp_path / "nowhere") == []


def test_a_record_is_json_that_programs_read(run):
    assert json.loads((run.folder / "run.json").read_text())["run_id"] == run.id
