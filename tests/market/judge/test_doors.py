"""Each kind of fault, at the door of a file: read right, or refused with one line, never silent."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd
import pytest

from market.errors import InputError
from market.files.read import read_prices, read_series
from market.judge.record import Nothing
from market.judge.rows import exchange_holidays
from market.sources.load import judged_series
from tests.tolerances import LONG_SUMS

DAYS = pd.bdate_range("2006-10-02", "2007-03-30")
CLOSES = np.round(1000.0 + 12.0 * np.sin(np.arange(len(DAYS)) / 3.0), 2)


@pytest.fixture
def write(tmp_path):
    def _write(content: str | bytes, name: str = "own.csv") -> str:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return _write


def closes(form: str = "%Y-%m-%d", values=CLOSES, days=DAYS, head: str = "Date,Close") -> str:
    return head + "\n" + "".join(f"{d:{form}},{v}\n" for d, v in zip(days, values, strict=True))


def rows(stamps, form: str, values=CLOSES) -> str:
    """Rows of stamps and values: `form` has the names stamp and value."""
    pairs = zip(stamps, values, strict=True)
    return "".join(form.format(stamp=s, value=v) + "\n" for s, v in pairs)


def assert_whole(file, days=DAYS, values=CLOSES):
    assert (file.prices.index == days).all()
    assert file.prices["close"].tolist() == pytest.approx(list(values), abs=LONG_SUMS)


@pytest.mark.parametrize(
    "zone", ["Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "Europe/Berlin", "America/New_York"]
)
@pytest.mark.parametrize("door", ["text", "epoch", "parquet"])
def test_midnight_of_a_zone_written_in_utc_is_its_own_day(write, tmp_path, zone, door):
    instants = DAYS.tz_localize(zone).tz_convert("UTC")
    if door == "text":
        stamps = [d.isoformat() for d in instants]
        file = read_prices(write("Date,Close\n" + rows(stamps, "{stamp},{value}")))
    elif door == "epoch":
        stamps = [f"{d.timestamp():.0f}" for d in instants]
        file = read_prices(write("time,close\n" + rows(stamps, "{stamp},{value}")))
    else:
        path = tmp_path / "own.parquet"
        pd.DataFrame({"close": CLOSES}, index=instants.rename("date")).to_parquet(path)
        file = read_prices(path)
    assert_whole(file)
    east = zone != "America/New_York"
    assert bool(file.judged.put_right) == east


def test_a_few_instants_of_a_midnight_elsewhere_are_put_on_their_days(write):
    instants = DAYS[:7].tz_localize("Europe/Berlin").tz_convert("UTC")
    table = rows([d.isoformat() for d in instants], "{stamp},{value}", CLOSES[:7])
    assert_whole(read_prices(write("Date,Close\n" + table)), DAYS[:7], CLOSES[:7])


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (DAYS - pd.Timedelta(days=1), "are Sundays and there are no Fridays"),
        (DAYS + pd.Timedelta(days=1), "are Saturdays and there are no Mondays"),
    ],
)
def test_days_shifted_without_proof_are_refused(write, days, told):
    with pytest.raises(InputError, match=told):
        read_prices(write(closes(days=days)))


def test_a_future_that_opens_the_evening_before_is_refused(write):
    stamps = [f"{d - pd.Timedelta(days=1):%Y-%m-%d}T17:00:00-06:00" for d in DAYS]
    with pytest.raises(InputError, match="dates belong to the next day"):
        read_prices(write("time,close\n" + rows(stamps, "{stamp},{value}")))


@pytest.mark.parametrize(
    "form",
    [
        *("%Y.%m.%d", "%d-%b-%y", "%d-%b-%Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y", "%y/%m/%d"),
        *("%Y年%m月%d日", "%A %d %B %Y", "%d%b%Y", "%b-%d-%Y", "%Y%m%d", "%Y-%m-%d 16:00:00"),
    ],
)
def test_a_notation_of_dates_is_read(write, form):
    assert_whole(read_prices(write(closes(form))))


def test_two_digit_years_are_the_latest_that_have_come(write):
    days = pd.bdate_range("1966-10-03", periods=len(DAYS))
    file = read_prices(write(closes("%m/%d/%y", days=days)))
    assert file.prices.index[0] == pd.Timestamp("1966-10-03")
    assert dict(file.judged.taken)["dates"] == "MM/DD/YY: '10/03/66' is 1966-10-03"


def test_dates_are_read_as_stated(write):
    content = "Date,Close\n01/02/2007,100\n03/07/2007,101\n"
    with pytest.raises(InputError, match="month first or day first"):
        read_prices(write(content))
    file = read_prices(write(content), Nothing(dates="%d/%m/%Y"))
    assert file.prices.index[1] == pd.Timestamp("2007-07-03")


def test_days_to_come_are_refused(write):
    days = pd.bdate_range("2066-10-01", periods=len(DAYS))
    with pytest.raises(InputError, match="has not come yet"):
        read_prices(write(closes(days=days)))


HEADERS = {
    "German": "Datum,Eröffnung,Hoch,Tief,Schluss,Volumen",
    "Chinese": "日期,开盘,最高,最低,收盘,成交量",
    "MetaTrader": "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
    "Bloomberg": "Dates,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME",
    "pandas": "Date,\"('Open', 'X')\",\"('High', 'X')\",\"('Low', 'X')\",\"('Close', 'X')\",V",
    "joined": "Date,Open_^X,High_^X,Low_^X,Close_^X,Volume_^X",
    "ticker first": "Date,X Open,X High,X Low,X Close,X Volume",
    "two rows": "Price,Open,High,Low,Close,Volume\nTicker,X,X,X,X,X",
    "preamble": "Security,X Index\nFrom,2006\n\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME",
    "Yahoo's page": "Date,Open,High,Low,Close Close price adjusted for splits.,Volume",
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_is_understood(write, kind):
    table = "".join(
        f"{d:%Y-%m-%d},{v},{v + 5:.2f},{v - 5:.2f},{v},10\n"
        for d, v in zip(DAYS, CLOSES, strict=True)
    )
    file = read_prices(write(HEADERS[kind] + "\n" + table))
    assert_whole(file)
    assert file.prices["low"].tolist() == pytest.approx(list(CLOSES - 5), abs=1e-6)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [("日期,收盘", "gb18030"), ("日期,收盤", "big5"), ("Datum,Schlußkurs", "cp1252")],
)
def test_a_header_in_its_own_encoding_is_understood(write, header, encoding):
    assert_whole(read_prices(write(closes(head=header).encode(encoding))))


def test_several_tickers_are_refused(write):
    header = "Date,Open_A,High_A,Low_A,Close_A,Close_B"
    with pytest.raises(InputError, match="several tickers: a, b"):
        read_prices(write(header + "\n2007-01-02,1,1,1,1,1\n2007-01-03,1,1,1,1,1\n"))


def test_text_below_the_table_is_left_out_and_told(write):
    file = read_prices(write(closes() + "\nSource: somebody\n"))
    assert_whole(file)
    assert "text below the table" in file.judged.left_out[0]


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_three_digits_behind_a_mark_are_thousands_beside_whole_numbers(write, mark, delimiter):
    whole = np.round(CLOSES)
    marked = [f"{int(v):,}".replace(",", mark) for v in whole]
    table = rows(DAYS, "{stamp:%Y-%m-%d}" + delimiter + "{value}", marked)
    assert whole.min() < 1000 < whole.max()
    assert_whole(read_prices(write(f"Date{delimiter}Close\n{table}")), values=whole)


def test_three_digits_behind_every_mark_are_refused_until_stated(write):
    marked = [f"{int(v + 4000):,}".replace(",", ".") for v in CLOSES]
    path = write("Datum;Schluss\n" + rows(DAYS, "{stamp:%d.%m.%Y};{value}", marked))
    with pytest.raises(InputError, match=r"can be .*state the decimal sign"):
        read_prices(path)
    whole = np.floor(CLOSES + 4000)
    assert_whole(read_prices(path, Nothing(decimal=",")), values=whole)
    assert_whole(read_prices(path, Nothing(decimal=".")), values=whole / 1000)


@pytest.mark.parametrize("factor", [100.0, 10.0, 2.0, 0.5, 0.1, 0.01])
@pytest.mark.parametrize("until", [51, None], ids=["one row", "from then on"])
@pytest.mark.parametrize("door", ["prices", "series"])
def test_an_impossible_move_is_refused_with_its_day(write, factor, until, door):
    values = CLOSES.copy()
    values[50:until] *= factor
    path = write(closes(values=np.round(values, 4)))
    with pytest.raises(InputError, match=f"moves from .* on {DAYS[50]:%Y-%m-%d}"):
        read_prices(path) if door == "prices" else read_series(path, "xlk")


def test_a_stated_split_is_put_right(write):
    values = CLOSES.copy()
    values[:50] *= 10.0
    path = write(closes(values=np.round(values, 4)))
    with pytest.raises(InputError, match=r"splits=\{2006-12-11: 10\}"):
        read_prices(path)
    file = read_prices(path, Nothing(splits={dt.date(2006, 12, 11): 10.0}))
    assert_whole(file)
    assert "prices of 50 rows before 2006-12-11" in file.judged.put_right[0]


def test_a_move_stated_to_be_real_is_taken(write):
    values = CLOSES.copy()
    values[50:] /= 3.0
    path = write(closes(values=values))
    assert_whole(read_prices(path, Nothing(moves=(dt.date(2006, 12, 11),))), values=values)


def test_flat_rows_without_volume_are_no_sessions(write):
    bars = pd.DataFrame(
        {"Open": CLOSES, "High": CLOSES + 1, "Low": CLOSES - 1, "Close": CLOSES, "Volume": 5.0},
        index=DAYS.rename("Date"),
    )
    holiday = pd.Timestamp("2006-11-23")
    flat = bars["Close"].shift()[holiday]
    bars.loc[holiday] = [flat, flat, flat, flat, 0.0]
    file = read_prices(write(bars.to_csv()))
    assert holiday not in file.prices.index and len(file.prices) == len(DAYS) - 1
    assert "2006-11-23" in file.judged.left_out[0]


def test_closes_carried_over_weekends_are_no_sessions(write):
    filled = pd.Series(CLOSES, index=DAYS).asfreq("D").ffill()
    file = read_prices(write(closes(days=filled.index, values=filled.to_numpy())))
    assert_whole(file)


def test_a_hole_is_told(write):
    keep = (DAYS < "2006-12-01") | (DAYS > "2007-01-31")
    file = read_prices(write(closes(days=DAYS[keep], values=CLOSES[keep])))
    assert any("2006-11-30 to 2007-02-01 (63 days)" in line for line in file.judged.doubted)


def test_weekly_prices_are_refused(write):
    with pytest.raises(InputError, match="a week apart"):
        read_prices(write(closes(days=DAYS[::5], values=CLOSES[::5])))


UNITS = {
    "hy_oas": (("2008-01-02", 485.0), "basis points"),
    "ig_oas": (("2008-01-02", 0.012), "fractions"),
    "vix": (("2008-01-02", 0.23), "beyond what vix can be"),
    "moodys_baa": (("2008-01-31", 0.065), "fractions"),
    "margin_debt_finra": (("2008-01-31", 330.0), "beyond what margin_debt_finra can be"),
    "fms_cash": (("2008-01-31", 0.045), "fractions"),
}


@pytest.mark.parametrize("series", UNITS)
def test_figures_in_another_unit_are_refused(write, series):
    (day, value), told = UNITS[series]
    with pytest.raises(InputError, match=told):
        read_series(write(f"date,value\n{day},{value}\n"), series)


@pytest.mark.parametrize("times", [0.01, 100.0])
def test_bills_are_held_against_the_known_ones(write, times):
    days = pd.bdate_range("2006-10-02", periods=40)
    path = write(closes(days=days, values=np.full(40, 4.9 * times), head="date,DGS3MO"))
    with pytest.raises(InputError, match=r"times those known|beyond what treasury_curve"):
        judged_series(path, "treasury_curve")


def test_adjusted_closes_show(write):
    content = "Date,Close,Dividends\n" + rows(DAYS, "{stamp:%Y-%m-%d},{value},0")
    assert not read_prices(write(content)).adjusted
    assert read_prices(write(content.replace(",0\n", ",0.5\n", 1))).adjusted


@pytest.mark.parametrize(("new", "old"), [(5, 4), (4, 3), (3, 2), (5, 3), (7, 4), (6, 5)])
@pytest.mark.parametrize("up", [False, True], ids=["split", "reverse split"])
def test_a_small_split_is_refused_or_told_with_its_ratio(write, new, old, up):
    values = CLOSES.copy()
    values[50:] *= new / old if up else old / new
    path = write(closes(values=np.round(values, 4)))
    ratio = f"{old} to {new}" if up else f"{new} to {old}"
    told = f"on {DAYS[50]:%Y-%m-%d} \\({ratio}\\).*splits"
    if new / old < 1.42:
        (doubted,) = read_prices(path).judged.doubted
        assert re.search(told, doubted)
    else:
        with pytest.raises(InputError, match=told):
            read_prices(path)


def test_a_crash_amid_large_moves_is_told_and_not_refused(write):
    values = CLOSES.copy()
    values[49:] *= 0.9
    values[50:] *= 0.62
    values[51:] *= 1.12
    (first, *_) = read_prices(write(closes(values=values))).judged.doubted
    assert f"on {DAYS[50]:%Y-%m-%d}" in first and "split" not in first


def test_all_splits_of_a_file_are_offered_at_once_and_known_ones_named(write):
    days = pd.bdate_range("2020-06-01", "2021-12-31")
    values = 100.0 + np.sin(np.arange(len(days)))
    nvidia, apple = days.get_loc("2021-07-20"), days.get_loc("2020-08-31")
    values[:nvidia] *= 4.0
    values[:apple] *= 4.0
    path = write(closes(days=days, values=np.round(values, 4)))
    with pytest.raises(InputError) as refused:
        read_prices(path)
    line = refused.value.line()
    assert "splits={2020-08-31: 4, 2021-07-20: 4}" in line
    assert "Apple on 2020-08-31; Nvidia on 2021-07-20" in line
    stated = Nothing(splits={dt.date(2020, 8, 31): 4.0, dt.date(2021, 7, 20): 4.0})
    assert read_prices(path, stated).prices["close"].max() < 102.0


TEL_AVIV = pd.date_range("2006-01-01", "2007-12-31")
TEL_AVIV = TEL_AVIV[~TEL_AVIV.day_of_week.isin([4, 5])]
TEL_AVIV = TEL_AVIV[~((TEL_AVIV.month == 9) & (TEL_AVIV.day > 22))]


def test_a_week_from_sunday_to_thursday_is_taken_where_the_calendar_shows_it(write):
    values = np.round(1000.0 + 5.0 * np.sin(np.arange(len(TEL_AVIV))), 2)
    file = read_prices(write(closes(days=TEL_AVIV, values=values)))
    assert_whole(file, TEL_AVIV, values)
    assert dict(file.judged.taken)["week"] == "Sunday to Thursday"


def test_an_exchange_that_keeps_new_year_is_shifted_and_no_sunday_market(write):
    days = pd.bdate_range("2006-01-01", "2007-12-31")
    days = days.difference(exchange_holidays(days[0], days[-1])) - pd.Timedelta(days=1)
    path = write(closes(days=days, values=1000.0 + np.sin(np.arange(len(days)))))
    with pytest.raises(InputError, match=r"Sundays and there are no Fridays.*week=sunday"):
        read_prices(path)


@pytest.mark.parametrize("way", ["name", "stated"])
def test_a_week_from_sunday_is_taken_from_the_name_or_as_stated(write, way):
    days = DAYS - pd.Timedelta(days=1)
    path = write(closes(days=days), "ta35.csv" if way == "name" else "own.csv")
    file = read_prices(path, Nothing(week="sunday" if way == "stated" else None))
    assert_whole(file, days)


def test_a_few_instants_without_a_sunday_are_doubted(write):
    rows = "".join(f"2006-10-0{day}T22:00:00+00:00,{990 + day}\n" for day in (2, 3, 4))
    judged = read_prices(write("Date,Close\n" + rows)).judged
    assert any("too few rows to tell" in line for line in judged.doubted)
