"""Users' files: the shapes that are read, and the defects that are refused with one clear line."""

from __future__ import annotations

import contextlib
import hashlib
import random

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from market.files import read as files
from market.files import tables
from market.files.read import read_prices, read_series

GOOD = """Date,Open,High,Low,Close
2024-01-02,100,110,95,105
2024-01-03,105,112,101,111
2024-01-04,111,115,108,109
"""
BARS = [[100.0, 110.0, 95.0, 105.0], [105.0, 112.0, 101.0, 111.0], [111.0, 115.0, 108.0, 109.0]]
DAYS = ["2024-01-02", "2024-01-03", "2024-01-04"]


@pytest.fixture
def write(tmp_path):
    def _write(content: str | bytes, name: str = "my_index.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return _write


def assert_good(file):
    assert file.prices.index.strftime("%Y-%m-%d").tolist() == DAYS
    assert file.prices.to_numpy().tolist() == BARS
    assert list(file.prices.columns) == ["open", "high", "low", "close"]
    assert file.prices.index.dtype == "datetime64[ns]"
    assert not file.close_only


SHAPES = {
    "plain": GOOD,
    "column names in any case and order": """close,LOW,High,date,oPeN
105,95,110,2024-01-02,100
111,101,112,2024-01-03,105
109,108,115,2024-01-04,111
""",
    "Yahoo download, adjusted closes left alone": """Date,Open,High,Low,Close,Adj Close,Volume
2024-01-02,100.0,110.0,95.0,105.0,52.5,1000
2024-01-03,105.0,112.0,101.0,111.0,55.5,1000
2024-01-04,111.0,115.0,108.0,109.0,54.5,1000
""",
    "Yahoo page": """Date,Open,High,Low,Close*,Adj Close**,Volume
"Jan 4, 2024",111.00,115.00,108.00,109.00,54.5,"1,000"
"Jan 3, 2024",105.00,112.00,101.00,111.00,55.5,-
"Jan 2, 2024",100.00,110.00,95.00,105.00,52.5,"1,000"
""",
    "yfinance, three header rows": """Price,Close,High,Low,Open,Volume
Ticker,^GSPC,^GSPC,^GSPC,^GSPC,^GSPC
Date,,,,,
2024-01-02,105,110,95,100,1000
2024-01-03,111,112,101,105,1000
2024-01-04,109,115,108,111,1000
""",
    "yfinance, ticker first": """Ticker,^GSPC,^GSPC,^GSPC,^GSPC
Price,Close,High,Low,Open
Date,,,,
2024-01-02,105,110,95,100
2024-01-03,111,112,101,105
2024-01-04,109,115,108,111
""",
    "yfinance with a time zone": """Date,Open,High,Low,Close,Dividends
2024-01-02 00:00:00-05:00,100,110,95,105,0
2024-01-03 00:00:00-05:00,105,112,101,111,0
2024-01-04 00:00:00-05:00,111,115,108,109,0
""",
    "UTC instants": GOOD.replace(",10", "T05:00:00Z,10", 1)
    .replace("03,105", "03T05:00:00Z,105")
    .replace("04,111", "04T05:00:00Z,111"),
    "Stooq": GOOD.replace("Close\n", "Close,Volume\n")
    .replace("105\n", "105,9\n")
    .replace("111\n", "111,9\n")
    .replace("109\n", "109,9\n"),
    "Investing.com": """\ufeff"Date","Price","Open","High","Low","Vol.","Change %"
"01/04/2024","109.00","111.00","115.00","108.00","1.23B","-1.80%"
"01/03/2024","111.00","105.00","112.00","101.00","","5.71%"
"01/02/2024","105.00","100.00","110.00","95.00","-","0.10%"
""",
    "Nasdaq": """Date,Close/Last,Volume,Open,High,Low
01/04/2024,$109.00,--,$111.00,$115.00,$108.00
01/03/2024,$111.00,--,$105.00,$112.00,$101.00
01/02/2024,$105.00,--,$100.00,$110.00,$95.00
""",
    "semicolons and decimal commas": """Date;Open;High;Low;Close
02.01.2024;100,00;110,00;95,00;105,00
03.01.2024;105,00;112,00;101,00;111,00
04.01.2024;111,00;115,00;108,00;109,00
""",
    "tabs": GOOD.replace(",", "\t"),
    "bars": GOOD.replace(",", "|"),
    "byte-order mark": "\ufeff" + GOOD,
    "Windows line ends, blank last lines": GOOD.replace("\n", "\r\n") + "\r\n\r\n",
    "a comment before the header": "# downloaded on Monday\n" + GOOD,
    "a trailing comma on every row": GOOD.replace("\n", ",\n"),
    "compact dates": GOOD.replace("2024-01-0", "2024010"),
    "slashes, year first": GOOD.replace("2024-01-", "2024/01/"),
    "pandas index without a name": GOOD.replace("Date,", ",", 1),
    "quoted everything": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_price_shapes(write, shape):
    assert_good(read_prices(write(SHAPES[shape])))


def test_utf16_text(write):
    assert_good(read_prices(write(GOOD.encode("utf-16"))))


@pytest.mark.parametrize(
    "make",
    [
        lambda f, p: f.to_parquet(p),
        lambda f, p: f.reset_index().to_parquet(p, index=False),
        lambda f, p: f.rename_axis(None).to_parquet(p),
        lambda f, p: f.tz_localize("America/New_York").to_parquet(p),
        lambda f, p: f.set_axis(f.index.date).rename_axis("Date").to_parquet(p),
        lambda f, p: f.set_axis(f.index.strftime("%Y-%m-%d")).rename_axis("Date").to_parquet(p),
        lambda f, p: f.astype("int64").to_parquet(p),
        lambda f, p: f.set_axis(
            pd.MultiIndex.from_product([f.columns, ["^GSPC"]]), axis=1
        ).to_parquet(p),
    ],
)
def test_parquet_shapes(tmp_path, make):
    frame = pd.DataFrame(
        BARS,
        columns=["Open", "High", "Low", "Close"],
        index=pd.DatetimeIndex(DAYS, name="Date"),
    )
    path = tmp_path / "prices.parquet"
    make(frame, path)
    assert_good(read_prices(path))


def test_parquet_under_another_name_is_still_parquet(tmp_path):
    path = tmp_path / "prices.dat"
    pd.DataFrame({"date": pd.DatetimeIndex(DAYS), "close": [10.0, 11.0, 12.0]}).to_parquet(path)
    assert read_prices(path).close_only


def test_thousands_separators(write):
    file = read_prices(
        write(
            'Date,Price,Open,High,Low\n2024-01-03,"1,048.71","1,000.00","1,100.50","998"\n'
            '2024-01-02,"999.5","1,000.25","1,001","998"\n'
        )
    )
    assert file.prices["close"].tolist() == [999.5, 1048.71]
    assert file.prices["open"].tolist() == [1000.25, 1000.0]


def test_thousands_points_with_decimal_commas(write):
    file = read_prices(write("Date;Close\n02.01.2024;5.948,71\n03.01.2024;5.900,00\n"))
    assert file.prices["close"].tolist() == [5948.71, 5900.0]


@pytest.mark.parametrize(
    "content",
    [
        "Date,Close\n2024-01-02,105\n2024-01-03,111\n",
        "observation_date,SP500\n2024-01-02,105\n2024-01-03,111\n",
        "DATE,VALUE\n2024-01-02,105\n2024-01-03,111\n",
        "Date,Close,Volume\n2024-01-02,105,9\n2024-01-03,111,9\n",
    ],
)
def test_closes_alone_make_bars_of_one_price(write, content):
    file = read_prices(write(content))
    assert file.close_only
    assert file.prices.to_numpy().tolist() == [[105.0] * 4, [111.0] * 4]


def test_rounding_within_a_millionth_widens_the_bar(write):
    file = read_prices(
        write("Date,Open,High,Low,Close\n2024-01-02,100,110,95,110.00005\n2024-01-03,99,99,99,99\n")
    )
    assert file.prices["high"].iloc[0] == 110.00005


def test_day_first_and_month_first_are_told_apart_by_the_column(write):
    close = ",100\n"
    day_first = "Date,Close\n" + close.join(["30/01/2024", "31/01/2024", "01/02/2024", ""])
    assert read_prices(write(day_first)).prices.index[2] == pd.Timestamp("2024-02-01")
    month_first = "Date,Close\n" + close.join(["01/30/2024", "01/31/2024", "02/01/2024", ""])
    assert read_prices(write(month_first)).prices.index[2] == pd.Timestamp("2024-02-01")


def test_a_few_days_in_either_order_are_told_apart_by_their_spacing(write):
    month_first = read_prices(write("Date,Close\n01/04/2024,1\n01/03/2024,1\n01/02/2024,1\n"))
    assert month_first.prices.index.equals(pd.DatetimeIndex(DAYS))
    day_first = read_prices(write("Date,Close\n02/01/2024,1\n03/01/2024,1\n04/01/2024,1\n"))
    assert day_first.prices.index.equals(pd.DatetimeIndex(DAYS))
    monthly = read_series(write("Date,AAA\n01/01/2024,5\n01/02/2024,5\n"), "moodys_aaa")
    assert monthly.frame.index[-1] == pd.Timestamp("2024-02-29")


def test_sha256_is_of_the_file(write):
    assert read_prices(write(GOOD)).sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


HEADER = "Date,Open,High,Low,Close\n"
ROWS = [
    "2024-01-02,100,110,95,105\n",
    "2024-01-03,105,112,101,111\n",
    "2024-01-04,111,115,108,109\n",
]


def with_row(row: int, text: str) -> str:
    """The good file with one row replaced; its line in the file is row + 2."""
    rows = list(ROWS)
    rows[row] = text + "\n"
    return HEADER + "".join(rows)


DEFECTS = {
    "missing column": (
        "Date,Open,Low,Close\n2024-01-02,1,1,1\n2024-01-03,1,1,1\n",
        "line 1",
        "missing the column high",
    ),
    "missing columns": ("Date,Open\n2024-01-02,1\n", "line 1", "missing the columns high, low"),
    "no close, adjusted only": (
        "Date,Adj Close\n2024-01-02,1\n2024-01-03,1\n",
        "line 1",
        "adjusted closes are not used",
    ),
    "no date": ("a,b,c\nx,1,2\n", "line 1", "no date column"),
    "no header": ("2024-01-02,100,110,95,105\n", "line 1", "has no header"),
    "column twice": (GOOD.replace("Open", "Close"), "line 1", "two columns 'Close'"),
    "unsorted": (HEADER + ROWS[1] + ROWS[0] + ROWS[2], "line 3", "2024-01-02 follows 2024-01-03"),
    "duplicate date": (HEADER + ROWS[0] + ROWS[1] + ROWS[1], "line 4", "2024-01-03 occurs twice"),
    "intraday rows": (
        "Date,Close\n2024-01-02 09:30,1\n2024-01-02 10:30,2\n",
        "line 3",
        "one row a day",
    ),
    "NaN": (with_row(1, "2024-01-03,105,nan,101,111"), "line 3", "high is missing"),
    "empty cell": (with_row(1, "2024-01-03,105,112,101,"), "line 3", "close is missing"),
    "null of a holiday": (with_row(2, "2024-01-04,null,null,null,null"), "line 4", "is missing"),
    "zero": (with_row(1, "2024-01-03,0,112,0,111"), "line 3", "open is not positive: 0"),
    "negative": (with_row(1, "2024-01-03,105,112,-1,111"), "line 3", "low is not positive: -1"),
    "infinite": (with_row(1, "2024-01-03,105,inf,101,111"), "line 3", "high is infinite"),
    "high below low": (
        with_row(1, "2024-01-03,105,100,101,100"),
        "line 3",
        "high 100 is below low",
    ),
    "open above high": (with_row(1, "2024-01-03,113,112,101,111"), "line 3", "open 113 is above"),
    "close below low": (with_row(1, "2024-01-03,105,112,101,100"), "line 3", "close 100 is below"),
    "close beyond rounding": (
        with_row(1, "2024-01-03,105,112,101,112.001"),
        "line 3",
        "close 112.001 is above high 112",
    ),
    "text for a number": (with_row(1, "2024-01-03,105,abc,101,111"), "line 3", "high is 'abc'"),
    "text for a date": (with_row(1, "yesterday,105,112,101,111"), "line 3", "'yesterday'"),
    "impossible date": (with_row(1, "2024-02-30,105,112,101,111"), "line 3", "not a date"),
    "empty date": (with_row(1, ",105,112,101,111"), "line 3", "date"),
    "date of another age": (with_row(1, "0024-01-03,105,112,101,111"), "line 3", "date"),
    "ambiguous dates": (
        "Date,Close\n01/02/2024,1\n03/07/2024,2\n",
        "line 2",
        "month first or day first",
    ),
    "too few cells": (with_row(1, "2024-01-03,105,112"), "line 3", "has 3 cells"),
    "too many cells": (with_row(1, "2024-01-03,105,112,101,1,111"), "line 3", "has 6 cells"),
    "one row": (HEADER + ROWS[0], "", "at least 2 sessions"),
    "header only": (HEADER, "", "0 rows"),
    "empty": ("", "", "is empty"),
    "blank": ("\n \n", "", "is empty"),
    "several tickers": (
        "Price,Close,Close\nTicker,A,B\nDate,,\n2024-01-02,1,2\n",
        "line 2",
        "several tickers: A, B",
    ),
    "web page": ("<!DOCTYPE html><html></html>", "line 1", "is a web page"),
    "no data notice": ("No data", "line 1", "has no header"),
    "binary": (bytes(range(256)) * 4, "", "binary content"),
    "spreadsheet": (b"PK\x03\x04" + bytes(50), "", "spreadsheet"),
    "compressed": (b"\x1f\x8b" + bytes(50), "", "compressed"),
    "pickle": (b"\x80\x04\x95\x1a\x00\x00\x00", "", "binary content"),
    "damaged Parquet": (b"PAR1" + bytes(60) + b"PAR1", "", "damaged Parquet"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_defect_is_refused_with_one_line_naming_file_place_and_expectation(write, defect):
    content, place, told = DEFECTS[defect]
    path = write(content)
    with pytest.raises(InputError) as caught:
        read_prices(path)
    message = str(caught.value)
    assert message.startswith(f"{path}, {place}" if place else path), message
    assert told in message
    assert "expected" in message
    assert "\n" not in message


def test_mutilated_files_are_refused_or_read_never_a_traceback(write, tmp_path):
    generator = random.Random(7)
    pieces = [b",", b"\n", b'"', b"\x00", b"nan", b"-", b"9" * 400, b"\xff", b";", b"1e999", b""]
    pieces += [b"2024-01-03", b"Date", b".", b"\r", b"0x1", b"#", b"%", b"99999-01-01"]
    stored = tmp_path / "p.parquet"
    pd.DataFrame({"date": pd.DatetimeIndex(DAYS), "close": [1, 2, 3]}).to_parquet(stored)
    texts = [shape.encode() for shape in SHAPES.values()]
    for _ in range(300):
        for content in (generator.choice(texts), stored.read_bytes()):
            for _ in range(generator.randint(1, 4)):
                start = generator.randrange(4, len(content))
                end = start + generator.choice([0, 1, 3])
                content = content[:start] + generator.choice(pieces) + content[end:]
            path = write(content)
            for read in (read_prices, lambda p: read_series(p, "spy")):
                with contextlib.suppress(InputError):
                    read(path)


def test_many_bad_lines_are_counted_not_listed(write):
    rows = "".join(f"2024-01-{day:02},1,2,3,1\n" for day in range(1, 29))
    with pytest.raises(InputError, match=r"lines 2, 3, 4 and 25 more"):
        read_prices(write(HEADER + rows))


def test_line_numbers_count_blank_lines_and_quoted_breaks(write):
    content = '\nDate,Close,Note\n2024-01-02,1,"two\nlines"\n\n2024-01-03,abc,x\n'
    with pytest.raises(InputError, match="line 6: close is 'abc'"):
        read_prices(write(content))


def test_parquet_defect_names_the_row(tmp_path):
    path = tmp_path / "p.parquet"
    pd.DataFrame({"date": pd.DatetimeIndex(DAYS), "close": [1.0, np.nan, 2.0]}).to_parquet(path)
    with pytest.raises(InputError, match="row 2: close is missing"):
        read_prices(path)


def test_missing_file_folder_and_forbidden_file(write, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="no such file"):
        read_prices(tmp_path / "absent.csv")
    with pytest.raises(InputError, match="is a folder"):
        read_prices(tmp_path)
    path = write(GOOD)

    def forbidden(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", forbidden)
    with pytest.raises(InputError, match="cannot be read: Permission denied"):
        read_prices(path)


def test_device_is_no_regular_file():
    with pytest.raises(InputError, match="not a regular file"):
        read_prices("/dev/null")


def test_too_large_a_file_is_refused_before_it_is_read(write, monkeypatch):
    monkeypatch.setattr(tables, "SIZE_LIMIT", 10)
    with pytest.raises(InputError, match="too large"):
        read_prices(write(GOOD))


def test_id_of_a_price_file_is_its_stem(tmp_path):
    assert files.price_spec(tmp_path / "My index (daily).csv").id == "My_index_daily"


FRED = """observation_date,BAMLH0A0HYM2
2024-01-01,.
2024-01-02,3.39
2024-01-03,
2024-01-05,3.50
"""


@pytest.mark.parametrize("content", [FRED, FRED.replace("observation_date", "DATE")])
def test_fred_file_with_missing_values(write, content):
    loaded = read_series(write(content), "hy_oas")
    assert loaded.values == ["value"]
    assert loaded.frame["value"].tolist() == [3.39, 3.50]
    # Tuesday is known on Wednesday; Friday on Monday
    assert loaded.frame["known_at"].tolist() == [
        pd.Timestamp("2024-01-03"),
        pd.Timestamp("2024-01-08"),
    ]


def test_monthly_average_stamped_on_the_first_is_known_only_after_its_month(write):
    path = write("DATE,AAA\n2008-09-01,5.65\n2008-10-01,6.28\n")
    loaded = read_series(path, "moodys_aaa")
    assert loaded.frame.index.tolist() == [pd.Timestamp("2008-09-30"), pd.Timestamp("2008-10-31")]
    assert loaded.frame["known_at"].tolist()[1] == pd.Timestamp("2008-11-07")


@pytest.mark.parametrize("month", ["2024-01", "Jan 2024", "2024M01", "2024-01-31", "1/31/2024"])
def test_months_in_several_notations(write, month):
    path = write(f"month,debit\n{month},700000\n")
    loaded = read_series(path, "margin_debt_finra")
    assert loaded.frame.index.tolist() == [pd.Timestamp("2024-01-31")]
    assert loaded.frame["known_at"].tolist() == [pd.Timestamp("2024-03-11")]


def test_survey_by_month_is_known_the_day_after_the_third_tuesday(write):
    loaded = read_series(write("month,cash\n2024-01,4.8\n2024-02,4.2\n"), "fms_cash")
    assert loaded.frame["known_at"].tolist() == [
        pd.Timestamp("2024-01-17"),
        pd.Timestamp("2024-02-21"),
    ]
    assert loaded.frame.index.tolist() == loaded.frame["known_at"].tolist()


def test_known_at_of_the_file_is_used(write):
    path = write("stamp,value,known_at\n2024-01-31,4.8,2024-02-20\n2024-02-29,4.2,2024-03-19\n")
    loaded = read_series(path, "moodys_aaa")
    assert loaded.frame["known_at"].tolist()[0] == pd.Timestamp("2024-02-20")


def test_known_at_before_the_stamp_is_refused(write):
    path = write("stamp,value,known_at\n2024-01-02,4.8,2024-01-03\n2024-01-04,4.2,2024-01-03\n")
    with pytest.raises(InputError, match=r"line 3: known_at 2024-01-03 is before"):
        read_series(path, "hy_oas")


def test_monthly_figure_known_within_its_month_is_refused(write):
    path = write("stamp,value,known_at\n2024-01-01,4.8,2024-01-15\n")
    with pytest.raises(InputError, match=r"own last day 2024-01-31"):
        read_series(path, "moodys_aaa")


def test_treasury_curve_under_the_names_of_its_publishers(write):
    for names in ("3 Mo,10 Yr", "DGS3MO,DGS10", "m3,y10"):
        loaded = read_series(write(f"Date,{names}\n2024-01-02,5.4,4.0\n"), "treasury_curve")
        assert loaded.frame[["m3", "y10"]].iloc[0].tolist() == [5.4, 4.0]


def test_price_file_as_an_auxiliary_series(write):
    content = GOOD.replace("Close\n", "Close,Volume\n")
    content = content.replace("105\n", "105,9\n").replace("111\n", "111,9\n")
    loaded = read_series(write(content.replace("109\n", "109,9\n")), "spy")
    assert loaded.values == ["close", "open", "high", "low", "volume"]
    assert loaded.frame["close"].tolist() == [105.0, 111.0, 109.0]
    assert (loaded.frame["known_at"] == loaded.frame.index).all()


def test_negative_oil_price_is_a_value(write):
    loaded = read_series(write("DATE,DCOILWTICO\n2020-04-17,18.31\n2020-04-20,-36.98\n"), "wti")
    assert loaded.frame["close"].tolist() == [18.31, -36.98]


def test_unknown_series_id_is_answered_with_the_nearest(write):
    with pytest.raises(InputError, match=r"unknown series 'moody_aaa'.*did you mean 'moodys_aaa'"):
        read_series(write(FRED), "moody_aaa")


SERIES_DEFECTS = {
    "two value columns": ("date,a,b\n2024-01-02,1,2\n", "has no column for vix3m"),
    "two rows of a month": ("date,value\n2024-01-02,1\n2024-01-03,2\n", "two rows for 2024-01"),
    "no values": ("date,value\n2024-01-02,.\n2024-02-03,.\n", "has no values"),
    "infinite": ("date,value\n2024-01-02,inf\n", "is infinite"),
    "unsorted": ("date,value\n2024-01-05,1\n2024-01-02,1\n2024-03-02,2\n", "not in order"),
    "duplicate": ("date,value\n2024-01-05,1\n2024-01-05,1\n", "occurs twice"),
    "text": ("date,value\n2024-01-05,high\n", "value is 'high'"),
    "known_at without a date": ("date,value,known_at\n2024-01-31,1,\n", "date is missing"),
}


@pytest.mark.parametrize("defect", SERIES_DEFECTS)
def test_defect_of_a_series_is_refused(write, defect):
    content, told = SERIES_DEFECTS[defect]
    path = write(content)
    with pytest.raises(InputError) as caught:
        read_series(path, "vix3m" if defect == "two value columns" else "moodys_aaa")
    message = str(caught.value)
    assert message.startswith(path)
    assert told in message
    assert "expected" in message
