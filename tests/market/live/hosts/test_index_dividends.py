"""Dividends from the index and its total return: hand-computed years, quarters that are over."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.index_dividends import IndexDividends, trailing_dividends
from market.live.hosts.yahoo import Yahoo
from tests.market.live.formats import CHART, bars, chart, weekdays
from tests.market.live.host import NOW, Reply

FIRST = "2024-06-03"
DAYS = pd.DatetimeIndex(weekdays(FIRST, 640))  # to 2026-11-13
PAID = {"2024-09-20": 5.0, "2024-12-20": 6.0, "2025-03-21": 7.0, "2025-06-20": 8.0,
        "2025-09-19": 9.0, "2025-12-19": 10.0, "2026-03-20": 11.0, "2026-06-19": 12.0,
        "2026-09-18": 13.0}  # fmt: skip


def indices():
    """The index goes up and down; its total return reinvests what is paid at each close."""
    price = pd.Series([1000.0 + 50 * (n % 7) for n in range(len(DAYS))], index=DAYS)
    paid = pd.Series({pd.Timestamp(day): value for day, value in PAID.items()}).reindex(DAYS)
    growth = (price + paid.fillna(0.0)) / price.shift(1)
    return price, 2000.0 * growth.fillna(1.0).cumprod()


def test_a_year_s_dividends_are_what_was_paid_in_it():
    got = trailing_dividends(*indices())
    assert {f"{day:%Y-%m-%d}": value for day, value in got.items()} == {
        "2025-06-30": 26.0,  # 5 + 6 + 7 + 8
        "2025-09-30": 30.0,  # 6 + 7 + 8 + 9
        "2025-12-31": 34.0,
        "2026-03-31": 38.0,
        "2026-06-30": 42.0,
        "2026-09-30": 46.0,
    }


def test_a_quarter_counts_when_a_session_after_it_is_there():
    price, total = indices()
    assert trailing_dividends(price[:"2026-09-30"], total).index[-1] == pd.Timestamp("2026-06-30")
    assert trailing_dividends(price[:"2026-10-01"], total).index[-1] == pd.Timestamp("2026-09-30")


def serve(server, total=None):
    price, true = indices()
    total = true if total is None else total
    for ticker, closes in (("^GSPC", price), ("^SP500TR", total)):
        server.on(CHART + ticker, Reply(chart(ticker, bars(FIRST, closes.tolist()))))
    return IndexDividends(Yahoo((server.url,)))


def test_the_source_asks_for_both_indices_a_year_before_what_it_hands_on(server, http):
    got = serve(server).fetch("sp500_dividends", http, since=dt.date(2026, 4, 1), now=NOW)
    assert got.frame["value"].tolist() == pytest.approx([42.0, 46.0], abs=0.02)
    assert [path for path, _, _ in server.asked] == [CHART + "^GSPC", CHART + "^SP500TR"]
    begin = dt.datetime.fromtimestamp(int(server.asked[0][1]["period1"]), dt.UTC).date()
    assert begin == dt.date(2025, 3, 22)


def test_what_one_index_lacks_is_no_answer(server, http):
    source = serve(server)
    server.on(CHART + "^SP500TR", Reply("no", 404))
    with pytest.raises(SourceError, match="404"):
        source.fetch("sp500_dividends", http, since=None, now=NOW)
