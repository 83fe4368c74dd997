"""The plan, its simulation and its evidence; the library's names load on first use.

>>> from strategy import api, load_market, load_plan

The doors are functions of `strategy.api`: run, hedge, audit, sweep, scenario,
today, compare, lookahead. Packages here have the same names, so the functions
cannot.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from strategy.kernels.cache_folder import settle as _settle

if TYPE_CHECKING:
    from strategy import api
    from strategy.api import Market, Plan, Result, load_market, load_plan

__all__ = ["Market", "Plan", "Result", "api", "load_market", "load_plan"]


_settle()  # before anything imports Numba


def __getattr__(name: str) -> Any:
    # the command line's --help must not import pandas, let alone vectorbt
    if name in __all__:
        doors = import_module("strategy.api")
        return doors if name == "api" else getattr(doors, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
