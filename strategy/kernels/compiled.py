"""The one decorator of compiled code: Numba with a disk cache that knows what a kernel is made of.

Numba's cache looks at the time and size of the one file that holds a function.
A kernel calls functions of other modules and freezes their constants, so its
cache is stamped with the content of every module of the program that its own
module imports, directly or through others.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit

_Function = TypeVar("_Function", bound=Callable[..., Any])

#: Packages whose functions and constants kernels are made of.
PACKAGES = ("market", "signals", "strategy")
_ROOT = Path(__file__).resolve().parents[2]


def compiled(**options: bool) -> Callable[[_Function], Any]:
    """`numba.njit` as every kernel uses it: IEEE arithmetic in the order written, cached.

    No fast-math: the order of additions is the one written, so that the same
    variant or path has the same bits whatever the number of threads.

    Parameters
    ----------
    **options : bool
        Further options of `numba.njit`, for example ``parallel`` or ``nogil``.
    """

    def decorate(function: _Function) -> Any:
        dispatcher = njit(cache=True, error_model="numpy", **options)(function)
        # the index file is thrown away where its stamp is not this one
        cache_file = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
        if cache_file is None or not (
            hasattr(cache_file, "_source_stamp") and hasattr(cache_file, "_version")
        ):
            # a Numba that keeps its stamp elsewhere: compiled anew rather than perhaps old code
            return njit(error_model="numpy", **options)(function)
        # Numba unpickles an index before it looks at the source's stamp, and a record that was
        # renamed since cannot be unpickled; the version is looked at first
        cache_file._source_stamp = stamp(function.__module__)
        cache_file._version = f"{cache_file._version} {cache_file._source_stamp}"
        return dispatcher

    return decorate


def as_python(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel's function as it is written: for arrays, where its source works on them too.

    Compiling it for arrays as well would take longer than it saves.
    """
    # with NUMBA_DISABLE_JIT there is nothing but the function itself
    written: Callable[..., Any] = getattr(kernel, "py_func", kernel)
    return written


@cache
def stamp(module: str) -> str:
    """Hash of all sources that the kernels of a module may be compiled from."""
    digest = hashlib.sha256(sys.version.encode())
    for name in sorted(sources(module)):
        digest.update(name.encode())
        digest.update(_path(name).read_bytes())
    return digest.hexdigest()


def sources(module: str) -> set[str]:
    """Modules of the program that a module imports, directly or through others, and itself."""
    found: set[str] = set()
    ahead = [module]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead.extend(_imported(name))
    return found


_NAMES = "|".join(PACKAGES)
#: An import statement that names modules of the program; read as text, a tenth of parsing.
_IMPORT = re.compile(
    rf"^[ \t]*(?:from[ \t]+((?:{_NAMES})\b[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)"
    rf"|import[ \t]+((?:{_NAMES})\b[\w.]*))",
    re.MULTILINE,
)


@cache
def _imported(module: str) -> tuple[str, ...]:
    """Modules of the program named in a module's import statements."""
    named: set[str] = set()
    for package, names, whole in _IMPORT.findall(_path(module).read_text(encoding="utf-8")):
        named.add(package or whole)
        named |= {f"{package}.{name}" for name in re.findall(r"\w+", names)}
    return tuple(name for name in sorted(named) if _path(name).is_file())


def _path(module: str) -> Path:
    """A module's file; the file of a package is its ``__init__.py``."""
    place = _ROOT.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
