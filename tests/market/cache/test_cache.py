"""The cache on disk: versions that are only added, files that are whole, damage that is noticed."""

from __future__ import annotations

import datetime as dt
import json
import os

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from market.cache import Cache, data_folder
from market.cache.pending import Held, Pending
from market.cache.rows import decode, difference, encode, overlay
from market.cache.store import Change
from market.errors import InputError
from strategy.cli import cli

MADE = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)


def frame(values, first="2026-01-05"):
    index = pd.bdate_range(first, periods=len(values), name="stamp").as_unit("ns")
    out = pd.DataFrame({"close": np.asarray(values, dtype=float)}, index=index)
    out["known_at"] = index
    out["source"] = pd.array(["Yahoo SPY"] * len(out), dtype="str")
    out["conflict"] = pd.array([""] * len(out), dtype="str")
    return out


def change(rows):
    return Change(rows, "Yahoo SPY", "https://x/", "2026-11-21T12:00:00Z", "b" * 64, (), {})


def commit(cache, rows, series="spy"):
    with cache.writing():
        return cache.commit({series: change(rows)}, MADE)


def files(cache):
    return sorted(
        str(path.relative_to(cache.folder)) for path in cache.folder.rglob("*") if path.is_file()
    )


def test_an_empty_cache_has_no_version(cache):
    assert cache.labels() == []
    assert cache.version() is None
    assert not cache.folder.exists()


def test_what_was_written_comes_back_bit_for_bit(cache):
    rows = frame([1.1, float("nan"), 1e-300, 12345.6789])
    version = commit(cache, rows)
    back = cache.rows("spy", version.entries["spy"])
    pd.testing.assert_frame_equal(back, rows, check_freq=False)


def test_versions_are_added_and_old_ones_stay(cache):
    first = commit(cache, frame(range(1, 101)))
    before = {name: (cache.folder / name).read_bytes() for name in files(cache)}
    second = commit(cache, frame(range(1, 102)))
    assert [v.split("-")[0] for v in cache.labels()] == ["v1", "v2"]
    assert cache.version().label == second.label
    old = cache.version(first.label)
    assert len(cache.rows("spy", old.entries["spy"])) == 100
    assert len(cache.rows("spy", second.entries["spy"])) == 101
    for name, content in before.items():
        assert (cache.folder / name).read_bytes() == content


def test_a_small_change_is_stored_as_one(cache):
    first = commit(cache, frame(range(1, 1001)))
    second = commit(cache, frame(range(1, 1002)))
    assert second.entries["spy"].base == first.entries["spy"].base
    delta = cache.folder / "series" / "spy" / f"{second.entries['spy'].delta}.parquet"
    base = cache.folder / "series" / "spy" / f"{second.entries['spy'].base}.parquet"
    assert delta.stat().st_size < base.stat().st_size / 2
    assert second.entries["spy"].sha256 not in (first.entries["spy"].sha256, "")


def test_a_series_that_an_update_leaves_alone_is_in_the_next_version_too(cache):
    commit(cache, frame([1, 2, 3]))
    version = commit(cache, frame([4, 5]), "qqq")
    assert set(version.entries) == {"spy", "qqq"}
    assert set(version.changes) == {"qqq"}


@pytest.mark.parametrize("wanted", ["1", "v1", "label"])
def test_a_version_is_named_by_number_or_label(cache, wanted):
    first = commit(cache, frame([1, 2]))
    commit(cache, frame([1, 2, 3]))
    assert cache.version(first.label if wanted == "label" else wanted).label == first.label


@pytest.mark.parametrize(
    "wanted", ["v3", "0", "v1-00000000", "../../etc", "", "v1-x", "1e3", "99999999999"]
)
def test_a_version_that_is_not_there_is_told_with_those_that_are(cache, wanted):
    label = commit(cache, frame([1, 2])).label
    with pytest.raises(InputError) as caught:
        cache.version(wanted)
    assert f"no data version {wanted!r}" in caught.value.line()
    assert label in caught.value.line()


def test_numbers_count_up_when_the_clock_goes_back(cache):
    with cache.writing():
        cache.commit({"spy": change(frame([1, 2]))}, MADE)
        cache.commit({"spy": change(frame([1, 2, 3]))}, MADE - dt.timedelta(days=4000))
    assert cache.version().number == 2
    assert len(cache.rows("spy", cache.version().entries["spy"])) == 3


def test_twelve_versions_are_in_order_of_their_numbers(cache):
    for n in range(2, 14):
        commit(cache, frame(range(n)))
    assert [label.split("-")[0] for label in cache.labels()] == [f"v{n}" for n in range(1, 13)]


@pytest.mark.parametrize("damage", [b"", b"{", b"PAR1", None])
def test_damaged_rows_are_noticed(cache, damage):
    entry = commit(cache, frame([1, 2, 3])).entries["spy"]
    path = cache.folder / "series" / "spy" / f"{entry.base}.parquet"
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(InputError, match="is damaged"):
        cache.rows("spy", entry)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d["series"]["spy"].update(last="2030-01-01"),
        lambda d: d["series"]["spy"].pop("notes"),
        lambda d: d["series"]["spy"].update(extra=1),
        lambda d: d.update(series=[]),
        lambda d: d.clear(),
    ],
)
def test_a_version_that_was_edited_is_noticed(cache, edit):
    label = commit(cache, frame([1, 2, 3])).label
    path = cache.folder / "versions" / f"{label}.json"
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))
    with pytest.raises(InputError, match="is damaged"):
        cache.version()


@pytest.mark.parametrize("kind", ["folder", "pipe", "3 GB", "link to itself"])
def test_what_is_no_file_of_a_version_is_told_at_once(cache, kind):
    path = cache.folder / "versions" / "v1-00000000.json"
    path.parent.mkdir(parents=True)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "3 GB":
        with path.open("wb") as file:
            file.truncate(3 << 30)
    else:
        path.symlink_to(path)
    with pytest.raises(InputError, match=r"is damaged|cannot be read"):
        cache.version()


def test_nothing_is_read_by_pickle(cache):
    entry = commit(cache, frame([1, 2, 3])).entries["spy"]
    content = (cache.folder / "series" / "spy" / f"{entry.base}.parquet").read_bytes()
    assert content[:4] == b"PAR1"
    assert b"pandas" not in content  # no stored index that pandas would rebuild


def test_left_overs_of_a_killed_writer_go_and_other_files_stay(cache):
    commit(cache, frame([1, 2, 3]))
    scratch = cache.folder / "versions" / ".v2-00000000.json.abc123"
    mine = [cache.folder / ".bashrc", cache.folder / "versions" / ".hidden"]
    for path in (scratch, *mine):
        path.write_text("x")
    with cache.writing():
        pass
    assert not scratch.exists()
    assert all(path.exists() for path in mine)


def test_a_second_writer_waits_and_then_says_so(cache):
    other = Cache(cache.folder).writing(seconds=0.2)
    with cache.writing(), pytest.raises(InputError, match="another update"), other:
        pass


def test_the_folder_is_named_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("SIMULATE_DATA_DIR", str(tmp_path / "a 'b' \u8cc7\u6599"))
    commit(Cache(), frame([1, 2]))
    assert (tmp_path / "a 'b' \u8cc7\u6599" / "versions").is_dir()
    monkeypatch.setenv("SIMULATE_DATA_DIR", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert str(data_folder()).startswith(str(tmp_path))


@pytest.mark.parametrize("place", ["file", "below a file", "/proc/nothing"])
def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, place):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    folder = {"file": taken, "below a file": taken / "x"}.get(place, place)
    cache = Cache(type(tmp_path)(folder))
    assert cache.version() is None  # reading: nothing is there
    with pytest.raises(InputError) as caught:
        cache.check_writable()
    line = caught.value.line()
    assert "cannot be written" in line and "SIMULATE_DATA_DIR" in line and "\n" not in line
    assert taken.read_text() == "mine"


def test_held_back_rows_come_back(cache):
    held = Held(
        "spy", "Yahoo SPY", "u", "2026-11-21T12:00:00Z", "b", ("why",), (("2026-01-02", 4.0, 1.0),)
    )
    waiting = Pending(cache.folder)
    assert waiting.ids() == []
    with cache.writing():
        waiting.hold(held, frame([1, 2]))
    assert waiting.ids() == ["spy"]
    back, rows = waiting.read("spy")
    assert back == held
    assert rows["close"].tolist() == [1.0, 2.0]
    (cache.folder / "pending" / "spy.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        waiting.read("spy")
    with cache.writing():
        waiting.drop("spy")
    with pytest.raises(InputError, match="nothing waits"):
        waiting.read("spy")


cells = st.floats(allow_infinity=False, width=32)


@given(st.lists(cells, min_size=1, max_size=60), st.data())
def test_a_base_and_its_difference_are_the_whole(values, data):
    base = frame(values)
    now = frame([*values, *data.draw(st.lists(cells, max_size=5))])
    for place in data.draw(st.lists(st.integers(0, len(values) - 1), max_size=3)):
        now.iloc[place, 0] = data.draw(cells)
    delta = difference(base, now)
    if delta is not None:
        again = overlay(decode(encode(base), ""), decode(encode(delta), ""))
        pd.testing.assert_frame_equal(again, now, check_freq=False)


def test_a_row_that_is_gone_needs_a_new_base():
    assert difference(frame([1, 2, 3]), frame([1, 2])) is None


HELD = Held("spy", "Yahoo SPY", "u", "2026-11-21T12:00:00Z", "b", ("why",))


def put(path, kind):
    """Something else in the place of a file."""
    path.unlink(missing_ok=True)
    {
        "empty": path.touch,
        "folder": path.mkdir,
        "pipe": lambda: os.mkfifo(path),
        "loop": lambda: path.symlink_to(path),
        "nowhere": lambda: path.symlink_to(path.parent / "gone"),
        "text": lambda: path.write_text("[1]"),
    }[kind]()


@pytest.mark.parametrize("kind", ["empty", "folder", "pipe", "loop", "nowhere", "text"])
@pytest.mark.parametrize("name", ["spy.parquet", "spy.json"])
def test_a_damaged_download_is_one_line_and_nothing_hangs(cache, monkeypatch, name, kind):
    waiting = Pending(cache.folder)
    with cache.writing():
        waiting.hold(HELD, frame([1, 2]))
    path = waiting.folder / name
    put(path, kind)
    monkeypatch.setenv("SIMULATE_DATA_DIR", str(cache.folder))
    gone = name == "spy.json" and kind == "nowhere"
    for words in (["spy"], ["spy", "--reject"], [] if not gone else ["spy"]):
        done = CliRunner().invoke(cli, ["data", "confirm", *words], prog_name="simulate")
        assert done.exit_code == 2 and isinstance(done.exception, SystemExit)
        (line,) = done.stderr.splitlines()
        if gone:
            assert "nothing waits" in line
        else:
            assert f"{path}: is damaged (" in line
            assert "`simulate data update spy` again" in line
    if kind != "folder":
        with cache.writing():  # an update takes its place, and an answer that passes drops it
            if kind not in ("loop", "nowhere"):
                waiting.hold(HELD, frame([3]))
                assert waiting.read("spy")[1]["close"].tolist() == [3.0]
            waiting.drop("spy")
        assert waiting.ids() == []
    else:
        with cache.writing(), pytest.raises(InputError, match="is damaged"):
            waiting.drop("spy")


@pytest.mark.parametrize(
    "rows",
    [
        frame([1.0]).rename(columns={"close": "price"}),
        frame([1.0]).drop(columns=["close"]),
        frame([]),
        frame([1.0]).rename(columns={"close": "conflict", "conflict": "x"}).drop(columns=["x"]),
    ],
)
def test_held_rows_of_other_columns_are_told(cache, rows):
    waiting = Pending(cache.folder)
    with cache.writing():
        waiting.hold(HELD, rows)
    with pytest.raises(InputError, match=r"spy\.parquet.*is damaged \((columns|no rows)"):
        waiting.read("spy")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("reasons", x) for x in ("why", [1], None)),
        *(("splits", x) for x in ([["x", 1, 2]], [[1, 2]], 5)),
        *(("fetched", x) for x in ("yesterday", 5)),
        *(("series_id", x) for x in ("qqq", None)),
        *(("source", 7), ("adjusted", "no"), ("more", 1)),
    ],
)
def test_a_statement_of_other_kinds_is_told(cache, key, value):
    waiting = Pending(cache.folder)
    with cache.writing():
        waiting.hold(HELD, frame([1]))
    statement = waiting.folder / "spy.json"
    statement.write_text(json.dumps(json.loads(statement.read_text()) | {key: value}))
    with pytest.raises(InputError, match=r"spy\.json.*is damaged \(no statement"):
        waiting.read("spy")


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_a_damaged_text_about_the_data_is_one_line_before_anything_is_asked(
    cache, monkeypatch, kind
):
    cache.check_writable()
    about = cache.folder / "about-this-data.txt"
    put(about, kind)
    monkeypatch.setenv("SIMULATE_DATA_DIR", str(cache.folder))
    done = CliRunner().invoke(cli, ["data", "update", "spy"], prog_name="simulate")
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert str(about) in line and "remove" in line
