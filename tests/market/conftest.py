"""What the tests of market data share: a cache of their own."""

from __future__ import annotations

import pytest

from market.cache import Cache


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIMULATE_DATA_DIR", str(tmp_path / "data of mine"))
    return Cache()
