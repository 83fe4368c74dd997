"""The page about live data names what there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from market.live.fetch.http import Limits
from market.live.merge.series import LIVE
from market.live.update import default_sources

PAGE = (Path(__file__).parents[3] / "docs" / "live-data.md").read_text()


@pytest.mark.parametrize("name", sorted(default_sources()))
def test_each_source_is_listed_with_its_series(name):
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |")]
    for live in LIVE.values():
        assert (f"`{live.id}`" in row) == (name in live.sources)


def test_the_limits_are_those_of_the_program():
    limits = Limits()
    for stated in (
        f"{limits.connect:g} s to connect, {limits.read:g} s for the next byte",
        f"{limits.total:g} s for an answer",
        f"{limits.received >> 20} MB over the",
        f"{limits.size >> 20} MB decompressed",
        f"at most {limits.attempts} attempts",
        f"up to {limits.longest_wait:g} s",
        f"{limits.pause:g} s apart",
    ):
        assert stated in PAGE.replace("\n  ", " ")
