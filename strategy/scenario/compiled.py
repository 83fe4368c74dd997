"""Numba as the scenario kernels use it: cached on disk, and compiled anew when a resolver changes.

Numba's cache looks at the one file that holds a function. The kernels here
call the resolvers and the account of single runs, so their cache is stamped
with the content of all of those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Sources that the kernels are compiled from, relative to this folder.
SOURCES = (
    "../tactical.py",
    "../hedge.py",
    "../account_kernel.py",
    "../instructions.py",
    "philox.py",
    "paths.py",
    "events.py",
    "kernel.py",
    "terms.py",
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


def compiled(function: _Function) -> Any:
    """`numba.njit`: IEEE arithmetic in the order written, without the interpreter's lock, cached.

    No fast-math: path i has the same bits whatever the number of threads.
    """
    dispatcher = njit(cache=True, nogil=True, error_model="numpy")(function)
    # the index file is thrown away where its stamp is not this one
    cache_file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if cache_file is not None and hasattr(cache_file, "_source_stamp"):
        cache_file._source_stamp = source_stamp()
    return dispatcher
