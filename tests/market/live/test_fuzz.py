"""Whatever a source answers, an adapter gives rows or one line: never a traceback."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.live.fetch.http import Body, SourceError
from market.live.hosts.cboe import Cboe
from market.live.hosts.finra import Finra
from market.live.hosts.fred import Fred
from market.live.hosts.ken_french import KenFrench
from market.live.hosts.yahoo import Yahoo
from market.live.update import check_form
from tests.market.live.formats import bars, cboe, chart, fred, fred_api, french, workbook
from tests.market.live.host import NOW

ROWS = bars("2026-11-09", [100.0 + n for n in range(8)])
DAYS = [(row[0], row[4]) for row in ROWS]


class Answering:
    """In place of `Http`: every request gets the same body."""

    def __init__(self, content: bytes, kind: str = "text/csv") -> None:
        self.body = Body(content, kind, "https://x/", NOW)

    def get(self, url: str, **_: Any) -> Body:
        return self.body


def check(source: Any, series: str, content: bytes, kind: str = "text/csv") -> None:
    try:
        got = source.fetch(series, Answering(content, kind), since=None, now=NOW)
        check_form(series, got, NOW)
    except SourceError as error:
        line = error.line()
        assert line.isprintable() and len(line) < 700
        return
    assert isinstance(got.frame.index, pd.DatetimeIndex)
    assert all(str(kind) == "float64" for kind in got.frame.dtypes)


@cache
def seeds() -> list[tuple[Any, str, bytes]]:
    return [
        (Yahoo(), "spy", chart("SPY", ROWS, splits=[("2026-11-10", 2, 1)]).encode()),
        (Cboe(), "vix", cboe(ROWS).encode()),
        (Cboe(), "vvix", b"DATE,VVIX\n11/19/2026,90\n11/20/2026,91\n"),
        (Fred(), "hy_oas", fred("BAMLH0A0HYM2", DAYS).encode()),
        (Fred(), "moodys_baa", fred("BAA", [("2026-09-01", 5), ("2026-10-01", 6)]).encode()),
        (Finra(), "margin_debt_finra", workbook([("2026-10", 5), ("2026-09", 4)])),
        (KenFrench(), "industries_daily", french([(f"202611{n}", [n] * 12) for n in (17, 18)])),
    ]


# FUZZ_EXAMPLES=5000 in the environment looks longer
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
few = settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))


@few
@given(st.integers(0, 6), st.binary(max_size=400))
def test_any_bytes(which, content):
    source, series, _ = seeds()[which]
    check(source, series, content)


@few
@given(st.integers(0, 6), st.data())
def test_bytes_changed_cut_or_moved(which, data):
    source, series, good = seeds()[which]
    content = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1)) if content else 0
        match data.draw(st.sampled_from(["set", "cut", "drop", "insert", "swap"])):
            case "set" if content:
                content[at] = data.draw(st.integers(0, 255))
            case "cut":
                del content[at:]
            case "drop":
                del content[at : at + data.draw(st.integers(1, 40))]
            case "insert":
                content[at:at] = data.draw(st.sampled_from(INSERTS))
            case _:
                content[:at], content[at:] = content[at:], content[:at]
    check(source, series, bytes(content))


INSERTS = [b"\n", b",", b'"', b"1e400", b"NaN", b"Infinity", b"-", b"\xff", b"\0", b"9999-12-31"]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([[]]),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths to every node of a document."""
    found = [path]
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, child in items:
        found += places(child, (*path, key))
    return found


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    node = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return document


@few
@given(st.data())
def test_any_node_of_a_chart_replaced(data):
    document = json.loads(
        chart(
            "SPY",
            ROWS,
            splits=[("2026-11-10", 2, 1)],
            dividends=[("2026-11-11", 1.0)],
            period_end=NOW,
        )
    )
    path = data.draw(st.sampled_from(places(document)))
    document = replaced(document, path, data.draw(ODD))
    check(Yahoo(), "spy", json.dumps(document).encode(), "application/json")


@few
@given(st.data())
def test_any_node_of_the_api_replaced(data):
    document = json.loads(fred_api(DAYS))
    path = data.draw(st.sampled_from(places(document)))
    document = replaced(document, path, data.draw(ODD))
    os.environ["FRED_API_KEY"] = "0123456789abcdef"
    try:
        check(Fred(), "hy_oas", json.dumps(document).encode(), "application/json")
    finally:
        del os.environ["FRED_API_KEY"]
