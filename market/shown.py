"""What shows an object in a notebook is loaded by its name when asked for.

The rooms below know nothing of pages and pictures; they only say where those
are. `import strategy` stays as light as it is, and nothing below imports what
stands above it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

__all__ = ["Accessor", "html_by"]


class Accessor:
    """An attribute that is made by a class of another module: ``result.plot``.

    Parameters
    ----------
    address : str
        ``package.module:Class``; the class takes the object.
    """

    def __init__(self, address: str) -> None:
        self.address = address

    def __get__(self, item: object | None, owner: type | None = None) -> Any:
        return self if item is None else _named(self.address)(item)


def html_by(address: str) -> Callable[[Any], str]:
    """A method ``_repr_html_``, written by a function of another module.

    Parameters
    ----------
    address : str
        ``package.module:function``; the function takes the object.

    Returns
    -------
    callable
    """

    def html(self: Any) -> str:
        return str(_named(address)(self))

    html.address = address  # type: ignore[attr-defined]
    return html


def _named(address: str) -> Any:
    module, _, name = address.partition(":")
    return getattr(import_module(module), name)
