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


def sweep_fits(
    file: str, name: str, keys: Sequence[str], variants: int, tried: int, cost: str = ""
) -> Iterator[str]:
    """A sweep: its variants, how many of them were tried as plans, and what it would cost."""
    yield f"{file}: valid sweep '{name}', {variants:,} variants of {', '.join(keys)}"
    few = f"{tried:,} of them, drawn at random, are valid plans"
    yield "each of them is a valid plan" if tried == variants else few
    if cost:
        yield cost


def scenario_fits(
    file: str,
    name: str,
    sha256: str,
    paths: int,
    worlds: Sequence[str],
    fit: Mapping[str, Any] | None = None,
) -> Iterator[str]:
    """A plan with its scenario; with `fit` the day and price that its futures start from."""
    yield _valid(file, name, sha256)
    yield f"valid scenario: {paths:,} futures of each world: {', '.join(worlds)}"
    if fit:
        yield f"from {fit['day']} at {fit['price']:,.2f}"


def claims_fit(file: str, as_of: str, sha256: str, counts: Mapping[str, int]) -> Iterator[str]:
    """A claims file: its day, and how much it says."""
    yield f"{file}: valid claims of {as_of}, sha256 {sha256[:12]}"
    yield ", ".join(f"{n} {name}" for name, n in counts.items())


def _valid(file: str, name: str, sha256: str) -> str:
    return f"{file}: valid plan '{name}', sha256 {sha256[:12]}"


def _vintages(years: Sequence[int]) -> str:
    first, *rest = years
    return f"{len(rest) + 1} vintages, {first} to {rest[-1]}" if rest else f"1 vintage, {first}"
