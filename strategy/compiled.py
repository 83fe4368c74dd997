"""Numba with a disk cache that knows what a kernel is made of.

Numba's cache looks at the time and size of the one file that holds a function.
A kernel of the sweeps or the scenarios calls the resolvers of single runs, so a
change of those must compile it anew: its cache is stamped with the content of
every source that it is compiled from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Kernels:
    """What turns the functions of one family of kernels into compiled ones.

    Parameters
    ----------
    folder : Path
    sources : tuple of str
        Files that its kernels are compiled from, relative to `folder`.
    """

    def __init__(self, folder: Path, sources: tuple[str, ...]) -> None:
        digest = hashlib.sha256()
        for name in sources:
            digest.update(name.encode())
            digest.update((folder / name).read_bytes())
        self.stamp = digest.hexdigest()

    def compiled(self, **options: bool) -> Callable[[_Function], Any]:
        """`numba.njit` as every kernel uses it: IEEE arithmetic in the order written, cached.

        No fast-math: the order of additions is the one written, so that the same
        variant or path has the same bits whatever the number of threads.
        """

        def decorate(function: _Function) -> Any:
            dispatcher = njit(cache=True, error_model="numpy", **options)(function)
            # the index file is thrown away where its stamp is not this one
            cache_file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
            if cache_file is not None and hasattr(cache_file, "_source_stamp"):
                cache_file._source_stamp = self.stamp
            return dispatcher

        return decorate
