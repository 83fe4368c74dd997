"""Answers in the sources' own formats, made from rows."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl

NEW_YORK = ZoneInfo("America/New_York")
Bar = tuple[str, float | None, float | None, float | None, float | None]

CHART = "/v8/finance/chart/"
GRAPH = "/graph/fredgraph.csv"
API = "/fred/series/observations"
WORKBOOK = "/sites/default/files/2021-03/margin-statistics.xlsx"
PAGE = "/rules-guidance/key-topics/margin-accounts/margin-statistics"
DEBIT = "Debit Balances in Customers' Securities Margin Accounts"


def cboe_path(index: str) -> str:
    return f"/api/global/us_indices/daily_prices/{index}_History.csv"


def weekdays(first: str, count: int) -> list[str]:
    """`count` weekdays from `first` on."""
    day, days = dt.date.fromisoformat(first), []
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day.isoformat())
        day += dt.timedelta(days=1)
    return days


def bars(first: str, closes: Sequence[float]) -> list[Bar]:
    """A bar a weekday: open at the close before, a range of one percent around both."""
    out: list[Bar] = []
    before = closes[0]
    for day, close in zip(weekdays(first, len(closes)), closes, strict=True):
        high, low = max(before, close) * 1.01, min(before, close) * 0.99
        out.append((day, before, high, low, close))
        before = close
    return out


def chart(
    ticker: str,
    rows: Iterable[Bar],
    *,
    zone: ZoneInfo = NEW_YORK,
    opens: dt.time = dt.time(9, 30),
    shift: dt.timedelta = dt.timedelta(0),
    period_end: dt.datetime | None = None,
    splits: Iterable[tuple[str, float, float]] = (),
    dividends: Iterable[tuple[str, float]] = (),
    adjclose: Sequence[float | None] | None = None,
    extra: Sequence[tuple[int, Bar]] = (),
    meta: dict[str, Any] | None = None,
) -> str:
    """A chart answer as the service writes it."""

    def seconds(day: str) -> int:
        at = dt.datetime.combine(dt.date.fromisoformat(day), opens, zone)
        return int((at + shift).timestamp())

    listed = [(seconds(row[0]), row) for row in rows] + list(extra)
    columns: dict[str, list[float | None]] = {
        "open": [row[1] for _, row in listed],
        "high": [row[2] for _, row in listed],
        "low": [row[3] for _, row in listed],
        "close": [row[4] for _, row in listed],
    }
    period: dict[str, Any] = {}
    if period_end is not None:
        end = int(period_end.timestamp())
        period = {
            "currentTradingPeriod": {
                part: {"timezone": "EST", "start": end - 23400, "end": end, "gmtoffset": -18000}
                for part in ("pre", "regular", "post")
            }
        }
    events: dict[str, Any] = {}
    if splits:
        events["splits"] = {
            str(seconds(day)): {
                "date": seconds(day),
                "numerator": new,
                "denominator": old,
                "splitRatio": f"{new:g}:{old:g}",
            }
            for day, new, old in splits
        }
    if dividends:
        events["dividends"] = {
            str(seconds(day)): {"amount": amount, "date": seconds(day)} for day, amount in dividends
        }
    result: dict[str, Any] = {
        "meta": {
            "currency": "USD",
            "symbol": ticker,
            "exchangeName": "SNP",
            "instrumentType": "INDEX",
            "gmtoffset": -18000,
            "timezone": "EST",
            "exchangeTimezoneName": str(zone),
            "priceHint": 2,
            **period,
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "max"],
            **(meta or {}),
        },
        "timestamp": [stamp for stamp, _ in listed],
        **({"events": events} if events else {}),
        "indicators": {
            "quote": [columns | {"volume": [1000] * len(listed)}],
            "adjclose": [{"adjclose": list(adjclose or columns["close"])}],
        },
    }
    return json.dumps({"chart": {"result": [result], "error": None}})


def fred(code: str, rows: Iterable[tuple[str, object]]) -> str:
    """A keyless CSV: missing figures are empty or a point."""
    return "".join([f"observation_date,{code}\n", *(f"{day},{value}\n" for day, value in rows)])


def fred_api(rows: Sequence[tuple[str, object]]) -> str:
    return json.dumps(
        {
            "realtime_start": "2026-11-21",
            "realtime_end": "2026-11-21",
            "units": "lin",
            "output_type": 1,
            "file_type": "json",
            "order_by": "observation_date",
            "sort_order": "asc",
            "count": len(rows),
            "offset": 0,
            "limit": 100000,
            "observations": [
                {
                    "realtime_start": "2026-11-21",
                    "realtime_end": "2026-11-21",
                    "date": day,
                    "value": str(value),
                }
                for day, value in rows
            ],
        }
    )


def cboe(rows: Iterable[Bar]) -> str:
    def us(day: str) -> str:
        return f"{dt.date.fromisoformat(day):%m/%d/%Y}"

    lines = [f"{us(day)},{o:.6f},{h:.6f},{low:.6f},{c:.6f}\r\n" for day, o, h, low, c in rows]
    return "".join(["DATE,OPEN,HIGH,LOW,CLOSE\r\n", *lines])


INDUSTRIES = "NoDur,Durbl,Manuf,Enrgy,Chems,BusEq,Telcm,Utils,Shops,Hlth ,Money,Other"
FACTORS = "Mkt-RF,SMB,HML,RF"


def french_path(file: str) -> str:
    return f"/pages/faculty/ken.french/ftp/{file}_CSV.zip"


def french(
    rows: Iterable[tuple[str, Sequence[float]]],
    *,
    columns: str = INDUSTRIES,
    title: str = "Average Value Weighted Returns -- Daily",
    file: str = "12_Industry_Portfolios_Daily.csv",
    after: str = "",
) -> bytes:
    """A file of the library: words, the table, a second one of the same days, a copyright."""
    rows = list(rows)
    titles = [title, title.replace("Value", "Equal")] if title else ["", "Annual Factors:"]
    lines = ["This file was created using the 202610 CRSP database.", "", ""]
    for number, name in enumerate(titles):
        lines += [f"  {name}"] * bool(name) + [f",{columns}"]
        for day, values in rows:
            cells = [f"{value + number:7.2f}" for value in values]
            lines.append(",".join([day, *cells]))
        lines += ["", ""]
    lines += ["Copyright 2026 Eugene F. Fama and Kenneth R. French", after]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file, "\r\n".join(lines))
    return buffer.getvalue()


def workbook(
    rows: Iterable[tuple[object, object]],
    *,
    header: tuple[str, ...] = (
        "Year-Month",
        DEBIT,
        "Free Credit Balances in Customers' Cash Accounts",
    ),
    above: int = 0,
    below: Sequence[str] = (),
) -> bytes:
    """A workbook as FINRA publishes it: newest month first."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Customer Margin Balances"
    for _ in range(above):
        sheet.append(["FINRA Statistics (shown in $ millions)"])
    sheet.append(list(header))
    for month, debit in rows:
        sheet.append([month, debit, 200_000])
    for note in below:
        sheet.append([note])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
