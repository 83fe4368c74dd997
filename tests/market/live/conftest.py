"""What the tests of live data share: sources on loopback, a client that does not wait."""

from __future__ import annotations

import pytest

from market.live.fetch.http import Http, Limits
from market.live.hosts.cboe import Cboe
from market.live.hosts.finra import Finra
from market.live.hosts.fred import Fred
from market.live.hosts.index_dividends import IndexDividends
from market.live.hosts.ken_french import KenFrench
from market.live.hosts.yahoo import Yahoo
from tests.market.live.host import NOW, Server


@pytest.fixture(scope="session")
def shared_server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server, monkeypatch):
    for name in ("FRED_API_KEY", "SIMULATE_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    shared_server.replies.clear()
    shared_server.asked.clear()
    shared_server.date = NOW
    return shared_server


class Slept(list):
    """Waits that were asked for, none of which took time."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def slept():
    return Slept()


@pytest.fixture
def http(slept):
    limits = Limits(connect=2, read=2, total=5, pause=0.0)
    return Http(limits, sleep=slept, random=lambda: 1.0)


@pytest.fixture
def sources(server):
    base = server.url
    found = (
        *(Yahoo((base,)), Fred(base, base), Finra(base), Cboe(base), KenFrench(base)),
        IndexDividends(Yahoo((base,))),
    )
    return {source.name: source for source in found}
