"""The plan, its simulation and its evidence; the library's names load on first use.

>>> from strategy import load_plan, load_market, run
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strategy.kernels.cache_folder import settle

if TYPE_CHECKING:
    from strategy.api import Market, Plan, Result, load_market, load_plan, run

__all__ = ["Market", "Plan", "Result", "load_market", "load_plan", "run"]


settle()  # before anything imports Numba


def __getattr__(name: str) -> Any:
    # the command line's --help must not import pandas, let alone vectorbt
    if name in __all__:
        from strategy import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
