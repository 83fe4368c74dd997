"""`load`: what a plan's data section becomes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd
import pytest

import market
from market.errors import InputError
from market.sources.bundled import BUNDLED_IDS

PRICES = "Date,Close\n" + "".join(f"2024-01-{day:02},{100 + day}\n" for day in range(2, 12))


@dataclass
class Data:
    source: str = "bundled"
    prices: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    start: dt.date | None = dt.date(1962, 1, 1)
    end: dt.date | None = None


@pytest.fixture
def prices_file(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(PRICES)
    return str(path)


def test_bundled_market_holds_every_bundled_series():
    loaded = market.load(Data())
    assert loaded.id == "sp500"
    assert set(loaded.series) == set(BUNDLED_IDS) - {"sp500"}
    assert set(loaded.hashes) == set(BUNDLED_IDS)
    assert all(len(digest) == 64 for digest in loaded.hashes.values())
    assert "19312 sessions" in repr(loaded)


def test_start_keeps_history_and_end_cuts_as_until_does():
    loaded = market.load(Data(start=dt.date(2000, 1, 1), end=dt.date(2008, 11, 7)))
    assert loaded.sessions[0] == pd.Timestamp("1950-01-03")
    assert loaded.sessions[-1] == pd.Timestamp("2008-11-07")
    # October's average is known on that very day, November's is not
    assert loaded.series["moodys_baa"].frame.index[-1] == pd.Timestamp("2008-10-31")


def test_own_prices_replace_the_index_and_keep_the_bundled_series(prices_file):
    loaded = market.load(Data(prices=prices_file))
    assert (loaded.id, loaded.origin, loaded.close_only) == ("mine", prices_file, True)
    assert loaded.has("vix")
    assert set(loaded.hashes) == {"mine", *loaded.series}


def test_own_prices_named_like_a_series_do_not_hide_it(tmp_path):
    path = tmp_path / "vix.csv"
    path.write_text(PRICES)
    loaded = market.load(Data(prices=str(path)))
    assert loaded.id == "vix_prices"
    assert loaded.hashes["vix"] != loaded.hashes["vix_prices"]


def test_own_series_replaces_the_bundled_one_or_is_added(tmp_path, prices_file):
    vix = tmp_path / "vix.csv"
    vix.write_text("Date,Close\n2024-01-02,13.2\n")
    loaded = market.load(Data(files={"vix": str(vix), "btc": prices_file}))
    assert loaded.series["vix"].origin == str(vix)
    assert len(loaded.series["vix"].frame) == 1
    assert loaded.has("btc")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (Data(source="live"), "data.source: unknown data source 'live'"),
        (Data(files={"vixx": "x.csv"}), "data.files.vixx: unknown series 'vixx'"),
        (Data(files={"sp500": "x.csv"}), "data.prices"),
        (Data(files={"vix": "nowhere.csv"}), "nowhere.csv: no such file"),
        (Data(prices="nowhere.csv"), "nowhere.csv: no such file"),
        (Data(start=dt.date(2030, 1, 1)), "data.start: window without data"),
        (Data(start=None, end=dt.date(1940, 1, 1)), "data.end: window without data"),
        (Data(start=dt.date(2024, 1, 6), end=dt.date(2024, 1, 7)), "window without data"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_line(data, told):
    with pytest.raises(InputError) as caught:
        market.load(data)
    assert told in str(caught.value)


def test_unknown_attribute_of_the_package():
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = market.lod
    assert set(market.__all__) == set(dir(market))
