"""FINRA's workbook: months newest first, a moved address, and what is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.finra import Finra
from tests.market.live.formats import DEBIT, PAGE, WORKBOOK, workbook
from tests.market.live.host import NOW, Reply

ROWS = [("2026-10", 1_453_832), ("2026-09", 1_417_225), ("1997-01", 103_337)]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def fetch(server, http, content):
    server.on(WORKBOOK, content if isinstance(content, Reply) else Reply(content, type=SHEET))
    return Finra(server.url).fetch("margin_debt_finra", http, since=None, now=NOW)


def refused(server, http, content):
    with pytest.raises(SourceError) as caught:
        fetch(server, http, content)
    return caught.value.line()


def test_months_are_stamped_on_their_last_day_in_order(server, http):
    got = fetch(server, http, workbook(ROWS))
    days = list(got.frame.index.strftime("%Y-%m-%d"))
    assert days == ["1997-01-31", "2026-09-30", "2026-10-31"]
    assert got.frame["value"].tolist() == [103_337.0, 1_417_225.0, 1_453_832.0]


@pytest.mark.parametrize(
    "month", ["2026-10", "Oct-26", "2026-10-01", dt.date(2026, 10, 1), dt.datetime(2026, 10, 5)]
)
def test_months_in_the_forms_that_were_seen(server, http, month):
    got = fetch(server, http, workbook([(month, "1,453,832"), ("2026-09", 1)]))
    assert f"{got.frame.index[-1]:%Y-%m-%d}" == "2026-10-31"
    assert got.frame["value"].iloc[-1] == 1_453_832.0


def test_lines_above_and_notes_below_the_table_are_no_rows(server, http):
    content = workbook(ROWS, above=3, below=["", "1 Includes all members.", "Source: FINRA"])
    assert len(fetch(server, http, content).frame) == 3


def test_a_curly_apostrophe_is_the_same_column(server, http):
    header = ("Year-Month", DEBIT.replace("'", "\u2019"))
    assert len(fetch(server, http, workbook(ROWS, header=header)).frame) == 3


def test_a_workbook_that_moved_is_found_by_its_page(server, http):
    link = "/sites/default/files/2026-09/margin-statistics.xlsx"
    server.on(link, Reply(workbook(ROWS), type=SHEET))
    server.on(PAGE, Reply(f'<html><a href="{link}">Download</a></html>', type="text/html"))
    got = fetch(server, http, Reply("gone", 404))
    assert len(got.frame) == 3
    assert got.url.endswith(link)


def test_a_page_that_links_elsewhere_is_not_followed_there(server, http):
    link = "https://evil.example/margin-statistics.xlsx"
    server.on(PAGE, Reply(f'<a href="{link}">x</a>', type="text/html"))
    assert "redirects to evil.example" in refused(server, http, Reply("gone", 404))


def test_a_page_without_a_link_is_told(server, http):
    server.on(PAGE, Reply("<html>nothing here</html>", type="text/html"))
    assert "its page links no other" in refused(server, http, Reply("gone", 404))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Just a moment...</title>", "web page ('Just a moment...')"),
        (b"Year-Month,x\n", "no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "not text"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (workbook(ROWS)[:2000], "damaged"),
        (workbook(ROWS, header=("Year-Month", "Debits")), "no sheet with the columns"),
        (workbook([]), "no figures"),
        (workbook([("Total", 5)]), "'Total' is not a month"),
        (workbook([("2026-10", "n/a")]), "'n/a' is not an amount"),
        (workbook([("2026-10", -5)]), "'-5' is not an amount"),
        (workbook([("2026-10", 1), ("2026-10", 2)]), "2026-10-01 occurs twice"),
        (workbook([("2026-10", 1), ("2026-08", 2), ("2026-09", 3)]), "not in order"),
    ],
    # a workbook holds the time at which it was made: its bytes are no name for a test
    ids=lambda value: "content" if isinstance(value, bytes) else value,
)
def test_what_is_not_the_workbook_is_refused(server, http, content, told):
    said = refused(server, http, content)
    assert said.startswith("FINRA margin statistics")
    assert told in said


def test_a_workbook_that_unpacks_to_too_much_is_refused(server, http):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (17 << 20))
    assert "unpacks to more than 16 MB" in refused(server, http, buffer.getvalue())


def test_entities_that_grow_are_refused(server, http):
    buffer = io.BytesIO()
    grow = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "lol">{grow}]>'
    with zipfile.ZipFile(io.BytesIO(workbook(ROWS))) as good, zipfile.ZipFile(buffer, "w") as bad:
        for name in good.namelist():
            content = good.read(name).decode()
            if name.endswith("sheet1.xml"):
                content = bomb + content.replace("2026-10", "&a9;")
            bad.writestr(name, content)
    said = refused(server, http, buffer.getvalue())
    assert "damaged" in said or "not a month" in said or "no sheet" in said
