"""The series catalogue: every series that the program knows, bundled or brought by the user."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from market.errors import InputError
from market.series.bundled_series import BUNDLED
from market.series.definition import Lag, SeriesSpec
from market.series.loadable_series import LOADABLE

__all__ = ["CATALOGUE", "PRICE_SERIES", "Lag", "SeriesSpec", "find"]

PRICE_SERIES = "sp500"
"""Id of the bundled index that a plan trades unless it names a price file."""

CATALOGUE: Mapping[str, SeriesSpec] = MappingProxyType(
    {spec.id: spec for spec in (*BUNDLED, *LOADABLE)}
)


def find(series_id: str, *, where: str = "") -> SeriesSpec:
    """The entry of `series_id`.

    Raises
    ------
    InputError
        If there is none; names the nearest ids.
    """
    spec = CATALOGUE.get(series_id)
    if spec is not None:
        return spec
    import difflib

    near = difflib.get_close_matches(series_id.lower(), CATALOGUE, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(repr(n) for n in near)}? " if near else ""
    raise InputError(
        f"unknown series {series_id!r}",
        where=where,
        expected="a series id of the catalogue",
        do=f"{hint}`simulate data list` shows all ids",
    )
