"""What `simulate check` prints of a file that is valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def plan_fits(
    file: str, name: str, sha256: str, fit: Mapping[str, Any] | None = None
) -> Iterator[str]:
    """A plan; with `fit` the range of its prices and its vintages too."""
    yield _valid(file, name, sha256)
    if fit:
        yield f"{fit['prices']} {fit['first']} to {fit['last']}: {_vintages(fit['vintages'])}"


def legs_fit(
    file: str, name: str, sha256: str, vintages: Sequence[str], positions: Mapping[str, int]
) -> Iterator[str]:
    """A plan of named legs, its vintages, and how many positions each leg takes."""
    yield _valid(file, name, sha256)
    yield f"{len(vintages)} vintages, {vintages[0]} to {vintages[-1]}"
    for leg, count in positions.items():
        yield f"{leg}: {count} positions"


def _valid(file: str, name: str, sha256: str) -> str:
    return f"{file}: valid plan '{name}', sha256 {sha256[:12]}"


def _vintages(years: Sequence[int]) -> str:
    first, *rest = years
    return f"{len(rest) + 1} vintages, {first} to {rest[-1]}" if rest else f"1 vintage, {first}"
