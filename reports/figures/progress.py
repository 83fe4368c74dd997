"""`Progress`: the stage at work as one line of a notebook that is rewritten in its place."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from markupsafe import Markup

#: Width of the bar, pixels.
BAR = 160


class Progress:
    """What doors call with ``progress(what, done, of)``, shown in a notebook.

    One line below the cell, rewritten in its place and emptied by `close`;
    outside a notebook nothing is shown: commands have their own display.

    Examples
    --------
    >>> from reports import Progress
    >>> from strategy.api import load_plan, run
    >>> with Progress() as progress:
    ...     result = run(load_plan("short_long"), progress=progress)
    """

    def __init__(self) -> None:
        self._handle: Any = None

    def __call__(self, what: str, done: int = 0, of: int = 0) -> None:
        """Show the stage `what`, and how much of it is done where it is counted.

        Parameters
        ----------
        what : str
        done, of : int, optional
        """
        self._show(line(what, done, of))

    def close(self) -> None:
        """Empty the line."""
        if self._handle is not None:
            self._show(Markup(""))

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _show(self, html: Markup) -> None:
        if not in_notebook():
            return
        notebook = import_module("IPython.display")  # there wherever a kernel runs
        shown = notebook.HTML(str(html))
        if self._handle is None:
            self._handle = notebook.display(shown, display_id=True)
        else:
            self._handle.update(shown)


def line(what: str, done: int, of: int) -> Markup:
    """The stage as HTML: its words, and a bar where there is more than one to do."""
    if of <= 1:
        return Markup("<div>{}</div>").format(what)
    return Markup(
        '<div>{} <progress value="{}" max="{}" style="width:{}px"></progress> {} / {}</div>'
    ).format(what, done, of, BAR, f"{done:,}", f"{of:,}")


def in_notebook() -> bool:
    """Whether the program runs in a kernel that shows HTML."""
    shell = sys.modules.get("IPython")
    found = shell.get_ipython() if shell is not None else None
    return found is not None and hasattr(found, "kernel")
