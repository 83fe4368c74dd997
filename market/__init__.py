"""Market data: the series catalogue, their sources, and the `Market` container.

Importing this package is cheap; pandas comes with the first name used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from market.container import Market, Observations
    from market.errors import InputError
    from market.series.catalogue import CATALOGUE
    from market.sources.load import load

__all__ = ["CATALOGUE", "InputError", "Market", "Observations", "load"]

_HOMES = {
    "CATALOGUE": "market.series.catalogue",
    "InputError": "market.errors",
    "Market": "market.container",
    "Observations": "market.container",
    "load": "market.sources.load",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
