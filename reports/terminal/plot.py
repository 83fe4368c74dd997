"""What `simulate plot` prints where no chart is named: those there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def charts(known: Mapping[str, Any]) -> Iterator[str]:
    """A line a chart: its name and its title."""
    for name, chart in known.items():
        yield f"{name:<15}{chart.title}"
