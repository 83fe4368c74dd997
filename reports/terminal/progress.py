"""Progress on a terminal: a command's stage, a sweep's bar; drawn only where someone looks."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Stages:
    """Names the stage at work; draws nothing unless given a display.

    Both ways of calling it fit what the packages report: ``stage("report")``
    and ``stage("vintages", 3, 60)``.
    """

    def __init__(self, display: Progress | None = None) -> None:
        self._display = display
        self._task: TaskID | None = None

    def __call__(self, what: str, done: int = 0, of: int = 0) -> None:
        if self._display is None:
            return
        total = of if of > 1 else None
        if self._task is None:
            self._task = self._display.add_task(what, total=total)
        self._display.update(self._task, description=what, completed=done, total=total)
        self._display.refresh()


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for reference cycles while the block runs.

    Loading vectorbt and drawing pages make millions of objects and next to no
    cycles; looking for them takes a sixth of a run's time. Not for loops over
    many runs, which would keep their portfolios.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def stages(shown: bool) -> Iterator[Stages]:
    """Stages drawn on stderr while the block runs, gone after it; silent unless on a terminal."""
    if not _watched(shown):
        yield Stages()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class Words(TextColumn):
        def render(self, task: object) -> Text:
            return Text(getattr(task, "description", ""))

    columns = (SpinnerColumn(), Words(""), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        yield Stages(display)


@contextmanager
def bar(shown: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar with rate and time left on a terminal; nothing elsewhere."""
    if not _watched(shown):
        yield lambda what, done, of: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(TextColumn):
        def render(self, task: Any) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    columns = (
        *(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24)),
        *(MofNCompleteColumn(), Rate(""), TimeRemainingColumn()),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                for task in tasks.values():
                    display.update(task, visible=False)
                tasks[what] = display.add_task(what, total=of, completed=done)
            display.update(tasks[what], completed=done, total=of)

        yield report


def _watched(shown: bool) -> bool:
    """Whether progress is wanted and stderr is a terminal; started without it (2>&-) none is."""
    return shown and sys.stderr is not None and sys.stderr.isatty()
