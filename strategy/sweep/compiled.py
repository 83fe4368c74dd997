"""Numba with a disk cache that knows what a kernel is made of.

Numba's cache looks at the time and size of the one file that holds a function.
A kernel here calls the resolvers of single runs, so a change of those must
compile it anew: its cache is stamped with the content of all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Sources that kernels are compiled from, relative to this folder.
SOURCES = (
    "../tactical.py",
    "../hedge.py",
    "bins.py",
    "walk.py",
    "outcomes.py",
    "tactical_outcomes.py",
    "hedge_outcomes.py",
    "paths.py",
    "dense.py",
    "doors.py",
    "pieces.py",
    "sleeves.py",
    "compose.py",
    "rows.py",
)


@cache
def source_stamp() -> str:
    """Hash of every source that a kernel may be compiled from."""
    here = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update(name.encode())
        digest.update((here / name).read_bytes())
    return digest.hexdigest()


def compiled(*, parallel: bool = False) -> Callable[[_Function], Any]:
    """`numba.njit` as every kernel uses it: IEEE arithmetic in the order written, cached.

    No fast-math: the order of additions is the one written, so that the same
    variant has the same bits whatever the number of threads.
    """

    def decorate(function: _Function) -> Any:
        dispatcher = njit(cache=True, parallel=parallel, error_model="numpy")(function)
        # the index file is thrown away where its stamp is not this one
        cache_file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
        if cache_file is not None and hasattr(cache_file, "_source_stamp"):
            cache_file._source_stamp = source_stamp()
        return dispatcher

    return decorate
