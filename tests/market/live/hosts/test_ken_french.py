"""Kenneth French's files: the right table of the ZIP, its dates, its holes, and what is refused."""

from __future__ import annotations

import io
import math
import zipfile

import numpy as np
import pandas as pd
import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.ken_french import KenFrench
from market.live.update import chosen, update
from tests.market.live.formats import FACTORS, INDUSTRIES, french, french_path
from tests.market.live.host import NOW, Reply

DAILY = french_path("12_Industry_Portfolios_daily")
MONTHLY = french_path("F-F_Research_Data_Factors")
ROWS = [(f"202611{n}", [n / 10 + k for k in range(12)]) for n in (16, 17, 18, 19)]


def factors(rows, **more):
    return french(rows, columns=FACTORS, title="", file="F-F_Research_Data_Factors.CSV", **more)


def ask(server, http, reply, series="industries_daily", path=DAILY, since=None):
    server.on(path, reply if isinstance(reply, Reply) else Reply(reply, type="application/zip"))
    return KenFrench(server.url).fetch(series, http, since=since, now=NOW)


def refused(server, http, reply, **more):
    with pytest.raises(SourceError) as caught:
        ask(server, http, reply, **more)
    return caught.value.line()


def zipped(*files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def test_the_value_weighted_table_is_read_and_not_the_other(server, http):
    got = ask(server, http, french(ROWS))
    assert got.frame.loc["2026-11-17", "nodur"] == 1.7
    assert got.frame.loc["2026-11-19", "other"] == 12.9
    assert list(got.frame.columns) == [name.strip().lower() for name in INDUSTRIES.split(",")]
    assert len(got.frame) == 4 and got.source == "Ken French 12_Industry_Portfolios_daily"


def test_a_month_is_stamped_on_its_last_day_and_one_under_way_is_left_out(server, http):
    rows = [("202609", [1.5, 0, 0, 0.33]), ("202610", [-2.5, 0, 0, 0.3]), ("202611", [9.0] * 4)]
    for series, values in (("ff_mkt_rf", [1.5, -2.5]), ("ff_rf", [0.33, 0.3])):
        got = ask(server, http, factors(rows), series, MONTHLY)
        assert list(got.frame.index) == list(pd.to_datetime(["2026-09-30", "2026-10-31"]))
        assert got.frame["value"].tolist() == values
        assert got.notes == ("the month that is not over is left out",)


def test_missing_figures_are_holes(server, http):
    rows = [(day, [-99.99, -999, *values[2:]]) for day, values in ROWS[:1]] + ROWS[1:]
    frame = ask(server, http, french(rows)).frame
    assert np.isnan(frame["nodur"].iloc[0]) and np.isnan(frame["durbl"].iloc[0])
    assert frame["manuf"].iloc[0] == 3.6


def test_only_what_is_new_is_handed_on(server, http):
    got = ask(server, http, french(ROWS), since=pd.Timestamp("2026-11-18").date())
    assert list(got.frame.index.day) == [18, 19]


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"", "empty"),
        (Reply("<html><title>Moved</title></html>", type="text/html"), "a web page ('Moved')"),
        (b"date,NoDur", "no ZIP file"),
        (french(ROWS)[:-30], "damaged"),
        (french(ROWS)[:200], "damaged"),
        (zipped(("a.csv", "x"), ("b.csv", "y")), "2 files"),
        (zipped(("a.txt", "x")), "expected one CSV file"),
        (zipped(("a.csv", "x")), "'Average Value Weighted Returns -- Daily' has the columns"),
        (french(ROWS, columns="NoDur,Durbl"), "has the columns ,NoDur,Durbl"),
        (french(ROWS, title="Average Value Weighted Returns -- Weekly"), "columns missing"),
        (french([("202611", ROWS[0][1])]), "no row of the table"),
        (french([("20261118", [1.0] * 11)]), "no row of the table"),
        (french([("20261332", [1.0] * 12)]), "not a date"),
        (french(ROWS[::-1]), "not in order"),
        (french([ROWS[0], (ROWS[0][0], [5.0] * 12)]), "occurs twice"),
        (french([]), "no figures"),
        (Reply("", 302, {"Location": "https://elsewhere.example/"}), "redirects to"),
        (Reply("", 404), "404"),
        (Reply(french(ROWS), drip=0.2), "within 5 s"),
    ],
)
def test_what_is_no_file_of_the_library_is_refused_in_one_line(server, http, reply, said):
    line = refused(server, http, reply)
    assert said in line and line.isprintable()


def test_a_file_beyond_belief_is_not_unpacked(server, http, monkeypatch):
    from market.live.hosts import ken_french

    monkeypatch.setattr(ken_french, "_UNPACKED", 1000)
    assert "more than 0 MB" in refused(server, http, zipped(("a.csv", "x" * 1001)))


def test_a_vintage_revises_nothing_that_was_known_and_is_noted(server, http, cache, sources):
    def go(reply):
        server.on(DAILY, Reply(reply, type="application/zip"))
        return update(
            chosen(["industries_daily"]),
            cache=cache,
            http=http,
            sources=sources,
            now=lambda: NOW,
        ).outcomes[0]

    assert go(french(ROWS)).status == "updated"
    before = cache.rows("industries_daily", cache.version().entries["industries_daily"])
    assert list(before["known_at"].dt.day) == [17, 18, 19, 20]  # the next business day
    for broken in (french(ROWS)[:-30], b"", french(ROWS, columns="NoDur")):
        assert go(broken).status == "failed"
    revised = [(ROWS[0][0], [9.0, *ROWS[0][1][1:]]), *ROWS[1:], ("20261120", [1.0] * 12)]
    outcome = go(french(revised))
    assert (outcome.status, outcome.added) == ("updated", 1)
    rows = cache.rows("industries_daily", cache.version().entries["industries_daily"])
    assert rows["nodur"].tolist() == [1.6, 1.7, 1.8, 1.9, 1.0]
    assert "states 9 since 2026-11-21" in rows["conflict"].iloc[0]


def test_leadership_is_the_sum_of_36_months_of_market_less_mean_industry(server, http):
    months = [f"{year}{month:02}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    months.append("202601")
    industries = [(m, [float(n)] * 6 + [0.0] * 6) for n, m in enumerate(months)]
    market = [(m, [2.0, 0.0, 0.0, 0.5]) for m in months]
    server.on(
        french_path("12_Industry_Portfolios"),
        Reply(french(industries, title="Average Value Weighted Returns -- Monthly")),
    )
    got = ask(server, http, factors(market), "leadership", MONTHLY).frame["value"]
    assert [f"{day:%Y-%m-%d}" for day in got.index] == ["2025-12-31", "2026-01-31"]
    # month n: market 2.5 %, half of the industries n %, the others 0: their mean is n/2 %
    for last, value in zip((35, 36), got, strict=True):
        expected = sum(math.log(1 + 0.025 - n / 200) for n in range(last - 35, last + 1))
        assert value == pytest.approx(expected, abs=1e-6)
