"""The one console that screens are printed on: names are text, never markup or control codes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.segment import Segment

from market.inert import visible


class Screen(Console):
    """A console for text of any origin: plan names, files, answers of queries.

    rich takes ``[b]`` in a string for bold, ``[link=…]`` for a link and fails
    at a lone ``[/b]``; a terminal obeys control codes. Here a string is what
    it says: styles come from `rich.text.Text` and tables alone.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"highlight": False, "markup": False, "emoji": False} | options))

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(
            segment if segment.control else Segment(visible(segment.text), segment.style)
            for segment in buffer
        )
