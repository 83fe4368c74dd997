"""The bundled data: what is promised about it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from market.series.catalogue import CATALOGUE, PRICE_SERIES
from market.sources.bundled import BUNDLED_IDS, bundled_prices, bundled_series, manifest
from tests.tolerances import printed

DATA = Path(str(resources.files("market.bundle"))) / "data"

KNOWN_CLOSES = [
    ("1987-10-19", 224.84, 0.005),
    ("2000-03-24", 1527.46, 0.005),
    ("2007-10-09", 1565.15, 0.005),
    ("2009-03-09", 676.53, 0.005),
    ("2018-12-24", 2351.10, 0.005),
    ("2020-03-23", 2237.40, 0.05),  # one decimal from 2019 to 2022-02-10
    ("2022-01-03", 4796.56, 0.05),
    ("2022-10-12", 3577.03, 0.005),
    ("2024-11-21", 5948.71, 0.005),
]

auxiliary = pytest.mark.parametrize("series_id", [i for i in BUNDLED_IDS if i != PRICE_SERIES])


@pytest.mark.parametrize(("day", "close", "tolerance"), KNOWN_CLOSES)
def test_known_closes(day, close, tolerance):
    prices, _ = bundled_prices()
    assert prices.loc[day, "close"] == pytest.approx(close, abs=tolerance)


def test_index_has_every_session_and_consistent_bars():
    prices, _ = bundled_prices()
    assert len(prices) == 19_312
    assert (str(prices.index[0].date()), str(prices.index[-1].date())) == (
        "1950-01-03",
        "2026-10-06",
    )
    assert prices.index.is_unique
    assert prices.index.is_monotonic_increasing
    assert list(prices.columns) == ["open", "high", "low", "close"]
    assert (prices.dtypes == "float64").all()
    assert prices.notna().all(axis=None)
    assert (prices["low"] > 0).all()
    assert (prices["high"] >= prices[["open", "close"]].max(axis=1)).all()
    assert (prices["low"] <= prices[["open", "close"]].min(axis=1)).all()


def test_bars_before_1962_are_one_number():
    early = bundled_prices()[0].loc[:"1961"]
    assert (early["high"] == early["low"]).all()


def test_bundle_is_small_and_matches_its_manifest():
    entries = json.loads((DATA / "manifest.json").read_text())["files"]
    assert {path.name for path in DATA.glob("*.parquet")} == set(entries)
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 3_000_000
    for name, entry in entries.items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_catalogue_and_bundle_name_the_same_series():
    assert set(manifest()) == set(BUNDLED_IDS)


@auxiliary
def test_nothing_is_known_before_it_happened(series_id):
    frame = bundled_series(series_id).frame
    assert frame.index.is_unique
    assert frame.index.is_monotonic_increasing
    assert (frame["known_at"] >= frame.index).all()


@auxiliary
def test_series_have_the_columns_of_their_catalogue_entry(series_id):
    loaded = bundled_series(series_id)
    assert loaded.values == list(loaded.spec.columns)
    assert (loaded.frame[loaded.values].dtypes == "float64").all()
    assert loaded.frame[loaded.values].notna().any(axis=1).all()
    assert not np.isinf(loaded.frame[loaded.values].to_numpy()).any()
    entry = manifest()[series_id]
    assert entry["rows"] == len(loaded.frame)
    assert entry["first"] == str(loaded.frame.index[0].date())
    assert entry["last"] == str(loaded.frame.index[-1].date())


@pytest.mark.parametrize("series_id", ["moodys_aaa", "moodys_baa", "ff_mkt_rf"])
def test_known_at_of_a_monthly_figure_is_after_its_month(series_id):
    frame = bundled_series(series_id).frame
    assert pd.DatetimeIndex(frame.index).is_month_end.all()
    assert (frame["known_at"] > frame.index).all()


def test_moodys_average_of_october_2008_is_known_seven_days_after_it():
    row = bundled_series("moodys_baa").frame.loc[pd.Timestamp("2008-10-31")]
    assert row["value"] == pytest.approx(8.88)
    assert row["known_at"] == pd.Timestamp("2008-11-07")


def test_bill_return_is_known_at_its_month_end():
    frame = bundled_series("ff_rf").frame
    assert (frame["known_at"] == frame.index).all()
    assert frame.loc["1926-07-31", "value"] == pytest.approx(0.22)


def test_treasury_curve_of_a_friday_is_known_on_monday():
    frame = bundled_series("treasury_curve").frame
    assert frame.loc["2024-05-17", "known_at"] == pd.Timestamp("2024-05-20")
    # the Monday after is Memorial Day
    assert frame.loc["2024-05-24", "known_at"] == pd.Timestamp("2024-05-28")


def test_margin_series_are_two_and_never_spliced():
    nyse = bundled_series("margin_debt_nyse").frame
    finra = bundled_series("margin_debt_finra").frame
    assert (len(nyse), len(finra)) == (130, 355)
    # two collections in FINRA's, told apart
    assert finra.loc[:"2010-01", "precision"].unique().tolist() == ["NYSE and NASD added"]
    assert finra.loc["2010-02":, "precision"].unique().tolist() == ["FINRA Rule 4521"]
    assert nyse.index[-1] == pd.Timestamp("2017-11-30")
    both = pd.concat({"nyse": nyse["value"], "finra": finra["value"]}, axis=1, join="inner")
    # 2013-05 stands in both, with both scopes' own level
    assert both["nyse"]["2013-05-31"] == 377_002.0
    assert both["finra"]["2013-05-31"] == 401_606.0
    assert len(both) == 130
    assert (both["finra"] > both["nyse"]).all()


def test_margin_debt_is_known_on_the_stated_day_of_its_own_page_only():
    nyse = bundled_series("margin_debt_nyse").frame
    # page of 2013-05-24 reports April as current
    assert nyse.loc["2013-04-30", "known_at"] == pd.Timestamp("2013-05-24")
    # stated on another page only (2013-06-27): 40 days after 31 May are later
    assert nyse.loc["2013-05-31", "known_at"] == pd.Timestamp("2013-07-10")
    # nothing stated: 40 days after 30 November 1998
    assert nyse.loc["1998-11-30", "known_at"] == pd.Timestamp("1999-01-09")


def test_spread_known_to_the_month_only_is_usable_after_that_month():
    frame = bundled_series("hy_oas").frame
    row = frame.loc[pd.Timestamp("2008-12-31")]
    assert row["value"] == pytest.approx(21.82)
    assert row["known_at"] == pd.Timestamp("2009-01-02")
    assert "2,147" in row["conflict"]
    assert frame.loc["2020-03-23", "known_at"] == pd.Timestamp("2020-03-24")


def test_scopes_of_leveraged_etf_assets_stay_apart():
    frame = bundled_series("leveraged_etf_assets").frame
    assert frame[["us_leveraged", "us_inverse"]].loc["2019-12-31"].to_numpy().tolist() == [
        40.0,
        11.5,
    ]
    assert frame.loc["2021-01-27", "us_both"] == 57.0
    assert frame[["us_leveraged", "us_inverse"]].loc["2021-01-27"].isna().all()
    # derived from a page of June 2014
    assert frame.loc["2013-12-31", "known_at"] == pd.Timestamp("2014-06-30")
    assert frame.loc["2025-11-30", "known_at"] == pd.Timestamp("2026-04-14")


def test_top10_weight_names_the_figure_it_does_not_use():
    frame = bundled_series("top10_weight").frame
    assert frame.loc["2025-06-30", "value"] == 37.0
    assert "almost 40" in str(frame.loc["2025-06-30", "conflict"])
    # the day is approximate: it counts as its month's last
    assert frame.loc["2009-10-31", "known_at"] == pd.Timestamp("2009-12-01")
    assert frame.loc["1999-12-31", "known_at"] == pd.Timestamp("2000-01-31")


def test_fund_manager_cash_is_stamped_on_its_publication_day():
    frame = bundled_series("fms_cash").frame
    assert frame.loc["2006-09-12", "value"] == 4.0
    assert frame.loc["2006-09-12", "conflict"] == "3.8|4.0"
    # no date stated: third Tuesday of November 2001 is the 20th, plus one day
    assert frame.index[0] == pd.Timestamp("2001-11-21")
    assert (frame["known_at"] == frame.index).all()


@pytest.mark.parametrize(
    "series_id", ["fms_cash", "margin_debt_nyse", "hy_oas", "leveraged_etf_assets", "top10_weight"]
)
def test_every_sourced_figure_names_its_page(series_id):
    assert bundled_series(series_id).frame["source"].str.startswith("http").all()


def test_index_tables_end_before_the_unfinished_session():
    for series_id in ("russell2000", "nasdaq", "dow", "nyse"):
        frame = bundled_series(series_id).frame
        assert frame.index[-1] == pd.Timestamp("2022-11-07")
        assert len(frame) == 5750


def test_vix_has_rows_on_sessions_only():
    sessions = bundled_prices()[0].index
    assert bundled_series("vix").frame.index.isin(sessions).all()


def test_every_bundled_series_tells_its_defects_and_its_source():
    sources = (DATA.parent / "SOURCES.md").read_text(encoding="utf-8")
    for series_id in BUNDLED_IDS:
        spec = CATALOGUE[series_id]
        assert spec.source, series_id
        assert spec.licence, series_id
        assert spec.defects, series_id
        entry = manifest()[series_id]
        line = next(row for row in sources.splitlines() if row.startswith("|") and series_id in row)
        for told in (f"{entry['rows']:,}", str(entry["first"]), str(entry["last"])):
            assert told in line, (series_id, told)


def test_damaged_file_is_refused_by_name(tmp_path, monkeypatch):
    for path in DATA.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "vix.parquet").write_bytes(b"PAR1 nothing PAR1")
    monkeypatch.setattr("market.sources.bundled._DATA", tmp_path)
    with pytest.raises(InputError, match=r"vix\.parquet is missing or damaged"):
        bundled_series("vix")
    (tmp_path / "sp500.parquet").unlink()
    with pytest.raises(InputError, match="reinstall"):
        bundled_prices()


@pytest.mark.parametrize(
    ("series_id", "month", "yield_"),
    [
        ("moodys_aaa", "1919-01-31", 5.35),  # the first
        ("moodys_aaa", "1981-09-30", 15.49),  # the highest
        ("moodys_aaa", "2008-12-31", 5.05),
        ("moodys_aaa", "2025-11-30", 5.26),
        ("moodys_baa", "1919-01-31", 7.12),
        ("moodys_baa", "1982-02-28", 17.18),  # the highest
        ("moodys_baa", "2008-12-31", 8.43),
        ("moodys_baa", "2025-11-30", 5.86),
    ],
)
def test_known_yields_of_moodys(series_id, month, yield_):
    values = bundled_series(series_id).frame["value"]
    assert values[month] == pytest.approx(yield_, abs=1e-6)
    assert values.max() == pytest.approx({"moodys_aaa": 15.49, "moodys_baa": 17.18}[series_id])


def test_importing_market_does_not_import_pandas():
    code = (
        "import sys, market, market.errors, market.series.catalogue; "
        "sys.exit('pandas' in sys.modules or 'pyarrow' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_the_volatility_of_the_article_s_day():
    frame = bundled_series("vix").frame
    assert frame.loc["2025-11-21", "close"] == 23.43
    assert frame.loc["2025-11-21", "known_at"] == pd.Timestamp("2025-11-21")


def test_monthly_rates_are_known_after_their_month_only():
    for series_id in ("bill_3m", "treasury_10y", "fed_funds", "industries", "leadership"):
        frame = bundled_series(series_id).frame
        assert (frame["known_at"] > frame.index).all(), series_id
        assert frame.index.is_month_end.all(), series_id
    # 31 August 2026 is a Monday, 1 September the next business day
    assert bundled_series("bill_3m").frame.loc["2026-08-31", "known_at"] == pd.Timestamp(
        "2026-09-01"
    )


def test_dividends_are_known_one_quarter_late():
    frame = bundled_series("sp500_dividends").frame
    assert frame.loc["2025-12-31", "value"] == 78.92
    assert frame.loc["2025-12-31", "known_at"] == pd.Timestamp("2026-04-02")


def test_leadership_is_the_sum_over_36_months_again():
    """Recomputed from the bundled industries and the market return of the same library."""
    industries = bundled_series("industries").frame.drop(columns="known_at")
    excess = bundled_series("ff_mkt_rf").frame["value"]
    bills = bundled_series("ff_rf").frame["value"]
    lead = np.log1p((excess + bills - industries.mean(axis=1)) / 100).loc[:"2017-03"]
    again = lead.rolling(36).sum().dropna()
    ours = bundled_series("leadership").frame["value"].loc[:"2017-03"]
    # another vintage of the market's return, two decimals of a percent
    assert (again.reindex(ours.index) - ours).abs().max() < 0.02
    assert (ours.idxmax(), ours.max()) == (
        pd.Timestamp("2000-02-29"),
        pytest.approx(0.175, abs=printed(3)),
    )
    assert (ours.idxmin(), ours.min()) == (
        pd.Timestamp("2003-02-28"),
        pytest.approx(-0.275, abs=printed(3)),
    )
