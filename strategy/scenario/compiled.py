"""How the scenarios' kernels are compiled, and what they are compiled from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from strategy.compiled import Kernels

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

_KERNELS = Kernels(Path(__file__).resolve().parent, SOURCES)


def compiled(function: _Function) -> Any:
    """Compiled without the interpreter's lock, which the threads of a world share."""
    return _KERNELS.compiled(nogil=True)(function)
