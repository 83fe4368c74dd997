"""The index of the runs: never wrong, whatever happened to it, and never a wrong deletion."""

import os
import shutil
import sqlite3
import threading

import pytest

from market.errors import InputError
from reports.stored.runs_database import FILE, VERSION, list_runs, matching, remove_run
from tests.reports.folders import make_folder


@pytest.fixture
def home(tmp_path):
    make_folder(tmp_path, "a" * 12, name="alpha")
    make_folder(tmp_path, "b" * 12, name="beta", seed=7)
    return tmp_path


def names(home):
    return sorted(e.name for e in list_runs(home).entries)


def test_the_list_holds_the_figures_of_the_folders(home):
    listing = list_runs(home)
    assert listing.damaged == ()
    seeds = {"alpha": 5, "beta": 7}
    for entry in listing.entries:
        run = make_folder(home / "..", "c" * 12, name=entry.name, seed=seeds[entry.name])
        m = run.metrics
        assert entry.mean == m["tactical"]["mean"] and entry.n == m["tactical"]["n"]
        assert entry.cagr == m["total"]["cagr"]
        assert entry.folder == f"{entry.name}-{entry.id}"
        shutil.rmtree(run.folder)


def test_new_and_vanished_folders_are_noticed(home):
    assert names(home) == ["alpha", "beta"]
    make_folder(home, "c" * 12, name="gamma")
    assert names(home) == ["alpha", "beta", "gamma"]
    shutil.rmtree(home / f"alpha-{'a' * 12}")
    assert names(home) == ["beta", "gamma"]


def test_a_run_written_again_is_read_again(home):
    list_runs(home)
    path = home / f"alpha-{'a' * 12}" / "metrics.json"
    path.write_text(path.read_text().replace('"n_no_trade"', '"n_no_trade_"'))
    os.utime(path, ns=(1, 1))
    (home / f"alpha-{'a' * 12}" / "run.json").write_text(
        (home / f"alpha-{'a' * 12}" / "run.json").read_text().replace('"alpha"', '"renamed"')
    )
    assert names(home) == ["beta", "renamed"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"no database at all" * 100),
        lambda file: file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2]),
        lambda file: file.write_bytes(os.urandom(4096)),
    ],
    ids=["missing", "empty", "text", "half", "noise"],
)
def test_a_harmed_index_is_made_anew(home, harm):
    list_runs(home)
    harm(home / FILE)
    assert names(home) == ["alpha", "beta"]
    assert names(home) == ["alpha", "beta"]


def test_an_index_of_another_version_is_made_anew(home):
    list_runs(home)
    with sqlite3.connect(home / FILE) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
        database.execute("DROP TABLE runs")
        database.execute("CREATE TABLE runs (folder TEXT)")
    database.close()
    assert names(home) == ["alpha", "beta"]


def test_an_index_that_cannot_be_written_is_done_without(home, monkeypatch):
    (home / FILE).mkdir()
    assert names(home) == ["alpha", "beta"]


def test_a_locked_index_is_done_without(home, monkeypatch):
    list_runs(home)
    monkeypatch.setattr("reports.stored.runs_database.PATIENCE", 0.05)
    holder = sqlite3.connect(home / FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert names(home) == ["alpha", "beta"]
    holder.execute("ROLLBACK")
    holder.close()


def test_many_may_list_at_once(home):
    found = []
    threads = [threading.Thread(target=lambda: found.append(names(home))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["alpha", "beta"]] * 8


def test_rebuilding_reads_every_folder(home):
    list_runs(home)
    with sqlite3.connect(home / FILE) as database:
        database.execute("UPDATE runs SET name = 'wrong'")
    database.close()
    assert names(home) == ["wrong", "wrong"]
    assert sorted(e.name for e in list_runs(home, rebuild=True).entries) == ["alpha", "beta"]


def test_a_damaged_run_is_named_and_left_out(home):
    (home / f"alpha-{'a' * 12}" / "metrics.json").write_text("{")
    listing = list_runs(home)
    assert [e.name for e in listing.entries] == ["beta"]
    assert listing.damaged[0][0].startswith("alpha-") and "is not JSON" in listing.damaged[0][1]


def test_an_empty_or_missing_folder_has_no_run(tmp_path):
    assert list_runs(tmp_path / "nowhere").entries == ()
    assert list_runs(tmp_path).entries == ()
    assert not (tmp_path / FILE).exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        list_runs(tmp_path / "file")


def test_conditions_filter(home):
    entries = list_runs(home).entries
    assert [e.name for e in matching(entries, name="ALPH")] == ["alpha"]
    assert len(matching(entries, where=["n>=1", "max_drawdown<0"])) == 2
    assert matching(entries, where=["n>1000"]) == []
    assert matching(entries, since="2999-01-01") == []
    assert len(matching(entries, until="2999-01-01")) == 2


@pytest.mark.parametrize("text", ["", "cagr", "cagr>x", "name>1", "1>cagr", "drop x", "cagr>>1"])
def test_a_condition_that_is_none_is_refused_with_the_choice(home, text):
    with pytest.raises(InputError, match="where"):
        matching(list_runs(home).entries, where=[text])


def test_a_run_is_removed_whole(home):
    assert remove_run(home, f"alpha-{'a' * 12}") == []
    assert names(home) == ["beta"]


def test_what_others_put_into_a_run_s_folder_stays(home):
    folder = home / f"alpha-{'a' * 12}"
    (folder / "notes.txt").write_text("mine")
    (folder / "report.html").mkdir()
    assert remove_run(home, folder.name) == ["notes.txt", "report.html"]
    assert sorted(p.name for p in folder.iterdir()) == ["notes.txt", "report.html"]
    assert names(home) == ["beta"]


@pytest.mark.parametrize("name", ["..", ".", "", "notes", "../elsewhere", "alpha"])
def test_what_is_no_run_s_folder_is_never_deleted(home, name):
    (home / "notes").mkdir()
    (home / "notes" / "precious").write_text("")
    shutil.copytree(home / f"alpha-{'a' * 12}", home / "alpha")
    with pytest.raises(InputError):
        remove_run(home, name)
    assert (home / "notes" / "precious").exists() and (home / "alpha" / "run.json").exists()


def test_a_link_to_a_run_is_not_followed(home, tmp_path_factory):
    elsewhere = make_folder(tmp_path_factory.mktemp("elsewhere"), "d" * 12, name="delta")
    (home / elsewhere.folder.name).symlink_to(elsewhere.folder)
    with pytest.raises(InputError):
        remove_run(home, elsewhere.folder.name)
    assert (elsewhere.folder / "run.json").exists()
    assert names(home) == ["alpha", "beta"]
