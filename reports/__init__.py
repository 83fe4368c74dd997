"""What a run leaves behind: tables, the report page and the tear sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.figures.progress import Progress
    from reports.run.folder import run_folder, write_run

__all__ = ["Progress", "run_folder", "write_run"]


def __getattr__(name: str) -> Any:
    """What the room gives when asked for, so that a page's process starts at once."""
    if name == "Progress":
        from reports.figures.progress import Progress

        return Progress
    if name in __all__:
        from reports.run import folder as output

        return getattr(output, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
