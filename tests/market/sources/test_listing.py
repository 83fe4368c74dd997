"""The listing of series, their export, and files written whole or not at all."""

from __future__ import annotations

import datetime as dt
import os

import pandas as pd
import pytest

from market.atomic import write_whole
from market.errors import InputError
from market.files.read import read_prices, read_series
from market.series.catalogue import CATALOGUE
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series
from market.sources.listing import LISTING_COLUMNS, export, listing
from market.sources.load import load
from tests.market.sources.test_load import PRICES, Data


def test_listing_shows_every_series_with_range_rows_and_age():
    table = listing(on=dt.date(2026, 10, 16))
    assert list(table.columns) == list(LISTING_COLUMNS)
    assert list(table["id"]) == list(CATALOGUE)
    rows = {row["id"]: row for row in table.to_dict(orient="records")}
    told = ["status", "from", "to", "rows", "age_days"]
    expected = ["bundled", "1950-01-03", "2026-10-06", 19_312, 10]
    assert [rows["sp500"][name] for name in told] == expected
    assert [rows["spy"][name] for name in told[:4]] == ["not loaded", "", "", 0]
    assert pd.isna(rows["spy"]["age_days"])
    assert (table["lag"] != "").all()
    assert (table["staleness_days"] > 0).all()


def test_listing_of_a_market_shows_users_files(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(PRICES)
    market = load(Data(prices=str(path), files={"btc": str(path)}))
    table = listing(market, on=dt.date(2024, 2, 10)).set_index("id")
    assert table.index[0] == "mine"
    assert table["status"][["mine", "btc"]].tolist() == ["file", "file"]
    assert table.loc["btc", "source"] == str(path)
    assert table.loc["btc", "age_days"] == 30
    assert table.loc["sp500", "status"] == "not loaded"


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("series_id", BUNDLED_IDS)
def test_export_reads_back_as_it_was(tmp_path, series_id, suffix):
    path = export(series_id, tmp_path / f"{series_id}.{suffix}")
    if series_id == "sp500":
        pd.testing.assert_frame_equal(read_prices(path).prices, bundled_prices()[0])
    else:
        read = read_series(path, series_id).frame
        pd.testing.assert_frame_equal(read, bundled_series(series_id).frame)


@pytest.mark.parametrize(
    ("series_id", "name", "told"),
    [
        ("vx", "a.csv", "did you mean 'vix'"),
        ("spy", "a.csv", "data.files.spy"),
        ("vix", "a.xlsx", "'.xlsx'"),
        ("vix", "a", "no suffix"),
    ],
)
def test_export_refuses_what_it_cannot_write(tmp_path, series_id, name, told):
    with pytest.raises(InputError) as caught:
        export(series_id, tmp_path / name)
    assert told in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_write_whole_replaces_a_file_and_makes_its_folder(tmp_path):
    path = tmp_path / "a" / "b.txt"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert [p.name for p in path.parent.iterdir()] == ["b.txt"]


def test_failed_write_leaves_the_earlier_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "b.txt"
    path.write_bytes(b"earlier")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"earlier"
    assert [p.name for p in tmp_path.iterdir()] == ["b.txt"]


def test_write_to_a_folder_or_below_a_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="is a folder"):
        write_whole(tmp_path, b"x")
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(InputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "below", b"x")


def test_written_file_has_the_permissions_of_a_plain_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"x")
    whole = write_whole(tmp_path / "whole", b"x")
    assert whole.stat().st_mode == plain.stat().st_mode


def test_link_keeps_pointing_at_the_file_replaced(tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"x")
    link = tmp_path / "link"
    link.symlink_to(target)
    write_whole(link, b"y")
    assert link.is_symlink()
    assert target.read_bytes() == b"y"
