"""Cboe's histories: bars or closes, US dates, and what is refused."""

from __future__ import annotations

import pytest

from market.live.fetch.refusal import SourceError
from market.live.hosts.cboe import Cboe
from tests.market.live.formats import bars, cboe, cboe_path
from tests.market.live.host import NOW, Reply

ROWS = bars("2026-11-16", [17.24, 18.19, 19.22])


def fetch(server, http, text, series="vix", index="VIX"):
    server.on(cboe_path(index), text if isinstance(text, Reply) else Reply(text))
    return Cboe(server.url).fetch(series, http, since=None, now=NOW)


def test_bars(server, http):
    got = fetch(server, http, cboe(ROWS))
    assert list(got.frame.index.strftime("%Y-%m-%d")) == ["2026-11-16", "2026-11-17", "2026-11-18"]
    assert got.frame["close"].tolist() == [17.24, 18.19, 19.22]
    assert set(got.frame.columns) == {"open", "high", "low", "close"}


def test_closes_alone(server, http):
    got = fetch(server, http, "DATE,VVIX\n11/19/2026,91.5\n11/20/2026,90\n", "vvix", "VVIX")
    assert got.frame["close"].tolist() == [91.5, 90.0]


def test_zero_is_an_index_that_was_not_computed(server, http):
    got = fetch(server, http, "DATE,OPEN,HIGH,LOW,CLOSE\n11/19/2026,0,0,0,17\n11/20/2026,0,0,0,0\n")
    assert got.frame["close"].tolist() == [17.0]
    assert got.frame["open"].isna().all()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("DATE,OPEN,HIGH,LOW,LAST\n11/20/2026,1,1,1,1\n", "the columns are DATE, OPEN"),
        ("DATE,OPEN,HIGH,LOW,CLOSE,VOLUME\n11/20/2026,1,1,1,1,1\n", "the columns are"),
        ("DATE,OPEN,HIGH,LOW,CLOSE\n2026-11-20,1,1,1,1\n", "'2026-11-20' is not a date"),
        ("DATE,OPEN,HIGH,LOW,CLOSE\n20/11/2026,1,1,1,1\n", "'20/11/2026' is not a date"),
        ("DATE,OPEN,HIGH,LOW,CLOSE\n11/20/2026,1,1\n", "line 2 has 3 cells"),
        ("DATE,OPEN,HIGH,LOW,CLOSE\n11/20/2026,1,1,1,-\n", "'-' is not a number"),
        ('DATE,OPEN,HIGH,LOW,CLOSE\n"11/20/2026,1,1,1,1\n', "line 2 has 1 cells"),
        ("\n\n", "empty"),
    ],
)
def test_what_is_not_the_history_is_refused(server, http, text, told):
    with pytest.raises(SourceError) as caught:
        fetch(server, http, text)
    assert caught.value.line().startswith("Cboe VIX")
    assert told in caught.value.line()
